//! QUBO and Ising problems in exact integers: forms and conversions, problems with encoding and decoding, readers of
//! the files in which benchmark instances circulate.
//!
//! Four nouns: an [`Ising`] problem is what solvers see, fields and couplings of spins, kept row by row, always to be minimised. A
//! [`Qubo`] is the same over bits. A [`Problem`] is anything that can be encoded as an Ising problem and decoded again, and knows
//! its own rules and objective: [`MaxCut`], [`IndependentSet`], [`Partition`], [`Coloring`], [`Tour`], [`MaxSat`], and the two forms
//! themselves. [`read`] has the readers, [`solver`] anneals Ising problems with the update disciplines of spiking hardware, and [`spiking`]
//! makes networks of them that do the same, spike for spike.
//!
//! **The one decision.** All coefficients are 64-bit integers, and a problem whose absolute coefficients add up to more than
//! 2^62 - 1 is refused ([`MAX_ENERGY`]). Every energy, partial sum and difference is then exact in 64 bits, without a check
//! in any inner loop, and two states compare the same way on every machine. Halves and quarters, which conversions bring,
//! are kept as a common denominator ([`Ising::scale`]). The price: doubles have to be rounded first, which [`RealIsing`] does,
//! telling what it cost; most often that is nothing.
//!
//! **What it does not know.** Machines, mappings, engines; outside of [`solver`] and [`spiking`], neurons, ticks, threads and time. Which of two conventions a matrix was written
//! in: [`Convention`] has to be said.
//!
//! ```
//! use gennaker_qubo::read::{Limits, edge_list};
//! use gennaker_qubo::{MaxCut, Problem};
//! // The five vertices of Glover et al. (2019): no cut has all six edges.
//! let file = b"5 6\n1 2 1\n1 3 1\n2 4 1\n3 4 1\n3 5 1\n4 5 1\n";
//! let problem = MaxCut { graph: edge_list(file, &Limits::default())? };
//! let ising = problem.ising()?;
//! let spins = [1, -1, -1, 1, 1];
//! assert_eq!(ising.value(ising.energy(&spins)?).as_integer(), Some(5));
//! assert_eq!(problem.decode(&spins)?.objective(), Some(5.into()));
//! // Flipping vertex 1 would lose two edges: in energies, which count halves here, four more.
//! assert_eq!(ising.flip_delta(&spins, 0), 4);
//! # Ok::<(), gennaker_qubo::read::ReadError>(())
//! ```
#![deny(missing_docs)]

mod error;
mod graph;
mod ising;
mod polynomial;
mod problem;
mod qubo;
pub mod read;
mod real;
pub mod solver;
pub mod spiking;
mod terms;
mod value;

pub use error::{MAX_ENERGY, QuboError};
pub use graph::Graph;
pub use ising::Ising;
pub use problem::{
    AnyProblem, AnySolution, Coloring, Decoded, Distances, IndependentSet, Kind, MAX_COUPLINGS, MaxCut,
    MaxSat, Partition, Problem, Tour, Violation,
};
pub use qubo::{Convention, Qubo, bits_of_spins, spins_of_bits};
pub use real::{RealIsing, Rounded};
pub use terms::MAX_VARIABLES;
pub use value::{Fraction, Sense};
