//! Everything that can be wrong with a network description, in one enum.

use thiserror::Error;

/// Why a network description is refused. Every message names the object, the limit, what was found and the remedy.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// A population without neurons, or with more than a key can number.
    #[error("population `{population}`: size is {size}; it must be between 1 and 2^31 neurons")]
    Size {
        /// Population name.
        population: String,
        /// The size given.
        size: u64,
    },
    /// Two objects of one kind share a name.
    #[error("{kind} name `{name}` is used twice; names identify objects in results, give each its own")]
    DuplicateName {
        /// `population` or `projection`.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// A model name nobody registered.
    #[error("unknown neuron model `{name}`{}; known models: {known}", hint(.nearest))]
    UnknownModel {
        /// The name asked for.
        name: String,
        /// The nearest known name, if one is near.
        nearest: Option<String>,
        /// All known names, comma separated.
        known: String,
    },
    /// A parameter the model does not have.
    #[error("population `{population}`: model `{model}` has no parameter `{parameter}`{}; it has: {known}", hint(.nearest))]
    UnknownParameter {
        /// Population name.
        population: String,
        /// Model name.
        model: &'static str,
        /// The parameter given.
        parameter: String,
        /// The nearest known name, if one is near.
        nearest: Option<String>,
        /// All parameter names, comma separated.
        known: String,
    },
    /// A parameter value outside its range, not finite, or of the wrong kind.
    #[error("population `{population}`: parameter `{parameter}` is {found}; it must be {expected}")]
    ParameterValue {
        /// Population name.
        population: String,
        /// Parameter name.
        parameter: String,
        /// What was given (with the neuron's index where it is one of many).
        found: String,
        /// What is allowed.
        expected: String,
    },
    /// A per-neuron array of the wrong length.
    #[error(
        "population `{population}`: parameter `{parameter}` has {found} values for {size} neurons; give 1 or {size}"
    )]
    ParameterLength {
        /// Population name.
        population: String,
        /// Parameter name.
        parameter: String,
        /// Values given.
        found: usize,
        /// Neurons in the population.
        size: u32,
    },
    /// Something asked to be recorded that the model does not have.
    #[error("population `{population}`: model `{model}` cannot record `{variable}`{}; it can record: {known}", hint(.nearest))]
    UnknownRecordable {
        /// Population name.
        population: String,
        /// Model name.
        model: &'static str,
        /// The variable asked for.
        variable: String,
        /// The nearest known name, if one is near.
        nearest: Option<String>,
        /// All recordable names, comma separated.
        known: String,
    },
    /// A recording window or selection that makes no sense.
    #[error("population `{population}`: recording of `{variable}`: {problem}")]
    Recording {
        /// Population name.
        population: String,
        /// Variable recorded.
        variable: String,
        /// What is wrong and what is allowed.
        problem: String,
    },
    /// A neuron index at or beyond a population's size.
    #[error("{object}: {what} index {index} is outside population `{population}`, which has neurons 0 to {}", .size - 1)]
    IndexOutOfRange {
        /// The object that holds the index, e.g. ``projection `p` ``.
        object: String,
        /// `pre`, `post`, `recorded` or `source`.
        what: &'static str,
        /// The index.
        index: u64,
        /// The population it points into.
        population: String,
        /// That population's size.
        size: u32,
    },
    /// A projection that points to a population the network does not have.
    #[error(
        "projection `{projection}`: its {end} population is not part of the network; add the population first"
    )]
    UnknownPopulation {
        /// Projection name.
        projection: String,
        /// `pre` or `post`.
        end: &'static str,
    },
    /// A projection onto a source.
    #[error(
        "projection `{projection}`: `{population}` is a `{model}` source and takes no input; project onto a neuron population"
    )]
    ProjectionOntoSource {
        /// Projection name.
        projection: String,
        /// Target population.
        population: String,
        /// Its model.
        model: &'static str,
    },
    /// A connector whose numbers contradict each other or the populations.
    #[error("projection `{projection}`: connector `{connector}`: {problem}")]
    Connector {
        /// Projection name.
        projection: String,
        /// Connector name.
        connector: &'static str,
        /// What is wrong and what is allowed.
        problem: String,
    },
    /// A weight that is not a number, or beyond what the synapse word holds.
    #[error(
        "projection `{projection}`: weight {weight} is beyond the synapse word of `{model}`, which holds integers from -{limit} to {limit}; \
         scale weights and threshold together, clip on purpose (out_of_range = \"clip\"), or use a model with wider weights"
    )]
    Weight {
        /// Projection name.
        projection: String,
        /// The weight found.
        weight: f64,
        /// Target model.
        model: &'static str,
        /// Largest magnitude that fits.
        limit: i32,
    },
    /// A delay beyond what the synapse word holds.
    #[error(
        "projection `{projection}`: delay {delay} is beyond the synapse word of `{model}`, which holds 0 to {limit} (a spike acts delay + 1 ticks later); \
         shorten it, clip on purpose (out_of_range = \"clip\"), or relay spikes through a `relay` population"
    )]
    Delay {
        /// Projection name.
        projection: String,
        /// The delay found, in ticks.
        delay: u32,
        /// Target model.
        model: &'static str,
        /// Largest delay that fits.
        limit: u32,
    },
}

fn hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |name| format!(" (did you mean `{name}`?)"))
}

/// The known name closest to `name` by edit distance, if it is near enough to be a misspelling: "did you mean".
///
/// Names longer than 100 bytes are not compared: the work grows with the product of the lengths.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let is_short = |text: &str| text.len() <= 100;
    let near = known.into_iter().filter(|k| is_short(name) && is_short(k));
    let (distance, best) = near.map(|k| (edit_distance(name, k), k)).min()?;
    (distance <= 1 + name.chars().count() / 3).then(|| best.to_owned())
}

fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &cb) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(!ca.eq_ignore_ascii_case(&cb));
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_typo_of_public_scripts_finds_its_parameter() {
        assert_eq!(nearest("t_refract", ["threshold", "t_refrac", "v_reset"]), Some("t_refrac".into()));
        assert_eq!(nearest("zebra", ["threshold", "t_refrac"]), None);
    }
}
