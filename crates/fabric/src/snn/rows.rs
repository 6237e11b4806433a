//! The synapses of a PE as its program finds them: the memory image, with the number of synapses in each row.

use std::collections::BTreeMap;

use gennaker_mapping::{Mapping, PeImage, Slice};
use gennaker_network::{Network, for_each_synapse};

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
        let slice = &mapping.slices[index];
        let n_synapses: usize = slice.inputs.iter().map(|block| block.n_synapses as usize).sum();
        let n_set = image.words.iter().filter(|&&word| word != 0).count();
        let counted = (n_set != n_synapses).then(|| count(network, mapping, slice));
        Self { image, counted }
    }

    /// The words of a key's row and the number of synapses among them; `None` for an unknown key.
    #[inline]
    pub(crate) fn look_up(&self, key: u32) -> Option<(&[u32], u32)> {
        let row = trimmed(self.image.lookup(key)?);
        let n_synapses = match &self.counted {
            None => row.len() as u32,
            Some(counted) => counted.get(&key).copied().unwrap_or(0),
        };
        Some((row, n_synapses))
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
            for_each_synapse(network, index, slice.lo..slice.hi, |synapse| {
                if let Some(source) = mapping.slice_of(projection.pre, synapse.pre) {
                    let source = &mapping.slices[source];
                    *counted.entry(source.key + (synapse.pre - source.lo)).or_insert(0) += 1;
                }
            });
        }
    }
    counted
}
