//! `gennaker plot`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use gennaker::formats::{NetworkFile, RunInfo, write_atomically};
use gennaker::pictures::{self, Variables, View};
use gennaker::report::page::Report;
use gennaker::report::{Picture, ReportError};
use gennaker::reporting::{ReportOptions, report_of_folder};
use gennaker::{PICTURE_BYTES, PNG_SCALE, Recordings, ResultFolder, some_picture};

use crate::args::{PictureFormat, PictureKind, Plot};
use crate::error::CliError;
use crate::output::{complain, say};

/// Draws pictures of a result folder.
pub(crate) fn plot(command: &Plot) -> Result<ExitCode, CliError> {
    let results = ResultFolder::open(&command.results)?;
    let view = view(command, results.info())?;
    let target = Target::new(command)?;
    if let Some(metric) = command.metric.as_ref().filter(|_| !command.kind.contains(&PictureKind::Machine)) {
        return Err(CliError::MetricOfMachine { given: metric.clone() });
    }
    let mut album = Album { command, results: &results, view, recorded: None, report: None };
    let mut n_drawn = 0;
    for kind in kinds(command, &target) {
        if let Some(picture) = album.picture(kind)? {
            let path = target.path(kind);
            write_atomically(&path, &encoded(&picture, target.format)?)?;
            say(&path.display().to_string())?;
            n_drawn += 1;
        }
    }
    if n_drawn == 0 { Err(CliError::NothingRecorded) } else { Ok(ExitCode::SUCCESS) }
}

/// What pictures are drawn from, read when the first of them needs it.
struct Album<'a> {
    command: &'a Plot,
    results: &'a ResultFolder,
    view: View,
    recorded: Option<Recorded>,
    report: Option<Report>,
}

/// What was recorded. Thresholds come from the network; without its file the pictures lack them.
struct Recorded {
    recordings: Recordings,
    network: Option<NetworkFile>,
}

impl Album<'_> {
    /// A picture; of kinds that nobody named only those for which something was recorded.
    fn picture(&mut self, kind: PictureKind) -> Result<Option<Picture>, CliError> {
        match kind {
            PictureKind::Machine => {
                let metric = self.command.metric.as_deref().unwrap_or(pictures::DEFAULT_METRIC);
                Ok(Some(pictures::machine(self.report()?, metric)?))
            }
            PictureKind::Energy => Ok(Some(pictures::energy(self.report()?)?)),
            PictureKind::Weights => {
                Ok(Some(pictures::weights_of_folder(&self.command.results, &self.command.population)?))
            }
            _ => {
                self.read()?;
                let picture = self.of_recordings(kind);
                if self.command.kind.is_empty() { Ok(some_picture(picture)?) } else { Ok(Some(picture?)) }
            }
        }
    }

    fn report(&mut self) -> Result<&Report, CliError> {
        if self.report.is_none() {
            // Where the network lies and what it takes is of the whole run; recordings of one tick are enough.
            let options = ReportOptions { ticks: Some(0..1), ..ReportOptions::default() };
            self.report = Some(report_of_folder(&self.command.results, &options)?);
        }
        Ok(self.report.as_ref().expect("made above"))
    }

    fn read(&mut self) -> Result<(), CliError> {
        if self.recorded.is_none() {
            let recordings = recordings(self.command, self.results, &mut self.view)?;
            let network = NetworkFile::read(&self.command.results.join("network.toml")).ok();
            self.recorded = Some(Recorded { recordings, network });
        }
        Ok(())
    }

    fn of_recordings(&self, kind: PictureKind) -> Result<Picture, ReportError> {
        let Recorded { recordings, network } = self.recorded.as_ref().expect("read before");
        let (title, view) = (&self.results.info().network, &self.view);
        let network = network.as_ref().map(|file| &file.network);
        let traces = |variables| pictures::traces(title, recordings, network, variables, view);
        match kind {
            PictureKind::Voltage => traces(Variables::Voltage),
            PictureKind::States => traces(Variables::Others),
            PictureKind::Rates => pictures::rates(title, recordings, view),
            _ => pictures::raster(title, recordings, view),
        }
    }
}

