//! NIR's primitives, with the names that NIR gives to their fields.
//!
//! Equations are those of Pedersen et al., Nature Communications 15, 8122 (2024), and of the reference package `nir` 1.0.8.
//! `x` is the sum of what arrives; all parameters of a neuron have the shape of its signal, or are one value for all of it.
//! NIR states no units; all published files are in seconds, with thresholds around 1.

use crate::array::Array;
use crate::fields::Field;
use crate::graph::Graph;

/// What a node does.
#[derive(Clone, Debug, PartialEq)]
pub enum Primitive {
    /// Where signals of this shape enter the graph.
    Input {
        /// Shape of the signal, without batch and time.
        shape: Vec<usize>,
    },
    /// Where signals leave the graph. Some writers state no shape (no axes of positive length) or one with other axes.
    Output {
        /// Shape of the signal, without batch and time.
        shape: Vec<usize>,
    },
    /// `W x + b`.
    Affine {
        /// `W`, (..., outputs, inputs); leading axes pair up with the signal's.
        weight: Array,
        /// `b`, (..., outputs).
        bias: Array,
    },
    /// `W x`.
    Linear {
        /// `W`, (..., outputs, inputs); leading axes pair up with the signal's.
        weight: Array,
    },
    /// `s x`, element by element.
    Scale {
        /// `s`.
        scale: Array,
    },
    /// Convolution (cross-correlation, as in PyTorch) along one axis of a (channels, length) signal.
    Conv1d(Conv<1>),
    /// Convolution (cross-correlation, as in PyTorch) of a (channels, height, width) signal.
    Conv2d(Conv<2>),
    /// Sums over windows of a (channels, height, width) signal.
    SumPool2d(Pool2d),
    /// Means over windows of a (channels, height, width) signal; padding counts as zeros.
    AvgPool2d(Pool2d),
    /// Axes from `start_dim` to `end_dim` joined into one, in C order. There is no batch axis.
    Flatten {
        /// First axis that is joined; negative ones count from the end.
        start_dim: i64,
        /// Last axis that is joined; negative ones count from the end.
        end_dim: i64,
        /// Shape that arrives, if the file states it. Some writers state zeros.
        input_type: Option<Vec<usize>>,
    },
    /// `y(t) = x(t - delay)`.
    Delay {
        /// Delay, s.
        delay: Array,
    },
    /// 1 where `x > threshold`, else 0.
    Threshold {
        /// Threshold.
        threshold: Array,
    },
    /// Integrator: `v' = r x`; its output is `v`.
    I {
        /// Resistance.
        r: Array,
    },
    /// Integrate and fire: as [`Primitive::I`], with spike and reset where `v > v_threshold`.
    IF(If),
    /// Leaky integrator: `tau v' = v_leak - v + r x`; its output is `v`.
    LI(Li),
    /// Leaky integrate and fire: as [`Primitive::LI`], with spike and reset where `v > v_threshold`.
    LIF(Lif),
    /// Leaky integrator with a synaptic current: `tau_syn i' = -i + w_in x`, `tau_mem v' = v_leak - v + r i`.
    CubaLI(CubaLi),
    /// As [`Primitive::CubaLI`], with spike and reset where `v > v_threshold`.
    CubaLIF(CubaLif),
    /// A graph as a node. Edges of the graph around it lead to its input and from its output.
    NIRGraph(Graph),
}

/// A convolution over `D` axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Conv<const D: usize> {
    /// Lengths of the `D` axes that arrive, if the file states them.
    pub input_shape: Option<[usize; D]>,
    /// (output channels, input channels / groups, kernel's lengths).
    pub weight: Array,
    /// Steps from window to window.
    pub stride: [usize; D],
    /// Zeros around the signal.
    pub padding: Padding<D>,
    /// Distance of neighbouring taps.
    pub dilation: [usize; D],
    /// Groups of channels that do not see each other.
    pub groups: usize,
    /// One number for each output channel.
    pub bias: Array,
}

/// Zeros around a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding<const D: usize> {
    /// As many on both sides of each axis.
    Explicit([usize; D]),
    /// As many as keep the signal's lengths: `floor(dilation (kernel - 1) / 2)` in front, the rest behind. Stride must be 1.
    Same,
    /// None.
    Valid,
}

/// Windows over height and width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool2d {
    /// Height and width of a window.
    pub kernel_size: [usize; 2],
    /// Steps from window to window.
    pub stride: [usize; 2],
    /// Zeros on both sides of each axis.
    pub padding: [usize; 2],
}

