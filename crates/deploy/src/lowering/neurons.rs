//! The parameters of the chip's neurons, from those of the graph's.
//!
//! With `g = dt/tau` or `1 - exp(-dt/tau)`, `s` the scale of the weights and `b` the sum of all biases: `alpha_decay = 1 - g`; one unit of
//! the graph's membrane is `K = s / (g r)` units of the chip's (IF: `s / r`; with a synaptic current: `s / (g r g_syn w_in)`); the threshold is
//! `v_threshold K`, the constant drive `g v_leak K + b s` (with a synaptic current `b s / g_syn`). Source: py-spinnaker2's `s2_nir`, as far as
//! it is public; it reproduces recordings of the chip spike for spike.

use gennaker_network::{Model, Parameter, Population};
use gennaker_nir::{Array, Primitive};

use crate::error::DeployError;
use crate::options::{Integrator, LoweringOptions, Reset, WeightBits};

use super::paths::Plan;
use super::spread::element;
use super::weights::Scales;

/// A threshold that is never reached.
pub(crate) const NEVER: f64 = 1e30;

/// A population's parameters, by neuron.
#[derive(Debug, Default)]
pub(super) struct Neurons {
    pub(super) threshold: Vec<f64>,
    pub(super) alpha_decay: Vec<f64>,
    /// Empty for models without synaptic currents.
    pub(super) current_decay: Vec<f64>,
    pub(super) i_offset: Vec<f64>,
    pub(super) v_reset: Vec<f64>,
    /// Units of the chip's membrane in one of the graph's.
    pub(super) v_scale: Vec<f64>,
    pub(super) subtracts: bool,
}

/// Whether a node's input passes through a synaptic current.
pub(super) fn has_current(primitive: &Primitive) -> bool {
    matches!(primitive, Primitive::CubaLI(_) | Primitive::CubaLIF(_))
}

/// Whether a node sends spikes.
pub(super) fn spikes(primitive: &Primitive) -> bool {
    use Primitive as P;
    !matches!(primitive, P::I { .. } | P::LI(_) | P::CubaLI(_) | P::Output { .. })
}

/// The model of a population, and whether its word has a delay field.
pub(super) fn model(primitive: &Primitive, takes_kernels: bool, bits: WeightBits) -> Model {
    if takes_kernels {
        return Model::LifConv2d;
    }
    match (has_current(primitive), bits) {
        (false, WeightBits::Four) => Model::Lif,
        (false, WeightBits::Eight) => Model::LifNoDelay,
        (false, WeightBits::Sixteen) => Model::LifWide,
        (true, WeightBits::Four) => Model::LifCurrExp,
        (true, WeightBits::Eight) => Model::LifCurrExpNoDelay,
        (true, WeightBits::Sixteen) => Model::LifCurrExpWide,
    }
}

impl Neurons {
    pub(super) fn new(
        plan: &Plan<'_>,
        node: usize,
        (scales, bias): (&Scales, &[f64]),
        options: &LoweringOptions,
    ) -> Result<Self, DeployError> {
        let mut neurons = Self { subtracts: options.reset == Reset::Subtract, ..Self::default() };
        let primitive = plan.primitives[node];
        if matches!(primitive, Primitive::Threshold { .. }) {
            neurons.subtracts = false;
        }
        for (neuron, &bias) in bias.iter().enumerate() {
            let cell = cell(primitive, neuron, scales.of(neuron), bias, options);
            neurons.push(&cell.map_err(|problem| plan.problem(node, problem))?);
        }
        Ok(neurons)
    }

    fn push(&mut self, cell: &Cell) {
        self.threshold.push(cell.threshold);
        self.alpha_decay.push(cell.alpha_decay);
        self.current_decay.extend(cell.current_decay);
        self.i_offset.push(cell.i_offset);
        self.v_reset.push(cell.v_reset);
        self.v_scale.push(cell.v_scale);
    }

    /// The population with these parameters.
    pub(super) fn population(&self, name: &str, model: Model) -> Population {
        let n = self.threshold.len() as u32;
        let mut population = Population::new(name, n, model)
            .with("threshold", column(&self.threshold))
            .with("alpha_decay", column(&self.alpha_decay))
            .with("i_offset", column(&self.i_offset));
        if self.subtracts {
            population = population.with("reset", Parameter::Text("reset_by_subtraction".to_owned()));
        } else {
            population = population
                .with("reset", Parameter::Text("reset_to_v_reset".to_owned()))
                .with("v_reset", column(&self.v_reset));
        }
        if !self.current_decay.is_empty() {
            let decay = column(&self.current_decay);
            population = population.with("exc_decay", decay.clone()).with("inh_decay", decay);
        }
        population
    }
}

/// One value where all are the same.
fn column(values: &[f64]) -> Parameter {
    match values {
        [first, rest @ ..] if rest.iter().all(|value| value == first) => Parameter::Number(*first),
        _ => Parameter::Array(values.to_vec()),
    }
}

