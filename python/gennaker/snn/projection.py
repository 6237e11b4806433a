"""Projections: synapses between two populations."""

import itertools

import numpy as np

from gennaker import _gennaker
from gennaker.snn import _convert
from gennaker.snn.population import Population

_numbers = itertools.count()


class BaseProjection:
    """What lists of synapses and convolutions have in common."""

    def __init__(self, pre, post, name):
        self.name = f"Projection_{next(_numbers)}" if name is None else str(name)
        for end, population in (("pre", pre), ("post", post)):
            if not isinstance(population, Population):
                raise TypeError(f"projection `{self.name}`: {end} is {population!r}; it must be a Population")
        self.pre = pre
        self.post = post
        self._check()

    @property
    def sparse_weights(self):
        """Weights as a SciPy sparse matrix, one row per sending and one column per receiving neuron."""
        return self._sparse(2)

    @property
    def sparse_delays(self):
        """Delays as a SciPy sparse matrix, one row per sending and one column per receiving neuron."""
        return self._sparse(3)

    def _sparse(self, column):
        try:
            from scipy.sparse import coo_matrix
        except ImportError:
            raise ImportError("sparse matrices need SciPy: pip install scipy") from None
        rows = self._array()
        ends = rows[:, :2].astype(int)
        return coo_matrix((rows[:, column], (ends[:, 0], ends[:, 1])), shape=(self.pre.size, self.post.size)).tocsr()

    def _array(self):
        """All synapses: rows of pre, post, weight, delay."""
        raise NotImplementedError

    def _diagonal(self):
        """The rows of ``_array`` that are the diagonal of Q rather than synapses, if there are any."""
        return None

    def _add_to(self, network, name, pre, post):
        """Adds this projection to a network of the core, between two populations given by position."""
        raise NotImplementedError

    def _check(self):
        """Fails where the user wrote something wrong rather than when it is run."""
        self._alone()[0].validate()

    def _alone(self):
        """A network of the core with this projection and what it needs, and the projection's position."""
        alone = _gennaker.Network("check")
        post, _ = self.post._add_to(alone, self.post.name)
        # Of the senders only their number matters, and a source's spikes can be many.
        pre_name = self.pre.name + " " * (self.pre.name == self.post.name)
        pre = post if self.pre is self.post else alone.add_population(pre_name, self.pre.size, "relay")
        self._add_to(alone, self.name, pre, post)
        return alone, 0

    def __repr__(self):
        return f"{type(self).__name__}({self.pre.name!r}, {self.post.name!r}, name={self.name!r})"


class Projection(BaseProjection):
    """Synapses from ``pre`` to ``post``.

    ``connections`` is a list or an array with one row per synapse: pre index, post index, weight, delay. Weights become whole
    numbers (at most 15 or 127 in size, as the target's model has it); a spike of tick t acts at t + 1 + delay.

    Among neurons of the model ``qubo_neuron``, weights are entries of Q, and connections of a neuron to itself are Q's diagonal: they are
    no synapses but constant drive, in every tick.
    """

    def __init__(self, pre, post, connections, name=None):
        self.connections = connections
        super().__init__(pre, post, name)

    def _array(self):
        return _convert.connection_array(self.name, self.connections)

    def _diagonal(self):
        rows = self._array()
        own = self._is_diagonal(rows)
        return rows[own] if own.any() else None

    def _is_diagonal(self, rows):
        """Which rows are on the diagonal of Q. What is none of the population or no number stays a synapse, for the core to refuse."""
        if self.pre is not self.post or self.post.neuron_model != "qubo_neuron":
            return np.zeros(len(rows), dtype=bool)
        is_known = (rows[:, 0] >= 0) & (rows[:, 0] < self.post.size) & np.isfinite(rows[:, 2])
        return (rows[:, 0] == rows[:, 1]) & is_known & (rows[:, 0] == np.floor(rows[:, 0]))

    def _add_to(self, network, name, pre, post):
        rows = self._array()
        network.add_projection(name, pre, post, rows[~self._is_diagonal(rows)])
