//! The shape of every node's signal, followed along the edges.

use std::collections::{BTreeMap, VecDeque};

use crate::array::element_count;
use crate::error::{NirError, ShapeHint};
use crate::flat::Flat;
use crate::graph::Graph;
use crate::primitive::Primitive;
use crate::window::{demanded, is_stated, output, suggested};

/// Shapes of all signals.
#[derive(Clone, Debug, PartialEq)]
pub struct Shapes {
    /// By node; nodes of nested graphs are named `graph|node`. A nested graph itself is there if it has one port of each kind.
    pub nodes: BTreeMap<String, NodeShape>,
    /// Shapes that the file states and the graph does not have, where the graph decides.
    pub notes: Vec<ShapeNote>,
}

/// Shapes of one node's signals, without batch and time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeShape {
    /// What arrives.
    pub input: Vec<usize>,
    /// What leaves.
    pub output: Vec<usize>,
}

/// A shape in the file that was not followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("node `{node}` ({kind}) states the shape {stated:?}, but {found:?} arrives; the latter is used")]
pub struct ShapeNote {
    /// The node.
    pub node: String,
    /// Its type.
    pub kind: &'static str,
    /// What the file states.
    pub stated: Vec<usize>,
    /// What arrives.
    pub found: Vec<usize>,
}

impl Graph {
    /// Follows shapes from inputs and parameters along the edges. Parameters that are one value serve any shape.
    ///
    /// An Output takes the shape that arrives, since writers often do not know it: one that states no shape, or another one
    /// of as many elements, is noted and not refused.
    ///
    /// # Errors
    /// The faults of [`Graph::check`]; [`NirError::Shape`] where what arrives does not fit; [`NirError::ShapeUnknown`]
    /// where nothing tells.
    pub fn shapes(&self) -> Result<Shapes, NirError> {
        self.check()?;
        let mut inference = Inference::new(Flat::new(self));
        inference.follow()?;
        inference.suggest()?;
        inference.finish()
    }
}

struct Inference<'a> {
    flat: Flat<'a>,
    successors: Vec<Vec<usize>>,
    inputs: Vec<Option<Vec<usize>>>,
    outputs: Vec<Option<Vec<usize>>>,
    /// From whom a node has the shape of its input; itself if its parameters demand it.
    origin: Vec<usize>,
    /// Nodes whose input is known and whose output is not yet.
    open: VecDeque<usize>,
}

impl<'a> Inference<'a> {
    fn new(flat: Flat<'a>) -> Self {
        let inputs: Vec<_> = flat.primitives.iter().map(|p| demanded(p)).collect();
        let n = inputs.len();
        let open = (0..n).filter(|&node| inputs[node].is_some()).collect();
        let successors = flat.successors();
        Self { flat, successors, inputs, outputs: vec![None; n], origin: (0..n).collect(), open }
    }

    fn follow(&mut self) -> Result<(), NirError> {
        while let Some(node) = self.open.pop_front() {
            let Some(input) = &self.inputs[node] else { continue };
            let found = output(self.flat.primitives[node], input);
            let output = found.map_err(|needed| self.mismatch(self.origin[node], node, input, needed))?;
            for &to in &self.successors[node] {
                if self.inputs[to].is_none() {
                    self.inputs[to] = Some(output.clone());
                    self.origin[to] = node;
                    self.open.push_back(to);
                }
            }
            self.outputs[node] = Some(output);
        }
        Ok(())
    }

    /// Nodes that no shape has reached take what their parameters suggest, one after the other.
    fn suggest(&mut self) -> Result<(), NirError> {
        for node in 0..self.inputs.len() {
            if self.inputs[node].is_none()
                && let Some(shape) = suggested(self.flat.primitives[node])
            {
                self.inputs[node] = Some(shape);
                self.open.push_back(node);
                self.follow()?;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Shapes, NirError> {
        for &(from, to) in &self.flat.edges {
            let (Some(found), Some(needed)) = (&self.outputs[from], &self.inputs[to]) else { continue };
            if found != needed {
                return Err(self.mismatch(from, to, found, format!("{needed:?}")));
            }
        }
        let mut shapes = Shapes { nodes: BTreeMap::new(), notes: Vec::new() };
        for (node, name) in self.flat.names.iter().enumerate() {
            let (input, output) = self.known(node)?;
            shapes.notes.extend(self.note(node, input)?);
            shapes.nodes.insert(name.clone(), NodeShape { input: input.to_vec(), output: output.to_vec() });
        }
        for (name, ports) in &self.flat.nested {
            if let (Some(entry), Some(exit)) = (ports.entry, ports.exit) {
                let (input, output) = (self.known(entry)?.0.to_vec(), self.known(exit)?.1.to_vec());
                shapes.nodes.insert(name.clone(), NodeShape { input, output });
            }
        }
        Ok(shapes)
    }

    fn known(&self, node: usize) -> Result<(&[usize], &[usize]), NirError> {
        match (&self.inputs[node], &self.outputs[node]) {
            (Some(input), Some(output)) => Ok((input, output)),
            _ => Err(NirError::ShapeUnknown {
                node: self.flat.names[node].clone(),
                kind: self.flat.primitives[node].kind(),
                reason: "no edge leads to it from a node of known shape; connect it, or give it parameters of its shape",
            }),
        }
    }

    /// What is to be said about a shape that the file states beside what arrives.
    fn note(&self, node: usize, input: &[usize]) -> Result<Option<ShapeNote>, NirError> {
        let (Primitive::Output { shape: stated } | Primitive::Flatten { input_type: Some(stated), .. }) =
            self.flat.primitives[node]
        else {
            return Ok(None);
        };
        if stated == input {
            return Ok(None);
        }
        if is_stated(stated) && element_count(stated) != element_count(input) {
            return Err(self.mismatch(self.origin[node], node, input, format!("{stated:?}")));
        }
        let (node, kind) = (self.flat.names[node].clone(), self.flat.primitives[node].kind());
        Ok(Some(ShapeNote { node, kind, stated: stated.clone(), found: input.to_vec() }))
    }

    fn mismatch(&self, from: usize, to: usize, found: &[usize], needed: String) -> NirError {
        let is_flat =
            |node: usize| matches!(self.flat.primitives[node], Primitive::Flatten { start_dim: 1, .. });
        let wanted = self.inputs[to].as_deref().unwrap_or(found);
        let is_batch = |longer: &[usize], rest: &[usize]| longer.first() == Some(&1) && longer[1..] == *rest;
        let axes = match self.flat.primitives[to] {
            Primitive::Conv1d(_) => 2,
            Primitive::Conv2d(_) | Primitive::SumPool2d(_) | Primitive::AvgPool2d(_) => 3,
            _ => usize::MAX,
        };
        let has_batch = axes < found.len() && found[0] == 1;
        let hint = if is_flat(from) || is_flat(to) {
            ShapeHint::FlattenStart
        } else if has_batch || is_batch(found, wanted) || is_batch(wanted, found) {
            ShapeHint::BatchAxis
        } else {
            ShapeHint::None
        };
        let (from, kind) = (self.flat.names[from].clone(), self.flat.primitives[to].kind());
        NirError::Shape { from, to: self.flat.names[to].clone(), kind, found: found.to_vec(), needed, hint }
    }
}
