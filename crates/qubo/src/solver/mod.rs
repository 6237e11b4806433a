//! Annealing of Ising problems with the update disciplines of spiking hardware.
//!
//! Every spin is a pair of ON/OFF neurons whose potential is the local field. In a tick, a neuron draws a threshold
//! and flips its spin if that raises the energy by no more; it spikes only when it flips, and its neighbours add twice the
//! coupling to their potentials (delta coding). Potentials, couplings and energies are integers, so they are exact, always.
//!
//! Who may decide in the same tick is the [`Discipline`]; how hot it is, the [`Schedule`]; with which probability a flip
//! passes, the [`Rule`]. Replicas are independent and run on all threads.
//!
//! **Results are a function of problem, options and seed**, never of threads or vector instructions: each random number
//! belongs to (seed, replica, tick, purpose, place). The two exceptions say so: [`Options::time_limit`] and a watcher that
//! stops the run, see [`solve_watched`].
//!
//! How exact "exact Metropolis" is: a flip passes with its probability to within 1e-6 of it, and not at all where that is
//! below 1.2e-10, because thresholds come from 32 random bits in single precision. Downhill flips always pass.
//!
//! ```
//! use gennaker_qubo::Ising;
//! use gennaker_qubo::solver::{Discipline, Options, solve};
//! // A ring of 9 antiferromagnetic bonds: at best one of them is not satisfied.
//! let ring = Ising::new(vec![0; 9], (0..9).map(|i| (i, (i + 1) % 9, 1)))?;
//! let outcome = solve(&ring, &Options { n_ticks: 200, n_replicas: 4, seed: 1, ..Options::default() })?;
//! assert_eq!(outcome.best().energy, -7);
//! assert_eq!(outcome.discipline, Discipline::Colour);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod budget;
mod chance;
mod colouring;
mod decided;
mod discipline;
mod error;
mod outcome;
mod pace;
mod plan;
#[cfg(test)]
mod reference;
mod replica;
mod schedule;
mod tick;

pub use decided::Decided;
pub use discipline::{Discipline, Rule};
pub use error::SolverError;
pub use outcome::{Flips, Outcome, Solution, TimeToTarget};
pub use pace::Pace;
pub use schedule::Schedule;

use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::Ising;

use chance::Chance;
use plan::{GROUP, Place, Plan, Potential, Seats};
use replica::{Job, Watch};

/// How to solve a problem.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Who may flip in a tick; none: what suits the graph, [`Discipline::suited_to`].
    pub discipline: Option<Discipline>,
    /// With which probability; none: what is usual for the discipline, [`Discipline::usual_rule`].
    pub rule: Option<Rule>,
    /// How the temperature falls; none: [`Schedule::geometric_for`] the problem.
    pub schedule: Option<Schedule>,
    /// Ticks of an anneal, from 1 on.
    pub n_ticks: u32,
    /// Anneals that a replica does one after the other, each from where the last one ended, from 1 on. All ticks together
    /// are at most 2^32 - 1.
    pub n_anneals: u32,
    /// Independent replicas, from 1 on.
    pub n_replicas: u32,
    /// The seed of all random numbers.
    pub seed: u64,
    /// The energy, in the units of [`Ising::energy`], with which a replica is content and stops.
    pub target: Option<i64>,
    /// Whether the first replica that meets the target stops all, as if they ran in step: when one has met it after t ticks,
    /// the others' results are those after t ticks. Which one is first is counted in ticks, so threads do not matter.
    pub stops_all: bool,
    /// The time after which all replicas stop, where they are: a limit that cuts the schedule off, hot as it may be. To give a
    /// time that the schedule is fitted to, see [`Options::fitted_to`]. With a limit, and only then, do results depend on the
    /// host's speed; a replica that did not get to run returns the state that it would have begun with.
    pub time_limit: Option<Duration>,
    /// The spins, -1 or +1, that all replicas begin with; none: random ones.
    pub initial: Option<Vec<i8>>,
    /// How many flips of each replica to keep ([`Solution::flips`]), eight bytes each: what neurons would have to tell each other.
    pub max_kept_flips: usize,
}

impl Default for Options {
    /// One replica, one anneal of 1000 ticks, seed 0, and everything else fitted to the problem.
    fn default() -> Self {
        Self {
            discipline: None,
            rule: None,
            schedule: None,
            n_ticks: 1000,
            n_anneals: 1,
            n_replicas: 1,
            seed: 0,
            target: None,
            stops_all: false,
            time_limit: None,
            initial: None,
            max_kept_flips: 0,
        }
    }
}

impl Options {
    /// Ticks of all anneals together.
    fn n_ticks_in_all(&self) -> u32 {
        self.n_ticks.saturating_mul(self.n_anneals)
    }

    fn check(&self) -> Result<(), SolverError> {
        let limit = u64::from(u32::MAX);
        let ticks = u64::from(self.n_ticks) * u64::from(self.n_anneals);
        let counts = [
            ("the number of ticks", self.n_ticks.into()),
            ("the number of anneals", self.n_anneals.into()),
            ("the number of ticks of all anneals", ticks),
            ("the number of replicas", u64::from(self.n_replicas)),
        ];
        match counts.into_iter().find(|(_, found)| !(1..=limit).contains(found)) {
            Some((what, found)) => Err(SolverError::Count { what, found, limit }),
            None => Ok(()),
        }
    }
}

