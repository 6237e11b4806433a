//! `gennaker run`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use gennaker::formats::{REPORT_FILE, ResultWriter, Results, SideFile, check_result_path, write_atomically};
use gennaker::network::Network;
use gennaker::report::page::{Live, Report};
use gennaker::reporting::{ReportOptions, Reported, report_of_folder};
use gennaker::{Account, Experiment, MAX_WRITTEN_PES, Mapped, write_with_pictures};

use crate::account::{given, json};
use crate::args::{Fidelity, Lowering, Run};
use crate::error::CliError;
use crate::event;
use crate::interrupt;
use crate::live::LiveView;
use crate::nir;
use crate::output::{complain, say, say_json};
use crate::simulate::{Done, dropped, simulate};
use crate::summary::{MappingSummary, RunSummary};

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
        if command.watch {
            return Err(CliError::LiveEvent);
        }
        let code = event::run(command, &experiment, mapped.as_ref(), &options, out.as_deref())?;
        return out.filter(|_| command.report).map_or(Ok(()), |out| write_report(&out)).map(|()| code);
    }
    let mut writer = out.as_deref().map(ResultWriter::new);
    let (title, end) = (&experiment.file.network.name, experiment.file.settings.timesteps);
    let mut live = if command.watch { Some(LiveView::start(title, end)?) } else { None };
    let mut done = simulate(command, &experiment, mapped.as_ref(), &options, writer.as_mut(), live.as_mut())?;
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
    if let Some(out) = out.as_deref().filter(|_| command.report) {
        write_report(out)?;
    }
    (summary.results, summary.checkpoint) = (out, command.checkpoint.clone());
    summary.account = done.account.take();
    summary.notes = notes;
    if command.json {
        say_json(&summary)?
    } else {
        say(&summary.text(&experiment.file.network))?
    }
    if let Some(live) = live {
        live.finish(last_page(&experiment, mapped.as_ref(), &done, &summary)?);
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

fn write_report(results: &Path) -> Result<(), CliError> {
    let page = report_of_folder(results, &ReportOptions::default())?;
    Ok(write_atomically(&results.join(REPORT_FILE), page.to_html().as_bytes())?)
}

/// What those see who have watched the run: the report of its results, or of what is in memory if none were written.
fn last_page(
    experiment: &Experiment,
    mapped: Option<&Mapped>,
    done: &Done,
    summary: &RunSummary,
) -> Result<Report, CliError> {
    let run = &done.report;
    let (from, notes) = (done.kept_from.min(run.timesteps), summary.notes.iter().cloned());
    let notes: Vec<String> = dropped(from, run.timesteps).into_iter().chain(notes).collect();
    let report = match &summary.results {
        Some(results) => report_of_folder(results, &ReportOptions::default())?,
        None => Reported {
            experiment,
            recordings: &done.recordings,
            ticks: &(from..run.timesteps),
            timesteps: run.timesteps,
            run: Some(run),
            mapped,
            account: None,
            problems: &[],
            notes: &notes,
            no_account: Some("time and energy are accounted for from results, and none were written"),
            live: None,
        }
        .report(),
    };
    let live = Live { tick: run.timesteps, of: experiment.file.settings.timesteps, is_done: true };
    Ok(Report { live: Some(live), ..report })
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
