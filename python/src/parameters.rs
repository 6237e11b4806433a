//! Python values as parameters, recordings, spike trains and synapses.

use gennaker::network::{ConnectionList, Distribution, Parameter, Recording, Selection, SpikeTrains};
use numpy::{PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn, get_array_module};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use serde::Deserialize;

use crate::error::value_error;
use crate::json::from_python;

/// A number, a list or array with one number per neuron, a text, or `{"distribution": "uniform", ...}`.
pub(crate) fn parameter(what: &str, value: &Bound<'_, PyAny>) -> PyResult<Parameter> {
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(Parameter::Text(text.to_string()));
    }
    if value.is_instance_of::<PyDict>() {
        return from_python::<Distribution>(what, value).map(Parameter::Random);
    }
    let array = float_array(what, value)?;
    let view = array.as_array();
    match view.ndim() {
        0 => Ok(Parameter::Number(view.iter().copied().next().unwrap_or_default())),
        1 => Ok(Parameter::Array(view.iter().copied().collect())),
        n => Err(value_error(format!("{what} has {n} axes; give one number, or one number per neuron"))),
    }
}

/// A variable's name, or `{"variable": ..., "neurons": [...], "start": ..., "stop": ..., "every": ...}`.
pub(crate) fn recording(what: &str, value: &Bound<'_, PyAny>) -> PyResult<Recording> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Entry {
        variable: String,
        neurons: Option<Vec<u32>>,
        start: Option<u32>,
        stop: Option<u32>,
        every: Option<u32>,
    }
    if let Ok(name) = value.cast::<PyString>() {
        return Ok(Recording::all(&name.to_string()));
    }
    let entry: Entry = from_python(what, value)?;
    Ok(Recording {
        variable: entry.variable,
        neurons: entry.neurons.map_or(Selection::All, Selection::Only),
        start: entry.start.unwrap_or(0),
        stop: entry.stop,
        every: entry.every.unwrap_or(1),
    })
}

/// A pair of arrays of equal length: ticks and neurons of a source's spikes.
pub(crate) fn spike_trains(what: &str, value: &Bound<'_, PyAny>) -> PyResult<SpikeTrains> {
    let (ticks, neurons): (Bound<'_, PyAny>, Bound<'_, PyAny>) = value.extract().map_err(|_| {
        PyTypeError::new_err(format!("{what}: spikes must be a pair of arrays, ticks and neurons"))
    })?;
    let ticks = whole_numbers(&format!("{what}: spike times"), &ticks)?;
    let neurons = whole_numbers(&format!("{what}: spiking neurons"), &neurons)?;
    if ticks.len() != neurons.len() {
        let (t, i) = (ticks.len(), neurons.len());
        return Err(value_error(format!(
            "{what}: {t} spike times for {i} neurons; give one of each per spike"
        )));
    }
    Ok(SpikeTrains::from_events(ticks.into_iter().zip(neurons)))
}

/// An array with one synapse per row: pre, post, weight, delay.
pub(crate) fn connection_list(what: &str, value: &Bound<'_, PyAny>) -> PyResult<ConnectionList> {
    let array = float_array(what, value)?;
    let view = array.as_array();
    if view.is_empty() {
        return Ok(ConnectionList::default());
    }
    let &[n, 4] = view.shape() else {
        let shape = view.shape();
        return Err(value_error(format!(
            "{what}: connections have shape {shape:?}; give n rows of pre, post, weight, delay"
        )));
    };
    let whole = |row: usize, column: usize, name: &str| {
        let value = view[[row, column]];
        to_whole(value).ok_or_else(|| {
            value_error(format!(
                "{what}: connection {row}: {name} is {value}; it must be a whole number from 0 to 2^32 - 1"
            ))
        })
    };
    let mut list = ConnectionList::default();
    for row in 0..n {
        list.pre.push(whole(row, 0, "pre index")?);
        list.post.push(whole(row, 1, "post index")?);
        list.weight.push(view[[row, 2]]);
        list.delay.push(whole(row, 3, "delay")?);
    }
    Ok(list)
}

/// Anything that NumPy takes for an array of numbers, in double precision.
pub(crate) fn float_array<'py>(
    what: &str,
    value: &Bound<'py, PyAny>,
) -> PyResult<PyReadonlyArrayDyn<'py, f64>> {
    let py = value.py();
    let array = get_array_module(py)?.call_method1("asarray", (value, "float64")).map_err(|error| {
        value_error(format!("{what} is not a number or a list of numbers ({})", error.value(py)))
    })?;
    Ok(array.cast_into::<PyArrayDyn<f64>>()?.try_readonly()?)
}

pub(crate) fn whole_numbers(what: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<u32>> {
    let array = float_array(what, value)?;
    let whole = |&x: &f64| {
        to_whole(x).ok_or_else(|| {
            value_error(format!("{what} include {x}; they must be whole numbers from 0 to 2^32 - 1"))
        })
    };
    array.as_array().iter().map(whole).collect()
}

#[expect(clippy::cast_sign_loss, reason = "checked to be in range")]
fn to_whole(value: f64) -> Option<u32> {
    let is_whole = value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value);
    is_whole.then_some(value as u32)
}
