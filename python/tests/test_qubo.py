"""Optimisation: problems in their own terms, and the solver as dimod's sampler."""

import itertools
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from gennaker import qubo

GLOVER = [(1, 2), (1, 3), (2, 4), (3, 4), (3, 5), (4, 5)]
PETERSEN = [(i, (i + 1) % 5) for i in range(5)] + [(i, i + 5) for i in range(5)] + [(5 + i, 5 + (i + 2) % 5) for i in range(5)]


def states(n, values):
    return np.array(list(itertools.product(values, repeat=n)), dtype=np.int8).reshape(-1, n)


# Problems in their own terms.


def test_a_cut_of_the_tutorial_graph():
    problem = qubo.max_cut(GLOVER)
    assert (problem.kind, problem.sense, problem.num_variables, problem.num_couplings) == ("maxcut", "maximise", 5, 6)
    result = problem.solve(num_steps=200, num_reads=4, target=5)
    assert result.value == 5 and isinstance(result.value, int)
    assert sum(result.solution[u] != result.solution[v] for u, v in GLOVER) == 5
    assert result.is_feasible and result.violations == []
    assert result.energies.tolist() == [-5.0] * 4 and result.values.tolist() == [5.0] * 4
    assert result.spins.shape == (4, 5) and result.spins.dtype == np.int8
    assert result.tick_found.tolist() == result.num_ticks.tolist() == result.ticks_to_target.tolist()
    assert result.time_to_target.num_successes == 4 and len(result) == 4
    assert result.discipline == "colour" and result.rule == "metropolis" and result.schedule[0] == "geometric"
    assert problem.solve().time_to_target is None
    assert "value 5" in repr(result) and repr(problem) == "Problem(maxcut, 5 variables, 6 couplings)"


def test_graphs_of_all_classes_are_the_same_problem():
    networkx = pytest.importorskip("networkx")
    graph = networkx.Graph(GLOVER)
    expected = qubo.max_cut(GLOVER).solve(100, 2).spins
    for given in (np.array(GLOVER), np.array([(*edge, 1) for edge in GLOVER]), iter(GLOVER), [(*e, 1.0) for e in GLOVER]):
        problem = qubo.max_cut(given)
        assert problem.labels == [1, 2, 3, 4, 5] and np.array_equal(problem.solve(100, 2).spins, expected)
    assert np.array_equal(qubo.max_cut(graph, nodes=range(1, 6)).solve(100, 2).spins, expected)
    graph.edges[1, 2]["capacity"] = -7
    assert qubo.max_cut(graph, weight="capacity").solve(300, 3).value == 4
    with pytest.raises(ValueError, match="to_undirected"):
        qubo.max_cut(networkx.DiGraph(GLOVER))
    named = qubo.max_cut([("a", "b", 3), ("b", ("c",), -2)], nodes=["z", "a", "b", ("c",)])
    assert set(named.solve(50).solution) == {"z", "a", "b", ("c",)} and named.solve(50).value == 3


def test_all_kinds_of_problems_are_solved():
    found = qubo.independent_set(PETERSEN).solve(500, 3).solution
    assert len(found) == 4 and not any(u in found and v in found for u, v in PETERSEN)
    colours = qubo.coloring(PETERSEN, 3).solve(2000, 5, target=0)
    assert colours.value == 3 and all(colours.solution[u] != colours.solution[v] for u, v in PETERSEN)
    numbers = np.array([4, 5, 6, 7, 8, 9, 1])
    parts = qubo.partition(numbers).solve(500, 5, target=0)
    assert parts.value == 0 and numbers[parts.solution == 1].sum() == 20
    line = np.abs(np.subtract.outer(range(6), range(6)))
    trip = qubo.tour(line, labels=list("abcdef")).solve(2000, 5)
    assert trip.value == 10 and sorted(trip.solution) == list("abcdef")
    formula = qubo.max_sat([[1, -2, 3], [2], [-1, -2], [1, -1, 2]]).solve(200, 3)
    assert formula.value == 4 and formula.solution.tolist()[:2] == [0, 1]
    assert qubo.max_sat([[1], [-1]]).solve(100).value == 1
    with pytest.raises(ValueError, match="different literals in a clause"):
        qubo.max_sat([[1, 2, 3, 4]])


