//! The network as the fabric sees it: slices that each need one core, and who sends to whom.

use serde::{Deserialize, Serialize};

/// One core's worth of a population: what placement and key allocation need to know of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SliceDemand {
    /// Index of the population; the slices of one population are consecutive.
    pub population: u32,
    /// Neurons in the slice, at least 1; each needs a key.
    pub n_neurons: u32,
    /// DRAM that the slice needs on its chip, in bytes.
    pub dram_bytes: u64,
}

/// One multicast net: everything that a source slice sends goes to all slices of a target set.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Net {
    /// The sending slice.
    pub source: u32,
    /// Index of the target set, see [`SliceGraph::target_sets`].
    pub targets: u32,
}

/// Slices and nets, free of neurons and synapses.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SliceGraph {
    /// All slices, grouped by population.
    pub slices: Vec<SliceDemand>,
    /// At most one net per source slice, ascending by source.
    pub nets: Vec<Net>,
    /// Distinct sets of target slices, each ascending and not empty; nets with equal targets share one.
    pub target_sets: Vec<Vec<u32>>,
}

impl SliceGraph {
    /// The slices that a net reaches, ascending.
    pub fn targets(&self, net: Net) -> &[u32] {
        &self.target_sets[net.targets as usize]
    }

    /// The slices of each population in turn, as index ranges.
    pub(crate) fn populations(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        let mut next = 0;
        self.slices.chunk_by(|a, b| a.population == b.population).map(move |run| {
            let range = next..next + run.len();
            next = range.end;
            range
        })
    }
}
