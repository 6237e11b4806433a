//! Pictures of recordings and of what a run took: which numbers go where.

mod machine;
mod weights;

use std::collections::BTreeMap;
use std::ops::Range;

use gennaker_engine::{PopulationRecording, Recordings, StateRecording};
use gennaker_network::{Network, Population, Resolved};
use gennaker_report::{
    Picture, Raster, RasterPopulation, RateHistogram, RatePopulation, ReportError, Trace, TracePanel, Traces,
};

pub use machine::{DEFAULT_METRIC, energy, machine};
pub use weights::{MAX_WEIGHTS_DRAWN, weights, weights_of_folder};

/// Neurons that a panel of traces shows; more could not be told apart.
pub(crate) const MAX_TRACES: usize = 7;

/// Which part of recordings a picture shows.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Ticks shown.
    pub ticks: Range<u32>,
    /// Duration of a tick in milliseconds.
    pub tick_ms: f64,
    /// Names of the populations shown; empty for all.
    pub populations: Vec<String>,
}

impl View {
    /// All populations over all ticks.
    #[must_use]
    pub fn whole(recordings: &Recordings, tick_ms: f64) -> Self {
        Self { ticks: 0..recordings.timesteps, tick_ms, populations: Vec::new() }
    }

    fn shows(&self, recording: &PopulationRecording) -> bool {
        self.populations.is_empty() || self.populations.contains(&recording.name)
    }
}

/// Rasters of all populations that recorded spikes, and their rates.
///
/// # Errors
/// [`ReportError`] if there is nothing to draw.
pub fn raster(title: &str, recordings: &Recordings, view: &View) -> Result<Picture, ReportError> {
    let of = |recording| {
        let PopulationRecording { name, size, spikes, .. }: &PopulationRecording = recording;
        let spikes = spikes.as_ref().filter(|_| view.shows(recording))?;
        Some(RasterPopulation { name, size: *size, ticks: &spikes.ticks, neurons: &spikes.neurons })
    };
    let populations: Vec<_> = recordings.populations.iter().filter_map(of).collect();
    Raster { title, populations: &populations, ticks: view.ticks.clone(), tick_ms: view.tick_ms }.draw()
}

/// Distributions of the neurons' mean rates, for all populations that recorded spikes.
///
/// # Errors
/// [`ReportError`] if there is nothing to draw.
pub fn rates(title: &str, recordings: &Recordings, view: &View) -> Result<Picture, ReportError> {
    let seconds = f64::from(view.ticks.end.saturating_sub(view.ticks.start)) * view.tick_ms / 1000.0;
    if seconds <= 0.0 {
        return Err(ReportError::Range { start: view.ticks.start, end: view.ticks.end });
    }
    let shown = recordings.populations.iter().filter(|recording| view.shows(recording));
    let rates: Vec<_> = shown.filter_map(|recording| active_rates(recording, view, seconds)).collect();
    let populations: Vec<_> = rates
        .iter()
        .map(|(recording, rates_hz)| RatePopulation {
            name: &recording.name,
            rates_hz,
            n_silent: recording.size.saturating_sub(rates_hz.len() as u32),
        })
        .collect();
    RateHistogram { title, populations: &populations, resolution_hz: 1.0 / seconds }.draw()
}

/// A population that recorded spikes, and the rates of those of its neurons that spiked.
fn active_rates<'a>(
    recording: &'a PopulationRecording,
    view: &View,
    seconds: f64,
) -> Option<(&'a PopulationRecording, Vec<f64>)> {
    let spikes = recording.spikes.as_ref()?;
    let mut counts = BTreeMap::<u32, u32>::new();
    for (_, &neuron) in spikes.ticks.iter().zip(&spikes.neurons).filter(|(tick, _)| view.ticks.contains(tick))
    {
        *counts.entry(neuron).or_default() += 1;
    }
    Some((recording, counts.into_values().map(|n| f64::from(n) / seconds).collect()))
}

/// Which state variables a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variables {
    /// Membrane potentials alone.
    Voltage,
    /// All others.
    Others,
}

impl Variables {
    fn shows(self, state: &StateRecording) -> bool {
        // A variable of a single tick, such as `v_last`, makes no trace.
        state.ticks.len() > 1 && (state.variable == "v") == (self == Self::Voltage)
    }
}

/// State variables over time. The network, if given, tells thresholds.
///
/// # Errors
/// [`ReportError`] if there is nothing to draw.
pub fn traces(
    title: &str,
    recordings: &Recordings,
    network: Option<&Network>,
    variables: Variables,
    view: &View,
) -> Result<Picture, ReportError> {
    let shown = recordings.populations.iter().enumerate().filter(|(_, recording)| view.shows(recording));
    let panels = shown.flat_map(|(index, recording)| {
        let population = network.and_then(|network| network.populations.get(index));
        let states = recording.states.iter().filter(|state| variables.shows(state));
        states.map(move |state| panel(recording, state, population))
    });
    let panels: Vec<TracePanel<'_>> = panels.collect();
    Traces { title, panels: &panels, ticks: view.ticks.clone(), tick_ms: view.tick_ms }.draw()
}

fn panel<'a>(
    recording: &'a PopulationRecording,
    state: &'a StateRecording,
    population: Option<&Population>,
) -> TracePanel<'a> {
    let is_voltage = state.variable == "v";
    let shown = &state.neurons[..state.neurons.len().min(MAX_TRACES)];
    let trace = |(column, &neuron): (usize, &u32)| Trace {
        neuron,
        values: state.column(column).collect(),
        spikes: if is_voltage { spikes_of(recording, neuron) } else { Vec::new() },
    };
    TracePanel {
        name: &recording.name,
        variable: &state.variable,
        unit: &state.unit,
        ticks: &state.ticks,
        traces: shown.iter().enumerate().map(trace).collect(),
        n_not_shown: (state.neurons.len() - shown.len()) as u32,
        threshold: population.filter(|_| is_voltage).and_then(shared_threshold),
    }
}

pub(crate) fn spikes_of(recording: &PopulationRecording, neuron: u32) -> Vec<u32> {
    let Some(spikes) = &recording.spikes else { return Vec::new() };
    let events = spikes.ticks.iter().zip(&spikes.neurons);
    events.filter(|(_, n)| **n == neuron).map(|(tick, _)| *tick).collect()
}

/// The threshold of all neurons, if they share one.
pub(crate) fn shared_threshold(population: &Population) -> Option<f64> {
    population.model.descriptor().parameter("threshold")?;
    match population.resolve("threshold", 0, 0) {
        Resolved::Shared(threshold) => Some(threshold),
        Resolved::PerNeuron(_) => None,
    }
}
