//! How a fixed total of synapses is shared out among targets: what independent uniform draws would give, exactly, without
//! making the draws.
//!
//! Targets are the leaves of a binary tree over the next power of two. At each node the synapses are split between its
//! halves: a binomial number, which is the count of ones among as many random bits if both halves have the same number of
//! targets. A node's bits are a pure function of seed, projection and node, so any range can be computed alone: it costs the
//! path to it, about `n / 16` random words.

use std::ops::Range;

use crate::random::{Purpose, count_ones, key_of};

/// Synapses below a node for which its halves are worth two threads.
const PARALLEL: u64 = 1 << 18;

/// `n` synapses whose targets are uniform and independent of each other.
pub(super) struct Shares {
    pub(super) n: u64,
    pub(super) n_targets: u32,
    pub(super) seed: u64,
    pub(super) object: u32,
}

/// A node of the tree: the targets `first..first + width` that exist.
#[derive(Clone, Copy)]
struct Node {
    /// Its number: the root is 1, the halves of `i` are `2 i` and `2 i + 1`.
    index: u64,
    first: u64,
    width: u64,
}

impl Node {
    fn halves(self) -> [Self; 2] {
        let width = self.width / 2;
        let half = |index, first| Self { index, first, width };
        [half(2 * self.index, self.first), half(2 * self.index + 1, self.first + width)]
    }
}

impl Shares {
    /// The synapses of each target in `range`.
    pub(super) fn of(&self, range: Range<u32>) -> Vec<u32> {
        let mut degrees = vec![0; range.len()];
        let root = Node { index: 1, first: 0, width: u64::from(self.n_targets).next_power_of_two() };
        self.share(root, self.n, u64::from(range.start), &mut degrees);
        degrees
    }

    /// Shares the `n` synapses of a node among those of its targets that are asked for, which begin at `start`.
    fn share(&self, node: Node, n: u64, start: u64, degrees: &mut [u32]) {
        let is_outside = node.first >= start + degrees.len() as u64 || node.first + node.width <= start;
        if n == 0 || is_outside {
            return;
        }
        if node.width == 1 {
            degrees[(node.first - start) as usize] = n as u32;
            return;
        }
        let [left, right] = node.halves();
        let n_left = self.split(node, n);
        let n_degrees_left = right.first.saturating_sub(start).min(degrees.len() as u64) as usize;
        let (degrees_left, degrees_right) = degrees.split_at_mut(n_degrees_left);
        let start_right = start.max(right.first);
        if n < PARALLEL {
            self.share(left, n_left, start, degrees_left);
            self.share(right, n - n_left, start_right, degrees_right);
        } else {
            rayon::join(
                || self.share(left, n_left, start, degrees_left),
                || self.share(right, n - n_left, start_right, degrees_right),
            );
        }
    }

    /// How many of a node's `n` synapses go to its left half.
    fn split(&self, node: Node, n: u64) -> u64 {
        let n_targets = (u64::from(self.n_targets) - node.first).min(node.width);
        let half = node.width / 2;
        if n_targets <= half {
            return n;
        }
        // A node's number fits 32 bits: its leaves' would, and it has at least two.
        let counter = [0, node.index as u32, self.object, Purpose::Degree.word()];
        binomial(n, half, n_targets, key_of(self.seed), counter)
    }
}

/// How many of `n` fair lots with probability `part / whole`, above 0, are won. Exact: each lot is a uniform number that wins
/// if it is below the probability, and is looked at bit by bit for as long as it is undecided; all lots go side by side, so
/// that a step is a count of ones.
fn binomial(n: u64, part: u64, whole: u64, key: [u32; 2], mut counter: [u32; 4]) -> u64 {
    let (mut n_won, mut n_open, mut rest) = (0, n, part);
    while n_open > 0 && rest > 0 {
        let ones;
        (ones, counter) = count_ones(key, counter, n_open);
        rest *= 2;
        if rest >= whole {
            // The probability's bit is one: lots with a zero are below it.
            rest -= whole;
            n_won += n_open - ones;
            n_open = ones;
        } else {
            n_open -= ones;
        }
    }
    n_won
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(n: u64, n_targets: u32, seed: u64) -> Shares {
        Shares { n, n_targets, seed, object: 3 }
    }

    #[test]
    fn parts_equal_the_whole_and_nothing_is_lost() {
        for n_targets in [1, 2, 3, 64, 1000, 1025] {
            for n in [0, 1, 5, 1000, 3_000_000] {
                let whole = shares(n, n_targets, 9).of(0..n_targets);
                assert_eq!(whole.iter().map(|&d| u64::from(d)).sum::<u64>(), n);
                for (low, high) in [(0, 1), (n_targets / 2, n_targets), (n_targets / 3, n_targets / 2)] {
                    let part = shares(n, n_targets, 9).of(low..high);
                    assert_eq!(part, whole[low as usize..high as usize], "{n} onto {n_targets}");
                }
            }
        }
    }

    /// The exact law: a binomial number of trials `n` and probability `part / whole` has these masses.
    #[test]
    fn lots_are_won_as_the_law_says() {
        let (n, draws) = (6u32, 60_000u32);
        for (part, whole) in [(1, 2), (1, 3), (2, 3), (4, 7), (1 << 20, (1 << 20) + 1)] {
            let p = part as f64 / whole as f64;
            let mut counts = [0u32; 7];
            for draw in 0..draws {
                counts[binomial(6, part, whole, [1, 2], [0, draw, 0, 0]) as usize] += 1;
            }
            let mut mass = (1.0 - p).powi(6);
            for k in 0..=n {
                let expected = f64::from(draws) * mass;
                let tolerance = 4.5 * (expected * (1.0 - mass)).sqrt() + 1e-3;
                let found = f64::from(counts[k as usize]);
                assert!(
                    (found - expected).abs() <= tolerance,
                    "{part}/{whole}, {k}: {found}, not {expected}"
                );
                mass *= f64::from(n - k) / f64::from(k + 1) * p / (1.0 - p);
            }
        }
    }

    /// Two targets' degrees in a multinomial law: mean `n / N`, variance `n / N (1 - 1/N)`, covariance `-n / N^2`.
    #[test]
    fn degrees_vary_together_as_independent_draws_would() {
        let (n, n_targets, seeds) = (50u64, 5u32, 20_000u32);
        let (mut mean, mut square, mut product) = (0.0, 0.0, 0.0);
        for seed in 0..seeds {
            let degrees = shares(n, n_targets, u64::from(seed)).of(0..n_targets);
            let (a, b) = (f64::from(degrees[1]), f64::from(degrees[4]));
            mean += b / f64::from(seeds);
            square += (b - 10.0).powi(2) / f64::from(seeds);
            product += (a - 10.0) * (b - 10.0) / f64::from(seeds);
        }
        assert!((mean - 10.0).abs() < 0.1 && (square - 8.0).abs() < 0.4 && (product + 2.0).abs() < 0.3);
    }
}
