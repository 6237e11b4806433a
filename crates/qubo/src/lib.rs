//! QUBO and Ising problems in exact integers: forms and conversions, problems with encoding and decoding, readers of
//! the files in which benchmark instances circulate.
//!
//! The noun that solvers see is [`Ising`]: fields and couplings of spins, kept row by row, always to be minimised.
//!
//! **The one decision.** All coefficients are 64-bit integers, and a problem whose absolute coefficients add up to more than
//! 2^62 - 1 is refused ([`MAX_ENERGY`]). Every energy, partial sum and difference is then exact in 64 bits, without a check
//! in any inner loop, and two states compare the same way on every machine. Halves and quarters, which conversions bring,
//! are kept as a common denominator ([`Ising::scale`]). The price: numbers with fractions have to be scaled first, and a
//! problem with very large numbers has to be rounded by whoever states it.
//!
//! **What it does not know.** Machines, neurons, ticks, engines, threads, time.
//!
//! ```
//! use gennaker_qubo::Ising;
//! // An antiferromagnetic triangle: not all three pairs can be satisfied.
//! let triangle = Ising::new(vec![0; 3], [(0, 1, 1), (1, 2, 1), (0, 2, 1)])?;
//! assert_eq!(triangle.energy(&[1, -1, 1])?, -1);
//! assert_eq!(triangle.local_field(&[1, -1, 1], 0), 0);
//! assert_eq!(triangle.max_weighted_degree(), 2);
//! # Ok::<(), gennaker_qubo::QuboError>(())
//! ```
#![deny(missing_docs)]

mod error;
mod ising;
pub mod solver;
mod terms;
mod value;

pub use error::{MAX_ENERGY, QuboError};
pub use ising::Ising;
pub use terms::MAX_VARIABLES;
pub use value::{Fraction, Sense};
