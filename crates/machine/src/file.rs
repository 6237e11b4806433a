//! Machine files: TOML that starts from a preset and overrides any field of it.

use toml::{Table, Value};

use crate::chip::Generation;
use crate::error::MachineError;
use crate::spec::{Layout, MachineSpec};

/// Key that names the preset to start from; every other key is a field of [`MachineSpec`].
const PRESET: &str = "preset";
const GENERATION: &str = "generation";
/// The layout is a choice between forms, so a file's form replaces the preset's instead of being merged with it.
const LAYOUT: &str = "layout";

impl MachineSpec {
    /// Reads a machine file. The format is described on the crate's page.
    ///
    /// # Errors
    /// [`MachineError::Toml`], [`MachineError::UnknownKey`], [`MachineError::Generation`], or what
    /// [`MachineSpec::parse`] says about the preset. Ranges are checked by [`crate::Machine::new`].
    pub fn from_toml(text: &str) -> Result<Self, MachineError> {
        let mut given: Table = text.parse().map_err(|error: toml::de::Error| toml_error(&error))?;
        let preset = given.remove(PRESET);
        let mut base = base_spec(preset.as_ref(), given.get(GENERATION))?;
        if let Some(layout) = layout_of(&given)? {
            // A preset's name would be wrong on a machine of another size.
            base.name = layout.to_string();
        }
        let mut merged = table_of(&base)?;
        merge(&mut merged, given, "")?;
        Value::Table(merged).try_into().map_err(|error| toml_error(&error))
    }

    /// Writes the whole description as a machine file that [`MachineSpec::from_toml`] reads back.
    ///
    /// # Errors
    /// [`MachineError::Toml`] if a number does not fit TOML, such as a seed above 2^63 - 1.
    pub fn to_toml(&self) -> Result<String, MachineError> {
        toml::to_string(self).map_err(|error| MachineError::Toml { message: error.to_string() })
    }
}

fn table_of(spec: &MachineSpec) -> Result<Table, MachineError> {
    Table::try_from(spec).map_err(|error| MachineError::Toml { message: error.to_string() })
}

/// The description that a file overrides: its preset, or the single board of its generation.
fn base_spec(preset: Option<&Value>, generation: Option<&Value>) -> Result<MachineSpec, MachineError> {
    let generation = generation.map(|value| value.clone().try_into::<Generation>()).transpose();
    let generation = generation.map_err(|error| value_error(GENERATION, error.message()))?;
    let Some(preset) = preset else {
        return Ok(match generation {
            Some(Generation::Spinnaker1) => MachineSpec::spinn5(),
            Some(Generation::Spinnaker2) | None => MachineSpec::board(),
        });
    };
    let Some(name) = preset.as_str() else {
        return Err(value_error(PRESET, &format!("expected the name of a preset, found {preset}")));
    };
    let spec = MachineSpec::parse(name)?;
    match generation {
        Some(given) if given != spec.generation => Err(MachineError::Generation {
            preset: name.to_owned(),
            expected: spec.generation.name(),
            given: given.name(),
        }),
        _ => Ok(spec),
    }
}

/// The layout of a file. Says how one is written where the parser alone would complain about its number of elements.
fn layout_of(given: &Table) -> Result<Option<Layout>, MachineError> {
    let forms = "write { boards = 3 } or { grid = { width = 4, height = 3, wraps = true } }";
    let layout = given.get(LAYOUT).map(|value| value.clone().try_into()).transpose();
    layout.map_err(|error| value_error(LAYOUT, &format!("{}: {forms}", error.message())))
}

/// Replaces values of `base` by those of `given`, table by table; a key that `base` lacks is an error.
fn merge(base: &mut Table, given: Table, path: &str) -> Result<(), MachineError> {
    for (key, value) in given {
        let full_key = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let known = base.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        match (base.get_mut(&key), value) {
            (None, _) => return Err(MachineError::UnknownKey { key: full_key, known }),
            (Some(Value::Table(base)), Value::Table(value)) if full_key != LAYOUT => {
                merge(base, value, &full_key)?;
            }
            (Some(Value::Table(_)), value) if !value.is_table() => {
                return Err(value_error(
                    &full_key,
                    &format!("expected a table with the keys of `{full_key}`"),
                ));
            }
            (Some(slot), value) => *slot = value,
        }
    }
    Ok(())
}

/// Puts the key before the complaint; the parser puts it on a line of its own, or shows the place in the file.
fn toml_error(error: &toml::de::Error) -> MachineError {
    let text = error.to_string();
    match text.trim_end().rsplit_once("\nin `") {
        Some((message, key)) => value_error(key.trim_end_matches('`'), message),
        None => MachineError::Toml { message: text.trim_end().to_owned() },
    }
}

fn value_error(key: &str, message: &str) -> MachineError {
    MachineError::Toml { message: format!("`{key}`: {message}") }
}
