//! Which slices of two populations share at least one synapse: what decides where spikes must travel.

use rayon::prelude::*;

use crate::connector::Connector;
use crate::network::Network;

use super::{Drawer, for_each_pair};

/// A dense matrix of bits, rows by sending slice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BitMatrix {
    n_columns: usize,
    words_per_row: usize,
    words: Vec<u64>,
}

impl BitMatrix {
    /// All zero.
    #[must_use]
    pub fn new(n_rows: usize, n_columns: usize) -> Self {
        let words_per_row = n_columns.div_ceil(64);
        Self { n_columns, words_per_row, words: vec![0; n_rows * words_per_row] }
    }

    /// Sets one bit.
    pub fn set(&mut self, row: usize, column: usize) {
        self.words[row * self.words_per_row + column / 64] |= 1 << (column % 64);
    }

    /// Reads one bit.
    #[must_use]
    pub fn get(&self, row: usize, column: usize) -> bool {
        self.words[row * self.words_per_row + column / 64] >> (column % 64) & 1 == 1
    }

    /// The columns set in a row, ascending.
    pub fn row(&self, row: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.n_columns).filter(move |&column| self.get(row, column))
    }
}

/// Above this expected number of synapses a pair of slices is taken as connected without drawing:
/// the chance of being wrong is e^-40, and the only effect would be a packet that finds an empty row.
const CERTAIN: f64 = 40.0;

/// The pairs of slices with at least one synapse. `pre_bounds` and `post_bounds` are ascending: slice `s` of a population
/// is `bounds[s]..bounds[s + 1]`. Rows of the result are pre slices, columns post slices.
#[must_use]
pub fn slice_pairs(
    network: &Network,
    projection: usize,
    pre_bounds: &[u32],
    post_bounds: &[u32],
) -> BitMatrix {
    let (n_pre, n_post) = (pre_bounds.len() - 1, post_bounds.len() - 1);
    let smallest = |bounds: &[u32]| bounds.windows(2).map(|w| w[1] - w[0]).min().unwrap_or(0);
    let pairs = f64::from(smallest(pre_bounds)) * f64::from(smallest(post_bounds));
    let mut matrix = BitMatrix::new(n_pre, n_post);
    if uniform_density(network, projection) * pairs >= CERTAIN {
        (0..n_pre).for_each(|row| (0..n_post).for_each(|column| matrix.set(row, column)));
        return matrix;
    }
    let pre_slice = slice_of_each(pre_bounds);
    if network.projections[projection].connector.is_drawn_per_target() {
        let drawer = Drawer::new(network, projection);
        let columns: Vec<Vec<bool>> = (0..n_post)
            .into_par_iter()
            .map(|column| {
                let mut hit = vec![false; n_pre];
                drawer.for_each_pair(post_bounds[column]..post_bounds[column + 1], |pre, _| {
                    hit[pre_slice[pre as usize] as usize] = true;
                });
                hit
            })
            .collect();
        for (column, hit) in columns.iter().enumerate() {
            hit.iter().enumerate().filter(|(_, h)| **h).for_each(|(row, _)| matrix.set(row, column));
        }
    } else {
        let post_slice = slice_of_each(post_bounds);
        for_each_pair(network, projection, 0..u32::MAX, |pre, post| {
            matrix.set(pre_slice[pre as usize] as usize, post_slice[post as usize] as usize);
        });
    }
    matrix
}

/// Expected synapses per pair of neurons, for rules that treat all pairs alike; 0 for all others.
fn uniform_density(network: &Network, projection: usize) -> f64 {
    let p = &network.projections[projection];
    let size = |population: usize| f64::from(network.populations[population].size);
    let (n_pre, n_post) = (size(p.pre), size(p.post));
    match p.connector {
        Connector::FixedProbability { p, .. } => p,
        Connector::FixedInDegree { n, .. } => f64::from(n) / n_pre,
        Connector::FixedOutDegree { n, .. } => f64::from(n) / n_post,
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        Connector::FixedTotalNumber { n, .. } => n as f64 / (n_pre * n_post),
        _ => 0.0,
    }
}

fn slice_of_each(bounds: &[u32]) -> Vec<u32> {
    bounds.windows(2).zip(0u32..).flat_map(|(w, s)| std::iter::repeat_n(s, (w[1] - w[0]) as usize)).collect()
}
