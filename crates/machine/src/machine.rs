//! The machine as the rest of the project asks about it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::check::check;
use crate::chip::{Generation, LinkClass};
use crate::error::MachineError;
use crate::faults::FaultSet;
use crate::geometry::{ChipXy, HexVector, Link};
use crate::quad::CorePosition;
use crate::spec::MachineSpec;
use crate::topology::Topology;

/// A checked machine. It stores its description and its faults and calculates everything else, so that a machine of
/// any size takes kilobytes; a clone shares both.
///
/// It is saved as its [`MachineSpec`] and checked again when read.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "MachineSpec", into = "MachineSpec")]
pub struct Machine {
    spec: Arc<MachineSpec>,
    topology: Topology,
    faults: Arc<FaultSet>,
}

impl Machine {
    /// Checks a description and makes the machine.
    ///
    /// # Errors
    /// Any [`MachineError`] that names a field of `spec`.
    pub fn new(spec: MachineSpec) -> Result<Machine, MachineError> {
        let topology = spec.layout.topology()?;
        check(&spec, &topology)?;
        let faults = FaultSet::new(&spec.faults, &topology, spec.chip.n_pes, spec.boot_chip);
        Ok(Machine { spec: Arc::new(spec), topology, faults: Arc::new(faults) })
    }

    /// The description that this machine was made from.
    pub fn spec(&self) -> &MachineSpec {
        &self.spec
    }

    /// Columns of the bounding rectangle, in chips.
    pub fn width(&self) -> u16 {
        self.topology.width
    }

    /// Rows of the bounding rectangle, in chips.
    pub fn height(&self) -> u16 {
        self.topology.height
    }

    /// Whether opposite edges are joined to a torus.
    pub fn wraps(&self) -> bool {
        self.topology.wraps
    }

    /// Number of chips that work.
    pub fn n_chips(&self) -> usize {
        self.topology.n_chips() - self.faults.chips.len()
    }

    /// The chips that work, in ascending order of column, then row.
    pub fn chips(&self) -> impl Iterator<Item = ChipXy> + '_ {
        self.topology.chips().filter(|chip| !self.faults.chips.contains(chip))
    }

    /// Whether the chip exists and works.
    pub fn contains(&self, chip: ChipXy) -> bool {
        self.topology.contains(chip) && !self.faults.chips.contains(&chip)
    }

    /// The working chip behind a working link of a working chip, or `None`. A link is dead if either direction is.
    pub fn neighbour(&self, chip: ChipXy, link: Link) -> Option<ChipXy> {
        let alive = self.contains(chip) && !self.faults.links.contains(&(chip, link));
        alive.then(|| self.topology.neighbour(chip, link)).flatten().filter(|&there| self.contains(there))
    }

    /// The chip behind a link if nothing were broken, or `None` where the machine ends. On a torus one chip wide, a
    /// link that would lead back to its own chip counts as absent.
    pub fn ideal_neighbour(&self, chip: ChipXy, link: Link) -> Option<ChipXy> {
        self.topology.neighbour(chip, link)
    }

    /// Core ids that applications may use on this chip, ascending. Of the PEs that work, the last
    /// `n_pes - application_pes` are kept for system software (how many is published, which ones is assumed); core 0 is
    /// the management core. Empty where no chip works.
    pub fn application_cores(&self, chip: ChipXy) -> impl Iterator<Item = u8> + '_ {
        let dead = self.faults.cores.get(&chip).copied().unwrap_or_default();
        let working = (1..=self.spec.chip.n_pes).filter(move |&core| !dead.contains(core));
        working.take(self.n_application_cores(chip))
    }

    /// Number of PEs that applications may use on this chip, 0 where no chip works.
    pub fn n_application_cores(&self, chip: ChipXy) -> usize {
        if !self.contains(chip) {
            return 0;
        }
        let dead = self.faults.cores.get(&chip).map_or(0, |mask| mask.len());
        usize::from(self.spec.chip.application_pes).saturating_sub(dead)
    }

    /// Where a PE lies on its chip. `None` for the management core, for ids above `n_pes`, and on SpiNNaker1, whose
    /// cores all share one path to the router.
    pub fn core_position(&self, core: u8) -> Option<CorePosition> {
        let placed = self.spec.generation == Generation::Spinnaker2 && core <= self.spec.chip.n_pes;
        placed.then(|| CorePosition::of(core)).flatten()
    }

    /// Links that a packet crosses between two chips of a machine without faults.
    ///
    /// On a board alone this is the distance on the endless mesh, which equals the distance on the board; yet single
    /// shortest paths may leave the outline, and a router has to repair those.
    pub fn distance(&self, from: ChipXy, to: ChipXy) -> u32 {
        self.topology.distance(from, to)
    }

    /// All shortest displacements between two chips, ascending and without repetition: one on a mesh, up to four on
    /// a torus. On a torus at least twice as long as wide, further ones of equal length wind around it; they are not
    /// listed.
    pub fn minimal_vectors(&self, from: ChipXy, to: ChipXy) -> Vec<HexVector> {
        self.topology.minimal_vectors(from, to)
    }

    /// The chip to which the host is connected. It always works.
    pub fn boot_chip(&self) -> ChipXy {
        self.spec.boot_chip
    }

    /// South-west corner of the square that encloses the chip's board, which names the board; `None` off the machine.
    /// On a torus the board may lie across the seam.
    pub fn board_of(&self, chip: ChipXy) -> Option<ChipXy> {
        self.topology.board_of(chip)
    }

    /// The boards, each named by its south-west corner, in ascending order.
    pub fn boards(&self) -> Vec<ChipXy> {
        self.topology.boards()
    }

    /// The boards in an order in which every 18 fill a frame and every 90 a rack; `None` if they are no whole frames.
    ///
    /// That frames and racks hold so many boards is published; which boards of the torus these are is not: here they are
    /// neighbours, so that the frame is the smallest set of whole columns or parts of columns of triads.
    pub fn boards_by_frame(&self) -> Option<Vec<ChipXy>> {
        self.topology.boards_by_frame()
    }

    /// Which kind of link this is, or `None` where the machine ends. Faults do not matter.
    pub fn link_class(&self, chip: ChipXy, link: Link) -> Option<LinkClass> {
        let there = self.topology.neighbour(chip, link)?;
        let same_board = self.board_of(chip) == self.board_of(there);
        Some(if same_board { LinkClass::Short } else { LinkClass::Long })
    }

    pub(crate) fn topology(&self) -> &Topology {
        &self.topology
    }

    pub(crate) fn n_dead_pes(&self) -> usize {
        self.faults.n_dead_cores()
    }
}

impl TryFrom<MachineSpec> for Machine {
    type Error = MachineError;

    fn try_from(spec: MachineSpec) -> Result<Self, MachineError> {
        Machine::new(spec)
    }
}

impl From<Machine> for MachineSpec {
    fn from(machine: Machine) -> Self {
        Arc::unwrap_or_clone(machine.spec)
    }
}

impl PartialEq for Machine {
    fn eq(&self, other: &Self) -> bool {
        self.spec == other.spec
    }
}
