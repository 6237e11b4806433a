//! A benchmark against the clock.

use std::fs;
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::time::Instant;

use gennaker_engine::{Numeric, Options, RunReport, Simulation};
use gennaker_network::Network;
use serde::Serialize;

use super::statistics::{Summary, summary};
use super::{Benchmark, Expected, cells, n_cells};
use crate::error::Error;

/// How a benchmark is measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Protocol {
    /// Threads; `None` takes all processors.
    pub threads: Option<usize>,
    /// Arithmetic of the neurons.
    pub numeric: Numeric,
    /// Ticks of one run of the clock; `None` takes the benchmark's.
    pub ticks: Option<u32>,
    /// Ticks before the first run; `None` takes the benchmark's, at most as many as are measured.
    pub settle: Option<u32>,
    /// Runs of the clock, one after the other in the same simulation; the median counts. At least 1.
    pub runs: u32,
    /// Builds; the median counts. At least 1.
    pub builds: u32,
}

impl Default for Protocol {
    fn default() -> Self {
        Self { threads: None, numeric: Numeric::Chip, ticks: None, settle: None, runs: 3, builds: 1 }
    }
}

impl Protocol {
    pub(super) fn options(&self) -> Options {
        Options { numeric: self.numeric, threads: self.threads, ..Options::default() }
    }

    pub(super) fn ticks(&self, benchmark: &Benchmark) -> u32 {
        self.ticks.unwrap_or(benchmark.ticks).max(1)
    }

    fn settle(&self, benchmark: &Benchmark) -> u32 {
        self.settle.unwrap_or_else(|| benchmark.settle.min(self.ticks(benchmark)))
    }
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measurement {
    /// Name of the benchmark.
    pub name: String,
    /// Arithmetic of the neurons.
    pub numeric: Numeric,
    /// Threads used.
    pub n_threads: usize,
    /// Neurons, without sources.
    pub n_neurons: u64,
    /// Synapses, without those of sources that are wired one to one.
    pub n_synapses: u64,
    /// Length of a tick in ms.
    pub tick_ms: f64,
    /// Ticks of one run.
    pub ticks: u32,
    /// Seconds of each run, in order.
    pub run_seconds: Vec<f64>,
    /// Median seconds of a tick.
    pub seconds_per_tick: f64,
    /// Simulated time over wall-clock time: above 1 is faster than real time.
    pub times_real_time: f64,
    /// Synapses that carried a spike, per second of wall-clock time.
    pub synaptic_events_per_second: f64,
    /// Spikes per second and neuron, without sources.
    pub mean_rate_hz: f64,
    /// Median seconds from the description to tick 0.
    pub build_seconds: f64,
    /// Synapses built per second and thread.
    pub built_per_second_and_thread: f64,
    /// Memory of synapses over their number.
    pub bytes_per_synapse: f64,
    /// Memory of synapses by layout, those of sources included; most synapses first.
    pub stores: Vec<StoreUse>,
    /// Where the time of the runs went.
    pub phases: PhaseShares,
    /// Most memory that the process held since this measurement began, in bytes; `None` where the system does not tell.
    pub peak_bytes: Option<u64>,
    /// Expectations that the mean rates of the measured ticks do not meet, one sentence each.
    pub unexpected: Vec<String>,
}

/// The projections whose synapses are kept in the same layout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoreUse {
    /// Layout, as in [`ProjectionReport::layout`](gennaker_engine::ProjectionReport::layout).
    pub layout: String,
    /// Projections.
    pub n_projections: usize,
    /// Synapses.
    pub n_synapses: u64,
    /// Memory of rows and index in bytes.
    pub bytes: u64,
}

/// Where the time went, as shares of the three together; all 0 if nothing took any time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct PhaseShares {
    /// Adding the synapses of spikes to the input sums.
    pub deliver: f64,
    /// Updating neurons and sources.
    pub update: f64,
    /// Publishing spikes.
    pub exchange: f64,
}

