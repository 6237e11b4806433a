//! Synapse stores: the rows of one projection onto one block of targets, sorted by sender.

use std::ops::Range;

use gennaker_network::Synapse;

use crate::arithmetic::Sum;
use crate::bit_rows::{BitRows, CHUNK_BITS, Chunk};
use crate::ring::{Receptors, Ring};

/// The synapses of one projection onto one block.
pub(crate) struct Store<S: Sum> {
    /// Row of sender `i`: `starts[i]..starts[i + 1]`.
    starts: Vec<u32>,
    rows: Rows<S>,
}

/// The layouts. All give the same sums.
enum Rows<S: Sum> {
    /// Sender `first + i` to sum `offset + i`, for `i < n`: one-to-one connections keep nothing per synapse.
    Diagonal { first: u32, n: u32, offset: usize, weight: S, delay: u32 },
    /// All synapses alike: only the targets are kept, 2 bytes each.
    Shared { targets: Vec<u16>, weight: S, delay: u32 },
    /// All synapses alike and many: a bit for every possible one. The first sum is that of target 0.
    Bits { rows: BitRows, first_sum: usize, weight: S, delay: u32 },
    /// Weight and delay with every target: 4 bytes each on the chip's arithmetic.
    Packed(Vec<S::Word>),
}

impl<S: Sum> Store<S> {
    /// Adds the synapses of all `senders` (ascending) to the sums, by `add`; their spikes are processed in `tick`. Returns
    /// the number of synapses.
    pub(crate) fn deliver(
        &self,
        senders: &[u32],
        tick: u32,
        ring: &mut Ring<S>,
        scratch: &mut Vec<Chunk>,
        add: impl Fn(S, S) -> S + Copy,
    ) -> u64 {
        let add_to = move |sum: &mut S, weight: S| *sum = add(*sum, weight);
        match &self.rows {
            Rows::Diagonal { first, n, offset, weight, delay } => {
                let from = senders.partition_point(|&s| s < *first);
                let own = &senders[from..from + senders[from..].partition_point(|&s| s < first + n)];
                let sums = &mut ring.slot(tick, *delay)[*offset..];
                own.iter().for_each(|s| add_to(&mut sums[(s - first) as usize], *weight));
                own.len() as u64
            }
            Rows::Shared { targets, weight, delay } => {
                let sums = ring.slot(tick, *delay);
                self.for_each_row(senders, |row| {
                    targets[row].iter().for_each(|&target| add_to(&mut sums[usize::from(target)], *weight));
                })
            }
            Rows::Bits { rows, first_sum, weight, delay } => {
                rows.add(senders, *weight, &mut ring.slot(tick, *delay)[*first_sum..], scratch)
            }
            Rows::Packed(words) => {
                let (sums, mask, width) = ring.parts();
                self.for_each_row(senders, |row| {
                    for &word in &words[row] {
                        let (target, delay, weight) = S::unpack(word);
                        add_to(&mut sums[((tick as usize + delay) & mask) * width + target], weight);
                    }
                })
            }
        }
    }

    #[inline]
    fn for_each_row(&self, senders: &[u32], mut each: impl FnMut(Range<usize>)) -> u64 {
        let mut n_synapses = 0;
        for &sender in senders {
            let row = self.starts[sender as usize] as usize..self.starts[sender as usize + 1] as usize;
            n_synapses += row.len() as u64;
            each(row);
        }
        n_synapses
    }

    /// Number of synapses.
    pub(crate) fn len(&self) -> usize {
        match &self.rows {
            Rows::Diagonal { n, .. } => *n as usize,
            Rows::Bits { rows, .. } => rows.len(),
            _ => self.starts.last().map_or(0, |&n| n as usize),
        }
    }

    /// Host memory of rows and row starts.
    pub(crate) fn n_bytes(&self) -> u64 {
        let rows = match &self.rows {
            Rows::Diagonal { .. } => 0,
            Rows::Shared { targets, .. } => size_of_val(targets.as_slice()) as u64,
            Rows::Bits { rows, .. } => rows.n_bytes(),
            Rows::Packed(words) => size_of_val(words.as_slice()) as u64,
        };
        rows + size_of_val(self.starts.as_slice()) as u64
    }
}

/// The values that all synapses of a projection share, if they do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SharedValues {
    pub(crate) weight: f64,
    pub(crate) delay: u32,
}

/// A sequence of synapses that is drawn when it is walked.
pub(crate) trait Synapses {
    /// Calls `each(pre, post)` for every synapse.
    fn pairs(&self, each: impl FnMut(u32, u32));
    /// Calls `each(pre, post)` for every synapse onto the targets `posts`; `None` if all would have to be drawn for that.
    fn pairs_onto(&self, posts: Range<u32>, each: impl FnMut(u32, u32)) -> Option<()>;
    /// Calls `each` for every synapse, in the same order, with weight and delay as they shall be stored.
    fn walk(&mut self, each: impl FnMut(Synapse));
}

/// Fewest targets for which bits are considered: below, most of a chunk would be empty.
const MIN_BIT_TARGETS: usize = 256;

/// Builds a store in two passes over the same synapses: count, then place.
pub(crate) struct StoreBuilder {
    first_target: u32,
    n_targets: usize,
    receptors: Receptors,
    starts: Vec<u32>,
}

impl StoreBuilder {
    /// A builder for targets from `first_target` on.
    pub(crate) fn new(n_senders: usize, first_target: u32, n_targets: usize, receptors: Receptors) -> Self {
        Self { first_target, n_targets, receptors, starts: vec![0; n_senders + 1] }
    }

