//! Refractory periods: how many ticks a neuron is still held.

use crate::parameters::ParameterReader;

use super::StateArray;

/// The counters of a population's neurons; nothing at all where no neuron has a period.
pub(crate) struct Refractory {
    lengths: Lengths,
    /// Ticks left.
    left: Vec<u16>,
}

/// The periods in ticks.
enum Lengths {
    None,
    Shared(u16),
    Individual(Vec<u16>),
}

/// A part of the counters, for one chunk of neurons.
pub(crate) trait Holding {
    /// Whether neuron `i` may be updated.
    fn is_free(&self, i: usize) -> bool;
    /// Counts one tick down, or starts the period if the neuron fires.
    fn advance(&mut self, i: usize, fires: bool);
}

/// No periods.
pub(crate) struct Free;

impl Holding for Free {
    #[inline(always)]
    fn is_free(&self, _i: usize) -> bool {
        true
    }
    #[inline(always)]
    fn advance(&mut self, _i: usize, _fires: bool) {}
}

/// Counters with one period for all, or one for each.
pub(crate) struct Held<'a, L> {
    left: &'a mut [u16],
    length: L,
}

impl<L: Fn(usize) -> u16> Holding for Held<'_, L> {
    #[inline(always)]
    fn is_free(&self, i: usize) -> bool {
        self.left[i] == 0
    }
    #[inline(always)]
    fn advance(&mut self, i: usize, fires: bool) {
        let counted = self.left[i].saturating_sub(1);
        self.left[i] = if fires { (self.length)(i) } else { counted };
    }
}

/// Work on a chunk of neurons with whatever periods they have.
pub(crate) trait WithHolding {
    /// Does the work; `#[inline(always)]`.
    fn run(self, holding: impl Holding);
}

impl Refractory {
    /// The periods in the parameter `t_refrac`, validated to be at most 65,535.
    pub(crate) fn new(reader: &ParameterReader<'_>) -> Self {
        // Decided by the description, not by what a part of the population has, so that all parts keep the same arrays.
        let lengths = match reader.shared_count("t_refrac") {
            Some(0) => return Self { lengths: Lengths::None, left: Vec::new() },
            Some(length) => Lengths::Shared(length as u16),
            None => Lengths::Individual(reader.counts("t_refrac").into_iter().map(|n| n as u16).collect()),
        };
        Self { lengths, left: vec![0; reader.range.len()] }
    }

    /// Does the work for neurons `from..from + n`.
    #[inline(always)]
    pub(crate) fn with(&mut self, from: usize, n: usize, work: impl WithHolding) {
        match &self.lengths {
            Lengths::None => work.run(Free),
            Lengths::Shared(length) => {
                let length = *length;
                work.run(Held { left: &mut self.left[from..from + n], length: move |_| length });
            }
            Lengths::Individual(lengths) => {
                let lengths = &lengths[from..from + n];
                work.run(Held { left: &mut self.left[from..from + n], length: move |i| lengths[i] });
            }
        }
    }

    /// For saving and restoring.
    pub(crate) fn visit<R>(&mut self, visitor: &mut dyn FnMut(StateArray<'_, R>)) {
        visitor(StateArray::Short(&mut self.left));
    }

    pub(crate) fn reset(&mut self) {
        self.left.fill(0);
    }
}
