//! The mapped machine.
//!
//! **What it does not know.** Files.
#![deny(missing_docs)]

mod chip;
mod dma;
mod error;
mod fabric;
mod inbox;
mod literal;
mod options;
mod packet;
mod pe;
mod program;
mod queue;
mod report;
mod routes;
mod snn;
mod time;
mod transport;

pub use error::FabricError;
pub use fabric::{Fabric, PeSetup};
pub use gennaker_network::SpikeRecording;
pub use literal::LiteralMachine;
pub use options::{ChipDrift, FabricOptions, FifoPolicy, LinkOptions, TickSource};
pub use packet::{Payload, Received};
pub use program::{Interrupt, Memory, Pe, Program};
pub use report::{FabricReport, Incident, LinkReport, Mishap, PeReport, Queue, RouterReport, Totals};
pub use snn::{EventMachine, EventOptions, EventReport, SlicePlace, TickWork, Trouble, What};
