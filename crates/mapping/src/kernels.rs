//! Convolution kernels as they lie in a PE, and how a spike finds its targets by its place in the image.

use std::ops::Range;

use gennaker_network::{Connector, Convolution, Network, Quantiser};

use crate::order::AtomOrder;

/// Bytes of one [`KernelRecord`]. An assumption: the chip's program is not published, and its record need not hold more.
pub const KERNEL_RECORD_BYTES: u32 = 72;

/// Bytes of the kernels of a projection for so many output channels: one for each weight, in whole 32-bit words.
pub fn kernel_bytes(convolution: &Convolution, n_channels: u32) -> u64 {
    let [height, width] = convolution.kernel.map(u64::from);
    let n_planes = u64::from(convolution.input[0] / convolution.groups) * u64::from(n_channels);
    (n_planes * height * width).next_multiple_of(4)
}

/// All that a PE has to know of a convolution, next to its weights.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct KernelRecord {
    /// How keys number the sending population.
    pub senders: AtomOrder,
    /// How slices number the receiving population.
    pub receivers: AtomOrder,
    /// First atom of the slice.
    pub first_atom: u32,
    /// Atoms of the slice.
    pub n_atoms: u32,
    /// Channels, height and width of the sending population.
    pub input: [u32; 3],
    /// Channels, height and width of the receiving population.
    pub output: [u32; 3],
    /// Height and width of the kernel.
    pub kernel: [u32; 2],
    /// Pooled pixels between neighbouring outputs, down and right.
    pub stride: [u32; 2],
    /// Pooled pixels between neighbouring rows and columns of the kernel.
    pub dilation: [u32; 2],
    /// Pixels that are summed to one before the convolution, down and right.
    pub pool: [u32; 2],
    /// Zeros above and left of the pooled image.
    pub padding: [u32; 2],
    /// Groups of channels that do not see each other.
    pub groups: u32,
    /// First output channel whose kernels are here.
    pub first_channel: u32,
    /// Output channels whose kernels are here.
    pub n_channels: u32,
    /// The first weight, counted from the first one in the PE. Weights are ordered by input channel of the group, output channel,
    /// row and column.
    pub first_weight: u32,
    /// Whether this is the last projection from its source population.
    pub is_last: bool,
}

impl KernelRecord {
    /// The record as it is loaded: pairs of 16 bits, then three whole words.
    pub fn to_words(&self) -> [u32; KERNEL_RECORD_BYTES as usize / 4] {
        let ([a, b, c, d, e], [f, g, h, i, j]) = (order_fields(self.senders), order_fields(self.receivers));
        let ([input, in_height, in_width], [output, out_height, out_width]) = (self.input, self.output);
        let Self { kernel, stride, dilation, pool, padding, .. } = *self;
        let pairs = [
            [a, b],
            [c, d],
            [e, f],
            [g, h],
            [i, j],
            [input, in_height],
            [in_width, output],
            [out_height, out_width],
            kernel,
            stride,
            dilation,
            pool,
            padding,
            [self.groups, self.first_channel],
            [self.n_channels, u32::from(self.is_last)],
        ];
        let mut words = [0; KERNEL_RECORD_BYTES as usize / 4];
        words.iter_mut().zip(pairs).for_each(|(word, [low, high])| *word = low | high << 16);
        words[pairs.len()..].copy_from_slice(&[self.first_atom, self.n_atoms, self.first_weight]);
        words
    }

    /// Calls `each(index, weight)` for every synapse of a sender onto the slice; returns their number. `atom` numbers the sending
    /// population, `weights` are those of the whole PE.
    pub(crate) fn scatter(&self, weights: &[i8], atom: u32, each: &mut impl FnMut(u32, i32)) -> u32 {
        let [channels, height, width] = self.input;
        let neuron = self.senders.neuron_of(atom);
        let (channel, pixel) = (neuron / (height * width), neuron % (height * width));
        let rows = self.taps(0, pixel / width);
        let columns = self.taps(1, pixel % width);
        let per_group = channels / self.groups;
        let mut n = 0;
        for out_channel in self.channels_of_group(channel / per_group) {
            let plane = channel % per_group * self.n_channels + out_channel - self.first_channel;
            let image = out_channel * self.output[1];
            for &(ky, y) in &rows {
                let row = (plane * self.kernel[0] + ky) * self.kernel[1];
                for &(kx, x) in &columns {
                    let target = self.receivers.atom_of((image + y) * self.output[2] + x);
                    let index = target.wrapping_sub(self.first_atom);
                    if index < self.n_atoms {
                        each(index, weights[(self.first_weight + row + kx) as usize].into());
                        n += 1;
                    }
                }
            }
        }
        n
    }

    /// Output channels that see a group of input channels, as far as they are here.
    fn channels_of_group(&self, group: u32) -> Range<u32> {
        let per_group = self.output[0] / self.groups;
        let (first, end) = (group * per_group, (group + 1) * per_group);
        first.max(self.first_channel)..end.min(self.first_channel + self.n_channels)
    }

    /// Along one axis: which of the kernel's pixels take the input `at` to which output.
    fn taps(&self, axis: usize, at: u32) -> Vec<(u32, u32)> {
        let pooled = at / self.pool[axis];
        if pooled >= self.input[axis + 1] / self.pool[axis] {
            return Vec::new();
        }
        let tap = |k: u32| {
            let steps = (pooled + self.padding[axis]).checked_sub(k * self.dilation[axis])?;
            let output = steps / self.stride[axis];
            (steps % self.stride[axis] == 0 && output < self.output[axis + 1]).then_some((k, output))
        };
        (0..self.kernel[axis]).filter_map(tap).collect()
    }
}

