//! Distributions made ready to draw from: one by one from a stream, or many at a time with the same result.

use crate::parameter::Distribution;
use crate::random::{Stream, midpoint_of, philox_run, quantiles, uniform_of, upper_tail};

/// Philox blocks computed side by side.
const BLOCKS: usize = 32;
/// Values in a batch: two from each block.
pub(crate) const BATCH: usize = 2 * BLOCKS;

/// A [`Distribution`] with what all draws share computed once. Every value is made from the next 64 bits of a stream, whole
/// numbers from the next 32 (or the next after those that would make some numbers likelier than others).
#[derive(Debug, Clone)]
pub(crate) enum Law {
    Constant(f64),
    Uniform {
        low: f64,
        width: f64,
    },
    /// `low` and the `n - 1` whole numbers after it.
    Integer {
        low: f64,
        n: u32,
    },
    Normal(Normal),
}

impl Law {
    pub(crate) fn new(distribution: &Distribution) -> Self {
        match *distribution {
            Distribution::Uniform { low, high } => Self::Uniform { low, width: high - low },
            #[expect(clippy::cast_precision_loss, reason = "validated to lie within 2^30")]
            Distribution::UniformInt { low, high } => {
                Self::Integer { low: low as f64, n: (high - low + 1).clamp(1, 1 << 31) as u32 }
            }
            Distribution::Normal { mean, sd } => Self::Normal(Normal::unbounded(mean, sd)),
            Distribution::NormalClipped { mean, sd: 0.0, low, high } => {
                Self::Constant(mean.max(low).min(high))
            }
            Distribution::NormalClipped { mean, sd, low, high } => {
                Self::Normal(Normal::between(mean, sd, low, high))
            }
        }
    }

    /// The next value of a stream.
    pub(crate) fn sample(&self, stream: &mut Stream) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Integer { low, n } => low + f64::from(stream.below(*n)),
            _ => {
                let mut value = [0.0];
                self.transform(&[stream.next_u64()], &mut value);
                value[0]
            }
        }
    }

    /// Philox blocks that a batch takes.
    pub(crate) fn blocks(&self) -> u32 {
        BATCH as u32 / if matches!(self, Self::Integer { .. }) { 4 } else { 2 }
    }

    /// The values that [`Self::sample`] would give from the [`Self::blocks`] blocks that begin with `counter`: the whole
    /// batch, or fewer if some were drawn in vain.
    #[inline(always)]
    pub(crate) fn fill(&self, counter: [u32; 4], key: [u32; 2], values: &mut [f64; BATCH]) -> usize {
        match self {
            Self::Constant(value) => values.fill(*value),
            Self::Integer { low, n } => return integers(*low, *n, counter, key, values),
            _ => {
                let pairs = philox_run::<BLOCKS>(counter, key);
                let mut words = [0; BATCH];
                for lane in 0..BLOCKS {
                    words[2 * lane] = pairs[0][lane];
                    words[2 * lane + 1] = pairs[1][lane];
                }
                self.transform(&words, values);
            }
        }
        values.len()
    }

    /// Values from 64 random bits each; not for whole numbers.
    #[inline(always)]
    fn transform<const N: usize>(&self, words: &[u64; N], values: &mut [f64; N]) {
        match self {
            Self::Uniform { low, width } => {
                for (value, &word) in values.iter_mut().zip(words) {
                    *value = low + width * uniform_of(word);
                }
            }
            Self::Normal(normal) => normal.transform(words, values),
            Self::Constant(value) | Self::Integer { low: value, .. } => values.fill(*value),
        }
    }
}

#[inline(always)]
fn integers(low: f64, n: u32, counter: [u32; 4], key: [u32; 2], values: &mut [f64; BATCH]) -> usize {
    let pairs = philox_run::<{ BATCH / 4 }>(counter, key);
    let floor = n.wrapping_neg() % n.max(1);
    let mut rest = [0u32; BATCH];
    for lane in 0..BATCH / 4 {
        for word in 0..4 {
            let drawn = pairs[word / 2][lane] >> (32 * (word % 2)) & 0xFFFF_FFFF;
            let product = drawn * u64::from(n);
            values[4 * lane + word] = low + f64::from((product >> 32) as u32);
            rest[4 * lane + word] = product as u32;
        }
    }
    let mut n_rejected = 0u32;
    for &rest in &rest {
        n_rejected += u32::from(rest < floor);
    }
    if n_rejected == 0 { values.len() } else { keep(values, &rest, floor) }
}

