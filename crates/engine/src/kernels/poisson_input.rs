//! Poisson input: in every tick, any number of spikes from each source.

use std::collections::BTreeMap;

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
enum Law {
    /// The same mean for all.
    Shared(Vec<u32>),
    /// Those of every mean that occurs, and whose each source has.
    Individual { tables: Vec<Vec<u32>>, table_of: Vec<u32> },
}

impl Law {
    fn new(means: &[f64]) -> Self {
        let mut numbers = BTreeMap::new();
        let mut tables = Vec::new();
        let mut number = |&mean: &f64| {
            *numbers.entry(mean.to_bits()).or_insert_with(|| {
                tables.push(poisson_thresholds(mean));
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
        let words = self.words.row(row, tick);
        let words = words.as_flattened();
        match &self.law {
            Law::Shared(thresholds) => count(thresholds, words),
            Law::Individual { tables, table_of } => {
                let mut counts = [0; ROW];
                for ((count, &word), &table) in counts.iter_mut().zip(words).zip(&table_of[row * ROW..]) {
                    *count = tables[table as usize].partition_point(|&t| t <= word) as u8;
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

/// How many thresholds each of the words reaches. Thresholds that all words reach, or none, cost next to nothing.
#[inline(always)]
fn count(thresholds: &[u32], words: &[u32]) -> [u8; ROW] {
    let words: &[u32; ROW] = words.try_into().expect("a whole row");
    let (mut lowest, mut highest) = (u32::MAX, 0);
    for &word in words {
        lowest = lowest.min(word);
        highest = highest.max(word);
    }
    let mut reached_by_all = 0u8;
    let mut counts = [0u32; ROW];
    for &threshold in thresholds {
        if threshold > highest {
            break;
        }
        if threshold <= lowest {
            reached_by_all += 1;
            continue;
        }
        for i in 0..ROW {
            counts[i] += u32::from(words[i] >= threshold);
        }
    }
    let mut all = [0; ROW];
    for i in 0..ROW {
        all[i] = reached_by_all + counts[i] as u8;
    }
    all
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
            let shared = counts(&input(mean.into(), 0..1000), 1000, 9);
            let mut means = vec![mean; 1000];
            means[0] = 1.0;
            let individual = counts(&input(means.into(), 0..1000), 1000, 9);
            assert_eq!(shared[1..], individual[1..]);
            assert_eq!(counts(&input(mean.into(), 128..1000), 872, 9), shared[128..]);
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