fn order_fields(order: AtomOrder) -> [u32; 5] {
    match order {
        AtomOrder::Contiguous => [0; 5],
        AtomOrder::Blocks { shape: [channels, height, width], groups, strips } => {
            [channels, height, width, groups, strips]
        }
    }
}

/// The output channels that some atoms of a population of images lie in, with those between them.
pub(crate) fn channels(order: AtomOrder, atoms: Range<u32>, output: [u32; 3]) -> Range<u32> {
    let n_pixels = output[1] * output[2];
    let (first, last) = atoms
        .map(|atom| order.neuron_of(atom) / n_pixels)
        .fold((u32::MAX, 0), |(first, last), channel| (first.min(channel), last.max(channel)));
    first.min(last)..last + 1
}

/// The convolutions onto a population, by sending population: projection, convolution, and the shape that it gives the population.
pub(crate) fn convolutions_onto(network: &Network, post: usize) -> Vec<(usize, &Convolution, [u32; 3])> {
    let mut all: Vec<_> = (0..network.projections.len())
        .filter(|&index| network.projections[index].post == post)
        .filter_map(|index| match &network.projections[index].connector {
            Connector::Conv2d(convolution) => Some((index, convolution, convolution.output().ok()?)),
            _ => None,
        })
        .collect();
    all.sort_by_key(|&(index, ..)| network.projections[index].pre);
    all
}

/// Index of the first record of one of the sending populations.
pub(crate) fn first_record(network: &Network, post: usize, pre: usize) -> u32 {
    let convolutions = convolutions_onto(network, post);
    convolutions.partition_point(|&(index, ..)| network.projections[index].pre < pre) as u32
}

/// Records and weights of all convolutions onto some atoms of a population. `orders` has one for each population.
pub(crate) fn kernels_of(
    network: &Network,
    post: usize,
    orders: impl Fn(usize) -> AtomOrder,
    atoms: &Range<u32>,
) -> (Vec<KernelRecord>, Vec<i8>) {
    let (mut records, mut weights): (Vec<KernelRecord>, Vec<i8>) = (Vec::new(), Vec::new());
    let Some(mut quantiser) = Quantiser::new(network.populations[post].model) else {
        return (records, weights);
    };
    let convolutions = convolutions_onto(network, post);
    for (at, &(index, convolution, output)) in convolutions.iter().enumerate() {
        let pre = network.projections[index].pre;
        let next = convolutions.get(at + 1).map(|&(next, ..)| network.projections[next].pre);
        let receivers = orders(post);
        let channels = channels(receivers, atoms.clone(), output);
        let record = KernelRecord {
            senders: orders(pre),
            receivers,
            first_atom: atoms.start,
            n_atoms: atoms.end - atoms.start,
            first_channel: channels.start,
            n_channels: channels.end - channels.start,
            first_weight: weights.len() as u32,
            is_last: next != Some(pre),
            ..geometry(convolution, output)
        };
        let plane = (convolution.kernel[0] * convolution.kernel[1]) as usize;
        for per_input in convolution.weights.chunks_exact(plane * output[0] as usize) {
            let own = &per_input[plane * channels.start as usize..plane * channels.end as usize];
            weights.extend(own.iter().map(|&weight| quantiser.quantise(weight, 0).0 as i8));
        }
        weights.resize(weights.len().next_multiple_of(4), 0);
        records.push(record);
    }
    (records, weights)
}

fn geometry(convolution: &Convolution, output: [u32; 3]) -> KernelRecord {
    KernelRecord {
        input: convolution.input,
        output,
        kernel: convolution.kernel,
        stride: convolution.stride,
        dilation: convolution.dilation,
        pool: convolution.pool,
        padding: [convolution.padding[0], convolution.padding[2]],
        groups: convolution.groups,
        ..KernelRecord::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_as_long_as_the_budget_says_and_holds_every_field() {
        let record = KernelRecord {
            senders: AtomOrder::Blocks { shape: [1, 2, 3], groups: 4, strips: 5 },
            receivers: AtomOrder::Blocks { shape: [6, 7, 8], groups: 9, strips: 10 },
            first_atom: 1 << 20,
            n_atoms: 250,
            input: [11, 12, 13],
            output: [14, 15, 16],
            kernel: [17, 18],
            stride: [19, 20],
            dilation: [21, 22],
            pool: [23, 24],
            padding: [25, 26],
            groups: 27,
            first_channel: 28,
            n_channels: 29,
            first_weight: 70_000,
            is_last: true,
        };
        let words = record.to_words();
        let halves: Vec<u32> = words[..15].iter().flat_map(|word| [word & 0xFFFF, word >> 16]).collect();
        assert_eq!(halves, (1..30).chain([1]).collect::<Vec<_>>());
        assert_eq!(words[15..], [1 << 20, 250, 70_000]);
    }

    #[test]
    fn channels_are_those_between_the_outermost() {
        let contiguous = |atoms| channels(AtomOrder::Contiguous, atoms, [4, 2, 5]);
        assert_eq!([contiguous(0..10), contiguous(9..11), contiguous(35..40)], [0..1, 0..2, 3..4]);
        let blocks = AtomOrder::Blocks { shape: [4, 2, 5], groups: 2, strips: 1 };
        assert_eq!(
            [0..4, 0..1, 19..21, 20..40].map(|atoms| channels(blocks, atoms, [4, 2, 5])),
            [0..2, 0..1, 1..3, 2..4]
        );
    }
}