/// Keeps the values drawn fairly, in order, and says how many.
#[cold]
#[inline(never)]
fn keep(values: &mut [f64; BATCH], rest: &[u32; BATCH], floor: u32) -> usize {
    let mut n = 0;
    for i in 0..values.len() {
        values[n] = values[i];
        n += usize::from(rest[i] >= floor);
    }
    n
}

/// A normal law, maybe cut to an interval: what is left if values outside are drawn again for as long as it takes. Drawn by
/// inverting the distribution function, so that no draw is in vain however small the interval's share is.
#[derive(Debug, Clone)]
pub(crate) struct Normal {
    mean: f64,
    /// Standard deviation; negative to mirror.
    scale: f64,
    /// Where a uniform number in (0, 1) is mapped to, linearly.
    from: f64,
    width: f64,
    /// Whether that is a tail, below 1/2, rather than a probability less 1/2.
    is_tail: bool,
    low: f64,
    high: f64,
}

impl Normal {
    fn unbounded(mean: f64, sd: f64) -> Self {
        let (low, high) = (f64::NEG_INFINITY, f64::INFINITY);
        Self { mean, scale: sd, from: -0.5, width: 1.0, is_tail: false, low, high }
    }

    fn between(mean: f64, sd: f64, low: f64, high: f64) -> Self {
        let (a, b) = ((low - mean) / sd, (high - mean) / sd);
        let law = |scale: f64, from: f64, to: f64, is_tail| Self {
            mean,
            scale,
            from,
            width: to - from,
            is_tail,
            low,
            high,
        };
        // Within one standard deviation of the mean the distance from 1/2 is the more precise of the two.
        if (a < 0.0 && b > 0.0) || a.abs().max(b.abs()) < 1.0 {
            law(sd, centre(a), centre(b), false)
        } else if a >= 0.0 {
            law(sd, upper_tail(b), upper_tail(a), true)
        } else {
            law(-sd, upper_tail(-a), upper_tail(-b), true)
        }
    }

    #[inline(always)]
    fn transform<const N: usize>(&self, words: &[u64; N], values: &mut [f64; N]) {
        let mut tails = [0.0; N];
        for lane in 0..N {
            let at = self.from + self.width * midpoint_of(words[lane]);
            let (tail, centre) = if self.is_tail { (at, 0.5 - at) } else { (0.5 - at.abs(), at) };
            tails[lane] = tail;
            values[lane] = centre;
        }
        quantiles(&tails, values);
        for value in values.iter_mut() {
            let free = self.mean + self.scale * *value;
            // One vector instruction each, unlike `max` and `min`, which look for numbers that are none.
            let floored = if free < self.low { self.low } else { free };
            *value = if floored > self.high { self.high } else { floored };
        }
    }
}

/// The probability of a standard normal number between 0 and `z`, negative for negative `z`.
fn centre(z: f64) -> f64 {
    0.5 * libm::erf(z / std::f64::consts::SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, key_of};

    fn laws() -> Vec<Distribution> {
        vec![
            Distribution::Uniform { low: -2.0, high: 5.0 },
            Distribution::UniformInt { low: -3, high: 11 },
            Distribution::UniformInt { low: -(1 << 29), high: (1 << 29) + 12_345 },
            Distribution::Normal { mean: 1.0, sd: 3.0 },
            Distribution::NormalClipped { mean: 1.5, sd: 0.75, low: 0.1, high: 6.3 },
            Distribution::NormalClipped { mean: 0.0, sd: 1.0, low: 7.0, high: 9.0 },
            Distribution::NormalClipped { mean: 0.0, sd: 0.0, low: 7.0, high: 9.0 },
        ]
    }

    #[test]
    fn many_values_are_those_of_the_stream() {
        for law in laws() {
            let law = Law::new(&law);
            let mut stream = Stream::new(4, Purpose::Weight, 1, 2);
            let mut counter = [0, 2, 1, Purpose::Weight.word()];
            for _ in 0..30 {
                let mut values = [0.0; BATCH];
                let n = law.fill(counter, key_of(4), &mut values);
                counter[0] += law.blocks();
                assert!(
                    values[..n].iter().all(|v| v.to_bits() == law.sample(&mut stream).to_bits()),
                    "{law:?}"
                );
            }
        }
    }
}
