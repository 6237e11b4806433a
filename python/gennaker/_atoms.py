"""In which order neurons are dealt out to PEs: images in blocks. The same as in the core (crates/mapping/src/order.rs)."""

import numpy as np


def places(order, neurons):
    """Places of neurons in an order, as the JSON of a mapping has it: PEs have ranges of places."""
    if order == "contiguous":
        return neurons
    (channels, height, width), groups, strips = (order["blocks"][key] for key in ("shape", "groups", "strips"))
    channel, pixel = np.divmod(neurons.astype(np.int64), height * width)
    y, x = np.divmod(pixel, width)
    first_channel, n_channels, _ = _part(channels, groups, channel)
    first_row, n_rows, index = _part(height, strips, y)
    # Every other strip runs from right to left.
    column = np.where(index % 2 == 1, width - 1 - x, x)
    before = first_channel * height * width + n_channels * first_row * width
    return before + (column * n_rows + y - first_row) * n_channels + channel - first_channel


def _part(length, n, at):
    """Start, length and number of the part in which things are, of ``n`` parts that differ by one at most."""
    index = ((at + 1) * n - 1) // length
    start = index * length // n
    return start, (index + 1) * length // n - start, index
