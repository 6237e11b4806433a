"""Weights of a projection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gennaker import _gennaker
from gennaker.plot._panel import GRID, NOTHING, Panel, colour, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Neurons on either side up to which a matrix is drawn without being asked for, and the most for which it can be.
_SMALL, _LARGEST = 64, 4096
#: Whole weights within this range have a bar each.
_BARS = 64


def weights(
    source: Any,
    projection: str | int | None = None,
    ax: Axes | None = None,
    *,
    kind: str | None = None,
    colorbar: bool = True,
) -> Axes:
    """Draws the weights of a projection, and returns the axes: as a matrix if neither side has more than 64 neurons, else as a
    histogram; ``kind`` says ``"matrix"`` or ``"histogram"``.

    ``source`` is a projection of :mod:`gennaker.snn`; or a network, a result of one, or a result folder, with the name or the
    position of a projection, which may be left out if there is only one. Weights are as given to the network, before the chip
    rounds them. In a matrix, several synapses between the same two neurons are added up, and grey is no synapse.
    """
    name, (pre, n_pre), (post, n_post), rows = _synapses(source, projection)
    if kind not in (None, "matrix", "histogram"):
        raise ValueError(f"kind is {kind!r}; it must be 'matrix' or 'histogram'")
    if kind is None:
        kind = "matrix" if max(n_pre, n_post) <= _SMALL else "histogram"
    if kind == "matrix" and max(n_pre, n_post) > _LARGEST:
        raise ValueError(
            f"projection `{name}` has {n_pre} x {n_post} neurons, more than {_LARGEST} a side: draw kind='histogram'"
        )
    panel = Panel.of(ax, 65 if kind == "matrix" else 50)
    if kind == "matrix":
        _matrix(panel, rows, (n_pre, n_post), colorbar)
        panel.label(f"receiving neuron of {shown(post)}", f"sending neuron of {shown(pre)}")
    else:
        _histogram(panel, rows[:, 2])
        panel.label("weight", "synapses")
    panel.label(title=f"{shown(name)}: {len(rows):,} synapses")
    return panel.ax


def _synapses(source, projection):
    """Name, both ends with their sizes, and rows of pre, post, weight, delay."""
    from gennaker.snn.projection import BaseProjection

    if isinstance(source, BaseProjection):
        ends = ((end.name, end.size) for end in (source.pre, source.post))
        return source.name, *ends, source._array()
    network = _network(source)
    if not isinstance(network, _gennaker.Network):
        chosen = network.projections[_position([p.name for p in network.projections], projection)]
        return _synapses(chosen, None)
    index = _position(network.projections, projection)
    described = network.projection(index)
    ends = (network.population(described[end]) for end in ("pre", "post"))
    return network.projections[index], *((end["name"], end["size"]) for end in ends), network.synapses(index)


def _network(source):
    """A network of the core or of snn."""
    from gennaker import _sources, api
    from gennaker.snn import Network

    if isinstance(source, (_gennaker.Network, Network)):
        return source
    if isinstance(source, api.NetworkFile):
        return source.network
    result = _sources.result_of(source)
    if result._network is None and result._folder is not None:
        result._network = api.load(f"{result._folder}/network.toml").network
    if result._network is None:
        raise ValueError("the result does not know its network; give the projection, or the network and the projection's name")
    return result._network


def _position(names, projection):
    if projection is None and len(names) == 1:
        return 0
    if isinstance(projection, str) and projection in names:
        return names.index(projection)
    if isinstance(projection, (int, np.integer)) and 0 <= projection < len(names):
        return int(projection)
    asked = "name one" if projection is None else f"no projection {projection!r}"
    raise ValueError(f"{asked}; there are: {', '.join(names) or 'none'}")


def _matrix(panel, rows, shape, colorbar):
    matrix = np.zeros(shape)
    is_there = np.zeros(shape, dtype=bool)
    ends = rows[:, 0].astype(int), rows[:, 1].astype(int)
    np.add.at(matrix, ends, rows[:, 2])
    is_there[ends] = True
    matrix = np.ma.masked_array(matrix, ~is_there)
    largest = max(float(np.abs(matrix).max()), 1e-300) if is_there.any() else 1.0
    has_both = (rows[:, 2] < 0).any() and (rows[:, 2] > 0).any()
    low, high = (-largest, largest) if has_both else (-largest, 0.0) if (rows[:, 2] < 0).any() else (0.0, largest)
    panel.ax.set_facecolor(NOTHING)
    colours = "RdBu_r" if has_both else "viridis" if high > 0 else "viridis_r"
    image = panel.ax.imshow(matrix, cmap=colours, vmin=low, vmax=high, interpolation="nearest", aspect="auto", origin="upper")
    # A single neuron has one number, not fractions of it.
    panel.ax.locator_params(integer=True, min_n_ticks=1)
    if colorbar:
        panel.colourbar(image, "weight")


def _histogram(panel, values):
    if not len(values):
        return
    low, high = values.min(), values.max()
    is_whole = high - low < _BARS and (values == np.round(values)).all()
    bins = np.arange(low - 0.5, high + 1) if is_whole else np.linspace(low, high, 41) if high > low else 1
    panel.ax.hist(values, bins, color=colour(0), edgecolor="white" if is_whole else colour(0), linewidth=0.4)
    panel.ax.yaxis.set_major_formatter("{x:,.0f}")
    if is_whole:
        panel.ax.set_xlim(low - 1.5, high + 1.5)
        panel.ax.locator_params(axis="x", integer=True)
    if low <= 0 <= high:
        panel.ax.axvline(0, color=GRID, linewidth=0.6, zorder=0)
