//! Problems of all kinds as one type: what Python states, the integers that a solver sees, and what a state stands for.

use gennaker::qubo::{
    Coloring, Convention, Decoded, Fraction, IndependentSet, Ising, MaxCut, MaxSat, Partition, Problem, Qubo,
    QuboError, RealIsing, Rounded, Sense, Tour, Violation,
};

/// A problem as it was stated.
pub(crate) enum Statement {
    MaxCut(MaxCut),
    IndependentSet(IndependentSet),
    Partition(Partition),
    Coloring(Coloring),
    Tour(Tour),
    MaxSat(MaxSat),
    Qubo(Qubo),
    Ising(Ising),
    Real(Real),
}

/// A problem in doubles, over bits or spins.
pub(crate) struct Real {
    /// As they were given, so that energies are those that the user would add up.
    terms: Terms,
    pub(crate) rounded: Rounded,
    /// The sum of all absolute integers.
    sum: f64,
}

/// `sum_i a_i x_i + sum b_ij x_i x_j + offset` in doubles, over bits or spins.
pub(crate) struct Terms {
    pub(crate) linear: Vec<f64>,
    /// Pairs may repeat, and be of one variable.
    pub(crate) pairs: Vec<(usize, usize, f64)>,
    pub(crate) offset: f64,
    pub(crate) is_binary: bool,
}

impl Terms {
    /// The energy of a state that fits.
    fn energy(&self, spins: &[i8]) -> f64 {
        let value = |i: usize| f64::from(if self.is_binary { (spins[i] + 1) / 2 } else { spins[i] });
        let linear: f64 = self.linear.iter().enumerate().map(|(i, a)| a * value(i)).sum();
        let pairs: f64 = self.pairs.iter().map(|&(i, j, b)| b * value(i) * value(j)).sum();
        linear + pairs + self.offset
    }
}

/// What a state stands for.
pub(crate) struct Answer {
    /// Bits, spins, colours or cities; none if the state breaks rules.
    pub(crate) solution: Option<Vec<i64>>,
    /// The objective of a solution.
    pub(crate) value: Option<Value>,
    /// Rules that the state breaks.
    pub(crate) violations: Vec<Violation>,
}

/// The value of an objective.
#[derive(Clone, Copy)]
pub(crate) enum Value {
    /// Of problems in integers.
    Exact(Fraction),
    /// Of problems in doubles.
    Real(f64),
}

impl Value {
    pub(crate) fn to_f64(self) -> f64 {
        match self {
            Self::Exact(fraction) => fraction.to_f64(),
            Self::Real(value) => value,
        }
    }

    /// Whether this is smaller; values of one problem are of one kind.
    fn is_below(self, other: Self) -> bool {
        match (self, other) {
            (Self::Exact(a), Self::Exact(b)) => {
                let cross =
                    |a: Fraction, b: Fraction| i128::from(a.numerator()) * i128::from(b.denominator());
                cross(a, b) < cross(b, a)
            }
            (a, b) => a.to_f64() < b.to_f64(),
        }
    }
}

/// An objective that would do, as Python gave it.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    Whole(i64),
    Real(f64),
}

impl Real {
    pub(crate) fn new(terms: Terms) -> Result<Self, QuboError> {
        let pairs = terms.pairs.iter().copied();
        let ising = if terms.is_binary {
            RealIsing::from_binary(&terms.linear, pairs, terms.offset)
        } else {
            RealIsing::new(terms.linear.clone(), pairs, terms.offset)
        };
        let rounded = ising?.rounded()?;
        let size = |w: i64| w.unsigned_abs() as f64;
        let ising = &rounded.ising;
        let fields: f64 = ising.fields().iter().map(|&h| size(h)).sum();
        let sum = fields + ising.couplings().map(|c| size(c.2)).sum::<f64>() + size(ising.offset());
        Ok(Self { terms, rounded, sum })
    }

    /// The largest integer energy that counts as `target`: rounding, and that of whoever added the target up, is forgiven.
    fn energy_of_target(&self, target: f64) -> i64 {
        let unit = self.unit();
        let slack = self.rounded.energy_error / unit + self.sum * 1e-12;
        (target / unit + slack).floor() as i64
    }

