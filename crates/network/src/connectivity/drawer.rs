//! A projection made ready to be drawn in parts.

use std::ops::Range;

use rayon::prelude::*;

use crate::connector::{Connector, Projection};
use crate::network::Network;

use super::Synapse;
use super::degrees::Shares;
use super::rules::{self, Sink};
use super::values::Values;

/// Draws the synapses of one projection, any range of targets at a time and from any number of threads.
///
/// What the rule needs to know of all targets before it can draw some of them (the in-degrees that a fixed total with
/// replacement gives) is computed once, in parallel, when the drawer is made; then a range costs its own synapses only,
/// except for rules that are drawn from first to last ([`Connector::is_drawn_per_target`]), which are walked whole for any
/// range. Holds four bytes per target for the former and nothing for all others.
///
/// ```
/// use gennaker_network::*;
/// let mut network = Network::new("column").with_seed(3);
/// let cells = network.add_population(Population::new("cells", 1000, Model::Lif));
/// let rule = Connector::FixedTotalNumber { n: 50_000, allow_self_connections: true, with_replacement: true };
/// network.add_projection(Projection::new("recurrent", cells, cells, rule)
///     .with_weight(Distribution::Normal { mean: 20.0, sd: 2.0 }));
/// let drawer = Drawer::new(&network, 0);
/// let mut sums = vec![0.0; 1000];
/// for block in [0..500, 500..1000] {
///     drawer.for_each_synapse(block, |s| sums[s.post as usize] += s.weight);
/// }
/// assert_eq!(drawer.in_degrees().iter().sum::<u32>(), 50_000);
/// ```
#[derive(Debug, Clone)]
pub struct Drawer<'a> {
    network: &'a Network,
    projection: usize,
    /// The first target that `degrees` speaks of.
    first: u32,
    /// In-degrees, where the rule needs them before it can draw; empty for all other rules.
    degrees: Vec<u32>,
}

impl<'a> Drawer<'a> {
    /// Prepares a projection of a valid network.
    #[must_use]
    pub fn new(network: &'a Network, projection: usize) -> Self {
        Self::for_range(network, projection, 0..u32::MAX)
    }

    /// A drawer that is asked for parts of `post` only.
    pub(super) fn for_range(network: &'a Network, projection: usize, post: Range<u32>) -> Self {
        let mut drawer = Self { network, projection, first: post.start, degrees: Vec::new() };
        if let Connector::FixedTotalNumber { n, with_replacement: true, .. } = drawer.rule().connector {
            let (seed, object) = (network.seed, projection as u32);
            let shares = Shares { n, n_targets: drawer.n_targets(), seed, object };
            drawer.degrees = shares.of(drawer.existing(post));
        }
        drawer
    }

    /// Calls `each` for every synapse onto the targets in `post`, as [`for_each_synapse`](super::for_each_synapse) does.
    pub fn for_each_synapse(&self, post: Range<u32>, each: impl FnMut(Synapse)) {
        let sink = ValueSink {
            weight: Values::weights(self.network, self.projection),
            delay: Values::delays(self.network, self.projection),
            each,
        };
        self.walk(post, sink);
    }

    /// Calls `each(pre, post, delay)` for every synapse onto the targets in `post`, in the order of
    /// [`Self::for_each_synapse`] but without drawing weights.
    pub fn for_each_delay(&self, post: Range<u32>, each: impl FnMut(u32, u32, u32)) {
        self.walk(post, DelaySink { delay: Values::delays(self.network, self.projection), each });
    }

    /// Calls `each(pre, post)` for every synapse onto the targets in `post`, as [`for_each_pair`](super::for_each_pair) does.
    pub fn for_each_pair(&self, post: Range<u32>, each: impl FnMut(u32, u32)) {
        self.walk(post, PairSink(each));
    }

    /// Synapses per target neuron. Exact; drawn in parallel where the rule does not say.
    #[must_use]
    pub fn in_degrees(&self) -> Vec<u32> {
        let n_targets = self.n_targets() as usize;
        match self.rule().connector {
            Connector::FixedTotalNumber { with_replacement: true, .. } => self.degrees.clone(),
            Connector::OneToOne => vec![1; n_targets],
            Connector::FixedInDegree { n, .. } => vec![n; n_targets],
            _ => self.counted(n_targets),
        }
    }

    fn counted(&self, n_targets: usize) -> Vec<u32> {
        let mut degrees = vec![0u32; n_targets];
        let chunk = if self.rule().connector.is_drawn_per_target() { 256 } else { n_targets.max(1) };
        degrees.par_chunks_mut(chunk).enumerate().for_each(|(i, degrees)| {
            let first = (i * chunk) as u32;
            self.for_each_pair(first..first + degrees.len() as u32, |_, post| {
                degrees[(post - first) as usize] += 1;
            });
        });
        degrees
    }

    fn walk(&self, post: Range<u32>, mut sink: impl Sink) {
        let post = self.existing(post);
        let degrees = match self.degrees.as_slice() {
            [] => &[],
            known => &known[(post.start - self.first) as usize..(post.end - self.first) as usize],
        };
        rules::walk(self.network, self.projection, post, degrees, &mut sink);
    }

    fn rule(&self) -> &'a Projection {
        &self.network.projections[self.projection]
    }

    fn n_targets(&self) -> u32 {
        self.network.populations[self.rule().post].size
    }

    fn existing(&self, post: Range<u32>) -> Range<u32> {
        let end = post.end.min(self.n_targets());
        post.start.min(end)..end
    }
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
    fn synapses(&mut self, pre: &[u32], post: u32) {
        pre.iter().for_each(|&pre| (self.0)(pre, post));
    }
    #[inline]
    fn skip(&mut self) {}
}

struct DelaySink<'a, F> {
    delay: Values<'a, u32>,
    each: F,
}

impl<F: FnMut(u32, u32, u32)> Sink for DelaySink<'_, F> {
    #[inline]
    fn begin(&mut self, entity: u32) {
        self.delay.begin(entity);
    }
    #[inline]
    fn synapse(&mut self, pre: u32, post: u32, row: usize) {
        (self.each)(pre, post, self.delay.next(row));
    }
    #[inline]
    fn synapses(&mut self, mut pre: &[u32], post: u32) {
        while !pre.is_empty() {
            let (now, later) = pre.split_at(pre.len().min(self.delay.at_hand()));
            for (&pre, &delay) in now.iter().zip(self.delay.take(now.len())) {
                (self.each)(pre, post, delay);
            }
            pre = later;
        }
    }
    #[inline]
    fn skip(&mut self) {
        let _ = self.delay.next(0);
    }
}

struct ValueSink<'a, F> {
    weight: Values<'a, f64>,
    delay: Values<'a, u32>,
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
        let (weight, delay) = (self.weight.next(row), self.delay.next(row));
        (self.each)(Synapse { pre, post, weight, delay });
    }
    #[inline]
    fn synapses(&mut self, mut pre: &[u32], post: u32) {
        while !pre.is_empty() {
            let n = pre.len().min(self.weight.at_hand()).min(self.delay.at_hand());
            let (now, later) = pre.split_at(n);
            let values = self.weight.take(n).iter().zip(self.delay.take(n));
            for (&pre, (&weight, &delay)) in now.iter().zip(values) {
                (self.each)(Synapse { pre, post, weight, delay });
            }
            pre = later;
        }
    }
    #[inline]
    fn skip(&mut self) {
        let _ = (self.weight.next(0), self.delay.next(0));
    }
}
