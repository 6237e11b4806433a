//! From a network description to blocks with their state and synapse stores.

use std::ops::Range;

use gennaker_network::{
    Connector, Distribution, Model, Network, NetworkError, Parameter, Projection, QuantisationReport,
    Quantiser, Synapse, for_each_pair, for_each_synapse,
};
use rayon::prelude::*;

use crate::arithmetic::{Arithmetic, Sum};
use crate::block::{Block, Incoming};
use crate::error::EngineError;
use crate::kernels::{Fired, kernel, reads_net_drive};
use crate::options::{Numeric, Options, RingWidth};
use crate::parameters::ParameterReader;
use crate::recorder::StateRecorder;
use crate::ring::{Receptors, Ring};
use crate::store::{SharedValues, Store, StoreBuilder, Synapses};

/// Most neurons in a block: two sums per neuron must be numbered with 16 bits, and a ring should stay in cache.
const MAX_BLOCK: u32 = 16_384;
/// Fewest neurons for which a population is cut so that several threads can share it.
const MIN_CUT: u32 = 1024;
/// Blocks begin at multiples of this, so that no group of random words is shared by two of them.
const BLOCK_ALIGNMENT: u32 = 64;
/// Below this, single precision holds every whole number.
const EXACT_IN_SINGLE: f64 = 16_777_216.0;

/// The blocks of a network, and what quantisation did to each projection.
pub(crate) type Built<A> = (Vec<Block<A>>, Vec<QuantisationReport>);
/// One block, with the account of each projection onto it.
type BuiltBlock<A> = (Block<A>, Vec<(usize, QuantisationReport)>);

/// Builds all blocks; runs on the current thread pool.
pub(crate) fn build<A: Arithmetic>(
    network: &Network,
    options: &Options,
    n_threads: usize,
) -> Result<Built<A>, EngineError> {
    let by_population: Vec<Vec<Plan>> =
        (0..network.populations.len()).map(|p| plans(network, options, p, n_threads)).collect();
    let plans = interleaved(by_population);
    let built: Vec<BuiltBlock<A>> =
        plans.into_par_iter().map(|plan| plan.build(network, options)).collect::<Result<_, EngineError>>()?;
    let mut reports = vec![QuantisationReport::default(); network.projections.len()];
    let mut blocks = Vec::with_capacity(built.len());
    for (block, parts) in built {
        parts.iter().for_each(|(projection, part)| reports[*projection].merge(part));
        blocks.push(block);
    }
    for (projection, report) in network.projections.iter().zip(&reports) {
        report.check(options.out_of_range, &projection.name, network.populations[projection.post].model)?;
    }
    Ok((blocks, reports))
}

/// First blocks first, then second blocks and so on: threads that share the blocks out in order get equal parts of every
/// population. Within a population blocks stay in the order of neurons.
fn interleaved(by_population: Vec<Vec<Plan>>) -> Vec<Plan> {
    let mut numbered: Vec<(usize, Plan)> =
        by_population.into_iter().flat_map(|p| p.into_iter().enumerate()).collect();
    numbered.sort_by_key(|(number, _)| *number);
    numbered.into_iter().map(|(_, plan)| plan).collect()
}

/// What is fixed for a block before any synapse is drawn.
struct Plan {
    population: usize,
    range: Range<u32>,
    receptors: Receptors,
    max_delay: u32,
    can_overflow: bool,
}

fn plans(network: &Network, options: &Options, population: usize, n_threads: usize) -> Vec<Plan> {
    let p = &network.populations[population];
    let is_listed = matches!(p.model, Model::SpikeList | Model::SpikesFromArray);
    let n_blocks = match (is_listed, p.size) {
        (true, _) => 1,
        (false, size) if size >= MIN_CUT => size.div_ceil(MAX_BLOCK).next_multiple_of(n_threads as u32),
        (false, size) => size.div_ceil(MAX_BLOCK),
    };
    let length = p.size.div_ceil(n_blocks).next_multiple_of(BLOCK_ALIGNMENT);
    let largest_sum = largest_sum(network, population);
    let receptors = receptors(p.model, options, largest_sum);
    let can_overflow = largest_sum > f64::from(i32::MAX);
    let max_delay =
        incoming(network, population).map(|(_, q)| longest_delay(network, options, q)).max().unwrap_or(0);
    (0..p.size)
        .step_by(length as usize)
        .map(|start| Plan {
            population,
            range: start..p.size.min(start + length),
            receptors,
            max_delay,
            can_overflow,
        })
        .collect()
}

