"""A network on its machine: PEs of a chip, chips of a machine."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from gennaker import _gennaker
from gennaker._atoms import places
from gennaker._floorplan import GRID_X, GRID_Y, QUADS, ROUTER, corner
from gennaker._floorplan import SIDE as _SIDE
from gennaker.plot._panel import GRID, MUTED, SMALL_PT, Panel, scaled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: What can be shown: label, how the PEs of a chip come together.
METRICS = {
    "memory": ("SRAM in use (KiB)", "sum"),
    "neurons": ("neurons", "sum"),
    "spikes": ("spikes sent", "sum"),
    "load": ("busiest tick (% of a tick)", "max"),
    "energy": ("energy", "sum"),
}


def machine_map(
    source: Any,
    metric: str = "memory",
    ax: Axes | None = None,
    *,
    chip: tuple[int, int] | None = None,
    account: Any = None,
    colorbar: bool = True,
) -> Axes:
    """Draws where a network lies on its machine, in colours, and returns the axes: the PEs of a chip, or the chips if it has
    more.

    ``source`` is a mapping, hardware after a run, a result of a run on a machine, or its folder. ``metric`` is ``"memory"``,
    ``"neurons"``, ``"spikes"`` (which a result has), ``"load"`` or ``"energy"``: these are modelled, from an
    :class:`gennaker.Account`, which hardware has after ``run(..., record_power=True)``, a folder makes, and ``account`` gives.
    ``chip=(x, y)`` shows the PEs of one chip of many.
    """
    if metric not in METRICS:
        raise ValueError(f"metric {metric!r} is not known; there are: {', '.join(METRICS)}")
    laid, result = _laid(source)
    slices, has_plan = laid["slices"], laid["has_plan"]
    if metric == "spikes":
        values = _spikes(slices, result, laid["orders"])
    else:
        values = _values(metric, slices, account if account is not None else source)
    label, join = METRICS[metric]
    factor = 1.0
    if metric == "energy":
        factor, unit = scaled(float(values.max(initial=0)), "J")
        label = f"energy ({unit})"
    top = _top(metric, values)
    chips = sorted(set(zip(slices["chip_x"].tolist(), slices["chip_y"].tolist())))
    panel = Panel.of(ax, 68)
    if chip is not None and not has_plan:
        raise ValueError("where the cores of a SpiNNaker1 chip lie is not known; its chips are drawn without chip=...")
    if chip is None and (len(chips) > 1 or not has_plan):
        mesh = _chips(panel, slices, values * factor, join, top if metric == "load" else None)
    else:
        mesh = _pes(panel, slices, values * factor, chips, chip, top)
    if colorbar:
        panel.colourbar(mesh, label)
    return panel.ax


def _top(metric, values):
    """The end of the scale, where there is a limit that is kept: a core's memory, a tick."""
    summary = _gennaker.Machine("chip").summary()
    limit = {"memory": summary["sram_bytes"] / summary["n_pes"] / 1024, "load": 100.0}.get(metric)
    return limit if limit is not None and values.max(initial=0) <= limit else None


def _laid(source):
    """Columns of the mapping, orders of neurons, whether the places of PEs are known; and the result, if there is one."""
    from gennaker import _sources

    is_mapping = isinstance(source, _gennaker.Mapping)
    mapping = source if is_mapping else getattr(source, "mapping", None)
    has_run = not is_mapping and getattr(source, "_last", True) is not None
    # Hardware that has only mapped has no result.
    result = _sources.result_of(source) if has_run or mapping is None else None
    mapping = mapping if result is None else result.mapping
    if mapping is not None:
        has_plan = mapping.pe_names()[0].endswith(")")
        return {"slices": mapping.slices(), "has_plan": has_plan, "orders": _orders(mapping, result)}, result
    path = os.path.join(result._folder, "mapping.json") if result._folder is not None else None
    if path is None or not os.path.exists(path):
        raise ValueError("the network was not laid on a machine; run it with one: gennaker.run(network, machine='chip')")
    with open(path, encoding="utf-8") as file:
        stored = json.load(file)
    has_plan = stored["machine"] != "spinn5"
    return {"slices": _stored(stored["slices"]), "has_plan": has_plan, "orders": stored["orders"]}, result


def _stored(slices):
    """The columns of a mapping that a run has written."""
    keys = {"population": "population", "first": "lo", "end": "hi", "core": "core"}
    columns = {name: [entry[key] for entry in slices] for name, key in keys.items()}
    columns["chip_x"], columns["chip_y"] = ([entry["chip"][axis] for entry in slices] for axis in (0, 1))
    columns["sram_bytes"] = [sum(region["bytes"] for region in entry["memory"]["regions"]) for entry in slices]
    return {name: np.array(column, dtype=np.uint64) for name, column in columns.items()}


def _values(metric, slices, accounted):
    """A number for each slice."""
    if metric == "memory":
        return slices["sram_bytes"] / 1024
    if metric == "neurons":
        return (slices["end"] - slices["first"]).astype(float)
    pes = _account(accounted).columns("pes")
    values = np.zeros(len(slices["core"]))
    if len(pes) and pes["slice"].max() >= len(values):
        raise ValueError("the account is of another mapping: it has more PEs")
    if len(pes):
        values[pes["slice"]] = pes["max_time_done"] * 100 if metric == "load" else pes["energy_j"]
    return values


