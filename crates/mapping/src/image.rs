//! What is loaded into a PE for its synapses: population table, row pointers and rows, or kernels, byte for byte.

use gennaker_network::{Drawer, Network, Quantiser, Synapse, SynapseWord};

use crate::budget::MemoryBlock;
use crate::inputs::InputBlock;
use crate::kernels::{KernelRecord, first_record, kernels_of};
use crate::mapping::{Mapping, Slice};
use crate::order::AtomOrder;
use crate::rows::RowLayout;
use crate::synapse_word::{PackedSynapse, pack_synapse};

/// The synapses of one target slice as they lie in its PE.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PeImage {
    /// Where to look for the rows of a key, ascending by first key.
    pub table: Vec<PopulationRecord>,
    /// Row pointers and row lists of all records.
    pub pointers: Vec<u32>,
    /// Synapse words of all rows.
    pub words: Vec<u32>,
    /// What there is in the place of rows for convolutions, by source population, then by projection.
    pub kernels: Vec<KernelRecord>,
    /// Weights of all kernels; those of each projection take whole words.
    pub weights: Vec<i8>,
    /// Bytes that a synapse word takes in the PE: 2 or 4, 0 for sources.
    pub word_bytes: u32,
}

/// One line of the population table: the rows of consecutive slices of one source population.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PopulationRecord {
    /// First key of the first slice.
    pub first_key: u32,
    /// Low key bits that number the neurons of a slice; the bits above number the slices.
    pub atom_bits: u32,
    /// Neurons of a full slice, 1 to 65,536.
    pub atoms_per_slice: u32,
    /// Source neurons, 1 to 65,536.
    pub n_rows: u32,
    /// How rows are found.
    pub layout: RowLayout,
    /// Entries of the list, if rows are listed; 0 otherwise.
    pub n_listed: u32,
    /// Index of the first row pointer; of the first kernel record for [`RowLayout::Kernels`].
    pub first_pointer: u32,
    /// Index of the first synapse word, from which row pointers count; the first atom of the source slices for
    /// [`RowLayout::Kernels`].
    pub first_word: u32,
}

impl PopulationRecord {
    /// The row number that a key stands for.
    fn row_of(&self, key: u32) -> Option<u32> {
        let offset = key.checked_sub(self.first_key)?;
        let atom = offset & ((1_u64 << self.atom_bits) - 1) as u32;
        let slice = (u64::from(offset) >> self.atom_bits) as u32;
        let row = u64::from(slice) * u64::from(self.atoms_per_slice) + u64::from(atom);
        (atom < self.atoms_per_slice && row < u64::from(self.n_rows)).then_some(row as u32)
    }

    /// The record in 16 bytes, as it is loaded.
    pub fn to_words(&self) -> [u32; 4] {
        let (tag, length) = match self.layout {
            RowLayout::Fixed { row_words } => (0, row_words),
            RowLayout::Pointers => (1, 0),
            RowLayout::Listed => (2, self.n_listed),
            RowLayout::Kernels => (3, self.first_pointer),
        };
        let start = match self.layout {
            RowLayout::Kernels => self.first_word,
            _ => self.first_word | self.first_pointer << 16,
        };
        [
            self.first_key,
            (self.n_rows - 1) | (self.atoms_per_slice - 1) << 16,
            start,
            length | self.atom_bits << 16 | tag << 24,
        ]
    }
}

impl PeImage {
    /// Draws and packs the synapses of one slice of a mapping of this network.
    ///
    /// Weights and delays are rounded and clipped as [`Quantiser`] does. Cost: proportional to the synapses of the
    /// slice, and to those of the whole projection for connectors that draw per source.
    pub fn build(network: &Network, mapping: &Mapping, slice: usize) -> Self {
        let slice = &mapping.slices[slice];
        let post = slice.population as usize;
        let word = network.populations[post].model.core_profile().synapse_word;
        let mut image = Self { word_bytes: word.map_or(0, |word| word.bytes), ..Self::default() };
        (image.kernels, image.weights) =
            kernels_of(network, post, |population| mapping.order(population), &(slice.lo..slice.hi));
        for blocks in slice.inputs.chunk_by(|a, b| a.population == b.population) {
            let pre = blocks[0].population as usize;
            if blocks[0].layout == RowLayout::Kernels {
                let first_record = first_record(network, post, pre);
                blocks.iter().for_each(|block| image.append_kernels(block, mapping, first_record));
                continue;
            }
            let synapses = packed_synapses(network, mapping, slice, pre);
            for block in blocks {
                image.append(block, mapping, &synapses);
            }
        }
        image.table.sort_unstable_by_key(|record| record.first_key);
        image
    }

