//! The choices that NIR leaves open, and those of quantisation.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::error::DeployError;

/// How a graph is lowered. Names and formulas of the first six are those of py-spinnaker2's `s2_nir.ConversionConfig`; defaults are those
/// of the NIR paper's runs on the chip (Pedersen et al., Nature Communications 15, 8122, 2024).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoweringOptions {
    /// Time that a tick stands for in the graph's equations, s.
    pub dt_s: f64,
    /// How decays follow from time constants.
    pub integrator: Integrator,
    /// What a spike does to the membrane.
    pub reset: Reset,
    /// Delay field of synapses in ticks, where the model has one; a Delay node adds to it.
    pub conn_delay: u32,
    /// Whether weights are scaled so that the largest one onto a population fills the synapse word; else they are taken as they are.
    pub scale_weights: bool,
    /// What is recorded of the neurons that feed an Output: `spikes`, `v`, ...
    pub output_record: Vec<String>,
    /// Whether a layer has one scale, or each output channel (or neuron) its own.
    pub scaling: Scaling,
    /// How scaled weights become whole numbers.
    pub rounding: Rounding,
    /// Width of a weight.
    pub weight_bits: WeightBits,
    /// Whether thresholds follow what rounding did to the weights.
    pub threshold_fit: ThresholdFit,
    /// Populations whose weights stay fractions, by name, or all of them: for runs in the reference arithmetic.
    pub real_weights: RealWeights,
}

/// Names of the options, as they are set from texts.
const NAMES: [&str; 9] = [
    "dt",
    "integrator",
    "reset",
    "conn_delay",
    "scale_weights",
    "scaling",
    "rounding",
    "weight_bits",
    "threshold_fit",
];

impl LoweringOptions {
    /// Sets an option by its name: `dt` (s), `integrator` (forward, exponential), `reset` (zero, subtract), `conn_delay` (ticks),
    /// `scale_weights` (true, false), `scaling` (layer, channel), `rounding` (toward_zero, nearest), `weight_bits` (4, 8, 16),
    /// `threshold_fit` (nominal, fitted).
    ///
    /// # Errors
    /// [`DeployError::UnknownOption`] for an unknown name, [`DeployError::Option`] for an unknown value, with those that are known.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), DeployError> {
        let wrong = |option: &'static str, remedy: &'static str| DeployError::Option {
            option,
            given: format!("`{value}`"),
            remedy,
        };
        let Some(&name) = NAMES.iter().find(|known| **known == name) else {
            let known = NAMES.join(", ");
            return Err(DeployError::UnknownOption { name: name.to_owned(), known });
        };
        match (name, value) {
            ("dt", _) => {
                let remedy = "it must be a time in seconds above 0";
                self.dt_s = value.parse().map_err(|_| wrong(name, remedy))?;
            }
            ("conn_delay", _) => {
                let remedy = "it must be a whole number of ticks";
                self.conn_delay = value.parse().map_err(|_| wrong(name, remedy))?;
            }
            ("scale_weights", _) => {
                self.scale_weights = value.parse().map_err(|_| wrong(name, "it must be true or false"))?;
            }
            ("integrator", "forward") => self.integrator = Integrator::Forward,
            ("integrator", "exponential") => self.integrator = Integrator::Exponential,
            ("integrator", _) => return Err(wrong(name, "it must be forward or exponential")),
            ("reset", "zero") => self.reset = Reset::Zero,
            ("reset", "subtract") => self.reset = Reset::Subtract,
            ("reset", _) => return Err(wrong(name, "it must be zero or subtract")),
            ("scaling", "layer") => self.scaling = Scaling::Layer,
            ("scaling", "channel") => self.scaling = Scaling::Channel,
            ("scaling", _) => return Err(wrong(name, "it must be layer or channel")),
            ("rounding", "toward_zero") => self.rounding = Rounding::TowardZero,
            ("rounding", "nearest") => self.rounding = Rounding::Nearest,
            ("rounding", _) => return Err(wrong(name, "it must be toward_zero or nearest")),
            ("weight_bits", "4") => self.weight_bits = WeightBits::Four,
            ("weight_bits", "8") => self.weight_bits = WeightBits::Eight,
            ("weight_bits", "16") => self.weight_bits = WeightBits::Sixteen,
            ("weight_bits", _) => return Err(wrong(name, "it must be 4, 8 or 16")),
            (_, "nominal") => self.threshold_fit = ThresholdFit::Nominal,
            (_, "fitted") => self.threshold_fit = ThresholdFit::Fitted,
            _ => return Err(wrong(name, "it must be nominal or fitted")),
        }
        Ok(())
    }
}

/// Populations whose weights are not rounded.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RealWeights {
    /// None: the chip's weights.
    #[default]
    None,
    /// All: the network as it was trained, with the chip's order of things.
    All,
    /// All but these.
    AllBut(BTreeSet<String>),
}

impl RealWeights {
    pub(crate) fn holds(&self, population: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::AllBut(names) => !names.contains(population),
        }
    }
}

impl Default for LoweringOptions {
    fn default() -> Self {
        Self {
            dt_s: 1e-4,
            integrator: Integrator::Forward,
            reset: Reset::Zero,
            conn_delay: 0,
            scale_weights: true,
            output_record: vec!["spikes".to_owned()],
            scaling: Scaling::Layer,
            rounding: Rounding::TowardZero,
            weight_bits: WeightBits::Eight,
            threshold_fit: ThresholdFit::Nominal,
            real_weights: RealWeights::None,
        }
    }
}

/// How the decay of a tick follows from a time constant; `g` is the part that decays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Integrator {
    /// Forward Euler: `g = dt / tau`.
    #[default]
    Forward,
    /// Exponential Euler: `g = 1 - exp(-dt / tau)`.
    Exponential,
}

/// What a spike does to the membrane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reset {
    /// It is set to the node's `v_reset`, which is 0 in nearly all graphs.
    #[default]
    Zero,
    /// The threshold is subtracted.
    Subtract,
}

/// What shares a scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// All weights onto a population.
    #[default]
    Layer,
    /// All weights onto an output channel of a convolution, or onto a neuron of any other layer.
    Channel,
}

/// How scaled weights become whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Cut, as the chip's importer does.
    #[default]
    TowardZero,
    /// To the nearest whole number, halves away from zero.
    Nearest,
}

/// Width of a weight, and with it the synapse word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightBits {
    /// -15..15 with delays 0..7 (`lif`, `lif_curr_exp`).
    Four,
    /// -127..127 without delays (`lif_no_delay`, `lif_curr_exp_no_delay`, `lif_conv2d`).
    #[default]
    Eight,
    /// -65535..65535 with delays 0..127 (`lif_wide`, `lif_curr_exp_wide`); ours.
    Sixteen,
}

/// Whether thresholds follow what rounding did to the weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThresholdFit {
    /// Thresholds are scaled as the weights were.
    #[default]
    Nominal,
    /// Thresholds are scaled by the factor that maps the weights to their rounded values best, in the least-squares sense. Cutting
    /// makes weights smaller on average; this makes up for it.
    Fitted,
}
