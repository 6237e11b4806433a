"""Problems: stated in their own terms, solved, and answered in the same terms."""

import time

import numpy as np

from gennaker._gennaker import QuboProblem
from gennaker.qubo import _inputs, _options
from gennaker.qubo._result import Result
from gennaker.qubo._spiking import Replay, fingerprint, of_core, spikes_of

#: Names of kinds of problems that are not the core's own.
_KINDS = {
    "max_cut": "maxcut",
    "independent_set": "independent-set",
    "mis": "independent-set",
    "npp": "partition",
    "colouring": "coloring",
    "tsp": "tour",
    "max_sat": "maxsat",
    "max3sat": "maxsat",
    "sat": "maxsat",
}
#: Kinds whose solutions name nodes or cities.
_NAMED = ("maxcut", "independent-set", "coloring", "tour")

_RULES = {
    "edge_inside": "both ends of edge {0!r}-{1!r} are in the set",
    "colours": "node {0!r} has {1} colours instead of one",
    "same_colour": "both ends of edge {0!r}-{1!r} have colour {2}",
    "visits": "city {0!r} is visited {1} times instead of once",
    "cities": "position {0} of the tour has {1} cities instead of one",
}
#: How many of a rule's numbers are positions of labels.
_LABELLED = {"edge_inside": 2, "colours": 1, "same_colour": 2, "visits": 1, "cities": 0}


def read(path, kind=None, *, num_colors=None, sense=None, which=None):
    """A problem from a file. ``kind`` says of what; it may be left out where the file says so itself:

    * ``"maxcut"``, ``"independent-set"``, ``"coloring"`` (with ``num_colors``): a graph as rudy, the G-set and BiqMac have
      it, or DIMACS ``.col``;
    * ``"qubo"``: D-Wave's ``.qubo``, or a symmetric matrix of OR-Library or BiqMac, for which ``sense`` says whether it is to
      be made small or large (``"minimise"``, ``"maximise"``), and ``which`` picks one of a collection, from 1 on;
    * ``"ising"``: couplings and fields in lines ``i j J``; ``"tour"``: TSPLIB; ``"maxsat"``: DIMACS ``.cnf`` with at most three
      literals in a clause; ``"partition"``: whole numbers.

    Nodes and cities are numbered as in the file.
    """
    if kind is not None:
        if not isinstance(kind, str):
            raise TypeError(f"kind is {kind!r}; it must be a text, such as maxcut")
        kind = _KINDS.get(kind, kind)
    if num_colors is not None:
        num_colors = _options.count("num_colors", num_colors)
    if which is not None:
        which = _options.count("which", which)
    core, first = QuboProblem.read(path, kind, num_colors, sense, which)
    return Problem(core, range(first, first + core.size) if core.kind in _NAMED else None)


def max_cut(graph, *, nodes=None, weight="weight"):
    """Two sides such that the weights of the edges between them add up to the most.

    ``graph`` is one of networkx, with weights under the name ``weight``, or a list or array of edges ``(u, v)`` or
    ``(u, v, weight)``; ``nodes`` names nodes without edges, and their order. Weights are whole numbers, of any sign.
    """
    labels, u, v, weights = _inputs.graph(graph, nodes, weight)
    core = QuboProblem.max_cut(len(labels), u, v, _inputs.whole("the weights of edges", weights))
    return Problem(core, labels)


def independent_set(graph, *, nodes=None, penalty=None):
    """The most nodes without an edge between any two. ``graph`` as in :func:`max_cut`; weights do not matter. ``penalty`` is
    what an edge inside the set costs, at least 2, the default."""
    labels, u, v, _ = _inputs.graph(graph, nodes)
    return Problem(QuboProblem.independent_set(len(labels), u, v, penalty), labels)


def coloring(graph, num_colors, *, nodes=None, one_color_penalty=None, edge_penalty=None):
    """A colour out of ``num_colors`` for every node, so that no edge has two ends of one colour. ``graph`` as in
    :func:`max_cut`; weights do not matter. The penalties are what a missing colour (2) and an edge of one colour (1) cost."""
    labels, u, v, _ = _inputs.graph(graph, nodes)
    colors = _options.count("num_colors", num_colors)
    return Problem(QuboProblem.coloring(len(labels), u, v, colors, one_color_penalty, edge_penalty), labels)


