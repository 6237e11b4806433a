//! What can go wrong between options and solutions.

use crate::QuboError;

/// Why a problem was not solved.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SolverError {
    /// Parallel updates without a guard.
    #[error(
        "`parallel` lets all neurons decide on the potentials of the previous tick: neighbours flip together and the state swings \
         between two patterns instead of settling (16 % below the best cut of G1, however long it runs); use `colour`, `refractory`, \
         `gate` or `one`, or ask for `unguarded-parallel` by name to see it"
    )]
    Unguarded,
    /// A discipline's name that is not known.
    #[error(
        "`{found}` is not an update discipline; known are sequential, random, one, gate(p), refractory(shift), colour and \
         unguarded-parallel"
    )]
    UnknownDiscipline {
        /// The text.
        found: String,
    },
    /// A gate that is always open or always shut.
    #[error(
        "gate({found}): the probability that a neuron has its turn has to be from 1e-9 to below 1; at 1 nothing is guarded, which is \
         `unguarded-parallel`"
    )]
    Gate {
        /// The probability.
        found: f64,
    },
    /// A rest that is always 0.
    #[error(
        "refractory({found}): the shift has to be 0 to 7; beyond that no neuron rests and nothing is guarded, which is \
         `unguarded-parallel`"
    )]
    Refractory {
        /// The shift.
        found: u32,
    },
    /// A parameter of the schedule out of range.
    #[error("the schedule's {what} is {found}, but has to be {allowed}")]
    Schedule {
        /// Which parameter.
        what: &'static str,
        /// Its value.
        found: f64,
        /// The range, in words.
        allowed: &'static str,
    },
    /// A number of ticks, anneals or replicas that is 0 or too large.
    #[error("{what} is {found}, but has to be 1 to {limit}")]
    Count {
        /// What is counted.
        what: &'static str,
        /// The number.
        found: u64,
        /// The largest.
        limit: u64,
    },
    /// A state to begin with that does not fit the problem.
    #[error("the state to begin with: {0}")]
    Initial(QuboError),
    /// The kept energy of a state is not the one that its spins have: a fault of this crate.
    #[error(
        "replica {replica}: the energy of the best state was kept as {kept} but is {exact} when evaluated anew; this is a fault of the \
         solver, please report it with problem, options and seed"
    )]
    EnergyMismatch {
        /// The replica.
        replica: u32,
        /// The energy that was kept.
        kept: i64,
        /// The energy of the spins.
        exact: i64,
    },
}