fn incoming(network: &Network, population: usize) -> impl Iterator<Item = (usize, &Projection)> {
    network.projections.iter().enumerate().filter(move |(_, q)| q.post == population)
}

/// Net sums halve the traffic; they are allowed where they cannot change a bit.
fn receptors(model: Model, options: &Options, largest_sum: f64) -> Receptors {
    let is_chip = options.numeric == Numeric::Chip;
    let can_be_net = is_chip && options.ring_width == RingWidth::Bits32 && reads_net_drive(model);
    if can_be_net && largest_sum < EXACT_IN_SINGLE { Receptors::Net } else { Receptors::Split }
}

/// No sum of the chip's weights onto a neuron of the population is larger than this.
fn largest_sum(network: &Network, population: usize) -> f64 {
    let word = network.populations[population].model.descriptor().synapse_word;
    let fan_in: f64 = incoming(network, population).map(|(_, q)| largest_in_degree(network, q)).sum();
    fan_in * word.map_or(0.0, |word| f64::from(word.max_weight))
}

fn largest_in_degree(network: &Network, projection: &Projection) -> f64 {
    let n_pre = f64::from(network.populations[projection.pre].size);
    match &projection.connector {
        Connector::OneToOne => 1.0,
        Connector::FixedInDegree { n, .. } => f64::from(*n),
        Connector::FixedOutDegree { n, with_replacement: true, .. } => n_pre * f64::from(*n),
        #[expect(clippy::cast_precision_loss, reason = "an upper bound far above the limit")]
        Connector::FixedTotalNumber { n, .. } => *n as f64,
        Connector::List(list) => {
            let mut counts = vec![0u32; network.populations[projection.post].size as usize];
            list.post.iter().for_each(|&post| counts[post as usize] += 1);
            f64::from(counts.into_iter().max().unwrap_or(0))
        }
        _ => n_pre,
    }
}

/// The longest delay that a projection's synapses can have after quantisation.
fn longest_delay(network: &Network, options: &Options, projection: &Projection) -> u32 {
    let drawn = match (&projection.connector, &projection.delay) {
        (Connector::List(list), _) if !list.delay.is_empty() => list.delay.iter().copied().max().unwrap_or(0),
        (_, Parameter::Number(delay)) => whole(*delay),
        (_, Parameter::Random(Distribution::UniformInt { high, .. })) => u32::try_from(*high).unwrap_or(0),
        (
            _,
            Parameter::Random(Distribution::Uniform { high, .. } | Distribution::NormalClipped { high, .. }),
        ) => whole(*high),
        _ => 0,
    };
    let word = network.populations[projection.post].model.descriptor().synapse_word;
    match word {
        Some(word) if word.delay_bits == 0 => 0,
        Some(word) if options.numeric.quantises() => drawn.min(word.max_delay()),
        _ => drawn,
    }
}

#[expect(clippy::cast_sign_loss, reason = "delays are validated to be at least 0")]
fn whole(delay: f64) -> u32 {
    delay.round() as u32
}

