//! A problem of which only the file knows what it is.

use std::fmt;
use std::str::FromStr;

use super::{Coloring, Decoded, IndependentSet, MaxCut, MaxSat, Partition, Problem, Tour};
use crate::terms::narrow;
use crate::{Fraction, Ising, Qubo, QuboError, Sense};

/// What a problem asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// [`MaxCut`].
    MaxCut,
    /// [`Qubo`].
    Qubo,
    /// [`Ising`].
    Ising,
    /// [`IndependentSet`].
    IndependentSet,
    /// [`Coloring`].
    Coloring,
    /// [`Partition`].
    Partition,
    /// [`Tour`].
    Tour,
    /// [`MaxSat`].
    MaxSat,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::MaxCut,
        Self::Qubo,
        Self::Ising,
        Self::IndependentSet,
        Self::Coloring,
        Self::Partition,
        Self::Tour,
        Self::MaxSat,
    ];

    /// Its name in commands and files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MaxCut => "maxcut",
            Self::Qubo => "qubo",
            Self::Ising => "ising",
            Self::IndependentSet => "independent-set",
            Self::Coloring => "coloring",
            Self::Partition => "partition",
            Self::Tour => "tour",
            Self::MaxSat => "maxsat",
        }
    }

    /// What its values are: a `cut`, a tour's `length`.
    #[must_use]
    pub fn value_name(self) -> &'static str {
        match self {
            Self::MaxCut => "cut",
            Self::Qubo => "value",
            Self::Ising => "energy",
            Self::IndependentSet => "set size",
            Self::Coloring => "colours used",
            Self::Partition => "difference",
            Self::Tour => "tour length",
            Self::MaxSat => "satisfied clauses",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = QuboError;

    fn from_str(text: &str) -> Result<Self, QuboError> {
        let known = || Self::ALL.map(Self::name).join(", ");
        let unknown = || QuboError::UnknownKind { found: text.to_owned(), known: known() };
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(unknown)
    }
}

/// Any of the problems, with solutions of any of their kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnyProblem {
    /// A graph to be cut.
    MaxCut(MaxCut),
    /// A problem over bits.
    Qubo(Qubo),
    /// A problem over spins.
    Ising(Ising),
    /// A graph and its independent sets.
    IndependentSet(IndependentSet),
    /// A graph to be coloured.
    Coloring(Coloring),
    /// Numbers to be parted.
    Partition(Partition),
    /// Cities to be toured.
    Tour(Tour),
    /// Clauses to be satisfied.
    MaxSat(MaxSat),
}

/// A solution of any problem. Vertices, colours, cities and variables count from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnySolution {
    /// The side of every vertex.
    Sides(Vec<bool>),
    /// The value of every bit.
    Bits(Vec<u8>),
    /// The value of every spin.
    Spins(Vec<i8>),
    /// Whether each vertex is in the set.
    Set(Vec<bool>),
    /// The colour of every vertex.
    Colours(Vec<usize>),
    /// The part of every number.
    Parts(Vec<bool>),
    /// The cities in the order of the tour.
    Tour(Vec<usize>),
    /// The value of every variable.
    Assignment(Vec<bool>),
}

/// Evaluates an expression with `p` bound to the problem, whatever it is.
macro_rules! each {
    ($any:expr, $p:ident => $done:expr) => {
        match $any {
            AnyProblem::MaxCut($p) => $done,
            AnyProblem::Qubo($p) => $done,
            AnyProblem::Ising($p) => $done,
            AnyProblem::IndependentSet($p) => $done,
            AnyProblem::Coloring($p) => $done,
            AnyProblem::Partition($p) => $done,
            AnyProblem::Tour($p) => $done,
            AnyProblem::MaxSat($p) => $done,
        }
    };
}

/// Calls a method of the problem with its own kind of solution.
macro_rules! with_own {
    ($any:expr, $solution:expr, $method:ident) => {
        match ($any, $solution) {
            (AnyProblem::MaxCut(p), AnySolution::Sides(s)) => p.$method(s),
            (AnyProblem::Qubo(p), AnySolution::Bits(s)) => p.$method(s),
            (AnyProblem::Ising(p), AnySolution::Spins(s)) => p.$method(s),
            (AnyProblem::IndependentSet(p), AnySolution::Set(s)) => p.$method(s),
            (AnyProblem::Coloring(p), AnySolution::Colours(s)) => p.$method(s),
            (AnyProblem::Partition(p), AnySolution::Parts(s)) => p.$method(s),
            (AnyProblem::Tour(p), AnySolution::Tour(s)) => p.$method(s),
            (AnyProblem::MaxSat(p), AnySolution::Assignment(s)) => p.$method(s),
            (any, _) => Err(QuboError::OtherSolution { kind: any.kind().name() }),
        }
    };
}

