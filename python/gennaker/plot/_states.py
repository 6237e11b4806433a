"""State variables over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gennaker._sources import result_of
from gennaker.interchange._common import Chosen, chosen
from gennaker.plot._panel import Panel, colour, colour_of, shown
from gennaker.plot._spikes import _at_least_one

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: What variables are called.
_NAMES = {
    "v": "membrane potential",
    "u": "recovery variable",
    "i_exc": "excitatory current",
    "i_inh": "inhibitory current",
    "g_exc": "excitatory conductance",
    "g_inh": "inhibitory conductance",
}
#: Height of a row of spike marks above the traces, as a part of the axes.
_ROW = 0.05


def voltages(result: Any, populations: Chosen = None, ax: Axes | None = None, **options: Any) -> Axes:
    """Draws membrane potentials, and returns the axes; the options are those of :func:`traces`."""
    return traces(result, "v", populations, ax, **options)


def traces(
    result: Any,
    variable: str = "v",
    populations: Chosen = None,
    ax: Axes | None = None,
    *,
    neurons: int | Sequence[int] = 3,
    start_ms: float | None = None,
    stop_ms: float | None = None,
    spikes: bool = True,
    legend: bool = True,
) -> Axes:
    """Draws a recorded variable over time, and returns the axes.

    ``neurons`` is how many of each population, the first ones, or a list of neurons. Bars on top are their spikes, if these were
    recorded: a potential is recorded after the reset, and does not show them by itself.
    """
    result = result_of(result)
    found = chosen(result, populations, variable)
    panel = Panel.of(ax, 50)
    lines = [line for index, pair in enumerate(found) for line in _lines(index, *pair, variable, neurons)]
    handles = []
    for index, line in enumerate(lines):
        population = found[line["population"]][1]
        face = colour_of(result, population) if len(found) > 1 or len(lines) == 1 else colour(index)
        style = {"color": face, "linewidth": 0.8, "alpha": 1.0 if len(found) == 1 or line["is_first"] else 0.5}
        handles.append(panel.ax.plot(line["ticks"] * result.tick_ms, line["values"], **style)[0])
    if spikes:
        colours = [handle.get_color() for handle in handles]
        _spike_marks(panel, lines, colours, result.tick_ms)
    panel.time(result, start_ms, stop_ms)
    panel.label(y=_label(variable, {population.unit(variable) for _, population in found}))
    if legend:
        _legend(panel, found, lines, handles, variable)
    return panel.ax


def _lines(index, name, population, variable, neurons):
    """What to draw of one population."""
    ticks, recorded, values = population.states[variable]
    if isinstance(neurons, (int, np.integer)):
        columns = list(range(min(_at_least_one("neurons", neurons), len(recorded))))
    else:
        place = {int(neuron): column for column, neuron in enumerate(recorded)}
        unknown = [neuron for neuron in neurons if neuron not in place]
        if unknown:
            raise ValueError(f"population `{name}` did not record `{variable}` of neuron {unknown[0]}")
        columns = [place[neuron] for neuron in neurons]
    return [
        {
            "population": index,
            "is_first": at == 0,
            "neuron": int(recorded[column]),
            "ticks": ticks,
            "values": np.asarray(values[:, column]),
            "spikes": _spikes_of(population, recorded[column]),
        }
        for at, column in enumerate(columns)
    ]


def _spikes_of(population, neuron):
    if not population.has_spikes():
        return np.zeros(0)
    ticks, neurons = population.spikes
    return ticks[neurons == neuron]


def _spike_marks(panel, lines, colours, tick_ms):
    """A row of bars for each trace with spikes, above all traces."""
    spiking = [(line["spikes"], face) for line, face in zip(lines, colours) if len(line["spikes"])]
    if not spiking:
        return
    room = _ROW * len(spiking) + 0.02
    low, high = panel.ax.get_ylim()
    panel.ax.set_ylim(low, low + (high - low) / (1 - room))
    size = 0.8 * _ROW * panel.height_pt()
    for row, (ticks, face) in enumerate(spiking):
        height = np.full(len(ticks), 1 - _ROW * (row + 0.5))
        across = panel.ax.get_xaxis_transform()
        panel.ax.plot(ticks * tick_ms, height, "|", color=face, markersize=size, markeredgewidth=0.8, transform=across)


def _label(variable, units):
    name = _NAMES.get(variable.removesuffix("_last"))
    unit = next(iter(units)) if len(units) == 1 else "1"
    text = shown(variable) if name is None else f"{name} {shown(variable)}"
    return text if unit == "1" else f"{text} ({unit})"


def _legend(panel, found, lines, handles, variable):
    """Populations, with their units if these differ, or for one of them its neurons."""
    if len(lines) < 2:
        return
    if len(found) > 1:
        units = [population.unit(variable) for _, population in found]
        names = [
            shown(name) + (f" ({unit})" if len(set(units)) > 1 and unit != "1" else "") for (name, _), unit in zip(found, units)
        ]
        firsts = [(handle, names[line["population"]]) for handle, line in zip(handles, lines) if line["is_first"]]
    else:
        firsts = [(handle, f"neuron {line['neuron']}") for handle, line in zip(handles, lines)]
    if len(firsts) <= 7:
        panel.legend(*zip(*firsts))
