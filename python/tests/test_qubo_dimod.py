"""The solver as a sampler: dimod's own tests, and what users of other annealers type."""

import itertools
import unittest
import warnings

import numpy as np
import pytest

from gennaker import qubo

dimod = pytest.importorskip("dimod")
pytest.importorskip("dimod.testing")


@dimod.testing.load_sampler_bqm_tests(qubo.SpikingSampler)
@dimod.testing.load_sampler_bqm_tests(qubo.SpikingSampler())
class TestAsDimodSays(unittest.TestCase):
    """dimod's conformance tests."""


SAMPLER = qubo.SpikingSampler()


def model(vartype, n=12, seed=1):
    rng = np.random.default_rng(seed)
    linear = {f"x{i}": rng.normal() for i in range(n)}
    quadratic = {(f"x{i}", f"x{j}"): rng.normal() for i, j in itertools.combinations(range(n), 2) if rng.random() < 0.5}
    return dimod.BinaryQuadraticModel(linear, quadratic, 1.5, vartype)


def same(a, b):
    return np.array_equal(a.record.sample, b.record.sample) and np.array_equal(a.record.energy, b.record.energy)


def test_the_interface():
    dimod.testing.assert_sampler_api(SAMPLER)
    assert {"num_reads", "num_sweeps", "beta_range", "seed", "discipline"} <= set(SAMPLER.parameters)
    for bearing in SAMPLER.parameters.values():
        assert set(bearing) <= set(SAMPLER.properties)


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_ground_states_and_energies_of_the_model_as_it_was_given(vartype):
    bqm = model(vartype)
    kept = bqm.copy()
    found = SAMPLER.sample(bqm, num_reads=20, num_sweeps=1000, seed=1)
    dimod.testing.assert_sampleset_energies(found, bqm, precision=9)
    assert bqm == kept and found.vartype is bqm.vartype and len(found) == 20
    assert found.first.energy == pytest.approx(dimod.ExactSolver().sample(bqm).first.energy)
    assert found.info["rounding"]["energy_error"] < 1e-9
    assert {"num_ticks", "tick_found", "num_occurrences"} <= set(found.record.dtype.names)


def test_all_ways_to_hand_a_model_over():
    bqm = model("SPIN")
    expected = SAMPLER.sample(bqm, num_reads=3, seed=4)
    h, j, offset = bqm.to_ising()
    found = SAMPLER.sample_ising(h, j, num_reads=3, seed=4)
    assert np.allclose(found.record.energy + offset, expected.record.energy)
    q, offset = bqm.to_qubo()
    found = SAMPLER.sample_qubo(q, num_reads=3, seed=4)
    assert found.vartype is dimod.BINARY and found.first.energy + offset == pytest.approx(expected.first.energy)
    problem = qubo.from_bqm(bqm)
    assert problem.labels == list(bqm.variables) and problem.kind == "ising"
    assert problem.solve(1000, 3, seed=4).value == pytest.approx(expected.first.energy)
    back = problem.to_bqm()
    sample = expected.first.sample
    assert back.energy(sample) == pytest.approx(bqm.energy(sample))
    cut = qubo.max_cut([("a", "b", 3), ("b", "c", 2)]).to_bqm()
    assert SAMPLER.sample(cut, seed=1).first.energy == -5
    assert qubo.coloring([(0, 1)], 2).to_bqm().num_variables == 4


def test_integers_decimals_and_empty_models():
    exact = dimod.BinaryQuadraticModel({"a": 1}, {("a", "b"): -2}, 0, "BINARY", dtype=object)
    assert SAMPLER.sample(exact, seed=1).first.energy == -1
    empty = dimod.BinaryQuadraticModel("SPIN")
    assert len(SAMPLER.sample(empty, num_reads=5)) == 5
    alone = dimod.BinaryQuadraticModel({"a": 0.0, ("b",): 1.0, 3: -1.0}, {}, 0.0, "SPIN")
    assert SAMPLER.sample(alone, seed=1).first.sample[("b",)] == -1


def test_seeds():
    bqm = model("BINARY", 40)
    assert same(SAMPLER.sample(bqm, num_reads=5, seed=7), qubo.SpikingSampler().sample(bqm, num_reads=5, seed=7))
    assert not same(
        SAMPLER.sample(bqm, num_reads=5, num_sweeps=5, seed=7), SAMPLER.sample(bqm, num_reads=5, num_sweeps=5, seed=8)
    )
    fresh = SAMPLER.sample(bqm, num_reads=5, num_sweeps=5)
    assert same(fresh, SAMPLER.sample(bqm, num_reads=5, num_sweeps=5, seed=fresh.info["seed"]))
    assert fresh.info["seed"] != SAMPLER.sample(bqm).info["seed"]


