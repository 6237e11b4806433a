//! Update disciplines: who may flip in a tick, so that neighbours that decide on old news do not undo each other's work.

use std::fmt;
use std::str::FromStr;

use crate::Ising;

use super::colouring::colour_classes;
use super::error::SolverError;

pub use gennaker_network::annealing::Rule;

/// Graphs that need no more classes than this are coloured, by default. Measured on G-set and bqp graphs, gaps after 1,000 ticks: with 3 to 8
/// classes colours are ahead of rests (by up to 1.2 % of the cut), with 9 to 26 behind them (by up to 0.2 %).
const MAX_CLASSES: usize = 8;
/// Mean degrees from here on are not even coloured to see.
const MAX_MEAN_DEGREE: usize = 64;

/// Below, 32 random bits cannot tell gates apart.
const LEAST_GATE: f64 = 1e-9;

/// Who may flip in one tick.
///
/// Without a guard, all neurons decide on the potentials of the previous tick, neighbours flip together, and a graph that
/// wants to be cut swings between all up and all down for ever.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Discipline {
    /// All neurons one after the other, in one shuffled order that is always the same, each with the potential of the moment: a
    /// sweep. Not what parallel hardware does in a tick, but the best there is on a host, and the reference. Samples
    /// Boltzmann's law.
    Sequential,
    /// As many proposals as there are neurons, each to a neuron drawn at random: NeuroSA's iterations, n to a tick. Samples
    /// Boltzmann's law.
    Random,
    /// All neurons decide in parallel and an arbiter lets one of those that would flip do so, drawn at random. Few flips:
    /// large problems need many ticks. Does not sample Boltzmann's law, because who else would flip enters into the rate.
    One,
    /// All neurons whose turn it is decide in parallel, each with this probability (from 1e-9, below 1) of having its turn.
    Gate(f64),
    /// All neurons decide in parallel, and one that has flipped rests for `rand(0..=255) >> shift` more ticks (Loihi 2's
    /// refractory rule); `shift` is at most 7.
    Refractory(u32),
    /// One class of a proper colouring decides in parallel, classes in turn; a class has no neighbours within. Samples
    /// Boltzmann's law.
    Colour,
    /// All neurons in parallel without a guard. It is here to show what guards are for.
    UnguardedParallel,
}

impl Discipline {
    /// The guard that suits the graph: colours where 8 classes are enough, otherwise rests (`Refractory(3)`).
    #[must_use]
    pub fn suited_to(ising: &Ising) -> Self {
        let is_sparse = 2 * ising.n_couplings() < MAX_MEAN_DEGREE * ising.n().max(1);
        let needs_few = || colour_classes(ising).len() <= MAX_CLASSES;
        if is_sparse && needs_few() { Self::Colour } else { Self::Refractory(3) }
    }

    /// The rule that is usual with it: heat bath where neighbours may well flip in the same tick, which is then less likely, otherwise
    /// Metropolis, which is faster. Measured on the G-set, gates of 0.1 and 0.3 are better with Metropolis.
    #[must_use]
    pub fn usual_rule(self) -> Rule {
        match self {
            Self::Sequential | Self::Random | Self::One | Self::Gate(_) | Self::Colour => Rule::Metropolis,
            Self::Refractory(_) | Self::UnguardedParallel => Rule::HeatBath,
        }
    }

    /// Whether states at a constant temperature follow Boltzmann's law in the long run. But for spins that feel neither field nor coupling: where
    /// all take turns in an order, Metropolis turns these whenever asked, so they only go to and fro.
    #[must_use]
    pub fn samples_boltzmann(self) -> bool {
        matches!(self, Self::Sequential | Self::Random | Self::Colour)
    }

    /// Refuses parameters with which a guard guards nothing.
    pub(crate) fn check(self) -> Result<(), SolverError> {
        match self {
            Self::Gate(p) if !(LEAST_GATE..1.0).contains(&p) => Err(SolverError::Gate { found: p }),
            Self::Refractory(shift) if shift > 7 => Err(SolverError::Refractory { found: shift }),
            _ => Ok(()),
        }
    }

    /// The fraction of neurons that decide in a tick.
    pub(crate) fn gate(self) -> f64 {
        if let Self::Gate(p) = self { p } else { 1.0 }
    }
}

impl fmt::Display for Discipline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sequential => write!(f, "sequential"),
            Self::Random => write!(f, "random"),
            Self::One => write!(f, "one"),
            Self::Gate(p) => write!(f, "gate({p})"),
            Self::Refractory(shift) => write!(f, "refractory({shift})"),
            Self::Colour => write!(f, "colour"),
            Self::UnguardedParallel => write!(f, "unguarded-parallel"),
        }
    }
}

impl FromStr for Discipline {
    type Err = SolverError;

    /// The text that `Display` writes; `gate` and `refractory` alone mean `gate(0.1)` and `refractory(3)`. `parallel` is refused.
    fn from_str(text: &str) -> Result<Self, SolverError> {
        let text = text.trim();
        let unknown = || SolverError::UnknownDiscipline { found: text.to_owned() };
        let argument =
            |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')').map(str::trim);
        let found = match text {
            "sequential" => Self::Sequential,
            "random" => Self::Random,
            "one" => Self::One,
            "gate" => Self::Gate(0.1),
            "refractory" => Self::Refractory(3),
            "colour" => Self::Colour,
            "unguarded-parallel" => Self::UnguardedParallel,
            "parallel" => return Err(SolverError::Unguarded),
            _ => match (argument("gate"), argument("refractory")) {
                (Some(p), _) => Self::Gate(p.parse().map_err(|_| unknown())?),
                (_, Some(shift)) => Self::Refractory(shift.parse().map_err(|_| unknown())?),
                _ => return Err(unknown()),
            },
        };
        found.check().map(|()| found)
    }
}
