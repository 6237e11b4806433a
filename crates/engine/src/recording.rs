//! What a run leaves behind: plain arrays, ready for files, plots and NumPy.

use gennaker_network::SpikeRecording;
use serde::{Deserialize, Serialize};

/// Everything recorded, population by population in the network's order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Recordings {
    /// One entry per population of the network.
    pub populations: Vec<PopulationRecording>,
    /// Ticks that have been run since the last reset.
    pub timesteps: u32,
}

/// The recordings of one population.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PopulationRecording {
    /// Population name.
    pub name: String,
    /// Number of neurons.
    pub size: u32,
    /// Model name.
    pub model: String,
    /// Spikes, if they were recorded.
    pub spikes: Option<SpikeRecording>,
    /// State variables, in the order in which they were asked for.
    pub states: Vec<StateRecording>,
}

impl PopulationRecording {
    /// The recording of a state variable.
    #[must_use]
    pub fn state(&self, variable: &str) -> Option<&StateRecording> {
        self.states.iter().find(|s| s.variable == variable)
    }
}

/// Samples of one state variable.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StateRecording {
    /// Variable name.
    pub variable: String,
    /// Unit of the values.
    pub unit: String,
    /// Recorded neurons: the columns.
    pub neurons: Vec<u32>,
    /// Sampled ticks: the rows.
    pub ticks: Vec<u32>,
    /// Values, row by row: `values[row * neurons.len() + column]`.
    pub values: Values,
}

impl StateRecording {
    /// The samples of one recorded neuron (by column), as double precision.
    pub fn column(&self, column: usize) -> impl Iterator<Item = f64> + '_ {
        (0..self.ticks.len()).map(move |row| self.values.get(row * self.neurons.len() + column))
    }
}

/// Values in the precision in which they were computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Values {
    /// Single precision: the chip's arithmetic.
    F32(Vec<f32>),
    /// Double precision: the reference arithmetic.
    F64(Vec<f64>),
}

impl Default for Values {
    fn default() -> Self {
        Self::F32(Vec::new())
    }
}

impl Values {
    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::F32(values) => values.len(),
            Self::F64(values) => values.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One value as double precision.
    ///
    /// # Panics
    /// If `index` is out of range.
    #[must_use]
    pub fn get(&self, index: usize) -> f64 {
        match self {
            Self::F32(values) => f64::from(values[index]),
            Self::F64(values) => values[index],
        }
    }
}
