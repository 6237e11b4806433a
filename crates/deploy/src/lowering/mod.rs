//! From a graph to a network.

mod bias;
mod kernel;
mod latency;
mod neurons;
mod notes;
mod paths;
mod spread;
mod weights;

use std::collections::{BTreeMap, BTreeSet};

use gennaker_network::{Model, Network, Population, Projection, Recording};
use gennaker_nir::{Graph, Primitive};

use crate::error::DeployError;
use crate::options::{LoweringOptions, WeightBits};
use crate::report::{Layer, Lowered, Port};

use self::latency::Hop;
pub(crate) use self::neurons::NEVER;
use self::neurons::Neurons;
use self::paths::{Path, Plan};
use self::spread::Tap;
use self::weights::Synapses;

/// Turns a graph into a network. Populations have the names of their nodes and come in the order in which spikes reach them.
///
/// What becomes of the nodes: an Input is a `spike_list`; IF, LIF, LI and I are `lif_no_delay`, or `lif_conv2d` where all that arrives comes
/// through a convolution (with pools before it); CubaLIF and CubaLI are `lif_curr_exp_no_delay`; a Threshold is a `lif_no_delay` without
/// memory; LI, CubaLI and I never spike. An Output that no neuron feeds becomes a population whose `v` is the weighted sum of each tick. All
/// other nodes are linear and become projections; their biases become constant drive.
///
/// # Errors
/// [`DeployError::Nir`] for a graph that is not sound; [`DeployError::Node`] for what the chip cannot do, by name;
/// [`DeployError::Network`] if weights or delays do not fit.
pub fn lower(graph: &Graph, options: &LoweringOptions) -> Result<Lowered, DeployError> {
    if !(options.dt_s.is_finite() && options.dt_s > 0.0) {
        let remedy = "it must be a time in seconds above 0";
        return Err(DeployError::Option { option: "dt", given: options.dt_s.to_string(), remedy });
    }
    let flat = graph.inlined()?;
    let shapes = flat.shapes()?;
    let plan = Plan::new(&flat, &shapes);
    let mut lowering = Lowering::new(&plan, options);
    plan.check_sizes()?;
    lowering.notes.extend(shapes.notes.iter().map(ToString::to_string));
    for node in 0..plan.names.len() {
        lowering.add(node)?;
    }
    lowering.finish()
}

/// A graph on its way to a network.
struct Lowering<'a> {
    plan: &'a Plan<'a>,
    options: &'a LoweringOptions,
    network: Network,
    layers: Vec<Layer>,
    v_scales: Vec<Vec<f64>>,
    notes: Vec<String>,
    /// Population of each node that is one.
    populations: BTreeMap<usize, usize>,
    /// Projections, by nodes, until all populations are there.
    projections: Vec<(Hop, Projection)>,
    names: BTreeSet<String>,
    /// Synapses in lists so far.
    n_synapses: usize,
}

impl<'a> Lowering<'a> {
    fn new(plan: &'a Plan<'a>, options: &'a LoweringOptions) -> Self {
        Self {
            plan,
            options,
            network: Network::new("nir"),
            layers: Vec::new(),
            v_scales: Vec::new(),
            notes: Vec::new(),
            populations: BTreeMap::new(),
            projections: Vec::new(),
            names: BTreeSet::new(),
            n_synapses: 0,
        }
    }

    fn add(&mut self, node: usize) -> Result<(), DeployError> {
        if self.plan.is_input(node) {
            return self.add_input(node);
        }
        if self.plan.is_population(node) || self.is_readout(node) {
            return self.add_neurons(node);
        }
        Ok(())
    }

    /// Whether a node is an Output of something else than neurons, which takes a population of its own to be seen.
    fn is_readout(&self, node: usize) -> bool {
        let plan = self.plan;
        let is_seen = |feeder: &usize| {
            plan.is_population(*feeder) && (!plan.is_input(*feeder) || plan.before(node).contains(feeder))
        };
        plan.is_output(node) && !plan.feeders(node).iter().all(is_seen)
    }

    fn add_input(&mut self, node: usize) -> Result<(), DeployError> {
        let size = self.plan.size(node)?;
        let population = Population::new(self.plan.names[node], size, Model::SpikeList);
        self.push(node, population, None);
        Ok(())
    }

