"""Optimisation on machines: what they would need, networks with the states of the solver, and pictures."""

import copy
import pickle
import sys

import numpy as np
import pytest
from test_qubo import LONG, PETERSEN, ring, same

import gennaker
from gennaker import brian2_sim, hardware, qubo

CHIP, REFERENCE = hardware.SpiNNaker2Chip, brian2_sim.Brian2Backend
#: What a replay says as a result does.
TOLD = ("spins", "energies", "values", "tick_found", "last_spins", "last_energies", "num_flips", "num_ticks")


def agree(told, found):
    for name in TOLD:
        assert np.array_equal(getattr(told, name), getattr(found, name), equal_nan=name == "values"), name
    assert (told.best_read, told.value, told.violations) == (found.best_read, found.value, found.violations)


@pytest.mark.parametrize("coding", ["changes", "states"])
@pytest.mark.parametrize(
    ("backend", "options"),
    [
        (CHIP, {}),
        (REFERENCE, {"discipline": "gate(0.3)", "rule": "heat_bath"}),
        (CHIP, {"discipline": "refractory(4)", "schedule": ("linear", 9, 0.5)}),
        (REFERENCE, {"schedule": "fowler_nordheim", "initial": np.ones(60)}),
    ],
)
def test_networks_go_through_the_states_of_solve(backend, options, coding):
    problem, options = ring(), {"num_steps": 70, "num_anneals": 2, "num_reads": 3, "seed": 7, **options}
    found = problem.solve(**options)
    net = problem.network(**options, coding=coding)
    assert [population.size for population in net.populations] == 3 * [120 if coding == "changes" else 60]
    backend().run(net, 140)
    told = problem.replay(net)
    agree(told, found)
    assert told.energies_by_tick.shape == (3, 140) and np.array_equal(told.energies_by_tick[:, -1], told.last_energies)
    for energies, tick, best in zip(told.energies_by_tick, told.tick_found, told.energies):
        assert tick == 0 or (energies[tick - 1] == best == energies.min() and (energies[: tick - 1] > best).all())
    flips = sum(len(train) for train in net.populations[1].get_spikes().values())
    assert coding == "states" or flips == found.num_flips[1]


def test_networks_of_decimals_labels_and_rules():
    rng = np.random.default_rng(5)
    names, weights = "abcdefgh", np.triu(rng.normal(size=(8, 8)))
    decimals = qubo.qubo({(names[i], names[j]): weights[i, j] for i, j in zip(*np.triu_indices(8))})
    with pytest.raises(ValueError, match=r"a neuron's potential is exact up to 16777216 only: round it, problem.rounded\("):
        decimals.network()
    wide = decimals.rounded(bits=16)
    for problem in (wide, decimals.rounded(), qubo.coloring(PETERSEN, 3), qubo.partition([3, 1, 4, 1, 5])):
        found, net = problem.solve(40, 2, seed=3), problem.network(40, 2, seed=3)
        CHIP().run(net, 40)
        agree(problem.replay(net), found)
    labelled = wide.network(40)
    REFERENCE().run(labelled, 40)
    told = wide.replay(labelled)
    assert set(told.solution) == set(names)
    assert np.allclose(told.energies_by_tick.min(), told.energies, rtol=0, atol=wide.rounding["energy_error"])
    assert "reads of 40 ticks" in repr(told) and len(told) == 1


