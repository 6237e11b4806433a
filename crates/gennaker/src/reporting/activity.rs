//! What was recorded: rasters, rates, traces, and what describes them.

use std::ops::Range;

use gennaker_engine::{PopulationRecording, SpikeRecording, StateRecording};
use gennaker_report::page::{
    Activity, Distribution, Packed, PopulationActivity, Spikes, TraceGroup, TraceLine, distribution, rasters,
    rates, sampled,
};

use super::Reported;
use crate::benchmarks::statistics::{correlations, trains};
use crate::pictures::{MAX_TRACES, shared_threshold, spikes_of};

/// Bins of the rates over time, at most.
const MAX_RATE_BINS: u32 = 1_500;
/// The shortest bin of the rates in ms: shorter ones show single spikes.
const MIN_RATE_BIN_MS: f64 = 1.0;
/// Groups of traces that a page shows.
const MAX_GROUPS: usize = 60;
/// Fewest spikes of a neuron for which a coefficient of variation means something.
const MIN_SPIKES: usize = 5;
/// Shortest bin of correlations in ms, and most bins.
const CORRELATION_MS: f64 = 2.0;
const MAX_CORRELATION_BINS: u32 = 10_000;
/// Neurons among which pairs are correlated.
const N_CORRELATED: usize = 100;

pub(super) fn activity(reported: &Reported<'_>) -> Activity {
    let tick_ms = reported.experiment.file.settings.tick_ms;
    let window = reported.ticks;
    let recorded: Vec<(usize, &PopulationRecording, &SpikeRecording)> = reported
        .recordings
        .populations
        .iter()
        .enumerate()
        .filter_map(|(index, recording)| Some((index, recording, recording.spikes.as_ref()?)))
        .collect();
    let spikes: Vec<Spikes<'_>> = recorded
        .iter()
        .map(|(_, recording, spikes)| Spikes {
            size: recording.size,
            ticks: &spikes.ticks,
            neurons: &spikes.neurons,
        })
        .collect();
    let bin_ticks = ticks_of(MIN_RATE_BIN_MS, tick_ms).max((window.len() as u32).div_ceil(MAX_RATE_BINS));
    let populations = recorded
        .iter()
        .zip(&spikes)
        .zip(rasters(&spikes, window))
        .map(|(((index, recording, own), spikes), raster)| {
            let described = Described::new(own, recording.size, window, tick_ms);
            PopulationActivity {
                population: *index as u32,
                n_spikes: described.n_spikes,
                raster,
                rate_hz: rates(spikes, window, bin_ticks, tick_ms),
                rates: described.rates,
                intervals: described.intervals,
                cv: described.cv,
                correlation: described.correlation,
            }
        })
        .collect();
    Activity {
        ticks: window.clone(),
        tick_ms,
        rate_bin_ticks: bin_ticks,
        populations,
        traces: traces(reported),
    }
}

/// A duration in whole ticks, at least one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
fn ticks_of(ms: f64, tick_ms: f64) -> u32 {
    (ms / tick_ms).round().clamp(1.0, 1e9) as u32
}

/// Distributions over the neurons of a population.
struct Described {
    n_spikes: u64,
    rates: Option<Distribution>,
    intervals: Option<Distribution>,
    cv: Option<Distribution>,
    correlation: Option<Distribution>,
}

impl Described {
    #[expect(clippy::cast_precision_loss, reason = "numbers of spikes")]
    fn new(spikes: &SpikeRecording, size: u32, window: &Range<u32>, tick_ms: f64) -> Self {
        let trains = trains(spikes, size, window);
        let seconds = window.len() as f64 * tick_ms / 1000.0;
        let rates: Vec<f64> = trains.iter().map(|train| train.len() as f64 / seconds).collect();
        let of = |train: &Vec<u32>| -> Vec<f64> {
            train.windows(2).map(|pair| f64::from(pair[1] - pair[0]) * tick_ms).collect()
        };
        let intervals: Vec<f64> = trains.iter().flat_map(of).collect();
        let cvs: Vec<f64> =
            trains.iter().filter(|train| train.len() >= MIN_SPIKES).map(|train| cv(&of(train))).collect();
        let bin = ticks_of(CORRELATION_MS, tick_ms).max((window.len() as u32).div_ceil(MAX_CORRELATION_BINS));
        let pairs = correlations(spikes, size, window, bin, N_CORRELATED);
        let of_pairs = format!("pairs of neurons, bins of {} ms", f64::from(bin) * tick_ms);
        Self {
            n_spikes: trains.iter().map(|train| train.len() as u64).sum(),
            rates: distribution("neurons", "Hz", &rates),
            intervals: distribution("intervals", "ms", &intervals),
            cv: distribution(&format!("neurons with {MIN_SPIKES} spikes or more"), "", &cvs),
            correlation: distribution(&of_pairs, "", &pairs),
        }
    }
}

/// Coefficient of variation; not a number without values.
#[expect(clippy::cast_precision_loss, reason = "a mean")]
fn cv(intervals: &[f64]) -> f64 {
    let n = intervals.len() as f64;
    let mean = intervals.iter().sum::<f64>() / n;
    let variance = intervals.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
    variance.sqrt() / mean
}

fn traces(reported: &Reported<'_>) -> Vec<TraceGroup> {
    let populations = reported.recordings.populations.iter().enumerate();
    let groups = populations.flat_map(|(index, recording)| {
        let states = recording.states.iter().filter(|state| state.ticks.len() > 1);
        states.map(move |state| (index, recording, state))
    });
    groups
        .take(MAX_GROUPS)
        .map(|(index, recording, state)| group(reported, index, recording, state))
        .collect()
}

fn group(
    reported: &Reported<'_>,
    index: usize,
    recording: &PopulationRecording,
    state: &StateRecording,
) -> TraceGroup {
    let shown = &state.neurons[..state.neurons.len().min(MAX_TRACES)];
    let values: Vec<Vec<f64>> = (0..shown.len()).map(|column| state.column(column).collect()).collect();
    let (ticks, lines) = sampled(&state.ticks, &values);
    let is_voltage = state.variable == "v";
    let spikes = |neuron| if is_voltage { spikes_of(recording, neuron) } else { Vec::new() };
    let line = |(&neuron, (values, highs)): (&u32, (Packed, Packed))| TraceLine {
        neuron,
        values,
        highs,
        spikes: Packed::U32(spikes(neuron)),
    };
    let population = reported.experiment.file.network.populations.get(index).filter(|_| is_voltage);
    TraceGroup {
        population: index as u32,
        variable: state.variable.clone(),
        unit: if state.unit == "1" { String::new() } else { state.unit.clone() },
        ticks,
        lines: shown.iter().zip(lines).map(line).collect(),
        n_not_shown: (state.neurons.len() - shown.len()) as u32,
        threshold: population.and_then(shared_threshold),
    }
}
