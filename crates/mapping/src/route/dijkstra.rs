//! Shortest paths from the whole tree so far to one target after the other, on the working machine.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use gennaker_machine::{ChipXy, Link, Machine};

use super::disconnected;
use super::tree::Parents;
use crate::error::MappingError;

/// Grows the tree target by target. All links cost the same, so the queue needs no priorities.
pub(super) fn grow(
    machine: &Machine,
    source: ChipXy,
    near_first: &[ChipXy],
) -> Result<Parents, MappingError> {
    let mut chips = BTreeSet::from([source]);
    let mut parents = Parents::new();
    for &target in near_first {
        if chips.contains(&target) {
            continue;
        }
        let reached = search(machine, &chips, target).ok_or_else(|| disconnected(machine, source, target))?;
        let mut chip = target;
        while chips.insert(chip) {
            let (parent, link) = reached[&chip];
            parents.insert(chip, (parent, link));
            chip = parent;
        }
    }
    Ok(parents)
}

/// Searches outwards from all chips of the tree until the target is found.
fn search(machine: &Machine, tree: &BTreeSet<ChipXy>, target: ChipXy) -> Option<Parents> {
    let mut reached: BTreeMap<ChipXy, (ChipXy, Link)> = Parents::new();
    let mut open: VecDeque<ChipXy> = tree.iter().copied().collect();
    while let Some(chip) = open.pop_front() {
        for link in Link::ALL {
            let Some(near) = machine.neighbour(chip, link) else { continue };
            if tree.contains(&near) || reached.contains_key(&near) {
                continue;
            }
            reached.insert(near, (chip, link));
            if near == target {
                return Some(reached);
            }
            open.push_back(near);
        }
    }
    None
}
