//! What is fed to a network: the spikes of one input, and for how long.

use gennaker_network::SpikeTrains;

use crate::error::DeployError;

/// Most ticks of a sample.
pub(crate) const MAX_TICKS: u32 = 1_000_000_000;

/// One recording, as spikes of an input population.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Name, for messages and tables.
    pub name: String,
    /// The spikes, at most one for each neuron and tick.
    pub spikes: SpikeTrains,
    /// Ticks that the recording lasts.
    pub n_ticks: u32,
    /// Spikes that were left out because their neuron had spiked in the same tick.
    pub n_merged: u64,
    /// Events that were left out because they came after the last full window.
    pub n_dropped: u64,
}

impl Sample {
    /// A sample of spikes that are there once each.
    #[must_use]
    pub fn new(name: &str, spikes: SpikeTrains, n_ticks: u32) -> Self {
        Self { name: name.to_owned(), spikes, n_ticks, n_merged: 0, n_dropped: 0 }
    }

    /// A sample of `(tick, neuron)` pairs; pairs that are there several times count once.
    #[must_use]
    pub fn from_spikes(name: &str, mut spikes: Vec<(u32, u32)>, n_ticks: u32) -> Self {
        let given = spikes.len();
        spikes.sort_unstable();
        spikes.dedup();
        let n_merged = (given - spikes.len()) as u64;
        Self { n_merged, ..Self::new(name, SpikeTrains::from_events(spikes), n_ticks) }
    }

    /// A sample from a (ticks, neurons) array in C order: every number that is not 0 is a spike. The chip's spikes have no size, so only
    /// whole numbers from 0 on are taken; those above 1 count once and are told.
    ///
    /// # Errors
    /// [`DeployError::Data`] for other numbers, or if the values are no whole number of ticks.
    pub fn from_dense(name: &str, values: &[f64], n_neurons: usize) -> Result<Self, DeployError> {
        let problem = |problem: String| Err(DeployError::Data(format!("sample `{name}`: {problem}")));
        if n_neurons == 0 || !values.len().is_multiple_of(n_neurons) {
            return problem(format!(
                "{} values are no whole number of ticks of {n_neurons} neurons",
                values.len()
            ));
        }
        let Ok(n_ticks) = u32::try_from(values.len() / n_neurons) else {
            return problem(format!("{} ticks are more than a run can have", values.len() / n_neurons));
        };
        let (mut spikes, mut n_merged) = (Vec::new(), 0);
        for (at, &value) in values.iter().enumerate().filter(|(_, value)| **value != 0.0) {
            let (tick, neuron) = (at / n_neurons, at % n_neurons);
            if !(value.fract() == 0.0 && (0.0..=1e9).contains(&value)) {
                return problem(format!(
                    "neuron {neuron} has {value} in tick {tick}; spikes are 0 or 1 (counts are taken as 1): encode values as spikes first"
                ));
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
            {
                n_merged += value as u64 - 1;
            }
            spikes.push((tick as u32, neuron as u32));
        }
        Ok(Self { n_merged, ..Self::new(name, SpikeTrains::from_events(spikes), n_ticks) })
    }

    /// Checks that the spikes fit an input of `size` neurons, and that the sample has an end.
    ///
    /// # Errors
    /// [`DeployError::Data`] that names the first neuron beyond, or the ticks.
    pub fn check(&self, input: &str, size: u32) -> Result<(), DeployError> {
        if self.n_ticks > MAX_TICKS {
            return Err(DeployError::Data(format!(
                "sample `{}`: {} ticks; at most {MAX_TICKS} are run, so its times may be in another unit than ticks",
                self.name, self.n_ticks
            )));
        }
        match self.spikes.neurons().iter().find(|&&neuron| neuron >= size) {
            None => Ok(()),
            Some(neuron) => Err(DeployError::Data(format!(
                "sample `{}`: a spike of neuron {neuron}, but input `{input}` has {size} neurons (0 to {})",
                self.name,
                size.saturating_sub(1)
            ))),
        }
    }
}
