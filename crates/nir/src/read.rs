//! From a file's tree to a graph.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::container::{Container, Item, Parts, Tree};
use crate::error::NirError;
use crate::fields::SIGNATURES;
use crate::graph::{Graph, Node};
use crate::hdf5::Hdf5;
use crate::limits::Limits;
use crate::parameters::Parameters;
use crate::primitive::Primitive;
use crate::value::{Metadata, Value};

/// Reads a NIR file. The graph is whatever the file says; whether it is sound is for [`Graph::check`] to tell.
///
/// # Errors
/// If the file cannot be read, is no HDF5 file, is damaged, asks for more than [`Limits::default`], or is no NIR graph.
pub fn read(path: impl AsRef<Path>) -> Result<Graph, NirError> {
    read_within(path, &Limits::default())
}

/// Reads a NIR file within given limits.
///
/// # Errors
/// As [`read`].
pub fn read_within(path: impl AsRef<Path>, limits: &Limits) -> Result<Graph, NirError> {
    read_bytes(fetch(path.as_ref(), limits)?, limits)
}

/// The bytes of a file.
pub(crate) fn fetch(path: &Path, limits: &Limits) -> Result<Vec<u8>, NirError> {
    let io = |source| NirError::Io { action: "read", path: path.to_owned(), source };
    let mut bytes = Vec::new();
    // One byte more than allowed is enough to know; a device or pipe may have no end.
    let most = limits.max_file_bytes.saturating_add(1);
    File::open(path).map_err(io)?.take(most).read_to_end(&mut bytes).map_err(io)?;
    Ok(bytes)
}

/// Reads the bytes of a NIR file.
///
/// # Errors
/// As [`read`].
pub fn read_bytes(bytes: Vec<u8>, limits: &Limits) -> Result<Graph, NirError> {
    let mut tree = Hdf5.load(bytes, limits, Parts::Members)?;
    let version = match tree.remove("version") {
        None => None,
        Some(item) => Some(text(&item).ok_or_else(|| not_nir("its `version` is no text"))?),
    };
    let Some(Item::Group(mut top)) = tree.remove("node") else {
        return Err(not_nir(
            "it has no group `node`; files of `nir.write` have one, those of `nir.write_data` hold recordings, for `read_data`",
        ));
    };
    let mut reader = Reader { limits, n_nodes: 0, n_edges: 0 };
    let kind = take_kind("", &mut top)?;
    if kind != "NIRGraph" {
        return Err(not_nir(&format!("its `node` is a single {kind}, not a NIRGraph")));
    }
    let metadata = metadata("", &mut top)?;
    Ok(Graph { metadata, version, ..reader.graph("", top)? })
}

pub(crate) fn not_nir(reason: &str) -> NirError {
    NirError::NotNir { reason: reason.to_owned() }
}

/// The name of a node within the nested graph `path`.
pub(crate) fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}|{name}") }
}

/// A graph's name in messages.
pub(crate) fn shown(path: &str) -> String {
    if path.is_empty() { "(top graph)".to_owned() } else { path.to_owned() }
}

struct Reader<'a> {
    limits: &'a Limits,
    n_nodes: usize,
    n_edges: usize,
}

