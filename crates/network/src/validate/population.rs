//! What can be wrong with one population: its size, parameters, spikes and recordings.

use std::collections::BTreeSet;

use crate::error::{NetworkError, nearest};
use crate::model::{Model, ModelDescriptor, ParameterDefault, ParameterDescriptor};
use crate::parameter::{Distribution, Parameter};
use crate::population::{Population, Recording, Selection};
use crate::spike_trains::SpikeTrains;

use super::{index_error, show, support};

/// Recordables that every model accepts although they are not state variables.
const SPIKES: &str = "spikes";
/// Only the last tick's membrane potential.
const V_LAST: &str = "v_last";

pub(crate) fn check_population(population: &Population) -> Result<(), NetworkError> {
    if population.size == 0 || population.size >= 1 << 31 {
        return Err(NetworkError::Size { population: population.name.clone(), size: population.size.into() });
    }
    let shape_size = population.shape.iter().try_fold(1u32, |product, &n| product.checked_mul(n));
    if !population.shape.is_empty() && shape_size != Some(population.size) {
        return Err(value_error(
            population,
            "shape",
            format!("{:?}", population.shape),
            format!("a grid with {} neurons in all", population.size),
        ));
    }
    if population.max_atoms_per_core == Some(0) {
        return Err(value_error(population, "max_atoms_per_core", "0".into(), "at least 1".into()));
    }
    check_parameters(population)?;
    check_sources(population)?;
    population.record.iter().try_for_each(|r| check_recording(population, r))
}

fn check_parameters(population: &Population) -> Result<(), NetworkError> {
    let table = population.model.descriptor();
    for (name, value) in &population.parameters {
        let Some((_, descriptor)) = table.parameter(name) else {
            return Err(unknown_parameter(population, table, name));
        };
        check_parameter(population, descriptor, value)?;
    }
    for descriptor in table.parameters.iter().filter(|d| d.default == ParameterDefault::Required) {
        if !population.parameters.contains_key(descriptor.name) {
            let expected = format!("given: {}", descriptor.doc);
            return Err(value_error(population, descriptor.name, "missing".into(), expected));
        }
    }
    check_latency_code(population)
}

/// The values of a `spikes_from_array` are spread over a range that must not be empty.
fn check_latency_code(population: &Population) -> Result<(), NetworkError> {
    if population.model != Model::SpikesFromArray {
        return Ok(());
    }
    let [x_min, x_max] = ["x_min", "x_max"].map(|name| population.resolve(name, 0, 0).get(0));
    if x_min < x_max {
        return Ok(());
    }
    Err(value_error(population, "x_max", x_max.to_string(), format!("above x_min, which is {x_min}")))
}

fn unknown_parameter(population: &Population, table: &'static ModelDescriptor, name: &str) -> NetworkError {
    let names = || table.parameters.iter().map(|p| p.name);
    let known =
        if table.parameters.is_empty() { "none".to_owned() } else { names().collect::<Vec<_>>().join(", ") };
    NetworkError::UnknownParameter {
        population: population.name.clone(),
        model: table.name,
        parameter: name.to_owned(),
        nearest: nearest(name, names()),
        known,
    }
}

fn check_parameter(
    population: &Population,
    descriptor: &ParameterDescriptor,
    value: &Parameter,
) -> Result<(), NetworkError> {
    let error =
        |found: String, expected: String| Err(value_error(population, descriptor.name, found, expected));
    if let ParameterDefault::Choice(names) = descriptor.default {
        return match value {
            Parameter::Text(text) if names.contains(&text.as_str()) => Ok(()),
            other => error(show(other), format!("one of {}", names.join(", "))),
        };
    }
    match value {
        Parameter::Text(text) => error(format!("the text `{text}`"), "a number".into()),
        Parameter::Number(x) => check_number(population, descriptor, *x, None),
        Parameter::Array(values) => {
            if values.len() != 1 && values.len() != population.size as usize {
                return Err(NetworkError::ParameterLength {
                    population: population.name.clone(),
                    parameter: descriptor.name.to_owned(),
                    found: values.len(),
                    size: population.size,
                });
            }
            if !descriptor.per_neuron && values.len() > 1 {
                return error(
                    format!("{} values", values.len()),
                    "one value for the whole population".into(),
                );
            }
            values.iter().enumerate().try_for_each(|(i, &x)| check_number(population, descriptor, x, Some(i)))
        }
        Parameter::Random(law) => check_law(population, descriptor, law),
    }
}

