//! From a graph to something that can be stepped.

use std::collections::BTreeMap;

use crate::array::{Array, element_count};
use crate::flat::Flat;
use crate::graph::Graph;
use crate::primitive::Primitive;
use crate::reference::delay::steps;
use crate::reference::node::Work;
use crate::reference::order::Order;
use crate::reference::window::reach;
use crate::reference::{Integration, Node, Reference, ReferenceError, ReferenceNote, Reset, Settings};
use crate::shapes::NodeShape;

impl Reference {
    /// Makes a graph ready to be stepped, in its state before the first step.
    ///
    /// # Errors
    /// Those of [`Graph::shapes`]; if a loop takes no step, forward Euler would grow without end, or memory is short.
    pub fn new(graph: &Graph, settings: &Settings) -> Result<Self, ReferenceError> {
        settings.check()?;
        let flat = Flat::new(graph);
        let names = numbered(&flat)?;
        let mut shapes = graph.shapes()?;
        let notes = shapes.notes.drain(..).map(ReferenceNote::from).collect();
        let mut builder = Builder { settings, notes, n_values: 0.0 };
        let shape_of =
            |name: &String| shapes.nodes.get(name).cloned().expect("every node has been given a shape");
        let shapes: Vec<NodeShape> = flat.names.iter().map(shape_of).collect();
        for (node, shape) in shapes.iter().enumerate() {
            builder.look_at(&flat.names[node], flat.primitives[node], shape)?;
        }
        let takes_steps: Vec<bool> = flat.primitives.iter().map(|p| takes_steps(p, settings.dt_s)).collect();
        let order = Order::new(&flat, &takes_steps, settings)?;
        let nodes = builder.nodes(&flat, &shapes, &order);
        let ports = |which: fn(&Primitive) -> bool| -> BTreeMap<String, usize> {
            let is_port = |&node: &usize| flat.is_outermost[node] && which(flat.primitives[node]);
            (0..flat.names.len()).filter(is_port).map(|node| (flat.names[node].clone(), node)).collect()
        };
        Ok(Self {
            inputs: ports(|p| matches!(p, Primitive::Input { .. })),
            outputs: ports(|p| matches!(p, Primitive::Output { .. })),
            nodes,
            order: order.nodes,
            names,
            notes: builder.notes,
            sums: Vec::new(),
            n_steps: 0,
        })
    }
}

fn numbered(flat: &Flat<'_>) -> Result<BTreeMap<String, usize>, ReferenceError> {
    let mut names = BTreeMap::new();
    for (node, name) in flat.names.iter().enumerate() {
        if names.insert(name.clone(), node).is_some() || flat.nested.contains_key(name) {
            return Err(ReferenceError::SameName { name: name.clone() });
        }
    }
    Ok(names)
}

/// Whether what leaves a node may leave it one step late: it holds state, a Delay only if all of it takes a step.
fn takes_steps(primitive: &Primitive, dt_s: f64) -> bool {
    match primitive {
        Primitive::Delay { delay } => delay.iter().all(|delay_s| steps(delay_s, dt_s) >= 1.0),
        other => other.holds_state(),
    }
}

struct Builder<'a> {
    settings: &'a Settings,
    notes: Vec<ReferenceNote>,
    /// Values that have been accounted for. As a float, since shapes may ask for more than can be counted.
    n_values: f64,
}