impl Plan {
    fn build<A: Arithmetic>(
        self,
        network: &Network,
        options: &Options,
    ) -> Result<BuiltBlock<A>, EngineError> {
        let population = &network.populations[self.population];
        let mut incoming_stores = Vec::new();
        let mut reports = Vec::new();
        for (projection, _) in incoming(network, self.population) {
            let (store, report) = self.store::<A>(network, options, projection)?;
            incoming_stores.push(Incoming { pre: network.projections[projection].pre, projection, store });
            reports.push((projection, report));
        }
        let n = self.range.len();
        let reader = ParameterReader {
            population,
            index: self.population,
            seed: network.seed,
            range: self.range.clone(),
            to_single: options.numeric.rounds_parameters(),
        };
        let block = Block {
            population: self.population,
            kernel: kernel(&reader, self.receptors),
            ring: (!population.model.is_source()).then(|| Ring::new(n, self.receptors, self.max_delay)),
            incoming: incoming_stores,
            fired: Fired::new(&self.range),
            recorders: StateRecorder::for_block(population, &self.range),
            saturation: self.saturation(options.ring_width),
            can_overflow: self.can_overflow,
            scratch: Vec::new(),
            n_events: 0,
            n_saturated: 0,
            range: self.range,
        };
        Ok((block, reports))
    }

    /// The largest sum, if there is any chance to reach it.
    fn saturation(&self, width: RingWidth) -> Option<i32> {
        match width {
            RingWidth::Bits16 => Some(i32::from(u16::MAX)),
            // Additions stop at the largest number, so only a smaller limit can be seen to be passed; single precision
            // does not tell the two apart.
            RingWidth::Bits32 => self.can_overflow.then_some(i32::MAX - 1),
        }
    }

    /// Draws the synapses of one projection onto this block: twice, to count them and to place them, unless the rule says all.
    fn store<A: Arithmetic>(
        &self,
        network: &Network,
        options: &Options,
        projection: usize,
    ) -> Result<(Store<A::Sum>, QuantisationReport), EngineError> {
        let p = &network.projections[projection];
        let n_senders = network.populations[p.pre].size as usize;
        let model = network.populations[p.post].model;
        let quantiser = Quantiser::new(model).ok_or_else(|| NetworkError::ProjectionOntoSource {
            projection: p.name.clone(),
            population: network.populations[p.post].name.clone(),
            model: model.name(),
        })?;
        let quantises = options.numeric.quantises();
        let mut drawn = Drawn { network, projection, range: self.range.clone(), quantises, quantiser };
        let mut builder = StoreBuilder::new(n_senders, self.range.start, self.range.len(), self.receptors);
        let shared = drawn.shared_values();
        if let (Connector::OneToOne, Some((shared, account))) = (&p.connector, shared) {
            return Ok((builder.diagonal(shared), account.times(self.range.len() as u64)));
        }
        check_count(self.certain_synapses(network, p), &p.name)?;
        let can_be_bits = A::Sum::COUNTS && !self.can_overflow;
        if let (true, Some((shared, account)), Some(expected)) =
            (can_be_bits, shared, self.expected_simple(network, p))
            && builder.is_dense(expected)
            && let Some(store) = builder.bits(shared, &drawn)
        {
            let n_synapses = store.len() as u64;
            return Ok((store, account.times(n_synapses)));
        }
        let n_synapses = builder.count(&drawn);
        check_count(n_synapses, &p.name)?;
        if let Some((shared, account)) = shared {
            return Ok((builder.place_shared(shared, &drawn), account.times(n_synapses)));
        }
        let store = builder.place(&mut drawn);
        Ok((store, *drawn.quantiser.report()))
    }

    /// The expected number of synapses onto this block, for rules that never connect a pair twice.
    fn expected_simple(&self, network: &Network, projection: &Projection) -> Option<f64> {
        let n_pre = f64::from(network.populations[projection.pre].size);
        let n_post = f64::from(network.populations[projection.post].size);
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let n_targets = self.range.len() as f64;
        match &projection.connector {
            Connector::AllToAll { .. } => Some(n_pre * n_targets),
            Connector::FixedProbability { p, .. } => Some(p * n_pre * n_targets),
            Connector::FixedInDegree { n, with_replacement: false, .. } => Some(f64::from(*n) * n_targets),
            Connector::FixedOutDegree { n, with_replacement: false, .. } => {
                Some(f64::from(*n) / n_post * n_pre * n_targets)
            }
            // Lists may repeat a pair; that is found out when they are stored.
            Connector::List(list) => Some(list.len() as f64 / n_post * n_targets),
            _ => None,
        }
    }

