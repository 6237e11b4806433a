//! Exact counts of the synapses between slices: which slices talk to which, and how their rows lie in memory.

use std::ops::Range;

use gennaker_network::{Connector, Drawer, Model, Network, for_each_pair};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::order::AtomOrder;
use crate::rows::{MAX_ROWS, RowBytes, RowCount, RowLayout};

/// The rows from consecutive slices of one source population to one target slice.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InputBlock {
    /// Index of the source population.
    pub population: u32,
    /// First source slice.
    pub first_slice: u32,
    /// One past the last source slice.
    pub end_slice: u32,
    /// Neurons in those slices: possible rows.
    pub n_rows: u32,
    /// Rows with at least one synapse.
    pub n_filled_rows: u32,
    /// Synapses in the rows.
    pub n_synapses: u32,
    /// How rows are found.
    pub layout: RowLayout,
}

/// All that reaches one target slice.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct SliceInputs {
    /// Ascending by population, then by slice.
    pub(crate) blocks: Vec<InputBlock>,
    /// Source slices with at least one synapse, ascending.
    pub(crate) sources: Vec<u32>,
    /// Memory of all rows.
    pub(crate) bytes: RowBytes,
}

/// A population after partition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Cuts {
    /// Neurons.
    pub(crate) size: u32,
    /// Neurons of a full slice.
    pub(crate) atoms_per_core: u32,
    /// Index of its first slice.
    pub(crate) first_slice: u32,
    /// Which neurons a slice holds.
    pub(crate) order: AtomOrder,
}

impl Cuts {
    pub(crate) fn n_slices(self) -> u32 {
        self.size.div_ceil(self.atoms_per_core)
    }

    fn atoms(self, slices: Range<u32>) -> Range<u32> {
        slices.start * self.atoms_per_core..(slices.end * self.atoms_per_core).min(self.size)
    }

    /// The slice that a neuron is in, counted from the first one of the population.
    fn slice_of(self, neuron: u32) -> u32 {
        self.order.atom_of(neuron) / self.atoms_per_core
    }
}

/// Counts the inputs of every slice of every population, in slice order.
pub(crate) fn count_inputs(network: &Network, cuts: &[Cuts]) -> Vec<SliceInputs> {
    let mut all = Vec::new();
    for (post, &cut) in cuts.iter().enumerate() {
        let sources = Sources::new(network, post, cut);
        let slices: Vec<SliceInputs> = (0..cut.n_slices())
            .into_par_iter()
            .map_init(Tally::default, |tally, slice| sources.count(cuts, slice, tally))
            .collect();
        all.extend(slices);
    }
    all
}

/// The projections onto one population, by source population.
struct Sources<'a> {
    cut: Cuts,
    model: Model,
    by_population: Vec<(usize, Vec<Drawing<'a>>)>,
}

/// How the synapses of one projection onto one slice are obtained.
enum Drawing<'a> {
    /// Drawn when they are needed: this projection draws target by target.
    PerTarget(Drawer<'a>),
    /// Drawn at once for all slices: source neurons by target slice.
    Whole(Vec<Vec<u32>>),
}

