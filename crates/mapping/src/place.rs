//! Placement: one core for every slice.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;

use gennaker_machine::{ChipXy, Link, Machine};
use serde::{Deserialize, Serialize};

use crate::error::MappingError;
use crate::graph::{SliceDemand, SliceGraph};
use crate::options::Placer;
use crate::suggest::smallest_machine_with;

/// A core of a chip.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Place {
    /// The chip.
    pub chip: ChipXy,
    /// The core on it.
    pub core: u8,
}

/// Gives every slice a core of its own; results are in the order of the slices.
///
/// Only chips that the boot chip reaches over working links are used.
pub(crate) fn place(
    graph: &SliceGraph,
    machine: &Machine,
    placer: Placer,
) -> Result<Vec<Place>, MappingError> {
    check_room(graph.slices.len(), machine)?;
    let order = chips_from_boot(machine);
    let mut floor = Floor::new(machine, order);
    match placer {
        Placer::Radial => floor.first_fit(&graph.slices, 0),
        Placer::ApplicationGrouped => floor.grouped(graph),
    }
}

/// Refuses more slices than there are cores.
pub(crate) fn check_room(n_slices: usize, machine: &Machine) -> Result<(), MappingError> {
    let available: usize =
        chips_from_boot(machine).into_iter().map(|chip| machine.n_application_cores(chip)).sum();
    if n_slices <= available {
        return Ok(());
    }
    Err(MappingError::MachineFull {
        asked: n_slices as u64,
        available: available as u64,
        machine: machine.spec().name.clone(),
        suggestion: smallest_machine_with(n_slices, machine),
    })
}

/// Working chips in breadth-first order over working links from the boot chip.
fn chips_from_boot(machine: &Machine) -> Vec<ChipXy> {
    let mut order = vec![machine.boot_chip()];
    let mut seen = BTreeSet::from([machine.boot_chip()]);
    let mut next = 0;
    while let Some(&chip) = order.get(next) {
        next += 1;
        for link in Link::ALL {
            if let Some(near) = machine.neighbour(chip, link)
                && seen.insert(near)
            {
                order.push(near);
            }
        }
    }
    order
}

/// What is still free on a chip. Invariant: `cores` is ascending and `next_core` is at most its length.
struct Room {
    cores: Vec<u8>,
    next_core: usize,
    dram_bytes: u64,
}

impl Room {
    fn fits(&self, slice: &SliceDemand) -> bool {
        self.next_core < self.cores.len() && slice.dram_bytes <= self.dram_bytes
    }
}

/// The machine during placement.
struct Floor<'a> {
    machine: &'a Machine,
    order: Vec<ChipXy>,
    rooms: BTreeMap<ChipXy, Room>,
    /// Chips before this one in `order` have no free core.
    first_open: usize,
}

impl<'a> Floor<'a> {
    fn new(machine: &'a Machine, order: Vec<ChipXy>) -> Self {
        let dram_bytes = machine.spec().chip.dram_bytes;
        let room = |&chip| {
            (chip, Room { cores: machine.application_cores(chip).collect(), next_core: 0, dram_bytes })
        };
        Self { machine, rooms: order.iter().map(room).collect(), order, first_open: 0 }
    }

    fn take(&mut self, chip: ChipXy, slice: &SliceDemand) -> Option<Place> {
        let room = self.rooms.get_mut(&chip).filter(|room| room.fits(slice))?;
        let core = room.cores[room.next_core];
        room.next_core += 1;
        room.dram_bytes -= slice.dram_bytes;
        Some(Place { chip, core })
    }

    fn first_fit(&mut self, slices: &[SliceDemand], first_slice: usize) -> Result<Vec<Place>, MappingError> {
        let mut places = Vec::with_capacity(slices.len());
        for (index, slice) in slices.iter().enumerate() {
            self.skip_full_chips();
            let found = (self.first_open..self.order.len()).find_map(|at| self.take(self.order[at], slice));
            places.push(found.ok_or_else(|| self.no_room((first_slice + index) as u32, slice))?);
        }
        Ok(places)
    }

