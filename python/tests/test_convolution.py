"""Convolutions: what they are, wherever they run, and what is refused."""

import numpy as np
import pytest

import gennaker
from gennaker import ann2snn_helpers, brian2_sim, hardware, snn
from gennaker.neuron_models.common import DVFSParams, PmgtMode
from gennaker.neuron_models.lif_conv2d import LIFConv2dApplication

PARAMS = {
    "in_height": 6,
    "in_width": 5,
    "stride_x": 1,
    "stride_y": 1,
    "pool_x": 1,
    "pool_y": 1,
    "pad_top": 1,
    "pad_bottom": 1,
    "pad_left": 1,
    "pad_right": 1,
}


def images(rng, channels, height, width, ticks=8, p=0.3):
    """Spikes of a stack of images, as an array and as ``spike_list`` takes them."""
    frames = rng.random((ticks, channels * height * width)) < p
    return frames, {n: np.flatnonzero(frames[:, n]).tolist() for n in range(frames.shape[1])}


def correlated(frame, weights, stride=(1, 1), pool=(1, 1), pad=(0, 0, 0, 0)):
    """A convolution of one frame by the book."""
    channels, height, width = frame.shape
    height, width = height // pool[0], width // pool[1]
    pooled = frame[:, : height * pool[0], : width * pool[1]].reshape(channels, height, pool[0], width, pool[1]).sum((2, 4))
    padded = np.pad(pooled, ((0, 0), pad[:2], pad[2:]))
    kernel = weights.shape[2:]
    rows = range(0, padded.shape[1] - kernel[0] + 1, stride[0])
    columns = range(0, padded.shape[2] - kernel[1] + 1, stride[1])
    out = np.empty((weights.shape[1], len(rows), len(columns)))
    for i, y in enumerate(rows):
        for j, x in enumerate(columns):
            window = padded[:, y : y + kernel[0], x : x + kernel[1]]
            out[:, i, j] = np.einsum("cij,coij->o", window, weights)
    return out


def layer(weights, params, trains, size, record=("spikes", "v"), **neuron):
    n_inputs = weights.shape[0] * params["in_height"] * params["in_width"]
    stimulus = snn.Population(n_inputs, "spike_list", trains, name="stimulus")
    cells = snn.Population(
        size, "lif_conv2d", {"threshold": 1e9, "alpha_decay": 0.0, **neuron}, name="cells", record=list(record)
    )
    net = snn.Network("convolution")
    net.add(stimulus, cells, snn.Conv2DProjection(stimulus, cells, weights, params, name="kernel"))
    return net, stimulus, cells


@pytest.mark.parametrize("make", [hardware.SpiNNaker2Chip, hardware.SpiNNcloud48NodeBoard, brian2_sim.Brian2Backend])
@pytest.mark.parametrize(
    "shape, kernel, stride, pool, pad",
    [
        ((2, 6, 5), (3, 3), (1, 1), (1, 1), (1, 1, 1, 1)),
        ((1, 7, 8), (3, 2), (2, 1), (1, 1), (0, 0, 0, 0)),
        ((2, 9, 6), (2, 2), (1, 2), (2, 1), (1, 0, 0, 2)),
    ],
)
@pytest.mark.filterwarnings("ignore:.*x counts rows")
def test_potentials_are_those_of_the_convolution(make, shape, kernel, stride, pool, pad):
    rng = np.random.default_rng(5)
    frames, trains = images(rng, *shape)
    weights = rng.integers(-127, 128, (shape[0], 3, *kernel)).astype(np.int8)
    expected = [correlated(frame.reshape(shape), weights.astype(float), stride, pool, pad) for frame in frames]
    params = {"in_height": shape[1], "in_width": shape[2], "stride_x": stride[0], "stride_y": stride[1], "pool_x": pool[0]}
    params |= {"pool_y": pool[1], "pad_top": pad[0], "pad_bottom": pad[1], "pad_left": pad[2], "pad_right": pad[3]}
    net, _, cells = layer(weights, params, trains, expected[0].size)
    assert net.projections[0].output_shape == expected[0].shape
    make().run(net, len(frames) + 1)
    found = np.stack(list(cells.get_voltages().values()), axis=1)[1:]
    assert np.array_equal(found, np.reshape(expected, (len(frames), -1)))


