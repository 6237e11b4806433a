//! From bytes to a tree, with a check before every step that the file could make expensive.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use hdf5_pure::{Dataset, Datatype, Error, File, Group, Layout, VlenStringReadOptions, is_hdf5_bytes};

use crate::array::{Array, Shaped, element_count};
use crate::container::{Item, Parts, Tree, attribute};
use crate::error::NirError;
use crate::hdf5::attributes;
use crate::hdf5::meter::{Budget, Metered};
use crate::hdf5::numbers::{decode, encoding};
use crate::limits::Limits;
use crate::value::Value;

/// The best ratio that deflate can reach: 258 bytes from a quarter of a byte.
const BEST_RATIO: u64 = 1032;
/// Filters that are undone: deflate, shuffle, Fletcher's checksum, LZF.
const FILTERS: [u16; 4] = [1, 2, 3, 32000];
/// Axes that a dataset may have, in HDF5's own library.
const MAX_AXES: usize = 32;

pub(super) fn load(bytes: Vec<u8>, limits: &Limits, parts: Parts) -> Result<Tree, NirError> {
    let file_bytes = bytes.len() as u64;
    within("/", "bytes of file", file_bytes, limits.max_file_bytes, "max_file_bytes")?;
    if !is_hdf5_bytes(&bytes) {
        return Err(NirError::NotHdf5);
    }
    let bytes = Arc::new(bytes);
    let source = Metered::new(Arc::clone(&bytes), limits.max_fetches_per_byte);
    let budget = source.budget();
    let mut loader = Loader { limits, parts, file_bytes, budget, n_objects: 0, total_bytes: 0 };
    let file = File::from_source(source).map_err(|error| loader.failed("/", &error))?;
    refuse_shared_messages(&file, &bytes)?;
    loader.group(&file.root(), "", 0)
}

/// Refuses files that keep parts of headers in a table of their own. Such parts may be of any length, and with them the
/// library's recursion into datatypes of any depth; parts within headers are of 64 KiB at most. No writer of NIR makes them.
fn refuse_shared_messages(file: &File, bytes: &[u8]) -> Result<(), NirError> {
    const TABLE: &[u8] = b"SMTB";
    let extension = file.superblock().superblock_extension_address;
    let may_have = extension.is_some_and(|address| address < bytes.len() as u64);
    if may_have && bytes.windows(TABLE.len()).any(|window| window == TABLE) {
        let reason = "parts of headers are kept in a shared table, which is not read here".to_owned();
        return Err(NirError::Damaged { at: "/".to_owned(), reason });
    }
    Ok(())
}

struct Loader<'a> {
    limits: &'a Limits,
    parts: Parts,
    file_bytes: u64,
    budget: Arc<Budget>,
    n_objects: u64,
    total_bytes: u64,
}

