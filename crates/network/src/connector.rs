//! Projections and the rules that connect their neurons.

use serde::{Deserialize, Serialize};

use crate::convolution::Convolution;
use crate::parameter::Parameter;

/// Synapses from one population to another.
///
/// A spike sent in tick `t` over a synapse with delay `d` acts on its target in tick `t + 1 + d`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Projection {
    /// Name, unique among the network's projections.
    pub name: String,
    /// Position of the sending population.
    pub pre: usize,
    /// Position of the receiving population.
    pub post: usize,
    /// Which neurons are connected.
    pub connector: Connector,
    /// Weight in units of the target's input; positive excites, negative inhibits. On the chip an integer.
    pub weight: Parameter,
    /// Delay field in ticks: 0 acts one tick after the spike.
    pub delay: Parameter,
}

impl Projection {
    /// A projection with weight 1 and delay 0.
    #[must_use]
    pub fn new(name: &str, pre: usize, post: usize, connector: Connector) -> Self {
        Self {
            name: name.to_owned(),
            pre,
            post,
            connector,
            weight: Parameter::Number(1.0),
            delay: Parameter::Number(0.0),
        }
    }

    /// Sets the weight: a number or a distribution.
    #[must_use]
    pub fn with_weight(mut self, weight: impl Into<Parameter>) -> Self {
        self.weight = weight.into();
        self
    }

    /// Sets the delay field in ticks: a whole number or a distribution.
    #[must_use]
    pub fn with_delay(mut self, delay: impl Into<Parameter>) -> Self {
        self.delay = delay.into();
        self
    }
}

impl From<i32> for Parameter {
    fn from(value: i32) -> Self {
        Self::Number(f64::from(value))
    }
}

/// A rule that says which neurons are connected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Connector {
    /// Given synapses.
    List(ConnectionList),
    /// Neuron `i` to neuron `i`; both populations have the same size.
    OneToOne,
    /// Every neuron to every neuron.
    AllToAll {
        /// Whether a neuron connects to itself when both populations are the same.
        allow_self_connections: bool,
    },
    /// Every pair with the same probability, independently.
    FixedProbability {
        /// Probability of each pair, 0 to 1.
        p: f64,
        /// Whether a neuron may connect to itself when both populations are the same.
        allow_self_connections: bool,
    },
    /// Every target draws the same number of sources.
    FixedInDegree {
        /// Synapses per target.
        n: u32,
        /// Whether a neuron may connect to itself when both populations are the same.
        allow_self_connections: bool,
        /// Whether the same source may be drawn more than once by a target.
        with_replacement: bool,
    },
    /// Every source draws the same number of targets.
    FixedOutDegree {
        /// Synapses per source.
        n: u32,
        /// Whether a neuron may connect to itself when both populations are the same.
        allow_self_connections: bool,
        /// Whether the same target may be drawn more than once by a source.
        with_replacement: bool,
    },
    /// A given number of synapses between pairs drawn uniformly.
    FixedTotalNumber {
        /// Synapses in all.
        n: u64,
        /// Whether a neuron may connect to itself when both populations are the same.
        allow_self_connections: bool,
        /// Whether the same pair may be drawn more than once.
        with_replacement: bool,
    },
    /// Every pair with a probability that falls with the distance between the neurons.
    ///
    /// Neurons stand on their population's grid; the pre population's grid is stretched over the post population's.
    /// Distances are in grid steps of the post population.
    DistanceDependent {
        /// How the probability falls.
        kernel: DistanceKernel,
        /// Probability at distance 0, 0 to 1.
        p_max: f64,
        /// Length scale of the kernel, in grid steps, above 0.
        scale: f64,
        /// No synapses beyond this distance, in grid steps.
        max_distance: Option<f64>,
        /// Whether the grid's edges are joined (a ring or torus).
        periodic: bool,
        /// Whether a neuron may connect to itself when both populations are the same.
        allow_self_connections: bool,
    },
    /// A kernel that slides over images; its weights stand in the place of the projection's.
    Conv2d(Convolution),
}

impl Connector {
    /// Name in files and messages.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::List(_) => "list",
            Self::OneToOne => "one_to_one",
            Self::AllToAll { .. } => "all_to_all",
            Self::FixedProbability { .. } => "fixed_probability",
            Self::FixedInDegree { .. } => "fixed_in_degree",
            Self::FixedOutDegree { .. } => "fixed_out_degree",
            Self::FixedTotalNumber { .. } => "fixed_total_number",
            Self::DistanceDependent { .. } => "distance_dependent",
            Self::Conv2d(_) => "conv2d",
        }
    }

    /// The weights that stand in the place of the projection's; synapses name them by position.
    #[must_use]
    pub fn weights(&self) -> Option<&[f64]> {
        match self {
            Self::List(list) if !list.weight.is_empty() => Some(&list.weight),
            Self::Conv2d(convolution) => Some(&convolution.weights),
            _ => None,
        }
    }

    /// Whether the synapses of some targets can be drawn without looking at the others'.
    #[must_use]
    pub fn is_drawn_per_target(&self) -> bool {
        !matches!(
            self,
            Self::List(_)
                | Self::FixedOutDegree { .. }
                | Self::FixedTotalNumber { with_replacement: false, .. }
        )
    }
}

/// How a connection probability falls with the distance `d` in units of the scale `s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DistanceKernel {
    /// `exp(-d^2 / (2 s^2))`
    Gaussian,
    /// `exp(-d / s)`
    Exponential,
    /// 1 up to `d = s`, 0 beyond.
    Disc,
}

impl DistanceKernel {
    /// The factor on the probability at squared distance `d2`, for length scale `scale`.
    pub(crate) fn factor(self, d2: f64, scale: f64) -> f64 {
        match self {
            // The square of the smallest scales is 0.
            Self::Gaussian if d2 == 0.0 => 1.0,
            Self::Gaussian => libm::exp(-d2 / (2.0 * scale * scale)),
            Self::Exponential => libm::exp(-libm::sqrt(d2) / scale),
            Self::Disc => f64::from(u8::from(d2 <= scale * scale)),
        }
    }
}

/// Synapses given one by one, as columns of equal length.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ConnectionList {
    /// Index of the sending neuron.
    pub pre: Vec<u32>,
    /// Index of the receiving neuron.
    pub post: Vec<u32>,
    /// Weights; empty to use the projection's.
    pub weight: Vec<f64>,
    /// Delay fields in ticks; empty to use the projection's.
    pub delay: Vec<u32>,
}

impl ConnectionList {
    /// From `(pre, post, weight, delay)` rows.
    #[must_use]
    pub fn from_rows(rows: impl IntoIterator<Item = (u32, u32, f64, u32)>) -> Self {
        let mut list = Self::default();
        for (pre, post, weight, delay) in rows {
            list.pre.push(pre);
            list.post.push(post);
            list.weight.push(weight);
            list.delay.push(delay);
        }
        list
    }

    /// Number of synapses.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pre.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pre.is_empty()
    }
}
