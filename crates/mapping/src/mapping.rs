//! The result: a network laid on a machine, as plain data.

use std::ops::Range;

use gennaker_machine::{ChipXy, Machine};
use serde::{Deserialize, Serialize};

use crate::budget::MemoryMap;
use crate::error::MappingError;
use crate::graph::Net;
use crate::inputs::InputBlock;
use crate::key::KeyMask;
use crate::layout::ChipTable;
use crate::options::MappingOptions;
use crate::order::AtomOrder;
use crate::place::Place;
use crate::route::RouteTree;
use crate::verify::{Delivery, Verified};

/// A network laid on a machine: a pure function of the network, the machine and the options.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Mapping {
    /// Name of the machine.
    pub machine: String,
    /// The options that were used.
    pub options: MappingOptions,
    /// By population: the order in which its neurons are dealt out to slices. None at all stands for all [`AtomOrder::Contiguous`].
    #[serde(default)]
    pub orders: Vec<AtomOrder>,
    /// All slices, by population, then by atom.
    pub slices: Vec<Slice>,
    /// What is sent: one net per slice with at least one synapse, ascending by source.
    pub nets: Vec<RoutedNet>,
    /// Distinct sets of target slices, each ascending.
    pub target_sets: Vec<Vec<u32>>,
    /// Distinct multicast trees.
    pub trees: Vec<RouteTree>,
    /// Routing tables, ascending by chip; chips without entries are left out.
    pub tables: Vec<ChipTable>,
    /// What a user should know: recordings moved to DRAM and the like, one sentence each.
    pub notes: Vec<String>,
    /// Totals.
    pub stats: MappingStats,
}

/// One core's worth of a population: a range of atoms, which are its neurons in the order that [`Mapping::order`] gives.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Slice {
    /// Index of the population.
    pub population: u32,
    /// First atom.
    pub lo: u32,
    /// One past the last atom.
    pub hi: u32,
    /// Its chip.
    pub chip: ChipXy,
    /// Its core on the chip.
    pub core: u8,
    /// Key of atom `lo`; atom `i` sends `key + (i - lo)`.
    pub key: u32,
    /// Mask that covers the keys of the whole slice.
    pub mask: u32,
    /// The PE's SRAM.
    pub memory: MemoryMap,
    /// Recordings kept in DRAM, in bytes.
    pub dram_bytes: u64,
    /// The synapse rows in the PE, ascending by source population and slice.
    pub inputs: Vec<InputBlock>,
}

impl Slice {
    /// Number of neurons.
    pub fn n_neurons(&self) -> u32 {
        self.hi - self.lo
    }

    /// The keys that the slice may send.
    pub fn keys(&self) -> KeyMask {
        KeyMask { key: self.key, mask: self.mask }
    }

    /// The core that the slice is on.
    pub fn place(&self) -> Place {
        Place { chip: self.chip, core: self.core }
    }
}

/// A net with its tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RoutedNet {
    /// The sending slice.
    pub source: u32,
    /// Index of its target set.
    pub targets: u32,
    /// Index of its tree.
    pub tree: u32,
}

impl From<RoutedNet> for Net {
    fn from(net: RoutedNet) -> Self {
        Self { source: net.source, targets: net.targets }
    }
}

/// Totals of a mapping.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct MappingStats {
    /// PEs in use.
    pub n_pes: u32,
    /// Chips with a PE in use.
    pub n_chips: u32,
    /// Routing entries if every net had its own on every chip that it crosses.
    pub entries_unmerged: u64,
    /// Routing entries after neighbouring slices were merged and default routes left out.
    pub entries_uncompressed: u64,
    /// Routing entries in the tables.
    pub entries: u64,
    /// Routing entries of the fullest router.
    pub max_entries: u32,
    /// Links crossed when every net sends one packet.
    pub hops: u64,
    /// Most links between a source and one of its targets.
    pub max_depth: u32,
    /// Synapses.
    pub n_synapses: u64,
    /// SRAM of the fullest PE in use, in bytes.
    pub max_memory_bytes: u32,
    /// The slice on it.
    pub fullest_slice: u32,
    /// DRAM for recordings on all chips, in bytes.
    pub dram_bytes: u64,
}

impl Mapping {
    /// The slices of a population, as a range of indices.
    pub fn slices_of(&self, population: usize) -> Range<usize> {
        let first = self.slices.partition_point(|slice| (slice.population as usize) < population);
        let end = self.slices.partition_point(|slice| slice.population as usize <= population);
        first..end
    }

    /// The order in which a population's neurons are dealt out to slices.
    pub fn order(&self, population: usize) -> AtomOrder {
        self.orders.get(population).copied().unwrap_or_default()
    }

    /// The neurons of a slice, as ascending runs of consecutive neurons.
    pub fn neurons(&self, slice: &Slice) -> Vec<Range<u32>> {
        self.order(slice.population as usize).neurons(slice.lo..slice.hi)
    }

    /// Index of the slice that holds a neuron.
    pub fn slice_of(&self, population: usize, neuron: u32) -> Option<usize> {
        let range = self.slices_of(population);
        let slices = &self.slices[range.clone()];
        let size = slices.last().map_or(0, |slice| slice.hi);
        if neuron >= size {
            return None;
        }
        let atom = self.order(population).atom_of(neuron);
        Some(range.start + slices.partition_point(|slice| slice.hi <= atom))
    }

    /// The key that a neuron sends.
    pub fn key_of(&self, population: usize, neuron: u32) -> Option<u32> {
        let slice = &self.slices[self.slice_of(population, neuron)?];
        Some(slice.key + (self.order(population).atom_of(neuron) - slice.lo))
    }

    /// The net that a slice sends to, if it has synapses.
    pub fn net_of(&self, slice: usize) -> Option<RoutedNet> {
        let at = self.nets.binary_search_by_key(&(slice as u32), |net| net.source).ok()?;
        Some(self.nets[at])
    }

    /// The slices that a net reaches, ascending.
    pub fn targets(&self, net: RoutedNet) -> &[u32] {
        &self.target_sets[net.targets as usize]
    }

    /// The multicast tree of a net.
    pub fn tree(&self, net: RoutedNet) -> &RouteTree {
        &self.trees[net.tree as usize]
    }

    /// The routing table of a chip, if it has entries.
    pub fn table(&self, chip: ChipXy) -> Option<&ChipTable> {
        let at = self.tables.binary_search_by_key(&chip, |table| table.chip).ok()?;
        Some(&self.tables[at])
    }
}

/// Proves that every spike reaches exactly its targets, once, on this machine: every key block of every net is
/// walked through the tables, default routing included.
///
/// # Errors
///
/// The first slice, in slice order, for which that is not so.
pub fn verify(mapping: &Mapping, machine: &Machine) -> Result<Verified, MappingError> {
    let places: Vec<Place> = mapping.slices.iter().map(Slice::place).collect();
    let keys: Vec<KeyMask> = mapping.slices.iter().map(Slice::keys).collect();
    let nets: Vec<Net> = mapping.nets.iter().map(|&net| net.into()).collect();
    let delivery = Delivery {
        places: &places,
        keys: &keys,
        nets: &nets,
        target_sets: &mapping.target_sets,
        tables: &mapping.tables,
    };
    delivery.verify(machine)
}
