//! Result folders, written as a whole: from memory, or piece by piece while a run goes on.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use gennaker_engine::{PopulationRecording, Recordings, SpikeRecording, StateRecording};
use gennaker_network::{Population, Recording};

use crate::draft::Draft;
use crate::error::FormatError;
use crate::network_file::NetworkFile;
use crate::npy::Elements;
use crate::npz::{self, NamedArray, Source};
use crate::recorded_parts::{PopulationParts, elements};
use crate::result_folder::ResultFolder;
use crate::run_info::{FORMAT, PopulationInfo, RUN_FILE, RunInfo, StateInfo};
use crate::write::SideFile;

/// Lists of synapses or spikes longer than this are kept in files beside `network.toml`.
const MAX_INLINE: usize = 1000;

/// What a run hands over to be written.
#[derive(Debug, Clone)]
pub struct Results<'a> {
    /// The network and its settings, as they were run.
    pub file: &'a NetworkFile,
    /// What was recorded, or what was recorded after the last piece that a [`ResultWriter`] was given.
    pub recordings: &'a Recordings,
    /// Name of the machine; empty if the network was not mapped.
    pub machine: String,
    /// Whether the run ended early.
    pub interrupted: bool,
    /// Things that the user should know.
    pub notes: Vec<String>,
    /// The engine's report.
    pub report: serde_json::Value,
    /// The mapping, for `mapping.json`.
    pub mapping: Option<serde_json::Value>,
    /// Further files, such as pictures.
    pub extra_files: Vec<SideFile>,
}

/// Writes a result folder: all of it or nothing. Results of an earlier run at `path` are replaced.
///
/// # Errors
/// [`FormatError::Occupied`] if something else is at `path`, or [`FormatError::Io`].
pub fn write_results(path: &Path, results: &Results<'_>) -> Result<RunInfo, FormatError> {
    ResultWriter::new(path).finish(results)?.publish()
}

/// Writes a result folder piece by piece, so that recordings need not fit in memory. The folder appears when it is
/// published; until then its pieces lie under another name beside its place, and are removed if it never is.
///
/// Pieces are kept as plain arrays and copied into archives at the end, one population at a time: for a moment the disk holds
/// the largest of them twice. However a run is cut into pieces, the files are the same to the byte.
pub struct ResultWriter {
    path: PathBuf,
    draft: Option<Draft>,
    parts: Vec<PopulationParts>,
}

impl ResultWriter {
    /// Results for a folder at `path`. Nothing is written yet.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), draft: None, parts: Vec::new() }
    }

    /// Whether any piece has been written.
    #[must_use]
    pub fn has_pieces(&self) -> bool {
        self.draft.is_some()
    }

    /// Writes what has been recorded since the last piece: what
    /// [`Simulation::take_recordings`](gennaker_engine::Simulation::take_recordings) gives.
    ///
    /// # Errors
    /// As [`write_results`].
    pub fn append(&mut self, recordings: &Recordings) -> Result<(), FormatError> {
        let draft = match self.draft.take() {
            Some(draft) => draft,
            None => Draft::create(&self.path)?,
        };
        let draft = self.draft.insert(draft);
        for (index, recording) in recordings.populations.iter().enumerate() {
            if self.parts.len() == index {
                self.parts.push(PopulationParts::create(draft, index, recording)?);
            }
            self.parts[index].append(recording)?;
        }
        Ok(())
    }

    /// Writes the rest. What is still to come (pictures of what was recorded) can be made from
    /// [`FinishedResults::folder`].
    ///
    /// # Errors
    /// As [`write_results`].
    pub fn finish(mut self, results: &Results<'_>) -> Result<FinishedResults, FormatError> {
        if self.has_pieces() {
            self.append(results.recordings)?;
        }
        let draft = match self.draft {
            Some(draft) => draft,
            None => Draft::create(&self.path)?,
        };
        let mut files = description_files(&draft, results)?;
        let mut parts = self.parts.into_iter();
        let mut populations = Vec::new();
        for (index, recording) in results.recordings.populations.iter().enumerate() {
            let info = match parts.next() {
                Some(parts) => {
                    let info = population_info(results, index, recording, parts.n_spikes());
                    write_population(&draft, &info, parts.spike_arrays().as_deref(), &parts.state_arrays())?;
                    parts.remove()?;
                    info
                }
                None => {
                    let n_spikes = recording.spikes.as_ref().map(|spikes| spikes.ticks.len() as u64);
                    let info = population_info(results, index, recording, n_spikes);
                    let spikes = recording.spikes.as_ref().map(spike_arrays);
                    write_population(&draft, &info, spikes.as_deref(), &state_arrays(&recording.states))?;
                    info
                }
            };
            files.extend(info.spikes_file.iter().chain(&info.states_file).cloned());
            populations.push(info);
        }
        let info = run_info(results, populations, files);
        Ok(FinishedResults { folder: ResultFolder::unfinished(draft.path(), info), draft })
    }
}

/// A result folder that is complete but has not been put in its place.
pub struct FinishedResults {
    folder: ResultFolder,
    draft: Draft,
}

impl FinishedResults {
    /// The recordings, to be looked at.
    #[must_use]
    pub fn folder(&self) -> &ResultFolder {
        &self.folder
    }

