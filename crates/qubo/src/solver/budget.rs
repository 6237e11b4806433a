//! Ticks for a given time: how long a schedule fits in.

use std::fs;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::Ising;

use super::error::SolverError;
use super::{Options, solve};

/// The part of the time that trial runs may take, about.
const TRIALS: f64 = 0.05;
/// More than this, in seconds, they need not take: nobody can interrupt them.
const LONG: f64 = 2.0;
/// Trial runs shorter than this, in seconds, say little: the system counts a thread's time in steps of a few milliseconds.
const SHORT: f64 = 0.02;
/// The part of the remaining time that is filled: a busy host may be slower later than in the trial.
const FILLED: f64 = 0.9;
/// How many times longer than the last a trial run is, at most.
const GROWTH: f64 = 8.0;

impl Options {
    /// The same options with as many ticks to an anneal as fit into `core_time`: the time that one core spends on **each replica**, all its anneals,
    /// setting up and the trial runs of this call together. So the whole schedule is run, from hot to cold, however fast the
    /// host is. [`Options::time_limit`] is something else: it stops where the schedule happens to be.
    ///
    /// Speed is measured by short runs of the whole schedule on this thread, which take a twentieth of the time, and 2 s at most. So the number of
    /// ticks depends on the host and the moment, but nothing else does: [`solve`] with what is returned here is a function of
    /// problem, options and seed again, and [`Outcome::n_ticks`](super::Outcome::n_ticks) is what to write down.
    ///
    /// At least one tick is returned, even if that takes longer.
    ///
    /// # Errors
    /// As [`solve`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use gennaker_qubo::Ising;
    /// use gennaker_qubo::solver::{Options, solve};
    /// let ring = Ising::new(vec![0; 9], (0..9).map(|i| (i, (i + 1) % 9, 1)))?;
    /// let options = Options::default().fitted_to(&ring, Duration::from_millis(50))?;
    /// let outcome = solve(&ring, &options)?;
    /// assert_eq!((outcome.n_ticks, outcome.best().energy), (options.n_ticks, -7));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fitted_to(&self, ising: &Ising, core_time: Duration) -> Result<Self, SolverError> {
        self.check()?;
        let budget = core_time.as_secs_f64();
        let trials = (TRIALS * budget).min(LONG);
        let begin = core_seconds();
        let setup = self.trial(ising, 1)?;
        let mut n_ticks = 16.0;
        let seconds_per_tick = loop {
            let seconds = self.trial(ising, n_ticks as u32)?;
            let spent = core_seconds() - begin;
            let per_tick = ((seconds - setup) / n_ticks).max(1e-10);
            if seconds > SHORT.max(trials / 2.0) || spent > trials || n_ticks >= MOST {
                break per_tick;
            }
            let next = (SHORT.max(trials / 2.0) * 1.1 / per_tick).min(GROWTH * n_ticks);
            n_ticks = next.clamp(n_ticks + 1.0, MOST);
        };
        let left = budget - (core_seconds() - begin) - setup;
        let n_anneals = f64::from(self.n_anneals);
        let most = (f64::from(u32::MAX) / n_anneals).floor();
        let fitting = FILLED * left / seconds_per_tick / n_anneals;
        Ok(Self { n_ticks: fitting.clamp(1.0, most) as u32, ..self.clone() })
    }

    /// Seconds that one anneal of so many ticks takes with one replica, setting up included.
    fn trial(&self, ising: &Ising, n_ticks: u32) -> Result<f64, SolverError> {
        let short =
            Self { n_ticks, n_anneals: 1, n_replicas: 1, target: None, time_limit: None, ..self.clone() };
        let begin = core_seconds();
        solve(ising, &short)?;
        Ok(core_seconds() - begin)
    }
}

/// Ticks of the longest trial run.
const MOST: f64 = 1e9;

/// Seconds that this thread has had a processor, where the system says so; elsewhere, those that have passed.
fn core_seconds() -> f64 {
    static BEGIN: OnceLock<Instant> = OnceLock::new();
    let passed = BEGIN.get_or_init(Instant::now).elapsed().as_secs_f64();
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).map_or(passed, |ns| ns * 1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_fill_the_time() {
        let n = 400;
        let chords = (0..n).flat_map(|i| [(i, (i + 1) % n, 1), (i, (i * 7 + 3) % n, -1)]);
        let ising = Ising::new(vec![0; n], chords.filter(|(i, j, _)| i != j)).unwrap();
        let fitted = |ms, n_anneals| {
            let options = Options { n_anneals, ..Options::default() };
            options.fitted_to(&ising, Duration::from_millis(ms)).unwrap()
        };
        let begin = core_seconds();
        assert_eq!(fitted(1_000_000_000_000, 1).n_ticks, u32::MAX, "as many as there can be");
        assert!(core_seconds() - begin < 10.0, "trial runs have a limit of their own");
        let one = fitted(400, 1);
        let begin = core_seconds();
        solve(&ising, &one).unwrap();
        let seconds = core_seconds() - begin;
        // Wide limits: other programs share caches and clock with this one.
        assert!((0.1..0.8).contains(&seconds), "{seconds} s of 0.4 s");
        assert_eq!(Options { n_ticks: 1000, ..one.clone() }, Options::default(), "all else is as it was");
        let ratio = f64::from(one.n_ticks) / f64::from(fitted(400, 4).n_ticks);
        assert!((2.0..8.0).contains(&ratio), "four anneals have {ratio} times fewer ticks each");
        assert_eq!(fitted(0, 1).n_ticks, 1);
    }
}
