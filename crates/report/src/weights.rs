//! How weights are distributed, projection by projection.

use crate::bins::{Bins, Counting};
use crate::chart::{Chart, Panel, stack};
use crate::error::ReportError;
use crate::numbers::{counted, short};
use crate::picture::Picture;
use crate::svg::{Anchor, TextStyle};
use crate::theme::{AXIS, MUTED, SMALL_SIZE, colour};

/// Projections beyond this number are not shown.
const MAX_PANELS: usize = 24;
const GAP: f64 = 16.0;
/// Counts are drawn by their logarithms if the highest bar is so many times a usual one.
const STEEP: u64 = 100;
/// Weights beyond are no numbers that an axis could show.
const LARGEST: f64 = 1e100;

/// What a histogram of weights shows.
#[derive(Debug, Clone, Copy)]
pub struct WeightHistogram<'a> {
    /// Title, such as the network's name.
    pub title: &'a str,
    /// Projections from top to bottom.
    pub projections: &'a [WeightProjection<'a>],
    /// Whether weights are whole numbers, as the chip keeps them. Bins then hold equally many of these.
    pub are_whole: bool,
}

/// Hands out weights, each with the number of synapses that have it.
pub type Walk<'a> = dyn Fn(&mut dyn FnMut(f64, u64)) + 'a;

/// The weights of one projection.
#[derive(Clone, Copy)]
pub struct WeightProjection<'a> {
    /// Projection name.
    pub name: &'a str,
    /// What has a weight: `synapse`, `kernel weight`.
    pub noun: &'a str,
    /// Where weights come from.
    pub weights: Weights<'a>,
}

/// Where weights come from.
#[derive(Clone, Copy)]
pub enum Weights<'a> {
    /// A function that hands out the same weights every time: they are walked twice and never kept.
    Walked(&'a Walk<'a>),
    /// So many that they are not drawn.
    TooMany(u64),
}

impl std::fmt::Debug for WeightProjection<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WeightProjection").field("name", &self.name).finish_non_exhaustive()
    }
}

impl WeightHistogram<'_> {
    /// Draws the histograms over a common axis.
    ///
    /// # Errors
    /// [`ReportError::Nothing`] without projections.
    pub fn draw(&self) -> Result<Picture, ReportError> {
        let shown = &self.projections[..self.projections.len().min(MAX_PANELS)];
        if shown.is_empty() {
            let remedy = "choose a population that has some";
            return Err(ReportError::Nothing { missing: "no projection", remedy });
        }
        let moments: Vec<Moments> = shown.iter().map(WeightProjection::moments).collect();
        let bins = common_bins(&moments, if self.are_whole { 1.0 } else { 0.0 });
        let counts: Vec<Vec<u64>> = shown.iter().map(|projection| projection.counts(&bins)).collect();
        let counting =
            if counts.iter().any(|c| is_steep(c)) { Counting::Logarithmic } else { Counting::Linear };
        #[expect(clippy::cast_precision_loss, reason = "at most 24")]
        let height = (420.0 / shown.len() as f64).clamp(70.0, 240.0).round();
        let places = stack(&vec![height; shown.len()], GAP);
        let lowest = places[places.len() - 1];
        let mut chart = Chart::new(self.title, &self.subtitle(&moments, &bins), lowest.bottom());
        let axis = bins.axis();
        let ticks: Vec<_> = axis.ticks(90.0).into_iter().map(|(x, text)| (axis.at(x), text)).collect();
        for (index, projection) in shown.iter().enumerate() {
            let place = places[index];
            chart.x_grid(place, &ticks);
            if (bins.start(0)..bins.end()).contains(&0.0) {
                chart.svg.line((axis.at(0.0), place.top), (axis.at(0.0), place.bottom()), AXIS, 1.0);
            }
            bins.draw(&mut chart, place, &counts[index], counting, colour(index));
            projection.label(&mut chart, place, &moments[index], colour(index));
        }
        let how = if counting == Counting::Logarithmic { "number, logarithmic" } else { "number" };
        chart.y_title(places[0], lowest, how);
        let title = if self.are_whole { "weight, as the chip keeps it" } else { "weight" };
        chart.x_axis(lowest, &ticks, title);
        Ok(chart.finish())
    }

    fn subtitle(&self, moments: &[Moments], bins: &Bins) -> String {
        let n: u64 = moments.iter().map(|own| own.n).sum();
        let mut text = format!("{} in bins of {}", counted(n, "weight"), short(bins.width));
        let n_more = self.projections.len() - moments.len();
        if n_more > 0 {
            text += &format!(" · {} not shown", counted(n_more as u64, "more projection"));
        }
        text
    }
}

