//! NumPy's `.npy` format, version 1.0: written for four types, read for every integer and float type.

use std::io::{self, Read, Write};

/// One array.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// Length of each axis, slowest first.
    pub shape: Vec<usize>,
    /// The elements.
    pub data: ArrayData,
}

/// Elements of an array, in the widest type that keeps their values.
#[derive(Debug, Clone, PartialEq)]
pub enum ArrayData {
    /// `uint32`
    U32(Vec<u32>),
    /// All other integers.
    I64(Vec<i64>),
    /// `float32`
    F32(Vec<f32>),
    /// `float64`
    F64(Vec<f64>),
}

/// Borrowed elements, for writing without a copy.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Elements<'a> {
    U32(&'a [u32]),
    F32(&'a [f32]),
    F64(&'a [f64]),
}

const MAGIC: &[u8] = b"\x93NUMPY";
/// Headers of real files have 118 bytes; more than this is not a header.
const MAX_HEADER_BYTES: usize = 1 << 16;
const MAX_AXES: usize = 32;

impl Array {
    /// The elements as double precision. Integers beyond 2^53 lose their last digits.
    #[must_use]
    pub fn to_f64(&self) -> Vec<f64> {
        #[expect(clippy::cast_precision_loss, reason = "documented")]
        match &self.data {
            ArrayData::U32(values) => values.iter().map(|&x| f64::from(x)).collect(),
            ArrayData::I64(values) => values.iter().map(|&x| x as f64).collect(),
            ArrayData::F32(values) => values.iter().map(|&x| f64::from(x)).collect(),
            ArrayData::F64(values) => values.clone(),
        }
    }
}

/// How one element is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ElementType {
    U32,
    F32,
    F64,
}

impl ElementType {
    fn code(self) -> &'static str {
        match self {
            Self::U32 => "<u4",
            Self::F32 => "<f4",
            Self::F64 => "<f8",
        }
    }

    /// Bytes of an element.
    pub(crate) fn width(self) -> u64 {
        if self == Self::F64 { 8 } else { 4 }
    }
}

impl Elements<'_> {
    pub(crate) fn element_type(self) -> ElementType {
        match self {
            Self::U32(_) => ElementType::U32,
            Self::F32(_) => ElementType::F32,
            Self::F64(_) => ElementType::F64,
        }
    }

    pub(crate) fn len(self) -> usize {
        match self {
            Self::U32(values) => values.len(),
            Self::F32(values) => values.len(),
            Self::F64(values) => values.len(),
        }
    }

    /// Writes the elements one after the other.
    pub(crate) fn write_to(self, sink: &mut impl Write) -> io::Result<()> {
        match self {
            Self::U32(values) => write_all(sink, values, u32::to_le_bytes),
            Self::F32(values) => write_all(sink, values, f32::to_le_bytes),
            Self::F64(values) => write_all(sink, values, f64::to_le_bytes),
        }
    }
}

/// Elements turned into bytes at a time, so that large arrays are not held twice.
const AT_A_TIME: usize = 1 << 14;

fn write_all<T: Copy, const N: usize>(
    sink: &mut impl Write,
    values: &[T],
    bytes: impl Fn(T) -> [u8; N],
) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(N * AT_A_TIME.min(values.len()));
    for values in values.chunks(AT_A_TIME) {
        buffer.clear();
        buffer.extend(values.iter().flat_map(|&value| bytes(value)));
        sink.write_all(&buffer)?;
    }
    Ok(())
}

/// What stands before the elements in an `.npy` file.
pub(crate) fn header(element_type: ElementType, shape: &[usize]) -> Vec<u8> {
    let axes: String = shape.iter().map(|n| format!("{n}, ")).collect();
    let mut header = format!(
        "{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
        element_type.code(),
        axes.trim_end()
    );
    // The elements start at a multiple of 64 bytes so that NumPy can map them.
    let unpadded = MAGIC.len() + 4 + header.len() + 1;
    header.extend(std::iter::repeat_n(' ', unpadded.next_multiple_of(64) - unpadded));
    header.push('\n');
    [MAGIC, &[1, 0], &(header.len() as u16).to_le_bytes(), header.as_bytes()].concat()
}

