//! What one node does in one step.

use crate::array::Array;
use crate::primitive::Primitive;
use crate::reference::Settings;
use crate::reference::delay::Delays;
use crate::reference::linear::Matrices;
use crate::reference::neuron::Neurons;
use crate::reference::window::{Convolution, Pool};

/// A node's work, with its state.
#[derive(Clone, Debug)]
pub(super) enum Work {
    /// Values go through: Input, Output, Flatten.
    Pass,
    Matrices(Matrices),
    Scale(Vec<f64>),
    Threshold(Vec<f64>),
    Convolution(Convolution),
    Pool(Pool),
    Delays(Delays),
    Neurons(Neurons),
}

impl Work {
    /// The work of a node whose shapes have been followed through the graph.
    pub(super) fn new(primitive: &Primitive, input: &[usize], output: &[usize], settings: &Settings) -> Self {
        let n: usize = input.iter().product();
        match primitive {
            Primitive::Affine { weight, bias } => Self::Matrices(Matrices::new(weight, Some(bias))),
            Primitive::Linear { weight } => Self::Matrices(Matrices::new(weight, None)),
            Primitive::Scale { scale } => Self::Scale(spread(Some(scale), n, 1.0)),
            Primitive::Threshold { threshold } => Self::Threshold(spread(Some(threshold), n, 0.0)),
            Primitive::Conv1d(conv) => Self::Convolution(Convolution::new(conv, input, output)),
            Primitive::Conv2d(conv) => Self::Convolution(Convolution::new(conv, input, output)),
            Primitive::SumPool2d(pool) => Self::Pool(Pool::new(pool, false, input, output)),
            Primitive::AvgPool2d(pool) => Self::Pool(Pool::new(pool, true, input, output)),
            Primitive::Delay { delay } => Self::Delays(Delays::new(delay, n, settings.dt_s)),
            other => Neurons::new(other, n, settings).map_or(Self::Pass, Self::Neurons),
        }
    }

    pub(super) fn apply(&mut self, x: &[f64], y: &mut [f64], step: u64) {
        match self {
            Self::Pass => y.copy_from_slice(x),
            Self::Matrices(matrices) => matrices.apply(x, y),
            Self::Scale(scale) => y.iter_mut().zip(scale).zip(x).for_each(|((y, s), x)| *y = *s * x),
            Self::Threshold(threshold) => {
                let above =
                    x.iter().zip(threshold).map(|(x, threshold)| f64::from(u8::from(*x > *threshold)));
                y.iter_mut().zip(above).for_each(|(y, above)| *y = above);
            }
            Self::Convolution(convolution) => convolution.apply(x, y),
            Self::Pool(pool) => pool.apply(x, y),
            Self::Delays(delays) => delays.apply(x, y, step),
            Self::Neurons(neurons) => neurons.apply(x, y),
        }
    }

    /// Back to the state before the first step.
    pub(super) fn restart(&mut self) {
        match self {
            Self::Delays(delays) => delays.restart(),
            Self::Neurons(neurons) => neurons.restart(),
            _ => {}
        }
    }

    pub(super) fn neurons(&self) -> Option<&Neurons> {
        match self {
            Self::Neurons(neurons) => Some(neurons),
            _ => None,
        }
    }
}

/// One value for each of `n` elements: a parameter's own, its only one for all, or `missing` if there is no such parameter.
pub(super) fn spread(array: Option<&Array>, n: usize, missing: f64) -> Vec<f64> {
    match array {
        None => vec![missing; n],
        Some(array) if array.len() == 1 => vec![array.get(0).unwrap_or(missing); n],
        Some(array) => array.iter().collect(),
    }
}
