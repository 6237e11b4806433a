//! `run.json`: what was run and which file holds what.

use std::path::Path;

use gennaker_engine::Numeric;
use serde::{Deserialize, Serialize};

use crate::error::FormatError;
use crate::files;

/// The file that makes a folder a result folder.
pub(crate) const RUN_FILE: &str = "run.json";
/// Number of the folder's format; raised when an older reader would misunderstand it.
pub(crate) const FORMAT: u32 = 1;
const MAX_RUN_FILE_BYTES: u64 = 256 << 20;

/// The content of `run.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Number of the folder's format: 1.
    pub format: u32,
    /// Version of the program that wrote it.
    pub version: String,
    /// Network name.
    pub network: String,
    /// Seed of the run.
    pub seed: u64,
    /// Arithmetic of the run.
    pub numeric: Numeric,
    /// Ticks that were run.
    pub timesteps: u32,
    /// Whether the run ended before all ticks that were asked for.
    pub interrupted: bool,
    /// Duration of a tick in milliseconds.
    pub tick_ms: f64,
    /// Name of the machine; empty if the network was not mapped.
    pub machine: String,
    /// The populations in the network's order.
    pub populations: Vec<PopulationInfo>,
    /// Things that the user should know.
    pub notes: Vec<String>,
    /// All other files in the folder.
    pub files: Vec<String>,
    /// The engine's report of the run.
    pub report: serde_json::Value,
}

/// One population in `run.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PopulationInfo {
    /// Population name.
    pub name: String,
    /// Number of neurons.
    pub size: u32,
    /// Model name.
    pub model: String,
    /// Recorded spikes; nothing if spikes were not recorded.
    pub n_spikes: Option<u64>,
    /// Mean rate of the recorded neurons over the recorded ticks, in Hz.
    pub mean_rate_hz: Option<f64>,
    /// File with the arrays `t` (tick) and `i` (neuron), one entry per spike, sorted by tick, then neuron.
    pub spikes_file: Option<String>,
    /// File with three arrays per state variable: `v` (one row per sampled tick, one column per neuron), `v_t` (the ticks)
    /// and `v_i` (the neurons).
    pub states_file: Option<String>,
    /// The state variables in that file.
    pub states: Vec<StateInfo>,
}

/// One recorded state variable in `run.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateInfo {
    /// Variable name, which is its array's name.
    pub variable: String,
    /// Unit.
    pub unit: String,
}

impl RunInfo {
    /// Reads the `run.json` of a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self, FormatError> {
        let path = folder.join(RUN_FILE);
        if folder.is_dir() && !path.exists() {
            return Err(FormatError::not_results(folder, format!("there is no {RUN_FILE}")));
        }
        let bytes = files::read(&path, MAX_RUN_FILE_BYTES)?;
        let damaged =
            |error: serde_json::Error| FormatError::not_results(folder, format!("{RUN_FILE}: {error}"));
        let FormatNumber { format } = serde_json::from_slice(&bytes).map_err(damaged)?;
        if format > FORMAT {
            return Err(FormatError::NewerFormat { path: folder.to_owned(), found: format, known: FORMAT });
        }
        let info: Self = serde_json::from_slice(&bytes).map_err(damaged)?;
        info.check().map_err(|problem| FormatError::not_results(folder, format!("{RUN_FILE}: {problem}")))?;
        Ok(info)
    }

    /// Names of files are plain, so that reading a folder never leaves it.
    fn check(&self) -> Result<(), String> {
        let of_populations = self.populations.iter().flat_map(|p| p.spikes_file.iter().chain(&p.states_file));
        match of_populations.chain(&self.files).find(|name| !files::is_plain_name(name)) {
            Some(name) => Err(format!("`{}` is not a plain file name", name.escape_debug())),
            None if !(self.tick_ms.is_finite() && self.tick_ms > 0.0) => {
                Err("tick_ms is not above 0".to_owned())
            }
            None => Ok(()),
        }
    }
}

/// What every version of the file has.
#[derive(Deserialize)]
struct FormatNumber {
    format: u32,
}
