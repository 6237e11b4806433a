//! What a search came to.

use std::cmp::Ordering;

use gennaker_qubo::solver::{Options, Outcome, Solution, TimeToTarget};
use gennaker_qubo::{AnySolution, Decoded, Fraction, Problem, QuboError, Sense};

use super::Optimisation;
use super::hardware::OptimisationHardware;
use super::trace::{self, CoursePoint, EnergyTrace, Tracer};
use crate::Error;

/// What reads aim at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The value of states that meet it; of partitions the square of the difference.
    pub value: Fraction,
    /// The highest energy of such states.
    pub energy: i64,
    /// Whether nobody asked for it: it is the value than which nothing is better.
    pub is_ideal: bool,
}

/// Why a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All reads did all their ticks, or met the target.
    Completed,
    /// The time was up.
    TimeLimit,
    /// The watcher stopped it.
    Interrupted,
}

/// One read: the best state that one replica met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// The energy.
    pub energy: i64,
    /// The energy's value, penalties included.
    pub value: Fraction,
    /// The objective, from the problem's statement; none if the state stands for no solution.
    pub objective: Option<Fraction>,
    /// Rules that the state breaks.
    pub n_violations: usize,
    /// After how many ticks the state was met first.
    pub tick_found: u32,
    /// Ticks done; 0 if the time was up before the read began.
    pub n_ticks: u32,
    /// Spins that flipped.
    pub n_flips: u64,
    /// Neurons that decided.
    pub n_proposals: u64,
    /// Ticks in which the state swung back to that of two ticks before; see [`Solution::n_swings`].
    pub n_swings: u32,
    /// After how many ticks the target was met, by a solution.
    pub ticks_to_target: Option<u32>,
    /// Whether it got to run, or had nothing to do: the time may be up before.
    pub is_started: bool,
}

/// What a search came to.
#[derive(Clone, Debug)]
pub struct Optimum {
    /// What the solver says.
    pub outcome: Outcome,
    /// The options that it had, target included.
    pub options: Options,
    /// What the reads aimed at.
    pub target: Option<Target>,
    /// Every read, in the order of replicas.
    pub reads: Vec<Read>,
    /// Which of them is the best: a solution if there is one; of solutions that of the best objective, of other states that of least
    /// energy; of several the one found first.
    pub best: usize,
    /// The best read's state in the problem's terms, decoded and checked anew.
    pub solution: Decoded<AnySolution>,
    /// How many ticks reads needed for the target, if there was one; of the reads that ran.
    pub time_to_target: Option<TimeToTarget>,
    /// The energies of each read on its way.
    pub traces: Vec<EnergyTrace>,
    /// All reads together on their way.
    pub course: Vec<CoursePoint>,
    /// Why the search ended.
    pub ended: Ended,
    /// Time that the search took on this host.
    pub seconds: f64,
    /// What the machine would need for it, if that was asked.
    pub hardware: Option<OptimisationHardware>,
}

impl Optimum {
    pub(super) fn new(
        optimisation: &Optimisation,
        options: Options,
        target: Option<Target>,
        outcome: Outcome,
        tracer: Tracer,
        ended: Ended,
        seconds: f64,
    ) -> Result<Self, Error> {
        let reads = outcome.solutions.iter().map(|s| Read::new(optimisation, s));
        let reads = reads.collect::<Result<Vec<Read>, QuboError>>()?;
        let sense = optimisation.problem().sense();
        let best = (0..reads.len()).min_by(|&a, &b| reads[a].compare(&reads[b], sense)).unwrap_or(0);
        let ran = reads.iter().filter(|read| read.is_started);
        let times: Vec<Option<u32>> = ran.map(|read| read.ticks_to_target).collect();
        let (traces, every) = tracer.finish(&outcome);
        Ok(Self {
            solution: optimisation.problem().decode(&outcome.solutions[best].spins)?,
            time_to_target: options.target.map(|_| TimeToTarget::of(&times)),
            course: trace::course(&traces, every, optimisation.ising()),
            outcome,
            options,
            target,
            reads,
            best,
            traces,
            ended,
            seconds,
            hardware: None,
        })
    }

    /// The objective of the best read, if it is a solution.
    #[must_use]
    pub fn objective(&self) -> Option<Fraction> {
        self.solution.objective()
    }

    /// The best read.
    #[must_use]
    pub fn best_read(&self) -> &Read {
        &self.reads[self.best]
    }

    /// Reads that ran.
    #[must_use]
    pub fn n_started(&self) -> usize {
        self.reads.iter().filter(|read| read.is_started).count()
    }

    /// Neurons that decided, in all reads.
    #[must_use]
    pub fn n_proposals(&self) -> u64 {
        self.reads.iter().map(|read| read.n_proposals).sum()
    }

    /// Spins that flipped, in all reads.
    #[must_use]
    pub fn n_flips(&self) -> u64 {
        self.reads.iter().map(|read| read.n_flips).sum()
    }

    /// Proposals per second of the host, all threads together.
    #[must_use]
    pub fn proposals_per_second(&self) -> f64 {
        if self.seconds > 0.0 { self.n_proposals() as f64 / self.seconds } else { 0.0 }
    }

    /// By what part of the target the best value is worse than it; below 0 if it is better. None without a target or with one of 0.
    #[must_use]
    pub fn gap(&self, sense: Sense) -> Option<f64> {
        let target = self.target?.value.to_f64();
        let value = self.best_read().value.to_f64();
        let worse = if sense == Sense::Maximise { target - value } else { value - target };
        (target != 0.0).then(|| worse / target.abs())
    }
}

impl Read {
    fn new(optimisation: &Optimisation, solution: &Solution) -> Result<Self, QuboError> {
        // Not the energy that the solver kept: what is reported is evaluated from the spins.
        let energy = optimisation.ising().energy(&solution.spins)?;
        let decoded = optimisation.problem().decode(&solution.spins)?;
        Ok(Self {
            energy,
            value: optimisation.ising().value(energy),
            objective: decoded.objective(),
            n_violations: decoded.violations.len(),
            tick_found: solution.tick_found,
            n_ticks: solution.n_ticks,
            n_flips: solution.n_flips,
            n_proposals: solution.n_proposals,
            n_swings: solution.n_swings,
            // Penalties may leave a state that is no solution with a value as good as the target.
            ticks_to_target: solution.ticks_to_target.filter(|_| decoded.is_feasible()),
            is_started: solution.n_ticks > 0 || solution.ticks_to_target.is_some(),
        })
    }

    /// The better read is the lesser; equal ones keep their order.
    fn compare(&self, other: &Self, sense: Sense) -> Ordering {
        let by_objective = match (self.objective, other.objective) {
            (Some(a), Some(b)) if sense == Sense::Maximise => b.cmp(&a),
            (Some(a), Some(b)) => a.cmp(&b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        by_objective.then(self.energy.cmp(&other.energy)).then(self.tick_found.cmp(&other.tick_found))
    }
}
