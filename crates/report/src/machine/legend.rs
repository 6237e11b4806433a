//! What the colours and numbers of a machine's picture mean.

use std::collections::BTreeSet;

use crate::axis::Scale;
use crate::chart::{Chart, Panel};
use crate::colours::{ColourScale, shade};
use crate::numbers::{clipped, counted, grouped};
use crate::page::{Metric, Shading};
use crate::svg::TextStyle;
use crate::theme::{AXIS, LABEL_SIZE, MUTED, SMALL_SIZE, TOP};

use super::cells::{Cell, UNUSED};
use super::{number, small};

const LEFT: f64 = Panel::RIGHT + 36.0;
const WIDTH: f64 = 14.0;
const HEIGHT: f64 = 210.0;
/// Height of a line of the list of populations.
const LINE: f64 = 15.0;

/// The scale of colours with numbers, at the top right.
pub(super) fn colour_bar(chart: &mut Chart, scale: &ColourScale, metric: &Metric) {
    let bar = Cell { left: LEFT, top: TOP + 6.0, width: WIDTH, height: HEIGHT };
    let bottom = bar.top + HEIGHT;
    // Stripes overlap, so that no seam is seen between them.
    for step in 0..=u8::MAX {
        let from = bottom - HEIGHT * f64::from(step) / 256.0;
        let height = (HEIGHT / 256.0 + 0.6).min(from - bar.top);
        chart.svg.area(&Cell { top: from - height, height, ..bar }.path(), &shade(step), 1.0);
    }
    let mut highest = f64::INFINITY;
    for value in marks(scale) {
        let y = bottom - HEIGHT * scale.part(value);
        // By the logarithm, 1 is close to 0 if there are many decades.
        if y > highest - 11.0 {
            continue;
        }
        highest = y;
        chart.svg.line((LEFT + WIDTH, y), (LEFT + WIDTH + 4.0, y), AXIS, 1.0);
        chart.svg.text((LEFT + WIDTH + 7.0, y + 3.7), small(), &number(value));
    }
    let unit = if metric.unit.is_empty() { String::new() } else { format!(" ({})", metric.unit) };
    let title = clipped(&metric.label, 40) + &unit;
    chart.svg.text_upwards(
        (LEFT - 10.0, bar.middle().1),
        TextStyle::new(LABEL_SIZE, crate::theme::INK),
        &title,
    );
    let below = Cell { left: LEFT, top: bottom + 10.0, width: WIDTH, height: 10.0 };
    chart.svg.area(&below.path(), UNUSED, 1.0);
    chart.svg.text((LEFT + WIDTH + 7.0, below.middle().1 + 3.7), small(), "not in use");
}

/// Values beside the scale.
fn marks(scale: &ColourScale) -> Vec<f64> {
    match scale.shading {
        Shading::Linear => {
            let numbers = Scale::new((0.0, scale.largest), (HEIGHT, 0.0)).ticks(36.0);
            numbers.into_iter().map(|(value, _)| value).collect()
        }
        Shading::Logarithmic => {
            let factors: &[f64] = if scale.largest < 100.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
            let powers = (0..300).map(|power| 10f64.powi(power)).take_while(|x| *x <= scale.largest);
            let values = powers.flat_map(|x| factors.iter().map(move |f| f * x));
            let mut marks = vec![0.0];
            marks.extend(values.filter(|x| *x <= scale.largest));
            marks.retain(|x| *x >= scale.smallest);
            let step = marks.len().div_ceil(12);
            marks.into_iter().step_by(step).collect()
        }
    }
}

/// Numbers and names of the populations that are shown, as many as there is room for above `bottom`.
pub(super) fn populations(chart: &mut Chart, names: &[&str], shown: impl Iterator<Item = u32>, bottom: f64) {
    let shown: BTreeSet<u32> = shown.collect();
    let named: Vec<(u32, &str)> = shown.iter().filter_map(|&n| Some((n, *names.get(n as usize)?))).collect();
    let x = Panel::RIGHT + 18.0;
    let top = TOP + HEIGHT + 56.0;
    if named.is_empty() {
        return;
    }
    chart.svg.text((x, top), small().bold(), "populations");
    #[expect(clippy::cast_sign_loss, reason = "at least 2")]
    let room = ((bottom - top) / LINE).floor().max(2.0) as usize;
    let n_listed = if named.len() <= room { named.len() } else { room - 1 };
    let mut y = top;
    for (n, name) in &named[..n_listed] {
        y += LINE;
        let text = format!("{} {}", grouped(u64::from(*n)), clipped(name, 14));
        chart.svg.text((x, y), TextStyle::new(SMALL_SIZE, MUTED), &text);
    }
    if n_listed < named.len() {
        let text = format!("and {}", counted((named.len() - n_listed) as u64, "other"));
        chart.svg.text((x, y + LINE), TextStyle::new(SMALL_SIZE, MUTED), &text);
    }
}
