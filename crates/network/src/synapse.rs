//! From the user's weights and delays to what the chip's synapse word holds; nothing is rounded or clipped unseen.

use serde::{Deserialize, Serialize};

use crate::error::NetworkError;
use crate::model::{Model, SynapseWord};

/// What happens to weights and delays beyond the synapse word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutOfRange {
    /// The network is refused.
    #[default]
    Error,
    /// The value is clipped to the nearest one that fits, and counted.
    Clip,
}

/// Rounds and clips the synapses of one projection and keeps account.
#[derive(Debug, Clone)]
pub struct Quantiser {
    word: SynapseWord,
    report: QuantisationReport,
}

/// What quantisation did to one projection's synapses.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct QuantisationReport {
    /// Synapses seen.
    pub n_synapses: u64,
    /// Weights that were not whole numbers and were rounded (to nearest, ties away from zero).
    pub n_rounded: u64,
    /// Non-zero weights that became 0.
    pub n_vanished: u64,
    /// Weights beyond the word, clipped.
    pub n_clipped_weights: u64,
    /// Delays beyond the word, clipped.
    pub n_clipped_delays: u64,
    /// Non-zero delays onto a model that ignores delays.
    pub n_ignored_delays: u64,
    /// Largest |quantised - given| weight.
    pub max_weight_error: f64,
    /// The weight of largest magnitude that was clipped (0 if none).
    pub worst_weight: f64,
    /// The largest delay that was clipped (0 if none).
    pub worst_delay: u32,
}

impl Quantiser {
    /// A quantiser for synapses onto `model`; `None` if the model takes no input.
    #[must_use]
    pub fn new(model: Model) -> Option<Self> {
        let word = model.descriptor().synapse_word?;
        Some(Self { word, report: QuantisationReport::default() })
    }

    /// The integer weight and the delay field that the chip would hold.
    #[inline(always)]
    pub fn quantise(&mut self, weight: f64, delay: u32) -> (i32, u32) {
        let report = &mut self.report;
        report.n_synapses += 1;
        let limit = f64::from(self.word.max_weight);
        let rounded = round(weight);
        let clipped = rounded.clamp(-limit, limit);
        // Random weights are hardly ever whole, so this is no rare case.
        report.n_rounded += u64::from(rounded != weight);
        report.n_vanished += u64::from((clipped == 0.0) & (weight != 0.0));
        report.max_weight_error = report.max_weight_error.max((clipped - weight).abs());
        if clipped != rounded {
            report.note_clipped(weight);
        }
        let mut field = delay;
        if delay > self.word.max_delay() {
            field = self.word.max_delay();
            report.note_delay(delay, self.word);
        }
        (clipped as i32, field)
    }

    /// The delay that counts where weights and delays are not quantised: as given, but counted and ignored by models
    /// without a delay field.
    #[inline]
    pub fn delay_in_use(&mut self, delay: u32) -> u32 {
        self.report.n_synapses += 1;
        if self.word.delay_bits > 0 || delay == 0 {
            return delay;
        }
        self.report.note_delay(delay, self.word);
        0
    }

    /// Forgets the account, as after synapses that were only counted.
    pub fn clear(&mut self) {
        self.report = QuantisationReport::default();
    }

    /// Puts an account in the place of the own one, as when equal synapses were accounted for together.
    pub fn set_report(&mut self, report: QuantisationReport) {
        self.report = report;
    }

    /// The account so far.
    #[must_use]
    pub fn report(&self) -> &QuantisationReport {
        &self.report
    }
}

/// To the nearest whole number, ties away from zero; numbers beyond 2^52 are whole already.
#[inline(always)]
fn round(x: f64) -> f64 {
    const WHOLE: f64 = 4_503_599_627_370_496.0;
    let size = x.abs();
    if size >= WHOLE {
        return x;
    }
    // Adding 2^52 rounds, ties to even numbers; those that went down are taken up.
    let even = (size + WHOLE) - WHOLE;
    let nearest = if size - even == 0.5 { even + 1.0 } else { even };
    nearest.copysign(x)
}

impl QuantisationReport {
    #[cold]
    fn note_clipped(&mut self, weight: f64) {
        self.n_clipped_weights += 1;
        self.note_worst(weight);
    }

    /// Of two equally bad weights the positive one counts, so that the order in which they are seen does not matter.
    fn note_worst(&mut self, weight: f64) {
        if (weight.abs(), weight) > (self.worst_weight.abs(), self.worst_weight) {
            self.worst_weight = weight;
        }
    }

