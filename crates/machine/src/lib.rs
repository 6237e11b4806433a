//! What the SpiNNaker hardware **is**: processing elements, chips, boards, tori, links, memories and clocks, and
//! every hardware number of the project with its unit, its source and how far it can be trusted.
//!
//! One decision shapes the crate: a [`Machine`] is its description and nothing else. Coordinates, neighbours,
//! boards and distances are arithmetic, so the 5,253,120 processing elements of the Dresden installation cost as
//! much memory as one chip, and only broken parts are stored. The price is that no chip can differ from another
//! except by a fault.
//!
//! **What it does not know.** Neurons, networks, placement and time: what runs on the hardware, and how fast, is the
//! business of other crates.
//!
//! ```
//! use gennaker_machine::{ChipXy, Link, Machine, MachineSpec};
//!
//! let board = Machine::new(MachineSpec::parse("board")?)?;
//! assert_eq!(board.n_chips(), 48);
//! assert_eq!(board.application_cores(board.boot_chip()).count(), 148);
//! assert_eq!(board.neighbour(ChipXy::new(0, 0), Link::NorthEast), Some(ChipXy::new(1, 1)));
//! assert_eq!(board.neighbour(ChipXy::new(0, 0), Link::West), None);
//!
//! let dresden = Machine::new(MachineSpec::dresden())?;
//! assert_eq!((dresden.width(), dresden.height()), (192, 180));
//! assert_eq!(dresden.distance(ChipXy::new(0, 0), ChipXy::new(191, 179)), 1);
//! # Ok::<(), gennaker_machine::MachineError>(())
//! ```
//!
//! # Machine files
//!
//! A machine file is TOML. `preset` names where to start (`chip`, `board`, `boards:N`, `frame`, `rack`, `dresden` or
//! `spinn5`; without it, the board of the given `generation`), and any other key replaces one field of
//! [`MachineSpec`]; tables are merged, lists are replaced. Chips are written `[x, y]`.
//!
//! ```
//! # use gennaker_machine::{ChipXy, Link, Machine, MachineSpec};
//! let file = r#"
//! preset = "board"
//! name = "lab board with a smaller budget"
//! boot_chip = [1, 1]
//!
//! [chip]
//! application_pes = 150          # two PEs for system software instead of four
//! pe.event_fifo_words = 1024
//! router.table_entries = 1024
//!
//! [faults]
//! chips = [[3, 4]]
//! links = [{ chip = [0, 0], link = "north_east" }]
//! cores = [{ chip = [2, 2], core = 17 }]
//! drawn = { seed = 7, core_probability = 0.01 }
//! "#;
//! let machine = Machine::new(MachineSpec::from_toml(file)?)?;
//! assert_eq!(machine.n_chips(), 47);
//! assert_eq!(machine.neighbour(ChipXy::new(1, 1), Link::SouthWest), None);
//! assert!(!machine.application_cores(ChipXy::new(2, 2)).any(|core| core == 17));
//! # Ok::<(), gennaker_machine::MachineError>(())
//! ```
//!
//! Other layouts than a preset's are `layout = { boards = 6 }` and
//! `layout = { grid = { width = 4, height = 3, wraps = true } }`.
//!
//! # Numbers
//!
//! [`facts`] lists every number, and [`spinnaker2`] and [`spinnaker1`] hold them as constants. A row whose key starts
//! with `chip.` is the default of the field with that name.
//!
//! ```
//! use gennaker_machine::{Confidence, spinnaker2};
//!
//! assert_eq!(spinnaker2::SRAM_BYTES.value, 131_072);
//! assert_eq!(spinnaker2::EVENT_FIFO_WORDS.confidence, Confidence::Assumed);
//! ```
#![deny(missing_docs)]

mod check;
mod chip;
mod error;
mod facts;
mod faults;
mod file;
mod geometry;
mod machine;
mod quad;
mod spec;
mod summary;
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
pub use quad::{CorePosition, Quad};
pub use spec::{Layout, MachineSpec};
pub use summary::MachineSummary;
