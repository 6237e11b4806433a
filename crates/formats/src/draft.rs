//! Folders that appear as a whole: filled under another name beside their place, then renamed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::FormatError;
use crate::files;
use crate::run_info::{RUN_FILE, RunInfo};
use crate::write::SideFile;

/// The file that makes a folder one of results other than a network's.
pub const RESULT_FILE: &str = "result.json";
/// Number of that file's format; raised when an older reader would misunderstand it.
const RESULT_FORMAT: u32 = 1;
const MAX_RESULT_FILE_BYTES: u64 = 1 << 30;

/// A folder that is being filled. Dropping it unpublished removes it.
pub(crate) struct Draft {
    target: PathBuf,
    draft: PathBuf,
    is_published: bool,
}

/// Pictures that `gennaker plot` adds to the results of a run.
const PLOTTED: [&str; 7] = ["raster", "voltage", "states", "rates", "weights", "energy", "machine"];
/// The page that `gennaker report` adds.
pub const REPORT_FILE: &str = "report.html";

/// Whether results may and can be written to `path`: nothing is there, an empty folder, or results of an earlier run
/// and nothing else. Worth asking before a long run.
///
/// # Errors
/// [`FormatError::Occupied`] with what is in the way, or [`FormatError::Io`].
pub fn check_result_path(path: &Path) -> Result<(), FormatError> {
    let target = resolve(path)?;
    files::check_writable(target.parent().unwrap_or(&target), path)
}

/// Writes a folder of results that are not a network's recordings, whole or not at all: `files`, and `result.json`, which holds `result`
/// and before it `format`, `version` and the names of all other files. What may be in its place is what [`check_result_path`] says.
///
/// # Errors
/// [`FormatError::Occupied`], [`FormatError::Io`]; nothing is changed then.
pub fn write_folder(
    path: &Path,
    result: serde_json::Map<String, serde_json::Value>,
    files: &[SideFile],
) -> Result<(), FormatError> {
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let head =
        serde_json::json!({ "format": RESULT_FORMAT, "version": env!("CARGO_PKG_VERSION"), "files": names });
    let serde_json::Value::Object(mut document) = head else { unreachable!("an object is written above") };
    document.extend(result);
    let text = serde_json::to_vec(&document).expect("plain data");
    let draft = Draft::create(path)?;
    files.iter().try_for_each(|file| draft.write(&file.name, &file.bytes))?;
    draft.write(RESULT_FILE, &text)?;
    draft.publish()
}

/// What `result.json` says of its folder.
#[derive(Deserialize)]
struct Listing {
    format: u32,
    #[serde(rename = "version")]
    _version: String,
    files: Vec<String>,
}

impl Listing {
    fn read(folder: &Path) -> Option<Self> {
        let bytes = files::read(&folder.join(RESULT_FILE), MAX_RESULT_FILE_BYTES).ok()?;
        serde_json::from_slice(&bytes).ok().filter(|listing: &Self| listing.format == RESULT_FORMAT)
    }
}

impl Draft {
    /// Starts a folder for `path`, which may hold results of an earlier run.
    pub(crate) fn create(path: &Path) -> Result<Self, FormatError> {
        let target = resolve(path)?;
        let draft = files::sibling(&target, "partial");
        fs::create_dir_all(&draft).map_err(FormatError::io("create", &draft))?;
        Ok(Self { target, draft, is_published: false })
    }

    /// The folder while it is being filled.
    pub(crate) fn path(&self) -> &Path {
        &self.draft
    }

    /// Where a file of this name goes while the folder is being filled.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.draft.join(name)
    }

    /// Adds a file.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FormatError> {
        let path = self.file(name);
        if !files::is_plain_name(name) {
            let problem = io::Error::new(io::ErrorKind::InvalidInput, "not a plain file name");
            return Err(FormatError::io("write", &path)(problem));
        }
        fs::write(&path, bytes).map_err(FormatError::io("write", &path))
    }

    /// Puts the folder in its place. Older results are moved aside first and removed last, so that one or the other
    /// is always whole.
    pub(crate) fn publish(mut self) -> Result<(), FormatError> {
        let old = files::sibling(&self.target, "old");
        let had_old = self.target.exists();
        if had_old {
            fs::rename(&self.target, &old).map_err(FormatError::io("replace", &self.target))?;
        }
        if let Err(error) = fs::rename(&self.draft, &self.target) {
            if had_old {
                fs::rename(&old, &self.target).map_err(FormatError::io("restore", &self.target))?;
            }
            return Err(FormatError::io("write", &self.target)(error));
        }
        self.is_published = true;
        if had_old {
            fs::remove_dir_all(&old).map_err(FormatError::io("remove old results", &old))?;
        }
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_published {
            // Nobody is left to report to; the error that led here is the one that counts.
            let _ = fs::remove_dir_all(&self.draft);
        }
    }
}

/// The place itself, links followed, if results may be written there.
fn resolve(path: &Path) -> Result<PathBuf, FormatError> {
    let occupied =
        |problem: &str| FormatError::Occupied { path: path.to_owned(), problem: problem.to_owned() };
    if !path.exists() {
        return match path.file_name() {
            Some(_) => Ok(path.to_owned()),
            None => Err(occupied("it names no folder")),
        };
    }
    let target = path.canonicalize().map_err(FormatError::io("read", path))?;
    if !target.is_dir() {
        return Err(occupied("it is a file"));
    }
    if std::env::current_dir().is_ok_and(|current| current.starts_with(&target)) {
        return Err(occupied("it is the current folder or one above it"));
    }
    match foreign_entry(&target)? {
        Some(name) => Err(occupied(&format!("it holds `{}`, which no run has written", name.escape_debug()))),
        None => Ok(target),
    }
}

/// Something in a folder that is neither a result nor a picture of one.
fn foreign_entry(folder: &Path) -> Result<Option<String>, FormatError> {
    let io = |error| FormatError::io("read", folder)(error);
    let entries = fs::read_dir(folder).map_err(io)?;
    let names = entries.map(|entry| entry.map(|e| e.file_name().to_string_lossy().into_owned()));
    let mut names: Vec<String> = names.collect::<Result<_, _>>().map_err(io)?;
    names.sort_unstable();
    let known = RunInfo::read(folder).map(|info| info.files).unwrap_or_default();
    let listing = Listing::read(folder);
    let is_listed = |name: &String| {
        listing.as_ref().is_some_and(|listing| listing.files.contains(name) || name == RESULT_FILE)
    };
    let is_ours = |name: &String| {
        let stem = name.strip_suffix(".svg").or_else(|| name.strip_suffix(".png"));
        let is_picture = stem.is_some_and(|stem| PLOTTED.contains(&stem));
        is_listed(name)
            || known.contains(name)
            || ((is_picture || name == REPORT_FILE) && !known.is_empty())
            || (name == RUN_FILE && !known.is_empty())
    };
    Ok(names.into_iter().find(|name| !is_ours(name)))
}
