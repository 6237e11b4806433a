//! Machines by preset, by description, or from a machine file.

use gennaker::machine::{MachineError, MachineSpec};
use pyo3::prelude::*;

use crate::error::value_error;
use crate::json::to_python;

/// A machine: `Machine("chip")`, `"board"`, `"boards:24"`, `"frame"`, `"rack"`, `"dresden"`, `"spinn5"`, or the name of a
/// machine file that ends in `.toml`.
#[pyclass(module = "gennaker", frozen)]
pub(crate) struct Machine {
    pub(crate) inner: gennaker::machine::Machine,
}

#[pymethods]
impl Machine {
    #[new]
    fn new(spec: &str) -> PyResult<Self> {
        if !spec.ends_with(".toml") {
            return Self::of(MachineSpec::parse(spec));
        }
        let text = std::fs::read_to_string(spec)
            .map_err(|error| value_error(format!("cannot read machine file `{spec}`: {error}")))?;
        Self::from_toml(&text)
    }

    /// The machine that the text of a machine file describes.
    #[staticmethod]
    fn from_toml(text: &str) -> PyResult<Self> {
        Self::of(MachineSpec::from_toml(text))
    }

    /// Name of the machine.
    #[getter]
    fn name(&self) -> &str {
        &self.inner.spec().name
    }

    /// Chips that work.
    #[getter]
    fn n_chips(&self) -> usize {
        self.inner.n_chips()
    }

    /// Counts of chips, cores and links, as a dictionary.
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.inner.summary())
    }

    fn __repr__(&self) -> String {
        format!("Machine('{}': {} chips)", self.name(), self.n_chips())
    }
}

impl Machine {
    fn of(spec: Result<MachineSpec, MachineError>) -> PyResult<Self> {
        let inner = spec.and_then(gennaker::machine::Machine::new).map_err(value_error)?;
        Ok(Self { inner })
    }
}
