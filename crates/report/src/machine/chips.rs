//! The part of a machine that is shown.

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
    west: u32,
    south: u32,
    columns: u32,
    rows: u32,
    is_one: bool,
}

impl Window {
    /// The window around chips given by their places in the map.
    pub(super) fn around(map: &MachineMap, chips: impl Iterator<Item = u32>) -> Option<Self> {
        let mut used = chips.filter_map(|chip| position(map, chip));
        let first = used.next()?;
        let (mut low, mut high, mut is_one) = (first, first, true);
        for (x, y) in used {
            is_one = false;
            low = (low.0.min(x), low.1.min(y));
            high = (high.0.max(x), high.1.max(y));
        }
        if !is_one {
            low = (low.0.saturating_sub(1), low.1.saturating_sub(1));
            let last = |n: u16, used: u32| (used + 1).min(u32::from(n).saturating_sub(1)).max(used);
            high = (last(map.width, high.0), last(map.height, high.1));
        }
        let (columns, rows) = (high.0 - low.0 + 1, high.1 - low.1 + 1);
        Some(Self { west: low.0, south: low.1, columns, rows, is_one })
    }

    pub(super) fn is_one(&self) -> bool {
        self.is_one
    }

    pub(super) fn n_places(&self) -> u64 {
        u64::from(self.columns) * u64::from(self.rows)
    }

    /// Side of a chip's square.
    fn side(&self) -> f64 {
        let across = Panel::WIDTH / f64::from(self.columns);
        across.min(MAX_HEIGHT / f64::from(self.rows)).min(if self.is_one { MAX_HEIGHT } else { MAX_SIDE })
    }

    /// Where the map ends; a chip alone is as high as its PEs, if they are drawn.
    pub(super) fn bottom(&self, in_detail: Option<&MachineMap>) -> f64 {
        let Some(map) = in_detail.filter(|_| self.is_one) else {
            return TOP + (self.side() * f64::from(self.rows)).max(340.0);
        };
        let (width, height) = CoreGrid::new(map).size();
        TOP + (Panel::WIDTH * height / width).clamp(340.0, MAX_HEIGHT)
    }

    /// The place of a chip in the window, from the south-west.
    pub(super) fn chip_at(&self, map: &MachineMap, chip: u32) -> Option<(u32, u32)> {
        let (x, y) = position(map, chip)?;
        let (column, row) = (x.checked_sub(self.west)?, y.checked_sub(self.south)?);
        (column < self.columns && row < self.rows).then_some((column, row))
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
        let top = TOP + side * f64::from(self.rows - 1 - row);
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
        let end = TOP + side * f64::from(self.rows);
        for column in labelled(self.columns, side) {
            let x = Panel::LEFT + side * (f64::from(column) + 0.5);
            chart.svg.text(
                (x, end + 15.0),
                small().anchored(Anchor::Middle),
                &(self.west + column).to_string(),
            );
        }
        for row in labelled(self.rows, side) {
            let y = end - side * (f64::from(row) + 0.5) + 3.7;
            let style = small().anchored(Anchor::End);
            chart.svg.text((Panel::LEFT - 7.0, y), style, &(self.south + row).to_string());
        }
        let title = TextStyle::new(LABEL_SIZE, crate::theme::INK);
        let middle = Panel::LEFT + side * f64::from(self.columns) / 2.0;
        chart.svg.text((middle, end + 33.0), title.anchored(Anchor::Middle), "chip x");
        chart.svg.text_upwards((28.0, (TOP + end) / 2.0), title, "chip y");
    }

    /// A sentence about working chips that are not shown.
    pub(super) fn left_out(&self, map: &MachineMap) -> Option<String> {
        let n = map.chips.x.len();
        let n_shown = (0..n as u32).filter(|&chip| self.chip_at(map, chip).is_some()).count();
        if self.is_one && n_shown < n {
            let (x, y) = (self.west, self.south);
            let all = grouped(n as u64);
            return Some(format!("chip ({x}, {y}) of {all}; the others are not in use and not shown"));
        }
        let missing = (n_shown < n).then(|| counted((n - n_shown) as u64, "more chip"))?;
        Some(format!("{missing} of the machine, none of them in use, not shown"))
    }
}

fn position(map: &MachineMap, chip: u32) -> Option<(u32, u32)> {
    Some((map.chips.x.whole(chip as usize)?, map.chips.y.whole(chip as usize)?))
}

/// Columns or rows that have their number beside them.
fn labelled(n: u32, side: f64) -> impl Iterator<Item = u32> {
    let steps = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];
    let step = steps.into_iter().find(|&step| f64::from(step) * side >= SPACING).unwrap_or(8192);
    (0..n).step_by(step as usize)
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
            [window.west, window.south, window.columns, window.rows]
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
    fn numbers_of_chips_have_room() {
        assert_eq!(labelled(8, 75.0).count(), 8);
        assert_eq!(labelled(200, 3.0).collect::<Vec<_>>()[1], 16);
    }
}
