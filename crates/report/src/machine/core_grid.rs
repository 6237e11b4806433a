//! A chip's grid of PEs.

use crate::chart::Chart;
use crate::page::MachineMap;
use crate::svg::{Anchor, TextStyle};
use crate::theme::{AXIS, MUTED, SMALL_SIZE};

use super::cells::Cell;

/// Width of the gap between QuadPEs, as part of a PE's.
const QUAD_GAP: f64 = 0.2;

/// Where cores are on a chip.
pub(super) struct CoreGrid<'a> {
    columns: u8,
    rows: u8,
    places: &'a [[u8; 2]],
    /// Whether PEs stand in groups of two by two.
    has_quads: bool,
}

impl<'a> CoreGrid<'a> {
    pub(super) fn new(map: &'a MachineMap) -> Self {
        let [columns, rows] = map.core_grid.map(|n| n.max(1));
        let mut grid = Self { columns, rows, places: &map.core_places, has_quads: false };
        grid.has_quads = columns.is_multiple_of(2)
            && rows.is_multiple_of(2)
            && grid.quads().all(|quad| matches!(grid.n_cores_in(quad), 0 | 4));
        grid
    }

    pub(super) fn n_cores(&self) -> u32 {
        self.places.len() as u32
    }

    /// Width and height in widths of a PE.
    pub(super) fn size(&self) -> (f64, f64) {
        (self.offset(self.columns), self.offset(self.rows))
    }

    /// The cell of a core in a chip's frame; nothing for cores that have no place in the grid.
    pub(super) fn cell(&self, frame: Cell, core: u32) -> Option<Cell> {
        let &[column, row] = self.places.get(core as usize)?;
        (column < self.columns && row < self.rows).then(|| self.at(frame, column, row, 1))
    }

    /// A square of `n` by `n` PEs whose south-west corner is given.
    fn at(&self, frame: Cell, column: u8, row: u8, n: u8) -> Cell {
        let (width, height) = self.size();
        let unit = (frame.width / width).min(frame.height / height);
        let side = unit * f64::from(n);
        let left = frame.left + (frame.width - unit * width) / 2.0 + unit * self.start(column);
        let bottom = frame.top + (frame.height + unit * height) / 2.0 - unit * self.start(row);
        Cell { left, top: bottom - side, width: side, height: side }.shrunk(0.04 * unit)
    }

    /// Where a column or row begins.
    fn start(&self, index: u8) -> f64 {
        f64::from(index) + if self.has_quads { QUAD_GAP * f64::from(index / 2) } else { 0.0 }
    }

    /// Where the last of so many columns or rows ends.
    fn offset(&self, n: u8) -> f64 {
        self.start(n - 1) + 1.0
    }

