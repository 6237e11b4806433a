//! The graph's own answers, in NIR's double-precision reference.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use gennaker_deploy::{DeployError, Integrator, Output, Readout, Reset, Sample};
use gennaker_nir::Graph;
use gennaker_nir::reference::{self, Integration, Quantity, Reference, Settings};

use crate::error::Error;

use super::Deployment;
use super::study::StudyOptions;

/// The answer to each sample, and the spikes of all neurons in all samples.
pub(super) fn reference_answers(
    graph: &Graph,
    samples: &[Sample],
    chip: &Deployment,
    options: &StudyOptions,
) -> Result<(Vec<Option<usize>>, u64), Error> {
    let lowering = &options.lowering;
    let settings = Settings {
        dt_s: lowering.dt_s,
        integration: match lowering.integrator {
            Integrator::Forward => Integration::Euler,
            Integrator::Exponential => Integration::Exact,
        },
        reset: match lowering.reset {
            Reset::Zero => reference::Reset::VReset,
            Reset::Subtract => reference::Reset::Subtract,
        },
        ..Settings::default()
    };
    let refused = |error: reference::ReferenceError| Error::from(DeployError::Data(error.to_string()));
    let reference = Reference::new(graph, &settings).map_err(refused)?;
    let next = AtomicUsize::new(0);
    type Answer = Result<(Option<usize>, u64), reference::ReferenceError>;
    let results: Vec<Mutex<Option<Answer>>> = samples.iter().map(|_| Mutex::new(None)).collect();
    let work = |mut reference: Reference| {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(sample) = samples.get(at) else { return };
            let answer = answer(&mut reference, sample, chip, options.readout);
            *results[at].lock().expect("nobody panics while it is locked") = Some(answer);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..chip.n_threads().min(samples.len()) {
            let own = reference.clone();
            scope.spawn(|| work(own));
        }
        work(reference.clone());
    });
    let (mut answers, mut n_spikes) = (Vec::new(), 0);
    for result in results {
        let result = result.into_inner().expect("nobody panicked").expect("all samples were run");
        let (answer, spikes) = result.map_err(refused)?;
        answers.push(answer);
        n_spikes += spikes;
    }
    Ok((answers, n_spikes))
}

fn answer(
    reference: &mut Reference,
    sample: &Sample,
    chip: &Deployment,
    readout: Readout,
) -> Result<(Option<usize>, u64), reference::ReferenceError> {
    reference.reset();
    let (Some(input), Some(port)) = (chip.lowered.inputs.first(), chip.lowered.outputs.first()) else {
        return Ok((None, 0));
    };
    let spiking: Vec<&str> =
        chip.lowered.layers.iter().filter(|layer| layer.spikes()).map(|layer| layer.name.as_str()).collect();
    let mut frame = vec![0.0; input.shape.iter().product()];
    let mut values: Vec<f64> = Vec::new();
    let mut n_spikes = 0.0;
    for tick in 0..sample.n_ticks {
        let fired = sample.spikes.at(tick);
        fired.iter().for_each(|&neuron| frame[neuron as usize] = 1.0);
        reference.step(&[(&input.node, &frame)])?;
        fired.iter().for_each(|&neuron| frame[neuron as usize] = 0.0);
        let output = reference.value(Quantity::Output, &port.node).unwrap_or_default();
        values.resize(output.len(), if readout == Readout::MaxPotential { f64::NEG_INFINITY } else { 0.0 });
        for (value, &now) in values.iter_mut().zip(output) {
            *value = match readout {
                Readout::SpikeCount => *value + now,
                Readout::LastPotential => now,
                Readout::MaxPotential => value.max(now),
            };
        }
        for name in &spiking {
            n_spikes += reference.value(Quantity::Output, name).unwrap_or_default().iter().sum::<f64>();
        }
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a sum of ones")]
    Ok((Output { values }.answer(), n_spikes as u64))
}
