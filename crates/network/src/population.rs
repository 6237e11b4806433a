//! Populations: how many neurons of which model, with which parameters, and what to record of them.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::error::NetworkError;
use crate::model::{Model, ParameterDefault};
use crate::parameter::{Parameter, Resolved, resolve};
use crate::spike_trains::SpikeTrains;
use crate::validate;

/// A group of neurons of one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Population {
    /// Name, unique in the network.
    pub name: String,
    /// Number of neurons.
    pub size: u32,
    /// Grid that the neurons stand on, slowest axis first, for distance-dependent connectors; empty means a line.
    pub shape: Vec<u32>,
    /// Neuron model.
    pub model: Model,
    /// Parameters that differ from the model's defaults.
    pub parameters: BTreeMap<String, Parameter>,
    /// The spikes that a `spike_list` sends; empty for all other models.
    pub spikes: SpikeTrains,
    /// What to record.
    pub record: Vec<Recording>,
    /// User limit on neurons per core; `None` leaves it to the tool chain.
    pub max_atoms_per_core: Option<u32>,
}

impl Population {
    /// A population with the model's default parameters that records nothing.
    #[must_use]
    pub fn new(name: &str, size: u32, model: Model) -> Self {
        Self {
            name: name.to_owned(),
            size,
            shape: Vec::new(),
            model,
            parameters: BTreeMap::new(),
            spikes: SpikeTrains::default(),
            record: Vec::new(),
            max_atoms_per_core: None,
        }
    }

    /// Sets one parameter.
    #[must_use]
    pub fn with(mut self, parameter: &str, value: impl Into<Parameter>) -> Self {
        self.parameters.insert(parameter.to_owned(), value.into());
        self
    }

    /// Sets the spikes of a `spike_list`.
    #[must_use]
    pub fn with_spikes(mut self, spikes: SpikeTrains) -> Self {
        self.spikes = spikes;
        self
    }

    /// Whether the population can send these spikes: it must be a `spike_list` and have all their neurons.
    ///
    /// # Errors
    /// [`NetworkError::ParameterValue`] for another model,
    /// [`NetworkError::IndexOutOfRange`] for a neuron that does not exist.
    pub fn check_spikes(&self, spikes: &SpikeTrains) -> Result<(), NetworkError> {
        validate::check_spikes(self, spikes)
    }

    /// Puts the neurons on a grid, slowest axis first; the product must equal the size.
    #[must_use]
    pub fn with_shape(mut self, shape: &[u32]) -> Self {
        self.shape = shape.to_vec();
        self
    }

    /// Records a variable of all neurons in every tick.
    #[must_use]
    pub fn recording(mut self, variable: &str) -> Self {
        self.record.push(Recording::all(variable));
        self
    }

    /// Limits the neurons per core.
    #[must_use]
    pub fn with_max_atoms_per_core(mut self, atoms: u32) -> Self {
        self.max_atoms_per_core = Some(atoms);
        self
    }

    /// The values of a numeric parameter: as given, else the model's default. `index` is the population's place in its network.
    ///
    /// # Panics
    /// If the model has no such numeric parameter or a required one is missing (validation reports both as errors).
    #[must_use]
    pub fn resolve(&self, parameter: &str, seed: u64, index: usize) -> Resolved {
        self.resolve_range(parameter, seed, index, 0..self.size)
    }

    /// [`Self::resolve`] for some of the neurons only; neuron `neurons.start` is then number 0 of the result. Cost:
    /// proportional to these neurons.
    ///
    /// # Panics
    /// As [`Self::resolve`], or if there are no such neurons.
    #[must_use]
    pub fn resolve_range(&self, parameter: &str, seed: u64, index: usize, neurons: Range<u32>) -> Resolved {
        let (slot, descriptor) =
            self.model.descriptor().parameter(parameter).expect("a parameter of the model");
        let given = self.parameters.get(parameter);
        match (given, descriptor.default) {
            (Some(value), _) => resolve(value, neurons, seed, index as u32, slot as u32).expect("a number"),
            (None, ParameterDefault::Number(value)) => Resolved::Shared(value),
            (None, _) => panic!("parameter `{parameter}` has no numeric default"),
        }
    }

    /// The chosen name of a choice parameter, such as `reset`.
    ///
    /// # Panics
    /// If the model has no such choice parameter.
    #[must_use]
    pub fn choice(&self, parameter: &str) -> &str {
        let (_, descriptor) = self.model.descriptor().parameter(parameter).expect("a parameter of the model");
        match (self.parameters.get(parameter), descriptor.default) {
            (Some(Parameter::Text(text)), _) => text,
            (_, ParameterDefault::Choice(names)) => names[0],
            _ => panic!("parameter `{parameter}` is not a choice"),
        }
    }

    /// Whether a recording of `variable` was asked for.
    #[must_use]
    pub fn records(&self, variable: &str) -> bool {
        self.record.iter().any(|r| r.variable == variable)
    }

    /// Whether any parameter differs between neurons.
    #[must_use]
    pub fn has_individual_parameters(&self) -> bool {
        self.parameters.values().any(|p| match p {
            Parameter::Array(values) => values.len() > 1,
            Parameter::Random(_) => true,
            Parameter::Number(_) | Parameter::Text(_) => false,
        })
    }
}

/// One variable to record: of which neurons, in which ticks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// `spikes`, or a state variable of the model.
    pub variable: String,
    /// Which neurons.
    pub neurons: Selection,
    /// First tick recorded.
    pub start: u32,
    /// First tick not recorded any more; `None` records to the end.
    pub stop: Option<u32>,
    /// Every how many ticks a state variable is sampled, from `start` on; spikes are always all taken.
    pub every: u32,
}

impl Recording {
    /// All neurons, every tick.
    #[must_use]
    pub fn all(variable: &str) -> Self {
        Self { variable: variable.to_owned(), neurons: Selection::All, start: 0, stop: None, every: 1 }
    }

    /// Only the given neurons.
    #[must_use]
    pub fn of(variable: &str, neurons: Vec<u32>) -> Self {
        Self { neurons: Selection::Only(neurons), ..Self::all(variable) }
    }

    /// Whether `tick` is sampled.
    #[must_use]
    pub fn samples(&self, tick: u32) -> bool {
        self.in_window(tick) && (tick - self.start).is_multiple_of(self.every.max(1))
    }

    /// Whether `tick` lies between `start` and `stop`.
    #[must_use]
    pub fn in_window(&self, tick: u32) -> bool {
        tick >= self.start && self.stop.is_none_or(|stop| tick < stop)
    }

    /// How many of the ticks `0..timesteps` are sampled.
    #[must_use]
    pub fn n_samples(&self, timesteps: u32) -> u32 {
        let stop = self.stop.unwrap_or(timesteps).min(timesteps);
        stop.saturating_sub(self.start).div_ceil(self.every.max(1))
    }

    /// How many neurons of a population of `size` are recorded.
    #[must_use]
    pub fn n_neurons(&self, size: u32) -> u32 {
        match &self.neurons {
            Selection::All => size,
            Selection::Only(list) => list.len() as u32,
        }
    }
}

/// Which neurons of a population.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Selection {
    /// All of them.
    All,
    /// These, in this order.
    Only(Vec<u32>),
}