def test_broken_rules_are_told_by_name():
    problem = qubo.independent_set([("a", "b"), ("b", "c")])
    solution, value, violations = problem.decode([1, 1, -1])
    assert solution is None and value is None and violations == ["both ends of edge 'a'-'b' are in the set"]
    _, _, violations = qubo.coloring([("a", "b")], 2).decode([1, 1, 1, -1])
    assert violations == ["node 'a' has 2 colours instead of one", "both ends of edge 'a'-'b' have colour 0"]
    _, _, violations = qubo.tour(np.ones((3, 3)), labels=["x", "y", "z"]).decode([1, -1, 1, -1])
    assert violations == [
        "position 1 of the tour has 2 cities instead of one",
        "position 2 of the tour has 0 cities instead of one",
    ]
    # One tick from an infeasible state is no way out, and says so.
    stuck = qubo.coloring(PETERSEN, 3).solve(1, initial=-np.ones(30), schedule=("constant", 0.0), discipline="one")
    assert not stuck.is_feasible and stuck.solution is None and np.isnan(stuck.values).all()
    assert f"{len(stuck.violations)} rules broken" in repr(stuck)


def test_solutions_and_states_are_each_other_s_inverse():
    line = np.abs(np.subtract.outer(range(5), range(5)))
    problems = [
        qubo.max_cut(GLOVER),
        qubo.independent_set(PETERSEN),
        qubo.coloring(PETERSEN, 3),
        qubo.partition([3, 1, 2]),
        qubo.tour(line, labels=list("abcde")),
        qubo.max_sat([[1, 2, 3], [-1, -2, -3]]),
        qubo.qubo({("a", "b"): -2, ("a", "a"): 1}),
        qubo.qubo([[0.5, -2], [0, 1]]),
        qubo.ising({"a": 1}, {("a", "b"): -1}),
        qubo.ising([0.5, 0], [[0, 1], [0, 0]]),
    ]
    for problem in problems:
        result = problem.solve(1000, 5)
        assert result.is_feasible, problem
        state = problem.encode(result.solution)
        solution, value, violations = problem.decode(state)
        assert value == result.value and violations == [], problem
        assert problem.energy(state) <= problem.energy(result.spins[result.best_read]), problem
        assert problem.energy(result.spins[0]) == result.energies[0]


def test_the_matrix_means_what_the_convention_says():
    rng = np.random.default_rng(1)
    upper = np.triu(rng.integers(-9, 10, (6, 6)))
    symmetric = upper + np.triu(upper, 1).T
    bits = states(6, (0, 1))
    for matrix, convention, expected in [
        (upper, "upper_triangular", upper),
        (upper, "full", upper),
        (symmetric, "full", symmetric),
        (upper, "half_of_symmetric", symmetric),
        (upper / 8, "half_of_symmetric", symmetric / 8),
        (symmetric / 8, "full", symmetric / 8),
    ]:
        problem = qubo.qubo(matrix, convention=convention, offset=2)
        energies = np.einsum("ki,ij,kj->k", bits, expected, bits) + 2
        assert [problem.energy(2 * x - 1) for x in bits] == energies.tolist()
        assert problem.solve(300, 5).value == energies.min()
    for convention in ("upper_triangular", "half_of_symmetric"):
        for matrix in (symmetric, symmetric / 8):
            with pytest.raises(ValueError, match="choose the convention"):
                qubo.qubo(matrix, convention=convention)
    with pytest.raises(ValueError, match="`lower` is not a convention"):
        qubo.qubo(upper, convention="lower")
    entries = {(i, j): int(symmetric[i, j]) for i in range(6) for j in range(6)}
    assert np.array_equal(qubo.qubo(entries).solve(100).spins, qubo.qubo(symmetric).solve(100).spins)
    scipy = pytest.importorskip("scipy.sparse")
    assert np.array_equal(
        qubo.qubo(scipy.csr_matrix(upper)).solve(100).spins, qubo.qubo(symmetric - np.tril(symmetric, -1)).solve(100).spins
    )


def test_spins_with_fields_and_couplings():
    rng = np.random.default_rng(2)
    fields, couplings = rng.normal(size=7), np.triu(rng.normal(size=(7, 7)), 1)
    spins = states(7, (-1, 1))
    energies = spins @ fields + np.einsum("ki,ij,kj->k", spins, couplings, spins) - 1.5
    problem = qubo.ising(fields, couplings, offset=-1.5)
    assert np.allclose([problem.energy(s) for s in spins], energies, rtol=0, atol=1e-12)
    assert problem.rounding["energy_error"] < 1e-12
    assert problem.solve(500, 5).value == pytest.approx(energies.min(), abs=1e-12)
    assert qubo.ising([1, 2], [[0, 1], [0, 0]]).rounding is None
    with pytest.raises(ValueError, match="both sides of the diagonal"):
        qubo.ising([0, 0], [[0, 1], [1, 0]])


