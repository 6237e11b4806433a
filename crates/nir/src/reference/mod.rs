//! What a NIR graph means when it is stepped through time, in double precision.
//!
//! NIR gives equations and leaves open how a computer takes steps in them; [`Settings`] are the choices, and [`Reference`] runs a graph under
//! them. It is made to be right and to be compared with: plain sums in a fixed order, no rounding beyond that of double
//! precision, the same bits on every computer.
//!
//! Step `k` covers the time from `k dt` to `(k + 1) dt`; inputs are constant over it, outputs are what holds at its end. What arrives
//! at a node is the sum over its edges. An edge carries the value of the same step, except late edges ([`LateEdges`]), which carry that
//! of the step before; a graph that has loops without them is refused. Nested graphs are laid open. Inputs and outputs of a graph may be
//! many.
//!
//! **The one decision.** A node is worked out as a whole, in an order that follows from the graph, and looks only at inputs that are
//! not 0: events cost what they touch, while neurons are stepped all of them in every step. The price: a graph whose signals are dense
//! costs as much as its matrices have weights, on one thread.
//!
//! ```
//! use gennaker_nir::reference::{Probe, Reference, Settings};
//! use gennaker_nir::{Array, Graph, Lif, Primitive};
//! let cell = Lif {
//!     tau: Array::scalar(0.01),
//!     r: Array::scalar(1.0),
//!     v_leak: Array::scalar(0.0),
//!     v_threshold: Array::scalar(0.15),
//!     v_reset: None,
//! };
//! let graph = Graph::new(
//!     [
//!         ("in", Primitive::Input { shape: vec![1] }),
//!         ("cell", Primitive::LIF(cell)),
//!         ("out", Primitive::Output { shape: vec![1] }),
//!     ],
//!     [("in", "cell"), ("cell", "out")],
//! );
//! let mut reference = Reference::new(&graph, &Settings { dt_s: 0.001, ..Settings::default() })?;
//! let trace = reference.run(&[("in", &[1.0, 1.0, 0.0])], 3, &[Probe::v("cell")])?;
//! assert_eq!(trace.outputs["out"].values, [0.0, 1.0, 0.0]);
//! assert_eq!(trace.observed[&Probe::v("cell")].values, [0.1, 0.0, 0.0]);
//! assert_eq!(trace.spike_counts["cell"], [1]);
//! # Ok::<(), gennaker_nir::reference::ReferenceError>(())
//! ```

mod build;
mod delay;
mod error;
mod linear;
mod neuron;
mod node;
mod order;
mod settings;
mod trace;
mod window;

use std::collections::BTreeMap;

pub use error::{ReferenceError, ReferenceNote};
pub use settings::{IfGain, Initial, Integration, LateEdges, Reset, Settings};
pub use trace::{Probe, Quantity, Signal, Trace};

use node::Work;
use order::Source;

/// A graph, ready to be stepped, and its state.
#[derive(Clone, Debug)]
pub struct Reference {
    nodes: Vec<Node>,
    /// All nodes, each behind those whose value of the same step it needs.
    order: Vec<usize>,
    names: BTreeMap<String, usize>,
    /// The outermost graph's.
    inputs: BTreeMap<String, usize>,
    outputs: BTreeMap<String, usize>,
    notes: Vec<ReferenceNote>,
    /// Sums of what arrives at one node.
    sums: Vec<f64>,
    n_steps: u64,
}

/// A node, with its state and what leaves it.
#[derive(Clone, Debug)]
struct Node {
    kind: &'static str,
    shape: Vec<usize>,
    n_inputs: usize,
    sources: Vec<Source>,
    work: Work,
    values: Vec<f64>,
    /// The values of the step before; empty if nobody needs them.
    before: Vec<f64>,
    /// What enters the graph here; empty if nothing can.
    stimulus: Vec<f64>,
}

impl Reference {
    /// The graph's inputs, with the shape of one step.
    pub fn inputs(&self) -> impl Iterator<Item = (&str, &[usize])> {
        self.inputs.iter().map(|(name, &node)| (name.as_str(), self.nodes[node].shape.as_slice()))
    }

