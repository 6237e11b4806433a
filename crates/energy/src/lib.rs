//! What the hardware would do with a mapped network: work in cycles, clock levels, time, traffic and energy.
//!
//! **What it does not know.** Neuron equations, files, host memory, how spikes came about.
#![deny(missing_docs)]

mod coefficients;
mod cycles;
mod error;
mod levels;

pub use coefficients::Coefficients;
pub use cycles::{PeCycles, Work};
pub use error::EnergyError;
pub use levels::{DEFAULT_MARGIN, DEFAULT_THRESHOLD, LevelPolicy, Levels};
