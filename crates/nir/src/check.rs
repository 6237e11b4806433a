//! Whether a graph is sound: everything that can be told without following shapes along edges.

use std::collections::BTreeSet;

use crate::array::Array;
use crate::error::NirError;
use crate::flat::Flat;
use crate::graph::Graph;
use crate::primitive::{Conv, Padding, Pool2d, Primitive};
use crate::read::{joined, shown};

/// One thing that is wrong with a graph. Nodes of nested graphs are named `graph|node`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// An edge names a node that there is not.
    #[error(
        "edge `{from}` -> `{to}` of {graph}: there is no node `{missing}`; name one of its nodes, or add it"
    )]
    Dangling {
        /// The graph.
        graph: String,
        /// The edge's beginning.
        from: String,
        /// The edge's end.
        to: String,
        /// The node that is missing.
        missing: String,
    },
    /// An edge is there twice. NIR gives that no meaning.
    #[error("edge `{from}` -> `{to}` of {graph} is there twice; remove one, or double the weights")]
    DuplicateEdge {
        /// The graph.
        graph: String,
        /// The edge's beginning.
        from: String,
        /// The edge's end.
        to: String,
    },
    /// A graph has no port of a kind.
    #[error("{graph} has no {kind} node; add one with the shape of its signal")]
    NoPort {
        /// The graph.
        graph: String,
        /// `Input` or `Output`.
        kind: &'static str,
    },
    /// An edge leads to or from a nested graph with several ports, and nothing says which is meant.
    #[error(
        "edge `{from}` -> `{to}`: the graph `{graph}` has {n_ports} {kind} nodes, and NIR has no way to say which is meant; leave it one"
    )]
    Ambiguous {
        /// The edge's beginning.
        from: String,
        /// The edge's end.
        to: String,
        /// The nested graph.
        graph: String,
        /// `Input` or `Output`.
        kind: &'static str,
        /// How many of them it has.
        n_ports: usize,
    },
    /// A parameter holds a NaN or an infinite number.
    #[error("node `{node}`: `{field}` holds {value} at index {index}; all parameters must be finite")]
    NotFinite {
        /// The node.
        node: String,
        /// The parameter.
        field: &'static str,
        /// Index of the first such number, in C order.
        index: usize,
        /// The number.
        value: f64,
    },
    /// A parameter does not have the shape that it must have.
    #[error("node `{node}` ({kind}): `{field}` has shape {found:?}, but must have {needed}")]
    Shape {
        /// The node.
        node: String,
        /// Its type.
        kind: &'static str,
        /// The parameter.
        field: &'static str,
        /// The shape that it has.
        found: Vec<usize>,
        /// The shape that it must have, in words.
        needed: String,
    },
    /// A parameter has a value that has no meaning.
    #[error("node `{node}` ({kind}): `{field}` is {found}, but must be {needed}")]
    Value {
        /// The node.
        node: String,
        /// Its type.
        kind: &'static str,
        /// The parameter.
        field: &'static str,
        /// What it is.
        found: String,
        /// What it must be.
        needed: &'static str,
    },
    /// Nodes depend on each other within one instant.
    #[error(
        "the nodes {} form a loop in which nothing holds state, so that their values have no order; put a neuron or a Delay into it",
        quoted(nodes)
    )]
    Loop {
        /// The nodes, in the order of the loop.
        nodes: Vec<String>,
    },
}

/// Faults that a message shows; beyond, it says how many more there are.
const SHOWN: usize = 10;

