"""The conv-nets that other frameworks are compared on: weights, inputs and results are what their definition says, to the bit."""

import hashlib
import importlib.util
import os
import pathlib

import numpy as np
import pytest
from conftest import ROOT

WEIGHTS = ["12b607ca347da751", "a0c180015d47ac5c", "f82b05a61ef036cb", "94c34b4eec010990", "5f28d7c5a63d2734"]
FRAMES = ["7ca01be1b921c74f", "ce4c0ce904801322"]


@pytest.fixture(scope="module")
def scnn():
    """``benches/peers/scnn_network.py`` as a module."""
    spec = importlib.util.spec_from_file_location("scnn_network", ROOT / "benches" / "peers" / "scnn_network.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def data():
    """The folder of the trained network and of N-MNIST; skips where it is not installed."""
    folder = pathlib.Path(os.environ.get("GENNAKER_DATA", ROOT / ".." / "shared" / "data")) / "nir"
    if not folder.is_dir():
        pytest.skip("skipped: no data")
    return folder


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]


def test_hashes_are_splitmix64(scnn):
    """Of seed 0, from the generator's published test values."""
    assert [hex(h) for h in scnn.hashes(0, 3)] == ["0xe220a8397b1dcdaf", "0x6e789e6aa1b965f4", "0x6c45d188009454f"]


def test_weights_and_inputs(scnn):
    layers = scnn.scnn()
    assert [digest(layer.weights) for layer in layers] == WEIGHTS
    assert all(abs(layer.weights.astype(int)).max() == 127 for layer in layers), "else the chip's rule would scale them"
    assert [digest(scnn.blob_frames(r).astype(np.uint8)) for r in (0, 63)] == FRAMES


def test_a_recording(scnn):
    layers, frames = scnn.load("scnn", 1)
    counts, outputs = scnn.simulate(layers, frames[:, 0])
    known_counts, known_outputs = scnn.expected("scnn", 1)
    assert (counts, outputs) == (known_counts[0].tolist(), known_outputs[0].tolist())


def test_spike_by_spike(scnn):
    """A few steps again, with whole numbers and one addition at a time."""
    layers, frames = scnn.scnn()[:2], scnn.blob_frames(5)[:6]
    layers[0].threshold, layers[1].threshold = 50.5, 90.5
    v = [np.zeros((20, 32, 32), np.int64), np.zeros((32, 12, 12), np.int64)]
    total = [0, 0]
    for frame in frames:
        spikes = np.argwhere(frame)
        for i, layer in enumerate(layers):
            for c, y, x in spikes:
                scatter(v[i], layer, c, y // layer.pool + layer.padding, x // layer.pool + layer.padding)
            fired = v[i] > layer.threshold
            v[i][fired] = 0
            spikes = np.argwhere(fired)
            total[i] += len(spikes)
    counts, _ = scnn.simulate(layers, frames)
    assert total == counts[1:] and total[1] > 50


def scatter(v, layer, c, y, x):
    """Adds the weights of one spike at a place of the padded input to the neurons whose window has it."""
    kernel = layer.weights.shape[2]
    for ky in range(kernel):
        for kx in range(kernel):
            if 0 <= y - ky < v.shape[1] and 0 <= x - kx < v.shape[2]:
                v[:, y - ky, x - kx] += layer.weights[:, c, ky, kx]


def test_nir_file(scnn, tmp_path):
    """What the file says is what was simulated."""
    nir = pytest.importorskip("nir")
    layers = scnn.scnn()
    scnn.write_nir(layers, tmp_path / "net.nir")
    read = nir.read(tmp_path / "net.nir").nodes
    nodes = [read[name] for name in sorted(set(read) - {"input", "output"}, key=int)]
    weights = [node.weight for node in nodes if hasattr(node, "weight")]
    thresholds = [node.v_threshold for node in nodes if hasattr(node, "v_threshold")]
    assert all(np.array_equal(a, b.weights) for a, b in zip(weights, layers, strict=True))
    assert [np.unique(t).tolist() for t in thresholds] == [[layer.threshold] for layer in layers]
    assert [t.shape for t in thresholds] == [(20, 32, 32), (32, 12, 12), (128, 4, 4), (500,), (10,)]


def test_events_file(scnn, tmp_path):
    frames = scnn.load("scnn", 2)[1]
    scnn.write_events(frames, tmp_path / "in.npz")
    events = np.load(tmp_path / "in.npz")
    again = np.zeros_like(frames)
    again[events["step"], events["recording"], events["channel"], events["y"], events["x"]] = 1
    assert np.array_equal(again, frames) and (np.diff(events["recording"]) >= 0).all()


def test_trained_network(scnn, data):
    """All expected counts are those of an independent run of the quantised network, and a recording gives them."""
    reference = np.load(data / "scnn" / "reference_counts.npz")
    assert np.array_equal(scnn.expected("scnn_mnist", 60)[1], reference["int8_zero"])
    pytest.importorskip("h5py")
    layers, frames = scnn.load("scnn_mnist", 1, data)
    counts, outputs = scnn.simulate(layers, frames[:, 0])
    known_counts, known_outputs = scnn.expected("scnn_mnist", 1)
    assert (counts, outputs) == (known_counts[0].tolist(), known_outputs[0].tolist())
