//! Proper colourings: classes of spins without couplings among them.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::Ising;

/// Classes of variables that may decide at the same time, none of which is empty; variables ascend within a class.
///
/// DSATUR (Brélaz, Communications of the ACM 22, 1979): the next vertex is the one whose neighbours have the most different
/// colours, then the one with the most neighbours, then the first, and gets the first colour that is free.
pub(crate) fn colour_classes(ising: &Ising) -> Vec<Vec<u32>> {
    let n = ising.n();
    let mut colour = vec![usize::MAX; n];
    let mut seen: Vec<Seen> = vec![Seen::default(); n];
    let rank = |seen: &Seen, i: usize| (seen.n, ising.degree(i), Reverse(i));
    let mut open: BTreeSet<_> = (0..n).map(|i| rank(&seen[i], i)).collect();
    let mut classes: Vec<Vec<u32>> = Vec::new();
    while let Some((_, _, Reverse(i))) = open.pop_last() {
        colour[i] = seen[i].first_free();
        if colour[i] == classes.len() {
            classes.push(Vec::new());
        }
        classes[colour[i]].push(i as u32);
        for &j in ising.row(i).0 {
            let j = j as usize;
            if colour[j] == usize::MAX && !seen[j].has(colour[i]) {
                open.remove(&rank(&seen[j], j));
                seen[j].add(colour[i]);
                open.insert(rank(&seen[j], j));
            }
        }
    }
    classes.iter_mut().for_each(|class| class.sort_unstable());
    classes
}

/// The colours that a vertex's neighbours have.
#[derive(Clone, Default)]
struct Seen {
    n: usize,
    words: Vec<u64>,
}

impl Seen {
    fn has(&self, colour: usize) -> bool {
        self.words.get(colour / 64).is_some_and(|word| word >> (colour % 64) & 1 == 1)
    }

    fn add(&mut self, colour: usize) {
        if self.words.len() <= colour / 64 {
            self.words.resize(colour / 64 + 1, 0);
        }
        self.words[colour / 64] |= 1 << (colour % 64);
        self.n += 1;
    }

    fn first_free(&self) -> usize {
        let full = self.words.iter().take_while(|word| **word == u64::MAX).count();
        64 * full + self.words.get(full).map_or(0, |word| word.trailing_ones() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_in_different_classes() {
        let complete = (0..130).flat_map(|i| (0..i).map(move |j| (i, j, 1)));
        let ring = (0..9).map(|i| (i, (i + 1) % 9, 1));
        for (n, pairs, n_classes) in
            [(130, complete.collect::<Vec<_>>(), 130), (9, ring.collect(), 3), (4, vec![], 1), (0, vec![], 0)]
        {
            let ising = Ising::new(vec![0; n], pairs).unwrap();
            let classes = colour_classes(&ising);
            assert_eq!(classes.len(), n_classes);
            assert_eq!(classes.iter().map(Vec::len).sum::<usize>(), n);
            for class in &classes {
                assert!(class.is_sorted());
                assert!(class.iter().all(|&i| ising.row(i as usize).0.iter().all(|j| !class.contains(j))));
            }
        }
    }
}
