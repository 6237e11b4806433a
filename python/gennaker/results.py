"""Recordings as arrays: of a run that has just ended, or from a folder."""

import numpy as np


class PopulationResult:
    """What was recorded of one population."""

    def __init__(self, name, size, spikes=None, states=None):
        self.name = name
        self.size = size
        #: Ticks and neurons of the spikes, sorted by tick, then neuron; None if they were not recorded.
        self.spikes = spikes
        #: Variable to (ticks, neurons, values), values with one row per tick and one column per neuron.
        self.states = states or {}
        self._trains = None

    def spike_trains(self):
        """``{neuron: [tick, ...]}`` with an entry for every neuron. Made once, when first asked for."""
        if self._trains is None:
            ticks, neurons = self.spikes
            order = np.argsort(neurons, kind="stable")
            ends = np.cumsum(np.bincount(neurons, minlength=self.size)).tolist()
            ticks = ticks[order].tolist()
            self._trains = {i: ticks[a:b] for i, (a, b) in enumerate(zip([0] + ends, ends))}
        return self._trains

    def traces(self, variable):
        """``{neuron: array of samples}`` for every recorded neuron."""
        _, neurons, values = self.states[variable]
        return dict(zip(neurons.tolist(), np.ascontiguousarray(values.T)))


class Result:
    """What a run recorded.

    ``result.spikes("exc")`` gives arrays of ticks and neurons, ``result.state("exc", "v")`` ticks and values with one column
    per neuron. ``result.report`` is the account of the run, ``result.timesteps`` the ticks run.
    """

    def __init__(self, populations, timesteps, report=None):
        self.populations = {population.name: population for population in populations}
        self.timesteps = timesteps
        self.report = report or {}

    def spikes(self, population):
        """Ticks and neurons of a population's spikes, sorted by tick, then neuron."""
        recorded = self._population(population)
        if recorded.spikes is None:
            raise ValueError(f"population `{population}` did not record spikes")
        return recorded.spikes

    def state(self, population, variable):
        """Sampled ticks and values of a state variable; values have one row per tick and one column per neuron."""
        states = self._population(population).states
        if variable not in states:
            known = ", ".join(states) or "no state variable"
            raise ValueError(f"population `{population}` recorded {known}, not `{variable}`")
        ticks, _, values = states[variable]
        return ticks, values

    def _population(self, name):
        if name not in self.populations:
            raise KeyError(f"no population `{name}`; there are: {', '.join(self.populations)}")
        return self.populations[name]

    def __repr__(self):
        return f"Result({self.timesteps} ticks of {', '.join(self.populations)})"


def of_population(simulation, index, name, size, record):
    """Fetches what ``record`` names of one population from a simulation."""
    spikes = simulation.spikes(index) if "spikes" in record else None
    states = {variable: simulation.state(index, variable) for variable in record if variable != "spikes"}
    return PopulationResult(name, size, spikes, states)