/// Reads the bytes of an `.npy` file.
pub(crate) fn read(bytes: &[u8]) -> Result<Array, String> {
    let (header, body) = split_header(bytes)?;
    let header = Header::parse(header)?;
    if header.is_fortran && header.shape.len() > 1 {
        return Err("is stored column by column; save it with numpy.ascontiguousarray".into());
    }
    let count = header.shape.iter().try_fold(1usize, |product, &n| product.checked_mul(n));
    let width = header.width()?;
    if count.and_then(|n| n.checked_mul(width)) != Some(body.len()) {
        return Err(format!(
            "announces shape {:?} of type {} but holds {} B of elements; it is truncated or damaged",
            header.shape,
            header.type_code,
            body.len()
        ));
    }
    Ok(Array { data: header.decode(body), shape: header.shape })
}

/// The shape of an array, from its header alone.
pub(crate) fn announced_shape(bytes: &[u8]) -> Result<Vec<usize>, String> {
    Ok(Header::parse(split_header(bytes)?.0)?.shape)
}

pub(crate) fn split_header(bytes: &[u8]) -> Result<(&str, &[u8]), String> {
    let damaged = || "is not an npy array, or is truncated".to_owned();
    let rest = bytes.strip_prefix(MAGIC).ok_or_else(damaged)?;
    let (version, rest) = rest.split_at_checked(2).ok_or_else(damaged)?;
    let size_bytes = if version[0] == 1 { 2 } else { 4 };
    let (size, rest) = rest.split_at_checked(size_bytes).ok_or_else(damaged)?;
    let size = size.iter().rev().fold(0usize, |n, &byte| n << 8 | usize::from(byte));
    if size > MAX_HEADER_BYTES {
        return Err(format!("has a header of {size} B; real ones are shorter than {MAX_HEADER_BYTES} B"));
    }
    let (header, body) = rest.split_at_checked(size).ok_or_else(damaged)?;
    Ok((std::str::from_utf8(header).map_err(|_| damaged())?, body))
}

/// What an `.npy` file says about its elements.
pub(crate) struct Header {
    type_code: String,
    is_fortran: bool,
    pub(crate) shape: Vec<usize>,
}

impl Header {
    /// Reads what stands before the elements, for arrays of one or more axes stored row by row, and says how many bytes that
    /// were.
    pub(crate) fn read_from(source: &mut impl Read) -> Result<(Self, u64), String> {
        // Version 1.0, which is what is written: longer headers need more axes than a result has.
        let mut bytes = vec![0; MAGIC.len() + 4];
        let cut = |error: io::Error| format!("is truncated ({error})");
        source.read_exact(&mut bytes).map_err(cut)?;
        let size = usize::from(u16::from_le_bytes([bytes[MAGIC.len() + 2], bytes[MAGIC.len() + 3]]));
        bytes.resize(bytes.len() + size, 0);
        source.read_exact(&mut bytes[MAGIC.len() + 4..]).map_err(cut)?;
        let header = Self::parse(split_header(&bytes)?.0)?;
        if header.shape.is_empty() || header.is_fortran {
            return Err("is not stored row by row".to_owned());
        }
        Ok((header, bytes.len() as u64))
    }

    /// Bytes of one row: of all elements that share their first index.
    pub(crate) fn row_bytes(&self) -> Result<u64, String> {
        let elements = self.shape[1..].iter().try_fold(1usize, |product, &n| product.checked_mul(n));
        let width = self.width()?;
        Ok(elements.and_then(|n| n.checked_mul(width)).ok_or("has too many elements")? as u64)
    }

    /// Some rows, from their bytes.
    pub(crate) fn rows(&self, n: usize, body: &[u8]) -> Array {
        let mut shape = self.shape.clone();
        shape[0] = n;
        Array { shape, data: self.decode(body) }
    }

    /// Reads the Python dictionary literal that NumPy writes; anything else is refused.
    fn parse(text: &str) -> Result<Self, String> {
        let unknown = || format!("has a header that is not understood: {}", text.trim_end().escape_debug());
        let after = |key: &str| text.split_once(&format!("'{key}':")).map(|(_, rest)| rest.trim_start());
        let descr = after("descr").and_then(|rest| rest.strip_prefix('\'')).and_then(|r| r.split_once('\''));
        let type_code = descr.ok_or_else(unknown)?.0.to_owned();
        let is_fortran = after("fortran_order").ok_or_else(unknown)?.starts_with("True");
        let axes = after("shape").and_then(|rest| rest.strip_prefix('(')).and_then(|r| r.split_once(')'));
        let axes = axes.ok_or_else(unknown)?.0.split(',').map(str::trim).filter(|axis| !axis.is_empty());
        let shape: Vec<usize> = axes.map(str::parse).collect::<Result<_, _>>().map_err(|_| unknown())?;
        if shape.len() > MAX_AXES {
            return Err(unknown());
        }
        Ok(Self { type_code, is_fortran, shape })
    }

