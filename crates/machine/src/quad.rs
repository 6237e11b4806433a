//! Where the processing elements of a SpiNNaker2 chip lie: 38 QuadPEs on a 7 x 6 grid around the router.

use serde::{Deserialize, Serialize};

use crate::facts::spinnaker2 as s2;

/// Grid position of each QuadPE in the order of its core ids, as SpiNNMachine's table for this chip has it.
const QUADS: [(u8, u8); s2::QUADS_PER_CHIP.value as usize] = [
    (7, 6),
    (7, 5),
    (6, 6),
    (6, 5),
    (6, 4),
    (5, 4),
    (5, 6),
    (3, 6),
    (4, 6),
    (5, 5),
    (3, 5),
    (4, 5),
    (1, 6),
    (2, 6),
    (1, 5),
    (2, 5),
    (1, 4),
    (2, 4),
    (3, 4),
    (1, 1),
    (2, 1),
    (1, 2),
    (2, 2),
    (1, 3),
    (2, 3),
    (3, 3),
    (5, 1),
    (3, 1),
    (4, 1),
    (5, 2),
    (3, 2),
    (4, 2),
    (7, 1),
    (6, 1),
    (7, 2),
    (6, 2),
    (6, 3),
    (5, 3),
];

/// Grid places of the event router, which covers the area of two QuadPEs.
const ROUTER_TILES: [Quad; 2] = [Quad { x: 4, y: 3 }, Quad { x: 4, y: 4 }];

/// A place on the grid of QuadPEs: `x` 1 to 7 from west to east, `y` 1 to 6 from south to north.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Quad {
    /// Column, 1 to 7.
    pub x: u8,
    /// Row, 1 to 6.
    pub y: u8,
}

/// Where a processing element lies on its chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CorePosition {
    /// Its QuadPE.
    pub quad: Quad,
    /// Its number within the QuadPE, 0 to 3.
    pub pe: u8,
}

impl Quad {
    /// All 38 QuadPEs in the order of their core ids.
    pub fn all() -> impl Iterator<Item = Quad> {
        QUADS.iter().map(|&(x, y)| Quad { x, y })
    }

    /// Hops of the data network between two QuadPEs: packets go along x, then along y.
    pub fn hops_to(self, other: Quad) -> u32 {
        u32::from(self.x.abs_diff(other.x)) + u32::from(self.y.abs_diff(other.y))
    }

    /// Hops of the data network to the nearer tile of the event router.
    pub fn hops_to_router(self) -> u32 {
        ROUTER_TILES.iter().map(|&tile| self.hops_to(tile)).min().unwrap_or(0)
    }
}

impl CorePosition {
    /// Where the core with this id lies. `None` for the management core 0, which is outside the grid, and above 152.
    pub fn of(core: u8) -> Option<CorePosition> {
        let pes_per_quad = s2::PES_PER_QUAD.value;
        let index = core.checked_sub(1)?;
        let &(x, y) = QUADS.get(usize::from(index / pes_per_quad))?;
        Some(CorePosition { quad: Quad { x, y }, pe: index % pes_per_quad })
    }

    /// The id of the core at this position, 1 to 152, or `None` where there is no PE.
    pub fn core(self) -> Option<u8> {
        let pes_per_quad = s2::PES_PER_QUAD.value;
        let quad = Quad::all().position(|quad| quad == self.quad)?;
        (self.pe < pes_per_quad).then(|| quad as u8 * pes_per_quad + self.pe + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn core_ids_and_positions_are_one_to_one() {
        for core in 1..=s2::N_PES.value {
            assert_eq!(CorePosition::of(core).and_then(CorePosition::core), Some(core));
        }
        assert_eq!(CorePosition::of(0), None);
        assert_eq!(CorePosition::of(153), None);
        assert_eq!(CorePosition { quad: Quad { x: 4, y: 3 }, pe: 0 }.core(), None);
    }

    #[test]
    fn mean_distances_match_the_grid() {
        let pairs = || Quad::all().flat_map(|a| Quad::all().map(move |b| a.hops_to(b)));
        let mean = f64::from(pairs().sum::<u32>()) / f64::from(38 * 37);
        assert!((mean - 4.41).abs() < 0.005, "{mean}");
        assert_eq!(pairs().max(), Some(11));
        let to_router = || Quad::all().map(Quad::hops_to_router);
        let mean = f64::from(to_router().sum::<u32>()) / 38.0;
        assert!((mean - 2.84).abs() < 0.005, "{mean}");
        assert_eq!(to_router().max(), Some(5));
    }
}
