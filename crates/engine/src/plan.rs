//! How a network is cut into shards, before any synapse is drawn. No cut changes a result.

use std::ops::Range;

use gennaker_network::{Connector, Convolution, Distribution, Model, Network, Parameter, Projection};

use crate::feed::fed;
use crate::kernels::reads_net_drive;
use crate::options::{Numeric, Options, RingWidth};
use crate::shard::Input;
use crate::store::Drawn;
use crate::sums::{REACH, Receptors};

/// Neurons with input that a shard holds on average at most, so that 16 bits can number those of the largest.
const MAX_NEURONS: u64 = 50_000;
/// A population is cut if it is larger than this part of an average shard, or if its pieces are not too small.
const MIN_SHARE: u64 = 8;
/// Neurons of a piece that is not too small.
const MIN_PIECE: u32 = 512;
/// Ranges begin at multiples of this, so that no group of random words is shared by two of them.
const ALIGNMENT: u32 = 64;
/// Where a shard has more sums than 16 bits can number (its populations may be many and small, each padded), stores number
/// them from a multiple of this on, so that the largest piece can still be reached.
const WINDOW: usize = REACH - (MAX_NEURONS as usize).next_multiple_of(ALIGNMENT as usize);
/// Neurons plus a hundredth of the synapses below which a tick is too short to share between threads.
const MIN_PARALLEL_WORK: f64 = 2_000.0;
/// Most ticks between two exchanges: beyond, nothing is gained.
const MAX_EPOCH: u32 = 32;
/// Below this, single precision holds every whole number.
const EXACT_IN_SINGLE: f64 = 16_777_216.0;

/// The cut, and what follows from the network's delays.
pub(crate) struct Plan {
    pub(crate) shards: Vec<Vec<Piece>>,
    /// How the populations add up.
    pub(crate) receptors: Vec<Receptors>,
    pub(crate) can_overflow: Vec<bool>,
    pub(crate) max_delay: u32,
    /// The target of every population that only feeds it; such populations have no pieces.
    pub(crate) fed: Vec<Option<usize>>,
    /// Ticks that can be run without knowing what was fired in them.
    pub(crate) epoch: u32,
}

/// Neurons of one population in a shard.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) population: usize,
    pub(crate) range: Range<u32>,
    pub(crate) input: Option<Input>,
}

impl Plan {
    pub(crate) fn new(network: &Network, options: &Options, n_threads: usize) -> Self {
        let indices = 0..network.populations.len();
        let can_overflow = |sum: f64| sum > f64::from(i32::MAX);
        let largest: Vec<f64> = indices.clone().map(|p| largest_sum(network, p)).collect();
        let receptors =
            indices.map(|p| receptors(network.populations[p].model, options, largest[p])).collect();
        let delays: Vec<(u32, u32)> = (0..network.projections.len())
            .filter_map(|q| Some(Drawn::new(network, q, options.numeric)?.delays()))
            .collect();
        let shortest = delays.iter().map(|d| d.0).min().unwrap_or(MAX_EPOCH);
        // Sums of fractions must be added in the order of the projections, one spike after the other.
        let counts = options.numeric == Numeric::Chip && !options.list_inputs;
        let fed: Vec<Option<usize>> = fed(network)
            .into_iter()
            .map(|target| target.filter(|&target| counts && !can_overflow(largest[target])))
            .collect();
        let mut plan = Self {
            shards: cut(network, &fed, n_shards(network, options, n_threads)),
            fed,
            receptors,
            can_overflow: largest.iter().map(|&sum| can_overflow(sum)).collect(),
            max_delay: delays.iter().map(|d| d.1).max().unwrap_or(0),
            epoch: (shortest + 1).min(MAX_EPOCH),
        };
        plan.place(network, options);
        plan
    }

    /// A population's neurons in a shard.
    pub(crate) fn piece(&self, shard: usize, population: usize) -> Option<&Piece> {
        let pieces = &self.shards[shard];
        Some(&pieces[pieces.binary_search_by_key(&population, |piece| piece.population).ok()?])
    }