    /// What an energy of 1 is in the problem's unit; a power of two.
    fn unit(&self) -> f64 {
        f64::from(self.rounded.unit_log2).exp2()
    }
}

impl Statement {
    /// The matrix with the given entries, in doubles.
    pub(crate) fn real_matrix(
        n: usize,
        entries: &[(usize, usize, f64)],
        offset: f64,
        convention: Convention,
    ) -> Result<Self, QuboError> {
        // Zeros in the same places are refused for the same reasons.
        Qubo::from_matrix(n, entries.iter().map(|&(i, j, _)| (i, j, 0)), convention)?;
        let doubles = convention == Convention::HalfOfSymmetric;
        let pairs = entries.iter().map(|&(i, j, q)| (i, j, if doubles && i != j { 2.0 * q } else { q }));
        let terms = Terms { linear: vec![0.0; n], pairs: pairs.collect(), offset, is_binary: true };
        Ok(Self::Real(Real::new(terms)?))
    }

    /// The problem in integers.
    pub(crate) fn ising(&self) -> Result<Ising, QuboError> {
        match self {
            Self::MaxCut(p) => p.ising(),
            Self::IndependentSet(p) => p.ising(),
            Self::Partition(p) => p.ising(),
            Self::Coloring(p) => p.ising(),
            Self::Tour(p) => p.ising(),
            Self::MaxSat(p) => p.ising(),
            Self::Qubo(p) => p.ising(),
            Self::Ising(p) => p.ising(),
            Self::Real(p) => Ok(p.rounded.ising.clone()),
        }
    }