impl Reader<'_> {
    /// A graph from what is left of its group when type and metadata are taken.
    fn graph(&mut self, path: &str, mut group: Tree) -> Result<Graph, NirError> {
        check_fields(path, "NIRGraph", &group)?;
        let edges = self.edges(path, group.remove("edges"))?;
        let Some(Item::Group(members)) = group.remove("nodes") else {
            return Err(misfit(path, "nodes", "a group", "a dataset".to_owned()));
        };
        let mut nodes = BTreeMap::new();
        for (name, item) in members {
            let at = joined(path, &name);
            let Item::Group(members) = item else {
                return Err(misfit(path, &name, "a group with a node's parameters", item.describe()));
            };
            let node = self.node(&at, members)?;
            nodes.insert(name, node);
        }
        Ok(Graph { nodes, edges, metadata: Metadata::new(), version: None })
    }

    fn node(&mut self, at: &str, mut group: Tree) -> Result<Node, NirError> {
        self.n_nodes += 1;
        within(at, "nodes", self.n_nodes, self.limits.max_nodes, "max_nodes")?;
        let kind = take_kind(at, &mut group)?;
        let metadata = metadata(at, &mut group)?;
        let primitive = if kind == "NIRGraph" {
            Primitive::NIRGraph(self.graph(at, group)?)
        } else {
            check_fields(at, &kind, &group)?;
            Parameters::new(at, group).primitive(&kind)?
        };
        Ok(Node { primitive, metadata })
    }

    /// Edges are pairs of names; h5py stores an empty list as numbers.
    fn edges(&mut self, path: &str, item: Option<Item>) -> Result<Vec<(String, String)>, NirError> {
        let item = item.unwrap_or(Item::Group(Tree::new()));
        let texts = match &item {
            Item::Value(Value::Number(array)) if array.is_empty() => return Ok(Vec::new()),
            Item::Value(Value::Text(texts)) if texts.values.is_empty() => return Ok(Vec::new()),
            Item::Value(Value::Text(texts)) if texts.shape.len() == 2 && texts.shape[1] == 2 => texts,
            other => return Err(misfit(path, "edges", "a list of pairs of names", other.describe())),
        };
        self.n_edges += texts.values.len() / 2;
        within(path, "edges", self.n_edges, self.limits.max_edges, "max_edges")?;
        Ok(texts.values.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect())
    }
}

pub(crate) fn within(
    at: &str,
    what: &'static str,
    amount: usize,
    limit: usize,
    field: &'static str,
) -> Result<(), NirError> {
    if amount <= limit {
        return Ok(());
    }
    Err(NirError::Limit { at: shown(at), what, amount: amount as u64, limit: limit as u64, field })
}

pub(crate) fn misfit(node: &str, field: &str, needed: &'static str, found: String) -> NirError {
    NirError::Misfit { node: shown(node), field: field.to_owned(), needed, found }
}

pub(crate) fn text(item: &Item) -> Option<String> {
    match item {
        Item::Value(Value::Text(texts)) => texts.single().cloned(),
        _ => None,
    }
}

fn take_kind(at: &str, group: &mut Tree) -> Result<String, NirError> {
    let Some(item) = group.remove("type") else {
        let known = SIGNATURES.map(|s| s.kind).join(", ");
        return Err(NirError::UnknownType { node: shown(at), found: String::new(), known });
    };
    text(&item).ok_or_else(|| misfit(at, "type", "a text", item.describe()))
}

/// Looks that nothing is missing and nothing is left over, before any of it is looked at.
pub(crate) fn check_fields(at: &str, kind: &str, group: &Tree) -> Result<(), NirError> {
    let Some(signature) = SIGNATURES.iter().find(|s| s.kind == kind) else {
        let known = SIGNATURES.map(|s| s.kind).join(", ");
        return Err(NirError::UnknownType { node: shown(at), found: kind.to_owned(), known });
    };
    let (node, kind) = (shown(at), kind.to_owned());
    if let Some(field) = signature.needed.iter().find(|f| !group.contains_key(**f)) {
        return Err(NirError::Missing { node, kind, field, needed: signature.needed.join(", ") });
    }
    let mut known = signature.needed.iter().chain(signature.optional);
    match group.keys().find(|name| !known.clone().any(|k| k == *name)) {
        None => Ok(()),
        Some(field) => {
            let mut all: Vec<&str> = known.by_ref().copied().collect();
            all.extend(["type", "metadata"]);
            Err(NirError::UnknownField { node, kind, field: field.clone(), known: all.join(", ") })
        }
    }
}

fn metadata(at: &str, group: &mut Tree) -> Result<Metadata, NirError> {
    match group.remove("metadata") {
        None => Ok(Metadata::new()),
        Some(Item::Group(tree)) => table(at, tree),
        Some(other) => Err(misfit(at, "metadata", "a group", other.describe())),
    }
}

fn table(at: &str, tree: Tree) -> Result<Metadata, NirError> {
    let entry = |(name, item)| match item {
        Item::Group(tree) => Ok((name, Value::Table(table(at, tree)?))),
        Item::Value(value) => Ok((name, value)),
        Item::Unreadable(reason) => {
            Err(misfit(at, &format!("metadata/{name}"), "numbers, texts, flags or a group", reason))
        }
    };
    tree.into_iter().map(entry).collect()
}
