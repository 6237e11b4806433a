//! Kernels instead of synapses: a spike adds, for each row of the kernel that meets the image, the weights of neighbouring
//! taps and of all channels to neighbouring pixels' sums of all channels, which lie side by side. After the last spike of the tick
//! the tiles of the image that were touched are brought to the neurons' sums, which are in the order of channels, and cleared.

mod taps;
mod word;

use std::ops::Range;

use gennaker_network::{Connector, Convolution, QuantisationReport};

use crate::arithmetic::Sum;
use crate::simd;
use crate::sums::Receptors;

use super::drawn::Drawn;
use taps::{Run, Taps};
use word::{BLOCK, Own, TILE};

pub(crate) use word::Word;

/// The kernels of a projection onto the neurons of a range, and the sums of one tick.
#[derive(Debug)]
pub(crate) struct Kernels<S: Sum> {
    image: Image,
    /// Net weights, or positive weights and the magnitudes of negative ones, where there are any.
    planes: Vec<Plane<S>>,
    /// Most spikes between two visits to the neurons' sums.
    batch: usize,
    n_synapses: u64,
}

/// The shapes of both images, and which part of the output is the store's.
#[derive(Debug)]
struct Image {
    /// Height and width of the input.
    input: [u32; 2],
    /// Height and width of the output.
    output: [u32; 2],
    /// Down and right.
    taps: [Taps; 2],
    /// Input channels of a group.
    per_group: u32,
    /// The group of the first channel in the range.
    first_group: u32,
    /// Neurons of the output.
    range: Range<u32>,
}

/// Weights that add to the same sums.
#[derive(Debug)]
struct Plane<S: Sum> {
    /// 0: excitatory or net sums; 1: inhibitory sums.
    of: usize,
    groups: Vec<Group<S>>,
}

/// Channels that see the same input channels.
#[derive(Debug)]
struct Group<S: Sum> {
    /// Output channels, those in the range.
    channels: Range<u32>,
    /// Channels whose pixels are all in the range.
    n_whole: u32,
    /// The pixels in the range of the others.
    parts: Vec<Range<u32>>,
    /// Words of a pixel.
    width: usize,
    /// By input channel, kernel row and column (each in the order of its taps), channel.
    weights: Vec<S::Word>,
    /// By output pixel, channel; 0 between ticks.
    sums: Vec<S::Word>,
    /// Tiles of output pixels that were added to.
    is_touched: Vec<bool>,
}

impl<S: Sum> Kernels<S> {
    /// `None` if the projection is no convolution or a weight is too large.
    pub(crate) fn build(drawn: &mut Drawn<'_>, receptors: Receptors) -> Option<Self> {
        let Connector::Conv2d(convolution) = &drawn.description().connector else { return None };
        let image = Image::new(convolution, drawn.range.clone());
        let (weights, report) = quantised(drawn, convolution, &image)?;
        let largest = weights.iter().fold(0.0, |a: f64, w| a.max(w.abs()));
        let batch = S::Word::most_additions(largest)?;
        let plane = |of: usize, part: fn(f64) -> f64| {
            let weights: Vec<f64> = weights.iter().map(|&w| part(w)).collect();
            let is_needed = of == 0 || weights.iter().any(|&w| w != 0.0);
            is_needed.then(|| Plane { of, groups: image.groups(convolution, &weights) })
        };
        let planes = match receptors {
            Receptors::Net => vec![plane(0, |w| w)],
            Receptors::Split => vec![plane(0, |w| w.max(0.0)), plane(1, |w| (-w).max(0.0))],
        };
        drawn.quantiser.set_report(report);
        Some(Self {
            image,
            planes: planes.into_iter().flatten().collect(),
            batch,
            n_synapses: report.n_synapses,
        })
    }

