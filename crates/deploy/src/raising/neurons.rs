//! The parameters of the graph's neurons, from those of the chip's: `crate::lowering::neurons` solved for the other side, with `r = 1`.

use std::collections::BTreeMap;

use gennaker_network::{Connector, Model, Resolved};
use gennaker_nir::{Array, CubaLif, If, Lif, Numbers, Primitive};

use crate::error::DeployError;
use crate::options::Integrator;

use super::{Raising, unraisable_population};

/// One neuron's parameters in the graph's terms.
struct Cell {
    tau: f64,
    tau_syn: f64,
    v_threshold: f64,
    v_reset: f64,
    v_leak: f64,
    /// What a bias has to be.
    bias: f64,
}

/// Constant drive of a projection's targets, by position of the projection.
pub(super) type Drives = BTreeMap<usize, Vec<f64>>;

impl Raising<'_> {
    /// Adds all nodes that are populations. The biases that are left for projections come back.
    pub(super) fn add_populations(&mut self) -> Result<Drives, DeployError> {
        let mut drives = Drives::new();
        for index in 0..self.network.populations.len() {
            let population = &self.network.populations[index];
            let primitive = match population.model {
                Model::SpikeList => Primitive::Input { shape: self.shapes[index].clone() },
                model if kind(model).is_some() => self.neurons(index, &mut drives)?,
                model => {
                    let problem = format!(
                        "the model `{}` has no counterpart in NIR; there are spike_list, lif, lif_curr_exp, and their `no_delay` and `wide` kinds, and lif_conv2d",
                        model.name()
                    );
                    return Err(unraisable_population(population, problem));
                }
            };
            self.insert(&population.name, primitive);
        }
        Ok(drives)
    }

    fn neurons(&self, index: usize, drives: &mut Drives) -> Result<Primitive, DeployError> {
        let population = &self.network.populations[index];
        self.check(index)?;
        let resolve = |name: &str| population.resolve(name, self.network.seed, index);
        let has_current = kind(population.model) == Some(Kind::Current);
        let values = Values {
            alpha: resolve("alpha_decay"),
            syn: has_current.then(|| resolve("exc_decay")),
            threshold: resolve("threshold"),
            reset: resolve("v_reset"),
            offset: resolve("i_offset"),
            is_if: !has_current && (0..population.size).all(|n| resolve("alpha_decay").get(n) == 1.0),
        };
        let carrier = self.carrier(index, &values.offset);
        let cell = |neuron| {
            let cell = values.cell(neuron, carrier.is_some(), (self.options.dt_s, self.options.integrator));
            cell.map_err(|problem| unraisable_population(population, format!("neuron {neuron}: {problem}")))
        };
        let cells: Vec<Cell> = (0..population.size).map(cell).collect::<Result<_, _>>()?;
        if let Some(projection) = carrier {
            drives.insert(projection, cells.iter().map(|cell| cell.bias).collect());
        }
        let shape = &self.shapes[index];
        let column = |of: fn(&Cell) -> f64| {
            let numbers = Numbers::F64(cells.iter().map(of).collect());
            Array::new(shape.clone(), numbers).expect("one for each neuron")
        };
        let (v_threshold, v_reset) = (column(|c| c.v_threshold), Some(column(|c| c.v_reset)));
        let (r, v_leak) = (column(|_| 1.0), column(|c| c.v_leak));
        let tau = column(|c| c.tau);
        Ok(if values.is_if {
            Primitive::IF(If { r, v_threshold, v_reset })
        } else if has_current {
            let w_in = Some(column(|_| 1.0));
            let tau_syn = column(|c| c.tau_syn);
            Primitive::CubaLIF(CubaLif { tau_syn, tau_mem: tau, r, v_leak, v_threshold, v_reset, w_in })
        } else {
            Primitive::LIF(Lif { tau, r, v_leak, v_threshold, v_reset })
        })
    }

    /// Refuses what would run otherwise as a graph.
    fn check(&self, index: usize) -> Result<(), DeployError> {
        let population = &self.network.populations[index];
        let differs = |name: &str, from: &dyn Fn(u32) -> f64| {
            let values = population.resolve(name, self.network.seed, index);
            (0..population.size).map(|n| (n, values.get(n))).find(|&(n, value)| value != from(n))
        };
        let refuse = |name: &str, (neuron, value): (u32, f64), why: &str| {
            let problem = format!("neuron {neuron} has {name} = {value}; {why}");
            Err(unraisable_population(population, problem))
        };
        if let Some(found) = differs("v_init", &|_| 0.0) {
            return refuse("v_init", found, "in a graph all potentials begin at 0");
        }
        if kind(population.model) == Some(Kind::Current) {
            if let Some(found) = differs("t_refrac", &|_| 0.0) {
                return refuse("t_refrac", found, "NIR has no refractory time");
            }
            let excitatory = population.resolve("exc_decay", self.network.seed, index);
            if let Some(found) = differs("inh_decay", &|n| excitatory.get(n)) {
                return refuse("inh_decay", found, "NIR has one synaptic current, so it must be exc_decay");
            }
        }
        Ok(())
    }

    /// The projection that takes a population's constant drive as its bias, if there is drive and one can: one from elsewhere if there is
    /// one, since platforms disagree on biases in loops.
    fn carrier(&self, index: usize, offset: &Resolved) -> Option<usize> {
        let size = self.network.populations[index].size;
        if (0..size).all(|neuron| offset.get(neuron) == 0.0) {
            return None;
        }
        let pixels: usize = self.shapes[index][1..].iter().product();
        let is_uniform =
            (0..size).all(|neuron| offset.get(neuron) == offset.get(neuron - neuron % pixels as u32));
        let projections = || {
            let numbered = self.network.projections.iter().enumerate().filter(move |(_, p)| p.post == index);
            numbered.filter(|(_, p)| is_uniform || !matches!(p.connector, Connector::Conv2d(_)))
        };
        let elsewhere = projections().find(|(_, p)| p.pre != index);
        elsewhere.or_else(|| projections().next()).map(|(at, _)| at)
    }
}

