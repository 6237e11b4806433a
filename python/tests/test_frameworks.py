"""Files that are written here, read and run by a framework: Spyx (JAX), where it is installed."""

import numpy as np
import pytest

from gennaker import nir
from gennaker.nir import Graph, Node


def neurons(*shape):
    return Node("IF", r=np.ones(shape), v_threshold=np.ones(shape))


def dense_graph(random):
    """Two dense layers of integrate-and-fire neurons."""
    nodes = {
        "input": Node("Input", shape=np.array([108])),
        "fc": Node("Linear", weight=random.normal(0.02, 0.2, (20, 108)).astype(np.float32)),
        "b": neurons(20),
        "out": Node("Linear", weight=random.normal(0.1, 0.3, (5, 20)).astype(np.float32)),
        "last": neurons(5),
        "output": Node("Output", shape=np.array([5])),
    }
    return chain(nodes)


def image_graph(random):
    """A convolution."""
    nodes = {
        "input": Node("Input", shape=np.array([2, 8, 8])),
        "conv": Node(
            "Conv2d",
            input_shape=(8, 8),
            weight=random.normal(0.1, 0.4, (3, 2, 3, 3)).astype(np.float32),
            stride=(1, 1),
            padding=(0, 0),
            dilation=(1, 1),
            groups=1,
            bias=np.zeros(3, np.float32),
        ),
        "last": neurons(3, 6, 6),
        "output": Node("Output", shape=np.array([3, 6, 6])),
    }
    return chain(nodes)


def chain(nodes):
    names = list(nodes)
    return Graph(nodes, list(zip(names, names[1:])))


@pytest.mark.parametrize("make, shape", [(dense_graph, (108,)), (image_graph, (2, 8, 8))])
def test_spyx_reads_what_is_written_and_spikes_alike(make, shape, tmp_path):
    """Spyx's neurons fire a step after their potential has passed the threshold, which is when a spike arrives on the chip."""
    spyx_nir = pytest.importorskip("spyx.nir")
    package = pytest.importorskip("nir")
    graph = make(np.random.default_rng(3))
    path = tmp_path / "net.nir"
    nir.write(path, graph)
    spikes = np.random.default_rng(4).random((40, 1, *shape)) < 0.15
    ours = nir.from_nir(path, reset="subtract", real_weights=True)
    run = ours.run(spikes[:, 0], numeric="reference", recordings=True, tail_ticks=0)
    ticks, fired = run.spikes(0, "last")
    found = np.zeros((40, run.outputs.shape[1]))
    found[ticks, fired] = 1
    # Spyx has channels last.
    frames = np.moveaxis(spikes, 2, -1) if len(shape) == 3 else spikes
    _, theirs = spyx_nir.from_nir(package.read(str(path)), frames.astype(np.float32), dt=1e-4)
    theirs = np.moveaxis(np.asarray(theirs)[:, 0], -1, 1).reshape(40, -1)
    assert found.sum() > 20
    assert np.array_equal(theirs, found)
