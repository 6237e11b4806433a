//! Maximum satisfiability with clauses of at most three literals.

use super::{Decoded, Problem, check_length, spins};
use crate::ising::check_spins;
use crate::polynomial::{Literal, Polynomial};
use crate::terms::{check_index, check_variables};
use crate::{Fraction, Ising, QuboError, Sense};

/// An assignment that satisfies as many clauses as possible.
///
/// A clause costs the product of its negated literals. With y the negated ones, three of them are brought to degree two by one
/// helping variable a: `y1 y2 y3 = min_a (y1 y2 + y1 y3 + y2 y3 + a (1 - y1 - y2 - y3))` (Ishikawa, IEEE TPAMI 33, 2011): all
/// coefficients are 1 or -1. Variables come first, helping variables after them in the order of their clauses. The value of
/// a state whose helping variables are set best is the number of satisfied clauses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaxSat {
    n: usize,
    /// Different literals of different variables; `None` for clauses that are always satisfied.
    clauses: Vec<Option<Vec<Literal>>>,
}

impl MaxSat {
    /// The formula over `n` variables whose clauses are lists of literals as in DIMACS files: +v or -v for variable v, counted
    /// **from 1**. Repeated literals count once; a clause with a literal and its negation is always satisfied; an empty one never.
    ///
    /// # Errors
    /// Unknown variables, clauses of more than three different literals, more than 2^32 - 1 variables with helping ones.
    pub fn new<C: AsRef<[i64]>>(n: usize, clauses: impl IntoIterator<Item = C>) -> Result<Self, QuboError> {
        check_variables(n)?;
        let clauses =
            clauses.into_iter().map(|c| normalised(c.as_ref(), n)).collect::<Result<Vec<_>, _>>()?;
        let formula = Self { n, clauses };
        check_variables(formula.n_states())?;
        Ok(formula)
    }

    /// Number of variables of the formula, without helping ones.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Number of clauses.
    pub fn n_clauses(&self) -> usize {
        self.clauses.len()
    }

    /// Number of variables with helping ones: the length of a state.
    pub fn n_states(&self) -> usize {
        self.n + self.clauses.iter().flatten().filter(|c| c.len() == 3).count()
    }

    fn is_satisfied(clause: Option<&[Literal]>, assignment: &[bool]) -> bool {
        clause.is_none_or(|c| c.iter().any(|l| assignment[l.variable] != l.is_negated))
    }
}

impl Problem for MaxSat {
    /// The value of every variable.
    type Solution = Vec<bool>;

    fn sense(&self) -> Sense {
        Sense::Maximise
    }

    fn ising(&self) -> Result<Ising, QuboError> {
        let mut sum = Polynomial::new(self.n_states())?;
        let mut helper = self.n;
        sum.add_constant(-(self.clauses.len() as i64));
        for clause in self.clauses.iter().flatten() {
            let not: Vec<Literal> =
                clause.iter().map(|l| Literal { is_negated: !l.is_negated, ..*l }).collect();
            match not[..] {
                [] => sum.add_constant(1),
                [a] => sum.add_literal(a, 1),
                [a, b] => sum.add_product(a, b, 1),
                _ => {
                    let help = Literal { variable: helper, is_negated: false };
                    for (k, &literal) in not.iter().enumerate() {
                        not[..k].iter().for_each(|&other| sum.add_product(literal, other, 1));
                        sum.add_product(help, literal, -1);
                    }
                    sum.add_literal(help, 1);
                    helper += 1;
                }
            }
        }
        sum.finish()?.with_sense(Sense::Maximise).to_ising()
    }

    fn encode(&self, solution: &Vec<bool>) -> Result<Vec<i8>, QuboError> {
        check_length(solution.len(), self.n)?;
        let long = self.clauses.iter().flatten().filter(|c| c.len() == 3);
        let n_false = |c: &[Literal]| c.iter().filter(|l| solution[l.variable] == l.is_negated).count();
        Ok(spins(solution.iter().copied().chain(long.map(|c| n_false(c) > 1))))
    }

    fn decode(&self, spins: &[i8]) -> Result<Decoded<Vec<bool>>, QuboError> {
        check_spins(spins, self.n_states())?;
        let assignment: Vec<bool> = spins[..self.n].iter().map(|&s| s > 0).collect();
        let satisfied = self.objective(&assignment)?;
        Decoded::new(|| Ok((assignment, satisfied)), Vec::new())
    }

    /// The number of satisfied clauses.
    fn objective(&self, solution: &Vec<bool>) -> Result<Fraction, QuboError> {
        check_length(solution.len(), self.n)?;
        let satisfied = self.clauses.iter().filter(|c| Self::is_satisfied(c.as_deref(), solution));
        Ok(Fraction::from(satisfied.count() as i64))
    }
}

fn normalised(clause: &[i64], n: usize) -> Result<Option<Vec<Literal>>, QuboError> {
    let mut kept: Vec<Literal> = Vec::new();
    for &number in clause {
        let variable = usize::try_from(number.unsigned_abs()).unwrap_or(usize::MAX);
        if variable == 0 {
            let allowed = "+v or -v with v from 1".to_owned();
            return Err(QuboError::OutOfRange { what: "a literal", found: 0, allowed });
        }
        check_index("a literal", variable - 1, n)?;
        let literal = Literal { variable: variable - 1, is_negated: number < 0 };
        if !kept.contains(&literal) {
            kept.push(literal);
            check_size(kept.len())?;
        }
    }
    let is_always_true = kept.iter().any(|l| kept.contains(&Literal { is_negated: !l.is_negated, ..*l }));
    Ok((!is_always_true).then_some(kept))
}

fn check_size(literals: usize) -> Result<(), QuboError> {
    if literals <= 3 {
        return Ok(());
    }
    let (what, amount) = ("different literals in a clause", literals as u128);
    Err(QuboError::TooMany { what, amount, limit: 3, remedy: "split the clause with new variables" })
}
