//! `gennaker run`.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use gennaker::energy::TraceRequest;
use gennaker::formats::{ResultWriter, Results, SideFile, check_result_path, write_atomically};
use gennaker::network::Network;
use gennaker::{
    Account, AccountOptions, Counter, Experiment, MAX_WRITTEN_PES, Mapped, Peaks, Recordings, RunReport,
    Simulation, explain_silence, run_in_pieces, write_with_pictures,
};

use crate::account::{given, json};
use crate::args::{Fidelity, Lowering, Run};
use crate::error::CliError;
use crate::event;
use crate::interrupt;
use crate::nir;
use crate::output::{complain, say, say_json};
use crate::progress::Progress;
use crate::summary::{MappingSummary, RunSummary, Times};

/// Runs a network.
pub(crate) fn run(command: &Run) -> Result<ExitCode, CliError> {
    let experiment = experiment(command)?;
    let out = out_folder(command, &experiment.file.network);
    if let Some(out) = &out {
        check_result_path(out)?;
    }
    let options = experiment.account_options()?;
    // Settings of another level than this run's are checked all the same: they are kept with the results.
    experiment.event_options(&options)?;
    check_fidelity(command)?;
    let mut notes = Vec::new();
    let mapped = if command.no_map { None } else { map(&experiment, &mut notes)? };
    if let Some(mapped) = &mapped {
        options.check(&experiment.file.network, &mapped.machine).map_err(gennaker::Error::from)?;
    }
    if !command.json {
        say(&opening(&experiment, mapped.as_ref()))?;
    }
    if command.fidelity == Fidelity::Event {
        return event::run(command, &experiment, mapped.as_ref(), &options, out.as_deref());
    }
    let mut writer = out.as_deref().map(ResultWriter::new);
    let done = simulate(command, &experiment, mapped.as_ref(), &options, writer.as_mut())?;
    notes.extend(done.report.notes.iter().cloned());
    notes.extend(mapped.iter().flat_map(|mapped| mapped.mapping.notes.iter().cloned()));

    let mut summary =
        RunSummary::new(&experiment, mapped.as_ref(), &done.report, done.times, done.is_interrupted);
    // Whatever goes wrong with one, the other is still written: a long run lies behind both.
    let written =
        writer.map(|writer| write(writer, &experiment, mapped.as_ref(), &done, &mut notes)).transpose();
    if let Some(path) = &command.checkpoint {
        write_atomically(path, &done.checkpoint)?;
    }
    written?;
    (summary.results, summary.checkpoint) = (out, command.checkpoint.clone());
    summary.account = done.account;
    summary.notes = notes;
    if command.json {
        say_json(&summary)?
    } else {
        say(&summary.text(&experiment.file.network))?
    }
    if done.is_interrupted {
        complain(&format!(
            "interrupted at tick {} of {}",
            done.report.timesteps, experiment.file.settings.timesteps
        ));
        return Ok(ExitCode::from(interrupt::EXIT_CODE));
    }
    Ok(ExitCode::SUCCESS)
}

/// The network file with what the command line overrides.
fn experiment(command: &Run) -> Result<Experiment, CliError> {
    let mut experiment = match &command.input {
        Some(_) if !nir::is_nir(&command.network) => {
            return Err(CliError::InputOfNetwork { path: command.network.clone() });
        }
        Some(input) => nir::experiment(&command.network, &command.lowering, Some(input))?,
        None => read(&command.network, &command.lowering)?,
    };
    let settings = &mut experiment.file.settings;
    settings.timesteps = command.time.unwrap_or(settings.timesteps);
    settings.numeric = command.numeric.unwrap_or(settings.numeric);
    experiment.file.network.seed = command.seed.unwrap_or(experiment.file.network.seed);
    experiment.threads = command.threads;
    experiment.counts = command.fidelity == Fidelity::Counted;
    // The results say under which assumptions they were accounted for, so that a later account starts from them.
    experiment.file.settings.account.extend(given(&command.assumptions)?);
    for text in &command.event {
        let (key, value) =
            text.split_once('=').ok_or_else(|| CliError::EventSetting { given: text.clone() })?;
        experiment.set_event(key.trim(), value.trim())?;
    }
    if let Some(machine) = &command.machine {
        experiment.set_machine(machine)?;
    }
    Ok(experiment)
}

