//! How a network is run. Nothing here changes what the network is.

use gennaker_network::OutOfRange;
use serde::{Deserialize, Serialize};

/// Options of a run. The default is the chip's arithmetic on all processors.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Which arithmetic computes the neurons.
    pub numeric: Numeric,
    /// What happens to weights and delays beyond the synapse word.
    pub out_of_range: OutOfRange,
    /// Width of the input accumulators on the chip.
    pub ring_width: RingWidth,
    /// Threads to use; `None` takes all processors. Never changes a result.
    pub threads: Option<usize>,
    /// Whether Poisson input wired one to one is listed like all other spikes, rather than drawn where it arrives, so that an
    /// observer sees it ([`Simulation::run_observed`](crate::Simulation::run_observed)). Slower; changes no result. Default false.
    pub list_inputs: bool,
}

/// Which arithmetic computes the neurons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Numeric {
    /// What the chip computes: integer weights in the synapse word's range, single-precision state, no fused multiply-add.
    #[default]
    Chip,
    /// What the equations say: double-precision state, weights and parameters as given, delays of any length.
    Reference,
    /// Double-precision state, but the chip's integer weights and parameters rounded to single precision: what
    /// py-spinnaker2's Brian2 backend computes.
    ReferenceIntegerWeights,
    /// Double-precision state and weights as given, parameters rounded to single precision: that backend with
    /// `quantize_weights=False`.
    ReferenceSingleParameters,
}

impl Numeric {
    /// Whether weights and delays are those of the chip's synapse word.
    #[must_use]
    pub fn quantises(self) -> bool {
        matches!(self, Self::Chip | Self::ReferenceIntegerWeights)
    }

    /// Whether parameters are rounded to single precision before use.
    #[must_use]
    pub fn rounds_parameters(self) -> bool {
        matches!(self, Self::ReferenceIntegerWeights | Self::ReferenceSingleParameters)
    }
}

/// Width of an input accumulator. Sums saturate at the largest value, and every saturation is counted.
///
/// Which width the chip's programs use is not public; 32 bits is the assumption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RingWidth {
    /// Signed 32 bits.
    #[default]
    Bits32,
    /// Unsigned 16 bits, as in SpiNNaker1's ring buffers.
    Bits16,
}
