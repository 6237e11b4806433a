//! Many spikes as pixels: every spike covers at least one, and darker pixels hold more.

use resvg::tiny_skia::{Pixmap, PremultipliedColorU8};

/// Lowest opacity of a covered pixel: low enough to see density, high enough to see one spike.
const LIGHTEST: f64 = 0.5;

/// Counts of spikes on a grid of pixels.
pub(crate) struct Density {
    width: usize,
    height: usize,
    counts: Vec<u32>,
}

impl Density {
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self { width, height, counts: vec![0; width * height] }
    }

    /// Counts a spike on the pixels from `(x, y)` that its mark of the given size covers, cut at the edges.
    pub(crate) fn mark(&mut self, (x, y): (usize, usize), (width, height): (usize, usize)) {
        for row in y..(y + height).min(self.height) {
            for column in x..(x + width).min(self.width) {
                self.counts[row * self.width + column] += 1;
            }
        }
    }

    /// The picture in one colour (`#rrggbb`): opacity grows with the square root of the count.
    pub(crate) fn pixels(&self, colour: &str) -> Option<Pixmap> {
        let mut pixmap = Pixmap::new(self.width as u32, self.height as u32)?;
        let full = f64::from(self.dark_count());
        let channels = channels(colour);
        for (pixel, &count) in pixmap.pixels_mut().iter_mut().zip(&self.counts) {
            if count > 0 {
                let depth = (f64::from(count) / full).sqrt();
                *pixel = premultiplied(channels, depth.clamp(LIGHTEST, 1.0));
            }
        }
        Some(pixmap)
    }

    /// The count from which on a pixel is fully dark: that of the densest hundredth of the covered pixels.
    fn dark_count(&self) -> u32 {
        let mut covered: Vec<u32> = self.counts.iter().copied().filter(|&n| n > 0).collect();
        let place = covered.len().saturating_sub(1) * 99 / 100;
        if covered.is_empty() { 1 } else { (*covered.select_nth_unstable(place).1).max(1) }
    }
}

fn channels(colour: &str) -> [f64; 3] {
    let channel =
        |i: usize| colour.get(1 + 2 * i..3 + 2 * i).and_then(|hex| u8::from_str_radix(hex, 16).ok());
    [0, 1, 2].map(|i| f64::from(channel(i).unwrap_or(0)))
}

fn premultiplied(channels: [f64; 3], opacity: f64) -> PremultipliedColorU8 {
    #[expect(clippy::cast_sign_loss, reason = "between 0 and 255")]
    let [r, g, b, a] = [channels[0], channels[1], channels[2], 255.0].map(|x| (x * opacity).round() as u8);
    // Rounding down keeps every channel at or below the opacity, which this type demands.
    PremultipliedColorU8::from_rgba(r.min(a), g.min(a), b.min(a), a)
        .expect("channels are at most the opacity")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spike_is_seen_among_many() {
        let mut density = Density::new(10, 10);
        (0..10_000).for_each(|_| density.mark((2, 2), (1, 1)));
        density.mark((9, 9), (2, 2));
        let pixels = density.pixels("#0072b2").unwrap();
        assert_eq!(pixels.pixel(2, 2).unwrap().alpha(), 255);
        assert!(pixels.pixel(9, 9).unwrap().alpha() >= 127);
        assert_eq!(pixels.pixel(0, 0).unwrap().alpha(), 0);
    }
}
