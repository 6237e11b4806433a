"""Pictures for papers and notebooks, on axes of matplotlib, which is imported when one is drawn.

>>> from gennaker import plot
>>> ax = plot.raster(result)  # doctest: +SKIP
>>> ax.figure.savefig("raster.pdf")  # doctest: +SKIP

======================  =================================================================
:func:`raster`          spikes, a row for each neuron
:func:`rates`           mean rate of populations over time, in Hz
:func:`voltages`        membrane potentials; :func:`traces` draws any recorded variable
:func:`isi`             intervals between spikes, and how irregular they are
:func:`weights`         weights of a projection: a histogram, or a matrix if it is small
:func:`energy`          where the energy of a run would go
:func:`machine_map`     PEs of a chip, or chips of a machine, by memory, spikes, load, ...
:func:`summary`         several of these in one figure
======================  =================================================================

``result`` is a :class:`gennaker.Result`, the name of a result folder, or a network, population or hardware of
:mod:`gennaker.snn` and :mod:`gennaker.hardware` after a run.

**The one decision**: axes in, axes out. With ``ax`` a function draws there and touches nothing else: no pyplot, no settings, no
fonts. Without it, it makes a figure of one column's width (85 mm) with letters of 7 to 8 points. The price: a legend or a
colour bar finds its place only in axes with some room around them.

**What it does not know**: neurons that a population did not record; they count as silent.
"""

from gennaker.plot._machine import machine_map
from gennaker.plot._spikes import isi, raster, rates
from gennaker.plot._states import traces, voltages
from gennaker.plot._summary import energy, summary
from gennaker.plot._weights import weights

__all__ = ["energy", "isi", "machine_map", "raster", "rates", "summary", "traces", "voltages", "weights"]