def test_files_of_all_kinds(tmp_path):
    def file(name, text):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    glover = file("glover.txt", "5 6\n" + "".join(f"{u} {v} 1\n" for u, v in GLOVER))
    cut = qubo.read(glover).solve(200, 3)
    assert cut.value == 5 and cut.problem.kind == "maxcut" and list(cut.solution) == [1, 2, 3, 4, 5]
    assert np.array_equal(cut.spins, qubo.read(str(glover), kind="max_cut").solve(200, 3).spins)
    assert sorted(qubo.read(glover, kind="mis").solve(200, 3).solution) in ([1, 4], [1, 5], [2, 3], [2, 5])
    assert qubo.read(glover, num_colors=3).solve(500, 3, target=0).is_feasible
    assert qubo.read(file("edges.col", "p edge 3 2\ne 1 2\ne 2 3\n"), kind="maxcut").solve(50).value == 2
    matrix = file("bqp.txt", "2 2\n1 1 3\n1 2 -2\n")
    assert qubo.read(matrix).solve(50).value == -1
    assert qubo.read(matrix, sense="maximise").solve(50).value == 3
    assert qubo.read(file("pair.qubo", "p qubo 0 2 2 1\n0 0 0.5\n1 1 0\n0 1 -2\n")).solve(50).value == -1.5
    assert qubo.read(matrix, kind="ising").solve(50).value == -5
    several = file("several.txt", "2\n1 1\n1 1 -4\n1 1\n1 1 -7\n")
    assert qubo.read(several, which=2).solve(50).value == -7
    assert qubo.read(file("numbers.txt", "3 1 2\n"), kind="npp").solve(50, 3, target=0).value == 0
    assert qubo.read(file("formula.cnf", "p cnf 2 2\n1 2 0\n-1 0\n")).solve(50).solution.tolist() == [0, 1]
    for message, options in [
        ("`mincut`", {"kind": "mincut"}),
        ("line 1", {"kind": "tsp"}),
        ("colour", {"kind": "coloring"}),
        ("sense is `up`", {"sense": "up"}),
        ("which is 0", {"which": 0}),
        ("leave it out", {"which": 1}),
    ]:
        with pytest.raises(ValueError, match=message):
            qubo.read(glover, **options)
    with pytest.raises(TypeError, match="kind is 3"):
        qubo.read(glover, kind=3)
    with pytest.raises(ValueError, match="say which"):
        qubo.read(several)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        qubo.read(tmp_path / "nowhere")


# Options.


def ring(n=60):
    return qubo.max_cut([(i, (i + 1) % n, 1 + i % 3) for i in range(n)])


def same(a, b):
    columns = ("spins", "energies", "tick_found", "num_ticks", "num_flips", "num_proposals", "last_spins")
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in columns)


def test_results_are_a_function_of_problem_options_and_seed():
    problem = ring()
    first = problem.solve(100, 8, seed=5)
    assert same(first, ring().solve(100, 8, seed=5))
    assert not same(first, problem.solve(100, 8, seed=6))
    assert same(problem.solve(100, 8, seed=2**64 - 1), problem.solve(100, 8, seed=np.uint64(2**64 - 1)))
    # Each read is its own: asking for fewer changes none.
    assert np.array_equal(problem.solve(100, 3, seed=5).spins, first.spins[:3])


def test_every_option_changes_something():
    problem, base = ring(), {"num_steps": 60, "num_reads": 3}
    plain = problem.solve(**base)
    for options in (
        {"num_anneals": 2},
        {"discipline": "sequential"},
        {"discipline": "gate(0.3)"},
        {"discipline": "refractory"},
        {"rule": "heat_bath"},
        {"schedule": ("geometric", 30, 0.3)},
        {"schedule": "linear"},
        {"schedule": "fowler_nordheim"},
        {"schedule": ("constant", 1.0)},
        {"schedule": [5.0, 1.0, 0.1]},
        {"schedule": np.array([5.0, 1.0])},
        {"target": 50},
        {"initial": np.ones(60)},
    ):
        assert not same(plain, problem.solve(**base, **options)), options
    given = problem.solve(**base, schedule=("linear", 8, 0.5), rule="heat_bath", discipline="gate(0.25)")
    assert (given.schedule, given.rule, given.discipline) == (("linear", 8.0, 0.5), "heat_bath", "gate(0.25)")
    # What is fitted may be given, in the same unit.
    assert same(plain, problem.solve(**base, schedule=plain.schedule))
    for name in ("linear", "fowler_nordheim"):
        fitted = problem.solve(**base, schedule=name)
        assert same(fitted, problem.solve(**base, schedule=fitted.schedule))


