//! What a report page shows, as plain data: the contract between those who know a run and the page that shows it.
//!
//! Texts are shown as they are, never as markup. Everything that may be missing is an `Option` or an empty list, and the page leaves
//! that part out. Long lists of numbers travel as [`Packed`] arrays.

use std::ops::Range;

use serde::Serialize;

use crate::page::packed::Packed;

/// A report.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// Name of what was run.
    pub title: String,
    /// One sentence below it: machine, arithmetic, seed.
    pub subtitle: String,
    /// Program and version that made the report.
    pub generator: String,
    /// The run while it goes on; nothing in a finished report.
    pub live: Option<Live>,
    /// The numbers that people quote.
    pub figures: Vec<Figure>,
    /// What somebody should know, worst first.
    pub warnings: Vec<Warning>,
    /// Populations and projections.
    pub network: NetworkGraph,
    /// Where the network lies.
    pub machine: Option<MachineMap>,
    /// What was recorded.
    pub activity: Activity,
    /// Time per tick against the deadline.
    pub time: Option<TimeUse>,
    /// Where the energy goes.
    pub energy: Option<EnergyUse>,
}

/// How far a run is that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Live {
    /// Ticks done.
    pub tick: u32,
    /// Ticks asked for.
    pub of: u32,
    /// Whether the run is over.
    pub is_done: bool,
}

/// One number of the summary, ready to read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// What it is: `spikes`.
    pub label: String,
    /// The number: `2,345`.
    pub value: String,
    /// Its unit; empty for counts.
    pub unit: String,
    /// What stands behind it, such as `modelled, not measured`; may be empty.
    pub note: String,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Results are not what the hardware would give.
    Problem,
    /// Something was changed or left out.
    Warning,
    /// Good to know.
    Note,
}

/// The part of the page that a warning belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// The summary.
    Summary,
    /// Populations and projections.
    Network,
    /// Where the network lies.
    Machine,
    /// What was recorded.
    Activity,
    /// Time per tick.
    Time,
    /// Energy.
    Energy,
}

/// Something that somebody should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// How bad it is.
    pub severity: Severity,
    /// Where it is shown.
    pub section: Section,
    /// The population that it is about, by its place in [`NetworkGraph::populations`].
    pub population: Option<u32>,
    /// One sentence.
    pub text: String,
}

/// Populations and projections.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct NetworkGraph {
    /// The populations.
    pub populations: Vec<PopulationNode>,
    /// The projections.
    pub projections: Vec<ProjectionEdge>,
}

/// One population.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PopulationNode {
    /// Name.
    pub name: String,
    /// Neurons.
    pub size: u32,
    /// Model name.
    pub model: String,
    /// Whether it is a source: its spikes do not depend on others.
    pub is_source: bool,
    /// Spikes of the run, recorded or not, if they were counted.
    pub n_spikes: Option<u64>,
    /// Mean rate in Hz, if spikes were counted.
    pub rate_hz: Option<f64>,
    /// PEs that it takes; 0 if the network was not mapped.
    pub n_pes: u32,
    /// Parameters that are not at their defaults, as name and value.
    pub parameters: Vec<(String, String)>,
    /// Place in a drawing, from 0 to 1: `[x, y]`, sources on the left.
    pub place: [f64; 2],
}

/// The sign of a projection's weights.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// All weights are at least 0.
    #[default]
    Excitatory,
    /// All weights are at most 0.
    Inhibitory,
    /// Both, or not known.
    Mixed,
}

/// One projection.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ProjectionEdge {
    /// Name.
    pub name: String,
    /// Sending population, by place.
    pub pre: u32,
    /// Receiving population, by place.
    pub post: u32,
    /// Connector: `fixed_probability, p = 0.1`.
    pub connector: String,
    /// Synapses, if they were counted.
    pub n_synapses: Option<u64>,
    /// Weights: `4`, `normal(mean = 4, sd = 0.4)`.
    pub weight: String,
    /// Delays in ticks.
    pub delay: String,
    /// Sign of the weights.
    pub sign: Sign,
}