    /// Gives every piece its sums.
    fn place(&mut self, network: &Network, options: &Options) {
        for shard in &mut self.shards {
            let mut first = 0;
            for piece in shard.iter_mut().filter(|p| !network.populations[p.population].model.is_source()) {
                let sums = first..first + piece.range.len();
                first = sums.end.next_multiple_of(ALIGNMENT as usize);
                let saturation = saturation(options.ring_width, self.can_overflow[piece.population]);
                let receptors = self.receptors[piece.population];
                piece.input = Some(Input { sums, base: 0, receptors, saturation });
            }
            if first > REACH {
                for input in shard.iter_mut().filter_map(|piece| piece.input.as_mut()) {
                    input.base = input.sums.start - input.sums.start % WINDOW;
                }
            }
        }
    }
}

/// As many shards as threads, if a tick is long enough to share; more only if neurons could not be numbered.
fn n_shards(network: &Network, options: &Options, n_threads: usize) -> u32 {
    let n_synapses: f64 = (0..network.projections.len())
        .filter_map(|q| Some(Drawn::new(network, q, options.numeric)?.expected()))
        .sum();
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let work = network.n_neurons() as f64 + n_synapses / 100.0;
    let n_threads = if work < MIN_PARALLEL_WORK { 1 } else { n_threads as u64 };
    let targets = network.populations.iter().filter(|p| !p.model.is_source());
    let n_neurons: u64 = targets.map(|p| u64::from(p.size)).sum();
    n_neurons.div_ceil(MAX_NEURONS).max(1).next_multiple_of(n_threads) as u32
}

/// Large populations are cut into equal pieces, one for each shard; the others go where there is most room.
fn cut(network: &Network, fed: &[Option<usize>], n_shards: u32) -> Vec<Vec<Piece>> {
    let mut shards = vec![Vec::new(); n_shards as usize];
    let mut loads = vec![0u64; n_shards as usize];
    let limit = network.n_neurons() / (u64::from(n_shards) * MIN_SHARE);
    let mut whole = Vec::new();
    let populations = network.populations.iter().enumerate();
    for (population, p) in populations.filter(|(population, _)| fed[*population].is_none()) {
        let is_listed = matches!(p.model, Model::SpikeList | Model::SpikesFromArray);
        let is_small = p.size < n_shards * MIN_PIECE && u64::from(p.size) <= limit.min(MAX_NEURONS);
        if is_listed || is_small || n_shards == 1 {
            whole.push((population, p.size));
            continue;
        }
        let length = p.size.div_ceil(n_shards).next_multiple_of(ALIGNMENT);
        // Pieces of whole groups may be fewer than shards. They stay in order, because spikes are published shard by shard.
        let windows = loads.windows(p.size.div_ceil(length) as usize).map(|loads| loads.iter().sum::<u64>());
        let first = windows.enumerate().min_by_key(|window| window.1).map_or(0, |window| window.0);
        for (at, start) in (first..).zip((0..p.size).step_by(length as usize)) {
            let range = start..p.size.min(start + length);
            loads[at] += range.len() as u64;
            shards[at].push(Piece { population, range, input: None });
        }
    }
    whole.sort_by_key(|&(population, size)| (std::cmp::Reverse(size), population));
    for (population, size) in whole {
        let at = (0..loads.len()).min_by_key(|&at| loads[at]).expect("at least one shard");
        loads[at] += u64::from(size);
        shards[at].push(Piece { population, range: 0..size, input: None });
    }
    for shard in &mut shards {
        shard.sort_by_key(|piece| piece.population);
    }
    shards
}

/// The largest sum, if there is any chance to reach it.
fn saturation(width: RingWidth, can_overflow: bool) -> Option<i32> {
    match width {
        RingWidth::Bits16 => Some(i32::from(u16::MAX)),
        // Additions stop at the largest number, so only a smaller limit can be seen to be passed; single precision
        // does not tell the two apart.
        RingWidth::Bits32 => can_overflow.then_some(i32::MAX - 1),
    }
}

