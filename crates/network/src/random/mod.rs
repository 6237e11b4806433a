//! Counter-based random numbers: every draw is a pure function of what it belongs to.
//!
//! The generator is Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3",
//! SC 2011). The key is the user's seed; the counter names the draw: `[draw, entity, object, purpose]`. Nothing is
//! stored, so nothing must be saved, restored or kept in order, and any part of a network can be drawn alone.

mod quantile;
mod rows;
mod words;

use quantile::quantile;
pub(crate) use quantile::{quantiles, upper_tail};
pub use rows::{philox_row, philox_run};
pub(crate) use words::{UniformInts, Words, count_ones};

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const KEY_STEPS: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// Philox4x32-10: four words that depend on the counter and the key only.
#[inline]
#[must_use]
pub fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let a = u64::from(counter[0]) * u64::from(MULTIPLIERS[0]);
        let b = u64::from(counter[2]) * u64::from(MULTIPLIERS[1]);
        counter = [
            (b >> 32) as u32 ^ counter[1] ^ key[0],
            b as u32,
            (a >> 32) as u32 ^ counter[3] ^ key[1],
            a as u32,
        ];
        key = [key[0].wrapping_add(KEY_STEPS[0]), key[1].wrapping_add(KEY_STEPS[1])];
    }
    counter
}

/// What a random number is for. Two purposes never share a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Which neurons are connected.
    Connect,
    /// Synaptic weights.
    Weight,
    /// Synaptic delays.
    Delay,
    /// A neuron parameter, by its position in the model's table.
    Parameter(u32),
    /// Spikes of a Poisson source.
    Poisson,
    /// How many synapses each target of a rule with a fixed total gets.
    Degree,
    /// Numbers of spikes of a Poisson input.
    PoissonInput,
    /// Noise on a membrane.
    Noise,
    /// Whether a neuron may spike in a tick.
    Gate,
}

impl Purpose {
    /// The word that keeps this purpose's counters apart from all others.
    #[must_use]
    pub fn word(self) -> u32 {
        match self {
            Self::Connect => 1,
            Self::Weight => 2,
            Self::Delay => 3,
            Self::Poisson => 4,
            Self::Degree => 5,
            Self::PoissonInput => 6,
            Self::Noise => 7,
            Self::Gate => 8,
            Self::Parameter(slot) => 0x100 + slot,
        }
    }
}

/// A random word as noise: uniform in (-1, 1), symmetric around 0, exact in single precision.
#[inline(always)]
#[must_use]
pub fn unit_noise(word: u32) -> f32 {
    // Odd numbers up to 2^23 - 1: never 0, and as many positive ones as negative.
    let odd = 2 * (word >> 9) as i32 + 1 - (1 << 23);
    odd as f32 / 8_388_608.0
}

/// The Philox key of a user seed.
#[must_use]
pub fn key_of(seed: u64) -> [u32; 2] {
    [seed as u32, (seed >> 32) as u32]
}

/// A sequence of random words that belongs to one entity of one object for one purpose.
#[derive(Debug, Clone)]
pub struct Stream {
    key: [u32; 2],
    counter: [u32; 4],
    block: [u32; 4],
    used: usize,
}

impl Stream {
    /// The stream of `entity` (a neuron's index) of `object` (a population's or projection's index).
    #[must_use]
    pub fn new(seed: u64, purpose: Purpose, object: u32, entity: u32) -> Self {
        Self { key: key_of(seed), counter: [0, entity, object, purpose.word()], block: [0; 4], used: 4 }
    }

    /// The next 32 random bits.
    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        if self.used == 4 {
            self.block = philox(self.counter, self.key);
            self.counter[0] = self.counter[0].wrapping_add(1);
            self.used = 0;
        }
        self.used += 1;
        self.block[self.used - 1]
    }

    /// The next 64 random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        u64::from(self.next_u32()) | u64::from(self.next_u32()) << 32
    }

    /// A uniform integer below `n` without bias (Lemire's multiply-and-reject method); 0 if `n` is 0.
    #[inline]
    pub fn below(&mut self, n: u32) -> u32 {
        let mut product = u64::from(self.next_u32()) * u64::from(n);
        if (product as u32) < n {
            let floor = n.wrapping_neg() % n.max(1);
            while (product as u32) < floor {
                product = u64::from(self.next_u32()) * u64::from(n);
            }
        }
        (product >> 32) as u32
    }
}

