//! A problem laid out for the hot loop: neurons in blocks of 16 places, couplings in the narrowest words that are exact.

use std::ops::Range;

use crate::Ising;

use super::colouring::colour_classes;
use super::discipline::Discipline;

/// Places that are looked at together.
pub(crate) const BLOCK: usize = 16;
/// Neighbours that are told together.
pub(crate) const GROUP: usize = 4;
/// The variable of a place that only fills up a block.
pub(crate) const VACANT: u32 = u32::MAX;
/// Bytes of a dense row that are added in the time of one neighbour of a sparse row, while the rows fit the cache, and beyond
/// that; measured.
const DENSE_BYTES_PER_NEIGHBOUR: [usize; 2] = [50, 30];
/// Bytes of dense rows that fit the cache.
const CACHE_BYTES: usize = 3 << 19;

/// A whole number that holds potentials.
pub(crate) trait Potential: Copy + Send + Sync + 'static {
    /// Zero, which is also the sign of a spin that is -1.
    const ZERO: Self;
    /// The largest sum of absolute field and couplings of a spin with which nothing overflows.
    const MAX_FIELD: i64;
    /// The largest absolute coupling with which twice of it does not.
    const MAX_COUPLING: i64;
    /// From a number that fits.
    fn of(value: i64) -> Self;
    /// As 64 bits.
    fn wide(self) -> i64;
    /// The sum.
    fn plus(self, other: Self) -> Self;
    /// Negated if `sign` is all ones, which it is for a spin of +1.
    fn negated_by(self, sign: Self) -> Self;
    /// The sign of the opposite spin.
    fn opposite(self) -> Self;
    /// Whether it is at most `threshold`.
    fn passes(self, threshold: f32) -> bool;
}

macro_rules! potential {
    ($word:ty, $float:ty, $max:expr, $coupling:expr) => {
        impl Potential for $word {
            const ZERO: Self = 0;
            const MAX_FIELD: i64 = $max;
            const MAX_COUPLING: i64 = $coupling;
            #[inline(always)]
            fn of(value: i64) -> Self {
                value as Self
            }
            #[inline(always)]
            fn wide(self) -> i64 {
                i64::from(self)
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                // Only the spare places at the end, which nobody reads, ever wrap.
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn negated_by(self, sign: Self) -> Self {
                (self ^ sign).wrapping_sub(sign)
            }
            #[inline(always)]
            fn opposite(self) -> Self {
                !self
            }
            #[inline(always)]
            fn passes(self, threshold: f32) -> bool {
                self as $float <= <$float>::from(threshold)
            }
        }
    };
}

potential!(i8, f32, 127, 63);
potential!(i16, f32, i16::MAX as i64, (1 << 14) - 1);
potential!(i32, f32, (1 << 29) - 1, (1 << 29) - 1);
potential!(i64, f64, i64::MAX, i64::MAX);

/// A whole number that holds places.
pub(crate) trait Place: Copy + Send + Sync + 'static {
    /// From a place that fits.
    fn of(place: u32) -> Self;
    /// As an index.
    fn index(self) -> usize;
    /// Potentials are at least so many, where that saves the question whether a place is among them.
    const REACH: usize;
}

/// Places that 16 bits can tell apart.
pub(crate) const REACH_OF_16_BITS: usize = 1 << 16;

impl Place for u16 {
    #[inline(always)]
    fn of(place: u32) -> Self {
        place as Self
    }
    #[inline(always)]
    fn index(self) -> usize {
        usize::from(self)
    }
    const REACH: usize = REACH_OF_16_BITS;
}

impl Place for u32 {
    #[inline(always)]
    fn of(place: u32) -> Self {
        place
    }
    #[inline(always)]
    fn index(self) -> usize {
        self as usize
    }
    const REACH: usize = 0;
}

/// Neurons that decide together.
#[derive(Clone, Debug)]
pub(crate) struct Class {
    /// Where they sit.
    pub(crate) blocks: Range<u32>,
    /// In each of these blocks, a bit for each place that is theirs, if it is taken.
    pub(crate) lanes: u16,
}

/// Who sits where.
#[derive(Clone, Debug)]
pub(crate) struct Seats {
    /// The variable of each place, [`VACANT`] where a block is filled up.
    pub(crate) variables: Vec<u32>,
    /// The place of each variable.
    pub(crate) places: Vec<u32>,
    /// Who decides together; at least one class.
    pub(crate) classes: Vec<Class>,
    /// For each block, a bit for each place that has a variable.
    pub(crate) taken: Vec<u16>,
}