/// Parameters of [`Primitive::IF`].
#[derive(Clone, Debug, PartialEq)]
pub struct If {
    /// Resistance.
    pub r: Array,
    /// Spikes are sent above it.
    pub v_threshold: Array,
    /// What a spike sets `v` to; 0 if the file is from before NIR 1.0.6 and has none.
    pub v_reset: Option<Array>,
}

/// Parameters of [`Primitive::LI`].
#[derive(Clone, Debug, PartialEq)]
pub struct Li {
    /// Time constant, s.
    pub tau: Array,
    /// Resistance.
    pub r: Array,
    /// What `v` decays to.
    pub v_leak: Array,
}

/// Parameters of [`Primitive::LIF`].
#[derive(Clone, Debug, PartialEq)]
pub struct Lif {
    /// Time constant, s.
    pub tau: Array,
    /// Resistance.
    pub r: Array,
    /// What `v` decays to.
    pub v_leak: Array,
    /// Spikes are sent above it.
    pub v_threshold: Array,
    /// What a spike sets `v` to; 0 if the file is from before NIR 1.0.6 and has none.
    pub v_reset: Option<Array>,
}

/// Parameters of [`Primitive::CubaLI`].
#[derive(Clone, Debug, PartialEq)]
pub struct CubaLi {
    /// Time constant of the synaptic current, s.
    pub tau_syn: Array,
    /// Time constant of the membrane, s.
    pub tau_mem: Array,
    /// Resistance.
    pub r: Array,
    /// What `v` decays to.
    pub v_leak: Array,
    /// Gain of the input; 1 if the file has none.
    pub w_in: Option<Array>,
}

/// Parameters of [`Primitive::CubaLIF`].
#[derive(Clone, Debug, PartialEq)]
pub struct CubaLif {
    /// Time constant of the synaptic current, s.
    pub tau_syn: Array,
    /// Time constant of the membrane, s.
    pub tau_mem: Array,
    /// Resistance.
    pub r: Array,
    /// What `v` decays to.
    pub v_leak: Array,
    /// Spikes are sent above it.
    pub v_threshold: Array,
    /// What a spike sets `v` to; 0 if the file is from before NIR 1.0.6 and has none.
    pub v_reset: Option<Array>,
    /// Gain of the input; 1 if the file has none.
    pub w_in: Option<Array>,
}

impl Primitive {
    /// NIR's name of the type.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Input { .. } => "Input",
            Self::Output { .. } => "Output",
            Self::Affine { .. } => "Affine",
            Self::Linear { .. } => "Linear",
            Self::Scale { .. } => "Scale",
            Self::Conv1d(_) => "Conv1d",
            Self::Conv2d(_) => "Conv2d",
            Self::SumPool2d(_) => "SumPool2d",
            Self::AvgPool2d(_) => "AvgPool2d",
            Self::Flatten { .. } => "Flatten",
            Self::Delay { .. } => "Delay",
            Self::Threshold { .. } => "Threshold",
            Self::I { .. } => "I",
            Self::IF(_) => "IF",
            Self::LI(_) => "LI",
            Self::LIF(_) => "LIF",
            Self::CubaLI(_) => "CubaLI",
            Self::CubaLIF(_) => "CubaLIF",
            Self::NIRGraph(_) => "NIRGraph",
        }
    }

    /// The arrays that hold one number for each element of the signal, by name: those of neurons, scales, delays and
    /// thresholds. Empty for all other types.
    pub fn elementwise(&self) -> Vec<(&'static str, &Array)> {
        match self {
            Self::Affine { .. } | Self::Linear { .. } | Self::Conv1d(_) | Self::Conv2d(_) => Vec::new(),
            _ => self.arrays(),
        }
    }

    /// All arrays of numbers, by name.
    pub fn arrays(&self) -> Vec<(&'static str, &Array)> {
        let array = |(name, field)| match field {
            Field::Array(array) => Some((name, array)),
            _ => None,
        };
        self.fields().into_iter().filter_map(array).collect()
    }

    /// Whether the node has a memory, so that a cycle through it has a meaning. A nested graph is none itself; its nodes may.
    pub fn holds_state(&self) -> bool {
        match self {
            Self::Delay { delay } => !delay.is_empty() && delay.iter().all(|seconds| seconds > 0.0),
            Self::I { .. }
            | Self::IF(_)
            | Self::LI(_)
            | Self::LIF(_)
            | Self::CubaLI(_)
            | Self::CubaLIF(_) => true,
            _ => false,
        }
    }
}
