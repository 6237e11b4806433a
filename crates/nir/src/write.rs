//! From a graph to a file.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::array::{Array, Shaped};
use crate::container::{Container, Item, Tree};
use crate::error::NirError;
use crate::fields::Field;
use crate::graph::{Graph, Node};
use crate::hdf5::Hdf5;
use crate::primitive::Primitive;
use crate::value::{Metadata, Value};

/// Writes a NIR file, whole or not at all: it is filled under another name beside its place, then renamed. The graph is
/// written as it is; call [`Graph::check`] before if others are to read it.
///
/// # Errors
/// If a name cannot be stored, or the file cannot be written.
pub fn write(path: impl AsRef<Path>, graph: &Graph) -> Result<(), NirError> {
    write_whole(path.as_ref(), &write_bytes(graph)?)
}

/// Fills a file, whole or not at all.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), NirError> {
    let draft = draft_beside(path);
    let written = fill(&draft, bytes).and_then(|()| fs::rename(&draft, path));
    written.map_err(|source| {
        // Nothing is lost if the draft cannot be removed either: the first error is the one to tell.
        let _ = fs::remove_file(&draft);
        NirError::Io { action: "write", path: path.to_owned(), source }
    })
}

fn draft_beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.draft", std::process::id()));
    path.with_file_name(name)
}

fn fill(draft: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(draft)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The bytes of a NIR file. The same graph gives the same bytes.
///
/// # Errors
/// If a name cannot be stored.
pub fn write_bytes(graph: &Graph) -> Result<Vec<u8>, NirError> {
    let mut tree = Tree::new();
    if let Some(version) = &graph.version {
        tree.insert("version".to_owned(), text(version));
    }
    tree.insert("node".to_owned(), Item::Group(graph_group(graph)?));
    Hdf5.save(&tree)
}

pub(crate) fn text(text: &str) -> Item {
    Item::Value(Value::text(text))
}

/// Refuses names that HDF5 would take for something else.
pub(crate) fn checked(name: &str, what: &'static str) -> Result<String, NirError> {
    if name.is_empty() || matches!(name, "." | "..") || name.contains(['/', '\0']) {
        return Err(NirError::Name { name: name.to_owned(), what });
    }
    Ok(name.to_owned())
}

fn graph_group(graph: &Graph) -> Result<Tree, NirError> {
    let mut group = Tree::new();
    group.insert("type".to_owned(), text("NIRGraph"));
    group.insert("edges".to_owned(), Item::Value(edges(graph)?));
    let nodes: Result<Tree, NirError> = graph
        .nodes
        .iter()
        .map(|(name, node)| Ok((checked(name, "node")?, Item::Group(node_group(node)?))))
        .collect();
    group.insert("nodes".to_owned(), Item::Group(nodes?));
    add_metadata(&mut group, &graph.metadata)?;
    Ok(group)
}

/// Pairs of names; an empty list as the reference package writes it.
fn edges(graph: &Graph) -> Result<Value, NirError> {
    if graph.edges.is_empty() {
        return Ok(Value::Number(Array::vector(Vec::new())));
    }
    let mut values = Vec::with_capacity(2 * graph.edges.len());
    for (from, to) in &graph.edges {
        values.push(checked(from, "node")?);
        values.push(checked(to, "node")?);
    }
    Ok(Value::Text(Shaped { shape: vec![graph.edges.len(), 2], values }))
}

fn node_group(node: &Node) -> Result<Tree, NirError> {
    if let Primitive::NIRGraph(inner) = &node.primitive {
        let mut group = graph_group(inner)?;
        let mut both = inner.metadata.clone();
        both.extend(node.metadata.clone());
        add_metadata(&mut group, &both)?;
        return Ok(group);
    }
    let fields = node.primitive.fields().into_iter();
    let mut group: Tree = fields.map(|(name, field)| (name.to_owned(), item(field))).collect();
    group.insert("type".to_owned(), text(node.primitive.kind()));
    add_metadata(&mut group, &node.metadata)?;
    Ok(group)
}

fn item(field: Field<'_>) -> Item {
    match field {
        Field::Array(array) => Item::Value(Value::Number(array.clone())),
        Field::Integers(values) => Item::Value(Value::Number(Array::integers(values))),
        Field::Integer(value) => Item::Value(Value::integer(value)),
        Field::Text(word) => text(word),
    }
}

fn add_metadata(group: &mut Tree, metadata: &Metadata) -> Result<(), NirError> {
    if !metadata.is_empty() {
        group.insert("metadata".to_owned(), Item::Group(table(metadata)?));
    }
    Ok(())
}

fn table(metadata: &Metadata) -> Result<Tree, NirError> {
    let entry = |(name, value): (&String, &Value)| {
        let item = match value {
            Value::Table(inner) => Item::Group(table(inner)?),
            other => Item::Value(other.clone()),
        };
        Ok((checked(name, "entry of metadata")?, item))
    };
    metadata.iter().map(entry).collect()
}
