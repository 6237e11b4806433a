//! Which chips and links a layout has when nothing is broken: rectangles, the 48-chip board, and tori of triads.
//!
//! Everything is arithmetic on coordinates, so describing half a million chips costs no more than describing one.

use crate::facts::spinnaker2 as s2;
use crate::geometry::{ChipXy, HexVector, Link};

/// Chips along each side of the square that encloses one board.
pub(crate) const BOARD_SIDE: u16 = 8;
/// Chips along each side of the torus that three boards tile.
pub(crate) const TRIAD_SIDE: u16 = 12;
/// Where the three boards of a triad have their south-west corners.
const TRIAD_ORIGINS: [(u16, u16); 3] = [(0, 0), (4, 8), (8, 4)];

/// The outline of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Every coordinate of the bounding rectangle is a chip; the rectangle counts as one board.
    Rectangle,
    /// The hexagonal 48-chip board inside its 8 x 8 square.
    Board,
    /// A torus tiled by triads of boards.
    Triads,
}

/// Fault-free geometry of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Topology {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) wraps: bool,
    pub(crate) shape: Shape,
}

impl Topology {
    pub(crate) fn rectangle(width: u16, height: u16, wraps: bool) -> Self {
        Topology { width, height, wraps, shape: Shape::Rectangle }
    }

    pub(crate) fn board() -> Self {
        Topology { width: BOARD_SIDE, height: BOARD_SIDE, wraps: false, shape: Shape::Board }
    }

    /// The torus of `columns` x `rows` triads.
    pub(crate) fn triads(columns: u16, rows: u16) -> Self {
        Topology { width: columns * TRIAD_SIDE, height: rows * TRIAD_SIDE, wraps: true, shape: Shape::Triads }
    }

    pub(crate) fn contains(&self, chip: ChipXy) -> bool {
        let inside = chip.x < self.width && chip.y < self.height;
        inside && (self.shape != Shape::Board || on_board_tile(chip.x, chip.y))
    }

    pub(crate) fn chips(&self) -> impl Iterator<Item = ChipXy> + use<> {
        let topology = *self;
        (0..self.width)
            .flat_map(move |x| (0..topology.height).map(move |y| ChipXy { x, y }))
            .filter(move |&chip| topology.contains(chip))
    }

    pub(crate) fn n_chips(&self) -> usize {
        match self.shape {
            Shape::Board => self.chips().count(),
            Shape::Rectangle | Shape::Triads => usize::from(self.width) * usize::from(self.height),
        }
    }

    /// The chip at the far end of `link`; `None` at an edge, off the outline, or when a narrow torus leads a link
    /// back to its own chip.
    pub(crate) fn neighbour(&self, chip: ChipXy, link: Link) -> Option<ChipXy> {
        if !self.contains(chip) {
            return None;
        }
        let (dx, dy) = link.delta();
        let x = step(chip.x, dx, self.width, self.wraps)?;
        let y = step(chip.y, dy, self.height, self.wraps)?;
        let there = ChipXy { x, y };
        (there != chip && self.contains(there)).then_some(there)
    }

    pub(crate) fn distance(&self, from: ChipXy, to: ChipXy) -> u32 {
        let (dx, dy) = difference(from, to);
        if !self.wraps {
            return HexVector::shortest(dx, dy).hops();
        }
        let (w, h) = (i32::from(self.width), i32::from(self.height));
        let (x, y) = (dx.rem_euclid(w), dy.rem_euclid(h));
        let hops = x.max(y).min(w - x + y).min(x + h - y).min((w - x).max(h - y));
        hops.unsigned_abs()
    }

    pub(crate) fn minimal_vectors(&self, from: ChipXy, to: ChipXy) -> Vec<HexVector> {
        let (dx, dy) = difference(from, to);
        if !self.wraps {
            return vec![HexVector::shortest(dx, dy)];
        }
        let (w, h) = (i32::from(self.width), i32::from(self.height));
        let (x, y) = (dx.rem_euclid(w), dy.rem_euclid(h));
        let candidates =
            [(x, y), (x - w, y), (x, y - h), (x - w, y - h)].map(|(x, y)| HexVector::shortest(x, y));
        let hops = candidates.iter().map(|vector| vector.hops()).min();
        let mut vectors: Vec<_> =
            candidates.into_iter().filter(|vector| Some(vector.hops()) == hops).collect();
        vectors.sort_unstable();
        vectors.dedup();
        vectors
    }

