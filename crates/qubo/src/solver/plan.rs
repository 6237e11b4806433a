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
const DENSE_BYTES_PER_NEIGHBOUR: [usize; 2] = [50, 20];
/// Bytes of dense rows that fit the cache.
const CACHE_BYTES: usize = 3 << 19;

/// A whole number that holds potentials.
pub(crate) trait Potential: Copy + Send + Sync + 'static {
    /// Zero, which is also the sign of a spin that is -1.
    const ZERO: Self;
    /// The largest sum of absolute field and couplings of a spin with which nothing overflows.
    const MAX_FIELD: i64;
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
    ($word:ty, $float:ty, $max:expr) => {
        impl Potential for $word {
            const ZERO: Self = 0;
            const MAX_FIELD: i64 = $max;
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

potential!(i16, f32, (1 << 13) - 1);
potential!(i32, f32, (1 << 29) - 1);
potential!(i64, f64, i64::MAX);

/// A whole number that holds places.
pub(crate) trait Place: Copy + Send + Sync + 'static {
    /// From a place that fits.
    fn of(place: u32) -> Self;
    /// As an index.
    fn index(self) -> usize;
}

impl Place for u16 {
    #[inline(always)]
    fn of(place: u32) -> Self {
        place as Self
    }
    #[inline(always)]
    fn index(self) -> usize {
        usize::from(self)
    }
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
}

/// Who sits where.
#[derive(Clone, Debug)]
pub(crate) struct Seats {
    /// The variable of each place, [`VACANT`] where a block is filled up.
    pub(crate) variables: Vec<u32>,
    /// The place of each variable.
    pub(crate) places: Vec<u32>,
    /// The blocks of each class; at least one class.
    pub(crate) classes: Vec<Range<u32>>,
    /// For each block, a bit for each place that has a variable.
    pub(crate) taken: Vec<u16>,
}

impl Seats {
    /// For the classes of a colouring, if the discipline wants one, or else for all variables in their order.
    pub(crate) fn new(ising: &Ising, discipline: Discipline) -> Self {
        let mut groups = if discipline == Discipline::Colour {
            colour_classes(ising)
        } else {
            vec![(0..ising.n() as u32).collect()]
        };
        if groups.is_empty() {
            groups.push(Vec::new());
        }
        let (mut variables, mut classes) = (Vec::new(), Vec::new());
        for group in &groups {
            let first = (variables.len() / BLOCK) as u32;
            variables.extend_from_slice(group);
            variables.resize(variables.len().next_multiple_of(BLOCK), VACANT);
            classes.push(first..(variables.len() / BLOCK) as u32);
        }
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
        let class = self.classes[tick as usize % self.classes.len()].clone();
        let blocks = &self.taken[class.start as usize..class.end as usize];
        blocks.iter().map(|taken| u64::from(taken.count_ones())).sum()
    }
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
