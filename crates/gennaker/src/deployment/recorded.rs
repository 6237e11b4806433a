//! Samples from NIR's own files of recordings.

use std::path::Path;

use gennaker_deploy::{DeployError, Frames, Port, Sample};
use gennaker_nir::{Events, Grid, NodeData, Observable, TimeGridded, read_data};

use crate::error::Error;

/// The samples of the node called as the input, or of the only node: its observable `spikes`, or the only one. Events are put into ticks of the
/// frames' window; what has a time step of its own keeps it, a tick for each step.
pub(super) fn samples_of_recording(path: &Path, input: &Port, frames: &Frames) -> Result<Vec<Sample>, Error> {
    let data = read_data(path)?;
    let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let refused =
        |problem: String| Error::from(DeployError::Data(format!("`{}`: {problem}", path.display())));
    let names = || data.nodes.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    let node = match (data.nodes.get(&input.node), data.nodes.len()) {
        (Some(node), _) => node,
        (None, 1) => data.nodes.values().next().expect("it has one"),
        _ => return Err(refused(format!("it has no node `{}`; it has: {}", input.node, names()))),
    };
    let NodeData::Observables(observables) = node else {
        return Err(refused(format!(
            "the recordings of `{}` are those of a graph; give those of one node",
            input.node
        )));
    };
    let observable = match (observables.get("spikes"), observables.len()) {
        (Some(spikes), _) => spikes,
        (None, 1) => observables.values().next().expect("it has one"),
        _ => {
            let names: Vec<&str> = observables.keys().map(String::as_str).collect();
            return Err(refused(format!("it has no observable `spikes`; it has: {}", names.join(", "))));
        }
    };
    match observable {
        Observable::Events(events) | Observable::ValuedEvents(events) => {
            of_events(&stem, events, frames).map_err(refused)
        }
        Observable::TimeGridded(gridded) => of_grid(&stem, gridded, input),
    }
}

/// Most ticks of a sample.
const MAX_TICKS: f64 = 1e9;

fn of_events(stem: &str, events: &Events, frames: &Frames) -> Result<Vec<Sample>, String> {
    let dt_s = frames.window_us * 1e-6;
    let n_ticks = (events.t_max_s / dt_s).ceil();
    if !(0.0..=MAX_TICKS).contains(&n_ticks) {
        return Err(format!(
            "a recording of {} s in windows of {} us; it must have 0 to {MAX_TICKS} ticks",
            events.t_max_s, frames.window_us
        ));
    }
    let mut samples = Vec::new();
    for (at, sample) in events.samples.iter().enumerate() {
        let mut spikes = Vec::with_capacity(sample.len());
        for event in sample {
            let tick = (event.time_s / dt_s).floor();
            let neuron = u32::try_from(event.neuron).map_err(|_| format!("a neuron {}", event.neuron))?;
            if !(0.0..MAX_TICKS).contains(&tick) {
                return Err(format!("an event at {} s, outside the recording", event.time_s));
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "just checked")]
            spikes.push((tick as u32, neuron));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "just checked")]
        samples.push(Sample::from_spikes(&format!("{stem}[{at}]"), spikes, n_ticks as u32));
    }
    Ok(samples)
}

fn of_grid(stem: &str, gridded: &TimeGridded, input: &Port) -> Result<Vec<Sample>, Error> {
    let (shape, values) = match &gridded.grid {
        Grid::Numbers(array) => (array.shape().to_vec(), array.iter().collect::<Vec<f64>>()),
        Grid::Flags(flags) => {
            (flags.shape.clone(), flags.values.iter().map(|&flag| f64::from(u8::from(flag))).collect())
        }
    };
    super::data::dense(stem, &shape, &values, input)
}
