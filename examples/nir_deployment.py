"""A trained network on the chip, from the graph in which frameworks hand it over: bars of four orientations in noise.

The graph is made here: a convolution with a kernel for each orientation, neurons, pooling, and a layer that sums each
kernel's image. What a framework exports as a NIR file is used in the same way: `nir.from_nir("network.nir")`.

    python examples/nir_deployment.py [--samples 40] [--save FILE.nir]
"""

import argparse

import numpy as np

from gennaker import nir
from gennaker.nir import Graph, Node

SIDE, KERNEL, TICKS = 16, 5, 30
POOLED = SIDE // 2
NAMES = ["horizontal", "vertical", "rising", "falling"]

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("--samples", type=int, default=40, metavar="N", help="recordings for each noise level (default 40)")
arguments.add_argument("--save", metavar="FILE", help="write the graph as a NIR file")
options = arguments.parse_args()

random = np.random.default_rng(1)


def bar(orientation, offset, side):
    """A bar through the middle of an image, moved by `offset` pixels."""
    y, x = np.mgrid[:side, :side] - side // 2
    distance = [y, x, y + x, y - x][orientation]
    return distance == offset


def graph():
    """Input -> Conv2d -> IF -> SumPool2d -> Flatten -> Linear -> IF -> Output."""
    kernels = np.stack([bar(orientation, 0, KERNEL) for orientation in range(4)]) * 1.0
    kernels -= kernels.mean(axis=(1, 2), keepdims=True)
    summing = np.repeat(np.eye(4), POOLED * POOLED, axis=1)
    image, pair = (4, SIDE, SIDE), np.array([2, 2])
    nodes = {
        "input": Node("Input", shape=np.array([1, SIDE, SIDE])),
        "conv": Node(
            "Conv2d",
            input_shape=(SIDE, SIDE),
            weight=kernels[:, None],
            stride=(1, 1),
            padding=(KERNEL // 2, KERNEL // 2),
            dilation=(1, 1),
            groups=1,
            bias=np.zeros(4),
        ),
        "bars": Node("IF", r=np.ones(image), v_threshold=np.full(image, 2.0)),
        "pool": Node("SumPool2d", kernel_size=pair, stride=pair, padding=np.array([0, 0])),
        "flat": Node("Flatten", start_dim=0, end_dim=-1, input_type={"input": np.array([4, POOLED, POOLED])}),
        "sum": Node("Linear", weight=summing),
        "classes": Node("IF", r=np.ones(4), v_threshold=np.full(4, 24.0)),
        "output": Node("Output", shape=np.array([4])),
    }
    names = list(nodes)
    return Graph(nodes, list(zip(names, names[1:])))


def recordings(noise):
    """Spikes (samples, ticks, pixels): pixels of the bar fire in a third of the ticks, all others in a part of `noise`."""
    labels = np.arange(options.samples) % 4
    spikes = np.empty((options.samples, TICKS, SIDE * SIDE), dtype=bool)
    for sample, label in enumerate(labels):
        rate = np.where(bar(label, random.integers(-4, 5), SIDE), 0.33, noise).ravel()
        spikes[sample] = random.random((TICKS, SIDE * SIDE)) < rate
    return spikes, labels


network = graph()
deployment = nir.from_nir(network, reset="subtract")
print(deployment.summary())
if options.save:
    nir.write(options.save, network)
    print(f"written: {options.save}\n")

exact = nir.from_nir(network, reset="subtract", real_weights=True)
print("noise   chip  as trained  synaptic events per recording")
for noise in (0.0, 0.02, 0.05, 0.1, 0.2):
    spikes, labels = recordings(noise)
    chip = deployment.run(spikes)
    trained = exact.run(spikes, numeric="reference")
    events = chip.n_synaptic_events.mean()
    print(f"{noise:5.2f}  {chip.accuracy(labels):4.0%}  {trained.accuracy(labels):10.0%}  {events:29,.0f}")
print(f"the last recording: {NAMES[chip.answers[-1]]}, by spikes {dict(zip(NAMES, chip.outputs[-1].astype(int).tolist()))}")