def partition(numbers):
    """Two parts of a list of whole numbers whose sums differ by the least. A solution has 0 or 1 for every number."""
    found = _inputs.whole("the numbers", np.atleast_1d(numbers))
    if found.ndim != 1:
        raise ValueError(f"the numbers have the shape {found.shape}; they must be one list")
    return Problem(QuboProblem.partition(found))


def tour(distances, *, labels=None, penalty=None):
    """The shortest closed tour through all cities, from a square matrix of whole distances; there and back may differ.
    ``labels`` names the cities; ``penalty`` is what a missing or surplus city costs (one more than the longest distance)."""
    matrix = _inputs.whole("the distances", distances)
    if matrix.ndim != 2:
        raise ValueError(f"the distances have the shape {matrix.shape}; they must be a square matrix")
    return Problem(QuboProblem.tour(matrix, penalty), labels)


def max_sat(clauses, *, num_variables=None):
    """Values of variables that satisfy the most clauses. A clause is a list of at most three literals as in DIMACS files: +v
    or -v, variables counted from 1. A solution has 0 or 1 for every variable."""
    lists = [[_options.whole("a literal", literal) for literal in clause] for clause in clauses]
    last = max((abs(literal) for clause in lists for literal in clause), default=0)
    found = last if num_variables is None else _options.whole("num_variables", num_variables)
    if found < 0:
        raise ValueError(f"num_variables is {found}; it must be at least 0")
    return Problem(QuboProblem.max_sat(found, lists))


def qubo(Q, *, offset=0, convention="full"):
    """``x'Qx + offset`` to be minimised over bits. ``Q`` is a dictionary ``{(u, v): bias}``, a square array, or a sparse
    matrix of SciPy.

    ``convention`` says what its entries mean: ``"full"``, each counts once, and (u, v) and (v, u) add up, which is x'Qx, and
    what dimod means by a dictionary; ``"upper_triangular"``, the same, but entries below the diagonal are refused;
    ``"half_of_symmetric"``, one triangle of a symmetric matrix is listed, and what is off the diagonal counts twice.

    A solution has 0 or 1 for every variable. Whole numbers are exact; others are rounded in binary, see
    :attr:`Problem.rounding`.
    """
    labels, n, rows, columns, values = _inputs.matrix("the entries of Q", Q)
    offset = _inputs.numbers("the offset", offset)
    if values.dtype == offset.dtype == np.int64:
        return Problem(QuboProblem.qubo(n, rows, columns, values, int(offset), convention), labels)
    values = values.astype(np.float64)
    return Problem(QuboProblem.real_qubo(n, rows, columns, values, float(offset), convention), labels)


def ising(h, J, *, offset=0):
    """``sum h_i s_i + sum J_ij s_i s_j + offset`` to be minimised over spins -1 and +1. ``h`` is a dictionary by label or a
    list; ``J`` a dictionary ``{(u, v): coupling}``, where (u, v) and (v, u) add up, or a square array with each pair on one
    side of the diagonal.

    A solution has -1 or 1 for every spin. Numbers as in :func:`qubo`.
    """
    labels, n, rows, columns, couplings = _inputs.matrix("the couplings J", J)
    if labels is None and (rows < columns).any() and (rows > columns).any():
        raise ValueError("J has entries on both sides of the diagonal; give each pair once, as numpy.triu(J) has it")
    if hasattr(h, "items") or labels is not None:
        given = dict(h.items() if hasattr(h, "items") else enumerate(h))
        found = range(n) if labels is None else labels
        labels = _inputs.sorted_labels([*given, *found])
        place = _inputs.positions(labels, "variable")
        rows, columns = (np.array([place[found[i]] for i in ends], dtype=np.int64) for ends in (rows, columns))
        h = [given.get(label, 0) for label in labels]
    fields = np.atleast_1d(_inputs.numbers("the fields h", h))
    if fields.ndim != 1 or (labels is None and n not in (0, len(fields))):
        raise ValueError(f"h has the shape {fields.shape} and J {n} rows; they must be of one size")
    offset = _inputs.numbers("the offset", offset)
    if fields.dtype == couplings.dtype == offset.dtype == np.int64:
        return Problem(QuboProblem.ising(fields, rows, columns, couplings, int(offset)), labels)
    fields, couplings = fields.astype(np.float64), couplings.astype(np.float64)
    return Problem(QuboProblem.quadratic(fields, rows, columns, couplings, float(offset), False), labels)


