//! What a multicast router holds: an ordered list of ternary keys, each with the outputs that it copies to.

use gennaker_machine::Link;
use serde::{Deserialize, Serialize};

use crate::key::KeyMask;

/// Local cores that a [`Route`] can name, 0 to 191: room for the 153 of a SpiNNaker2 chip and to spare.
pub const MAX_ROUTE_CORES: usize = 192;

const WORDS: usize = MAX_ROUTE_CORES / 64;

/// The outputs of a routing decision: six links and up to [`MAX_ROUTE_CORES`] local cores.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Route {
    links: u8,
    cores: [u64; WORDS],
}

impl Route {
    /// The route with no output, which discards a packet on purpose.
    pub const NONE: Self = Self { links: 0, cores: [0; WORDS] };

    /// The route with this one link.
    pub fn to_link(link: Link) -> Self {
        Self::NONE.with_link(link)
    }

    /// The route with this one local core; `core` is below [`MAX_ROUTE_CORES`].
    pub fn to_core(core: u8) -> Self {
        Self::NONE.with_core(core)
    }

    /// This route and a link.
    #[must_use]
    pub fn with_link(mut self, link: Link) -> Self {
        self.links |= 1 << link.index();
        self
    }

    /// This route and a local core, below [`MAX_ROUTE_CORES`].
    #[must_use]
    pub fn with_core(mut self, core: u8) -> Self {
        self.cores[usize::from(core) / 64] |= 1 << (core % 64);
        self
    }

    /// All outputs of both.
    #[must_use]
    pub fn union(mut self, other: Self) -> Self {
        self.links |= other.links;
        for (mine, theirs) in self.cores.iter_mut().zip(other.cores) {
            *mine |= theirs;
        }
        self
    }

    /// Whether packets leave by this link.
    pub fn has_link(self, link: Link) -> bool {
        self.links >> link.index() & 1 == 1
    }

    /// Whether this local core gets a copy.
    pub fn has_core(self, core: u8) -> bool {
        self.cores.get(usize::from(core) / 64).is_some_and(|word| word >> (core % 64) & 1 == 1)
    }

    /// The links, in the order of [`Link::ALL`].
    pub fn links(self) -> impl Iterator<Item = Link> {
        Link::ALL.into_iter().filter(move |&link| self.has_link(link))
    }

    /// The local cores, ascending.
    pub fn cores(self) -> impl Iterator<Item = u8> {
        (0..MAX_ROUTE_CORES as u8).filter(move |&core| self.has_core(core))
    }

    /// The same route without its links.
    #[must_use]
    pub fn cores_only(self) -> Self {
        Self { links: 0, ..self }
    }

    /// Number of links.
    pub fn n_links(self) -> u32 {
        self.links.count_ones()
    }

    /// Number of local cores.
    pub fn n_cores(self) -> u32 {
        self.cores.iter().map(|word| word.count_ones()).sum()
    }

    /// The only output, if that is a link.
    pub(crate) fn single_link(self) -> Option<Link> {
        (self.n_links() == 1 && self.n_cores() == 0).then(|| self.links().next()).flatten()
    }
}

/// One line of a routing table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct RoutingEntry {
    /// The bits to find where `mask` is 1.
    pub key: u32,
    /// 1 where the key bit is compared.
    pub mask: u32,
    /// Where matching packets are copied to.
    pub route: Route,
}

impl RoutingEntry {
    /// The entry that sends `keys` along `route`.
    pub fn new(keys: KeyMask, route: Route) -> Self {
        Self { key: keys.key, mask: keys.mask, route }
    }

    /// The keys that the entry matches.
    pub fn keys(&self) -> KeyMask {
        KeyMask { key: self.key, mask: self.mask }
    }
}

/// The multicast table of one router; the first matching entry wins.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct RoutingTable {
    /// Entries, highest priority first.
    pub entries: Vec<RoutingEntry>,
}

impl RoutingTable {
    /// The first entry that matches, as the ternary memory finds it.
    pub fn lookup(&self, key: u32) -> Option<&RoutingEntry> {
        self.entries.iter().find(|entry| entry.keys().matches(key))
    }

    /// The router's decision for one packet; `heading` is the link by which it left its last router, `None`
    /// for a packet from a local core.
    ///
    /// Without a matching entry a travelling packet goes straight on and a local packet is dropped (`None`).
    /// Source: SpiNNaker1 data sheet; that the SpiNNaker2 router does the same is an assumption.
    pub fn decide(&self, key: u32, heading: Option<Link>) -> Option<Route> {
        self.lookup(key).map(|entry| entry.route).or_else(|| heading.map(Route::to_link))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_keep_every_core_and_link() {
        let route = (0..MAX_ROUTE_CORES as u8)
            .step_by(7)
            .fold(Route::to_link(Link::West).with_link(Link::East), Route::with_core);
        assert_eq!(route.cores().collect::<Vec<_>>(), (0..192).step_by(7).collect::<Vec<u8>>());
        assert_eq!(route.links().collect::<Vec<_>>(), [Link::East, Link::West]);
        assert_eq!((route.n_cores(), route.n_links()), (28, 2));
        assert!(!route.has_core(255));
    }

    #[test]
    fn first_match_wins_and_misses_go_straight_on() {
        let one = RoutingEntry::new(KeyMask::block(0x10, 16), Route::to_core(3));
        let two = RoutingEntry::new(KeyMask::block(0, 256), Route::to_core(4));
        let table = RoutingTable { entries: vec![one, two] };
        assert_eq!(table.decide(0x12, None), Some(Route::to_core(3)));
        assert_eq!(table.decide(0x22, None), Some(Route::to_core(4)));
        assert_eq!(table.decide(0x100, Some(Link::South)), Some(Route::to_link(Link::South)));
        assert_eq!(table.decide(0x100, None), None);
    }
}
