//! The model tables as Python dictionaries: what each model is, takes and can record.

use gennaker_network::{Model, ModelDescriptor, ParameterDefault};
use pyo3::prelude::*;
use serde_json::{Map, Value, json};

use crate::json::to_python;

/// All neuron models by name: summary, equations, parameters (default, unit, range, meaning), recordable variables,
/// largest weight and delay, neurons per core.
#[pyfunction]
pub(crate) fn models(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    let all: Map<String, Value> =
        Model::ALL.iter().map(|model| (model.name().to_owned(), table(model.descriptor()))).collect();
    to_python(py, &all)
}

fn table(model: &ModelDescriptor) -> Value {
    let parameters: Map<String, Value> = model
        .parameters
        .iter()
        .map(|p| {
            let row = json!({
                "default": default(p.default), "unit": p.unit, "min": p.min, "max": p.max,
                "integer": p.integer, "per_neuron": p.per_neuron, "doc": p.doc,
            });
            (p.name.to_owned(), row)
        })
        .collect();
    let states: Map<String, Value> =
        model.states.iter().map(|s| (s.name.to_owned(), json!({ "unit": s.unit, "doc": s.doc }))).collect();
    json!({
        "summary": model.summary,
        "equations": model.equations,
        "source": model.source,
        "parameters": parameters,
        "states": states,
        "is_source": model.synapse_word.is_none(),
        "max_weight": model.synapse_word.map(|word| word.max_weight),
        "max_delay": model.synapse_word.map(|word| word.max_delay()),
        "max_atoms_per_core": model.max_atoms,
    })
}

fn default(default: ParameterDefault) -> Value {
    match default {
        ParameterDefault::Number(value) => json!(value),
        ParameterDefault::Choice(names) => json!(names[0]),
        ParameterDefault::Required => Value::Null,
    }
}
