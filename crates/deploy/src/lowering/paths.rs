//! Which nodes become populations, and every way from one to another through nodes that are linear.

use std::collections::{BTreeMap, BTreeSet};

use gennaker_nir::{Graph, Primitive, Shapes};

use crate::error::DeployError;

/// A graph without graphs in it, by position.
pub(super) struct Plan<'a> {
    pub(super) names: Vec<&'a str>,
    pub(super) primitives: Vec<&'a Primitive>,
    pub(super) shapes: Vec<Shape<'a>>,
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
}

/// Shapes of one node's signals.
pub(super) struct Shape<'a> {
    pub(super) input: &'a [usize],
    pub(super) output: &'a [usize],
}

/// A way from a population to another node: the linear nodes between them, in order.
#[derive(Debug, Clone)]
pub(super) struct Path {
    pub(super) from: usize,
    pub(super) through: Vec<usize>,
}

/// Ways onto one population that are followed; graphs of trained networks have a handful.
const MAX_PATHS: usize = 10_000;

impl<'a> Plan<'a> {
    pub(super) fn new(graph: &'a Graph, shapes: &'a Shapes) -> Self {
        let names: Vec<&str> = graph.nodes.keys().map(String::as_str).collect();
        let at: BTreeMap<&str, usize> = names.iter().enumerate().map(|(at, &name)| (name, at)).collect();
        let mut plan = Self {
            primitives: graph.nodes.values().map(|node| &node.primitive).collect(),
            shapes: names
                .iter()
                .map(|&name| Shape { input: &shapes.nodes[name].input, output: &shapes.nodes[name].output })
                .collect(),
            before: vec![Vec::new(); names.len()],
            after: vec![Vec::new(); names.len()],
            names,
        };
        for (from, to) in &graph.edges {
            let (from, to) = (at[from.as_str()], at[to.as_str()]);
            plan.before[to].push(from);
            plan.after[from].push(to);
        }
        plan
    }

    /// Whether a node takes the graph's input.
    pub(super) fn is_input(&self, node: usize) -> bool {
        matches!(self.primitives[node], Primitive::Input { .. }) && self.before[node].is_empty()
    }

    /// Whether a node gives the graph's output.
    pub(super) fn is_output(&self, node: usize) -> bool {
        matches!(self.primitives[node], Primitive::Output { .. }) && self.after[node].is_empty()
    }

    /// Whether a node becomes a population of its own: it takes input, holds state, or is no linear map.
    pub(super) fn is_population(&self, node: usize) -> bool {
        use Primitive as P;
        self.is_input(node)
            || matches!(
                self.primitives[node],
                P::I { .. }
                    | P::IF(_)
                    | P::LI(_)
                    | P::LIF(_)
                    | P::CubaLI(_)
                    | P::CubaLIF(_)
                    | P::Threshold { .. }
            )
    }

    /// All ways from populations to a node.
    pub(super) fn paths_to(&self, node: usize) -> Result<Vec<Path>, DeployError> {
        let mut done = Vec::new();
        let mut open: Vec<Vec<usize>> = self.before[node].iter().map(|&before| vec![before]).collect();
        // Ways are walked backwards; the last node of each is its farthest.
        while let Some(mut way) = open.pop() {
            let farthest = way[way.len() - 1];
            if self.is_population(farthest) {
                way.pop();
                way.reverse();
                done.push(Path { from: farthest, through: way });
            } else if way[..way.len() - 1].contains(&farthest) {
                let problem = "it is part of a loop without a neuron, which has no program on the chip; put a neuron into the loop";
                return Err(self.problem(farthest, problem.to_owned()));
            } else {
                open.extend(self.before[farthest].iter().map(|&before| [&way[..], &[before]].concat()));
            }
            if done.len() + open.len() > MAX_PATHS {
                let problem = format!("more than {MAX_PATHS} ways lead to it; join some of its linear nodes");
                return Err(self.problem(node, problem));
            }
        }
        // In the order of names and edges, whatever the order of walking was.
        done.sort_by(|a, b| (a.from, &a.through).cmp(&(b.from, &b.through)));
        Ok(done)
    }

    /// Nodes from which an edge leads to a node.
    pub(super) fn before(&self, node: usize) -> &[usize] {
        &self.before[node]
    }

    /// Nodes whose signal a node takes as it is: those before it, and those before ports of nested graphs and Flattens, which pass on
    /// what arrives, neuron by neuron.
    pub(super) fn feeders(&self, node: usize) -> Vec<usize> {
        use Primitive as P;
        let passes_on = |at: usize| {
            let passes =
                matches!(self.primitives[at], P::Input { .. } | P::Output { .. } | P::Flatten { .. });
            passes && !self.is_input(at)
        };
        let mut open = self.before[node].clone();
        let (mut seen, mut feeders) = (BTreeSet::new(), Vec::new());
        while let Some(before) = open.pop() {
            if !seen.insert(before) {
                continue;
            }
            if passes_on(before) {
                open.extend(&self.before[before]);
            } else {
                feeders.push(before);
            }
        }
        feeders.sort_unstable();
        feeders
    }

    pub(super) fn problem(&self, node: usize, problem: String) -> DeployError {
        DeployError::Node { node: self.names[node].to_owned(), kind: self.primitives[node].kind(), problem }
    }

    /// Refuses signals that no population and no vector of biases could hold, before anything of their size is made.
    pub(super) fn check_sizes(&self) -> Result<(), DeployError> {
        (0..self.names.len()).try_for_each(|node| {
            self.elements(node, self.shapes[node].input)?;
            self.size(node).map(|_| ())
        })
    }

    /// Elements that leave a node.
    pub(super) fn size(&self, node: usize) -> Result<u32, DeployError> {
        self.elements(node, self.shapes[node].output)
    }

    fn elements(&self, node: usize, shape: &[usize]) -> Result<u32, DeployError> {
        let size = shape.iter().try_fold(1_usize, |n, &axis| n.checked_mul(axis));
        match size.and_then(|n| u32::try_from(n).ok()).filter(|n| (1..=MAX_SIZE).contains(n)) {
            Some(size) => Ok(size),
            None => Err(self.problem(
                node,
                format!(
                    "its signal has the shape {shape:?}; it may have 1 to {MAX_SIZE} elements, as many as a population has neurons"
                ),
            )),
        }
    }
}

/// Most elements of a signal, and so neurons of a population: a thousand times what a chip holds, and a file of a few bytes can ask
/// for them.
const MAX_SIZE: u32 = 1 << 24;
