//! The event queue: a calendar of two levels before a heap.
//!
//! Time only goes forward, and most events lie a few hundred nanoseconds ahead. So the near future is an array of slots of
//! 8 ns that cover one page of 4 us; the pages of the next 4 ms are lists, dealt into slots when their time comes; what is later
//! still waits in a heap. Taking out events is in order of time and, among equal times, of insertion: a slot is sorted by
//! (picosecond, position) when it is opened, and a list keeps the order in which it was filled.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Bits of a slot: 8,192 ps.
const SLOT_BITS: u32 = 13;
/// Bits of a page: 512 slots.
const PAGE_BITS: u32 = SLOT_BITS + 9;
const N_SLOTS: usize = 1 << (PAGE_BITS - SLOT_BITS);
const N_PAGES: usize = 1 << 10;

/// Something that happens at a time.
#[derive(Debug, Clone, Copy)]
struct Entry<T> {
    time_ps: u64,
    what: T,
}

/// Events by time, then by the order in which they were added. A single-threaded queue for times that only go forward: several
/// times as fast as a heap, as `benches/packets.rs` measures.
#[derive(Debug)]
pub struct EventQueue<T> {
    /// The page whose slots are filled.
    page: u64,
    slots: Vec<Vec<Entry<T>>>,
    slots_in_use: Bitmap,
    /// The open slot: `N_SLOTS` if none is.
    open: usize,
    /// Positions in the open slot that are still to come, latest first, each below its picosecond.
    order: Vec<u64>,
    pages: Vec<Vec<Entry<T>>>,
    pages_in_use: Bitmap,
    later: BinaryHeap<Later<T>>,
    n_later: u64,
    len: usize,
}

/// An entry of the heap: the least time comes first, then the earliest insertion.
#[derive(Debug)]
struct Later<T> {
    rank: Reverse<(u64, u64)>,
    what: T,
}

impl<T> PartialEq for Later<T> {
    fn eq(&self, other: &Self) -> bool {
        self.rank == other.rank
    }
}

impl<T> Eq for Later<T> {}

impl<T> PartialOrd for Later<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Later<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank.cmp(&other.rank)
    }
}

impl<T: Copy> Default for EventQueue<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Copy> EventQueue<T> {
    /// An empty queue at time 0.
    #[must_use]
    pub fn new() -> Self {
        Self {
            page: 0,
            slots: (0..N_SLOTS).map(|_| Vec::new()).collect(),
            slots_in_use: Bitmap::new(N_SLOTS),
            open: N_SLOTS,
            order: Vec::new(),
            pages: (0..N_PAGES).map(|_| Vec::new()).collect(),
            pages_in_use: Bitmap::new(N_PAGES),
            later: BinaryHeap::new(),
            n_later: 0,
            len: 0,
        }
    }

    /// Looks at all events that are to come, in no particular order.
    pub fn for_each(&self, mut look: impl FnMut(&T)) {
        let opened =
            self.order.iter().map(|rank| &self.slots[self.open][(rank & u64::from(u32::MAX)) as usize]);
        let closed = self.slots.iter().enumerate().filter(|(slot, _)| *slot != self.open);
        let near = closed.flat_map(|(_, slot)| slot).chain(opened);
        near.chain(self.pages.iter().flatten()).for_each(|entry| look(&entry.what));
        self.later.iter().for_each(|later| look(&later.what));
    }

    /// Adds an event, which must not lie before the last one taken out or the last end reached.
    #[inline]
    pub fn push(&mut self, time_ps: u64, what: T) {
        self.len += 1;
        let page = time_ps >> PAGE_BITS;
        debug_assert!(page >= self.page, "an event in the past");
        if page == self.page {
            self.push_near(Entry { time_ps, what });
        } else if page - self.page < N_PAGES as u64 {
            let at = page as usize % N_PAGES;
            self.pages[at].push(Entry { time_ps, what });
            self.pages_in_use.set(at);
        } else {
            self.later.push(Later { rank: Reverse((time_ps, self.n_later)), what });
            self.n_later += 1;
        }
    }

    #[inline]
    fn push_near(&mut self, entry: Entry<T>) {
        let at = (entry.time_ps >> SLOT_BITS) as usize % N_SLOTS;
        let position = self.slots[at].len() as u64;
        self.slots[at].push(entry);
        self.slots_in_use.set(at);
        if at == self.open {
            let rank = rank(entry.time_ps, position);
            let from = self.order.partition_point(|&later| later > rank);
            self.order.insert(from, rank);
        }
    }

    /// Takes out the next event if it lies before `end_ps`. If there is none, later ones must not be added before `end_ps`.
    #[inline]
    pub fn pop_before(&mut self, end_ps: u64) -> Option<(u64, T)> {
        if self.order.is_empty() && !self.open_next(end_ps) {
            return None;
        }
        let position = self.order.last()? & u64::from(u32::MAX);
        let Entry { time_ps, what } = self.slots[self.open][position as usize];
        if time_ps >= end_ps {
            return None;
        }
        self.order.pop();
        self.len -= 1;
        Some((time_ps, what))
    }

