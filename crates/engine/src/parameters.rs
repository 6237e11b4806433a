//! Parameters as the kernels read them: one set for all neurons, or arrays.

use gennaker_network::{Population, Resolved};

use crate::arithmetic::Real;

/// A value per neuron that the compiler can hoist out of the loop when there is only one.
pub(crate) trait PerNeuron<R>: Copy {
    /// The values of the neurons from `from` on, `n` of them.
    fn part(self, from: usize, n: usize) -> Self;
    /// The values of the first `n` neurons: said once more next to a loop, so that it needs no checks and vectorises.
    #[inline(always)]
    fn first(self, n: usize) -> Self {
        self.part(0, n)
    }
    /// The value of neuron `i` of the block.
    fn at(&self, i: usize) -> R;
}

/// The same for all.
#[derive(Clone, Copy)]
pub(crate) struct Same<R>(pub(crate) R);

impl<R: Copy> PerNeuron<R> for Same<R> {
    #[inline(always)]
    fn part(self, _from: usize, _n: usize) -> Self {
        self
    }
    #[inline(always)]
    fn at(&self, _i: usize) -> R {
        self.0
    }
}

impl<R: Copy> PerNeuron<R> for &[R] {
    #[inline(always)]
    fn part(self, from: usize, n: usize) -> Self {
        &self[from..from + n]
    }
    #[inline(always)]
    fn at(&self, i: usize) -> R {
        self[i]
    }
}

/// `N` parameters of a block: all shared, or all spread out.
#[derive(Debug, Clone)]
pub(crate) enum ParameterSet<R, const N: usize> {
    /// One value each.
    Shared([R; N]),
    /// One array each, as long as the block.
    Individual([Vec<R>; N]),
}

/// Reads a population's parameters for a block of its neurons.
pub(crate) struct ParameterReader<'a> {
    pub(crate) population: &'a Population,
    pub(crate) index: usize,
    pub(crate) seed: u64,
    pub(crate) range: std::ops::Range<u32>,
    /// Round to single precision first, whatever the arithmetic.
    pub(crate) to_single: bool,
}

impl ParameterReader<'_> {
    /// The named parameters in the given order.
    pub(crate) fn set<R: Real, const N: usize>(&self, names: [&str; N]) -> ParameterSet<R, N> {
        let resolved = names.map(|name| self.resolve(name));
        if resolved.iter().all(|r| matches!(r, Resolved::Shared(_))) {
            ParameterSet::Shared(resolved.map(|r| self.round(r.get(0))))
        } else {
            ParameterSet::Individual(resolved.map(|r| self.neurons().map(|i| self.round(r.get(i))).collect()))
        }
    }

    /// One parameter spread out over the block.
    pub(crate) fn array<R: Real>(&self, name: &str) -> Vec<R> {
        let resolved = self.resolve(name);
        self.neurons().map(|i| self.round(resolved.get(i))).collect()
    }

    /// A whole-number parameter spread out over the block.
    pub(crate) fn counts(&self, name: &str) -> Vec<u32> {
        let resolved = self.resolve(name);
        #[expect(clippy::cast_sign_loss, reason = "validated to be at least 0")]
        self.neurons().map(|i| resolved.get(i) as u32).collect()
    }

    /// A whole-number parameter, if all neurons of the population share it.
    pub(crate) fn shared_count(&self, name: &str) -> Option<u32> {
        #[expect(clippy::cast_sign_loss, reason = "validated to be at least 0")]
        match self.resolve(name) {
            Resolved::Shared(value) => Some(value as u32),
            Resolved::PerNeuron(_) => None,
        }
    }

    /// A probability spread out over the block, never rounded: random spikes are the same in every arithmetic.
    pub(crate) fn probabilities(&self, name: &str) -> Vec<f64> {
        let resolved = self.resolve(name);
        self.neurons().map(|i| resolved.get(i)).collect()
    }

    fn resolve(&self, name: &str) -> Resolved {
        self.population.resolve_range(name, self.seed, self.index, self.range.clone())
    }

    /// The block's neurons, counted from its first.
    fn neurons(&self) -> std::ops::Range<u32> {
        0..self.range.len() as u32
    }

    fn round<R: Real>(&self, value: f64) -> R {
        R::from_f64(if self.to_single { f64::from(value as f32) } else { value })
    }
}
