"""What leads from a result to pictures and to other tools. Nothing of theirs is imported before it is asked for."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import neo
    import pandas
    import pyarrow
    import pynwb
    from matplotlib.axes import Axes

    from gennaker.interchange import Chosen

    Path = str | os.PathLike[str]


class Views:
    """Pictures and exports of a :class:`gennaker.Result`.

    ``populations`` is a name, a list of names, or a dictionary from names to those that they have in the output; without it,
    all that recorded what is asked for. The moment of a spike in tick t is ``t * result.tick_ms``. Files are whole or not there.
    """

    def plot(self, populations: Any = None, ax: Axes | None = None, **options: Any) -> Axes:
        """Draws a raster of the spikes with matplotlib and returns its axes; the options are those of
        :func:`gennaker.plot.raster`, and :mod:`gennaker.plot` has more pictures."""
        from gennaker import plot

        return plot.raster(self, populations, ax, **options)

    def to_pandas(self, what: str = "spikes", populations: Chosen = None) -> pandas.DataFrame:
        """``"spikes"``, or a recorded variable such as ``"v"``, as a data frame: a row for every spike or value, with columns
        ``population``, ``neuron``, ``tick``, ``time_ms``, and the variable; ``attrs`` say what ran."""
        from gennaker.interchange import _tables

        return _tables.to_pandas(self, what, populations)

    def to_arrow(self, what: str = "spikes", populations: Chosen = None) -> pyarrow.Table:
        """The same as a table of Arrow; the entry ``gennaker`` of its metadata says what ran, as JSON."""
        from gennaker.interchange import _tables

        return _tables.to_arrow(self, what, populations)

    def to_neo(self, populations: Chosen = None) -> neo.Block:
        """A block of Neo with one segment. Its spike trains are those of all neurons, population after population, and are made
        when they are looked at; ``segment.spiketrains.multiplexed`` never makes them. Trains have the annotations
        ``population`` and ``neuron``, analog signals one column per recorded neuron."""
        from gennaker.interchange import _neo

        return _neo.to_neo(self, populations)

    def to_nwb(self, session_start_time: datetime | None = None, populations: Chosen = None, **fields: Any) -> pynwb.NWBFile:
        """A file of NWB in memory, to add to: neurons as ``units``, with ``population`` and ``neuron``; states in
        ``acquisition``.

        Nothing depends on the clock: without a ``session_start_time`` it is midnight of 1 January 1970, UTC. (The ids that pynwb
        gives to its own objects are random.) ``fields`` are those
        of ``pynwb.NWBFile``, such as ``experimenter`` or ``session_description``.
        """
        from gennaker.interchange import _nwb

        return _nwb.to_nwb(self, session_start_time, populations, fields)

    def write_nwb(
        self, path: Path, session_start_time: datetime | None = None, populations: Chosen = None, **fields: Any
    ) -> None:
        """Writes what :meth:`to_nwb` gives into a file."""
        from gennaker.interchange import _nwb

        _nwb.write_nwb(self, path, session_start_time, populations, fields)

    def write_sonata(self, folder: Path, populations: Chosen = None) -> list[str]:
        """Writes SONATA files into a folder, which is made if need be: ``spikes.h5``, and ``v_report.h5`` for the variable v.
        Returns their paths."""
        from gennaker.interchange import _sonata

        return _sonata.write_sonata(self, folder, populations)

    def write_parquet(self, path: Path, what: str = "spikes", populations: Chosen = None) -> None:
        """Writes what :meth:`to_arrow` gives as Parquet."""
        from gennaker.interchange import _tables

        _tables.write_parquet(self, path, what, populations)

    def write_feather(self, path: Path, what: str = "spikes", populations: Chosen = None) -> None:
        """Writes what :meth:`to_arrow` gives as Feather, which is Arrow's own format."""
        from gennaker.interchange import _tables

        _tables.write_feather(self, path, what, populations)

    def write_csv(self, path: Path, what: str = "spikes", populations: Chosen = None) -> None:
        """Writes the rows of :meth:`to_pandas` as text, without any library."""
        from gennaker.interchange import _tables

        _tables.write_csv(self, path, what, populations)

    def write_npz(self, path: Path, populations: Chosen = None) -> None:
        """Writes all arrays into one file for ``numpy.load``: ``exc.t`` and ``exc.i`` are ticks and neurons of the spikes of the
        population exc; ``exc.v`` are values with one row per tick, ``exc.v.t`` and ``exc.v.i`` their ticks and neurons;
        ``about`` is JSON that says what ran."""
        from gennaker.interchange import _tables

        _tables.write_npz(self, path, populations)