    /// South-west corners of all groups of two by two.
    fn quads(&self) -> impl Iterator<Item = [u8; 2]> + use<'_> {
        let rows = (0..self.rows).step_by(2);
        rows.flat_map(|row| (0..self.columns).step_by(2).map(move |column| [column, row]))
    }

    fn n_cores_in(&self, quad: [u8; 2]) -> usize {
        let is_in = |place: &&[u8; 2]| place[0] / 2 == quad[0] / 2 && place[1] / 2 == quad[1] / 2;
        self.places.iter().filter(is_in).count()
    }

    /// What is behind the PEs of a chip: outlines of QuadPEs and of gaps between them if it is large, otherwise the chip's outline.
    pub(super) fn ground(&self, chart: &mut Chart, frame: Cell, is_large: bool) {
        if !is_large || !self.has_quads {
            chart.svg.path(&frame.shrunk(-1.0).path(), AXIS, 0.7, "");
            return;
        }
        for quad in self.quads().filter(|&quad| self.n_cores_in(quad) > 0) {
            let outline = self.at(frame, quad[0], quad[1], 2).shrunk(-2.5);
            chart.svg.path(&outline.path(), AXIS, 0.8, "");
        }
        for gap in self.gaps() {
            let cells = gap.iter().map(|quad| self.at(frame, quad[0], quad[1], 2));
            let Some(outline) = cells.reduce(hull) else { continue };
            chart.svg.path(&outline.shrunk(-2.5).path(), AXIS, 0.8, " stroke-dasharray=\"4 3\"");
            // The router is amid the QuadPEs; what is empty at an edge is not.
            if gap.iter().all(|quad| self.is_inside(*quad)) {
                let style = TextStyle::new(SMALL_SIZE, MUTED).anchored(Anchor::Middle);
                let (x, y) = outline.middle();
                chart.svg.text((x, y + 3.7), style, "router");
            }
        }
    }

    /// Groups of two by two without PEs, neighbours together.
    fn gaps(&self) -> Vec<Vec<[u8; 2]>> {
        let are_neighbours =
            |a: &[u8; 2], b: &[u8; 2]| a[0].abs_diff(b[0]) / 2 + a[1].abs_diff(b[1]) / 2 == 1;
        let mut gaps: Vec<Vec<[u8; 2]>> = Vec::new();
        for quad in self.quads().filter(|&quad| self.n_cores_in(quad) == 0) {
            let known = gaps.iter_mut().find(|gap| gap.iter().any(|other| are_neighbours(other, &quad)));
            match known {
                Some(gap) => gap.push(quad),
                None => gaps.push(vec![quad]),
            }
        }
        gaps
    }

    fn is_inside(&self, quad: [u8; 2]) -> bool {
        quad[0] > 0 && quad[1] > 0 && quad[0] + 2 < self.columns && quad[1] + 2 < self.rows
    }
}

/// The smallest rectangle around both.
fn hull(a: Cell, b: Cell) -> Cell {
    let (left, top) = (a.left.min(b.left), a.top.min(b.top));
    let right = (a.left + a.width).max(b.left + b.width);
    let bottom = (a.top + a.height).max(b.top + b.height);
    Cell { left, top, width: right - left, height: bottom - top }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(columns: u8, rows: u8, without: &[[u8; 2]]) -> MachineMap {
        let places = (0..rows).flat_map(|row| (0..columns).map(move |column| [column, row]));
        let core_places = places.filter(|place| !without.contains(place)).collect();
        MachineMap { core_grid: [columns, rows], core_places, ..MachineMap::default() }
    }

    #[test]
    fn groups_are_whole_or_empty() {
        assert!(CoreGrid::new(&map(4, 4, &[[2, 2], [3, 2], [2, 3], [3, 3]])).has_quads);
        assert!(!CoreGrid::new(&map(4, 4, &[[2, 2]])).has_quads);
        assert!(!CoreGrid::new(&map(5, 4, &[])).has_quads);
        assert_eq!(CoreGrid::new(&MachineMap::default()).size(), (1.0, 1.0));
    }

    #[test]
    fn cells_lie_in_their_frame_and_apart() {
        let map = map(4, 2, &[]);
        let grid = CoreGrid::new(&map);
        let frame = Cell { left: 10.0, top: 20.0, width: 100.0, height: 100.0 };
        let cells: Vec<Cell> = (0..8).map(|core| grid.cell(frame, core).unwrap()).collect();
        for (at, a) in cells.iter().enumerate() {
            assert!(a.left >= frame.left && a.left + a.width <= frame.left + frame.width);
            assert!(a.top >= frame.top && a.top + a.height <= frame.top + frame.height);
            let apart = |b: &Cell| {
                a.left + a.width <= b.left
                    || b.left + b.width <= a.left
                    || a.top + a.height <= b.top
                    || b.top + b.height <= a.top
            };
            assert!(cells[at + 1..].iter().all(apart));
        }
        assert!(cells[4].top < cells[0].top, "rows grow to the north");
        assert_eq!(grid.cell(frame, 8), None);
    }
}
