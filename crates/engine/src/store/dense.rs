//! Dense rows of small whole weights: a byte for every possible synapse, all of one delay. Whole rows are added with vector
//! instructions, without any target being named.

use gennaker_network::Connector;

use crate::arithmetic::Sum;
use crate::simd;

use super::drawn::Drawn;

/// Rows that are asked for ahead of their use.
const AHEAD: usize = 2;
/// Weights in a line of the cache.
const LINE: usize = 64;

/// The weights of all senders onto all targets; 0 where there is no synapse.
pub(crate) struct DenseRows {
    weights: Vec<i8>,
    n_targets: usize,
    /// Synapses in each row, those of weight 0 included.
    lengths: Vec<u32>,
}

impl DenseRows {
    /// `None` if a pair is connected twice or a weight does not fit.
    pub(crate) fn build(drawn: &mut Drawn<'_>) -> Option<Self> {
        let (n_senders, n_targets) = (drawn.n_senders(), drawn.range.len());
        let first = (i64::from(drawn.range.start) - drawn.origin) as usize;
        let is_listed = matches!(drawn.description().connector, Connector::List(_));
        let mut rows =
            Self { weights: vec![0; n_senders * n_targets], n_targets, lengths: vec![0; n_senders] };
        // Only lists can connect a pair twice, and lists are small enough to check.
        let mut seen = vec![false; if is_listed { n_senders * n_targets } else { 0 }];
        let mut fits = true;
        drawn.synapses(|s| {
            let at = s.pre as usize * n_targets + usize::from(s.target) - first;
            fits &= !is_listed || !std::mem::replace(&mut seen[at], true);
            fits &= s.weight.abs() <= f64::from(i8::MAX);
            rows.weights[at] = s.weight as i8;
            rows.lengths[s.pre as usize] += 1;
        });
        fits.then_some(rows)
    }

    /// Adds the rows of all senders: positive weights to the first sums, and the magnitudes of negative ones to the second, or,
    /// where these are empty, all weights to the first. Returns the number of synapses.
    pub(crate) fn deliver<S: Sum>(&self, senders: &[u32], sums: [&mut [S]; 2]) -> u64 {
        let [excitatory, inhibitory] = sums;
        for (at, &sender) in senders.iter().enumerate() {
            if let Some(&ahead) = senders.get(at + AHEAD) {
                let row = &self.weights[ahead as usize * self.n_targets..][..self.n_targets];
                row.chunks(LINE).for_each(|line| simd::prefetch(&line[0]));
            }
            let from = sender as usize * self.n_targets;
            let row = &self.weights[from..from + self.n_targets];
            let (excitatory, inhibitory) = (&mut *excitatory, &mut *inhibitory);
            simd::run(Row { row, excitatory, inhibitory });
        }
        senders.iter().map(|&s| u64::from(self.lengths[s as usize])).sum()
    }

    pub(crate) fn n_targets(&self) -> usize {
        self.n_targets
    }

    pub(crate) fn len(&self) -> usize {
        self.lengths.iter().map(|&n| n as usize).sum()
    }

    pub(crate) fn n_bytes(&self) -> u64 {
        (self.weights.len() + size_of_val(self.lengths.as_slice())) as u64
    }
}

/// The addition of one row.
struct Row<'a, S> {
    row: &'a [i8],
    excitatory: &'a mut [S],
    inhibitory: &'a mut [S],
}

impl<S: Sum> simd::Task for Row<'_, S> {
    #[inline(always)]
    fn run(self) {
        if self.inhibitory.is_empty() {
            for (sum, &weight) in self.excitatory.iter_mut().zip(self.row) {
                *sum = sum.add_small(weight);
            }
            return;
        }
        let sums = self.excitatory.iter_mut().zip(self.inhibitory);
        for ((excitatory, inhibitory), &weight) in sums.zip(self.row) {
            *excitatory = excitatory.add_small(weight.max(0));
            *inhibitory = inhibitory.add_small(weight.min(0).wrapping_neg());
        }
    }
}