    fn push(&mut self, node: usize, population: Population, neurons: Option<&Neurons>) {
        let mut v_scales = neurons.map_or(Vec::new(), |neurons| neurons.v_scale.clone());
        if v_scales.windows(2).all(|pair| pair[0] == pair[1]) {
            v_scales.truncate(1);
        }
        self.v_scales.push(v_scales);
        let shape = self.plan.shapes[node].output;
        let grid: Option<Vec<u32>> = shape.iter().map(|&axis| u32::try_from(axis).ok()).collect();
        let population = population.with_shape(&grid.unwrap_or_default());
        let range = |values: fn(&Neurons) -> &Vec<f64>| neurons.and_then(|neurons| range(values(neurons)));
        self.layers.push(Layer {
            name: population.name.clone(),
            kind: self.plan.primitives[node].kind(),
            shape: shape.to_vec(),
            model: population.model.name(),
            latency_ticks: 0,
            alpha_decay: range(|n| &n.alpha_decay),
            current_decay: range(|n| &n.current_decay),
            threshold: range(|n| &n.threshold),
            scale: None,
            v_scale: range(|n| &n.v_scale),
            weights: None,
        });
        self.populations.insert(node, self.network.add_population(population));
    }

    fn add_neurons(&mut self, node: usize) -> Result<(), DeployError> {
        let (plan, options) = (self.plan, self.options);
        let primitive = plan.primitives[node];
        let size = plan.size(node)? as usize;
        let paths = plan.paths_to(node)?;
        for path in &paths {
            self.check_sender(path, node)?;
        }
        let synapses = self.synapses(node, &paths)?;
        let takes_kernels = synapses.iter().any(|s| matches!(s, Synapses::Kernel(_)));
        let bits = self.bits(node, &synapses);
        let model = neurons::model(primitive, takes_kernels, bits);
        let max_weight = match options.weight_bits {
            WeightBits::Four if takes_kernels => 15.0,
            _ => f64::from(model.descriptor().synapse_word.map_or(1, |word| word.max_weight)),
        };
        let is_real = options.real_weights.holds(plan.names[node]);
        let rounding = (!is_real).then_some(options.rounding);
        let channels = weights::channels(&synapses, size);
        let scales = weights::scales(&synapses, (size, channels), options, max_weight, rounding);
        let bias = self.bias(node, size)?;
        self.note_neurons(node, &paths, &bias);
        let neurons = Neurons::new(plan, node, (&scales, &bias), options)?;
        self.note_slow(node, &neurons);
        self.push(node, neurons.population(plan.names[node], model), Some(&neurons));
        let layer = self.layers.last_mut().expect("pushed above");
        layer.scale = range(&scales.weights).filter(|_| !synapses.is_empty());
        layer.weights = scales.errors.filter(|errors| errors.n > 0);
        for (path, synapses) in paths.iter().zip(synapses) {
            let name = self.projection_name(path, node);
            // Words without a delay field have no delays.
            let has_delays = bits != WeightBits::Eight && !takes_kernels;
            let delay = if has_delays { options.conn_delay } else { 0 };
            let (shortest, longest) = synapses.delays();
            let arrival = |after: u32| after.saturating_add(delay).saturating_add(1);
            let hop = Hop { from: path.from, to: node, first: arrival(shortest), last: arrival(longest) };
            let connector = synapses.connector(&scales, rounding, delay);
            self.projections.push((hop, Projection::new(&name, 0, 0, connector)));
        }
        Ok(())
    }

    /// A time constant of very many ticks tells of a time step that is not the graph's.
    fn note_slow(&mut self, node: usize, neurons: &Neurons) {
        let decays = neurons.alpha_decay.iter().chain(&neurons.current_decay);
        let slowest = decays.copied().filter(|&decay| decay < 1.0).fold(0.0, f64::max);
        if slowest > 1.0 - 1.0 / SLOW_TICKS {
            let ticks = (1.0 / (1.0 - slowest)).round();
            let (name, dt_s) = (self.plan.names[node], self.options.dt_s);
            self.notes.push(format!(
                "`{name}`: a time constant is {ticks} ticks long; dt is {dt_s} s, which may not be the time step that the graph was made for"
            ));
        }
    }

