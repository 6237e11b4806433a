"""Pictures of results on axes of matplotlib, which is imported only for them."""

import numpy as np

#: What values are called, by kind.
_VALUES = {
    "maxcut": "cut",
    "independent-set": "nodes in the set",
    "partition": "difference of the sums",
    "coloring": "colours",
    "tour": "length of the tour",
    "maxsat": "clauses satisfied",
}
#: Whole values within this range have a bar each.
_BARS = 60


def values(result, ax):
    """How many reads came to which value, and the target."""
    ax = _axes(ax)
    kind = result.problem.kind
    found = result.values[np.isfinite(result.values)]
    if len(found):
        ax.hist(found, bins=_bins(found), label=f"{len(found)} of {len(result)} reads break no rules")
    # The target of a colouring is what broken rules may cost.
    if result.target is not None and kind != "coloring":
        ax.axvline(float(result.target), color="black", linestyle="--", label=f"target {result.target}")
    if ax.get_legend_handles_labels()[0]:
        ax.legend()
    ax.set(xlabel=_VALUES.get(kind, "energy"), ylabel="reads")
    return ax


def energies(replay, ax):
    """The energy of every read after every tick."""
    ax = _axes(ax)
    ticks = np.arange(1, replay.energies_by_tick.shape[1] + 1)
    for row in replay.energies_by_tick:
        ax.plot(ticks, row, linewidth=0.8)
    ax.set(xlabel="ticks", ylabel="energy")
    return ax


def _axes(ax):
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ImportError("pictures need matplotlib: pip install matplotlib") from None
    return pyplot.subplots()[1]


def _bins(found):
    low, high = found.min(), found.max()
    is_narrow = high - low < _BARS and (found == np.round(found)).all()
    return np.arange(low - 0.5, high + 1.5) if is_narrow else min(_BARS, max(10, len(found) // 5))
