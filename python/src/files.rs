//! Network files, read for Python.

use std::path::{Path, PathBuf};

use gennaker_formats::{MachineChoice, NetworkFile};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::value_error;
use crate::json::to_python;
use crate::machine::Machine;
use crate::network::Network;

/// Reads a network file; returns the network and its settings: timesteps, tick_ms, numeric, out_of_range, and machine (a
/// `Machine`, or `None` if the file names none).
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "Python hands over an owned path")]
pub(crate) fn read_network_file(py: Python<'_>, path: PathBuf) -> PyResult<(Network, Bound<'_, PyDict>)> {
    // A missing file is `FileNotFoundError`, as everywhere in Python.
    std::fs::metadata(&path)
        .map_err(|error| std::io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
    let NetworkFile { network, settings } = NetworkFile::read(&path).map_err(value_error)?;
    let described = PyDict::new(py);
    described.set_item("timesteps", settings.timesteps)?;
    described.set_item("tick_ms", settings.tick_ms)?;
    described.set_item("numeric", to_python(py, &settings.numeric)?)?;
    described.set_item("out_of_range", to_python(py, &settings.out_of_range)?)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    described.set_item("machine", settings.machine.map(|choice| machine(&choice, folder)).transpose()?)?;
    Ok((Network { inner: network }, described))
}

/// The machine that a network file names. Machine files are looked for beside it.
fn machine(choice: &MachineChoice, folder: &Path) -> PyResult<Machine> {
    match choice {
        MachineChoice::Described(text) => Machine::from_toml(text),
        MachineChoice::Named(name) if name.ends_with(".toml") => Machine::read(&folder.join(name)),
        MachineChoice::Named(name) => Machine::preset(name),
    }
}
