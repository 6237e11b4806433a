//! Rows of synapses with weights and delays of their own, sorted by delay: the part of a row with one delay is a segment,
//! delivered in the tick in which it is due. One store serves all projections between a sending population and a shard, so
//! that segments are long. A synapse takes 2 bytes for its target and as many for its weight as the largest one needs.

use std::ops::Range;

use crate::arithmetic::Sum;
use crate::history::History;
use crate::pages::Pages;
use crate::simd::prefetch;
use crate::sums::{Place, Sums};

use super::drawn::{Drawn, Stored};
use super::lists::open;

/// Segments that are asked for ahead of their use.
const AHEAD: usize = 6;
/// Bytes of two lines of the cache: processors fetch the other line of a pair by themselves.
const PAIR: usize = 128;
/// Bytes of a target.
const TARGET: usize = 2;

/// A segment to be delivered, by the numbers of its synapses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Due {
    from: u32,
    to: u32,
    slot: u32,
}

/// Rows sorted by delay.
pub(crate) struct Segments {
    /// Segment of sender `i` and delay `first_delay + d`: `starts[i * n_delays + d]..` that of the next.
    starts: Pages<u32>,
    first_delay: u32,
    n_delays: usize,
    /// Segment by segment: all targets, then all weights (of at least 0), little end first.
    bytes: Pages<u8>,
    weight_bytes: usize,
}

/// Synapses by cell (sender and delay) of one sign, counted but not placed.
struct Counted {
    /// Count of cell `c` at `c + 1`.
    starts: Pages<u32>,
    n_synapses: u64,
    largest: f64,
    delays: Option<(u32, u32)>,
}