/// One neuron's parameters.
struct Cell {
    threshold: f64,
    alpha_decay: f64,
    current_decay: Option<f64>,
    i_offset: f64,
    v_reset: f64,
    v_scale: f64,
}

/// A neuron of a node in the chip's terms: its input is `scale` times the graph's, `bias` is in the graph's units.
fn cell(
    primitive: &Primitive,
    at: usize,
    scale: f64,
    bias: f64,
    options: &LoweringOptions,
) -> Result<Cell, String> {
    use Primitive as P;
    let of = |array: &Array| element(array, at);
    let reset = |array: &Option<Array>| array.as_ref().map_or(0.0, of);
    let leaky = |tau: &Array, r: &Array, v_leak: &Array| -> Result<Cell, String> {
        let g = decaying("tau", of(tau), options)?;
        let v_scale = scale / (g * positive("r", of(r))?);
        let i_offset = g * of(v_leak) * v_scale + bias * scale;
        Ok(Cell {
            threshold: NEVER,
            alpha_decay: 1.0 - g,
            current_decay: None,
            i_offset,
            v_reset: 0.0,
            v_scale,
        })
    };
    let with_current =
        |tau_syn: &Array, w_in: &Option<Array>, membrane: Cell, v_leak: f64| -> Result<Cell, String> {
            let g_syn = decaying("tau_syn", of(tau_syn), options)?;
            let w_in = positive("w_in", w_in.as_ref().map_or(1.0, of))?;
            let v_scale = membrane.v_scale / (g_syn * w_in);
            let i_offset = (1.0 - membrane.alpha_decay) * v_leak * v_scale + bias * scale / g_syn;
            Ok(Cell { current_decay: Some(1.0 - g_syn), i_offset, v_scale, ..membrane })
        };
    let fires = |cell: Cell, threshold: f64, v_reset: f64| Cell {
        threshold: threshold * cell.v_scale,
        v_reset: v_reset * cell.v_scale,
        ..cell
    };
    let integrator = |r: f64, gain: f64| -> Result<Cell, String> {
        let v_scale = scale / (gain * positive("r", r)?);
        let i_offset = bias * scale;
        Ok(Cell { threshold: NEVER, alpha_decay: 1.0, current_decay: None, i_offset, v_reset: 0.0, v_scale })
    };
    match primitive {
        // Everybody's IF counts spikes, whatever the time step; the integrator I is NIR's.
        P::IF(p) => Ok(fires(integrator(of(&p.r), 1.0)?, of(&p.v_threshold), reset(&p.v_reset))),
        P::I { r } => integrator(of(r), options.dt_s),
        P::LI(p) => leaky(&p.tau, &p.r, &p.v_leak),
        P::LIF(p) => Ok(fires(leaky(&p.tau, &p.r, &p.v_leak)?, of(&p.v_threshold), reset(&p.v_reset))),
        P::CubaLI(p) => with_current(&p.tau_syn, &p.w_in, leaky(&p.tau_mem, &p.r, &p.v_leak)?, of(&p.v_leak)),
        P::CubaLIF(p) => {
            let membrane = leaky(&p.tau_mem, &p.r, &p.v_leak)?;
            let cell = with_current(&p.tau_syn, &p.w_in, membrane, of(&p.v_leak))?;
            Ok(fires(cell, of(&p.v_threshold), reset(&p.v_reset)))
        }
        P::Threshold { threshold } => {
            Ok(Cell { threshold: above(of(threshold) * scale), ..weighted(scale, bias) })
        }
        _ => Ok(weighted(scale, bias)),
    }
}

/// A neuron whose potential is what has just arrived.
fn weighted(scale: f64, bias: f64) -> Cell {
    Cell {
        threshold: NEVER,
        alpha_decay: 0.0,
        current_decay: None,
        i_offset: bias * scale,
        v_reset: 0.0,
        v_scale: scale,
    }
}

/// The chip's neurons fire at the threshold, a Threshold node above it: the next number of single precision serves both arithmetics.
fn above(threshold: f64) -> f64 {
    f64::from((threshold as f32).next_up()).max(threshold)
}

/// The part of a membrane or current that decays in a tick.
fn decaying(name: &str, tau: f64, options: &LoweringOptions) -> Result<f64, String> {
    let tau = positive(name, tau)?;
    let steps = options.dt_s / tau;
    match options.integrator {
        Integrator::Exponential => Ok(-(-steps).exp_m1()),
        Integrator::Forward if steps <= 1.0 => Ok(steps),
        Integrator::Forward => Err(format!(
            "dt is {} s and {name} {tau} s: forward Euler would overshoot; choose a dt of at most {tau} s, or the exponential integrator",
            options.dt_s
        )),
    }
}

fn positive(name: &str, value: f64) -> Result<f64, String> {
    if value > 0.0 {
        return Ok(value);
    }
    Err(format!("{name} is {value}; it must be above 0 to have a counterpart on the chip"))
}
