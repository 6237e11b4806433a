//! The table of hardware numbers: each with its unit, where it comes from, and how far it can be trusted.
//!
//! A number appears once, here. Defaults of a [`crate::MachineSpec`] are read from this table, and a row whose key
//! starts with `chip.` is a field of that name in a machine file, so any default can be overridden.

mod accelerators;
mod energy;
mod fabric;
pub mod spinnaker1;
pub mod spinnaker2;

use std::fmt;

use serde::Serialize;

use crate::chip::Generation;

/// How far a number can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Read in a primary source: paper, data sheet, or the source code of the hardware's own tools.
    Published,
    /// Reported by a secondary text that cites the primary one.
    Secondary,
    /// Calculated from published numbers.
    Derived,
    /// Not published; a choice that runs may override.
    Assumed,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Confidence::Published => "published",
            Confidence::Secondary => "secondary",
            Confidence::Derived => "derived",
            Confidence::Assumed => "assumed",
        })
    }
}

/// A hardware number with everything needed to judge it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fact<T> {
    /// Dotted name. Where it starts with `chip.`, it is also the key of a machine file.
    pub key: &'static str,
    /// What the number says.
    pub meaning: &'static str,
    /// The number.
    pub value: T,
    /// Unit of the number, empty for a plain count or a choice.
    pub unit: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// How far it can be trusted.
    pub confidence: Confidence,
}

/// A [`Fact`] as text, for lists and documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FactRow {
    /// Hardware generation that the number belongs to.
    pub generation: Generation,
    /// Dotted name, see [`Fact::key`].
    pub key: &'static str,
    /// What the number says.
    pub meaning: &'static str,
    /// The number as text.
    pub value: String,
    /// Unit, empty for a plain count or a choice.
    pub unit: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// How far it can be trusted.
    pub confidence: Confidence,
}

impl<T: fmt::Display> Fact<T> {
    fn row(&self, generation: Generation) -> FactRow {
        FactRow {
            generation,
            key: self.key,
            meaning: self.meaning,
            value: self.value.to_string(),
            unit: self.unit,
            source: self.source,
            confidence: self.confidence,
        }
    }
}

/// Every hardware number of the project: SpiNNaker2 first, then SpiNNaker1.
pub fn facts() -> Vec<FactRow> {
    [spinnaker2::rows(), accelerators::rows(), energy::rows(), fabric::rows(), spinnaker1::rows()].concat()
}

/// Declares the constants of one table and, from the same lines, the list of them, so that none can be missing.
macro_rules! fact_table {
    ($generation:ident; $($name:ident: $type:ty = $value:expr, $unit:literal, $confidence:ident, $key:literal,
        $source:expr, $meaning:literal;)*) => {
        $(
            #[doc = $meaning]
            pub const $name: $crate::facts::Fact<$type> = $crate::facts::Fact {
                key: $key,
                meaning: $meaning,
                value: $value,
                unit: $unit,
                source: $source,
                confidence: $crate::facts::Confidence::$confidence,
            };
        )*

        pub(super) fn rows() -> Vec<$crate::facts::FactRow> {
            vec![$($name.row($crate::chip::Generation::$generation)),*]
        }
    };
}
pub(crate) use fact_table;
