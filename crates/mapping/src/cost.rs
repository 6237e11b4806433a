//! What a slice of a population costs a PE, before and after its synapses are counted.

use std::collections::BTreeMap;
use std::ops::Range;

use gennaker_machine::PeSpec;
use gennaker_network::random::poisson_thresholds;
use gennaker_network::{
    Connector, Convolution, CoreProfile, Model, Network, Population, Projection, Resolved, Selection,
    in_degrees,
};

use crate::budget::{self, BlockSizes, MemoryBlock as Block};
use crate::kernels::{KERNEL_RECORD_BYTES, channels, convolutions_onto, kernel_bytes};
use crate::options::MappingOptions;
use crate::order::AtomOrder;
use crate::rows::{RowBytes, RowCount, RowLayout};

/// Where recordings are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Recorder {
    /// Nowhere: the cost without recordings.
    Off,
    /// In SRAM for the whole run.
    Sram,
    /// In DRAM, with a buffer in SRAM.
    Dram,
}

/// How rows are sized before they are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Bound {
    /// Rows of random projections have their expected number, and six standard deviations: nearly always enough.
    Likely,
    /// As many rows as there can be.
    Certain,
}

/// A population as the memory budget sees it; ranges are ranges of atoms in its order.
pub(crate) struct PopulationCost<'a> {
    pub(crate) population: &'a Population,
    pub(crate) profile: CoreProfile,
    inputs: Vec<Input>,
    /// The convolutions onto it, with the shape that they give it.
    kernels: Vec<(&'a Convolution, [u32; 3])>,
    order: AtomOrder,
    /// Most keys that the sources can send in one tick.
    n_keys: u64,
    /// Spikes of the first `i` atoms of a spike list.
    spikes_before: Vec<u64>,
    individual: bool,
    /// How rows are sized before they are counted.
    pub(crate) bound: Bound,
    pe: &'a PeSpec,
    options: &'a MappingOptions,
}

/// All projections from one source population, taken together, since they share rows.
struct Input {
    n_pre: u64,
    /// Synapses of the first `i` target atoms; none for convolutions, whose budget does not depend on them.
    synapses_before: Vec<u64>,
    /// Projections that give a pair of neurons at most one synapse; `None` if any gives more.
    single_synapse_projections: Option<u64>,
    /// Whether all pairs of neurons are equally likely to be connected.
    is_uniform: bool,
}

impl<'a> PopulationCost<'a> {
    pub(crate) fn new(
        network: &'a Network,
        index: usize,
        pe: &'a PeSpec,
        options: &'a MappingOptions,
    ) -> Self {
        let population = &network.populations[index];
        let mut sources: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (projection, p) in network.projections.iter().enumerate().filter(|(_, p)| p.post == index) {
            sources.entry(p.pre).or_default().push(projection);
        }
        let inputs: Vec<Input> =
            sources.iter().map(|(&pre, projections)| Input::new(network, pre, projections)).collect();
        Self {
            population,
            profile: population.model.core_profile(),
            n_keys: sources.keys().map(|&pre| most_keys(network, pre)).sum(),
            inputs,
            kernels: convolutions_onto(network, index)
                .into_iter()
                .map(|(_, kernels, to)| (kernels, to))
                .collect(),
            order: AtomOrder::Contiguous,
            spikes_before: spikes_before(population),
            individual: population.has_individual_parameters() || population.model == Model::SpikesFromArray,
            bound: Bound::Likely,
            pe,
            options,
        }
    }

    /// SRAM of a PE.
    pub(crate) fn sram_bytes(&self) -> u32 {
        self.pe.sram_bytes
    }

    /// Incoming synapses of one neuron; for convolutions those that a neuron away from the image's edges has.
    pub(crate) fn synapses_of(&self, atom: u32) -> u64 {
        let listed: u64 = self.inputs.iter().map(|input| input.synapses(atom..atom + 1)).sum();
        listed + self.kernels.iter().map(|(kernels, _)| most_synapses(kernels)).sum::<u64>()
    }

    /// The order in which neurons are dealt out.
    pub(crate) fn order(&self) -> AtomOrder {
        self.order
    }