/// Where a replica stands.
pub struct Progress<'a> {
    /// The replica.
    pub replica: u32,
    /// Ticks done.
    pub tick: u32,
    /// The temperature of the last tick.
    pub temperature: f64,
    /// The energy of the state.
    pub energy: i64,
    /// The energy of the replica's best state.
    pub best_energy: i64,
    spins: &'a dyn Fn() -> Vec<i8>,
}

impl Progress<'_> {
    /// The spins of the state, -1 or +1; made when asked for.
    #[must_use]
    pub fn spins(&self) -> Vec<i8> {
        (self.spins)()
    }
}

/// The spins that a replica begins with.
pub(crate) fn first_spins(ising: &Ising, options: &Options, replica: u32) -> Vec<i8> {
    let chance = Chance::new(options.seed, replica);
    let drawn = || (0..ising.n() as u32).map(|i| chance.first_spin(i)).collect();
    options.initial.clone().unwrap_or_else(drawn)
}

/// Minimises the energy of a problem.
///
/// # Errors
/// Options out of their ranges. And, should this crate have a fault, a state whose energy is not the one that was kept:
/// every returned energy has been evaluated anew.
pub fn solve(ising: &Ising, options: &Options) -> Result<Outcome, SolverError> {
    run(ising, options, None)
}

/// Minimises the energy of a problem, and calls `watch` for every replica at a [`Pace`], which may be a plain number of ticks, and
/// after its last tick. Replicas run side by side, so calls for different ones come in any order; those for one come in the
/// order of its ticks. If it says [`ControlFlow::Break`], all replicas stop where they are.
///
/// With [`Options::stops_all`], calls may tell of ticks after the one at which all are stopped in the end.
///
/// # Errors
/// As [`solve`].
pub fn solve_watched(
    ising: &Ising,
    options: &Options,
    pace: impl Into<Pace>,
    mut watch: impl FnMut(&Progress<'_>) -> ControlFlow<()> + Send,
) -> Result<Outcome, SolverError> {
    run(ising, options, Some((pace.into(), &mut watch)))
}

fn run<'a>(
    ising: &'a Ising,
    options: &'a Options,
    watch: Option<(Pace, &'a mut Watch<'a>)>,
) -> Result<Outcome, SolverError> {
    let Decided { discipline, rule, schedule, seats } = Decided::new(ising, options)?;
    let job = Job {
        ising,
        options,
        discipline,
        rule,
        schedule,
        watch: watch.map(|(pace, watch)| (pace, Mutex::new(watch))),
        last_tick: AtomicU32::new(options.n_ticks_in_all()),
        is_stopped: AtomicBool::new(false),
        deadline: options.time_limit.and_then(|limit| Instant::now().checked_add(limit)),
    };
    let n_classes = seats.classes.len();
    let solutions = with_words(&job, seats)?;
    let (n_ticks, n_anneals) = (options.n_ticks, options.n_anneals);
    Ok(Outcome { solutions, discipline, rule, schedule: job.schedule, n_ticks, n_anneals, n_classes })
}

/// Runs all replicas in the narrowest words that hold potentials and places.
fn with_words(job: &Job<'_>, seats: Seats) -> Result<Vec<Solution>, SolverError> {
    let (field, coupling) = (job.ising.max_local_field(), job.ising.max_coupling());
    let is_small = seats.variables.len() + GROUP <= 1 << 16;
    if is_small && fits::<i8>(field, coupling) {
        replicas::<i8, u16>(job, seats)
    } else if is_small && fits::<i16>(field, coupling) {
        replicas::<i16, u16>(job, seats)
    } else if fits::<i32>(field, coupling) {
        replicas::<i32, u32>(job, seats)
    } else {
        replicas::<i64, u32>(job, seats)
    }
}

fn fits<V: Potential>(field: i64, coupling: i64) -> bool {
    field <= V::MAX_FIELD && coupling <= V::MAX_COUPLING
}

fn replicas<V: Potential, P: Place>(job: &Job<'_>, seats: Seats) -> Result<Vec<Solution>, SolverError> {
    let plan = Plan::<V, P>::new(job.ising, seats);
    let n_replicas = job.options.n_replicas;
    if n_replicas == 1 {
        // On this thread: whoever measures its time measures the work.
        return Ok(vec![job.run(&plan, 0, true)?]);
    }
    let first = (0..n_replicas).into_par_iter().map(|replica| job.run(&plan, replica, true));
    let solutions = first.collect::<Result<Vec<_>, _>>()?;
    let last_tick = job.last_tick.load(Ordering::Relaxed);
    let again = |s: Solution| {
        // It had gone on before another one, which ran later, stopped all at an earlier tick.
        let is_ahead = s.n_ticks > last_tick && !job.is_stopped.load(Ordering::Relaxed);
        if is_ahead { job.run(&plan, s.replica, false) } else { Ok(s) }
    };
    solutions.into_par_iter().map(again).collect()
}
