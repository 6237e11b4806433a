"""NIR import with py-spinnaker2's names: trained networks of other frameworks as populations and projections.

Graphs are objects of the package ``nir``, or of :mod:`gennaker.nir`. The formulas are those of the original; what it does not
take (nested graphs, pools that overlap, several matrices in a row, delays, ...) works here, too, and a channel's bias goes to
that channel. :func:`gennaker.nir.from_nir` has more options, and runs many samples side by side.
"""

import dataclasses
import enum

import numpy as np

from gennaker import _gennaker
from gennaker._user import warn
from gennaker.nir._graph import Graph, Node, core_graph, kind_of
from gennaker.nir._options import core_options
from gennaker.snn._of_core import from_deployment

_WEIGHT_KINDS = ("Affine", "Linear", "Conv1d", "Conv2d")


class HardwareConstraintError(ValueError):
    """Something in a graph that the chip cannot have."""


class NotFoundError(LookupError):
    """A population that is not there."""


class IntegratorMethod(enum.Enum):
    """How decays follow from time constants."""

    FORWARD = "Forward-Euler"
    EXPONENTIAL = "Exponential-Euler"


class ResetMethod(enum.Enum):
    """What a spike does to the membrane."""

    SUBTRACT = "subtract"
    ZERO = "zero"


@dataclasses.dataclass
class ConversionConfig:
    """How a graph is converted."""

    #: Time that a tick stands for in the graph's equations, in its own unit: most graphs are in seconds.
    dt: float = 1.0
    #: What populations record that feed an Output.
    output_record: list = dataclasses.field(default_factory=lambda: ["spikes"])
    #: Delay of synapses; the models that graphs become have no delay field and ignore it.
    conn_delay: int = 1
    #: Whether the largest weight onto a population becomes 127; else weights are cut to whole numbers as they are.
    scale_weights: bool = False
    integrator: IntegratorMethod = IntegratorMethod.EXPONENTIAL
    reset: ResetMethod = ResetMethod.SUBTRACT


def from_nir(graph, config=None):
    """``(net, input_pops, output_pops)`` of a graph: a ``snn.Network`` whose populations have the names of the graph's nodes.

    Populations have ``nir_v_scale``, by which recorded voltages are divided to have those of the graph, and ``nir_w_scale``.
    """
    config = ConversionConfig() if config is None else config
    options = _options(config)
    try:
        deployment = _gennaker.Deployment(core_graph(graph, "nir_model"), options)
    except ValueError as error:
        raise HardwareConstraintError(str(error)) from None
    for layer in deployment.layers:
        lost = layer["weights"]
        if lost is not None and 2 * lost["n_vanished"] > lost["n"]:
            remedy = "" if config.scale_weights else ": set scale_weights=True"
            warn(f"population `{layer['name']}`: {lost['n_vanished']} of {lost['n']} weights became 0{remedy}")
    for note in deployment.notes:
        warn(note)
    return from_deployment(deployment, list(config.output_record))


def _options(config):
    if not isinstance(config, ConversionConfig):
        raise TypeError(f"config is {config!r}; it must be a ConversionConfig")
    known = {field.name for field in dataclasses.fields(ConversionConfig)}
    for name in vars(config):
        if name not in known:
            raise ValueError(f"ConversionConfig has no option `{name}`; it has: {', '.join(sorted(known))}")
    if not isinstance(config.integrator, IntegratorMethod):
        raise TypeError(
            f"integrator is {config.integrator!r}; it must be IntegratorMethod.FORWARD or IntegratorMethod.EXPONENTIAL"
        )
    if not isinstance(config.reset, ResetMethod):
        raise TypeError(f"reset is {config.reset!r}; it must be ResetMethod.SUBTRACT or ResetMethod.ZERO")
    chosen = {
        "dt": config.dt,
        "conn_delay": config.conn_delay,
        "scale_weights": bool(config.scale_weights),
        "integrator": "forward" if config.integrator is IntegratorMethod.FORWARD else "exponential",
        "reset": config.reset.value,
        "output_record": config.output_record,
    }
    # What is recorded is the populations' business: cores can be recorded, too.
    return core_options(None, chosen) | {"output_record": ["spikes"]}


