//! What can go wrong, with the node it went wrong at.

use gennaker_network::NetworkError;
use gennaker_nir::NirError;

/// Why a graph cannot be lowered or data cannot be fed to it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeployError {
    /// The graph is not sound.
    #[error(transparent)]
    Nir(Box<NirError>),
    /// What came out is no valid network.
    #[error(transparent)]
    Network(Box<NetworkError>),
    /// An option is out of range.
    #[error("{option} is {given}; {remedy}")]
    Option {
        /// Its name.
        option: &'static str,
        /// Its value.
        given: String,
        /// What it has to be.
        remedy: &'static str,
    },
    /// An option that there is not.
    #[error("there is no option `{name}`; there are: {known}")]
    UnknownOption {
        /// Its name.
        name: String,
        /// Names of all options.
        known: String,
    },
    /// A node that the chip cannot have.
    #[error("node `{node}` ({kind}): {problem}")]
    Node {
        /// Its name.
        node: String,
        /// Its NIR type.
        kind: &'static str,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A graph without something to run.
    #[error("the graph has no {missing}; {remedy}")]
    Missing {
        /// What is missing.
        missing: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// Something in a network that a graph cannot say.
    #[error("{what} cannot be written as a NIR graph: {problem}")]
    Unraisable {
        /// A population or projection, by name.
        what: String,
        /// What is wrong and what would do.
        problem: String,
    },
    /// Events or samples that do not fit.
    #[error("{0}")]
    Data(String),
}

impl From<NirError> for DeployError {
    fn from(error: NirError) -> Self {
        Self::Nir(Box::new(error))
    }
}

impl From<NetworkError> for DeployError {
    fn from(error: NetworkError) -> Self {
        Self::Network(Box::new(error))
    }
}
