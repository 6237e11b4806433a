//! Parameters and connectors in a few words.

use gennaker_network::{Connector, DistanceKernel, Distribution, Parameter};
use gennaker_report::numbers::{grouped, short};
use gennaker_report::page::Sign;

/// A parameter's value: `4`, `12 values from 0 to 3`, `normal with mean 4 and sd 0.4`.
pub(super) fn value(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Number(x) => number(*x),
        Parameter::Text(text) => text.clone(),
        Parameter::Array(values) => {
            let (low, high) = range(values);
            format!("{} values from {} to {}", grouped(values.len() as u64), number(low), number(high))
        }
        Parameter::Random(law) => law.to_string(),
    }
}

/// The sign of all values that a parameter can have.
pub(super) fn sign(parameter: &Parameter) -> Sign {
    let (low, high) = match parameter {
        Parameter::Number(x) => (*x, *x),
        Parameter::Array(values) => range(values),
        Parameter::Random(
            Distribution::Uniform { low, high } | Distribution::NormalClipped { low, high, .. },
        ) => (*low, *high),
        #[expect(clippy::cast_precision_loss, reason = "only its sign counts")]
        Parameter::Random(Distribution::UniformInt { low, high }) => (*low as f64, *high as f64),
        // What lies beyond three standard deviations is too rare to change what a projection is called.
        Parameter::Random(Distribution::Normal { mean, sd }) => (mean - 3.0 * sd, mean + 3.0 * sd),
        Parameter::Text(_) => return Sign::Mixed,
    };
    match (low >= 0.0, high <= 0.0) {
        (true, _) => Sign::Excitatory,
        (false, true) => Sign::Inhibitory,
        (false, false) => Sign::Mixed,
    }
}

fn range(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)))
}

/// A parameter as it was written, if that is short.
fn number(x: f64) -> String {
    let text = format!("{x}");
    if text.len() <= 9 { text } else { short(x) }
}

/// A connector: `fixed_probability, p = 0.1`.
pub(super) fn connector(connector: &Connector) -> String {
    let name = connector.name();
    match connector {
        Connector::List(_) | Connector::OneToOne | Connector::AllToAll { .. } => name.to_owned(),
        Connector::FixedProbability { p, .. } => format!("{name}, p = {}", number(*p)),
        Connector::FixedInDegree { n, .. } => format!("{name}, {} per target", grouped(u64::from(*n))),
        Connector::FixedOutDegree { n, .. } => format!("{name}, {} per source", grouped(u64::from(*n))),
        Connector::FixedTotalNumber { n, .. } => format!("{name}, {} in all", grouped(*n)),
        Connector::DistanceDependent { kernel, p_max, scale, .. } => {
            let kernel = match kernel {
                DistanceKernel::Gaussian => "gaussian",
                DistanceKernel::Exponential => "exponential",
                DistanceKernel::Disc => "disc",
            };
            format!("{name}, {kernel}, p = {} at distance 0, scale {}", number(*p_max), number(*scale))
        }
        Connector::Conv2d(layer) => {
            let [c, h, w] = layer.input;
            let [kh, kw] = layer.kernel;
            format!("{name}, {c} x {h} x {w} to {} channels, kernel {kh} x {kw}", layer.out_channels)
        }
    }
}
