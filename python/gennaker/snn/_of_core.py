"""From the core's networks back to py-spinnaker2's classes."""

import numpy as np

from gennaker.snn.convolution import Conv2DProjection
from gennaker.snn.network import Network
from gennaker.snn.population import Population
from gennaker.snn.projection import Projection


def from_deployment(deployment, record=None):
    """``(net, input_pops, output_pops)`` of a lowered graph.

    ``record`` is what spiking outputs record, if not what they do already.
    """
    core = deployment.network()
    inputs = {port["population"] for port in deployment.inputs}
    spiking = {port["population"] for port in deployment.outputs if port["spikes"]}
    outputs = [port["population"] for port in deployment.outputs]
    net = Network(core.name, core.seed)
    for index, layer in enumerate(deployment.layers):
        described = core.population(index)
        wanted = ["spikes"] if index in inputs else described["record"]
        if record is not None and index in spiking:
            wanted = record
        params = core.parameters(index)
        population = Population(described["size"], described["model"], params, described["name"], list(wanted))
        v_scale = deployment.v_scales(index)
        population.nir_v_scale = 1.0 if index in inputs else v_scale if len(v_scale) > 1 else float(v_scale[0])
        scale = layer["scale"]
        population.nir_w_scale = 1.0 if scale is None else scale[0] if scale[0] == scale[1] else tuple(scale)
        net.add(population)
    for index in range(len(core.projections)):
        net.add(_projection(core.projection(index), net.populations))
    return net, [net.populations[i] for i in sorted(inputs)], [net.populations[i] for i in outputs]


def _projection(described, populations):
    pre, post, name = populations[described["pre"]], populations[described["post"]], described["name"]
    if described["connector"] != "conv2d":
        return Projection(pre, post, described["connections"], name)
    return Conv2DProjection._with_known_axes(pre, post, _whole(described["weights"]), _params(described["geometry"]), name)


def _params(geometry):
    """The keys of ``Conv2DProjection``, without those of ours that are 1."""
    params = {"in_height": geometry["input"][1], "in_width": geometry["input"][2]}
    for key in ("stride", "pool"):
        params[f"{key}_x"], params[f"{key}_y"] = geometry[key]
    for key, length in zip(("pad_top", "pad_bottom", "pad_left", "pad_right"), geometry["padding"]):
        params[key] = length
    dilation = dict(zip(("dilation_x", "dilation_y"), geometry["dilation"]))
    return params | {key: length for key, length in {**dilation, "groups": geometry["groups"]}.items() if length != 1}


def _whole(weights):
    """Whole weights as the bytes that the chip holds; others as they are."""
    whole = np.clip(weights, -127, 127).astype(np.int8)
    return whole if (whole == weights).all() else weights
