//! Affine and Linear: matrices, kept so that an input that is 0 costs nothing.

use crate::array::Array;

/// `W x + b` for each of some blocks.
#[derive(Clone, Debug)]
pub(super) struct Matrices {
    n_inputs: usize,
    n_outputs: usize,
    /// (block, input, output): what one input adds to all outputs lies together.
    weights: Vec<f64>,
    /// (block, output).
    bias: Vec<f64>,
}

impl Matrices {
    /// From NIR's weight (..., outputs, inputs) and bias (..., outputs), which the graph's check has compared.
    pub(super) fn new(weight: &Array, bias: Option<&Array>) -> Self {
        let [lead @ .., n_outputs, n_inputs] = weight.shape() else {
            unreachable!("the check wants two axes")
        };
        let (n_outputs, n_inputs) = (*n_outputs, *n_inputs);
        let n_blocks: usize = lead.iter().product();
        let mut weights = vec![0.0; weight.len()];
        for (index, value) in weight.iter().enumerate() {
            let (block, output, input) =
                (index / n_inputs / n_outputs, index / n_inputs % n_outputs, index % n_inputs);
            weights[(block * n_inputs + input) * n_outputs + output] = value;
        }
        let bias = super::node::spread(bias, n_blocks * n_outputs, 0.0);
        Self { n_inputs, n_outputs, weights, bias }
    }

    /// Inputs are added to the bias one after the other.
    pub(super) fn apply(&self, x: &[f64], y: &mut [f64]) {
        y.copy_from_slice(&self.bias);
        let columns = self.weights.chunks_exact(self.n_outputs);
        let blocks = y.chunks_exact_mut(self.n_outputs);
        let mut columns = x.iter().zip(columns);
        for block in blocks {
            for (&x, column) in columns.by_ref().take(self.n_inputs).filter(|(x, _)| **x != 0.0) {
                block.iter_mut().zip(column).for_each(|(y, weight)| *y += weight * x);
            }
        }
    }
}
