//! Checks a network description as a whole: after this, drawing, mapping and running cannot fail on bad values.

mod population;
mod projection;

use std::collections::BTreeSet;

use crate::connector::Projection;
use crate::error::NetworkError;
use crate::network::Network;
use crate::parameter::{Distribution, Parameter};
use crate::population::Population;

use self::population::check_population;
pub(crate) use self::population::check_spikes;
use self::projection::{check_connector, check_values};

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

/// Smallest and largest value that a law can give; `None` if unbounded.
pub(crate) fn support(law: &Distribution) -> Option<(f64, f64)> {
    #[expect(clippy::cast_precision_loss, reason = "within 2^30")]
    match *law {
        Distribution::Uniform { low, high } | Distribution::NormalClipped { low, high, .. } => {
            Some((low, high))
        }
        Distribution::UniformInt { low, high } => Some((low as f64, high as f64)),
        Distribution::Normal { .. } => None,
    }
}

pub(crate) fn show(value: &Parameter) -> String {
    match value {
        Parameter::Number(x) => x.to_string(),
        Parameter::Array(values) => format!("an array of {} values", values.len()),
        Parameter::Random(law) => law.to_string(),
        Parameter::Text(text) => format!("`{text}`"),
    }
}

pub(crate) fn index_error(
    object: &str,
    what: &'static str,
    index: u32,
    population: &Population,
) -> NetworkError {
    NetworkError::IndexOutOfRange {
        object: object.to_owned(),
        what,
        index: index.into(),
        population: population.name.clone(),
        size: population.size,
    }
}