fn view(command: &Plot, info: &RunInfo) -> Result<View, CliError> {
    let names = || info.populations.iter().map(|p| p.name.as_str());
    if let Some(unknown) = command.population.iter().find(|name| !names().any(|known| known == *name)) {
        let known = names().collect::<Vec<_>>().join(", ");
        return Err(CliError::UnknownPopulation { name: unknown.clone(), known });
    }
    let end = command.to.unwrap_or(info.timesteps).min(info.timesteps);
    let ticks = command.from.unwrap_or(0)..end;
    if ticks.is_empty() {
        return Err(ReportError::Range { start: ticks.start, end: ticks.end }.into());
    }
    Ok(View { ticks, tick_ms: info.tick_ms, populations: command.population.clone() })
}

/// What was recorded in the ticks to show. Without a last one, a view of very much is cut short and says so.
fn recordings(command: &Plot, results: &ResultFolder, view: &mut View) -> Result<Recordings, CliError> {
    // Parts of archives that somebody has compressed cannot be read alone.
    let Ok(small) = results.stretch_within(view.ticks.clone(), PICTURE_BYTES) else {
        return Ok(results.recordings()?);
    };
    let is_whole = view.ticks == (0..results.info().timesteps);
    if is_whole && small == view.ticks {
        return Ok(results.recordings()?);
    }
    if command.to.is_none() && small != view.ticks {
        let (start, end) = (small.start, small.end);
        complain(&format!(
            "shows ticks {start} to {end} of {}; --from and --to choose others",
            view.ticks.end
        ));
        view.ticks = small;
    }
    Ok(results.recordings_between(view.ticks.clone())?)
}

fn encoded(picture: &Picture, format: PictureFormat) -> Result<Vec<u8>, ReportError> {
    match format {
        PictureFormat::Svg => Ok(picture.svg().as_bytes().to_vec()),
        PictureFormat::Png => picture.to_png(PNG_SCALE),
    }
}

/// Endings that nobody means as a folder's.
const OTHER_FORMATS: [&str; 10] = ["bmp", "eps", "gif", "html", "jpeg", "jpg", "pdf", "ps", "tif", "webp"];

/// Where pictures go: a folder, or one file whose ending tells the format.
struct Target {
    path: PathBuf,
    is_file: bool,
    format: PictureFormat,
}

impl Target {
    fn new(command: &Plot) -> Result<Self, CliError> {
        let path = command.out.clone().unwrap_or_else(|| command.results.clone());
        // A folder may have any name.
        let ending = (!path.is_dir()).then(|| path.extension()).flatten();
        let ending = ending.and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
        let format = match ending.as_deref() {
            Some("svg") => Some(PictureFormat::Svg),
            Some("png") => Some(PictureFormat::Png),
            Some(other) if OTHER_FORMATS.contains(&other) => return Err(CliError::OtherFormat { path }),
            _ => None,
        };
        if format.is_some() && command.kind.len() > 1 {
            return Err(CliError::OneFile);
        }
        Ok(Self { path, is_file: format.is_some(), format: format.unwrap_or(command.format) })
    }

    fn path(&self, kind: PictureKind) -> PathBuf {
        if self.is_file {
            return self.path.clone();
        }
        let name = match kind {
            PictureKind::Raster => "raster",
            PictureKind::Voltage => "voltage",
            PictureKind::States => "states",
            PictureKind::Rates => "rates",
            PictureKind::Machine => "machine",
            PictureKind::Energy => "energy",
            PictureKind::Weights => "weights",
        };
        let ending = match self.format {
            PictureFormat::Svg => "svg",
            PictureFormat::Png => "png",
        };
        Path::new(&self.path).join(format!("{name}.{ending}"))
    }
}

/// What was asked for; all kinds of what was recorded by default, the raster alone into a single file.
fn kinds(command: &Plot, target: &Target) -> Vec<PictureKind> {
    match (command.kind.is_empty(), target.is_file) {
        (false, _) => command.kind.clone(),
        (true, true) => vec![PictureKind::Raster],
        (true, false) => {
            vec![PictureKind::Raster, PictureKind::Voltage, PictureKind::States, PictureKind::Rates]
        }
    }
}
