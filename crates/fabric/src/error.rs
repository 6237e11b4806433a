//! What can be wrong before and during a run on the machine.

use gennaker_energy::EnergyError;
use gennaker_network::NetworkError;
use thiserror::Error;

/// Why a machine cannot run what it was given.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum FabricError {
    /// The network description is wrong.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A coefficient or a level policy is wrong.
    #[error(transparent)]
    Energy(#[from] EnergyError),
    /// A mapping that does not belong to the network or the machine.
    #[error("the mapping does not fit: {problem}; map the network again")]
    Mapping {
        /// What does not fit.
        problem: String,
    },
}