def test_a_list_of_all_synapses_gives_the_same_spikes():
    rng = np.random.default_rng(6)
    _, trains = images(rng, 2, 6, 5)
    weights = rng.integers(-60, 128, (2, 4, 3, 3)).astype(np.int8)
    net, stimulus, cells = layer(weights, PARAMS, trains, 120, threshold=150, alpha_decay=0.8)
    hardware.SpiNNaker2Chip().run(net, 12)
    dense = snn.Population(120, "lif_no_delay", {"threshold": 150, "alpha_decay": 0.8}, record=["spikes", "v"])
    twin = snn.Network()
    twin.add(stimulus, dense, snn.Projection(stimulus, dense, net.projections[0]._array()))
    hardware.SpiNNaker2Chip().run(twin, 12)
    assert cells.get_spikes() == dense.get_spikes()
    assert sum(map(len, cells.get_spikes().values())) > 50


def test_sum_pooling_is_that_of_the_helper():
    connections, shape = ann2snn_helpers.connection_list_for_sumpool2d((1, 6, 4), 2, 2, 0, 0)
    weights = np.array([[[[3]]]], dtype=np.int8)
    params = {"in_height": 6, "in_width": 4, "pool_x": 2, "pool_y": 2}
    net, *_ = layer(weights, params, {}, int(np.prod(shape)))
    ours = {(int(pre), int(post)) for pre, post, _, _ in net.projections[0]._array()}
    assert ours == {(pre, post) for pre, post, _, _ in connections}
    pytest.importorskip("scipy")
    assert net.projections[0].sparse_weights.sum() == 3 * len(connections)


def test_x_counts_rows_and_it_is_said():
    a, b = snn.Population(12, "spike_list", {}), snn.Population(2 * 4, "lif_conv2d", {})
    with pytest.warns(UserWarning, match="stride_x and stride_y differ; x counts rows and y columns"):
        projection = snn.Conv2DProjection(
            a,
            b,
            np.ones((1, 2, 1, 1)),
            {"in_height": 4, "in_width": 3, "stride_x": 2, "stride_y": 2} | {"stride_y": 3, "stride_x": 1},
        )
    assert projection.output_shape == (2, 4, 1)


def test_dilation_and_groups_are_ours():
    a, b = snn.Population(2 * 5 * 5, "spike_list", {}), snn.Population(2 * 9, "lif_conv2d", {})
    params = {"in_height": 5, "in_width": 5, "dilation_x": 2, "dilation_y": 2, "groups": 2}
    projection = snn.Conv2DProjection(a, b, np.ones((1, 2, 2, 2)), params)
    assert projection.output_shape == (2, 3, 3)
    assert {tuple(row) for row in projection._array()[:, :2].astype(int)} >= {(0, 0), (2, 0), (10, 0), (12, 0)}


def test_weights_and_params_are_readable_and_may_change():
    weights = np.ones((2, 3, 3, 3), dtype=np.int8)
    net, _, cells = layer(weights, PARAMS, {0: [0]}, 90)
    projection = net.projections[0]
    assert projection.weights is weights and projection.params is PARAMS
    projection.weights = 2 * weights
    hardware.SpiNNaker2Chip().run(net, 2)
    assert max(v[1] for v in cells.get_voltages().values()) == 2
    with pytest.raises(ValueError, match="weights"):
        projection.weights = np.ones((3, 3))
    assert projection.weights[0, 0, 0, 0] == 2


def test_fractions_are_rounded_and_said():
    net, _, cells = layer(np.full((1, 1, 1, 1), 2.4), {"in_height": 2, "in_width": 2}, {0: [0]}, 4)
    with pytest.warns(UserWarning, match="kernel.*rounded"):
        hardware.SpiNNaker2Chip().run(net, 2)
    assert cells.get_voltages()[0][1] == 2
    brian2_sim.Brian2Backend().run(net, 2, quantize_weights=False)
    assert cells.get_voltages()[0][1] == 2.4