    /// Adds the synapses of all senders to the excitatory (or net) and the inhibitory sums; returns their number.
    pub(crate) fn deliver(&mut self, senders: &[u32], sums: [&mut [S]; 2]) -> u64 {
        let [excitatory, inhibitory] = sums;
        let mut n_synapses = 0;
        for senders in senders.chunks(self.batch) {
            for plane in &mut self.planes {
                let mut n = 0;
                let sums = if plane.of == 0 { &mut *excitatory } else { &mut *inhibitory };
                let groups = &mut plane.groups;
                simd::run(Addition { image: &self.image, groups, senders, sums, n_synapses: &mut n });
                // All planes have the same synapses.
                n_synapses += if plane.of == 0 { n } else { 0 };
            }
        }
        n_synapses
    }

    pub(crate) fn n_targets(&self) -> usize {
        self.image.range.len()
    }

    pub(crate) fn len(&self) -> u64 {
        self.n_synapses
    }

    /// Host memory of weights, tables and sums.
    pub(crate) fn n_bytes(&self) -> u64 {
        let group = |group: &Group<S>| {
            size_of_val(group.weights.as_slice())
                + size_of_val(group.sums.as_slice())
                + group.is_touched.len()
        };
        let groups: usize = self.planes.iter().flat_map(|plane| &plane.groups).map(group).sum();
        groups as u64 + self.image.taps.iter().map(Taps::n_bytes).sum::<u64>()
    }
}

/// The weights as the arithmetic uses them, and the account of all synapses in the range; `None` if their delays differ.
fn quantised(
    drawn: &Drawn<'_>,
    convolution: &Convolution,
    image: &Image,
) -> Option<(Vec<f64>, QuantisationReport)> {
    let [height, width] = convolution.kernel;
    let taps: Vec<[u32; 2]> = (0..height).flat_map(|y| (0..width).map(move |x| [y, x])).collect();
    let pool = u64::from(convolution.pool[0]) * u64::from(convolution.pool[1]);
    let out_channels = convolution.out_channels;
    let used = |channel: u32| {
        let pixels = image.pixels_of(channel);
        taps.iter().map(|&tap| pool * image.n_met(tap, pixels.clone())).collect::<Vec<u64>>()
    };
    let used: Vec<Vec<u64>> = image.channels().map(used).collect();
    let mut report = QuantisationReport::default();
    let mut weights = Vec::with_capacity(convolution.weights.len());
    for (kernel, channel) in convolution.weights.chunks_exact(taps.len()).zip((0..out_channels).cycle()) {
        let used = channel.checked_sub(image.channels().start).and_then(|at| used.get(at as usize));
        for (tap, &weight) in kernel.iter().enumerate() {
            let (weight, own) = drawn.one_synapse(weight)?;
            report.merge(&own.times(used.map_or(0, |used| used[tap])));
            // Those of other channels are not kept, so they must not count as large ones.
            weights.push(if used.is_some() { weight } else { 0.0 });
        }
    }
    Some((weights, report))
}

impl Image {
    fn new(convolution: &Convolution, range: Range<u32>) -> Self {
        let [_, height, width] = convolution.output().expect("a valid convolution");
        let mut image = Self {
            input: [convolution.input[1], convolution.input[2]],
            output: [height, width],
            taps: [Taps::new(convolution, 0, height), Taps::new(convolution, 1, width)],
            per_group: convolution.input[0] / convolution.groups,
            first_group: 0,
            range,
        };
        image.first_group = image.channels().start / (convolution.out_channels / convolution.groups);
        image
    }

    fn n_pixels(&self) -> u32 {
        self.output[0] * self.output[1]
    }

    /// Output channels with neurons in the range.
    fn channels(&self) -> Range<u32> {
        self.range.start / self.n_pixels()..self.range.end.div_ceil(self.n_pixels())
    }

    /// The pixels of an output channel that are in the range.
    fn pixels_of(&self, channel: u32) -> Range<u32> {
        let first = channel * self.n_pixels();
        self.range.start.saturating_sub(first)..(self.range.end - first).min(self.n_pixels())
    }