    fn skip_full_chips(&mut self) {
        while self.order.get(self.first_open).is_some_and(|&chip| self.is_full(chip)) {
            self.first_open += 1;
        }
    }

    fn is_full(&self, chip: ChipXy) -> bool {
        let room = &self.rooms[&chip];
        room.next_core == room.cores.len()
    }

    fn no_room(&self, slice: u32, demand: &SliceDemand) -> MappingError {
        let machine = self.machine.spec().name.clone();
        MappingError::DramFull { slice, needed_bytes: demand.dram_bytes, machine }
    }

    fn grouped(&mut self, graph: &SliceGraph) -> Result<Vec<Place>, MappingError> {
        let mut places = Vec::with_capacity(graph.slices.len());
        for range in graph.populations() {
            let slices = &graph.slices[range.clone()];
            match self.region_for(slices) {
                Some(found) => places.extend(found),
                None => places.extend(self.first_fit(slices, range.start)?),
            }
        }
        Ok(places)
    }

    /// Places all slices on a connected set of chips, or leaves the floor as it was.
    fn region_for(&mut self, slices: &[SliceDemand]) -> Option<Vec<Place>> {
        let mut tried = BTreeSet::new();
        for start in self.starts() {
            if tried.contains(&start) {
                continue;
            }
            let chips = self.grow(start, slices, &mut tried);
            if let Some(chips) = chips {
                return Some(self.fill(slices, &chips));
            }
        }
        None
    }

    /// Chips in partial use first, then the untouched ones; both column by column.
    fn starts(&self) -> Vec<ChipXy> {
        let open = self.rooms.iter().filter(|(_, room)| room.next_core < room.cores.len());
        let (partly, untouched): (Vec<_>, Vec<_>) = open.partition(|(_, room)| room.next_core > 0);
        partly.into_iter().chain(untouched).map(|(&chip, _)| chip).collect()
    }

    /// Grows a region from `start` over chips with room, same board first, until all slices fit; gives for
    /// each chip of it the slices that it takes. Every chip of a region that is too small joins `tried`, as
    /// growing from there would find the same chips.
    fn grow(
        &self,
        start: ChipXy,
        slices: &[SliceDemand],
        tried: &mut BTreeSet<ChipXy>,
    ) -> Option<Vec<(ChipXy, Range<usize>)>> {
        let mut used = Vec::new();
        let mut next_slice = 0;
        let mut seen = BTreeSet::from([start]);
        let mut same_board = VecDeque::from([start]);
        let mut other_boards = VecDeque::new();
        while let Some(chip) = same_board.pop_front().or_else(|| other_boards.pop_front()) {
            let n = self.n_fitting(chip, &slices[next_slice..]);
            if n == 0 {
                continue;
            }
            used.push((chip, next_slice..next_slice + n));
            next_slice += n;
            if next_slice == slices.len() {
                return Some(used);
            }
            for near in Link::ALL.into_iter().filter_map(|link| self.machine.neighbour(chip, link)) {
                if seen.insert(near) {
                    let near_board = self.machine.board_of(near) == self.machine.board_of(start);
                    if near_board { same_board.push_back(near) } else { other_boards.push_back(near) }
                }
            }
        }
        tried.extend(used.into_iter().map(|(chip, _)| chip));
        None
    }

    /// How many of the first slices fit on a chip together.
    fn n_fitting(&self, chip: ChipXy, slices: &[SliceDemand]) -> usize {
        let Some(room) = self.rooms.get(&chip) else { return 0 };
        let mut dram_left = room.dram_bytes;
        let fits = |slice: &&SliceDemand| match dram_left.checked_sub(slice.dram_bytes) {
            Some(left) => {
                dram_left = left;
                true
            }
            None => false,
        };
        slices.iter().take(room.cores.len() - room.next_core).take_while(fits).count()
    }

    fn fill(&mut self, slices: &[SliceDemand], chips: &[(ChipXy, Range<usize>)]) -> Vec<Place> {
        let pairs =
            chips.iter().flat_map(|(chip, range)| slices[range.clone()].iter().map(move |s| (*chip, s)));
        pairs.filter_map(|(chip, slice)| self.take(chip, slice)).collect()
    }
}
