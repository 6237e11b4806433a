//! The command line.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, RangedU64ValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use gennaker::deploy::Readout;
use gennaker::mapping::{CompressWhen, Compressor, KeyAllocator, Placer, RecordingPlace, Router};
use gennaker::qubo::{Fraction, Kind};
use gennaker::{Numeric, RECORDING_LIMIT_BYTES};
use serde::de::DeserializeOwned;

/// The SpiNNaker2 neuromorphic system in software.
#[derive(Debug, Parser)]
#[command(name = "gennaker", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a network and write what was recorded, with pictures, into a folder.
    Run(Run),
    /// Lay a network on a machine and show what it takes: chips, cores, memory, routing tables.
    Map(Map),
    /// Show what a machine consists of, or every hardware number with its source.
    Machine(Machine),
    /// Draw pictures of a result folder.
    Plot(Plot),
    /// Make one HTML page of a result folder: what was run, where it lay, what it did, what it took. It needs no network and no server.
    Report(Report),
    /// Show the neuron models with their parameters and equations.
    Models(Models),
    /// Say what the hardware would take for a run: time, clock levels, energy, traffic; from a result folder, without running again.
    Account(Account),
    /// Lower a trained network (a NIR file) to the chip and show what was decided; run it over data and compare with the graph itself.
    Nir(Nir),
    /// Solve an optimisation problem by annealing it as spiking hardware does: cuts, QUBO and Ising problems, sets, colourings, tours, formulas.
    Qubo(Qubo),
    /// Measure benchmark networks: building, speed, memory, activity.
    Bench(Bench),
}

#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(crate) struct Run {
    /// The network file (TOML), or a trained network (NIR).
    pub(crate) network: PathBuf,
    #[command(flatten)]
    pub(crate) lowering: Lowering,
    /// What goes into a NIR network: events (x, y, t, p) or spikes in an npy, npz, csv, bin or bs2 file; of several samples the first.
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    /// Ticks to run, counted from the first; overrides the file.
    #[arg(long, value_name = "TICKS")]
    pub(crate) time: Option<u32>,
    /// Machine: chip, board, boards:N, frame, rack, dresden, or a machine file; overrides the file.
    #[arg(long, value_name = "SPEC|FILE.toml")]
    pub(crate) machine: Option<String>,
    /// Seed of all random numbers; overrides the file.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Threads; all processors by default. Results do not depend on it.
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(1..=MAX_THREADS))]
    pub(crate) threads: Option<usize>,
    /// Arithmetic; overrides the file.
    #[arg(long, value_parser = choice::<Numeric>(&NUMERICS))]
    pub(crate) numeric: Option<Numeric>,
    /// Folder for the results; `results/<network name>` by default. Earlier results there are replaced.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Write no results.
    #[arg(long, conflicts_with = "out")]
    pub(crate) no_out: bool,
    /// Print one JSON document instead of text.
    #[arg(long)]
    pub(crate) json: bool,
    /// Show the report page of the run while it goes on, on this machine's loopback address only; the address is printed.
    #[arg(long)]
    pub(crate) watch: bool,
    /// Write the report page, too: `report.html` in the result folder.
    #[arg(long, conflicts_with = "no_out")]
    pub(crate) report: bool,
    /// Recordings kept in memory, in MiB; beyond, they are written while the run goes on.
    #[arg(long, value_name = "MIB", default_value_t = RECORDING_LIMIT_BYTES >> 20)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=MAX_RECORDING_MIB))]
    pub(crate) recording_memory: u64,
    /// Save the state at the end, for --resume. It holds the recordings, so all of them stay in memory.
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// Continue from a saved state; --time still counts from the very first tick.
    #[arg(long, value_name = "FILE")]
    pub(crate) resume: Option<PathBuf>,
    /// Do not lay the network on a machine.
    #[arg(long)]
    pub(crate) no_map: bool,
    /// How closely the machine is followed.
    #[arg(long, value_enum, default_value = "functional")]
    pub(crate) fidelity: Fidelity,
    #[command(flatten)]
    pub(crate) assumptions: Assumptions,
    /// Setting of the event level, such as fifo_policy=stall or drift_ppm=20; overrides the file's [event] table.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) event: Vec<String>,
}

