//! The part of a machine that is shown.

use std::collections::BTreeSet;

use crate::chart::{Chart, Panel};
use crate::numbers::{counted, grouped};
use crate::page::MachineMap;
use crate::svg::{Anchor, TextStyle};
use crate::theme::{LABEL_SIZE, TOP};

use super::cells::Cell;
use super::core_grid::CoreGrid;
use super::small;

/// Largest height of the map in pixels.
const MAX_HEIGHT: f64 = 600.0;
/// Largest sides of a chip.
const MAX_SIDE: f64 = 200.0;
/// Pixels between numbers along an axis.
const SPACING: f64 = 30.0;

/// A rectangle of chips: those in use and their neighbours, or one chip alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    columns: Span,
    rows: Span,
    is_one: bool,
}

/// A stretch of coordinates, which goes around the edge of a machine whose links do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    start: u32,
    n: u32,
    /// Coordinates of the whole machine.
    of: u32,
}

impl Span {
    /// The shortest stretch with all coordinates in use, and one more at each side.
    fn around(used: &BTreeSet<u32>, of: u32, wraps: bool) -> Option<Self> {
        let (&low, &high) = (used.first()?, used.last()?);
        let of = of.max(high + 1);
        let ends_at_edges = || {
            let (start, end) = (low.saturating_sub(1), (high + 2).min(of));
            Self { start, n: end - start, of }
        };
        if !wraps {
            return Some(ends_at_edges());
        }
        // Behind the longest stretch without any; of equal ones, the last, so that what can begin at 0 does.
        let next = used.iter().skip(1).copied().chain([low + of]);
        let (free, start) =
            used.iter().zip(next).map(|(&at, next)| (next - at, next % of)).max_by_key(|gap| gap.0)?;
        let n = of - free + 3;
        Some(if n < of { Self { start: (start + of - 1) % of, n, of } } else { Self { start: 0, n: of, of } })
    }

    /// How far a coordinate is from the start, if it is within.
    fn place(&self, at: u32) -> Option<u32> {
        let place = (at + self.of).checked_sub(self.start)? % self.of;
        (place < self.n).then_some(place)
    }

    fn coordinate(&self, place: u32) -> u32 {
        (self.start + place) % self.of
    }

    /// The `place`-th of `n` squares side by side has its number beside it if there is room.
    fn labelled(&self, side: f64) -> impl Iterator<Item = (u32, String)> {
        let step = (0..13).map(|power| 1u32 << power).find(|&step| f64::from(step) * side >= SPACING);
        let step = step.unwrap_or(8192);
        // Numbers are multiples of the step, on either side of an edge.
        let span = *self;
        (0..span.n)
            .map(move |place| (place, span.coordinate(place)))
            .filter(move |(_, at)| at.is_multiple_of(step))
            .map(|(place, at)| (place, at.to_string()))
    }
}

impl Window {
    /// The window around chips given by their places in the map.
    pub(super) fn around(map: &MachineMap, chips: impl Iterator<Item = u32>) -> Option<Self> {
        let used: BTreeSet<(u32, u32)> = chips.filter_map(|chip| position(map, chip)).collect();
        let (width, height) = (u32::from(map.width), u32::from(map.height));
        if let (Some(&(x, y)), 1) = (used.first(), used.len()) {
            let one = |start: u32, of: u32| Span { start, n: 1, of: of.max(start + 1) };
            return Some(Self { columns: one(x, width), rows: one(y, height), is_one: true });
        }
        let columns = Span::around(&used.iter().map(|at| at.0).collect(), width, map.wraps)?;
        let rows = Span::around(&used.iter().map(|at| at.1).collect(), height, map.wraps)?;
        Some(Self { columns, rows, is_one: false })
    }

    pub(super) fn is_one(&self) -> bool {
        self.is_one
    }

    pub(super) fn n_places(&self) -> u64 {
        u64::from(self.columns.n) * u64::from(self.rows.n)
    }

    /// Side of a chip's square.
    fn side(&self) -> f64 {
        let across = Panel::WIDTH / f64::from(self.columns.n);
        across.min(MAX_HEIGHT / f64::from(self.rows.n)).min(if self.is_one { MAX_HEIGHT } else { MAX_SIDE })
    }

    /// Where the map ends; a chip alone is as high as its PEs, if they are drawn.
    pub(super) fn bottom(&self, in_detail: Option<&MachineMap>) -> f64 {
        let Some(map) = in_detail.filter(|_| self.is_one) else {
            return TOP + (self.side() * f64::from(self.rows.n)).max(340.0);
        };
        let (width, height) = CoreGrid::new(map).size();
        TOP + (Panel::WIDTH * height / width).clamp(340.0, MAX_HEIGHT)
    }

    /// The place of a chip in the window, from the south-west.
    pub(super) fn chip_at(&self, map: &MachineMap, chip: u32) -> Option<(u32, u32)> {
        let (x, y) = position(map, chip)?;
        Some((self.columns.place(x)?, self.rows.place(y)?))
    }

    /// The square of a chip.
    pub(super) fn frame_at(&self, map: &MachineMap, chip: u32) -> Option<Cell> {
        let (column, row) = self.chip_at(map, chip)?;
        if self.is_one {
            let height = self.bottom(Some(map)) - TOP;
            return Some(Cell { left: Panel::LEFT, top: TOP, width: Panel::WIDTH, height });
        }
        let side = self.side();
        let left = Panel::LEFT + side * f64::from(column);
        let top = TOP + side * f64::from(self.rows.n - 1 - row);
        // Chips that are a few pixels wide have no room for gaps.
        let gap = if side >= 30.0 {
            3.0
        } else if side >= 4.0 {
            0.06 * side
        } else {
            0.0
        };
        Some(Cell { left, top, width: side, height: side }.shrunk(gap))
    }

