//! Mends a tree that was found on the ideal machine where it crosses dead chips and links.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use gennaker_machine::{ChipXy, Link, Machine};

use super::disconnected;
use super::tree::Parents;
use crate::error::MappingError;

/// Drops what does not work and hangs the pieces that are left, each by the shortest working path, to the
/// part that still holds the source.
pub(super) fn repair(
    machine: &Machine,
    source: ChipXy,
    targets: &[ChipXy],
    ideal: Parents,
) -> Result<Parents, MappingError> {
    let works = |(&chip, &(parent, link)): (&ChipXy, &(ChipXy, Link))| {
        machine.contains(parent) && machine.neighbour(parent, link) == Some(chip)
    };
    if ideal.iter().all(works) {
        return Ok(ideal);
    }
    let orphans = piece_roots(source, targets, &ideal, works);
    let mut parents: Parents = ideal.iter().filter(|&edge| works(edge)).map(|(&c, &e)| (c, e)).collect();
    let mut main = reachable(source, &parents);
    for orphan in orphans {
        if main.contains(&orphan) {
            continue;
        }
        let path =
            shortest_path(machine, &main, orphan).ok_or_else(|| disconnected(machine, source, orphan))?;
        // A chip of another piece on the path changes its parent, and its subtree comes along.
        parents.extend(path);
        main = reachable(source, &parents);
    }
    Ok(parents)
}

/// Roots of the pieces that lost their way from the source, ascending; only pieces that hold a target.
fn piece_roots(
    source: ChipXy,
    targets: &[ChipXy],
    ideal: &Parents,
    works: impl Fn((&ChipXy, &(ChipXy, Link))) -> bool,
) -> BTreeSet<ChipXy> {
    let climb = |&target: &ChipXy| {
        let mut chip = target;
        while let Some(edge) = ideal.get(&chip)
            && works((&chip, edge))
        {
            chip = edge.0;
        }
        chip
    };
    targets.iter().map(climb).filter(|&root| root != source).collect()
}

fn reachable(source: ChipXy, parents: &Parents) -> BTreeSet<ChipXy> {
    let mut children: BTreeMap<ChipXy, Vec<ChipXy>> = BTreeMap::new();
    for (&chip, &(parent, _)) in parents {
        children.entry(parent).or_default().push(chip);
    }
    let mut found = BTreeSet::from([source]);
    let mut open = vec![source];
    while let Some(chip) = open.pop() {
        open.extend(children.remove(&chip).unwrap_or_default().into_iter().filter(|&c| found.insert(c)));
    }
    found
}

/// Edges of the shortest working path from a chip of `main` to `goal`, searched backwards from the goal.
fn shortest_path(machine: &Machine, main: &BTreeSet<ChipXy>, goal: ChipXy) -> Option<Parents> {
    let mut towards_goal: BTreeMap<ChipXy, Option<(ChipXy, Link)>> = BTreeMap::from([(goal, None)]);
    let mut open = VecDeque::from([goal]);
    while let Some(chip) = open.pop_front() {
        if main.contains(&chip) {
            return Some(edges_from(chip, &towards_goal));
        }
        for link in Link::ALL {
            let Some(before) = machine.neighbour(chip, link) else { continue };
            towards_goal.entry(before).or_insert_with(|| {
                open.push_back(before);
                Some((chip, link.opposite()))
            });
        }
    }
    None
}

fn edges_from(start: ChipXy, towards_goal: &BTreeMap<ChipXy, Option<(ChipXy, Link)>>) -> Parents {
    let mut edges = Parents::new();
    let mut chip = start;
    while let Some((next, link)) = towards_goal[&chip] {
        edges.insert(next, (chip, link));
        chip = next;
    }
    edges
}
