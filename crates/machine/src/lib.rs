//! What the SpiNNaker hardware is: chips, boards, tori, links, memories, and their published numbers.
#![deny(missing_docs)]

mod chip;
mod error;
mod facts;
mod faults;
mod file;
mod geometry;
mod machine;
mod spec;
mod topology;

pub use chip::{
    ChipSpec, DramSpec, Generation, LinkClass, LinkSpec, LinksSpec, NocSpec, PeSpec, PerformanceLevel,
    RouterSpec,
};
pub use error::MachineError;
pub use facts::{Confidence, Fact, FactRow, facts, spinnaker1, spinnaker2};
pub use faults::{CoreFault, DrawnFaults, Faults, LinkFault};
pub use geometry::{ChipXy, HexVector, Link};
pub use machine::Machine;
pub use spec::{Layout, MachineSpec};
