//! Which blocks of an image share a PE.

use gennaker_network::{Connector, Convolution, Network, Population};

use crate::cost::PopulationCost;
use crate::error::MappingError;
use crate::options::{MappingOptions, RecordingPlace, SliceOrder};
use crate::order::AtomOrder;
use crate::partition::{Cut, atoms_allowed, cut_in_order};

/// What blocks of a population are made for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Image {
    /// Channels, height and width.
    shape: [u32; 3],
    /// How many rows and columns beyond a neuron's own the windows go that the same spike falls into.
    reach: [u32; 2],
}

/// The longest axis of an image, as for convolutions.
const MAX_LENGTH: u32 = 1 << 15;

/// Farther windows than this count as reaching so far, to bound the search for blocks.
const MAX_REACH: u32 = 8;

/// The image on which a population stands for the convolutions at either side of it, if it is to be cut into blocks. The population's
/// own shape goes first, then what the earliest convolution onto it says, then the earliest one from it.
pub(crate) fn image(network: &Network, index: usize, options: &MappingOptions) -> Option<Image> {
    if options.order == SliceOrder::Contiguous {
        return None;
    }
    let convolutions = || {
        network.projections.iter().filter_map(|projection| match &projection.connector {
            Connector::Conv2d(convolution) => Some((projection, convolution)),
            _ => None,
        })
    };
    let onto = convolutions().find(|(projection, _)| projection.post == index);
    let from = convolutions().find(|(projection, _)| projection.pre == index);
    let (shape, reach) = match (onto, from) {
        (Some((_, onto)), _) => (onto.output().ok()?, reach(onto, |axis| [1, onto.stride[axis]])),
        (None, Some((_, from))) => (from.input, reach(from, |axis| [from.pool[axis], 1])),
        (None, None) => return None,
    };
    Some(Image { shape: own_shape(&network.populations[index]).unwrap_or(shape), reach })
}

/// Half of what a kernel covers beyond its middle, times a ratio.
fn reach(convolution: &Convolution, ratio: impl Fn(usize) -> [u32; 2]) -> [u32; 2] {
    [0, 1].map(|axis| {
        let [times, over] = ratio(axis).map(u64::from);
        let covered = u64::from(convolution.kernel[axis] - 1) * u64::from(convolution.dilation[axis]) * times;
        covered.div_ceil(2 * over).min(u64::from(MAX_REACH)) as u32
    })
}

fn own_shape(population: &Population) -> Option<[u32; 3]> {
    let shape: [u32; 3] = population.shape.as_slice().try_into().ok()?;
    let n_neurons = shape.iter().map(|&length| u64::from(length)).product::<u64>();
    let is_short = shape.iter().all(|length| (1..=MAX_LENGTH).contains(length));
    (is_short && n_neurons == u64::from(population.size)).then_some(shape)
}

/// Cuts a population into blocks and leaves it in their order.
///
/// The fewest slices win: their number is what memory allows. Of equals, those with the most channels win, since a block of all
/// channels is smaller in the image than one of the same number of neurons and few channels, and all neurons of a window want the
/// same spikes. Strips are as high as [`order`] finds best.
pub(crate) fn in_blocks(
    cost: &mut PopulationCost<'_>,
    place: RecordingPlace,
    image: Image,
) -> Result<Cut, MappingError> {
    let mut best: Option<Result<Cut, MappingError>> = None;
    for groups in numbers_of_groups(cost, image.shape) {
        let cut = cut_groups(cost, place, image, groups);
        let is_better = match (&best, &cut) {
            (Some(Ok(best)), Ok(cut)) => cut.atoms_per_core > best.atoms_per_core,
            (Some(Ok(_)), Err(_)) => false,
            // Of several errors, the one with the fewest channels says what a single neuron needs.
            _ => true,
        };
        if is_better {
            best = Some(cut);
        }
        if matches!(&best, Some(Ok(best)) if best.atoms_per_core == atoms_allowed(cost)) {
            break;
        }
    }
    let best = best.unwrap_or_else(|| cut_in_order(cost, place))?;
    cost.set_order(best.order);
    Ok(best)
}