def test_temperatures_are_in_the_unit_of_the_energies():
    matrix = np.triu(np.random.default_rng(3).integers(-9, 10, (20, 20)))
    runs = [qubo.qubo(matrix * f).solve(100, 4, schedule=("geometric", 30 * f, 0.3 * f)) for f in (1, 2, 4, 0.5, 0.125)]
    assert all(np.array_equal(run.spins, runs[0].spins) for run in runs)


def test_targets_are_in_the_problem_s_own_terms():
    def ticks(problem, target):
        result = problem.solve(300, 4, target=target)
        assert (result.ticks_to_target >= 0).any(), "nobody met the target"
        met = result.values[result.ticks_to_target >= 0]
        return met, result

    met, _ = ticks(ring(), 90)
    assert (met >= 90).all()
    met, _ = ticks(qubo.partition([4, 5, 6, 7, 8, 9, 1]), 2)
    assert (met <= 2).all()
    met, _ = ticks(qubo.qubo([[-3, 1], [0, 2]]), np.int64(-3))
    assert (met == -3).all()
    met, _ = ticks(qubo.qubo([[-0.3, 0.1], [0, 0.2]]), -0.3)
    assert (met == -0.3).all()
    alone, together = (ring().solve(300, 4, target=90, stop_all=stop) for stop in (False, True))
    assert set(together.num_ticks) == {min(alone.num_ticks)}
    never = ring().solve(50, 2, target=10**6)
    assert never.time_to_target == (2, 0, None, None) and never.ticks_to_target.tolist() == [-1, -1]
    assert ring().solve(50, 2, target=float("-inf")).num_ticks.tolist() == [0, 0]


def test_states_to_begin_with():
    problem, cold = ring(), {"schedule": ("constant", 0.0), "discipline": "sequential"}
    best = problem.solve(1000, 5)
    kept = problem.solve(5, 2, initial=best.spins[best.best_read], **cold)
    assert kept.value == best.value and kept.tick_found.tolist() == [0, 0]
    assert problem.solve(5, initial=problem.encode(best.solution), **cold).value == best.value
    rows = problem.solve(5, 5, initial=best.spins, **cold)
    assert (rows.values >= best.values).all() and same(rows, problem.solve(5, 5, initial=best.spins, **cold))
    with pytest.raises(ValueError, match="leave stop_all out"):
        problem.solve(5, 5, initial=best.spins, target=90, stop_all=True)
    for initial, message in [
        (np.ones(59), "60"),
        (np.zeros(60), "-1 or \\+1"),
        (np.ones((2, 60)), "2 states to begin with for 3 reads"),
        (np.full(60, np.nan), "-1 or \\+1"),
        ("up", "-1 or \\+1"),
    ]:
        with pytest.raises(ValueError, match=message):
            problem.solve(5, 3, initial=initial)


