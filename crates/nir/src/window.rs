//! How shapes change from a node's input to its output.

use crate::array::element_count;
use crate::primitive::{Conv, Padding, Pool2d, Primitive};

/// The shape that a node's own parameters demand of its input, if they do.
pub(crate) fn demanded(primitive: &Primitive) -> Option<Vec<usize>> {
    match primitive {
        Primitive::Input { shape } => Some(shape.clone()),
        Primitive::Affine { weight, .. } | Primitive::Linear { weight } => match weight.shape() {
            [lead @ .., _, inputs] => Some([lead, &[*inputs]].concat()),
            _ => None,
        },
        Primitive::Conv1d(conv) => conv_demands(conv),
        Primitive::Conv2d(conv) => conv_demands(conv),
        Primitive::Flatten { input_type: Some(shape), .. } => is_stated(shape).then(|| shape.clone()),
        other => {
            let mut arrays = other.elementwise().into_iter();
            arrays.find(|(_, array)| array.len() > 1).map(|(_, array)| array.shape().to_vec())
        }
    }
}

/// Whether a stated shape says anything: writers that did not know it stated nothing, or zeros.
pub(crate) fn is_stated(shape: &[usize]) -> bool {
    !shape.is_empty() && !shape.contains(&0)
}

/// The shape that a node's parameters suggest where nothing else tells: that of arrays of one value, or of an Output.
pub(crate) fn suggested(primitive: &Primitive) -> Option<Vec<usize>> {
    if let Primitive::Output { shape } = primitive {
        return is_stated(shape).then(|| shape.clone());
    }
    let arrays = primitive.elementwise().into_iter().map(|(_, array)| array.shape());
    arrays.filter(|shape| !shape.is_empty()).max_by_key(|shape| shape.len()).map(<[usize]>::to_vec)
}

/// The shape that leaves a node where `input` arrives, or what would have to arrive, in words.
pub(crate) fn output(primitive: &Primitive, input: &[usize]) -> Result<Vec<usize>, String> {
    match primitive {
        Primitive::Affine { weight, .. } | Primitive::Linear { weight } => match weight.shape() {
            [lead @ .., outputs, _] => Ok([lead, &[*outputs]].concat()),
            _ => Err("a weight of two axes or more".to_owned()),
        },
        Primitive::Conv1d(conv) => conv_output(conv, input),
        Primitive::Conv2d(conv) => conv_output(conv, input),
        Primitive::SumPool2d(pool) | Primitive::AvgPool2d(pool) => pool_output(pool, input),
        Primitive::Flatten { start_dim, end_dim, .. } => flattened(*start_dim, *end_dim, input),
        _ => Ok(input.to_vec()),
    }
}

/// Channels that arrive at a convolution.
fn input_channels<const D: usize>(conv: &Conv<D>) -> Option<usize> {
    conv.weight.shape().get(1)?.checked_mul(conv.groups)
}

fn conv_demands<const D: usize>(conv: &Conv<D>) -> Option<Vec<usize>> {
    let lengths = conv.input_shape.as_ref().filter(|lengths| is_stated(&lengths[..]))?;
    Some([&[input_channels(conv)?], &lengths[..]].concat())
}

fn conv_output<const D: usize>(conv: &Conv<D>, input: &[usize]) -> Result<Vec<usize>, String> {
    let axes = if D == 1 { "length" } else { "height, width" };
    let shape = conv.weight.shape();
    let channels = input_channels(conv).ok_or("a weight with channels")?;
    if shape.len() != D + 2 || input.len() != D + 1 || input[0] != channels {
        return Err(format!("({channels} channels, {axes})"));
    }
    let mut output = vec![shape[0]];
    for axis in 0..D {
        let window = Window {
            kernel: shape[2 + axis],
            stride: conv.stride[axis],
            dilation: conv.dilation[axis],
            padding: match conv.padding {
                Padding::Explicit(zeros) => 2 * zeros[axis] as u128,
                Padding::Valid => 0,
                Padding::Same => conv.dilation[axis] as u128 * (shape[2 + axis] as u128).saturating_sub(1),
            },
        };
        output.push(window.positions(input[1 + axis])?);
    }
    Ok(output)
}

