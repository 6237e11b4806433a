//! The synapses of a projection onto a part of its targets, drawn when they are walked, with weights and delays as the
//! arithmetic uses them.

use std::cell::OnceCell;
use std::ops::Range;

use gennaker_network::{
    Connector, Distribution, Drawer, Network, Parameter, Projection, QuantisationReport, Quantiser,
};

use crate::options::Numeric;

/// The values that all synapses of a projection share, if they do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SharedValues {
    pub(crate) weight: f64,
    pub(crate) delay: u32,
}

/// The synapses of one projection onto the neurons `range` of its target population.
pub(crate) struct Drawn<'a> {
    pub(crate) network: &'a Network,
    pub(crate) projection: usize,
    pub(crate) range: Range<u32>,
    /// Target 0 of the store is neuron `origin` of the population.
    pub(crate) origin: i64,
    pub(crate) numeric: Numeric,
    pub(crate) quantiser: Quantiser,
    drawer: OnceCell<Drawer<'a>>,
}

/// One synapse as it is stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stored {
    pub(crate) pre: u32,
    pub(crate) target: u16,
    pub(crate) weight: f64,
    pub(crate) delay: u32,
}

/// Least share of all possible synapses for which dense rows are smaller than others.
const MIN_DENSITY: f64 = 0.34;

impl<'a> Drawn<'a> {
    /// All synapses of a projection; `None` if its target takes no input.
    pub(crate) fn new(network: &'a Network, projection: usize, numeric: Numeric) -> Option<Self> {
        let post = &network.populations[network.projections[projection].post];
        let quantiser = Quantiser::new(post.model)?;
        let range = 0..post.size;
        Some(Self { network, projection, range, origin: 0, numeric, quantiser, drawer: OnceCell::new() })
    }

