//! Spikes that were sent, as runs record them.

use serde::{Deserialize, Serialize};

/// Spikes as two arrays of equal length, sorted by tick, then neuron.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SpikeRecording {
    /// Tick of each spike.
    pub ticks: Vec<u32>,
    /// Neuron of each spike.
    pub neurons: Vec<u32>,
}
