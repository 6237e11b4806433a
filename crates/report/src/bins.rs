//! Histograms: bins of one round width, and their bars.

use std::fmt::Write;

use crate::axis::{Scale, nice_step};
use crate::chart::{Chart, Panel};
use crate::numbers::grouped;
use crate::svg::c;

/// Bins of equal, round width.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bins {
    start: f64,
    pub(crate) width: f64,
    pub(crate) n: u32,
}

impl Bins {
    /// Some 40 bins from 0 to the largest value. With a resolution, which is the difference of neighbouring possible values, each bin
    /// holds equally many of these; 0 if any value is possible.
    pub(crate) fn from_zero(largest: f64, resolution: f64) -> Self {
        let raw = if largest > 0.0 { largest / 40.0 } else { 0.025 };
        let width = round_width(raw, resolution);
        #[expect(clippy::cast_sign_loss, reason = "not negative")]
        let n = (bin_of(largest, width) as u32 + 1).min(1000);
        Self { start: 0.0, width, n: n.max(10) }
    }

    /// Some 60 bins around all values from `low` to `high`, with 0 among them unless it is far away. With a resolution, possible values
    /// stand in the middle of their share of a bin.
    pub(crate) fn around(low: f64, high: f64, resolution: f64) -> Self {
        let (low, high) = with_zero(low, high);
        // Narrower bins could not be told apart by numbers of 53 bits.
        let least = (1e-12 * low.abs().max(high.abs())).max(1e-100);
        let width = round_width(((high - low) / 60.0).max(least), resolution);
        let (first, last) = (bin_of(low, width) - 1.0, bin_of(high, width) + 1.0);
        let n = (last - first + 1.0).clamp(3.0, 1000.0);
        let missing = (12.0 - n).max(0.0);
        #[expect(clippy::cast_sign_loss, reason = "at least 3")]
        let n = (n + missing) as u32;
        Self { start: (first - (missing / 2.0).floor()) * width - resolution / 2.0, width, n }
    }

    pub(crate) fn start(&self, bin: u32) -> f64 {
        self.start + f64::from(bin) * self.width
    }

    pub(crate) fn end(&self) -> f64 {
        self.start(self.n)
    }

    /// The bin of a value; those beyond the last are in it.
    pub(crate) fn place(&self, value: f64) -> usize {
        let bin = bin_of(value - self.start, self.width).clamp(0.0, f64::from(self.n - 1));
        #[expect(clippy::cast_sign_loss, reason = "clamped")]
        let bin = bin as usize;
        bin
    }

    pub(crate) fn counts(&self, values: &[f64]) -> Vec<u64> {
        let mut counts = vec![0; self.n as usize];
        values.iter().filter(|x| x.is_finite()).for_each(|&x| counts[self.place(x)] += 1);
        counts
    }

    /// The x axis of these bins over a panel's width.
    pub(crate) fn axis(&self) -> Scale {
        Scale::new((self.start, self.end()), (Panel::LEFT, Panel::RIGHT))
    }

    /// Draws the numbers of the y axis and a bar for each bin that is not empty.
    pub(crate) fn draw(
        &self,
        chart: &mut Chart,
        place: Panel,
        counts: &[u64],
        counting: Counting,
        colour: &str,
    ) {
        let axis = self.axis();
        let (heights, ticks) = counting.scaled(place, counts.iter().copied().max().unwrap_or(0));
        chart.y_axis(place, &ticks);
        let mut d = String::new();
        for (bin, &count) in (0u32..).zip(counts).filter(|(_, count)| **count > 0) {
            let (left, right) = (axis.at(self.start(bin)) + 0.5, axis.at(self.start(bin + 1)) - 0.5);
            let top = c(heights.at(counting.height(count)));
            write!(d, "M{} {}V{top}H{}V{}Z", c(left), c(place.bottom()), c(right), c(place.bottom()))
                .expect("text takes every write");
        }
        chart.svg.area(&d, colour, 0.85);
    }
}

/// How bars grow with counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counting {
    /// In proportion.
    Linear,
    /// By the logarithm, so that rare values are seen beside common ones.
    Logarithmic,
}

impl Counting {
    #[expect(clippy::cast_precision_loss, reason = "pixels")]
    fn height(self, count: u64) -> f64 {
        match self {
            Self::Linear => count as f64,
            Self::Logarithmic => (count.max(1) as f64).log10(),
        }
    }

