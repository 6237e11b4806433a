"""Files of Neurodata Without Borders."""

from __future__ import annotations

import datetime
import hashlib
import uuid
import warnings

import numpy as np

from gennaker._files import written
from gennaker._trains import by_neuron
from gennaker.interchange._common import about_json, check_name, chosen, duration_ms, needed, step

#: The start of a session that has none, so that nothing depends on the clock.
NO_START = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def to_nwb(result, session_start_time, populations, fields):
    pynwb = needed("pynwb", "an NWB file", "nwb")
    found = chosen(result, populations, None)
    for name, _ in found:
        if "\0" in name:
            check_name(name, "an NWB file", "")
    start = NO_START if session_start_time is None else session_start_time
    about = about_json(result)
    given = {
        "session_description": f"simulated by gennaker: {about}",
        "identifier": _identifier(about, found, start),
        "session_start_time": start,
        "file_create_date": start,
        "source_script": about,
        "source_script_file_name": "gennaker",
        **fields,
    }
    nwb = pynwb.NWBFile(**given)
    spiking = [(name, population) for name, population in found if population.has_spikes()]
    if spiking:
        nwb.units = _units(pynwb, spiking, result)
    for name, population in found:
        for variable in population.variables():
            check_name(name, "an NWB file", "/:")
            nwb.add_acquisition(_series(pynwb, name, population, variable, result.tick_ms))
    return nwb


def write_nwb(result, path, session_start_time, populations, fields):
    pynwb = needed("pynwb", "an NWB file", "nwb")
    nwb = to_nwb(result, session_start_time, populations, fields)
    with written(path) as (part,), warnings.catch_warnings():
        # Whoever chose another ending chose it.
        warnings.filterwarnings("ignore", "The file path provided", UserWarning)
        with pynwb.NWBHDF5IO(part, "w") as io:
            io.write(nwb)


def _identifier(about, found, start):
    """The same for the same spikes, and for nothing else."""
    digest = hashlib.sha256(f"{about}{start.isoformat() if hasattr(start, 'isoformat') else start}".encode())
    for name, population in found:
        digest.update(f"{name} {population.size} {population.variables()}".encode())
        for array in population.spikes if population.has_spikes() else ():
            digest.update(np.ascontiguousarray(array))
    return str(uuid.UUID(bytes=digest.digest()[:16], version=5))


def _units(pynwb, found, result):
    """A row for every neuron. Columns are made whole: row by row takes minutes for many."""
    hdmf = needed("hdmf.common", "an NWB file", "nwb")
    seconds = float(result.tick_ms) * 1e-3
    times, counts = zip(*(_by_neuron(population, seconds) for _, population in found))
    sizes = [population.size for _, population in found]
    n = sum(sizes)
    ends = np.cumsum(np.concatenate(counts))
    spike_times = hdmf.VectorData(
        name="spike_times", description="the spike times for each neuron in seconds", data=np.concatenate(times)
    )
    whole = np.tile([0.0, duration_ms(result) * 1e-3], (n, 1))
    intervals = hdmf.VectorData(name="obs_intervals", description="the run from start to end in seconds", data=whole)
    names = np.repeat(np.array([name for name, _ in found], dtype=object), sizes)
    columns = [
        hdmf.VectorIndex(name="spike_times_index", target=spike_times, data=ends),
        spike_times,
        hdmf.VectorIndex(name="obs_intervals_index", target=intervals, data=np.arange(1, n + 1)),
        intervals,
        hdmf.VectorData(name="population", description="the population of the neuron", data=names.tolist()),
        hdmf.VectorData(
            name="neuron", description="its number there, from 0", data=np.concatenate([np.arange(size) for size in sizes])
        ),
    ]
    rows = hdmf.ElementIdentifiers(name="id", data=np.arange(n))
    return pynwb.misc.Units(name="units", description="simulated neurons", id=rows, columns=columns, resolution=seconds)


def _by_neuron(population, seconds):
    ticks, bounds = by_neuron(*population.spikes, population.size)
    return ticks * seconds, np.diff(bounds)


def _series(pynwb, name, population, variable, tick_ms):
    """A state variable over time."""
    ticks, neurons, values = population.states[variable]
    unit = population.unit(variable)
    seconds, steps = float(tick_ms) * 1e-3, step(ticks)
    when = (
        {"timestamps": ticks * seconds}
        if steps is None or len(ticks) < 2
        else {"starting_time": float(ticks[0]) * seconds, "rate": 1 / (steps * seconds)}
    )
    return pynwb.TimeSeries(
        name=f"{name} {variable}",
        data=values,
        unit={"mV": "volts", "1": "n.a."}.get(unit, unit),
        conversion=1e-3 if unit == "mV" else 1.0,
        description=f"`{variable}` of population `{name}`, one column per neuron",
        comments=f"neurons: {_ranges(neurons.tolist())}",
        **when,
    )


def _ranges(numbers):
    """``0..9, 12``"""
    ranges = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ", ".join(f"{first}" if first == last else f"{first}..{last}" for first, last in ranges)
