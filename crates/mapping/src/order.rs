//! In which order the neurons of a population are dealt out to slices.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A permutation of a population's neurons. Its places are called atoms; slices, keys and synapse words number atoms, users number
/// neurons.
///
/// Blocks keep what lies close together in an image on the same PE, so that the windows of a convolution reach few PEs. Groups of
/// channels come one after the other. In a group the image is cut into strips of rows; a strip is filled column by column, a column
/// row by row, a pixel channel by channel. Every other strip runs from right to left, so that a slice that goes over the end of a strip
/// stays in one piece. Groups and strips differ by one channel or row at most. Slices stay equally large and as few as in any order,
/// which rectangular blocks cannot do; the price is that their ends are ragged.
///
/// ```
/// use gennaker_mapping::AtomOrder;
/// let order = AtomOrder::Blocks { shape: [2, 4, 3], groups: 1, strips: 2 };
/// // The first four atoms: both channels of the pixels (0, 0) and (1, 0).
/// let first: Vec<u32> = (0..4).map(|atom| order.neuron_of(atom)).collect();
/// assert_eq!(first, [0, 12, 3, 15]);
/// assert_eq!(order.atom_of(15), 3);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtomOrder {
    /// As the user numbers them.
    #[default]
    Contiguous,
    /// In blocks of an image.
    Blocks {
        /// Channels, height and width.
        shape: [u32; 3],
        /// Groups of channels, 1 to the number of channels.
        groups: u32,
        /// Strips of rows, 1 to the height.
        strips: u32,
    },
}

impl AtomOrder {
    /// Whether this is an order of so many neurons.
    pub fn fits(self, size: u32) -> bool {
        let Self::Blocks { shape, groups, strips } = self else { return true };
        let n_pixels = u64::from(shape[1]) * u64::from(shape[2]);
        n_pixels.checked_mul(u64::from(shape[0])) == Some(u64::from(size))
            && (1..=shape[0]).contains(&groups)
            && (1..=shape[1]).contains(&strips)
    }

    /// The place of a neuron.
    #[inline]
    pub fn atom_of(self, neuron: u32) -> u32 {
        let Self::Blocks { shape: [channels, height, width], groups, strips } = self else { return neuron };
        let (pixel, channel) = (neuron % (height * width), neuron / (height * width));
        let (y, x) = (pixel / width, pixel % width);
        let group = part(channels, groups, part_of(channels, groups, channel));
        let index = part_of(height, strips, y);
        let strip = part(height, strips, index);
        let (n_channels, n_rows) = (group.end - group.start, strip.end - strip.start);
        let column = if index % 2 == 1 { width - 1 - x } else { x };
        let before = group.start * height * width + n_channels * strip.start * width;
        before + (column * n_rows + y - strip.start) * n_channels + channel - group.start
    }

    /// The neuron at a place.
    #[inline]
    pub fn neuron_of(self, atom: u32) -> u32 {
        let Self::Blocks { shape: [channels, height, width], groups, strips } = self else { return atom };
        let n_pixels = height * width;
        let group = part(channels, groups, part_of(channels, groups, atom / n_pixels));
        let n_channels = group.end - group.start;
        let in_group = atom - group.start * n_pixels;
        let index = part_of(height, strips, in_group / (n_channels * width));
        let strip = part(height, strips, index);
        let n_rows = strip.end - strip.start;
        let in_strip = in_group - n_channels * strip.start * width;
        let (column, in_column) = (in_strip / (n_rows * n_channels), in_strip % (n_rows * n_channels));
        let x = if index % 2 == 1 { width - 1 - column } else { column };
        let y = strip.start + in_column / n_channels;
        (group.start + in_column % n_channels) * n_pixels + y * width + x
    }

    /// The neurons at some places, as ascending runs of consecutive neurons.
    pub fn neurons(self, atoms: Range<u32>) -> Vec<Range<u32>> {
        if self == Self::Contiguous {
            return vec![atoms];
        }
        let mut neurons: Vec<u32> = atoms.map(|atom| self.neuron_of(atom)).collect();
        neurons.sort_unstable();
        let runs = neurons.chunk_by(|a, b| a + 1 == *b);
        runs.filter_map(|run| Some(*run.first()?..run.last()? + 1)).collect()
    }
}

/// One of `n` parts of `length` things that differ by one at most.
#[inline]
fn part(length: u32, n: u32, index: u32) -> Range<u32> {
    let start = |index: u32| (u64::from(index) * u64::from(length) / u64::from(n)) as u32;
    start(index)..start(index + 1)
}

/// The part that a thing is in.
#[inline]
fn part_of(length: u32, n: u32, at: u32) -> u32 {
    (((u64::from(at) + 1) * u64::from(n) - 1) / u64::from(length)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn order() -> impl Strategy<Value = AtomOrder> {
        let lengths = [1_u32..9, 1_u32..12, 1_u32..12];
        (lengths, any::<[prop::sample::Index; 2]>()).prop_map(|(shape, [groups, strips])| {
            let one_of = |index: prop::sample::Index, length: u32| index.index(length as usize) as u32 + 1;
            AtomOrder::Blocks { shape, groups: one_of(groups, shape[0]), strips: one_of(strips, shape[1]) }
        })
    }

    proptest! {
        #[test]
        fn places_and_neurons_are_inverse(order in order(), cut in any::<[prop::sample::Index; 2]>()) {
            let AtomOrder::Blocks { shape, .. } = order else { unreachable!() };
            let size = shape.iter().product();
            prop_assert!(order.fits(size) && !order.fits(size + 1));
            for neuron in 0..size {
                let atom = order.atom_of(neuron);
                prop_assert!(atom < size);
                prop_assert_eq!(order.neuron_of(atom), neuron);
            }
            let [a, b] = cut.map(|cut| cut.index(size as usize + 1) as u32);
            let atoms = a.min(b)..a.max(b);
            let runs = order.neurons(atoms.clone());
            prop_assert!(runs.windows(2).all(|pair| pair[0].end < pair[1].start));
            let neurons: Vec<u32> = runs.into_iter().flatten().collect();
            let expected: Vec<u32> = (0..size).filter(|&n| atoms.contains(&order.atom_of(n))).collect();
            prop_assert_eq!(neurons, expected);
        }

        #[test]
        fn neighbours_in_the_order_are_neighbours_in_the_image(order in order()) {
            let AtomOrder::Blocks { shape: [_, height, width], strips, .. } = order else { unreachable!() };
            let pixel = |atom| order.neuron_of(atom) % (height * width);
            let size = height * width;
            let tallest = height.div_ceil(strips);
            for atom in 1..size {
                let [(y, x), (y_before, x_before)] =
                    [atom, atom - 1].map(|atom| (pixel(atom) / width, pixel(atom) % width));
                let new_group = y == 0 && y_before + tallest >= height && y_before > 0;
                prop_assert!(x.abs_diff(x_before) <= 1 && y.abs_diff(y_before) <= tallest || new_group);
            }
        }
    }

    #[test]
    fn orders_of_nothing_fit_nothing() {
        for (shape, groups, strips) in
            [([2, 0, 3], 1, 1), ([2, 2, 3], 0, 1), ([2, 2, 3], 1, 3), ([2, 2, 3], 3, 1)]
        {
            assert!(![0, 12].iter().any(|&size| AtomOrder::Blocks { shape, groups, strips }.fits(size)));
        }
    }
}
