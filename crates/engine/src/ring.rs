//! The ring buffer of arriving input: one row of sums per tick ahead.

use crate::arithmetic::Sum;

/// Which sums a population keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receptors {
    /// Excitation and inhibition apart, both counted upwards.
    Split,
    /// Their difference only. Equal results as long as no sum can leave the range in which single precision is exact.
    Net,
}

impl Receptors {
    /// Sums per neuron and tick.
    pub(crate) fn count(self) -> usize {
        match self {
            Self::Split => 2,
            Self::Net => 1,
        }
    }
}

/// Sums for the ticks `t..t + n_slots` of a block of neurons.
#[derive(Debug, Clone)]
pub(crate) struct Ring<S> {
    sums: Vec<S>,
    /// Sums per slot: neurons times receptors.
    width: usize,
    /// Slots minus one; the number of slots is a power of two.
    mask: usize,
    n_neurons: usize,
}

impl<S: Sum> Ring<S> {
    /// A ring that holds delays up to `max_delay`.
    pub(crate) fn new(n_neurons: usize, receptors: Receptors, max_delay: u32) -> Self {
        let n_slots = (max_delay as usize + 1).next_power_of_two();
        let width = n_neurons * receptors.count();
        Self { sums: vec![S::default(); width * n_slots], width, mask: n_slots - 1, n_neurons }
    }

    /// The sums to which a synapse with delay `delay` adds when its spike is processed in `tick`.
    #[inline]
    pub(crate) fn slot(&mut self, tick: u32, delay: u32) -> &mut [S] {
        let from = (tick.wrapping_add(delay) as usize & self.mask) * self.width;
        &mut self.sums[from..from + self.width]
    }

    /// Everything a packed row needs: all sums, the slot mask and the slot width.
    #[inline]
    pub(crate) fn parts(&mut self) -> (&mut [S], usize, usize) {
        (&mut self.sums, self.mask, self.width)
    }

    /// The sums due in `tick`: excitatory (or net) and inhibitory (empty if net).
    pub(crate) fn due(&mut self, tick: u32) -> (&mut [S], &mut [S]) {
        let n = self.n_neurons;
        self.slot(tick, 0).split_at_mut(n)
    }

    /// Clears the sums due in `tick`, so that the slot can serve a later one.
    pub(crate) fn clear(&mut self, tick: u32) {
        self.slot(tick, 0).fill(S::default());
    }

    /// Limits the sums due in `tick` and returns how many were above the limit.
    pub(crate) fn saturate(&mut self, tick: u32, limit: i32) -> u64 {
        let mut n_saturated = 0;
        for sum in self.slot(tick, 0) {
            let (limited, was_above) = sum.saturate(limit);
            *sum = limited;
            n_saturated += u64::from(was_above);
        }
        n_saturated
    }

    /// All sums, for saving and restoring; slot by slot, receptor by receptor.
    pub(crate) fn rows(&mut self) -> impl Iterator<Item = &mut [S]> {
        self.sums.chunks_exact_mut(self.n_neurons.max(1))
    }

    /// Sets all sums to zero.
    pub(crate) fn reset(&mut self) {
        self.sums.fill(S::default());
    }
}
