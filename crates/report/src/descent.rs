//! How values improve during a search: the spread of several runs over time, and the best so far.

use std::fmt::Write;

use crate::axis::Scale;
use crate::chart::{Chart, Panel, stack};
use crate::error::ReportError;
use crate::numbers::{clipped, counted, short};
use crate::picture::Picture;
use crate::svg::{Anchor, TextStyle, c};
use crate::theme::{AXIS, INK, MUTED, SMALL_SIZE, colour};

/// Height of the panel in pixels.
const HEIGHT: f64 = 380.0;
/// Points within so many pixels become one: lines of more could not be told apart.
const COLUMN: f64 = 3.0;

/// What a picture of a search shows: one number per run and tick, where all runs began together.
#[derive(Debug, Clone)]
pub struct Descent<'a> {
    /// Title, such as the problem's name.
    pub title: &'a str,
    /// What the values are, such as `cut`.
    pub value_name: &'a str,
    /// How many runs the points sum up.
    pub n_runs: usize,
    /// Points by ascending tick, from 1 on.
    pub points: &'a [DescentPoint],
    /// The value that was aimed at, drawn as a broken line.
    pub target: Option<f64>,
}

/// All runs at one tick. Values that are not finite leave the point out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DescentPoint {
    /// Ticks done, from 1 on.
    pub tick: u32,
    /// The lowest value of a run at this tick.
    pub low: f64,
    /// The value that half of the runs are below.
    pub median: f64,
    /// The highest value of a run at this tick.
    pub high: f64,
    /// The best value of any run up to this tick.
    pub best: f64,
}

impl DescentPoint {
    fn is_drawn(&self) -> bool {
        self.tick > 0 && [self.low, self.median, self.high, self.best].iter().all(|v| v.is_finite())
    }
}

impl Descent<'_> {
    /// Draws the values over a logarithmic axis of ticks.
    ///
    /// # Errors
    /// [`ReportError::Nothing`] without points.
    pub fn draw(&self) -> Result<Picture, ReportError> {
        let all: Vec<DescentPoint> = self.points.iter().copied().filter(DescentPoint::is_drawn).collect();
        let (Some(&first), Some(&last)) = (all.first(), all.last()) else {
            let missing = "no value was recorded during the search";
            return Err(ReportError::Nothing { missing, remedy: "let it run for at least one tick" });
        };
        let place = stack(&[HEIGHT], 0.0)[0];
        let subtitle = format!("{} · {}", clipped(self.value_name, 40), counted(self.n_runs as u64, "read"));
        let mut chart = Chart::new(self.title, &subtitle, place.bottom());
        let axis = TickAxis::new(first.tick, last.tick);
        let shown = thinned(&all, &axis);
        let scale = self.scale(&shown, place);
        chart.x_grid(place, &axis.ticks());
        chart.y_scale(place, &scale);
        if let Some(target) = self.target.filter(|t| t.is_finite()) {
            draw_target(&mut chart, scale.at(target));
        }
        match shown[..] {
            [only] => self.draw_only(&mut chart, &only, &axis, &scale),
            _ => self.draw_points(&mut chart, &shown, &axis, &scale),
        }
        chart.y_title(place, place, &clipped(self.value_name, 30));
        chart.x_axis(place, &axis.ticks(), "ticks");
        self.label(&mut chart, place, last.best);
        Ok(chart.finish())
    }

    /// All values and the target, with some air.
    fn scale(&self, shown: &[DescentPoint], place: Panel) -> Scale {
        let values = shown.iter().flat_map(|p| [p.low, p.high, p.best]);
        let values = values.chain(self.target.filter(|t| t.is_finite()));
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x), h.max(x)));
        let air = if high > low { (high - low) * 0.05 } else { low.abs().max(1.0) * 0.1 };
        Scale::new((low - air, high + air), (place.bottom(), place.top))
    }

    fn draw_points(&self, chart: &mut Chart, shown: &[DescentPoint], axis: &TickAxis, scale: &Scale) {
        let x = |p: &DescentPoint| axis.at(p.tick);
        if self.n_runs > 1 {
            let upper = shown.iter().map(|p| (x(p), scale.at(p.high)));
            let lower = shown.iter().rev().map(|p| (x(p), scale.at(p.low)));
            chart.svg.area(&format!("{}Z", line(upper.chain(lower))), colour(0), 0.18);
            let median = line(shown.iter().map(|p| (x(p), scale.at(p.median))));
            chart.svg.path(&median, colour(0), 1.4, " stroke-linejoin=\"round\"");
        } else {
            let only = line(shown.iter().map(|p| (x(p), scale.at(p.median))));
            chart.svg.path(&only, colour(0), 1.0, " stroke-linejoin=\"round\" stroke-opacity=\"0.6\"");
        }
        let best = line(shown.iter().map(|p| (x(p), scale.at(p.best))));
        chart.svg.path(&best, colour(1), 1.8, " stroke-linejoin=\"round\"");
    }

    /// A search that ended before it was looked at twice: a line would have no length.
    fn draw_only(&self, chart: &mut Chart, point: &DescentPoint, axis: &TickAxis, scale: &Scale) {
        let x = axis.at(point.tick);
        let range = line([point.low, point.high].into_iter().map(|value| (x, scale.at(value))));
        chart.svg.path(&range, colour(0), 6.0, " stroke-opacity=\"0.18\"");
        for (value, shade, size) in [(point.median, colour(0), 6.0), (point.best, colour(1), 3.0)] {
            chart.svg.circle((x, scale.at(value)), size, shade);
        }
    }

    /// What the lines are, in their colours.
    fn label(&self, chart: &mut Chart, place: Panel, best: f64) {
        let mut row = |index: f64, colour: &'static str, text: &str, bold: bool| {
            let style = TextStyle::new(SMALL_SIZE, colour);
            let style = if bold { style.bold() } else { style };
            chart.svg.text((Panel::RIGHT + 12.0, place.top + 14.0 + 17.0 * index), style, text);
        };
        row(0.0, colour(1), "best so far", true);
        row(1.0, INK, &whole(best), false);
        if self.n_runs > 1 {
            row(2.5, colour(0), "median of the reads", true);
            row(3.5, MUTED, "shaded: their range", false);
        } else {
            row(2.5, colour(0), "the read", true);
        }
    }
}

