//! Proof that finished tables deliver every spike exactly once to exactly its targets.

use std::collections::{BTreeMap, BTreeSet};

use gennaker_machine::{ChipXy, Link, Machine};
use rayon::prelude::*;

use crate::error::MappingError;
use crate::graph::{Net, SliceGraph};
use crate::key::KeyMask;
use crate::layout::{ChipTable, SliceLayout};
use crate::place::Place;
use crate::table::Route;
use crate::table_index::{Decision, TableIndex};

/// What a verification has walked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Verified {
    /// Nets.
    pub nets: u64,
    /// Key blocks that the tables tell apart; at least one per net.
    pub key_blocks: u64,
    /// Links crossed, summed over key blocks.
    pub hops: u64,
    /// Copies that reached a core, summed over key blocks.
    pub deliveries: u64,
}

impl std::ops::Add for Verified {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            nets: self.nets + other.nets,
            key_blocks: self.key_blocks + other.key_blocks,
            hops: self.hops + other.hops,
            deliveries: self.deliveries + other.deliveries,
        }
    }
}

/// Walks every key block of every net from its source chip through the tables, default routing included.
///
/// # Errors
///
/// The first slice, in slice order, for which two slices share keys or a core, or a packet would be dropped,
/// come to a chip twice, or reach other cores than its targets.
pub fn verify_layout(
    graph: &SliceGraph,
    layout: &SliceLayout,
    machine: &Machine,
) -> Result<Verified, MappingError> {
    let delivery = Delivery {
        places: &layout.places,
        keys: &layout.keys,
        nets: &graph.nets,
        target_sets: &graph.target_sets,
        tables: &layout.tables,
    };
    delivery.verify(machine)
}

/// All that decides where spikes go.
pub(crate) struct Delivery<'a> {
    pub(crate) places: &'a [Place],
    pub(crate) keys: &'a [KeyMask],
    pub(crate) nets: &'a [Net],
    pub(crate) target_sets: &'a [Vec<u32>],
    pub(crate) tables: &'a [ChipTable],
}

impl Delivery<'_> {
    pub(crate) fn verify(&self, machine: &Machine) -> Result<Verified, MappingError> {
        check_keys(self.keys)?;
        check_places(self.places, machine)?;
        let tables: BTreeMap<ChipXy, TableIndex> =
            self.tables.iter().map(|chip| (chip.chip, TableIndex::new(&chip.table))).collect();
        let landings: Vec<_> = self.target_sets.par_iter().map(|set| landings(set, self.places)).collect();
        let walk = |net: &Net| {
            let source = net.source as usize;
            let (tables, expected) = (&tables, &landings[net.targets as usize]);
            let walker =
                Walker { machine, tables, slice: net.source, start: self.places[source].chip, expected };
            walker.walk(self.keys[source])
        };
        let results: Vec<Result<Verified, MappingError>> = self.nets.par_iter().map(walk).collect();
        results.into_iter().try_fold(Verified::default(), |sum, one| Ok(sum + one?))
    }
}

/// The target cores on each chip.
pub(crate) fn landings(targets: &[u32], places: &[Place]) -> BTreeMap<ChipXy, Route> {
    let mut cores: BTreeMap<ChipXy, Route> = BTreeMap::new();
    for &slice in targets {
        let Place { chip, core } = places[slice as usize];
        let route = cores.entry(chip).or_default();
        *route = route.with_core(core);
    }
    cores
}

fn check_keys(keys: &[KeyMask]) -> Result<(), MappingError> {
    let mut by_key: Vec<(u64, u64, u32)> =
        keys.iter().zip(0..).map(|(block, slice)| (u64::from(block.key), block.block_end(), slice)).collect();
    by_key.sort_unstable();
    match by_key.windows(2).find(|pair| pair[1].0 < pair[0].1) {
        Some(pair) => Err(MappingError::KeysOverlap { first: pair[0].2, second: pair[1].2 }),
        None => Ok(()),
    }
}

