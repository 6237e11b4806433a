//! Drawing the synapses of a projection: all of them or those of a range of targets, always the same ones.

mod degrees;
mod drawer;
mod rules;
mod slices;
mod values;

use std::ops::Range;

use crate::connector::Connector;
use crate::network::Network;

pub use drawer::Drawer;
pub use slices::{BitMatrix, slice_pairs};

/// One synapse, before quantisation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Synapse {
    /// Index of the sending neuron in its population.
    pub pre: u32,
    /// Index of the receiving neuron in its population.
    pub post: u32,
    /// Weight as the user wrote it.
    pub weight: f64,
    /// Delay field in ticks.
    pub delay: u32,
}

/// Calls `each` for every synapse onto the targets in `post`, in an order that depends on the projection only:
/// for any target, synapses come in the same order whatever range is asked for.
///
/// The network must be valid. Cost: proportional to the synapses drawn; connectors that are not drawn per target
/// ([`Connector::is_drawn_per_target`]) are walked whole for any range. A [`Drawer`] saves the work that calls for several
/// ranges have in common.
pub fn for_each_synapse(network: &Network, projection: usize, post: Range<u32>, each: impl FnMut(Synapse)) {
    Drawer::for_range(network, projection, post.clone()).for_each_synapse(post, each);
}

/// Calls `each(pre, post)` for every synapse onto the targets in `post`, in the order of [`for_each_synapse`] but without
/// drawing weights and delays.
pub fn for_each_pair(network: &Network, projection: usize, post: Range<u32>, each: impl FnMut(u32, u32)) {
    Drawer::for_range(network, projection, post.clone()).for_each_pair(post, each);
}

/// Synapses per target neuron. Exact; drawn in parallel.
#[must_use]
pub fn in_degrees(network: &Network, projection: usize) -> Vec<u32> {
    Drawer::new(network, projection).in_degrees()
}

/// Synapses of a projection. Exact.
#[must_use]
pub fn n_synapses(network: &Network, projection: usize) -> u64 {
    let projection_ = &network.projections[projection];
    let size = |population: usize| u64::from(network.populations[population].size);
    match &projection_.connector {
        Connector::List(list) => list.len() as u64,
        Connector::OneToOne => size(projection_.post),
        Connector::FixedInDegree { n, .. } => u64::from(*n) * size(projection_.post),
        Connector::FixedOutDegree { n, .. } => u64::from(*n) * size(projection_.pre),
        Connector::FixedTotalNumber { n, .. } => *n,
        _ => in_degrees(network, projection).iter().map(|&n| u64::from(n)).sum(),
    }
}
