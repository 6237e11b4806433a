//! What the tests share: where data is, and digests of graphs.
#![allow(dead_code)] // Not every test uses everything.

pub(crate) mod nmnist;
pub(crate) mod npz;
pub(crate) mod random;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use gennaker_nir::{Array, Graph, Numbers, Primitive};
use sha2::{Digest, Sha256};

/// The folder with third-party NIR files, if it is there.
pub(crate) fn data() -> Option<PathBuf> {
    let root = std::env::var_os("GENNAKER_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let folder = root.join("nir");
    if !folder.exists() {
        println!("skipped: no data (nir)");
        return None;
    }
    Some(folder)
}

/// All nodes, those of nested graphs included.
pub(crate) fn count_nodes(graph: &Graph) -> usize {
    let inner = |primitive: &Primitive| match primitive {
        Primitive::NIRGraph(graph) => count_nodes(graph),
        _ => 0,
    };
    graph.nodes.values().map(|node| 1 + inner(&node.primitive)).sum()
}

/// All edges, those of nested graphs included.
pub(crate) fn count_edges(graph: &Graph) -> usize {
    let inner = |primitive: &Primitive| match primitive {
        Primitive::NIRGraph(graph) => count_edges(graph),
        _ => 0,
    };
    graph.edges.len() + graph.nodes.values().map(|node| inner(&node.primitive)).sum::<usize>()
}

/// SHA-256 of the canonical listing, which `tests/python/digests.py` makes in its own way.
pub(crate) fn digest(graph: &Graph) -> String {
    let mut text = String::new();
    list(graph, "", &mut text);
    hex(text.as_bytes())
}

fn list(graph: &Graph, path: &str, text: &mut String) {
    for (name, node) in &graph.nodes {
        let at = if path.is_empty() { name.clone() } else { format!("{path}|{name}") };
        writeln!(text, "{at} {}", node.primitive.kind()).unwrap();
        let mut arrays = node.primitive.arrays();
        arrays.sort_by_key(|(field, _)| *field);
        for (field, array) in arrays {
            let (kind, bytes) = stored(array);
            writeln!(text, " {field} {kind} {:?} {}", array.shape(), hex(&bytes)).unwrap();
        }
        if let Primitive::NIRGraph(inner) = &node.primitive {
            list(inner, &at, text);
        }
    }
    for (from, to) in &graph.edges {
        writeln!(text, "{from} -> {to}").unwrap();
    }
}

fn stored(array: &Array) -> (&'static str, Vec<u8>) {
    match array.numbers() {
        Numbers::F32(v) => ("f32", v.iter().flat_map(|x| x.to_le_bytes()).collect()),
        Numbers::F64(v) => ("f64", v.iter().flat_map(|x| x.to_le_bytes()).collect()),
        Numbers::I64(v) => ("i64", v.iter().flat_map(|x| x.to_le_bytes()).collect()),
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