    /// How many of the pixels (by number) a tap meets.
    fn n_met(&self, [y, x]: [u32; 2], pixels: Range<u32>) -> u64 {
        let width = self.output[1];
        let row = |row: u32| {
            let within = |pixel: u32| pixel.clamp(row * width, (row + 1) * width) - row * width;
            let rows = self.taps[0].n_met(y, row..row + 1);
            if rows == 0 { 0 } else { self.taps[1].n_met(x, within(pixels.start)..within(pixels.end)) }
        };
        if pixels == (0..self.n_pixels()) {
            return self.taps[0].n_met(y, 0..self.output[0]) * self.taps[1].n_met(x, 0..width);
        }
        (0..self.output[0]).map(row).sum()
    }

    /// The groups in the range, with their part of the weights (as long as the convolution's).
    fn groups<S: Sum>(&self, convolution: &Convolution, weights: &[f64]) -> Vec<Group<S>> {
        let size = convolution.out_channels / convolution.groups;
        let channels = self.channels();
        let groups = self.first_group..channels.end.div_ceil(size);
        groups
            .map(|group| {
                let own = channels.start.max(group * size)..channels.end.min((group + 1) * size);
                self.group(own, convolution, weights)
            })
            .collect()
    }

    fn group<S: Sum>(&self, channels: Range<u32>, convolution: &Convolution, weights: &[f64]) -> Group<S> {
        let whole = 0..self.n_pixels();
        let parts: Vec<_> = channels.clone().map(|c| self.pixels_of(c)).filter(|p| *p != whole).collect();
        let width = channels.len().div_ceil(S::Word::LANES);
        let n_tiles = (self.n_pixels() as usize).div_ceil(TILE);
        Group {
            n_whole: channels.len() as u32 - parts.len() as u32,
            parts,
            width,
            weights: self.packed::<S>(&channels, convolution, weights),
            sums: vec![S::Word::default(); n_tiles * TILE * width + BLOCK],
            is_touched: vec![false; n_tiles],
            channels,
        }
    }

    /// The weights of some channels, in the order in which they are added.
    fn packed<S: Sum>(
        &self,
        channels: &Range<u32>,
        convolution: &Convolution,
        weights: &[f64],
    ) -> Vec<S::Word> {
        let [height, width] = convolution.kernel;
        let channels: Vec<u32> = channels.clone().collect();
        let mut packed = Vec::new();
        for input in 0..self.per_group {
            for &y in &self.taps[0].order {
                for &x in &self.taps[1].order {
                    let weight = |channel: &u32| {
                        let kernel = input as usize * convolution.out_channels as usize + *channel as usize;
                        weights[(kernel * height as usize + y as usize) * width as usize + x as usize]
                    };
                    for channels in channels.chunks(S::Word::LANES) {
                        packed.push(S::Word::pack(&channels.iter().map(weight).collect::<Vec<_>>()));
                    }
                }
            }
        }
        packed
    }
}

/// The addition of the kernels of some senders.
struct Addition<'a, S: Sum> {
    image: &'a Image,
    groups: &'a mut [Group<S>],
    senders: &'a [u32],
    /// Of the neurons of the range.
    sums: &'a mut [S],
    n_synapses: &'a mut u64,
}

impl<S: Sum> simd::Task for Addition<'_, S> {
    #[inline(always)]
    fn run(self) {
        let [height, width] = self.image.input;
        for &sender in self.senders {
            let (row, x) = (sender / width, sender % width);
            let (channel, y) = (row / height, row % height);
            let (group, input) = (channel / self.image.per_group, channel % self.image.per_group);
            let group = group.checked_sub(self.image.first_group).map(|group| group as usize);
            if let Some(group) = group.and_then(|group| self.groups.get_mut(group)) {
                *self.n_synapses += group.add(self.image, input as usize, [y, x], self.sums);
            }
        }
        for group in self.groups {
            group.close(self.image, self.sums);
        }
    }
}

