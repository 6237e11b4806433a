//! The work of a PE in a tick, in cycles.

use gennaker_mapping::{Mapping, Slice};
use gennaker_network::Network;

use crate::coefficients::Coefficients;

/// What one PE does in one tick, as counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Work {
    /// Packets taken from the FIFO.
    pub packets: u32,
    /// Synapses whose weight was added.
    pub events: u32,
    /// Spikes sent (or found, where no synapse takes them).
    pub sent: u32,
}

/// The cost of one PE's work: a linear model with the published structure of Hoeppner et al. 2019 (arXiv 1903.08941), a fixed part
/// per tick and neuron, a part per packet, per synaptic event and per spike sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeCycles {
    /// Every tick: overhead and neurons.
    pub fixed: u64,
    /// Per packet.
    pub per_packet: u64,
    /// Per synaptic event.
    pub per_event: u64,
    /// Per spike sent.
    pub per_spike: u64,
    /// Mean synaptic events per packet, which a PE does not know beforehand and `predictive` takes for all packets.
    pub mean_row: f64,
}

impl PeCycles {
    /// The cost of a slice on its PE.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked whole numbers from 0 to 1e9"
    )]
    pub fn of(network: &Network, slice: &Slice, coefficients: &Coefficients) -> Self {
        let whole = |cycles: f64| cycles as u64;
        let model = network.populations[slice.population as usize].model;
        let per_neuron = whole(coefficients.cycles_per_neuron(model));
        Self {
            fixed: whole(coefficients.cycles_per_tick) + u64::from(slice.n_neurons()) * per_neuron,
            per_packet: whole(coefficients.cycles_per_packet),
            per_event: whole(coefficients.cycles_per_synaptic_event),
            per_spike: whole(coefficients.cycles_per_sent_spike),
            mean_row: mean_row(slice),
        }
    }

    /// The cost of every slice of a mapping.
    #[must_use]
    pub fn of_all(network: &Network, mapping: &Mapping, coefficients: &Coefficients) -> Vec<Self> {
        mapping.slices.iter().map(|slice| Self::of(network, slice, coefficients)).collect()
    }

    /// Cycles for this work.
    #[must_use]
    #[inline]
    pub fn cycles(&self, work: Work) -> u64 {
        self.fixed
            + u64::from(work.packets) * self.per_packet
            + u64::from(work.events) * self.per_event
            + u64::from(work.sent) * self.per_spike
    }

    /// Cycles that a PE expects when it sees this many packets.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    pub fn predicted(&self, packets: u32) -> f64 {
        let per_packet = self.per_packet as f64 + self.mean_row * self.per_event as f64;
        self.fixed as f64 + f64::from(packets) * per_packet
    }
}

/// Synapses over possible rows of all that a slice listens to.
#[expect(clippy::cast_precision_loss, reason = "a mean")]
fn mean_row(slice: &Slice) -> f64 {
    let rows: u64 = slice.inputs.iter().map(|block| u64::from(block.n_rows)).sum();
    let synapses: u64 = slice.inputs.iter().map(|block| u64::from(block.n_synapses)).sum();
    if rows == 0 { 0.0 } else { synapses as f64 / rows as f64 }
}
