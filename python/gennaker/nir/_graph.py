"""Graphs of whatever classes, and the core's."""

import dataclasses
import io
import os

import numpy as np

from gennaker import _gennaker
from gennaker._user import warn

#: Fields of nodes that say nothing of their own.
_DERIVED = ("input_type", "output_type", "metadata")


class Node:
    """A node: its type's name in ``kind``, and its parameters as attributes."""

    def __init__(self, kind, **parameters):
        self.kind = kind
        self.__dict__.update(parameters)

    def __repr__(self):
        shapes = (f"{name}={_shown(value)}" for name, value in vars(self).items() if name != "kind")
        return f"{self.kind}({', '.join(shapes)})"


class Graph:
    """A graph: ``nodes`` by name, and ``edges`` as pairs of names. Nodes are :class:`Node` or graphs, or objects of ``nir``."""

    def __init__(self, nodes, edges, metadata=None):
        self.nodes = dict(nodes)
        self.edges = list(edges)
        self.metadata = dict(metadata or {})

    def __repr__(self):
        return f"Graph({len(self.nodes)} nodes, {len(self.edges)} edges)"


def _shown(value):
    return f"array{value.shape}" if isinstance(value, np.ndarray) and value.ndim else repr(value)


def core_graph(given, what="graph"):
    """The core's graph of a file's name, a file's bytes, or an object with ``nodes`` and ``edges``."""
    if isinstance(given, _gennaker.NirGraph):
        return given
    if isinstance(given, (str, os.PathLike)):
        return _gennaker.NirGraph.read(given)
    if isinstance(given, (bytes, bytearray, memoryview)):
        return _gennaker.NirGraph.from_bytes(bytes(given))
    return _of_object(given, what, [])


def _of_object(given, what, around):
    nodes, edges = getattr(given, "nodes", None), getattr(given, "edges", None)
    if not hasattr(nodes, "items") or edges is None:
        raise TypeError(
            f"{what} is {type(given).__name__}; it must be a file's name, its bytes, or a graph with `nodes` and `edges`"
        )
    if any(given is outer for outer in around):
        raise ValueError(f"{what} is nested in itself")
    described = {}
    for name, node in nodes.items():
        if not isinstance(name, str):
            raise TypeError(f"{what}: a node is named {name!r}; names are texts")
        nested = hasattr(node, "nodes") and hasattr(node, "edges")
        described[name] = _of_object(node, f"node `{name}`", [*around, given]) if nested else _described(name, node)
    entries = getattr(given, "metadata", None)
    entries = entries.items() if isinstance(entries, dict) else ()
    metadata = {str(key): _metadata(value) for key, value in entries}
    return _gennaker.NirGraph(
        described, _edges(edges, what), {key: value for key, value in metadata.items() if value is not None}
    )


def _edges(edges, what):
    pairs = []
    for edge in edges:
        try:
            source, target = edge
        except (TypeError, ValueError):
            source = target = None
        if not (isinstance(source, str) and isinstance(target, str)):
            raise TypeError(f"{what}: an edge is {edge!r}; edges are pairs of names")
        pairs.append((str(source), str(target)))
    return pairs


def kind_of(node):
    """The name of a node's type."""
    return node.kind if isinstance(node, Node) else type(node).__name__


def _described(name, node):
    """A node as its type's name and its parameters."""
    kind = kind_of(node)
    fields = _fields(name, node)
    parameters = {field: value for field, value in fields.items() if field not in _DERIVED and value is not None}
    if kind in ("Input", "Output") and "shape" not in parameters:
        parameters["shape"] = _port_shape(fields, "input_type" if kind == "Input" else "output_type", kind.lower())
    if kind == "Flatten" and fields.get("input_type") is not None:
        shape = fields["input_type"]
        shape = shape.get("input") if hasattr(shape, "get") else shape
        if shape is not None:
            parameters["input_type"] = shape
    plain = {field: plain_value(f"node `{name}`: `{field}`", value) for field, value in parameters.items()}
    return kind, {field: value for field, value in plain.items() if value is not None}


def _port_shape(fields, types, key):
    shape = fields.get(types)
    shape = shape.get(key) if hasattr(shape, "get") else shape
    return [] if shape is None else shape


def _fields(name, node):
    if dataclasses.is_dataclass(node) and not isinstance(node, type):
        return {field.name: getattr(node, field.name, None) for field in dataclasses.fields(node)}
    try:
        return {field: value for field, value in vars(node).items() if field != "kind" and not field.startswith("_")}
    except TypeError:
        raise TypeError(f"node `{name}` is {node!r}; it must be an object with parameters as attributes") from None


def plain_value(what, value):
    """A text, or an array of one of the core's three types."""
    if isinstance(value, (str, bytes)):
        return value.decode() if isinstance(value, bytes) else value
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    try:
        array = np.asarray(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{what} is no array of numbers ({error})") from None
    if array.dtype.kind in "US" and array.ndim == 0:
        text = array.item()
        return text.decode() if isinstance(text, bytes) else text
    if array.dtype.kind in "bui":
        return array.astype(np.int64)
    if array.dtype.kind == "f":
        return array.astype(np.float32 if array.dtype.itemsize <= 4 else np.float64)
    if array.dtype == object and array.ndim == 0 and array.item() is None:
        return None
    raise ValueError(f"{what} is of type {array.dtype}; it must be real numbers or a text")


def _metadata(value):
    """An entry of metadata, or None for what the core cannot hold."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    try:
        return plain_value("metadata", value)
    except ValueError:
        return None


def from_core(graph):
    """The core's graph as an object of ``nir`` where that is installed and takes it, else as a :class:`Graph`."""
    try:
        import nir
    except ImportError:
        return _as_graph(graph)
    if not hasattr(nir, "NIRGraph"):
        return _as_graph(graph)
    try:
        return nir.read(io.BytesIO(graph.to_bytes()))
    except Exception as error:
        # That package refuses more than it must: kernels that are not square, groups, some older files.
        warn(f"the package `nir` does not take this graph ({error}); it is a gennaker.nir.Graph")
        return _as_graph(graph)


def _as_graph(graph):
    nodes = {}
    for name, described in graph.nodes.items():
        nodes[name] = _as_graph(described) if isinstance(described, _gennaker.NirGraph) else Node(described[0], **described[1])
    return Graph(nodes, graph.edges, graph.metadata)