/// Net sums halve the traffic; they are allowed where they cannot change a bit.
fn receptors(model: Model, options: &Options, largest_sum: f64) -> Receptors {
    let is_chip = options.numeric == Numeric::Chip;
    let can_be_net = is_chip && options.ring_width == RingWidth::Bits32 && reads_net_drive(model);
    if can_be_net && largest_sum < EXACT_IN_SINGLE { Receptors::Net } else { Receptors::Split }
}

/// No sum of the chip's weights onto a neuron of the population is larger than this.
fn largest_sum(network: &Network, population: usize) -> f64 {
    let Some(word) = network.populations[population].model.descriptor().synapse_word else { return 0.0 };
    let of = |q: &Projection| {
        let most_spikes = match network.populations[q.pre].model {
            Model::PoissonInput => f64::from(u8::MAX),
            _ => 1.0,
        };
        // Weights are rounded.
        let weight = (largest_weight(q) + 1.0).min(f64::from(word.max_weight));
        largest_in_degree(network, q) * most_spikes * weight
    };
    network.projections.iter().filter(|q| q.post == population).map(of).sum()
}

fn largest_weight(projection: &Projection) -> f64 {
    let largest = |weights: &[f64]| weights.iter().fold(0.0, |a: f64, w| a.max(w.abs()));
    match (projection.connector.weights(), &projection.weight) {
        (Some(weights), _) => largest(weights),
        (_, Parameter::Number(weight)) => weight.abs(),
        (_, Parameter::Array(weights)) => largest(weights),
        (_, Parameter::Random(law)) => match *law {
            Distribution::Uniform { low, high } | Distribution::NormalClipped { low, high, .. } => {
                largest(&[low, high])
            }
            #[expect(clippy::cast_precision_loss, reason = "validated to lie within 2^30")]
            Distribution::UniformInt { low, high } => largest(&[low as f64, high as f64]),
            Distribution::Normal { .. } => f64::INFINITY,
        },
        (_, Parameter::Text(_)) => f64::INFINITY,
    }
}

fn largest_in_degree(network: &Network, projection: &Projection) -> f64 {
    let n_pre = f64::from(network.populations[projection.pre].size);
    let n_post = f64::from(network.populations[projection.post].size);
    match &projection.connector {
        Connector::OneToOne => 1.0,
        Connector::FixedInDegree { n, .. } => f64::from(*n),
        Connector::FixedOutDegree { n, with_replacement: true, .. } => {
            almost_surely(n_pre * f64::from(*n), n_post)
        }
        #[expect(clippy::cast_precision_loss, reason = "an upper bound far above the limit")]
        Connector::FixedTotalNumber { n, .. } => almost_surely(*n as f64, n_post),
        Connector::List(list) => {
            let mut counts = vec![0u32; network.populations[projection.post].size as usize];
            list.post.iter().for_each(|&post| counts[post as usize] += 1);
            f64::from(counts.into_iter().max().unwrap_or(0))
        }
        Connector::Conv2d(convolution) => largest_field(convolution),
        _ => n_pre,
    }
}

/// Synapses of a neuron whose kernel lies wholly within the image.
fn largest_field(convolution: &Convolution) -> f64 {
    let Convolution { kernel, pool, input, groups, .. } = convolution;
    [kernel[0], kernel[1], pool[0], pool[1], input[0] / groups].map(f64::from).iter().product()
}

/// As many of `n` balls as no one of `n_boxes` boxes gets, but for a chance of less than e^-400: by Chernoff's bound,
/// P(X >= m + t) <= exp(-t^2 / (2 m + 2 t / 3)) with m the mean and t = 30 sqrt(m) + 400.
fn almost_surely(n: f64, n_boxes: f64) -> f64 {
    let mean = n / n_boxes;
    (mean + 30.0 * mean.sqrt() + 400.0).min(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_holds_for_all_means() {
        for mean in [0.01, 0.1, 1.0, 30.0, 1e3, 1e5, 1e9] {
            let t = almost_surely(mean * 1e12, 1e12) - mean;
            assert!(t * t / (2.0 * mean + 2.0 * t / 3.0) > 400.0, "{mean}");
        }
    }
}
