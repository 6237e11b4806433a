//! What is observed of a run.

use std::collections::BTreeMap;

/// A quantity of a node. Nodes of nested graphs are named `graph|node`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Probe {
    /// What is observed.
    pub quantity: Quantity,
    /// Of which node.
    pub node: String,
}

/// What can be observed of a node, after each step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    /// What leaves it; of a neuron, its spikes as 0 and 1.
    Output,
    /// The membrane of a neuron or integrator, after the reset.
    V,
    /// The synaptic current of a CubaLI or CubaLIF.
    I,
}

impl Quantity {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Output => "output",
            Self::V => "membrane `v`",
            Self::I => "synaptic current `i`",
        }
    }
}

impl Probe {
    /// What leaves a node.
    pub fn output(node: impl Into<String>) -> Self {
        Self { quantity: Quantity::Output, node: node.into() }
    }

    /// The membrane of a node.
    pub fn v(node: impl Into<String>) -> Self {
        Self { quantity: Quantity::V, node: node.into() }
    }

    /// The synaptic current of a node.
    pub fn i(node: impl Into<String>) -> Self {
        Self { quantity: Quantity::I, node: node.into() }
    }
}

/// Values step by step.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// Shape of one step.
    pub shape: Vec<usize>,
    /// The values of one step after the other, each in C order.
    pub values: Vec<f64>,
}

impl Signal {
    /// The steps, each with as many values as the shape has elements.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.values.chunks_exact(self.shape.iter().product::<usize>().max(1))
    }

    /// The sum over all steps, for each element: of spikes, their number.
    pub fn sums(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.shape.iter().product()];
        for step in self.steps() {
            sums.iter_mut().zip(step).for_each(|(sum, value)| *sum += value);
        }
        sums
    }
}

/// What came out of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Number of steps.
    pub n_steps: usize,
    /// What left the graph, by Output.
    pub outputs: BTreeMap<String, Signal>,
    /// What was asked for.
    pub observed: BTreeMap<Probe, Signal>,
    /// Number of spikes of each element of every IF, LIF and CubaLIF.
    pub spike_counts: BTreeMap<String, Vec<u64>>,
}
