"""The compiled core: networks, machines, mappings and simulations as arrays and dictionaries."""

import threading
import time

import numpy as np
import pytest

import gennaker


def pair(seed=0, **connector):
    """Poisson sources onto neurons, by a rule."""
    network = gennaker.Network("pair", seed)
    source = network.add_population("source", 100, "poisson_process", {"p": 0.05}, ["spikes"])
    cells = network.add_population("cells", 50, "lif", {"threshold": 20}, ["spikes", "v"])
    rule = {"type": "fixed_probability", "p": 0.2, **connector}
    network.add_projection("all", source, cells, rule, weight={"distribution": "uniform_int", "low": 1, "high": 5}, delay=1)
    return network


def test_networks_describe_themselves():
    network = pair(7)
    assert (network.name, network.seed, network.n_neurons) == ("pair", 7, 150)
    assert network.populations == ["source", "cells"] and network.projections == ["all"]
    assert network.population(1) == {"name": "cells", "size": 50, "model": "lif", "record": ["spikes", "v"]}
    assert "2 populations, 150 neurons" in repr(network)
    with pytest.raises(IndexError, match="population 2 does not exist"):
        network.population(2)


def test_results_are_arrays():
    simulation = gennaker.Simulation(pair())
    simulation.run(100)
    ticks, neurons = simulation.spikes("source")
    assert ticks.dtype == neurons.dtype == np.uint32 and len(ticks) == len(neurons) > 100
    order = np.lexsort((neurons, ticks))
    assert np.array_equal(order, np.arange(len(ticks))), "sorted by tick, then neuron"
    sampled, columns, values = simulation.state(1, "v")
    assert values.shape == (100, 50) and values.dtype == np.float32
    assert np.array_equal(sampled, np.arange(100)) and np.array_equal(columns, np.arange(50))
    assert simulation.report()["n_spikes"] == len(ticks) + len(simulation.spikes("cells")[0])


@pytest.mark.parametrize("numeric", ["chip", "reference", "reference_integer_weights", "reference_single_parameters"])
def test_runs_in_pieces_checkpoints_and_threads_change_nothing(numeric):
    def spikes(simulation):
        return np.concatenate(simulation.spikes("cells")).tolist()

    whole = gennaker.Simulation(pair(), numeric, threads=1)
    whole.run(80)
    pieces = gennaker.Simulation(pair(), numeric, threads=2)
    pieces.run(30)
    saved = pieces.checkpoint()
    pieces.run(50)
    later = gennaker.Simulation(pair(), numeric, threads=1)
    later.restore(saved)
    assert later.tick == 30
    later.run(50)
    assert spikes(whole) == spikes(pieces) == spikes(later) != []
    whole.reset()
    assert whole.tick == 0 and len(whole.spikes("cells")[0]) == 0
    whole.run(80)
    assert spikes(whole) == spikes(later)


def test_damaged_checkpoints_are_refused():
    simulation = gennaker.Simulation(pair())
    saved = simulation.checkpoint()
    for wrong in (b"", saved[:-1], saved[:60] + b"x" + saved[61:]):
        with pytest.raises(ValueError, match="not a usable checkpoint"):
            simulation.restore(wrong)
    with pytest.raises(ValueError, match="not a usable checkpoint"):
        gennaker.Simulation(pair(seed=3)).restore(saved)


def test_windows_and_selections():
    network = gennaker.Network()
    record = [{"variable": "v", "neurons": [3, 1], "start": 2, "stop": 9, "every": 3}, "spikes"]
    network.add_population("cells", 5, "lif", {"i_offset": np.arange(5), "threshold": 99}, record)
    simulation = gennaker.Simulation(network)
    simulation.run(20)
    ticks, neurons, values = simulation.state("cells", "v")
    assert (ticks.tolist(), neurons.tolist(), values.shape) == ([2, 5, 8], [3, 1], (3, 2))
    assert values[0, 0] > values[0, 1]


