"""Rasters, rates and intervals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from gennaker._sources import result_of
from gennaker._trains import by_neuron
from gennaker.interchange._common import Chosen, chosen
from gennaker.plot._panel import GRID, RASTERISE_ABOVE, SMALL_PT, Panel, colour_of, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Bins that a run is divided into, about.
_BINS = 100
#: Populations between which lines are drawn, at most.
_MOST_LINES = 20
#: Widths of bins, times powers of ten.
_NICE = (1, 2, 5)


def raster(
    result: Any,
    populations: Chosen = None,
    ax: Axes | None = None,
    *,
    neurons: int | None = None,
    start_ms: float | None = None,
    stop_ms: float | None = None,
    size: float | None = None,
) -> Axes:
    """Draws spikes, a row for each neuron, and returns the axes.

    With several populations the first is on top, and large ones have more room, though not as much more as they have neurons.
    ``neurons`` draws at most so many of each, evenly spaced; ``start_ms`` and ``stop_ms`` show a part of the run; ``size`` is
    that of a mark in points. Beyond 20,000 spikes, marks are pixels in a PDF or SVG too, while text and axes stay lines.
    """
    result = result_of(result)
    found = chosen(result, populations, "spikes")
    panel = Panel.of(ax, 60)
    drawn = [_thinned(population, neurons, result.tick_ms, start_ms, stop_ms) for _, population in found]
    is_raster = sum(len(times) for times, _, _ in drawn) > RASTERISE_ABOVE
    bands = _bands([n for _, _, n in drawn])
    n_rows = sum(n for _, _, n in drawn)
    faces = [colour_of(result, population) for _, population in found]
    for (times, rows, n), (base, height), face in zip(drawn, bands, faces):
        pitch = panel.height_pt() * height / n
        _marks(panel, times, base + (rows + 0.5) / n * height, pitch, face, size, is_raster)
    _rows(panel, found, faces, bands, n_rows)
    panel.time(result, start_ms, stop_ms)
    return panel.ax


def _thinned(population, neurons, tick_ms, start_ms, stop_ms):
    """Times and rows of the spikes to draw, and the number of rows."""
    ticks, rows = population.spikes
    n = population.size
    if neurons is not None and neurons < n:
        n = _at_least_one("neurons", neurons)
        kept = np.linspace(0, population.size - 1, n).astype(np.int64)
        place = np.full(population.size, -1)
        place[kept] = np.arange(n)
        rows = place[rows]
        ticks, rows = ticks[rows >= 0], rows[rows >= 0]
    times = ticks * float(tick_ms)
    if start_ms is None and stop_ms is None:
        return times, rows, n
    inside = (times >= (-math.inf if start_ms is None else start_ms)) & (times < (math.inf if stop_ms is None else stop_ms))
    return times[inside], rows[inside], n


def _at_least_one(name, value):
    if value < 1:
        raise ValueError(f"{name} is {value!r}; it must be at least 1")
    return int(value)


def _bands(sizes):
    """Where each population begins, from 0 at the bottom to 1, and how high it is. The first is on top."""
    if len(sizes) == 1:
        return [(0.0, 1.0)]
    weights = np.sqrt(sizes)
    gap = min(0.025, 0.3 / len(sizes))
    heights = weights / weights.sum() * (1 - gap * (len(sizes) - 1))
    tops = 1 - np.concatenate([[0.0], np.cumsum(heights + gap)[:-1]])
    return [(float(top - height), float(height)) for top, height in zip(tops, heights)]


def _marks(panel, times, rows, pitch_pt, face, size, is_raster):
    """Bars where rows are far apart, else dots."""
    if pitch_pt >= 3 and not is_raster:
        style = {"marker": "|", "markersize": size or min(0.8 * pitch_pt, 10.0), "markeredgewidth": 0.7, "color": face}
    else:
        style = {"marker": "o", "markersize": size or min(max(pitch_pt, 0.5), 1.4), "markeredgewidth": 0, "color": face}
    panel.ax.plot(times, rows, linestyle="none", rasterized=is_raster, **style)


def _rows(panel, found, faces, bands, n_rows):
    """The axis of neurons: numbers for one population, names for several."""
    ax = panel.ax
    ax.set_ylim(0, 1)
    if len(found) == 1:
        name, _ = found[0]
        _numbers(ax, n_rows)
        panel.label(y=f"{shown(name)} neuron")
        return
    _names(panel, found, faces, bands)
    for (base, _), (below, height) in zip(bands, bands[1:]) if len(bands) <= _MOST_LINES else ():
        ax.axhline((base + below + height) / 2, color=GRID, linewidth=0.6, zorder=0)
    panel.label(y="neurons")


def _names(panel, found, faces, bands):
    """Names of populations and their sizes, as far as there is room."""
    room_pt = min(height for _, height in bands) * panel.height_pt()
    form = "{}\n{:,}" if room_pt >= 2.4 * SMALL_PT else "{}"
    step = max(1, math.ceil(1.2 * SMALL_PT / (panel.height_pt() / len(bands))))
    kept = list(zip(found, faces, bands))[::step]
    centres = [base + height / 2 for _, _, (base, height) in kept]
    texts = [form.format(shown(name), population.size) for (name, population), _, _ in kept]
    panel.ax.set_yticks(centres, texts)
    for tick, (_, face, _) in zip(panel.ax.yaxis.get_major_ticks(), kept):
        tick.label1.set(color=face, fontsize=panel.size(SMALL_PT))
        tick.tick1line.set_visible(False)


def _numbers(ax, n):
    """Numbers of neurons on an axis from 0 to 1."""
    width = max(1, _nice(n / 5))
    numbers = np.arange(0, n, width)
    ax.set_yticks((numbers + 0.5) / n, [f"{number:,}" for number in numbers])


def _nice(width):
    """The smallest of 1, 2, 5, 10, 20, 50, ... that is not below ``width``."""
    power = 10 ** math.floor(math.log10(width)) if width > 1 else 1
    return next((power * nice for nice in _NICE if power * nice >= width), power * 10)


def rates(
    result: Any,
    populations: Chosen = None,
    ax: Axes | None = None,
    *,
    bin_ms: float | None = None,
    start_ms: float | None = None,
    stop_ms: float | None = None,
    legend: bool = True,
) -> Axes:
    """Draws the mean rate of each population's neurons over time, and returns the axes.

    ``bin_ms`` is rounded to ticks; without it there are about a hundred bins.
    """
    result = result_of(result)
    found = chosen(result, populations, "spikes")
    panel = Panel.of(ax, 45)
    edges = _edges(result, bin_ms)
    handles = []
    for _, population in found:
        counts, _ = np.histogram(population.spikes[0], edges)
        seconds = np.diff(edges) * result.tick_ms * 1e-3
        hertz = counts / (population.size * seconds)
        handles.append(
            panel.ax.stairs(hertz, edges * result.tick_ms, baseline=None, color=colour_of(result, population), linewidth=0.9)
        )
    panel.ax.set_ylim(bottom=0)
    panel.time(result, start_ms, stop_ms)
    panel.label(f"time (ms), in bins of {(edges[1] - edges[0]) * result.tick_ms:g} ms", "rate (Hz)")
    if legend and len(found) > 1:
        panel.legend(handles, [shown(name) for name, _ in found])
    return panel.ax


def _bin_ticks(bin_ms, tick_ms):
    """A bin in whole ticks, at least one."""
    if not 0 < bin_ms < math.inf:
        raise ValueError(f"bin_ms is {bin_ms}; it must be a number of milliseconds above 0")
    return max(1, round(bin_ms / tick_ms))


def _edges(result, bin_ms):
    """Edges of bins in ticks. The last bin may be shorter, and its rate is of what there is."""
    ticks = result.timesteps
    if bin_ms is None:
        width = _nice(ticks / _BINS)
    else:
        width = _bin_ticks(bin_ms, result.tick_ms)
    return np.append(np.arange(0, max(ticks, 1), width), max(ticks, 1))


def isi(
    result: Any,
    populations: Chosen = None,
    ax: Axes | None = None,
    *,
    bin_ms: float | None = None,
    max_ms: float | None = None,
    log: bool = False,
) -> Axes:
    """Draws how intervals between the spikes of a neuron are distributed, and returns the axes.

    The legend has the mean coefficient of variation (CV) of neurons with three spikes or more: 0 is a clock, 1 is Poisson.
    Without ``max_ms`` the longest hundredth of intervals is not shown, though it counts. ``log`` makes bins grow with the
    interval.
    """
    result = result_of(result)
    found = chosen(result, populations, "spikes")
    panel = Panel.of(ax, 50)
    intervals = [_intervals(population) for _, population in found]
    edges = _interval_edges(intervals, result.tick_ms, bin_ms, max_ms, log)
    handles, labels = [], []
    for (name, population), (ticks, cv) in zip(found, intervals):
        if not len(ticks):
            continue
        share = np.histogram(ticks, edges)[0] / len(ticks)
        handles.append(panel.ax.stairs(100 * share, edges * result.tick_ms, color=colour_of(result, population), linewidth=0.9))
        labels.append(f"{shown(name)}: CV {cv:.2f}" if math.isfinite(cv) else shown(name))
    if log:
        panel.ax.set_xscale("log")
        panel.ax.xaxis.set_major_formatter("{x:g}")
    else:
        panel.ax.set_xlim(0, edges[-1] * result.tick_ms)
    panel.ax.set_ylim(bottom=0)
    panel.label("interval between spikes (ms)", "intervals (%)")
    panel.legend(handles, labels)
    return panel.ax


def _intervals(population):
    """All intervals in ticks, and the mean coefficient of variation."""
    ticks, bounds = by_neuron(*population.spikes, population.size)
    counts = np.diff(bounds)
    neuron = np.repeat(np.arange(population.size), counts)
    is_same = neuron[1:] == neuron[:-1]
    intervals, neuron = np.diff(ticks.astype(np.int64))[is_same], neuron[1:][is_same]
    n = np.bincount(neuron, minlength=population.size)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(neuron, intervals, population.size) / n
        variance = np.bincount(neuron, (intervals - mean[neuron]) ** 2, population.size) / n
        cvs = (np.sqrt(variance) / mean)[n >= 2]
    return intervals, float(cvs.mean()) if len(cvs) else math.nan


def _interval_edges(intervals, tick_ms, bin_ms, max_ms, log):
    """Edges of bins in ticks, half a tick off, so that none falls between two."""
    everything = np.concatenate([ticks for ticks, _ in intervals])
    if max_ms is not None:
        longest = max_ms / tick_ms
    else:
        longest = np.percentile(everything, 99) if len(everything) else 1
    longest = max(2, math.ceil(longest))
    if log:
        return np.unique(np.round(np.geomspace(1, longest + 1, 50))) - 0.5
    width = max(1, math.ceil(longest / _BINS)) if bin_ms is None else _bin_ticks(bin_ms, tick_ms)
    return np.arange(math.ceil(longest / width) + 1) * width + 0.5