impl Seats {
    /// For the classes of a colouring, if the discipline wants one, or else for all variables; shuffled, if one after the
    /// other decides.
    pub(crate) fn new(ising: &Ising, discipline: Discipline) -> Self {
        let mut groups = match discipline {
            Discipline::Colour => colour_classes(ising),
            Discipline::Sequential => vec![shuffled(ising.n() as u32)],
            _ => vec![(0..ising.n() as u32).collect()],
        };
        if groups.is_empty() {
            groups.push(Vec::new());
        }
        let (variables, classes) = seated(&groups);
        let mut places = vec![0; ising.n()];
        let mut taken = vec![0u16; variables.len() / BLOCK];
        for (place, &variable) in variables.iter().enumerate().filter(|(_, v)| **v != VACANT) {
            places[variable as usize] = place as u32;
            taken[place / BLOCK] |= 1 << (place % BLOCK);
        }
        Self { variables, places, classes, taken }
    }

    /// Neurons that decide in a tick.
    pub(crate) fn n_proposals(&self, discipline: Discipline, tick: u32) -> u64 {
        if discipline != Discipline::Colour {
            return self.places.len() as u64;
        }
        let Class { blocks, lanes } = self.classes[tick as usize % self.classes.len()].clone();
        let blocks = &self.taken[blocks.start as usize..blocks.end as usize];
        blocks.iter().map(|taken| u64::from((taken & lanes).count_ones())).sum()
    }
}

/// Places for all groups. One that fills a block begins with one; smaller ones share, or a complete graph, whose classes have
/// one neuron each, would have fifteen of sixteen places vacant.
fn seated(groups: &[Vec<u32>]) -> (Vec<u32>, Vec<Class>) {
    let mut variables = Vec::new();
    let mut classes = vec![Class { blocks: 0..0, lanes: u16::MAX }; groups.len()];
    let is_large = |group: &Vec<u32>| group.len() >= BLOCK || groups.len() == 1;
    for (class, group) in classes.iter_mut().zip(groups).filter(|(_, group)| is_large(group)) {
        let first = (variables.len() / BLOCK) as u32;
        variables.extend_from_slice(group);
        variables.resize(variables.len().next_multiple_of(BLOCK), VACANT);
        class.blocks = first..(variables.len() / BLOCK) as u32;
    }
    for (class, group) in classes.iter_mut().zip(groups).filter(|(_, group)| !is_large(group)) {
        if variables.len() % BLOCK + group.len() > BLOCK {
            variables.resize(variables.len().next_multiple_of(BLOCK), VACANT);
        }
        let (block, lane) = ((variables.len() / BLOCK) as u32, variables.len() % BLOCK);
        variables.extend_from_slice(group);
        *class = Class { blocks: block..block + 1, lanes: (((1u32 << group.len()) - 1) << lane) as u16 };
    }
    variables.resize(variables.len().next_multiple_of(BLOCK), VACANT);
    (variables, classes)
}

/// `0..n` in an order that is always the same and has nothing to do with any graph's.
///
/// A sweep in the order of the numbers runs along the rows of a lattice, and flips that cost nothing run with it: a border
/// between two patterns is carried around the torus instead of wandering, and seldom meets its like. Measured on G50, 5000
/// ticks, median of nine: 5830 in the order of the numbers, 5880 (the optimum) in this one.
fn shuffled(n: u32) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n).collect();
    // Fisher and Yates; the multiplier is that of Knuth's MMIX, and the high half of its words is used.
    let mut word = 0x9E37_79B9_7F4A_7C15u64;
    for last in (1..order.len()).rev() {
        word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let pick = ((word >> 32) * (last as u64 + 1)) >> 32;
        order.swap(last, pick as usize);
    }
    order
}

/// What a flip adds to whom.
pub(crate) enum Weights<V> {
    /// Couplings of one absolute value; each row begins with the positive ones, up to these positions.
    Equal {
        /// End of the positive part of each row.
        positive_ends: Vec<usize>,
        /// Twice the absolute value.
        twice: V,
    },
    /// Twice the coupling to each neighbour.
    Own(Vec<V>),
    /// Twice the coupling to each place, row by row; zero without one.
    Dense(Vec<V>),
}

/// A problem in the form of the hot loop.
pub(crate) struct Plan<V, P> {
    pub(crate) seats: Seats,
    /// Beginning of each place's row, and the end of the last.
    pub(crate) starts: Vec<usize>,
    /// Neighbours' places, row by row; none where rows are dense.
    pub(crate) targets: Vec<P>,
    pub(crate) weights: Weights<V>,
    /// For each place, a bit for each neighbour in its own block.
    pub(crate) near: Vec<u16>,
}