/// How closely a run follows the machine. The spikes are the same, as long as the machine holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Fidelity {
    /// Spikes alone, as fast as the processor allows.
    Functional,
    /// Also counts what every PE, router and link has to do, and accounts for time and energy.
    Counted,
    /// The machine with its clocks, queues and limits: what comes late or is lost has consequences.
    Event,
}

/// Assumptions of an account.
#[derive(Debug, Args)]
pub(crate) struct Assumptions {
    /// How PEs choose their clock: low, high, auto[:PACKETS], predictive[:MARGIN], or pl0 to pl3.
    #[arg(long, value_name = "POLICY")]
    pub(crate) level: Option<String>,
    /// Real duration of a tick on the hardware, such as 2.5ms; the network's own by default. Changes no spike.
    #[arg(long, value_name = "TIME")]
    pub(crate) tick: Option<String>,
    /// Any assumption or coefficient, such as unused_pes=off or energy.router_packet_pj=80; see `gennaker machine --facts`.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
}

#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(crate) struct Account {
    /// A result folder of a run whose spikes were recorded.
    pub(crate) results: PathBuf,
    #[command(flatten)]
    pub(crate) assumptions: Assumptions,
    /// Compare: NAME=VALUE,VALUE,... of any assumption, of `atoms` (neurons per PE) or of `placer`; several make all combinations.
    #[arg(long, value_name = "NAME=VALUES")]
    pub(crate) sweep: Vec<String>,
    /// Write the whole account to a JSON file, too.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Write the counts of every tick to a NumPy file, too: packets, synaptic events and spikes by PE, packets by link and router.
    #[arg(long, value_name = "FILE.npz")]
    pub(crate) counters: Option<PathBuf>,
    /// Print one JSON document instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(crate) struct Map {
    /// The network file (TOML), or a trained network (NIR).
    pub(crate) network: PathBuf,
    #[command(flatten)]
    pub(crate) lowering: Lowering,
    /// Machine: chip, board, boards:N, frame, rack, dresden, or a machine file; overrides the file.
    #[arg(long, value_name = "SPEC|FILE.toml")]
    pub(crate) machine: Option<String>,
    /// Ticks for which recordings must have room; overrides the file.
    #[arg(long, value_name = "TICKS")]
    pub(crate) time: Option<u32>,
    /// How cores are chosen.
    #[arg(long, value_parser = choice::<Placer>(&["radial", "application_grouped"]))]
    pub(crate) placer: Option<Placer>,
    /// How multicast trees are found.
    #[arg(long, value_parser = choice::<Router>(&["ner", "dijkstra"]))]
    pub(crate) router: Option<Router>,
    /// How routing keys are given out.
    #[arg(long, value_parser = choice::<KeyAllocator>(&["malloc", "zoned"]))]
    pub(crate) keys: Option<KeyAllocator>,
    /// How routing tables are made smaller.
    #[arg(long, value_parser = choice::<Compressor>(&["none", "pair", "ordered_covering", "smaller"]))]
    pub(crate) compressor: Option<Compressor>,
    /// Which routing tables are made smaller.
    #[arg(long, value_parser = choice::<CompressWhen>(&["needed", "always"]))]
    pub(crate) compress: Option<CompressWhen>,
    /// Where recordings are kept during a run.
    #[arg(long, value_parser = choice::<RecordingPlace>(&["auto", "sram", "dram"]))]
    pub(crate) recording: Option<RecordingPlace>,
    /// Largest number of entries per router.
    #[arg(long, value_name = "N")]
    pub(crate) max_entries: Option<u32>,
    /// Walk every key through the finished tables and prove that each spike arrives exactly once.
    #[arg(long)]
    pub(crate) verify: bool,
    /// Write the whole mapping to a JSON file.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Print the whole mapping as one JSON document instead of a summary.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Machine {
    /// Machine: chip, board, boards:N, frame, rack, dresden, spinn5, or a machine file ending in .toml.
    #[arg(default_value = "chip")]
    pub(crate) machine: String,
    /// List every hardware number with unit, source and confidence instead.
    #[arg(long)]
    pub(crate) facts: bool,
    /// Print one JSON document instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(crate) struct Plot {
    /// A result folder.
    pub(crate) results: PathBuf,
    /// What to draw; everything that was recorded by default. Machine, energy and weights are drawn only when asked for.
    #[arg(long, value_enum)]
    pub(crate) kind: Vec<PictureKind>,
    /// What the colours of --kind machine show: of PEs memory, neurons, time, busy, late, spikes, packets, events, energy or fifo; of chips
    /// table, router or router_load. [default: memory]
    #[arg(long, value_name = "KEY")]
    pub(crate) metric: Option<String>,
    /// File format.
    #[arg(long, value_enum, default_value = "svg")]
    pub(crate) format: PictureFormat,
    /// Folder for the pictures, the result folder by default; or one file ending in .svg or .png, which shows the
    /// raster unless --kind says otherwise.
    #[arg(long, value_name = "DIR|FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Draw only this population, or weights from and to it; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub(crate) population: Vec<String>,
    /// First tick shown of what was recorded.
    #[arg(long, value_name = "TICK")]
    pub(crate) from: Option<u32>,
    /// First tick not shown any more.
    #[arg(long, value_name = "TICK")]
    pub(crate) to: Option<u32>,
}

