"""Spike times in the shapes that plots and analyses want."""

import numpy as np


def spike_times_dict_to_arrays(spike_times):
    """``{neuron: [tick, ...]}`` as two flat arrays, neurons and ticks, ready for a scatter plot."""
    counts = [len(ticks) for ticks in spike_times.values()]
    indices = np.repeat(np.fromiter(spike_times.keys(), dtype=int, count=len(counts)), counts)
    times = np.fromiter((tick for ticks in spike_times.values() for tick in ticks), dtype=int, count=sum(counts))
    return indices, times


def spike_times_to_matrix(spike_times, n_timesteps=None):
    """``{neuron: [tick, ...]}`` as an array of 0 and 1 with one row per neuron and one column per tick.

    Without ``n_timesteps`` it ends with the last spike; with it, later spikes are left out.
    """
    indices, times = spike_times_dict_to_arrays(spike_times)
    if n_timesteps is None:
        n_timesteps = int(times.max(initial=-1)) + 1
    n_neurons = max(len(spike_times), max(spike_times, default=-1) + 1)
    matrix = np.zeros((n_neurons, n_timesteps), dtype=int)
    inside = times < n_timesteps
    matrix[indices[inside], times[inside]] = 1
    return matrix


def calculate_population_spike_rate(times, n_units, bin_width=1):
    """Spikes per neuron and tick in bins of ``bin_width`` ticks, and the centres of the bins, from tick 0 to the last spike."""
    times = np.asarray(times, dtype=float)
    n_bins = int(times.max(initial=0) // bin_width) + 1
    edges = np.arange(n_bins + 1) * bin_width
    counts, _ = np.histogram(times, bins=edges)
    return counts / (n_units * bin_width), (edges[:-1] + edges[1:]) / 2