def model_summary(nir_model):
    """Prints the nodes from the input on, with the shapes of their signals and the nodes that they feed."""
    shapes = core_graph(nir_model, "nir_model").shapes()
    done, waiting = set(), [name for name, node in nir_model.nodes.items() if kind_of(node) == "Input"]
    waiting += [name for name in nir_model.nodes if name not in waiting]
    while waiting:
        name = waiting.pop(0)
        if name in done:
            continue
        done.add(name)
        targets = [target for target, _ in get_outgoing_nodes(name, nir_model)]
        before, after = shapes.get(name, ("", ""))
        print(name, kind_of(nir_model.nodes[name]), tuple(before), "->", tuple(after), "->", targets)
        waiting = [*targets, *waiting]


def add_output_to_node(node_name, nir_model, output_name):
    """Adds an Output behind a node, so that its population records."""
    node = _node(node_name, nir_model)
    if output_name in nir_model.nodes:
        raise ValueError(f"the graph has a node `{output_name}` already")
    shape = np.array(core_graph(nir_model, "nir_model").shapes()[node_name][1])
    nir_model.nodes[output_name] = _like(node, "Output", shape=shape)
    nir_model.edges.append((node_name, output_name))


def replace_sumpool2d_by_sumpool2d_if(nir_model):
    """Puts IF neurons with threshold 1 behind every SumPool2d that feeds something else than IF or LIF; returns the graph."""
    shapes = core_graph(nir_model, "nir_model").shapes()
    for name, node in list(nir_model.nodes.items()):
        if kind_of(node) != "SumPool2d":
            continue
        moved = [target for target, after in get_outgoing_nodes(name, nir_model) if kind_of(after) not in ("IF", "LIF")]
        if not moved:
            continue
        ones = np.ones(shapes[name][1])
        nir_model.nodes[f"{name}_if"] = _like(node, "IF", r=ones, v_threshold=ones.copy())
        edges = [edge for edge in nir_model.edges if not (edge[0] == name and edge[1] in moved)]
        nir_model.edges = [*edges, (name, f"{name}_if"), *((f"{name}_if", target) for target in moved)]
    return nir_model


def _like(node, kind, **parameters):
    """A node of the classes that the graph has."""
    if isinstance(node, Node):
        return Node(kind, **parameters)
    import nir

    if kind == "Output":
        return nir.Output(output_type={"output": parameters["shape"]})
    return getattr(nir, kind)(**parameters)


def _node(node_name, nir_model):
    try:
        return nir_model.nodes[node_name]
    except KeyError:
        raise NotFoundError(f"Node {node_name} could not be found!") from None


def get_incoming_nodes(node_name, nir_model):
    """Names and nodes from which an edge leads to a node."""
    return [(source, _node(source, nir_model)) for source, target in nir_model.edges if target == node_name]


def get_outgoing_nodes(node_name, nir_model):
    """Names and nodes to which an edge leads from a node."""
    return [(target, _node(target, nir_model)) for source, target in nir_model.edges if source == node_name]


def fetch_population_by_name(name, populations):
    """The population of that name."""
    for population in populations:
        if population.name == name:
            return population
    raise NotFoundError(f"Population {name} could not be found!")


def get_accumulated_bias(node_name, nir_model):
    """The sum of all biases that lead to a neuron node, by neuron; a channel's bias counts for its whole image."""
    shape = tuple(core_graph(nir_model, "nir_model").shapes()[node_name][0])
    bias = np.zeros(shape)
    for _, before in get_incoming_nodes(node_name, nir_model):
        kind = kind_of(before)
        if kind == "Affine":
            bias += np.reshape(before.bias, shape)
        elif kind in ("Conv1d", "Conv2d"):
            bias += np.reshape(before.bias, (-1,) + (1,) * (len(shape) - 1))
    return bias