    /// Only spikes travel between populations.
    fn check_sender(&self, path: &Path, node: usize) -> Result<(), DeployError> {
        if neurons::spikes(self.plan.primitives[path.from]) {
            return Ok(());
        }
        let problem = format!(
            "it gives a potential, not spikes, and feeds `{}`; on the chip only spikes travel: let it feed an Output, or make it spike",
            self.plan.names[node]
        );
        Err(self.plan.problem(path.from, problem))
    }

    /// The synapses of all paths: kernels if all of them can be, else lists.
    fn synapses(&mut self, node: usize, paths: &[Path]) -> Result<Vec<Synapses>, DeployError> {
        let plan = self.plan;
        let takes_kernels =
            !neurons::has_current(plan.primitives[node]) && self.options.weight_bits != WeightBits::Sixteen;
        let kernels: Option<Vec<_>> = paths.iter().map(|path| kernel::as_convolution(plan, path)).collect();
        if let (true, false, Some(kernels)) = (takes_kernels, paths.is_empty(), kernels) {
            return Ok(kernels.into_iter().map(Synapses::Kernel).collect());
        }
        let is_convolution =
            |node: &usize| matches!(plan.primitives[*node], Primitive::Conv1d(_) | Primitive::Conv2d(_));
        if let Some(convolution) =
            paths.iter().flat_map(|path| &path.through).find(|node| is_convolution(node))
        {
            self.notes.push(format!(
                "`{}`: convolution `{}` becomes single synapses; kernels are kept only where convolutions alone, with plain pools before them, lead to neurons without synaptic current, and with weights of at most 8 bits",
                plan.names[node], plan.names[*convolution]
            ));
        }
        paths.iter().map(|path| Ok(Synapses::List(self.columns(path, node)?))).collect()
    }

    /// Where the spikes of each sending neuron of a path go.
    fn columns(&mut self, path: &Path, node: usize) -> Result<Vec<Vec<Tap>>, DeployError> {
        let plan = self.plan;
        let n = plan.size(path.from)?;
        let mut columns = Vec::with_capacity(n as usize);
        for source in 0..n {
            let mut taps = vec![Tap { delay: 0, target: source, weight: 1.0 }];
            for &linear in &path.through {
                taps = self.through(linear, &taps);
                if self.n_synapses.saturating_add(taps.len()) > MAX_SYNAPSES {
                    let problem = format!(
                        "with the synapses that lead to it from `{}` the graph has more than {MAX_SYNAPSES} single ones; use fewer neurons, or convolutions that can stay kernels",
                        plan.names[path.from]
                    );
                    return Err(plan.problem(node, problem));
                }
            }
            self.n_synapses += taps.len();
            columns.push(taps);
        }
        Ok(columns)
    }

    /// What one more linear node makes of taps; those that meet are added up.
    fn through(&self, linear: usize, taps: &[Tap]) -> Vec<Tap> {
        let (primitive, shape) = (self.plan.primitives[linear], &self.plan.shapes[linear]);
        let mut out = Vec::new();
        for tap in taps {
            spread::spread(
                primitive,
                shape,
                self.options.dt_s,
                tap.target as usize,
                &mut |target, factor, ticks| {
                    let weight = tap.weight * factor;
                    // One more than there may be is enough to say so.
                    if weight != 0.0 && out.len() <= MAX_SYNAPSES {
                        out.push(Tap {
                            delay: tap.delay.saturating_add(ticks),
                            target: target as u32,
                            weight,
                        });
                    }
                },
            );
        }
        if out.len() > MAX_SYNAPSES {
            return out;
        }
        out.sort_by_key(|tap| (tap.delay, tap.target));
        out.dedup_by(|next, kept| {
            let is_same = (next.delay, next.target) == (kept.delay, kept.target);
            if is_same {
                kept.weight += next.weight;
            }
            is_same
        });
        out
    }

    /// The width of a population's weights: where there are delays, a word with a delay field.
    fn bits(&mut self, node: usize, synapses: &[Synapses]) -> WeightBits {
        let longest = synapses.iter().map(|synapses| synapses.delays().1).max().unwrap_or(0);
        let bits = self.options.weight_bits;
        if longest == 0 || bits == WeightBits::Sixteen {
            return bits;
        }
        let (chosen, word) = match longest.saturating_add(self.options.conn_delay) {
            0..8 => (WeightBits::Four, "4-bit weights and delays up to 7 ticks"),
            _ => (WeightBits::Sixteen, "16-bit weights and delays up to 127 ticks, a word of ours"),
        };
        if chosen != bits {
            let name = self.plan.names[node];
            self.notes
                .push(format!("`{name}`: delays of up to {longest} ticks lead to it, so it has {word}"));
        }
        chosen
    }

