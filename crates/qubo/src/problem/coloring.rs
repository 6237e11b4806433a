//! Graph colouring.

use super::{Decoded, Problem, Violation, check_couplings, check_length, check_weight, refuse, spins};
use crate::ising::check_spins;
use crate::polynomial::Polynomial;
use crate::terms::check_variables;
use crate::{Fraction, Graph, Ising, QuboError, Sense};

/// A colour out of k for every vertex, so that no edge has two ends of one colour; weights of edges do not matter.
///
/// Variable `v * k + c` says that vertex v has colour c:
/// `A sum_v (1 - sum_c x_vc)^2 + B sum_{uv in E, c} x_uc x_vc` (Lucas, Frontiers in Physics 2, 2014, section 6.1).
/// A state is a colouring if and only if its value is 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coloring {
    /// The graph.
    pub graph: Graph,
    /// The number of colours, k.
    pub n_colours: usize,
    /// A, what a missing colour costs; at least 1. Default 2: a colour that clashes once is better than none, which lets states move.
    pub one_colour_penalty: i64,
    /// B, what an edge with two ends of one colour costs; at least 1, the default.
    pub edge_penalty: i64,
}

impl Coloring {
    /// The problem with penalties A = 2 and B = 1.
    pub fn new(graph: Graph, n_colours: usize) -> Self {
        Self { graph, n_colours, one_colour_penalty: 2, edge_penalty: 1 }
    }

    fn n_variables(&self) -> Result<usize, QuboError> {
        let n = self.graph.n().saturating_mul(self.n_colours);
        check_variables(n).map(|()| n)
    }
}

impl Problem for Coloring {
    /// The colour of every vertex, from 0.
    type Solution = Vec<usize>;

    fn sense(&self) -> Sense {
        Sense::Minimise
    }

    fn ising(&self) -> Result<Ising, QuboError> {
        check_weight("the penalty of a vertex without one colour", self.one_colour_penalty, 1)?;
        check_weight("the penalty of an edge", self.edge_penalty, 1)?;
        let (n, m, k) = (self.graph.n() as u128, self.graph.n_edges() as u128, self.n_colours as u128);
        check_couplings(
            n.saturating_mul(k).saturating_mul(k) / 2 + m.saturating_mul(k),
            "use fewer colours",
        )?;
        let k = self.n_colours;
        let mut sum = Polynomial::new(self.n_variables()?)?;
        for v in 0..self.graph.n() {
            sum.add_one_hot(&(v * k..(v + 1) * k).collect::<Vec<_>>(), self.one_colour_penalty);
        }
        for (u, v, _) in self.graph.edges() {
            (0..k).for_each(|c| sum.add(u * k + c, v * k + c, self.edge_penalty));
        }
        sum.finish()?.to_ising()
    }

    fn encode(&self, solution: &Vec<usize>) -> Result<Vec<i8>, QuboError> {
        self.objective(solution)?;
        self.n_variables()?;
        Ok(spins(solution.iter().flat_map(|&own| (0..self.n_colours).map(move |c| c == own))))
    }

    fn decode(&self, spins: &[i8]) -> Result<Decoded<Vec<usize>>, QuboError> {
        check_spins(spins, self.n_variables()?)?;
        let k = self.n_colours;
        let has = |v: usize, c: usize| spins[v * k + c] > 0;
        let colours = |v| (0..k).filter(move |&c| has(v, c));
        let mut violations: Vec<Violation> = (0..self.graph.n())
            .map(|vertex| Violation::Colours { vertex, count: colours(vertex).count() })
            .filter(|v| !matches!(v, Violation::Colours { count: 1, .. }))
            .collect();
        for (u, v, _) in self.graph.edges() {
            let both = colours(u).filter(|&c| has(v, c));
            violations.extend(both.map(|colour| Violation::SameColour { u, v, colour }));
        }
        let solution = || {
            let solution: Vec<usize> = (0..self.graph.n()).flat_map(colours).collect();
            self.objective(&solution).map(|used| (solution, used))
        };
        Decoded::new(solution, violations)
    }

    /// The number of colours in use.
    fn objective(&self, solution: &Vec<usize>) -> Result<Fraction, QuboError> {
        check_length(solution.len(), self.graph.n())?;
        if let Some(index) = solution.iter().position(|&c| c >= self.n_colours) {
            let found = solution[index] as i64;
            return Err(QuboError::WrongValue {
                index,
                found,
                allowed: "colours below the number of colours",
            });
        }
        let clashes = self.graph.edges().filter(|&(u, v, _)| solution[u] == solution[v]);
        let clash = |(u, v, _)| Violation::SameColour { u, v, colour: solution[u] };
        refuse(&clashes.map(clash).collect::<Vec<_>>())?;
        let mut used = solution.clone();
        used.sort_unstable();
        used.dedup();
        Ok(Fraction::from(used.len() as i64))
    }
}