impl Segments {
    /// Draws twice: to count, then to place. Returns the rows of positive and of negative weights, where there are any.
    /// `Err(n)` if `n` synapses are too many to number.
    pub(crate) fn build<S: Sum>(parts: &mut [Drawn<'_>]) -> Result<[Option<Self>; 2], u64> {
        let n_senders = parts.iter().map(Drawn::n_senders).max().unwrap_or(0);
        let (low, high) = range_of_delays(parts);
        let n_delays = (high - low) as usize + 1;
        let mut counted = [const { None::<Counted> }; 2];
        for part in parts.iter_mut() {
            part.synapses(|s| {
                let counted = counted[sign(&s)].get_or_insert_with(|| Counted {
                    starts: Pages::zeros(n_senders * n_delays + 1),
                    n_synapses: 0,
                    largest: 0.0,
                    delays: None,
                });
                counted.add(&s, s.pre as usize * n_delays + (s.delay - low) as usize);
            });
            part.discard_account();
        }
        let mut opened = [None, None];
        for (opened, counted) in opened.iter_mut().zip(counted) {
            *opened = counted.map(|c| c.open::<S>(n_senders, n_delays, low)).transpose()?;
        }
        let mut next =
            opened.each_ref().map(|opened: &Option<Self>| copy(opened.as_ref().map(|o| &*o.starts)));
        for part in parts {
            part.synapses(|s| {
                let sign = sign(&s);
                if let Some(segments) = &mut opened[sign] {
                    segments.place(&s, S::from_weight(s.weight.abs()), &mut next[sign]);
                }
            });
        }
        Ok(opened)
    }

    fn place<S: Sum>(&mut self, s: &Stored, weight: S, next: &mut [u32]) {
        let cell = s.pre as usize * self.n_delays + (s.delay - self.first_delay) as usize;
        let (from, to, at) =
            (self.starts[cell] as usize, self.starts[cell + 1] as usize, next[cell] as usize);
        next[cell] += 1;
        let base = from * (TARGET + self.weight_bytes);
        let target = base + (at - from) * TARGET;
        let weight_at = base + (to - from) * TARGET + (at - from) * self.weight_bytes;
        self.bytes[target..target + TARGET].copy_from_slice(&s.target.to_le_bytes());
        self.bytes[weight_at..weight_at + self.weight_bytes]
            .copy_from_slice(&weight.to_bytes()[..self.weight_bytes]);
    }

    /// Adds all segments due in the ticks `due`, each to its slot, in the order in which their spikes were sent; returns the
    /// number of synapses. `found` is scratch space.
    pub(crate) fn deliver<S: Sum>(
        &self,
        (pre, due): (usize, Range<u32>),
        history: &History,
        (sums, place): (&mut Sums<S>, Place),
        found: &mut Vec<Due>,
        add: impl Fn(S, S) -> S + Copy,
    ) -> u64 {
        found.clear();
        let starts: &[u32] = &self.starts;
        let last_delay = self.first_delay + self.n_delays as u32 - 1;
        // What one spike brings in successive ticks lies side by side.
        for sent in due.start.saturating_sub(last_delay + 1)..due.end.saturating_sub(self.first_delay + 1) {
            let first_due = due.start.max(sent + 1 + self.first_delay);
            let last_due = (due.end - 1).min(sent + 1 + last_delay);
            for &sender in history.sent(pre, sent) {
                for tick in first_due..=last_due {
                    let d = (tick - sent - 1 - self.first_delay) as usize;
                    let cell = sender as usize * self.n_delays + d;
                    let (from, to) = (starts[cell], starts[cell + 1]);
                    if from < to {
                        found.push(Due { from, to, slot: tick - due.start });
                    }
                }
            }
        }
        match self.weight_bytes {
            1 => self.add_all::<S, 1>(found, (sums, place), add),
            2 => self.add_all::<S, 2>(found, (sums, place), add),
            4 => self.add_all::<S, 4>(found, (sums, place), add),
            _ => self.add_all::<S, 8>(found, (sums, place), add),
        }
    }

    fn add_all<S: Sum, const B: usize>(
        &self,
        found: &[Due],
        (sums, place): (&mut Sums<S>, Place),
        add: impl Fn(S, S) -> S + Copy,
    ) -> u64 {
        let bytes: &[u8] = &self.bytes;
        let segment = |due: &Due| &bytes[due.from as usize * (TARGET + B)..due.to as usize * (TARGET + B)];
        let mut n_synapses = 0;
        for (at, own) in found.iter().enumerate() {
            if let Some(ahead) = found.get(at + AHEAD) {
                segment(ahead).chunks(PAIR).for_each(|line| prefetch(&line[0]));
            }
            let n = (own.to - own.from) as usize;
            n_synapses += n as u64;
            let (targets, weights) = segment(own).split_at(n * TARGET);
            let (targets, weights) = (targets.as_chunks::<TARGET>().0, weights.as_chunks::<B>().0);
            let sums = sums.at(own.slot as usize, place);
            for (target, weight) in targets.iter().zip(weights) {
                let sum = &mut sums[usize::from(u16::from_le_bytes(*target))];
                *sum = add(*sum, S::from_bytes(*weight));
            }
        }
        n_synapses
    }

    pub(crate) fn len(&self) -> usize {
        self.starts[self.starts.len() - 1] as usize
    }

    pub(crate) fn n_bytes(&self) -> u64 {
        (size_of_val(&*self.starts) + self.bytes.len()) as u64
    }
}

fn copy(starts: Option<&[u32]>) -> Pages<u32> {
    let starts = starts.unwrap_or_default();
    let mut copy = Pages::zeros(starts.len());
    copy.copy_from_slice(starts);
    copy
}

impl Counted {
    #[inline]
    fn add(&mut self, s: &Stored, cell: usize) {
        self.starts[cell + 1] = self.starts[cell + 1].saturating_add(1);
        self.n_synapses += 1;
        self.largest = self.largest.max(s.weight.abs());
        let (low, high) = self.delays.unwrap_or((s.delay, s.delay));
        self.delays = Some((low.min(s.delay), high.max(s.delay)));
    }

    /// Empty rows for what was counted, without the delays that do not occur. `low` is the delay of the first cell.
    fn open<S: Sum>(self, n_senders: usize, n_delays: usize, low: u32) -> Result<Segments, u64> {
        let (first, last) = self.delays.unwrap_or((low, low));
        let kept = (last - first) as usize + 1;
        let skipped = (first - low) as usize;
        if self.n_synapses >= u64::from(u32::MAX) {
            return Err(self.n_synapses);
        }
        let mut starts = Pages::zeros(n_senders * kept + 1);
        for sender in 0..n_senders {
            let from = sender * n_delays + skipped + 1;
            let to = sender * kept + 1;
            starts[to..to + kept].copy_from_slice(&self.starts[from..from + kept]);
        }
        drop(self.starts);
        open(&mut starts)?;
        let weight_bytes = S::weight_bytes(S::from_weight(self.largest));
        let n_bytes = self.n_synapses as usize * (TARGET + weight_bytes);
        Ok(Segments {
            starts,
            first_delay: first,
            n_delays: kept,
            bytes: Pages::zeros(n_bytes),
            weight_bytes,
        })
    }
}

/// 0 for positive weights, 1 for negative ones.
#[inline]
fn sign(s: &Stored) -> usize {
    usize::from(s.weight < 0.0)
}

/// The shortest and the longest delay of all parts.
pub(crate) fn range_of_delays(parts: &[Drawn<'_>]) -> (u32, u32) {
    let bounds = parts.iter().map(Drawn::delays);
    bounds.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((0, 0))
}
