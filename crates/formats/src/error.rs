//! Everything that can be wrong with a file or folder, in one enum.

use std::io;
use std::path::{Path, PathBuf};

use gennaker_network::NetworkError;
use thiserror::Error;

/// Why a file cannot be read or a folder not be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The operating system refuses.
    #[error("cannot {action} `{}`: {source}", .path.display())]
    Io {
        /// `read`, `write` and so on.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A network file that does not follow the format. The message shows line, column and a caret.
    #[error("{file}: {message}")]
    Syntax {
        /// The file's name.
        file: String,
        /// Where and what.
        message: String,
    },
    /// A network file that follows the format but makes no sense as a network.
    #[error("{file}: {source}")]
    Network {
        /// The file's name.
        file: String,
        /// What is wrong.
        source: Box<NetworkError>,
    },
    /// A file beyond what this program reads into memory.
    #[error("`{}` has {bytes} B; at most {limit} B are read: {remedy}", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
        /// What to do instead.
        remedy: &'static str,
    },
    /// A CSV, npy or npz file that cannot be understood.
    #[error("`{}`: {problem}", .path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What is wrong and what is allowed.
        problem: String,
    },
    /// Results would overwrite something that is not a result folder.
    #[error("results cannot be written to `{}`: {problem}; choose another folder or move it away", .path.display())]
    Occupied {
        /// The folder asked for.
        path: PathBuf,
        /// What is in the way.
        problem: String,
    },
    /// A folder that is not, or not any more, what a run has written.
    #[error("`{}` is not a complete result folder: {problem}; run the network again", .path.display())]
    NotResults {
        /// The folder.
        path: PathBuf,
        /// What is missing or damaged.
        problem: String,
    },
    /// A result folder of a newer program.
    #[error("`{}` has format {found}, this program reads up to {known}: use a newer gennaker", .path.display())]
    NewerFormat {
        /// The folder.
        path: PathBuf,
        /// Its format number.
        found: u32,
        /// The newest known one.
        known: u32,
    },
}

impl FormatError {
    /// Wraps what the operating system says about a path, for use with `map_err`.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    pub(crate) fn table(path: &Path, problem: impl Into<String>) -> Self {
        Self::Table { path: path.to_owned(), problem: problem.into() }
    }

    pub(crate) fn not_results(path: &Path, problem: impl Into<String>) -> Self {
        Self::NotResults { path: path.to_owned(), problem: problem.into() }
    }
}
