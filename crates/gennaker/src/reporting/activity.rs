//! What was recorded: rasters, rates, traces, and what describes them.

use std::ops::Range;

use gennaker_engine::{PopulationRecording, SpikeRecording, StateRecording};
use gennaker_network::{Population, Selection};
use gennaker_report::numbers::{counted, grouped, short};
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
            let part = Part::new(reported, *index, recording.size);
            let described = Described::new(own, recording.size, &part, tick_ms);
            PopulationActivity {
                population: *index as u32,
                n_spikes: described.n_spikes,
                raster,
                rate_hz: rates(spikes, part.n_neurons(), &part.ticks, window, bin_ticks, tick_ms),
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

/// Of which neurons, and in which of the ticks shown, spikes were recorded.
struct Part {
    is_recorded: Vec<bool>,
    ticks: Range<u32>,
}

impl Part {
    fn new(reported: &Reported<'_>, population: usize, size: u32) -> Self {
        let window = reported.ticks;
        let mut part = Self { is_recorded: vec![true; size as usize], ticks: window.clone() };
        let population = reported.experiment.file.network.populations.get(population);
        let Some(asked) = population.and_then(spikes_asked) else { return part };
        let start = asked.start.clamp(window.start, window.end.max(window.start));
        part.ticks = start..asked.stop.unwrap_or(u32::MAX).min(window.end).max(start);
        if let Selection::Only(neurons) = &asked.neurons {
            part.is_recorded.fill(false);
            for &neuron in neurons {
                part.is_recorded.get_mut(neuron as usize).into_iter().for_each(|is| *is = true);
            }
        }
        part
    }

    fn n_neurons(&self) -> u32 {
        self.is_recorded.iter().filter(|is| **is).count() as u32
    }
}

fn spikes_asked(population: &Population) -> Option<&gennaker_network::Recording> {
    population.record.iter().find(|asked| asked.variable == "spikes")
}

/// What is not shown, in sentences: neurons and ticks whose spikes were not recorded, traces for which there is no room.
pub(super) fn left_out(reported: &Reported<'_>) -> Vec<String> {
    let populations = reported.experiment.file.network.populations.iter();
    let recorded = populations.zip(&reported.recordings.populations).enumerate();
    let mut sentences: Vec<String> = recorded
        .filter(|(_, (_, recording))| recording.spikes.is_some())
        .filter_map(|(index, (population, _))| {
            let part = Part::new(reported, index, population.size);
            let (n, size, ticks) = (part.n_neurons(), population.size, &part.ticks);
            let ticks = (ticks != reported.ticks).then(|| match ticks.is_empty() {
                true => ", in none of these ticks".to_owned(),
                false => format!(", in ticks {} to {}", ticks.start, ticks.end),
            });
            (n < size || ticks.is_some()).then(|| {
                let (name, n, size) = (&population.name, grouped(n.into()), grouped(size.into()));
                let ticks = ticks.unwrap_or_default();
                format!("population `{name}`: spikes of {n} of {size} neurons were recorded{ticks}; rates and statistics are of these")
            })
        })
        .collect();
    let n = trace_groups(reported).count().saturating_sub(MAX_GROUPS);
    if n > 0 {
        sentences.push(format!("{} of state variables were left out", counted(n as u64, "recording")));
    }
    sentences
}

/// Distributions over the recorded neurons of a population.
struct Described {
    n_spikes: u64,
    rates: Option<Distribution>,
    intervals: Option<Distribution>,
    cv: Option<Distribution>,
    correlation: Option<Distribution>,
}

impl Described {
    #[expect(clippy::cast_precision_loss, reason = "numbers of spikes")]
    fn new(spikes: &SpikeRecording, size: u32, part: &Part, tick_ms: f64) -> Self {
        let window = &part.ticks;
        let trains = trains(spikes, size, window).into_iter().zip(&part.is_recorded);
        let trains: Vec<Vec<u32>> = trains.filter(|(_, is)| **is).map(|(train, _)| train).collect();
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
        let n_active = trains.iter().filter(|train| !train.is_empty()).count();
        let among = if n_active > N_CORRELATED {
            format!(" among the first {N_CORRELATED} that spike")
        } else {
            String::new()
        };
        let of_pairs = format!("pairs of neurons{among}, bins of {} ms", short(f64::from(bin) * tick_ms));
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

/// Recordings of state variables that make a line.
fn trace_groups<'a>(
    reported: &Reported<'a>,
) -> impl Iterator<Item = (usize, &'a PopulationRecording, &'a StateRecording)> {
    let populations = reported.recordings.populations.iter().enumerate();
    populations.flat_map(|(index, recording)| {
        let states = recording.states.iter().filter(|state| state.ticks.len() > 1);
        states.map(move |state| (index, recording, state))
    })
}

fn traces(reported: &Reported<'_>) -> Vec<TraceGroup> {
    trace_groups(reported)
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
