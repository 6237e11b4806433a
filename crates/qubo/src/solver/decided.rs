//! What is decided before the first tick.

use crate::Ising;

use super::Options;
use super::chance::number_of;
use super::discipline::{Discipline, Rule};
use super::error::SolverError;
use super::plan::{BLOCK, Class, Seats};
use super::schedule::Schedule;

/// How a problem is to be solved: as the options say, and as suits the problem where they do not.
#[derive(Clone, Debug)]
pub struct Decided {
    /// Who may flip in a tick.
    pub discipline: Discipline,
    /// With which probability.
    pub rule: Rule,
    /// How the temperature falls.
    pub schedule: Schedule,
    pub(crate) seats: Seats,
}

impl Decided {
    /// For a problem and options.
    ///
    /// # Errors
    /// Options out of their ranges, and an initial state that is none of the problem.
    pub fn new(ising: &Ising, options: &Options) -> Result<Self, SolverError> {
        options.check()?;
        if let Some(spins) = &options.initial {
            ising.energy(spins).map_err(SolverError::Initial)?;
        }
        let discipline = options.discipline.unwrap_or_else(|| Discipline::suited_to(ising));
        discipline.check()?;
        let rule = options.rule.unwrap_or_else(|| discipline.usual_rule());
        let schedule = options.schedule.clone().unwrap_or_else(|| Schedule::geometric_for(ising));
        schedule.check()?;
        Ok(Self { discipline, rule, schedule, seats: Seats::new(ising, discipline) })
    }

    /// Classes that take turns: of the colouring, or 1.
    #[must_use]
    pub fn n_classes(&self) -> usize {
        self.seats.classes.len()
    }

    /// The class of a variable.
    ///
    /// # Panics
    /// If there is no such variable.
    #[must_use]
    pub fn class(&self, variable: usize) -> u32 {
        let place = self.seats.places[variable];
        let (block, lane) = (place / BLOCK as u32, place % BLOCK as u32);
        let has_it = |class: &Class| class.blocks.contains(&block) && class.lanes >> lane & 1 == 1;
        self.seats.classes.iter().position(has_it).expect("every place is in a class") as u32
    }

    /// The number of the random word that a variable takes in a tick: see [`gennaker_network::annealing::Dice::test`].
    ///
    /// # Panics
    /// If there is no such variable.
    #[must_use]
    pub fn word_number(&self, variable: usize) -> u32 {
        let first_block = self.seats.classes[self.class(variable) as usize].blocks.start;
        number_of(first_block, self.seats.places[variable])
    }
}
