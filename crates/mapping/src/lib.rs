//! How a network is laid on a machine: partition, placement, keys, routes, tables, compression and memory.
//!
//! **The one decision.** Every stage is a function from plain data to plain data, and the whole, [`map`], is a pure
//! function of the network, the machine and the options: it draws random numbers from the seed in the options,
//! looks at no clock, and gives the same [`Mapping`] on any number of threads. A mapping can therefore be saved,
//! compared, verified, and run by several simulators. The price: nothing is adapted while a network runs.
//!
//! The stages, each in a module of its own:
//!
//! 1. *partition*: populations are cut into slices that fit a PE's SRAM, block by block ([`MemoryBlock`]), images into blocks of
//!    neighbours ([`AtomOrder`]);
//! 2. *inputs*: the synapses between slices are counted, which decides who sends to whom and how rows are stored;
//! 3. *place*: each slice gets a core ([`Placer`]);
//! 4. *keys*: each slice gets a block of routing keys ([`KeyAllocator`]);
//! 5. *route*: each net gets a multicast tree round all faults ([`Router`], [`RouteTree`]);
//! 6. *tables*: trees become ternary entries, merged and, where needed, compressed ([`Compressor`]).
//!
//! [`verify`] proves the result by walking every key block through the finished tables.
//! [`PeImage`] is the loadable content of a PE, drawn when it is asked for: rows of synapses, or the kernels of convolutions
//! ([`KernelRecord`]).
//! Stages 3 to 6 know no neurons and can be used alone: [`lay_out`] takes any [`SliceGraph`].
//!
//! **What it does not know.** Time, spikes, neuron equations, files, and how the host stores synapses to run fast.
//!
//! ```
//! use gennaker_machine::{Machine, MachineSpec};
//! use gennaker_mapping::{MappingOptions, MemoryBlock, map, verify};
//! use gennaker_network::{Connector, Model, Network, Population, Projection};
//!
//! let mut network = Network::new("two layers");
//! let input = network.add_population(Population::new("input", 400, Model::PoissonProcess));
//! let layer = network.add_population(Population::new("layer", 600, Model::Lif).recording("spikes"));
//! let dense = Connector::AllToAll { allow_self_connections: true };
//! network.add_projection(Projection::new("dense", input, layer, dense).with_weight(3.0));
//!
//! let machine = Machine::new(MachineSpec::single_chip())?;
//! let mapping = map(&network, &machine, &MappingOptions::default())?;
//! let slice = &mapping.slices[mapping.slice_of(layer, 599).unwrap()];
//! assert!(slice.memory.bytes(MemoryBlock::SynapseWords) >= 400 * slice.n_neurons() * 2);
//! assert_eq!(verify(&mapping, &machine)?.nets, mapping.nets.len() as u64);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(missing_docs)]

mod blocks;
mod budget;
mod capacity;
mod compress;
mod cost;
mod error;
mod graph;
mod image;
mod inputs;
mod kernels;
mod key;
mod keys;
mod layout;
mod mapping;
mod options;
mod order;
mod partition;
mod pipeline;
mod place;
mod rng;
mod route;
mod rows;
mod suggest;
mod synapse_word;
mod table;
mod table_index;
mod tables;
mod times;
mod verify;

pub use budget::{
    DRAIN_TICKS, MemoryBlock, MemoryMap, MemoryRegion, POPULATION_RECORD_BYTES, ROW_POINTER_BYTES,
    SMALL_FIFO_SOURCES, SMALL_FIFO_WORDS, event_fifo_bytes, neuron_parameter_bytes, neuron_state_bytes,
    ring_buffer_bytes, source_data_bytes, spike_recording_bytes, state_recording_bytes,
};
pub use compress::compress;
pub use error::MappingError;
pub use graph::{Net, SliceDemand, SliceGraph};
pub use image::{PeImage, PopulationRecord, for_each_synapse_onto};
pub use inputs::InputBlock;
pub use kernels::{KERNEL_RECORD_BYTES, KernelRecord, kernel_bytes};
pub use key::{KeyMask, aligned_cover};
pub use layout::{ChipTable, SliceLayout, lay_out};
pub use mapping::{Mapping, MappingStats, RoutedNet, Slice, verify};
pub use options::{
    CompressWhen, Compressor, KeyAllocator, MappingOptions, Placer, RecordingPlace, Router, SliceOrder,
};
pub use order::AtomOrder;
pub use pipeline::{map, map_timed};
pub use place::Place;
pub use route::{RouteTree, TreeNode};
pub use rows::RowLayout;
pub use synapse_word::{PackedSynapse, pack_synapse, unpack_synapse};
pub use table::{MAX_ROUTE_CORES, Route, RoutingEntry, RoutingTable};
pub use table_index::{Decision, TableIndex};
pub use times::StageTimes;
pub use verify::{Verified, verify_layout};
