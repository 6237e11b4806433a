"""SONATA files: spikes, and reports of membrane potentials. https://github.com/AllenInstitute/sonata"""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from gennaker._files import written
from gennaker._trains import by_neuron
from gennaker.interchange._common import about_json, check_name, chosen, duration_ms, kinds, needed, step
from gennaker.interchange._ticks import Times, spike_list

#: What the attributes `magic` and `version` of the root are.
_MAGIC, _VERSION = 0x0A7A, (0, 1)
_SORTING = {"none": 0, "by_id": 1, "by_time": 2}
#: Bytes of values that are in memory at a time.
_BLOCK = 64 << 20
#: Milliseconds in the units that files are found with.
_UNITS_MS = {
    "milliseconds": 1.0,
    "millisecond": 1.0,
    "ms": 1.0,
    "seconds": 1e3,
    "second": 1e3,
    "s": 1e3,
    "microseconds": 1e-3,
    "us": 1e-3,
}


def write_sonata(result, folder, populations):
    h5py = needed("h5py", "a SONATA file", "sonata")
    found = chosen(result, populations, None)
    for name, _ in found:
        check_name(name, "a SONATA file", "/", (".", ".."))
    folder = os.fsdecode(folder)
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise NotADirectoryError(f"`{folder}` is a file; SONATA is written into a folder")
    spiking = [(name, population) for name, population in found if population.has_spikes()]
    reports = {kind: [pair for pair in found if kind in pair[1].variables()] for kind in kinds(result) if kind != "spikes"}
    reports = {variable: pairs for variable, pairs in reports.items() if pairs}
    names = ["spikes.h5"] * bool(spiking) + [f"{variable}_report.h5" for variable in reports]
    os.makedirs(folder, exist_ok=True)
    paths = [os.path.join(folder, name) for name in names]
    with written(*paths) as parts:
        parts = iter(parts)
        if spiking:
            with _file(h5py, next(parts), result) as file:
                _write_spikes(h5py, file, spiking, result)
        for variable, pairs in reports.items():
            with _file(h5py, next(parts), result) as file:
                _write_report(file, variable, pairs, result)
    return paths


def _file(h5py, path, result):
    file = h5py.File(path, "w")
    file.attrs["magic"] = np.uint32(_MAGIC)
    file.attrs["version"] = np.array(_VERSION, dtype=np.uint32)
    file.attrs["gennaker"] = about_json(result)
    return file


def _write_spikes(h5py, file, found, result):
    for name, population in found:
        ticks, neurons = population.spikes
        group = file.create_group(f"spikes/{name}")
        group.attrs.create("sorting", _SORTING["by_time"], dtype=h5py.enum_dtype(_SORTING, basetype=np.uint8))
        group.create_dataset("timestamps", data=ticks * float(result.tick_ms)).attrs["units"] = "milliseconds"
        group.create_dataset("node_ids", data=neurons.astype(np.uint64))


def _write_report(file, variable, found, result):
    for name, population in found:
        ticks, neurons, values = population.states[variable]
        steps = step(ticks)
        if steps is None:
            raise ValueError(f"population `{population.name}` recorded `{variable}` at uneven times, which a report cannot hold")
        group = file.create_group(f"report/{name}")
        data = group.create_dataset("data", values.shape, np.float32)
        data.attrs["units"] = population.unit(variable)
        # Readers search in `node_ids`, so that columns go by neuron, not in the order in which neurons were named.
        order = np.argsort(neurons, kind="stable")
        columns = slice(None) if (order[1:] > order[:-1]).all() else order
        for rows in _blocks(values):
            data[rows] = values[rows, columns]
        mapping = group.create_group("mapping")
        # Each neuron has one element: its soma.
        mapping.create_dataset("node_ids", data=neurons[order].astype(np.uint64)).attrs["sorted"] = np.uint8(1)
        mapping.create_dataset("index_pointers", data=np.arange(len(neurons) + 1, dtype=np.uint64))
        mapping.create_dataset("element_ids", data=np.zeros(len(neurons), dtype=np.uint32))
        start = int(ticks[0]) if len(ticks) else 0
        stop = start + steps * len(ticks) if len(ticks) > 1 else max(duration_ms(result) / result.tick_ms, start + 1)
        times = np.array([start, stop, stop - start if len(ticks) == 1 else steps], dtype=float) * result.tick_ms
        mapping.create_dataset("time", data=times).attrs["units"] = "ms"


