//! The SpiNNaker machine as a discrete-event system: PEs that run programs on interrupts, packets that travel through routers and
//! links and wait in queues, clocks that are too slow, and what is lost then.
//!
//! [`Fabric`] is the machine; what runs on its PEs is a [`Program`], which answers an [`Interrupt`] through a [`Pe`]: it charges
//! cycles, sends packets, takes others from its FIFO, starts timers, transfers and the accelerator. [`EventMachine`] runs a mapped
//! network that way, tick by tick on every PE, and tells who did not keep up. [`LiteralMachine`] runs the same mapping without
//! time, packet by packet: the oracle of mappings.
//!
//! **The one decision.** A packet costs one event per router. When it comes to one, the time at which the engines take it, when it
//! leaves by each link and when it is written into each FIFO follow from when these were last busy; only what is blocked waits in a queue and for another event. FIFOs are looked at when their PE looks. The price:
//! handlers run at once, at the time of their beginning, so that nothing which happens while one runs can change what it does;
//! and the data network between PEs and router has no queues of its own that could overflow.
//!
//! All time is in whole picoseconds, events are ordered by time and then by the order in which they came about, and random numbers
//! belong to what they are drawn for: a run is a function of its inputs.
//!
//! **What it does not know.** The fast engine, files, host threads, joules.
//!
//! Two PEs play ping-pong, and one finds out how long a packet takes:
//!
//! ```
//! use gennaker_fabric::{Fabric, FabricOptions, Interrupt, Payload, Pe, PeSetup, Program};
//! use gennaker_machine::{Machine, MachineSpec};
//! use gennaker_mapping::{MappingOptions, Net, SliceDemand, SliceGraph, lay_out};
//!
//! struct Player { key: u32, serves: bool, round_trips_ns: Vec<u64>, sent_ps: u64 }
//!
//! impl Program for Player {
//!     fn interrupt(&mut self, why: Interrupt, pe: &mut Pe<'_>) {
//!         match why {
//!             Interrupt::Start => pe.interrupt_on_packets(true),
//!             _ => {
//!                 pe.charge(30);
//!                 let ball = pe.next_packet().expect("it was interrupted because of one");
//!                 assert_eq!(ball.payload, Payload::One(42));
//!                 self.round_trips_ns.push((pe.now_ps() - self.sent_ps) / 1_000);
//!             }
//!         }
//!         let has_ball = why == Interrupt::Packets || self.serves;
//!         if has_ball && self.round_trips_ns.len() < 10 {
//!             self.sent_ps = pe.now_ps();
//!             pe.send(self.key, Payload::One(42));
//!         }
//!     }
//! }
//!
//! // Two slices that send to each other: places, keys and routing tables.
//! let one = |population| SliceDemand { population, n_neurons: 1, dram_bytes: 0 };
//! let graph = SliceGraph {
//!     slices: vec![one(0), one(1)],
//!     nets: vec![Net { source: 0, targets: 0 }, Net { source: 1, targets: 1 }],
//!     target_sets: vec![vec![1], vec![0]],
//! };
//! let machine = Machine::new(MachineSpec::single_chip())?;
//! let layout = lay_out(&graph, &machine, &MappingOptions::default())?;
//!
//! let mut fabric = Fabric::new(&machine, &layout.tables, &FabricOptions::default())?;
//! for (index, (place, keys)) in layout.places.iter().zip(&layout.keys).enumerate() {
//!     let player = Player { key: keys.key, serves: index == 0, round_trips_ns: vec![], sent_ps: 0 };
//!     fabric.load(*place, player, PeSetup::default())?;
//! }
//! fabric.run();
//!
//! let round_trips = &fabric.programs()[0].round_trips_ns;
//! assert!(round_trips[1] > 500 && round_trips[1] < 900, "{round_trips:?}");
//! assert_eq!(fabric.totals().delivered, 19);
//! assert!(fabric.totals().is_balanced());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(missing_docs)]

mod chip;
mod dma;
mod error;
mod fabric;
mod inbox;
mod literal;
mod options;
mod packet;
mod pe;
mod program;
mod queue;
mod report;
mod routes;
mod snn;
mod stall;
mod time;
mod transport;

pub use error::FabricError;
pub use fabric::{Fabric, PeSetup};
pub use literal::LiteralMachine;
pub use options::{ChipDrift, FabricOptions, FifoPolicy, LinkOptions, TickSource};
pub use packet::{Payload, Received};
pub use program::{Interrupt, Memory, Pe, Program};
pub use queue::EventQueue;
pub use report::{FabricReport, Incident, LinkReport, Mishap, PeReport, Queue, RouterReport, Totals};
pub use snn::{EventMachine, EventOptions, EventReport, SlicePlace, TickWork, Trouble, What};