    /// Adds files, such as pictures.
    ///
    /// # Errors
    /// [`FormatError::Io`].
    pub fn add(&mut self, files: &[SideFile]) -> Result<(), FormatError> {
        for file in files {
            self.draft.write(&file.name, &file.bytes)?;
            self.folder.info_mut().files.push(file.name.clone());
        }
        Ok(())
    }

    /// Adds something that the user should know.
    pub fn note(&mut self, note: &str) {
        self.folder.info_mut().notes.push(note.to_owned());
    }

    /// Puts the folder in its place.
    ///
    /// # Errors
    /// [`FormatError::Io`].
    pub fn publish(self) -> Result<RunInfo, FormatError> {
        let info = self.folder.info().clone();
        self.draft.write(RUN_FILE, &json(&info))?;
        self.draft.publish()?;
        Ok(info)
    }
}

/// Writes what does not depend on recordings; returns the names of the files.
fn description_files(draft: &Draft, results: &Results<'_>) -> Result<Vec<String>, FormatError> {
    let mut files = Vec::new();
    let mut add = |name: &str, bytes: &[u8]| {
        files.push(name.to_owned());
        draft.write(name, bytes)
    };
    let (text, side_files) = results.file.to_toml_with_files(MAX_INLINE);
    add("network.toml", text.as_bytes())?;
    for file in side_files.iter().chain(&results.extra_files) {
        add(&file.name, &file.bytes)?;
    }
    if let Some(mapping) = &results.mapping {
        add("mapping.json", &json(mapping))?;
    }
    Ok(files)
}

fn run_info(results: &Results<'_>, populations: Vec<PopulationInfo>, files: Vec<String>) -> RunInfo {
    let NetworkFile { network, settings } = results.file;
    RunInfo {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        network: network.name.clone(),
        seed: network.seed,
        numeric: settings.numeric,
        timesteps: results.recordings.timesteps,
        interrupted: results.interrupted,
        tick_ms: settings.tick_ms,
        machine: results.machine.clone(),
        populations,
        notes: results.notes.clone(),
        files,
        report: results.report.clone(),
    }
}

fn population_info(
    results: &Results<'_>,
    index: usize,
    recording: &PopulationRecording,
    n_spikes: Option<u64>,
) -> PopulationInfo {
    let population = results.file.network.populations.get(index);
    let seconds = population.map_or(0.0, |p| recorded_seconds(p, results));
    #[expect(clippy::cast_precision_loss, reason = "a mean")]
    let rate = n_spikes.filter(|_| seconds > 0.0).map(|n| n as f64 / seconds);
    let has_states = !recording.states.is_empty();
    let state_info = |s: &StateRecording| StateInfo { variable: s.variable.clone(), unit: s.unit.clone() };
    PopulationInfo {
        name: recording.name.clone(),
        size: recording.size,
        model: recording.model.clone(),
        n_spikes,
        mean_rate_hz: rate,
        spikes_file: n_spikes.map(|_| format!("spikes-{index:03}.npz")),
        states_file: has_states.then(|| format!("states-{index:03}.npz")),
        states: recording.states.iter().map(state_info).collect(),
    }
}

/// Seconds in which spikes were recorded, summed over the recorded neurons.
fn recorded_seconds(population: &Population, results: &Results<'_>) -> f64 {
    let spikes = population.record.iter().find(|r| r.variable == "spikes");
    let every_tick = spikes.map(|r| Recording { every: 1, ..r.clone() });
    every_tick.map_or(0.0, |r| {
        let ticks = f64::from(r.n_samples(results.recordings.timesteps));
        f64::from(r.n_neurons(population.size)) * ticks * results.file.settings.tick_ms / 1000.0
    })
}

fn json(value: &impl serde::Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("plain data without maps by number");
    bytes.push(b'\n');
    bytes
}

fn write_population(
    draft: &Draft,
    info: &PopulationInfo,
    spikes: Option<&[NamedArray<'_>]>,
    states: &[NamedArray<'_>],
) -> Result<(), FormatError> {
    if let (Some(name), Some(spikes)) = (&info.spikes_file, spikes) {
        write_arrays(draft, name, spikes)?;
    }
    info.states_file.iter().try_for_each(|name| write_arrays(draft, name, states))
}

fn write_arrays(draft: &Draft, name: &str, arrays: &[NamedArray<'_>]) -> Result<(), FormatError> {
    let path = draft.file(name);
    let write = || -> io::Result<()> { npz::write(BufWriter::new(File::create(&path)?), arrays) };
    write().map_err(FormatError::io("write", &path))
}

fn spike_arrays(spikes: &SpikeRecording) -> Vec<NamedArray<'_>> {
    [("t", &spikes.ticks), ("i", &spikes.neurons)]
        .map(|(name, values)| NamedArray::column(name, Elements::U32(values), values.len()))
        .into()
}

fn state_arrays(states: &[StateRecording]) -> Vec<NamedArray<'_>> {
    let arrays = |state| {
        let StateRecording { variable, neurons, ticks, values, .. }: &StateRecording = state;
        let shape = vec![ticks.len(), neurons.len()];
        [
            NamedArray { name: variable.clone(), source: Source::Memory(elements(values)), shape },
            NamedArray::column(&format!("{variable}_t"), Elements::U32(ticks), ticks.len()),
            NamedArray::column(&format!("{variable}_i"), Elements::U32(neurons), neurons.len()),
        ]
    };
    states.iter().flat_map(arrays).collect()
}
