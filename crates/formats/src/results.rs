//! Result folders: written as a whole, read back array by array.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use gennaker_engine::{PopulationRecording, Recordings, SpikeRecording, StateRecording, Values};
use gennaker_network::{Population, Recording};

use crate::draft::Draft;
use crate::error::FormatError;
use crate::network_file::NetworkFile;
use crate::npy::{Array, ArrayData, Elements};
use crate::npz::{self, NamedArray, read_npz};
use crate::run_info::{FORMAT, PopulationInfo, RUN_FILE, RunInfo, StateInfo};
use crate::write::SideFile;

/// Lists of synapses or spikes longer than this are kept in files beside `network.toml`.
const MAX_INLINE: usize = 1000;

/// What a run hands over to be written.
#[derive(Debug, Clone)]
pub struct Results<'a> {
    /// The network and its settings, as they were run.
    pub file: &'a NetworkFile,
    /// What was recorded.
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
    let draft = Draft::create(path)?;
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
    let mut populations = Vec::new();
    for (index, recording) in results.recordings.populations.iter().enumerate() {
        let info = population_info(results, index, recording);
        if let (Some(name), Some(spikes)) = (&info.spikes_file, &recording.spikes) {
            write_arrays(&draft, name, &spike_arrays(spikes))?;
        }
        if let Some(name) = &info.states_file {
            write_arrays(&draft, name, &state_arrays(&recording.states))?;
        }
        files.extend(info.spikes_file.iter().chain(&info.states_file).cloned());
        populations.push(info);
    }
    let info = run_info(results, populations, files);
    draft.write(RUN_FILE, &json(&info))?;
    draft.publish()?;
    Ok(info)
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

