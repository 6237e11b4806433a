//! What a run came to: for people, and as JSON.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

use gennaker::{Account, Experiment, Mapped, Network, Numeric, RunReport};
use serde::Serialize;

use crate::output::{Columns, bytes, counted, grouped, large, name, plain, seconds, short};

/// The JSON document of `gennaker run --json`.
#[derive(Debug, Serialize)]
pub(crate) struct RunSummary {
    version: &'static str,
    network: String,
    seed: u64,
    numeric: Numeric,
    tick_ms: f64,
    interrupted: bool,
    mapping: Option<MappingSummary>,
    speed: Speed,
    populations: Vec<PopulationSummary>,
    report: RunReport,
    pub(crate) account: Option<Account>,
    pub(crate) notes: Vec<String>,
    pub(crate) results: Option<PathBuf>,
    pub(crate) checkpoint: Option<PathBuf>,
}

/// What a network takes of a machine.
#[derive(Debug, Serialize)]
pub(crate) struct MappingSummary {
    machine: String,
    n_chips: u32,
    n_pes: u32,
    max_memory_bytes: u32,
    sram_bytes: u32,
    fullest_population: usize,
    routing_entries: u64,
    max_routing_entries: u32,
}

/// How long things took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    /// Drawing the network into memory.
    pub(crate) build: Duration,
    /// The ticks.
    pub(crate) run: Duration,
    /// How many ticks were run.
    pub(crate) ticks: u32,
}

#[derive(Debug, Serialize)]
struct Speed {
    build_seconds: f64,
    run_seconds: f64,
    ticks: u32,
    ms_per_tick: f64,
    /// Simulated time over wall-clock time.
    real_time_factor: f64,
    synaptic_events_per_second: f64,
    bytes_per_synapse: f64,
}

#[derive(Debug, Serialize)]
struct PopulationSummary {
    name: String,
    size: u32,
    model: &'static str,
    n_spikes: u64,
    mean_rate_hz: f64,
}

/// A network's name and size in one line.
pub(crate) fn size_of(network: &Network) -> String {
    format!(
        "{}: {}, {}, {}, seed {}",
        name(&network.name),
        counted(network.populations.len() as u64, "population"),
        counted(network.n_neurons(), "neuron"),
        counted(network.projections.len() as u64, "projection"),
        network.seed
    )
}

impl MappingSummary {
    pub(crate) fn new(mapped: &Mapped) -> Self {
        let (stats, spec) = (&mapped.mapping.stats, mapped.machine.spec());
        let fullest = mapped.mapping.slices.get(stats.fullest_slice as usize);
        Self {
            machine: mapped.mapping.machine.clone(),
            n_chips: stats.n_chips,
            n_pes: stats.n_pes,
            max_memory_bytes: stats.max_memory_bytes,
            sram_bytes: spec.chip.pe.sram_bytes,
            fullest_population: fullest.map_or(0, |slice| slice.population as usize),
            routing_entries: stats.entries,
            max_routing_entries: stats.max_entries,
        }
    }

    /// One line, such as "chip: 1 chip, 14 PEs, ...".
    pub(crate) fn text(&self, network: &Network) -> String {
        let fullest = network.populations.get(self.fullest_population);
        format!(
            "{}: {}, {}; fullest PE {} of {} (`{}`); {}, {} in the fullest router",
            name(&self.machine),
            counted(self.n_chips, "chip"),
            counted(self.n_pes, "PE"),
            bytes(self.max_memory_bytes.into()),
            bytes(self.sram_bytes.into()),
            name(fullest.map_or("", |population| &population.name)),
            counted(self.routing_entries, "routing entry"),
            grouped(self.max_routing_entries)
        )
    }
}

