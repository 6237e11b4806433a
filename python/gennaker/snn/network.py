"""Networks: populations and projections."""

from gennaker import _gennaker
from gennaker._user import warn
from gennaker.snn import _convert
from gennaker.snn.population import Population
from gennaker.snn.projection import BaseProjection


class Network:
    """Populations and projections that run together. ``seed`` starts all random numbers, such as Poisson spikes."""

    def __init__(self, name="network", seed=0):
        self.name = str(name)
        self.seed = seed
        self.populations = []
        self.projections = []
        #: Ticks of the last run, None before it, and what one stood for.
        self._ticks_run = None
        self._tick_ms = 1.0

    @property
    def result(self):
        """What the last run recorded, as a :class:`gennaker.Result`: for pictures and exports. Not in the original."""
        from gennaker import _sources

        return _sources.of_network(self)

    def add(self, *objects):
        """Adds populations and projections, in any order and in any number of calls."""
        for given in objects:
            if isinstance(given, Population):
                self._add(self.populations, given)
            elif isinstance(given, BaseProjection):
                self._add(self.projections, given)
            else:
                raise TypeError(f"network `{self.name}`: cannot add {given!r}; add populations and projections")

    def _add(self, members, given):
        if any(member is given for member in members):
            warn(f"network `{self.name}`: {given!r} was added before; it stays in once")
        else:
            members.append(given)

    def validate(self):
        """Raises ``ValueError`` that says what is wrong with the network, if anything is."""
        self._build()[0].validate()

    def reset(self):
        """Forgets all results."""
        for population in self.populations:
            population._recorded = None
        self._ticks_run = None

    def _build(self):
        """The network for the core, and what is recorded of each population."""
        network = _gennaker.Network(self.name, self.seed)
        names, positions, records = set(), {}, []
        diagonals = _convert.diagonals(self.projections)
        for population in self.populations:
            name, diagonal = _unique(population.name, names), diagonals.get(id(population))
            positions[id(population)], record = population._add_to(network, name, diagonal)
            records.append(record)
        names = set()
        for projection in self.projections:
            pre, post = (self._position(projection, end, positions) for end in ("pre", "post"))
            projection._add_to(network, _unique(projection.name, names), pre, post)
        return network, records

    def _position(self, projection, end, positions):
        population = getattr(projection, end)
        if id(population) not in positions:
            raise ValueError(
                f"network `{self.name}`: population `{population.name}`, {end} of projection `{projection.name}`, is not "
                "part of the network: add it too"
            )
        return positions[id(population)]

    def _repr_html_(self):
        from gennaker import _html

        return _html.network(self)

    def __repr__(self):
        return f"Network({self.name!r}: {len(self.populations)} populations, {len(self.projections)} projections)"


def _unique(name, taken):
    """``name``, or with a number behind it if it is taken: scripts may use a name twice."""
    unique, number = name, 2
    while unique in taken:
        unique, number = f"{name}#{number}", number + 1
    taken.add(unique)
    return unique
