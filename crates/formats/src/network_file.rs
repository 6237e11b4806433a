//! The network file: what to run, and how.

use std::collections::BTreeMap;
use std::path::Path;

use gennaker_engine::Numeric;
use gennaker_network::{Network, OutOfRange};

use crate::convert::convert;
use crate::entries::FileEntry;
use crate::error::FormatError;
use crate::files::{self, MAX_NETWORK_FILE_BYTES};
use crate::source::Source;

/// A network with the settings of its run.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkFile {
    /// The network, validated.
    pub network: Network,
    /// How to run it.
    pub settings: RunSettings,
}

/// How a network is run, as far as a network file says.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSettings {
    /// Ticks to run. Default 1,000.
    pub timesteps: u32,
    /// Duration of a tick in milliseconds, for rates and time axes; above 0. Default 1.
    pub tick_ms: f64,
    /// The machine; `None` leaves it to the program, which takes the smallest that fits.
    pub machine: Option<MachineChoice>,
    /// The arithmetic.
    pub numeric: Numeric,
    /// What happens to weights and delays beyond the synapse word.
    pub out_of_range: OutOfRange,
    /// Assumptions of the account of time and energy, as text by name. What they mean is the energy crate's business.
    pub account: BTreeMap<String, String>,
    /// Settings of the event level, as TOML. What they mean is the fabric crate's business.
    pub event: String,
}

/// A machine as a network file names it. What the text means is the machine crate's business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MachineChoice {
    /// A preset such as `board`, or the name of a machine file that ends in `.toml`.
    Named(String),
    /// The content of a machine file: TOML.
    Described(String),
}

impl Default for RunSettings {
    fn default() -> Self {
        Self {
            timesteps: 1000,
            tick_ms: 1.0,
            machine: None,
            numeric: Numeric::Chip,
            out_of_range: OutOfRange::Error,
            account: BTreeMap::new(),
            event: String::new(),
        }
    }
}

impl NetworkFile {
    /// A network with default settings.
    #[must_use]
    pub fn new(network: Network) -> Self {
        Self { network, settings: RunSettings::default() }
    }

    /// Reads and validates a network file of at most 256 MiB.
    ///
    /// # Errors
    /// [`FormatError::Io`], [`FormatError::TooLarge`], [`FormatError::Syntax`] with line and column,
    /// [`FormatError::Network`], or [`FormatError::Table`] for a file that it names.
    pub fn read(path: &Path) -> Result<Self, FormatError> {
        let bytes = files::read(path, MAX_NETWORK_FILE_BYTES)?;
        let file = path.display().to_string();
        let text = String::from_utf8(bytes).map_err(|error| FormatError::Syntax {
            file: file.clone(),
            message: format!("not UTF-8 text from byte {} on", error.utf8_error().valid_up_to()),
        })?;
        Self::parse(&text, &file, path.parent().unwrap_or(Path::new("")))
    }

    /// Reads and validates the text of a network file. `file` is its name in messages; file names in the text are
    /// relative to `folder`.
    ///
    /// # Errors
    /// As [`NetworkFile::read`].
    pub fn parse(text: &str, file: &str, folder: &Path) -> Result<Self, FormatError> {
        let source = Source { file: file.to_owned(), folder: folder.to_owned(), text };
        let entry: FileEntry = toml::from_str(text).map_err(|error| match error.span() {
            Some(span) => source.error_at(span, error.message()),
            None => source.error(error.message()),
        })?;
        let this = convert(entry, &source)?;
        this.network.validate().map_err(|problem| FormatError::Network {
            file: source.file.clone(),
            source: Box::new(problem),
        })?;
        Ok(this)
    }
}
