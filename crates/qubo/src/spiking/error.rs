//! What no network can do.

use crate::solver::{Discipline, SolverError};

/// Why a problem cannot be laid out as a spiking network.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SpikingError {
    /// Options that the solver refuses, too.
    #[error(transparent)]
    Solver(#[from] SolverError),
    /// A problem without variables.
    #[error("the problem has no variables, so there are no neurons to run; its only energy is its offset")]
    Empty,
    /// A discipline that is not local.
    #[error(
        "`{found}` is no discipline for a network: a machine advances all neurons in a tick, and none knows what the others are about to \
         do; use colour, refractory or gate, or solve on the host"
    )]
    Discipline {
        /// The discipline.
        found: Discipline,
    },
    /// A list of temperatures.
    #[error(
        "a custom schedule is a list that neurons do not keep; use geometric, linear, fowler-nordheim or constant, or solve on the host"
    )]
    Schedule,
    /// Fields that potentials cannot hold.
    #[error(
        "a spin of this problem can feel a field of {largest}, but a neuron's potential is exact up to {limit} only: {missing} bits are missing; \
         take out common factors, scale the problem down, or solve on the host, which has 64 bits"
    )]
    Potential {
        /// The largest local field.
        largest: i64,
        /// The largest exact potential.
        limit: i64,
        /// Bits by which it is larger.
        missing: u32,
    },
    /// More spins than pairs of neurons can be numbered.
    #[error(
        "the problem has {found} spins, but a population holds at most 2147483647 pairs of neurons; use the coding `states`"
    )]
    TooManySpins {
        /// Spins.
        found: u32,
    },
    /// More neurons and synapses than memory is meant for.
    #[error(
        "{n_replicas} replicas of {n_neurons} neurons and {n_synapses} synapses each are more than memory is meant for, which is {most}; lay out fewer \
         at a time, with seeds of their own, or use the coding `states`, which takes a quarter of the synapses"
    )]
    TooLarge {
        /// The replicas.
        n_replicas: u32,
        /// Neurons of each.
        n_neurons: u64,
        /// Synapses of each.
        n_synapses: u64,
        /// The most replicas that are laid out.
        most: u64,
    },
    /// A coding's name that is not known.
    #[error("`{found}` is not a coding of spikes; known are changes (ON and OFF neurons) and states")]
    UnknownCoding {
        /// The text.
        found: String,
    },
    /// Spikes of another network.
    #[error("the spikes are not those of this network: {problem}")]
    Foreign {
        /// What is wrong.
        problem: String,
    },
}
