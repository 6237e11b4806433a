//! Makes routing tables smaller without changing where any live key goes.

mod ordered_covering;
mod pair;

use crate::key::KeyMask;
use crate::options::Compressor;
use crate::table::RoutingEntry;

/// Merges entries until at most `target` are left or no merge is possible.
///
/// `entries` must be disjoint, so that their order does not matter; in the result it does. Live keys that have
/// no entry because they are left to default routing are given as `defaulted`: no result entry catches them.
pub fn compress(
    entries: &[RoutingEntry],
    defaulted: &[KeyMask],
    compressor: Compressor,
    target: usize,
) -> Vec<RoutingEntry> {
    match compressor {
        Compressor::None => entries.to_vec(),
        _ if entries.len() <= target => entries.to_vec(),
        Compressor::Pair => pair::merge_pairs(entries, defaulted),
        Compressor::OrderedCovering => ordered_covering::cover(entries, defaulted, target),
        Compressor::Smaller => {
            let pairs = pair::merge_pairs(entries, defaulted);
            if pairs.len() <= target {
                return pairs;
            }
            let covered = ordered_covering::cover(entries, defaulted, target);
            if covered.len() < pairs.len() { covered } else { pairs }
        }
    }
}