    /// Takes the neurons in another order.
    pub(crate) fn set_order(&mut self, order: AtomOrder) {
        let from = std::mem::replace(&mut self.order, order);
        if from != order {
            let inputs = self.inputs.iter_mut().map(|input| &mut input.synapses_before);
            inputs.chain([&mut self.spikes_before]).for_each(|sums| *sums = reordered(sums, from, order));
        }
    }

    /// Whether a PE holds kernels in the place of rows.
    pub(crate) fn has_kernels(&self) -> bool {
        !self.kernels.is_empty()
    }

    /// What the neurons cost together as long as rows are not yet counted.
    pub(crate) fn estimate(&self, neurons: &Range<u32>, recorder: Recorder) -> BlockSizes {
        let word_bytes = self.profile.synapse_word.map_or(0, |word| word.bytes);
        let mut rows = RowBytes::default();
        let mut records = 0;
        for input in &self.inputs {
            rows += input.estimate(neurons, word_bytes, self.bound);
            records += max_records(input.n_pre);
        }
        self.with_rows(neurons, rows, records, recorder)
    }

    /// What the neurons cost with rows of known size.
    pub(crate) fn with_rows(
        &self,
        neurons: &Range<u32>,
        rows: RowBytes,
        n_records: u64,
        recorder: Recorder,
    ) -> BlockSizes {
        let n = neurons.end - neurons.start;
        let mut sizes = BlockSizes::default();
        sizes.set(Block::Code, u64::from(self.pe.code_bytes));
        sizes.set(Block::StackAndHeap, u64::from(self.pe.stack_bytes));
        sizes.set(Block::Log, u64::from(self.options.log_bytes));
        sizes.set(Block::PopulationTable, n_records * u64::from(budget::POPULATION_RECORD_BYTES));
        sizes.set(Block::RowPointers, rows.pointers);
        sizes.set(Block::SynapseWords, rows.words);
        sizes.set(Block::Kernels, self.kernel_bytes(neurons));
        sizes.set(Block::EventFifo, self.fifo_bytes());
        sizes.set(Block::RingBuffer, self.profile.ring.map_or(0, |ring| budget::ring_buffer_bytes(ring, n)));
        sizes.set(Block::NeuronState, budget::neuron_state_bytes(self.profile.state_words, n));
        let parameter_words = self.profile.parameter_words;
        sizes.set(
            Block::NeuronParameters,
            budget::neuron_parameter_bytes(parameter_words, n, self.individual),
        );
        if self.population.model == Model::SpikeList {
            let spikes =
                self.spikes_before[neurons.end as usize] - self.spikes_before[neurons.start as usize];
            sizes.set(Block::SourceData, budget::source_data_bytes(n, spikes));
        }
        let (spikes, states) = self.recording_bytes(neurons, recorder);
        sizes.set(Block::SpikeRecording, spikes);
        sizes.set(Block::StateRecording, states);
        sizes
    }

    /// DRAM for the recordings of the neurons over the whole run, in bytes.
    pub(crate) fn dram_bytes(&self, neurons: &Range<u32>, recorder: Recorder) -> u64 {
        match recorder {
            Recorder::Dram => {
                let (spikes, states) = self.recording_bytes(neurons, Recorder::Sram);
                spikes + states
            }
            Recorder::Off | Recorder::Sram => 0,
        }
    }

    /// Geometry and kernels of all convolutions, for the channels that the atoms lie in.
    fn kernel_bytes(&self, atoms: &Range<u32>) -> u64 {
        let bytes = |&(kernels, output): &(&Convolution, [u32; 3])| {
            let channels = channels(self.order, atoms.clone(), output);
            u64::from(KERNEL_RECORD_BYTES) + kernel_bytes(kernels, channels.end - channels.start)
        };
        self.kernels.iter().map(bytes).sum()
    }