    /// Working chips of the window, with their squares.
    pub(super) fn chips(&self, map: &MachineMap) -> impl Iterator<Item = (u32, Cell)> {
        let n = map.chips.x.len() as u32;
        (0..n).filter_map(|chip| Some((chip, self.frame_at(map, chip)?)))
    }

    pub(super) fn frames(&self, map: &MachineMap) -> impl Iterator<Item = Cell> {
        self.chips(map).map(|(_, frame)| frame)
    }

    /// Coordinates of chips below and beside them.
    pub(super) fn draw_axes(&self, chart: &mut Chart) {
        if self.is_one {
            return;
        }
        let side = self.side();
        let end = TOP + side * f64::from(self.rows.n);
        for (column, text) in self.columns.labelled(side) {
            let x = Panel::LEFT + side * (f64::from(column) + 0.5);
            chart.svg.text((x, end + 15.0), small().anchored(Anchor::Middle), &text);
        }
        for (row, text) in self.rows.labelled(side) {
            let y = end - side * (f64::from(row) + 0.5) + 3.7;
            chart.svg.text((Panel::LEFT - 7.0, y), small().anchored(Anchor::End), &text);
        }
        let title = TextStyle::new(LABEL_SIZE, crate::theme::INK);
        let middle = Panel::LEFT + side * f64::from(self.columns.n) / 2.0;
        chart.svg.text((middle, end + 33.0), title.anchored(Anchor::Middle), "chip x");
        chart.svg.text_upwards((28.0, (TOP + end) / 2.0), title, "chip y");
    }

    /// A sentence about working chips that are not shown.
    pub(super) fn left_out(&self, map: &MachineMap) -> Option<String> {
        let n = map.chips.x.len();
        let n_shown = (0..n as u32).filter(|&chip| self.chip_at(map, chip).is_some()).count();
        if self.is_one && n_shown < n {
            let (x, y) = (self.columns.start, self.rows.start);
            let all = grouped(n as u64);
            return Some(format!("chip ({x}, {y}) of {all}; the others are not in use and not shown"));
        }
        let missing = (n_shown < n).then(|| counted((n - n_shown) as u64, "more chip"))?;
        Some(format!("{missing} of the machine, none of them in use, not shown"))
    }
}

/// Coordinates of a chip; they are 16-bit numbers.
fn position(map: &MachineMap, chip: u32) -> Option<(u32, u32)> {
    let [x, y] = [&map.chips.x, &map.chips.y].map(|column| column.whole(chip as usize));
    let is_short = |at: &u32| *at <= u32::from(u16::MAX);
    Some((x.filter(is_short)?, y.filter(is_short)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{Chips, Packed};

    fn machine(width: u16, height: u16) -> MachineMap {
        let all = || (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let chips = Chips {
            x: Packed::U16(all().map(|at| at.0).collect()),
            y: Packed::U16(all().map(|at| at.1).collect()),
            ..Chips::default()
        };
        MachineMap { width, height, chips, ..MachineMap::default() }
    }

    #[test]
    fn windows_hold_the_chips_in_use_and_their_neighbours() {
        let map = machine(20, 10);
        let size = |chips: &[u32]| {
            let window = Window::around(&map, chips.iter().copied()).unwrap();
            [window.columns.start, window.rows.start, window.columns.n, window.rows.n]
        };
        assert_eq!(size(&[43]), [3, 2, 1, 1]);
        assert_eq!(size(&[43, 64]), [2, 1, 4, 4]);
        assert_eq!(size(&[0, 1]), [0, 0, 3, 2]);
        assert_eq!(size(&[0, 199]), [0, 0, 20, 10]);
        assert_eq!(Window::around(&map, [].into_iter()), None);
        assert_eq!(Window::around(&map, [200].into_iter()), None);
        let window = Window::around(&map, [43, 64].into_iter()).unwrap();
        assert_eq!(
            window.left_out(&map).unwrap(),
            "184 more chips of the machine, none of them in use, not shown"
        );
        let whole = Window::around(&map, [0, 199].into_iter()).unwrap();
        assert_eq!(whole.left_out(&map), None);
    }

    #[test]
    fn windows_go_around_edges_where_links_do() {
        let span = |used: &[u32], wraps| {
            let span = Span::around(&used.iter().copied().collect(), 20, wraps).unwrap();
            (span.start, span.n)
        };
        assert_eq!([span(&[0, 19], true), span(&[0, 19], false)], [(18, 4), (0, 20)]);
        assert_eq!([span(&[1, 2, 18], true), span(&[5, 7], true)], [(17, 7), (4, 5)]);
        assert_eq!([span(&[3], true), span(&[0], true), span(&[0], false)], [(2, 3), (19, 3), (0, 2)]);
        assert_eq!(span(&(0..20).collect::<Vec<_>>(), true), (0, 20));
        assert_eq!(span(&(1..19).collect::<Vec<_>>(), true), (0, 20));
        let torus = MachineMap { wraps: true, ..machine(20, 10) };
        let window = Window::around(&torus, [0, 199].into_iter()).unwrap();
        assert_eq!((window.n_places(), window.chip_at(&torus, 0)), (16, Some((2, 2))));
        assert_eq!([window.chip_at(&torus, 199), window.chip_at(&torus, 5)], [Some((1, 1)), None]);
    }

    #[test]
    fn numbers_of_chips_have_room() {
        let labels =
            |start, n, side| -> Vec<(u32, String)> { Span { start, n, of: 200 }.labelled(side).collect() };
        assert_eq!(labels(0, 8, 75.0).len(), 8);
        assert_eq!(
            labels(190, 30, 3.0),
            [(2, "192".to_owned()), (10, "0".to_owned()), (26, "16".to_owned())]
        );
    }
}
