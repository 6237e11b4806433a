//! Network files in, result folders out.
//!
//! **The one decision.** What is read is first a plain mirror of the text and then, in one conversion that owns all
//! checks, a [`Network`](gennaker_network::Network); what is written appears as a whole or not at all. A wrong file
//! is shown with line, column and caret; results that are there can be read. The price: a folder of results
//! needs, for a moment, room beside the one that it replaces.
//!
//! **What it does not know.** Threads, ticks, what a machine's name means, how anything is drawn.
//!
//! # Network files
//!
//! A network file is TOML. `docs/network.schema.json`, generated from the reader, describes every key.
//!
//! ```
//! let text = r#"
//! name = "pair"
//! seed = 7
//! timesteps = 200                 # default 1000
//! tick_ms = 1.0                   # duration of a tick, for rates in Hz
//! machine = "chip"                # a preset, a machine file, or a [machine] table
//!
//! [[population]]
//! name = "stimulus"
//! size = 2
//! model = "spike_list"
//! spikes = { "0" = [1, 4, 9], "1" = [20] }
//!
//! [[population]]
//! name = "cell"
//! size = 10
//! model = "lif"
//! record = ["spikes", { variable = "v", neurons = [0, 1], every = 10 }]
//! [population.parameters]
//! threshold = 10.0
//! alpha_decay = { distribution = "uniform", low = 0.8, high = 0.9 }
//!
//! [[projection]]
//! pre = "stimulus"
//! post = "cell"
//! connector = { type = "fixed_probability", p = 0.5 }
//! weight = 4
//! delay = 1                       # a spike of tick t acts in tick t + 1 + delay
//! "#;
//! use gennaker_formats::NetworkFile;
//! let file = NetworkFile::parse(text, "pair.toml", ".".as_ref())?;
//! assert_eq!(file.network.n_neurons(), 12);
//! assert_eq!(NetworkFile::parse(&file.to_toml(), "again.toml", ".".as_ref())?, file);
//!
//! let wrong = text.replace("pre = \"stimulus\"", "pre = \"stimulsu\"");
//! let message = NetworkFile::parse(&wrong, "pair.toml", ".".as_ref()).unwrap_err().to_string();
//! assert!(message.contains("line 24, column 7"));
//! assert!(message.contains("there is no population `stimulsu` (did you mean `stimulus`?)"));
//! # Ok::<(), gennaker_formats::FormatError>(())
//! ```
//!
//! # Result folders
//!
//! [`write_results`] leaves `run.json` ([`RunInfo`]), `network.toml`, and per population `spikes-000.npz` and
//! `states-000.npz`, numbered in the network's order. Names of populations stand in `run.json` alone, never in file
//! names. NumPy reads the arrays; [`ResultFolder`] reads everything, or what was recorded in some ticks. A [`ResultWriter`]
//! writes the same folder piece by piece, for recordings that do not fit in memory. [`write_folder`] is for results that are no
//! recordings: files of any kind, listed in `result.json`.
#![deny(missing_docs)]

mod archive;
mod connector_value;
mod convert;
mod draft;
mod entries;
mod error;
mod files;
mod input_file;
mod labels;
mod network_file;
mod npy;
mod npz;
mod part;
mod recorded_parts;
mod records;
mod result_folder;
mod results;
mod run_info;
mod schema;
mod source;
mod suggest;
mod table;
mod values;
mod write;

pub use convert::read_spikes;
pub use draft::{REPORT_FILE, RESULT_FILE, check_result_path, write_folder};
pub use error::FormatError;
pub use files::write_atomically;
pub use input_file::{InputFile, is_input_file, read_input_file};
pub use labels::{Labels, read_labels};
pub use network_file::{MachineChoice, NetworkFile, RunSettings};
pub use npy::{Array, ArrayData};
pub use npz::{read_npz, write_npz};
pub use result_folder::ResultFolder;
pub use results::{FinishedResults, ResultWriter, Results, write_results};
pub use run_info::{PopulationInfo, RunInfo, StateInfo};
pub use schema::network_schema;
pub use write::SideFile;