def test_schedules_of_inverse_temperatures():
    bqm, base = model("SPIN", 40), {"num_reads": 4, "num_sweeps": 50, "seed": 3}
    found = SAMPLER.sample(bqm, beta_range=(0.1, 4.0), **base)
    assert found.info["beta_range"] == pytest.approx([0.1, 4.0]) and found.info["beta_schedule_type"] == "geometric"
    assert same(found, SAMPLER.sample(bqm, schedule=("geometric", 10.0, 0.25), **base))
    all_at_once = {"num_reads": 4, "seed": 3, "discipline": "sequential"}
    linear = SAMPLER.sample(bqm, num_sweeps=8, beta_range=(0.0, 4.0), beta_schedule_type="linear", **all_at_once)
    custom = {"beta_schedule_type": "custom", "beta_schedule": np.linspace(0, 4, 8), **all_at_once}
    assert same(linear, SAMPLER.sample(bqm, **custom))
    assert not same(linear, SAMPLER.sample(bqm, num_sweeps=8, beta_range=(0.1, 4.0), **all_at_once))
    assert len(SAMPLER.sample(bqm, **custom).record) == 4
    steps = SAMPLER.sample(bqm, **custom, num_sweeps_per_beta=3)
    assert set(steps.record.num_ticks) == {24}
    for options in ({"beta_schedule_type": "linear"}, {"num_sweeps_per_beta": 5}, {"beta_schedule_type": "geometric"}):
        ends = SAMPLER.sample(bqm, **base, **options).info["beta_range"]
        assert ends == pytest.approx(SAMPLER.sample(bqm, **base).info["beta_range"])
    for schedule in ("linear", "fowler_nordheim", ("constant", 2.0), ("constant", 0.0)):
        betas = SAMPLER.sample(bqm, **base, schedule=schedule).info["beta_range"]
        assert betas[0] <= betas[1]


def test_a_sweep_asks_every_variable_once():
    bqm, base = model("SPIN", 30), {"num_reads": 3, "num_sweeps": 20, "seed": 3}
    colour = SAMPLER.sample(bqm, discipline="colour", **base)
    classes = colour.info["num_classes"]
    assert classes > 2 and colour.info["ticks_per_sweep"] == classes and colour.info["num_ticks"] == 20 * classes
    assert set(colour.record.num_ticks) == {20 * classes} and colour.info["num_proposals"] == 3 * 20 * 30
    gate = SAMPLER.sample(bqm, discipline="gate(0.3)", num_anneals=2, **base)
    assert gate.info["ticks_per_sweep"] == 4 and gate.info["num_ticks"] == 160
    for discipline in ("sequential", "random", "refractory(3)", "one"):
        found = SAMPLER.sample(bqm, discipline=discipline, **base)
        assert found.info["ticks_per_sweep"] == 1 and found.info["num_ticks"] == 20, discipline
        assert found.info["num_proposals"] == 3 * 20 * 30, discipline
    # The temperature falls over all ticks, and every temperature of a list lasts for whole sweeps.
    plain = qubo.from_bqm(bqm).solve(20 * classes, 3, colour.info["seed"], discipline="colour")
    assert np.allclose(plain.energies, colour.record.energy, rtol=0, atol=1e-9)
    linear = {"beta_range": (0.1, 4), "beta_schedule_type": "linear", "discipline": "colour"}
    assert len(SAMPLER.sample(bqm, **linear, **base).info["schedule"][1]) == 20 * classes
    assert len(SAMPLER.sample(bqm, **linear, num_sweeps_per_beta=5, **base).info["schedule"][1]) == 4
    with pytest.raises(ValueError, match=f"num_sweeps is {2**31}; with 1000 ticks to a sweep .* at most 4294967 sweeps"):
        SAMPLER.sample(bqm, num_sweeps=2**31, discipline="gate(0.001)")
    with pytest.raises(ValueError, match="at most 2147483 sweeps"):
        SAMPLER.sample(bqm, num_sweeps=2**31, discipline="gate(0.001)", num_anneals=2)
    with pytest.raises(ValueError, match="from 1e-9 to below 1"):
        SAMPLER.sample(bqm, discipline="gate(nan)")


