//! Networks to measure simulators with: what they are, how long to run them, and what must come out.
//!
//! Each is a function of its size that returns a [`Benchmark`]; [`by_name`] finds one by a name such as `brunel:5000:poisson`. Sizes
//! and weights of published models are in the units of their papers, named beside each constant, and turned into the integer weights
//! of the synapse word. [`measure`] runs one against the clock; [`statistics`] describes the spikes.
//!
//! ```
//! use gennaker::benchmarks::{self, Protocol, measure};
//! let benchmark = benchmarks::by_name("brunel:500")?;
//! let protocol = Protocol { ticks: Some(20), settle: Some(20), ..Protocol::default() };
//! let measurement = measure(&benchmark, &protocol)?;
//! assert_eq!((measurement.n_neurons, measurement.ticks), (500, 20));
//! # Ok::<(), gennaker::Error>(())
//! ```

mod accounting;
mod brunel;
mod chip;
mod measure;
pub mod microcircuit;
mod name;
mod power;
mod scnn;
pub mod statistics;
mod synfire;
mod vogels_abbott;

use gennaker_network::{Network, Population, Recording};
use serde::Serialize;

pub use accounting::{AccountingMeasurement, measure_accounting};
pub use brunel::{Drive, brunel};
pub use chip::{board, chip};
pub use measure::{Measurement, PhaseShares, PopulationStudy, Protocol, StoreUse, measure, study};
pub use microcircuit::microcircuit;
pub use name::{BenchmarkError, Entry, by_name, catalogue};
pub use power::{Load, power};
pub use scnn::{SCNN_RECORDINGS, ScnnMeasurement, measure_scnn, scnn, scnn_recording};
pub use synfire::synfire;
pub use vogels_abbott::{vogels_abbott_conductance, vogels_abbott_current};

/// A network with the instructions to measure it.
#[derive(Debug, Clone)]
pub struct Benchmark {
    /// Name with its choices spelled out: [`by_name`] of it gives the same benchmark.
    pub name: String,
    /// The network. It records nothing; see [`Benchmark::recording_spikes`].
    pub network: Network,
    /// Length of a tick in milliseconds.
    pub tick_ms: f64,
    /// Ticks after which the transient of the start is over; they are run, but not measured.
    pub settle: u32,
    /// Ticks to measure: one run of the clock.
    pub ticks: u32,
    /// What must come out; empty where nothing is published or stable enough.
    pub expected: Vec<Expected>,
}

/// The mean rate that a population must show after [`Benchmark::settle`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Expected {
    /// Population name.
    pub population: String,
    /// Lowest and highest mean rate in spikes per second and neuron, for one second or more and any seed.
    pub rate_hz: (f64, f64),
    /// Where the number is from.
    pub source: &'static str,
}

impl Benchmark {
    /// The same benchmark with the spikes of all neurons, not of sources, recorded from tick [`Benchmark::settle`] on.
    #[must_use]
    pub fn recording_spikes(mut self) -> Self {
        let start = self.settle;
        for population in self.network.populations.iter_mut().filter(|p| !p.model.is_source()) {
            population.record = vec![Recording { start, ..Recording::all("spikes") }];
        }
        self
    }

    /// The same benchmark with another seed.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.network.seed = seed;
        self
    }
}

/// Neurons of all populations that are no sources.
pub(crate) fn n_cells(network: &Network) -> u64 {
    cells(network).map(|(_, population)| u64::from(population.size)).sum()
}

/// The populations that are no sources, with their positions.
pub(crate) fn cells(network: &Network) -> impl Iterator<Item = (usize, &Population)> {
    network.populations.iter().enumerate().filter(|(_, population)| !population.model.is_source())
}

/// Factor that a quantity with time constant `tau_ms` keeps in a tick of `tick_ms`.
fn decay(tick_ms: f64, tau_ms: f64) -> f64 {
    libm::exp(-tick_ms / tau_ms)
}
