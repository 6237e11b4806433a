//! The weights and delays of synapses, drawn many at a time.

use crate::connector::Connector;
use crate::law::{BATCH, Law};
use crate::network::Network;
use crate::parameter::Parameter;
use crate::random::{Purpose, key_of};
use crate::simd;

/// What a synapse's value is passed on as.
pub(super) trait Value: Copy + Default {
    /// From what the law gave.
    fn from_f64(value: f64) -> Self;
}

impl Value for f64 {
    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value
    }
}

/// A delay in ticks.
impl Value for u32 {
    /// To the nearest whole number, halves up; for numbers from 0 to 2^31, which validation makes sure of.
    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        // Adding 2^52 rounds to whole numbers (halves to even ones) and leaves them in the lowest bits.
        const WHOLE: f64 = 4_503_599_627_370_496.0;
        let even = (value + WHOLE) - WHOLE;
        let nearest = if value - even == 0.5 { even + 1.0 } else { even };
        (nearest + WHOLE).to_bits() as u32
    }
}

/// Where the values of a projection's synapses come from. A batch holds the next values of the entity in hand.
pub(super) struct Values<'a, T> {
    source: Source<'a, T>,
    batch: [T; BATCH],
    next: usize,
    end: usize,
}

enum Source<'a, T> {
    /// The batch holds nothing else and is never used up.
    Constant,
    Column(&'a [T]),
    Random {
        law: Law,
        key: [u32; 2],
        counter: [u32; 4],
    },
}

impl<'a> Values<'a, f64> {
    pub(super) fn weights(network: &'a Network, projection: usize) -> Self {
        let p = &network.projections[projection];
        match p.connector.weights() {
            Some(weights) => Self::column(weights),
            None => Self::of(&p.weight, network.seed, Purpose::Weight, projection),
        }
    }
}

impl<'a> Values<'a, u32> {
    pub(super) fn delays(network: &'a Network, projection: usize) -> Self {
        let p = &network.projections[projection];
        match &p.connector {
            Connector::List(list) if !list.delay.is_empty() => Self::column(&list.delay),
            _ => Self::of(&p.delay, network.seed, Purpose::Delay, projection),
        }
    }
}

impl<'a, T: Value> Values<'a, T> {
    fn column(column: &'a [T]) -> Self {
        Self { source: Source::Column(column), batch: [T::default(); BATCH], next: 0, end: 0 }
    }

    fn of(parameter: &Parameter, seed: u64, purpose: Purpose, projection: usize) -> Self {
        let constant = |value: f64| Self {
            source: Source::Constant,
            batch: [T::from_f64(value); BATCH],
            next: 0,
            end: BATCH,
        };
        match parameter {
            Parameter::Number(value) => constant(*value),
            Parameter::Array(values) => constant(values[0]),
            Parameter::Random(law) => {
                let counter = [0, 0, projection as u32, purpose.word()];
                let source = Source::Random { law: law.prepared(), key: key_of(seed), counter };
                Self { source, batch: [T::default(); BATCH], next: 0, end: 0 }
            }
            Parameter::Text(_) => unreachable!("validation refuses text for weights and delays"),
        }
    }

    /// A new entity begins.
    #[inline]
    pub(super) fn begin(&mut self, entity: u32) {
        if let Source::Random { counter, .. } = &mut self.source {
            counter[0] = 0;
            counter[1] = entity;
            (self.next, self.end) = (0, 0);
        }
    }

    /// The value of the next synapse, which stands in `row` of an explicit list.
    #[inline]
    pub(super) fn next(&mut self, row: usize) -> T {
        match &self.source {
            Source::Constant => self.batch[0],
            Source::Column(column) => column[row],
            Source::Random { .. } => {
                if self.next == self.end {
                    self.refill();
                }
                self.next += 1;
                self.batch[self.next - 1]
            }
        }
    }

    /// The values of the synapses after the next ones are at hand for this many, at least one; not for explicit lists.
    #[inline]
    pub(super) fn at_hand(&mut self) -> usize {
        if self.next == self.end {
            self.refill();
        }
        self.end - self.next
    }

    /// The values of the next `n` synapses, which are at hand.
    #[inline]
    pub(super) fn take(&mut self, n: usize) -> &[T] {
        let first = self.next;
        if !matches!(self.source, Source::Constant) {
            self.next += n;
        }
        &self.batch[first..first + n]
    }

    fn refill(&mut self) {
        let Source::Random { law, key, counter } = &mut self.source else { return };
        self.next = 0;
        self.end = 0;
        while self.end == 0 {
            let (batch, end) = (&mut self.batch, &mut self.end);
            simd::run(Fill { law, key: *key, counter: *counter, batch, end });
            counter[0] = counter[0].wrapping_add(law.blocks());
        }
    }
}

/// One batch of random values.
struct Fill<'a, T> {
    law: &'a Law,
    key: [u32; 2],
    counter: [u32; 4],
    batch: &'a mut [T; BATCH],
    end: &'a mut usize,
}

impl<T: Value> simd::Task for Fill<'_, T> {
    #[inline(always)]
    fn run(self) {
        let mut values = [0.0; BATCH];
        *self.end = self.law.fill(self.counter, self.key, &mut values);
        for (out, value) in self.batch.iter_mut().zip(values) {
            *out = T::from_f64(value);
        }
    }
}