def test_samples_of_a_constant_temperature():
    """The last states follow Boltzmann's law; the best ones do not."""
    bqm = dimod.BinaryQuadraticModel({"a": 0.5}, {("a", "b"): -1.0}, 0.0, "SPIN")
    options = {"schedule": ("constant", 2.0), "discipline": "sequential", "num_reads": 20000, "num_sweeps": 20, "seed": 1}
    last = SAMPLER.sample(bqm, answer_mode="last", **options)
    exact = dimod.ExactSolver().sample(bqm)
    weights = np.exp(-exact.record.energy / 2.0)
    expected = dict(zip(np.round(exact.record.energy, 6), weights / weights.sum()))
    for energy, part in expected.items():
        assert np.isclose(last.record.energy, energy).mean() == pytest.approx(part, abs=0.015)
    assert SAMPLER.sample(bqm, **options).record.energy.mean() < last.record.energy.mean() - 0.3


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_states_to_begin_with(vartype):
    bqm = model(vartype, 20)
    start = SAMPLER.sample(bqm, num_reads=4, num_sweeps=300, seed=1)
    cold = {"schedule": ("constant", 0.0), "discipline": "sequential", "num_sweeps": 3, "seed": 2}
    found = SAMPLER.sample(bqm, initial_states=start, **cold)
    assert len(found) == 4 and (found.record.energy <= start.record.energy + 1e-9).all()
    best = {v: int(x) for v, x in start.first.sample.items()}
    tiled = SAMPLER.sample(bqm, initial_states=best, initial_states_generator="tile", num_reads=3, **cold)
    assert np.allclose(tiled.record.energy, start.first.energy)
    assert len(SAMPLER.sample(bqm, initial_states=best, num_reads=3, **cold)) == 3
    with pytest.raises(ValueError, match="insufficient"):
        SAMPLER.sample(bqm, initial_states=best, initial_states_generator="none", num_reads=3)
    with pytest.raises(ValueError, match="mismatch"):
        SAMPLER.sample(bqm, initial_states={"x0": 1})


def test_targets_and_stopping():
    bqm = model("SPIN", 20)
    lowest = SAMPLER.sample(bqm, num_reads=20, seed=1).first.energy
    met = SAMPLER.sample(bqm, num_reads=20, seed=1, target=lowest)
    assert met.first.energy == pytest.approx(lowest) and met.record.num_ticks.min() < 1000
    stopped = SAMPLER.sample(bqm, num_reads=50, num_sweeps=10**8, interrupt_function=lambda: True)
    assert 1 <= len(stopped) < 50
    assert len(SAMPLER.sample(bqm, num_reads=50, num_sweeps=10**8, time_limit=0.02)) < 50
    # Reads that were content with where they began have run.
    assert len(SAMPLER.sample(bqm, num_reads=5, target=1e9)) == 5


def test_unknown_keywords_are_named_and_left_out():
    bqm = model("SPIN", 5)
    with pytest.warns(dimod.exceptions.SamplerUnknownArgWarning, match="chain_strength"):
        SAMPLER.sample(bqm, chain_strength=3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        SAMPLER.sample(bqm, num_reads=2, num_sweeps=10, beta_range=[0.1, 3], seed=1)


def test_nonsense_is_refused_with_a_sentence():
    bqm = model("SPIN", 5)
    for error, message, options in [
        (ValueError, "num_reads is 0", {"num_reads": 0}),
        (TypeError, "num_sweeps is 'many'", {"num_sweeps": "many"}),
        (ValueError, "num_sweeps is 0", {"num_sweeps": 0}),
        (ValueError, "must be a multiple of num_sweeps_per_beta", {"num_sweeps": 10, "num_sweeps_per_beta": 3}),
        (ValueError, "pair of numbers", {"beta_range": 3}),
        (ValueError, "pair of numbers", {"beta_range": (1, 2, 3)}),
        (ValueError, "finite", {"beta_range": (1, float("nan"))}),
        (ValueError, "above 0", {"beta_range": (0, 1)}),
        (ValueError, "finite, and at least 0", {"beta_schedule": [-1.0], "beta_schedule_type": "custom"}),
        (ValueError, "go together", {"beta_schedule": [1.0]}),
        (ValueError, "go together", {"beta_schedule_type": "custom"}),
        (ValueError, "list of numbers", {"beta_schedule_type": "custom", "beta_schedule": []}),
        (ValueError, "leave num_sweeps out", {"beta_schedule_type": "custom", "beta_schedule": [1.0], "num_sweeps": 2}),
        (ValueError, "geometric, linear or custom", {"beta_schedule_type": "cubic"}),
        (ValueError, "beside beta keywords", {"schedule": "linear", "beta_range": (1, 2)}),
        (ValueError, "best or last", {"answer_mode": "raw"}),
        (ValueError, "seed is -1", {"seed": -1}),
        (ValueError, "discipline", {"discipline": "none"}),
    ]:
        with pytest.raises(error, match=message):
            SAMPLER.sample(bqm, **options)
    with pytest.raises(TypeError, match="binary quadratic model"):
        SAMPLER.sample([[1, 2], [0, 1]])
    for bias in (float("nan"), float("inf"), 1.7e308):
        with pytest.raises(ValueError, match="finite"):
            SAMPLER.sample_qubo({("a", "b"): bias, ("a", "a"): bias, ("b", "b"): bias})


def test_models_of_pyqubo():
    pyqubo = pytest.importorskip("pyqubo")
    numbers = [pyqubo.Spin(name) for name in "abcd"]
    expression = sum(value * spin for value, spin in zip((4, 2, 7, 1), numbers)) ** 2
    bqm = expression.compile().to_bqm()
    assert SAMPLER.sample(bqm, num_reads=10, seed=1).first.energy == pytest.approx(0)
