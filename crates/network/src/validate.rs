//! Checks a network description as a whole: after this, drawing, mapping and running cannot fail on bad values.

use std::collections::BTreeSet;

use crate::connector::{ConnectionList, Connector, Projection};
use crate::error::{NetworkError, nearest};
use crate::model::{Model, ModelDescriptor, ParameterDefault, ParameterDescriptor};
use crate::network::Network;
use crate::parameter::{Distribution, Parameter};
use crate::population::{Population, Recording, Selection};

/// Recordables that every model accepts although they are not state variables.
const SPIKES: &str = "spikes";
/// Only the last tick's membrane potential.
const V_LAST: &str = "v_last";
/// Largest delay in ticks for any numeric; the chip's own limit is lower and checked with the synapse word.
const MAX_DELAY: u32 = 1023;

impl Network {
    /// Checks everything that can be wrong with the description.
    ///
    /// # Errors
    /// The first problem found, in the order in which populations and projections were added.
    pub fn validate(&self) -> Result<(), NetworkError> {
        unique("population", self.populations.iter().map(|p| p.name.as_str()))?;
        unique("projection", self.projections.iter().map(|p| p.name.as_str()))?;
        self.populations.iter().try_for_each(check_population)?;
        self.projections.iter().try_for_each(|p| self.check_projection(p))
    }

    fn check_projection(&self, projection: &Projection) -> Result<(), NetworkError> {
        let end = |index: usize, end| {
            self.populations
                .get(index)
                .ok_or_else(|| NetworkError::UnknownPopulation { projection: projection.name.clone(), end })
        };
        let (pre, post) = (end(projection.pre, "pre")?, end(projection.post, "post")?);
        if post.model.is_source() {
            return Err(NetworkError::ProjectionOntoSource {
                projection: projection.name.clone(),
                population: post.name.clone(),
                model: post.model.name(),
            });
        }
        check_values(projection)?;
        check_connector(projection, pre, post)
    }
}

fn unique<'a>(kind: &'static str, names: impl Iterator<Item = &'a str>) -> Result<(), NetworkError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(NetworkError::DuplicateName { kind, name: name.to_owned() });
        }
    }
    Ok(())
}

