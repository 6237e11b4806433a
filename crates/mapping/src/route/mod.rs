//! Multicast trees from a source chip to a set of target chips.

mod dijkstra;
mod ner;
mod repair;
mod tree;

use gennaker_machine::{ChipXy, Machine};

use crate::error::MappingError;
use crate::options::Router;

pub use tree::{RouteTree, TreeNode};

/// Finds a tree from `source` to all `targets` (ascending, distinct) that uses working chips and links only.
///
/// The result depends on the chips and the seed alone, so nets between the same chips can share it.
pub(crate) fn route(
    machine: &Machine,
    source: ChipXy,
    targets: &[ChipXy],
    router: Router,
    seed: u64,
) -> Result<RouteTree, MappingError> {
    let mut by_distance: Vec<ChipXy> = targets.to_vec();
    by_distance.sort_by_key(|&target| (machine.distance(source, target), target));
    let parents = match router {
        Router::Ner => {
            let ideal = ner::explore(machine, source, &by_distance, seed);
            repair::repair(machine, source, &by_distance, ideal)?
        }
        Router::Dijkstra => dijkstra::grow(machine, source, &by_distance)?,
    };
    Ok(RouteTree::from_parents(source, targets, &parents))
}

/// The error for a target that no working path reaches.
fn disconnected(machine: &Machine, from: ChipXy, to: ChipXy) -> MappingError {
    MappingError::Disconnected { from, to, machine: machine.spec().name.clone() }
}
