//! Parameter values: one number for all, one per neuron, or drawn from a distribution.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::law::Law;
use crate::random::{Purpose, Stream};

/// A value as the user wrote it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Parameter {
    /// The same number for every neuron or synapse.
    Number(f64),
    /// One number per neuron (or a single one, which stands for all).
    Array(Vec<f64>),
    /// Drawn once per neuron or synapse from the network's seed.
    Random(Distribution),
    /// A choice by name, such as the reset rule.
    Text(String),
}

impl From<f64> for Parameter {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}
impl From<Vec<f64>> for Parameter {
    fn from(values: Vec<f64>) -> Self {
        Self::Array(values)
    }
}
impl From<Distribution> for Parameter {
    fn from(distribution: Distribution) -> Self {
        Self::Random(distribution)
    }
}
impl From<&str> for Parameter {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// Largest magnitude in a distribution, so that every draw is finite in both precisions.
const LARGEST: f64 = 1e30;

/// A random law for parameters, weights or delays. Evaluated with portable arithmetic: the same bits on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "distribution", rename_all = "snake_case", deny_unknown_fields)]
pub enum Distribution {
    /// Uniform between `low` and `high`.
    Uniform {
        /// Lower bound, included.
        low: f64,
        /// Upper bound, reached only by rounding.
        high: f64,
    },
    /// Uniform over the integers `low..=high`.
    UniformInt {
        /// Smallest value.
        low: i64,
        /// Largest value.
        high: i64,
    },
    /// Gaussian with the given mean and standard deviation.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation, at least 0.
        sd: f64,
    },
    /// Gaussian whose values outside `[low, high]` are drawn again: the normal law cut to that interval.
    NormalClipped {
        /// Mean.
        mean: f64,
        /// Standard deviation, at least 0.
        sd: f64,
        /// Smallest value let through.
        low: f64,
        /// Largest value let through.
        high: f64,
    },
}

impl std::fmt::Display for Distribution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Uniform { low, high } => write!(f, "uniform from {low} to {high}"),
            Self::UniformInt { low, high } => write!(f, "uniform_int from {low} to {high}"),
            Self::Normal { mean, sd } => write!(f, "normal with mean {mean} and sd {sd}"),
            Self::NormalClipped { mean, sd, low, high } => {
                write!(f, "normal_clipped with mean {mean}, sd {sd}, from {low} to {high}")
            }
        }
    }
}

impl Distribution {
    /// Draws one value from a stream that belongs to one neuron or synapse.
    #[must_use]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        self.prepared().sample(stream)
    }

    /// The same law, with what all draws share computed once.
    pub(crate) fn prepared(&self) -> Law {
        Law::new(self)
    }

    /// What is wrong with the distribution's own numbers, if anything.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let in_range = |xs: &[f64]| xs.iter().all(|x| x.abs() <= LARGEST);
        match *self {
            Self::Uniform { low, high } if !in_range(&[low, high]) || low > high => {
                Some(format!("uniform needs low <= high within 1e30, found {low} and {high}"))
            }
            Self::UniformInt { low, high } if low > high || low <= -(1 << 30) || high >= 1 << 30 => {
                Some(format!("uniform_int needs low <= high within 2^30, found {low} and {high}"))
            }
            Self::Normal { mean, sd } if !in_range(&[mean, sd]) || sd < 0.0 => {
                Some(format!("normal needs a mean and an sd >= 0 within 1e30, found {mean} and {sd}"))
            }
            Self::NormalClipped { mean, sd, low, high }
                if !in_range(&[mean, sd, low, high]) || sd < 0.0 || low > high =>
            {
                Some(format!(
                    "normal_clipped needs numbers within 1e30, sd >= 0 and low <= high, found {self}"
                ))
            }
            _ => None,
        }
    }
}

/// A parameter after defaults and random draws: what the kernels read.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolved {
    /// One value for the whole population.
    Shared(f64),
    /// One value per neuron.
    PerNeuron(Vec<f64>),
}

impl Resolved {
    /// The value of one neuron.
    #[must_use]
    pub fn get(&self, neuron: u32) -> f64 {
        match self {
            Self::Shared(value) => *value,
            Self::PerNeuron(values) => values[neuron as usize],
        }
    }
}

/// Turns a numeric parameter into the values of some neurons; `None` for text. Lengths are checked by validation.
pub(crate) fn resolve(
    parameter: &Parameter,
    neurons: Range<u32>,
    seed: u64,
    object: u32,
    slot: u32,
) -> Option<Resolved> {
    Some(match parameter {
        Parameter::Number(value) => Resolved::Shared(*value),
        Parameter::Array(values) if values.len() == 1 => Resolved::Shared(values[0]),
        Parameter::Array(values) => {
            Resolved::PerNeuron(values[neurons.start as usize..neurons.end as usize].to_vec())
        }
        Parameter::Random(law) => {
            let law = law.prepared();
            let draw = |i| law.sample(&mut Stream::new(seed, Purpose::Parameter(slot), object, i));
            Resolved::PerNeuron(neurons.map(draw).collect())
        }
        Parameter::Text(_) => return None,
    })
}