    fn drawer(&self) -> &Drawer<'a> {
        self.drawer.get_or_init(|| Drawer::new(self.network, self.projection))
    }

    /// The description that is drawn from.
    pub(crate) fn description(&self) -> &'a Projection {
        &self.network.projections[self.projection]
    }

    /// Neurons of the sending population.
    pub(crate) fn n_senders(&self) -> usize {
        self.network.populations[self.description().pre].size as usize
    }

    /// The store's number of a target neuron.
    #[inline]
    pub(crate) fn target(&self, post: u32) -> u16 {
        let target = i64::from(post) - self.origin;
        debug_assert!((0..65_536).contains(&target));
        target as u16
    }

    /// Calls `each(pre, target)` for every synapse.
    pub(crate) fn pairs(&self, mut each: impl FnMut(u32, u16)) {
        self.drawer().for_each_pair(self.range.clone(), |pre, post| each(pre, self.target(post)));
    }

    /// Calls `each(pre, post - posts.start)` for every synapse onto the targets `posts`; `None` if all would have to be drawn for that.
    pub(crate) fn pairs_onto(&self, posts: Range<u32>, mut each: impl FnMut(u32, usize)) -> Option<()> {
        let first = posts.start;
        self.description().connector.is_drawn_per_target().then(|| {
            self.drawer().for_each_pair(posts, |pre, post| each(pre, (post - first) as usize));
        })
    }

    /// Calls `each(pre, delay)` for every synapse, in the order of [`Self::synapses`] but without drawing weights or keeping
    /// account.
    pub(crate) fn delays_of(&self, mut each: impl FnMut(u32, u32)) {
        let limit = self.limit_of_delays();
        self.drawer().for_each_delay(self.range.clone(), |pre, _, delay| each(pre, delay.min(limit)));
    }

    /// The longest delay that is kept.
    fn limit_of_delays(&self) -> u32 {
        used(self.numeric.quantises(), &mut self.quantiser.clone(), 0.0, u32::MAX).1
    }

    /// The bounds of all weights after quantisation.
    pub(crate) fn weights(&self) -> (f64, f64) {
        let limit = |weight| used(self.numeric.quantises(), &mut self.quantiser.clone(), weight, 0).0;
        let (low, high) = given_weights(self.description());
        (limit(low), limit(high))
    }

    /// Calls `each` for every synapse, in the order of [`Self::pairs`].
    pub(crate) fn synapses(&mut self, mut each: impl FnMut(Stored)) {
        let (origin, quantises) = (self.origin, self.numeric.quantises());
        self.drawer.get_or_init(|| Drawer::new(self.network, self.projection));
        let Self { drawer, quantiser, range, .. } = self;
        let drawer = drawer.get().expect("made above");
        drawer.for_each_synapse(range.clone(), |s| {
            let (weight, delay) = used(quantises, quantiser, s.weight, s.delay);
            let target = i64::from(s.post) - origin;
            debug_assert!((0..65_536).contains(&target));
            each(Stored { pre: s.pre, target: target as u16, weight, delay });
        });
    }

    /// Forgets the account of synapses that were only counted.
    pub(crate) fn discard_account(&mut self) {
        self.quantiser.clear();
    }

    /// The values of all synapses, if the description says that they are alike, with the account of one of them.
    pub(crate) fn shared_values(&self) -> Option<(SharedValues, QuantisationReport)> {
        let weight = shared_weight(self.description())?;
        let delay = shared_delay(self.description())?;
        let mut quantiser = self.quantiser.clone();
        let (weight, delay) = used(self.numeric.quantises(), &mut quantiser, weight, delay);
        Some((SharedValues { weight, delay }, *quantiser.report()))
    }

    /// The delay of all synapses after quantisation, if they share it.
    pub(crate) fn shared_delay(&self) -> Option<u32> {
        let delay = shared_delay(self.description())?;
        Some(used(self.numeric.quantises(), &mut self.quantiser.clone(), 0.0, delay).1)
    }

    /// The value of a synapse of the given weight and its account, where all delays are alike.
    pub(crate) fn one_synapse(&self, weight: f64) -> Option<(f64, QuantisationReport)> {
        let delay = shared_delay(self.description())?;
        let mut quantiser = self.quantiser.clone();
        let (weight, _) = used(self.numeric.quantises(), &mut quantiser, weight, delay);
        Some((weight, *quantiser.report()))
    }

    /// Whether the synapses are those of kernels.
    pub(crate) fn is_convolution(&self) -> bool {
        matches!(self.description().connector, Connector::Conv2d(_))
    }

    /// Whether a byte for every possible synapse takes no more than a target and a weight for every real one; only where
    /// sums are whole numbers (`counts`) and all delays alike.
    pub(crate) fn is_dense(&self, counts: bool) -> bool {
        let n_pairs = self.n_senders() as f64 * self.range.len() as f64;
        let (low, high) = self.weights();
        counts
            && low.min(-high) >= -f64::from(i8::MAX)
            && self.shared_delay().is_some()
            && self.expected_simple().is_some_and(|n| n >= MIN_DENSITY * n_pairs)
    }

    /// The shortest and the longest delay that synapses can have after quantisation.
    pub(crate) fn delays(&self) -> (u32, u32) {
        let limit = |delay| used(self.numeric.quantises(), &mut self.quantiser.clone(), 0.0, delay).1;
        let (low, high) = given_delays(self.description());
        (limit(low), limit(high))
    }

    /// The expected number of synapses, for rules that never connect a pair twice (a list may).
    pub(crate) fn expected_simple(&self) -> Option<f64> {
        let size = |population: usize| f64::from(self.network.populations[population].size);
        let p = self.description();
        let (n_pre, n_post) = (size(p.pre), size(p.post));
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let n_targets = self.range.len() as f64;
        match &p.connector {
            Connector::AllToAll { .. } => Some(n_pre * n_targets),
            Connector::FixedProbability { p, .. } => Some(p * n_pre * n_targets),
            Connector::FixedInDegree { n, with_replacement: false, .. } => Some(f64::from(*n) * n_targets),
            Connector::FixedOutDegree { n, with_replacement: false, .. } => {
                Some(f64::from(*n) / n_post * n_pre * n_targets)
            }
            #[expect(clippy::cast_precision_loss, reason = "an estimate")]
            Connector::List(list) => Some(list.len() as f64 / n_post * n_targets),
            Connector::Conv2d(_) => Some(self.sampled() * n_targets),
            _ => None,
        }
    }

    /// The expected number of synapses.
    pub(crate) fn expected(&self) -> f64 {
        let p = self.description();
        let n_post = f64::from(self.network.populations[p.post].size);
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let (n_targets, n_senders) = (self.range.len() as f64, self.n_senders() as f64);
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        match &p.connector {
            Connector::OneToOne => n_targets,
            Connector::FixedInDegree { n, .. } => f64::from(*n) * n_targets,
            Connector::FixedOutDegree { n, .. } => f64::from(*n) / n_post * n_senders * n_targets,
            Connector::FixedTotalNumber { n, .. } => *n as f64 / n_post * n_targets,
            Connector::DistanceDependent { .. } => self.sampled() * n_targets,
            _ => self.expected_simple().unwrap_or(0.0),
        }
    }

    /// Synapses per target, as some of the targets tell.
    fn sampled(&self) -> f64 {
        const SAMPLE: u32 = 16;
        let step = (self.range.len() as u32 / SAMPLE).max(1);
        let (mut n_synapses, mut n_targets) = (0u32, 0u32);
        for post in self.range.clone().step_by(step as usize) {
            n_targets += 1;
            self.drawer().for_each_pair(post..post + 1, |_, _| n_synapses += 1);
        }
        f64::from(n_synapses) / f64::from(n_targets.max(1))
    }

    /// Synapses that need not be drawn to be known; fewer than there are for some rules.
    pub(crate) fn certain(&self) -> u64 {
        let p = self.description();
        let n_pre = self.n_senders() as u64;
        let n_targets = self.range.len() as u64;
        let is_whole = self.range.len() == self.network.populations[p.post].size as usize;
        match p.connector {
            Connector::FixedInDegree { n, .. } => u64::from(n) * n_targets,
            // Of very many, 1 % fewer than expected are beyond any chance; for few, nobody asks.
            Connector::FixedProbability { .. } => (0.99 * self.expected()) as u64,
            Connector::AllToAll { .. } => (n_pre - 1) * n_targets,
            Connector::FixedOutDegree { n, .. } if is_whole => u64::from(n) * n_pre,
            Connector::FixedTotalNumber { n, .. } if is_whole => n,
            _ => 0,
        }
    }
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