/// All faults in one message.
pub(crate) fn list(faults: &[Fault]) -> String {
    let shown: Vec<String> = faults.iter().take(SHOWN).map(ToString::to_string).collect();
    match faults.len() {
        n if n > SHOWN => format!("{}; and {} more faults", shown.join("; "), n - SHOWN),
        _ => shown.join("; "),
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl Graph {
    /// Looks that the graph is sound: edges lead to nodes, parameters are finite and fit each other, no loop is without
    /// state, and there are an input and an output. Shapes along edges are [`Graph::shapes`]' concern.
    ///
    /// # Errors
    /// [`NirError::Faulty`] with all faults.
    pub fn check(&self) -> Result<(), NirError> {
        let mut faults = Vec::new();
        check_graph(self, "", &mut faults);
        let flat = Flat::new(self);
        if let Some(nodes) = flat.stateless_loop() {
            faults.push(Fault::Loop { nodes: nodes.iter().map(|&node| flat.names[node].clone()).collect() });
        }
        if faults.is_empty() { Ok(()) } else { Err(NirError::Faulty(faults)) }
    }
}

fn check_graph(graph: &Graph, path: &str, faults: &mut Vec<Fault>) {
    let name = shown(path);
    if graph.inputs().next().is_none() {
        faults.push(Fault::NoPort { graph: name.clone(), kind: "Input" });
    }
    if graph.outputs().next().is_none() {
        faults.push(Fault::NoPort { graph: name, kind: "Output" });
    }
    check_edges(graph, path, faults);
    for (name, node) in &graph.nodes {
        let at = joined(path, name);
        match &node.primitive {
            Primitive::NIRGraph(inner) => check_graph(inner, &at, faults),
            primitive => Checked { node: &at, kind: primitive.kind(), faults }.primitive(primitive),
        }
    }
}

fn check_edges(graph: &Graph, path: &str, faults: &mut Vec<Fault>) {
    let mut seen = BTreeSet::new();
    for (from, to) in &graph.edges {
        if !seen.insert((from, to)) {
            faults.push(Fault::DuplicateEdge { graph: shown(path), from: from.clone(), to: to.clone() });
        }
        for (end, kind) in [(from, "Output"), (to, "Input")] {
            match graph.nodes.get(end).map(|node| &node.primitive) {
                None => faults.push(Fault::Dangling {
                    graph: shown(path),
                    from: from.clone(),
                    to: to.clone(),
                    missing: end.clone(),
                }),
                Some(Primitive::NIRGraph(inner)) => {
                    let n_ports =
                        if kind == "Input" { inner.inputs().count() } else { inner.outputs().count() };
                    if n_ports > 1 {
                        let graph = joined(path, end);
                        let (from, to) = (from.clone(), to.clone());
                        faults.push(Fault::Ambiguous { from, to, graph, kind, n_ports });
                    }
                }
                Some(_) => {}
            }
        }
    }
}

/// A node under examination.
struct Checked<'a> {
    node: &'a str,
    kind: &'static str,
    faults: &'a mut Vec<Fault>,
}

impl Checked<'_> {
    fn primitive(&mut self, primitive: &Primitive) {
        for (field, array) in primitive.arrays() {
            self.finite(field, array);
        }
        match primitive {
            Primitive::Input { shape } if shape.is_empty() || shape.contains(&0) => {
                self.value("shape", format!("{shape:?}"), "the lengths of the signal's axes, none of them 0");
            }
            Primitive::Affine { weight, bias } => {
                self.weight(weight);
                if let [lead @ .., outputs, _] = weight.shape() {
                    let needed = [lead, &[*outputs]].concat();
                    self.serves("bias", bias, &needed);
                }
            }
            Primitive::Linear { weight } => self.weight(weight),
            Primitive::Conv1d(conv) => self.conv(conv),
            Primitive::Conv2d(conv) => self.conv(conv),
            Primitive::SumPool2d(pool) | Primitive::AvgPool2d(pool) => self.pool(pool),
            Primitive::Delay { delay } if delay.iter().any(|seconds| seconds < 0.0) => {
                self.value("delay", "negative".to_owned(), "0 s or more");
            }
            _ => {}
        }
        self.elementwise(primitive);
    }

    fn finite(&mut self, field: &'static str, array: &Array) {
        if let Some(index) = array.first_not_finite() {
            let value = array.get(index).unwrap_or(f64::NAN);
            self.faults.push(Fault::NotFinite { node: self.node.to_owned(), field, index, value });
        }
    }

    fn shape(&mut self, field: &'static str, array: &Array, needed: String) {
        let found = array.shape().to_vec();
        self.faults.push(Fault::Shape { node: self.node.to_owned(), kind: self.kind, field, found, needed });
    }

    fn value(&mut self, field: &'static str, found: String, needed: &'static str) {
        self.faults.push(Fault::Value { node: self.node.to_owned(), kind: self.kind, field, found, needed });
    }

    fn serves(&mut self, field: &'static str, array: &Array, needed: &[usize]) {
        if !array.serves(needed) {
            self.shape(field, array, format!("{needed:?}, or one value"));
        }
    }

    fn weight(&mut self, weight: &Array) {
        if weight.shape().len() < 2 || weight.is_empty() {
            self.shape("weight", weight, "axes (..., outputs, inputs), none of them of length 0".to_owned());
        }
    }

    /// Arrays of one number per element agree in shape, or are one value; time constants are positive.
    fn elementwise(&mut self, primitive: &Primitive) {
        let arrays = primitive.elementwise();
        let widest = arrays.iter().map(|(_, array)| *array).find(|array| array.len() != 1);
        for (field, array) in &arrays {
            if array.is_empty() {
                self.shape(field, array, "at least one value".to_owned());
            } else if let Some(widest) = widest {
                self.serves(field, array, widest.shape());
            }
            if field.starts_with("tau") && array.iter().any(|tau| tau <= 0.0) {
                self.value(field, "0 or negative".to_owned(), "above 0 s");
            }
        }
    }

    fn conv<const D: usize>(&mut self, conv: &Conv<D>) {
        let shape = conv.weight.shape();
        if shape.len() != D + 2 || conv.weight.is_empty() {
            let axes = ["length", "height, width"][usize::from(D == 2)];
            let needed = format!("axes (output channels, input channels / groups, {axes}), none of length 0");
            return self.shape("weight", &conv.weight, needed);
        }
        self.serves("bias", &conv.bias, &shape[..1]);
        if conv.groups == 0 || !shape[0].is_multiple_of(conv.groups) {
            let needed = "at least 1 and a divisor of the number of output channels";
            self.value("groups", format!("{} for {} channels", conv.groups, shape[0]), needed);
        }
        self.steps("stride", &conv.stride);
        self.steps("dilation", &conv.dilation);
        if conv.padding == Padding::Same && conv.stride != [1; D] {
            self.value(
                "padding",
                format!("`same` with stride {:?}", conv.stride),
                "numbers unless stride is 1",
            );
        }
    }

    fn pool(&mut self, pool: &Pool2d) {
        self.steps("kernel_size", &pool.kernel_size);
        self.steps("stride", &pool.stride);
    }

    fn steps(&mut self, field: &'static str, steps: &[usize]) {
        if steps.contains(&0) {
            self.value(field, format!("{steps:?}"), "at least 1");
        }
    }
}