/// The machine from racks down to PEs, and what sits there.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct MachineMap {
    /// Name: `board`.
    pub name: String,
    /// In words: `1 board of 48 chips, 152 PEs each`.
    pub words: String,
    /// Chips from west to east.
    pub width: u16,
    /// Chips from south to north.
    pub height: u16,
    /// Whether links go around the edges.
    pub wraps: bool,
    /// Every working chip. `x` grows to the east, `y` to the north.
    pub chips: Chips,
    /// Columns and rows of a chip's grid of PEs, four to a QuadPE.
    pub core_grid: [u8; 2],
    /// By core number: column and row in that grid, from the south-west; `[255, 255]` where there is none.
    pub core_places: Vec<[u8; 2]>,
    /// Cores that applications may use, by chip; one number if all chips have alike.
    pub n_application_cores: Packed,
    /// Every PE in use.
    pub pes: Pes,
    /// What is known of each PE in use.
    pub pe_metrics: Vec<Metric>,
    /// What is known of each chip.
    pub chip_metrics: Vec<Metric>,
    /// Directed links in use.
    pub links: Links,
    /// What is known of each directed link in use.
    pub link_metrics: Vec<Metric>,
    /// Multicast trees, one for each population that sends: all its PEs together.
    pub trees: Vec<Tree>,
}

/// Every working chip, as columns.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Chips {
    /// Columns of chips (u16).
    pub x: Packed,
    /// Rows of chips (u16).
    pub y: Packed,
    /// Number of its board (u32); empty if the machine has no boards.
    pub board: Packed,
    /// Boards in a frame and in a rack; 0 if the machine has none.
    pub boards_per_frame: u32,
    /// Boards in a rack; 0 if the machine has none.
    pub boards_per_rack: u32,
}

/// Every PE in use, as columns.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Pes {
    /// Its chip, by place in [`MachineMap::chips`] (u32).
    pub chip: Packed,
    /// Its core number (u8).
    pub core: Packed,
    /// Its population (u32).
    pub population: Packed,
    /// First atom: a population's neurons in the order in which they are dealt out (u32).
    pub lo: Packed,
    /// One past the last atom (u32).
    pub hi: Packed,
}

/// How colours follow values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shading {
    /// In proportion.
    #[default]
    Linear,
    /// By the logarithm, since few have much.
    Logarithmic,
}

/// How values of parts become one of the whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fold {
    /// The sum.
    #[default]
    Sum,
    /// The largest.
    Max,
}

/// One quantity of PEs, chips or links.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Metric {
    /// Key: `memory`.
    pub key: String,
    /// What it is: `memory in use`.
    pub label: String,
    /// Unit: `B`; empty for counts.
    pub unit: String,
    /// Values in the order of the things that they are of (f32 or u32).
    pub values: Packed,
    /// Where the hardware ends: `131072`.
    pub limit: Option<f64>,
    /// How colours follow values.
    pub shading: Shading,
    /// How values of PEs become a chip's, a board's, a rack's.
    pub fold: Fold,
}

/// Directed links, as columns.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Links {
    /// Sending chip, by place in [`MachineMap::chips`] (u32).
    pub from: Packed,
    /// Direction (u8): 0 east, 1 north-east, 2 north, 3 west, 4 south-west, 5 south.
    pub direction: Packed,
}

/// The multicast trees of one population, laid over each other.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Tree {
    /// The population, by place.
    pub population: u32,
    /// Links, by place in [`MachineMap::links`] (u32).
    pub links: Packed,
    /// How many of the population's PEs send over each (u32).
    pub n_sources: Packed,
    /// PEs that receive, by place in [`MachineMap::pes`] (u32).
    pub targets: Packed,
}

/// What was recorded.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Activity {
    /// Ticks shown.
    pub ticks: Range<u32>,
    /// Duration of a tick in milliseconds.
    pub tick_ms: f64,
    /// Ticks in a bin of the rates.
    pub rate_bin_ticks: u32,
    /// Populations whose spikes were recorded.
    pub populations: Vec<PopulationActivity>,
    /// State variables over time.
    pub traces: Vec<TraceGroup>,
}