    /// The store of a one-to-one projection with shared values; there is nothing to draw.
    pub(crate) fn diagonal<S: Sum>(self, shared: SharedValues) -> Store<S> {
        let SharedValues { weight, delay } = shared;
        let rows = Rows::Diagonal {
            first: self.first_target,
            n: self.n_targets as u32,
            offset: usize::from(self.target(self.first_target, weight)),
            weight: S::from_weight(self.magnitude(weight)),
            delay,
        };
        Store { starts: Vec::new(), rows }
    }

    /// Whether bits take no more memory than lists of targets would for this many synapses, on average over all senders.
    pub(crate) fn is_dense(&self, n_synapses: f64) -> bool {
        let n_senders = self.starts.len() - 1;
        let lists = 2.0 * n_synapses + 4.0 * n_senders as f64;
        self.n_targets >= MIN_BIT_TARGETS
            && BitRows::n_bytes_of(n_senders, self.n_targets) as f64 <= 1.25 * lists
    }

    /// The store of synapses that are all alike as bits, in one pass; `None` if a pair is connected twice.
    pub(crate) fn bits<S: Sum>(&self, shared: SharedValues, synapses: &impl Synapses) -> Option<Store<S>> {
        let SharedValues { weight, delay } = shared;
        let mut rows = BitRows::new(self.starts.len() - 1, self.n_targets);
        let is_simple = self.fill_by_strips(&mut rows, synapses).is_some() || self.fill(&mut rows, synapses);
        let first_sum = usize::from(self.target(self.first_target, weight));
        let rows = Rows::Bits { rows, first_sum, weight: S::from_weight(self.magnitude(weight)), delay };
        is_simple.then_some(Store { starts: Vec::new(), rows })
    }

    /// Draws a few hundred targets at a time into a strip of all rows that stays in cache, and copies strip by strip. Rules
    /// that are drawn per target connect no pair twice.
    fn fill_by_strips(&self, rows: &mut BitRows, synapses: &impl Synapses) -> Option<()> {
        let mut strip = vec![Chunk::default(); self.starts.len() - 1];
        for (at, first) in (0..self.n_targets).step_by(CHUNK_BITS).enumerate() {
            let n = CHUNK_BITS.min(self.n_targets - first);
            let first = self.first_target + first as u32;
            strip.fill(Chunk::default());
            synapses.pairs_onto(first..first + n as u32, |sender, post| {
                let target = (post - first) as usize;
                strip[sender as usize][target / 64] |= 1 << (target % 64);
            })?;
            rows.copy_strip(at, &strip);
        }
        Some(())
    }

    /// Draws all synapses in any order; `false` if a pair is connected twice.
    fn fill(&self, rows: &mut BitRows, synapses: &impl Synapses) -> bool {
        let mut is_simple = true;
        synapses.pairs(|sender, post| {
            is_simple &= rows.insert(sender as usize, (post - self.first_target) as usize);
        });
        is_simple
    }

    /// First pass: counts the synapses of every sender and returns their sum.
    pub(crate) fn count(&mut self, synapses: &impl Synapses) -> u64 {
        synapses.pairs(|sender, _| {
            let n = &mut self.starts[sender as usize + 1];
            *n = n.saturating_add(1);
        });
        self.starts.iter().map(|&n| u64::from(n)).sum()
    }

    /// Second pass for synapses that are all alike.
    pub(crate) fn place_shared<S: Sum>(mut self, shared: SharedValues, synapses: &impl Synapses) -> Store<S> {
        let SharedValues { weight, delay } = shared;
        let mut next = self.open_rows();
        let mut targets = vec![0u16; self.n_counted()];
        synapses.pairs(|sender, post| targets[take(&mut next, sender)] = self.target(post, weight));
        let rows = Rows::Shared { targets, weight: S::from_weight(self.magnitude(weight)), delay };
        Store { starts: self.starts, rows }
    }

    /// Second pass for synapses of different weights or delays.
    pub(crate) fn place<S: Sum>(mut self, synapses: &mut impl Synapses) -> Store<S> {
        let mut next = self.open_rows();
        let mut words = vec![S::Word::default(); self.n_counted()];
        synapses.walk(|s| {
            let weight = S::from_weight(self.magnitude(s.weight));
            words[take(&mut next, s.pre)] = S::pack(self.target(s.post, s.weight), s.delay as u16, weight);
        });
        Store { starts: self.starts, rows: Rows::Packed(words) }
    }

    /// Turns counts into row starts and returns where the next synapse of each sender goes.
    fn open_rows(&mut self) -> Vec<u32> {
        for i in 1..self.starts.len() {
            self.starts[i] += self.starts[i - 1];
        }
        self.starts.clone()
    }

    /// Synapses in all rows, once they are open.
    fn n_counted(&self) -> usize {
        self.starts.last().map_or(0, |&n| n as usize)
    }

    /// The sum that a synapse adds to.
    #[inline]
    fn target(&self, post: u32, weight: f64) -> u16 {
        let is_inhibitory = self.receptors == Receptors::Split && weight < 0.0;
        let target = (post - self.first_target) as usize + if is_inhibitory { self.n_targets } else { 0 };
        debug_assert!(target <= usize::from(u16::MAX));
        target as u16
    }

    #[inline]
    fn magnitude(&self, weight: f64) -> f64 {
        match self.receptors {
            Receptors::Split => weight.abs(),
            Receptors::Net => weight,
        }
    }
}

/// The place of the next synapse of `sender`.
#[inline]
fn take(next: &mut [u32], sender: u32) -> usize {
    let at = next[sender as usize];
    next[sender as usize] += 1;
    at as usize
}