def test_rounding_keeps_energies_and_says_what_it_changed():
    rng = np.random.default_rng(6)
    for scale in (1, 1e-200, 1e200):
        problem = qubo.ising(rng.normal(size=30) * scale, np.triu(rng.normal(size=(30, 30)), 1) * scale)
        state = np.where(rng.random(30) < 0.5, 1, -1)
        for bits in (2, 8, 16, 32):
            rounded = problem.rounded(bits)
            _, _, values = rounded.couplings
            assert np.abs(values).max() < 2 ** (bits - 1) and np.abs(rounded.fields).max() < 2**24
            assert bits > 16 or np.abs(values).max() >= 2 ** (bits - 2)
            assert rounded.energy(state) == problem.energy(state) and rounded.labels == problem.labels
            integers = rounded.fields @ state + sum(w * state[i] * state[j] for i, j, w in zip(*rounded.couplings))
            assert abs(integers / rounded.scale - problem.energy(state)) <= rounded.rounding["energy_error"] * (1 + 1e-9)
            assert rounded.solve(50, machine="auto").hardware.n_parts_per_weight >= 1
    assert problem.rounded().solve(300, 5).value == pytest.approx(problem.solve(300, 5).value, rel=0.05)
    exact = qubo.qubo([[0.5, -2], [0, 1]])
    assert exact.rounded().rounding == exact.rounding
    for error, message, make in [
        (ValueError, "in whole numbers", lambda: ring().rounded()),
        (ValueError, "bits is 1; it must be 2 to 32", lambda: exact.rounded(1)),
        (ValueError, "bits is 33", lambda: exact.rounded(33)),
        (TypeError, "bits is 7.5", lambda: exact.rounded(7.5)),
    ]:
        with pytest.raises(error, match=message):
            make()


def test_replays_are_of_the_ticks_that_were_run():
    problem = ring()
    net = problem.network(100, 2, coding="states")
    assert pickle.loads(pickle.dumps(net))._optimisation["coding"] == "states"
    with pytest.raises(RuntimeError, match="run the network first"):
        problem.replay(net)
    CHIP().run(net, 30)
    whole = problem.solve(100, 2)
    told = ring().replay(copy.deepcopy(net))
    assert told.num_ticks.tolist() == [30, 30] and (told.tick_found <= 30).all() and (told.energies >= whole.energies).all()
    CHIP().run(net, 100)
    agree(problem.replay(net), whole)
    CHIP().run(net, 0)
    assert problem.replay(net).energies_by_tick.shape == (2, 0)
    for other in (ring(61), qubo.max_cut([(i, (i + 1) % 60) for i in range(60)])):
        with pytest.raises(ValueError, match="not one that this problem's `network` has made"):
            other.replay(net)
    with pytest.raises(ValueError, match="not one that this problem's"):
        problem.replay(gennaker.snn.Network())
    net.populations[1].record = []
    CHIP().run(net, 10)
    with pytest.raises(RuntimeError, match="replica1` did not record `spikes`"):
        problem.replay(net)
    del net.populations[0]
    with pytest.raises(ValueError, match="`replica0` is not part of it any more"):
        problem.replay(net)


def test_pictures(monkeypatch):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    _, axes = pyplot.subplots()
    result = ring().solve(60, 9, target=115)
    assert result.plot(axes) is axes and axes.get_xlabel() == "cut" and sum(bar.get_height() for bar in axes.patches) == 9
    assert axes.lines[0].get_xdata()[0] == 115
    stuck = qubo.coloring(PETERSEN, 3).solve(1, 3, schedule=("constant", 0.0), discipline="one", target=0)
    _, axes = pyplot.subplots()
    assert not stuck.plot(axes).lines and np.isfinite(stuck.values).sum() == 0
    real = qubo.qubo([[0.5, -2], [0, 1]]).solve(20, 5).plot()
    assert real.get_xlabel() == "energy" and sum(bar.get_height() for bar in real.patches) == 5
    net = ring().network(50, 3)
    CHIP().run(net, 50)
    assert [len(line.get_xdata()) for line in ring().replay(net).plot().lines] == 3 * [50]
    pyplot.close("all")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        result.plot()


def test_what_no_network_does_is_refused():
    for error, message, options in [
        (ValueError, "use colour, refractory or gate", {"discipline": "sequential"}),
        (ValueError, "a custom schedule is a list", {"schedule": [3.0, 1.0]}),
        (ValueError, "`flips` is not a coding", {"coding": "flips"}),
        (TypeError, "coding is 3", {"coding": 3}),
        (ValueError, "make a network for each", {"num_reads": 2, "initial": [[1] * 60, [-1] * 60]}),
        (ValueError, "fits a run, 1118481 reads", {"num_reads": 2**21}),
    ]:
        with pytest.raises(error, match=message):
            ring().network(**options)
    with pytest.raises(ValueError, match="no variables"):
        qubo.max_cut([]).network()


