"""Nonsense in every argument: an ordinary exception or an ordinary result, never a crash."""

import itertools
import os
import signal

import numpy as np
import pytest

import gennaker
from gennaker import brian2_sim, hardware, helpers, snn
from gennaker.neuron_models.common import DVFSParams, PmgtMode
from gennaker.neuron_models.lif_neuron import LIFApplication

NONSENSE = [
    None,
    True,
    -1,
    0,
    2**31,
    2**64,
    -(2**70),
    1.5,
    float("nan"),
    float("inf"),
    -0.0,
    1e300,
    "",
    "x",
    "\0",
    "`\n",
    b"bytes",
    [],
    [[]],
    [None],
    ["a"],
    [1, [2]],
    (),
    {},
    {1: 2},
    {None: None},
    {"type": "list"},
    {0: [2**40]},
    {0: [[1]]},
    set(),
    object(),
    int,
    3j,
    np.array([]),
    np.zeros((2, 2, 2)),
    np.array("x"),
    np.array([None]),
    np.array([1j]),
    np.datetime64("2020-01-01"),
    np.ma.masked,
    lambda: 0,
    "é" * 1000,
    range(3),
    np.full((3, 4), np.nan),
    np.full((1, 4), 2.0**33),
]
ORDINARY = (TypeError, ValueError, OverflowError, RuntimeError, LookupError, OSError, MemoryError)

pytestmark = pytest.mark.filterwarnings("ignore")


def survives(function, *arguments, **options):
    """Calls; ordinary exceptions are fine, and their message is not empty."""
    try:
        return function(*arguments, **options)
    except ORDINARY as error:
        assert str(error)


def run(*objects):
    net = snn.Network()
    net.add(*objects)
    hardware.SpiNNaker2Chip().run(net, 3)
    brian2_sim.Brian2Backend().run(net, 3)
    return [p.get_spikes() for p in net.populations if "spikes" in p.record]


@pytest.mark.parametrize("thing", NONSENSE, ids=lambda x: repr(x)[:20])
def test_populations(thing):
    cases = [
        ((thing, "lif", {}), {}),
        ((2, thing, {}), {}),
        ((2, "lif", thing), {}),
        ((2, "spike_list", thing), {}),
        ((2, "spike_list", {0: thing}), {}),
        ((2, "lif", {}), {"name": thing}),
        ((2, "lif", {}), {"record": thing}),
        ((2, "lif", {}), {"record": [thing]}),
    ]
    cases += [((2, "lif_curr_exp", {key: thing}), {}) for key in ("threshold", "reset", "t_refrac", "v_init", "exc_decay")]
    cases += [
        ((2, model, {"p": thing, "seed": thing, "array": thing, "Tref": thing}), {})
        for model in ("poisson_process", "spikes_from_array")
    ]
    for arguments, options in cases:
        population = survives(snn.Population, *arguments, **options)
        if population is not None and population.size < 1000:
            survives(run, population)


@pytest.mark.parametrize("thing", NONSENSE, ids=lambda x: repr(x)[:20])
def test_projections_networks_and_runs(thing):
    a, b = snn.Population(3, "spike_list", {0: [0]}), snn.Population(3, "lif_no_delay", {})
    for arguments in (
        (thing, b, []),
        (a, thing, []),
        (a, b, thing),
        (a, b, [thing]),
        (a, b, [[0, 0, thing, 0]]),
        (a, b, [[0, thing, 1, 0]]),
        (a, b, [[0, 0, 1, thing]]),
    ):
        projection = survives(snn.Projection, *arguments)
        if projection is not None:
            survives(run, a, b, projection)
    survives(b.set_max_atoms_per_core, thing)
    survives(b.get_variable, thing)
    net = snn.Network(thing)
    survives(net.add, thing)
    net.add(snn.Population(1, "lif", {}))
    survives(net.validate)
    small = not isinstance(thing, (int, float)) or thing == 0
    if small:
        survives(hardware.SpiNNaker2Chip(thing).run, net, thing)
    for helper in (helpers.spike_times_dict_to_arrays, helpers.spike_times_to_matrix):
        try:
            helper(thing)
        except (AttributeError, *ORDINARY):
            pass


