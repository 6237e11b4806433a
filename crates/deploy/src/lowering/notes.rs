//! What a user should know about a lowering: where the chip does something else than the graph says.

use gennaker_nir::{Array, Primitive};

use crate::options::{Reset, WeightBits};
use crate::report::Port;

use super::paths::Path;
use super::{Lowering, neurons};

impl Lowering<'_> {
    pub(super) fn note_once(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// What is to be said about one population's parameters.
    pub(super) fn note_neurons(&mut self, node: usize, paths: &[Path], bias: &[f64]) {
        let (name, primitive) = (self.plan.names[node], self.plan.primitives[node]);
        let has =
            |array: Option<&Array>, what: fn(f64) -> bool| array.is_some_and(|array| array.iter().any(what));
        let (threshold, v_reset) = match primitive {
            Primitive::IF(p) => (Some(&p.v_threshold), p.v_reset.as_ref()),
            Primitive::LIF(p) => (Some(&p.v_threshold), p.v_reset.as_ref()),
            Primitive::CubaLIF(p) => (Some(&p.v_threshold), p.v_reset.as_ref()),
            _ => (None, None),
        };
        if has(v_reset, |v| v != 0.0) {
            self.notes.push(match self.options.reset {
                Reset::Subtract => format!("`{name}`: its v_reset is ignored, spikes subtract the threshold"),
                Reset::Zero => format!("`{name}`: its v_reset is used; the chip's own importer takes 0"),
            });
        }
        if has(threshold, |v| v <= 0.0) {
            self.notes.push(format!(
                "`{name}`: neurons with a threshold of 0 or less fire at rest, since the chip's neurons fire at their threshold"
            ));
        }
        if neurons::has_current(primitive) && bias.iter().any(|&b| b != 0.0) {
            self.notes.push(format!(
                "`{name}`: its bias acts on the membrane from the first tick on, not through the synaptic current, as in the chip's own importer"
            ));
        }
        if paths.is_empty() {
            self.notes
                .push(format!("`{name}`: no neuron or input leads to it; constant drive is all that it has"));
        }
    }

    /// Delays that ticks cannot have.
    pub(super) fn note_delays(&mut self) {
        let plan = self.plan;
        for (name, primitive) in plan.names.iter().zip(&plan.primitives) {
            let Primitive::Delay { delay } = primitive else { continue };
            let steps = |seconds: f64| seconds / self.options.dt_s;
            let is_rounded = |steps: &f64| (steps - steps.round_ties_even()).abs() > 1e-6 * steps.max(1.0);
            let n = delay.iter().map(steps).filter(is_rounded).count();
            if n > 0 {
                self.notes.push(format!(
                    "`{name}`: {n} of {} delays are no whole number of ticks of {} s and are rounded to the nearest",
                    delay.len(),
                    self.options.dt_s
                ));
            }
        }
        let is_wordless = |model: &str| model.ends_with("no_delay") || model == "lif_conv2d";
        if self.options.conn_delay > 0 && self.layers.iter().any(|layer| is_wordless(layer.model)) {
            let bits =
                if self.options.weight_bits == WeightBits::Eight { "8-bit weights" } else { "kernels" };
            self.notes.push(format!(
                "conn_delay {} is ignored where the synapse word has no delay field ({bits})",
                self.options.conn_delay
            ));
        }
    }

    /// Outputs that show less than the graph's.
    pub(super) fn note_outputs(&mut self, outputs: &[Port]) {
        let plan = self.plan;
        for node in (0..plan.names.len()).filter(|&node| plan.is_output(node)) {
            if self.populations.contains_key(&node) {
                continue;
            }
            let (before, name) = (plan.before(node), plan.names[node]);
            if before.len() > 1 {
                self.notes.push(format!(
                    "`{name}`: {} nodes lead to this Output; each is shown by itself, and their sum is not",
                    before.len()
                ));
            }
            if before.iter().any(|&before| plan.is_input(before)) {
                self.notes.push(format!("`{name}`: the Input that leads to this Output is not shown there"));
            }
        }
        if let [first, _, ..] = outputs {
            let names: Vec<String> = outputs.iter().map(|port| format!("`{}`", port.node)).collect();
            self.notes.push(format!(
                "there are {} outputs ({}); a sample's answer is that of `{}`",
                outputs.len(),
                names.join(", "),
                first.node
            ));
        }
    }
}
