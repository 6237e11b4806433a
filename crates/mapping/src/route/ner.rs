//! Neighbour-exploring routing (Navaridas et al. 2015) on the machine as it would be without faults.

use std::collections::{BTreeMap, BTreeSet};

use gennaker_machine::{ChipXy, HexVector, Link, Machine};

use super::tree::Parents;
use crate::rng::Rng;

/// How far from a target the tree is searched for a chip to branch from, in hops.
const RADIUS: u32 = 20;

/// Chips in a hexagon of radius [`RADIUS`].
const CHIPS_IN_RADIUS: usize = 1 + 3 * RADIUS as usize * (RADIUS as usize + 1);

/// From this many chips on, looking round the target is cheaper than looking through the tree.
const LARGE_TREE: usize = 3 * CHIPS_IN_RADIUS;

/// Connects the targets, near first, each along a minimal path from the nearest chip of the tree so far.
///
/// Paths may cross dead chips and links, and chips outside the outline of a board.
pub(super) fn explore(machine: &Machine, source: ChipXy, near_first: &[ChipXy], seed: u64) -> Parents {
    let mut rng = Rng::keyed(seed, &[u64::from(source.x), u64::from(source.y)]);
    let mut tree = Tree { chips: vec![source], rank: BTreeMap::from([(source, 0)]), parents: Parents::new() };
    for &target in near_first {
        if tree.rank.contains_key(&target) {
            continue;
        }
        let start = tree.nearest(machine, target).unwrap_or(source);
        let vectors = machine.minimal_vectors(start, target);
        let vector = vectors[rng.below(vectors.len())];
        tree.append(start, longest_dimension_first(machine, start, vector, &mut rng));
    }
    tree.parents
}

/// The growing tree. Invariant: `rank` numbers the chips in the order of `chips`.
struct Tree {
    chips: Vec<ChipXy>,
    rank: BTreeMap<ChipXy, usize>,
    parents: Parents,
}

impl Tree {
    /// The chip of the tree nearest to the target, the oldest of equals, if one is within [`RADIUS`].
    fn nearest(&self, machine: &Machine, target: ChipXy) -> Option<ChipXy> {
        if self.chips.len() > LARGE_TREE {
            return self.nearest_round(machine, target);
        }
        let near = |&chip: &ChipXy| (machine.distance(chip, target), chip);
        let (distance, chip) = self.chips.iter().map(near).min_by_key(|&(distance, _)| distance)?;
        (distance <= RADIUS).then_some(chip)
    }

    /// Searches ring by ring round the target.
    fn nearest_round(&self, machine: &Machine, target: ChipXy) -> Option<ChipXy> {
        let mut seen = BTreeSet::from([target]);
        let mut ring = vec![target];
        for _ in 0..RADIUS {
            let around = |&chip: &ChipXy| Link::ALL.map(|link| machine.ideal_neighbour(chip, link));
            ring = ring.iter().flat_map(around).flatten().filter(|&chip| seen.insert(chip)).collect();
            let hits = ring.iter().filter_map(|&chip| Some((*self.rank.get(&chip)?, chip)));
            if let Some((_, chip)) = hits.min() {
                return Some(chip);
            }
        }
        None
    }

    /// Adds the part of a path that lies behind its last chip in the tree.
    fn append(&mut self, start: ChipXy, path: Vec<(Link, ChipXy)>) {
        let known = path.iter().rposition(|(_, chip)| self.rank.contains_key(chip));
        let mut last = known.map_or(start, |at| path[at].1);
        for (link, chip) in path.into_iter().skip(known.map_or(0, |at| at + 1)) {
            self.parents.insert(chip, (last, link));
            self.rank.insert(chip, self.chips.len());
            self.chips.push(chip);
            last = chip;
        }
    }
}

/// The path along a vector that finishes the longest axis first; long straight runs need few entries.
fn longest_dimension_first(
    machine: &Machine,
    start: ChipXy,
    vector: HexVector,
    rng: &mut Rng,
) -> Vec<(Link, ChipXy)> {
    let mut legs: Vec<(Link, u32, usize)> =
        vector.legs().map(|(link, steps)| (link, steps, rng.below(1 << 16))).collect();
    legs.sort_by_key(|&(_, steps, tie)| (std::cmp::Reverse(steps), tie));
    let mut chip = start;
    let links = legs.into_iter().flat_map(|(link, steps, _)| std::iter::repeat_n(link, steps as usize));
    links
        .map(|link| {
            chip = step(machine, chip, link);
            (link, chip)
        })
        .collect()
}

/// One hop in the bounding rectangle of the machine. Minimal paths never leave it, as each of their axes
/// moves towards the target.
fn step(machine: &Machine, chip: ChipXy, link: Link) -> ChipXy {
    let (dx, dy) = link.delta();
    let (width, height) = (i32::from(machine.width()), i32::from(machine.height()));
    let x = (i32::from(chip.x) + dx).rem_euclid(width) as u16;
    let y = (i32::from(chip.y) + dy).rem_euclid(height) as u16;
    ChipXy { x, y }
}
