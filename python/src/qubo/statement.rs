//! Problems in integers and in doubles as one type: what Python states, the integers that a solver sees, and what a state stands for.

use gennaker::qubo::spiking::MAX_POTENTIAL;
use gennaker::qubo::{
    AnyProblem, AnySolution, Convention, Fraction, Ising, Kind, Problem, Qubo, QuboError, RealIsing, Rounded,
    Sense, Violation, spins_of_bits,
};

/// A problem as it was stated.
pub(crate) enum Statement {
    Whole(AnyProblem),
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
#[derive(Clone)]
pub(crate) struct Terms {
    pub(crate) linear: Vec<f64>,
    /// Pairs may repeat, and be of one variable.
    pub(crate) pairs: Vec<(usize, usize, f64)>,
    pub(crate) offset: f64,
    pub(crate) is_binary: bool,
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

/// An objective that would do, as Python gave it.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    Whole(i64),
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

impl Terms {
    /// The energy of a state that fits.
    fn energy(&self, spins: &[i8]) -> f64 {
        let value = |i: usize| f64::from(if self.is_binary { (spins[i] + 1) / 2 } else { spins[i] });
        let linear: f64 = self.linear.iter().enumerate().map(|(i, a)| a * value(i)).sum();
        let pairs: f64 = self.pairs.iter().map(|&(i, j, b)| b * value(i) * value(j)).sum();
        linear + pairs + self.offset
    }
}

impl Real {
    pub(crate) fn new(terms: Terms) -> Result<Self, QuboError> {
        Self::of(terms, i64::MAX, i64::MAX)
    }

    /// The same with couplings of at most so many bits, the sign's among them, and local fields that neurons hold.
    fn rounded(&self, bits: u32) -> Result<Self, QuboError> {
        Self::of(self.terms.clone(), (1 << (bits - 1)) - 1, MAX_POTENTIAL)
    }

    fn of(terms: Terms, max_coupling: i64, max_local_field: i64) -> Result<Self, QuboError> {
        let pairs = terms.pairs.iter().copied();
        let ising = if terms.is_binary {
            RealIsing::from_binary(&terms.linear, pairs, terms.offset)
        } else {
            RealIsing::new(terms.linear.clone(), pairs, terms.offset)
        };
        let rounded = ising?.rounded_within(max_coupling, max_local_field)?;
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

    fn decode(&self, spins: &[i8]) -> Result<Answer, QuboError> {
        // The integers check the state.
        self.rounded.ising.energy(spins)?;
        let low = i64::from(!self.terms.is_binary);
        let solution = spins.iter().map(|&s| if s > 0 { 1 } else { -low }).collect();
        let value = Value::Real(self.terms.energy(spins));
        Ok(Answer { solution: Some(solution), value: Some(value), violations: Vec::new() })
    }

    fn encode(&self, solution: &[i64]) -> Result<Vec<i8>, QuboError> {
        let spins = if self.terms.is_binary { spins_of_bits(&bits(solution)?) } else { signs(solution)? };
        self.rounded.ising.energy(&spins).map(|_| spins)
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

    /// The same in fewer bits; none for a problem in integers, which is exact or another problem.
    pub(crate) fn rounded(&self, bits: u32) -> Option<Result<Self, QuboError>> {
        match self {
            Self::Whole(_) => None,
            Self::Real(p) => Some(p.rounded(bits).map(Self::Real)),
        }
    }

    /// The problem in integers.
    pub(crate) fn ising(&self) -> Result<Ising, QuboError> {
        match self {
            Self::Whole(p) => p.ising(),
            Self::Real(p) => Ok(p.rounded.ising.clone()),
        }
    }

    /// What the problem asks for.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Whole(p) => p.kind(),
            Self::Real(p) if p.terms.is_binary => Kind::Qubo,
            Self::Real(_) => Kind::Ising,
        }
    }

    /// Which way values are better.
    pub(crate) fn sense(&self) -> Sense {
        match self {
            Self::Whole(p) => p.sense(),
            Self::Real(_) => Sense::Minimise,
        }
    }

    /// Vertices, numbers, cities or variables: what a solution has one entry for.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Whole(p) => p.sizes().first().map_or(0, |(_, n)| *n),
            Self::Real(p) => p.terms.linear.len(),
        }
    }

