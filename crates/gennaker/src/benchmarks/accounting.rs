//! What accounting costs beside the run that it accounts for.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use gennaker_energy::{Account, AccountOptions, Accountant, Traffic};
use gennaker_engine::{Options, Simulation};
use serde::Serialize;

use super::{Benchmark, Protocol};
use crate::account::Accounted;
use crate::counter::Counter;
use crate::error::Error;
use crate::experiment::{Experiment, Mapped};

/// Times of accounting, in seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AccountingMeasurement {
    /// Name of the benchmark.
    pub name: String,
    /// Name of the machine.
    pub machine: String,
    /// PEs in use.
    pub n_pes: u32,
    /// Chips in use.
    pub n_chips: u32,
    /// Threads of the run.
    pub n_threads: usize,
    /// Ticks of the run.
    pub ticks: u32,
    /// Laying the network on the machine.
    pub map_s: f64,
    /// Building the network in memory.
    pub build_s: f64,
    /// Running without counting; median.
    pub run_s: f64,
    /// Running and counting, on one thread more; median.
    pub counted_run_s: f64,
    /// Finding how many synapses a spike meets in each PE, which counting needs.
    pub traffic_s: f64,
    /// Checking recorded spikes, and drawing those of sources again, which were not recorded: once for any number of accounts.
    pub ready_s: f64,
    /// Counting and accounting afterwards, without that.
    pub replay_s: f64,
    /// Power of the account in W.
    pub power_w: f64,
    /// Latest end of a PE's work as part of a tick.
    pub max_time_done: f64,
}

/// Runs a benchmark with and without counting, and accounts for it afterwards.
///
/// # Errors
/// [`Error::Mapping`] if it does not fit the machine, and whatever its run says.
pub fn measure_accounting(
    benchmark: &Benchmark,
    machine: Option<&str>,
    protocol: &Protocol,
) -> Result<AccountingMeasurement, Error> {
    let ticks = protocol.ticks(benchmark);
    let mut experiment = Experiment::new(benchmark.clone().recording_spikes().network);
    experiment
        .file
        .network
        .populations
        .iter_mut()
        .flat_map(|p| &mut p.record)
        .for_each(|record| record.start = 0);
    experiment.file.settings.timesteps = ticks;
    experiment.file.settings.tick_ms = benchmark.tick_ms;
    machine.map_or(Ok(()), |name| experiment.set_machine(name))?;
    let (mapped, map_s) = timed(|| experiment.map());
    let mapped = mapped?;
    let network = &experiment.file.network;
    let (traffic, traffic_s) = timed(|| Traffic::new(network, &mapped.mapping, &mapped.machine));
    let traffic = Arc::new(traffic?);
    let options = AccountOptions::default();

    let build =
        |list_inputs| timed(|| Simulation::new(network, &Options { list_inputs, ..protocol.options() }));
    let ((plain, build_s), (observed, _)) = (build(false), build(true));
    let (mut plain, mut observed) = (plain?, observed?);
    let (mut run_s, mut counted_s, mut recordings) = (Vec::new(), Vec::new(), None);
    for _ in 0..protocol.runs.max(1) {
        plain.reset();
        run_s.push(timed(|| plain.run(ticks)).1);
        recordings.get_or_insert_with(|| plain.recordings());
        observed.reset();
        let accountant = Accountant::new(
            network,
            &mapped.mapping,
            &mapped.machine,
            &traffic,
            experiment.tick_ns(),
            &options,
        )?;
        let mut counter = Counter::of(Arc::clone(&traffic), accountant);
        let (account, seconds) = timed(|| {
            let each = &mut |_| ControlFlow::Continue(());
            observed.run_observed(ticks, &mut |tick, spikes| counter.observe(tick, spikes), each);
            counter.finish().account()
        });
        drop(account);
        counted_s.push(seconds);
    }
    let report = plain.report();
    drop((plain, observed));
    let (stats, machine) = (mapped.mapping.stats, mapped.mapping.machine.clone());
    let (account, ready_s, replay_s) =
        replayed(experiment, mapped, &traffic, recordings.unwrap_or_default(), &options)?;
    Ok(AccountingMeasurement {
        name: benchmark.name.clone(),
        machine,
        n_pes: stats.n_pes,
        n_chips: stats.n_chips,
        n_threads: report.n_threads,
        ticks,
        map_s,
        build_s,
        run_s: super::measure::median(&run_s),
        counted_run_s: super::measure::median(&counted_s),
        traffic_s,
        ready_s,
        replay_s,
        power_w: account.power_w,
        max_time_done: account.slowest_pe().map_or(0.0, |pe| pe.max_time_done),
    })
}

fn replayed(
    experiment: Experiment,
    mapped: Mapped,
    traffic: &Traffic,
    recordings: gennaker_engine::Recordings,
    options: &AccountOptions,
) -> Result<(Account, f64, f64), Error> {
    let (run, ready_s) = timed(|| Accounted::new(experiment, mapped, recordings));
    let run = run?;
    let (accountants, seconds) = timed(|| run.counted(traffic, &run.mapped, std::slice::from_ref(options)));
    Ok((accountants?.remove(0).account(), ready_s, seconds))
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed().as_secs_f64())
}
