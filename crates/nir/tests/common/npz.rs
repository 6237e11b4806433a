//! Just enough of NumPy's `.npz` files to read the data of tests.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// An array of numbers.
pub(crate) struct Npy {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f64>,
}

/// All arrays of a file, by name.
pub(crate) fn read(path: &Path) -> BTreeMap<String, Npy> {
    let mut archive = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
    let mut arrays = BTreeMap::new();
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).unwrap();
        let name = member.name().unwrap().strip_suffix(".npy").unwrap().to_owned();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).unwrap();
        arrays.insert(name, array(&bytes));
    }
    arrays
}

/// Version 1.0, C order, little endian.
fn array(bytes: &[u8]) -> Npy {
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
    let end = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(&bytes[10..end]).unwrap();
    assert!(header.contains("'fortran_order': False"), "{header}");
    let between = |from: &str, to: char| header.split_once(from).unwrap().1.split(to).next().unwrap();
    let lengths = between("'shape': (", ')').split(',').map(str::trim).filter(|text| !text.is_empty());
    let shape: Vec<usize> = lengths.map(|text| text.parse().unwrap()).collect();
    let data = &bytes[end..];
    let values: Vec<f64> = match between("'descr': '", '\'') {
        "<f8" => data.chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect(),
        "<i8" => data.chunks_exact(8).map(|b| i64::from_le_bytes(b.try_into().unwrap()) as f64).collect(),
        "<i4" => data.chunks_exact(4).map(|b| f64::from(i32::from_le_bytes(b.try_into().unwrap()))).collect(),
        "|u1" => data.iter().map(|&b| f64::from(b)).collect(),
        other => panic!("numbers of type {other}"),
    };
    assert_eq!(values.len(), shape.iter().product::<usize>());
    Npy { shape, values }
}
