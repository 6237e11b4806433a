"""The report of a run: one HTML page with everything in it."""

import html
import operator
import os

from gennaker import _gennaker
from gennaker._account import _assumptions
from gennaker._files import written

#: No run has more ticks than 32 bits count.
MAX_TICK = 2**32 - 1
#: Height of the page in a notebook, in pixels.
NOTEBOOK_HEIGHT = 720


class Report:
    """One HTML page with everything that is known of a run. It asks no network for anything; notebooks show it as it is.

    ``report.save("run.html")`` writes it, ``report.html`` is its text.
    """

    def __init__(self, html):
        self.html = html

    def save(self, path):
        """Writes the page; a file that is there is replaced when the new one is complete. Returns the path."""
        path = os.fsdecode(path)
        with written(path) as (part,), open(part, "w", encoding="utf-8") as file:
            file.write(self.html)
        return path

    def _repr_html_(self):
        # In a frame of its own, so that neither page's styles reach the other's.
        text = html.escape(self.html, quote=True)
        frame = 'sandbox="allow-scripts" title="gennaker report" style="width: 100%; border: 0"'
        return f'<iframe {frame} height="{NOTEBOOK_HEIGHT}" srcdoc="{text}"></iframe>'

    def __repr__(self):
        return f"Report({len(self.html.encode()) / 1e6:.1f} MB of HTML; save(path) writes it)"


def report(run, *, level=None, tick=None, set=None, ticks=None):
    """The :class:`Report` of a run: what was run, where it lay, what it did, what it took.

    ``run`` is a result folder, a :class:`Result`, or a hardware object of py-spinnaker2's interface after its run. ``level``, ``tick``
    and ``set`` are assumptions of the account as in :func:`gennaker.account`. Of a folder, rasters and traces can be cut to
    ``ticks``, ``(first, end)``. Time and energy are there if the network lay on a machine and its neurons' spikes were recorded.
    """
    assumptions = _assumptions(level, tick, set)
    if hasattr(run, "_report_parts"):
        parts = run._report_parts()
        if not parts:
            raise ValueError("nothing was run yet, or this result has no run behind it; give a result folder's name")
        if "folder" not in parts:
            if ticks is not None:
                raise ValueError("ticks is for result folders; a run in memory is shown whole")
            account = {**parts.pop("account", {}), **assumptions}
            return Report(_gennaker.report_run(**parts, account=account))
        run = parts["folder"]
    return Report(_gennaker.report_folder(os.fspath(run), assumptions, _stretch(ticks)))


def _stretch(ticks):
    """Two ticks as the core takes them."""
    if ticks is None:
        return None
    try:
        first, end = (operator.index(tick) for tick in ticks)
    except (TypeError, ValueError):
        raise TypeError(f"ticks is {ticks!r}; it must be (first, end), two whole numbers") from None
    if not 0 <= first < end:
        raise ValueError(f"ticks is {ticks!r}; it must be (first, end) with 0 <= first < end")
    # Both may lie beyond the end of the run, which the core knows.
    return min(first, MAX_TICK), min(end, MAX_TICK)


def recorded(populations):
    """What was recorded of some :class:`gennaker.results.PopulationResult` objects, as the core takes it."""
    return [(population.spikes, dict(population.states)) for population in populations]