/// A whole number in full, others in three digits.
fn whole(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e12 { format!("{value:.0}") } else { short(value) }
}

fn draw_target(chart: &mut Chart, y: f64) {
    let d = format!("M{} {}H{}", c(Panel::LEFT), c(y), c(Panel::RIGHT));
    chart.svg.path(&d, AXIS, 1.2, " stroke-dasharray=\"5 4\"");
    let style = TextStyle::new(SMALL_SIZE, MUTED).anchored(Anchor::Start);
    chart.svg.text((Panel::LEFT + 6.0, y - 4.0), style, "target");
}

fn line(points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut d = String::new();
    for (x, y) in points {
        let command = if d.is_empty() { 'M' } else { 'L' };
        write!(d, "{command}{} {}", c(x), c(y)).expect("text takes every write");
    }
    d
}

/// Of the points within a few pixels one: the lowest low, the highest high, the median of medians, the last best.
fn thinned(points: &[DescentPoint], axis: &TickAxis) -> Vec<DescentPoint> {
    let column = |p: &DescentPoint| (axis.at(p.tick) / COLUMN).floor();
    let merge = |group: &[DescentPoint]| {
        let mut medians: Vec<f64> = group.iter().map(|p| p.median).collect();
        let middle = (medians.len() - 1) / 2;
        let median = *medians.select_nth_unstable_by(middle, f64::total_cmp).1;
        let low = group.iter().map(|p| p.low).fold(f64::INFINITY, f64::min);
        let high = group.iter().map(|p| p.high).fold(f64::NEG_INFINITY, f64::max);
        DescentPoint { low, median, high, ..group[group.len() - 1] }
    };
    points.chunk_by(|a, b| column(a) == column(b)).map(merge).collect()
}

/// Ticks on a logarithmic x axis.
struct TickAxis {
    first: f64,
    last: f64,
}

impl TickAxis {
    fn new(first: u32, last: u32) -> Self {
        let (first, last) = (f64::from(first.max(1)), f64::from(last));
        // A single point stands amid a decade.
        if last > first { Self { first, last } } else { Self { first: first / 3.0, last: first * 3.0 } }
    }

    fn at(&self, tick: u32) -> f64 {
        self.at_number(f64::from(tick))
    }

    fn at_number(&self, tick: f64) -> f64 {
        let part = (tick / self.first).ln() / (self.last / self.first).ln();
        Panel::LEFT + part * Panel::WIDTH
    }

    /// Powers of ten, and 2 and 5 times them where few fit.
    fn ticks(&self) -> Vec<(f64, String)> {
        let n_decades = (self.last / self.first).log10();
        let factors: &[f64] = if n_decades <= 3.5 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let powers = (0..10).map(|power| 10f64.powi(power));
        let numbers = powers.flat_map(|power| factors.iter().map(move |f| f * power));
        let within = numbers.filter(|n| *n >= self.first * 0.999 && *n <= self.last * 1.001);
        within.map(|n| (self.at_number(n), short(n))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(tick: u32) -> DescentPoint {
        let value = 1000.0 / f64::from(tick.max(1));
        DescentPoint { tick, low: value - 1.0, median: value, high: value + 1.0, best: value - 1.0 }
    }

    #[test]
    fn long_searches_keep_their_extremes() {
        let mut points: Vec<DescentPoint> = (1..=100_000).map(point).collect();
        points[70_001].high = 5000.0;
        let axis = TickAxis::new(1, 100_000);
        let kept = thinned(&points, &axis);
        assert!(kept.len() <= 300, "{}", kept.len());
        assert_eq!(kept.iter().filter(|p| p.high == 5000.0).count(), 1);
        assert_eq!(kept[kept.len() - 1].tick, 100_000);
    }

    #[test]
    fn any_points_make_a_picture() {
        let draw = |points: &[DescentPoint], target| {
            Descent { title: "t", value_name: "cut", n_runs: 2, points, target }.draw()
        };
        assert!(matches!(draw(&[], None), Err(ReportError::Nothing { .. })));
        assert!(matches!(draw(&[point(0)], None), Err(ReportError::Nothing { .. })));
        for points in [vec![point(7)], vec![point(1), point(2)], vec![point(u32::MAX)]] {
            let picture = draw(&points, Some(0.0)).unwrap();
            assert!(picture.svg().contains(">target<"));
            picture.to_png(1.0).unwrap();
            let has_dots = picture.svg().contains("<circle");
            assert_eq!(has_dots, points.len() == 1, "a point alone is no line");
        }
        let gap = DescentPoint { best: f64::NAN, ..point(3) };
        assert!(!draw(&[point(1), gap, point(9)], None).unwrap().svg().contains("NaN"));
    }
}