    /// The row for a key: `None` for a key that no record knows, an empty row for a neuron without synapses here.
    /// Rows of equal length are filled up with words of weight 0. Neurons whose synapses are kernels have empty rows, see
    /// [`Self::scatter`].
    pub fn lookup(&self, key: u32) -> Option<&[u32]> {
        let (record, row) = self.find(key)?;
        let (start, end) = match record.layout {
            RowLayout::Fixed { row_words } => (row * row_words, (row + 1) * row_words),
            RowLayout::Pointers => {
                let pointer = self.pointers[(record.first_pointer + row) as usize];
                (pointer & 0xFFFF, (pointer & 0xFFFF) + (pointer >> 16))
            }
            RowLayout::Listed => self.find_listed(record, row).unwrap_or((0, 0)),
            RowLayout::Kernels => return Some(&[]),
        };
        Some(&self.words[(record.first_word + start) as usize..(record.first_word + end) as usize])
    }

    /// Calls `each(index, weight)` for every synapse that kernels give a key, weights of 0 included; returns their number. `None` for
    /// a key that no record knows.
    pub fn scatter(&self, key: u32, mut each: impl FnMut(u32, i32)) -> Option<u32> {
        let (record, row) = self.find(key)?;
        if record.layout != RowLayout::Kernels {
            return Some(0);
        }
        let mut n_synapses = 0;
        for kernels in &self.kernels[record.first_pointer as usize..] {
            n_synapses += kernels.scatter(&self.weights, record.first_word + row, &mut each);
            if kernels.is_last {
                break;
            }
        }
        Some(n_synapses)
    }

    fn find(&self, key: u32) -> Option<(&PopulationRecord, u32)> {
        let at = self.table.partition_point(|record| record.first_key <= key).checked_sub(1)?;
        let record = &self.table[at];
        Some((record, record.row_of(key)?))
    }

    /// Start and end of a listed row.
    fn find_listed(&self, record: &PopulationRecord, row: u32) -> Option<(u32, u32)> {
        let first = record.first_pointer as usize;
        let list = &self.pointers[first..first + record.n_listed as usize];
        let at = list.binary_search_by_key(&row, |entry| entry >> 16).ok()?;
        Some((list[at] & 0xFFFF, self.pointers[first + at + 1] & 0xFFFF))
    }

