//! Polynomials of degree two over bits while they are being added up.

use crate::terms::{Pair, check_variables, merge, narrow};
use crate::{Qubo, QuboError};

/// A sum of terms over bits that is still being added up.
pub(crate) struct Polynomial {
    /// Linear coefficients.
    pub(crate) linear: Vec<i128>,
    /// Pairs, not yet merged.
    pub(crate) pairs: Vec<Pair>,
    /// The constant.
    pub(crate) offset: i128,
}

/// `constant + factor * x`, the value of a literal: x or 1 - x.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Literal {
    /// The variable.
    pub(crate) variable: usize,
    /// Whether the literal is 1 - x.
    pub(crate) is_negated: bool,
}

impl Literal {
    fn parts(self) -> (i64, i64) {
        if self.is_negated { (1, -1) } else { (0, 1) }
    }
}

impl Polynomial {
    /// The sum of nothing over `n` variables.
    pub(crate) fn new(n: usize) -> Result<Self, QuboError> {
        check_variables(n)?;
        Ok(Self { linear: vec![0; n], pairs: Vec::new(), offset: 0 })
    }

    /// Adds `weight`.
    pub(crate) fn add_constant(&mut self, weight: i64) {
        self.offset += i128::from(weight);
    }

    /// Adds `weight x_i x_j`, which is `weight x_i` if the two are one.
    pub(crate) fn add(&mut self, i: usize, j: usize, weight: i64) {
        if i == j {
            self.linear[i] += i128::from(weight);
        } else {
            self.pairs.push((i as u32, j as u32, weight));
        }
    }

    /// Adds `weight` times a literal.
    pub(crate) fn add_literal(&mut self, literal: Literal, weight: i64) {
        let (constant, factor) = literal.parts();
        self.add_constant(weight * constant);
        self.add(literal.variable, literal.variable, weight * factor);
    }

    /// Adds `weight` times the product of two literals of different variables.
    pub(crate) fn add_product(&mut self, a: Literal, b: Literal, weight: i64) {
        let ((a0, a1), (b0, b1)) = (a.parts(), b.parts());
        self.add_constant(weight * a0 * b0);
        self.add(a.variable, a.variable, weight * a1 * b0);
        self.add(b.variable, b.variable, weight * a0 * b1);
        self.add(a.variable, b.variable, weight * a1 * b1);
    }

    /// Adds `weight (1 - sum of variables)^2`: exactly one of them has to be 1.
    pub(crate) fn add_one_hot(&mut self, variables: &[usize], weight: i64) {
        self.add_constant(weight);
        for (k, &i) in variables.iter().enumerate() {
            self.add(i, i, -weight);
            variables[..k].iter().for_each(|&j| self.add(i, j, 2 * weight));
        }
    }

    /// The QUBO, minimised, scale 1.
    pub(crate) fn finish(self) -> Result<Qubo, QuboError> {
        let pairs = merge(self.pairs)?;
        let narrow_linear = |a| narrow("a linear coefficient", a);
        let linear = self.linear.into_iter().map(narrow_linear).collect::<Result<Vec<i64>, _>>()?;
        Qubo::of_terms(linear, pairs, narrow("the offset", self.offset)?)
    }
}
