//! State variables over time, such as membrane potentials.

use std::fmt::Write;
use std::ops::Range;

use crate::axis::{Scale, TimeAxis};
use crate::chart::{Chart, Panel, stack};
use crate::error::ReportError;
use crate::numbers::{clipped, counted};
use crate::picture::Picture;
use crate::svg::{Anchor, TextStyle, c};
use crate::theme::{INK, MUTED, SMALL_SIZE, colour};

/// Panels beyond this number are left out, and counted in the subtitle.
const MAX_PANELS: usize = 24;
/// Neurons of one panel beyond this number are left out, and counted in its label.
const MAX_TRACES: usize = 7;
const GAP: f64 = 20.0;

/// What a picture of traces shows.
#[derive(Debug, Clone)]
pub struct Traces<'a> {
    /// Title, such as the network's name.
    pub title: &'a str,
    /// Panels from top to bottom.
    pub panels: &'a [TracePanel<'a>],
    /// Ticks shown.
    pub ticks: Range<u32>,
    /// Duration of a tick in milliseconds.
    pub tick_ms: f64,
}

/// One variable of one population.
#[derive(Debug, Clone)]
pub struct TracePanel<'a> {
    /// Population name.
    pub name: &'a str,
    /// Variable name.
    pub variable: &'a str,
    /// Unit; `1` or nothing for numbers without one.
    pub unit: &'a str,
    /// Ticks at which values were sampled, ascending.
    pub ticks: &'a [u32],
    /// Neurons; of more than seven, the first seven are drawn.
    pub traces: Vec<Trace>,
    /// Recorded neurons that are not among the traces.
    pub n_not_shown: u32,
    /// Value at which a spike is sent, shown as a broken line.
    pub threshold: Option<f64>,
}

/// The values of one neuron.
#[derive(Debug, Clone)]
pub struct Trace {
    /// Neuron.
    pub neuron: u32,
    /// One value per sampled tick; values that are not finite leave gaps.
    pub values: Vec<f64>,
    /// Ticks of the neuron's spikes, marked above the trace.
    pub spikes: Vec<u32>,
}

impl Traces<'_> {
    /// Draws the traces.
    ///
    /// # Errors
    /// [`ReportError::Nothing`] without panels, [`ReportError::Range`] without ticks.
    pub fn draw(&self) -> Result<Picture, ReportError> {
        if self.panels.iter().all(|panel| panel.traces.is_empty()) {
            let missing = "no state variable was recorded";
            return Err(ReportError::Nothing { missing, remedy: "add \"v\" to a population's `record`" });
        }
        if self.ticks.is_empty() {
            return Err(ReportError::Range { start: self.ticks.start, end: self.ticks.end });
        }
        let shown = &self.panels[..self.panels.len().min(MAX_PANELS)];
        #[expect(clippy::cast_precision_loss, reason = "at most 24")]
        let height = (460.0 / shown.len() as f64).clamp(90.0, 250.0).round();
        let places = stack(&vec![height; shown.len()], GAP);
        let lowest = places[places.len() - 1];
        let mut chart = Chart::new(self.title, &self.subtitle(), lowest.bottom());
        let axis = TimeAxis::new(&self.ticks, self.tick_ms, Panel::LEFT, Panel::RIGHT);
        for (panel, &place) in shown.iter().zip(&places) {
            panel.draw(&mut chart, &axis, &self.ticks, place);
        }
        chart.x_axis(lowest, &axis.ticks(), &axis.title());
        Ok(chart.finish())
    }

    fn subtitle(&self) -> String {
        let n_panels = self.panels.len() as u64;
        let mut text = format!("{} · values at the end of each tick", counted(n_panels, "recording"));
        if let Some(left_out) = self.panels.len().checked_sub(MAX_PANELS + 1) {
            write!(text, " · {} not shown", counted(left_out as u64 + 1, "panel"))
                .expect("text takes every write");
        }
        text
    }
}

