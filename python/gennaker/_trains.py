"""Spikes as a dictionary of lists, made as far as it is looked at."""

import numpy as np


def by_neuron(ticks, neurons, size):
    """The ticks sorted by neuron and, for each neuron, where its ticks begin; one entry more says where the last ones end."""
    # NumPy counts 16-bit numbers instead of comparing them: two such passes are several times as fast as one of 32 bits.
    order = np.argsort(neurons.astype(np.uint16), kind="stable")
    if size > 1 << 16:
        order = order[np.argsort((neurons >> 16).astype(np.uint16)[order], kind="stable")]
    bounds = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(neurons, minlength=size), out=bounds[1:])
    return ticks[order], bounds


class SpikeTrains(dict):
    """``{neuron: [tick, ...]}`` with an entry for every neuron.

    A dictionary like any other, but the list of a neuron is made when it is first looked at: for some neurons of very many
    that is much faster than making all.
    """

    def __init__(self, ticks, neurons, size):
        super().__init__(dict.fromkeys(range(size)))
        self._arrays = ticks, neurons
        self._sorted = None

    def __getitem__(self, neuron):
        train = super().__getitem__(neuron)
        if train is None and self._arrays is not None:
            ticks, bounds = self._by_neuron()
            train = ticks[bounds[neuron] : bounds[neuron + 1]].tolist()
            super().__setitem__(neuron, train)
        return train

    def __iter__(self):
        # Its own, though it does nothing else: `dict(trains)` copies the values of dictionaries that have none as they are.
        return super().__iter__()

    def get(self, neuron, default=None):
        return self[neuron] if neuron in self else default

    def __reduce__(self):
        return dict, (dict(self.items()),)

    def _by_neuron(self):
        if self._sorted is None:
            self._sorted = by_neuron(*self._arrays, len(self))
        return self._sorted

    def _complete(self):
        """Makes all lists that are not there yet."""
        if self._arrays is not None:
            ticks, bounds = self._by_neuron()
            ticks, bounds = ticks.tolist(), bounds.tolist()
            made = ((i, train) for i, train in super().items() if train is not None)
            trains = {i: ticks[a:b] for i, (a, b) in enumerate(zip(bounds, bounds[1:]))}
            trains.update(made)
            super().update(trains)
            self._arrays = self._sorted = None


def _complete_first(name):
    inherited = getattr(dict, name)

    def method(self, *arguments, **options):
        for trains in (self, *arguments):
            if isinstance(trains, SpikeTrains):
                trains._complete()
        return inherited(self, *arguments, **options)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = inherited.__doc__
    return method


# Whatever may look at all values, or change some.
for _name in (
    "__eq__ __ne__ __repr__ __or__ __ror__ __ior__ __setitem__ __delitem__ clear copy items pop popitem setdefault update values"
).split():
    setattr(SpikeTrains, _name, _complete_first(_name))
# A dictionary is not hashable.
SpikeTrains.__hash__ = None
