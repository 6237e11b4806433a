//! Values that may be written in more than one way: a number or a table, a word or a table.

use std::fmt;

use gennaker_network::{Distribution, Parameter, Recording, Selection};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, MapAccess, SeqAccess, Visitor};

/// A seed: a whole number, or text for numbers that TOML integers cannot hold.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct SeedValue(pub(crate) u64);

/// A number, a list of numbers, a distribution, or a name.
#[derive(Debug, Clone)]
pub(crate) struct ParameterValue(pub(crate) Parameter);

/// A variable's name, or a table that also says of which neurons and when.
#[derive(Debug, Clone)]
pub(crate) struct RecordValue(pub(crate) Recording);

impl RecordValue {
    pub(crate) fn spikes() -> Self {
        Self(Recording::all("spikes"))
    }
}

struct SeedVisitor;

impl Visitor<'_> for SeedVisitor {
    type Value = SeedValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number from 0 to 2^64 - 1, as text if it is above 2^63 - 1")
    }

    fn visit_u64<E: de::Error>(self, seed: u64) -> Result<SeedValue, E> {
        Ok(SeedValue(seed))
    }

    fn visit_i64<E: de::Error>(self, seed: i64) -> Result<SeedValue, E> {
        let wrong = || E::invalid_value(de::Unexpected::Signed(seed), &self);
        u64::try_from(seed).map(SeedValue).map_err(|_| wrong())
    }

    fn visit_str<E: de::Error>(self, seed: &str) -> Result<SeedValue, E> {
        seed.parse().map(SeedValue).map_err(|_| E::invalid_value(de::Unexpected::Str(seed), &self))
    }
}

struct ParameterVisitor;

impl<'de> Visitor<'de> for ParameterVisitor {
    type Value = ParameterValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, an array of numbers, a table such as { distribution = \"normal\", mean = 0, sd = 1 }, or a name")
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "parameters are floats; beyond 2^53 no model distinguishes"
    )]
    fn visit_i64<E: de::Error>(self, number: i64) -> Result<ParameterValue, E> {
        self.visit_f64(number as f64)
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<ParameterValue, E> {
        Ok(ParameterValue(Parameter::Number(number)))
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<ParameterValue, E> {
        Ok(ParameterValue(Parameter::Text(name.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, values: A) -> Result<ParameterValue, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(values)).map(|v| ParameterValue(Parameter::Array(v)))
    }

    fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<ParameterValue, A::Error> {
        Distribution::deserialize(MapAccessDeserializer::new(table))
            .map(|d| ParameterValue(Parameter::Random(d)))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RecordTable {
    /// `spikes`, or a state variable of the model.
    variable: String,
    /// Indices of the neurons; all without it.
    neurons: Option<Vec<u32>>,
    /// First tick recorded.
    #[serde(default)]
    start: u32,
    /// First tick not recorded any more; to the end without it.
    stop: Option<u32>,
    /// Every how many ticks a state variable is sampled.
    #[serde(default = "every_tick")]
    every: u32,
}

fn every_tick() -> u32 {
    1
}

impl From<RecordTable> for RecordValue {
    fn from(RecordTable { variable, neurons, start, stop, every }: RecordTable) -> Self {
        let neurons = neurons.map_or(Selection::All, Selection::Only);
        Self(Recording { variable, neurons, start, stop, every })
    }
}

struct RecordVisitor;

impl<'de> Visitor<'de> for RecordVisitor {
    type Value = RecordValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a variable such as \"v\", or a table such as { variable = \"v\", neurons = [0, 1], every = 10 }",
        )
    }

    fn visit_str<E: de::Error>(self, variable: &str) -> Result<RecordValue, E> {
        Ok(RecordValue(Recording::all(variable)))
    }

    fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<RecordValue, A::Error> {
        RecordTable::deserialize(MapAccessDeserializer::new(table)).map(Into::into)
    }
}

/// Ties a type to its visitor and, for the schema, to a type that lists its forms.
macro_rules! written_as {
    ($type:ident, $visitor:ident, $forms:ident) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
                source.deserialize_any($visitor)
            }
        }

        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).trim_end_matches("Value").into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                <$forms as schemars::JsonSchema>::json_schema(generator)
            }
        }
    };
}
pub(crate) use written_as;

written_as!(SeedValue, SeedVisitor, SeedForms);
written_as!(ParameterValue, ParameterVisitor, ParameterForms);
written_as!(RecordValue, RecordVisitor, RecordForms);

/// The forms of a value, for the schema alone: reading goes through the visitors, whose messages are better.
macro_rules! forms {
    ($($name:ident { $($(#[$doc:meta])* $form:ident($type:ty)),* $(,)? })*) => {
        $(
            #[derive(schemars::JsonSchema)]
            #[schemars(untagged)]
            #[expect(dead_code, reason = "only its schema is used")]
            enum $name { $($(#[$doc])* $form($type)),* }
        )*
    };
}
pub(crate) use forms;

forms! {
    SeedForms { Number(u64), Text(String) }
    ParameterForms {
        /// The same for all.
        Number(f64),
        /// One per neuron.
        Array(Vec<f64>),
        /// A choice by name.
        Text(String),
        /// Drawn once per neuron or synapse.
        Random(DistributionForms),
    }
    RecordForms { Variable(String), Table(RecordTable) }
}

#[derive(JsonSchema)]
#[schemars(tag = "distribution", rename_all = "snake_case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used; a test compares it with the network's type")]
pub(crate) enum DistributionForms {
    /// Uniform over `[low, high)`.
    Uniform { low: f64, high: f64 },
    /// Uniform over the integers from low to high.
    UniformInt { low: i64, high: i64 },
    /// Gaussian.
    Normal { mean: f64, sd: f64 },
    /// Gaussian whose values outside `[low, high]` are drawn again.
    NormalClipped { mean: f64, sd: f64, low: f64, high: f64 },
}
