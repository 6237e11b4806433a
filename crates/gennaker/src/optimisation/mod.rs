//! Optimisation problems from file to solution: opened, annealed, decoded, written with pictures; and what the machine would need for
//! that ([`on_hardware`]).
//!
//! An [`Optimisation`] is a problem with everything that decides how it is solved; [`Optimisation::run`] makes an [`Optimum`] of it, which
//! has every read's result, the best of them in the problem's own terms, and how values went on the way.
//!
//! **What it does not know.** Terminals and arguments of commands. How annealing works is [`gennaker_qubo::solver`]'s.
//!
//! ```
//! use std::ops::ControlFlow;
//! use gennaker::optimisation::Optimisation;
//! use gennaker::qubo::{AnyProblem, Graph, MaxCut};
//!
//! let ring = Graph::new(9, (0..9).map(|i| (i, (i + 1) % 9, 1)))?;
//! let mut ring = Optimisation::new("ring", AnyProblem::MaxCut(MaxCut { graph: ring }))?;
//! ring.options.n_replicas = 4;
//! ring.target = Some(8.into());
//! let optimum = ring.run(&mut |_| ControlFlow::Continue(()))?;
//! assert_eq!(optimum.objective(), Some(8.into()));
//! assert_eq!(optimum.time_to_target.unwrap().n_successes, 4);
//! # Ok::<(), gennaker::Error>(())
//! ```

mod document;
mod folder;
mod hardware;
mod optimum;
mod trace;
mod words;

use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use gennaker_qubo::read::{Choice, Limits, Opened, ReadError};
use gennaker_qubo::solver::{Decided, Options, Outcome, Progress, solve_watched};
use gennaker_qubo::spiking::check_problem;
use gennaker_qubo::{AnyProblem, Fraction, Ising, Problem, QuboError};

use crate::Error;
use hardware::n_kept_flips;
use trace::Tracer;

pub use hardware::{
    HardwareOptions, HardwareToTarget, Laid, MAX_KEPT_FLIPS, OptimisationHardware, on_hardware,
    spiking_experiment,
};
pub use optimum::{Ended, Optimum, Read, Target};
pub use trace::{CoursePoint, EnergyTrace};
pub use words::{rule_of, schedule_text};

/// Points of each read's trace, unless said otherwise.
const TRACE_POINTS: u32 = 1000;

/// The most that all reads may take together, in spins: 2^30, some 4 GB.
const MAX_SPINS: u128 = 1 << 30;
/// What a read takes besides its spins, in spins.
const READ_SIZE: u128 = 256;

/// A problem, and how to solve it.
#[derive(Clone, Debug)]
pub struct Optimisation {
    /// What it is called, such as its file's name.
    pub name: String,
    /// How it is annealed. `target` is left to [`Optimisation::target`] if that is there.
    pub options: Options,
    /// The objective, in the problem's own value, with which a read is content; none: one than which nothing can be better, if there is
    /// one ([`AnyProblem::ideal`]).
    pub target: Option<Fraction>,
    /// The time of one core for each read, to which the ticks of its anneals are fitted in the place of `options.n_ticks`; see
    /// [`Options::fitted_to`]. The result says how many they were.
    pub core_time: Option<Duration>,
    /// Points that a read's trace may have, from 1 on; many reads have fewer each. Default 1000.
    pub trace_points: u32,
    /// Threads; none: all processors. Results do not depend on it.
    pub threads: Option<usize>,
    /// The machine whose needs are to be told; none: none is asked.
    pub hardware: Option<HardwareOptions>,
    problem: AnyProblem,
    ising: Ising,
    is_guessed: bool,
    first_index: usize,
}

/// Where a search stands.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// Ticks done by all reads together.
    pub n_ticks: u64,
    /// Ticks that they will have done, unless they meet the target or are stopped.
    pub n_ticks_in_all: u64,
    /// The value of the best state so far, penalties included.
    pub best: Fraction,
}

impl Optimisation {
    /// A problem with the solver's own options, of which nobody said how its file counts: from 0 on.
    ///
    /// # Errors
    /// Problems that cannot be encoded: too large, or not exact in 64 bits.
    pub fn new(name: &str, problem: AnyProblem) -> Result<Self, Error> {
        Ok(Self::of(name, Opened { problem, is_guessed: false, first_index: 0 })?)
    }

    /// A problem from a file, named after it.
    ///
    /// # Errors
    /// [`Error::ProblemFile`], and as [`Optimisation::new`].
    pub fn open(path: &Path, choice: &Choice) -> Result<Self, Error> {
        let opened =
            gennaker_qubo::read::open(path, choice, &Limits::default()).map_err(|error| match error {
                // What the system says names the file.
                ReadError::Io { .. } => Error::Problem(Box::new(error)),
                source => Error::ProblemFile { path: path.to_owned(), source: Box::new(source) },
            })?;
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let in_file =
            |source: QuboError| Error::ProblemFile { path: path.to_owned(), source: Box::new(source.into()) };
        Self::of(&name, opened).map_err(in_file)
    }

    fn of(name: &str, opened: Opened) -> Result<Self, QuboError> {
        let ising = opened.problem.ising()?;
        Ok(Self {
            name: name.to_owned(),
            options: Options::default(),
            target: None,
            core_time: None,
            trace_points: TRACE_POINTS,
            threads: None,
            hardware: None,
            problem: opened.problem,
            ising,
            is_guessed: opened.is_guessed,
            first_index: opened.first_index,
        })
    }

