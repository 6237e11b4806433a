//! Small descriptions cross the border as JSON, with Python's own `json` module on the other side.

use pyo3::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::value_error;

/// A Python dictionary, list, string or number as a JSON value. NumPy scalars are taken as the numbers they are.
///
/// # Errors
/// `ValueError` that begins with `what`, for anything that JSON cannot say.
pub(crate) fn to_json(what: &str, object: &Bound<'_, PyAny>) -> PyResult<Value> {
    let py = object.py();
    let text = py
        .import("gennaker._json")?
        .call_method1("dumps", (object,))
        .and_then(|text| text.extract::<String>())
        .map_err(|error| value_error(format!("{what}: {}", error.value(py))))?;
    serde_json::from_str(&text).map_err(|error| value_error(format!("{what}: {error}")))
}

/// A Python description as a Rust value.
///
/// # Errors
/// `ValueError` that begins with `what`: unknown names, missing keys, wrong types.
pub(crate) fn from_python<T: DeserializeOwned>(what: &str, object: &Bound<'_, PyAny>) -> PyResult<T> {
    from_json(what, to_json(what, object)?)
}

/// A JSON value as a Rust value, with the error of [`from_python`].
pub(crate) fn from_json<T: DeserializeOwned>(what: &str, value: Value) -> PyResult<T> {
    serde_json::from_value(value).map_err(|error| value_error(format!("{what}: {error}")))
}

/// A Rust value as Python dictionaries, lists and numbers.
///
/// # Errors
/// `ValueError` for numbers that JSON cannot say.
pub(crate) fn to_python<'py>(py: Python<'py>, value: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    let text = serde_json::to_string(value).map_err(value_error)?;
    py.import("json")?.call_method1("loads", (text,))
}