impl WeightProjection<'_> {
    /// Calls `each` for every weight that an axis can show.
    fn walk(&self, each: &mut dyn FnMut(f64, u64)) {
        if let Weights::Walked(walk) = self.weights {
            walk(&mut |weight, n| {
                if weight.abs() <= LARGEST {
                    each(weight, n);
                }
            });
        }
    }

    fn moments(&self) -> Moments {
        let mut moments = Moments::default();
        self.walk(&mut |weight, n| moments.add(weight, n));
        moments
    }

    fn counts(&self, bins: &Bins) -> Vec<u64> {
        let mut counts = vec![0; bins.n as usize];
        self.walk(&mut |weight, n| counts[bins.place(weight)] += n);
        counts
    }

    fn label(&self, chart: &mut Chart, place: Panel, moments: &Moments, colour: &'static str) {
        if let Weights::TooMany(n) = self.weights {
            let style = TextStyle::new(SMALL_SIZE, MUTED).anchored(Anchor::Middle);
            let text = format!("too many to draw them again: {}", counted(n, self.noun));
            chart.svg.text(((Panel::LEFT + Panel::RIGHT) / 2.0, place.middle() + 4.0), style, &text);
            return chart.panel_label(place, self.name, colour, &[]);
        }
        let lines = [
            counted(moments.n, self.noun),
            format!("mean {}", short(moments.mean())),
            format!("sd {}", short(moments.sd())),
        ];
        chart.panel_label(place, self.name, colour, &lines[..if moments.n > 0 { 3 } else { 1 }]);
    }
}

/// Bins for the weights of all projections.
fn common_bins(moments: &[Moments], resolution: f64) -> Bins {
    let filled = || moments.iter().filter(|own| own.n > 0);
    let low = filled().map(|own| own.low).reduce(f64::min).unwrap_or(0.0);
    let high = filled().map(|own| own.high).reduce(f64::max).unwrap_or(0.0);
    Bins::around(low, high, resolution)
}

/// Whether most bars would be too low to be seen beside the highest.
fn is_steep(counts: &[u64]) -> bool {
    let mut filled: Vec<u64> = counts.iter().copied().filter(|&n| n > 0).collect();
    filled.sort_unstable();
    filled.last().is_some_and(|&most| most / filled[filled.len() / 2] >= STEEP)
}

/// Number, range, mean and spread. Sums are of differences from the first weight, so that little is lost of small spreads.
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    n: u64,
    low: f64,
    high: f64,
    first: f64,
    sum: f64,
    sum_of_squares: f64,
}

impl Moments {
    #[expect(clippy::cast_precision_loss, reason = "a mean")]
    fn add(&mut self, weight: f64, n: u64) {
        if n == 0 {
            return;
        }
        if self.n == 0 {
            (self.first, self.low, self.high) = (weight, weight, weight);
        }
        let (difference, times) = (weight - self.first, n as f64);
        self.n += n;
        (self.low, self.high) = (self.low.min(weight), self.high.max(weight));
        self.sum += times * difference;
        self.sum_of_squares += times * difference * difference;
    }

    #[expect(clippy::cast_precision_loss, reason = "a mean")]
    fn mean(&self) -> f64 {
        self.first + self.sum / self.n.max(1) as f64
    }

    /// Standard deviation of all weights, not an estimate from some.
    #[expect(clippy::cast_precision_loss, reason = "a mean")]
    fn sd(&self) -> f64 {
        let n = self.n.max(1) as f64;
        (self.sum_of_squares / n - (self.sum / n).powi(2)).max(0.0).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_exact_for_equal_weights_far_from_zero() {
        let mut moments = Moments::default();
        moments.add(1e9, 3);
        moments.add(1e9 + 1.0, 3);
        moments.add(7.0, 0);
        assert_eq!((moments.mean(), moments.sd(), moments.n, moments.low), (1e9 + 0.5, 0.5, 6, 1e9));
    }

    #[test]
    fn rare_weights_beside_common_ones_are_steep() {
        assert!(is_steep(&[1_000_000, 3, 0, 4, 5]));
        assert!(!is_steep(&[1_000_000, 0, 0]));
        assert!(!is_steep(&[]));
    }
}
