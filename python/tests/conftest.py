"""What several tests need."""

import hashlib
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = pathlib.Path(__file__).resolve().parent / "scripts"


@pytest.fixture
def golden():
    """The folder of chip recordings; skips where they are not installed."""
    data = pathlib.Path(os.environ.get("GENNAKER_DATA", ROOT / ".." / "shared" / "data"))
    folder = data / "spinnaker2-golden"
    if not folder.is_dir():
        pytest.skip("skipped: no data")
    return folder


@pytest.fixture
def run_python():
    """Runs ``python`` with arguments in a folder and returns the finished process."""

    def run(*arguments, **options):
        options = {"capture_output": True, "text": True, "timeout": 60, **options}
        return subprocess.run([sys.executable, *map(str, arguments)], **options)

    return run


def listing_hash(spikes):
    """Number of spikes and SHA-256 of their canonical listing: "tick,neuron" lines by tick, then neuron."""
    events = sorted((tick, neuron) for neuron, ticks in spikes.items() for tick in ticks)
    text = "".join(f"{tick},{neuron}\n" for tick, neuron in events)
    return len(events), hashlib.sha256(text.encode()).hexdigest()


def lif_by_hand(ticks_and_weights, timesteps, threshold=10.0, alpha=0.9):
    """Voltages and spikes of one ``lif`` neuron with reset by subtraction, in single precision."""
    inputs = np.zeros(timesteps + 16, dtype=np.float32)
    for tick, weight in ticks_and_weights:
        inputs[tick] += weight
    v, voltages, spikes = np.float32(0), [], []
    for t in range(timesteps):
        v = v * np.float32(alpha) + np.float32(0) + inputs[t]
        if v >= np.float32(threshold):
            spikes.append(t)
            v = v - np.float32(threshold)
        voltages.append(v)
    return np.array(voltages), spikes