    /// The scale of heights up to a count, and the numbers beside it.
    fn scaled(self, place: Panel, most: u64) -> (Scale, Vec<(f64, String)>) {
        let most = self.height(most.max(1));
        match self {
            Self::Linear => {
                let scale = Scale::new((0.0, most * 1.08), (place.bottom(), place.top));
                let whole = |tick: &(f64, String)| tick.0.fract() == 0.0;
                let ticks = scale.ticks(30.0).into_iter().filter(whole);
                (scale, ticks.map(|(y, text)| (scale.at(y), text)).collect())
            }
            Self::Logarithmic => {
                // A single one is still a bar.
                let scale = Scale::new((-0.3, most.max(1.0) * 1.08), (place.bottom(), place.top));
                let step = if most * 16.0 > place.height { 2 } else { 1 };
                let powers = (0..=most.max(1.0) as u32).step_by(step);
                (scale, powers.map(|p| (scale.at(p.into()), grouped(10u64.saturating_pow(p)))).collect())
            }
        }
    }
}

fn round_width(raw: f64, resolution: f64) -> f64 {
    if resolution > 0.0 && resolution.is_finite() {
        resolution * nice_step((raw / resolution).max(1.0))
    } else {
        nice_step(raw)
    }
}

/// The range with 0 in it, unless that would more than double its length.
fn with_zero(low: f64, high: f64) -> (f64, f64) {
    let length = high - low;
    let is_near = |distance: f64| distance <= length || length == 0.0;
    match (low, high) {
        _ if low > 0.0 && is_near(low) => (0.0, high),
        _ if high < 0.0 && is_near(-high) => (low, 0.0),
        range => range,
    }
}

/// The bin of a value. One at a border, as all are with narrow bins, belongs above it, whatever the division rounds to.
fn bin_of(value: f64, width: f64) -> f64 {
    (value / width + 1e-9).floor()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_a_bin() {
        let bins = Bins::from_zero(80.0, 0.0);
        assert_eq!((bins.width, bins.n), (2.0, 41));
        assert_eq!(bins.counts(&[0.0, 0.1, 7.3, 79.99, 80.0]).iter().sum::<u64>(), 5);
        assert_eq!(Bins::from_zero(0.0, 0.0).counts(&[0.0; 3])[0], 3);
    }

    #[test]
    fn bins_hold_equally_many_possible_values() {
        for seconds in [0.035, 0.3, 1.0, 7.0] {
            let rates: Vec<f64> = (0..60).map(|n| f64::from(n) / seconds).collect();
            let bins = Bins::from_zero(rates[59], 1.0 / seconds);
            assert_eq!(bins.counts(&rates), [2; 30], "{seconds}");
        }
        let whole: Vec<f64> = (-127..=127).map(f64::from).collect();
        let bins = Bins::around(-127.0, 127.0, 1.0);
        assert_eq!(bins.width, 5.0);
        let counts = bins.counts(&whole);
        let inner = &counts[2..counts.len() - 2];
        assert!(inner.iter().all(|&n| n == 5), "{counts:?}");
    }

    #[test]
    fn whole_numbers_stand_in_the_middle_of_their_bins() {
        let bins = Bins::around(-15.0, 3.0, 1.0);
        for weight in -15..=3 {
            let weight = f64::from(weight);
            let bin = bins.place(weight) as u32;
            assert_eq!((bins.start(bin) + bins.start(bin + 1)) / 2.0, weight);
        }
    }

    #[test]
    fn bins_around_any_range_have_a_length() {
        for (low, high) in
            [(0.0, 0.0), (3.0, 3.0), (1e99, 1e99 * (1.0 + 1e-15)), (-1e-300, 1e-300), (-7.0, -6.9)]
        {
            for resolution in [0.0, 1.0] {
                let bins = Bins::around(low, high, resolution);
                assert!(bins.end() > bins.start(0) && bins.end().is_finite(), "{low} {high} {bins:?}");
                assert!(bins.start(0) <= low && bins.end() >= high, "{low} {high} {bins:?}");
            }
        }
        assert_eq!(
            [with_zero(3.0, 3.0), with_zero(-9.0, -5.0), with_zero(5.0, 6.0)],
            [(0.0, 3.0), (-9.0, -5.0), (5.0, 6.0)]
        );
    }
}
