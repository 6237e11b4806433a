//! Rectangles of the colour of their value, one path for each colour.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::chart::Chart;
use crate::colours::{ColourScale, Step, ink_on, shade};
use crate::svg::{Anchor, TextStyle, c};

/// What is not in use.
pub(super) const UNUSED: &str = "#e4e6ea";
/// Smaller digits cannot be read.
const LEAST_DIGIT: f64 = 6.5;

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Cell {
    /// The cell with so many pixels left free at each side.
    pub(super) fn shrunk(self, by: f64) -> Self {
        let Self { left, top, width, height } = self;
        Self { left: left + by, top: top + by, width: width - 2.0 * by, height: height - 2.0 * by }
    }

    pub(super) fn middle(self) -> (f64, f64) {
        (self.left + self.width / 2.0, self.top + self.height / 2.0)
    }

    pub(super) fn path(self) -> String {
        let (w, h) = (c(self.width), c(self.height));
        format!("M{} {}h{w}v{h}h-{w}Z", c(self.left), c(self.top))
    }
}

/// Cells by colour.
#[derive(Debug, Default)]
pub(super) struct Cells {
    unused: String,
    by_step: BTreeMap<Step, String>,
}

impl Cells {
    pub(super) fn unused(&mut self, cell: Cell) {
        self.unused += &cell.path();
    }

    /// A cell with a value; without one it counts as not in use.
    pub(super) fn value(&mut self, cell: Cell, scale: &ColourScale, value: f64) {
        if value.is_finite() {
            write!(self.by_step.entry(scale.step(value)).or_default(), "{}", cell.path())
                .expect("text takes every write");
        } else {
            self.unused(cell);
        }
    }

    pub(super) fn draw(&self, chart: &mut Chart) {
        if !self.unused.is_empty() {
            chart.svg.area(&self.unused, UNUSED, 1.0);
        }
        for (&step, d) in &self.by_step {
            chart.svg.area(d, &shade(step), 1.0);
        }
    }
}

/// The number of a population in its cell, if there is room.
pub(super) fn number(chart: &mut Chart, cell: Cell, number: u32, scale: &ColourScale, value: f64) {
    let text = number.to_string();
    // A digit of DejaVu Sans is 0.64 of its size wide.
    let size = (0.9 * cell.width / (0.64 * text.len() as f64)).min(0.45 * cell.height).min(11.0);
    if size < LEAST_DIGIT {
        return;
    }
    let colour = if value.is_finite() { ink_on(scale.step(value)) } else { crate::theme::INK };
    let (x, y) = cell.middle();
    let style = TextStyle::new(size, colour).anchored(Anchor::Middle);
    chart.svg.text((x, y + 0.36 * size), style, &text);
}