def test_what_was_not_recorded_says_what_was():
    network = gennaker.Network()
    network.add_population("quiet", 1, "lif")
    simulation = gennaker.Simulation(network)
    with pytest.raises(ValueError, match="`quiet` recorded nothing, not `spikes`: add it to `record`"):
        simulation.spikes(0)
    with pytest.raises(KeyError, match="no population `loud`; the network has: quiet"):
        simulation.spikes("loud")
    with pytest.raises(IndexError, match="population 4 does not exist"):
        simulation.spikes(4)
    with pytest.raises(TypeError, match="neither a population's position nor its name"):
        simulation.spikes(1.5)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("p", -1, "lif"), "size is -1"),
        (("p", 0, "lif"), "size is 0"),
        (("p", 1, "lfi"), "did you mean `lif`"),
        (("p", 1, "lif", {"treshold": 1}), "did you mean `threshold`"),
        (("p", 1, "lif", {"threshold": {"distribution": "normal", "mean": 1}}), "missing field `sd`"),
        (("p", 1, "lif", {"threshold": {"distribution": "gamma"}}), "unknown variant `gamma`"),
        (("p", 1, "lif", {"threshold": {"distribution": object()}}), "neither a number"),
        (("p", 1, "lif", None, ["w"]), "cannot record `w`"),
        (("p", 1, "lif", None, [{"variable": "v", "evry": 2}]), "unknown field `evry`"),
        (("p", 1, "lif", None, [{"variable": "v", "neurons": [1]}]), "index 1 is outside population `p`"),
    ],
)
def test_bad_populations(arguments, message):
    network = gennaker.Network()
    with pytest.raises(ValueError, match=message):
        network.add_population(*arguments)
        network.validate()


@pytest.mark.parametrize(
    "connector, options, message",
    [
        ({"type": "fixed_probability", "p": 2}, {}, "p is 2"),
        ({"type": "fixed_probability"}, {}, "missing field `p`"),
        (
            {"type": "fixed_probability", "p": 0.1, "prob": 1},
            {},
            "`fixed_probability` has no key `prob`; it has: allow_self",
        ),
        ({"type": "random"}, {}, "unknown variant `random`"),
        ({}, {}, "missing field `type`"),
        ("one_to_one", {}, "one to one needs equal sizes"),
        ([[0, 0, 1]], {}, "give n rows"),
        ([["a", 0, 1, 1]], {}, "not a number or a list of numbers"),
        ("all_to_all", {"weight": 99}, "weight 99 is beyond the synapse word of `lif`"),
        ("all_to_all", {"delay": 8}, "delay 8 is beyond the synapse word"),
        ("all_to_all", {"weight": "x"}, "weight must be a number"),
        ("all_to_all", {"delay": 0.5}, "delay is 0.5"),
    ],
)
def test_bad_projections(connector, options, message):
    network = gennaker.Network()
    network.add_population("a", 2, "poisson_process")
    network.add_population("b", 3, "lif")
    with pytest.raises(ValueError, match=message):
        network.add_projection("ab", 0, 1, connector, **options)
        gennaker.Simulation(network)


def test_bad_options():
    with pytest.raises(ValueError, match="numeric: unknown variant `quick`, expected one of `chip`"):
        gennaker.Simulation(pair(), "quick")
    with pytest.raises(ValueError, match="mapping options: unknown field `place`"):
        gennaker.map(pair(), gennaker.Machine("chip"), {"place": "radial"})
    for name, message in (
        ("cihp", "unknown machine `cihp`: use one of chip"),
        ("boards:2", "multiple of 3"),
        ("x.toml", "cannot read"),
    ):
        with pytest.raises(ValueError, match=message):
            gennaker.Machine(name)


@pytest.mark.parametrize("name, n_chips", [("chip", 1), ("board", 48), ("boards:3", 144)])
def test_machines(name, n_chips):
    machine = gennaker.Machine(name)
    assert machine.n_chips == n_chips == machine.summary()["n_chips"]
    mapping = gennaker.map(pair(), machine, {"placer": "application_grouped", "timesteps": 10})
    assert mapping.machine == name and mapping.n_pes == 2 and mapping.stats["n_synapses"] > 0


def test_models_are_described_in_order():
    models = gennaker.models()
    assert list(models)[:2] == ["spike_list", "spikes_from_array"]
    lif = models["lif"]
    assert list(lif["parameters"]) == ["threshold", "alpha_decay", "i_offset", "v_init", "v_reset", "reset"]
    assert lif["parameters"]["threshold"]["default"] == 10.0 and lif["max_weight"] == 15 and lif["max_delay"] == 7
    assert models["spike_list"]["is_source"] and models["spikes_from_array"]["parameters"]["array"]["default"] is None


def test_python_goes_on_while_a_run_runs():
    network = gennaker.Network()
    network.add_population("many", 20_000, "poisson_process", {"p": 0.02})
    simulation = gennaker.Simulation(network, threads=1)
    worker = threading.Thread(target=simulation.run, args=(3_000,))
    worker.start()
    counted = 0
    while worker.is_alive():
        counted += 1
        time.sleep(0.001)
    assert counted > 20 and simulation.tick == 3_000
