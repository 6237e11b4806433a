//! The ticks of `gennaker run`: with a bar, a page, pieces that go to disk, and an end when somebody asks for it.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use gennaker::energy::TraceRequest;
use gennaker::formats::ResultWriter;
use gennaker::report::page::Live;
use gennaker::reporting::Reported;
use gennaker::{
    Account, AccountOptions, Counter, Experiment, Mapped, Peaks, Recordings, RunReport, Simulation,
    explain_silence, run_in_pieces,
};

use crate::args::{Fidelity, Run};
use crate::error::CliError;
use crate::interrupt;
use crate::live::LiveView;
use crate::progress::Progress;
use crate::summary::Times;

/// What a run leaves behind.
pub(crate) struct Done {
    /// What has not been written yet.
    pub(crate) recordings: Recordings,
    pub(crate) report: RunReport,
    pub(crate) times: Times,
    pub(crate) is_interrupted: bool,
    /// Empty if none was asked for.
    pub(crate) checkpoint: Vec<u8>,
    /// First tick of those recordings: what came before was written, or dropped where nothing is.
    pub(crate) kept_from: u32,
    /// Of a counted run.
    pub(crate) account: Option<Account>,
}

/// Runs the network. `writer` gets what does not stay in memory, `live` a look at the run now and then.
pub(crate) fn simulate(
    command: &Run,
    experiment: &Experiment,
    mapped: Option<&Mapped>,
    options: &AccountOptions,
    mut writer: Option<&mut ResultWriter>,
    live: Option<&mut LiveView>,
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
    let mut peaks = Peaks::default();
    // A checkpoint holds what was recorded.
    let limit_bytes = if command.checkpoint.is_some() { u64::MAX } else { command.recording_memory << 20 };
    // What was resumed has brought its recordings along.
    let mut looks = Looks { live, experiment, mapped, from: 0, end };
    while simulation.tick() < end && !interrupt::requested() {
        let each = &mut |tick| {
            progress.at(tick);
            if interrupt::requested() || looks.is_due() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let observe = &mut |tick, spikes: &[Vec<u32>]| {
            if let Some(counter) = &mut counter {
                counter.observe(tick, spikes);
            }
        };
        let (left, mut kept_from) = (end - simulation.tick(), None);
        run_in_pieces(&mut simulation, left, limit_bytes, observe, each, &mut |piece| {
            peaks.add(&piece);
            kept_from = Some(piece.timesteps);
            writer.as_mut().map_or(Ok(()), |writer| writer.append(&piece))
        })?;
        looks.from = kept_from.unwrap_or(looks.from);
        looks.look(&simulation);
    }
    let (ticks, kept_from) = (simulation.tick() - first, looks.from);
    let account = counter.map(|counter| counter.finish().account());
    let times = Times { build, run: start.elapsed(), ticks };
    progress.finish();

    let recordings = simulation.recordings();
    let mut report = simulation.report();
    peaks.add(&recordings);
    explain_silence(&mut report, &experiment.file.network, &|population| peaks.highest_v(population));
    let checkpoint = if command.checkpoint.is_some() { simulation.checkpoint() } else { Vec::new() };
    Ok(Done {
        is_interrupted: first + ticks < end,
        recordings,
        report,
        times,
        checkpoint,
        kept_from,
        account,
    })
}

/// Looks at a run for those who watch it.
struct Looks<'a> {
    live: Option<&'a mut LiveView>,
    experiment: &'a Experiment,
    mapped: Option<&'a Mapped>,
    /// First tick whose recordings are still in memory.
    from: u32,
    end: u32,
}

impl Looks<'_> {
    fn is_due(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.is_due())
    }

    fn look(&mut self, simulation: &Simulation) {
        let Some(live) = &mut self.live else { return };
        let tick = simulation.tick();
        live.show(|| {
            let (recordings, run) = (simulation.recordings(), simulation.report());
            let from = self.from.min(tick);
            let notes: Vec<String> = dropped(from, tick).into_iter().collect();
            Reported {
                experiment: self.experiment,
                recordings: &recordings,
                ticks: &(from..tick),
                timesteps: tick,
                run: Some(&run),
                mapped: self.mapped,
                account: None,
                problems: &[],
                notes: &notes,
                no_account: Some("time and energy are accounted for when the run is over"),
                live: Some(Live { tick, of: self.end, is_done: false }),
            }
            .report()
        });
    }
}

/// A sentence about ticks whose recordings are not in memory any more.
pub(crate) fn dropped(from: u32, to: u32) -> Option<String> {
    (from > 0).then(|| {
        format!("rasters and traces show ticks {from} to {to}: what came before is not in memory any more")
    })
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
