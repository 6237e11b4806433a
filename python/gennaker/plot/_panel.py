"""Axes, given or made for a paper's column, and what all pictures do to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

#: Okabe and Ito's colours without their yellow, in the order of the pictures that `gennaker run` draws
#: (crates/report/src/theme.rs).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#4d4d4d")
INK, MUTED, AXIS, GRID = "#1f2328", "#646b75", "#8a919b", "#e7e9ec"
#: Where there is nothing, beside colours that may be as light as paper.
NOTHING = "#cfd3d8"
#: Width of a paper's column.
WIDTH_MM = 85.0
#: Points of labels, and of numbers and legends.
LABEL_PT, SMALL_PT = 8.0, 7.0
#: More marks than this are pixels, also in a PDF or SVG.
RASTERISE_ABOVE = 20_000
#: Pixels per inch, of screens and of what is rasterised.
DPI = 200
#: Most lines that a legend names: each colour comes three times by then.
MOST_NAMED = 3 * len(COLOURS)
#: Longest name that is shown whole.
_LONGEST = 28
#: Letters that a row of a legend has room for, and what a line in it takes of them.
_LEGEND_WIDTH, _LEGEND_HANDLE = 46, 5


def colour(index: int) -> str:
    """The ``index``-th colour."""
    return COLOURS[index % len(COLOURS)]


def colour_of(result: Any, population: Any) -> str:
    """A population's colour, which is the same in all pictures of a result."""
    return colour(next(index for index, other in enumerate(result.populations.values()) if other is population))


def shown(name: Any) -> str:
    """A name as it can be drawn: no formulas, no line breaks, not too long."""
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(name)) or '""'
    text = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "\u2026"
    return text.replace("$", r"\$")


def pyplot() -> Any:
    """``matplotlib.pyplot``, which only new figures need."""
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ImportError("pictures need matplotlib: pip install matplotlib (or pip install 'gennaker[plot]')") from None
    return pyplot


class Panel:
    """Axes to draw on. Those that are given keep their fonts, colours and frames."""

    def __init__(self, ax: Any, height_mm: float = 60.0, is_new: bool = False):
        self.is_new = is_new or ax is None
        if ax is None:
            size = (WIDTH_MM / 25.4, height_mm / 25.4)
            ax = pyplot().subplots(figsize=size, dpi=DPI, layout="constrained")[1]
        self.ax = ax
        if self.is_new:
            ax.spines[["top", "right"]].set_visible(False)
            ax.spines[:].set_color(AXIS)
            ax.spines[:].set_linewidth(0.6)
            for axis in (ax.xaxis, ax.yaxis):
                axis.get_offset_text().set(fontsize=SMALL_PT, color=INK)
            ax.tick_params(which="both", labelsize=SMALL_PT, width=0.6, length=2.5, color=AXIS, labelcolor=INK)

    @classmethod
    def of(cls, ax: Any, height_mm: float) -> Panel:
        """The panel that is given, or one around axes."""
        return ax if isinstance(ax, cls) else cls(ax, height_mm)

    def size(self, points: float) -> float | None:
        """A font size, or that of the given axes."""
        return points if self.is_new else None

    def label(self, x: str | None = None, y: str | None = None, title: str | None = None) -> None:
        """Labels of axes."""
        if x is not None:
            self.ax.set_xlabel(x, fontsize=self.size(LABEL_PT))
        if y is not None:
            self.ax.set_ylabel(y, fontsize=self.size(LABEL_PT))
        if title is not None:
            self.ax.set_title(title, fontsize=self.size(LABEL_PT), loc="left")

    def legend(self, handles: Sequence[Any], labels: Sequence[str]) -> None:
        """A legend above the data, where it hides none of them; of more lines than anybody could tell apart there is none."""
        if not handles or len(handles) > MOST_NAMED:
            return
        # A legend leaves out what begins with an underscore.
        texts = [f" {label}" if label.startswith("_") else label for label in labels]
        columns = max(1, _LEGEND_WIDTH // (max(map(len, texts)) + _LEGEND_HANDLE))
        self.ax.legend(
            handles,
            texts,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=min(columns, len(handles)),
            frameon=False,
            fontsize=self.size(SMALL_PT),
            handlelength=1.2,
            columnspacing=1.0,
            borderaxespad=0.2,
        )

    def time(self, result: Any, start_ms: float | None, stop_ms: float | None) -> None:
        """The axis of time: the run, or what was asked for of it."""
        end = result.timesteps * result.tick_ms
        start, stop = 0.0 if start_ms is None else float(start_ms), end if stop_ms is None else float(stop_ms)
        if stop > start:
            self.ax.set_xlim(start, stop)
        self.label(x="time (ms)")

    def colourbar(self, mappable: Any, label: str) -> Any:
        """A bar of colours beside the axes."""
        bar = self.ax.figure.colorbar(mappable, ax=self.ax, shrink=0.85, pad=0.03)
        bar.ax.yaxis.set_major_formatter("{x:,g}")
        bar.set_label(label, fontsize=self.size(LABEL_PT))
        if self.is_new:
            bar.ax.tick_params(labelsize=SMALL_PT, width=0.6, length=2.5)
            bar.outline.set_linewidth(0.6)
        return bar

    def height_pt(self) -> float:
        """Height of the axes in points."""
        return self.ax.bbox.height * 72 / self.ax.figure.dpi


def scaled(largest: float, unit: str) -> tuple[float, str]:
    """A factor and a prefixed unit in which ``largest`` has one to three digits before the point."""
    for factor, prefix in ((1e-6, "M"), (1e-3, "k"), (1.0, ""), (1e3, "m"), (1e6, "\u00b5"), (1e9, "n")):
        if abs(largest) * factor >= 1:
            return factor, f"{prefix}{unit}"
    return (1.0, unit) if largest == 0 else (1e12, f"p{unit}")