impl Loader<'_> {
    fn group(&mut self, group: &Group, path: &str, depth: usize) -> Result<Tree, NirError> {
        within(path, "groups in groups", depth as u64, self.limits.max_depth as u64, "max_depth")?;
        let mut tree = self.attributes(group, path)?;
        let datasets = group.iter_datasets().map_err(|error| self.failed(path, &error))?;
        for (name, dataset) in datasets {
            let at = format!("{path}/{name}");
            self.count_object(&at)?;
            let item = self.dataset(&dataset, &at)?;
            insert(&mut tree, name, item, at)?;
        }
        let groups = group.iter_groups().map_err(|error| self.failed(path, &error))?;
        for (name, inner) in groups {
            let at = format!("{path}/{name}");
            self.count_object(&at)?;
            let item = Item::Group(self.group(&inner, &at, depth + 1)?);
            insert(&mut tree, name, item, at)?;
        }
        Ok(tree)
    }

    /// The attributes of a group, if they are wanted.
    fn attributes(&mut self, group: &Group, path: &str) -> Result<Tree, NirError> {
        let mut tree = Tree::new();
        if self.parts == Parts::Members {
            return Ok(tree);
        }
        let found = group.attrs().map_err(|error| self.failed(path, &error))?;
        for (name, value) in found.into_iter().collect::<BTreeMap<_, _>>() {
            self.count_object(&format!("{path}/{name}"))?;
            tree.extend(attributes::read(&value).map(|value| (attribute(&name), Item::Value(value))));
        }
        Ok(tree)
    }

    fn count_object(&mut self, at: &str) -> Result<(), NirError> {
        self.n_objects += 1;
        within(at, "objects", self.n_objects, self.limits.max_objects as u64, "max_objects")
    }

    fn dataset(&mut self, dataset: &Dataset, at: &str) -> Result<Item, NirError> {
        let shape = self.shape(dataset, at)?;
        let datatype = dataset.datatype().map_err(|error| self.failed(at, &error))?;
        let is_flag = is_flag(&datatype);
        let is_text =
            matches!(datatype, Datatype::String { .. } | Datatype::VariableLength { is_string: true, .. });
        let encoding = encoding(base(&datatype));
        if !is_text && encoding.is_none() {
            return Ok(Item::Unreadable("a dataset of a type that NIR does not use".to_owned()));
        }
        self.check_size(dataset, &datatype, &shape, at)?;
        if is_text {
            return self.texts(dataset, &datatype, shape, at);
        }
        let raw = dataset.read_raw().map_err(|error| self.failed(at, &error))?;
        let Some(array) =
            encoding.and_then(|e| decode(e, &raw)).and_then(|numbers| Array::new(shape, numbers))
        else {
            return Ok(Item::Unreadable(
                "numbers beyond 64-bit integers, or fewer than the shape says".to_owned(),
            ));
        };
        Ok(Item::Value(if is_flag { flags(&array) } else { Value::Number(array) }))
    }

    fn shape(&self, dataset: &Dataset, at: &str) -> Result<Vec<usize>, NirError> {
        let shape = dataset.shape().map_err(|error| self.failed(at, &error))?;
        let damaged = |reason: &str| NirError::Damaged { at: at.to_owned(), reason: reason.to_owned() };
        if shape.len() > MAX_AXES {
            return Err(damaged("a dataset of more than 32 axes"));
        }
        let shape: Option<Vec<usize>> = shape.iter().map(|&n| usize::try_from(n).ok()).collect();
        let shape = shape.filter(|s| element_count(s).is_some());
        shape.ok_or_else(|| damaged("a shape with more elements than there are addresses"))
    }

    /// Refuses a dataset that claims more than its file can hold or than the limits allow.
    fn check_size(
        &mut self,
        dataset: &Dataset,
        datatype: &Datatype,
        shape: &[usize],
        at: &str,
    ) -> Result<(), NirError> {
        let size = u64::from(datatype.type_size());
        let bytes = (element_count(shape).unwrap_or(usize::MAX) as u64).saturating_mul(size);
        let holds = self.holds(dataset, shape, size, at)?;
        within(at, "bytes of dataset", bytes, self.limits.max_dataset_bytes, "max_dataset_bytes")?;
        if bytes > holds {
            return Err(self.impossible(bytes, at));
        }
        self.total_bytes = self.total_bytes.saturating_add(bytes);
        within(at, "bytes of datasets", self.total_bytes, self.limits.max_total_bytes, "max_total_bytes")
    }

    /// Bytes of data that the file could hold for this dataset.
    fn holds(&self, dataset: &Dataset, shape: &[usize], size: u64, at: &str) -> Result<u64, NirError> {
        let damaged = |reason: String| NirError::Damaged { at: at.to_owned(), reason };
        match dataset.layout().map_err(|error| self.failed(at, &error))? {
            Layout::Compact { size: stored } | Layout::Contiguous { size: stored, .. } => {
                if stored > self.file_bytes {
                    return Err(self.impossible(stored, at));
                }
                Ok(self.file_bytes)
            }
            Layout::Chunked { chunk_shape, .. } => {
                self.check_chunks(shape, &chunk_shape, size, at)?;
                self.check_stored_chunks(dataset, shape, at)?;
                let filters = dataset.filters();
                if let Some(other) = filters.iter().find(|f| !FILTERS.contains(f)) {
                    return Err(damaged(format!("data packed with filter {other}, which is not known here")));
                }
                let is_packed = filters.iter().any(|f| matches!(f, 1 | 32000));
                Ok(if is_packed { self.file_bytes.saturating_mul(BEST_RATIO) } else { self.file_bytes })
            }
            _ => Err(damaged("a dataset that lies in other files".to_owned())),
        }
    }

    fn check_chunks(&self, shape: &[usize], chunk: &[u64], size: u64, at: &str) -> Result<(), NirError> {
        let is_sound = chunk.len() == shape.len() && chunk.iter().all(|&n| n > 0);
        if !is_sound {
            let reason = format!("chunks of shape {chunk:?} for a dataset of shape {shape:?}");
            return Err(NirError::Damaged { at: at.to_owned(), reason });
        }
        let axes = shape.iter().zip(chunk);
        let n_chunks = axes.fold(1_u64, |n, (&axis, &edge)| n.saturating_mul((axis as u64).div_ceil(edge)));
        within(at, "chunks", n_chunks, self.limits.max_chunks, "max_chunks")?;
        let chunk_bytes = chunk.iter().fold(size, |n, &edge| n.saturating_mul(edge));
        within(at, "bytes of chunk", chunk_bytes, self.limits.max_dataset_bytes, "max_dataset_bytes")
    }

    /// Looks at every entry of the chunks' index: the library below takes their places and sizes as they are.
    fn check_stored_chunks(&self, dataset: &Dataset, shape: &[usize], at: &str) -> Result<(), NirError> {
        let damaged = |reason: String| NirError::Damaged { at: at.to_owned(), reason };
        for chunk in dataset.chunks().map_err(|error| self.failed(at, &error))? {
            let is_within = chunk.offset.len() == shape.len()
                && chunk.offset.iter().zip(shape).all(|(&start, &axis)| start < axis as u64);
            if !is_within {
                return Err(damaged(format!(
                    "a chunk at {:?} of a dataset of shape {shape:?}",
                    chunk.offset
                )));
            }
            let end = chunk.address.checked_add(chunk.storage_size);
            if end.is_none_or(|end| end > self.file_bytes) {
                return Err(self.impossible(chunk.storage_size, at));
            }
        }
        Ok(())
    }

    fn impossible(&self, bytes: u64, at: &str) -> NirError {
        NirError::Impossible { at: at.to_owned(), bytes, file_bytes: self.file_bytes }
    }

    fn texts(
        &mut self,
        dataset: &Dataset,
        datatype: &Datatype,
        shape: Vec<usize>,
        at: &str,
    ) -> Result<Item, NirError> {
        let values = if matches!(datatype, Datatype::VariableLength { .. }) {
            let most = usize::try_from(self.file_bytes).unwrap_or(usize::MAX);
            dataset.read_vlen_strings(VlenStringReadOptions::new().with_max_payload_bytes(most))
        } else {
            dataset.read_string()
        };
        let values = values.map_err(|error| self.failed(at, &error))?;
        if element_count(&shape) != Some(values.len()) {
            return Ok(Item::Unreadable("fewer texts than the shape says".to_owned()));
        }
        let bytes: u64 = values.iter().map(|text| text.len() as u64).sum();
        self.total_bytes = self.total_bytes.saturating_add(bytes);
        within(at, "bytes of datasets", self.total_bytes, self.limits.max_total_bytes, "max_total_bytes")?;
        Ok(Item::Value(Value::Text(Shaped { shape, values })))
    }

    /// The library's error, or that of the meter if it was the meter that ended it.
    fn failed(&self, at: &str, error: &Error) -> NirError {
        let at = if at.is_empty() { "/".to_owned() } else { at.to_owned() };
        match self.budget.overrun() {
            Some((limit, amount)) => {
                let what = "bytes fetched (the file leads back to itself)";
                NirError::Limit { at, what, amount, limit, field: "max_fetches_per_byte" }
            }
            None => NirError::Damaged { at, reason: error.to_string() },
        }
    }
}