/// The spikes of one population.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PopulationActivity {
    /// The population, by place.
    pub population: u32,
    /// Spikes shown.
    pub n_spikes: u64,
    /// The spikes.
    pub raster: Raster,
    /// Mean rate of the neurons in each bin, in Hz (f32).
    pub rate_hz: Packed,
    /// Rates of the single neurons.
    pub rates: Option<Distribution>,
    /// Intervals between a neuron's spikes, in ms.
    pub intervals: Option<Distribution>,
    /// Coefficients of variation of intervals, for neurons with enough spikes.
    pub cv: Option<Distribution>,
    /// Correlation of spike counts between pairs of neurons.
    pub correlation: Option<Distribution>,
}

/// Spikes one by one, or counted on a grid.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Raster {
    /// One by one, sorted by tick.
    Spikes {
        /// Ticks (u32).
        ticks: Packed,
        /// Neurons (u32).
        neurons: Packed,
    },
    /// Counted: row 0 has the first neurons, column 0 the first ticks.
    Counts {
        /// Rows of the grid.
        rows: u32,
        /// Columns of the grid.
        columns: u32,
        /// Neurons in a row; the last one may have fewer.
        neurons_per_row: u32,
        /// Ticks in a column; the last one may have fewer.
        ticks_per_column: u32,
        /// Spikes, row by row; 255 stands for all that are more (u8).
        counts: Packed,
    },
}

/// A histogram with what people quote of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Distribution {
    /// What is counted: `neurons`, `pairs`, `intervals`.
    pub of: String,
    /// Unit of the values; empty if they have none.
    pub unit: String,
    /// Borders of the bins, one more than bins.
    pub edges: Vec<f64>,
    /// How many fall into each.
    pub counts: Vec<u64>,
    /// Mean of all values.
    pub mean: f64,
    /// Standard deviation of all values.
    pub sd: f64,
    /// Number of values.
    pub n: u64,
}

/// A state variable of some neurons of a population.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TraceGroup {
    /// The population, by place.
    pub population: u32,
    /// Variable: `v`.
    pub variable: String,
    /// Unit; may be empty.
    pub unit: String,
    /// Ticks of the samples (u32).
    pub ticks: Packed,
    /// One line for each neuron.
    pub lines: Vec<TraceLine>,
    /// Recorded neurons that are not shown.
    pub n_not_shown: u32,
    /// The neurons' threshold, if they share one.
    pub threshold: Option<f64>,
}

/// A state variable of one neuron.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TraceLine {
    /// The neuron.
    pub neuron: u32,
    /// Smallest value in each sample, or the value (f32).
    pub values: Packed,
    /// Largest value in each sample (f32); empty if samples are single values.
    pub highs: Packed,
    /// Ticks of its spikes (u32).
    pub spikes: Packed,
}

/// Time per tick against the deadline, binned.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimeUse {
    /// Duration of a tick on the hardware in ns: the deadline.
    pub tick_ns: u64,
    /// First and last tick.
    pub ticks: Range<u32>,
    /// Ticks in a bin.
    pub bin_ticks: u32,
    /// Latest end of any PE's work in the bin, as part of the tick (f32).
    pub latest: Packed,
    /// Mean end of all PEs' work, as part of the tick (f32).
    pub mean: Packed,
    /// PEs and ticks of the bin that were late (u32).
    pub n_late: Packed,
    /// Names of the performance levels.
    pub levels: Vec<String>,
    /// By level: part of PE-ticks of the bin spent at it (f32).
    pub level_parts: Vec<Packed>,
    /// Mean power of the bin in W (f32); empty if it was not kept.
    pub power_w: Packed,
    /// Only some PEs were followed; 0 if all were.
    pub n_pes_left_out: u32,
}

/// Where the energy goes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EnergyUse {
    /// Parts, in the order of the account.
    pub parts: Vec<EnergyPart>,
    /// All of it, in J.
    pub total_j: f64,
    /// Mean power in W.
    pub power_w: f64,
    /// The sentence that has to stand beside every modelled number.
    pub caveat: String,
}

/// One part of the energy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EnergyPart {
    /// Key in accounts: `pe_cycles`.
    pub key: String,
    /// What it is: `busy PEs`.
    pub label: String,
    /// Group: `PEs`, `traffic`, `chips`, `boards`.
    pub group: String,
    /// Energy in J.
    pub joule: f64,
}
