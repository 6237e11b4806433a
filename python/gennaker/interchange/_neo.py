"""To Neo, and from it."""

from __future__ import annotations

from typing import Any

import numpy as np

from gennaker.interchange._common import chosen, duration_ms, needed, step
from gennaker.interchange._ticks import Times, spike_list


def to_neo(result, populations):
    neo = needed("neo", "a block of Neo", "neo")
    found = chosen(result, populations, None)
    about = {key: value for key, value in result.about.items() if value is not None}
    block = neo.Block(name=about.get("network"), description="a run of gennaker", **about, tick_ms=float(result.tick_ms))
    segment = neo.Segment(name="run", index=0, **about)
    segment.block = block
    block.segments.append(segment)
    spiking = [(name, population) for name, population in found if population.has_spikes()]
    if spiking:
        _add_trains(segment, spiking, result)
    for name, population in found:
        for variable in population.variables():
            signal = _signal(neo, name, population, variable, result.tick_ms)
            signal.segment = segment
            kept = segment.analogsignals if isinstance(signal, neo.AnalogSignal) else segment.irregularlysampledsignals
            kept.append(signal)
    return block


def _add_trains(segment, found, result):
    from gennaker.interchange._neo_trains import Trains

    sizes = [population.size for _, population in found]
    firsts = np.cumsum([0, *sizes])
    spikes = [population.spikes for _, population in found]
    times = np.concatenate([ticks * float(result.tick_ms) for ticks, _ in spikes])
    channels = np.concatenate([neurons.astype(np.int64) + first for (_, neurons), first in zip(spikes, firsts)])
    names, models = [name for name, _ in found], [population.model or "" for _, population in found]
    annotations = {
        "population": np.repeat(np.array(names, dtype=str), sizes),
        "neuron": np.concatenate([np.arange(size) for size in sizes]),
        "model": np.repeat(np.array(models, dtype=str), sizes),
    }
    trains = Trains.of(times, channels, int(firsts[-1]), duration_ms(result), annotations)
    trains.segment = segment
    segment._spiketrains = trains


def _signal(neo, name, population, variable, tick_ms):
    """Values of a state variable over time."""
    import quantities as pq

    ticks, neurons, values = population.states[variable]
    unit = population.unit(variable)
    annotations = {"population": name, "model": population.model or "", "variable": variable, "neurons": neurons.tolist()}
    units = {"mV": pq.mV}.get(unit, pq.dimensionless)
    steps = step(ticks)
    options: dict[str, Any] = {
        "units": units,
        "name": f"{name} {variable}",
        "array_annotations": {"neuron": neurons.astype(np.int64)},
    }
    if steps is None:
        return neo.IrregularlySampledSignal(ticks * float(tick_ms) * pq.ms, values, **options, **annotations)
    start = float(ticks[0]) * tick_ms if len(ticks) else 0.0
    period = steps * float(tick_ms)
    return neo.AnalogSignal(values, t_start=start * pq.ms, sampling_period=period * pq.ms, **options, **annotations)


def from_neo(
    spiketrains: Any, *, tick_ms: float = 1.0, start_ms: float | None = None, stop_ms: float | None = None
) -> dict[int, list[int]]:
    """Spike trains of Neo as the parameters of a ``spike_list``: ``{neuron: [tick, ...]}``, a neuron for each train.

    ``spiketrains`` is a list of spike trains, or a segment or block with one segment that holds it. Tick 0 is at ``start_ms``,
    and a time becomes the nearest tick of ``tick_ms``. Times from ``stop_ms`` on, and before a ``start_ms`` that was given, are
    left out. A neuron spikes at most once in a tick: a warning tells how many spikes fell together.
    """
    trains = _trains(spiketrains)
    times = Times(tick_ms, start_ms, stop_ms)
    return spike_list(
        [(index, times.ticks(f"spike train {index}", _milliseconds(index, train))) for index, train in enumerate(trains)]
    )


def _trains(given):
    segments = getattr(given, "segments", None)
    if segments is not None:
        if len(segments) != 1:
            raise ValueError(
                f"the block has {len(segments)} segments; give the spike trains of one: block.segments[0].spiketrains"
            )
        given = segments[0]
    trains = getattr(given, "spiketrains", given)
    if hasattr(trains, "rescale"):
        return [trains]
    try:
        return list(trains)
    except TypeError:
        raise TypeError(
            f"spiketrains is {type(given).__name__}; it must be spike trains of Neo, or a segment or block with them"
        ) from None


def _milliseconds(index, train):
    load = getattr(train, "load", None)
    train = train if load is None else load()
    if not hasattr(train, "rescale"):
        raise TypeError(
            f"spike train {index} is {type(train).__name__}; it must be a spike train of Neo, which has a unit of time"
        )
    return np.asarray(train.rescale("ms").magnitude, dtype=float)
