//! Reading with limits and writing whole files or nothing.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use crate::error::FormatError;

/// Largest network file that is read: 256 MiB.
pub(crate) const MAX_NETWORK_FILE_BYTES: u64 = 256 << 20;
/// Most that is read from a pipe or device, whose length nobody knows beforehand: 1 GiB.
const MAX_STREAM_BYTES: u64 = 1 << 30;
/// Largest CSV, npy or npz file, and largest array inside one: 16 GiB.
pub(crate) const MAX_ARRAY_FILE_BYTES: u64 = 16 << 30;

/// The whole content of a file of at most `limit` bytes.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, FormatError> {
    let file = File::open(path).map_err(FormatError::io("read", path))?;
    let metadata = file.metadata().map_err(FormatError::io("read", path))?;
    let bytes = metadata.len();
    let limit = if metadata.is_file() { limit } else { limit.min(MAX_STREAM_BYTES) };
    let too_large = |bytes| FormatError::TooLarge {
        path: path.to_owned(),
        bytes,
        limit,
        remedy: "split it, or keep long lists in npz files beside it",
    };
    if bytes > limit {
        return Err(too_large(bytes));
    }
    let mut content = Vec::new();
    // A pipe or device has no length, so the limit holds while reading, too.
    file.take(limit + 1).read_to_end(&mut content).map_err(FormatError::io("read", path))?;
    if content.len() as u64 > limit {
        return Err(too_large(content.len() as u64));
    }
    Ok(content)
}

/// Writes a file so that it is either there as a whole or not at all: beside the target first, then renamed.
/// Missing folders are made and links followed. A device or pipe, such as `/dev/stdout`, is written to, not replaced.
///
/// # Errors
/// [`FormatError::Io`]; an older file at `path` is then untouched.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), FormatError> {
    if let Ok(there) = fs::metadata(path)
        && !there.is_file()
    {
        return write_into(path, bytes).map_err(FormatError::io("write", path));
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(FormatError::io("create", parent))?;
    }
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let draft = sibling(&target, "partial");
    let result = write_synced(&draft, bytes).and_then(|()| fs::rename(&draft, &target));
    if result.is_err() {
        // The first error is the one to report; a draft that cannot be removed changes nothing about it.
        let _ = fs::remove_file(&draft);
    }
    result.map_err(FormatError::io("write", path))
}

/// Writes to something that is not a file; a folder is an error of the system's.
fn write_into(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    File::options().write(true).open(path)?.write_all(bytes)
}

/// Whether files can be made in `folder`, found out by making one; a folder that does not exist yet is made later,
/// in the nearest one that does.
///
/// # Errors
/// [`FormatError::Io`] about `path`, which is what is to be written there.
pub(crate) fn check_writable(folder: &Path, path: &Path) -> Result<(), FormatError> {
    let folder = if folder == Path::new("") { Path::new(".") } else { folder };
    let there = folder.ancestors().map(|f| if f == Path::new("") { Path::new(".") } else { f });
    let there = there.into_iter().find(|folder| folder.exists()).unwrap_or(folder);
    let probe = there.join(format!(".gennaker.probe-{}", std::process::id()));
    let made = fs::create_dir(&probe).and_then(|()| fs::remove_dir(&probe));
    made.map_err(FormatError::io("write", path))
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A hidden name beside `path` that no other process uses.
pub(crate) fn sibling(path: &Path, purpose: &str) -> PathBuf {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    path.with_file_name(format!(".{name}.{purpose}-{}", std::process::id()))
}

/// Whether `name` is a plain file name: no folder, no way out of one.
pub(crate) fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', ':', '\0'])
}
