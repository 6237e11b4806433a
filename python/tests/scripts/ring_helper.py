import numpy as np


def ring(size):
    """Everyone excites the next one, three ticks later."""
    pre = np.arange(size)
    return np.column_stack([pre, (pre + 1) % size, np.full(size, 2.0), np.full(size, 2.0)])
