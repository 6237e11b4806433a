//! The model tables as Python dictionaries: what each model is, takes and can record.

use gennaker::network::{Model, ModelDescriptor, ParameterDefault};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde_json::{Value, json};

use crate::json::to_python;

/// All neuron models by name, in the order of the documentation: summary, equations, parameters (default, unit, range,
/// meaning), recordable variables, largest weight and delay, neurons per core.
#[pyfunction]
pub(crate) fn models(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let all = PyDict::new(py);
    for model in Model::ALL {
        all.set_item(model.name(), table(py, model.descriptor())?)?;
    }
    Ok(all)
}

fn table<'py>(py: Python<'py>, model: &ModelDescriptor) -> PyResult<Bound<'py, PyAny>> {
    let (parameters, states) = (PyDict::new(py), PyDict::new(py));
    for p in model.parameters {
        let row = json!({
            "default": default(p.default), "unit": p.unit, "min": p.min, "max": p.max,
            "integer": p.integer, "per_neuron": p.per_neuron, "doc": p.doc,
        });
        parameters.set_item(p.name, to_python(py, &row)?)?;
    }
    for s in model.states {
        states.set_item(s.name, to_python(py, &json!({ "unit": s.unit, "doc": s.doc }))?)?;
    }
    let table = to_python(
        py,
        &json!({
            "summary": model.summary,
            "equations": model.equations,
            "source": model.source,
            "is_source": model.synapse_word.is_none(),
            "max_weight": model.synapse_word.map(|word| word.max_weight),
            "max_delay": model.synapse_word.map(|word| word.max_delay()),
            "max_atoms_per_core": model.max_atoms,
        }),
    )?;
    table.set_item("parameters", parameters)?;
    table.set_item("states", states)?;
    Ok(table)
}

fn default(default: ParameterDefault) -> Value {
    match default {
        ParameterDefault::Number(value) => json!(value),
        ParameterDefault::Choice(names) => json!(names[0]),
        ParameterDefault::Required => Value::Null,
    }
}
