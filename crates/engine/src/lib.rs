//! Runs a network tick by tick, with the chip's arithmetic or with double precision.
//!
//! **The one decision.** What the chip computes is kept to the bit; how its memory is laid out is not. Neurons live in
//! structure-of-arrays form, synapses in rows sorted by sender, and a shard (a part of the neurons with all synapses onto
//! them) is the unit of work: it reads the spikes of earlier ticks and writes only its own sums, state and spikes, for as many
//! ticks as the shortest delay allows. So results cannot depend on the number of threads, on the mapping, or on the order in
//! which threads finish. The price: a spike's row is cut at shard borders.
//!
//! **What it does not know.** Machines and mappings (`gennaker-fabric` runs those, and its tests compare the two), files,
//! terminals, plots, time in seconds, joules.
//!
//! ```
//! use gennaker_engine::{Options, Simulation};
//! use gennaker_network::*;
//! let mut network = Network::new("one neuron");
//! network.add_population(Population::new("cell", 1, Model::Lif).with("i_offset", 3.0).with("threshold", 10.0)
//!     .recording("spikes").recording("v"));
//! let mut simulation = Simulation::new(&network, &Options::default())?;
//! simulation.run(10);
//! let recordings = simulation.recordings();
//! assert_eq!(recordings.populations[0].spikes.as_ref().unwrap().ticks, [3, 7]);
//! # Ok::<(), gennaker_engine::EngineError>(())
//! ```
#![deny(missing_docs)]

mod arithmetic;
mod build;
mod checkpoint;
mod core;
mod error;
mod feed;
mod gang;
mod history;
mod kernels;
mod options;
mod pages;
mod parameters;
mod plan;
mod recorder;
mod recording;
mod report;
mod shard;
mod simd;
mod simulation;
mod store;
mod sums;

pub use error::EngineError;
pub use gennaker_network::SpikeRecording;
pub use options::{Numeric, Options, RingWidth};
pub use recording::{PopulationRecording, Recordings, StateRecording, Values};
pub use report::{Phases, ProjectionReport, RunReport};
pub use simulation::Simulation;
