//! What the hardware would do with a mapped network: work in cycles, clock levels, time, traffic and energy.
//!
//! **The one decision.** What a machine has to do is a pure function of the spikes and the mapping, so nothing is simulated here: spikes of a
//! tick go in ([`Counting`]), counts of every PE, link and router come out ([`TickCounts`]), and any number of accountants turn
//! them into time and joules, each under its own assumptions ([`Accountant`], [`AccountOptions`]). Counts are whole numbers and coefficients
//! come in last, so a run can be accounted for again and again, by another clock policy or on another machine. The price: overload
//! is seen and reported, but has no consequences; for those there is the discrete-event machine.
//!
//! The nouns: [`Traffic`] (where packets go), [`TickCounts`] (what happened in a tick), [`AccountOptions`] with their [`Coefficients`] (what it
//! is taken to cost) and [`Account`] (what that comes to).
//!
//! **What it does not know.** Neuron equations, files, host memory, how spikes came about.
//!
//! ```
//! use gennaker_energy::{AccountOptions, Accountant, Counting, Traffic};
//! use gennaker_machine::{Machine, MachineSpec};
//! use gennaker_mapping::{MappingOptions, map};
//! use gennaker_network::{Connector, Model, Network, Population, Projection};
//!
//! let mut network = Network::new("two");
//! let input = network.add_population(Population::new("input", 10, Model::SpikeList));
//! let cells = network.add_population(Population::new("cells", 50, Model::Lif));
//! let all = Connector::AllToAll { allow_self_connections: true };
//! network.add_projection(Projection::new("all", input, cells, all).with_weight(1.0));
//! let machine = Machine::new(MachineSpec::single_chip())?;
//! let mapping = map(&network, &machine, &MappingOptions::default())?;
//!
//! let traffic = Traffic::new(&network, &mapping, &machine)?;
//! let mut options = AccountOptions::default();
//! options.set("level", "auto:2")?;
//! let mut accountant = Accountant::new(&network, &mapping, &machine, &traffic, 1_000_000, &options)?;
//! let mut counting = Counting::new(&traffic);
//! // Three inputs fire in tick 0, nobody does in tick 1: the spikes arrive then.
//! for fired in [&[0, 4, 7][..], &[]] {
//!     accountant.tick(&counting.tick(|population| if population == input { fired } else { &[] }));
//! }
//! let account = accountant.account();
//! assert_eq!((account.n_packets, account.n_synaptic_events), (3, 150));
//! let busy = &account.pes[1];
//! assert_eq!(busy.ticks_at_level, [0, 1, 0, 1]);
//! // 500 cycles per tick, 50 for each of 50 neurons, 40 for each of 3 packets, 20 for each of 150 events, at 300 MHz.
//! assert!((busy.max_time_done * 1e6 - (500 + 2_500 + 120 + 3_000) as f64 / 0.3 - 100.0).abs() < 1e-6);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(missing_docs)]

mod account;
mod coefficients;
mod counters;
mod counting;
mod cycles;
mod error;
mod fanout;
mod levels;
mod matrix;
mod power;
mod replay;
mod spans;
mod together;
mod traffic;

pub use account::{
    Account, AccountOptions, Accountant, LinkAccount, Overview, PeAccount, PoweredParts, RouterAccount,
    Trace, TraceRequest, UnusedPes,
};
pub use coefficients::Coefficients;
pub use counters::Counters;
pub use counting::{Counting, TickCounts};
pub use cycles::{PeCycles, Work};
pub use error::EnergyError;
pub use levels::{DEFAULT_MARGIN, DEFAULT_THRESHOLD, LevelPolicy, Levels};
pub use matrix::MatrixProduct;
pub use power::{Energy, LevelPower, Powered};
pub use replay::{Replay, Spikes, replay};
pub use together::check_together;
pub use traffic::{DirectedLink, Traffic};
