//! Rows of synapses with weights and delays of their own, sorted by delay: the part of a row with one delay is a segment,
//! delivered in the tick in which it is due. One store serves all projections between a sending population and a shard, so
//! that segments are long. A synapse takes 2 bytes for its target and as many for its weight as the largest one needs.

use std::ops::Range;

use crate::arithmetic::Sum;
use crate::history::History;
use crate::pages;
use crate::simd::prefetch;
use crate::sums::{Place, Sums};

use super::drawn::{Drawn, Stored};

/// Segments that are asked for ahead of their use.
const AHEAD: usize = 6;
/// Bytes of a line of the cache.
const LINE: usize = 64;
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
    /// Cell `c = i * n_delays + d`, sender `i` and delay `first_delay + d`, has the synapses `starts[c]..starts[c + 1]`.
    starts: Vec<u32>,
    first_delay: u32,
    n_delays: usize,
    /// Cell by cell: all targets, then all weights (of at least 0), little end first.
    bytes: Vec<u8>,
    weight_bytes: usize,
}

impl Segments {
    /// Draws twice: to count, then to place, synapse by synapse. Returns the rows of positive and of negative weights, where there are any.
    /// `Err(n)` if `n` synapses are too many to number.
    pub(crate) fn build<S: Sum>(parts: &mut [Drawn<'_>]) -> Result<[Option<Self>; 2], u64> {
        let largest = parts.iter().map(Drawn::weights).fold(0.0, |a: f64, (low, high)| a.max(-low).max(high));
        let weight_bytes = S::weight_bytes(S::from_weight(largest));
        let mut counted = [None, None];
        let cells = Cells::of(parts);
        parts.iter_mut().for_each(|part| cells.count(part, &mut counted));
        let mut opened = [None, None];
        for (opened, counted) in opened.iter_mut().zip(counted) {
            *opened = counted.map(|c: Counted| c.open(&cells, weight_bytes)).transpose()?;
        }
        for part in parts {
            match weight_bytes {
                1 => Self::place_all::<S, 1>(&mut opened, part),
                2 => Self::place_all::<S, 2>(&mut opened, part),
                4 => Self::place_all::<S, 4>(&mut opened, part),
                _ => Self::place_all::<S, 8>(&mut opened, part),
            }
        }
        opened.iter_mut().flatten().for_each(Self::part_targets_from_weights);
        Ok(opened)
    }

    fn place_all<S: Sum, const B: usize>(opened: &mut [Option<Self>; 2], part: &mut Drawn<'_>) {
        let [mut positive, mut negative] =
            opened.each_mut().map(|rows| rows.as_mut().map(Placing::<S, B>::new));
        match (sign_of_all(part), &mut positive, &mut negative) {
            (Some(false), Some(rows), _) | (Some(true), _, Some(rows)) => part.synapses(|s| rows.place(&s)),
            (_, positive, negative) => part.synapses(|s| {
                let rows = if s.weight < 0.0 { &mut *negative } else { &mut *positive };
                rows.iter_mut().for_each(|rows| rows.place(&s));
            }),
        }
        positive.iter_mut().chain(&mut negative).for_each(Placing::flush);
    }

    /// Turns every cell from one synapse after the other into targets and weights, which are added faster.
    fn part_targets_from_weights(&mut self) {
        let size = TARGET + self.weight_bytes;
        let mut mixed = Vec::new();
        for cell in self.starts.windows(2) {
            let synapses = &mut self.bytes[cell[0] as usize * size..cell[1] as usize * size];
            mixed.clear();
            mixed.extend_from_slice(synapses);
            let (targets, weights) = synapses.split_at_mut((cell[1] - cell[0]) as usize * TARGET);
            let parted = targets.chunks_exact_mut(TARGET).zip(weights.chunks_exact_mut(self.weight_bytes));
            for (synapse, (target, weight)) in mixed.chunks_exact(size).zip(parted) {
                target.copy_from_slice(&synapse[..TARGET]);
                weight.copy_from_slice(&synapse[TARGET..]);
            }
        }
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
        if self.bytes.is_empty() {
            // Rows without a synapse have no delay, either, that would say in which ticks to look.
            return 0;
        }
        let starts: &[u32] = &self.starts;
        let last_delay = self.first_delay + self.n_delays as u32 - 1;
        // What one spike brings in successive ticks lies side by side.
        for sent in due.start.saturating_sub(last_delay + 1)..due.end.saturating_sub(self.first_delay + 1) {
            let first_due = due.start.max(sent + 1 + self.first_delay);
            let last_due = (due.end - 1).min((sent + 1).saturating_add(last_delay));
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
                segment(ahead).chunks(LINE).for_each(|line| prefetch(&line[0]));
            }
            let n = (own.to - own.from) as usize;
            n_synapses += n as u64;
            let sums = sums.at(own.slot as usize, place);
            let (targets, weights) = segment(own).split_at(n * TARGET);
            let (targets, weights) = (targets.as_chunks::<TARGET>().0, weights.as_chunks::<B>().0);
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
        (size_of_val(self.starts.as_slice()) + self.bytes.len()) as u64
    }
}

/// Cells (sender and delay) before it is known which delays occur.
struct Cells {
    n_senders: usize,
    first_delay: u32,
    n_delays: usize,
}

/// Synapses of one sign, counted but not placed.
struct Counted {
    /// Count of cell `c` at `c + 1`.
    counts: Vec<u32>,
    n_synapses: u64,
    first_delay: u32,
    last_delay: u32,
}

impl Cells {
    fn of(parts: &[Drawn<'_>]) -> Self {
        let (low, high) = range_of_delays(parts);
        let n_senders = parts.iter().map(Drawn::n_senders).max().unwrap_or(0);
        Self { n_senders, first_delay: low, n_delays: (high - low) as usize + 1 }
    }

    fn count(&self, part: &mut Drawn<'_>, counted: &mut [Option<Counted>; 2]) {
        let empty = || Counted {
            counts: pages::zeros(self.n_senders * self.n_delays + 1),
            n_synapses: 0,
            first_delay: u32::MAX,
            last_delay: 0,
        };
        let cell = |pre: u32, delay: u32| pre as usize * self.n_delays + (delay - self.first_delay) as usize;
        if let Some(is_negative) = sign_of_all(part) {
            let counted = counted[usize::from(is_negative)].get_or_insert_with(empty);
            let mut batch = Vec::with_capacity(BATCH);
            part.delays_of(|pre, delay| {
                let cell = cell(pre, delay);
                prefetch(&counted.counts[cell + 1]);
                batch.push((cell, delay));
                if batch.len() == BATCH {
                    batch.drain(..).for_each(|(cell, delay)| counted.add(cell, delay));
                }
            });
            batch.drain(..).for_each(|(cell, delay)| counted.add(cell, delay));
            return;
        }
        part.synapses(|s| {
            let counted = counted[usize::from(s.weight < 0.0)].get_or_insert_with(empty);
            counted.add(cell(s.pre, s.delay), s.delay);
        });
        part.discard_account();
    }
}

impl Counted {
    #[inline(always)]
    fn add(&mut self, cell: usize, delay: u32) {
        self.counts[cell + 1] = self.counts[cell + 1].saturating_add(1);
        self.n_synapses += 1;
        self.first_delay = self.first_delay.min(delay);
        self.last_delay = self.last_delay.max(delay);
    }