impl RunSummary {
    pub(crate) fn new(
        experiment: &Experiment,
        mapped: Option<&Mapped>,
        report: &RunReport,
        times: Times,
        interrupted: bool,
    ) -> Self {
        let (network, settings) = (&experiment.file.network, &experiment.file.settings);
        let seconds = f64::from(report.timesteps) * settings.tick_ms / 1000.0;
        let populations = network.populations.iter().zip(&report.spikes_per_population);
        #[expect(clippy::cast_precision_loss, reason = "a mean")]
        let population = |(p, &n): (&gennaker::Population, &u64)| PopulationSummary {
            name: p.name.clone(),
            size: p.size,
            model: p.model.name(),
            n_spikes: n,
            mean_rate_hz: ratio(n as f64, f64::from(p.size) * seconds),
        };
        Self {
            version: env!("CARGO_PKG_VERSION"),
            network: network.name.clone(),
            seed: network.seed,
            numeric: settings.numeric,
            tick_ms: settings.tick_ms,
            interrupted,
            mapping: mapped.map(MappingSummary::new),
            speed: Speed::new(report, times, settings.tick_ms),
            populations: populations.map(population).collect(),
            report: report.clone(),
            account: None,
            notes: Vec::new(),
            results: None,
            checkpoint: None,
        }
    }

    /// What a person reads after a run.
    pub(crate) fn text(&self, network: &Network) -> String {
        let mut text = format!("{}\n\n{}\n", self.speed.text(&self.report, self.tick_ms), self.table());
        if let Some(account) = &self.account {
            writeln!(text, "\n{}\n", crate::account::text(account, network)).expect("text takes every write");
        }
        let mut line =
            |label: &str, content: &str| writeln!(text, "{label}{content}").expect("text takes every write");
        self.notes.iter().for_each(|note| line("note: ", &plain(note)));
        if let Some(path) = &self.checkpoint {
            line("state     ", &path.display().to_string());
        }
        if let Some(path) = &self.results {
            line("results   ", &path.display().to_string());
        }
        text.trim_end().to_owned()
    }

    fn table(&self) -> String {
        let mut columns = Columns::new(&["population", "neurons", "spikes", "rate (Hz)"]);
        for p in &self.populations {
            columns.row([name(&p.name), grouped(p.size), grouped(p.n_spikes), short(p.mean_rate_hz)]);
        }
        columns.text()
    }
}

impl Speed {
    #[expect(clippy::cast_precision_loss, reason = "ratios")]
    fn new(report: &RunReport, times: Times, tick_ms: f64) -> Self {
        let run_seconds = times.run.as_secs_f64();
        // A resumed run counts the events of its earlier part, too; the rate is that of the whole run's mean tick.
        let events_per_tick = ratio(report.n_synaptic_events as f64, report.timesteps.into());
        Self {
            build_seconds: times.build.as_secs_f64(),
            run_seconds,
            ticks: times.ticks,
            ms_per_tick: ratio(run_seconds * 1000.0, times.ticks.into()),
            real_time_factor: ratio(f64::from(times.ticks) * tick_ms / 1000.0, run_seconds),
            synaptic_events_per_second: ratio(events_per_tick * f64::from(times.ticks), run_seconds),
            bytes_per_synapse: ratio(report.synapse_bytes as f64, report.n_synapses as f64),
        }
    }

    fn text(&self, report: &RunReport, tick_ms: f64) -> String {
        format!(
            "run       {} of {tick_ms} ms in {} on {}: {} per tick, {} times real time\n\
             activity  {}, {} ({} per second)\n\
             memory    {} in {}, {} bytes each; built in {}",
            counted(self.ticks, "tick"),
            seconds(self.run_seconds),
            counted(report.n_threads as u64, "thread"),
            seconds(self.ms_per_tick / 1000.0),
            short(self.real_time_factor),
            counted(report.n_spikes, "spike"),
            counted(report.n_synaptic_events, "synaptic event"),
            large(self.synaptic_events_per_second),
            counted(report.n_synapses, "synapse"),
            bytes(report.synapse_bytes),
            short(self.bytes_per_synapse),
            seconds(self.build_seconds)
        )
    }
}

/// A quotient, 0 where the divisor is.
fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}
