//! Rows of synapses that are all alike: only the targets are kept, 2 bytes each.

use crate::arithmetic::Sum;
use crate::pages;
use crate::simd::prefetch;
use crate::sums::REACH;

use super::drawn::Drawn;

/// Rows that are asked for ahead of their use.
const AHEAD: usize = 2;
/// Targets in a line of the cache.
const LINE: usize = 32;

/// The targets of all senders.
pub(crate) struct Lists {
    /// Row of sender `i`: `starts[i]..starts[i + 1]`.
    starts: Vec<u32>,
    targets: Vec<u16>,
}

impl Lists {
    /// Draws twice: to count, then to place. `Err(n)` if `n` synapses are too many to number.
    pub(crate) fn build(drawn: &Drawn<'_>) -> Result<Self, u64> {
        let mut starts = vec![0u32; drawn.n_senders() + 1];
        drawn.pairs(|pre, _| {
            let n = &mut starts[pre as usize + 1];
            *n = n.saturating_add(1);
        });
        open(&mut starts)?;
        let mut next = starts.clone();
        let mut targets = pages::zeros(starts[starts.len() - 1] as usize);
        drawn.pairs(|pre, target| {
            let at = &mut next[pre as usize];
            targets[*at as usize] = target;
            *at += 1;
        });
        Ok(Self { starts, targets })
    }

    /// Adds `weight` once for every synapse of every sender; returns their number.
    pub(crate) fn deliver<S: Sum>(
        &self,
        senders: &[u32],
        weight: S,
        sums: &mut [S; REACH],
        add: impl Fn(S, S) -> S + Copy,
    ) -> u64 {
        let targets: &[u16] = &self.targets;
        let row = |sender: u32| {
            &targets[self.starts[sender as usize] as usize..self.starts[sender as usize + 1] as usize]
        };
        let mut n_synapses = 0;
        for (at, &sender) in senders.iter().enumerate() {
            if let Some(&ahead) = senders.get(at + AHEAD) {
                row(ahead).chunks(LINE).for_each(|line| prefetch(&line[0]));
            }
            let row = row(sender);
            n_synapses += row.len() as u64;
            for &target in row {
                let sum = &mut sums[usize::from(target)];
                *sum = add(*sum, weight);
            }
        }
        n_synapses
    }

    pub(crate) fn len(&self) -> usize {
        self.targets.len()
    }

    pub(crate) fn n_bytes(&self) -> u64 {
        (size_of_val(self.starts.as_slice()) + size_of_val(self.targets.as_slice())) as u64
    }
}

/// Turns the counts `starts[i + 1]` of row `i` into row starts. `Err(n)` if `n` synapses are too many to number.
pub(crate) fn open(starts: &mut [u32]) -> Result<(), u64> {
    let n_synapses: u64 = starts.iter().map(|&n| u64::from(n)).sum();
    if n_synapses >= u64::from(u32::MAX) {
        return Err(n_synapses);
    }
    for i in 1..starts.len() {
        starts[i] += starts[i - 1];
    }
    Ok(())
}
