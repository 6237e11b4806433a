//! What the hardware would do with a mapped network: work in cycles, clock levels, time, traffic and energy.
//!
//! **What it does not know.** Neuron equations, files, host memory, how spikes came about.
#![deny(missing_docs)]

mod account;
mod coefficients;
mod counting;
mod cycles;
mod error;
mod fanout;
mod levels;
mod matrix;
mod power;
mod replay;
mod together;
mod traffic;

pub use account::{
    Account, AccountOptions, Accountant, LinkAccount, PeAccount, PoweredParts, RouterAccount, Trace,
    TraceRequest, UnusedPes,
};
pub use coefficients::Coefficients;
pub use counting::{Counting, TickCounts};
pub use cycles::{PeCycles, Work};
pub use error::EnergyError;
pub use levels::{DEFAULT_MARGIN, DEFAULT_THRESHOLD, LevelPolicy, Levels};
pub use matrix::MatrixProduct;
pub use power::{Energy, LevelPower, Powered};
pub use replay::{Replay, replay};
pub use traffic::{DirectedLink, Traffic};