    /// South-west corner of the chip's board; on a torus the corner may lie across the seam.
    pub(crate) fn board_of(&self, chip: ChipXy) -> Option<ChipXy> {
        if !self.contains(chip) {
            return None;
        }
        if self.shape != Shape::Triads {
            return Some(ChipXy { x: 0, y: 0 });
        }
        TRIAD_ORIGINS.iter().find_map(|&(ox, oy)| {
            let local_x = (chip.x + TRIAD_SIDE - ox) % TRIAD_SIDE;
            let local_y = (chip.y + TRIAD_SIDE - oy) % TRIAD_SIDE;
            on_board_tile(local_x, local_y).then(|| ChipXy {
                x: (chip.x + self.width - local_x) % self.width,
                y: (chip.y + self.height - local_y) % self.height,
            })
        })
    }

    /// South-west corners of all boards, in ascending order.
    pub(crate) fn boards(&self) -> Vec<ChipXy> {
        if self.shape != Shape::Triads {
            return vec![ChipXy { x: 0, y: 0 }];
        }
        let columns = (0..self.width).step_by(usize::from(TRIAD_SIDE));
        let rows = (0..self.height).step_by(usize::from(TRIAD_SIDE));
        let corners = columns.flat_map(|x| rows.clone().map(move |y| (x, y)));
        let mut boards: Vec<_> = corners
            .flat_map(|(x, y)| TRIAD_ORIGINS.map(|(ox, oy)| ChipXy { x: x + ox, y: y + oy }))
            .collect();
        boards.sort_unstable();
        boards
    }

    /// South-west corners of all boards, frame by frame; `None` if they are no whole frames.
    pub(crate) fn boards_by_frame(&self) -> Option<Vec<ChipXy>> {
        let per_frame = (s2::BOARDS_PER_FRAME.value / s2::BOARDS_PER_TRIAD.value) as u16;
        let per_rack = (s2::BOARDS_PER_RACK.value / s2::BOARDS_PER_TRIAD.value) as u16;
        let (columns, rows) = (self.width / TRIAD_SIDE, self.height / TRIAD_SIDE);
        let n_triads = u32::from(columns) * u32::from(rows);
        if self.shape != Shape::Triads || !n_triads.is_multiple_of(per_frame.into()) {
            return None;
        }
        let group = if n_triads.is_multiple_of(per_rack.into()) { per_rack } else { per_frame };
        // The narrowest stripe of columns that holds whole racks, or whole frames.
        let stripe = (1..=columns).find(|w| {
            columns.is_multiple_of(*w) && (u32::from(*w) * u32::from(rows)).is_multiple_of(group.into())
        })?;
        let triads = (0..columns / stripe)
            .flat_map(move |s| (0..rows).flat_map(move |y| (0..stripe).map(move |x| (s * stripe + x, y))));
        let corner = |(x, y): (u16, u16)| (x * TRIAD_SIDE, y * TRIAD_SIDE);
        let boards = triads
            .map(corner)
            .flat_map(|(x, y)| TRIAD_ORIGINS.map(|(ox, oy)| ChipXy { x: x + ox, y: y + oy }));
        Some(boards.collect())
    }
}

/// Whether board-local coordinates belong to the hexagonal 48-chip outline.
fn on_board_tile(x: u16, y: u16) -> bool {
    let diagonal = i32::from(x) - i32::from(y);
    x < BOARD_SIDE && y < BOARD_SIDE && (-3..=4).contains(&diagonal)
}

fn difference(from: ChipXy, to: ChipXy) -> (i32, i32) {
    (i32::from(to.x) - i32::from(from.x), i32::from(to.y) - i32::from(from.y))
}

fn step(position: u16, delta: i32, size: u16, wraps: bool) -> Option<u16> {
    let moved = i32::from(position) + delta;
    let size = i32::from(size);
    let moved = if wraps { moved.rem_euclid(size) } else { moved };
    u16::try_from(moved).ok().filter(|&moved| i32::from(moved) < size)
}