fn shared_weight(projection: &Projection) -> Option<f64> {
    match (projection.connector.weights(), &projection.weight) {
        (Some(weights), _) => common(weights),
        (_, Parameter::Number(weight)) => Some(*weight),
        _ => None,
    }
}

fn shared_delay(projection: &Projection) -> Option<u32> {
    match (&projection.connector, &projection.delay) {
        (Connector::List(list), _) if !list.delay.is_empty() => common(&list.delay),
        (_, Parameter::Number(delay)) => Some(whole(*delay)),
        _ => None,
    }
}

/// The lowest and the highest weight of the description.
fn given_weights(projection: &Projection) -> (f64, f64) {
    let bounds = |weights: &[f64]| {
        let bounds = (f64::INFINITY, f64::NEG_INFINITY);
        weights.iter().fold(bounds, |(low, high), &w| (low.min(w), high.max(w)))
    };
    match (projection.connector.weights(), &projection.weight) {
        (Some(weights), _) => bounds(weights),
        (_, Parameter::Number(weight)) => (*weight, *weight),
        (_, Parameter::Array(weights)) => bounds(weights),
        (_, Parameter::Random(law)) => match *law {
            Distribution::Uniform { low, high } | Distribution::NormalClipped { low, high, .. } => {
                (low, high)
            }
            #[expect(clippy::cast_precision_loss, reason = "validated to lie within 2^30")]
            Distribution::UniformInt { low, high } => (low as f64, high as f64),
            Distribution::Normal { .. } => (f64::NEG_INFINITY, f64::INFINITY),
        },
        (_, Parameter::Text(_)) => (f64::NEG_INFINITY, f64::INFINITY),
    }
}

/// The shortest and the longest delay of the description.
fn given_delays(projection: &Projection) -> (u32, u32) {
    match (&projection.connector, &projection.delay) {
        (Connector::List(list), _) if !list.delay.is_empty() => {
            let bound = |delay: Option<&u32>| delay.copied().unwrap_or(0);
            (bound(list.delay.iter().min()), bound(list.delay.iter().max()))
        }
        (_, Parameter::Number(delay)) => (whole(*delay), whole(*delay)),
        (_, Parameter::Random(Distribution::UniformInt { low, high })) => {
            (u32::try_from(*low).unwrap_or(0), u32::try_from(*high).unwrap_or(0))
        }
        (
            _,
            Parameter::Random(
                Distribution::Uniform { low, high } | Distribution::NormalClipped { low, high, .. },
            ),
        ) => (whole(*low), whole(*high)),
        _ => (0, 0),
    }
}

/// The one value that a non-empty column holds.
fn common<T: Copy + PartialEq>(column: &[T]) -> Option<T> {
    let first = *column.first()?;
    column.iter().all(|&x| x == first).then_some(first)
}

#[expect(clippy::cast_sign_loss, reason = "delays are validated to be at least 0")]
fn whole(delay: f64) -> u32 {
    delay.round() as u32
}
