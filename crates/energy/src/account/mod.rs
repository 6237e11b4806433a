//! The account: counts, assumptions in; time, energy, overload out.

mod accountant;
mod fold;
mod options;
mod powered;
mod report;
mod trace;

pub use accountant::Accountant;
pub use options::{AccountOptions, PoweredParts, UnusedPes};
pub use report::{Account, LinkAccount, PeAccount, RouterAccount};
pub use trace::{Overview, Trace, TraceRequest};
