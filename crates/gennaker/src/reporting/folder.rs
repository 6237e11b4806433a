//! Reports of result folders.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::ops::Range;
use std::path::Path;

use gennaker_energy::{Account, AccountOptions, Trace, TraceRequest, check_together};
use gennaker_engine::{Recordings, RunReport};
use gennaker_formats::{ResultFolder, RunInfo};
use gennaker_report::ReportError;
use gennaker_report::page::Report;

use super::Reported;
use crate::account::{Accounted, open_mapped};
use crate::error::Error;
use crate::experiment::{Experiment, Mapped};
use crate::folder::PICTURE_BYTES;

/// Networks with more synapses are not accounted for unless somebody asks: every synapse has to be drawn for it.
pub const MAX_SYNAPSES_COUNTED: u64 = 400_000_000;

/// What a report shows.
#[derive(Debug, Clone, Default)]
pub struct ReportOptions {
    /// Ticks shown in rasters and traces; all of them by default, or as many as 128 MiB of recordings are.
    pub ticks: Option<Range<u32>>,
    /// Assumptions of the account that replace those kept with the results, by name.
    pub account: BTreeMap<String, String>,
}

/// The report of a result folder, with an account of its time and energy where that can be made.
///
/// # Errors
/// [`Error::Format`] for what cannot be read, [`Error::Report`] for ticks that were not run, [`Error::AccountOption`].
pub fn report_of_folder(path: &Path, options: &ReportOptions) -> Result<Report, Error> {
    let folder = ResultFolder::open(path)?;
    let info = folder.info();
    let (mut experiment, mapped) = open_mapped(path, info)?;
    experiment.file.settings.account.extend(options.account.clone());
    let account_options = experiment.account_options()?;
    let (ticks, cut) = shown(&folder, options.ticks.as_ref())?;
    let run: Option<RunReport> = serde_json::from_value(info.report.clone()).ok();
    let all = || {
        let recordings = folder.recordings()?;
        Ok(Recordings { timesteps: info.timesteps, ..recordings })
    };
    check(path, &experiment, mapped.as_ref(), info)?;
    let mut account = accounted(&experiment, mapped.as_ref(), run.as_ref(), &account_options, all)?;
    let mut missing = None;
    if let (Err(why), Some(mapped)) = (&account, &mapped)
        && let Some(kept) = kept_account(path, mapped, info).filter(|_| options.account.is_empty())
    {
        missing = Some(format!("what was counted during the run is shown without its course: {why}"));
        account = Ok((kept, Trace::default()));
    }
    let no_account = missing.as_ref().or(account.as_ref().err());
    let mut recordings = folder.recordings_between(ticks.clone()).or_else(|_| folder.recordings())?;
    recordings.timesteps = info.timesteps;
    let notes: Vec<String> = info.notes.iter().cloned().chain(cut).collect();
    Ok(Reported {
        experiment: &experiment,
        recordings: &recordings,
        ticks: &ticks,
        timesteps: info.timesteps,
        run: run.as_ref(),
        mapped: mapped.as_ref(),
        account: account.as_ref().ok().map(|(account, trace)| (account, trace)),
        notes: &notes,
        no_account: no_account.map(String::as_str),
        live: None,
    }
    .report())
}

/// The network, the mapping and the results of a folder are those of one run.
fn check(path: &Path, experiment: &Experiment, mapped: Option<&Mapped>, info: &RunInfo) -> Result<(), Error> {
    let network = &experiment.file.network;
    let are_alike = network.populations.len() == info.populations.len()
        && network
            .populations
            .iter()
            .zip(&info.populations)
            .all(|(a, b)| a.name == b.name && a.size == b.size);
    if !are_alike {
        let problem =
            "network.toml has other populations than run.json: it was changed after the run".to_owned();
        return Err(Error::NotAccountable { path: path.to_owned(), problem });
    }
    Ok(mapped.map_or(Ok(()), |mapped| check_together(network, &mapped.mapping, &mapped.machine))?)
}

