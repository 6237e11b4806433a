//! What tests of result folders share.

use std::fs;
use std::path::Path;

use gennaker_engine::{PopulationRecording, SpikeRecording, StateRecording};

/// The recordings of one population.
pub(crate) fn population(
    name: &str,
    size: u32,
    spikes: Option<SpikeRecording>,
    states: Vec<StateRecording>,
) -> PopulationRecording {
    PopulationRecording { name: name.into(), size, model: "lif".into(), spikes, states }
}

/// The names of what is in a folder, sorted.
pub(crate) fn entries(folder: &Path) -> Vec<String> {
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(|entry| name(entry.unwrap())).collect();
    names.sort();
    names
}