def test_mapping_account_and_clock():
    rng = np.random.default_rng(8)
    _, trains = images(rng, 2, 6, 5)
    net, _, cells = layer(np.ones((2, 4, 3, 3)), PARAMS, trains, 120, ["spikes", "time_done", "n_packets"], threshold=2.0)
    cells.set_max_atoms_per_core(30)
    LIFConv2dApplication.dvfs_params = DVFSParams(mode=PmgtMode.PL_MODE_HIGH)
    try:
        hw = hardware.SpiNNaker2Chip()
        hw.run(net, 10, record_power=True)
    finally:
        LIFConv2dApplication.dvfs_params = None
    assert hw.mapping.n_pes >= 5 and hw.mapping.verify()
    assert hw.energy > 0 and len(cells.get_n_packets()) == 4
    assert sum(map(sum, cells.get_n_packets().values())) > 0


def test_a_run_on_disk_is_the_same(monkeypatch, tmp_path):
    rng = np.random.default_rng(9)
    _, trains = images(rng, 2, 6, 5)
    net, _, cells = layer(rng.integers(0, 50, (2, 4, 3, 3)), PARAMS, trains, 120, threshold=60)
    hardware.SpiNNaker2Chip().run(net, 12)
    expected = cells.get_spikes()
    network, _ = net._build()
    gennaker.Simulation(network).run_into(12, tmp_path / "run")
    stored = gennaker.open_results(tmp_path / "run")
    ticks, neurons = stored.spikes("cells")
    assert {n: ticks[neurons == n].tolist() for n in range(120)} == expected
    assert sum(map(len, expected.values())) > 10
    monkeypatch.setattr("gennaker._run.RECORDING_MEMORY_MIB", 0)
    hardware.SpiNNaker2Chip().run(net, 12)
    assert cells.get_spikes() == expected


@pytest.mark.parametrize(
    "weights, params, error, message",
    [
        (np.ones((3, 3)), PARAMS, ValueError, r"`q`: weights have shape \(3, 3\); it must be \(input channels, output channels"),
        (np.ones((1, 2, 0, 3)), PARAMS, ValueError, "weights have shape"),
        ("kernel", PARAMS, ValueError, "weights are no array of numbers"),
        (np.full((1, 2, 3, 3), np.nan), PARAMS, ValueError, "nan|NaN"),
        (np.ones((1, 2, 3, 3)), [], TypeError, "params is list; it must be a dictionary"),
        (np.ones((1, 2, 3, 3)), {}, ValueError, "needs `in_height`"),
        (np.ones((1, 2, 3, 3)), PARAMS | {"strid_x": 1}, ValueError, "has no key `strid_x`; it has: in_height"),
        (np.ones((1, 2, 3, 3)), PARAMS | {"stride_x": 0}, ValueError, "stride_x is 0; it must be at least 1"),
        (np.ones((1, 2, 3, 3)), PARAMS | {"pad_top": -1}, ValueError, "pad_top is -1; it must be at least 0"),
        (np.ones((1, 2, 3, 3)), PARAMS | {"pool_x": 1.5}, TypeError, "pool_x is 1.5; it must be a whole number"),
        (np.ones((1, 2, 9, 9)), PARAMS, ValueError, "does not fit into images"),
        (np.ones((2, 2, 3, 3)), PARAMS, ValueError, "`a`.*30|30.*60|60"),
        (np.ones((1, 3, 3, 3)), PARAMS, ValueError, "90|60"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(weights, params, error, message):
    a, b = snn.Population(30, "spike_list", {}, name="a"), snn.Population(60, "lif_conv2d", {}, name="b")
    with pytest.raises(error, match=message):
        snn.Conv2DProjection(a, b, weights, params, name="q")


def test_kernels_and_lists_keep_to_their_models():
    a, b = snn.Population(4, "spike_list", {}), snn.Population(4, "lif_no_delay", {})
    with pytest.raises(ValueError, match="`lif_conv2d` takes conv2d connectors only"):
        snn.Conv2DProjection(a, b, np.ones((1, 1, 1, 1)), {"in_height": 2, "in_width": 2})
    c = snn.Population(4, "lif_conv2d", {})
    with pytest.raises(ValueError, match="`lif_conv2d` takes conv2d connectors only"):
        snn.Projection(a, c, [[0, 0, 1, 0]])
