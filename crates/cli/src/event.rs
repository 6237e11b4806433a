//! `gennaker run --fidelity event`.

use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use gennaker::fabric::EventReport;
use gennaker::formats::{ResultWriter, Results};
use gennaker::{
    AccountOptions, Difference, EventRun, Experiment, MAX_WRITTEN_PES, Mapped, write_with_pictures,
};
use serde::Serialize;

use crate::args::Run;
use crate::error::CliError;
use crate::interrupt;
use crate::output::{Columns, complain, counted, grouped, large, name, plain, say, say_json, seconds, short};
use crate::progress::Progress;

/// The JSON document of such a run.
#[derive(Debug, Serialize)]
struct Document<'a> {
    version: &'static str,
    report: &'a EventReport,
    difference: Option<&'a Difference>,
    notes: &'a [String],
}

/// Runs a network on the machine with clocks, queues and limits.
pub(crate) fn run(
    command: &Run,
    experiment: &Experiment,
    mapped: Option<&Mapped>,
    account: &AccountOptions,
    out: Option<&Path>,
) -> Result<ExitCode, CliError> {
    let problem = "this one could not be laid on any";
    let mapped = mapped.ok_or(CliError::Fidelity { fidelity: "event", problem })?;
    let options = experiment.event_options(account)?;
    interrupt::watch()?;
    let end = experiment.file.settings.timesteps;
    let mut progress = Progress::new(0, end, command.json);
    let start = Instant::now();
    let done = experiment.run_event(mapped, &options, &mut |tick| {
        progress.at(tick);
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    let time = start.elapsed();
    progress.finish();

    let is_interrupted = done.recordings.timesteps < end;
    let mut notes = notes(experiment, &done);
    notes.extend(not_followed(account));
    notes.extend(mapped.mapping.notes.iter().cloned());
    if let Some(out) = out {
        notes = write(out, experiment, mapped, &done, is_interrupted, notes)?;
    }
    if command.json {
        let (version, report) = (env!("CARGO_PKG_VERSION"), &done.report);
        say_json(&Document { version, report, difference: done.difference.as_ref(), notes: &notes })?;
    } else {
        say(&text(experiment, &done, time))?;
        notes.iter().try_for_each(|note| say(&format!("note: {}", plain(note))))?;
        out.map_or(Ok(()), |out| say(&format!("results   {}", out.display())))?;
    }
    if is_interrupted {
        complain(&format!("interrupted at tick {} of {end}", done.recordings.timesteps));
        return Ok(ExitCode::from(interrupt::EXIT_CODE));
    }
    Ok(ExitCode::SUCCESS)
}

/// An assumption that holds for a counted run alone.
fn not_followed(account: &AccountOptions) -> Option<String> {
    let is_given = account.quad_permits < AccountOptions::default().quad_permits;
    is_given.then(|| {
        "`quad_permits` is not followed at the event level: no PE waits to change its level".to_owned()
    })
}

/// What happened, in the order of importance.
fn notes(experiment: &Experiment, done: &EventRun) -> Vec<String> {
    let mut notes = done.report.notes();
    notes.push(match &done.difference {
        None => "all spikes are those of the functional level".to_owned(),
        Some(first) => {
            let population = &experiment.file.network.populations[first.population].name;
            let (n, tick, neuron) = (first.n_differing, first.tick, first.neuron);
            let which = if first.in_event { "only on this machine" } else { "only at the functional level" };
            format!("{n} spikes differ from the functional level; first tick {tick}, neuron {neuron} of `{population}`, {which}")
        }
    });
    let records_states = |p: &gennaker::Population| p.record.iter().any(|r| r.variable != "spikes");
    if experiment.file.network.populations.iter().any(records_states) {
        notes.push("state variables are not recorded at the event level".to_owned());
    }
    notes
}

fn text(experiment: &Experiment, done: &EventRun, time: Duration) -> String {
    let report = &done.report;
    let totals = &report.fabric.totals;
    let run_seconds = time.as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    let per_second = large(totals.delivered as f64 / run_seconds.max(1e-9));
    let verdict = if report.is_clean() { "nothing late, lost or lagging" } else { "NOT in time" };
    let mut columns = Columns::new(&["population", "neurons", "spikes", "rate (Hz)"]);
    #[expect(clippy::cast_precision_loss, reason = "a mean")]
    for (population, spikes) in experiment.file.network.populations.iter().zip(&done.spikes) {
        let (n, s) = (spikes.ticks.len(), f64::from(report.ticks) * experiment.file.settings.tick_ms / 1e3);
        let rate = n as f64 / (f64::from(population.size) * s).max(1e-9);
        columns.row([name(&population.name), grouped(population.size), grouped(n as u64), short(rate)]);
    }
    format!(
        "event     {} of {} on the machine in {}: {verdict}\n\
         traffic   {} sent, {} delivered ({per_second} per second), {} lost, {} resent\n\
         pace      {}, at most {} over; {} late, {} early; most behind {}\n\n{}\n",
        counted(report.ticks, "tick"),
        seconds(report.tick_ns as f64 / 1e9),
        seconds(run_seconds),
        counted(totals.sent, "packet"),
        grouped(totals.delivered),
        grouped(totals.lost()),
        grouped(totals.retransmitted),
        counted(report.n_overruns, "overrun"),
        seconds(report.max_overrun_ps as f64 / 1e12),
        counted(report.n_late, "spike"),
        grouped(report.n_early),
        counted(report.max_lag_ticks, "tick"),
        columns.text()
    )
}

fn write(
    out: &Path,
    experiment: &Experiment,
    mapped: &Mapped,
    done: &EventRun,
    interrupted: bool,
    notes: Vec<String>,
) -> Result<Vec<String>, CliError> {
    let is_large = mapped.mapping.stats.n_pes > MAX_WRITTEN_PES;
    let results = Results {
        file: &experiment.file,
        recordings: &done.recordings,
        machine: mapped.mapping.machine.clone(),
        interrupted,
        extra_files: Vec::new(),
        notes,
        report: serde_json::to_value(&done.report).expect("plain data"),
        mapping: (!is_large).then(|| serde_json::to_value(&mapped.mapping).expect("plain data")),
    };
    Ok(write_with_pictures(ResultWriter::new(out), &results)?.notes)
}