    /// Empty rows for what was counted, without the delays that do not occur.
    fn open(self, cells: &Cells, weight_bytes: usize) -> Result<Segments, u64> {
        if self.n_synapses >= u64::from(u32::MAX) {
            return Err(self.n_synapses);
        }
        let first_delay = self.first_delay.min(self.last_delay);
        let n_delays = (self.last_delay - first_delay) as usize + 1;
        let skipped = first_delay.saturating_sub(cells.first_delay) as usize;
        let mut starts = pages::zeros(cells.n_senders * n_delays + 1);
        let mut next = 0;
        for (sender, row) in starts[1..].chunks_exact_mut(n_delays).enumerate() {
            let from = 1 + sender * cells.n_delays + skipped;
            for (start, count) in row.iter_mut().zip(&self.counts[from..]) {
                *start = next;
                next += count;
            }
        }
        let n_bytes = self.n_synapses as usize * (TARGET + weight_bytes);
        Ok(Segments { starts, first_delay, n_delays, bytes: pages::zeros(n_bytes), weight_bytes })
    }
}

/// Synapses that are counted or placed together, so that the memory that they need can be asked for before it is used: they
/// go to places all over the rows.
const BATCH: usize = 128;

/// Rows that are being filled: where the next synapse of cell `c` goes stands at `c + 1`, so that in the end, when the cell is
/// full, the start of the next cell stands there.
struct Placing<'a, S, const B: usize> {
    next: &'a mut [u32],
    bytes: &'a mut [u8],
    first_delay: u32,
    n_delays: usize,
    batch: Vec<Pending<S>>,
}

/// A synapse on the way to its place.
struct Pending<S> {
    /// Its cell, then its number.
    at: usize,
    target: u16,
    weight: S,
}

impl<'a, S: Sum, const B: usize> Placing<'a, S, B> {
    fn new(rows: &'a mut Segments) -> Self {
        Self {
            next: &mut rows.starts[1..],
            bytes: &mut rows.bytes,
            first_delay: rows.first_delay,
            n_delays: rows.n_delays,
            batch: Vec::with_capacity(BATCH),
        }
    }

    #[inline(always)]
    fn place(&mut self, s: &Stored) {
        let cell = s.pre as usize * self.n_delays + (s.delay - self.first_delay) as usize;
        prefetch(&self.next[cell]);
        self.batch.push(Pending { at: cell, target: s.target, weight: S::from_weight(s.weight.abs()) });
        if self.batch.len() == BATCH {
            self.flush();
        }
    }

    fn flush(&mut self) {
        for pending in &mut self.batch {
            let next = &mut self.next[pending.at];
            pending.at = *next as usize * (TARGET + B);
            *next += 1;
            prefetch(&self.bytes[pending.at]);
        }
        for pending in self.batch.drain(..) {
            let synapse = &mut self.bytes[pending.at..pending.at + TARGET + B];
            let (target, weight) = synapse.split_at_mut(TARGET);
            target.copy_from_slice(&pending.target.to_le_bytes());
            weight.copy_from_slice(&pending.weight.to_bytes()[..B]);
        }
    }
}

/// Whether all weights are below 0 (or 0, which adds nothing anywhere), or none; `None` if only drawing tells.
fn sign_of_all(part: &Drawn<'_>) -> Option<bool> {
    let (low, high) = part.weights();
    match (low >= 0.0, high <= 0.0) {
        (true, _) => Some(false),
        (_, true) => Some(true),
        _ => None,
    }
}

/// The shortest and the longest delay of all parts.
pub(crate) fn range_of_delays(parts: &[Drawn<'_>]) -> (u32, u32) {
    let bounds = parts.iter().map(Drawn::delays);
    bounds.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((0, 0))
}
