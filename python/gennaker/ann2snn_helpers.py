"""Connection lists from the weights and layers of artificial networks.

A connection list has one ``[pre, post, weight, delay]`` per synapse. Neurons of a feature map are numbered channel by
channel, row by row: ``c * height * width + y * width + x``.
"""

import numpy as np


def connection_list_from_dense_weights(weights, delay):
    """All synapses of a dense layer with ``weights[pre, post]``, zero weights included."""
    weights = _matrix(weights)
    pre, post = np.indices(weights.shape)
    return _rows(pre.ravel(), post.ravel(), weights.ravel(), delay)


def sparse_connection_list_from_dense_weights(weights, delay):
    """The synapses of a dense layer with ``weights[pre, post]`` whose weight is not zero."""
    weights = _matrix(weights)
    pre, post = np.nonzero(weights)
    return _rows(pre, post, weights[pre, post], delay)


def connection_list_for_sumpool2d(input_shape, stride, kernel_size, padding, delay, data_order="torch"):
    """The synapses of a sum-pooling layer, weight 1 each, and the shape of its output.

    ``input_shape`` is (channels, height, width) with ``data_order="torch"`` and (height, width, channels) otherwise, and so
    are the output's shape and the numbering of neurons on both sides. ``stride``, ``kernel_size`` and ``padding`` are one
    number or a (vertical, horizontal) pair.
    """
    channels_first = data_order == "torch"
    channels, height, width = input_shape if channels_first else (input_shape[2], input_shape[0], input_shape[1])
    rows, n_rows = _windows(height, *(_pair(value)[0] for value in (kernel_size, stride, padding)))
    columns, n_columns = _windows(width, *(_pair(value)[1] for value in (kernel_size, stride, padding)))
    sources = np.arange(channels * height * width).reshape(input_shape)
    shape = (channels, n_rows, n_columns) if channels_first else (n_rows, n_columns, channels)
    targets = np.arange(channels * n_rows * n_columns).reshape(shape)
    if not channels_first:
        sources, targets = np.moveaxis(sources, 2, 0), np.moveaxis(targets, 2, 0)
    connections = [
        [int(pre), int(post), 1, delay]
        for (y, out_y) in rows
        for (x, out_x) in columns
        for pre, post in zip(sources[:, y, x], targets[:, out_y, out_x])
    ]
    return connections, shape


def join_conn_lists(first, second):
    """One connection list for two in a row, such as pooling and the dense layer behind it.

    Weights multiply along each path and add up over the paths between the same two neurons; delays are those of ``second``.
    """
    onward = {}
    for pre, post, weight, delay in second:
        onward.setdefault(pre, []).append((post, weight, delay))
    joined = {}
    for pre, middle, weight, _ in first:
        for post, next_weight, delay in onward.get(middle, ()):
            total, _ = joined.get((pre, post), (0, delay))
            joined[pre, post] = (total + weight * next_weight, delay)
    return [[pre, post, weight, delay] for (pre, post), (weight, delay) in joined.items()]


def _windows(size, kernel, stride, padding):
    """Pairs (input position, output position) along one axis, and the number of output positions."""
    n_out = (size + 2 * padding - kernel) // stride + 1
    pairs = [
        (out * stride - padding + offset, out)
        for out in range(n_out)
        for offset in range(kernel)
        if 0 <= out * stride - padding + offset < size
    ]
    return pairs, n_out


def _pair(value):
    return (value, value) if np.isscalar(value) else tuple(value)


def _matrix(weights):
    weights = np.asarray(weights)
    if weights.ndim != 2:
        raise ValueError(f"weights have shape {weights.shape}; give a matrix with one row per sender")
    return weights


def _rows(pre, post, weights, delay):
    return [list(row) for row in zip(pre.tolist(), post.tolist(), weights.tolist(), [delay] * len(pre))]