/// Builds and runs a benchmark.
///
/// # Errors
/// [`Error::Engine`] if the network cannot be built.
pub fn measure(benchmark: &Benchmark, protocol: &Protocol) -> Result<Measurement, Error> {
    reset_peak();
    let (mut simulation, build_seconds) = build(&benchmark.network, protocol)?;
    simulation.run(protocol.settle(benchmark));
    let before = simulation.report();
    let ticks = protocol.ticks(benchmark);
    let mut run = || simulation.run_timed(ticks, nanoseconds, &mut |_| ControlFlow::Continue(()));
    let run_seconds: Vec<f64> = (0..protocol.runs.max(1)).map(|_| seconds(&mut run).1).collect();
    let after = simulation.report();

    let median_seconds = median(&run_seconds);
    let done = Done { benchmark, before, after };
    let n_runs = ratio(1.0, f64::from(protocol.runs.max(1)));
    let n_synapses = done.n_synapses();
    #[expect(clippy::cast_precision_loss, reason = "ratios")]
    Ok(Measurement {
        name: benchmark.name.clone(),
        numeric: protocol.numeric,
        n_threads: done.after.n_threads,
        n_neurons: n_cells(&benchmark.network),
        n_synapses,
        tick_ms: benchmark.tick_ms,
        ticks,
        seconds_per_tick: median_seconds / f64::from(ticks),
        times_real_time: ratio(f64::from(ticks) * benchmark.tick_ms / 1000.0, median_seconds),
        synaptic_events_per_second: ratio(done.n_events() as f64 * n_runs, median_seconds),
        mean_rate_hz: done.mean_rate_hz(),
        build_seconds,
        built_per_second_and_thread: ratio(n_synapses as f64, build_seconds * done.after.n_threads as f64),
        bytes_per_synapse: ratio(done.after.synapse_bytes as f64, n_synapses as f64),
        stores: stores(&done.after),
        phases: done.phases(),
        peak_bytes: peak_bytes(),
        unexpected: done.unexpected(),
        run_seconds,
    })
}

fn build(network: &Network, protocol: &Protocol) -> Result<(Simulation, f64), Error> {
    let options = protocol.options();
    let mut times = Vec::new();
    loop {
        let (simulation, time) = seconds(|| Simulation::new(network, &options));
        let simulation = simulation?;
        times.push(time);
        if times.len() >= protocol.builds as usize {
            return Ok((simulation, median(&times)));
        }
    }
}

/// The reports before and after the measured ticks.
struct Done<'a> {
    benchmark: &'a Benchmark,
    before: RunReport,
    after: RunReport,
}

impl Done<'_> {
    fn n_events(&self) -> u64 {
        self.after.n_synaptic_events - self.before.n_synaptic_events
    }

    fn n_synapses(&self) -> u64 {
        let network = &self.benchmark.network;
        let from_cells = network.projections.iter().zip(&self.after.projections);
        let from_cells =
            from_cells.filter(|(projection, _)| !network.populations[projection.pre].model.is_source());
        from_cells.map(|(_, report)| report.n_synapses).sum()
    }

    fn n_spikes(&self, population: usize) -> u64 {
        self.after.spikes_per_population[population] - self.before.spikes_per_population[population]
    }

    fn seconds(&self) -> f64 {
        f64::from(self.after.timesteps - self.before.timesteps) * self.benchmark.tick_ms / 1000.0
    }

    #[expect(clippy::cast_precision_loss, reason = "a mean")]
    fn mean_rate_hz(&self) -> f64 {
        let network = &self.benchmark.network;
        let n: u64 = cells(network).map(|(index, _)| self.n_spikes(index)).sum();
        ratio(n as f64, n_cells(network) as f64 * self.seconds())
    }

    #[expect(clippy::cast_precision_loss, reason = "shares")]
    fn phases(&self) -> PhaseShares {
        let (before, after) = (self.before.phases, self.after.phases);
        let n_threads = self.after.n_threads as f64;
        let deliver = (after.deliver - before.deliver) as f64 / n_threads;
        let update = (after.update - before.update) as f64 / n_threads;
        let exchange = (after.exchange - before.exchange) as f64;
        let share = |part| ratio(part, deliver + update + exchange);
        PhaseShares { deliver: share(deliver), update: share(update), exchange: share(exchange) }
    }

    fn unexpected(&self) -> Vec<String> {
        let check = |expected: &Expected| {
            let index = self.benchmark.network.population_index(&expected.population)?;
            let size = self.benchmark.network.populations[index].size;
            #[expect(clippy::cast_precision_loss, reason = "a mean")]
            let rate = ratio(self.n_spikes(index) as f64, f64::from(size) * self.seconds());
            expected.complaint(rate)
        };
        self.benchmark.expected.iter().filter_map(check).collect()
    }
}

impl Expected {
    /// What to say if a population has this mean rate and should not.
    #[must_use]
    pub fn complaint(&self, rate_hz: f64) -> Option<String> {
        let (low, high) = self.rate_hz;
        let (name, source) = (&self.population, self.source);
        (!(low..=high).contains(&rate_hz)).then(|| {
            format!("population `{name}`: {rate_hz:.2} Hz, expected {low:.2} to {high:.2} Hz ({source})")
        })
    }
}

/// The activity of one population.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PopulationStudy {
    /// Population name.
    pub population: String,
    /// Neurons.
    pub size: u32,
    /// Rates, irregularity, correlations.
    pub summary: Summary,
    /// The expectation, if there is one.
    pub expected: Option<Expected>,
}

