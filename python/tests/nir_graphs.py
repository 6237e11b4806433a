"""Graphs for several tests."""

import numpy as np

from gennaker.nir import Graph, Node


def ones(*shape):
    return np.ones(shape)


def dense_graph(make=Node, n_in=4, n_out=3, seed=0, bias=0.0):
    """Input -> Affine -> LIF -> Output."""
    rng = np.random.default_rng(seed)
    nodes = {
        "in": make("Input", shape=np.array([n_in])),
        "fc": make("Affine", weight=rng.normal(size=(n_out, n_in)), bias=np.full(n_out, bias)),
        "cells": make("LIF", tau=2e-3 * ones(n_out), r=ones(n_out), v_leak=0 * ones(n_out), v_threshold=0.05 * ones(n_out)),
        "out": make("Output", shape=np.array([n_out])),
    }
    return Graph(nodes, [("in", "fc"), ("fc", "cells"), ("cells", "out")])


def conv_graph(stride=(1, 2), pool=(2, 1), bias=(0.4, 0.0)):
    """Input (1, 8, 6) -> SumPool2d -> Conv2d -> IF -> Flatten -> Linear -> IF -> Output."""
    rng = np.random.default_rng(3)
    height, width = 8 // pool[0] // 1, 6 // pool[1]
    out = ((height + 2 - 3) // stride[0] + 1, (width + 2 - 3) // stride[1] + 1)
    flat = 2 * out[0] * out[1]
    nodes = {
        "in": Node("Input", shape=np.array([1, 8, 6])),
        "pool": Node("SumPool2d", kernel_size=np.array(pool), stride=np.array(pool), padding=np.array([0, 0])),
        "conv": Node(
            "Conv2d",
            input_shape=(height, width),
            weight=rng.normal(size=(2, 1, 3, 3)),
            stride=stride,
            padding=(1, 1),
            dilation=(1, 1),
            groups=1,
            bias=np.array(bias),
        ),
        "a": Node("IF", r=ones(2, *out), v_threshold=ones(2, *out)),
        "flat": Node("Flatten", start_dim=0, end_dim=-1, input_type={"input": np.array([2, *out])}),
        "fc": Node("Linear", weight=rng.normal(size=(4, flat))),
        "b": Node("IF", r=ones(4), v_threshold=ones(4)),
        "out": Node("Output", shape=np.array([4])),
    }
    edges = [("in", "pool"), ("pool", "conv"), ("conv", "a"), ("a", "flat"), ("flat", "fc"), ("fc", "b"), ("b", "out")]
    return Graph(nodes, edges)


def spikes_of(rng, ticks, n, p=0.4):
    return (rng.random((ticks, n)) < p).astype(np.uint8)


def spoiled(**changes):
    graph = dense_graph()
    for name, value in changes.items():
        node, field = name.split("__")
        setattr(graph.nodes[node], field, value)
    return graph
