"""Recordings that do not stay in memory, and dictionaries that are made as far as they are looked at."""

import copy
import gc
import json
import os
import pickle

import numpy as np
import pytest

import gennaker
from gennaker import _run, hardware, results, snn
from gennaker._trains import SpikeTrains


def network():
    net = gennaker.Network("pieces", seed=4)
    net.add_population("in", 50, "poisson_process", {"p": 0.1}, ["spikes"])
    net.add_population("cell", 30, "lif", {"threshold": 20.0}, ["spikes", "v"])
    net.add_population("last", 5, "charge_and_spike", {}, ["v_last"])
    net.add_projection("p", 0, 1, {"type": "fixed_probability", "p": 0.5}, 3, 1)
    return net


def equal(one, other):
    for name in ("in", "cell"):
        for a, b in zip(one.spikes(name), other.spikes(name)):
            np.testing.assert_array_equal(a, b)
    for name, variable in (("cell", "v"), ("last", "v_last")):
        for a, b in zip(one.state(name, variable), other.state(name, variable)):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("memory", [0, 256])
@pytest.mark.parametrize("mapped_bytes", [0, 1 << 40])
def test_a_folder_holds_what_memory_would(tmp_path, monkeypatch, memory, mapped_bytes):
    monkeypatch.setattr(results, "MAPPED_BYTES", mapped_bytes)
    whole = gennaker.run(network(), 80)
    stored = gennaker.run(network(), 80, folder=tmp_path / "r", recording_memory=memory)
    equal(whole, stored)
    assert (tmp_path / "r" / "raster.svg").exists() and os.listdir(tmp_path) == ["r"]
    assert stored.timesteps == 80 and stored.report["n_spikes"] == whole.report["n_spikes"]
    assert isinstance(stored.state("cell", "v")[1], np.memmap) == (mapped_bytes == 0)
    assert stored.spike_trains("cell") == whole.spike_trains("cell")


def test_what_was_written_is_not_in_the_simulation(tmp_path):
    simulation = gennaker.Simulation(network())
    assert not simulation.run_or_spill(40, tmp_path / "a")
    assert len(simulation.spikes("in")[0]) > 0 and not (tmp_path / "a").exists()
    assert simulation.run_or_spill(40, tmp_path / "b", recording_memory=0)
    equal(gennaker.run(network(), 80), gennaker.open_results(tmp_path / "b"))
    with pytest.raises(ValueError, match="the recordings are in .*open_results"):
        simulation.spikes("in")
    with pytest.raises(ValueError, match="the recordings are in .*open_results"):
        simulation.run_into(10, tmp_path / "c")
    assert simulation.report()["timesteps"] == 80
    simulation.reset()
    simulation.run_into(80, tmp_path / "c")
    equal(gennaker.run(network(), 80), gennaker.open_results(tmp_path / "c"))


def test_a_folder_that_cannot_be_written_is_known_before_the_run(tmp_path):
    (tmp_path / "mine").write_text("mine")
    simulation = gennaker.Simulation(network())
    with pytest.raises(ValueError, match="it is a file"):
        simulation.run_into(10, tmp_path / "mine")
    with pytest.raises(ValueError, match="tick_ms"):
        simulation.run_into(10, tmp_path / "r", tick_ms=0.0)
    assert simulation.tick == 0


def test_populations_of_runs_beyond_memory_are_the_same(monkeypatch):
    def run():
        net = snn.Network(seed=3)
        source = snn.Population(20, "poisson_process", {"p": 0.2}, name="in")
        cell = snn.Population(10, "lif", {"threshold": 9.0}, name="cell", record=["spikes", "v"])
        net.add(source, cell, snn.Projection(source, cell, [[i, i % 10, 4, 1] for i in range(20)]))
        hardware.SpiNNaker2Chip().run(net, 60)
        return source, cell

    whole = run()
    monkeypatch.setattr(_run, "RECORDING_MEMORY_MIB", 0)
    monkeypatch.setattr(results, "MAPPED_BYTES", 0)
    stored = run()
    folder = stored[0]._recorded.place.folder
    assert os.path.isdir(folder)
    for a, b in zip(whole, stored):
        assert a.get_spikes() == b.get_spikes()
    a, b = whole[1].get_voltages(), stored[1].get_voltages()
    assert a.keys() == b.keys() and all((a[i] == b[i]).all() for i in a)
    del stored, b
    gc.collect()
    assert not os.path.exists(folder)


@pytest.fixture(params=[12, 70_000])
def trains(request):
    """Trains that nobody has looked at, and the same as a plain dictionary."""
    size = request.param
    generator = np.random.default_rng(1)
    ticks = np.sort(generator.integers(0, 100, 500)).astype(np.uint32)
    neurons = generator.integers(0, size, 500).astype(np.uint32)
    plain = {i: [] for i in range(size)}
    for tick, neuron in zip(ticks.tolist(), neurons.tolist()):
        plain[neuron].append(tick)
    return lambda: SpikeTrains(ticks, neurons, size), plain


def test_lazy_trains_are_a_dictionary(trains):
    lazy, plain = trains
    size = len(plain)
    assert lazy() == plain and plain == lazy() and lazy() == lazy() and not lazy() != plain
    assert lazy() != {**plain, 0: ["other"]}
    assert len(lazy()) == size and size not in lazy() and list(lazy()) == list(plain) and bool(lazy())
    assert all(lazy()[i] == plain[i] for i in (0, size - 1))
    assert list(lazy().items()) == list(plain.items()) and list(lazy().values()) == list(plain.values())
    assert dict(lazy()) == plain and {**lazy()} == plain and lazy() | {} == plain and {} | lazy() == plain
    assert repr(lazy()) == repr(plain) and json.dumps(lazy()) == json.dumps(plain)
    for other in (copy.copy(lazy()), copy.deepcopy(lazy()), pickle.loads(pickle.dumps(lazy())), lazy().copy()):
        assert type(other) is dict and other == plain
    assert lazy().get(1) == plain[1] and lazy().get(-1) is None and lazy().get(-1, 5) == 5
    with pytest.raises(KeyError):
        lazy()[size]


def test_changes_to_lazy_trains_stay(trains):
    lazy, plain = trains
    changed = lazy()
    changed[0].append(7)
    assert changed[0] == plain[0] + [7] and list(changed.values())[0] == plain[0] + [7]
    changed = lazy()
    changed[1] = None
    assert changed[1] is None and changed[2] == plain[2]
    assert changed.pop(2) == plain[2] and 2 not in changed
    del changed[3]
    assert len(changed) == len(plain) - 2


@pytest.mark.parametrize("memory", [-1, 2**70, float("nan"), "much", None])
def test_recording_memory_is_a_number_of_mib(tmp_path, memory):
    with pytest.raises(ValueError, match="recording_memory is .* whole number of MiB"):
        gennaker.run(network(), 10, folder=tmp_path / "r", recording_memory=memory)
    assert not any(tmp_path.iterdir())
