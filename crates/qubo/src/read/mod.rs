//! Readers of the files in which instances circulate. They take bytes; [`file`](fn@file) fetches those, no more than allowed.
//!
//! Formats that look alike are different functions, and what a file does not say about itself is an argument: nothing is
//! guessed, but by [`open`](fn@open), which takes what a file and its name say for an answer where they say it. Every error names line and column, what is there and what should be.

mod cnf;
mod graphs;
mod matrices;
mod numbers;
mod open;
mod text;
mod tsplib;

pub use cnf::cnf;
pub use graphs::{col, edge_list};
pub use matrices::{bqp, bqp_collection, dwave, dwave_real, ising};
pub use numbers::numbers;
pub use open::{Choice, Opened, open, parse};
pub use tsplib::tsplib;

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::QuboError;

/// What a file may ask for, checked before anything is allocated for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a file. Default 2^30.
    pub max_bytes: u64,
    /// Variables, vertices, numbers or cities. Default 10^7.
    pub max_variables: usize,
    /// Edges, matrix entries or clauses. Default 2^26.
    pub max_terms: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 1 << 30, max_variables: 10_000_000, max_terms: 1 << 26 }
    }
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Something else is there than should be.
    #[error("line {line}, column {column}: {found} where {expected} is expected")]
    Syntax {
        /// Line, from 1; for the end of the file the one behind the last.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
        /// What is there, cut short.
        found: String,
        /// What should be.
        expected: String,
    },
    /// The file asks for more than the limits allow.
    #[error(
        "line {line}: {amount} {what} where {limit} are allowed; if the file is sound, the library takes it with a larger `Limits::{field}`"
    )]
    Limit {
        /// Line, from 1; 0 for the whole file.
        line: usize,
        /// What is counted.
        what: &'static str,
        /// How many the file asks for.
        amount: u64,
        /// How many are allowed.
        limit: u64,
        /// The limit's field.
        field: &'static str,
    },
    /// A file that could be several things.
    #[error("this is {content}, which could be meant as {kinds}; say which by its kind (`--kind`)")]
    Ambiguous {
        /// What is in it.
        content: &'static str,
        /// What it could be.
        kinds: String,
    },
    /// A file that is nothing known.
    #[error(
        "line {line}: {found} begins no problem that is known here: an edge list, a matrix, a list of numbers, DIMACS, TSPLIB or D-Wave's \
         `.qubo`; if it is one of those all the same, say which by its kind (`--kind`)"
    )]
    Unknown {
        /// Line, from 1.
        line: usize,
        /// What is there, cut short.
        found: String,
    },
    /// Something said of the file that it has no use for, or not said that it needs.
    #[error("`{option}`: {problem}")]
    Choice {
        /// What was said or has to be.
        option: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// The file is well formed, but what it says is no problem that can be kept exactly.
    #[error("{0}")]
    Problem(#[from] QuboError),
    /// The file could not be fetched.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// The bytes of a file.
///
/// # Errors
/// What the system says; more bytes than [`Limits::max_bytes`].
pub fn file(path: &Path, limits: &Limits) -> Result<Vec<u8>, ReadError> {
    let failed = |source| ReadError::Io { path: path.to_owned(), source };
    let opened = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    // One more than allowed: a size on record may be wrong, or that of a pipe.
    opened.take(limits.max_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    let (amount, limit) = (bytes.len() as u64, limits.max_bytes);
    if amount > limit {
        return Err(ReadError::Limit { line: 0, what: "bytes or more", amount, limit, field: "max_bytes" });
    }
    Ok(bytes)
}
