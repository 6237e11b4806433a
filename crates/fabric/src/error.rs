//! What can be wrong before and during a run on the machine.

use gennaker_energy::EnergyError;
use gennaker_machine::{ChipXy, Link};
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
    /// An option outside its range.
    #[error("option `{option}` is {value}; give {range}")]
    Option {
        /// The option's name.
        option: &'static str,
        /// The value given.
        value: String,
        /// What it may be.
        range: String,
    },
    /// An option names a chip that the machine does not have.
    #[error("option `{option}` names chip {chip}, which is not on this machine or dead: remove it")]
    NoSuchChip {
        /// The option's name.
        option: &'static str,
        /// The chip.
        chip: ChipXy,
    },
    /// An option names a link that leads nowhere.
    #[error("option `links` names link {link} of chip {chip}, which leads nowhere or is dead: remove it")]
    NoSuchLink {
        /// The chip.
        chip: ChipXy,
        /// The link.
        link: Link,
    },
    /// A program for a core that is not there, is reserved, or has one already.
    #[error("core {core} of chip {chip} cannot run a program: {problem}")]
    BadCore {
        /// The chip.
        chip: ChipXy,
        /// The core.
        core: u8,
        /// Why.
        problem: &'static str,
    },
    /// A transfer that the DMA controller cannot do.
    #[error("DMA of {n_words} words on core {core} of chip {chip}: {problem}")]
    Dma {
        /// The chip.
        chip: ChipXy,
        /// The core that asked for it.
        core: u8,
        /// Words to transfer.
        n_words: u32,
        /// What is wrong and what to do.
        problem: &'static str,
    },
}