fn insert(tree: &mut Tree, name: String, item: Item, at: String) -> Result<(), NirError> {
    match tree.entry(name) {
        Entry::Vacant(free) => {
            free.insert(item);
            Ok(())
        }
        Entry::Occupied(_) => {
            Err(NirError::Damaged { at, reason: "two objects of the same name".to_owned() })
        }
    }
}

fn within(
    at: &str,
    what: &'static str,
    amount: u64,
    limit: u64,
    field: &'static str,
) -> Result<(), NirError> {
    if amount <= limit {
        return Ok(());
    }
    let at = if at.is_empty() { "/".to_owned() } else { at.to_owned() };
    Err(NirError::Limit { at, what, amount, limit, field })
}

/// The type whose numbers are stored: an enumeration's base, else the type itself.
fn base(datatype: &Datatype) -> &Datatype {
    match datatype {
        Datatype::Enumeration { base_type, .. } => base_type,
        other => other,
    }
}

/// Whether this is what h5py makes of Python's `bool`.
fn is_flag(datatype: &Datatype) -> bool {
    let Datatype::Enumeration { members, .. } = datatype else { return false };
    members.len() == 2 && members.iter().all(|m| matches!(m.name.as_str(), "FALSE" | "TRUE"))
}

fn flags(array: &Array) -> Value {
    let values = array.iter().map(|x| x != 0.0).collect();
    Value::Flag(Shaped { shape: array.shape().to_vec(), values })
}

#[cfg(test)]
mod tests {
    use hdf5_pure::{FileBuilder, FileSpaceStrategy};

    use super::*;

    #[test]
    fn shared_headers_are_refused() {
        let file = |has_extension: bool, tail: &[u8]| {
            let mut builder = FileBuilder::new();
            if has_extension {
                builder.with_file_space_strategy(FileSpaceStrategy::Page, false, 1);
            }
            let mut bytes = builder.finish().unwrap();
            bytes.extend(tail);
            load(bytes, &Limits::default(), Parts::Members).map(|_| ()).map_err(|error| error.to_string())
        };
        assert_eq!(file(false, b"SMTB"), Ok(()));
        assert_eq!(file(true, b"SMTX"), Ok(()));
        assert!(file(true, b"SMTB").is_err_and(|message| message.contains("shared table")));
    }
}
