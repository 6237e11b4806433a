"""Projections: synapses between two populations."""

import itertools

from gennaker import _gennaker
from gennaker.errors import NotModelledError
from gennaker.snn import _convert
from gennaker.snn.population import Population

_numbers = itertools.count()


class Projection:
    """Synapses from ``pre`` to ``post``.

    ``connections`` is a list or an array with one row per synapse: pre index, post index, weight, delay. Weights become whole
    numbers (at most 15 or 127 in size, as the target's model has it); a spike of tick t acts at t + 1 + delay.
    """

    def __init__(self, pre, post, connections, name=None):
        self.name = f"Projection_{next(_numbers)}" if name is None else str(name)
        for end, population in (("pre", pre), ("post", post)):
            if not isinstance(population, Population):
                raise TypeError(f"projection `{self.name}`: {end} is {population!r}; it must be a Population")
        self.pre = pre
        self.post = post
        self.connections = connections
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
        return _convert.connection_array(self.name, self.connections)

    def _check(self):
        """Fails where the user wrote something wrong rather than when it is run."""
        alone = _gennaker.Network("check")
        post, _ = self.post._add_to(alone, self.post.name)
        # Of the senders only their number matters, and a source's spikes can be many.
        pre_name = self.pre.name + " " * (self.pre.name == self.post.name)
        pre = post if self.pre is self.post else alone.add_population(pre_name, self.pre.size, "relay")
        alone.add_projection(self.name, pre, post, self._array())
        alone.validate()

    def __repr__(self):
        return f"Projection({self.pre.name!r}, {self.post.name!r}, name={self.name!r})"


class Conv2DProjection:
    """Convolution on the chip's matrix unit: not modelled yet."""

    def __init__(self, pre, post, weights, params, name=None):
        raise NotModelledError(
            "Conv2DProjection (and `lif_conv2d`) is not modelled yet: write the convolution as a Projection onto a "
            "`lif_no_delay` population, one row per synapse"
        )


#: The name that some documents use.
Conv2dProjection = Conv2DProjection