def get_max_abs_weight(node_name, nir_model):
    """The largest size of a weight that leads to a neuron node."""
    sizes = (np.max(np.abs(n.weight)) for _, n in get_incoming_nodes(node_name, nir_model) if kind_of(n) in _WEIGHT_KINDS)
    return max(map(float, sizes), default=0.0)


def get_conv2d_params(conv2d_node, post_node):
    """``(weights, params)`` of a ``Conv2DProjection`` from a Conv2d node without pooling.

    ``post_node`` is the population that it leads to, for its ``nir_w_scale``.
    """
    weights = (np.swapaxes(conv2d_node.weight, 0, 1) * post_node.nir_w_scale).astype(np.int8)
    shape, padding = conv2d_node.input_shape, conv2d_node.padding
    if isinstance(padding, (str, bytes)):
        keeps = padding in ("same", b"same")
        zeros = [keeps * step * (length - 1) for step, length in zip(_pair(conv2d_node.dilation), weights.shape[2:])]
    else:
        zeros = [2 * length for length in _pair(padding)]
    rows, columns = _pair(conv2d_node.stride)
    params = {
        "in_height": int(shape[0]),
        "in_width": int(shape[1]),
        "stride_x": rows,
        "stride_y": columns,
        "pool_x": 1,
        "pool_y": 1,
    }
    for ends, all_zeros in zip((("pad_top", "pad_bottom"), ("pad_left", "pad_right")), zeros):
        params[ends[0]], params[ends[1]] = all_zeros // 2, all_zeros - all_zeros // 2
    return weights, params


def _pair(value):
    first, *rest = np.ravel(value).tolist()
    return int(first), int(rest[0] if rest else first)


def _converted(node, bias, config, w_scale):
    """A neuron node alone, converted: its parameters, and the factor from the graph's potentials to the chip's."""
    bias = np.broadcast_to(np.asarray(bias, dtype=float), np.shape(np.asarray(node.v_threshold))).ravel()
    size = max(bias.size, 1)
    fields = {name: np.broadcast_to(np.ravel(getattr(node, name)), size) for name in _PARAMETERS[kind_of(node)]}
    weight = np.eye(size)
    cells, port = Node(kind_of(node), **fields), Node("Input", shape=[size])
    nodes = {"in": port, "w": Node("Affine", weight=weight, bias=bias), "cells": cells, "out": Node("Output", shape=[size])}
    graph = core_graph(Graph(nodes, [("in", "w"), ("w", "cells"), ("cells", "out")]))
    options = _options(config) | {"scale_weights": False, "real_weights": "all"}
    deployment = _gennaker.Deployment(graph, options)
    index = deployment.outputs[0]["population"]
    params, v_scale = deployment.network().parameters(index), deployment.v_scales(index)
    # Weights multiply both the input and what it is compared with.
    for name in ("threshold", "i_offset", "v_reset"):
        if name in params:
            params[name] = params[name] * w_scale
    return params, v_scale * w_scale


_PARAMETERS = {
    "IF": ("r", "v_threshold"),
    "LIF": ("tau", "r", "v_leak", "v_threshold"),
    "CubaLIF": ("tau_syn", "tau_mem", "r", "v_leak", "v_threshold", "w_in"),
}


def convert_LIF(node, bias, config, w_scale):  # noqa: N802
    """``(params, v_scale)`` of a LIF node for a ``lif_no_delay`` or ``lif_conv2d`` population."""
    return _converted(node, bias, config, w_scale)


def convert_IF(node, bias, config, w_scale):  # noqa: N802
    """``(params, v_scale)`` of an IF node for a ``lif_no_delay`` or ``lif_conv2d`` population."""
    return _converted(node, bias, config, w_scale)


def convert_CubaLIF(node, bias, config, w_scale):  # noqa: N802
    """``(params, v_scale)`` of a CubaLIF node for a ``lif_curr_exp_no_delay`` population."""
    return _converted(node, bias, config, w_scale)