def from_bqm(bqm):
    """A binary quadratic model of dimod (also of pyqubo: ``model.compile().to_bqm()``)."""
    if not hasattr(bqm, "to_numpy_vectors") or not hasattr(bqm, "vartype"):
        raise TypeError(f"found {type(bqm).__name__} where a binary quadratic model of dimod is expected")
    labels = list(bqm.variables)
    vectors = bqm.to_numpy_vectors(variable_order=labels)
    rows, columns = (np.asarray(ends, dtype=np.int64) for ends in vectors.quadratic[:2])
    linear, biases = (np.asarray(v, dtype=np.float64) for v in (vectors.linear_biases, vectors.quadratic.biases))
    is_binary = bqm.vartype.name == "BINARY"
    core = QuboProblem.quadratic(linear, rows, columns, biases, float(vectors.offset), is_binary)
    return Problem(core, labels)


class Problem:
    """An optimisation problem. Made by :func:`max_cut` and the others, by :func:`read` and :func:`from_bqm`."""

    def __init__(self, core, labels=None):
        self._core = core
        n = core.size
        if labels is None and core.kind in _NAMED:
            labels = range(n)
        if labels is not None and len(labels) != n:
            raise ValueError(f"{len(labels)} labels for {n}; give one for each")
        #: Names of nodes, cities or variables, by position; None if they are numbered.
        self.labels = None if labels is None else list(labels)
        self._places = None if labels is None else _inputs.positions(self.labels, "label")

    @property
    def kind(self):
        """What it asks for: ``"maxcut"``, ``"independent-set"``, ``"partition"``, ``"coloring"``, ``"tour"``, ``"maxsat"``,
        ``"qubo"`` or ``"ising"``."""
        return self._core.kind

    @property
    def sense(self):
        """Which way values are better: ``"minimise"`` or ``"maximise"``. Energies are always minimised."""
        return self._core.sense

    @property
    def num_variables(self):
        """Spins, which are pairs of neurons."""
        return self._core.n_variables

    @property
    def num_couplings(self):
        """Pairs of spins with a coupling."""
        return self._core.n_couplings

    @property
    def scale(self):
        """The integers that the neurons see, per unit of the problem's energies."""
        return self._core.scale

    @property
    def fields(self):
        """Fields of the spins, as the integers that the neurons see."""
        return self._core.fields()

    @property
    def couplings(self):
        """Couplings, as the integers that the neurons see: arrays of both ends and of values."""
        return self._core.couplings()

    @property
    def rounding(self):
        """What rounding doubles to integers cost: ``unit_log2``, ``num_rounded``, ``max_error``, ``energy_error`` (no energy
        is off by more); None for a problem in whole numbers."""
        return self._core.rounding

    def rounded(self, bits=8):
        """The same problem for machines, which have few bits: couplings are rounded to whole numbers of ``bits`` bits, the sign's
        among them (8: one synapse for each), and fields so that neurons hold them exactly. Energies and values stay those of the
        problem as it was given; :attr:`rounding` says by how much what is minimised differs from them.

        It is for problems in doubles, whose integers have some 60 bits otherwise; those in whole numbers are exact.
        """
        return Problem(self._core.rounded(_options.count("bits", bits)), self.labels)

    def solve(
        self,
        num_steps=1000,
        num_reads=1,
        seed=0,
        *,
        num_anneals=1,
        target=None,
        stop_all=False,
        discipline=None,
        rule=None,
        schedule=None,
        core_time=None,
        time_limit=None,
        initial=None,
        interrupt_function=None,
        machine=None,
        coding="changes",
        account=None,
    ):
        """Anneals, and returns a :class:`Result`.

        * ``num_steps``: ticks of an anneal; ``num_anneals``: anneals one after the other; ``num_reads``: independent runs,
          side by side;
        * ``target``: the objective with which a read is content and stops (a cut, a set's size, a difference; of a colouring
          the cost of broken rules, 0); ``stop_all``: whether the first read that meets it, counted in ticks, stops all;
        * ``discipline``: who may flip in a tick: ``"sequential"``, ``"random"``, ``"one"``, ``"gate(0.1)"``,
          ``"refractory(3)"``, ``"colour"``; None for what suits the graph;
        * ``rule``: ``"metropolis"`` or ``"heat_bath"``; None for what is usual with the discipline;
        * ``schedule``: ``("geometric", hot, cold)``, ``("linear", hot, cold)``, ``("fowler_nordheim", a, beta_end)``,
          ``("constant", temperature)``, a list of temperatures; or one of the first three names alone, fitted to the problem,
          as None is. Temperatures are in the unit of :attr:`Result.energies`;
        * ``core_time``: seconds of one processor for each read, to which ``num_steps`` is fitted, so that the whole schedule
          is run;
        * ``time_limit``: seconds after which all reads stop, hot as they may be;
        * ``initial``: spins to begin with, -1 or +1, for all reads, or a row for each (:meth:`encode` makes them of solutions);
        * ``interrupt_function``: called ten times a second; when it returns something true, all reads stop, where they are;
        * ``machine``: also say, as :attr:`Result.hardware`, what a machine would need for the run: ``"auto"`` (one chip, or the
          smallest machine that has room), ``"chip"``, ``"board"``, another preset, or a machine file. What it cannot do (a
          discipline that is not local, a list of temperatures, wide couplings, too many neurons) is refused before anything
          is solved. ``coding`` is what spikes tell: ``"changes"`` of spins, two neurons for each, or ``"states"``; ``account``
          replaces assumptions by name, as :func:`gennaker.account` has them.

        Results depend on the problem, these options and the seed, never on threads; on the host's speed only where a time
        limit or a function stopped the run, or a time was to be filled (:attr:`Result.num_steps` is what to write down then).
        Ctrl-C ends it without a result.
        """
        start = time.perf_counter()
        core = self._solve(
            self._run(num_steps, num_anneals, num_reads, seed, discipline, rule, schedule, initial),
            interrupt_function,
            target=target,
            stop_all=bool(stop_all),
            core_time=core_time,
            time_limit=time_limit,
            machine=_options.machine(machine, coding, account),
        )
        seconds = time.perf_counter() - start
        return Result(self, core, target, _options.seed(seed), seconds)

    def _run(self, num_steps, num_anneals, num_reads, seed, discipline, rule, schedule, initial):
        """Options that decide the states of a run, as the core takes them."""
        initial = None if initial is None else np.atleast_2d(self._spins(initial))
        return _options.run(num_steps, num_anneals, num_reads, seed, discipline, rule, schedule, initial)

    def _solve(self, run, interrupt, **options):
        """The core's outcome; ``options`` are those that it takes as they are."""
        return self._core.solve(run, interrupt=_options.function("interrupt_function", interrupt), **options)

    def network(
        self,
        num_steps=1000,
        num_reads=1,
        seed=0,
        *,
        num_anneals=1,
        discipline=None,
        rule=None,
        schedule=None,
        initial=None,
        coding="changes",
    ):
        """The spiking network that does what :meth:`solve` does with the same options, read by read and tick by tick: a
        ``snn.Network`` to run on ``hardware.SpiNNaker2Chip()``, ``brian2_sim.Brian2Backend()`` or a board, for ``num_steps *
        num_anneals`` ticks. :meth:`replay` then says what its spikes tell.

        Each read is a population ``replica0``, ``replica1``, ... that is connected to itself and records its spikes. ``coding``
        is what these tell: ``"changes"``, two neurons for each variable, which spike when it turns up or down; or
        ``"states"``, one for each, which spikes in every tick in which it is up.
        """
        run = self._run(num_steps, num_anneals, num_reads, seed, discipline, rule, schedule, initial)
        net = of_core(self._core.network(run, _options.text("coding", coding)))
        net._optimisation = {"run": run, "coding": coding, "fingerprint": fingerprint(self)}
        return net

    def replay(self, network):
        """What the reads of a :meth:`network` found in its last run, as a :class:`Replay`, from their spikes alone."""
        known = getattr(network, "_optimisation", None)
        if known is None or known["fingerprint"] != fingerprint(self):
            raise ValueError("the network is not one that this problem's `network` has made")
        ticks, spikes = spikes_of(network, known["run"]["num_reads"])
        return Replay(self, *self._core.replay(known["run"], known["coding"], spikes, ticks))

    def energy(self, spins):
        """The energy of a state of spins -1 and +1, in the problem's unit: what is minimised."""
        return self._core.energy(self._state(spins))

    def decode(self, spins):
        """What a state of spins -1 and +1 stands for: ``(solution, value, violations)``.

        The solution of a cut is a side, 0 or 1, for every node, that of a colouring a colour: dictionaries by label; of an
        independent set, the list of its nodes; of a tour, the list of its cities; of all others an array with an entry for
        every number or variable, or a dictionary if the variables have labels. It is None, and so is the value, if the state
        breaks rules, and ``violations`` then says which.
        """
        solution, value, broken = self._core.decode(self._state(spins))
        if solution is not None:
            solution = self._labelled(solution)
        return solution, value, [self._sentence(*rule) for rule in broken]

    def encode(self, solution):
        """The state of spins that stands for a solution, which looks as :meth:`decode` gives it; an array by position will
        do, too."""
        return self._core.encode(self._positional(solution))

    def to_bqm(self):
        """The problem as a binary quadratic model of dimod, over spins; its energies are those of :meth:`energy`. Variables
        have labels where the problem has one variable for each."""
        from gennaker.qubo._sampler import dimod

        rows, columns, values = self.couplings
        has_labels = self.labels is not None and len(self.labels) == self.num_variables
        labels = self.labels if has_labels else list(range(self.num_variables))
        vectors = (self.fields / self.scale, (rows, columns, values / self.scale), self._core.offset / self.scale)
        return dimod.BinaryQuadraticModel.from_numpy_vectors(*vectors, "SPIN", variable_order=labels)

    def _labelled(self, solution):
        if self.kind == "independent-set":
            return [self.labels[place] for place in np.flatnonzero(solution)]
        if self.kind == "tour":
            return [self.labels[place] for place in solution]
        return solution if self.labels is None else dict(zip(self.labels, solution.tolist()))

    def _positional(self, solution):
        if self.kind == "independent-set" and not isinstance(solution, (dict, np.ndarray)):
            is_in = np.zeros(len(self.labels), dtype=np.int64)
            is_in[[self._place(label) for label in solution]] = 1
            return is_in
        if self.kind == "tour":
            return np.array([self._place(city) for city in solution], dtype=np.int64)
        if hasattr(solution, "items"):
            if self._places is None or set(solution) != set(self._places):
                raise ValueError("the solution's keys are not the labels of the problem")
            solution = [solution[label] for label in self.labels]
        return _inputs.whole("the entries of a solution", np.atleast_1d(np.asarray(solution)))

    def _place(self, label):
        try:
            return self._places[label]
        except KeyError:
            raise ValueError(f"the solution names {label!r}, which is no label of the problem") from None

    def _sentence(self, rule, places):
        named = [self.labels[place] for place in places[: _LABELLED.get(rule, 0)]]
        return _RULES.get(rule, rule).format(*named, *places[len(named) :])

    def _state(self, spins):
        found = self._spins(spins)
        if found.ndim != 1:
            raise ValueError(f"the state has the shape {found.shape}; it must be one list of spins")
        return found

    @staticmethod
    def _spins(given):
        array = np.asarray(given)
        if array.size == 0:
            return array.astype(np.int8)
        if array.ndim > 2 or array.dtype.kind not in "biuf" or not np.isin(array, (-1, 1)).all():
            raise ValueError("spins have to be -1 or +1, in one list, or one row for each read")
        return array.astype(np.int8)

    def __repr__(self):
        return f"Problem({self.kind}, {self.num_variables} variables, {self.num_couplings} couplings)"