impl AnyProblem {
    /// What it asks for.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::MaxCut(_) => Kind::MaxCut,
            Self::Qubo(_) => Kind::Qubo,
            Self::Ising(_) => Kind::Ising,
            Self::IndependentSet(_) => Kind::IndependentSet,
            Self::Coloring(_) => Kind::Coloring,
            Self::Partition(_) => Kind::Partition,
            Self::Tour(_) => Kind::Tour,
            Self::MaxSat(_) => Kind::MaxSat,
        }
    }

    /// How much there is of what, in the problem's own words: `[("vertices", 800), ("edges", 19176)]`.
    #[must_use]
    pub fn sizes(&self) -> Vec<(&'static str, usize)> {
        match self {
            Self::MaxCut(MaxCut { graph }) | Self::IndependentSet(IndependentSet { graph, .. }) => {
                vec![("vertices", graph.n()), ("edges", graph.n_edges())]
            }
            Self::Qubo(q) => vec![("bits", q.n()), ("pairs", q.n_pairs())],
            Self::Ising(i) => vec![("spins", i.n()), ("couplings", i.n_couplings())],
            Self::Coloring(Coloring { graph, n_colours, .. }) => {
                vec![("vertices", graph.n()), ("edges", graph.n_edges()), ("colours", *n_colours)]
            }
            Self::Partition(p) => vec![("numbers", p.numbers.len())],
            Self::Tour(t) => vec![("cities", t.distances.n())],
            Self::MaxSat(f) => vec![("variables", f.n()), ("clauses", f.n_clauses())],
        }
    }

    /// The value of a state (see [`Ising::value`]) than which none is better, where one is known: all clauses satisfied, no rule of the
    /// colouring broken, parts that differ by the 0 or 1 that the numbers' sum leaves. Whether it can be reached, nobody knows.
    #[must_use]
    pub fn ideal(&self) -> Option<Fraction> {
        match self {
            Self::Coloring(_) => Some(Fraction::from(0)),
            Self::Partition(p) => {
                Some(Fraction::from(p.numbers.iter().filter(|a| **a % 2 != 0).count() as i64 % 2))
            }
            Self::MaxSat(f) => Some(Fraction::from(f.n_clauses() as i64)),
            _ => None,
        }
    }

    /// The value of a state that stands for a solution with this objective: the same, but for partitions its square.
    ///
    /// # Errors
    /// Objectives that no state's value stands for: a colouring is one or not, however many colours it uses; differences below 0.
    pub fn state_value(&self, objective: Fraction) -> Result<Fraction, QuboError> {
        match self {
            Self::Coloring(_) => Err(QuboError::NoTarget),
            Self::Partition(_) => {
                let whole = objective.numerator().div_euclid(objective.denominator());
                if whole < 0 {
                    let (found, allowed) = (whole.into(), "at least 0".to_owned());
                    return Err(QuboError::OutOfRange { what: "a difference", found, allowed });
                }
                Ok(Fraction::from(narrow("the square of a difference", i128::from(whole).pow(2))?))
            }
            _ => Ok(objective),
        }
    }
}

impl Problem for AnyProblem {
    type Solution = AnySolution;

    fn sense(&self) -> Sense {
        each!(self, p => Problem::sense(p))
    }

    fn ising(&self) -> Result<Ising, QuboError> {
        each!(self, p => p.ising())
    }

    fn encode(&self, solution: &AnySolution) -> Result<Vec<i8>, QuboError> {
        with_own!(self, solution, encode)
    }

    fn decode(&self, spins: &[i8]) -> Result<Decoded<AnySolution>, QuboError> {
        Ok(match self {
            Self::MaxCut(p) => p.decode(spins)?.map(AnySolution::Sides),
            Self::Qubo(p) => p.decode(spins)?.map(AnySolution::Bits),
            Self::Ising(p) => p.decode(spins)?.map(AnySolution::Spins),
            Self::IndependentSet(p) => p.decode(spins)?.map(AnySolution::Set),
            Self::Coloring(p) => p.decode(spins)?.map(AnySolution::Colours),
            Self::Partition(p) => p.decode(spins)?.map(AnySolution::Parts),
            Self::Tour(p) => p.decode(spins)?.map(AnySolution::Tour),
            Self::MaxSat(p) => p.decode(spins)?.map(AnySolution::Assignment),
        })
    }

    fn objective(&self, solution: &AnySolution) -> Result<Fraction, QuboError> {
        with_own!(self, solution, objective)
    }
}
