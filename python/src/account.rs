//! Accounts of time and energy: while a simulation runs, and afterwards from a result folder.

use std::path::{Path, PathBuf};

use gennaker::energy::{Accountant, Trace, TraceRequest};
use gennaker::{AccountOptions, Accounted, Counter, Figures, Sweep, SweepRow, open_accountable, sweep};
use numpy::{PyArray1, PyArrayMethods};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::Serialize;

use crate::error::value_error;
use crate::json::to_python;
use crate::threads::with_threads;

/// What is counted of a simulation.
pub(crate) enum Counting {
    /// Nothing.
    Off,
    /// What it does.
    Running(Counter),
    /// What it has done.
    Over(Box<Accountant>),
}

impl Counting {
    /// The counter of a run that is about to go on, if it is counted.
    pub(crate) fn while_running(&mut self) -> PyResult<Option<&mut Counter>> {
        match self {
            Self::Off => Ok(None),
            Self::Running(counter) => Ok(Some(counter)),
            Self::Over(_) => {
                let remedy = "reset the simulation to run and count again";
                Err(value_error(format!("counting ended when the account was made: {remedy}")))
            }
        }
    }

    /// What was counted; nothing is counted from then on.
    pub(crate) fn finished(&mut self, py: Python<'_>) -> PyResult<&Accountant> {
        let before = std::mem::replace(self, Self::Off);
        *self = match before {
            Self::Running(counter) => Self::Over(Box::new(py.detach(|| counter.finish()))),
            other => other,
        };
        match self {
            Self::Over(accountant) => Ok(accountant),
            _ => Err(value_error("nothing was counted: call count() before the run")),
        }
    }
}

/// Assumptions from a dictionary of texts and numbers by name.
///
/// # Errors
/// `ValueError` that names the assumption, `TypeError` if it is no dictionary.
pub(crate) fn options(given: Option<&Bound<'_, PyAny>>) -> PyResult<AccountOptions> {
    let mut options = AccountOptions::default();
    set_all(&mut options, given)?;
    Ok(options)
}

fn set_all(options: &mut AccountOptions, given: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
    let Some(given) = given else { return Ok(()) };
    let given = given.cast::<PyDict>().map_err(|_| {
        PyTypeError::new_err(format!("account is {given}; it must be a dictionary of assumptions"))
    })?;
    for (key, value) in given {
        options.set(&key.str()?.to_string_lossy(), &value.str()?.to_string_lossy()).map_err(wrong)?;
    }
    Ok(())
}

fn wrong(error: impl std::fmt::Display) -> PyErr {
    value_error(format!("account: {error}"))
}

/// Duration of a tick in ns. What is too short or too long is refused with the other assumptions.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
pub(crate) fn tick_ns(tick_ms: f64) -> PyResult<u64> {
    if !(tick_ms.is_finite() && tick_ms > 0.0) {
        return Err(value_error(format!("tick_ms is {tick_ms}; it must be a number above 0")));
    }
    Ok((tick_ms * 1e6).round() as u64)
}

/// The PEs of some populations, and perhaps the power.
pub(crate) fn trace_of(mapping: &gennaker::Mapping, populations: &[u32], power: bool) -> TraceRequest {
    let numbered = (0..).zip(&mapping.slices);
    let kept = numbered.filter(|(_, slice)| populations.contains(&slice.population));
    TraceRequest { slices: kept.map(|(index, _)| index).collect(), power, overview: false }
}

/// A trace as arrays.
pub(crate) fn trace_arrays<'py>(py: Python<'py>, trace: &Trace) -> PyResult<Bound<'py, PyDict>> {
    let n_slices = trace.slices.len();
    let n_ticks = trace.packets.len().checked_div(n_slices).unwrap_or(0);
    let shape = [n_ticks, n_slices];
    let arrays = PyDict::new(py);
    arrays.set_item("slices", PyArray1::from_slice(py, &trace.slices))?;
    arrays.set_item("n_packets", PyArray1::from_slice(py, &trace.packets).reshape(shape)?)?;
    arrays.set_item("performance_level", PyArray1::from_slice(py, &trace.levels).reshape(shape)?)?;
    arrays.set_item("time_done", PyArray1::from_slice(py, &trace.time_done).reshape(shape)?)?;
    arrays.set_item("power_w", PyArray1::from_slice(py, &trace.power_w))?;
    Ok(arrays)
}

/// The account of a run that is over, from its result folder, as a dictionary.
#[pyfunction]
#[pyo3(signature = (folder, options = None))]
#[expect(clippy::needless_pass_by_value, reason = "Python hands over owned values")]
pub(crate) fn account_folder<'py>(
    py: Python<'py>,
    folder: PathBuf,
    options: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let (run, options) = opened(py, &folder, options)?;
    let accounts = py.detach(|| with_threads(|| run.accounts(&run.mapped, &[options])))?;
    let account = accounts.map_err(value_error)?.remove(0).account();
    to_python(py, &account)
}

/// The figures of a run that is over under all combinations of `dimensions` (name and values), the last varying fastest.
#[pyfunction]
#[pyo3(signature = (folder, dimensions, options = None))]
#[expect(clippy::needless_pass_by_value, reason = "Python hands over owned values")]
pub(crate) fn sweep_folder<'py>(
    py: Python<'py>,
    folder: PathBuf,
    dimensions: Vec<(String, Vec<String>)>,
    options: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let mut varied = Sweep::default();
    for (name, values) in &dimensions {
        varied.add(&format!("{name}={}", values.join(","))).map_err(value_error)?;
    }
    let (run, options) = opened(py, &folder, options)?;
    let rows = py.detach(|| with_threads(|| sweep(&run, &options, &varied)))?.map_err(value_error)?;
    to_python(py, &rows.iter().map(Row::of).collect::<Vec<_>>())
}

/// One combination: PEs and figures, or why there are none.
#[derive(Serialize)]
struct Row<'a> {
    n_pes: u32,
    #[serde(flatten)]
    figures: Option<Figures>,
    error: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn of(row: &'a SweepRow) -> Self {
        let figures = row.figures.as_ref().ok().copied();
        Self { n_pes: row.n_pes, figures, error: row.figures.as_ref().err().map(String::as_str) }
    }
}

/// A folder's run, and its own assumptions with those given.
fn opened(
    py: Python<'_>,
    folder: &Path,
    given: Option<&Bound<'_, PyAny>>,
) -> PyResult<(Accounted, AccountOptions)> {
    std::fs::metadata(folder)
        .map_err(|error| std::io::Error::new(error.kind(), format!("{}: {error}", folder.display())))?;
    let run = py.detach(|| with_threads(|| open_accountable(folder)))?.map_err(value_error)?;
    let mut options = run.experiment.account_options().map_err(value_error)?;
    set_all(&mut options, given)?;
    Ok((run, options))
}
