//! Parts of the arrays in an `.npz` archive, without reading the rest.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use zip::{CompressionMethod, ZipArchive};

use crate::error::FormatError;
use crate::npy::{Array, ArrayData, Header};

/// An archive whose arrays are stored as they are: what [`crate::npz::write`] makes and `numpy.savez`, too.
pub(crate) struct Archive {
    path: PathBuf,
    file: BufReader<File>,
    entries: BTreeMap<String, Entry>,
}

/// Where an array's elements lie in the file.
struct Entry {
    header: Header,
    start: u64,
    row_bytes: u64,
}

impl Archive {
    /// Opens an archive and reads what it says about its arrays.
    pub(crate) fn open(folder: &Path, name: &str) -> Result<Self, FormatError> {
        let path = folder.join(name);
        let file = File::open(&path).map_err(FormatError::io("read", &path))?;
        let entries = entries(&file).map_err(|problem| FormatError::table(&path, problem))?;
        Ok(Self { file: BufReader::new(file), path, entries })
    }

    /// Bytes of one row of an array.
    pub(crate) fn row_bytes(&self, name: &str) -> Result<u64, FormatError> {
        Ok(self.entry(name)?.row_bytes)
    }

    /// Rows of an array.
    pub(crate) fn n_rows(&self, name: &str) -> Result<u64, FormatError> {
        Ok(self.entry(name)?.header.shape[0] as u64)
    }

    /// Some rows of an array.
    pub(crate) fn rows(&mut self, name: &str, rows: Range<u64>) -> Result<Array, FormatError> {
        let n_rows = self.n_rows(name)?;
        let Entry { start, row_bytes, .. } = *self.entry(name)?;
        if rows.end > n_rows || rows.start > rows.end {
            return Err(self.damaged(name, "has fewer rows than the array of its ticks"));
        }
        let n = rows.end - rows.start;
        // The length was checked against the file's when it was opened.
        let mut body = vec![0; (n * row_bytes) as usize];
        let position = SeekFrom::Start(start + rows.start * row_bytes);
        let read = self.file.seek(position).and_then(|_| self.file.read_exact(&mut body));
        read.map_err(FormatError::io("read", &self.path))?;
        Ok(self.entry(name)?.header.rows(n as usize, &body))
    }

    /// How many elements of an ascending column of ticks lie before `tick`.
    pub(crate) fn rows_before(&mut self, name: &str, tick: u32) -> Result<u64, FormatError> {
        let (mut low, mut high) = (0, self.n_rows(name)?);
        while low < high {
            let middle = low + (high - low) / 2;
            let ArrayData::U32(value) = self.rows(name, middle..middle + 1)?.data else {
                return Err(self.damaged(name, "is not a list of uint32"));
            };
            if value.first().is_some_and(|&value| value < tick) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    fn entry(&self, name: &str) -> Result<&Entry, FormatError> {
        self.entries.get(name).ok_or_else(|| self.damaged(name, "is missing"))
    }

    fn damaged(&self, name: &str, problem: &str) -> FormatError {
        FormatError::table(&self.path, format!("array `{}` {problem}", name.escape_debug()))
    }
}

fn entries(file: &File) -> Result<BTreeMap<String, Entry>, String> {
    let damaged = |error| format!("is not an npz archive, or is damaged ({error})");
    let file_bytes = file.metadata().map_err(|error| format!("cannot be read ({error})"))?.len();
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
    let mut entries = BTreeMap::new();
    for index in 0..zip.len() {
        let mut packed = zip.by_index(index).map_err(damaged)?;
        let file_name = packed.name().map_err(damaged)?.into_owned();
        let name = file_name.strip_suffix(".npy").unwrap_or(&file_name);
        let problem = |text: &str| format!("array `{}` {text}", name.escape_debug());
        if packed.compression() != CompressionMethod::Stored {
            return Err(problem(
                "is compressed, so that parts of it cannot be read: save it with numpy.savez",
            ));
        }
        let (start, size) = (packed.data_start().ok_or_else(|| problem("has no place"))?, packed.size());
        let (header, n_header) = Header::read_from(&mut packed).map_err(|text| problem(&text))?;
        let row_bytes = header.row_bytes().map_err(|text| problem(&text))?;
        let n_bytes = row_bytes.checked_mul(header.shape[0] as u64).and_then(|n| n.checked_add(n_header));
        let ends_inside = start.checked_add(size).is_some_and(|end| end <= file_bytes);
        if n_bytes != Some(size) || !ends_inside {
            return Err(problem("does not have the length that it announces; it is truncated or damaged"));
        }
        let entry = Entry { header, start: start + n_header, row_bytes };
        entries.insert(name.to_owned(), entry);
    }
    Ok(entries)
}