    /// Synapses onto this block that need not be drawn to be known; fewer than there are for some rules.
    fn certain_synapses(&self, network: &Network, projection: &Projection) -> u64 {
        let n_pre = u64::from(network.populations[projection.pre].size);
        let n_targets = self.range.len() as u64;
        let is_whole = self.range.len() == network.populations[projection.post].size as usize;
        match projection.connector {
            Connector::FixedInDegree { n, .. } => u64::from(n) * n_targets,
            Connector::AllToAll { .. } => (n_pre - 1) * n_targets,
            Connector::FixedOutDegree { n, .. } if is_whole => u64::from(n) * n_pre,
            Connector::FixedTotalNumber { n, .. } if is_whole => n,
            _ => 0,
        }
    }
}

/// Rows are addressed with 32 bits.
fn check_count(n_synapses: u64, projection: &str) -> Result<(), EngineError> {
    if n_synapses >= u64::from(u32::MAX) {
        return Err(EngineError::TooManySynapses { projection: projection.to_owned(), n_synapses });
    }
    Ok(())
}

/// The synapses of a projection onto a block, with weights and delays as the arithmetic uses them.
struct Drawn<'a> {
    network: &'a Network,
    projection: usize,
    range: Range<u32>,
    quantises: bool,
    quantiser: Quantiser,
}

impl Drawn<'_> {
    /// The values of all synapses, if the description says that they are alike, with the account of one of them.
    fn shared_values(&self) -> Option<(SharedValues, QuantisationReport)> {
        let p = &self.network.projections[self.projection];
        let given = match (&p.connector, &p.weight, &p.delay) {
            (Connector::List(list), Parameter::Number(weight), Parameter::Number(delay)) => {
                let weight = common(&list.weight).unwrap_or(list.weight.is_empty().then_some(*weight))?;
                let delay = common(&list.delay).unwrap_or(list.delay.is_empty().then(|| whole(*delay)))?;
                SharedValues { weight, delay }
            }
            (_, Parameter::Number(weight), Parameter::Number(delay)) => {
                SharedValues { weight: *weight, delay: whole(*delay) }
            }
            _ => return None,
        };
        let mut quantiser = self.quantiser.clone();
        let (weight, delay) = used(self.quantises, &mut quantiser, given.weight, given.delay);
        Some((SharedValues { weight, delay }, *quantiser.report()))
    }
}

/// The one value that a non-empty column holds: `Some(Some(v))`; `Some(None)` if it holds several; `None` if it is empty.
fn common<T: Copy + PartialEq>(column: &[T]) -> Option<Option<T>> {
    let first = *column.first()?;
    Some(column.iter().all(|&x| x == first).then_some(first))
}

/// Weight and delay as the arithmetic uses them. Without quantisation only the account is discarded: a model without delay
/// field ignores delays in every arithmetic.
#[inline]
fn used(quantises: bool, quantiser: &mut Quantiser, weight: f64, delay: u32) -> (f64, u32) {
    if quantises {
        let (weight, delay) = quantiser.quantise(weight, delay);
        return (f64::from(weight), delay);
    }
    (weight, quantiser.delay_in_use(delay))
}

impl Synapses for Drawn<'_> {
    fn pairs(&self, each: impl FnMut(u32, u32)) {
        for_each_pair(self.network, self.projection, self.range.clone(), each);
    }

    fn pairs_onto(&self, posts: Range<u32>, each: impl FnMut(u32, u32)) -> Option<()> {
        let connector = &self.network.projections[self.projection].connector;
        connector.is_drawn_per_target().then(|| for_each_pair(self.network, self.projection, posts, each))
    }

    fn walk(&mut self, mut each: impl FnMut(Synapse)) {
        let (quantises, quantiser) = (self.quantises, &mut self.quantiser);
        for_each_synapse(self.network, self.projection, self.range.clone(), |s| {
            let (weight, delay) = used(quantises, quantiser, s.weight, s.delay);
            each(Synapse { weight, delay, ..s });
        });
    }
}
