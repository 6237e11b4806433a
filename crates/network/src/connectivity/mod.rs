//! Drawing the synapses of a projection: all of them or those of a range of targets, always the same ones.

mod rules;
mod slices;

use std::ops::Range;

use rayon::prelude::*;

use crate::connector::Connector;
use crate::network::Network;
use crate::parameter::{Distribution, Parameter};
use crate::random::{Purpose, Stream};

pub use slices::{BitMatrix, slice_pairs};

/// One synapse, before quantisation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Synapse {
    /// Index of the sending neuron in its population.
    pub pre: u32,
    /// Index of the receiving neuron in its population.
    pub post: u32,
    /// Weight as the user wrote it.
    pub weight: f64,
    /// Delay field in ticks.
    pub delay: u32,
}

/// Calls `each` for every synapse onto the targets in `post`, in an order that depends on the projection only:
/// for any target, synapses come in the same order whatever range is asked for.
///
/// The network must be valid. Cost: proportional to the synapses drawn; connectors that are drawn per source
/// (`list`, `fixed_out_degree`, `fixed_total_number`) are walked whole for any range.
pub fn for_each_synapse(network: &Network, projection: usize, post: Range<u32>, each: impl FnMut(Synapse)) {
    let mut sink = ValueSink {
        weight: Draw::weights(network, projection),
        delay: Draw::delays(network, projection),
        each,
    };
    rules::walk(network, projection, post, &mut sink);
}

/// Calls `each(pre, post)` for every synapse onto the targets in `post`, in the order of [`for_each_synapse`] but without
/// drawing weights and delays.
pub fn for_each_pair(network: &Network, projection: usize, post: Range<u32>, each: impl FnMut(u32, u32)) {
    rules::walk(network, projection, post, &mut PairSink(each));
}

/// Synapses per target neuron. Exact; drawn in parallel.
#[must_use]
pub fn in_degrees(network: &Network, projection: usize) -> Vec<u32> {
    let projection_ = &network.projections[projection];
    let size = network.populations[projection_.post].size;
    let mut degrees = vec![0u32; size as usize];
    match projection_.connector {
        Connector::OneToOne => degrees.fill(1),
        Connector::FixedInDegree { n, .. } => degrees.fill(n),
        _ if projection_.connector.is_drawn_per_target() => {
            degrees.par_chunks_mut(256).enumerate().for_each(|(chunk, degrees)| {
                let first = chunk as u32 * 256;
                for_each_pair(network, projection, first..first + degrees.len() as u32, |_, post| {
                    degrees[(post - first) as usize] += 1;
                });
            });
        }
        _ => for_each_pair(network, projection, 0..size, |_, post| degrees[post as usize] += 1),
    }
    degrees
}

/// Synapses of a projection. Exact.
#[must_use]
pub fn n_synapses(network: &Network, projection: usize) -> u64 {
    let projection_ = &network.projections[projection];
    let size = |population: usize| u64::from(network.populations[population].size);
    match &projection_.connector {
        Connector::List(list) => list.len() as u64,
        Connector::OneToOne => size(projection_.post),
        Connector::FixedInDegree { n, .. } => u64::from(*n) * size(projection_.post),
        Connector::FixedOutDegree { n, .. } => u64::from(*n) * size(projection_.pre),
        Connector::FixedTotalNumber { n, .. } => *n,
        _ => in_degrees(network, projection).iter().map(|&n| u64::from(n)).sum(),
    }
}

/// Receives synapses from the rules. An entity is the neuron whose random stream a synapse's values come from.
pub(crate) trait Sink {
    /// A new entity begins.
    fn begin(&mut self, entity: u32);
    /// One synapse; `row` is its position in an explicit list.
    fn synapse(&mut self, pre: u32, post: u32, row: usize);
    /// One synapse outside the range asked for: its random values are used up.
    fn skip(&mut self);
}

struct PairSink<F>(F);

impl<F: FnMut(u32, u32)> Sink for PairSink<F> {
    #[inline]
    fn begin(&mut self, _entity: u32) {}
    #[inline]
    fn synapse(&mut self, pre: u32, post: u32, _row: usize) {
        (self.0)(pre, post);
    }
    #[inline]
    fn skip(&mut self) {}
}

struct ValueSink<'a, F> {
    weight: Draw<'a>,
    delay: Draw<'a>,
    each: F,
}

impl<F: FnMut(Synapse)> Sink for ValueSink<'_, F> {
    #[inline]
    fn begin(&mut self, entity: u32) {
        self.weight.begin(entity);
        self.delay.begin(entity);
    }
    #[inline]
    fn synapse(&mut self, pre: u32, post: u32, row: usize) {
        let weight = self.weight.next(row);
        #[expect(clippy::cast_sign_loss, reason = "delays are validated to be at least 0")]
        let delay = libm::round(self.delay.next(row)) as u32;
        (self.each)(Synapse { pre, post, weight, delay });
    }
    #[inline]
    fn skip(&mut self) {
        self.weight.skip();
        self.delay.skip();
    }
}

/// Where the values of a projection's synapses come from.
enum Draw<'a> {
    Constant(f64),
    Weights(&'a [f64]),
    Delays(&'a [u32]),
    Random { law: Distribution, seed: u64, purpose: Purpose, object: u32, stream: Stream },
}

impl<'a> Draw<'a> {
    fn weights(network: &'a Network, projection: usize) -> Self {
        match &network.projections[projection].connector {
            Connector::List(list) if !list.weight.is_empty() => Self::Weights(&list.weight),
            _ => Self::of(&network.projections[projection].weight, network.seed, Purpose::Weight, projection),
        }
    }

    fn delays(network: &'a Network, projection: usize) -> Self {
        match &network.projections[projection].connector {
            Connector::List(list) if !list.delay.is_empty() => Self::Delays(&list.delay),
            _ => Self::of(&network.projections[projection].delay, network.seed, Purpose::Delay, projection),
        }
    }

    fn of(parameter: &Parameter, seed: u64, purpose: Purpose, projection: usize) -> Self {
        let object = projection as u32;
        match parameter {
            Parameter::Number(value) => Self::Constant(*value),
            Parameter::Array(values) => Self::Constant(values[0]),
            Parameter::Random(law) => Self::Random {
                law: *law,
                seed,
                purpose,
                object,
                stream: Stream::new(seed, purpose, object, 0),
            },
            Parameter::Text(_) => unreachable!("validation refuses text for weights and delays"),
        }
    }

    #[inline]
    fn begin(&mut self, entity: u32) {
        if let Self::Random { seed, purpose, object, stream, .. } = self {
            *stream = Stream::new(*seed, *purpose, *object, entity);
        }
    }

    #[inline]
    fn next(&mut self, row: usize) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Weights(values) => values[row],
            Self::Delays(values) => f64::from(values[row]),
            Self::Random { law, stream, .. } => law.sample(stream),
        }
    }

    #[inline]
    fn skip(&mut self) {
        if let Self::Random { law, stream, .. } = self {
            let _ = law.sample(stream);
        }
    }
}