/// What was counted during the run, if it was, of this mapping and these ticks.
fn kept_account(path: &Path, mapped: &Mapped, info: &RunInfo) -> Option<Account> {
    let file = File::open(path.join("account.json")).ok()?;
    let account: Account = serde_json::from_reader(BufReader::new(file)).ok()?;
    let is_of_this = account.machine == mapped.mapping.machine
        && account.pes.len() == mapped.mapping.slices.len()
        && account.ticks == info.timesteps;
    is_of_this.then_some(account)
}

/// The report of a run whose recordings are all in memory, with an account of its time and energy where that can be made.
///
/// # Errors
/// [`Error::AccountOption`] or [`Error::Energy`] for assumptions that are unknown or impossible.
pub fn report_of_run(
    experiment: &Experiment,
    mapped: Option<&Mapped>,
    recordings: &Recordings,
    run: Option<&RunReport>,
) -> Result<Report, Error> {
    let account =
        accounted(experiment, mapped, run, &experiment.account_options()?, || Ok(recordings.clone()))?;
    Ok(Reported {
        experiment,
        recordings,
        ticks: &(0..recordings.timesteps),
        timesteps: recordings.timesteps,
        run,
        mapped,
        account: account.as_ref().ok().map(|(account, trace)| (account, trace)),
        notes: &[],
        no_account: account.as_ref().err().map(String::as_str),
        live: None,
    }
    .report())
}

/// The ticks that are shown, and a sentence if they are not all.
fn shown(folder: &ResultFolder, asked: Option<&Range<u32>>) -> Result<(Range<u32>, Option<String>), Error> {
    let all = 0..folder.info().timesteps;
    if let Some(asked) = asked {
        let ticks = asked.start..asked.end.min(all.end);
        if ticks.is_empty() {
            return Err(ReportError::Range { start: asked.start, end: asked.end }.into());
        }
        let cut = format!("rasters and traces show ticks {} to {} of {}", ticks.start, ticks.end, all.end);
        return Ok((ticks.clone(), (ticks != all).then_some(cut)));
    }
    // Archives that somebody has compressed can only be read whole.
    let ticks = folder.stretch_within(all.clone(), PICTURE_BYTES).unwrap_or(all.clone());
    let cut = format!(
        "rasters and traces show ticks {} to {} of {}: all would be too much for a page; `--from` and `--to` choose others",
        ticks.start, ticks.end, all.end
    );
    Ok((ticks.clone(), (ticks != all).then_some(cut)))
}

/// The account of all recordings, tick by tick; otherwise why there is none.
fn accounted(
    experiment: &Experiment,
    mapped: Option<&Mapped>,
    run: Option<&RunReport>,
    options: &AccountOptions,
    recordings: impl FnOnce() -> Result<Recordings, Error>,
) -> Result<Result<(Account, Trace), String>, Error> {
    let Some(mapped) = mapped else {
        return Ok(Err(
            "the network was not laid on a machine, so there is no account of time and energy".to_owned()
        ));
    };
    options.check(&experiment.file.network, &mapped.machine)?;
    if let Some(n) = run.map(|run| run.n_synapses).filter(|&n| n > MAX_SYNAPSES_COUNTED) {
        return Ok(Err(format!(
            "no account of time and energy: drawing {n} synapses again would take long; `gennaker account` does it"
        )));
    }
    let accounted = match Accounted::new(experiment.clone(), mapped.clone(), recordings()?) {
        Ok(accounted) => accounted,
        Err(error) => return Ok(Err(format!("no account of time and energy: {error}"))),
    };
    let request = TraceRequest { slices: Vec::new(), power: true, overview: true };
    // The assumptions are possible, so it is the machine or the run for which there is no account.
    match accounted.traced(options, &request) {
        Ok(accountant) => Ok(Ok((accountant.account(), accountant.trace().clone()))),
        Err(error) => Ok(Err(format!("no account of time and energy: {error}"))),
    }
}
