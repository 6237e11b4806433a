//! How an answer is read off an output.

use serde::{Deserialize, Serialize};

/// What counts as an output neuron's value at the end of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Readout {
    /// How often it spiked.
    #[default]
    SpikeCount,
    /// Its potential after the last tick, in units of the graph.
    LastPotential,
    /// The largest of its potentials from the tick on at which a spike can first have arrived, in units of the graph.
    MaxPotential,
}

/// The values of an output's neurons.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Output {
    /// One for each neuron.
    pub values: Vec<f64>,
}

impl Output {
    /// The neuron with the largest value, the first of them where several share it; `None` without neurons.
    #[must_use]
    pub fn answer(&self) -> Option<usize> {
        let mut best = None;
        for (neuron, &value) in self.values.iter().enumerate() {
            if best.is_none_or(|(_, most)| value > most) {
                best = Some((neuron, value));
            }
        }
        best.map(|(neuron, _)| neuron)
    }
}