fn population_info(results: &Results<'_>, index: usize, recording: &PopulationRecording) -> PopulationInfo {
    let population = results.file.network.populations.get(index);
    let n_spikes = recording.spikes.as_ref().map(|spikes| spikes.ticks.len() as u64);
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

fn write_arrays(draft: &Draft, name: &str, arrays: &[NamedArray<'_>]) -> Result<(), FormatError> {
    let path = draft.file(name);
    let write = || -> io::Result<()> { npz::write(BufWriter::new(File::create(&path)?), arrays) };
    write().map_err(FormatError::io("write", &path))
}

fn spike_arrays(spikes: &SpikeRecording) -> [NamedArray<'_>; 2] {
    [("t", &spikes.ticks), ("i", &spikes.neurons)]
        .map(|(name, values)| NamedArray::column(name, Elements::U32(values), values.len()))
}

fn state_arrays(states: &[StateRecording]) -> Vec<NamedArray<'_>> {
    let arrays = |state| {
        let StateRecording { variable, neurons, ticks, values, .. }: &StateRecording = state;
        let elements = match values {
            Values::F32(values) => Elements::F32(values),
            Values::F64(values) => Elements::F64(values),
        };
        [
            NamedArray { name: variable.clone(), elements, shape: vec![ticks.len(), neurons.len()] },
            NamedArray::column(&format!("{variable}_t"), Elements::U32(ticks), ticks.len()),
            NamedArray::column(&format!("{variable}_i"), Elements::U32(neurons), neurons.len()),
        ]
    };
    states.iter().flat_map(arrays).collect()
}

/// A result folder that a run has left behind.
#[derive(Debug, Clone)]
pub struct ResultFolder {
    path: PathBuf,
    info: RunInfo,
}

impl ResultFolder {
    /// Reads what the folder says about its run. Arrays are read when asked for.
    ///
    /// # Errors
    /// [`FormatError::NotResults`], [`FormatError::NewerFormat`] or [`FormatError::Io`].
    pub fn open(path: &Path) -> Result<Self, FormatError> {
        Ok(Self { path: path.to_owned(), info: RunInfo::read(path)? })
    }

    /// What was run.
    #[must_use]
    pub fn info(&self) -> &RunInfo {
        &self.info
    }

    /// Everything recorded.
    ///
    /// # Errors
    /// As [`ResultFolder::population`].
    pub fn recordings(&self) -> Result<Recordings, FormatError> {
        let populations = (0..self.info.populations.len()).map(|index| self.population(index));
        Ok(Recordings { populations: populations.collect::<Result<_, _>>()?, timesteps: self.info.timesteps })
    }

    /// The recordings of one population, by its place in [`RunInfo::populations`].
    ///
    /// # Errors
    /// [`FormatError::NotResults`] if arrays are missing or contradict each other, [`FormatError::Io`] or
    /// [`FormatError::Table`] if a file cannot be read.
    ///
    /// # Panics
    /// If `index` is out of range.
    pub fn population(&self, index: usize) -> Result<PopulationRecording, FormatError> {
        let info = &self.info.populations[index];
        let spikes = info.spikes_file.as_ref().map(|name| self.spikes(name, info.size)).transpose()?;
        let states = match &info.states_file {
            Some(name) => self.states(name, info)?,
            None => Vec::new(),
        };
        Ok(PopulationRecording {
            name: info.name.clone(),
            size: info.size,
            model: info.model.clone(),
            spikes,
            states,
        })
    }

    fn spikes(&self, name: &str, size: u32) -> Result<SpikeRecording, FormatError> {
        let mut arrays = Arrays::read(&self.path, name)?;
        let (ticks, neurons) = (arrays.take_u32("t")?, arrays.take_u32("i")?);
        if ticks.len() != neurons.len() || neurons.iter().any(|&n| n >= size) {
            return Err(arrays.damaged("its arrays `t` and `i` do not fit each other or the population"));
        }
        Ok(SpikeRecording { ticks, neurons })
    }

    fn states(&self, name: &str, info: &PopulationInfo) -> Result<Vec<StateRecording>, FormatError> {
        let mut arrays = Arrays::read(&self.path, name)?;
        let mut read =
            |state: &StateInfo| {
                let variable = &state.variable;
                let ticks = arrays.take_u32(&format!("{variable}_t"))?;
                let neurons = arrays.take_u32(&format!("{variable}_i"))?;
                if neurons.iter().any(|&n| n >= info.size) {
                    return Err(arrays
                        .damaged(&format!("array `{variable}_i` has neurons that the population has not")));
                }
                let values = arrays.take(variable)?;
                let values = match values.data {
                    ArrayData::F32(x) if values.shape == [ticks.len(), neurons.len()] => Values::F32(x),
                    ArrayData::F64(x) if values.shape == [ticks.len(), neurons.len()] => Values::F64(x),
                    _ => {
                        return Err(arrays
                            .damaged(&format!("array `{variable}` has not one value per tick and neuron")));
                    }
                };
                Ok(StateRecording {
                    variable: variable.clone(),
                    unit: state.unit.clone(),
                    neurons,
                    ticks,
                    values,
                })
            };
        info.states.iter().map(&mut read).collect()
    }
}

/// The arrays of one file of a result folder.
struct Arrays<'a> {
    folder: &'a Path,
    file: &'a str,
    arrays: BTreeMap<String, Array>,
}

impl<'a> Arrays<'a> {
    fn read(folder: &'a Path, file: &'a str) -> Result<Self, FormatError> {
        Ok(Self { folder, file, arrays: read_npz(&folder.join(file))? })
    }

    fn take(&mut self, name: &str) -> Result<Array, FormatError> {
        self.arrays.remove(name).ok_or_else(|| self.damaged(&format!("array `{name}` is missing")))
    }

    fn take_u32(&mut self, name: &str) -> Result<Vec<u32>, FormatError> {
        match self.take(name)? {
            Array { data: ArrayData::U32(values), shape } if shape.len() == 1 => Ok(values),
            _ => Err(self.damaged(&format!("array `{name}` is not a list of uint32"))),
        }
    }

    fn damaged(&self, problem: &str) -> FormatError {
        FormatError::not_results(self.folder, format!("{}: {problem}", self.file))
    }
}
