//! Network files, read for Python.

use std::path::PathBuf;

use gennaker::Experiment;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::value_error;
use crate::json::to_python;
use crate::machine::Machine;
use crate::network::Network;

/// Reads a network file; returns the network and its settings: timesteps, tick_ms, numeric, out_of_range, account (assumptions
/// as text by name), and machine (a `Machine`, or `None` if the file names none).
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "Python hands over an owned path")]
pub(crate) fn read_network_file(py: Python<'_>, path: PathBuf) -> PyResult<(Network, Bound<'_, PyDict>)> {
    // A missing file is `FileNotFoundError`, as everywhere in Python.
    std::fs::metadata(&path)
        .map_err(|error| std::io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
    let experiment = Experiment::read(&path).map_err(value_error)?;
    let machine = experiment.machine().map_err(value_error)?;
    let settings = &experiment.file.settings;
    let described = PyDict::new(py);
    described.set_item("timesteps", settings.timesteps)?;
    described.set_item("tick_ms", settings.tick_ms)?;
    described.set_item("numeric", to_python(py, &settings.numeric)?)?;
    described.set_item("out_of_range", to_python(py, &settings.out_of_range)?)?;
    described.set_item("account", settings.account.clone())?;
    described.set_item("machine", machine.map(|inner| Machine { inner }))?;
    Ok((Network { inner: experiment.file.network }, described))
}