@pytest.mark.parametrize("thing", NONSENSE, ids=lambda x: repr(x)[:20])
def test_core(thing):
    survives(gennaker.Network, thing, thing)
    survives(gennaker.Machine, thing)
    survives(gennaker.load, thing)
    survives(gennaker.open_results, thing)
    network = gennaker.Network()
    network.add_population("a", 3, "lif", None, ["spikes", "v"])
    for arguments in (
        (thing, 1, "lif"),
        ("b", thing, "lif"),
        ("b", 1, thing),
        ("b", 1, "lif", thing),
        ("b", 1, "lif", None, thing),
    ):
        survives(gennaker.Network().add_population, *arguments)
    for option in ("spikes", "shape", "max_atoms_per_core"):
        survives(gennaker.Network().add_population, "b", 1, "spike_list", **{option: thing})
    survives(gennaker.Network().add_population, "b", 1, "spike_list", spikes=(thing, thing))
    for position, _ in enumerate("name pre post connections weight delay".split()):
        arguments = ["ab", 0, 0, "one_to_one", 1, 0]
        arguments[position] = thing
        other = gennaker.Network()
        other.add_population("a", 3, "lif")
        if survives(other.add_projection, *arguments) is not None:
            survives(gennaker.Simulation, other)
            survives(gennaker.map, other, gennaker.Machine("chip"))
    survives(gennaker.map, network, gennaker.Machine("chip"), thing)
    simulation = gennaker.Simulation(network)
    for method in (simulation.spikes, simulation.restore, simulation.svg):
        survives(method, thing)
    survives(simulation.state, "a", thing)
    survives(simulation.svg, "raster", thing)
    survives(simulation.png, "raster", 1.0, [], thing)


@pytest.mark.parametrize("thing", NONSENSE, ids=lambda x: repr(x)[:20])
def test_accounts(thing, tmp_path, monkeypatch):
    net = snn.Network()
    net.add(snn.Population(3, "lif", {}, name="a", record=["time_done"]))
    hw = hardware.SpiNNaker2Chip()
    for option in ("sys_tick_in_s", "account"):
        survives(hw.run, net, 3, **{option: thing})
    for name in ("level", "quad_permits", "energy.router_packet_pj", "cost.cycles_per_packet", "level_of.a"):
        survives(hw.run, net, 3, account={name: thing})
    params = survives(DVFSParams, thing), survives(DVFSParams, PmgtMode.PL_MODE_AUTO, thing)
    for given in (thing, *params):
        monkeypatch.setattr(LIFApplication, "dvfs_params", given)
        survives(hw.run, net, 3)
    network = gennaker.Network()
    network.add_population("a", 3, "lif", None, ["spikes"])
    gennaker.run(network, 3, machine="chip", folder=tmp_path / "r")
    survives(gennaker.account, thing)
    for option in ("level", "tick", "set"):
        survives(gennaker.account, tmp_path / "r", **{option: thing})
    for dimensions in (thing, {"level": thing}, {"level": [thing]}, {"atoms": [thing, thing]}):
        survives(gennaker.sweep, tmp_path / "r", dimensions)
    mapping = gennaker.map(network, gennaker.Machine("chip"))
    for arguments in ((thing, 3), (mapping, thing), (mapping, 3, thing), (mapping, 3, 1.0, thing), (mapping, 3, 1.0, {}, thing)):
        survives(gennaker.Simulation(network, counts=True).count, *arguments)


@pytest.mark.parametrize("seed", range(20))
def test_random_connectors(seed):
    random = np.random.default_rng(seed)
    kinds = ["one_to_one", "all_to_all", "fixed_probability", "fixed_in_degree", "fixed_out_degree", "fixed_total_number"]
    kinds += ["distance_dependent", "list"]
    values = [0, 1, 2, -1, 0.5, 1e4, -(2**33), None, True, "gaussian", "x", [1], []]
    keys = "p n kernel p_max scale max_distance with_replacement allow_self_connections pre post weight delay".split()
    for kind, _ in itertools.product(kinds, range(20)):
        connector = {"type": kind, **{key: values[random.integers(len(values))] for key in random.choice(keys, 4)}}
        network = gennaker.Network()
        network.add_population("a", 4, "lif")
        if survives(network.add_projection, "aa", 0, 0, connector) is not None:
            survives(gennaker.Simulation, network, "reference")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_the_child_of_a_fork_maps_and_runs_as_its_parent_did():
    spikes = run(snn.Population(3, "lif", {"i_offset": 5.0}))
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        os._exit(run(snn.Population(3, "lif", {"i_offset": 5.0})) != spikes)
    assert os.waitpid(child, 0)[1] == 0
