//! What arrives at neurons when nothing fires: the biases of all linear nodes on the way.

use std::collections::BTreeMap;

use gennaker_nir::Primitive;

use crate::error::DeployError;

use super::{Lowering, spread};

impl Lowering<'_> {
    /// What arrives at a node when no neuron fires, by element: all biases on the way.
    pub(super) fn bias(&mut self, node: usize, size: usize) -> Result<Vec<f64>, DeployError> {
        let plan = self.plan;
        // In order from the sources on; paths are free of loops by now.
        let mut known: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        let mut open: Vec<usize> = plan.before(node).to_vec();
        while let Some(&linear) = open.last() {
            let is_new = |before: &&usize| !known.contains_key(before) && !plan.is_population(**before);
            if plan.is_population(linear) || known.contains_key(&linear) {
                open.pop();
                continue;
            }
            let missing: Vec<usize> = plan.before(linear).iter().filter(is_new).copied().collect();
            if !missing.is_empty() {
                open.extend(missing);
                continue;
            }
            let value = self.constant(linear, &known)?;
            known.insert(linear, value);
            open.pop();
        }
        let mut bias = vec![0.0; size];
        for before in plan.before(node) {
            for (sum, value) in bias.iter_mut().zip(known.get(before).into_iter().flatten()) {
                *sum += value;
            }
        }
        Ok(bias)
    }

    /// What leaves a linear node when no neuron fires; empty for nothing at all.
    fn constant(
        &mut self,
        linear: usize,
        known: &BTreeMap<usize, Vec<f64>>,
    ) -> Result<Vec<f64>, DeployError> {
        let (primitive, shape) = (self.plan.primitives[linear], &self.plan.shapes[linear]);
        let n_inputs: usize = shape.input.iter().product();
        let mut input = vec![0.0; n_inputs];
        for before in self.plan.before(linear) {
            for (sum, value) in input.iter_mut().zip(known.get(before).into_iter().flatten()) {
                *sum += value;
            }
        }
        if matches!(primitive, Primitive::Delay { .. }) && input.iter().any(|&value| value != 0.0) {
            self.note_once(format!(
                "`{}`: biases that arrive at this Delay act from the first tick on, not delayed",
                self.plan.names[linear]
            ));
        }
        let mut output = vec![0.0; self.plan.size(linear)? as usize];
        for (at, &value) in input.iter().enumerate().filter(|(_, value)| **value != 0.0) {
            spread::spread(primitive, shape, self.options.dt_s, at, &mut |target, factor, _| {
                output[target] += factor * value;
            });
        }
        for (target, sum) in output.iter_mut().enumerate() {
            *sum += spread::offset(primitive, shape, target).unwrap_or(0.0);
        }
        Ok(output)
    }
}