/// Reads a network file, or lowers a NIR graph. A file without neurons is more likely the wrong file than a network.
pub(crate) fn read(path: &Path, lowering: &Lowering) -> Result<Experiment, CliError> {
    if nir::is_nir(path) {
        return nir::experiment(path, lowering, None);
    }
    if !lowering.lower.is_empty() || lowering.keep_last {
        return Err(CliError::LoweringOfNetwork { path: path.to_owned() });
    }
    let experiment = Experiment::read(path)?;
    if experiment.file.network.populations.is_empty() {
        return Err(CliError::NoPopulation { path: path.to_owned() });
    }
    Ok(experiment)
}

/// A machine can be followed only where there is one, and from the first tick on.
fn check_fidelity(command: &Run) -> Result<(), CliError> {
    let refused = |fidelity, problem| Err(CliError::Fidelity { fidelity, problem });
    match command.fidelity {
        Fidelity::Event if command.checkpoint.is_some() => {
            refused("event", "its state cannot be saved; leave out --checkpoint")
        }
        Fidelity::Functional => Ok(()),
        Fidelity::Counted | Fidelity::Event if command.no_map => {
            refused("counted or event", "leave out --no-map")
        }
        Fidelity::Counted | Fidelity::Event if command.resume.is_some() => refused(
            "counted or event",
            "a saved state does not say which packets are under way; run from the first tick",
        ),
        Fidelity::Counted | Fidelity::Event => Ok(()),
    }
}

fn out_folder(command: &Run, network: &Network) -> Option<PathBuf> {
    let default = || Path::new("results").join(folder_name(&network.name));
    (!command.no_out).then(|| command.out.clone().unwrap_or_else(default))
}

/// A network's name as a folder's: letters, digits and dashes.
fn folder_name(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let name: String = words.collect::<Vec<_>>().join("-").chars().take(60).collect();
    if name.is_empty() { "network".to_owned() } else { name }
}