impl<V: Potential, P: Place> Plan<V, P> {
    /// The caller has seen to it that potentials and places fit.
    pub(crate) fn new(ising: &Ising, seats: Seats) -> Self {
        let (near, n_places) = (near(ising, &seats), seats.variables.len());
        if is_dense::<V>(ising.n_couplings(), n_places) {
            let weights = Weights::Dense(dense_rows(ising, &seats));
            return Self { seats, starts: Vec::new(), targets: Vec::new(), weights, near };
        }
        let mut sizes = ising.couplings().map(|(_, _, w)| w.unsigned_abs());
        let first = sizes.next().unwrap_or(1);
        let is_equal = sizes.all(|size| size == first);
        let mut starts = vec![0];
        let (mut targets, mut own, mut positive_ends) = (Vec::new(), Vec::new(), Vec::new());
        for &variable in &seats.variables {
            let row = neighbours(ising, variable, &seats.places);
            if is_equal {
                let (positive, negative): (Vec<_>, Vec<_>) = row.iter().partition(|(_, w)| *w > 0);
                extend_padded(&mut targets, &positive, n_places);
                positive_ends.push(targets.len());
                extend_padded(&mut targets, &negative, n_places);
            } else {
                own.extend(row.iter().map(|&(_, w)| V::of(2 * w)));
                extend_padded(&mut targets, &row, n_places);
                own.resize(targets.len(), V::ZERO);
            }
            starts.push(targets.len());
        }
        let weights = if is_equal {
            Weights::Equal { positive_ends, twice: V::of(2 * first as i64) }
        } else {
            Weights::Own(own)
        };
        Self { seats, starts, targets, weights, near }
    }
}

/// Adds a row, filled up to whole groups with spare places: loops over groups end less often in a wrong guess.
fn extend_padded<P: Place>(targets: &mut Vec<P>, row: &[(u32, i64)], n_places: usize) {
    targets.extend(row.iter().map(|&(place, _)| P::of(place)));
    while !targets.len().is_multiple_of(GROUP) {
        targets.push(P::of((n_places + targets.len() % GROUP) as u32));
    }
}

/// Whether rows with a word for every place are faster to add than lists of neighbours.
fn is_dense<V>(n_couplings: usize, n_places: usize) -> bool {
    let row_bytes = n_places * size_of::<V>();
    let is_large = row_bytes.saturating_mul(n_places) > CACHE_BYTES;
    let bytes_in_the_same_time =
        n_couplings.saturating_mul(2 * DENSE_BYTES_PER_NEIGHBOUR[usize::from(is_large)]);
    bytes_in_the_same_time > row_bytes.saturating_mul(n_places)
}

fn near(ising: &Ising, seats: &Seats) -> Vec<u16> {
    let of_place = |(place, &variable): (usize, &u32)| {
        let row = neighbours(ising, variable, &seats.places);
        let lanes =
            row.iter().filter(|(p, _)| *p as usize / BLOCK == place / BLOCK).map(|(p, _)| p % BLOCK as u32);
        lanes.fold(0, |near, lane| near | 1 << lane)
    };
    seats.variables.iter().enumerate().map(of_place).collect()
}

fn neighbours(ising: &Ising, variable: u32, places: &[u32]) -> Vec<(u32, i64)> {
    if variable == VACANT {
        return Vec::new();
    }
    let (columns, couplings) = ising.row(variable as usize);
    columns.iter().zip(couplings).map(|(&j, &w)| (places[j as usize], w)).collect()
}

fn dense_rows<V: Potential>(ising: &Ising, seats: &Seats) -> Vec<V> {
    let n_places = seats.variables.len();
    let mut rows = vec![V::ZERO; n_places * n_places];
    for (row, &variable) in rows.chunks_exact_mut(n_places).zip(&seats.variables) {
        for (place, w) in neighbours(ising, variable, &seats.places) {
            row[place as usize] = V::of(2 * w);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_has_one_place_and_small_classes_share_blocks() {
        let complete =
            |n| Ising::new(vec![0; n], (0..n).flat_map(|i| (0..i).map(move |j| (i, j, 1)))).unwrap();
        let star = Ising::new(vec![0; 50], (1..50).map(|i| (0, i, 1))).unwrap();
        for (ising, n_places) in [(complete(200), 208), (complete(1), 16), (complete(0), 0), (star, 80)] {
            for discipline in [Discipline::Colour, Discipline::Sequential, Discipline::Gate(0.1)] {
                let seats = Seats::new(&ising, discipline);
                assert!(seats.variables.len() <= n_places, "{discipline}: {}", seats.variables.len());
                for (variable, &place) in seats.places.iter().enumerate() {
                    assert_eq!(seats.variables[place as usize] as usize, variable);
                }
                let n_classes = seats.classes.len() as u32;
                let asked: u64 = (0..n_classes).map(|tick| seats.n_proposals(discipline, tick)).sum();
                assert_eq!(asked, ising.n() as u64, "{discipline}: each is in one class");
            }
        }
    }
}