/// What a model is in NIR.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Direct,
    Current,
}

fn kind(model: Model) -> Option<Kind> {
    match model {
        Model::Lif | Model::LifNoDelay | Model::LifWide | Model::LifConv2d => Some(Kind::Direct),
        Model::LifCurrExp | Model::LifCurrExpNoDelay | Model::LifCurrExpWide => Some(Kind::Current),
        _ => None,
    }
}

/// A population's parameters in the chip's terms.
struct Values {
    alpha: Resolved,
    syn: Option<Resolved>,
    threshold: Resolved,
    reset: Resolved,
    offset: Resolved,
    is_if: bool,
}

impl Values {
    fn cell(
        &self,
        neuron: u32,
        has_bias: bool,
        (dt_s, integrator): (f64, Integrator),
    ) -> Result<Cell, String> {
        let g = |tau: f64| match integrator {
            Integrator::Forward => dt_s / tau,
            Integrator::Exponential => -(-dt_s / tau).exp_m1(),
        };
        let alpha = self.alpha.get(neuron);
        let tau =
            if self.is_if { dt_s } else { time_constant("alpha_decay", alpha, (dt_s, integrator), &g)? };
        let tau_syn = match &self.syn {
            Some(decay) => time_constant("exc_decay", decay.get(neuron), (dt_s, integrator), &g)?,
            None => dt_s,
        };
        let g_mem = if self.is_if { 1.0 } else { g(tau) };
        let g_syn = if self.syn.is_some() { g(tau_syn) } else { 1.0 };
        // Units of the chip's membrane in one of the graph's.
        let v_scale = 1.0 / g_mem / g_syn;
        let membrane = |target: f64| solve(target, target / v_scale, &|x| x * v_scale);
        let offset = self.offset.get(neuron);
        let (mut bias, mut v_leak) = (0.0, 0.0);
        if has_bias {
            bias = solve(offset, offset * g_syn, &|x| x / g_syn);
        } else if offset != 0.0 && self.is_if {
            return Err(format!(
                "its constant drive {offset} needs a bias, but no projection onto the population can have one for each neuron"
            ));
        } else {
            let leaking = |x: f64| g_mem * x * v_scale;
            v_leak = solve(offset, offset / (g_mem * v_scale), &leaking);
        }
        let (v_threshold, v_reset) = (membrane(self.threshold.get(neuron)), membrane(self.reset.get(neuron)));
        Ok(Cell { tau, tau_syn, v_threshold, v_reset, v_leak, bias })
    }
}

/// The time constant of a decay factor.
fn time_constant(
    name: &str,
    decay: f64,
    (dt_s, integrator): (f64, Integrator),
    g: &dyn Fn(f64) -> f64,
) -> Result<f64, String> {
    let is_open = integrator == Integrator::Forward && decay == 0.0;
    if !(is_open || decay > 0.0 && decay < 1.0) {
        let remedy = match (integrator, decay) {
            (Integrator::Exponential, 0.0) => "forward Euler can say it",
            _ => {
                "it must be above 0 and below 1, or 1 for all neurons of a population without synaptic currents"
            }
        };
        return Err(format!("{name} is {decay}, which no time constant gives; {remedy}"));
    }
    let guess = match integrator {
        Integrator::Forward => dt_s / (1.0 - decay),
        Integrator::Exponential => -dt_s / decay.ln(),
    };
    // Forward Euler refuses a g above 1.
    let guess = if is_open { dt_s } else { guess };
    Ok(solve(decay, guess, &|tau| 1.0 - g(tau)))
}

/// The number near `guess` from which `forward` makes `target`, or nearly: what rounding on the way there and back takes is found again.
fn solve(target: f64, guess: f64, forward: &dyn Fn(f64) -> f64) -> f64 {
    let (mut best, mut up, mut down) = (guess, guess, guess);
    for _ in 0..16 {
        if forward(best) == target {
            break;
        }
        (up, down) = (up.next_up(), down.next_down());
        for candidate in [up, down] {
            if (forward(candidate) - target).abs() < (forward(best) - target).abs() {
                best = candidate;
            }
        }
    }
    best
}
