"""What came out of a run."""

import functools
from typing import NamedTuple

from gennaker._account import Account, Attributes
from gennaker.qubo import _plots


class TimeToTarget(NamedTuple):
    """How long it takes to meet a target, from independent reads."""

    #: Reads.
    num_reads: int
    #: Reads that met the target.
    num_successes: int
    #: Median of the ticks that it took; None if fewer than half of the reads met it.
    median_ticks: int | None
    #: Ticks after which it has been met with probability 0.99, by runs one after the other that are cut off where that is best.
    ticks_99: float | None


class Hardware(Attributes):
    """What a machine would need for a run: modelled, not measured. A dictionary whose entries are attributes, too.

    ``machine``, ``coding``, ``model``; ``n_neurons_per_replica``, ``n_synapses_per_replica``, ``n_parts_per_weight`` (above 1
    where a weight takes several synapses); ``n_replicas``, ``n_pes``, ``n_replicas_that_fit``, ``n_chips``; ``n_ticks``,
    ``tick_s``, ``shortest_tick_s`` (with which it would still be in time), ``in_time``, ``duration_s``; ``energy_j``,
    ``pe_energy_j``, ``energy_per_replica_j``; ``n_spikes``, ``n_packets``, ``n_synaptic_events``; ``to_target`` (``n_ticks``,
    ``duration_s``, ``energy_j`` to meet the target with probability 0.99, or None), ``notes``, and ``account``, the
    :class:`gennaker.Account` in full.
    """

    def __init__(self, entries, account):
        super().__init__(entries, account=Account(account))
        if self["to_target"] is not None:
            self["to_target"] = Attributes(self["to_target"])

    def __repr__(self):
        return (
            f"Hardware({self['machine']!r}: {self['n_replicas']} replicas on {self['n_pes']} PEs, {self['energy_j']:.4g} J in "
            f"{self['duration_s']:.4g} s)"
        )


class Result:
    """The reads of a run: arrays with one row each, and the best of them in the problem's own terms.

    The best read is the one with the best objective that breaks no rules; if there is none, the one of least energy.
    """

    def __init__(self, problem, core, target, seed, seconds):
        self.problem = problem
        self._core = core
        #: Position of the best read.
        self.best_read = core.best
        #: The best state of each read, -1 or +1 (read, variable).
        self.spins = core.spins()
        #: Its energy, in the problem's unit: what was minimised, the encoding's penalties included.
        self.energies = core.energies()
        #: Its objective, in the problem's own terms; not a number where rules are broken.
        self.values = core.values()
        #: After how many ticks it was met first.
        self.tick_found = core.tick_found()
        #: Ticks that each read ran: all, unless it met the target or was stopped.
        self.num_ticks = core.n_ticks()
        #: Ticks after which each read met the target; -1 if it did not.
        self.ticks_to_target = core.ticks_to_target()
        #: Neurons that decided, in each read.
        self.num_proposals = core.n_proposals()
        #: Spins that flipped, in each read: spikes.
        self.num_flips = core.n_flips()
        #: The update discipline, given or chosen.
        self.discipline = core.discipline
        #: The rule, given or usual.
        self.rule = core.rule
        #: The schedule's name and numbers, given or fitted; temperatures are in the unit of the energies.
        self.schedule = (core.schedule[0], *core.schedule[1])
        #: Ticks of an anneal, given or fitted to a time.
        self.num_steps = core.num_steps
        #: Classes of neurons that take turns.
        self.num_classes = core.n_classes
        #: The seed.
        self.seed = seed
        #: Seconds that the run took on this computer.
        self.seconds = seconds
        #: The target, if there was one.
        self.target = target
        #: The best read's solution: see :meth:`Problem.decode`; None if it breaks rules.
        #: Its objective: a whole number where the problem has one; None if it breaks rules.
        #: The rules that it breaks, one sentence each.
        self.solution, self.value, self.violations = problem.decode(self.spins[self.best_read])

    @property
    def is_feasible(self):
        """Whether the best read breaks no rules."""
        return not self.violations

    @functools.cached_property
    def hardware(self):
        """What a machine would need, as :class:`Hardware`; None for a run without a machine."""
        found = self._core.hardware()
        return None if found is None else Hardware(*found)

    @property
    def last_spins(self):
        """The state in which each read ended: a sample, if the temperature was constant and the discipline samples."""
        return self._core.last_spins()

    @property
    def last_energies(self):
        """The energies of those."""
        return self._core.last_energies()

    @property
    def time_to_target(self):
        """A :class:`TimeToTarget`; None for a run without a target."""
        if self.target is None:
            return None
        found = self._core.time_to_target()
        return TimeToTarget(found["n_runs"], found["n_successes"], found["median_ticks"], found["ticks_99"])

    def plot(self, ax=None):
        """Draws how many reads came to which value, and the target, on axes of matplotlib (new ones without ``ax``), which it
        returns."""
        return _plots.values(self, ax)

    def __len__(self):
        return len(self.energies)

    def __repr__(self):
        found = f"value {self.value}" if self.is_feasible else f"{len(self.violations)} rules broken"
        tick = int(self.tick_found[self.best_read])
        return f"Result({self.problem.kind}: {found}, met in read {self.best_read} after {tick} ticks, {len(self)} reads)"