    /// Opens the next slot that holds events, unless it begins at `end_ps` or later.
    fn open_next(&mut self, end_ps: u64) -> bool {
        if self.open < N_SLOTS {
            self.slots[self.open].clear();
            self.slots_in_use.clear(self.open);
            self.open = N_SLOTS;
        }
        if self.len == 0 {
            return false;
        }
        let next = self.slots_in_use.next(0).or_else(|| {
            self.turn_page(end_ps);
            self.slots_in_use.next(0)
        });
        let Some(next) = next.filter(|&next| self.start_of(next) < end_ps) else { return false };
        self.open = next;
        let ranks = self.slots[next].iter().zip(0..).map(|(entry, position)| rank(entry.time_ps, position));
        self.order.extend(ranks);
        self.order.sort_unstable_by_key(|&rank| Reverse(rank));
        true
    }

    fn start_of(&self, slot: usize) -> u64 {
        self.page << PAGE_BITS | (slot as u64) << SLOT_BITS
    }

    /// Goes to the next page with events, unless it begins at `end_ps` or later, and deals them into slots.
    fn turn_page(&mut self, end_ps: u64) {
        let at = self.page as usize % N_PAGES;
        let next_listed = self.pages_in_use.next(at + 1).or_else(|| self.pages_in_use.next(0));
        let listed = next_listed.map(|next| self.page + ((next + N_PAGES - at - 1) % N_PAGES + 1) as u64);
        let heaped = self.later.peek().map(|later| later.rank.0.0 >> PAGE_BITS);
        let Some(page) = listed.into_iter().chain(heaped).min() else { return };
        if page << PAGE_BITS >= end_ps {
            return;
        }
        self.page = page;
        // What the heap holds was out of the lists' reach when it came, so it precedes whatever is listed from now on.
        while self.later.peek().is_some_and(|later| (later.rank.0.0 >> PAGE_BITS) - page < N_PAGES as u64) {
            let Some(Later { rank: Reverse((time_ps, _)), what }) = self.later.pop() else { break };
            let at = (time_ps >> PAGE_BITS) as usize % N_PAGES;
            self.pages[at].push(Entry { time_ps, what });
            self.pages_in_use.set(at);
        }
        let at = page as usize % N_PAGES;
        self.pages_in_use.clear(at);
        let mut entries = std::mem::take(&mut self.pages[at]);
        entries.iter().for_each(|entry| self.push_near(*entry));
        entries.clear();
        self.pages[at] = entries;
    }
}

/// Orders the entries of a slot: by picosecond, then by position.
fn rank(time_ps: u64, position: u64) -> u64 {
    (time_ps & ((1 << SLOT_BITS) - 1)) << 32 | position
}

/// A set of small numbers that finds the next member quickly.
#[derive(Debug)]
struct Bitmap {
    words: Vec<u64>,
}

impl Bitmap {
    fn new(n: usize) -> Self {
        Self { words: vec![0; n / 64] }
    }

    #[inline]
    fn set(&mut self, at: usize) {
        self.words[at / 64] |= 1 << (at % 64);
    }

    fn clear(&mut self, at: usize) {
        self.words[at / 64] &= !(1 << (at % 64));
    }

    /// The first member from `from` on.
    fn next(&self, from: usize) -> Option<usize> {
        let first = *self.words.get(from / 64)? & (u64::MAX << (from % 64));
        if first != 0 {
            return Some(from / 64 * 64 + first.trailing_zeros() as usize);
        }
        let at = (from / 64 + 1..self.words.len()).find(|&at| self.words[at] != 0)?;
        Some(at * 64 + self.words[at].trailing_zeros() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Delays within a slot, a page, the lists, and beyond, and equal times.
    fn delay() -> impl Strategy<Value = u64> {
        prop_oneof![
            Just(0),
            0_u64..3_000,
            0..5_000_000_u64,
            0..9_000_000_000_u64,
            Just(4_194_304),
            Just(4_294_967_296)
        ]
    }

    proptest! {
        #[test]
        fn events_come_by_time_then_by_insertion(steps in proptest::collection::vec((0_u8..4, delay()), 1..400)) {
            let mut queue = EventQueue::new();
            let mut plain: BinaryHeap<Reverse<(u64, u32)>> = BinaryHeap::new();
            let (mut now, mut n) = (0, 0);
            for (kind, delay) in steps {
                if kind == 0 {
                    let limit = now + delay;
                    let expected = plain.peek().filter(|next| next.0.0 < limit).map(|next| next.0);
                    prop_assert_eq!(queue.pop_before(limit), expected);
                    now = expected.map_or(limit, |next| next.0);
                    if expected.is_some() {
                        plain.pop();
                    }
                } else {
                    queue.push(now + delay, n);
                    plain.push(Reverse((now + delay, n)));
                    n += 1;
                }
                let mut n_left = 0;
                queue.for_each(|_| n_left += 1);
                prop_assert_eq!(n_left, plain.len());
            }
            while let Some(Reverse(expected)) = plain.pop() {
                prop_assert_eq!(queue.pop_before(u64::MAX), Some(expected));
            }
            prop_assert_eq!(queue.pop_before(u64::MAX), None);
        }
    }
}