#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(crate) struct Report {
    /// A result folder.
    pub(crate) results: PathBuf,
    /// The page's file; `report.html` in the result folder by default.
    #[arg(long, value_name = "FILE.html")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) assumptions: Assumptions,
    /// First tick shown in rasters and traces.
    #[arg(long, value_name = "TICK")]
    pub(crate) from: Option<u32>,
    /// First tick not shown any more.
    #[arg(long, value_name = "TICK")]
    pub(crate) to: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PictureKind {
    /// Spikes, with population rates below.
    Raster,
    /// Membrane potentials.
    Voltage,
    /// Other state variables.
    States,
    /// Distribution of the neurons' mean rates.
    Rates,
    /// Where the network lies, with the colours of a metric.
    Machine,
    /// Where the energy goes, as modelled.
    Energy,
    /// Distribution of weights, projection by projection.
    Weights,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PictureFormat {
    /// Lines and letters that stay sharp.
    Svg,
    /// Pixels.
    Png,
}

/// How a NIR graph becomes a network.
#[derive(Debug, Args)]
pub(crate) struct Lowering {
    /// A choice that NIR leaves open: dt (s, 1e-4), integrator (forward, exponential), reset (zero, subtract), scaling (layer, channel),
    /// rounding (toward_zero, nearest), weight_bits (4, 8, 16), threshold_fit (nominal, fitted), scale_weights, conn_delay.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) lower: Vec<String>,
    /// Duration of a tick in recorded events, in microseconds.
    #[arg(long, value_name = "US", default_value_t = 1000.0)]
    pub(crate) window: f64,
    /// Keep the events after the last full window.
    #[arg(long)]
    pub(crate) keep_last: bool,
}

#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(crate) struct Nir {
    /// The NIR file.
    pub(crate) model: PathBuf,
    #[command(flatten)]
    pub(crate) lowering: Lowering,
    /// Samples: a file, or a folder of files: events, spikes or dense arrays (npy, npz, csv, bin, bs2).
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Classes of the samples: csv (sample, class), npy or npz.
    #[arg(long, value_name = "FILE", requires = "data")]
    pub(crate) labels: Option<PathBuf>,
    /// Run only so many samples.
    #[arg(long, value_name = "N", requires = "data", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub(crate) limit: Option<usize>,
    /// Run the graph itself, unrounded weights, each layer's rounding alone and the chip side by side; with the hardware's time and energy.
    #[arg(long, requires = "data")]
    pub(crate) compare: bool,
    /// How an answer is read off the output.
    #[arg(long, value_parser = choice::<Readout>(&["spike_count", "last_potential", "max_potential"]), default_value = "spike_count")]
    pub(crate) readout: Readout,
    /// Machine to lay it on and for the account: chip, board, boards:N or a machine file; the smallest with room by default.
    #[arg(long, value_name = "SPEC|FILE.toml")]
    pub(crate) machine: Option<String>,
    #[command(flatten)]
    pub(crate) assumptions: Assumptions,
    /// Threads; all processors by default. Results do not depend on it.
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(1..=MAX_THREADS))]
    pub(crate) threads: Option<usize>,
    /// Write the lowered network to a new folder, too: network.toml, with its weights in files beside it.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print one JSON document instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(crate) struct Qubo {
    /// The problem's file: an edge list (rudy, G-set), a matrix (OR-Library, BiqMac), D-Wave's .qubo, DIMACS .cnf or .col, TSPLIB, a list of numbers.
    pub(crate) problem: PathBuf,
    /// What it asks for; by default what its name and content say, if they say it.
    #[arg(long, value_parser = named_kind())]
    pub(crate) kind: Option<Kind>,
    /// Colours that a colouring may use.
    #[arg(long, value_name = "K", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub(crate) colors: Option<usize>,
    /// Which way a matrix file is meant; OR-Library's own files want maximise.
    #[arg(long, value_enum)]
    pub(crate) sense: Option<SenseChoice>,
    /// Which problem of a file that holds several, from 1.
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub(crate) instance: Option<usize>,
    /// Ticks of an anneal; in each, every neuron whose turn it is decides once.
    #[arg(long, value_name = "TICKS", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) steps: u32,
    /// Independent runs.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) reads: u32,
    /// Anneals that each read does one after the other, each from where the last one ended.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) anneals: u32,
    /// Seed of all random numbers.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Who may decide in the same tick: sequential, random, one, gate(P), refractory(SHIFT), colour; what suits the graph by default.
    #[arg(long)]
    pub(crate) discipline: Option<String>,
    /// With which probability a flip passes: metropolis or heat_bath; what is usual for the discipline by default.
    #[arg(long)]
    pub(crate) rule: Option<String>,
    /// How the temperature falls: geometric, linear or fowler_nordheim, fitted to the problem; or with values, in units of the problem's own:
    /// geometric:HOT:COLD, linear:HOT:COLD, fowler_nordheim:A:BETA, constant:T, custom:T:T:...
    #[arg(long)]
    pub(crate) schedule: Option<String>,
    /// The value, such as a cut, with which a read is content and stops: a whole number, a decimal or a fraction.
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    pub(crate) target: Option<Fraction>,
    /// Stop all reads when the first has met the target, as if they ran in step.
    #[arg(long)]
    pub(crate) stop_all: bool,
    /// As many ticks as fit into so many seconds of one core for each read, from hot to cold, in the place of --steps. The summary says how
    /// many they were: with --steps, that run can be repeated.
    #[arg(long, value_name = "S", conflicts_with = "steps")]
    pub(crate) core_time: Option<f64>,
    /// Stop all reads wherever they are after so many seconds. Then results depend on this host's speed.
    #[arg(long, value_name = "S")]
    pub(crate) seconds: Option<f64>,
    /// Threads; all processors by default. Results do not depend on it.
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(1..=MAX_THREADS))]
    pub(crate) threads: Option<usize>,
    /// Tell what this machine would need for it: chip, board, boards:N, frame, rack, dresden, a machine file, or auto for the smallest with room.
    #[arg(long, value_name = "SPEC|FILE.toml", help_heading = "Hardware")]
    pub(crate) machine: Option<String>,
    /// What spikes tell on the machine: changes of a spin, by two neurons for each, as by default, or its states, by one.
    #[arg(long, value_name = "changes|states", help_heading = "Hardware")]
    pub(crate) coding: Option<String>,
    #[command(flatten, next_help_heading = "Hardware")]
    pub(crate) assumptions: Assumptions,
    /// Write the spiking network to a new folder, too: network.toml, with its synapses beside it. `gennaker run` goes through the same states
    /// at any level of fidelity, as there is no target in it.
    #[arg(long, value_name = "DIR", conflicts_with = "core_time", help_heading = "Hardware")]
    pub(crate) network: Option<PathBuf>,
    /// Write the results, with pictures, into this folder. Earlier results there are replaced.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print one JSON document instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which way values are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SenseChoice {
    /// Smaller.
    Minimise,
    /// Larger.
    Maximise,
}

