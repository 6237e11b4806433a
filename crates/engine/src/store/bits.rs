//! Dense rows as bits: one bit for every possible synapse, all alike.
//!
//! The rows of all senders of a tick are summed column by column before any sum is touched: seven rows at a time go through
//! full adders into binary counters that lie one bit plane behind the other, and the counters are added to the sums at the
//! end, times the weight. That is exact, because it counts, and it costs a few logic instructions for 512 possible synapses
//! of a spike, where a list of targets costs one scattered addition for each synapse.

use crate::arithmetic::Sum;
use crate::pages;
use crate::simd;
use crate::sums::REACH;

use super::drawn::Drawn;

/// Words that are handled together: 512 targets.
pub(crate) type Chunk = [u64; 8];
/// Targets of a chunk.
pub(crate) const CHUNK_BITS: usize = 512;
/// Targets that are expanded together.
const LANES: usize = 32;
/// Rows that are counted before the counts, of 16 bits, are added to the sums.
const MAX_COUNT: usize = u16::MAX as usize;
/// Rows that full adders take at once.
const GROUP: usize = 7;

/// The rows of all senders onto a block of targets.
pub(crate) struct BitRows {
    bits: Vec<Chunk>,
    chunks_per_row: usize,
    n_targets: usize,
    /// Synapses in each row.
    lengths: Vec<u16>,
    /// An empty row.
    zeros: Vec<Chunk>,
}

impl BitRows {
    /// Bytes that the rows of `n_senders` onto `n_targets` take, however many synapses there are.
    pub(crate) fn n_bytes_of(n_senders: usize, n_targets: usize) -> u64 {
        let row = n_targets.div_ceil(CHUNK_BITS) * size_of::<Chunk>() + size_of::<u16>();
        (n_senders * row) as u64
    }

    /// Draws all synapses once; `None` if a pair is connected twice.
    pub(crate) fn build(drawn: &Drawn<'_>) -> Option<Self> {
        let mut rows = Self::new(drawn.n_senders(), drawn.range.len());
        let first = (i64::from(drawn.range.start) - drawn.origin) as usize;
        let is_simple = rows.fill_by_strips(drawn).is_some() || rows.fill(drawn, first);
        is_simple.then_some(rows)
    }

    /// Draws a few hundred targets at a time into a strip of all rows that stays in cache, and copies strip by strip. Rules
    /// that are drawn per target connect no pair twice.
    fn fill_by_strips(&mut self, drawn: &Drawn<'_>) -> Option<()> {
        let mut strip = vec![Chunk::default(); drawn.n_senders()];
        for (at, first) in (0..self.n_targets).step_by(CHUNK_BITS).enumerate() {
            let n = CHUNK_BITS.min(self.n_targets - first) as u32;
            let first = drawn.range.start + first as u32;
            strip.fill(Chunk::default());
            drawn.pairs_onto(first..first + n, |sender, target| {
                strip[sender as usize][target / 64] |= 1 << (target % 64);
            })?;
            self.copy_strip(at, &strip);
        }
        Some(())
    }

    /// Draws all synapses in any order; `false` if a pair is connected twice. The first target is number `first`.
    fn fill(&mut self, drawn: &Drawn<'_>, first: usize) -> bool {
        let mut is_simple = true;
        drawn.pairs(|sender, target| is_simple &= self.insert(sender as usize, usize::from(target) - first));
        is_simple
    }

    /// Empty rows.
    fn new(n_senders: usize, n_targets: usize) -> Self {
        let chunks_per_row = n_targets.div_ceil(CHUNK_BITS);
        Self {
            bits: pages::zeros(n_senders * chunks_per_row),
            chunks_per_row,
            n_targets,
            lengths: vec![0; n_senders],
            zeros: vec![[0; 8]; chunks_per_row],
        }
    }

    /// Adds a synapse; `false` if it is there already, which bits cannot hold.
    #[inline]
    fn insert(&mut self, sender: usize, target: usize) -> bool {
        let chunk = &mut self.bits[sender * self.chunks_per_row + target / CHUNK_BITS];
        let (word, bit) = (&mut chunk[target % CHUNK_BITS / 64], 1 << (target % 64));
        let is_new = *word & bit == 0;
        *word |= bit;
        self.lengths[sender] += u16::from(is_new);
        is_new
    }

