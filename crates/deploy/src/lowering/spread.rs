//! Linear nodes as sparse maps: where one element of a node's input goes.

use gennaker_nir::{Array, Conv, Padding, Pool2d, Primitive};

use super::paths::Shape;

/// What arrives at one element of the output: after how many ticks, where, with which weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tap {
    pub(super) delay: u32,
    pub(super) target: u32,
    pub(super) weight: f64,
}

/// Calls `each(target, factor, delay)` for every element of the node's output that element `at` of its input moves.
pub(super) fn spread(
    primitive: &Primitive,
    shape: &Shape<'_>,
    dt_s: f64,
    at: usize,
    each: &mut impl FnMut(usize, f64, u32),
) {
    match primitive {
        Primitive::Affine { weight, .. } | Primitive::Linear { weight } => matrix(weight, at, each),
        Primitive::Scale { scale } => each(at, element(scale, at), 0),
        Primitive::Delay { delay } => each(at, 1.0, ticks(element(delay, at), dt_s)),
        Primitive::Conv1d(conv) => convolve(&widened(conv), conv, shape, at, each),
        Primitive::Conv2d(conv) => {
            convolve(&Geometry::of(conv, conv.stride, conv.dilation), conv, shape, at, each)
        }
        Primitive::SumPool2d(pool) => windows(pool, shape, at, 1.0, each),
        Primitive::AvgPool2d(pool) => {
            #[expect(clippy::cast_precision_loss, reason = "a window's area")]
            let area = pool.kernel_size[0] as f64 * pool.kernel_size[1] as f64;
            windows(pool, shape, at, 1.0 / area, each);
        }
        // Flatten, and the ports of nested graphs.
        _ => each(at, 1.0, 0),
    }
}

/// What a node adds to its output whatever arrives, by element; `None` for nothing.
pub(super) fn offset(primitive: &Primitive, shape: &Shape<'_>, target: usize) -> Option<f64> {
    let per_channel = |bias: &Array| {
        let pixels: usize = shape.output[1..].iter().product();
        element(bias, target / pixels)
    };
    match primitive {
        Primitive::Affine { bias, .. } => Some(element(bias, target)),
        Primitive::Conv1d(conv) => Some(per_channel(&conv.bias)),
        Primitive::Conv2d(conv) => Some(per_channel(&conv.bias)),
        _ => None,
    }
}

/// An element of a parameter that may be one value for all.
pub(super) fn element(array: &Array, at: usize) -> f64 {
    array.get(if array.len() == 1 { 0 } else { at }).unwrap_or(0.0)
}

/// A delay as whole ticks: the nearest, the even one if two are as near, as in NIR's reference.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates; checked as a delay later"
)]
pub(super) fn ticks(delay_s: f64, dt_s: f64) -> u32 {
    (delay_s / dt_s).round_ties_even() as u32
}

fn matrix(weight: &Array, at: usize, each: &mut impl FnMut(usize, f64, u32)) {
    let [.., outputs, inputs] = *weight.shape() else { return };
    let (lead, input) = (at / inputs, at % inputs);
    for output in 0..outputs {
        let row = lead * outputs + output;
        each(row, weight.get(row * inputs + input).unwrap_or(0.0), 0);
    }
}

/// A convolution over two axes; over one, the first has length 1.
struct Geometry {
    kernel: [usize; 2],
    stride: [usize; 2],
    dilation: [usize; 2],
    before: [usize; 2],
    /// Height and width that arrive, where they are not the last two axes of the shape.
    is_flat: bool,
}

impl Geometry {
    fn of<const D: usize>(conv: &Conv<D>, stride: [usize; 2], dilation: [usize; 2]) -> Self {
        let shape = conv.weight.shape();
        let kernel = if D == 1 { [1, shape[2]] } else { [shape[2], shape[3]] };
        let padding = |axis: usize| match conv.padding {
            _ if D == 1 && axis == 0 => 0,
            Padding::Explicit(zeros) => zeros[axis + D - 2],
            Padding::Valid => 0,
            Padding::Same => dilation[axis].saturating_mul(kernel[axis] - 1) / 2,
        };
        Self { kernel, stride, dilation, before: [padding(0), padding(1)], is_flat: D == 1 }
    }

    fn lengths(&self, shape: &[usize]) -> [usize; 2] {
        if self.is_flat { [1, shape[1]] } else { [shape[1], shape[2]] }
    }
}

fn widened(conv: &Conv<1>) -> Geometry {
    Geometry::of(conv, [1, conv.stride[0]], [1, conv.dilation[0]])
}

fn convolve<const D: usize>(
    geometry: &Geometry,
    conv: &Conv<D>,
    shape: &Shape<'_>,
    at: usize,
    each: &mut impl FnMut(usize, f64, u32),
) {
    let [height, width] = geometry.lengths(shape.input);
    let [out_height, out_width] = geometry.lengths(shape.output);
    let (channel, y, x) = (at / (height * width), at / width % height, at % width);
    let (in_group, out_group) = (shape.input[0] / conv.groups, shape.output[0] / conv.groups);
    let group = channel / in_group;
    let [kernel_height, kernel_width] = geometry.kernel;
    for out in group * out_group..(group + 1) * out_group {
        let kernel = (out * in_group + channel % in_group) * kernel_height;
        for ky in 0..kernel_height {
            let Some(out_y) = landing(geometry, 0, y, ky, out_height) else { continue };
            for kx in 0..kernel_width {
                let Some(out_x) = landing(geometry, 1, x, kx, out_width) else { continue };
                let weight = conv.weight.get((kernel + ky) * kernel_width + kx).unwrap_or(0.0);
                each((out * out_height + out_y) * out_width + out_x, weight, 0);
            }
        }
    }
}

/// Along one axis: the output at which pixel `at` meets the kernel's pixel `k`.
fn landing(geometry: &Geometry, axis: usize, at: usize, k: usize, length: usize) -> Option<usize> {
    // Shapes may state any padding and dilation; what is beyond all addresses meets nothing.
    let steps =
        at.checked_add(geometry.before[axis])?.checked_sub(k.checked_mul(geometry.dilation[axis])?)?;
    let out = steps / geometry.stride[axis];
    (steps % geometry.stride[axis] == 0 && out < length).then_some(out)
}

fn windows(pool: &Pool2d, shape: &Shape<'_>, at: usize, factor: f64, each: &mut impl FnMut(usize, f64, u32)) {
    let (height, width) = (shape.input[1], shape.input[2]);
    let (out_height, out_width) = (shape.output[1], shape.output[2]);
    let (channel, y, x) = (at / (height * width), at / width % height, at % width);
    let covering = |axis: usize, at: usize, length: usize| {
        let at = at.saturating_add(pool.padding[axis]);
        (0..length).filter(move |out| {
            let start = out.saturating_mul(pool.stride[axis]);
            (start..start.saturating_add(pool.kernel_size[axis])).contains(&at)
        })
    };
    for out_y in covering(0, y, out_height) {
        for out_x in covering(1, x, out_width) {
            each((channel * out_height + out_y) * out_width + out_x, factor, 0);
        }
    }
}