/// Runs a benchmark once with all spikes recorded, and describes each population after the transient.
///
/// # Errors
/// [`Error::Engine`] if the network cannot be built.
pub fn study(benchmark: &Benchmark, protocol: &Protocol) -> Result<Vec<PopulationStudy>, Error> {
    let (settle, ticks) = (protocol.settle(benchmark), protocol.ticks(benchmark));
    let recorded = Benchmark { settle, ..benchmark.clone() }.recording_spikes();
    let mut simulation = Simulation::new(&recorded.network, &protocol.options())?;
    simulation.run(settle.saturating_add(ticks));
    let window = settle..simulation.tick();
    let recordings = simulation.recordings();
    let of = |(index, population): (usize, &gennaker_network::Population)| {
        let spikes = recordings.populations[index].spikes.as_ref()?;
        Some(PopulationStudy {
            population: population.name.clone(),
            size: population.size,
            summary: summary(spikes, population.size, &window, benchmark.tick_ms),
            expected: benchmark.expected.iter().find(|e| e.population == population.name).cloned(),
        })
    };
    Ok(cells(&benchmark.network).filter_map(of).collect())
}

/// Projections by layout, largest share first.
fn stores(report: &RunReport) -> Vec<StoreUse> {
    let mut stores: Vec<StoreUse> = Vec::new();
    for projection in &report.projections {
        let i = stores.iter().position(|s| s.layout == projection.layout).unwrap_or(stores.len());
        if i == stores.len() {
            stores.push(StoreUse {
                layout: projection.layout.clone(),
                n_projections: 0,
                n_synapses: 0,
                bytes: 0,
            });
        }
        stores[i].n_projections += 1;
        stores[i].n_synapses += projection.n_synapses;
        stores[i].bytes += projection.bytes;
    }
    stores.sort_by_key(|store| std::cmp::Reverse(store.n_synapses));
    stores
}

/// Nanoseconds since the first call.
fn nanoseconds() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

fn seconds<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed().as_secs_f64())
}

/// The middle value; of an even number the upper one of the two.
pub(super) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// A quotient, 0 where the divisor is.
fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

/// Linux keeps a high-water mark of a process's resident memory, and lets the process reset its own.
fn reset_peak() {
    // Where that is not possible the mark stays, and the peak is that of the whole process.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

fn peak_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::super::by_name;
    use super::*;

    fn protocol() -> Protocol {
        Protocol { threads: Some(1), ticks: Some(300), settle: Some(100), runs: 2, ..Protocol::default() }
    }

    #[test]
    fn a_measurement_adds_up() {
        let benchmark = by_name("brunel:500").unwrap();
        let measured = measure(&benchmark, &protocol()).unwrap();
        assert_eq!((measured.n_threads, measured.n_neurons, measured.run_seconds.len()), (1, 500, 2));
        assert_eq!(measured.stores.iter().map(|s| s.n_synapses).sum::<u64>(), measured.n_synapses);
        let phases = measured.phases;
        assert!((phases.deliver + phases.update + phases.exchange - 1.0).abs() < 1e-9, "{phases:?}");
        assert!((20_000..30_000).contains(&measured.n_synapses), "{measured:?}");
        assert!(measured.mean_rate_hz > 1.0 && measured.synaptic_events_per_second > 0.0, "{measured:?}");
        assert!(measured.peak_bytes.is_none_or(|bytes| bytes > 1 << 20));
        assert!(measured.unexpected.is_empty());
    }

    #[test]
    fn a_study_describes_what_is_measured() {
        let benchmark = by_name("brunel:500").unwrap();
        let (measured, studied) = (
            measure(&benchmark, &Protocol { runs: 1, ..protocol() }).unwrap(),
            study(&benchmark, &protocol()).unwrap(),
        );
        let spikes = |s: &PopulationStudy| s.summary.rate_hz.mean * f64::from(s.size);
        let rate = studied.iter().map(spikes).sum::<f64>() / 500.0;
        assert_eq!(studied.len(), 2);
        assert!((rate - measured.mean_rate_hz).abs() < 1e-9, "{rate} {}", measured.mean_rate_hz);
    }

    #[test]
    fn medians_and_complaints() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-12);
        let expected = Expected { population: "exc".to_owned(), rate_hz: (1.0, 2.0), source: "a paper" };
        assert_eq!(expected.complaint(1.5), None);
        assert_eq!(
            expected.complaint(3.0).unwrap(),
            "population `exc`: 3.00 Hz, expected 1.00 to 2.00 Hz (a paper)"
        );
    }
}
