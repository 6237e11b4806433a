//! Poisson input that goes nowhere but to neurons of its own number: its spikes are drawn where they arrive, in the tick in
//! which they are due, and added without ever being listed.

use gennaker_network::{Connector, Model, Network, Parameter};

use crate::arithmetic::Sum;
use crate::kernels::poisson_input::{PoissonInput, ROW};
use crate::simd;
use crate::sums::{Place, Sums};

/// The input of one population to a range of neurons with the same numbers.
pub(crate) struct Feed<S> {
    /// Position of the sending population.
    pub(crate) population: usize,
    pub(crate) input: PoissonInput,
    pub(crate) place: Place,
    pub(crate) n: usize,
    pub(crate) weight: S,
    pub(crate) delay: u32,
    /// Spikes that have arrived.
    pub(crate) n_arrived: u64,
}

/// The target of every population whose spikes are nobody's business but one projection's: Poisson input, wired one to one, not
/// recorded.
pub(crate) fn fed(network: &Network) -> Vec<Option<usize>> {
    let only_projection = |population: usize| {
        let p = &network.populations[population];
        if p.model != Model::PoissonInput || !p.record.is_empty() {
            return None;
        }
        let mut out = network.projections.iter().filter(|q| q.pre == population);
        let first = out.next()?;
        let is_private = out.next().is_none();
        let is_diagonal = matches!(first.connector, Connector::OneToOne);
        let is_shared = matches!((&first.weight, &first.delay), (Parameter::Number(_), Parameter::Number(_)));
        (is_private && is_diagonal && is_shared).then_some(first.post)
    };
    (0..network.populations.len()).map(only_projection).collect()
}

impl<S: Sum> Feed<S> {
    /// Adds the spikes that arrive in `tick` to the sums of its slot, and returns their number.
    pub(crate) fn deliver(&mut self, (slot, tick): (usize, u32), sums: &mut Sums<S>) -> u64 {
        let Some(sent) = tick.checked_sub(1 + self.delay) else { return 0 };
        let mut n_spikes = 0;
        let sums = &mut sums.at(slot, self.place)[..self.n];
        simd::run(Adding { input: &self.input, sent, weight: self.weight, sums, n_spikes: &mut n_spikes });
        self.n_arrived += n_spikes;
        n_spikes
    }

    /// Spikes that were sent before `tick` but have not arrived before it.
    pub(crate) fn n_under_way(&self, tick: u32) -> u64 {
        let sent = tick.saturating_sub(1 + self.delay)..tick;
        let in_row = |row: usize, tick: u32| {
            let n = (self.n - row * ROW).min(ROW);
            self.input.row(row, tick)[..n].iter().map(|&count| u64::from(count)).sum::<u64>()
        };
        sent.map(|tick| (0..self.n.div_ceil(ROW)).map(|row| in_row(row, tick)).sum::<u64>()).sum()
    }
}

/// The addition of the spikes of one tick.
struct Adding<'a, S> {
    input: &'a PoissonInput,
    sent: u32,
    weight: S,
    sums: &'a mut [S],
    n_spikes: &'a mut u64,
}

impl<S: Sum> simd::Task for Adding<'_, S> {
    #[inline(always)]
    fn run(self) {
        let (rows, rest) = self.sums.as_chunks_mut::<ROW>();
        let n_rows = rows.len();
        for (row, sums) in rows.iter_mut().enumerate() {
            let counts = self.input.row(row, self.sent);
            *self.n_spikes += add(&counts, self.weight, sums);
        }
        if !rest.is_empty() {
            let mut padded = [S::default(); ROW];
            padded[..rest.len()].copy_from_slice(rest);
            let mut counts = self.input.row(n_rows, self.sent);
            counts[rest.len()..].fill(0);
            *self.n_spikes += add(&counts, self.weight, &mut padded);
            rest.copy_from_slice(&padded[..rest.len()]);
        }
    }
}

#[inline(always)]
fn add<S: Sum>(counts: &[u8; ROW], weight: S, sums: &mut [S; ROW]) -> u64 {
    let mut n_spikes = 0u32;
    for i in 0..ROW {
        sums[i] = sums[i].add_times(weight, counts[i].into());
        n_spikes += u32::from(counts[i]);
    }
    n_spikes.into()
}
