//! The mapped machine.
//!
//! **What it does not know.** Files.
#![deny(missing_docs)]

mod error;
mod literal;

pub use error::FabricError;
pub use literal::LiteralMachine;
