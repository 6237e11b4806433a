//! A routing table arranged for look-ups of whole key blocks.

use std::collections::BTreeMap;

use crate::key::KeyMask;
use crate::table::{Route, RoutingTable};

/// What a table does with a block of keys.
pub(crate) enum Decision {
    /// All keys take this route.
    Hit(Route),
    /// No key matches an entry.
    Miss,
    /// Keys with and without this bit may differ.
    Split(u32),
}

/// The entries by mask, then by key, each with its priority: as many searches as there are masks replace one
/// comparison per entry.
pub(crate) struct TableIndex {
    by_mask: BTreeMap<u32, BTreeMap<u32, usize>>,
    routes: Vec<Route>,
}

impl TableIndex {
    pub(crate) fn new(table: &RoutingTable) -> Self {
        let mut by_mask: BTreeMap<u32, BTreeMap<u32, usize>> = BTreeMap::new();
        for (priority, entry) in table.entries.iter().enumerate() {
            by_mask.entry(entry.mask).or_default().entry(entry.key).or_insert(priority);
        }
        Self { by_mask, routes: table.entries.iter().map(|entry| entry.route).collect() }
    }

    /// The first entry that any key of the block matches decides, if it matches all of them.
    pub(crate) fn decide(&self, block: KeyMask) -> Decision {
        let first = self.by_mask.iter().filter_map(|(&mask, keys)| first_of_mask(mask, keys, block)).min();
        match first {
            None => Decision::Miss,
            Some((priority, 0)) => Decision::Hit(self.routes[priority]),
            Some((_, finer)) => Decision::Split(1 << finer.ilog2()),
        }
    }
}

/// The first entry of this mask that the block touches, with the bits that it compares and the block leaves free.
fn first_of_mask(mask: u32, keys: &BTreeMap<u32, usize>, block: KeyMask) -> Option<(usize, u32)> {
    let finer = mask & !block.mask;
    if finer == 0 {
        return keys.get(&(block.key & mask)).map(|&priority| (priority, 0));
    }
    let touched = keys.range(block.key & mask..).take_while(|&(&key, _)| key <= (block.key | !block.mask));
    let priorities = touched.filter(|&(&key, _)| KeyMask { key, mask }.intersects(block)).map(|(_, &p)| p);
    priorities.min().map(|priority| (priority, finer))
}