    /// The bytes of one of the blocks [`MemoryBlock::PopulationTable`], [`MemoryBlock::RowPointers`],
    /// [`MemoryBlock::SynapseWords`] and [`MemoryBlock::Kernels`], little endian, as long as the memory map says; empty for other blocks.
    pub fn block(&self, block: MemoryBlock) -> Vec<u8> {
        let mut bytes: Vec<u8> = match block {
            MemoryBlock::PopulationTable => {
                self.table.iter().flat_map(PopulationRecord::to_words).flat_map(u32::to_le_bytes).collect()
            }
            MemoryBlock::RowPointers => {
                self.pointers.iter().flat_map(|pointer| pointer.to_le_bytes()).collect()
            }
            MemoryBlock::SynapseWords => {
                let own = self.word_bytes as usize;
                self.words.iter().flat_map(|word| word.to_le_bytes().into_iter().take(own)).collect()
            }
            MemoryBlock::Kernels => {
                let records = self.kernels.iter().flat_map(KernelRecord::to_words).flat_map(u32::to_le_bytes);
                records.chain(self.weights.iter().map(|&weight| weight as u8)).collect()
            }
            _ => Vec::new(),
        };
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn append_kernels(&mut self, block: &InputBlock, mapping: &Mapping, first_record: u32) {
        let first_word = mapping.slices[block.first_slice as usize].lo;
        self.table.push(PopulationRecord {
            first_pointer: first_record,
            first_word,
            ..record(block, mapping)
        });
    }

    fn append(&mut self, block: &InputBlock, mapping: &Mapping, synapses: &[(u32, u32)]) {
        let (first, last) =
            (&mapping.slices[block.first_slice as usize], &mapping.slices[block.end_slice as usize - 1]);
        let mut record = PopulationRecord {
            first_pointer: self.pointers.len() as u32,
            first_word: self.words.len() as u32,
            ..record(block, mapping)
        };
        let in_block = |neuron: u32| synapses.partition_point(|&(pre, _)| pre < neuron);
        let rows: Vec<&[(u32, u32)]> =
            synapses[in_block(first.lo)..in_block(last.hi)].chunk_by(|a, b| a.0 == b.0).collect();
        match block.layout {
            RowLayout::Fixed { row_words } => self.append_fixed(&rows, first.lo, record.n_rows, row_words),
            RowLayout::Pointers => self.append_pointers(&rows, first.lo, record.n_rows),
            RowLayout::Listed => {
                record.n_listed = rows.len() as u32;
                self.append_list(&rows, first.lo);
            }
            RowLayout::Kernels => {}
        }
        self.table.push(record);
    }

    fn append_fixed(&mut self, rows: &[&[(u32, u32)]], first_neuron: u32, n_rows: u32, row_words: u32) {
        let start = self.words.len();
        self.words.resize(start + (n_rows * row_words) as usize, 0);
        for row in rows {
            let at = start + ((row[0].0 - first_neuron) * row_words) as usize;
            for (word, (_, packed)) in self.words[at..].iter_mut().zip(*row) {
                *word = *packed;
            }
        }
    }

    fn append_pointers(&mut self, rows: &[&[(u32, u32)]], first_neuron: u32, n_rows: u32) {
        let (first_pointer, first_word) = (self.pointers.len(), self.words.len());
        self.pointers.resize(first_pointer + n_rows as usize, 0);
        for row in rows {
            let start = (self.words.len() - first_word) as u32;
            self.pointers[first_pointer + (row[0].0 - first_neuron) as usize] =
                start | (row.len() as u32) << 16;
            self.words.extend(row.iter().map(|&(_, packed)| packed));
        }
    }

    fn append_list(&mut self, rows: &[&[(u32, u32)]], first_neuron: u32) {
        let first_word = self.words.len();
        for row in rows {
            let start = (self.words.len() - first_word) as u32;
            self.pointers.push(start | (row[0].0 - first_neuron) << 16);
            self.words.extend(row.iter().map(|&(_, packed)| packed));
        }
        self.pointers.push((self.words.len() - first_word) as u32 | 0xFFFF << 16);
    }
}

/// The record of a block, without where its rows are.
fn record(block: &InputBlock, mapping: &Mapping) -> PopulationRecord {
    let (first, last) =
        (&mapping.slices[block.first_slice as usize], &mapping.slices[block.end_slice as usize - 1]);
    let population = mapping.slices_of(block.population as usize);
    PopulationRecord {
        first_key: first.key,
        atom_bits: first.mask.count_zeros(),
        atoms_per_slice: mapping.slices[population.start].n_neurons(),
        n_rows: last.hi - first.lo,
        layout: block.layout,
        n_listed: 0,
        first_pointer: 0,
        first_word: 0,
    }
}

/// All synapses from one population to a slice, by source atom; those of one atom in the order of the
/// projections and, within one, as drawn.
fn packed_synapses(network: &Network, mapping: &Mapping, slice: &Slice, pre: usize) -> Vec<(u32, u32)> {
    let post = slice.population as usize;
    let model = network.populations[post].model;
    let (Some(word), Some(mut quantiser)) = (model.core_profile().synapse_word, Quantiser::new(model)) else {
        return Vec::new();
    };
    let mut synapses = Vec::new();
    for (index, projection) in network.projections.iter().enumerate() {
        if (projection.pre, projection.post) == (pre, post) {
            for_each_synapse_onto(network, mapping, index, slice, |synapse| {
                let (weight, delay) = quantiser.quantise(synapse.weight, synapse.delay);
                synapses.push((synapse.pre, pack(word, synapse.post - slice.lo, weight, delay)));
            });
        }
    }
    synapses.sort_by_key(|&(pre, _)| pre);
    synapses
}

/// Calls `each` for every synapse of a projection onto a slice, with atoms in the place of neurons at both ends. Those of one target
/// come in the order of drawing.
///
/// Cost: as [`Drawer::for_each_synapse`] for the neurons of the slice.
pub fn for_each_synapse_onto(
    network: &Network,
    mapping: &Mapping,
    projection: usize,
    slice: &Slice,
    mut each: impl FnMut(Synapse),
) {
    let connector = &network.projections[projection].connector;
    let [pre, post] =
        [network.projections[projection].pre, slice.population as usize].map(|end| mapping.order(end));
    let drawer = Drawer::new(network, projection);
    let mut renumbered = |synapse: Synapse| {
        let own = Synapse { pre: pre.atom_of(synapse.pre), post: post.atom_of(synapse.post), ..synapse };
        if (slice.lo..slice.hi).contains(&own.post) {
            each(own);
        }
    };
    if connector.is_drawn_per_target() || post == AtomOrder::Contiguous {
        mapping.neurons(slice).into_iter().for_each(|run| drawer.for_each_synapse(run, &mut renumbered));
    } else {
        drawer.for_each_synapse(0..u32::MAX, renumbered);
    }
}

fn pack(word: SynapseWord, index: u32, weight: i32, delay: u32) -> u32 {
    pack_synapse(word, PackedSynapse { index, weight, delay })
}
