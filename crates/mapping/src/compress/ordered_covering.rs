//! Ordered covering (Mundy, Heathcote, Garside 2016): greedy merges, checked against the keys that are sent.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::key::KeyMask;
use crate::table::{Route, RoutingEntry};

/// Repeats the merge that promises most until the table has at most `target` entries or nothing can be merged.
///
/// What a route's best merge saves is looked up again only when its turn comes: other merges seldom make it
/// larger. Rounds are repeated until one changes nothing.
pub(super) fn cover(entries: &[RoutingEntry], defaulted: &[KeyMask], target: usize) -> Vec<RoutingEntry> {
    let mut table = Table::new(entries, defaulted);
    loop {
        let n_before = table.lines.len();
        table.round(target);
        if table.lines.len() == n_before || n_before <= target {
            break;
        }
    }
    table.lines.into_iter().map(|line| RoutingEntry::new(line.keys, line.route)).collect()
}

/// An entry and the original entries that it stands for.
struct Line {
    keys: KeyMask,
    route: Route,
    aliases: Vec<KeyMask>,
}

/// The table under compression. Invariant: `lines` is ascending by generality.
struct Table<'a> {
    lines: Vec<Line>,
    /// Live keys below all lines.
    defaulted: &'a [KeyMask],
}

impl<'a> Table<'a> {
    fn new(entries: &[RoutingEntry], defaulted: &'a [KeyMask]) -> Self {
        let line = |e: &RoutingEntry| Line { keys: e.keys(), route: e.route, aliases: vec![e.keys()] };
        let mut lines: Vec<Line> = entries.iter().map(line).collect();
        lines.sort_by_key(|line| (line.keys.generality(), line.keys));
        Self { lines, defaulted }
    }

    /// Merges route by route, the largest promise first (of equals the smallest route), until no promise is left.
    fn round(&mut self, target: usize) {
        let mut promises: BTreeSet<(usize, Reverse<Route>)> = BTreeSet::new();
        for (route, n) in self.route_sizes() {
            promises.insert((n, Reverse(route)));
        }
        while self.lines.len() > target
            && let Some((_, Reverse(route))) = promises.pop_last()
        {
            let members: Vec<usize> =
                (0..self.lines.len()).filter(|&at| self.lines[at].route == route).collect();
            let n_members = members.len();
            let Some(found) = self.refine(members, 1) else { continue };
            let next_promise = promises.last().map_or(0, |&(n, _)| n);
            if found.len() < next_promise {
                promises.insert((found.len(), Reverse(route)));
            } else {
                self.apply(&found);
                promises.insert((n_members - found.len() + 1, Reverse(route)));
            }
        }
    }

    /// Routes with more than one line, and how many.
    fn route_sizes(&self) -> BTreeMap<Route, usize> {
        let mut sizes = BTreeMap::new();
        for line in &self.lines {
            *sizes.entry(line.route).or_insert(0) += 1;
        }
        sizes.retain(|_, n| *n > 1);
        sizes
    }

    /// Removes members until the merge is safe; `None` once it is not larger than `must_beat` members.
    fn refine(&self, members: Vec<usize>, must_beat: usize) -> Option<Vec<usize>> {
        let mut members = self.without_shadowing(members, must_beat)?;
        loop {
            let n_before = members.len();
            members = self.without_overtaking(members);
            if members.len() == n_before {
                return Some(members);
            }
            let n_before = members.len();
            members = self.without_shadowing(members, must_beat)?;
            if members.len() == n_before {
                return Some(members);
            }
        }
    }

    /// Members move down to the insertion point; drops those whose keys a line in between would catch.
    fn without_overtaking(&self, mut members: Vec<usize>) -> Vec<usize> {
        for member in members.clone().into_iter().rev() {
            if members.len() < 2 {
                break;
            }
            let insertion = self.insertion_point(self.merged(&members));
            let keys = self.lines[member].keys;
            let caught = (member + 1..insertion)
                .any(|at| members.binary_search(&at).is_err() && self.lines[at].keys.intersects(keys));
            if caught {
                members.retain(|&m| m != member);
            }
        }
        members
    }

    /// The merged line must catch no live key of a line below it; takes out the fewest members that free
    /// a key bit to tell them apart.
    fn without_shadowing(&self, mut members: Vec<usize>, must_beat: usize) -> Option<Vec<usize>> {
        while members.len() > must_beat {
            let merged = self.merged(&members);
            let covered = self.covered_below(&members, merged);
            if covered.is_empty() {
                return Some(members);
            }
            let removal = self.smallest_removal(&members, merged, &covered)?;
            members.retain(|m| removal.binary_search(m).is_err());
        }
        None
    }

    /// Live keys below the insertion point that the merged line would catch.
    fn covered_below(&self, members: &[usize], merged: KeyMask) -> Vec<KeyMask> {
        let insertion = self.insertion_point(merged);
        let below = (insertion..self.lines.len()).filter(|at| members.binary_search(at).is_err());
        let aliases = below.flat_map(|at| &self.lines[at].aliases);
        aliases.chain(self.defaulted).filter(|alias| alias.intersects(merged)).copied().collect()
    }

    /// The fewest members without which some bit of the merged mask tells a covered key from the rest; only
    /// the covered keys with the fewest such bits are looked at, as their choice is smallest.
    fn smallest_removal(
        &self,
        members: &[usize],
        merged: KeyMask,
        covered: &[KeyMask],
    ) -> Option<Vec<usize>> {
        let settable = |alias: &KeyMask| alias.mask & !merged.mask;
        let fewest = covered.iter().map(|alias| settable(alias).count_ones()).min()?;
        let hardest = covered.iter().filter(|alias| settable(alias).count_ones() == fewest);
        let bits = hardest.flat_map(|alias| {
            (0..32)
                .map(|b| 1_u32 << b)
                .filter(move |bit| settable(alias) & bit != 0)
                .map(move |bit| (*alias, bit))
        });
        let blocking = |(alias, bit): (KeyMask, u32)| -> Vec<usize> {
            let blocks = |&&m: &&usize| {
                let keys = self.lines[m].keys;
                keys.mask & bit == 0 || (keys.key ^ alias.key) & bit == 0
            };
            members.iter().filter(blocks).copied().collect()
        };
        bits.map(blocking).min_by_key(Vec::len)
    }

    fn merged(&self, members: &[usize]) -> KeyMask {
        members.iter().map(|&m| self.lines[m].keys).reduce(KeyMask::merge).unwrap_or(self.lines[0].keys)
    }

    /// Index of the first line at least as general.
    fn insertion_point(&self, keys: KeyMask) -> usize {
        self.lines.partition_point(|line| line.keys.generality() < keys.generality())
    }

    /// Replaces the members by one line.
    fn apply(&mut self, members: &[usize]) {
        let (keys, route) = (self.merged(members), self.lines[members[0]].route);
        let insertion = self.insertion_point(keys);
        let insertion = insertion - members.partition_point(|&m| m < insertion);
        let mut aliases = Vec::new();
        let mut at = 0;
        self.lines.retain_mut(|line| {
            let leaves = members.binary_search(&at).is_ok();
            at += 1;
            if leaves {
                aliases.append(&mut line.aliases);
            }
            !leaves
        });
        self.lines.insert(insertion, Line { keys, route, aliases });
    }
}
