//! The input sums of one tick or a few. Spikes under way are kept as spikes ([`crate::history`]), so that delivery writes to
//! nothing but the sums that are due now: a small region that stays in cache.

use std::ops::Range;

use crate::arithmetic::Sum;

/// Which sums a population keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receptors {
    /// Excitation and inhibition apart, both counted upwards.
    Split,
    /// Their difference only. Equal results as long as no sum can leave the range in which single precision is exact.
    Net,
}

/// Sums that a 16-bit target can name.
pub(crate) const REACH: usize = 1 << 16;

/// Where the synapses of a store add.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// 0: excitatory or net sums; 1: inhibitory sums.
    pub(crate) plane: usize,
    /// The sum of target 0.
    pub(crate) first: usize,
}

/// Sums of all neurons of a shard for the next few ticks (slots), in up to two planes each: excitatory (or net) and inhibitory.
#[derive(Debug)]
pub(crate) struct Sums<S> {
    /// Each plane is longer by [`REACH`] than there are neurons, so that any 16-bit target of any store lies inside; what lies
    /// beyond the neurons is never touched.
    slots: Vec<[Vec<S>; 2]>,
}

impl<S: Sum> Sums<S> {
    /// Sums for `n_neurons` and `n_slots` ticks; the inhibitory plane only where some population keeps it.
    pub(crate) fn new(n_neurons: usize, has_inhibitory: bool, n_slots: usize) -> Self {
        let plane = || vec![S::default(); n_neurons + REACH];
        let slot = || [plane(), if has_inhibitory { plane() } else { Vec::new() }];
        Self { slots: (0..n_slots).map(|_| slot()).collect() }
    }

    /// Ticks that can be delivered at a time.
    pub(crate) fn n_slots(&self) -> usize {
        self.slots.len()
    }

    /// The sums that 16-bit targets of a store name. Their number is part of the type: indexing needs no check.
    #[inline]
    pub(crate) fn at(&mut self, slot: usize, place: Place) -> &mut [S; REACH] {
        self.slots[slot][place.plane][place.first..]
            .first_chunk_mut()
            .expect("planes reach beyond every place")
    }

    /// The sums of the neurons `range`: excitatory (or net) and inhibitory (empty if net).
    pub(crate) fn due(&mut self, slot: usize, range: Range<usize>, receptors: Receptors) -> [&mut [S]; 2] {
        let [excitatory, inhibitory] = &mut self.slots[slot];
        match receptors {
            Receptors::Net => [&mut excitatory[range], &mut []],
            Receptors::Split => [&mut excitatory[range.clone()], &mut inhibitory[range]],
        }
    }
}

/// Limits sums and returns how many were above the limit.
pub(crate) fn saturate<S: Sum>(sums: &mut [S], limit: i32) -> u64 {
    let mut n_saturated = 0;
    for sum in sums {
        let (limited, was_above) = sum.saturate(limit);
        *sum = limited;
        n_saturated += u64::from(was_above);
    }
    n_saturated
}
