//! Sums of several channels side by side in one number, and the way from there to the sums of neurons.
//!
//! Weights of four channels are packed as `w0 + w1 * 2^16 + w2 * 2^32 + w3 * 2^48`, modulo 2^64, so that one addition of whole numbers adds
//! all four, with any instruction set. Carries from negative parts are undone when the sums are read: with 2^15 added
//! to each part none is negative, so that there are none. That holds as long as no part leaves 16 bits.

use std::fmt::Debug;

/// Pixels that are brought to the sums together.
pub(super) const TILE: usize = 8;
/// Words that are handled together. As many must follow the last pixel's sums.
pub(super) const BLOCK: usize = 8;
/// Channels in a packed word.
const PACKED: usize = 4;
/// 2^15 in each part of a packed word.
const BIAS: u64 = 0x8000_8000_8000_8000;

/// Sums (or weights) of [`Word::LANES`] channels for one pixel.
pub(crate) trait Word: Copy + Debug + Default + Send + Sync + 'static {
    /// The sums of neurons.
    type Sum;
    /// Channels in a word.
    const LANES: usize;
    /// Whether sums must go on from those of the neurons, because the order of additions matters.
    const GOES_ON: bool;
    /// Most additions of weights up to `largest` before the sums must be read; `None` if it is none.
    fn most_additions(largest: f64) -> Option<usize>;
    /// Weights of at most as many channels as fit.
    fn pack(weights: &[f64]) -> Self;
    /// The sums of both.
    fn plus(self, weights: Self) -> Self;
    /// Takes up the neurons' sums, if that is needed.
    fn open(tile: &mut [Self], width: usize, own: &Own, sums: &[Self::Sum]);
    /// Brings the sums of the pixels of a tile, `width` words each, to those of the neurons.
    fn close(tile: &[Self], width: usize, own: &Own, sums: &mut [Self::Sum]);
}

/// The neurons that a tile's sums belong to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Own {
    /// Where the tile's first pixel of the first channel is among the sums; below 0 where it is not.
    pub(super) first: i64,
    /// Pixels of a channel.
    pub(super) n_pixels: usize,
    /// Pixels of the tile that exist.
    pub(super) n_in_tile: usize,
    pub(super) n_channels: usize,
}

impl Own {
    /// The place of a channel's first pixel.
    #[inline(always)]
    fn of(&self, channel: usize) -> i64 {
        self.first + (channel * self.n_pixels) as i64
    }

    /// Calls `each(channel, pixel, place)` for all neurons that are among `n_sums` sums.
    #[inline(always)]
    fn each(&self, n_sums: usize, mut each: impl FnMut(usize, usize, usize)) {
        for channel in 0..self.n_channels {
            let first = self.of(channel);
            for pixel in 0..self.n_in_tile {
                let place = first + pixel as i64;
                if (0..n_sums as i64).contains(&place) {
                    each(channel, pixel, place as usize);
                }
            }
        }
    }
}

impl Word for f64 {
    type Sum = f64;
    const LANES: usize = 1;
    const GOES_ON: bool = true;

    fn most_additions(_largest: f64) -> Option<usize> {
        Some(usize::MAX)
    }
    fn pack(weights: &[f64]) -> Self {
        weights[0]
    }
    #[inline(always)]
    fn plus(self, weights: Self) -> Self {
        self + weights
    }
    #[inline(always)]
    fn open(tile: &mut [Self], width: usize, own: &Own, sums: &[f64]) {
        own.each(sums.len(), |channel, pixel, place| tile[pixel * width + channel] = sums[place]);
    }
    #[inline(always)]
    fn close(tile: &[Self], width: usize, own: &Own, sums: &mut [f64]) {
        own.each(sums.len(), |channel, pixel, place| sums[place] = tile[pixel * width + channel]);
    }
}

impl Word for u64 {
    type Sum = i32;
    const LANES: usize = PACKED;
    const GOES_ON: bool = false;

    fn most_additions(largest: f64) -> Option<usize> {
        let n = (f64::from(i16::MAX) / largest).min(1e9) as usize;
        (n > 0).then_some(n)
    }
    fn pack(weights: &[f64]) -> Self {
        let word = |word: u64, (lane, &weight): (usize, &f64)| {
            word.wrapping_add((weight as i64 as u64) << (16 * lane))
        };
        weights.iter().enumerate().fold(0, word)
    }
    #[inline(always)]
    fn plus(self, weights: Self) -> Self {
        self.wrapping_add(weights)
    }
    #[inline(always)]
    fn open(_tile: &mut [Self], _width: usize, _own: &Own, _sums: &[i32]) {}
    #[inline(always)]
    fn close(tile: &[Self], width: usize, own: &Own, sums: &mut [i32]) {
        let mut channels = [[0; TILE]; BLOCK * PACKED];
        for from in (0..own.n_channels).step_by(BLOCK * PACKED) {
            transpose(&tile[from / PACKED..], width, &mut channels);
            let n = own.n_channels - from;
            add(&channels[..n.min(BLOCK * PACKED)], own, own.of(from), sums);
        }
    }
}

