//! Solving while somebody listens: Ctrl-C and functions that may stop a run.

use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, scope};
use std::time::Instant;

use gennaker::optimisation::{HardwareOptions, Laid, MAX_KEPT_FLIPS, OptimisationHardware};
use gennaker::qubo::Ising;
use gennaker::qubo::solver::{Options, Outcome, Progress, SolverError, solve_watched};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use rayon::prelude::*;

use crate::error::value_error;
use crate::pieces::LOOK_EVERY;
use crate::threads::with_threads;

use super::options::Run;

/// Proposals between two looks at whether to stop: a few milliseconds.
const PROPOSALS_PER_LOOK: usize = 1 << 18;
/// Flips that are kept of all reads together for a machine's account, eight bytes each: 8 GiB of them.
const MAX_KEPT_IN_ALL: usize = 1 << 30;
/// What makes another seed for each state to begin with: 2^64 over the golden ratio.
const NEXT_SEED: u64 = 0x9E37_79B9_7F4A_7C15;

/// Works on a thread of its own, while this one, without holding the interpreter in between, handles signals and calls
/// `interrupt`. If that says so, or raises, or a signal's handler does, the work is told to stop.
///
/// # Errors
/// What the handler or `interrupt` raised; the work's result is lost then.
pub(crate) fn listening<R: Send>(
    py: Python<'_>,
    interrupt: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&AtomicBool) -> R + Send,
) -> PyResult<R> {
    let is_stopped = AtomicBool::new(false);
    let (done, finished) = channel::<()>();
    let finished = Mutex::new(finished);
    let wait = || finished.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(LOOK_EVERY);
    scope(|scope| {
        let is_stopped = &is_stopped;
        // Dropping the sender ends the wait, also where the work panics.
        let work = move || {
            let _done = done;
            work(is_stopped)
        };
        let worker = Builder::new()
            .spawn_scoped(scope, work)
            .map_err(|error| PyRuntimeError::new_err(format!("cannot start a thread: {error}")))?;
        let mut raised = None;
        while py.detach(wait) == Err(RecvTimeoutError::Timeout) {
            if !is_stopped.load(Ordering::Relaxed) {
                let wants_to_end = wants_to_end(py, interrupt);
                is_stopped.store(*wants_to_end.as_ref().unwrap_or(&true), Ordering::Relaxed);
                raised = wants_to_end.err();
            }
        }
        let result = worker.join().unwrap_or_else(|panic| resume_unwind(panic));
        raised.map_or(Ok(result), Err)
    })
}

fn wants_to_end(py: Python<'_>, interrupt: Option<&Bound<'_, PyAny>>) -> PyResult<bool> {
    py.check_signals()?;
    interrupt.map_or(Ok(false), |function| function.call0()?.is_truthy())
}

/// Solves on all threads.
pub(crate) fn solve(ising: &Ising, run: &Run, is_stopped: &AtomicBool) -> PyResult<Outcome> {
    let work = || match &run.starts[..] {
        [] => solve_until(ising, &run.options, is_stopped),
        starts => solve_each(ising, &run.options, starts, is_stopped),
    };
    with_threads(work)?.map_err(value_error)
}

/// Lays the reads on a machine, solves on all threads, and says what the machine would have needed.
pub(crate) fn solve_for(
    ising: &Ising,
    mut run: Run,
    machine: &HardwareOptions,
    is_stopped: &AtomicBool,
) -> PyResult<(Outcome, OptimisationHardware)> {
    run.options.max_kept_flips = MAX_KEPT_FLIPS.min(MAX_KEPT_IN_ALL / run.options.n_replicas.max(1) as usize);
    let laid = with_threads(|| Laid::new(ising, &run.options, machine))?.map_err(value_error)?;
    let mut outcome = solve(ising, &run, is_stopped)?;
    let hardware = with_threads(|| laid.account(&outcome))?.map_err(value_error)?;
    outcome.solutions.iter_mut().for_each(|solution| solution.flips = None);
    Ok((outcome, hardware))
}

fn solve_until(ising: &Ising, options: &Options, is_stopped: &AtomicBool) -> Result<Outcome, SolverError> {
    let every = PROPOSALS_PER_LOOK / ising.n().max(1);
    let watch = |_: &Progress<'_>| {
        if is_stopped.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    solve_watched(ising, options, (every as u32).clamp(1, options.n_ticks.max(1)), watch)
}

/// One run for each state to begin with, as runs have one state for all replicas; each with a seed of its own.
fn solve_each(
    ising: &Ising,
    options: &Options,
    starts: &[Vec<i8>],
    is_stopped: &AtomicBool,
) -> Result<Outcome, SolverError> {
    let start = Instant::now();
    let run = |(read, spins): (usize, &Vec<i8>)| {
        let options = Options {
            initial: Some(spins.clone()),
            n_replicas: 1,
            seed: options.seed.wrapping_add(NEXT_SEED.wrapping_mul(read as u64)),
            time_limit: options.time_limit.map(|limit| limit.saturating_sub(start.elapsed())),
            ..options.clone()
        };
        let mut outcome = solve_until(ising, &options, is_stopped)?;
        outcome.solutions.iter_mut().for_each(|solution| solution.replica = read as u32);
        Ok(outcome)
    };
    let runs: Result<Vec<Outcome>, SolverError> = starts.par_iter().enumerate().map(run).collect();
    let mut runs = runs?.into_iter();
    let mut all = runs.next().expect("there are two states at least");
    all.solutions.extend(runs.flat_map(|run| run.solutions));
    Ok(all)
}