def test_nonsense_is_refused_with_a_sentence():
    problem = qubo.max_cut(GLOVER)
    for error, message, options in [
        (ValueError, "num_reads is 0; it must be at least 1", {"num_reads": 0}),
        (ValueError, "num_steps is -1", {"num_steps": -1}),
        (TypeError, "num_steps is 1.5; it must be a whole number", {"num_steps": 1.5}),
        (ValueError, "number of ticks is 4294967296", {"num_steps": 2**32}),
        (ValueError, "ticks of all anneals", {"num_steps": 2**20, "num_anneals": 2**20}),
        (ValueError, "reads of 5 variables are more than fit", {"num_reads": 2**32 - 1}),
        (ValueError, "number of replicas", {"num_reads": 2**70}),
        (ValueError, "seed is -1", {"seed": -1}),
        (ValueError, "seed is", {"seed": 2**64}),
        (TypeError, "seed is None", {"seed": None}),
        (ValueError, "not an update discipline", {"discipline": "all"}),
        (ValueError, "swings", {"discipline": "parallel"}),
        (ValueError, "from 1e-9 to below 1", {"discipline": "gate(nan)"}),
        (ValueError, "`cold` is not a rule", {"rule": "cold"}),
        (ValueError, "`cold` is not a schedule", {"schedule": "cold"}),
        (ValueError, "has 1 numbers", {"schedule": ("geometric", 1)}),
        (ValueError, "hot is", {"schedule": ("geometric", float("nan"), 1)}),
        (ValueError, "number of temperatures", {"schedule": []}),
        (TypeError, "the schedule is", {"schedule": ("geometric", "hot", "cold")}),
        (ValueError, "time limit is 0", {"time_limit": 0}),
        (ValueError, "time limit is NaN", {"time_limit": float("nan")}),
        (ValueError, "core time is -1", {"core_time": -1}),
        (ValueError, "target is nan", {"target": float("nan")}),
        (ValueError, "target is 'five'", {"target": "five"}),
        (TypeError, "interrupt_function is 3", {"interrupt_function": 3}),
    ]:
        with pytest.raises(error, match=message):
            problem.solve(**options)
    assert problem.solve(time_limit=float("inf")).value == problem.solve(time_limit=1e300).value == 5


def test_hostile_problems():
    nan, inf, huge = float("nan"), float("inf"), 2**62
    for error, message, make in [
        (ValueError, "not a finite number", lambda: qubo.qubo([[nan]])),
        (ValueError, "not a finite number", lambda: qubo.ising([inf], [[0]])),
        (ValueError, "not a finite number", lambda: qubo.qubo([[1.0]], offset=nan)),
        (ValueError, "beyond 4611686018427387903", lambda: qubo.qubo([[huge]])),
        (ValueError, "beyond 64 bits", lambda: qubo.qubo([[2**64]])),
        (ValueError, "square matrix", lambda: qubo.qubo([[1, 2]])),
        (ValueError, "pairs of labels", lambda: qubo.qubo({"ab": 1})),
        (TypeError, "real numbers", lambda: qubo.qubo({("a", "b"): "c"})),
        (TypeError, "real numbers", lambda: qubo.qubo([[1j]])),
        (ValueError, "of one size", lambda: qubo.ising([1, 2, 3], [[0, 1], [0, 0]])),
        (ValueError, "have to be whole numbers, and 0.5", lambda: qubo.max_cut([(0, 1, 0.5)])),
        (ValueError, "have to be whole", lambda: qubo.max_cut([(0, 1, nan)])),
        (ValueError, "pair of different vertices", lambda: qubo.max_cut([(1, 1)])),
        (ValueError, "has 1 parts", lambda: qubo.max_cut([(1,)])),
        (TypeError, "a graph must be", lambda: qubo.max_cut(5)),
        (TypeError, "a graph must be", lambda: qubo.max_cut([5])),
        (ValueError, "2 or 3 columns", lambda: qubo.max_cut(np.ones((4, 4)))),
        (ValueError, "not among `nodes`", lambda: qubo.max_cut([(0, 1)], nodes=[0])),
        (ValueError, "named twice", lambda: qubo.max_cut([(0, 1)], nodes=[0, 1, 0])),
        (ValueError, "penalty", lambda: qubo.independent_set([(0, 1)], penalty=1)),
        (ValueError, "num_colors is 0", lambda: qubo.coloring([(0, 1)], 0)),
        (ValueError, "use fewer colours", lambda: qubo.coloring([(0, 1)], 10**12)),
        (ValueError, "square of the numbers", lambda: qubo.partition([2**40])),
        (ValueError, "one list", lambda: qubo.partition([[1, 2]])),
        (ValueError, "square matrix", lambda: qubo.tour(np.ones((2, 3)))),
        (ValueError, "square matrix", lambda: qubo.tour([1, 2])),
        (ValueError, "distance", lambda: qubo.tour([[0, -1], [1, 0]])),
        (ValueError, "3 labels for 2", lambda: qubo.tour(np.ones((2, 2)), labels="abc")),
        (ValueError, "literal", lambda: qubo.max_sat([[0]])),
        (ValueError, "literal", lambda: qubo.max_sat([[3]], num_variables=2)),
        (ValueError, "at least 0", lambda: qubo.max_sat([], num_variables=-1)),
        (TypeError, "binary quadratic model", lambda: qubo.from_bqm({"a": 1})),
        (ValueError, "one list", lambda: qubo.max_cut(GLOVER).energy([[1] * 5])),
        (ValueError, "keys are not the labels", lambda: qubo.max_cut(GLOVER).encode({1: 0})),
        (ValueError, "no label", lambda: qubo.independent_set(GLOVER).encode([9])),
        (ValueError, "has the value 2", lambda: qubo.max_cut(GLOVER).encode([2, 0, 0, 0, 0])),
    ]:
        with pytest.raises(error, match=message):
            make()