    #[cold]
    fn note_delay(&mut self, delay: u32, word: SynapseWord) {
        if word.delay_bits == 0 {
            self.n_ignored_delays += 1;
        } else {
            self.n_clipped_delays += 1;
            self.worst_delay = self.worst_delay.max(delay);
        }
    }

    /// The account of `n` synapses like the one that this is the account of.
    #[must_use]
    pub fn times(mut self, n: u64) -> Self {
        for count in [
            &mut self.n_synapses,
            &mut self.n_rounded,
            &mut self.n_vanished,
            &mut self.n_clipped_weights,
            &mut self.n_clipped_delays,
            &mut self.n_ignored_delays,
        ] {
            *count *= n;
        }
        if n == 0 { Self::default() } else { self }
    }

    /// Adds another account, as when the targets of one projection are quantised in parts.
    pub fn merge(&mut self, other: &Self) {
        self.n_synapses += other.n_synapses;
        self.n_rounded += other.n_rounded;
        self.n_vanished += other.n_vanished;
        self.n_clipped_weights += other.n_clipped_weights;
        self.n_clipped_delays += other.n_clipped_delays;
        self.n_ignored_delays += other.n_ignored_delays;
        self.max_weight_error = self.max_weight_error.max(other.max_weight_error);
        self.note_worst(other.worst_weight);
        self.worst_delay = self.worst_delay.max(other.worst_delay);
    }

    /// Refuses clipped values if the policy says so.
    ///
    /// # Errors
    /// [`NetworkError::Weight`] or [`NetworkError::Delay`] with the worst value found.
    pub fn check(&self, policy: OutOfRange, projection: &str, model: Model) -> Result<(), NetworkError> {
        let Some(word) = model.descriptor().synapse_word else { return Ok(()) };
        if policy == OutOfRange::Clip {
            return Ok(());
        }
        if self.n_clipped_weights > 0 {
            return Err(NetworkError::Weight {
                projection: projection.to_owned(),
                weight: self.worst_weight,
                model: model.name(),
                limit: word.max_weight,
            });
        }
        if self.n_clipped_delays > 0 {
            return Err(NetworkError::Delay {
                projection: projection.to_owned(),
                delay: self.worst_delay,
                model: model.name(),
                limit: word.max_delay(),
            });
        }
        Ok(())
    }

    /// One sentence per thing that a user should know, empty if nothing was changed.
    #[must_use]
    pub fn notes(&self, projection: &str, model: Model) -> Vec<String> {
        let mut notes = Vec::new();
        let limit = model.descriptor().synapse_word.map_or(0, |w| w.max_weight);
        if self.n_rounded > 0 {
            let clipping = if self.n_clipped_weights > 0 { ", clipping included" } else { "" };
            notes.push(format!(
                "projection `{projection}`: {} of {} weights were rounded to whole numbers (largest change {:.3}{clipping})",
                self.n_rounded, self.n_synapses, self.max_weight_error
            ));
        }
        if self.n_vanished > 0 {
            notes.push(format!(
                "projection `{projection}`: {} non-zero weights became 0; scale the weights up",
                self.n_vanished
            ));
        }
        if self.n_clipped_weights > 0 {
            notes.push(format!(
                "projection `{projection}`: {} weights beyond {limit} were clipped, the largest was {}",
                self.n_clipped_weights, self.worst_weight
            ));
        }
        if self.n_clipped_delays > 0 {
            notes.push(format!(
                "projection `{projection}`: {} delays beyond the synapse word were clipped, the largest was {}",
                self.n_clipped_delays, self.worst_delay
            ));
        }
        if self.n_ignored_delays > 0 {
            notes.push(format!(
                "projection `{projection}`: `{}` has no delay field; {} delays are ignored and every spike acts one tick after it was sent",
                model.name(),
                self.n_ignored_delays
            ));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rounding_is_to_nearest_ties_away_from_zero(x in -1e17..1e17f64, near in -1000i32..1000) {
            for x in [x, x / 1e9, x / 1e16, f64::from(near) / 2.0, f64::from(near) / 2.0 - 1e-13, 0.49999999999999994] {
                prop_assert_eq!(round(x).to_bits(), libm::round(x).to_bits(), "{}", x);
            }
        }
    }
}
