"""Helper functions of py-spinnaker2."""

import logging

import numpy as np
import pytest

from gennaker import ann2snn_helpers as ann
from gennaker import helpers, logger


def test_spike_times_dict_to_arrays():
    indices, times = helpers.spike_times_dict_to_arrays({0: [1, 5], 1: [], 7: [2]})
    assert indices.tolist() == [0, 0, 7] and times.tolist() == [1, 5, 2]
    assert [len(a) for a in helpers.spike_times_dict_to_arrays({})] == [0, 0]


def test_spike_times_to_matrix():
    matrix = helpers.spike_times_to_matrix({0: [1], 1: [], 2: [0, 3, 9]}, n_timesteps=5)
    assert matrix.tolist() == [[0, 1, 0, 0, 0], [0] * 5, [1, 0, 0, 1, 0]]
    assert helpers.spike_times_to_matrix({0: [1], 1: [2]}).shape == (2, 3)
    assert helpers.spike_times_to_matrix({}).shape == (0, 0)


def test_population_spike_rate():
    rate, centres = helpers.calculate_population_spike_rate([0, 0, 2], n_units=4)
    assert rate.tolist() == [0.5, 0, 0.25] and centres.tolist() == [0.5, 1.5, 2.5]


def test_dense_layers():
    weights = np.array([[1, 0], [0, -2], [3, 4]])
    assert ann.connection_list_from_dense_weights(weights, 1) == [
        [0, 0, 1, 1],
        [0, 1, 0, 1],
        [1, 0, 0, 1],
        [1, 1, -2, 1],
        [2, 0, 3, 1],
        [2, 1, 4, 1],
    ]
    assert ann.sparse_connection_list_from_dense_weights(weights, 0) == [
        [0, 0, 1, 0],
        [1, 1, -2, 0],
        [2, 0, 3, 0],
        [2, 1, 4, 0],
    ]
    with pytest.raises(ValueError, match="give a matrix"):
        ann.connection_list_from_dense_weights([1, 2], 0)


@pytest.mark.parametrize("order", ["torch", "tensorflow"])
@pytest.mark.parametrize("stride, kernel, padding", [(2, 2, 0), ((2, 1), (3, 2), (1, 0)), (1, 3, 1)])
def test_sum_pooling_pools(order, stride, kernel, padding):
    shape = (2, 6, 5) if order == "torch" else (6, 5, 2)
    connections, out_shape = ann.connection_list_for_sumpool2d(shape, stride, kernel, padding, 1, data_order=order)
    image = np.arange(60).reshape(shape) + 1
    pooled = np.zeros(np.prod(out_shape), int)
    for pre, post, weight, delay in connections:
        assert delay == 1
        pooled[post] += weight * image.ravel()[pre]
    channels = image if order == "torch" else np.moveaxis(image, 2, 0)
    (sy, sx), (ky, kx), (py, px) = (v if isinstance(v, tuple) else (v, v) for v in (stride, kernel, padding))
    padded = np.pad(channels, ((0, 0), (py, py), (px, px)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (ky, kx), axis=(1, 2))[:, ::sy, ::sx]
    expected = windows.sum(axis=(3, 4))
    expected = expected if order == "torch" else np.moveaxis(expected, 0, 2)
    assert expected.shape == tuple(out_shape) and expected.ravel().tolist() == pooled.tolist()


def test_joined_lists_are_the_product_of_the_matrices():
    first, second = np.array([[1, 0, 2], [0, 3, 0]]), np.array([[1, -1], [2, 0], [0, 5]])
    joined = ann.join_conn_lists(
        ann.sparse_connection_list_from_dense_weights(first, 0),
        ann.sparse_connection_list_from_dense_weights(second, 3),
    )
    product = np.zeros((2, 2))
    for pre, post, weight, delay in joined:
        product[pre, post] = weight
        assert delay == 3
    assert product.tolist() == (first @ second).tolist()


def test_logger():
    logger.SpiNNaker2Logger.setup(level="diagnostic")
    assert logging.getLogger("gennaker").level == logging.DEBUG
    logger.SpiNNaker2Logger.setup("warning")
    with pytest.raises(ValueError, match="choose diagnostic"):
        logger.SpiNNaker2Logger.setup("loud")
