//! The network file as it is written: one plain struct per table, nothing interpreted.

use std::collections::BTreeMap;

use gennaker_engine::Numeric;
use gennaker_network::OutOfRange;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use crate::connector_value::ConnectorValue;
use crate::values::{ParameterValue, RecordValue, SeedValue};

/// A gennaker network: populations of neurons, projections between them, and how to run them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "gennaker network file")]
pub(crate) struct FileEntry {
    /// Name, for titles and the result folder.
    #[serde(default = "network_name")]
    pub(crate) name: String,
    /// Seed of every random number in the network. Numbers above 2^63 - 1 are written as text.
    #[serde(default)]
    pub(crate) seed: SeedValue,
    /// Ticks to run.
    #[serde(default = "timesteps")]
    pub(crate) timesteps: u32,
    /// Duration of a tick in milliseconds, for rates in Hz and for time axes.
    #[serde(default = "tick_ms")]
    pub(crate) tick_ms: f64,
    /// Machine: a preset (`chip`, `board`, `boards:N`, `frame`, `rack`, `dresden`), a machine file ending in `.toml`, or a
    /// table with the content of one. Without it, the smallest machine on which the network fits.
    pub(crate) machine: Option<MachineEntry>,
    /// Arithmetic: `chip` (single precision, as on the chip), `reference` (double precision, weights as given), or one of
    /// the two in between that py-spinnaker2's Brian2 backend computes.
    #[serde(default)]
    #[schemars(with = "NumericNames")]
    pub(crate) numeric: Numeric,
    /// Weights and delays beyond the synapse word: `error` refuses the network, `clip` clips and counts them.
    #[serde(default)]
    #[schemars(with = "OutOfRangeNames")]
    pub(crate) out_of_range: OutOfRange,
    /// Assumptions of the account of time and energy, by name: `level`, `level_of.POPULATION`, `tick`, `unused_pes`, `powered`,
    /// `quad_permits` and the keys of coefficients, such as `energy.router_packet_pj`; `gennaker machine --facts` lists those.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub(crate) account: toml::Table,
    /// Settings of the event level: `fifo_policy`, `tick_source`, `drift_ppm`, `link_loss_probability` and others.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub(crate) event: toml::Table,
    /// Populations.
    #[serde(default, rename = "population")]
    pub(crate) populations: Vec<PopulationEntry>,
    /// Projections.
    #[serde(default, rename = "projection")]
    pub(crate) projections: Vec<ProjectionEntry>,
}

fn network_name() -> String {
    "network".to_owned()
}

fn timesteps() -> u32 {
    1000
}

fn tick_ms() -> f64 {
    1.0
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "expected a preset such as \"board\", a file name ending in .toml, or a machine table"
)]
pub(crate) enum MachineEntry {
    /// A preset or a file name.
    Name(String),
    /// The content of a machine file.
    Table(#[schemars(with = "BTreeMap<String, serde_json::Value>")] toml::Table),
}

/// The names of [`Numeric`], for the schema alone.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum NumericNames {
    Chip,
    Reference,
    ReferenceIntegerWeights,
    ReferenceSingleParameters,
}

/// The names of [`OutOfRange`], for the schema alone.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum OutOfRangeNames {
    Error,
    Clip,
}

/// A group of neurons of one model.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PopulationEntry {
    /// Name, unique in the network.
    pub(crate) name: String,
    /// Number of neurons.
    pub(crate) size: u32,
    /// Neuron model; `gennaker models` lists them.
    #[schemars(with = "String")]
    pub(crate) model: Spanned<String>,
    /// Grid that the neurons stand on, slowest axis first, for distance-dependent connectors; the product is the size.
    #[serde(default)]
    pub(crate) shape: Vec<u32>,
    /// Limit on neurons per core.
    pub(crate) max_atoms_per_core: Option<u32>,
    /// What to record: `spikes`, a state variable, or a table that also says of which neurons and when.
    #[serde(default = "record_spikes")]
    pub(crate) record: Vec<RecordValue>,
    /// Parameters that differ from the model's defaults.
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, ParameterValue>,
    /// For `spike_list`: ticks by neuron index.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<u32>>")]
    pub(crate) spikes: BTreeMap<Spanned<String>, Vec<u32>>,
    /// For `spike_list`: a csv, npy or npz file with columns neuron and timestep, relative to this file.
    #[schemars(with = "Option<String>")]
    pub(crate) spikes_file: Option<Spanned<String>>,
}

fn record_spikes() -> Vec<RecordValue> {
    vec![RecordValue::spikes()]
}

/// Synapses from one population to another. A spike sent in tick t acts in tick t + 1 + delay.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProjectionEntry {
    /// Name, unique among the projections; `pre_to_post` by default.
    pub(crate) name: Option<String>,
    /// Name of the sending population.
    #[schemars(with = "String")]
    pub(crate) pre: Spanned<String>,
    /// Name of the receiving population.
    #[schemars(with = "String")]
    pub(crate) post: Spanned<String>,
    /// Which neurons are connected.
    #[schemars(with = "ConnectorValue")]
    pub(crate) connector: Spanned<ConnectorValue>,
    /// Weight: a number or a distribution; negative inhibits. 1 by default.
    pub(crate) weight: Option<ParameterValue>,
    /// Delay field in ticks: a whole number or a distribution; a spike acts delay + 1 ticks after it was sent. 0 by default.
    pub(crate) delay: Option<ParameterValue>,
}