fn check_population(population: &Population) -> Result<(), NetworkError> {
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
    let error = |problem: String| Err(value_error(population, d.name, format!("{law:?}"), problem));
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

/// Smallest and largest value that a law can give; `None` if unbounded.
fn support(law: &Distribution) -> Option<(f64, f64)> {
    #[expect(clippy::cast_precision_loss, reason = "within 2^30")]
    match *law {
        Distribution::Uniform { low, high } | Distribution::NormalClipped { low, high, .. } => {
            Some((low, high))
        }
        Distribution::UniformInt { low, high } => Some((low as f64, high as f64)),
        Distribution::Normal { .. } => None,
    }
}

fn range_of(d: &ParameterDescriptor) -> String {
    let kind = if d.integer { "a whole number" } else { "a finite number" };
    if d.min <= -1e30 && d.max >= 1e30 {
        kind.to_owned()
    } else {
        format!("{kind} from {} to {}", d.min, d.max)
    }
}

fn show(value: &Parameter) -> String {
    match value {
        Parameter::Number(x) => x.to_string(),
        Parameter::Array(values) => format!("an array of {} values", values.len()),
        Parameter::Random(law) => format!("{law:?}"),
        Parameter::Text(text) => format!("`{text}`"),
    }
}

fn check_sources(population: &Population) -> Result<(), NetworkError> {
    if population.spikes.is_empty() {
        return Ok(());
    }
    if population.model != Model::SpikeList {
        let found = format!("{} spikes for a `{}`", population.spikes.len(), population.model.name());
        return Err(value_error(population, "spikes", found, "given to a `spike_list` only".into()));
    }
    match population.spikes.neurons().iter().find(|&&n| n >= population.size) {
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

fn check_values(projection: &Projection) -> Result<(), NetworkError> {
    let problem = |problem: String| Err(connector_error(projection, problem));
    match &projection.weight {
        Parameter::Number(w) if !w.is_finite() => {
            return problem(format!("weight is {w}; it must be a finite number"));
        }
        Parameter::Array(_) | Parameter::Text(_) => {
            return problem(
                "weight must be a number or a distribution; give single weights with a `list` connector"
                    .into(),
            );
        }
        Parameter::Random(law) => {
            if let Some(text) = law.problem() {
                return problem(format!("weight: {text}"));
            }
        }
        Parameter::Number(_) => {}
    }
    let (low, high) = match &projection.delay {
        Parameter::Number(d) if d.fract() == 0.0 => (*d, *d),
        Parameter::Random(law) if law.problem().is_none() => support(law).unwrap_or((-1.0, -1.0)),
        Parameter::Random(law) => return problem(format!("delay: {}", law.problem().unwrap_or_default())),
        other => {
            return problem(format!(
                "delay is {}; it must be a whole number of ticks or a distribution",
                show(other)
            ));
        }
    };
    if low < 0.0 || high > f64::from(MAX_DELAY) {
        return problem(format!(
            "delay is {}; it must lie between 0 and {MAX_DELAY} ticks (bound normal delays with normal_clipped)",
            show(&projection.delay)
        ));
    }
    Ok(())
}

fn check_connector(projection: &Projection, pre: &Population, post: &Population) -> Result<(), NetworkError> {
    let problem = |problem: String| Err(connector_error(projection, problem));
    let without_self = |allow: bool| u32::from(!allow && projection.pre == projection.post);
    match &projection.connector {
        Connector::List(list) => check_list(projection, list, pre, post),
        Connector::OneToOne if pre.size != post.size => problem(format!(
            "populations `{}` and `{}` have {} and {} neurons; one to one needs equal sizes",
            pre.name, post.name, pre.size, post.size
        )),
        Connector::FixedProbability { p, .. } if !(0.0..=1.0).contains(p) => {
            problem(format!("p is {p}; a probability lies between 0 and 1"))
        }
        Connector::FixedInDegree { n, allow_self_connections, with_replacement } => enough(
            projection,
            *n,
            pre.size - without_self(*allow_self_connections),
            *with_replacement,
            "source",
        ),
        Connector::FixedOutDegree { n, allow_self_connections, with_replacement } => enough(
            projection,
            *n,
            post.size - without_self(*allow_self_connections),
            *with_replacement,
            "target",
        ),
        Connector::FixedTotalNumber { n, allow_self_connections, with_replacement } => {
            let own = u64::from(without_self(*allow_self_connections)) * u64::from(pre.size);
            let pairs = u64::from(pre.size) * u64::from(post.size) - own;
            if *n > 0 && (pairs == 0 || (!with_replacement && *n > pairs)) {
                return problem(format!(
                    "{n} synapses asked for, but there are only {pairs} pairs of neurons"
                ));
            }
            Ok(())
        }
        Connector::DistanceDependent { p_max, scale, max_distance, .. } => {
            let is_law = (0.0..=1.0).contains(p_max) && scale.is_finite() && *scale > 0.0;
            if !is_law {
                return problem(format!(
                    "p_max is {p_max} and scale {scale}; p_max lies between 0 and 1, scale is above 0"
                ));
            }
            if max_distance.is_some_and(|d| !d.is_finite() || d < 0.0) {
                return problem("max_distance must be a finite number of grid steps, at least 0".into());
            }
            let axes = |p: &Population| p.shape.len().max(1);
            if axes(pre) != axes(post) {
                return problem(format!(
                    "`{}` and `{}` stand on grids with {} and {} axes",
                    pre.name,
                    post.name,
                    axes(pre),
                    axes(post)
                ));
            }
            Ok(())
        }
        Connector::OneToOne | Connector::AllToAll { .. } | Connector::FixedProbability { .. } => Ok(()),
    }
}

fn enough(
    projection: &Projection,
    n: u32,
    available: u32,
    with_replacement: bool,
    what: &str,
) -> Result<(), NetworkError> {
    if n > 0 && (available == 0 || (!with_replacement && n > available)) {
        return Err(connector_error(
            projection,
            format!(
                "{n} different {what}s asked for each neuron, but there are only {available}; lower n or allow replacement"
            ),
        ));
    }
    Ok(())
}

fn check_list(
    projection: &Projection,
    list: &ConnectionList,
    pre: &Population,
    post: &Population,
) -> Result<(), NetworkError> {
    let n = list.len();
    let is_column = |len: usize| len == n || len == 0;
    if list.post.len() != n || !is_column(list.weight.len()) || !is_column(list.delay.len()) {
        return Err(connector_error(
            projection,
            format!(
                "columns pre, post, weight and delay have {n}, {}, {} and {} entries; they must have equal length",
                list.post.len(),
                list.weight.len(),
                list.delay.len()
            ),
        ));
    }
    let object = format!("projection `{}`", projection.name);
    if let Some(&index) = list.pre.iter().find(|&&i| i >= pre.size) {
        return Err(index_error(&object, "pre", index, pre));
    }
    if let Some(&index) = list.post.iter().find(|&&i| i >= post.size) {
        return Err(index_error(&object, "post", index, post));
    }
    if let Some((row, w)) = list.weight.iter().enumerate().find(|(_, w)| !w.is_finite()) {
        return Err(connector_error(
            projection,
            format!("weight of connection {row} is {w}; it must be a finite number"),
        ));
    }
    if let Some((row, d)) = list.delay.iter().enumerate().find(|(_, d)| **d > MAX_DELAY) {
        return Err(connector_error(
            projection,
            format!("delay of connection {row} is {d}; it must lie between 0 and {MAX_DELAY} ticks"),
        ));
    }
    Ok(())
}

fn connector_error(projection: &Projection, problem: String) -> NetworkError {
    NetworkError::Connector {
        projection: projection.name.clone(),
        connector: projection.connector.name(),
        problem,
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

fn index_error(object: &str, what: &'static str, index: u32, population: &Population) -> NetworkError {
    NetworkError::IndexOutOfRange {
        object: object.to_owned(),
        what,
        index: index.into(),
        population: population.name.clone(),
        size: population.size,
    }
}