    fn fifo_bytes(&self) -> u64 {
        if self.profile.is_source {
            return 0;
        }
        let few_sources = self.n_keys <= budget::SMALL_FIFO_SOURCES;
        let usual = self.pe.event_fifo_words;
        let by_rule = if few_sources { usual.min(budget::SMALL_FIFO_WORDS) } else { usual };
        budget::event_fifo_bytes(self.options.event_fifo_words.unwrap_or(by_rule))
    }

    /// SRAM for recorded spikes and for recorded states, in bytes.
    fn recording_bytes(&self, neurons: &Range<u32>, recorder: Recorder) -> (u64, u64) {
        let kept = |ticks: u32| match recorder {
            Recorder::Off => 0,
            Recorder::Sram => ticks,
            Recorder::Dram => ticks.min(budget::DRAIN_TICKS),
        };
        let timesteps = self.options.timesteps;
        let (mut spikes, mut states) = (0, 0);
        for recording in &self.population.record {
            let n = match &recording.neurons {
                Selection::All => neurons.end - neurons.start,
                Selection::Only(list) => {
                    list.iter().filter(|&&n| neurons.contains(&self.order.atom_of(n))).count() as u32
                }
            };
            if recording.variable == "spikes" {
                // One bit says whether a neuron spiked; a number of spikes takes a byte.
                let n = if self.population.model == Model::PoissonInput { 8 * n } else { n };
                let window =
                    recording.stop.unwrap_or(timesteps).min(timesteps).saturating_sub(recording.start);
                spikes += budget::spike_recording_bytes(kept(window), n);
            } else {
                let samples = if recording.variable == "v_last" { 1 } else { recording.n_samples(timesteps) };
                states += budget::state_recording_bytes(kept(samples), n);
            }
        }
        (spikes, states)
    }
}

impl Input {
    fn new(network: &Network, pre: usize, projections: &[usize]) -> Self {
        let post = &network.populations[network.projections[projections[0]].post];
        let has_rows = post.model != Model::LifConv2d;
        let mut synapses_before = if has_rows { vec![0; post.size as usize + 1] } else { Vec::new() };
        let projections = if has_rows { projections } else { &[] };
        for &projection in projections {
            for (sum, degree) in synapses_before[1..].iter_mut().zip(in_degrees(network, projection)) {
                *sum += u64::from(degree);
            }
        }
        for i in 1..synapses_before.len() {
            synapses_before[i] += synapses_before[i - 1];
        }
        let single = projections.iter().all(|&p| is_single_synapse(&network.projections[p]));
        Self {
            n_pre: u64::from(network.populations[pre].size),
            synapses_before,
            single_synapse_projections: single.then_some(projections.len() as u64),
            is_uniform: projections.iter().all(|&p| is_uniform(&network.projections[p])),
        }
    }

    fn synapses(&self, neurons: Range<u32>) -> u64 {
        if self.synapses_before.is_empty() {
            return 0;
        }
        self.synapses_before[neurons.end as usize] - self.synapses_before[neurons.start as usize]
    }

    /// The rows' memory in the layout that will be smallest.
    fn estimate(&self, neurons: &Range<u32>, word_bytes: u32, bound: Bound) -> RowBytes {
        if self.synapses_before.is_empty() {
            return RowBytes::default();
        }
        let synapses = self.synapses(neurons.clone());
        let mut filled_rows = self.n_pre.min(synapses);
        if bound == Bound::Likely && self.is_uniform {
            filled_rows = filled_rows.min(likely_rows(self.n_pre, synapses, neurons.end - neurons.start));
        }
        let filled_rows = filled_rows + max_records(self.n_pre) - 1;
        let count = RowCount { rows: self.n_pre, filled_rows, synapses, longest: 0 };
        let [pointers, listed] =
            [RowLayout::Pointers, RowLayout::Listed].map(|layout| count.bytes(layout, word_bytes));
        let variable = if pointers.total() <= listed.total() { pointers } else { listed };
        let Some(n_projections) = self.single_synapse_projections else { return variable };
        let row_words = n_projections as u32 * (neurons.end - neurons.start);
        let fixed = count.bytes(RowLayout::Fixed { row_words }, word_bytes);
        if fixed.total() <= variable.total() { fixed } else { variable }
    }
}

