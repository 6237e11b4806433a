//! Result folders, read back array by array, or only what was recorded in some ticks.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use gennaker_engine::{PopulationRecording, Recordings, SpikeRecording, StateRecording, Values};

use crate::archive::Archive;
use crate::error::FormatError;
use crate::npy::{Array, ArrayData};
use crate::npz::read_npz;
use crate::run_info::{PopulationInfo, RunInfo, StateInfo};

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

    /// The folder of a run whose `run.json` is not written yet.
    pub(crate) fn unfinished(path: &Path, info: RunInfo) -> Self {
        Self { path: path.to_owned(), info }
    }

    pub(crate) fn info_mut(&mut self) -> &mut RunInfo {
        &mut self.info
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
        let (spikes_file, states_file) = (info.spikes_file.as_ref(), info.states_file.as_ref());
        let spikes =
            spikes_file.map(|name| spikes(Arrays::read(&self.path, name)?, info.size)).transpose()?;
        let states = states_file.map(|name| states(Arrays::read(&self.path, name)?, info)).transpose()?;
        Ok(assembled(info, spikes, states))
    }

    /// What was recorded in some ticks. Reads no more than that; checksums, which are of whole arrays, are not looked at.
    ///
    /// # Errors
    /// As [`ResultFolder::population`], and for archives that were packed again with compression.
    pub fn recordings_between(&self, ticks: Range<u32>) -> Result<Recordings, FormatError> {
        let population = |info: &PopulationInfo| {
            let spikes = match &info.spikes_file {
                Some(name) => Some(spikes(Arrays::read_between(&self.path, name, info, &ticks)?, info.size)?),
                None => None,
            };
            let states = match &info.states_file {
                Some(name) => Some(states(Arrays::read_between(&self.path, name, info, &ticks)?, info)?),
                None => None,
            };
            Ok(assembled(info, spikes, states))
        };
        let populations = self.info.populations.iter().map(population).collect::<Result<_, FormatError>>()?;
        Ok(Recordings { populations, timesteps: self.info.timesteps })
    }

    /// The longest stretch of `ticks`, from their first on, whose recordings take at most `limit_bytes` in memory; one tick
    /// if even that is too much.
    ///
    /// # Errors
    /// As [`ResultFolder::recordings_between`].
    pub fn stretch_within(&self, ticks: Range<u32>, limit_bytes: u64) -> Result<Range<u32>, FormatError> {
        let (mut low, mut high) = (ticks.start, ticks.end.max(ticks.start));
        while low < high {
            let middle = high - (high - low) / 2;
            if self.bytes_between(ticks.start..middle)? <= limit_bytes {
                low = middle
            } else {
                high = middle - 1
            }
        }
        Ok(ticks.start..low.max(ticks.start.saturating_add(1)).min(ticks.end))
    }

    /// Bytes of what was recorded in some ticks.
    fn bytes_between(&self, ticks: Range<u32>) -> Result<u64, FormatError> {
        let mut bytes = 0u64;
        for (file, column, rows_of) in self.info.populations.iter().flat_map(tick_columns) {
            let mut archive = Archive::open(&self.path, file)?;
            let n_rows = archive
                .rows_before(&column, ticks.end)?
                .saturating_sub(archive.rows_before(&column, ticks.start)?);
            for name in rows_of {
                bytes = bytes.saturating_add(n_rows.saturating_mul(archive.row_bytes(&name)?));
            }
        }
        Ok(bytes)
    }
}

fn assembled(
    info: &PopulationInfo,
    spikes: Option<SpikeRecording>,
    states: Option<Vec<StateRecording>>,
) -> PopulationRecording {
    PopulationRecording {
        name: info.name.clone(),
        size: info.size,
        model: info.model.clone(),
        spikes,
        states: states.unwrap_or_default(),
    }
}

fn spikes(mut arrays: Arrays<'_>, size: u32) -> Result<SpikeRecording, FormatError> {
    let (ticks, neurons) = (arrays.take_u32("t")?, arrays.take_u32("i")?);
    if ticks.len() != neurons.len() || neurons.iter().any(|&n| n >= size) {
        return Err(arrays.damaged("its arrays `t` and `i` do not fit each other or the population"));
    }
    if !ticks.is_sorted() {
        return Err(arrays.damaged("its array `t` is not sorted"));
    }
    Ok(SpikeRecording { ticks, neurons })
}

fn states(mut arrays: Arrays<'_>, info: &PopulationInfo) -> Result<Vec<StateRecording>, FormatError> {
    info.states.iter().map(|state| one_state(&mut arrays, state, info.size)).collect()
}

fn one_state(arrays: &mut Arrays<'_>, state: &StateInfo, size: u32) -> Result<StateRecording, FormatError> {
    let variable = &state.variable;
    let ticks = arrays.take_u32(&format!("{variable}_t"))?;
    let neurons = arrays.take_u32(&format!("{variable}_i"))?;
    if neurons.iter().any(|&n| n >= size) {
        return Err(arrays.damaged(&format!("array `{variable}_i` has neurons that the population has not")));
    }
    if !ticks.is_sorted() {
        return Err(arrays.damaged(&format!("array `{variable}_t` is not sorted")));
    }
    let values = arrays.take(variable)?;
    let values = match values.data {
        ArrayData::F32(x) if values.shape == [ticks.len(), neurons.len()] => Values::F32(x),
        ArrayData::F64(x) if values.shape == [ticks.len(), neurons.len()] => Values::F64(x),
        _ => return Err(arrays.damaged(&format!("array `{variable}` has not one value per tick and neuron"))),
    };
    Ok(StateRecording { variable: variable.clone(), unit: state.unit.clone(), neurons, ticks, values })
}

/// The arrays of ticks in a population's files: the file, the array, and all arrays with a row for each of its elements.
fn tick_columns(info: &PopulationInfo) -> Vec<(&str, String, Vec<String>)> {
    let spikes =
        info.spikes_file.iter().map(|file| (file.as_str(), "t".into(), vec!["t".into(), "i".into()]));
    let states = info.states_file.iter().flat_map(|file| {
        info.states.iter().map(move |StateInfo { variable, .. }| {
            let ticks = format!("{variable}_t");
            (file.as_str(), ticks.clone(), vec![ticks, variable.clone()])
        })
    });
    spikes.chain(states).collect()
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

    /// Of arrays with rows by tick, only those of some ticks.
    fn read_between(
        folder: &'a Path,
        file: &'a str,
        info: &PopulationInfo,
        ticks: &Range<u32>,
    ) -> Result<Self, FormatError> {
        let mut archive = Archive::open(folder, file)?;
        let mut arrays = BTreeMap::new();
        for (_, column, rows_of) in tick_columns(info).into_iter().filter(|(own, ..)| *own == file) {
            let rows = archive.rows_before(&column, ticks.start)?..archive.rows_before(&column, ticks.end)?;
            for name in rows_of {
                arrays.insert(name.clone(), archive.rows(&name, rows.clone())?);
            }
            if let Some(variable) = column.strip_suffix("_t") {
                let name = format!("{variable}_i");
                let all = 0..archive.n_rows(&name)?;
                arrays.insert(name.clone(), archive.rows(&name, all)?);
            }
        }
        Ok(Self { folder, file, arrays })
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