impl<'a> Sources<'a> {
    fn new(network: &'a Network, post: usize, cut: Cuts) -> Self {
        let model = network.populations[post].model;
        let mut by_population: Vec<(usize, Vec<Drawing<'_>>)> = Vec::new();
        let mut projections: Vec<usize> = (0..network.projections.len()).collect();
        projections.retain(|&p| network.projections[p].post == post);
        projections.sort_by_key(|&p| network.projections[p].pre);
        for projection in projections {
            let pre = network.projections[projection].pre;
            let drawing = Drawing::new(network, projection, cut);
            match by_population.last_mut() {
                Some((last, drawings)) if *last == pre => drawings.push(drawing),
                _ => by_population.push((pre, vec![drawing])),
            }
        }
        Self { cut, model, by_population }
    }

    fn count(&self, cuts: &[Cuts], slice: u32, tally: &mut Tally) -> SliceInputs {
        let mut inputs = SliceInputs::default();
        let targets = self.cut.order.neurons(self.cut.atoms(slice..slice + 1));
        for (pre, drawings) in &self.by_population {
            tally.begin(cuts[*pre]);
            for drawing in drawings {
                match drawing {
                    Drawing::PerTarget(drawer) => {
                        for run in &targets {
                            drawer.for_each_pair(run.clone(), |pre, _| tally.add(pre));
                        }
                    }
                    Drawing::Whole(by_slice) => {
                        by_slice[slice as usize].iter().for_each(|&pre| tally.add(pre));
                    }
                }
            }
            tally.finish(*pre as u32, cuts[*pre], self.model, &mut inputs);
        }
        inputs
    }
}

impl<'a> Drawing<'a> {
    fn new(network: &'a Network, projection: usize, cut: Cuts) -> Self {
        let draws_whole = matches!(
            network.projections[projection].connector,
            Connector::List(_) | Connector::FixedOutDegree { .. } | Connector::FixedTotalNumber { .. }
        );
        if !draws_whole {
            return Self::PerTarget(Drawer::new(network, projection));
        }
        let mut by_slice = vec![Vec::new(); cut.n_slices() as usize];
        for_each_pair(network, projection, 0..cut.size, |pre, post| {
            by_slice[cut.slice_of(post) as usize].push(pre);
        });
        Self::Whole(by_slice)
    }
}

/// Row lengths of one source population, kept between slices to save their memory.
/// Invariant between uses: `rows` is all zero and `touched` is empty.
#[derive(Default)]
struct Tally {
    rows: Vec<u32>,
    touched: Vec<u32>,
    slices: Vec<RowCount>,
}

impl Tally {
    fn begin(&mut self, cut: Cuts) {
        self.rows.resize(self.rows.len().max(cut.size as usize), 0);
        self.slices.clear();
        self.slices.resize(cut.n_slices() as usize, RowCount::default());
    }

    #[inline]
    fn add(&mut self, pre: u32) {
        let row = &mut self.rows[pre as usize];
        if *row == 0 {
            self.touched.push(pre);
        }
        *row += 1;
    }

    fn finish(&mut self, population: u32, cut: Cuts, post: Model, inputs: &mut SliceInputs) {
        for pre in self.touched.drain(..) {
            let length = u64::from(std::mem::take(&mut self.rows[pre as usize]));
            let count = &mut self.slices[cut.slice_of(pre) as usize];
            count.filled_rows += 1;
            count.synapses += length;
            count.longest = count.longest.max(length);
        }
        let filled =
            || (0_u32..).zip(&self.slices).filter(|(_, count)| count.synapses > 0).map(|(slice, _)| slice);
        inputs.sources.extend(filled().map(|slice| cut.first_slice + slice));
        let slices_per_block = (MAX_ROWS / cut.atoms_per_core).max(1);
        let mut filled = filled().peekable();
        while let Some(first) = filled.next() {
            let mut end = first + 1;
            while let Some(slice) = filled.next_if(|&slice| slice < first + slices_per_block) {
                end = slice + 1;
            }
            let (block, bytes) = self.block(population, cut, first..end, post);
            inputs.blocks.push(block);
            inputs.bytes += bytes;
        }
    }

    fn block(&self, population: u32, cut: Cuts, slices: Range<u32>, post: Model) -> (InputBlock, RowBytes) {
        let mut sum = RowCount { rows: cut.atoms(slices.clone()).len() as u64, ..RowCount::default() };
        for count in &self.slices[slices.start as usize..slices.end as usize] {
            sum.filled_rows += count.filled_rows;
            sum.synapses += count.synapses;
            sum.longest = sum.longest.max(count.longest);
        }
        let (layout, bytes) = match post {
            Model::LifConv2d => (RowLayout::Kernels, RowBytes::default()),
            _ => sum.smallest(post.core_profile().synapse_word.map_or(0, |word| word.bytes)),
        };
        let block = InputBlock {
            population,
            first_slice: cut.first_slice + slices.start,
            end_slice: cut.first_slice + slices.end,
            n_rows: sum.rows as u32,
            n_filled_rows: sum.filled_rows as u32,
            n_synapses: sum.synapses as u32,
            layout,
        };
        (block, bytes)
    }
}