def test_what_a_machine_would_need(tmp_path):
    problem, options = ring(), {"num_steps": 200, "num_reads": 4, "seed": 2}
    plain = problem.solve(**options)
    result = problem.solve(**options, machine="auto")
    assert plain.hardware is None and same(result, plain)
    needs = result.hardware
    assert needs.machine == "chip" and needs.model == "on_off" and needs.coding == "changes"
    assert needs.n_spikes == plain.num_flips.sum() and needs.n_ticks == 200 and needs.duration_s == pytest.approx(0.2)
    assert needs.n_replicas == 4 == needs.n_pes and needs.n_replicas_that_fit > 100 and needs.n_neurons_per_replica == 120
    assert needs.energy_per_replica_j == needs["energy_j"] / 4 and needs.to_target is None and needs.in_time is True
    assert isinstance(needs.account, gennaker.Account) and needs.account.total_j == needs.energy_j
    assert "4 replicas on 4 PEs" in repr(needs)
    with pytest.raises(AttributeError, match="Hardware has no `joules`; it has: machine, "):
        needs.joules
    # The spikes of the network on the chip cost what the account says.
    net, chip = problem.network(**options), hardware.SpiNNaker2Chip()
    chip.run(net, 200, record_power=True)
    assert {**chip.account, "options": None} == {**needs.account, "options": None} and chip.energy == needs.energy_j
    states = problem.solve(**options, machine="chip", coding="states").hardware
    assert (states.model, states.n_neurons_per_replica) == ("gibbs", 60) and states.n_spikes > 4 * needs.n_spikes
    low = problem.solve(**options, machine="auto", account={"level": "low", "tick": "0.5ms"}).hardware
    assert low.account.options["level"] == "low" and low.duration_s == 0.1 and low.energy_j < needs.energy_j
    met = problem.solve(**options, target=110, machine="board").hardware
    assert met.machine == "board" and met.n_ticks < 200 and met.to_target.n_ticks > 0 < met.to_target.energy_j
    file = tmp_path / "two.toml"
    file.write_text('name = "two"\npreset = "chip"\n')
    assert problem.solve(**options, machine=file).hardware.energy_j == pytest.approx(needs.energy_j)


def test_what_no_machine_does_is_refused_before_anything_is_solved():
    wide = qubo.ising([0, 0], [[0, 2**27], [0, 0]])
    for problem, error, message, options in [
        (ring(), ValueError, "use colour, refractory or gate", {"discipline": "one"}),
        (ring(), ValueError, "a custom schedule", {"schedule": [3.0]}),
        (wide, ValueError, "bits are missing", {}),
        (ring(), ValueError, "PE", {"machine": "chip", "num_reads": 200}),
        (ring(), ValueError, "tower", {"machine": "tower"}),
        (ring(), ValueError, "nowhere.toml", {"machine": "nowhere.toml"}),
        (ring(), TypeError, "name of a machine file", {"machine": 48}),
        (ring(), ValueError, "energy.router", {"account": {"energy.router": 1}}),
        (ring(), ValueError, "level", {"account": {"level": "highest"}}),
        (ring(), TypeError, "a dictionary of assumptions", {"account": "low"}),
        (ring(), ValueError, "`flips` is not a coding", {"coding": "flips"}),
        (ring(), ValueError, "are about a machine", {"coding": "states", "machine": None}),
        (ring(), ValueError, "are about a machine", {"account": {}, "machine": None}),
        (ring(), ValueError, "leave the machine out", {"initial": [[1] * 60, [-1] * 60, [1] * 60, [1] * 60]}),
    ]:
        with pytest.raises(error, match=message):
            problem.solve(**{**LONG, "machine": "auto", **options})
    stopped = ring().solve(10, 2, target=float("-inf"), machine="auto")
    # The machine has to be looked at once to tell.
    assert stopped.hardware.n_ticks == 1 and stopped.hardware.n_spikes == 0
