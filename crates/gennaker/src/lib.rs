//! The SpiNNaker2 neuromorphic system in software: describe a network, lay it on the machine, run it, look at the results.
//!
//! **The one decision.** This crate adds nothing that the libraries could do: it re-exports them and ties the usual path
//! together, from a network file to pictures ([`Experiment`], [`pictures`]). The price: one crate more between a user and the
//! code that does the work. The parts are there under their own names: [`network`], [`machine`], [`mapping`], [`engine`],
//! [`energy`], [`fabric`], [`formats`], [`report`].
//!
//! **What it does not know.** Terminals, Python, arguments of commands.
//!
//! ```
//! use gennaker::{Connector, Experiment, Model, Network, Population, Projection, pictures};
//!
//! let mut network = Network::new("chain").with_seed(1);
//! let input = network.add_population(Population::new("input", 100, Model::PoissonProcess).with("p", 0.05));
//! let layer = network.add_population(
//!     Population::new("layer", 100, Model::Lif).with("threshold", 8.0).recording("spikes"));
//! let random = Connector::FixedProbability { p: 0.1, allow_self_connections: true };
//! network.add_projection(Projection::new("drive", input, layer, random).with_weight(2.0).with_delay(1));
//!
//! let experiment = Experiment::new(network);
//! let mapped = experiment.map()?;
//! assert_eq!((mapped.machine.spec().name.as_str(), mapped.mapping.stats.n_chips), ("chip", 1));
//!
//! let mut simulation = experiment.simulation()?;
//! simulation.run(200);
//! let recordings = simulation.recordings();
//! assert!(recordings.populations[layer].spikes.as_ref().unwrap().ticks.len() > 100);
//! let raster = pictures::raster("chain", &recordings, &pictures::View::whole(&recordings, 1.0))?;
//! assert!(raster.svg().starts_with("<svg"));
//! # Ok::<(), gennaker::Error>(())
//! ```
#![deny(missing_docs)]

mod account;
pub mod benchmarks;
mod counter;
mod counters;
mod deployment;
mod doctor;
mod error;
mod event;
mod experiment;
mod folder;
pub mod optimisation;
pub mod pictures;
mod pieces;
pub mod reporting;
mod sweep;

pub use gennaker_deploy as deploy;
pub use gennaker_energy as energy;
pub use gennaker_engine as engine;
pub use gennaker_fabric as fabric;
pub use gennaker_formats as formats;
pub use gennaker_machine as machine;
pub use gennaker_mapping as mapping;
pub use gennaker_network as network;
pub use gennaker_nir as nir;
pub use gennaker_qubo as qubo;
pub use gennaker_report as report;

pub use account::{Accounted, account_recordings, open_accountable};
pub use counter::Counter;
pub use deployment::{
    Deployment, FirstDifference, HardwarePerSample, LayerStudy, Runner, SampleRun, Study, StudyOptions,
    StudyRow, classes_of, read_samples, study,
};
pub use doctor::{Peaks, explain_silence, highest_v};
pub use error::Error;
pub use event::{Difference, EventRun};
pub use experiment::{Experiment, Mapped};
pub use folder::{MAX_WRITTEN_PES, PICTURE_BYTES, PNG_SCALE, some_picture, write_with_pictures};
pub use gennaker_energy::{Account, AccountOptions, LevelPolicy};
pub use gennaker_engine::{Numeric, Options, Recordings, RunReport, Simulation};
pub use gennaker_formats::{NetworkFile, ResultFolder};
pub use gennaker_machine::{Machine, MachineSpec};
pub use gennaker_mapping::{Mapping, MappingOptions};
pub use gennaker_network::{
    Connector, Distribution, Model, Network, OutOfRange, Parameter, Population, Projection, Recording,
    SpikeTrains,
};
pub use pieces::{RECORDING_LIMIT_BYTES, run_in_pieces};
pub use sweep::{Figures, Sweep, SweepRow, sweep};
