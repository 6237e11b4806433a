//! A routing table arranged for look-ups of whole key blocks.

use std::collections::BTreeMap;

use crate::key::KeyMask;
use crate::table::{Route, RoutingTable};

/// What a table does with a block of keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// All keys take this route.
    Hit(Route),
    /// No key matches an entry.
    Miss,
    /// Keys with and without this bit may differ.
    Split(u32),
}

/// The entries by mask, each group ascending by key and with its priorities: as many binary searches as there are
/// masks replace one comparison per entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TableIndex {
    by_mask: Vec<(u32, Vec<(u32, usize)>)>,
    routes: Vec<Route>,
}

impl TableIndex {
    /// Arranges a table.
    #[must_use]
    pub fn new(table: &RoutingTable) -> Self {
        let mut by_mask: BTreeMap<u32, Vec<(u32, usize)>> = BTreeMap::new();
        for (priority, entry) in table.entries.iter().enumerate() {
            by_mask.entry(entry.mask).or_default().push((entry.key, priority));
        }
        for keys in by_mask.values_mut() {
            keys.sort_unstable();
        }
        Self {
            by_mask: by_mask.into_iter().collect(),
            routes: table.entries.iter().map(|entry| entry.route).collect(),
        }
    }

    /// The first entry that any key of the block matches decides, if it matches all of them.
    #[must_use]
    pub fn decide(&self, block: KeyMask) -> Decision {
        let first = self.by_mask.iter().filter_map(|(mask, keys)| first_of_mask(*mask, keys, block)).min();
        match first {
            None => Decision::Miss,
            Some((priority, 0)) => Decision::Hit(self.routes[priority]),
            Some((_, finer)) => Decision::Split(1 << finer.ilog2()),
        }
    }
}

/// The first entry of this mask that the block touches, with the bits that it compares and the block leaves free.
fn first_of_mask(mask: u32, keys: &[(u32, usize)], block: KeyMask) -> Option<(usize, u32)> {
    let finer = mask & !block.mask;
    let from = keys.partition_point(|&(key, _)| key < block.key & mask);
    if finer == 0 {
        return keys
            .get(from)
            .filter(|&&(key, _)| key == block.key & mask)
            .map(|&(_, priority)| (priority, 0));
    }
    let touched = keys[from..].iter().take_while(|&&(key, _)| key <= (block.key | !block.mask));
    let priorities = touched.filter(|&&(key, _)| KeyMask { key, mask }.intersects(block)).map(|&(_, p)| p);
    priorities.min().map(|priority| (priority, finer))
}