impl TracePanel<'_> {
    fn draw(&self, chart: &mut Chart, axis: &TimeAxis, range: &Range<u32>, place: Panel) {
        let shown = &self.traces[..self.traces.len().min(MAX_TRACES)];
        // Spikes are marked in a strip of their own above the values.
        let strip = if shown.iter().any(|t| t.spikes.iter().any(|s| range.contains(s))) { 12.0 } else { 0.0 };
        let scale = self.scale(shown, range, (place.bottom(), place.top + strip));
        chart.time_grid(place, axis);
        chart.y_scale(place, &scale);
        if let Some(threshold) = self.threshold.filter(|x| x.is_finite()) {
            draw_threshold(chart, scale.at(threshold));
        }
        for (index, trace) in shown.iter().enumerate() {
            let d = self.line(trace, axis, range, &scale);
            chart.svg.path(&d, colour(index), 1.4, " stroke-linejoin=\"round\"");
            let marks = spike_marks(trace, axis, range, place.top);
            chart.svg.path(&marks, colour(index), 1.6, "");
        }
        chart.y_title(place, place, &self.quantity());
        self.label(chart, place, shown);
    }

    fn quantity(&self) -> String {
        let name = clipped(self.variable, 16);
        if matches!(self.unit, "" | "1") { name } else { format!("{name} ({})", clipped(self.unit, 8)) }
    }

    /// The population's name and, in their colours, the neurons.
    fn label(&self, chart: &mut Chart, place: Panel, shown: &[Trace]) {
        let x = Panel::RIGHT + 12.0;
        let room = ((place.height - 18.0) / 14.0).max(1.0) as usize;
        let listed = &shown[..shown.len().min(room)];
        chart.svg.text((x, place.top + 12.0), TextStyle::new(12.0, INK).bold(), &clipped(self.name, 16));
        let mut y = place.top + 28.0;
        for (index, trace) in listed.iter().enumerate() {
            let style = TextStyle::new(SMALL_SIZE, colour(index));
            chart.svg.text((x, y), style, &format!("neuron {}", trace.neuron));
            y += 14.0;
        }
        let more = self.traces.len() - shown.len() + self.n_not_shown as usize;
        if more > 0 && listed.len() == shown.len() && y <= place.bottom() + 4.0 {
            chart.svg.text((x, y), TextStyle::new(SMALL_SIZE, MUTED), &format!("and {more} more, not shown"));
        }
    }

    /// All values and the threshold, with some air.
    fn scale(&self, shown: &[Trace], range: &Range<u32>, pixels: (f64, f64)) -> Scale {
        let sampled = |trace: &Trace| self.samples(trace, range).map(|s| s.1).collect::<Vec<f64>>();
        let values = shown.iter().flat_map(sampled).chain(self.threshold).filter(|x| x.is_finite());
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x), h.max(x)));
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        let air = if high > low { (high - low) * 0.06 } else { low.abs().max(1.0) * 0.5 };
        Scale::new((low - air, high + air), pixels)
    }

    fn samples<'a>(&'a self, trace: &'a Trace, range: &Range<u32>) -> impl Iterator<Item = (u32, f64)> + 'a {
        let range = range.clone();
        let all = self.ticks.iter().copied().zip(trace.values.iter().copied());
        all.filter(move |(tick, _)| range.contains(tick))
    }

    fn line(&self, trace: &Trace, axis: &TimeAxis, range: &Range<u32>, scale: &Scale) -> String {
        let mut d = String::new();
        let mut is_drawing = false;
        for (tick, value) in thinned(self.samples(trace, range), axis) {
            if value.is_finite() {
                let command = if is_drawing { 'L' } else { 'M' };
                // A value is read at the end of its tick.
                let (x, y) = (axis.at(f64::from(tick) + 1.0), scale.at(value));
                write!(d, "{command}{} {}", c(x), c(y)).expect("text takes every write");
            }
            is_drawing = value.is_finite();
        }
        d
    }
}

/// At most the first, lowest, highest and last sample of every half pixel: what the eye could tell apart, and no peak is lost.
fn thinned(samples: impl Iterator<Item = (u32, f64)>, axis: &TimeAxis) -> Vec<(u32, f64)> {
    let column = |tick: u32| (axis.at(tick.into()) * 2.0).floor();
    let mut kept = Vec::new();
    let mut group: Vec<(u32, f64)> = Vec::new();
    for sample in samples {
        if group.first().is_some_and(|first| column(first.0) != column(sample.0)) {
            keep_extremes(&mut group, &mut kept);
        }
        group.push(sample);
    }
    keep_extremes(&mut group, &mut kept);
    kept
}

fn keep_extremes(group: &mut Vec<(u32, f64)>, kept: &mut Vec<(u32, f64)>) {
    if group.len() > 4 {
        let by_value = |a: &(u32, f64), b: &(u32, f64)| a.1.total_cmp(&b.1);
        let extremes = [group.iter().copied().min_by(by_value), group.iter().copied().max_by(by_value)];
        let mut four = vec![group[0], group[group.len() - 1]];
        four.extend(extremes.into_iter().flatten());
        four.sort_unstable_by_key(|sample| sample.0);
        four.dedup_by_key(|sample| sample.0);
        *group = four;
    }
    kept.append(group);
}

fn draw_threshold(chart: &mut Chart, y: f64) {
    let d = format!("M{} {}H{}", c(Panel::LEFT), c(y), c(Panel::RIGHT));
    chart.svg.path(&d, MUTED, 1.0, " stroke-dasharray=\"5 4\"");
    let style = TextStyle::new(SMALL_SIZE, MUTED).anchored(Anchor::End);
    chart.svg.text((Panel::RIGHT - 4.0, y - 4.0), style, "threshold");
}

fn spike_marks(trace: &Trace, axis: &TimeAxis, range: &Range<u32>, top: f64) -> String {
    let mut d = String::new();
    for &tick in trace.spikes.iter().filter(|tick| range.contains(tick)) {
        write!(d, "M{} {}v7", c(axis.at(f64::from(tick) + 1.0)), c(top + 1.0))
            .expect("text takes every write");
    }
    d
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_every_peak() {
        let axis = TimeAxis::new(&(0..1_000_000), 1.0, 0.0, 700.0);
        let peak = |t: u32| if t.is_multiple_of(77_777) { 100.0 } else { f64::from(t % 3) };
        let kept = thinned((0..1_000_000).map(|t| (t, peak(t))), &axis);
        assert!(kept.len() <= 4 * 1401, "{}", kept.len());
        assert!(kept.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(kept.iter().filter(|sample| sample.1 == 100.0).count(), 13);
    }
}
