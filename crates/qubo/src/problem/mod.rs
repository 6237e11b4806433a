//! Problems in their own terms: stated, encoded as an Ising problem, decoded, checked and valued.

mod any;
mod coloring;
mod forms;
mod independent_set;
mod max_cut;
mod partition;
mod sat;
mod tour;

pub use any::{AnyProblem, AnySolution, Kind};
pub use coloring::Coloring;
pub use independent_set::IndependentSet;
pub use max_cut::MaxCut;
pub use partition::Partition;
pub use sat::MaxSat;
pub use tour::{Distances, Tour};

use std::fmt;

use crate::{Fraction, Ising, MAX_ENERGY, QuboError, Sense};

/// The most couplings that an encoding may make: 2^26, a complete graph of 11,585 vertices. Making them takes about 40 bytes
/// each.
pub const MAX_COUPLINGS: usize = 1 << 26;

/// A problem that an Ising solver can be set to.
pub trait Problem {
    /// What the problem asks for.
    type Solution;

    /// Which way objectives are better.
    fn sense(&self) -> Sense;

    /// The problem for a solver. Its lowest energies belong to the best solutions.
    ///
    /// # Errors
    /// More couplings than [`MAX_COUPLINGS`], sums beyond [`MAX_ENERGY`](crate::MAX_ENERGY).
    fn ising(&self) -> Result<Ising, QuboError>;

    /// The state that stands for a solution; of several the one that sets helping variables best.
    ///
    /// # Errors
    /// Solutions of the wrong size, and such as are not feasible.
    fn encode(&self, solution: &Self::Solution) -> Result<Vec<i8>, QuboError>;

    /// What a state stands for, checked.
    ///
    /// # Errors
    /// States of the wrong length, or with values other than -1 and +1. A state that stands for nothing is no error.
    fn decode(&self, spins: &[i8]) -> Result<Decoded<Self::Solution>, QuboError>;

    /// How good a solution is, in the problem's own terms, from its statement and not from the encoding.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    fn objective(&self, solution: &Self::Solution) -> Result<Fraction, QuboError>;
}

/// What a state stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<S> {
    /// The solution and its objective, if the state stands for a feasible one.
    pub solution: Option<(S, Fraction)>,
    /// Every rule that the state breaks; empty if there is a solution.
    pub violations: Vec<Violation>,
}

impl<S> Decoded<S> {
    /// Whether the state stands for a solution.
    pub fn is_feasible(&self) -> bool {
        self.solution.is_some()
    }

    /// The objective of a feasible state.
    pub fn objective(&self) -> Option<Fraction> {
        self.solution.as_ref().map(|s| s.1)
    }

    /// The same, solutions as `change` makes them.
    pub fn map<T>(self, change: impl FnOnce(S) -> T) -> Decoded<T> {
        let solution = self.solution.map(|(solution, objective)| (change(solution), objective));
        Decoded { solution, violations: self.violations }
    }

    /// A state that stands for `solution` unless it breaks rules.
    fn new(
        solution: impl FnOnce() -> Result<(S, Fraction), QuboError>,
        violations: Vec<Violation>,
    ) -> Result<Self, QuboError> {
        let solution = if violations.is_empty() { Some(solution()?) } else { None };
        Ok(Self { solution, violations })
    }
}

/// A rule that a state breaks. Vertices, colours, cities and positions count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Violation {
    /// Both ends of an edge are in a set that has to be independent.
    EdgeInside {
        /// One end.
        u: usize,
        /// The other.
        v: usize,
    },
    /// A vertex has no colour, or several.
    Colours {
        /// The vertex.
        vertex: usize,
        /// How many colours it has.
        count: usize,
    },
    /// Both ends of an edge have a colour.
    SameColour {
        /// One end.
        u: usize,
        /// The other.
        v: usize,
        /// The colour.
        colour: usize,
    },
    /// A city is not visited, or more than once.
    Visits {
        /// The city.
        city: usize,
        /// How often it is visited.
        count: usize,
    },
    /// A position of the tour has no city, or several.
    Cities {
        /// The position; the first city is at the first.
        position: usize,
        /// How many cities it has.
        count: usize,
    },
}

impl Violation {
    /// The same, everything in it counted from `first`, as the file does that the problem came from.
    #[must_use]
    pub fn counted_from(self, first: usize) -> Self {
        match self {
            Self::EdgeInside { u, v } => Self::EdgeInside { u: u + first, v: v + first },
            Self::Colours { vertex, count } => Self::Colours { vertex: vertex + first, count },
            Self::SameColour { u, v, colour } => {
                Self::SameColour { u: u + first, v: v + first, colour: colour + first }
            }
            Self::Visits { city, count } => Self::Visits { city: city + first, count },
            Self::Cities { position, count } => Self::Cities { position: position + first, count },
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::EdgeInside { u, v } => write!(f, "both ends of edge {u}-{v} are in the set"),
            Self::Colours { vertex, count } => {
                write!(f, "vertex {vertex} has {count} colours instead of one")
            }
            Self::SameColour { u, v, colour } => write!(f, "both ends of edge {u}-{v} have colour {colour}"),
            Self::Visits { city, count } => write!(f, "city {city} is visited {count} times instead of once"),
            Self::Cities { position, count } => {
                write!(f, "position {position} of the tour has {count} cities instead of one")
            }
        }
    }
}

/// Refuses encodings of more couplings than [`MAX_COUPLINGS`], before anything is allocated.
fn check_couplings(amount: u128, remedy: &'static str) -> Result<(), QuboError> {
    let limit = MAX_COUPLINGS as u128;
    if amount <= limit {
        Ok(())
    } else {
        Err(QuboError::TooMany { what: "couplings", amount, limit, remedy })
    }
}

/// Refuses a solution that breaks rules.
fn refuse(violations: &[Violation]) -> Result<(), QuboError> {
    match violations.first() {
        None => Ok(()),
        Some(first) => Err(QuboError::Infeasible { violations: violations.len(), first: first.to_string() }),
    }
}

/// Refuses a solution of the wrong size.
fn check_length(found: usize, expected: usize) -> Result<(), QuboError> {
    if found == expected { Ok(()) } else { Err(QuboError::WrongLength { found, expected }) }
}

/// Spins of a solution's yes and no.
fn spins(bits: impl IntoIterator<Item = bool>) -> Vec<i8> {
    bits.into_iter().map(|b| if b { 1 } else { -1 }).collect()
}

/// Refuses a penalty or weight below `least`, and such as could not be doubled twice.
fn check_weight(what: &'static str, found: i64, least: i64) -> Result<(), QuboError> {
    let most = MAX_ENERGY / 4;
    if (least..=most).contains(&found) {
        return Ok(());
    }
    let allowed = format!("{least} to {most}");
    Err(QuboError::OutOfRange { what, found: found.into(), allowed })
}
