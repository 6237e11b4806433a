//! The network: populations, projections and the seed.

use serde::{Deserialize, Serialize};

use crate::connector::Projection;
use crate::population::Population;

/// Everything a user wants to run. Results are a function of this, the options and the machine; of nothing else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Network {
    /// Name, for titles and reports.
    pub name: String,
    /// Seed of every random number in the network: connectivity, weights, delays, parameters, Poisson spikes.
    pub seed: u64,
    /// Populations; projections and results refer to them by position.
    pub populations: Vec<Population>,
    /// Projections.
    pub projections: Vec<Projection>,
}

impl Network {
    /// An empty network with seed 0.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), seed: 0, populations: Vec::new(), projections: Vec::new() }
    }

    /// Sets the seed.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Adds a population and returns its position.
    pub fn add_population(&mut self, population: Population) -> usize {
        self.populations.push(population);
        self.populations.len() - 1
    }

    /// Adds a projection and returns its position.
    pub fn add_projection(&mut self, projection: Projection) -> usize {
        self.projections.push(projection);
        self.projections.len() - 1
    }

    /// The position of the population called `name`.
    #[must_use]
    pub fn population_index(&self, name: &str) -> Option<usize> {
        self.populations.iter().position(|p| p.name == name)
    }

    /// Number of neurons and sources.
    #[must_use]
    pub fn n_neurons(&self) -> u64 {
        self.populations.iter().map(|p| u64::from(p.size)).sum()
    }
}
