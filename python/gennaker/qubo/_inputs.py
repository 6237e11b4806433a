"""Graphs, matrices and numbers as users have them, brought to labels and arrays."""

import numpy as np

#: Doubles up to here are whole numbers if they have no fraction.
_EXACT = 2.0**53


def graph(given, nodes, weight="weight"):
    """Labels, both ends of every edge as positions, and weights (an array of any numbers).

    ``given`` is a graph of networkx, an array of 2 or 3 columns, or pairs and triples of any labels.
    """
    if hasattr(given, "nodes") and hasattr(given, "edges"):
        if given.is_directed():
            raise ValueError("the graph is directed; these problems want edges without a direction: graph.to_undirected()")
        edges = [(u, v, 1 if w is None else w) for u, v, w in given.edges(data=weight)]
        return _of_edges(edges, list(given.nodes) if nodes is None else nodes)
    if isinstance(given, np.ndarray):
        if given.ndim != 2 or given.shape[1] not in (2, 3):
            raise ValueError(f"the array of edges has the shape {given.shape}; it must have 2 or 3 columns: u, v, weight")
        return _of_edges(given.tolist(), nodes)
    return _of_edges(_listed(given), nodes)


def _listed(given):
    edges = []
    try:
        for edge in given:
            edges.append(tuple(edge))
    except TypeError:
        raise TypeError(
            f"a graph must be one of networkx, or a list of edges (u, v) or (u, v, weight); found {edge if edges else given!r}"
        ) from None
    return edges


def _of_edges(edges, nodes):
    for edge in edges:
        if len(edge) not in (2, 3) or isinstance(edge, str):
            raise ValueError(f"edge {edge!r} has {len(edge)} parts; it must be (u, v) or (u, v, weight)")
    labels = sorted_labels(end for edge in edges for end in edge[:2]) if nodes is None else list(nodes)
    places = positions(labels, "node")
    try:
        ends = np.array([(places[edge[0]], places[edge[1]]) for edge in edges], dtype=np.int64).reshape(-1, 2)
    except KeyError as error:
        raise ValueError(f"an edge names node {error.args[0]!r}, which is not among `nodes`") from None
    weights = numbers("the weights of edges", [edge[2] if len(edge) == 3 else 1 for edge in edges])
    return labels, ends[:, 0].copy(), ends[:, 1].copy(), weights


def sorted_labels(labels):
    """Every label once: in order, or in that of appearance where there is none."""
    found = list(dict.fromkeys(labels))
    try:
        return sorted(found)
    except TypeError:
        return found


def positions(labels, what):
    """Positions by label."""
    places = {label: place for place, label in enumerate(labels)}
    if len(places) != len(labels):
        twice = next(label for place, label in enumerate(labels) if places[label] != place)
        raise ValueError(f"{what} {twice!r} is named twice")
    return places


def numbers(what, values):
    """An array of 64-bit integers if all values are whole, else of doubles."""
    array = np.asarray(values)
    if array.size == 0:
        return array.astype(np.int64)
    if array.dtype.kind == "O":
        array = _of_objects(what, array)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{what} are of type {array.dtype}; they must be real numbers")
    if array.dtype.kind == "u" and array.max() > np.iinfo(np.int64).max:
        raise ValueError(f"{what} reach {array.max()}, beyond 64 bits; divide them by a common factor")
    if array.dtype.kind == "f":
        array = array.astype(np.float64)
        with np.errstate(invalid="ignore"):
            is_whole = np.abs(array).max() <= _EXACT and (array == np.floor(array)).all()
        return array.astype(np.int64) if is_whole else array
    return array.astype(np.int64)


def _of_objects(what, array):
    """Fractions, decimals and long integers as doubles; long integers must not lose digits silently."""
    try:
        if all(isinstance(value, int) for value in array.flat):
            raise ValueError(f"{what} go beyond 64 bits; divide them by a common factor")
        return array.astype(np.float64)
    except (TypeError, OverflowError):
        raise TypeError(f"{what} must be real numbers") from None


def whole(what, values):
    """An array of 64-bit integers."""
    array = numbers(what, values)
    if array.dtype != np.int64:
        found = array[array != np.floor(array)].flat[0]
        raise ValueError(
            f"{what} have to be whole numbers, and {found} is none; multiply them all, or use SpikingSampler, "
            "which takes any numbers"
        )
    return array


def matrix(what, given):
    """Labels (none for arrays), size, rows, columns and values of a dictionary, an array, or a sparse matrix of SciPy."""
    if hasattr(given, "items"):
        return _of_dictionary(what, given)
    if hasattr(given, "tocoo"):
        sparse = given.tocoo()
        _check_square(what, sparse.shape)
        return None, sparse.shape[0], sparse.row.astype(np.int64), sparse.col.astype(np.int64), numbers(what, sparse.data)
    array = np.asarray(given)
    if array.size == 0 and array.ndim < 2:
        array = array.reshape(0, 0)
    _check_square(what, array.shape)
    rows, columns = np.nonzero(array)
    return None, array.shape[0], rows.astype(np.int64), columns.astype(np.int64), numbers(what, array[rows, columns])


def _check_square(what, shape):
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ValueError(f"{what} have the shape {shape}; they must be a square matrix, or a dictionary of pairs of labels")


def _of_dictionary(what, given):
    for pair in given:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise ValueError(f"{what} name {pair!r}; keys must be pairs of labels")
    labels = sorted_labels(label for pair in given for label in pair)
    places = positions(labels, "variable")
    ends = np.array([(places[u], places[v]) for u, v in given], dtype=np.int64).reshape(-1, 2)
    return labels, len(labels), ends[:, 0].copy(), ends[:, 1].copy(), numbers(what, list(given.values()))
