//! What can go wrong between a network and its run.

use gennaker_network::NetworkError;
use thiserror::Error;

/// Why a run cannot start or a checkpoint cannot be taken up.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The network description is wrong.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The operating system gave no threads.
    #[error("cannot start {threads} threads: {reason}; ask for fewer")]
    Threads {
        /// Threads asked for.
        threads: usize,
        /// What the system said.
        reason: String,
    },
    /// A block of targets would hold more synapses from one projection than a row index can address.
    #[error(
        "projection `{projection}`: {n_synapses} synapses onto one block of neurons; at most {} are supported; split it",
        u32::MAX - 1
    )]
    TooManySynapses {
        /// Projection name.
        projection: String,
        /// Synapses drawn.
        n_synapses: u64,
    },
    /// Spikes were to be replaced in the middle of a run.
    #[error(
        "spikes can be replaced before the first tick only, and {tick} ticks have been run; reset the simulation first"
    )]
    Running {
        /// Ticks run.
        tick: u32,
    },
    /// A number that names no population.
    #[error("there is no population number {population}; the network has {n_populations}, numbered from 0")]
    NoPopulation {
        /// The number given.
        population: usize,
        /// Populations of the network.
        n_populations: usize,
    },
    /// Bytes that are not a checkpoint, or not a whole one.
    #[error("not a usable checkpoint: {problem}")]
    Checkpoint {
        /// What is wrong with it.
        problem: String,
    },
}
