//! Ternary keys: a key with a mask that says which of its bits a router compares.

use serde::{Deserialize, Serialize};

/// A set of 32-bit routing keys: all keys that agree with `key` in the bits set in `mask`.
///
/// Invariant of every value made here: `key & !mask == 0`. A router entry that breaks it can never match.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct KeyMask {
    /// The bits to find where `mask` is 1.
    pub key: u32,
    /// 1 where the key bit is compared, 0 where any bit will do.
    pub mask: u32,
}

impl KeyMask {
    /// The aligned block of `size` keys from `base`; `size` is a power of two from 1 to 2^32 and divides `base`.
    pub fn block(base: u32, size: u64) -> Self {
        debug_assert!(size.is_power_of_two() && size <= 1 << 32 && u64::from(base) % size == 0);
        Self { key: base, mask: !((size - 1) as u32) }
    }

    /// Whether a packet with this key falls into the set.
    pub fn matches(self, key: u32) -> bool {
        key & self.mask == self.key
    }

    /// Whether some key is in both sets.
    pub fn intersects(self, other: Self) -> bool {
        self.key & other.mask == other.key & self.mask
    }

    /// Whether every key of `other` is in this set.
    pub fn contains(self, other: Self) -> bool {
        self.mask & !other.mask == 0 && other.key & self.mask == self.key
    }

    /// The smallest ternary set that contains both.
    pub fn merge(self, other: Self) -> Self {
        let mask = self.mask & other.mask & !(self.key ^ other.key);
        Self { key: self.key & mask, mask }
    }

    /// Number of "any bit" positions, 0 to 32.
    pub fn generality(self) -> u32 {
        self.mask.count_zeros()
    }

    /// Number of keys in the set, 1 to 2^32.
    pub fn n_keys(self) -> u64 {
        1 << self.generality()
    }

    /// The two halves of the set on one free bit; `bit` must be free in `mask`.
    pub fn split(self, bit: u32) -> [Self; 2] {
        debug_assert!(self.mask & bit == 0 && bit.is_power_of_two());
        let mask = self.mask | bit;
        [Self { key: self.key, mask }, Self { key: self.key | bit, mask }]
    }

    /// One past the last key, for a set that is an aligned block.
    pub(crate) fn block_end(self) -> u64 {
        u64::from(self.key) + self.n_keys()
    }
}

/// Covers the keys from `lo` up to but not including `hi` with the fewest aligned blocks, ascending.
pub fn aligned_cover(lo: u64, hi: u64) -> impl Iterator<Item = KeyMask> {
    let mut next = lo;
    std::iter::from_fn(move || {
        if next >= hi {
            return None;
        }
        let largest_fitting = 1_u64 << (hi - next).ilog2();
        let alignment = if next == 0 { largest_fitting } else { 1 << next.trailing_zeros() };
        let size = alignment.min(largest_fitting);
        let block = KeyMask::block(next as u32, size);
        next += size;
        Some(block)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ternary() -> impl Strategy<Value = KeyMask> {
        (0_u32..64, 0_u32..64).prop_map(|(key, free)| KeyMask { key: key & !free, mask: !free })
    }

    fn members(set: KeyMask) -> Vec<u32> {
        (0..64).filter(|&k| set.matches(k)).collect()
    }

    proptest! {
        #[test]
        fn set_algebra_equals_enumeration(a in ternary(), b in ternary()) {
            let (in_a, in_b) = (members(a), members(b));
            prop_assert_eq!(a.intersects(b), in_a.iter().any(|k| in_b.contains(k)));
            prop_assert_eq!(a.contains(b), in_b.iter().all(|k| in_a.contains(k)));
            prop_assert!(a.merge(b).contains(a) && a.merge(b).contains(b));
            prop_assert_eq!(a.n_keys(), in_a.len() as u64);
        }

        #[test]
        fn cover_is_exact_and_aligned(lo in 0_u64..5000, len in 0_u64..5000) {
            let mut next = lo;
            for block in aligned_cover(lo, lo + len) {
                prop_assert_eq!(u64::from(block.key) % block.n_keys(), 0);
                prop_assert_eq!(u64::from(block.key), next);
                next = block.block_end();
            }
            prop_assert_eq!(next, lo + len);
        }
    }

    #[test]
    fn the_whole_key_space_is_one_block() {
        let all: Vec<_> = aligned_cover(0, 1 << 32).collect();
        assert_eq!(all, [KeyMask { key: 0, mask: 0 }]);
    }
}