    /// One axis of elements of a type, by NumPy's code.
    pub(crate) fn of_type(type_code: &str) -> Self {
        Self { type_code: type_code.to_owned(), is_fortran: false, shape: Vec::new() }
    }

    /// `n` elements in a row, from their bytes.
    pub(crate) fn elements(&self, n: usize, body: &[u8]) -> Array {
        Array { shape: vec![n], data: self.decode(body) }
    }

    /// Bytes per element.
    pub(crate) fn width(&self) -> Result<usize, String> {
        match self.type_code.trim_start_matches(['<', '|', '=']) {
            "b1" | "i1" | "u1" => Ok(1),
            "i2" | "u2" => Ok(2),
            "i4" | "u4" | "f4" => Ok(4),
            "i8" | "u8" | "f8" => Ok(8),
            _ => Err(format!(
                "has elements of type `{}`; save it as little-endian integers or floats",
                self.type_code.escape_debug()
            )),
        }
    }

    /// Unsigned 64-bit values beyond `i64` come out as its largest value: no index or tick is that large.
    fn decode(&self, body: &[u8]) -> ArrayData {
        match self.type_code.trim_start_matches(['<', '|', '=']) {
            "u4" => ArrayData::U32(chunks(body, u32::from_le_bytes)),
            "f4" => ArrayData::F32(chunks(body, f32::from_le_bytes)),
            "f8" => ArrayData::F64(chunks(body, f64::from_le_bytes)),
            "i1" => ArrayData::I64(chunks(body, |b| i8::from_le_bytes(b).into())),
            "i2" => ArrayData::I64(chunks(body, |b| i16::from_le_bytes(b).into())),
            "u2" => ArrayData::I64(chunks(body, |b| u16::from_le_bytes(b).into())),
            "i4" => ArrayData::I64(chunks(body, |b| i32::from_le_bytes(b).into())),
            "i8" => ArrayData::I64(chunks(body, i64::from_le_bytes)),
            "u8" => {
                ArrayData::I64(chunks(body, |b| i64::try_from(u64::from_le_bytes(b)).unwrap_or(i64::MAX)))
            }
            _ => ArrayData::I64(body.iter().map(|&b| b.into()).collect()),
        }
    }
}

fn chunks<const N: usize, T>(bytes: &[u8], decode: impl Fn([u8; N]) -> T) -> Vec<T> {
    bytes.as_chunks::<N>().0.iter().map(|chunk| decode(*chunk)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(elements: Elements<'_>, shape: &[usize]) -> Vec<u8> {
        let mut file = header(elements.element_type(), shape);
        elements.write_to(&mut file).unwrap();
        file
    }

    #[test]
    fn arrays_come_back() {
        let file = write(Elements::F32(&[1.0, -2.5, 3.0, 4.0, 5.0, f32::MIN]), &[3, 2]);
        assert_eq!(file.len(), 128 + 24);
        let array = read(&file).unwrap();
        assert_eq!(array.shape, [3, 2]);
        assert_eq!(array.data, ArrayData::F32(vec![1.0, -2.5, 3.0, 4.0, 5.0, f32::MIN]));
        assert_eq!(read(&write(Elements::U32(&[]), &[0])).unwrap().data, ArrayData::U32(vec![]));
    }

    #[test]
    fn the_header_is_the_one_numpy_writes() {
        let file = write(Elements::U32(&[7]), &[1]);
        let header = std::str::from_utf8(&file[10..128]).unwrap();
        assert!(header.starts_with("{'descr': '<u4', 'fortran_order': False, 'shape': (1,), }"), "{header}");
        assert!(header.ends_with(" \n"));
    }

    #[test]
    fn every_truncation_is_an_error() {
        let file = write(Elements::F64(&[1.0, 2.0]), &[2]);
        for end in 0..file.len() {
            assert!(read(&file[..end]).is_err(), "{end} bytes");
        }
    }

    #[test]
    fn a_shape_whose_product_overflows_is_an_error() {
        let mut file = write(Elements::U32(&[1]), &[1]);
        let text =
            format!("{{'descr': '<u4', 'fortran_order': False, 'shape': ({0}, {0}, 4), }}", usize::MAX / 2);
        file[10..10 + text.len()].copy_from_slice(text.as_bytes());
        assert!(read(&file).unwrap_err().contains("truncated or damaged"));
    }
}
