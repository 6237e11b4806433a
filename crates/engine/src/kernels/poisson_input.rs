//! Poisson input: in every tick, any number of spikes from each source.

use std::collections::BTreeMap;
use std::ops::Range;

use gennaker_network::random::{Purpose, poisson_thresholds};

use crate::arithmetic::Arithmetic;
use crate::parameters::ParameterReader;
use crate::simd;

use super::source::Words;
use super::{Due, Fired, Kernel, StateArray};

pub(crate) use super::source::ROW;

/// `poisson_input`. One random word for each source and tick; how many thresholds it reaches is the number of spikes.
pub(crate) struct PoissonInput {
    words: Words,
    law: Law,
}

/// The thresholds of [`poisson_thresholds`].
struct Thresholds {
    all: Vec<u32>,
    /// Those that most rows of words need: a loop that nearly always does the same is well predicted.
    usual: Range<usize>,
}

/// Words below this, and those as far from the largest, are rare in a row.
const RARE: u32 = u32::MAX / 1024;

/// The laws of a block of sources.
enum Law {
    /// The same mean for all.
    Shared(Thresholds),
    /// Those of every mean that occurs, and whose each source has.
    Individual { tables: Vec<Thresholds>, table_of: Vec<u32> },
}

impl Law {
    fn new(means: &[f64]) -> Self {
        let mut numbers = BTreeMap::new();
        let mut tables = Vec::new();
        let mut number = |&mean: &f64| {
            *numbers.entry(mean.to_bits()).or_insert_with(|| {
                tables.push(Thresholds::new(mean));
                tables.len() as u32 - 1
            })
        };
        let table_of = means.iter().map(&mut number).collect();
        if tables.len() == 1 {
            return Self::Shared(tables.swap_remove(0));
        }
        Self::Individual { tables, table_of }
    }
}

impl PoissonInput {
    pub(crate) fn new(reader: &ParameterReader<'_>) -> Self {
        Self {
            words: Words::new(reader, Purpose::PoissonInput),
            law: Law::new(&reader.probabilities("mean")),
        }
    }

    /// The number of spikes of each source of the block in `tick`: a function of the two and of nothing before.
    pub(crate) fn counts(&self, tick: u32, counts: &mut [u8]) {
        simd::run(Counting { input: self, tick, counts });
    }

    /// Those of sources `row * ROW..(row + 1) * ROW`; beyond the last source, any numbers.
    #[inline(always)]
    pub(crate) fn row(&self, row: usize, tick: u32) -> [u8; ROW] {
        let words = &self.words.row(row, tick);
        match &self.law {
            Law::Shared(thresholds) => thresholds.count(words),
            Law::Individual { tables, table_of } => {
                let mut counts = [0; ROW];
                for ((count, &word), &table) in counts.iter_mut().zip(words).zip(&table_of[row * ROW..]) {
                    *count = tables[table as usize].all.partition_point(|&t| t <= word) as u8;
                }
                counts
            }
        }
    }
}

/// A call of [`PoissonInput::counts`].
struct Counting<'a> {
    input: &'a PoissonInput,
    tick: u32,
    counts: &'a mut [u8],
}

impl simd::Task for Counting<'_> {
    #[inline(always)]
    fn run(self) {
        for (row, counts) in self.counts.chunks_mut(ROW).enumerate() {
            counts.copy_from_slice(&self.input.row(row, self.tick)[..counts.len()]);
        }
    }
}

impl Thresholds {
    fn new(mean: f64) -> Self {
        let all = poisson_thresholds(mean);
        let from = all.partition_point(|&t| t < RARE);
        let to = all.partition_point(|&t| t < u32::MAX - RARE);
        Self { usual: from..to, all }
    }

    /// How many thresholds each of the words reaches. They ascend, so that is one more than the index of the last.
    #[inline(always)]
    fn count(&self, words: &[u32; ROW]) -> [u8; ROW] {
        let (mut lowest, mut highest) = (u32::MAX, 0);
        for &word in words {
            lowest = lowest.min(word);
            highest = highest.max(word);
        }
        let Range { start, end } = self.usual.clone();
        let is_usual = (start == 0 || self.all[start - 1] <= lowest)
            && (end == self.all.len() || highest < self.all[end]);
        let Range { start, end } = if is_usual { start..end } else { 0..self.all.len() };
        let mut counts = [start as u32; ROW];
        for (number, &threshold) in (start as u32 + 1..).zip(&self.all[start..end]) {
            for i in 0..ROW {
                counts[i] = if words[i] >= threshold { number } else { counts[i] };
            }
        }
        let mut narrow = [0; ROW];
        for i in 0..ROW {
            narrow[i] = counts[i] as u8;
        }
        narrow
    }
}

impl<A: Arithmetic> Kernel<A> for PoissonInput {
    fn update(&mut self, tick: u32, _due: Due<'_, A::Sum>, fired: &mut Fired) {
        fired.repeat(|counts| self.counts(tick, counts));
    }
    fn state(&self, _variable: &str) -> Option<&[A::Real]> {
        None
    }
    fn visit(&mut self, _visitor: &mut dyn FnMut(StateArray<'_, A::Real>)) {}
    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests {
    use gennaker_network::{Model, Parameter, Population};

    use super::*;

    fn input(mean: Parameter, range: std::ops::Range<u32>) -> PoissonInput {
        let population = &Population::new("input", range.end, Model::PoissonInput).with("mean", mean);
        PoissonInput::new(&ParameterReader { population, index: 3, seed: 5, range, to_single: true })
    }

    fn counts(input: &PoissonInput, n: usize, tick: u32) -> Vec<u8> {
        let mut counts = vec![0; n];
        input.counts(tick, &mut counts);
        counts
    }

    #[test]
    fn individual_means_give_the_same_counts_and_so_do_parts_of_a_population() {
        for mean in [0.0, 0.3, 2.0, 17.0, 64.0] {
            let shared = counts(&input(mean.into(), 0..10_000), 10_000, 9);
            let mut means = vec![mean; 10_000];
            means[0] = 1.0;
            let individual = counts(&input(means.into(), 0..10_000), 10_000, 9);
            assert_eq!(shared[1..], individual[1..]);
            assert_eq!(counts(&input(mean.into(), 64..10_000), 9_936, 9), shared[64..]);
        }
    }

    #[test]
    fn counts_have_the_poisson_law() {
        const N: usize = 6400;
        for mean in [0.01, 0.8, 2.0, 9.0, 64.0] {
            let input = input(mean.into(), 0..N as u32);
            let all: Vec<f64> = (0..100).flat_map(|tick| counts(&input, N, tick)).map(f64::from).collect();
            let n = all.len() as f64;
            let found = all.iter().sum::<f64>() / n;
            let variance = all.iter().map(|x| (x - found).powi(2)).sum::<f64>() / (n - 1.0);
            assert!((found - mean).abs() < 4.0 * (mean / n).sqrt(), "{mean}: {found}");
            let spread = ((mean + 2.0 * mean * mean) / n).sqrt();
            assert!((variance - mean).abs() < 4.0 * spread, "{mean}: variance {variance}");
            let silent = all.iter().filter(|&&x| x == 0.0).count() as f64 / n;
            let p = (-mean).exp();
            assert!((silent - p).abs() < 4.0 * (p * (1.0 - p) / n).sqrt() + 1e-9, "{mean}: {silent}");
        }
    }
}