def _spikes(slices, result, orders):
    if result is None:
        raise ValueError("a mapping has no spikes; give the result of a run, or the hardware")
    populations = list(result.populations.values())
    ends = {}
    for number in np.unique(slices["population"]).tolist():
        population = populations[number]
        spikes = population.spikes[1] if population.has_spikes() else np.zeros(0, np.uint32)
        counts = np.bincount(places(orders[number], spikes), minlength=population.size)
        ends[number] = np.concatenate([[0], np.cumsum(counts)])
    rows = zip(slices["population"].tolist(), slices["first"].tolist(), slices["end"].tolist())
    return np.array([ends[number][end] - ends[number][first] for number, first, end in rows], dtype=float)


def _orders(mapping, result):
    """The order of each population's neurons. Only convolutions bring in others than theirs, and the whole mapping is long."""
    populations = () if result is None else result.populations.values()
    if any(population.model == "lif_conv2d" for population in populations):
        return json.loads(mapping.to_json())["orders"]
    return ["contiguous"] * len(populations)


def _account(source):
    """The account that ``source`` is, has, or is the folder of."""
    from gennaker import _account, _sources

    if isinstance(source, _account.Account):
        return source
    if getattr(source, "_counting", None) is not None:
        return source.account
    if isinstance(source, _gennaker.Mapping):
        raise ValueError("a mapping has no account of a run; give one: account=hw.account, or gennaker.account(folder)")
    result = _sources.result_of(source)
    if result._account is not None:
        return result._account
    if result._folder is not None:
        result._account = _account.account(result._folder)
        return result._account
    raise ValueError(
        "the run was not counted: use hw.run(..., record_power=True), or gennaker.run(network, machine='chip', folder=...) "
        "and its folder"
    )


def _chips(panel, slices, values, join, top):
    """A square for each chip in use."""
    x, y = slices["chip_x"].astype(int), slices["chip_y"].astype(int)
    left, bottom = x.min(), y.min()
    grid = np.zeros((y.max() - bottom + 1, x.max() - left + 1))
    is_used = np.zeros(grid.shape, dtype=bool)
    is_used[y - bottom, x - left] = True
    (np.add if join == "sum" else np.maximum).at(grid, (y - bottom, x - left), values)
    edges = np.arange(left, x.max() + 2) - 0.5, np.arange(bottom, y.max() + 2) - 0.5
    # Lines between squares would be all there is to see of very many.
    style = {"edgecolors": "white", "linewidth": 1.0} if max(grid.shape) <= 32 else {"rasterized": True}
    shown = np.ma.masked_array(grid, ~is_used)
    mesh = panel.ax.pcolormesh(*edges, shown, cmap=_colours(), vmin=0.0, vmax=top or float(shown.max()) or 1.0, **style)
    panel.ax.locator_params(integer=True)
    _plan(panel)
    panel.label("chip x", "chip y", f"{int(is_used.sum()):,} chips in use, {len(values):,} PEs")
    return mesh


def _pes(panel, slices, values, chips, chip, top):
    """A square for each PE of one chip, four to a QuadPE, as they lie there."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    chip = chips[0] if chip is None else tuple(chip)
    if chip not in chips:
        raise ValueError(f"no PE of chip {chip} is in use; in use are: {', '.join(map(str, chips[:20]))}")
    is_here = (slices["chip_x"] == chip[0]) & (slices["chip_y"] == chip[1])
    colours = np.ma.masked_all(4 * len(QUADS))
    colours[slices["core"][is_here].astype(int) - 1] = values[is_here]
    squares = [Rectangle(corner(core), _SIDE, _SIDE) for core in range(1, 4 * len(QUADS) + 1)]
    patches = PatchCollection(squares, cmap=_colours(), linewidth=0)
    patches.set_array(colours)
    patches.set_clim(0, top or float(values[is_here].max()) or 1.0)
    panel.ax.add_collection(patches)
    x, y = (sum(axis) / len(ROUTER) for axis in zip(*ROUTER))
    panel.ax.text(x, y, "router", ha="center", va="center", color=MUTED, fontsize=panel.size(SMALL_PT), rotation=90)
    panel.ax.set(xlim=(0.5, GRID_X + 0.5), ylim=(0.5, GRID_Y + 0.5), xticks=range(1, GRID_X + 1), yticks=range(1, GRID_Y + 1))
    _plan(panel)
    panel.label("QuadPE x", "QuadPE y", f"chip ({chip[0]}, {chip[1]}): {int(is_here.sum())} PEs in use")
    return patches


def _colours():
    """Paper is light, so that more is darker, as in the pictures of the command."""
    from matplotlib import colormaps

    return colormaps["viridis_r"].with_extremes(bad=GRID)


def _plan(panel):
    """A plan has no frame, and its squares are squares."""
    panel.ax.set_aspect("equal")
    if panel.is_new:
        panel.ax.spines[:].set_visible(False)
        panel.ax.tick_params(length=0)
