//! Maximum independent set.

use super::{Decoded, Problem, Violation, check_length, check_weight, refuse, spins};
use crate::ising::check_spins;
use crate::polynomial::Polynomial;
use crate::{Fraction, Graph, Ising, QuboError, Sense};

/// The largest set of vertices without an edge between any two of them; weights of edges do not matter.
///
/// `-sum x_v + penalty sum_{uv in E} x_u x_v` (Lucas, Frontiers in Physics 2, 2014, section 4.2). The value of a state is the
/// set's size less penalties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndependentSet {
    /// The graph.
    pub graph: Graph,
    /// What an edge inside the set costs; at least 2, with which every lowest state is an independent set. NeuroBench's matrices
    /// have 4 at either side of the diagonal, which is 8 here.
    pub penalty: i64,
}

impl IndependentSet {
    /// The problem with the smallest penalty, 2.
    pub fn new(graph: Graph) -> Self {
        Self { graph, penalty: 2 }
    }

    fn violations(&self, set: &[bool]) -> Vec<Violation> {
        let edges = self.graph.edges().filter(|&(u, v, _)| set[u] && set[v]);
        edges.map(|(u, v, _)| Violation::EdgeInside { u, v }).collect()
    }
}

impl Problem for IndependentSet {
    /// Whether each vertex is in the set.
    type Solution = Vec<bool>;

    fn sense(&self) -> Sense {
        Sense::Maximise
    }

    fn ising(&self) -> Result<Ising, QuboError> {
        check_weight("the penalty of an edge", self.penalty, 2)?;
        let mut sum = Polynomial::new(self.graph.n())?;
        (0..self.graph.n()).for_each(|v| sum.add(v, v, -1));
        self.graph.edges().for_each(|(u, v, _)| sum.add(u, v, self.penalty));
        sum.finish()?.with_sense(Sense::Maximise).to_ising()
    }

    fn encode(&self, solution: &Vec<bool>) -> Result<Vec<i8>, QuboError> {
        self.objective(solution).map(|_| spins(solution.iter().copied()))
    }

    fn decode(&self, spins: &[i8]) -> Result<Decoded<Vec<bool>>, QuboError> {
        check_spins(spins, self.graph.n())?;
        let set: Vec<bool> = spins.iter().map(|&s| s > 0).collect();
        let violations = self.violations(&set);
        Decoded::new(|| self.objective(&set).map(|size| (set, size)), violations)
    }

    /// The set's size.
    fn objective(&self, solution: &Vec<bool>) -> Result<Fraction, QuboError> {
        check_length(solution.len(), self.graph.n())?;
        refuse(&self.violations(solution))?;
        Ok(Fraction::from(solution.iter().filter(|&&b| b).count() as i64))
    }
}
