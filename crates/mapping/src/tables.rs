//! From trees to routing tables: one entry per net and chip, merged over neighbouring slices.

use std::collections::BTreeMap;

use gennaker_machine::ChipXy;

use crate::key::{KeyMask, aligned_cover};
use crate::keys::KeyPlan;
use crate::route::RouteTree;
use crate::table::{Route, RoutingEntry};

/// What one net asks of one router.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stop {
    /// Outputs of the router.
    pub(crate) route: Route,
    /// Whether a router without an entry would do the same.
    pub(crate) is_default: bool,
}

/// The chips of a tree with what their routers have to do, given the target cores on each chip.
pub(crate) fn stops(tree: &RouteTree, landings: &BTreeMap<ChipXy, Route>) -> Vec<(ChipXy, Stop)> {
    let with_cores = |(node, links): (&crate::route::TreeNode, Route)| {
        let route = landings.get(&node.chip).map_or(links, |&cores| links.union(cores));
        let heading = node.from.map(|(_, link)| link);
        let is_default = heading.is_some() && route.single_link() == heading;
        (node.chip, Stop { route, is_default })
    };
    tree.nodes.iter().zip(tree.out_links()).map(with_cores).collect()
}

/// Entries of one router in two heaps.
pub(crate) struct ChipEntries {
    /// Entries that the table needs, disjoint, ascending by key.
    pub(crate) kept: Vec<RoutingEntry>,
    /// Keys left to default routing, which no other entry may catch.
    pub(crate) defaulted: Vec<KeyMask>,
}

/// Entries for one chip from its stops, which are ascending by source slice.
///
/// Runs of slices that follow each other in the key space and want the same are covered by aligned blocks.
pub(crate) fn chip_entries(
    stops: &[(u32, Stop)],
    keys: &KeyPlan,
    populations: &[u32],
    remove_default_routes: bool,
) -> ChipEntries {
    let joins = |a: &(u32, Stop), b: &(u32, Stop)| {
        let (before, after) = (a.0 as usize, b.0 as usize);
        a.1 == b.1
            && populations[before] == populations[after]
            && keys.blocks[before].block_end() == u64::from(keys.blocks[after].key)
    };
    let mut entries = ChipEntries { kept: Vec::new(), defaulted: Vec::new() };
    for run in stops.chunk_by(joins) {
        let stop = run[0].1;
        let blocks = cover_run(run[0].0 as usize, run[run.len() - 1].0 as usize, keys, populations);
        if stop.is_default && remove_default_routes {
            entries.defaulted.extend(blocks);
        } else {
            entries.kept.extend(blocks.map(|block| RoutingEntry::new(block, stop.route)));
        }
    }
    entries.kept.sort_unstable();
    entries
}

/// Fewest aligned blocks over the keys of slices `first` to `last`. At a population's last slice the cover may
/// reach into the keys that the population reserved and does not use.
fn cover_run(
    first: usize,
    last: usize,
    keys: &KeyPlan,
    populations: &[u32],
) -> impl Iterator<Item = KeyMask> + use<> {
    let lo = u64::from(keys.blocks[first].key);
    let end = keys.blocks[last].block_end();
    let ends_population = populations.get(last + 1) != Some(&populations[last]);
    let limit = if ends_population { keys.reserved_end[last] } else { end };
    let ends = (0..=32).map(|bits| end.next_multiple_of(1 << bits)).take_while(|&hi| hi <= limit);
    let hi = ends.min_by_key(|&hi| aligned_cover(lo, hi).count()).unwrap_or(end);
    aligned_cover(lo, hi)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(bases: &[u32], size: u64, reserved_end: u64) -> KeyPlan {
        let blocks: Vec<_> = bases.iter().map(|&base| KeyMask::block(base, size)).collect();
        KeyPlan { reserved_end: vec![reserved_end; blocks.len()], blocks }
    }

    #[test]
    fn five_slices_of_one_population_need_one_entry() {
        let keys = plan(&[0, 16, 32, 48, 64], 16, 128);
        let stop = Stop { route: Route::to_core(1), is_default: false };
        let stops: Vec<_> = (0..5).map(|slice| (slice, stop)).collect();
        let entries = chip_entries(&stops, &keys, &[0; 5], true);
        assert_eq!(entries.kept, [RoutingEntry::new(KeyMask::block(0, 128), stop.route)]);
    }

    #[test]
    fn runs_stop_at_gaps_and_at_other_routes() {
        let keys = plan(&[0, 16, 32, 48, 64], 16, 80);
        let one = Stop { route: Route::to_core(1), is_default: false };
        let two = Stop { route: Route::to_core(2), is_default: false };
        let entries = chip_entries(&[(0, one), (1, one), (3, one), (4, two)], &keys, &[0; 5], true);
        let blocks: Vec<_> = entries.kept.iter().map(RoutingEntry::keys).collect();
        assert_eq!(blocks, [KeyMask::block(0, 32), KeyMask::block(48, 16), KeyMask::block(64, 16)]);
    }

    #[test]
    fn straight_runs_are_left_to_default_routing_if_asked() {
        let keys = plan(&[0], 16, 16);
        let straight = Stop { route: Route::to_link(gennaker_machine::Link::East), is_default: true };
        let stops = [(0, straight)];
        let removed = chip_entries(&stops, &keys, &[0], true);
        assert_eq!((removed.kept.len(), removed.defaulted.len()), (0, 1));
        let all = chip_entries(&stops, &keys, &[0], false);
        assert_eq!((all.kept.len(), all.defaulted.len()), (1, 0));
    }
}