fn pool_output(pool: &Pool2d, input: &[usize]) -> Result<Vec<usize>, String> {
    let &[channels, height, width] = input else { return Err("(channels, height, width)".to_owned()) };
    let window = |axis: usize| Window {
        kernel: pool.kernel_size[axis],
        stride: pool.stride[axis],
        dilation: 1,
        padding: 2 * pool.padding[axis] as u128,
    };
    Ok(vec![channels, window(0).positions(height)?, window(1).positions(width)?])
}

/// A window that moves along one axis.
struct Window {
    /// Taps.
    kernel: usize,
    stride: usize,
    dilation: usize,
    /// Zeros on both sides together.
    padding: u128,
}

impl Window {
    /// `floor((n + padding - dilation (kernel - 1) - 1) / stride) + 1`, as PyTorch has it.
    fn positions(&self, length: usize) -> Result<usize, String> {
        let span = self.dilation as u128 * (self.kernel as u128).saturating_sub(1) + 1;
        let room = (length as u128 + self.padding).checked_sub(span);
        let too_small =
            || format!("axes of at least {} to hold the window", span.saturating_sub(self.padding));
        let steps = room.ok_or_else(too_small)?.checked_div(self.stride as u128);
        let positions = steps.and_then(|n| usize::try_from(n + 1).ok());
        positions.ok_or_else(|| "a padding that memory can hold, and a stride of at least 1".to_owned())
    }
}

/// Axes `start` to `end`, both included, joined into one.
fn flattened(start: i64, end: i64, input: &[usize]) -> Result<Vec<usize>, String> {
    let axis = |dim: i64| {
        let rank = input.len() as i64;
        let index = if dim < 0 { dim.checked_add(rank)? } else { dim };
        (0..rank).contains(&index).then_some(index as usize)
    };
    let range = axis(start).zip(axis(end)).filter(|(start, end)| start <= end);
    let (start, end) =
        range.ok_or_else(|| format!("axes `start_dim` {start} to `end_dim` {end} in this order"))?;
    let joined = element_count(&input[start..=end]).ok_or("fewer elements than there are addresses")?;
    Ok([&input[..start], &[joined], &input[end + 1..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn positions(
        kernel: usize,
        stride: usize,
        dilation: usize,
        padding: u128,
        length: usize,
    ) -> Option<usize> {
        Window { kernel, stride, dilation, padding }.positions(length).ok()
    }

    #[test]
    fn windows_count_as_in_pytorch() {
        assert_eq!(positions(5, 2, 1, 2, 34), Some(16), "the first layer of the paper's network");
        assert_eq!(positions(3, 1, 2, 0, 5), Some(1), "the dilated window just fits");
        assert_eq!(positions(3, 1, 2, 0, 4), None);
        assert_eq!(positions(2, 2, 1, 0, 5), Some(2), "the rest is dropped");
        assert_eq!(positions(1, 0, 1, 0, 5), None, "no stride");
        assert_eq!(positions(usize::MAX, 1, usize::MAX, 0, usize::MAX), None);
        assert_eq!(positions(1, 1, 1, 2 * usize::MAX as u128, usize::MAX), None);
    }

    #[test]
    fn axes_are_joined_from_either_end() {
        assert_eq!(flattened(0, -1, &[2, 3, 4]), Ok(vec![24]));
        assert_eq!(flattened(1, 2, &[2, 3, 4, 5]), Ok(vec![2, 12, 5]));
        assert_eq!(flattened(-1, -1, &[2, 3]), Ok(vec![2, 3]));
        for (start, end) in [(2, 1), (0, 3), (-4, 0), (i64::MIN, i64::MAX)] {
            assert!(flattened(start, end, &[2, 3, 4]).is_err(), "{start} {end}");
        }
        assert!(flattened(0, -1, &[]).is_err());
        assert!(flattened(0, 1, &[usize::MAX, 2]).is_err());
    }
}