    /// The problem.
    #[must_use]
    pub fn problem(&self) -> &AnyProblem {
        &self.problem
    }

    /// The problem as the solver sees it.
    #[must_use]
    pub fn ising(&self) -> &Ising {
        &self.ising
    }

    /// Whether the problem's kind was guessed from its file.
    #[must_use]
    pub fn is_guessed(&self) -> bool {
        self.is_guessed
    }

    /// From which number on results count vertices, variables and cities, as the file does: 0 or 1.
    #[must_use]
    pub fn first_index(&self) -> usize {
        self.first_index
    }

    /// Refuses what [`Optimisation::run`] would, before anything is run; all but machines without room.
    ///
    /// # Errors
    /// As [`Optimisation::run`].
    pub fn check(&self) -> Result<(), Error> {
        self.aim()?;
        self.check_reads()?;
        Decided::new(&self.ising, &self.options)?;
        let network = |h: &HardwareOptions| check_problem(&self.ising, &self.options, h.coding);
        Ok(self.hardware.as_ref().map_or(Ok(()), network)?)
    }

    /// Solves it. `watch` is called now and then, from whatever thread, and ends the search by [`ControlFlow::Break`]: the best so far is the
    /// result then.
    ///
    /// # Errors
    /// [`Error::Solver`] for options out of their ranges, [`Error::Qubo`] for a target that the problem cannot have; and with
    /// [`Optimisation::hardware`] what [`on_hardware`] says, before anything is run.
    pub fn run(
        &self,
        watch: &mut (dyn FnMut(&Standing) -> ControlFlow<()> + Send),
    ) -> Result<Optimum, Error> {
        let target = self.aim()?;
        self.check_reads()?;
        let mut options = self.options.clone();
        options.target = target.map(|t| t.energy).or(options.target);
        // Before ticks are fitted to a time, because it takes some to keep them.
        if self.hardware.is_some() {
            options.max_kept_flips = options.max_kept_flips.max(n_kept_flips(options.n_replicas));
        }
        if let Some(core_time) = self.core_time {
            options = options.fitted_to(&self.ising, core_time)?;
        }
        let laid = self.hardware.as_ref().map(|h| Laid::new(&self.ising, &options, h)).transpose()?;
        let mut tracer = Tracer::new(&self.ising, &options, self.trace_points);
        let start = Instant::now();
        let (outcome, is_stopped) = self.solve(&options, &mut tracer, watch)?;
        let seconds = start.elapsed().as_secs_f64();
        let ended = match is_stopped {
            true => Ended::Interrupted,
            false if was_cut_short(&outcome, &options) => Ended::TimeLimit,
            false => Ended::Completed,
        };
        let hardware = laid.map(|laid| laid.account(&outcome)).transpose()?;
        let mut optimum = Optimum::new(self, options, target, outcome, tracer, ended, seconds)?;
        // A state that meets the target need not be a solution, and a read need not have run; and when the first stops all, one says
        // nothing of others.
        let time = optimum.time_to_target.filter(|_| !optimum.options.stops_all);
        optimum.hardware = hardware.map(|hardware| hardware.aimed(time));
        Ok(optimum)
    }

    /// Refuses more reads than memory is meant for, before any is taken.
    fn check_reads(&self) -> Result<(), Error> {
        let limit = MAX_SPINS / (self.ising.n() as u128 + READ_SIZE);
        let amount = self.options.n_replicas.into();
        if amount <= limit.max(1) {
            return Ok(());
        }
        let remedy = "solve in several runs with seeds of their own";
        Err(QuboError::TooMany { what: "reads of this problem", amount, limit, remedy }.into())
    }

    /// The energy that reads stop at, and what it means.
    fn aim(&self) -> Result<Option<Target>, Error> {
        let aim = |value, is_ideal| Target { value, energy: self.ising.energy_worth(value), is_ideal };
        match (self.target, self.options.target) {
            (Some(objective), _) => Ok(Some(aim(self.problem.state_value(objective)?, false))),
            (None, Some(_)) => Ok(None),
            (None, None) => Ok(self.problem.ideal().map(|ideal| aim(ideal, true))),
        }
    }

    /// The outcome, and whether `watch` ended the search.
    fn solve(
        &self,
        options: &Options,
        tracer: &mut Tracer,
        watch: &mut (dyn FnMut(&Standing) -> ControlFlow<()> + Send),
    ) -> Result<(Outcome, bool), Error> {
        let every = tracer.look_every;
        let mut is_stopped = false;
        let each = |progress: &Progress<'_>| {
            tracer.add(progress);
            let best = self.ising.value(tracer.best_energy);
            let done = Standing { n_ticks: tracer.n_ticks, n_ticks_in_all: tracer.n_ticks_in_all, best };
            let next = watch(&done);
            is_stopped |= next.is_break();
            next
        };
        let solved = match self.threads {
            None => solve_watched(&self.ising, options, every, each),
            Some(threads) => {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
                let pool = pool.map_err(|source| Error::Threads { threads, problem: source.to_string() })?;
                pool.install(|| solve_watched(&self.ising, options, every, each))
            }
        };
        Ok((solved?, is_stopped))
    }
}

/// Whether a read ended before its time and without its target.
fn was_cut_short(outcome: &Outcome, options: &Options) -> bool {
    let all = options.n_ticks.saturating_mul(options.n_anneals);
    let is_stopped = options.stops_all && outcome.solutions.iter().any(|s| s.ticks_to_target.is_some());
    !is_stopped && outcome.solutions.iter().any(|s| s.n_ticks < all && s.ticks_to_target.is_none())
}
