//! From a tree to bytes, as the reference package would lay it out.

use hdf5_pure::{
    AttrValue, DatasetBuilder, Datatype, EnumTypeBuilder, FileBuilder, GroupBuilder, make_i8_type,
};

use crate::array::{Array, Numbers};
use crate::container::{Item, Tree};
use crate::error::NirError;
use crate::hdf5::attributes;
use crate::value::Value;

/// Arrays from this size on are compressed. Below, a chunk's book-keeping would outweigh the gain.
const COMPRESSED_FROM_BYTES: usize = 1024;
/// Effort of compression, of 9; what h5py and so the reference package use.
const LEVEL: u32 = 4;

/// What the keys of attributes begin with, in a tree.
const ATTRIBUTE: char = '/';

pub(super) fn save(tree: &Tree) -> Result<Vec<u8>, NirError> {
    let mut file = FileBuilder::new();
    for (name, item) in tree {
        match item {
            Item::Group(inner) => {
                let mut group = file.create_group(name);
                fill(&mut group, inner)?;
                file.add_group(group.finish());
            }
            Item::Value(value) => match name.strip_prefix(ATTRIBUTE) {
                Some(name) => file.set_attr(name, written(value)?),
                None => dataset(file.create_dataset(name), value)?,
            },
            Item::Unreadable(reason) => return Err(unwritable(reason)),
        }
    }
    file.finish().map_err(|error| unwritable(&error))
}

fn written(value: &Value) -> Result<AttrValue, NirError> {
    attributes::written(value).ok_or_else(|| unwritable(&"an attribute of more than one number or text"))
}

fn unwritable(reason: &impl ToString) -> NirError {
    NirError::Unwritable { reason: reason.to_string() }
}

fn fill(group: &mut GroupBuilder, tree: &Tree) -> Result<(), NirError> {
    for (name, item) in tree {
        match item {
            Item::Group(inner) => {
                let mut nested = group.create_group(name);
                fill(&mut nested, inner)?;
                group.add_group(nested.finish());
            }
            Item::Value(value) => match name.strip_prefix(ATTRIBUTE) {
                Some(name) => group.set_attr(name, written(value)?),
                None => dataset(group.create_dataset(name), value)?,
            },
            Item::Unreadable(reason) => return Err(unwritable(reason)),
        }
    }
    Ok(())
}

fn dataset(builder: &mut DatasetBuilder, value: &Value) -> Result<(), NirError> {
    match value {
        Value::Number(array) => numbers(builder, array),
        Value::Text(texts) => {
            let values: Vec<&str> = texts.values.iter().map(String::as_str).collect();
            builder.with_vlen_strings(&values).with_shape(&extent(&texts.shape));
        }
        Value::Flag(flags) => {
            let raw = flags.values.iter().map(|&flag| u8::from(flag)).collect();
            let n = flags.values.len() as u64;
            builder.with_raw_data(flag_type()?, raw, n).with_shape(&extent(&flags.shape));
        }
        Value::Table(_) => return Err(unwritable(&"a table where a dataset belongs")),
    }
    Ok(())
}

fn numbers(builder: &mut DatasetBuilder, array: &Array) {
    let size = match array.numbers() {
        Numbers::F32(values) => {
            builder.with_f32_data(values);
            4
        }
        Numbers::F64(values) => {
            builder.with_f64_data(values);
            8
        }
        Numbers::I64(values) => {
            builder.with_i64_data(values);
            8
        }
    };
    builder.with_shape(&extent(array.shape()));
    // Scalars cannot be compressed.
    if !array.shape().is_empty() && array.len() * size >= COMPRESSED_FROM_BYTES {
        builder.with_deflate(LEVEL);
    }
}

fn extent(shape: &[usize]) -> Vec<u64> {
    shape.iter().map(|&axis| axis as u64).collect()
}

/// What h5py makes of Python's `bool`.
fn flag_type() -> Result<Datatype, NirError> {
    let flag = EnumTypeBuilder::with_base(make_i8_type()).value("FALSE", 0).value("TRUE", 1);
    flag.build().map_err(|error| unwritable(&error))
}