    /// The graph's outputs, with the shape of one step.
    pub fn outputs(&self) -> impl Iterator<Item = (&str, &[usize])> {
        self.outputs.iter().map(|(name, &node)| (name.as_str(), self.nodes[node].shape.as_slice()))
    }

    /// What is to be said about the graph under these settings.
    pub fn notes(&self) -> &[ReferenceNote] {
        &self.notes
    }

    /// Names of all nodes in the order in which they are worked out.
    pub fn order(&self) -> Vec<&str> {
        let names = self.numbered_names();
        self.order.iter().map(|&node| names[node]).collect()
    }

    /// The edges that carry the value of the step before, by the names of their ends.
    pub fn late_edges(&self) -> Vec<(&str, &str)> {
        let names = self.numbered_names();
        let ends = self.nodes.iter().zip(&names);
        let edges = ends.flat_map(|(node, to)| node.sources.iter().map(move |source| (source, *to)));
        edges.filter(|(source, _)| source.is_late).map(|(source, to)| (names[source.node], to)).collect()
    }

    fn numbered_names(&self) -> Vec<&str> {
        let mut names = vec![""; self.nodes.len()];
        self.names.iter().for_each(|(name, &node)| names[node] = name);
        names
    }

    /// Number of steps since the beginning.
    pub fn n_steps(&self) -> u64 {
        self.n_steps
    }

    /// Back to the state before the first step.
    pub fn reset(&mut self) {
        self.n_steps = 0;
        for node in &mut self.nodes {
            node.work.restart();
            node.values.fill(0.0);
            node.before.fill(0.0);
            node.stimulus.fill(0.0);
        }
    }

    /// Takes one step with these inputs, by name; inputs that are not named are 0.
    ///
    /// # Errors
    /// If there is no such input, or its values are not as many as its shape says, or not finite. Then no step is taken.
    pub fn step(&mut self, inputs: &[(&str, &[f64])]) -> Result<(), ReferenceError> {
        let inputs = self.checked(inputs, 1)?;
        self.advance(&inputs, 0);
        Ok(())
    }

    /// What a quantity is after the last step, or `None` if there is no such node or it has no such quantity.
    pub fn value(&self, quantity: Quantity, node: &str) -> Option<&[f64]> {
        self.nodes[*self.names.get(node)?].value(quantity)
    }

    /// Takes `n_steps` steps with inputs (step, shape), by name, and keeps what leaves the graph, what is asked for, and how often
    /// neurons fired. It goes on where the last step ended.
    ///
    /// # Errors
    /// As [`Reference::step`], and if there is nothing of what is to be observed. Then no step is taken.
    pub fn run(
        &mut self,
        inputs: &[(&str, &[f64])],
        n_steps: usize,
        probes: &[Probe],
    ) -> Result<Trace, ReferenceError> {
        let inputs = self.checked(inputs, n_steps)?;
        let mut observed = BTreeMap::new();
        for probe in probes {
            observed.insert(probe.clone(), self.empty_signal(probe)?);
        }
        let outputs =
            self.outputs.iter().map(|(name, &node)| (name.clone(), self.nodes[node].empty_signal()));
        let mut outputs: BTreeMap<String, Signal> = outputs.collect();
        let spiking = self
            .names
            .iter()
            .filter(|&(_, &node)| self.nodes[node].work.neurons().is_some_and(neuron::Neurons::fires));
        let mut spike_counts: BTreeMap<String, Vec<u64>> =
            spiking.map(|(name, &node)| (name.clone(), vec![0; self.nodes[node].values.len()])).collect();
        for step in 0..n_steps {
            self.advance(&inputs, step);
            for (name, signal) in &mut outputs {
                signal.values.extend(&self.nodes[self.names[name]].values);
            }
            for (probe, signal) in &mut observed {
                signal.values.extend(self.value(probe.quantity, &probe.node).unwrap_or_default());
            }
            for (name, counts) in &mut spike_counts {
                let spikes = &self.nodes[self.names[name]].values;
                counts.iter_mut().zip(spikes).for_each(|(count, spike)| *count += u64::from(*spike != 0.0));
            }
        }
        Ok(Trace { n_steps, outputs, observed, spike_counts })
    }