/// Adds the pixels of some channels to the sums, those of the first channel from place `first` on, as far as they exist.
#[inline(always)]
fn add(channels: &[[i16; TILE]], own: &Own, first: i64, sums: &mut [i32]) {
    let (n, step) = (channels.len(), own.n_pixels);
    let within = usize::try_from(first).ok().and_then(|first| sums.get_mut(first..));
    let Some(within) = within.filter(|sums| step >= TILE && sums.len() >= (n - 1) * step + TILE) else {
        return add_existing(channels, own, first, sums);
    };
    // Beyond the image there is nothing but zeros, which may be added to whatever is there.
    let (all, last) = within.split_at_mut((n - 1) * step);
    for (sums, pixels) in all.chunks_exact_mut(step).chain(std::iter::once(last)).zip(channels) {
        // Copies, so that the compiler need not fear that one is written over by the other.
        let (sums, pixels) = (sums.first_chunk_mut().expect("a whole tile"), *pixels);
        *sums = added(*sums, pixels);
    }
}

#[inline(always)]
fn added(mut sums: [i32; TILE], pixels: [i16; TILE]) -> [i32; TILE] {
    for i in 0..TILE {
        sums[i] = sums[i].wrapping_add(i32::from(pixels[i]));
    }
    sums
}

/// The same, one by one.
#[cold]
#[inline(never)]
fn add_existing(channels: &[[i16; TILE]], own: &Own, first: i64, sums: &mut [i32]) {
    for (first, pixels) in (first..).step_by(own.n_pixels).zip(channels) {
        for (place, &pixel) in (first..).zip(&pixels[..own.n_in_tile]) {
            if let Some(sum) = usize::try_from(place).ok().and_then(|place| sums.get_mut(place)) {
                *sum = sum.wrapping_add(i32::from(pixel));
            }
        }
    }
}

/// From pixels of channels to channels of pixels, for the first [`BLOCK`] words of each pixel.
#[inline(always)]
fn transpose(tile: &[u64], width: usize, channels: &mut [[i16; TILE]; BLOCK * PACKED]) {
    for half in 0..TILE / PACKED {
        let mut pixels = [[0; BLOCK]; PACKED];
        for (at, pixel) in pixels.iter_mut().enumerate() {
            let from = (half * PACKED + at) * width;
            *pixel = *tile[from..].first_chunk().expect("sums are followed by a block");
        }
        let rows = transposed_words(pixels);
        for word in 0..BLOCK {
            for (lane, row) in rows.iter().enumerate() {
                let pixels = &mut channels[word * PACKED + lane][half * PACKED..][..PACKED];
                pixels.copy_from_slice(&parts(row[word]));
            }
        }
    }
}

/// Four by four parts of words, with words side by side: out of word `i` of pixel `p` comes part `p` of word `i` of lane.
#[inline(always)]
fn transposed_words([a, b, c, d]: [[u64; BLOCK]; PACKED]) -> [[u64; BLOCK]; PACKED] {
    const LOW: u64 = 0x0000_0000_FFFF_FFFF;
    const EVEN: u64 = 0x0000_FFFF_0000_FFFF;
    let mut rows = [[0; BLOCK]; PACKED];
    for i in 0..BLOCK {
        let [a, b, c, d] = [a[i], b[i], c[i], d[i]].map(|word| word.wrapping_add(BIAS) ^ BIAS);
        let (ac, bd) = ((a & LOW) | (c << 32), (b & LOW) | (d << 32));
        rows[0][i] = (ac & EVEN) | ((bd & EVEN) << 16);
        rows[1][i] = ((ac >> 16) & EVEN) | (bd & !EVEN);
        let (ac, bd) = ((a >> 32) | (c & !LOW), (b >> 32) | (d & !LOW));
        rows[2][i] = (ac & EVEN) | ((bd & EVEN) << 16);
        rows[3][i] = ((ac >> 16) & EVEN) | (bd & !EVEN);
    }
    rows
}

#[inline(always)]
fn parts(word: u64) -> [i16; PACKED] {
    [word as i16, (word >> 16) as i16, (word >> 32) as i16, (word >> 48) as i16]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Sums of any sign come apart again, at both ends of 16 bits.
        #[test]
        fn packed_sums_come_apart(
            n_channels in 1..70usize, n_in_tile in 1..=TILE, first in -40..40i64, seed: u64, n_rows in 1..258usize,
        ) {
            let width = n_channels.div_ceil(PACKED);
            let mut tile = vec![0u64; TILE * width + BLOCK];
            let n_pixels = 11;
            let own = Own { first, n_pixels, n_in_tile, n_channels };
            let mut expected = vec![5i32; 400];
            let weight = |pixel: usize, channel: usize| {
                let hash = (seed ^ (pixel * 131 + channel) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
                [-127.0, 127.0, (hash % 255) as f64 - 127.0][(hash / 256 % 3) as usize]
            };
            for pixel in 0..n_in_tile {
                for channel in 0..n_channels {
                    let place = first + (channel * n_pixels + pixel) as i64;
                    if let Some(sum) = usize::try_from(place).ok().and_then(|place| expected.get_mut(place)) {
                        *sum += n_rows as i32 * weight(pixel, channel) as i32;
                    }
                }
                for word in 0..width {
                    let channels = word * PACKED..n_channels.min((word + 1) * PACKED);
                    let weights: Vec<f64> = channels.map(|channel| weight(pixel, channel)).collect();
                    let sum = &mut tile[pixel * width + word];
                    (0..n_rows).for_each(|_| *sum = sum.plus(u64::pack(&weights)));
                }
            }
            let mut sums = vec![5i32; 400];
            u64::close(&tile, width, &own, &mut sums);
            prop_assert_eq!(sums, expected);
        }
    }

    #[test]
    fn additions_stop_before_sixteen_bits_are_full() {
        let n = [0.0, 1.0, 127.0, 32_767.0, 32_768.0].map(u64::most_additions);
        assert_eq!(n, [Some(1_000_000_000), Some(32_767), Some(258), Some(1), None]);
    }
}