fn check_places(places: &[Place], machine: &Machine) -> Result<(), MappingError> {
    let chips: BTreeSet<ChipXy> = places.iter().map(|place| place.chip).collect();
    let free = |&chip: &ChipXy| machine.application_cores(chip).map(move |core| Place { chip, core });
    let mut free: BTreeSet<Place> =
        chips.iter().filter(|&&chip| machine.contains(chip)).flat_map(free).collect();
    match places.iter().zip(0..).find(|(place, _)| !free.remove(place)) {
        Some((&Place { chip, core }, slice)) => Err(MappingError::BadCore { slice, chip, core }),
        None => Ok(()),
    }
}

/// One net on its way through the tables.
struct Walker<'a> {
    machine: &'a Machine,
    tables: &'a BTreeMap<ChipXy, TableIndex>,
    slice: u32,
    start: ChipXy,
    expected: &'a BTreeMap<ChipXy, Route>,
}

impl Walker<'_> {
    /// Walks the block whole where all tables treat it as one, in halves otherwise.
    fn walk(&self, keys: KeyMask) -> Result<Verified, MappingError> {
        let mut sum = Verified { nets: 1, ..Verified::default() };
        let mut open = vec![keys];
        while let Some(block) = open.pop() {
            match self.walk_block(block)? {
                Ok(verified) => sum = sum + verified,
                Err(bit) => open.extend(block.split(bit)),
            }
        }
        Ok(sum)
    }

    /// The inner error is a key bit on which some table tells the block's keys apart.
    fn walk_block(&self, block: KeyMask) -> Result<Result<Verified, u32>, MappingError> {
        let mut reached: BTreeMap<ChipXy, Route> = BTreeMap::new();
        let mut open = vec![(self.start, None)];
        while let Some((chip, heading)) = open.pop() {
            let route = match self.decide(chip, block, heading)? {
                Ok(route) => route,
                Err(bit) => return Ok(Err(bit)),
            };
            if reached.insert(chip, route.cores_only()).is_some() {
                return Err(MappingError::VisitedTwice { slice: self.slice, chip });
            }
            for link in route.links() {
                open.push((self.cross(chip, link)?, Some(link)));
            }
        }
        self.compare(&reached)?;
        Ok(Ok(Verified {
            nets: 0,
            key_blocks: 1,
            hops: reached.len() as u64 - 1,
            deliveries: reached.values().map(|route| u64::from(route.n_cores())).sum(),
        }))
    }

    fn decide(
        &self,
        chip: ChipXy,
        block: KeyMask,
        heading: Option<Link>,
    ) -> Result<Result<Route, u32>, MappingError> {
        match self.tables.get(&chip).map_or(Decision::Miss, |table| table.decide(block)) {
            Decision::Hit(route) => Ok(Ok(route)),
            Decision::Split(bit) => Ok(Err(bit)),
            Decision::Miss => match heading {
                Some(link) if self.machine.spec().chip.router.default_route => Ok(Ok(Route::to_link(link))),
                Some(_) => {
                    Err(self.dropped(chip, "where no entry matches and the router has no default route"))
                }
                None => Err(self.dropped(chip, "where no entry matches a packet from a local core")),
            },
        }
    }

    fn cross(&self, chip: ChipXy, link: Link) -> Result<ChipXy, MappingError> {
        self.machine
            .neighbour(chip, link)
            .ok_or_else(|| self.dropped(chip, "which sends them to a dead link"))
    }

    fn dropped(&self, chip: ChipXy, why: &'static str) -> MappingError {
        MappingError::Dropped { slice: self.slice, chip, why }
    }

    fn compare(&self, reached: &BTreeMap<ChipXy, Route>) -> Result<(), MappingError> {
        for &chip in self.expected.keys().chain(reached.keys()) {
            let wanted = self.expected.get(&chip).copied().unwrap_or_default();
            let got = reached.get(&chip).copied().unwrap_or_default();
            if wanted != got {
                let only_in = |a: Route, b: Route| a.cores().filter(|&core| !b.has_core(core)).count() as u32;
                let (missing, extra) = (only_in(wanted, got), only_in(got, wanted));
                return Err(MappingError::WrongCores { slice: self.slice, chip, missing, extra });
            }
        }
        Ok(())
    }
}