/// The mapping. With the reference arithmetic it is a courtesy: a network that no machine holds is run all the same.
fn map(experiment: &Experiment, notes: &mut Vec<String>) -> Result<Option<Mapped>, CliError> {
    match experiment.map() {
        Ok(mapped) => Ok(Some(mapped)),
        Err(gennaker::Error::Mapping(error)) if !experiment.file.settings.numeric.quantises() => {
            notes.push(format!("not laid on a machine: {error}"));
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn opening(experiment: &Experiment, mapped: Option<&Mapped>) -> String {
    let network = &experiment.file.network;
    let machine =
        mapped.map_or_else(|| "not mapped".to_owned(), |mapped| MappingSummary::new(mapped).text(network));
    format!("network   {}\nmachine   {machine}", crate::summary::size_of(network))
}

/// What a run leaves behind.
struct Done {
    /// What has not been written yet.
    recordings: Recordings,
    report: RunReport,
    times: Times,
    is_interrupted: bool,
    /// Empty if none was asked for.
    checkpoint: Vec<u8>,
    /// Of a counted run.
    account: Option<Account>,
}

fn simulate(
    command: &Run,
    experiment: &Experiment,
    mapped: Option<&Mapped>,
    options: &AccountOptions,
    mut writer: Option<&mut ResultWriter>,
) -> Result<Done, CliError> {
    let start = Instant::now();
    let mut simulation = experiment.simulation()?;
    let end = experiment.file.settings.timesteps;
    if let Some(path) = &command.resume {
        resume(&mut simulation, path, end)?;
    }
    let mut counter = counter(command, experiment, mapped, options)?;
    let build = start.elapsed();

    interrupt::watch()?;
    let first = simulation.tick();
    let mut progress = Progress::new(first, end, command.json);
    let start = Instant::now();
    let each = &mut |tick| {
        progress.at(tick);
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let mut peaks = Peaks::default();
    // A checkpoint holds what was recorded.
    let limit_bytes = if command.checkpoint.is_some() { u64::MAX } else { command.recording_memory << 20 };
    let observe = &mut |tick, spikes: &[Vec<u32>]| {
        if let Some(counter) = &mut counter {
            counter.observe(tick, spikes);
        }
    };
    let ticks = run_in_pieces(&mut simulation, end - first, limit_bytes, observe, each, &mut |piece| {
        peaks.add(&piece);
        writer.as_mut().map_or(Ok(()), |writer| writer.append(&piece))
    })?;
    let account = counter.map(|counter| counter.finish().account());
    let times = Times { build, run: start.elapsed(), ticks };
    progress.finish();

    let recordings = simulation.recordings();
    let mut report = simulation.report();
    peaks.add(&recordings);
    explain_silence(&mut report, &experiment.file.network, &|population| peaks.highest_v(population));
    let checkpoint = if command.checkpoint.is_some() { simulation.checkpoint() } else { Vec::new() };
    Ok(Done { is_interrupted: first + ticks < end, recordings, report, times, checkpoint, account })
}

/// What a counted run is counted by.
fn counter(
    command: &Run,
    experiment: &Experiment,
    mapped: Option<&Mapped>,
    options: &AccountOptions,
) -> Result<Option<Counter>, CliError> {
    if command.fidelity != Fidelity::Counted {
        return Ok(None);
    }
    let problem = "this one could not be laid on any";
    let mapped = mapped.ok_or(CliError::Fidelity { fidelity: "counted", problem })?;
    let (network, trace) = (&experiment.file.network, TraceRequest::default());
    Ok(Some(Counter::new(network, mapped, experiment.tick_ns(), options, &trace, 0)?))
}

fn resume(simulation: &mut Simulation, path: &Path, end: u32) -> Result<(), CliError> {
    let bytes = fs::read(path).map_err(|source| CliError::Read { path: path.to_owned(), source })?;
    simulation.restore(&bytes)?;
    if simulation.tick() >= end {
        return Err(CliError::AlreadyThere { tick: simulation.tick(), end });
    }
    Ok(())
}

fn write(
    writer: ResultWriter,
    experiment: &Experiment,
    mapped: Option<&Mapped>,
    done: &Done,
    notes: &mut Vec<String>,
) -> Result<(), CliError> {
    let is_large = mapped.is_some_and(|mapped| mapped.mapping.stats.n_pes > MAX_WRITTEN_PES);
    if is_large {
        notes.push("mapping.json is left out for its size; `gennaker map --out FILE` writes it".to_owned());
    }
    let mapping = mapped.filter(|_| !is_large).map(|mapped| &mapped.mapping);
    let results = Results {
        file: &experiment.file,
        recordings: &done.recordings,
        machine: mapped.map_or_else(String::new, |mapped| mapped.mapping.machine.clone()),
        interrupted: done.is_interrupted,
        extra_files: done.account.iter().map(account_file).collect(),
        notes: notes.clone(),
        report: serde_json::to_value(&done.report).expect("plain data"),
        mapping: mapping.map(|mapping| serde_json::to_value(mapping).expect("plain data")),
    };
    *notes = write_with_pictures(writer, &results)?.notes;
    Ok(())
}

fn account_file(account: &Account) -> SideFile {
    SideFile { name: "account.json".to_owned(), bytes: json(account) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_makes_a_harmless_folder_name() {
        let cases = [
            ("brunel", "brunel"),
            ("single neuron", "single-neuron"),
            ("../../etc", "etc"),
            ("", "network"),
            ("Ä", "network"),
        ];
        for (name, folder) in cases {
            assert_eq!(folder_name(name), folder);
        }
        assert_eq!(folder_name(&"x".repeat(500)).len(), 60);
    }
}
