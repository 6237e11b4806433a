//! The synapses of a PE as its program finds them: the memory image, with the number of synapses in each row.

use std::collections::BTreeMap;

use gennaker_mapping::{Mapping, PackedSynapse, PeImage, Slice, for_each_synapse_onto, unpack_synapse};
use gennaker_network::{Network, SynapseWord};

/// A PE's synapses.
#[derive(Debug)]
pub(crate) struct Rows {
    image: PeImage,
    /// Synapses by key, where filling words cannot be told from synapses.
    counted: Option<BTreeMap<u32, u32>>,
}

impl Rows {
    /// The rows of one slice of a mapping.
    pub(crate) fn build(network: &Network, mapping: &Mapping, index: usize) -> Self {
        let image = PeImage::build(network, mapping, index);
        if !image.kernels.is_empty() {
            return Self { image, counted: None };
        }
        let slice = &mapping.slices[index];
        let n_synapses: usize = slice.inputs.iter().map(|block| block.n_synapses as usize).sum();
        let n_set = image.words.iter().filter(|&&word| word != 0).count();
        let counted = (n_set != n_synapses).then(|| count(network, mapping, slice));
        Self { image, counted }
    }

    /// Calls `each` for the synapses of a key; returns their number, or `None` for an unknown key.
    #[inline]
    pub(crate) fn for_each(
        &self,
        word: SynapseWord,
        key: u32,
        mut each: impl FnMut(PackedSynapse),
    ) -> Option<u32> {
        if !self.image.kernels.is_empty() {
            return self.image.scatter(key, |index, weight| each(PackedSynapse { index, weight, delay: 0 }));
        }
        let row = trimmed(self.image.lookup(key)?);
        row.iter().for_each(|&packed| each(unpack_synapse(word, packed)));
        Some(match &self.counted {
            None => row.len() as u32,
            Some(counted) => counted.get(&key).copied().unwrap_or(0),
        })
    }
}

/// A row without the zero words at its end that fill it up.
fn trimmed(row: &[u32]) -> &[u32] {
    let end = row.iter().rposition(|&word| word != 0).map_or(0, |last| last + 1);
    &row[..end]
}

/// Synapses of each key, drawn once more: a weight of 0 onto neuron 0 is a word of zeros, too.
fn count(network: &Network, mapping: &Mapping, slice: &Slice) -> BTreeMap<u32, u32> {
    let mut counted = BTreeMap::new();
    for (index, projection) in network.projections.iter().enumerate() {
        if projection.post == slice.population as usize {
            let sources = &mapping.slices[mapping.slices_of(projection.pre)];
            for_each_synapse_onto(network, mapping, index, slice, |synapse| {
                let source = &sources[sources.partition_point(|source| source.hi <= synapse.pre)];
                *counted.entry(source.key + (synapse.pre - source.lo)).or_insert(0) += 1;
            });
        }
    }
    counted
}