#[derive(Debug, Args)]
pub(crate) struct Models {
    /// Show only these models.
    pub(crate) names: Vec<String>,
    /// Print one JSON document instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// Benchmarks, such as brunel:5000:poisson or microcircuit:0.1; see --list. Without any, an overview of about a minute.
    pub(crate) names: Vec<String>,
    /// List the benchmarks.
    #[arg(long)]
    pub(crate) list: bool,
    /// Threads; all processors by default.
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(1..=MAX_THREADS))]
    pub(crate) threads: Option<usize>,
    /// Ticks of a timed run; the benchmark's by default.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    pub(crate) ticks: Option<u32>,
    /// Ticks before the first timed run; the benchmark's by default, at most as many as are timed.
    #[arg(long, value_name = "TICKS", value_parser = clap::value_parser!(u32).range(..=100_000_000))]
    pub(crate) settle: Option<u32>,
    /// Timed runs, of which the median counts; 3 by default.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) runs: Option<u32>,
    /// Timed builds, of which the median counts; 1 by default.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) builds: Option<u32>,
    /// Arithmetic; the chip's by default.
    #[arg(long, value_parser = choice::<Numeric>(&NUMERICS))]
    pub(crate) numeric: Option<Numeric>,
    /// Seed of all random numbers; the benchmark's by default.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Run once more with all spikes recorded, and show rates, irregularity and correlations by population.
    #[arg(long)]
    pub(crate) statistics: bool,
    /// Measure recordings per second of the spiking convolutional network `scnn` instead, alone and so many side by side.
    #[arg(long, value_name = "BATCH", num_args = 0..=1, default_missing_value = "64", conflicts_with_all = ["statistics", "account", "names"])]
    #[arg(value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    pub(crate) recordings: Option<usize>,
    /// Measure what accounting for time and energy costs instead: counted during the run, and afterwards.
    #[arg(long, conflicts_with_all = ["statistics", "builds", "settle"])]
    pub(crate) account: bool,
    /// Machine for --account; one chip or the smallest machine with room by default.
    #[arg(long, value_name = "SPEC|FILE.toml", requires = "account")]
    pub(crate) machine: Option<String>,
    /// Write everything that was measured to a JSON file, too.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

