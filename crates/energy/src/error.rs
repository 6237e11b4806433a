//! What can be wrong with an account: each message names the thing, the limit and the remedy.

use thiserror::Error;

/// Why something cannot be accounted for.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum EnergyError {
    /// A key that no coefficient has.
    #[error("unknown coefficient `{key}`; there are: {known}")]
    UnknownCoefficient {
        /// The key given.
        key: String,
        /// All keys, separated by commas.
        known: String,
    },
    /// A value that a coefficient cannot have.
    #[error("coefficient `{key}` is {value}; give {range}")]
    Coefficient {
        /// Its key.
        key: String,
        /// The value given.
        value: f64,
        /// What it may be, with the unit.
        range: String,
    },
    /// A performance level that the machine's PEs do not have.
    #[error("performance level {level} does not exist on this machine; its PEs have {known}")]
    NoSuchLevel {
        /// The level asked for.
        level: u8,
        /// The levels that exist.
        known: String,
    },
    /// A policy's name that is not one.
    #[error(
        "`{given}` is no level policy: give `low`, `high`, `auto`, `auto:N` (high from N packets on), `predictive`, \
         `predictive:MARGIN` or `pl0` to `pl3`"
    )]
    UnknownPolicy {
        /// What was given.
        given: String,
    },
    /// An option outside its range.
    #[error("{option} is {value}; give {range}")]
    Option {
        /// The option's name.
        option: &'static str,
        /// The value given.
        value: String,
        /// What it may be.
        range: &'static str,
    },
    /// No powers are known for this supply voltage.
    #[error(
        "no power is known for PEs at {supply_mv} mV (machine `{machine}`); the account knows SpiNNaker2's rails of \
         {low_mv} and {high_mv} mV"
    )]
    NoPower {
        /// Name of the machine.
        machine: String,
        /// The supply of one of its levels.
        supply_mv: u32,
        /// The lower rail known.
        low_mv: u32,
        /// The higher rail known.
        high_mv: u32,
    },
    /// Spikes, mapping, network and machine do not belong together.
    #[error("{what} do not belong together: {problem}")]
    Mismatch {
        /// What was compared, such as "the mapping and the spikes".
        what: &'static str,
        /// Where they differ.
        problem: String,
    },
    /// A population whose spikes are needed was not recorded.
    #[error(
        "the spikes of population `{population}` were not recorded, so its packets cannot be counted now: record `spikes` \
         of all its neurons in every tick, or have them counted during the run (`gennaker run --fidelity counted`)"
    )]
    NotRecorded {
        /// Its name.
        population: String,
    },
    /// More memory than is sensible.
    #[error("{what} needs {bytes} bytes, more than the {limit} allowed: {remedy}")]
    Memory {
        /// What it is for.
        what: &'static str,
        /// Bytes needed.
        bytes: u64,
        /// Bytes allowed.
        limit: u64,
        /// What to do.
        remedy: &'static str,
    },
}

impl EnergyError {
    /// Refuses what would take more memory than is sensible.
    pub(crate) fn check_memory(
        what: &'static str,
        bytes: u64,
        limit: u64,
        remedy: &'static str,
    ) -> Result<(), Self> {
        if bytes <= limit { Ok(()) } else { Err(Self::Memory { what, bytes, limit, remedy }) }
    }
}