def test_the_smallest_problems():
    for problem in (qubo.max_cut([]), qubo.qubo([]), qubo.qubo({}), qubo.max_sat([]), qubo.ising([], {}), qubo.partition([])):
        result = problem.solve(10, 3)
        assert result.spins.shape == (3, 0) and result.value == 0, problem
    lonely = qubo.max_cut([], nodes=["a", "b"]).solve(10)
    assert set(lonely.solution) == {"a", "b"} and lonely.value == 0
    assert qubo.ising({"a": 2}, {}).solve(50).solution == {"a": -1}
    assert qubo.ising([2], []).solve(50).solution.tolist() == [-1]


def test_doubles_are_kept_or_accounted_for():
    assert qubo.qubo([[0.5]]).rounding == {"unit_log2": -2, "num_rounded": 0, "max_error": 0.0, "energy_error": 0.0}
    wide = qubo.ising([1e-30, 1e30], [[0, 0.1], [0, 0]])
    assert wide.rounding["num_rounded"] == 2 and 0 < wide.rounding["energy_error"] < 0.2
    tiny = qubo.ising([1e-310, -3e-310], [[0, 2e-310], [0, 0]]).solve(100, 3)
    assert tiny.solution.tolist() == [-1, 1] and tiny.value == pytest.approx(-6e-310)
    large = qubo.ising([1e307, -3e307], [[0, 2e307], [0, 0]]).solve(100, 3)
    assert large.solution.tolist() == [-1, 1]


# Stopping.

#: A run of hours: the ticks of all reads are far more than a test could wait for.
LONG = {"num_steps": 2**32 - 1, "num_reads": 4}


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer here")
def test_signals_end_a_run_that_does_not_hold_the_interpreter():
    ticking, stop = [], threading.Event()

    def tick():
        while not stop.wait(0.005):
            ticking.append(None)

    class Interrupted(Exception):
        pass

    def interrupt(*_):
        raise Interrupted

    other = threading.Thread(target=tick)
    before = signal.signal(signal.SIGALRM, interrupt)
    other.start()
    start = time.perf_counter()
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(Interrupted):
            ring().solve(**LONG)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        stop.set()
        other.join()
    assert time.perf_counter() - start < 10
    assert len(ticking) > 3


def test_functions_and_limits_stop_a_run():
    calls = []
    result = ring().solve(**LONG, interrupt_function=lambda: calls.append(None) or len(calls) == 2)
    assert len(calls) == 2 and result.value > 100 and (result.num_ticks < LONG["num_steps"]).all()

    def fails():
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        ring().solve(**LONG, interrupt_function=fails)
    start = time.perf_counter()
    limited = ring().solve(**LONG, time_limit=0.05)
    assert limited.value > 100 and time.perf_counter() - start < 5
    fitted = ring().solve(num_reads=2, core_time=0.05)
    assert 100 < fitted.num_steps < 10**7 and set(fitted.num_ticks) == {fitted.num_steps}
    assert same(fitted, ring().solve(fitted.num_steps, 2)), "what was fitted is a number of ticks, and nothing else"
    each = ring().solve(**LONG, time_limit=0.05, initial=ring().solve(10, 4).spins)
    assert each.value > 100 and len(each) == 4


def test_dimod_is_asked_for_only_where_it_is_needed():
    script = (
        "import sys; sys.modules['dimod'] = None\n"
        "from gennaker import qubo\n"
        "assert qubo.max_cut([(0, 1)]).solve(10).value == 1 and 'SpikingSampler' in dir(qubo)\n"
        "try:\n    qubo.SpikingSampler\nexcept ImportError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "pip install dimod" in done.stdout, done.stderr
    with pytest.raises(AttributeError, match="no attribute 'Sampler'"):
        qubo.Sampler
