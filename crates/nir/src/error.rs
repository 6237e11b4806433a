//! What can go wrong, with the name of the node it went wrong at.

use std::path::PathBuf;

use crate::check::Fault;

/// What may be the cause of shapes that do not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShapeHint {
    /// Nothing that is known here.
    None,
    /// A leading axis of length 1.
    BatchAxis,
    /// A Flatten that starts behind the first axis.
    FlattenStart,
}

impl std::fmt::Display for ShapeHint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "",
            Self::BatchAxis => "; a leading axis of length 1 looks like a batch axis, which signals in NIR do not have",
            Self::FlattenStart => {
                "; a Flatten with `start_dim` 1 counts on a batch axis, which signals in NIR do not have: 0 may be meant"
            }
        })
    }
}

/// Why a graph could not be read, written, checked or given shapes. Nodes of nested graphs are named `graph|node`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NirError {
    /// A file could not be opened, read, written or renamed.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The bytes are no HDF5 file.
    #[error(
        "this is no HDF5 file: none of its bytes are the signature of one; NIR graphs are HDF5 files, as `nir.write` makes them"
    )]
    NotHdf5,
    /// The HDF5 file is damaged, or uses what the library below does not know.
    #[error(
        "the HDF5 file cannot be read at {at}: {reason}; if h5dump reads it, h5repack may help, else the file is damaged"
    )]
    Damaged {
        /// Path of the object in the file.
        at: String,
        /// What the library said.
        reason: String,
    },
    /// The library below gave up in a way that it should not.
    #[error(
        "the HDF5 library stopped on this file: {reason}; the file is damaged, or the library has a fault"
    )]
    LibraryStopped {
        /// Its last words.
        reason: String,
    },
    /// The file asks for more than the reader's limits allow.
    #[error("{at}: {amount} {what} where {limit} are allowed; if the file is sound, raise `Limits::{field}`")]
    Limit {
        /// Path of the object in the file.
        at: String,
        /// What is counted.
        what: &'static str,
        /// How much of it the file asks for.
        amount: u64,
        /// How much is allowed.
        limit: u64,
        /// The limit's field in [`crate::Limits`].
        field: &'static str,
    },
    /// A dataset claims more bytes than its file can hold.
    #[error(
        "{at}: a dataset of {bytes} bytes cannot come from a file of {file_bytes} bytes; the file is damaged"
    )]
    Impossible {
        /// Path of the dataset.
        at: String,
        /// Bytes that its shape and type amount to.
        bytes: u64,
        /// Length of the file.
        file_bytes: u64,
    },
    /// The file is sound, but no NIR graph.
    #[error("the file holds no NIR graph: {reason}")]
    NotNir {
        /// What is missing or of the wrong kind.
        reason: String,
    },
    /// A node's type is none of NIR's.
    #[error("node `{node}` is of unknown type `{found}`; known are {known}")]
    UnknownType {
        /// The node.
        node: String,
        /// The type in the file.
        found: String,
        /// All types that there are.
        known: String,
    },
    /// A node lacks a parameter.
    #[error("node `{node}` ({kind}) has no `{field}`; it needs {needed}")]
    Missing {
        /// The node.
        node: String,
        /// Its type.
        kind: String,
        /// The missing parameter.
        field: &'static str,
        /// All parameters that the type needs.
        needed: String,
    },
    /// A node has a parameter that its type does not have.
    #[error("node `{node}` ({kind}) has a `{field}`, which is none of its parameters: {known}")]
    UnknownField {
        /// The node.
        node: String,
        /// Its type.
        kind: String,
        /// The surplus parameter.
        field: String,
        /// The parameters that the type has.
        known: String,
    },
    /// A parameter is not of the kind that it must be.
    #[error("node `{node}`: `{field}` must be {needed}, found {found}")]
    Misfit {
        /// The node.
        node: String,
        /// The parameter.
        field: String,
        /// What it must be.
        needed: &'static str,
        /// What it is.
        found: String,
    },
    /// The graph has faults; all of them.
    #[error("{}", crate::check::list(.0))]
    Faulty(Vec<Fault>),
    /// The signal that arrives at a node does not have the shape that the node needs.
    #[error(
        "the signal from `{from}` to `{to}` has shape {found:?}, but `{to}` ({kind}) needs {needed}{hint}"
    )]
    Shape {
        /// The node from which the signal comes.
        from: String,
        /// The node at which it arrives.
        to: String,
        /// The type of that node.
        kind: &'static str,
        /// Shape of the signal.
        found: Vec<usize>,
        /// Shape that is needed, in words.
        needed: String,
        /// What may be the cause.
        hint: ShapeHint,
    },
    /// Nothing tells the shape of a node's signal.
    #[error("the shape of `{node}` ({kind}) is not known: {reason}")]
    ShapeUnknown {
        /// The node.
        node: String,
        /// Its type.
        kind: &'static str,
        /// What would tell it.
        reason: &'static str,
    },
    /// Recorded events do not fit a grid of time steps.
    #[error("the events cannot be put on a grid of {dt_s} s: {reason}")]
    NoGrid {
        /// Length of a step, s.
        dt_s: f64,
        /// What does not fit, and what would.
        reason: String,
    },
    /// A name that a file cannot hold.
    #[error(
        "`{name}` cannot be the name of a {what}: names in HDF5 are not empty, not `.`, and without `/` and NUL; rename it"
    )]
    Name {
        /// The name.
        name: String,
        /// What has it.
        what: &'static str,
    },
    /// The library below could not write the graph.
    #[error("the graph cannot be written: {reason}")]
    Unwritable {
        /// What the library said.
        reason: String,
    },
}
