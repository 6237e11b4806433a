//! Convolutions and pools: each input that is not 0 is added to the outputs whose windows it lies in.

use crate::primitive::{Conv, Padding, Pool2d, Primitive};

/// A window that moves along one axis.
#[derive(Clone, Copy, Debug)]
struct Axis {
    length: usize,
    n_positions: usize,
    n_taps: usize,
    stride: usize,
    dilation: usize,
    /// Zeros in front.
    front: usize,
}

/// An axis that is not there.
const NO_AXIS: Axis = Axis { length: 1, n_positions: 1, n_taps: 1, stride: 1, dilation: 1, front: 0 };

impl Axis {
    /// The taps under which the element at `place` comes to lie, each with the window's position:
    /// `position stride + tap dilation = place + front`.
    #[inline]
    fn hits(self, place: usize) -> impl Iterator<Item = (usize, usize)> {
        let place = place + self.front;
        (0..self.n_taps)
            .map_while(move |tap| Some((tap, place.checked_sub(tap * self.dilation)?)))
            .filter_map(move |(tap, start)| {
                let position = if self.stride == 1 { start } else { start / self.stride };
                (position * self.stride == start && position < self.n_positions).then_some((tap, position))
            })
    }

    /// What the arithmetic above runs up to.
    fn reach(self) -> f64 {
        self.length as f64 + self.front as f64 + self.dilation as f64 * self.n_taps as f64
    }
}

/// Places that the windows of a node run over at most, zeros around the signal included.
pub(super) fn reach(primitive: &Primitive, input: &[usize], output: &[usize]) -> f64 {
    let axes = match primitive {
        Primitive::Conv1d(conv) => conv_axes(conv, input, output),
        Primitive::Conv2d(conv) => conv_axes(conv, input, output),
        Primitive::SumPool2d(pool) | Primitive::AvgPool2d(pool) => pool_axes(pool, input, output),
        _ => return 0.0,
    };
    axes[0].reach() + axes[1].reach()
}

fn conv_axes<const D: usize>(conv: &Conv<D>, input: &[usize], output: &[usize]) -> [Axis; 2] {
    let shape = conv.weight.shape();
    let mut axes = [NO_AXIS; 2];
    for axis in 0..D {
        let n_taps = shape[2 + axis];
        let front = match conv.padding {
            Padding::Explicit(zeros) => zeros[axis],
            Padding::Valid => 0,
            Padding::Same => conv.dilation[axis].saturating_mul(n_taps - 1) / 2,
        };
        let (stride, dilation) = (conv.stride[axis], conv.dilation[axis]);
        let (length, n_positions) = (input[1 + axis], output[1 + axis]);
        axes[2 - D + axis] = Axis { length, n_positions, n_taps, stride, dilation, front };
    }
    axes
}

fn pool_axes(pool: &Pool2d, input: &[usize], output: &[usize]) -> [Axis; 2] {
    [0, 1].map(|axis| Axis {
        length: input[1 + axis],
        n_positions: output[1 + axis],
        n_taps: pool.kernel_size[axis],
        stride: pool.stride[axis],
        dilation: 1,
        front: pool.padding[axis],
    })
}

/// A convolution over height and width; one over a length has height 1.
#[derive(Clone, Debug)]
pub(super) struct Convolution {
    axes: [Axis; 2],
    /// Input channels, output channels of one group.
    n_inputs: usize,
    n_outputs: usize,
    n_groups: usize,
    /// (input channel of all groups, tap, output channel of its group).
    weights: Vec<f64>,
    /// One for each output channel of all groups.
    bias: Vec<f64>,
    /// Outputs with the channels last, while they are added up.
    sums: Vec<f64>,
}

impl Convolution {
    /// From shapes that have been followed through the graph.
    pub(super) fn new<const D: usize>(conv: &Conv<D>, input: &[usize], output: &[usize]) -> Self {
        let shape = conv.weight.shape();
        let axes = conv_axes(conv, input, output);
        let n_taps = axes[0].n_taps * axes[1].n_taps;
        let (n_inputs, n_outputs) = (shape[1], shape[0] / conv.groups);
        let mut weights = vec![0.0; conv.weight.len()];
        for (index, value) in conv.weight.iter().enumerate() {
            let (output, input, tap) = (index / n_taps / n_inputs, index / n_taps % n_inputs, index % n_taps);
            let input = output / n_outputs * n_inputs + input;
            weights[(input * n_taps + tap) * n_outputs + output % n_outputs] = value;
        }
        let bias = super::node::spread(Some(&conv.bias), shape[0], 0.0);
        let sums = vec![0.0; output.iter().product()];
        Self { axes, n_inputs, n_outputs, n_groups: conv.groups, weights, bias, sums }
    }

    /// Inputs are added to the bias one after the other, in C order.
    pub(super) fn apply(&mut self, x: &[f64], y: &mut [f64]) {
        let n_channels = self.bias.len();
        self.sums.chunks_exact_mut(n_channels).for_each(|sums| sums.copy_from_slice(&self.bias));
        let places = self.axes[0].length * self.axes[1].length;
        for (channel, image) in x.chunks_exact(places).enumerate() {
            for (place, &x) in image.iter().enumerate().filter(|(_, x)| **x != 0.0) {
                self.scatter(channel, place, x);
            }
        }
        let n_positions = y.len() / n_channels;
        for (channel, y) in y.chunks_exact_mut(n_positions).enumerate() {
            let sums = self.sums[channel..].iter().step_by(n_channels);
            y.iter_mut().zip(sums).for_each(|(y, sum)| *y = *sum);
        }
    }

    #[inline]
    fn scatter(&mut self, channel: usize, place: usize, x: f64) {
        let [rows, columns] = self.axes;
        let first = channel / self.n_inputs * self.n_outputs;
        let (n_outputs, n_channels) = (self.n_outputs, self.n_outputs * self.n_groups);
        for (tap_row, row) in rows.hits(place / columns.length) {
            for (tap_column, column) in columns.hits(place % columns.length) {
                let tap = (channel * rows.n_taps + tap_row) * columns.n_taps + tap_column;
                let weights = &self.weights[tap * n_outputs..][..n_outputs];
                let sums =
                    &mut self.sums[(row * columns.n_positions + column) * n_channels + first..][..n_outputs];
                sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight * x);
            }
        }
    }
}

/// Sums over windows, times one factor.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    axes: [Axis; 2],
    /// By what sums are divided: 1, or the area of the window.
    divisor: f64,
}

impl Pool {
    pub(super) fn new(pool: &Pool2d, is_mean: bool, input: &[usize], output: &[usize]) -> Self {
        let axes = pool_axes(pool, input, output);
        let area = pool.kernel_size[0] as f64 * pool.kernel_size[1] as f64;
        Self { axes, divisor: if is_mean { area } else { 1.0 } }
    }

    pub(super) fn apply(&self, x: &[f64], y: &mut [f64]) {
        let [rows, columns] = self.axes;
        y.fill(0.0);
        let images = y.chunks_exact_mut(rows.n_positions * columns.n_positions);
        for (x, y) in x.chunks_exact(rows.length * columns.length).zip(images) {
            for (place, &x) in x.iter().enumerate().filter(|(_, x)| **x != 0.0) {
                for (_, row) in rows.hits(place / columns.length) {
                    for (_, column) in columns.hits(place % columns.length) {
                        y[row * columns.n_positions + column] += x;
                    }
                }
            }
        }
        if self.divisor != 1.0 {
            y.iter_mut().for_each(|y| *y /= self.divisor);
        }
    }
}