/// A pebibyte: more than any machine has, and its bytes still fit a number.
const MAX_RECORDING_MIB: u64 = 1 << 30;
/// No machine profits from more threads, and switching between them would cost more than the run.
const MAX_THREADS: u64 = 1024;
const NUMERICS: [&str; 4] = ["chip", "reference", "reference_integer_weights", "reference_single_parameters"];

/// A parser for one of the libraries' choices by its name in files.
fn choice<T>(names: &[&'static str]) -> impl TypedValueParser<Value = T>
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    let named = |name: String| serde_json::from_value::<T>(name.into());
    PossibleValuesParser::new(names.to_vec()).try_map(named)
}

/// A parser for kinds of optimisation problems.
fn named_kind() -> impl TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(Kind::ALL.map(Kind::name)).try_map(|name: String| name.parse::<Kind>())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_listed_choice_is_one() {
        let all = |flag: &str, names: &[&str], command: &str| {
            for name in names {
                let arguments = ["gennaker", command, "net.toml", flag, name];
                Arguments::try_parse_from(arguments).unwrap_or_else(|error| panic!("{error}"));
            }
        };
        all("--numeric", &NUMERICS, "run");
        all("--placer", &["radial", "application_grouped"], "map");
        all("--router", &["ner", "dijkstra"], "map");
        all("--keys", &["malloc", "zoned"], "map");
        all("--compressor", &["none", "pair", "ordered_covering", "smaller"], "map");
        all("--compress", &["needed", "always"], "map");
        all("--recording", &["auto", "sram", "dram"], "map");
    }
}
