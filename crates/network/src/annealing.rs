//! Annealed decisions: with which probability a neuron changes its mind, and how the temperature falls.
//!
//! A neuron stands for a spin s = -1 or +1 of an Ising problem, and its membrane potential v for the local field, so that
//! flipping the spin changes the energy by dE = -2 s v. In a tick it draws a threshold and flips if -s v is at most that: with u
//! uniform in (0, 1) and at temperature T, the threshold `-ln(u) T / 2` makes a flip as likely as min(1, exp(-dE / T)) (Metropolis et al.,
//! J. Chem. Phys. 21, 1953) and `(ln(1 - u) - ln(u)) T / 2` as likely as 1 / (1 + exp(dE / T)) (heat bath; Glauber, J. Math. Phys. 4, 1963).
//! So either rule is an integrate-and-fire neuron with a random threshold: the ON/OFF neuron of NeuroSA (Chen et al., Nature
//! Communications 16, 2025) and the p-bit.
//!
//! All functions here are plain operations in one order, so that solvers, engines and machines agree to the bit.

use serde::{Deserialize, Serialize};

use crate::random::{key_of, philox};

/// Fourth words of the counters, far from those of [`Purpose`](crate::random::Purpose): no stream is shared.
const TESTS: u32 = 0x5155_0001;
const RESTS: u32 = 0x5155_0004;

/// A threshold that no finite potential is below.
const NEVER: f32 = f32::NEG_INFINITY;

/// With which probability a neuron flips that decides, if that changes the energy by dE at temperature T.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// min(1, exp(-dE / T)).
    Metropolis,
    /// 1 / (1 + exp(dE / T)), which is Gibbs sampling, Glauber's rule, and the p-bit's.
    HeatBath,
}

impl Rule {
    /// The rule's name as a parameter of neuron models.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Metropolis => "metropolis",
            Self::HeatBath => "heat_bath",
        }
    }

    /// The rule of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Metropolis, Self::HeatBath].into_iter().find(|rule| rule.name() == name)
    }
}

/// How the temperature falls from the first tick of an anneal to the last, by two numbers `hot` and `cold`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cooling {
    /// Equal factors from `hot` to `cold`.
    Geometric,
    /// Equal steps from `hot` to `cold`.
    Linear,
    /// NeuroSA's Fowler-Nordheim annealer: with A = `hot`, beta = `cold` and C = A beta, T(x) = A / (C ln(1 + x / C)), x from 1 to C.
    /// T begins near A and ends at 1.44 / beta.
    FowlerNordheim,
    /// `hot`, always.
    Constant,
}

impl Cooling {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Geometric, Self::Linear, Self::FowlerNordheim, Self::Constant];

    /// The name as a parameter of neuron models.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Geometric => "geometric",
            Self::Linear => "linear",
            Self::FowlerNordheim => "fowler_nordheim",
            Self::Constant => "constant",
        }
    }

    /// The cooling of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cooling| cooling.name() == name)
    }

    /// The temperature of `tick` of an anneal of `n_ticks`.
    #[must_use]
    pub fn temperature(self, hot: f64, cold: f64, tick: u32, n_ticks: u32) -> f64 {
        let part = f64::from(tick) / f64::from(n_ticks.saturating_sub(1).max(1));
        match self {
            Self::Geometric => hot * libm::pow(cold / hot, part),
            Self::Linear => hot + (cold - hot) * part,
            Self::FowlerNordheim => {
                let c = hot * cold;
                let x = 1.0 + (c - 1.0) * part;
                hot / (c * libm::log1p(x / c))
            }
            Self::Constant => hot,
        }
    }
}

/// `noise * decay^tick`: the noise of a tick.
#[must_use]
pub fn decayed(noise: f64, decay: f64, tick: u32) -> f64 {
    noise * libm::pow(decay, f64::from(tick))
}

/// What turns random words into thresholds in one tick.
#[derive(Clone, Copy, Debug)]
pub struct Law {
    rule: Rule,
    /// In units of half an energy change, which is what a neuron's potential is.
    temperature: f32,
    /// Words above this one belong to neurons that do not decide in this tick.
    last_word: u32,
    /// Natural logarithm of the fraction of neurons that decide: it makes words up to `last_word` uniform in (0, 1) again.
    log_gate: f32,
}

impl Law {
    /// For a fraction `gate` (above 0, up to 1) of neurons that decide, at temperature 0.
    #[must_use]
    #[expect(clippy::cast_sign_loss, reason = "between 0 and 2^32")]
    pub fn new(rule: Rule, gate: f64) -> Self {
        let n_words = ((gate * 4_294_967_296.0) as u64).clamp(1, 1 << 32);
        let log_gate = libm::log(n_words as f64 / 4_294_967_296.0) as f32;
        Self { rule, temperature: 0.0, last_word: (n_words - 1) as u32, log_gate }.at(0.0)
    }

    /// The same at another temperature of the energies.
    #[must_use]
    pub fn at(self, temperature: f64) -> Self {
        // At temperature 0 a heat bath decides a tie by a coin, so the coin's sign must survive.
        Self { temperature: (0.5 * temperature).clamp(1e-30, 1e30) as f32, ..self }
    }

    /// The threshold of -s v that a random word stands for: the neuron flips if -s v is at most that.
    #[inline(always)]
    #[must_use]
    pub fn threshold(&self, word: u32) -> f32 {
        let mut threshold = [0.0];
        self.thresholds(&[word], &mut threshold);
        threshold[0]
    }