impl Builder<'_> {
    /// Refuses a node that cannot be run, and notes what is to be said about it.
    fn look_at(
        &mut self,
        name: &str,
        primitive: &Primitive,
        shape: &NodeShape,
    ) -> Result<(), ReferenceError> {
        self.account(name, primitive, shape)?;
        for (field, array) in primitive.elementwise() {
            if array.len() == 1 && element_count(&shape.input) != Some(1) {
                let (node, shape) = (name.to_owned(), shape.input.clone());
                self.notes.push(ReferenceNote::Broadcast { node, field, shape });
            }
            if field.starts_with("tau") {
                self.time_constant(name, field, array)?;
            }
            if field == "v_reset" && self.settings.reset == Reset::Subtract && array.iter().any(|v| v != 0.0)
            {
                self.notes.push(ReferenceNote::Ignored { node: name.to_owned(), field });
            }
            if field == "delay" {
                self.delay(name, array);
            }
        }
        Ok(())
    }

    /// Refuses nodes for which there is no memory: their signals, some states and parameters of each element, their arrays, past
    /// values, and zeros around signals, which are not kept but have to be told apart.
    fn account(
        &mut self,
        name: &str,
        primitive: &Primitive,
        shape: &NodeShape,
    ) -> Result<(), ReferenceError> {
        const PER_INPUT: f64 = 12.0;
        const PER_OUTPUT: f64 = 3.0;
        let count = |shape: &[usize]| shape.iter().map(|&axis| axis as f64).product::<f64>();
        let (n, n_out) = (count(&shape.input), count(&shape.output));
        let arrays: f64 = primitive.arrays().iter().map(|(_, array)| array.len() as f64).sum();
        let lines = match primitive {
            Primitive::Delay { delay } => {
                let all: f64 = delay.iter().map(|delay_s| steps(delay_s, self.settings.dt_s)).sum();
                if delay.len() == 1 { all * n } else { all }
            }
            _ => 0.0,
        };
        let reach = reach(primitive, &shape.input, &shape.output);
        self.n_values += PER_INPUT * n + PER_OUTPUT * n_out + arrays + lines + reach;
        let limit = self.settings.max_values;
        if self.n_values <= limit as f64 {
            return Ok(());
        }
        Err(ReferenceError::TooLarge { node: name.to_owned(), amount: self.n_values, limit })
    }

    fn time_constant(
        &mut self,
        name: &str,
        field: &'static str,
        array: &Array,
    ) -> Result<(), ReferenceError> {
        let shortest = array.iter().enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
        let Some((index, tau_s)) = shortest.filter(|_| self.settings.integration == Integration::Euler)
        else {
            return Ok(());
        };
        let (node, dt_s) = (name.to_owned(), self.settings.dt_s);
        let ratio = dt_s / tau_s;
        if ratio > 2.0 {
            return Err(ReferenceError::Unstable { node, field, index, tau_s, dt_s, ratio });
        }
        if ratio > 1.0 {
            self.notes.push(ReferenceNote::Overshoot { node, field, ratio });
        }
        Ok(())
    }

    fn delay(&mut self, name: &str, array: &Array) {
        /// What a delay may miss a whole number of steps by, as a part of a step: time steps are no binary fractions.
        const SLACK: f64 = 1e-6;
        let dt_s = self.settings.dt_s;
        let miss = |delay_s: f64| (delay_s / dt_s - steps(delay_s, dt_s)).abs();
        let Some(delay_s) = array.iter().max_by(|a, b| miss(*a).total_cmp(&miss(*b))) else { return };
        if miss(delay_s) > SLACK {
            let n_steps = steps(delay_s, dt_s) as u64;
            self.notes.push(ReferenceNote::RoundedDelay { node: name.to_owned(), delay_s, n_steps });
        }
    }

    fn nodes(&mut self, flat: &Flat<'_>, shapes: &[NodeShape], order: &Order) -> Vec<Node> {
        let mut is_late = vec![false; flat.names.len()];
        for source in order.sources.iter().flatten().filter(|source| source.is_late) {
            is_late[source.node] = true;
        }
        let count = |shape: &[usize]| shape.iter().product::<usize>();
        let mut nodes = Vec::with_capacity(flat.names.len());
        for (node, shape) in shapes.iter().enumerate() {
            let primitive = flat.primitives[node];
            let is_input = flat.is_outermost[node] && matches!(primitive, Primitive::Input { .. });
            if order.sources[node].is_empty() && !is_input {
                let (node, kind) = (flat.names[node].clone(), primitive.kind());
                self.notes.push(ReferenceNote::Unfed { node, kind });
            }
            let (n_inputs, n_outputs) = (count(&shape.input), count(&shape.output));
            nodes.push(Node {
                kind: primitive.kind(),
                shape: shape.output.clone(),
                n_inputs,
                sources: order.sources[node].clone(),
                work: Work::new(primitive, &shape.input, &shape.output, self.settings),
                values: vec![0.0; n_outputs],
                before: vec![0.0; if is_late[node] { n_outputs } else { 0 }],
                stimulus: vec![0.0; if is_input { n_inputs } else { 0 }],
            });
        }
        nodes
    }
}
