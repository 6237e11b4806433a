//! Coordinates, the six links of a chip, and displacements on a triangular mesh.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Address of a chip: column `x` counts east, row `y` counts north. Written `[x, y]` in files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "(u16, u16)", into = "(u16, u16)")]
pub struct ChipXy {
    /// Column, 0 at the west edge.
    pub x: u16,
    /// Row, 0 at the south edge.
    pub y: u16,
}

impl ChipXy {
    /// The chip in column `x` and row `y`.
    pub const fn new(x: u16, y: u16) -> Self {
        ChipXy { x, y }
    }
}

impl From<(u16, u16)> for ChipXy {
    fn from((x, y): (u16, u16)) -> Self {
        ChipXy { x, y }
    }
}

impl From<ChipXy> for (u16, u16) {
    fn from(chip: ChipXy) -> Self {
        (chip.x, chip.y)
    }
}

impl fmt::Display for ChipXy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {})", self.x, self.y)
    }
}

/// One of the six links of a chip, numbered as the routing tables number them (0 to 5, anticlockwise from east).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Link {
    /// Link 0, towards (+1, 0).
    East,
    /// Link 1, towards (+1, +1).
    NorthEast,
    /// Link 2, towards (0, +1).
    North,
    /// Link 3, towards (-1, 0).
    West,
    /// Link 4, towards (-1, -1).
    SouthWest,
    /// Link 5, towards (0, -1).
    South,
}

impl Link {
    /// All links in the order of their index.
    pub const ALL: [Link; 6] =
        [Link::East, Link::NorthEast, Link::North, Link::West, Link::SouthWest, Link::South];

    /// The link with this index, or `None` above 5.
    pub fn from_index(index: u8) -> Option<Link> {
        Link::ALL.get(usize::from(index)).copied()
    }

    /// The link's number in a routing table's output vector, 0 to 5.
    pub const fn index(self) -> u8 {
        self as u8
    }

    /// The link that leads straight back, which is also the port on which a packet sent here arrives.
    pub const fn opposite(self) -> Link {
        Link::ALL[(self as usize + 3) % 6]
    }

    /// Change of (x, y) when a packet leaves through this link.
    pub const fn delta(self) -> (i32, i32) {
        match self {
            Link::East => (1, 0),
            Link::NorthEast => (1, 1),
            Link::North => (0, 1),
            Link::West => (-1, 0),
            Link::SouthWest => (-1, -1),
            Link::South => (0, -1),
        }
    }

    /// The name used in files, such as `north_east`.
    pub const fn name(self) -> &'static str {
        match self {
            Link::East => "east",
            Link::NorthEast => "north_east",
            Link::North => "north",
            Link::West => "west",
            Link::SouthWest => "south_west",
            Link::South => "south",
        }
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A displacement as steps along three axes: `x` east, `y` north and `z` south-west, so that (1, 1, 1) is no movement.
///
/// A negative count means steps along the opposite link. The shortest form of a displacement is the one whose median
/// component is zero; [`HexVector::shortest`] gives it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HexVector {
    /// Steps along [`Link::East`] (negative: [`Link::West`]).
    pub x: i32,
    /// Steps along [`Link::North`] (negative: [`Link::South`]).
    pub y: i32,
    /// Steps along [`Link::SouthWest`] (negative: [`Link::NorthEast`]).
    pub z: i32,
}

impl HexVector {
    /// The shortest vector that moves by `dx` columns and `dy` rows on an endless mesh.
    pub fn shortest(dx: i32, dy: i32) -> HexVector {
        let median = dx.max(dy).min(dx.min(dy).max(0));
        HexVector { x: dx - median, y: dy - median, z: -median }
    }

    /// Number of links that a packet crosses when it follows this vector.
    pub fn hops(self) -> u32 {
        self.x.unsigned_abs() + self.y.unsigned_abs() + self.z.unsigned_abs()
    }

    /// Columns and rows moved: the same displacement without the third axis.
    pub fn delta(self) -> (i32, i32) {
        (self.x - self.z, self.y - self.z)
    }

    /// The vector as up to three runs of (link, number of steps), in the order x, y, z; zero runs are left out.
    pub fn legs(self) -> impl Iterator<Item = (Link, u32)> {
        let axes = [
            (self.x, Link::East, Link::West),
            (self.y, Link::North, Link::South),
            (self.z, Link::SouthWest, Link::NorthEast),
        ];
        axes.into_iter()
            .filter(|axis| axis.0 != 0)
            .map(|(steps, ahead, back)| (if steps > 0 { ahead } else { back }, steps.unsigned_abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opposite_links_cancel() {
        for link in Link::ALL {
            let ((ax, ay), (bx, by)) = (link.delta(), link.opposite().delta());
            assert_eq!((ax + bx, ay + by), (0, 0));
            assert_eq!(Link::from_index(link.index()), Some(link));
        }
        assert_eq!(Link::from_index(6), None);
    }

    #[test]
    fn shortest_vector_keeps_the_displacement_and_has_a_zero_median() {
        for (dx, dy) in (-6..=6).flat_map(|dx| (-6..=6).map(move |dy| (dx, dy))) {
            let vector = HexVector::shortest(dx, dy);
            assert_eq!(vector.delta(), (dx, dy));
            assert_eq!(vector.hops() as i32, dx.max(dy).max(0) - dx.min(dy).min(0));
            let walked = vector.legs().fold((0, 0), |(x, y), (link, steps)| {
                (x + link.delta().0 * steps as i32, y + link.delta().1 * steps as i32)
            });
            assert_eq!(walked, (dx, dy));
        }
    }
}
