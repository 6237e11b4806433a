//! Recordings beside a graph, as `nir.write_data` of the reference package 1.0.8 stores them: what nodes sent or held, as values on a
//! grid of time steps or as events.

mod grid;
mod read;
mod write;

use std::collections::BTreeMap;

pub use read::{read_data, read_data_bytes, read_data_within};
pub use write::{write_data, write_data_bytes};

use crate::array::{Array, Shaped};

/// Recordings of a graph's nodes (the package's `NIRGraphData`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Data {
    /// By the node's name.
    pub nodes: BTreeMap<String, NodeData>,
}

/// Recordings of one node.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeData {
    /// What was observed of it, by name (`spikes`, `v`, ...; NIR fixes no names). The package's `NIRNodeData`.
    Observables(BTreeMap<String, Observable>),
    /// The recordings of a nested graph.
    Graph(Data),
}

/// One observed quantity of one node.
#[derive(Clone, Debug, PartialEq)]
pub enum Observable {
    /// A value for each time step and neuron.
    TimeGridded(TimeGridded),
    /// Events, all of the same size.
    Events(Events),
    /// Events that have a value each.
    ValuedEvents(Events),
}

/// Values for each step of time.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeGridded {
    /// Length of a step, s.
    pub dt_s: f64,
    /// (samples, steps, neurons).
    pub grid: Grid,
}

/// What a grid holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Grid {
    /// Whether there was an event.
    Flags(Shaped<bool>),
    /// Measured values.
    Numbers(Array),
}

/// Events of one layer of neurons.
#[derive(Clone, Debug, PartialEq)]
pub struct Events {
    /// Number of neurons.
    pub n_neurons: usize,
    /// When the recording ended, s.
    pub t_max_s: f64,
    /// The events of each sample, in the order of the file. What a file pads its samples with is left out.
    pub samples: Vec<Vec<Event>>,
}

/// An event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// Which neuron it is of.
    pub neuron: usize,
    /// When it was, s.
    pub time_s: f64,
    /// Its value; 1 where events have none.
    pub value: f64,
}

impl Grid {
    /// Lengths of the axes: samples, steps, neurons.
    pub fn shape(&self) -> &[usize] {
        match self {
            Self::Flags(flags) => &flags.shape,
            Self::Numbers(array) => array.shape(),
        }
    }
}
