//! Optimisation problems as Python objects: stated from arrays and files, solved without holding the interpreter.

mod options;
mod outcome;
mod problem;
mod running;
mod spiking;
mod statement;

pub(crate) use outcome::QuboOutcome;
pub(crate) use problem::QuboProblem;