    /// The name of the one node with weights on the path, or those of its ends.
    fn projection_name(&mut self, path: &Path, node: usize) -> String {
        let has_weights = |node: &&usize| {
            use Primitive as P;
            let primitive = self.plan.primitives[**node];
            matches!(primitive, P::Affine { .. } | P::Linear { .. } | P::Conv1d(_) | P::Conv2d(_))
        };
        let mut weights = path.through.iter().filter(has_weights);
        let base = match (weights.next(), weights.next()) {
            (Some(&only), None) => self.plan.names[only].to_owned(),
            _ => format!("{}_to_{}", self.plan.names[path.from], self.plan.names[node]),
        };
        let mut name = base.clone();
        let mut number = 2;
        while !self.names.insert(name.clone()) {
            name = format!("{base}_{number}");
            number += 1;
        }
        name
    }

    fn finish(mut self) -> Result<Lowered, DeployError> {
        let mut hops = Vec::new();
        for (hop, mut projection) in std::mem::take(&mut self.projections) {
            (projection.pre, projection.post) = (self.populations[&hop.from], self.populations[&hop.to]);
            hops.push(Hop { from: projection.pre, to: projection.post, ..hop });
            self.network.add_projection(projection);
        }
        let inputs: Vec<Port> =
            (0..self.plan.names.len()).filter(|&n| self.plan.is_input(n)).map(|n| self.port(n)).collect();
        let outputs = self.outputs();
        let remedy = "add an Input and an Output node";
        if inputs.is_empty() {
            return Err(DeployError::Missing { missing: "Input", remedy });
        }
        if outputs.is_empty() {
            return Err(DeployError::Missing { missing: "Output that neurons feed", remedy });
        }
        for output in &outputs {
            let spikes = ["v".to_owned()];
            let record = if output.spikes { &self.options.output_record } else { &spikes[..] };
            self.network.populations[output.population].record =
                record.iter().map(|variable| Recording::all(variable)).collect();
        }
        let sources: Vec<usize> = inputs.iter().map(|input| input.population).collect();
        let latencies = latency::first(&hops, &sources, self.layers.len());
        for (layer, latency) in self.layers.iter_mut().zip(latencies) {
            layer.latency_ticks = latency;
        }
        let tail_ticks = latency::last(&hops, &sources, self.layers.len());
        self.note_delays();
        self.note_outputs(&outputs);
        let Self { network, layers, v_scales, notes, options, .. } = self;
        let mut lowered = Lowered {
            network,
            inputs,
            outputs,
            layers,
            tail_ticks,
            v_scales,
            notes,
            options: options.clone(),
        };
        latency::sort(&mut lowered);
        lowered.network.validate()?;
        Ok(lowered)
    }

    fn port(&self, node: usize) -> Port {
        Port {
            node: self.plan.names[node].to_owned(),
            population: self.populations[&node],
            shape: self.plan.shapes[node].output.to_vec(),
            spikes: neurons::spikes(self.plan.primitives[node]),
        }
    }

    /// The populations that outputs show: those that feed an Output, or that an Output became.
    fn outputs(&self) -> Vec<Port> {
        let mut shown = BTreeSet::new();
        for node in (0..self.plan.names.len()).filter(|&node| self.plan.is_output(node)) {
            if self.populations.contains_key(&node) {
                shown.insert(node);
            } else {
                let feeds = self.plan.feeders(node).into_iter();
                shown.extend(feeds.filter(|before| !self.plan.is_input(*before)));
            }
        }
        shown.into_iter().map(|node| self.port(node)).collect()
    }
}

/// Ticks of a time constant beyond which a mistake is likely.
const SLOW_TICKS: f64 = 5000.0;
/// Most synapses that a graph may have in lists: 16 bytes each while they are found, 20 while the network is described.
const MAX_SYNAPSES: usize = 1 << 27;

/// Smallest and largest.
fn range(values: &[f64]) -> Option<(f64, f64)> {
    let first = *values.first()?;
    Some(values.iter().fold((first, first), |(low, high), &x| (low.min(x), high.max(x))))
}