    fn empty_signal(&self, probe: &Probe) -> Result<Signal, ReferenceError> {
        let missing = |reason: String| {
            let what = probe.quantity.name();
            ReferenceError::NoProbe { node: probe.node.clone(), what, reason }
        };
        let Some(&node) = self.names.get(&probe.node) else {
            let known: Vec<&str> = self.names.keys().map(String::as_str).collect();
            return Err(missing(format!("the nodes are {}", known.join(", "))));
        };
        let node = &self.nodes[node];
        match node.value(probe.quantity) {
            Some(_) => Ok(node.empty_signal()),
            None => Err(missing(format!("it is of type {}", node.kind))),
        }
    }

    /// The numbers of the inputs' nodes, with their values, if they are as they must be.
    fn checked<'a>(
        &self,
        inputs: &[(&str, &'a [f64])],
        n_steps: usize,
    ) -> Result<Vec<(usize, &'a [f64])>, ReferenceError> {
        let mut found: Vec<(usize, &[f64])> = Vec::new();
        for &(name, values) in inputs {
            let name = name.to_owned();
            let Some(&node) = self.inputs.get(&name) else {
                let known: Vec<&str> = self.inputs.keys().map(String::as_str).collect();
                return Err(ReferenceError::NoInput { name, known: known.join(", ") });
            };
            if found.iter().any(|(other, _)| *other == node) {
                return Err(ReferenceError::InputTwice { name });
            }
            let needed = self.nodes[node].stimulus.len().saturating_mul(n_steps);
            if values.len() != needed {
                let shape = self.nodes[node].shape.clone();
                return Err(ReferenceError::InputLength {
                    name,
                    found: values.len(),
                    needed,
                    shape,
                    n_steps,
                });
            }
            if let Some(index) = values.iter().position(|value| !value.is_finite()) {
                return Err(ReferenceError::NotFinite { name, index, value: values[index] });
            }
            found.push((node, values));
        }
        Ok(found)
    }

    /// One step, with the inputs' values of step `step` of them.
    fn advance(&mut self, inputs: &[(usize, &[f64])], step: usize) {
        for &node in self.inputs.values() {
            self.nodes[node].stimulus.fill(0.0);
        }
        for &(node, values) in inputs {
            let stimulus = &mut self.nodes[node].stimulus;
            let n = stimulus.len();
            stimulus.copy_from_slice(&values[step * n..][..n]);
        }
        for node in self.nodes.iter_mut().filter(|node| !node.before.is_empty()) {
            std::mem::swap(&mut node.values, &mut node.before);
        }
        for place in 0..self.order.len() {
            self.work_out(self.order[place]);
        }
        self.n_steps += 1;
    }

    fn work_out(&mut self, index: usize) {
        let mut values = std::mem::take(&mut self.nodes[index].values);
        let mut work = std::mem::replace(&mut self.nodes[index].work, Work::Pass);
        let node = &self.nodes[index];
        match node.sources.as_slice() {
            [only] if node.stimulus.is_empty() => {
                work.apply(self.nodes[only.node].sent(only.is_late), &mut values, self.n_steps);
            }
            sources => {
                self.sums.clear();
                self.sums.extend(&node.stimulus);
                self.sums.resize(node.n_inputs, 0.0);
                for source in sources {
                    let sent = self.nodes[source.node].sent(source.is_late);
                    self.sums.iter_mut().zip(sent).for_each(|(sum, value)| *sum += value);
                }
                work.apply(&self.sums, &mut values, self.n_steps);
            }
        }
        let node = &mut self.nodes[index];
        (node.values, node.work) = (values, work);
    }
}

impl Node {
    fn sent(&self, is_late: bool) -> &[f64] {
        if is_late { &self.before } else { &self.values }
    }

    fn value(&self, quantity: Quantity) -> Option<&[f64]> {
        match quantity {
            Quantity::Output => Some(&self.values),
            Quantity::V => self.work.neurons().map(|neurons| neurons.v.as_slice()),
            Quantity::I => self.work.neurons().map(|neurons| neurons.i.as_slice()).filter(|i| !i.is_empty()),
        }
    }

    fn empty_signal(&self) -> Signal {
        Signal { shape: self.shape.clone(), values: Vec::new() }
    }
}
