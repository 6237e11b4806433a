//! The description of a machine: what a preset names and what a machine file holds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::chip::{ChipSpec, Generation};
use crate::error::MachineError;
use crate::facts::spinnaker2 as s2;
use crate::faults::Faults;
use crate::geometry::ChipXy;
use crate::topology::Topology;

/// Largest side of a [`Layout::Grid`], in chips.
const MAX_GRID_SIDE: u16 = 1_024;

/// Everything that has to be said about a machine. Plain data: any value may be written down, and
/// [`crate::Machine::new`] checks it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineSpec {
    /// Name for reports and messages.
    pub name: String,
    /// Which chip it is built from.
    pub generation: Generation,
    /// How many chips there are and how they are wired.
    pub layout: Layout,
    /// The chip to which the host is connected. Default (0, 0), which is assumed: no source gives its coordinates.
    pub boot_chip: ChipXy,
    /// What every chip is.
    pub chip: ChipSpec,
    /// What does not work.
    pub faults: Faults,
}

/// How many chips a machine has and how they are wired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Layout {
    /// This many 48-chip boards: 1 is a board alone with open edges; a multiple of 3 is a torus of triads, the
    /// squarest one that these boards make and wider than tall. Other numbers are refused.
    Boards(u32),
    /// A rectangle of chips on one board, without the hexagonal outline. For single chips, and for small tori in tests.
    Grid {
        /// Columns, 1 to 1,024.
        width: u16,
        /// Rows, 1 to 1,024.
        height: u16,
        /// Whether opposite edges are joined.
        wraps: bool,
    },
}

impl MachineSpec {
    /// Names accepted by [`MachineSpec::parse`]; `boards:N` stands for a number of boards.
    pub const PRESETS: [&str; 7] = ["chip", "board", "boards:N", "frame", "rack", "dresden", "spinn5"];

    /// The machine that a preset names, such as `board` or `boards:24`.
    ///
    /// # Errors
    /// [`MachineError::UnknownPreset`] or [`MachineError::BoardCount`].
    pub fn parse(text: &str) -> Result<Self, MachineError> {
        match text.trim() {
            "chip" => Ok(Self::single_chip()),
            "board" => Ok(Self::board()),
            "frame" => Self::boards(s2::BOARDS_PER_FRAME.value),
            "rack" => Self::boards(s2::BOARDS_PER_RACK.value),
            "dresden" => Ok(Self::dresden()),
            "spinn5" => Ok(Self::spinn5()),
            other => match other.strip_prefix("boards:") {
                Some(count) => count.parse().map_err(|_| board_count(count, 3)).and_then(Self::boards),
                None => Err(unknown_preset(other)),
            },
        }
        .map(|spec| Self { name: text.trim().to_owned(), ..spec })
    }

    /// One SpiNNaker2 chip without neighbours.
    pub fn single_chip() -> Self {
        Self::with_layout("chip", Generation::Spinnaker2, Layout::Grid { width: 1, height: 1, wraps: false })
    }

    /// One 48-chip SpiNNaker2 board alone.
    pub fn board() -> Self {
        Self::with_layout("board", Generation::Spinnaker2, Layout::Boards(1))
    }

    /// A machine of `n` SpiNNaker2 boards, 1 or a multiple of 3 up to 1,440.
    ///
    /// # Errors
    /// [`MachineError::BoardCount`] for any other number.
    pub fn boards(n: u32) -> Result<Self, MachineError> {
        let layout = Layout::Boards(n);
        layout.topology()?;
        Ok(Self::with_layout(&layout.to_string(), Generation::Spinnaker2, layout))
    }

    /// The Dresden installation: 720 boards in eight racks.
    pub fn dresden() -> Self {
        Self::with_layout("dresden", Generation::Spinnaker2, Layout::Boards(s2::BOARDS_DRESDEN.value))
    }

    /// A 48-chip SpiNNaker1 board, for comparison with the older system.
    pub fn spinn5() -> Self {
        Self::with_layout("spinn5", Generation::Spinnaker1, Layout::Boards(1))
    }

    /// A rectangle of SpiNNaker2 chips, 1 to 1,024 on a side, with or without joined edges.
    pub fn grid(width: u16, height: u16, wraps: bool) -> Self {
        let layout = Layout::Grid { width, height, wraps };
        Self::with_layout(&layout.to_string(), Generation::Spinnaker2, layout)
    }

    fn with_layout(name: &str, generation: Generation, layout: Layout) -> Self {
        MachineSpec {
            name: name.to_owned(),
            generation,
            layout,
            boot_chip: ChipXy::new(0, 0),
            chip: ChipSpec::of(generation),
            faults: Faults::default(),
        }
    }
}

impl FromStr for MachineSpec {
    type Err = MachineError;

    fn from_str(text: &str) -> Result<Self, MachineError> {
        MachineSpec::parse(text)
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Layout::Boards(n) => write!(f, "boards:{n}"),
            Layout::Grid { width, height, wraps: true } => write!(f, "{width} x {height} torus"),
            Layout::Grid { width, height, wraps: false } => write!(f, "{width} x {height} grid"),
        }
    }
}

impl Layout {
    pub(crate) fn topology(self) -> Result<Topology, MachineError> {
        match self {
            Layout::Boards(1) => Ok(Topology::board()),
            Layout::Boards(n) => triad_torus(n),
            Layout::Grid { width, height, wraps } => grid(width, height, wraps),
        }
    }
}

fn grid(width: u16, height: u16, wraps: bool) -> Result<Topology, MachineError> {
    let sides = 1..=MAX_GRID_SIDE;
    if sides.contains(&width) && sides.contains(&height) {
        return Ok(Topology::rectangle(width, height, wraps));
    }
    Err(MachineError::OutOfRange {
        machine: format!("{width} x {height}"),
        key: "layout.grid",
        value: format!("{width} x {height} chips"),
        range: format!("1 x 1 to {MAX_GRID_SIDE} x {MAX_GRID_SIDE}"),
        remedy: "choose both sides inside this range",
    })
}

fn triad_torus(boards: u32) -> Result<Topology, MachineError> {
    let per_triad = s2::BOARDS_PER_TRIAD.value;
    if boards == 0 || !boards.is_multiple_of(per_triad) || boards > s2::BOARDS_MAX.value {
        return Err(board_count(&boards.to_string(), boards));
    }
    let triads = boards / per_triad;
    let rows = (1..=triads.isqrt()).rev().find(|rows| triads.is_multiple_of(*rows)).unwrap_or(1);
    // At most 480 triads in a row, so neither side can exceed 5,760 chips.
    Ok(Topology::triads((triads / rows) as u16, rows as u16))
}

fn board_count(given: &str, near: u32) -> MachineError {
    let (step, max) = (s2::BOARDS_PER_TRIAD.value, s2::BOARDS_MAX.value);
    let suggestion = near.clamp(step, max).next_multiple_of(step);
    MachineError::BoardCount { given: given.to_owned(), max, suggestion }
}

fn unknown_preset(given: &str) -> MachineError {
    MachineError::UnknownPreset { given: given.to_owned(), known: MachineSpec::PRESETS.join(", ") }
}
