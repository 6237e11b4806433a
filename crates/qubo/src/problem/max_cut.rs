//! Maximum cut.

use super::{Decoded, Problem, check_length, spins};
use crate::ising::check_spins;
use crate::terms::narrow;
use crate::{Fraction, Graph, Ising, QuboError, Sense};

/// Which vertices go on which side, so that the weights of the edges between the sides add up to the most.
///
/// `cut = sum w_uv (1 - s_u s_v) / 2`, so J = w, offset = -sum w, scale 2 (Barahona et al., Operations Research 36, 1988).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaxCut {
    /// The graph, whose weights are what a cut is worth.
    pub graph: Graph,
}

impl Problem for MaxCut {
    /// The side of every vertex.
    type Solution = Vec<bool>;

    fn sense(&self) -> Sense {
        Sense::Maximise
    }

    fn ising(&self) -> Result<Ising, QuboError> {
        let offset = narrow("the sum of all weights", -self.graph.total_weight())?;
        let ising = Ising::new(vec![0; self.graph.n()], self.graph.edges())?.with_offset(offset)?;
        Ok(ising.with_scale(2)?.with_sense(Sense::Maximise))
    }

    fn encode(&self, solution: &Vec<bool>) -> Result<Vec<i8>, QuboError> {
        check_length(solution.len(), self.graph.n())?;
        Ok(spins(solution.iter().copied()))
    }

    fn decode(&self, spins: &[i8]) -> Result<Decoded<Vec<bool>>, QuboError> {
        check_spins(spins, self.graph.n())?;
        let sides: Vec<bool> = spins.iter().map(|&s| s > 0).collect();
        let cut = self.objective(&sides)?;
        Decoded::new(|| Ok((sides, cut)), Vec::new())
    }

    /// The cut.
    fn objective(&self, solution: &Vec<bool>) -> Result<Fraction, QuboError> {
        check_length(solution.len(), self.graph.n())?;
        let is_cut = |&(u, v, _): &(usize, usize, i64)| solution[u] != solution[v];
        let cut = self.graph.edges().filter(is_cut).map(|(_, _, w)| i128::from(w)).sum();
        Ok(Fraction::from(narrow("the cut", cut)?))
    }
}