impl<S: Sum> Group<S> {
    /// Adds the kernel of a spike in pixel `[y, x]` of an input channel of the group; returns the number of synapses.
    #[inline(always)]
    fn add(&mut self, image: &Image, input: usize, [y, x]: [u32; 2], sums: &[S]) -> u64 {
        let [rows, columns] = [image.taps[0].of(y), image.taps[1].of(x)];
        let [n_rows, n_columns] = [&image.taps[0], &image.taps[1]].map(|taps| taps.order.len());
        let (mut n_taps, mut n_in_parts) = (0, 0);
        for down in rows {
            for i in 0..down.n {
                let kernel = (input * n_rows + (down.tap + i) as usize) * n_columns;
                for run in columns {
                    let first = (down.out + i) * image.output[1] + run.out;
                    self.touch(image, first as usize..(first + run.n) as usize, sums);
                    self.add_run(kernel, run, first as usize);
                    n_taps += u64::from(run.n);
                    n_in_parts += self.n_in_parts(first..first + run.n);
                }
            }
        }
        n_taps * u64::from(self.n_whole) + n_in_parts
    }

    /// Adds the weights of neighbouring taps, those of the kernel's row that begins with tap `kernel`, to the pixels from `first` on.
    #[inline(always)]
    fn add_run(&mut self, kernel: usize, run: &Run, first: usize) {
        let n = run.n as usize * self.width;
        let weights = &self.weights[(kernel + run.tap as usize) * self.width..][..n];
        let sums = &mut self.sums[first * self.width..][..n];
        let (sums, rest_of_sums) = sums.as_chunks_mut::<BLOCK>();
        let (weights, rest_of_weights) = weights.as_chunks::<BLOCK>();
        for (sums, weights) in sums.iter_mut().zip(weights) {
            for i in 0..BLOCK {
                sums[i] = sums[i].plus(weights[i]);
            }
        }
        for (sum, weight) in rest_of_sums.iter_mut().zip(rest_of_weights) {
            *sum = sum.plus(*weight);
        }
    }

    /// How many of these pixels are in the range, over all channels of which only a part is.
    #[inline(always)]
    fn n_in_parts(&self, pixels: Range<u32>) -> u64 {
        let common = |part: &Range<u32>| {
            let (from, to) = (part.start.max(pixels.start), part.end.min(pixels.end));
            u64::from(to.saturating_sub(from))
        };
        self.parts.iter().map(common).sum()
    }

    /// Makes the tiles of these pixels ready.
    #[inline(always)]
    fn touch(&mut self, image: &Image, pixels: Range<usize>, sums: &[S]) {
        for tile in pixels.start / TILE..pixels.end.div_ceil(TILE) {
            if S::Word::GOES_ON && !self.is_touched[tile] {
                let own = self.own(image, tile);
                S::Word::open(&mut self.sums[tile * TILE * self.width..], self.width, &own, sums);
            }
            self.is_touched[tile] = true;
        }
    }

    /// Brings all sums to the neurons' and clears them.
    #[inline(always)]
    fn close(&mut self, image: &Image, sums: &mut [S]) {
        for tile in 0..self.is_touched.len() {
            if std::mem::replace(&mut self.is_touched[tile], false) {
                let (own, size) = (self.own(image, tile), TILE * self.width);
                let part = &mut self.sums[tile * size..];
                S::Word::close(part, self.width, &own, sums);
                part[..size].fill(S::Word::default());
            }
        }
    }

    #[inline(always)]
    fn own(&self, image: &Image, tile: usize) -> Own {
        let n_pixels = image.n_pixels() as usize;
        let first = self.channels.start as usize * n_pixels + tile * TILE;
        Own {
            first: first as i64 - i64::from(image.range.start),
            n_pixels,
            n_in_tile: TILE.min(n_pixels - tile * TILE),
            n_channels: self.channels.len(),
        }
    }
}
