//! Undirected graphs with whole weights.

use crate::QuboError;
use crate::terms::{Pair, check_index, check_variables, narrow};

/// An undirected graph without loops; every edge once, with a whole weight that may be negative or 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    n: usize,
    edges: Vec<Pair>,
}

impl Graph {
    /// The graph with vertices 0 to n - 1 and edges `(u, v, weight)`. Weights of the same edge, in either direction, add up.
    ///
    /// # Errors
    /// Unknown vertices, loops, weights that add up to more than [`MAX_ENERGY`](crate::MAX_ENERGY).
    pub fn new(n: usize, edges: impl IntoIterator<Item = (usize, usize, i64)>) -> Result<Self, QuboError> {
        check_variables(n)?;
        let mut kept = Vec::new();
        for (u, v, weight) in edges {
            check_index("an edge", u.max(v), n)?;
            if u == v {
                let allowed = "a pair of different vertices".to_owned();
                return Err(QuboError::OutOfRange { what: "an edge's other end", found: v as i128, allowed });
            }
            kept.push((u.min(v) as u32, u.max(v) as u32, weight));
        }
        kept.sort_by_key(|&(u, v, _)| (u, v));
        let mut merged: Vec<Pair> = Vec::with_capacity(kept.len());
        for same in kept.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let weight = narrow("an edge's weight", same.iter().map(|e| i128::from(e.2)).sum())?;
            merged.push((same[0].0, same[0].1, weight));
        }
        Ok(Self { n, edges: merged })
    }

    /// The same graph, every edge of weight 1.
    pub fn unweighted(mut self) -> Self {
        self.edges.iter_mut().for_each(|e| e.2 = 1);
        self
    }

    /// Number of vertices.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Number of edges.
    pub fn n_edges(&self) -> usize {
        self.edges.len()
    }

    /// The edges `(u, v, weight)` with u < v, ascending.
    pub fn edges(&self) -> impl Iterator<Item = (usize, usize, i64)> + '_ {
        self.edges.iter().map(|&(u, v, weight)| (u as usize, v as usize, weight))
    }

    /// The sum of all weights.
    pub fn total_weight(&self) -> i128 {
        self.edges.iter().map(|e| i128::from(e.2)).sum()
    }
}
