"""From times in milliseconds to ticks."""

from __future__ import annotations

import math

import numpy as np

from gennaker._user import warn

#: One more than the last tick there can be.
_END = 2**32


class Times:
    """Which ticks times are: the nearest, counted from ``start_ms``."""

    def __init__(self, tick_ms, start_ms, stop_ms):
        self.tick_ms = _number("tick_ms", tick_ms)
        if self.tick_ms <= 0:
            raise ValueError(f"tick_ms is {tick_ms!r}; it must be above 0")
        self.is_given = start_ms is not None
        self.start_ms = _number("start_ms", start_ms) if self.is_given else 0.0
        self.stop_ms = _number("stop_ms", stop_ms) if stop_ms is not None else math.inf

    def ticks(self, what, times_ms):
        """Ticks of those times that are within the window."""
        is_inside = self.inside(what, times_ms)
        return self.nearest(what, times_ms[is_inside])

    def inside(self, what, times_ms):
        """Which times are within the window."""
        if not np.isfinite(times_ms).all():
            raise ValueError(f"{what} has a time that is no number")
        if not self.is_given and (times_ms < 0).any():
            first = f"{times_ms.min():g}"
            raise ValueError(f"{what} has a spike at {first} ms, before tick 0; say which time is tick 0: start_ms={first}")
        return (times_ms >= self.start_ms) & (times_ms < self.stop_ms)

    def nearest(self, what, times_ms):
        """Ticks of times."""
        # Half a tick is rounded up, whatever the tick, where `round` would choose the even one.
        ticks = np.floor((times_ms - self.start_ms) / self.tick_ms + 0.5)
        if len(ticks) and ticks.max() >= _END:
            raise ValueError(
                f"{what} has a spike in tick {ticks.max():g}; the last there can be is {_END - 1}: choose a longer tick_ms"
            )
        return ticks.astype(np.int64)


def _number(name, value):
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if isinstance(value, (str, bytes, bool)) or not math.isfinite(number):
        raise ValueError(f"{name} is {value!r}; it must be a number of milliseconds")
    return number


def spike_list(trains):
    """``{neuron: [tick, ...]}``, ticks sorted and once each."""
    spikes, n_merged = {}, 0
    for neuron, ticks in trains:
        once = np.unique(ticks)
        n_merged += len(ticks) - len(once)
        spikes[neuron] = once.tolist()
    if n_merged:
        remedy = "a shorter tick_ms keeps them apart"
        warn(f"{n_merged} spikes fell into a tick with another of the same neuron and are one with it; {remedy}")
    return spikes
