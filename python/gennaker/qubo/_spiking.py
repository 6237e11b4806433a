"""Problems as spiking networks, and what their spikes tell."""

import hashlib

import numpy as np

from gennaker.qubo import _plots
from gennaker.snn import Network, Population, Projection


def of_core(core):
    """A network of py-spinnaker2's classes from the core's, whose projections are all the same."""
    net = Network(core.name, core.seed)
    connections = core.projection(0)["connections"]
    for index, name in enumerate(core.projections):
        found = core.population(index)
        population = Population(found["size"], found["model"], core.parameters(index), found["name"], found["record"])
        net.add(population, Projection(population, population, connections, name))
    return net


def fingerprint(problem):
    """What tells a problem from others: of its fields and couplings."""
    digest = hashlib.sha256(repr((problem.kind, problem.scale)).encode())
    for array in (problem.fields, *problem.couplings):
        digest.update(array.tobytes())
    return digest.hexdigest()


def spikes_of(network, num_reads):
    """Ticks of the last run, and ticks and neurons of each read's spikes."""
    populations = {population.name: population for population in network.populations}
    spikes = []
    for name in (f"replica{read}" for read in range(num_reads)):
        if name not in populations:
            raise ValueError(f"network `{network.name}`: population `{name}` is not part of it any more")
        spikes.append(tuple(np.asarray(column) for column in populations[name]._recording("spikes").spikes))
    return network._ticks_run, spikes


class Replay:
    """What the reads of a network found: arrays with one row each, named as in :class:`Result`, and the best of them."""

    def __init__(self, problem, core, energies_by_tick):
        self.problem = problem
        #: Position of the best read.
        self.best_read = core.best
        #: The best state of each read, -1 or +1 (read, variable).
        self.spins = core.spins()
        #: Its energy, in the problem's unit.
        self.energies = core.energies()
        #: Its objective, in the problem's own terms; not a number where rules are broken.
        self.values = core.values()
        #: After how many ticks it was met first.
        self.tick_found = core.tick_found()
        #: The state in which each read ended.
        self.last_spins = core.last_spins()
        #: Its energy.
        self.last_energies = core.last_energies()
        #: Spins that flipped, in each read.
        self.num_flips = core.n_flips()
        #: Ticks that the network ran.
        self.num_ticks = core.n_ticks()
        #: The energy after every tick (read, tick), as the neurons see it: see :attr:`Problem.rounding`.
        self.energies_by_tick = energies_by_tick
        #: Solution, objective and broken rules of the best read: see :meth:`Problem.decode`.
        self.solution, self.value, self.violations = problem.decode(self.spins[self.best_read])

    @property
    def is_feasible(self):
        """Whether the best read breaks no rules."""
        return not self.violations

    def plot(self, ax=None):
        """Draws every read's energy over the ticks on axes of matplotlib, new ones without ``ax``; returns them."""
        return _plots.energies(self, ax)

    def __len__(self):
        return len(self.energies)

    def __repr__(self):
        found = f"value {self.value}" if self.is_feasible else f"{len(self.violations)} rules broken"
        return f"Replay({self.problem.kind}: {found}, {len(self)} reads of {self.energies_by_tick.shape[1]} ticks)"