    /// Sets one chunk of every row, which must be empty before.
    fn copy_strip(&mut self, chunk: usize, strip: &[Chunk]) {
        let rows = self.bits.chunks_exact_mut(self.chunks_per_row).zip(&mut self.lengths);
        for ((row, length), own) in rows.zip(strip) {
            row[chunk] = *own;
            *length += own.iter().map(|word| word.count_ones() as u16).sum::<u16>();
        }
    }

    /// Number of synapses.
    pub(crate) fn len(&self) -> usize {
        self.lengths.iter().map(|&n| usize::from(n)).sum()
    }

    /// Host memory.
    pub(crate) fn n_bytes(&self) -> u64 {
        (size_of_val(self.bits.as_slice()) + size_of_val(self.lengths.as_slice())) as u64
    }

    /// Adds the synapses of all senders to the sums and returns their number. `planes` is scratch space.
    pub(crate) fn add<S: Sum>(
        &self,
        senders: &[u32],
        weight: S,
        sums: &mut [S; REACH],
        planes: &mut Vec<Chunk>,
    ) -> u64 {
        for senders in senders.chunks(MAX_COUNT) {
            let n_planes = (usize::BITS - senders.len().leading_zeros()) as usize;
            planes.clear();
            planes.resize(n_planes * self.chunks_per_row, [0; 8]);
            let sums = &mut sums[..self.n_targets];
            simd::run(Addition { rows: self, senders, weight, sums, planes, n_planes });
        }
        senders.iter().map(|&s| u64::from(self.lengths[s as usize])).sum()
    }

    #[inline(always)]
    fn row(&self, sender: u32) -> &[Chunk] {
        let from = sender as usize * self.chunks_per_row;
        &self.bits[from..from + self.chunks_per_row]
    }
}

/// One addition of rows to sums.
struct Addition<'a, S> {
    rows: &'a BitRows,
    senders: &'a [u32],
    weight: S,
    sums: &'a mut [S],
    /// Counters: plane `p` of chunk `c` at `c * n_planes + p`.
    planes: &'a mut [Chunk],
    n_planes: usize,
}

impl<S: Sum> simd::Task for Addition<'_, S> {
    #[inline(always)]
    fn run(mut self) {
        let (groups, rest) = self.senders.as_chunks::<GROUP>();
        for group in groups {
            let mut rows = [self.rows.zeros.as_slice(); GROUP];
            for (row, &sender) in rows.iter_mut().zip(group) {
                *row = self.rows.row(sender);
            }
            self.count(rows);
        }
        if !rest.is_empty() {
            let mut group = [self.rows.zeros.as_slice(); GROUP];
            rest.iter().zip(&mut group).for_each(|(&sender, row)| *row = self.rows.row(sender));
            self.count(group);
        }
        self.expand();
    }
}

