//! From a network back to a graph.

mod neurons;
mod projections;

use std::collections::BTreeSet;

use gennaker_network::{Connector, Model, Network, Population};
use gennaker_nir::{Array, Graph, Metadata, Numbers, Primitive, Shaped, Value};

use crate::error::DeployError;
use crate::options::{Integrator, LoweringOptions, Reset};

/// How a network is raised.
#[derive(Debug, Clone, PartialEq)]
pub struct RaisingOptions {
    /// Time that a tick stands for in the graph's equations, s.
    pub dt_s: f64,
    /// How time constants follow from decays.
    pub integrator: Integrator,
    /// Populations that feed an Output; empty for those that feed no other population, or all that record spikes if there are none.
    pub outputs: Vec<String>,
    /// Whether parameters are written in single precision, which some frameworks need. The way back is exact in double precision only.
    pub single_precision: bool,
}

impl Default for RaisingOptions {
    fn default() -> Self {
        let LoweringOptions { dt_s, integrator, .. } = LoweringOptions::default();
        Self { dt_s, integrator, outputs: Vec::new(), single_precision: false }
    }
}

/// A network as a graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Raised {
    /// The graph. Its metadata say how it is lowered to the same network ([`LoweringOptions::stated_in`]).
    pub graph: Graph,
    /// What a user should know.
    pub notes: Vec<String>,
}

/// Turns a network into a graph: the inverse of [`crate::lower`]. `spike_list` becomes an Input, `lif_no_delay` and `lif_conv2d` become LIF, or IF
/// where nothing leaks, `lif_curr_exp_no_delay` becomes CubaLIF, each with `r = 1`; synapses become Linear, or Conv2d with a SumPool2d before it;
/// constant drive becomes the bias of a projection (then Affine), or else `v_leak`. Models with delays are taken if all their delays are 0.
/// Weights are the whole numbers that the chip would hold.
///
/// Spikes of inputs, recordings and limits on cores are not part of a graph.
///
/// # Errors
/// [`DeployError::Unraisable`] for what NIR cannot say, by name; [`DeployError::Network`] for a network that is not valid.
pub fn raise(network: &Network, options: &RaisingOptions) -> Result<Raised, DeployError> {
    network.validate()?;
    if !(options.dt_s.is_finite() && options.dt_s > 0.0) {
        let remedy = "it must be a time in seconds above 0";
        return Err(DeployError::Option { option: "dt", given: options.dt_s.to_string(), remedy });
    }
    let mut raising = Raising {
        network,
        options,
        shapes: shapes(network)?,
        graph: Graph::default(),
        names: network.populations.iter().map(|population| population.name.clone()).collect(),
        notes: Vec::new(),
    };
    let reset = common_reset(network)?;
    let drives = raising.add_populations()?;
    for projection in 0..network.projections.len() {
        raising.add_projection(projection, drives.get(&projection))?;
    }
    raising.add_outputs()?;
    raising.state(reset);
    let Raising { mut graph, notes, .. } = raising;
    if options.single_precision {
        graph.nodes.values_mut().for_each(|node| node.primitive = single(&node.primitive));
    }
    Ok(Raised { graph, notes })
}

/// A network on its way to a graph.
struct Raising<'a> {
    network: &'a Network,
    options: &'a RaisingOptions,
    /// Shape of each population's signal.
    shapes: Vec<Vec<usize>>,
    graph: Graph,
    /// Names in use.
    names: BTreeSet<String>,
    notes: Vec<String>,
}

impl Raising<'_> {
    fn insert(&mut self, name: &str, primitive: Primitive) {
        self.graph.nodes.insert(name.to_owned(), primitive.into());
    }

    fn connect(&mut self, from: &str, to: &str) {
        self.graph.edges.push((from.to_owned(), to.to_owned()));
    }

    /// The name, or one like it that is not taken.
    fn unique(&mut self, name: &str) -> String {
        let mut unique = name.to_owned();
        let mut number = 2;
        while !self.names.insert(unique.clone()) {
            unique = format!("{name}_{number}");
            number += 1;
        }
        unique
    }

    fn add_outputs(&mut self) -> Result<(), DeployError> {
        let outputs = self.outputs()?;
        for &population in &outputs {
            let from = self.network.populations[population].name.clone();
            let wanted = if outputs.len() == 1 { "output".to_owned() } else { format!("{from}_output") };
            let name = self.unique(&wanted);
            self.insert(&name, Primitive::Output { shape: self.shapes[population].clone() });
            self.connect(&from, &name);
        }
        Ok(())
    }

    fn outputs(&self) -> Result<Vec<usize>, DeployError> {
        let network = self.network;
        let cells = || (0..network.populations.len()).filter(|&p| !network.populations[p].model.is_source());
        if !self.options.outputs.is_empty() {
            let position = |name: &String| {
                let found = cells().find(|&p| network.populations[p].name == *name);
                found.ok_or_else(|| {
                    let known: Vec<&str> = cells().map(|p| network.populations[p].name.as_str()).collect();
                    unraisable(
                        "outputs",
                        format!("there are no neurons named `{name}`; there are: {}", known.join(", ")),
                    )
                })
            };
            return self.options.outputs.iter().map(position).collect();
        }
        let feeds =
            |population: usize| network.projections.iter().any(|p| p.pre == population && p.post != p.pre);
        let sinks: Vec<usize> = cells().filter(|&population| !feeds(population)).collect();
        if !sinks.is_empty() {
            return Ok(sinks);
        }
        let recorded: Vec<usize> = cells().filter(|&p| network.populations[p].records("spikes")).collect();
        if recorded.is_empty() {
            return Err(unraisable("network", "no population could be its output; name some in `outputs`"));
        }
        Ok(recorded)
    }

    /// Writes how the graph is lowered to the same network.
    fn state(&mut self, reset: Reset) {
        let integrator = match self.options.integrator {
            Integrator::Forward => "forward",
            Integrator::Exponential => "exponential",
        };
        let reset = match reset {
            Reset::Zero => "zero",
            Reset::Subtract => "subtract",
        };
        self.graph.metadata = Metadata::from([
            (DT.to_owned(), Value::Number(Array::scalar(self.options.dt_s))),
            (INTEGRATOR.to_owned(), Value::text(integrator)),
            (RESET.to_owned(), Value::text(reset)),
            (SCALE_WEIGHTS.to_owned(), Value::Flag(Shaped::scalar(false))),
        ]);
    }
}

