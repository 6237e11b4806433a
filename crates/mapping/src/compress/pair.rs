//! The pair compressor: groups of equal routes, the smallest on top, merged entry by entry.

use std::collections::BTreeMap;

use crate::key::KeyMask;
use crate::table::{Route, RoutingEntry};

/// Merges entries of equal route where the merged entry catches no key of a group below.
///
/// A group may shadow only groups above it, which have had their turn in the router; the biggest group comes
/// last and merges most freely. Cost: entries squared times group size in the worst case.
pub(super) fn merge_pairs(entries: &[RoutingEntry], defaulted: &[KeyMask]) -> Vec<RoutingEntry> {
    let mut by_route: BTreeMap<Route, Vec<KeyMask>> = BTreeMap::new();
    for entry in entries {
        by_route.entry(entry.route).or_default().push(entry.keys());
    }
    let mut groups: Vec<(Route, Vec<KeyMask>)> = by_route.into_iter().collect();
    groups.sort_by_key(|(_, group)| group.len());

    let mut below: Vec<KeyMask> = groups.iter().flat_map(|(_, group)| group).copied().collect();
    below.reverse();
    below.splice(0..0, defaulted.iter().copied());
    let mut merged = Vec::with_capacity(entries.len());
    for (route, group) in groups {
        below.truncate(below.len() - group.len());
        merged.extend(merge_group(group, &below).into_iter().map(|keys| RoutingEntry::new(keys, route)));
    }
    merged
}

/// Merges the first entry with all that it can take in, then the first of those left, and so on.
fn merge_group(mut group: Vec<KeyMask>, below: &[KeyMask]) -> Vec<KeyMask> {
    let mut merged = Vec::new();
    while !group.is_empty() {
        let mut grown = group.remove(0);
        group.retain(|&other| {
            let larger = grown.merge(other);
            let free = larger == grown || !below.iter().any(|&key| larger.intersects(key));
            if free {
                grown = larger;
            }
            !free
        });
        merged.push(grown);
    }
    merged
}