    /// The kind's name in Python.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::MaxCut(_) => "max_cut",
            Self::IndependentSet(_) => "independent_set",
            Self::Partition(_) => "partition",
            Self::Coloring(_) => "coloring",
            Self::Tour(_) => "tour",
            Self::MaxSat(_) => "max_sat",
            Self::Qubo(_) => "qubo",
            Self::Real(p) if p.terms.is_binary => "qubo",
            Self::Ising(_) | Self::Real(_) => "ising",
        }
    }

    /// Which way values are better.
    pub(crate) fn sense(&self) -> Sense {
        match self {
            Self::MaxCut(_) | Self::IndependentSet(_) | Self::MaxSat(_) => Sense::Maximise,
            Self::Partition(_) | Self::Coloring(_) | Self::Tour(_) | Self::Real(_) => Sense::Minimise,
            Self::Qubo(p) => p.sense(),
            Self::Ising(p) => p.sense(),
        }
    }

    /// Vertices, numbers, cities or variables: what a solution has one entry for.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::MaxCut(p) => p.graph.n(),
            Self::IndependentSet(p) => p.graph.n(),
            Self::Partition(p) => p.numbers.len(),
            Self::Coloring(p) => p.graph.n(),
            Self::Tour(p) => p.distances.n(),
            Self::MaxSat(p) => p.n(),
            Self::Qubo(p) => p.n(),
            Self::Ising(p) => p.n(),
            Self::Real(p) => p.terms.linear.len(),
        }
    }

    /// What a state stands for.
    pub(crate) fn decode(&self, spins: &[i8]) -> Result<Answer, QuboError> {
        match self {
            Self::MaxCut(p) => p.decode(spins).map(whole),
            Self::IndependentSet(p) => p.decode(spins).map(whole),
            Self::Partition(p) => p.decode(spins).map(whole),
            Self::Coloring(p) => p.decode(spins).map(counted),
            Self::Tour(p) => p.decode(spins).map(counted),
            Self::MaxSat(p) => p.decode(spins).map(whole),
            Self::Qubo(p) => p.decode(spins).map(whole),
            Self::Ising(p) => p.decode(spins).map(whole),
            Self::Real(p) => {
                p.rounded.ising.energy(spins)?;
                let value = p.terms.energy(spins);
                let low = i64::from(!p.terms.is_binary);
                let solution = spins.iter().map(|&s| if s > 0 { 1 } else { -low }).collect();
                Ok(Answer {
                    solution: Some(solution),
                    value: Some(Value::Real(value)),
                    violations: Vec::new(),
                })
            }
        }
    }

    /// The state that stands for a solution.
    pub(crate) fn encode(&self, solution: &[i64]) -> Result<Vec<i8>, QuboError> {
        let bits = || numbers(solution, "0 and 1", |v| (0..2).contains(&v));
        let flags = || Ok(bits()?.into_iter().map(|v: u8| v == 1).collect::<Vec<bool>>());
        let places = || numbers(solution, "whole numbers from 0 on", |v| v >= 0);
        let spins = || numbers(solution, "-1 and +1", |v| v.abs() == 1);
        match self {
            Self::MaxCut(p) => p.encode(&flags()?),
            Self::IndependentSet(p) => p.encode(&flags()?),
            Self::Partition(p) => p.encode(&flags()?),
            Self::Coloring(p) => p.encode(&places()?),
            Self::Tour(p) => p.encode(&places()?),
            Self::MaxSat(p) => p.encode(&flags()?),
            Self::Qubo(p) => p.encode(&bits()?),
            Self::Ising(p) => p.encode(&spins()?),
            Self::Real(p) if p.terms.is_binary => Ok(gennaker::qubo::spins_of_bits(&bits()?)),
            Self::Real(_) => spins(),
        }
    }

    /// What the energy of a state that fits is in the problem's unit, the smaller the better.
    pub(crate) fn energy(&self, ising: &Ising, energy: i64, spins: &[i8]) -> f64 {
        match self {
            Self::Real(p) => p.terms.energy(spins),
            _ => Fraction::new(energy, ising.scale()).to_f64(),
        }
    }

    /// By what temperatures in the problem's unit are multiplied to give a solver's.
    pub(crate) fn temperature_factor(&self, ising: &Ising) -> f64 {
        match self {
            Self::Real(p) => 1.0 / p.unit(),
            _ => ising.scale() as f64,
        }
    }

    /// The largest energy of states that are as good as `target`. Of a partition, the target is the difference; of a colouring, what
    /// its broken rules cost, which is 0 for a proper one.
    pub(crate) fn energy_of_target(&self, ising: &Ising, target: Target) -> i64 {
        let whole = |v: i128| v.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
        let sign = if self.sense() == Sense::Maximise { -1 } else { 1 };
        match (self, target) {
            (Self::Real(p), Target::Whole(v)) => p.energy_of_target(v as f64),
            (Self::Real(p), Target::Real(v)) => p.energy_of_target(v),
            (Self::Partition(_), Target::Whole(v)) => whole(i128::from(v).pow(2)),
            (Self::Partition(_), Target::Real(v)) => (v * v).floor() as i64,
            (_, Target::Whole(v)) => whole(sign * i128::from(v) * i128::from(ising.scale())),
            (_, Target::Real(v)) => (sign as f64 * v * ising.scale() as f64).floor() as i64,
        }
    }

    /// Whether an answer is better than another: one that breaks no rules before one that does, then by the objective.
    pub(crate) fn is_better(&self, answer: &Answer, other: &Answer) -> bool {
        match (answer.value, other.value) {
            (Some(a), Some(b)) if self.sense() == Sense::Maximise => b.is_below(a),
            (Some(a), Some(b)) => a.is_below(b),
            (a, b) => a.is_some() && b.is_none(),
        }
    }
}

fn whole<T: Into<i64>>(decoded: Decoded<Vec<T>>) -> Answer {
    answer(decoded, Into::into)
}

fn counted(decoded: Decoded<Vec<usize>>) -> Answer {
    answer(decoded, |v| v as i64)
}

fn answer<T>(decoded: Decoded<Vec<T>>, number: impl Fn(T) -> i64) -> Answer {
    let value = decoded.objective().map(Value::Exact);
    let solution = decoded.solution.map(|(solution, _)| solution.into_iter().map(number).collect());
    Answer { solution, value, violations: decoded.violations }
}

/// The numbers of a solution, if all of them are `allowed`.
fn numbers<T: TryFrom<i64>>(
    solution: &[i64],
    allowed: &'static str,
    is_allowed: impl Fn(i64) -> bool,
) -> Result<Vec<T>, QuboError> {
    let number = |(index, &found): (usize, &i64)| {
        let wrong = QuboError::WrongValue { index, found, allowed };
        if is_allowed(found) { T::try_from(found).map_err(|_| wrong) } else { Err(wrong) }
    };
    solution.iter().enumerate().map(number).collect()
}