fn check_number(
    population: &Population,
    d: &ParameterDescriptor,
    x: f64,
    neuron: Option<usize>,
) -> Result<(), NetworkError> {
    let is_allowed = x.is_finite() && (d.min..=d.max).contains(&x) && (!d.integer || x.fract() == 0.0);
    if is_allowed {
        return Ok(());
    }
    let found = neuron.map_or_else(|| x.to_string(), |i| format!("{x} for neuron {i}"));
    Err(value_error(population, d.name, found, range_of(d)))
}

fn check_law(
    population: &Population,
    d: &ParameterDescriptor,
    law: &Distribution,
) -> Result<(), NetworkError> {
    let error = |problem: String| Err(value_error(population, d.name, law.to_string(), problem));
    if let Some(problem) = law.problem() {
        return error(problem);
    }
    if !d.per_neuron {
        return error("one value for the whole population".into());
    }
    let Some((low, high)) = support(law) else {
        let is_unbounded = d.min <= -1e30 && d.max >= 1e30;
        return if is_unbounded { Ok(()) } else { error(format!("{}; use normal_clipped", range_of(d))) };
    };
    let is_whole = matches!(law, Distribution::UniformInt { .. });
    if low < d.min || high > d.max || (d.integer && !is_whole) {
        return error(if d.integer { format!("{}, drawn by uniform_int", range_of(d)) } else { range_of(d) });
    }
    Ok(())
}

fn range_of(d: &ParameterDescriptor) -> String {
    let kind = if d.integer { "a whole number" } else { "a finite number" };
    if d.min <= -1e30 && d.max >= 1e30 {
        kind.to_owned()
    } else {
        format!("{kind} from {} to {}", d.min, d.max)
    }
}

fn check_sources(population: &Population) -> Result<(), NetworkError> {
    if population.spikes.is_empty() {
        return Ok(());
    }
    check_spikes(population, &population.spikes)
}

/// Whether a population can send these spikes.
pub(crate) fn check_spikes(population: &Population, spikes: &SpikeTrains) -> Result<(), NetworkError> {
    if population.model != Model::SpikeList {
        let found = format!("{} spikes for a `{}`", spikes.len(), population.model.name());
        return Err(value_error(population, "spikes", found, "given to a `spike_list` only".into()));
    }
    match spikes.neurons().iter().find(|&&n| n >= population.size) {
        None => Ok(()),
        Some(&index) => Err(index_error("source spikes", "source", index, population)),
    }
}

fn check_recording(population: &Population, recording: &Recording) -> Result<(), NetworkError> {
    let table = population.model.descriptor();
    let has_v = table.states.iter().any(|s| s.name == "v");
    let known = || {
        let states = table.states.iter().map(|s| s.name);
        std::iter::once(SPIKES).chain(states).chain(has_v.then_some(V_LAST))
    };
    if !known().any(|name| name == recording.variable) {
        return Err(NetworkError::UnknownRecordable {
            population: population.name.clone(),
            model: table.name,
            variable: recording.variable.clone(),
            nearest: nearest(&recording.variable, known()),
            known: known().collect::<Vec<_>>().join(", "),
        });
    }
    let problem = |problem: String| {
        Err(NetworkError::Recording {
            population: population.name.clone(),
            variable: recording.variable.clone(),
            problem,
        })
    };
    if recording.every == 0 {
        return problem("`every` is 0; record every 1 or more ticks".into());
    }
    if recording.stop.is_some_and(|stop| stop <= recording.start) {
        return problem(format!("the window from {} to {:?} is empty", recording.start, recording.stop));
    }
    if population.record.iter().filter(|r| r.variable == recording.variable).count() > 1 {
        return problem("it is asked for twice; give one window and one selection of neurons".into());
    }
    let Selection::Only(neurons) = &recording.neurons else { return Ok(()) };
    let unique: BTreeSet<_> = neurons.iter().collect();
    if unique.len() < neurons.len() {
        return problem("a neuron is listed twice".into());
    }
    match neurons.iter().find(|&&n| n >= population.size) {
        None => Ok(()),
        Some(&n) => {
            Err(index_error(&format!("recording of `{}`", recording.variable), "recorded", n, population))
        }
    }
}

fn value_error(population: &Population, parameter: &str, found: String, expected: String) -> NetworkError {
    NetworkError::ParameterValue {
        population: population.name.clone(),
        parameter: parameter.to_owned(),
        found,
        expected,
    }
}
