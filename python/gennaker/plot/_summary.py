"""Energy, and several pictures in one figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gennaker._account import part_name
from gennaker._sources import result_of
from gennaker.interchange._common import Chosen, chosen, recorded
from gennaker.plot import _machine
from gennaker.plot._panel import DPI, SMALL_PT, WIDTH_MM, Panel, colour, pyplot, scaled
from gennaker.plot._spikes import isi, raster, rates
from gennaker.plot._states import voltages

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def energy(source: Any, ax: Axes | None = None) -> Axes:
    """Draws where the energy of a run would go on the hardware, the largest part on top, and returns the axes. It is modelled,
    not measured.

    ``source`` is an :class:`gennaker.Account`, hardware after ``run(..., record_power=True)``, or the folder of a run on a
    machine.
    """
    account = _machine._account(source)
    panel = Panel.of(ax, 55)
    parts = sorted(((joules, name) for name, joules in account["energy"].items() if joules > 0), reverse=True)
    factor, unit = scaled(max((joules for joules, _ in parts), default=0.0), "J")
    names = [part_name(name) for _, name in parts]
    values = [joules * factor for joules, _ in parts]
    bars = panel.ax.barh(range(len(parts)), values, color=colour(0), height=0.7)
    texts = [_percent(joules / account["total_j"]) for joules, _ in parts]
    panel.ax.bar_label(bars, texts, padding=2, fontsize=panel.size(SMALL_PT))
    panel.ax.set_yticks(range(len(parts)), names)
    panel.ax.invert_yaxis()
    panel.ax.margins(x=0.15)
    figures = [_figure(account["total_j"], "J"), _figure(account["duration_s"], "s"), _figure(account["power_w"], "W")]
    title = "{} in {}, {}".format(*figures)
    panel.label(f"energy ({unit}), modelled", title=title)
    return panel.ax


def _figure(value, unit):
    factor, prefixed = scaled(value, unit)
    return f"{value * factor:.3g} {prefixed}"


def _percent(share):
    return f"{100 * share:.2g} %" if share >= 1e-4 else "< 0.01 %"


def summary(source: Any, populations: Chosen = None, figure: Figure | None = None) -> dict[str, Axes]:
    """Draws a figure of what a run did: its raster and rates, membrane potentials if they were recorded, intervals between
    spikes, and its energy if it was counted. Returns the axes by name: ``raster``, ``rates``, ``voltages``, ``isi``,
    ``energy``.

    ``figure`` is one to draw into, with nothing in it.
    """
    result = result_of(source)
    spiking = dict((population.name, name) for name, population in chosen(result, populations, "spikes"))
    names = list(spiking) if populations is None else populations
    has_voltages = any(recorded(result.populations[name], "v") for name in spiking)
    account = _counted(source, result)
    rows = {"raster": 3.0, "voltages": 1.3 * has_voltages, "rates": 1.4, "isi": 1.4, "energy": 1.8 * (account is not None)}
    panels = _panels(figure, {name: share for name, share in rows.items() if share})
    # Functions take panels in the place of axes; the panels know that the figure is ours.
    raster(result, names, panels["raster"])
    rates(result, names, panels["rates"], legend=False)
    if has_voltages:
        voltages(result, [name for name in spiking if recorded(result.populations[name], "v")], panels["voltages"], neurons=1)
        panels["voltages"].label(y=panels["voltages"].ax.get_ylabel().removeprefix("membrane potential "))
    for name in ("raster", "voltages")[: 1 + has_voltages]:
        # The time is said below the rates.
        panels[name].label(x="")
        panels[name].ax.tick_params(labelbottom=False)
    isi(result, names, panels["isi"])
    if account is not None:
        energy(account, panels["energy"])
    return {name: panel.ax for name, panel in panels.items()}


def _counted(source, result):
    """The account of the run, if it was counted."""
    try:
        return _machine._account(source if hasattr(source, "_counting") else result)
    except (RuntimeError, ValueError):
        return None


def _panels(figure, rows):
    """A panel for each row, by name; those over time share their axis."""
    height_mm = 20 * sum(rows.values())
    is_new = figure is None
    if is_new:
        figure = pyplot().figure(figsize=(WIDTH_MM / 25.4, height_mm / 25.4), dpi=DPI, layout="constrained")
    grid = figure.add_gridspec(len(rows), 1, height_ratios=list(rows.values()))
    panels = {}
    for index, name in enumerate(rows):
        first = panels["raster"].ax if name in ("rates", "voltages") else None
        panels[name] = Panel(figure.add_subplot(grid[index], sharex=first), is_new=is_new)
    return panels