    /// What a state stands for.
    pub(crate) fn decode(&self, spins: &[i8]) -> Result<Answer, QuboError> {
        let decoded = match self {
            Self::Whole(p) => p.decode(spins)?,
            Self::Real(p) => return p.decode(spins),
        };
        let value = decoded.objective().map(Value::Exact);
        let solution = decoded.solution.map(|(solution, _)| plain(solution));
        Ok(Answer { solution, value, violations: decoded.violations })
    }

    /// The state that stands for a solution.
    pub(crate) fn encode(&self, solution: &[i64]) -> Result<Vec<i8>, QuboError> {
        let problem = match self {
            Self::Whole(p) => p,
            Self::Real(p) => return p.encode(solution),
        };
        let flags = || Ok(bits(solution)?.into_iter().map(|v| v == 1).collect());
        let places = || numbers(solution, "whole numbers from 0 on", |v| v >= 0);
        problem.encode(&match problem {
            AnyProblem::IndependentSet(_) => AnySolution::Set(flags()?),
            AnyProblem::Partition(_) => AnySolution::Parts(flags()?),
            AnyProblem::MaxSat(_) => AnySolution::Assignment(flags()?),
            AnyProblem::Coloring(_) => AnySolution::Colours(places()?),
            AnyProblem::Tour(_) => AnySolution::Tour(places()?),
            AnyProblem::Qubo(_) => AnySolution::Bits(bits(solution)?),
            AnyProblem::Ising(_) => AnySolution::Spins(signs(solution)?),
            _ => AnySolution::Sides(flags()?),
        })
    }

    /// What the energy of a state that fits is in the problem's unit, the smaller the better.
    pub(crate) fn energy(&self, ising: &Ising, energy: i64, spins: &[i8]) -> f64 {
        match self {
            Self::Whole(_) => Fraction::new(energy, ising.scale()).to_f64(),
            Self::Real(p) => p.terms.energy(spins),
        }
    }

    /// By what temperatures in the problem's unit are multiplied to give a solver's.
    pub(crate) fn temperature_factor(&self, ising: &Ising) -> f64 {
        match self {
            Self::Whole(_) => ising.scale() as f64,
            Self::Real(p) => 1.0 / p.unit(),
        }
    }

    /// The largest energy of states that are as good as `target`. Of a partition, the target is the difference; of a colouring, what
    /// its broken rules cost, which is 0 for a proper one.
    pub(crate) fn energy_of_target(&self, ising: &Ising, target: Target) -> Result<i64, QuboError> {
        let problem = match self {
            Self::Whole(problem) => problem,
            Self::Real(p) => {
                return Ok(p.energy_of_target(match target {
                    Target::Whole(v) => v as f64,
                    Target::Real(v) => v,
                }));
            }
        };
        let sign = if self.sense() == Sense::Maximise { -1 } else { 1 };
        match (problem.kind(), target) {
            // A difference is whole.
            (Kind::Partition, Target::Real(v)) => {
                self.energy_of_target(ising, Target::Whole(v.floor() as i64))
            }
            (_, Target::Real(v)) => Ok((f64::from(sign) * v * ising.scale() as f64).floor() as i64),
            (kind, Target::Whole(v)) => {
                let is_cost = kind == Kind::Coloring;
                let value = if is_cost { v.into() } else { problem.state_value(v.into())? };
                let energy = i128::from(sign) * i128::from(value.numerator()) * i128::from(ising.scale());
                Ok(energy.clamp(i64::MIN.into(), i64::MAX.into()) as i64)
            }
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

/// A solution as numbers.
fn plain(solution: AnySolution) -> Vec<i64> {
    match solution {
        AnySolution::Sides(v) | AnySolution::Set(v) | AnySolution::Parts(v) | AnySolution::Assignment(v) => {
            v.into_iter().map(i64::from).collect()
        }
        AnySolution::Bits(v) => v.into_iter().map(i64::from).collect(),
        AnySolution::Spins(v) => v.into_iter().map(i64::from).collect(),
        AnySolution::Colours(v) | AnySolution::Tour(v) => v.into_iter().map(|place| place as i64).collect(),
        _ => Vec::new(),
    }
}

fn bits(solution: &[i64]) -> Result<Vec<u8>, QuboError> {
    numbers(solution, "0 and 1", |v| (0..2).contains(&v))
}

fn signs(solution: &[i64]) -> Result<Vec<i8>, QuboError> {
    numbers(solution, "-1 and +1", |v| v == 1 || v == -1)
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
