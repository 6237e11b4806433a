//! Problems as spiking networks, and the states that their spikes tell.

use gennaker::network::SpikeRecording;
use gennaker::qubo::solver::{Options, Outcome, Solution};
use gennaker::qubo::spiking::{Coding, Replayed, SpikingProblem};
use numpy::PyReadonlyArray1;
use pyo3::PyResult;

use crate::error::value_error;
use crate::network::Network;

use super::options::{Run, check_synapses};
use super::outcome::QuboOutcome;
use super::problem::QuboProblem;

/// The network of a run.
pub(super) fn network(problem: &QuboProblem, run: &Run, coding: Coding) -> PyResult<Network> {
    run.check_together("make a network for each")?;
    check_synapses(run.options.n_replicas, &problem.ising)?;
    let mut spiking = SpikingProblem::new(&problem.ising, &run.options, coding).map_err(value_error)?;
    Ok(Network { inner: spiking.take_network() })
}

/// Spikes from arrays of ticks and neurons.
pub(super) fn recording(
    (ticks, neurons): &(PyReadonlyArray1<'_, u32>, PyReadonlyArray1<'_, u32>),
) -> SpikeRecording {
    SpikeRecording { ticks: ticks.as_array().to_vec(), neurons: neurons.as_array().to_vec() }
}

/// What the reads found, and the energy of each after every tick.
pub(super) fn replay(
    problem: &QuboProblem,
    run: &Run,
    coding: Coding,
    spikes: &[SpikeRecording],
    n_ticks: u32,
) -> PyResult<(QuboOutcome, Vec<f64>)> {
    // How a read begins depends on its number and not on how many there are.
    let one = Options { n_replicas: 1, ..run.options.clone() };
    let spiking = SpikingProblem::new(&problem.ising, &one, coding).map_err(value_error)?;
    let unit = problem.statement.temperature_factor(&problem.ising);
    let (mut solutions, mut energies) = (Vec::with_capacity(spikes.len()), Vec::new());
    for (replica, spikes) in (0..).zip(spikes) {
        let replayed = spiking
            .replay(replica, spikes, n_ticks)
            .map_err(|error| value_error(format!("replica {replica}: {error}")))?;
        energies.extend(replayed.energies.iter().map(|&energy| energy as f64 / unit));
        solutions.push(solution(replica, replayed, n_ticks));
    }
    let decided = spiking.decided();
    let outcome = Outcome {
        solutions,
        discipline: decided.discipline,
        rule: decided.rule,
        schedule: decided.schedule.clone(),
        n_ticks: run.options.n_ticks,
        n_anneals: run.options.n_anneals,
        n_classes: decided.n_classes(),
    };
    Ok((QuboOutcome::new(problem, outcome, None)?, energies))
}

/// A read as a solver would tell of it; but spikes do not say who decided, nor is there a target.
fn solution(replica: u32, replayed: Replayed, n_ticks: u32) -> Solution {
    Solution {
        spins: replayed.spins,
        energy: replayed.energy,
        tick_found: replayed.tick_found,
        replica,
        last_spins: replayed.last_spins,
        last_energy: replayed.last_energy,
        n_ticks,
        ticks_to_target: None,
        n_proposals: 0,
        n_flips: replayed.n_flips,
        n_swings: 0,
        flips: None,
    }
}