const DT: &str = "gennaker_dt";
const INTEGRATOR: &str = "gennaker_integrator";
const RESET: &str = "gennaker_reset";
const SCALE_WEIGHTS: &str = "gennaker_scale_weights";

impl LoweringOptions {
    /// The defaults, with what a graph that was made by [`raise`] says about itself.
    ///
    /// ```
    /// use gennaker_deploy::LoweringOptions;
    /// assert_eq!(LoweringOptions::stated_in(&gennaker_nir::Graph::default()), LoweringOptions::default());
    /// ```
    #[must_use]
    pub fn stated_in(graph: &Graph) -> Self {
        let mut options = Self::default();
        let text = |key: &str| match graph.metadata.get(key) {
            Some(Value::Text(text)) => text.single().map(String::as_str),
            _ => None,
        };
        if let Some(Value::Number(dt)) = graph.metadata.get(DT) {
            options.dt_s = dt.get(0).unwrap_or(options.dt_s);
        }
        match text(INTEGRATOR) {
            Some("forward") => options.integrator = Integrator::Forward,
            Some("exponential") => options.integrator = Integrator::Exponential,
            _ => {}
        }
        match text(RESET) {
            Some("zero") => options.reset = Reset::Zero,
            Some("subtract") => options.reset = Reset::Subtract,
            _ => {}
        }
        if let Some(Value::Flag(flag)) = graph.metadata.get(SCALE_WEIGHTS) {
            options.scale_weights = flag.single().copied().unwrap_or(options.scale_weights);
        }
        options
    }
}

/// The reset that all neurons share: NIR's nodes do not have one each.
fn common_reset(network: &Network) -> Result<Reset, DeployError> {
    let mut first: Option<(&Population, &str)> = None;
    for population in network.populations.iter().filter(|p| has_reset(p.model)) {
        let reset = population.choice("reset");
        match first {
            Some((other, known)) if known != reset => {
                let problem = format!(
                    "its reset is `{reset}`, that of `{}` is `{known}`; a graph is lowered with one reset for all",
                    other.name
                );
                return Err(unraisable_population(population, problem));
            }
            _ => first = Some((population, reset)),
        }
    }
    let subtracts = first.is_some_and(|(_, reset)| reset == "reset_by_subtraction");
    Ok(if subtracts { Reset::Subtract } else { Reset::Zero })
}

fn has_reset(model: Model) -> bool {
    model.descriptor().parameter("reset").is_some()
}

/// The shape of each population's signal: images where convolutions see or make some, else lines.
fn shapes(network: &Network) -> Result<Vec<Vec<usize>>, DeployError> {
    let mut shapes: Vec<Option<Vec<usize>>> = vec![None; network.populations.len()];
    for projection in &network.projections {
        let Connector::Conv2d(convolution) = &projection.connector else { continue };
        let output = convolution.output().expect("a valid network");
        for (population, shape) in [(projection.pre, convolution.input), (projection.post, output)] {
            let shape: Vec<usize> = shape.iter().map(|&axis| axis as usize).collect();
            match &shapes[population] {
                Some(known) if *known != shape => {
                    let problem = format!(
                        "its convolutions see it as {known:?} and as {shape:?}; a node has one shape"
                    );
                    return Err(unraisable_population(&network.populations[population], problem));
                }
                _ => shapes[population] = Some(shape),
            }
        }
    }
    let filled = network.populations.iter().zip(shapes);
    filled
        .map(|(population, shape)| match shape {
            Some(shape)
                if shape.len() > 1 && !population.model.is_source() && population.model != Model::LifConv2d =>
            {
                let problem = "it takes dense input and feeds a convolution; NIR has no node that makes an image of a vector";
                Err(unraisable_population(population, problem))
            }
            Some(shape) => Ok(shape),
            None => Ok(vec![population.size as usize]),
        })
        .collect()
}

fn unraisable(what: &str, problem: impl Into<String>) -> DeployError {
    DeployError::Unraisable { what: what.to_owned(), problem: problem.into() }
}

fn unraisable_population(population: &Population, problem: impl Into<String>) -> DeployError {
    unraisable(&format!("population `{}`", population.name), problem)
}

/// The primitive with its numbers in single precision.
fn single(primitive: &Primitive) -> Primitive {
    let parts = primitive.to_parts().into_iter().map(|(name, value)| match value {
        Value::Number(array) if matches!(array.numbers(), Numbers::F64(_)) => {
            let numbers = Numbers::F32(array.iter().map(|x| x as f32).collect());
            let array = Array::new(array.shape().to_vec(), numbers).expect("the same shape");
            (name, Value::Number(array))
        }
        value => (name, value),
    });
    Primitive::from_parts("", primitive.kind(), parts.collect()).expect("the same fields")
}