/// Most keys that a population can send in one tick.
fn most_keys(network: &Network, index: usize) -> u64 {
    let population = &network.populations[index];
    if population.model != Model::PoissonInput {
        return population.size.into();
    }
    let highest_mean = match population.resolve("mean", network.seed, index) {
        Resolved::Shared(mean) => mean,
        Resolved::PerNeuron(means) => means.into_iter().fold(0.0, f64::max),
    };
    u64::from(population.size) * poisson_thresholds(highest_mean).len() as u64
}

/// Records needed for `n_pre` source neurons when each holds at least half of the rows that it may.
fn max_records(n_pre: u64) -> u64 {
    n_pre.div_ceil(u64::from(crate::rows::MAX_ROWS) / 2).max(1)
}

/// Rows with a synapse, out of `n_pre`, when `synapses` fall anywhere in `n_pre` rows of `n_targets` places each:
/// the expected number and six standard deviations, whose square is at most `n_pre / 4`.
fn likely_rows(n_pre: u64, synapses: u64, n_targets: u32) -> u64 {
    let pairs = n_pre as f64 * f64::from(n_targets);
    let place_is_empty = (1.0 - synapses as f64 / pairs).max(0.0);
    // Plain products, as the powers of the standard library differ between platforms.
    let row_is_empty: f64 = (0..n_targets).map(|_| place_is_empty).product();
    let likely = n_pre as f64 * (1.0 - row_is_empty) + 3.0 * (n_pre as f64).sqrt();
    likely.ceil() as u64
}

/// Whether the connector treats all pairs of neurons alike.
fn is_uniform(projection: &Projection) -> bool {
    matches!(
        projection.connector,
        Connector::FixedProbability { .. }
            | Connector::FixedInDegree { .. }
            | Connector::FixedOutDegree { .. }
            | Connector::FixedTotalNumber { .. }
    )
}

/// Whether no pair of neurons can have more than one synapse.
fn is_single_synapse(projection: &Projection) -> bool {
    match projection.connector {
        Connector::OneToOne
        | Connector::AllToAll { .. }
        | Connector::FixedProbability { .. }
        | Connector::DistanceDependent { .. }
        | Connector::Conv2d(_) => true,
        Connector::FixedInDegree { with_replacement, .. }
        | Connector::FixedOutDegree { with_replacement, .. }
        | Connector::FixedTotalNumber { with_replacement, .. } => !with_replacement,
        Connector::List(_) => false,
    }
}

/// Sums over the first places of one order, turned into sums over the first places of another.
fn reordered(sums: &[u64], from: AtomOrder, to: AtomOrder) -> Vec<u64> {
    let of_atom = |atom: u32| {
        let place = from.atom_of(to.neuron_of(atom)) as usize;
        sums[place + 1] - sums[place]
    };
    let n_atoms = sums.len().saturating_sub(1) as u32;
    let totals = (0..n_atoms).scan(0, |total, atom| {
        *total += of_atom(atom);
        Some(*total)
    });
    sums.first().copied().into_iter().chain(totals).collect()
}

/// Synapses that a convolution gives a neuron whose window lies within the image.
fn most_synapses(kernels: &Convolution) -> u64 {
    let pixels = kernels.kernel.iter().chain(&kernels.pool).map(|&length| u64::from(length)).product::<u64>();
    u64::from(kernels.input[0] / kernels.groups) * pixels
}

fn spikes_before(population: &Population) -> Vec<u64> {
    let mut sums = vec![0; population.size as usize + 1];
    for &neuron in population.spikes.neurons() {
        sums[neuron as usize + 1] += 1;
    }
    for i in 1..sums.len() {
        sums[i] += sums[i - 1];
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likely_rows_follow_the_expectation_and_never_pass_what_is_certain_by_much() {
        assert_eq!(likely_rows(10_000, 0, 10), 300);
        let tenth = likely_rows(10_000, 10_000, 10);
        assert_eq!(tenth, (10_000.0 * (1.0 - 0.9_f64.powi(10))).ceil() as u64 + 300);
        assert_eq!(likely_rows(10_000, 100_000, 10), 10_300);
    }
}
