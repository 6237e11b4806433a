"""The solver as a sampler of dimod's."""

import os
import time

import numpy as np

from gennaker.qubo import _options
from gennaker.qubo._problem import from_bqm

try:
    import dimod
except ImportError as error:
    raise ImportError("this needs the package dimod: pip install dimod") from error

#: Temperatures of a schedule that is linear in 1/T; more are not told apart.
_MAX_TEMPERATURES = 1 << 16
#: Ticks are counted in 32 bits.
_MAX_TICKS = 2**32 - 1
#: What 1/0 counts as: the hottest that a schedule may be.
_HOTTEST = 1e30


class SpikingSampler(dimod.Sampler, dimod.Initialized):
    """A sampler for dimod that anneals with the update disciplines of spiking neurons.

    ``sample``, ``sample_ising`` and ``sample_qubo`` take the keywords of :attr:`parameters`; see :meth:`sample`.
    """

    parameters = None
    properties = None

    def __init__(self):
        names = (
            "num_reads num_sweeps num_sweeps_per_beta beta_range beta_schedule_type beta_schedule seed initial_states "
            "initial_states_generator interrupt_function num_anneals discipline rule schedule target time_limit answer_mode"
        )
        #: Keywords, and the properties that bear on each.
        self.parameters = {name: [] for name in names.split()}
        for name, bearing in _BEARING.items():
            self.parameters[name] = [bearing]
        #: What values the keywords may have.
        self.properties = {
            "disciplines": ("sequential", "random", "one", "gate", "refractory", "colour", "unguarded-parallel"),
            "rules": ("metropolis", "heat_bath"),
            "schedules": ("geometric", "linear", "fowler_nordheim", "constant", "custom"),
            "beta_schedule_options": ("linear", "geometric", "custom"),
            "answer_modes": ("best", "last"),
        }

    def __repr__(self):
        return "SpikingSampler()"

    def sample(
        self,
        bqm,
        *,
        num_reads=None,
        num_sweeps=None,
        num_sweeps_per_beta=1,
        beta_range=None,
        beta_schedule_type=None,
        beta_schedule=None,
        seed=None,
        initial_states=None,
        initial_states_generator="random",
        interrupt_function=None,
        num_anneals=1,
        discipline=None,
        rule=None,
        schedule=None,
        target=None,
        time_limit=None,
        answer_mode="best",
        **kwargs,
    ):
        """Samples low energies of a binary quadratic model.

        Keywords that other annealers have, too: ``num_reads`` (1, or as many as there are initial states); ``num_sweeps``
        (1000), in each of which every variable is asked once, see below; ``beta_range`` (hot, cold), fitted to the model if it
        is not given; ``beta_schedule_type`` (``"geometric"``, ``"linear"``, ``"custom"``), ``beta_schedule`` and
        ``num_sweeps_per_beta``; ``seed`` (fresh; ``info`` has it); ``initial_states`` and ``initial_states_generator``
        (``"none"``, ``"tile"``, ``"random"``); ``interrupt_function``, which is called ten times a second and stops all reads
        where they are.

        A sweep takes as many ticks as there are classes with the discipline ``colour``, 1/p, rounded up, with ``gate(p)``
        (where chance asks), and one with all others: ``info["ticks_per_sweep"]``. The temperature falls from tick to tick.

        Of our own, as in :meth:`Problem.solve`: ``num_anneals``, ``discipline``, ``rule``, ``schedule`` (in place of all beta
        keywords), ``target`` (an energy), ``time_limit`` (seconds). ``answer_mode="best"`` returns the best state of each
        read, ``"last"`` the one in which it ended: at a constant temperature, a sample of Boltzmann's law for the disciplines
        sequential, random and colour.

        Reads that were stopped before they began are left out. ``info`` has times, the seed, what was chosen, and counts.
        Energies are those of the model as it was given; ``info["rounding"]`` says what the integers of the neurons lost.
        """
        start = time.perf_counter_ns()
        self.remove_unknown_kwargs(**kwargs)
        if answer_mode not in self.properties["answer_modes"]:
            raise ValueError(f"answer_mode is {answer_mode!r}; it must be best or last")
        problem = from_bqm(bqm)
        seed = int.from_bytes(os.urandom(4), "little") if seed is None else _options.seed(seed)
        reads, initial = self._states(bqm, problem, num_reads, initial_states, initial_states_generator, seed)
        betas = _Betas(beta_range, beta_schedule_type, beta_schedule, num_sweeps_per_beta)
        run = problem._run(1, num_anneals, reads, seed, discipline, rule, None, initial)
        per_sweep = problem._core.ticks_per_sweep(run)
        run["num_steps"], schedule = betas.schedule(problem, num_sweeps, per_sweep, num_anneals, schedule)
        run["schedule"] = _options.schedule(schedule)
        ready = time.perf_counter_ns()
        outcome = problem._solve(run, interrupt_function, target=target, time_limit=time_limit)
        sampled = time.perf_counter_ns()
        info = _info(problem, outcome, seed)
        info["ticks_per_sweep"], info["num_ticks"] = per_sweep, run["num_steps"] * run["num_anneals"]
        found = _sampleset(bqm, problem, outcome, answer_mode, info)
        done = time.perf_counter_ns()
        found.info["timing"] = {
            "preprocessing_ns": ready - start,
            "sampling_ns": sampled - ready,
            "postprocessing_ns": done - sampled,
        }
        return found

    def _states(self, bqm, problem, num_reads, initial_states, generator, seed):
        """The number of reads, and states to begin with: none, which lets each read draw its own, or rows of spins."""
        if initial_states is None and generator == "random":
            return 1 if num_reads is None else num_reads, None
        parsed = self.parse_initial_states(
            bqm,
            initial_states=initial_states,
            initial_states_generator=generator,
            num_reads=num_reads,
            seed=seed % 2**32,
            copy_always=True,
        )
        given = parsed.initial_states
        places = [given.variables.index(label) for label in problem.labels]
        rows = given.record.sample[:, places]
        return parsed.num_reads, 2 * rows - 1 if bqm.vartype is dimod.BINARY else rows


