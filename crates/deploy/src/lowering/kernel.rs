//! Ways between populations that a convolution program can go: an optional pool without overlap, one convolution, uniform gains.

use gennaker_network::Convolution;
use gennaker_nir::{Array, Conv, Padding, Pool2d, Primitive};

use super::paths::{Path, Plan, Shape};
use super::spread::element;

/// The path as a convolution with the graph's own weights, if it is one.
pub(super) fn as_convolution(plan: &Plan<'_>, path: &Path) -> Option<Convolution> {
    let mut pool = [1, 1];
    let mut gain = 1.0;
    let mut found: Option<Convolution> = None;
    for &node in &path.through {
        let shape = &plan.shapes[node];
        match plan.primitives[node] {
            Primitive::SumPool2d(window) if found.is_none() && pool == [1, 1] => pool = plain(window)?,
            Primitive::AvgPool2d(window) if found.is_none() && pool == [1, 1] => {
                pool = plain(window)?;
                gain /= f64::from(pool[0]) * f64::from(pool[1]);
            }
            Primitive::Conv1d(conv) if found.is_none() => found = Some(convolution(conv, shape)?),
            Primitive::Conv2d(conv) if found.is_none() => found = Some(convolution(conv, shape)?),
            Primitive::Scale { scale } => gain *= uniform(scale)?,
            Primitive::Input { .. } | Primitive::Output { .. } => {}
            // Behind a convolution the order of neurons does not change.
            Primitive::Flatten { .. } if found.is_some() => {}
            _ => return None,
        }
    }
    let mut found = found?;
    let source = plan.shapes[path.from].output;
    let [channels, height, width] = match *source {
        [channels, width] => [channels, 1, width],
        [channels, height, width] => [channels, height, width],
        _ => return None,
    };
    found.input = lengths([channels, height, width])?;
    found.pool = pool;
    found.weights.iter_mut().for_each(|weight| *weight *= gain);
    Some(found)
}

/// A window that tiles the image.
fn plain(pool: &Pool2d) -> Option<[u32; 2]> {
    (pool.kernel_size == pool.stride && pool.padding == [0, 0]).then(|| lengths(pool.kernel_size)).flatten()
}

fn uniform(scale: &Array) -> Option<f64> {
    let first = element(scale, 0);
    scale.iter().all(|s| s == first).then_some(first)
}

fn lengths<const N: usize>(lengths: [usize; N]) -> Option<[u32; N]> {
    let mut small = [0; N];
    for (small, length) in small.iter_mut().zip(lengths) {
        *small = u32::try_from(length).ok()?;
    }
    Some(small)
}

/// A convolution over one axis or two. The input's lengths are the caller's to set.
fn convolution<const D: usize>(conv: &Conv<D>, shape: &Shape<'_>) -> Option<Convolution> {
    let weight = conv.weight.shape();
    let axes =
        |of: &[usize]| -> Option<[u32; 2]> { lengths(if D == 1 { [1, of[0]] } else { [of[0], of[1]] }) };
    let (kernel, dilation) = (axes(&weight[2..])?, axes(&conv.dilation)?);
    let padding = match conv.padding {
        Padding::Valid => [0; 4],
        Padding::Explicit(zeros) => {
            let [y, x] = lengths(if D == 1 { [0, zeros[0]] } else { [zeros[0], zeros[D - 1]] })?;
            [y, y, x, x]
        }
        Padding::Same => {
            let all = |axis: usize| dilation[axis].checked_mul(kernel[axis] - 1);
            let (y, x) = (all(0)?, all(1)?);
            [y / 2, y.div_ceil(2), x / 2, x.div_ceil(2)]
        }
    };
    let (out_channels, per_group) = (shape.output[0], weight[1]);
    let area = kernel[0] as usize * kernel[1] as usize;
    let mut weights = vec![0.0; out_channels * per_group * area];
    for out in 0..out_channels {
        for channel in 0..per_group {
            for at in 0..area {
                let given = conv.weight.get((out * per_group + channel) * area + at)?;
                weights[(channel * out_channels + out) * area + at] = given;
            }
        }
    }
    Some(Convolution {
        stride: axes(&conv.stride)?,
        dilation,
        padding,
        groups: u32::try_from(conv.groups).ok()?,
        ..Convolution::new([1; 3], u32::try_from(out_channels).ok()?, kernel, weights)
    })
}