/// From all channels together to each on its own; where no kernels take memory, there is no reason to part them.
fn numbers_of_groups(cost: &PopulationCost<'_>, [channels, ..]: [u32; 3]) -> Vec<u32> {
    if !cost.has_kernels() {
        return vec![1];
    }
    let mut numbers: Vec<u32> =
        std::iter::successors(Some(1), |n| Some(n * 2)).take_while(|&n| n < channels).collect();
    numbers.push(channels);
    numbers
}

/// Strips for slices of the size that is allowed, then once more for the size that fits.
fn cut_groups(
    cost: &mut PopulationCost<'_>,
    place: RecordingPlace,
    image: Image,
    groups: u32,
) -> Result<Cut, MappingError> {
    let allowed = atoms_allowed(cost);
    cost.set_order(order(image, groups, allowed));
    let cut = cut_in_order(cost, place)?;
    if cut.atoms_per_core == allowed {
        return Ok(cut);
    }
    cost.set_order(order(image, groups, cut.atoms_per_core));
    cut_in_order(cost, place)
}

/// The strips with which the windows round a slice touch the fewest slices; of equals, the highest strips. Everything that a slice
/// sends goes to all slices that any of its neurons has synapses with, so a neighbour that is touched by one row costs as
/// much as one that is touched by many; often it is best not to have neighbours above and below at all.
fn order(image: Image, groups: u32, atoms_per_slice: u32) -> AtomOrder {
    let Image { shape, reach } = image;
    let candidates = (1..=MANY_STRIPS).chain((4..16).map(|bits| 1 << bits)).take_while(|&n| n <= shape[1]);
    let n_channels = shape[0].div_ceil(groups);
    let touched = |strips: u32| {
        let group = AtomOrder::Blocks { shape: [n_channels, shape[1], shape[2]], groups: 1, strips };
        n_touched(group, [n_channels, shape[1], shape[2]], atoms_per_slice, reach)
    };
    let strips = candidates.min_by_key(|&strips| touched(strips)).unwrap_or(1);
    AtomOrder::Blocks { shape, groups, strips }
}

/// All numbers of strips up to this are tried, beyond it powers of two.
const MANY_STRIPS: u32 = 8;

/// Slices on which an order is tried.
const N_SAMPLES: u32 = 16;

/// Slices that the windows round a slice touch, itself included; summed over slices in equal distances.
fn n_touched(order: AtomOrder, shape: [u32; 3], atoms_per_slice: u32, reach: [u32; 2]) -> usize {
    let n_slices = (shape[0] * shape[1] * shape[2]).div_ceil(atoms_per_slice);
    let n_samples = n_slices.min(N_SAMPLES);
    (0..n_samples)
        .map(|sample| {
            let slice = (u64::from(sample) * u64::from(n_slices) / u64::from(n_samples)) as u32;
            touched(order, shape, atoms_per_slice, reach, slice)
        })
        .sum()
}

fn touched(order: AtomOrder, shape: [u32; 3], atoms_per_slice: u32, reach: [u32; 2], slice: u32) -> usize {
    let [channels, height, width] = shape;
    let n_pixels = height * width;
    let first = slice * atoms_per_slice;
    let last = (first + (atoms_per_slice - 1)).min(channels * n_pixels - 1);
    let mut pixels = Vec::new();
    for place in first / channels..=last / channels {
        let pixel = order.neuron_of(place * channels) % n_pixels;
        let (y, x) = (pixel / width, pixel % width);
        for y in y.saturating_sub(reach[0])..=(y + reach[0]).min(height - 1) {
            pixels
                .extend((x.saturating_sub(reach[1])..=(x + reach[1]).min(width - 1)).map(|x| y * width + x));
        }
    }
    pixels.sort_unstable();
    pixels.dedup();
    let ends =
        |&pixel: &u32| [pixel, (channels - 1) * n_pixels + pixel].map(|n| order.atom_of(n) / atoms_per_slice);
    let mut slices: Vec<u32> = pixels.iter().flat_map(ends).collect();
    slices.sort_unstable();
    slices.dedup();
    slices.len()
}
