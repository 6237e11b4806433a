//! The graph: named nodes, and edges between them.

use std::collections::BTreeMap;

use crate::primitive::Primitive;
use crate::value::Metadata;

/// The version of NIR whose files are written.
pub const NIR_VERSION: &str = "1.0.8";

/// A NIR graph, as it stands in a file. Nothing about it need be sound: [`Graph::check`] tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    /// Nodes by name, in the byte order of their names. Files keep no other order, so none may matter.
    pub nodes: BTreeMap<String, Node>,
    /// Edges from one node to another, in the order of the file. What arrives over several edges is added up.
    pub edges: Vec<(String, String)>,
    /// Free entries.
    pub metadata: Metadata,
    /// The version of NIR that the file names, if it names one. It has no influence on what the file means. A nested graph has none.
    pub version: Option<String>,
}

/// A node of a graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What the node does.
    pub primitive: Primitive,
    /// Free entries.
    pub metadata: Metadata,
}

impl From<Primitive> for Node {
    fn from(primitive: Primitive) -> Self {
        Self { primitive, metadata: Metadata::new() }
    }
}

impl Default for Graph {
    /// No nodes, no edges, the version that is written.
    fn default() -> Self {
        Self {
            nodes: BTreeMap::new(),
            edges: Vec::new(),
            metadata: Metadata::new(),
            version: Some(NIR_VERSION.to_owned()),
        }
    }
}

impl Graph {
    /// A graph of these nodes and edges.
    ///
    /// ```
    /// use gennaker_nir::{Array, Graph, Primitive};
    /// let graph = Graph::new(
    ///     [
    ///         ("in", Primitive::Input { shape: vec![3] }),
    ///         ("gain", Primitive::Scale { scale: Array::scalar(2.0) }),
    ///         ("out", Primitive::Output { shape: vec![3] }),
    ///     ],
    ///     [("in", "gain"), ("gain", "out")],
    /// );
    /// graph.check()?;
    /// # Ok::<(), gennaker_nir::NirError>(())
    /// ```
    pub fn new<'a>(
        nodes: impl IntoIterator<Item = (&'a str, Primitive)>,
        edges: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        Self {
            nodes: nodes.into_iter().map(|(name, primitive)| (name.to_owned(), primitive.into())).collect(),
            edges: edges.into_iter().map(|(from, to)| (from.to_owned(), to.to_owned())).collect(),
            ..Self::default()
        }
    }

    /// Names of the graph's inputs, in order.
    pub fn inputs(&self) -> impl Iterator<Item = &str> {
        self.of(|p| matches!(p, Primitive::Input { .. }))
    }

    /// Names of the graph's outputs, in order.
    pub fn outputs(&self) -> impl Iterator<Item = &str> {
        self.of(|p| matches!(p, Primitive::Output { .. }))
    }

    fn of(&self, which: fn(&Primitive) -> bool) -> impl Iterator<Item = &str> {
        self.nodes.iter().filter(move |(_, node)| which(&node.primitive)).map(|(name, _)| name.as_str())
    }
}
