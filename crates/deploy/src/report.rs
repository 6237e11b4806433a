//! What lowering decided, as plain data and as text.

use std::fmt::{self, Write as _};

use gennaker_network::Network;
use serde::Serialize;

use crate::options::LoweringOptions;

/// A graph as a network, and how it got there.
#[derive(Debug, Clone)]
pub struct Lowered {
    /// The network. Inputs are `spike_list` populations without spikes.
    pub network: Network,
    /// Where spikes enter, in the order of names.
    pub inputs: Vec<Port>,
    /// What the graph's outputs are fed by, in the order of names.
    pub outputs: Vec<Port>,
    /// What was decided for each population, in the network's order.
    pub layers: Vec<Layer>,
    /// Ticks after the last input by which everything has passed through the feed-forward part, over the longest way.
    pub tail_ticks: u32,
    /// Factors from the graph's membrane potentials to the chip's, by population: one for all neurons or one for each; empty for
    /// inputs.
    pub v_scales: Vec<Vec<f64>>,
    /// What else a user should know.
    pub notes: Vec<String>,
    /// The choices that this follows from.
    pub options: LoweringOptions,
}

/// A port of the graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Port {
    /// The node's name: an Input, or the node that feeds an Output.
    pub node: String,
    /// Position of the population.
    pub population: usize,
    /// Shape of the signal.
    pub shape: Vec<usize>,
    /// Whether it sends spikes; else its answer is its potential.
    pub spikes: bool,
}

/// What was decided for one population.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Layer {
    /// Name of node and population.
    pub name: String,
    /// The node's NIR type.
    pub kind: &'static str,
    /// Shape of its signal.
    pub shape: Vec<usize>,
    /// The neuron model.
    pub model: &'static str,
    /// Ticks after which a spike of an input can first act here: 0 for inputs.
    pub latency_ticks: u32,
    /// Factor that the membrane keeps each tick, smallest and largest.
    pub alpha_decay: Option<(f64, f64)>,
    /// Factor that synaptic currents keep each tick, smallest and largest.
    pub current_decay: Option<(f64, f64)>,
    /// Threshold in units of the chip, smallest and largest.
    pub threshold: Option<(f64, f64)>,
    /// Factor from the graph's weights to the chip's, smallest and largest.
    pub scale: Option<(f64, f64)>,
    /// Factor from the graph's membrane potential to the chip's, smallest and largest.
    pub v_scale: Option<(f64, f64)>,
    /// What became of its weights; `None` if they are not rounded or there are none.
    pub weights: Option<WeightErrors>,
}

/// What rounding did to the weights onto a population, each kernel weight counted once.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct WeightErrors {
    /// Weights that are not 0.
    pub n: u64,
    /// Those of them that became 0.
    pub n_vanished: u64,
    /// Largest change in units of the chip's weights.
    pub max_error: f64,
    /// Root of the mean squared change over the root of the mean square.
    pub relative_rms_error: f64,
}

impl Lowered {
    /// The factor from the graph's membrane potential to the chip's for one neuron; 1 for inputs.
    ///
    /// # Panics
    /// If there is no such population.
    #[must_use]
    pub fn v_scale_of(&self, population: usize, neuron: usize) -> f64 {
        match self.v_scales[population].as_slice() {
            [scale] => *scale,
            scales => scales.get(neuron).copied().unwrap_or(1.0),
        }
    }

    /// The decisions as text, a line for each layer.
    #[must_use]
    pub fn summary(&self) -> String {
        let LoweringOptions { dt_s, integrator, reset, .. } = &self.options;
        let mut text = format!(
            "lowered   dt {dt_s} s, decay {}, a neuron fires at its threshold (NIR: above it), a spike {}; a spike acts one tick after it was sent, over every edge between neurons\n",
            match integrator {
                crate::Integrator::Forward => "1 - dt/tau (forward Euler)",
                crate::Integrator::Exponential => "exp(-dt/tau)",
            },
            match reset {
                crate::Reset::Zero => "sets v to v_reset",
                crate::Reset::Subtract => "subtracts the threshold",
            },
        );
        for layer in &self.layers {
            let _ = writeln!(text, "  {layer}");
        }
        for note in &self.notes {
            let _ = writeln!(text, "note      {note}");
        }
        text
    }
}

impl Layer {
    /// Whether its neurons send spikes; read-outs have potentials only.
    #[must_use]
    pub fn spikes(&self) -> bool {
        self.threshold.is_some_and(|(_, highest)| highest < crate::lowering::NEVER)
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} {:?}) -> {}", self.name, self.kind, self.shape, self.model)?;
        let mut range = |name: &str, range: Option<(f64, f64)>| match range {
            Some((low, high)) if low == high => write!(f, ", {name} {}", short(low)),
            Some((low, high)) => write!(f, ", {name} {}..{}", short(low), short(high)),
            None => Ok(()),
        };
        range("decay", self.alpha_decay)?;
        range("current decay", self.current_decay)?;
        range("threshold", self.threshold.filter(|_| self.spikes()))?;
        range("weights x", self.scale)?;
        if let Some(errors) = self.weights {
            write!(
                f,
                ", {} weights rounded with an error of {:.1} %, {} became 0",
                errors.n,
                100.0 * errors.relative_rms_error,
                errors.n_vanished
            )?;
        }
        Ok(())
    }
}

/// A number in few digits.
fn short(x: f64) -> String {
    if x == 0.0 || (1e-3..1e6).contains(&x.abs()) {
        let digits = format!("{x:.5}");
        return digits.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    format!("{x:.4e}")
}