/// A uniform number in `[0, 1)` with 53 random bits.
#[must_use]
pub fn uniform(stream: &mut Stream) -> f64 {
    uniform_of(stream.next_u64())
}

/// A standard normal number: the quantile of a uniform one with 52 random bits, so never beyond 8.3; relative error
/// below 4e-12.
#[must_use]
pub fn normal(stream: &mut Stream) -> f64 {
    let centre = midpoint_of(stream.next_u64()) - 0.5;
    quantile(0.5 - centre.abs(), centre)
}

/// The upper 53 bits as a number in `[0, 1)`.
#[inline(always)]
pub(crate) fn uniform_of(word: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
    let value = (word >> 11) as f64;
    value * (1.0 / (1u64 << 53) as f64)
}

/// The upper 52 bits as the middle of one of 2^52 equal parts of `(0, 1)`.
#[inline(always)]
pub(crate) fn midpoint_of(word: u64) -> f64 {
    (f64::from_bits(word >> 12 | 1023 << 52) - 1.0) + 1.0 / (1u64 << 53) as f64
}

/// The 32-bit threshold below which a uniform word means "yes" with probability `p`; 1.0 maps to always.
#[must_use]
pub fn bernoulli_threshold(p: f64) -> u64 {
    #[expect(clippy::cast_sign_loss, reason = "clamped to 0..=1 before")]
    let threshold = libm::round(p.clamp(0.0, 1.0) * 4_294_967_296.0) as u64;
    threshold
}

/// How a uniform word becomes a Poisson-distributed number: the number is that of the thresholds that are at most the word.
///
/// Threshold `k` is `floor(2^32 * P(n <= k))`, in ascending order; the last is the first that is `2^32 - 1`. So every
/// number has its probability to within 2^-32, and the largest is finite (124 for a mean of 64). `mean` is between 0
/// and 64; 0 has no thresholds.
#[must_use]
pub fn poisson_thresholds(mean: f64) -> Vec<u32> {
    let mut thresholds = Vec::new();
    let (mut probability, mut sum) = (libm::exp(-mean), 0.0);
    while thresholds.last() != Some(&u32::MAX) {
        sum += probability;
        let scaled = sum * 4_294_967_296.0;
        // Rounding may take the last sums to 1; only a mean of 0 begins there.
        if scaled >= 4_294_967_296.0 {
            return thresholds;
        }
        #[expect(clippy::cast_sign_loss, reason = "a sum of probabilities")]
        thresholds.push(scaled as u32);
        probability *= mean / f64::from(thresholds.len() as u32);
    }
    thresholds
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known-answer vectors of the authors' Random123 distribution (kat_vectors, philox4x32 10 rounds).
    #[test]
    fn philox_known_answers() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(
            philox([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn below_is_in_range_and_uniform() {
        let mut stream = Stream::new(3, Purpose::Connect, 0, 0);
        let mut counts = [0u32; 7];
        for _ in 0..70_000 {
            counts[stream.below(7) as usize] += 1;
        }
        assert!(counts.iter().all(|&c| (9_600..10_400).contains(&c)), "{counts:?}");
    }

    #[test]
    fn normal_has_unit_variance() {
        let mut stream = Stream::new(5, Purpose::Weight, 1, 2);
        let xs: Vec<f64> = (0..40_000).map(|_| normal(&mut stream)).collect();
        let mean = xs.iter().sum::<f64>() / 40_000.0;
        let variance = xs.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 40_000.0;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
    }

    #[test]
    fn poisson_thresholds_give_the_law() {
        assert!(poisson_thresholds(0.0).is_empty());
        for mean in [1e-12, 1e-3, 0.7, 2.0, 13.5, 64.0] {
            let thresholds = poisson_thresholds(mean);
            assert!(thresholds.is_sorted() && thresholds.len() < 128, "{mean}: {}", thresholds.len());
            let tails: Vec<f64> = thresholds.iter().map(|&t| 1.0 - f64::from(t) / 4_294_967_296.0).collect();
            let found_mean: f64 = tails.iter().sum();
            let second: f64 = (0..).zip(&tails).map(|(k, tail)| f64::from(2 * k + 1) * tail).sum();
            assert!((found_mean - mean).abs() < 3e-8, "{mean}: {found_mean}");
            assert!((second - found_mean * found_mean - mean).abs() < 1e-5, "{mean}: {second}");
        }
    }
}
