//! Rust errors as Python exceptions: the same message, in the class that a Python user expects.

use std::fmt::Display;

use gennaker::engine::EngineError;
use pyo3::PyErr;
use pyo3::exceptions::{PyRuntimeError, PyValueError};

/// Something wrong with what the user gave: a network, a machine, a mapping that does not fit.
pub(crate) fn value_error(message: impl Display) -> PyErr {
    PyValueError::new_err(message.to_string())
}

/// A run that cannot start, or a checkpoint that cannot be taken up.
pub(crate) fn engine_error(error: EngineError) -> PyErr {
    match error {
        EngineError::Threads { .. } => PyRuntimeError::new_err(error.to_string()),
        _ => value_error(error),
    }
}
