//! Graphs in graphs laid open.

use std::collections::BTreeSet;

use crate::error::NirError;
use crate::flat::Flat;
use crate::graph::Graph;

impl Graph {
    /// The same graph without graphs in it. Their nodes are named `graph|node`; their Input and Output nodes stay and pass on what
    /// arrives, so those that are ports of the whole graph are the ones without a predecessor or a successor.
    ///
    /// # Errors
    /// The faults of [`Graph::check`].
    ///
    /// ```
    /// use gennaker_nir::{Array, Graph, Primitive};
    /// let inner = Graph::new(
    ///     [("in", Primitive::Input { shape: vec![1] }), ("out", Primitive::Output { shape: vec![1] })],
    ///     [("in", "out")],
    /// );
    /// let outer = Graph::new(
    ///     [("a", Primitive::Input { shape: vec![1] }), ("b", Primitive::NIRGraph(inner)), ("c", Primitive::Output { shape: vec![1] })],
    ///     [("a", "b"), ("b", "c")],
    /// );
    /// let open = outer.inlined()?;
    /// assert_eq!(open.nodes.keys().collect::<Vec<_>>(), ["a", "b|in", "b|out", "c"]);
    /// # Ok::<(), gennaker_nir::NirError>(())
    /// ```
    pub fn inlined(&self) -> Result<Self, NirError> {
        self.check()?;
        let flat = Flat::new(self);
        let nodes = flat.names.iter().zip(&flat.primitives);
        // An edge to a nested graph and one to its port may be the same edge then; either is there once.
        let mut seen = BTreeSet::new();
        let edges = flat.edges.iter().filter(|edge| seen.insert(**edge));
        Ok(Self {
            nodes: nodes.map(|(name, &primitive)| (name.clone(), primitive.clone().into())).collect(),
            edges: edges.map(|&(from, to)| (flat.names[from].clone(), flat.names[to].clone())).collect(),
            metadata: self.metadata.clone(),
            version: self.version.clone(),
        })
    }
}