    /// The thresholds of many words.
    #[inline(always)]
    pub fn thresholds<const N: usize>(&self, words: &[u32; N], thresholds: &mut [f32; N]) {
        match self.rule {
            Rule::Metropolis => {
                for (threshold, &word) in thresholds.iter_mut().zip(words) {
                    *threshold = (minus_log(word) + self.log_gate) * self.temperature;
                }
            }
            Rule::HeatBath => {
                for (threshold, &word) in thresholds.iter_mut().zip(words) {
                    let mirrored = self.last_word.wrapping_sub(word);
                    *threshold = (minus_log(word) - minus_log(mirrored)) * self.temperature;
                }
            }
        }
        if self.last_word != u32::MAX {
            for (threshold, &word) in thresholds.iter_mut().zip(words) {
                *threshold = if word <= self.last_word { *threshold } else { NEVER };
            }
        }
    }
}

/// The random numbers of one replica of a problem: each a function of seed, replica, tick, purpose and number.
#[derive(Clone, Copy, Debug)]
pub struct Dice {
    /// The Philox key of the seed.
    pub key: [u32; 2],
    /// The replica.
    pub replica: u32,
}

impl Dice {
    /// Those of a replica.
    #[must_use]
    pub fn new(seed: u64, replica: u32) -> Self {
        Self { key: key_of(seed), replica }
    }

    /// The Philox counter of block `block` of words for thresholds.
    #[inline(always)]
    #[must_use]
    pub fn counter_of_tests(self, tick: u32, block: u32) -> [u32; 4] {
        [block, tick, self.replica, TESTS]
    }

    /// Word `number` of those for thresholds in a tick: four to a Philox block.
    #[inline(always)]
    #[must_use]
    pub fn test(self, tick: u32, number: u32) -> u32 {
        philox(self.counter_of_tests(tick, number / 4), self.key)[number as usize % 4]
    }

    /// For how many more ticks a neuron rests that flipped in this one, `rand(0..=255) >> shift` (Loihi 2's refractory rule); `number` is that of
    /// its word for thresholds.
    #[inline(always)]
    #[must_use]
    pub fn rest(self, tick: u32, number: u32, shift: u32) -> u32 {
        (philox([number, tick, self.replica, RESTS], self.key)[0] >> 24) >> shift
    }
}

/// -ln((word + 1/2) / 2^32), between 0 and 22.9, to within 3e-7.
///
/// Plain operations in one order, so that all machines agree; the polynomial is that of Cephes' `logf` (S. Moshier, 1989),
/// for arguments from sqrt(1/2) to sqrt(2).
#[inline(always)]
fn minus_log(word: u32) -> f32 {
    const ROOT_HALF: u32 = 0x3F35_04F3;
    const COEFFICIENTS: [f32; 9] = [
        7.037_683_6e-2,
        -1.151_461e-1,
        1.167_699_9e-1,
        -1.242_014_1e-1,
        1.424_932_3e-1,
        -1.666_805_7e-1,
        2.000_071_5e-1,
        -2.499_999_4e-1,
        3.333_333e-1,
    ];
    let bits = (word as f32 + 0.5).to_bits().wrapping_sub(ROOT_HALF);
    let exponent = (bits as i32 >> 23) - 32;
    let x = f32::from_bits((bits & 0x007F_FFFF) + ROOT_HALF) - 1.0;
    let mut series = COEFFICIENTS[0];
    for &c in &COEFFICIENTS[1..] {
        series = series * x + c;
    }
    let square = x * x;
    let log = x + (series * x * square - 0.5 * square);
    -(exponent as f32 * std::f32::consts::LN_2 + log)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_close() {
        let spread = (0..100_000u32).map(|i| i.wrapping_mul(42_949));
        for word in spread.chain([0, 1, 2, u32::MAX, u32::MAX - 1, 1 << 31, 3_037_000_499, 3_037_000_500]) {
            let exact = -((f64::from(word) + 0.5) / 4_294_967_296.0).ln();
            let found = f64::from(minus_log(word));
            assert!((found - exact).abs() < 3e-7 * exact.max(1.0), "{word}: {found} for {exact}");
        }
    }

    #[test]
    fn rests_are_bytes_shifted_and_noise_begins_whole() {
        let dice = Dice::new(4, 1);
        let rests = |shift| (0..4000).map(move |tick| dice.rest(tick, 3, shift));
        assert_eq!(
            (rests(0).min(), rests(0).max(), rests(3).max(), rests(8).max()),
            (Some(0), Some(255), Some(31), Some(0))
        );
        let mean = rests(0).map(f64::from).sum::<f64>() / 4000.0;
        assert!((mean - 127.5).abs() < 6.0, "{mean}");
        assert_eq!((decayed(2.0, 0.5, 0), decayed(2.0, 0.5, 3), decayed(2.0, 0.0, 0)), (2.0, 0.25, 2.0));
    }

    #[test]
    fn names_are_those_of_their_things() {
        for cooling in Cooling::ALL {
            assert_eq!(Cooling::named(cooling.name()), Some(cooling));
        }
        for rule in [Rule::Metropolis, Rule::HeatBath] {
            assert_eq!(Rule::named(rule.name()), Some(rule));
        }
        assert_eq!((Rule::named("cold_bath"), Cooling::named("")), (None, None));
    }
}
