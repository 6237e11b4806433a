//! NumPy's `.npz` format: arrays by name in one zip archive, stored without compression, as `numpy.savez` does.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Seek, Write};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::error::FormatError;
use crate::files;
use crate::npy::{self, Array, ElementType, Elements};
use crate::part::Part;

/// One array of an archive that is being written.
pub(crate) struct NamedArray<'a> {
    pub(crate) name: String,
    pub(crate) source: Source<'a>,
    pub(crate) shape: Vec<usize>,
}

/// Where the elements of an array are until they are written.
pub(crate) enum Source<'a> {
    Memory(Elements<'a>),
    File(&'a Part),
}

impl Source<'_> {
    fn element_type(&self) -> ElementType {
        match self {
            Self::Memory(elements) => elements.element_type(),
            Self::File(part) => part.element_type(),
        }
    }

    fn len(&self) -> u64 {
        match self {
            Self::Memory(elements) => elements.len() as u64,
            Self::File(part) => part.len(),
        }
    }
}

impl<'a> NamedArray<'a> {
    /// A column: an array with one axis.
    pub(crate) fn column(name: &str, elements: Elements<'a>, len: usize) -> Self {
        Self { name: name.to_owned(), source: Source::Memory(elements), shape: vec![len] }
    }
}

/// Writes arrays of whole numbers (name, length of each axis, elements) to an `.npz` file that [`read_npz`] and NumPy read, whole or not
/// at all.
///
/// # Errors
/// [`FormatError::Io`].
pub fn write_npz(path: &Path, arrays: &[(&str, &[usize], &[u32])]) -> Result<(), FormatError> {
    let named: Vec<NamedArray<'_>> = arrays
        .iter()
        .map(|&(name, shape, values)| NamedArray {
            name: name.to_owned(),
            source: Source::Memory(Elements::U32(values)),
            shape: shape.to_vec(),
        })
        .collect();
    files::write_atomically(path, &to_bytes(&named))
}

/// Writes an archive. The same arrays give the same bytes: entries carry no time.
pub(crate) fn write(sink: impl Write + Seek, arrays: &[NamedArray<'_>]) -> std::io::Result<()> {
    let mut zip = ZipWriter::new(sink);
    for array in arrays {
        let element_type = array.source.element_type();
        let header = npy::header(element_type, &array.shape);
        let n_bytes = header.len() as u64 + array.source.len() * element_type.width();
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(n_bytes >= u64::from(u32::MAX));
        zip.start_file(format!("{}.npy", array.name), options)?;
        zip.write_all(&header)?;
        match &array.source {
            Source::Memory(elements) => elements.write_to(&mut zip)?,
            Source::File(part) => part.copy_to(&mut zip)?,
        }
    }
    zip.finish()?.flush()
}

/// The bytes of an archive.
pub(crate) fn to_bytes(arrays: &[NamedArray<'_>]) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    write(&mut bytes, arrays).expect("memory takes every write");
    bytes.into_inner()
}

/// Reads every array of an `.npz` file, compressed or not, by name.
///
/// # Errors
/// [`FormatError::Io`], [`FormatError::TooLarge`], or [`FormatError::Table`] for anything that is not an archive of arrays.
pub fn read_npz(path: &Path) -> Result<BTreeMap<String, Array>, FormatError> {
    parse(&files::read(path, files::MAX_ARRAY_FILE_BYTES)?)
        .map_err(|problem| FormatError::table(path, problem))
}

/// Reads the bytes of an archive.
pub(crate) fn parse(bytes: &[u8]) -> Result<BTreeMap<String, Array>, String> {
    let array = |(name, content): (String, Vec<u8>)| {
        let array =
            npy::read(&content).map_err(|problem| format!("array `{}` {problem}", name.escape_debug()))?;
        Ok((name, array))
    };
    entries(bytes, files::MAX_ARRAY_FILE_BYTES)?.into_iter().map(array).collect()
}

/// The unpacked entries of an archive, by name without ending; together they have at most `limit` bytes.
pub(crate) fn entries(bytes: &[u8], limit: u64) -> Result<Vec<(String, Vec<u8>)>, String> {
    let damaged = |error| format!("is not an npz archive, or is damaged ({error})");
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let (mut entries, mut room) = (Vec::new(), limit);
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(damaged)?;
        let file_name = entry.name().map_err(damaged)?.into_owned();
        let name = file_name.strip_suffix(".npy").unwrap_or(&file_name);
        let content = unpack(&mut entry, room)
            .map_err(|problem| format!("entry `{}` {problem}", name.escape_debug()))?
            .ok_or_else(|| format!("unpacks to more than {limit} B; split it"))?;
        room -= content.len() as u64;
        entries.push((name.to_owned(), content));
    }
    Ok(entries)
}

/// Unpacks no more than `room`, whatever the archive's directory says; None where it is more.
fn unpack(entry: &mut impl Read, room: u64) -> Result<Option<Vec<u8>>, String> {
    let mut content = Vec::new();
    entry.take(room + 1).read_to_end(&mut content).map_err(|error| format!("is damaged ({error})"))?;
    Ok((content.len() as u64 <= room).then_some(content))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::npy::ArrayData;

    #[test]
    fn archives_come_back_and_repeat_byte_for_byte() {
        let arrays = || {
            [
                NamedArray::column("t", Elements::U32(&[1, 2]), 2),
                NamedArray::column("i", Elements::U32(&[3, 4]), 2),
            ]
        };
        let bytes = to_bytes(&arrays());
        assert_eq!(bytes, to_bytes(&arrays()));
        let read = parse(&bytes).unwrap();
        assert_eq!(read["t"].data, ArrayData::U32(vec![1, 2]));
        assert_eq!(read["i"].data, ArrayData::U32(vec![3, 4]));
    }

    #[test]
    fn archives_unpack_to_no_more_than_the_limit() {
        let bytes = to_bytes(&[
            NamedArray::column("t", Elements::U32(&[1, 2]), 2),
            NamedArray::column("i", Elements::U32(&[3, 4]), 2),
        ]);
        let all = entries(&bytes, 1 << 10).unwrap().iter().map(|(_, content)| content.len() as u64).sum();
        assert_eq!(entries(&bytes, all).unwrap().len(), 2);
        let problem = entries(&bytes, all - 1).unwrap_err();
        assert!(problem.contains("unpacks to more than"), "{problem}");
    }

    #[test]
    fn damaged_archives_are_errors() {
        let bytes = to_bytes(&[NamedArray::column("t", Elements::U32(&[1, 2]), 2)]);
        for end in 0..bytes.len() {
            assert!(parse(&bytes[..end]).is_err(), "{end} bytes");
        }
        let mut flipped = bytes;
        flipped[160] ^= 1;
        assert!(parse(&flipped).is_err(), "the checksum notices a flipped bit");
    }
}
