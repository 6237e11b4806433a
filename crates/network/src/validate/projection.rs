//! What can be wrong with one projection: its values, its rule, its list.

use crate::connector::{ConnectionList, Connector, Projection};
use crate::convolution::Convolution;
use crate::error::NetworkError;
use crate::model::Model;
use crate::parameter::Parameter;
use crate::population::Population;

use super::{index_error, show, support};

/// Largest delay in ticks for any numeric; the chip's own limit is lower and checked with the synapse word.
const MAX_DELAY: u32 = 1023;
/// Most synapses of a rule that is drawn from first to last.
const MAX_SERIAL: u64 = u32::MAX as u64;

pub(crate) fn check_values(projection: &Projection) -> Result<(), NetworkError> {
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

pub(crate) fn check_connector(
    projection: &Projection,
    pre: &Population,
    post: &Population,
) -> Result<(), NetworkError> {
    let problem = |problem: String| Err(connector_error(projection, problem));
    let takes_kernels = post.model == Model::LifConv2d;
    if takes_kernels != matches!(projection.connector, Connector::Conv2d(_)) {
        return problem(format!(
            "`{}` is of the model `{}`; `lif_conv2d` takes conv2d connectors only, and no other model takes them",
            post.name,
            post.model.name()
        ));
    }
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
        Connector::FixedOutDegree { n, allow_self_connections, with_replacement } => {
            serial(projection, u64::from(*n) * u64::from(pre.size))?;
            let available = post.size - without_self(*allow_self_connections);
            enough(projection, *n, available, *with_replacement, "target")
        }
        Connector::FixedTotalNumber { n, allow_self_connections, with_replacement } => {
            serial(projection, *n)?;
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
        Connector::Conv2d(convolution) => check_convolution(projection, convolution, pre, post),
        Connector::OneToOne | Connector::AllToAll { .. } | Connector::FixedProbability { .. } => Ok(()),
    }
}

fn check_convolution(
    projection: &Projection,
    convolution: &Convolution,
    pre: &Population,
    post: &Population,
) -> Result<(), NetworkError> {
    let problem = |problem: String| Err(connector_error(projection, problem));
    let output = convolution.output().map_err(|error| connector_error(projection, error.to_string()))?;
    for (end, population, shape) in [("input", pre, convolution.input), ("output", post, output)] {
        let n = shape.map(u64::from).iter().product::<u64>();
        if n != u64::from(population.size) {
            return problem(format!(
                "its {end} of channels, height, width {shape:?} has {n} neurons, but `{}` has {}",
                population.name, population.size
            ));
        }
    }
    if let Some((at, w)) = convolution.weights.iter().enumerate().find(|(_, w)| !w.is_finite()) {
        return problem(format!("weight {at} of the kernels is {w}; it must be a finite number"));
    }
    Ok(())
}

/// Rules that are drawn from first to last for any part of them cannot be arbitrarily long.
fn serial(projection: &Projection, n_synapses: u64) -> Result<(), NetworkError> {
    if n_synapses > MAX_SERIAL {
        return Err(connector_error(
            projection,
            format!(
                "{n_synapses} synapses asked for; this rule draws at most {MAX_SERIAL}: \
                 use fixed_in_degree or fixed_probability, or split the projection"
            ),
        ));
    }
    Ok(())
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
