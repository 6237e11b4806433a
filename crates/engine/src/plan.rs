//! How a network is cut into shards, before any synapse is drawn. No cut changes a result.

use std::ops::Range;

use gennaker_network::{Connector, Model, Network, Projection, Quantiser};

use crate::kernels::reads_net_drive;
use crate::options::{Numeric, Options, RingWidth};
use crate::shard::Input;
use crate::store::Drawn;
use crate::sums::Receptors;

/// Neurons with input that a shard holds on average at most, so that 16 bits can number those of the largest.
const MAX_NEURONS: u64 = 50_000;
/// A population is cut if it is larger than this part of an average shard.
const MIN_SHARE: u64 = 8;
/// Ranges begin at multiples of this, so that no group of random words is shared by two of them.
const ALIGNMENT: u32 = 64;
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
        let largest: Vec<f64> = indices.clone().map(|p| largest_sum(network, p)).collect();
        let receptors =
            indices.map(|p| receptors(network.populations[p].model, options, largest[p])).collect();
        let delays: Vec<(u32, u32)> = (0..network.projections.len())
            .filter_map(|q| Some(drawn(network, options, q)?.delays()))
            .collect();
        let shortest = delays.iter().map(|d| d.0).min().unwrap_or(MAX_EPOCH);
        let mut plan = Self {
            shards: cut(network, n_shards(network, options, n_threads)),
            receptors,
            can_overflow: largest.iter().map(|sum| *sum > f64::from(i32::MAX)).collect(),
            max_delay: delays.iter().map(|d| d.1).max().unwrap_or(0),
            epoch: (shortest + 1).min(MAX_EPOCH),
        };
        plan.place(network, options);
        plan
    }

    /// Gives every piece its sums.
    fn place(&mut self, network: &Network, options: &Options) {
        for shard in &mut self.shards {
            let mut first = 0;
            for piece in shard.iter_mut().filter(|p| !network.populations[p.population].model.is_source()) {
                let sums = first..first + piece.range.len();
                first = sums.end.next_multiple_of(ALIGNMENT as usize);
                let saturation = saturation(options.ring_width, self.can_overflow[piece.population]);
                piece.input = Some(Input { sums, receptors: self.receptors[piece.population], saturation });
            }
        }
    }
}

/// What a projection's synapses onto all of its targets look like; `None` if the target is a source.
pub(crate) fn drawn<'a>(network: &'a Network, options: &Options, projection: usize) -> Option<Drawn<'a>> {
    let post = &network.populations[network.projections[projection].post];
    let quantiser = Quantiser::new(post.model)?;
    Some(Drawn { network, projection, range: 0..post.size, origin: 0, numeric: options.numeric, quantiser })
}

/// As many shards as threads, if a tick is long enough to share; more only if neurons could not be numbered.
fn n_shards(network: &Network, options: &Options, n_threads: usize) -> u32 {
    let n_synapses: f64 =
        (0..network.projections.len()).filter_map(|q| Some(drawn(network, options, q)?.expected())).sum();
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let work = network.n_neurons() as f64 + n_synapses / 100.0;
    let n_threads = if work < MIN_PARALLEL_WORK { 1 } else { n_threads as u64 };
    let targets = network.populations.iter().filter(|p| !p.model.is_source());
    let n_neurons: u64 = targets.map(|p| u64::from(p.size)).sum();
    n_neurons.div_ceil(MAX_NEURONS).max(1).next_multiple_of(n_threads) as u32
}

/// Large populations are cut into equal pieces, one for each shard; the others go where there is most room.
fn cut(network: &Network, n_shards: u32) -> Vec<Vec<Piece>> {
    let mut shards = vec![Vec::new(); n_shards as usize];
    let mut loads = vec![0u64; n_shards as usize];
    let limit = network.n_neurons() / (u64::from(n_shards) * MIN_SHARE);
    let mut whole = Vec::new();
    for (population, p) in network.populations.iter().enumerate() {
        let is_listed = matches!(p.model, Model::SpikeList | Model::SpikesFromArray);
        if is_listed || u64::from(p.size) <= limit || n_shards == 1 {
            whole.push((population, p.size));
            continue;
        }
        let length = p.size.div_ceil(n_shards).next_multiple_of(ALIGNMENT);
        for (at, start) in (0..p.size).step_by(length as usize).enumerate() {
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
    let word = network.populations[population].model.descriptor().synapse_word;
    let incoming = network.projections.iter().filter(|q| q.post == population);
    let fan_in: f64 = incoming.map(|q| largest_in_degree(network, q)).sum();
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