impl<S: Sum> Addition<'_, S> {
    /// Adds seven rows to the counters.
    #[inline(always)]
    fn count(&mut self, rows: [&[Chunk]; GROUP]) {
        let [a, b, c, d, e, f, g] = rows;
        for (at, planes) in self.planes.chunks_exact_mut(self.n_planes).enumerate() {
            let (s1, c1) = full_add(&a[at], &b[at], &c[at]);
            let (s2, c2) = full_add(&d[at], &e[at], &f[at]);
            let (ones, c3) = full_add(&s1, &s2, &g[at]);
            let (twos, fours) = full_add(&c1, &c2, &c3);
            let mut carry = [0; 8];
            for (p, plane) in planes.iter_mut().enumerate() {
                let digit = match p {
                    0 => &ones,
                    1 => &twos,
                    2 => &fours,
                    _ => &[0; 8],
                };
                (*plane, carry) = full_add(plane, digit, &carry);
            }
        }
    }

    /// Adds the counters, times the weight, to the sums.
    #[inline(always)]
    fn expand(&mut self) {
        let (whole, rest) = self.sums.as_chunks_mut::<LANES>();
        let mut padded = [S::default(); LANES];
        padded[..rest.len()].copy_from_slice(rest);
        let n_whole = whole.len();
        for (at, sums) in whole.iter_mut().chain(std::iter::once(&mut padded)).enumerate() {
            let chunk = (at * LANES / CHUNK_BITS).min(self.planes.len() / self.n_planes - 1);
            let (word, shift) = (at * LANES % CHUNK_BITS / 64, at * LANES % 64);
            let mut counts = [0u16; LANES];
            for (p, plane) in self.planes[chunk * self.n_planes..][..self.n_planes].iter().enumerate() {
                let bits = (plane[word] >> shift) as u32;
                for lane in 0..LANES {
                    let is_set = bits & LANE_BITS[lane] != 0;
                    counts[lane] |= if is_set { 1 << p } else { 0 };
                }
            }
            for lane in 0..LANES {
                sums[lane] = sums[lane].add_times(self.weight, counts[lane].into());
            }
        }
        debug_assert!(n_whole * LANES + rest.len() == self.rows.n_targets);
        rest.copy_from_slice(&padded[..rest.len()]);
    }
}

/// The bit of each lane.
const LANE_BITS: [u32; LANES] = {
    let mut bits = [1; LANES];
    let mut lane = 1;
    while lane < LANES {
        bits[lane] = 1 << lane;
        lane += 1;
    }
    bits
};

/// Sum and carry of three one-bit numbers, for 512 of them side by side.
#[inline(always)]
fn full_add(a: &Chunk, b: &Chunk, c: &Chunk) -> (Chunk, Chunk) {
    let (mut sum, mut carry) = ([0; 8], [0; 8]);
    for i in 0..8 {
        let half = a[i] ^ b[i];
        sum[i] = half ^ c[i];
        carry[i] = (a[i] & b[i]) | (half & c[i]);
    }
    (sum, carry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Every number of senders and targets, against one addition per synapse.
        #[test]
        fn rows_add_up(n_targets in 1..1200usize, n_fired in 0..40usize, seed: u64, weight in -127..128i32) {
            let n_senders = 40;
            let mut rows = BitRows::new(n_senders, n_targets);
            let mut expected = vec![7i32; n_targets];
            let mut state = seed;
            let mut n_events = 0;
            for sender in 0..n_senders {
                for (target, sum) in expected.iter_mut().enumerate() {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    if state >> 60 < 5 {
                        prop_assert!(rows.insert(sender, target));
                        let is_fired = sender < n_fired;
                        *sum += if is_fired { weight } else { 0 };
                        n_events += u64::from(is_fired);
                    }
                }
            }
            let senders: Vec<u32> = (0..n_fired as u32).collect();
            let mut sums = [7i32; REACH];
            prop_assert_eq!(rows.add(&senders, weight, &mut sums, &mut Vec::new()), n_events);
            prop_assert_eq!(&sums[..n_targets], &expected[..]);
            prop_assert!(sums[n_targets..].iter().all(|&sum| sum == 7));
            prop_assert_eq!(rows.n_bytes(), BitRows::n_bytes_of(n_senders, n_targets));
        }
    }

    /// More rows than a counter of 16 bits can count.
    #[test]
    fn many_rows_are_counted_in_parts() {
        let n_senders = 70_000;
        let mut rows = BitRows::new(n_senders, 40);
        (0..n_senders).for_each(|sender| assert!(rows.insert(sender, 33)));
        let senders: Vec<u32> = (0..n_senders as u32).collect();
        let mut sums = [0i32; REACH];
        assert_eq!(rows.add(&senders, -2, &mut sums, &mut Vec::new()), 70_000);
        assert_eq!((sums[33], sums[32]), (-140_000, 0));
    }

    #[test]
    fn a_synapse_fits_once() {
        let mut rows = BitRows::new(1, 600);
        assert!(rows.insert(0, 599) && !rows.insert(0, 599));
        assert_eq!(rows.len(), 1);
    }
}