def _blocks(values):
    """Slices of rows that fit in memory."""
    n = max(1, _BLOCK // max(1, values[:1].nbytes))
    return [slice(start, start + n) for start in range(0, len(values), n)]


def from_sonata(
    path: str | os.PathLike[str],
    population: str | None = None,
    *,
    tick_ms: float = 1.0,
    start_ms: float | None = None,
    stop_ms: float | None = None,
    neurons: Sequence[int] | None = None,
) -> dict[int, list[int]]:
    """Spikes of a SONATA file as the parameters of a ``spike_list``: ``{neuron: [tick, ...]}``.

    ``population`` may be left out if the file has one. Neurons have the ids of the file, and only those that spike are there;
    with ``neurons``, a list of ids, they are numbered 0, 1, 2, ... in its order instead, silent ones included. Tick 0 is at
    ``start_ms``, and a time becomes the nearest tick of ``tick_ms``. Times from ``stop_ms`` on, and before a ``start_ms`` that
    was given, are left out. A neuron spikes at most once in a tick: a warning tells how many spikes fell together.
    """
    window = Times(tick_ms, start_ms, stop_ms)
    times_ms, ids = _read(os.fspath(path), population)
    what = f"`{os.fspath(path)}`"
    is_inside = window.inside(what, times_ms)
    ids, ticks = ids[is_inside], window.nearest(what, times_ms[is_inside])
    known, positions = np.unique(ids, return_inverse=True)
    ticks, bounds = by_neuron(ticks, positions.astype(np.uint32), len(known))
    trains = {int(node): ticks[a:b] for node, a, b in zip(known, bounds, bounds[1:])}
    if neurons is None:
        return spike_list(trains.items())
    return spike_list((index, trains.get(int(node), ticks[:0])) for index, node in enumerate(neurons))


def _read(path, population):
    """Times in ms and neurons of the spikes of one population."""
    h5py = needed("h5py", "a SONATA file", "sonata")
    try:
        with h5py.File(path, "r") as file:
            group = _group(path, file, population)
            units = group["timestamps"].attrs.get("units", "milliseconds")
            units = units.decode() if isinstance(units, bytes) else str(units)
            times, ids = np.asarray(group["timestamps"][()], dtype=float), np.asarray(group["node_ids"][()])
    except FileNotFoundError:
        raise
    except (KeyError, OSError) as error:
        raise ValueError(f"`{path}` is not a SONATA file of spikes: {error}") from None
    if units not in _UNITS_MS:
        raise ValueError(f"`{path}`: times are in {units!r}; known are: {', '.join(_UNITS_MS)}")
    if times.ndim != 1 or times.shape != ids.shape or ids.dtype.kind not in "iu":
        raise ValueError(f"`{path}`: timestamps and node_ids must be as many times as whole numbers")
    return times * _UNITS_MS[units], ids


def _group(path, file, population):
    if "spikes" not in file:
        raise ValueError(f"`{path}` is not a SONATA file of spikes: it has no group /spikes")
    spikes = file["spikes"]
    if "timestamps" in spikes and population is None:
        # The layout from before populations had groups of their own.
        return spikes
    names = list(spikes)
    if population is None and len(names) != 1:
        raise ValueError(f"`{path}` has several populations; name one: {', '.join(names)}")
    name = names[0] if population is None else population
    if name not in spikes:
        raise ValueError(f"`{path}` has no population `{name}`; there are: {', '.join(names)}")
    return spikes[name]
