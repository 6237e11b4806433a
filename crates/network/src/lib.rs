//! What a user wants to run: populations of neurons, projections between them, the neuron models with their
//! parameters, spike sources, and what to record.
//!
//! **The one decision.** A [`Network`] is a description, never a table of synapses. Connectors are rules; the synapses
//! of any range of target neurons can be drawn at any time, in any order and on any thread, and come out the same,
//! because every random number is a pure function of `(seed, object, purpose, neuron, draw)` ([`random`]). So the
//! mapping can size a core, the engine can fill its stores and a test can check one neuron, without agreeing on
//! anything but the network. The price: a rule that is drawn twice costs its time twice.
//!
//! **What it does not know.** Machines, cores' addresses, files, threads' number, how neurons are integrated on the host.
//!
//! ```
//! use gennaker_network::*;
//! let mut network = Network::new("pair").with_seed(7);
//! let stimulus = network.add_population(Population::new("stimulus", 2, Model::SpikeList)
//!     .with_spikes(SpikeTrains::from_lists([(0, vec![1, 4, 9]), (1, vec![20])])));
//! let cell = network.add_population(Population::new("cell", 1, Model::Lif)
//!     .with("threshold", 10.0).with("alpha_decay", 0.9).recording("spikes").recording("v"));
//! network.add_projection(Projection::new("input", stimulus, cell, Connector::AllToAll { allow_self_connections: true })
//!     .with_weight(4.0).with_delay(1));
//! network.validate()?;
//! assert_eq!(in_degrees(&network, 0), vec![2]);
//! # Ok::<(), NetworkError>(())
//! ```
#![deny(missing_docs)]

pub mod annealing;
mod connectivity;
mod connector;
mod convolution;
mod error;
pub mod exponential;
mod law;
mod model;
mod model_table;
mod network;
mod parameter;
mod population;
pub mod random;
pub mod simd;
mod spike_recording;
mod spike_trains;
mod synapse;
mod validate;

pub use connectivity::{
    BitMatrix, Drawer, Synapse, for_each_pair, for_each_synapse, in_degrees, n_synapses, slice_pairs,
};
pub use connector::{ConnectionList, Connector, DistanceKernel, Projection};
pub use convolution::{Convolution, ConvolutionProblem};
pub use error::{NetworkError, nearest};
pub use model::{
    CoreProfile, Model, ModelDescriptor, ParameterDefault, ParameterDescriptor, RingLayout, StateDescriptor,
    SynapseWord,
};
pub use network::Network;
pub use parameter::{Distribution, Parameter, Resolved};
pub use population::{Population, Recording, Selection};
pub use spike_recording::SpikeRecording;
pub use spike_trains::SpikeTrains;
pub use synapse::{OutOfRange, QuantisationReport, Quantiser};
