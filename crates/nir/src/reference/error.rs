//! Why a graph could not be run, and what is to be said about one that can.

use crate::error::NirError;
use crate::shapes::ShapeNote;

/// Why a graph could not be run. Nodes of nested graphs are named `graph|node`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// The graph is not sound, or its shapes do not fit.
    #[error(transparent)]
    Graph(#[from] NirError),
    /// The time step is none.
    #[error("a time step of {dt_s} s; it must be a number above 0")]
    TimeStep {
        /// Length of the step, s.
        dt_s: f64,
    },
    /// A forward Euler step that is longer than two time constants grows without end.
    #[error(
        "node `{node}`: `{field}` is {tau_s} s at index {index}, {ratio:.3} of which make a step of {dt_s} s; forward Euler grows \
         without end above 2: take a shorter step, or `Integration::Exact`"
    )]
    Unstable {
        /// The node.
        node: String,
        /// The time constant.
        field: &'static str,
        /// Index of the shortest, in C order.
        index: usize,
        /// The shortest, s.
        tau_s: f64,
        /// Length of the step, s.
        dt_s: f64,
        /// Their ratio.
        ratio: f64,
    },
    /// Nodes depend on each other within one step.
    #[error(
        "the nodes {} form a loop that takes no step, so that their values have no order; put a neuron into it, or a Delay of at \
         least half a step of {dt_s} s",
        quoted(nodes)
    )]
    Loop {
        /// The nodes, in the order of the loop.
        nodes: Vec<String>,
        /// Length of the step, s.
        dt_s: f64,
    },
    /// A node of a nested graph has the name of another node.
    #[error("two nodes are named `{name}` when nested graphs are laid open; rename one")]
    SameName {
        /// The name.
        name: String,
    },
    /// The graph needs more memory than it may have.
    #[error(
        "node `{node}`: {amount:.0} values with those before it where {limit} are allowed; if that is meant, raise `Settings::max_values`"
    )]
    TooLarge {
        /// The node at which there are too many.
        node: String,
        /// How many values there would be.
        amount: f64,
        /// How many there may be.
        limit: usize,
    },
    /// There is no input of this name.
    #[error("there is no Input `{name}`; there are {known}")]
    NoInput {
        /// The name.
        name: String,
        /// The inputs that there are.
        known: String,
    },
    /// An input is given twice.
    #[error("the Input `{name}` is given twice; add the two up, or leave one out")]
    InputTwice {
        /// The name.
        name: String,
    },
    /// An input is given with too few or too many values.
    #[error(
        "the Input `{name}` is given {found} values, but {n_steps} steps of shape {shape:?} are {needed}"
    )]
    InputLength {
        /// The input.
        name: String,
        /// How many values are given.
        found: usize,
        /// How many there must be.
        needed: usize,
        /// Shape of one step.
        shape: Vec<usize>,
        /// Number of steps.
        n_steps: usize,
    },
    /// An input holds a NaN or an infinite number.
    #[error("the Input `{name}` is given {value} at index {index}; all values must be finite")]
    NotFinite {
        /// The input.
        name: String,
        /// Index of the first such value.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A node that is to be observed is not there, or has no such quantity.
    #[error("there is no {what} of a node `{node}` to observe: {reason}")]
    NoProbe {
        /// The node.
        node: String,
        /// The quantity.
        what: &'static str,
        /// Why not.
        reason: String,
    },
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Something about a graph that runs, but perhaps not as its author meant.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceNote {
    /// The file states another shape than arrives.
    #[error(transparent)]
    Shape(#[from] ShapeNote),
    /// Forward Euler steps beyond what the state moves to.
    #[error(
        "node `{node}`: a step is {ratio:.3} of its shortest `{field}`; forward Euler overshoots above 1, so the graph may be made \
         for a shorter step"
    )]
    Overshoot {
        /// The node.
        node: String,
        /// The time constant.
        field: &'static str,
        /// Step by time constant.
        ratio: f64,
    },
    /// One value serves all elements of a signal.
    #[error("node `{node}`: one value of `{field}` serves all elements of {shape:?}")]
    Broadcast {
        /// The node.
        node: String,
        /// The parameter.
        field: &'static str,
        /// Shape of the signal.
        shape: Vec<usize>,
    },
    /// A parameter has no effect under these settings.
    #[error("node `{node}`: `{field}` is not 0, but has no effect where a spike subtracts the threshold")]
    Ignored {
        /// The node.
        node: String,
        /// The parameter.
        field: &'static str,
    },
    /// A delay is no whole number of steps.
    #[error("node `{node}`: the delay {delay_s} s is no whole number of steps; it takes {n_steps}")]
    RoundedDelay {
        /// The node.
        node: String,
        /// The delay that is farthest from a whole number of steps, s.
        delay_s: f64,
        /// What it takes.
        n_steps: u64,
    },
    /// Nothing arrives at a node; it works on zeros.
    #[error("node `{node}` ({kind}): no edge leads to it, so that it is given zeros")]
    Unfed {
        /// The node.
        node: String,
        /// Its type.
        kind: &'static str,
    },
}