_BEARING = {
    "discipline": "disciplines",
    "rule": "rules",
    "schedule": "schedules",
    "beta_schedule_type": "beta_schedule_options",
    "answer_mode": "answer_modes",
}


class _Betas:
    """The keywords that set inverse temperatures."""

    def __init__(self, between, kind, listed, sweeps_per_beta):
        self.is_given = not (between is None and kind is None and listed is None)
        self.kind = "geometric" if kind is None else kind
        self.per_beta = _options.count("num_sweeps_per_beta", sweeps_per_beta)
        if self.kind not in ("geometric", "linear", "custom"):
            raise ValueError(f"beta_schedule_type is {kind!r}; it must be geometric, linear or custom")
        if (self.kind == "custom") != (listed is not None):
            raise ValueError('beta_schedule and beta_schedule_type="custom" go together')
        if self.kind == "custom" and between is not None:
            raise ValueError("beta_range is given beside a custom beta_schedule; leave one of them out")
        self.between = None if between is None else _betas("beta_range", between, 2)
        self.listed = None if listed is None else _betas("beta_schedule", listed)
        if self.kind == "geometric" and self.between is not None and min(self.between) <= 0:
            raise ValueError(f"beta_range is {between!r}; a geometric schedule needs values above 0")

    def schedule(self, problem, num_sweeps, per_sweep, num_anneals, schedule):
        """The number of ticks of an anneal and the schedule, of sweeps that take ``per_sweep`` ticks."""
        if schedule is not None and self.is_given:
            raise ValueError("schedule is given beside beta keywords; leave one of them out")
        if self.listed is not None:
            sweeps = len(self.listed) * self.per_beta
            if num_sweeps not in (None, sweeps):
                raise ValueError(f"num_sweeps is {num_sweeps} but beta_schedule is for {sweeps}; leave num_sweeps out")
            return _ticks(sweeps, per_sweep, num_anneals), ("custom", _temperatures(self.listed))
        sweeps = _options.count("num_sweeps", 1000 if num_sweeps is None else num_sweeps)
        if sweeps % self.per_beta:
            raise ValueError(f"num_sweeps is {sweeps}; it must be a multiple of num_sweeps_per_beta, {self.per_beta}")
        ticks = _ticks(sweeps, per_sweep, num_anneals)
        if schedule is not None or not (self.is_given or self.per_beta > 1):
            return ticks, schedule
        hot, cold = self.between if self.between is not None else 1 / np.array(problem._core.fitted("geometric")[1])
        if self.kind == "geometric" and self.per_beta == 1:
            return ticks, ("geometric", 1 / hot, 1 / cold)
        steps = min(ticks if self.per_beta == 1 else sweeps // self.per_beta, _MAX_TEMPERATURES)
        spaced = np.geomspace if self.kind == "geometric" else np.linspace
        return ticks, ("custom", _temperatures(spaced(hot, cold, steps)))


def _ticks(sweeps, per_sweep, num_anneals):
    anneals = _options.count("num_anneals", num_anneals)
    ticks = sweeps * per_sweep
    if ticks * anneals > _MAX_TICKS:
        most = _MAX_TICKS // (per_sweep * anneals)
        raise ValueError(
            f"num_sweeps is {sweeps}; with {per_sweep} ticks to a sweep and num_anneals {anneals} these are {ticks * anneals} "
            f"ticks, and a run has at most {_MAX_TICKS}: ask for at most {most} sweeps"
        )
    return ticks


def _betas(name, given, length=None):
    try:
        betas = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        betas = np.empty((0, 0))
    if betas.ndim != 1 or len(betas) == 0 or length not in (None, len(betas)):
        wanted = "a list of numbers" if length is None else "a pair of numbers, hot and cold"
        raise ValueError(f"{name} is {given!r}; it must be {wanted}")
    if not (np.isfinite(betas) & (betas >= 0)).all():
        raise ValueError(f"{name} is {given!r}; inverse temperatures must be finite, and at least 0")
    return betas


def _temperatures(betas):
    with np.errstate(divide="ignore", over="ignore"):
        return np.minimum(1 / betas, _HOTTEST).tolist()


def _info(problem, outcome, seed):
    name, numbers = outcome.schedule
    ends = {"geometric": numbers, "linear": numbers, "custom": numbers, "constant": 2 * numbers}.get(name)
    if name == "fowler_nordheim":
        a, beta_end = numbers
        c = a * beta_end
        ends = [a / (c * np.log1p(x / c)) for x in (1.0, c)]
    betas = [float("inf") if t == 0 else float(1 / t) for t in (ends[0], ends[-1])]
    return {
        "beta_range": betas,
        "beta_schedule_type": name,
        "schedule": (name, *numbers) if name != "custom" else (name, numbers),
        "discipline": outcome.discipline,
        "rule": outcome.rule,
        "seed": seed,
        "num_classes": outcome.n_classes,
        "num_proposals": int(outcome.n_proposals().sum()),
        "num_flips": int(outcome.n_flips().sum()),
        "rounding": problem.rounding,
    }


def _sampleset(bqm, problem, outcome, answer_mode, info):
    spins = outcome.spins() if answer_mode == "best" else outcome.last_spins()
    has_run = (outcome.n_ticks() > 0) | (outcome.ticks_to_target() >= 0)
    # A stopped run has one sample, at least, though it be a random one.
    has_run[0] |= not has_run.any()
    samples = spins[has_run]
    if bqm.vartype is dimod.BINARY:
        samples = (samples + 1) // 2
    vectors = {"num_ticks": outcome.n_ticks()[has_run]}
    if answer_mode == "best":
        vectors["tick_found"] = outcome.tick_found()[has_run]
    return dimod.SampleSet.from_samples_bqm((samples, problem.labels), bqm, info=info, **vectors)
