"""What notebooks show of networks, mappings and accounts. All text of users is escaped."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np

from gennaker._account import part_name
from gennaker._floorplan import GRID_X, GRID_Y, QUADS, ROUTER, SIDE, corner

#: Rows of a table, chips of a map, and letters of a text, that are shown at most.
MOST_ROWS, MOST_CHIPS, MOST_LETTERS = 40, 1024, 60
#: Okabe and Ito's colours, as in the pictures.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#4d4d4d")
_EMPTY, _MUTED = "#e7e9ec", "#646b75"
#: Pixels of a QuadPE, and of a chip on a map of chips.
_QUAD, _CHIP = 44, 30


def _text(value: Any) -> str:
    """Text that is shown as it is, if it is not too long."""
    return escape(_short(value))


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}\u2026"


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _table(caption: str, head: list[str], rows: list[list[Any]]) -> str:
    """A table. Numbers stand to the right; what does not fit is counted."""
    parts = [f"<table><caption style='text-align:left;white-space:nowrap'>{caption}</caption>"]
    if head:
        parts.append(
            "<thead><tr>" + "".join(f"<th style='text-align:left'>{_text(cell)}</th>" for cell in head) + "</tr></thead>"
        )
    parts.append("<tbody>")
    parts += ["<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows[:MOST_ROWS]]
    if len(rows) > MOST_ROWS:
        parts.append(f"<tr><td colspan='{max(1, len(head))}'>and {len(rows) - MOST_ROWS:,} more</td></tr>")
    return "".join(parts) + "</tbody></table>"


def _cell(value: Any) -> str:
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return f"<td style='text-align:right'>{value:,}</td>"
    if isinstance(value, (float, np.floating)):
        return f"<td style='text-align:right'>{value:.4g}</td>"
    return f"<td style='text-align:left'>{_text(value)}</td>"


def core_network(network: Any) -> str:
    """A network of the core."""
    populations = [network.population(index) for index in range(len(network.populations))]
    names = [population["name"] for population in populations]
    rows = [[p["name"], p["size"], p["model"], ", ".join(p["record"])] for p in populations]
    projections = []
    # Only what is shown is asked for: a list of synapses can be long.
    for index in range(min(len(network.projections), MOST_ROWS)):
        projection = network.projection(index)
        projections.append([projection["name"], names[projection["pre"]], names[projection["post"]], projection["connector"]])
    projections += [[]] * (len(network.projections) - len(projections))
    return _network(network.name, network.seed, rows, projections)


def network(net: Any) -> str:
    """A network of ``snn``."""
    rows = [[p.name, p.size, p.neuron_model, ", ".join(p.record)] for p in net.populations]
    projections = [[p.name, p.pre.name, p.post.name, type(p).__name__] for p in net.projections]
    return _network(net.name, net.seed, rows, projections)


def _network(name: str, seed: Any, populations: list[list[Any]], projections: list[list[Any]]) -> str:
    neurons = sum(row[1] for row in populations)
    caption = f"<b>{_text(name)}</b>: {_counted(neurons, 'neuron')}, seed {_text(seed)}"
    html = _table(caption, ["population", "neurons", "model", "records"], populations)
    if projections:
        html += _table("", ["projection", "from", "to", "kind"], projections)
    return html


def population(population: Any) -> str:
    """A population of ``snn``: its parameters, and what the last run recorded."""
    caption = f"<b>{_text(population.name)}</b>: {_counted(population.size, 'neuron')} of {_text(population.neuron_model)}"
    if population.neuron_model == "spike_list":
        rows: list[list[Any]] = [["spike times", f"of {_counted(len(population.params), 'neuron')}"]]
    else:
        rows = [[name, _value(value)] for name, value in population.params.items()]
    rows.append(["records", ", ".join(population.record)])
    recorded = population._recorded
    if recorded is not None and recorded.has_spikes():
        n = len(recorded.spikes[0])
        rows += [["spikes of the last run", n], ["spikes per neuron", n / population.size]]
    return _table(caption, [], rows)


def _value(value: Any) -> Any:
    """A parameter; many numbers as their range."""
    try:
        array = np.asarray(value)
    except ValueError:
        return type(value).__name__
    if array.size > 1 and array.dtype.kind in "iuf":
        return f"{array.size:,} values from {array.min():.4g} to {array.max():.4g}"
    return array.item() if array.size == 1 and array.dtype.kind in "iuf" else value


def account(account: Any) -> str:
    """An account: time, energy and its parts."""
    verdict = "in time" if account["in_time"] else f"{account['n_overruns']:,} overruns"
    energy = sorted(((joules, part) for part, joules in account["energy"].items() if joules > 0), reverse=True)
    rows: list[list[Any]] = [["duration", f"{account['duration_s']:.4g} s", verdict]]
    rows.append(["power", f"{account['power_w']:.4g} W", ""])
    rows.append(["energy", f"{account['total_j']:.4g} J", "100 %"])
    rows += [[f"\u2013 {part_name(part)}", f"{j:.4g} J", f"{100 * j / account['total_j']:.2g} %"] for j, part in energy]
    caption = f"<b>{_text(account['machine'])}</b>: modelled, not measured"
    return _table(caption, [], rows) + "".join(f"<p>{_text(note)}</p>" for note in account["notes"])


def mapping(mapping: Any) -> str:
    """A mapping: a picture of the PEs of its chip, or of its chips."""
    slices = mapping.slices()
    chips = "one chip" if mapping.n_chips == 1 else f"{mapping.n_chips:,} chips"
    caption = f"<b>{_text(mapping.machine)}</b>: {mapping.n_pes:,} PEs in use, on {chips}"
    if mapping.n_chips > MOST_CHIPS:
        picture = "<p>too many chips for a picture: gennaker.plot.machine_map draws them</p>"
    elif mapping.n_chips == 1 and mapping.pe_names()[0].endswith(")"):
        picture = _pes(mapping, slices) + _legend(mapping.populations)
    else:
        picture = _chips(slices)
    return f"<div>{caption}</div>{picture}"


def _pes(mapping: Any, slices: dict[str, Any]) -> str:
    """PEs of a chip in the colours of their populations."""
    used = {int(core): index for index, core in enumerate(slices["core"])}
    names, populations = mapping.pe_names(), mapping.populations
    width, height = GRID_X * _QUAD, GRID_Y * _QUAD
    parts = [_open(width, height)]
    for core in range(1, 4 * len(QUADS) + 1):
        x, y = corner(core)
        at = (x - 0.5) * _QUAD, height - (y - 0.5 + SIDE) * _QUAD, SIDE * _QUAD, SIDE * _QUAD
        if core not in used:
            parts.append(_square(at, _EMPTY, f"core {core}: not in use"))
            continue
        index = used[core]
        number, n = int(slices["population"][index]), int(slices["end"][index] - slices["first"][index])
        memory = f"{int(slices['sram_bytes'][index]) / 1024:.0f} KiB of SRAM"
        title = f"{names[index]}: {n:,} neurons of {_short(populations[number])}, {memory}"
        parts.append(_square(at, _COLOURS[number % len(_COLOURS)], title))
    x, y = (sum(axis) / len(ROUTER) - 0.5 for axis in zip(*ROUTER))
    style = f"font-family='sans-serif' font-size='11' fill='{_MUTED}' text-anchor='middle'"
    parts.append(f"<text x='{x * _QUAD:.1f}' y='{height - y * _QUAD:.1f}' {style}>router</text></svg>")
    return "".join(parts)


def _chips(slices: dict[str, Any]) -> str:
    """Chips, the darker the more of their PEs are in use."""
    chips, counts = np.unique(np.column_stack([slices["chip_x"], slices["chip_y"]]).astype(int), axis=0, return_counts=True)
    (left, bottom), (right, top) = chips.min(axis=0).tolist(), chips.max(axis=0).tolist()
    height = (top - bottom + 1) * _CHIP
    parts = [_open((right - left + 1) * _CHIP, height)]
    for (x, y), n in zip(chips.tolist(), counts.tolist()):
        at = (x - left) * _CHIP + 1, height - (y - bottom + 1) * _CHIP + 1, _CHIP - 2, _CHIP - 2
        parts.append(_square(at, _COLOURS[0], f"chip ({x}, {y}): {n} PEs in use", 0.2 + 0.8 * n / counts.max()))
    return "".join(parts) + "</svg>"


def _open(width: int, height: int) -> str:
    return f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' viewBox='0 0 {width} {height}'>"


def _square(at: tuple[float, ...], fill: str, title: str, opacity: float = 1.0) -> str:
    x, y, width, height = at
    place = f"x='{x:.1f}' y='{y:.1f}' width='{width:.1f}' height='{height:.1f}' rx='2'"
    return f"<rect {place} fill='{fill}' fill-opacity='{opacity:.2f}'><title>{escape(title)}</title></rect>"


def _legend(populations: list[str]) -> str:
    """Populations in their colours."""
    entries = [
        f"<span style='color:{_COLOURS[i % len(_COLOURS)]}'>\u25a0</span> {_text(name)}" for i, name in enumerate(populations)
    ]
    more = [f"and {len(entries) - MOST_ROWS:,} more"] if len(entries) > MOST_ROWS else []
    return f"<div>{' &nbsp; '.join(entries[:MOST_ROWS] + more)}</div>"
