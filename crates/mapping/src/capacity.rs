//! What can be said of a network's size before anything is drawn or allocated: does it have a chance to fit?

use gennaker_machine::Machine;
use gennaker_network::{Connector, Network, Projection};

use crate::error::MappingError;
use crate::place::check_room;

/// Refuses networks that need more cores than there are, by their neurons or by their synapses alone.
pub(crate) fn check_capacity(network: &Network, machine: &Machine) -> Result<(), MappingError> {
    let by_neurons: u64 = network
        .populations
        .iter()
        .map(|p| {
            let model_limit = p.model.core_profile().max_atoms;
            let atoms = p.max_atoms_per_core.map_or(model_limit, |own| own.min(model_limit));
            u64::from(p.size.div_ceil(atoms.max(1)))
        })
        .sum();
    let bytes: f64 = network.projections.iter().map(|p| least_bytes(network, p)).sum();
    let by_synapses = (bytes / f64::from(machine.spec().chip.pe.sram_bytes)) as u64;
    check_room(usize::try_from(by_neurons.max(by_synapses)).unwrap_or(usize::MAX), machine)
}

/// A lower bound for the synapse words of a projection; random numbers of synapses are taken a tenth below their mean.
fn least_bytes(network: &Network, projection: &Projection) -> f64 {
    let size = |population: usize| f64::from(network.populations[population].size);
    let (n_pre, n_post) = (size(projection.pre), size(projection.post));
    let n_synapses = match &projection.connector {
        Connector::List(list) => list.len() as f64,
        Connector::OneToOne => n_post,
        Connector::AllToAll { .. } => (n_pre - 1.0) * n_post,
        Connector::FixedProbability { p, .. } if p * n_pre * n_post > 1e4 => 0.9 * p * n_pre * n_post,
        Connector::FixedInDegree { n, .. } => f64::from(*n) * n_post,
        Connector::FixedOutDegree { n, .. } => f64::from(*n) * n_pre,
        Connector::FixedTotalNumber { n, .. } => *n as f64,
        Connector::FixedProbability { .. } | Connector::DistanceDependent { .. } | Connector::Conv2d(_) => {
            0.0
        }
    };
    let word = network.populations[projection.post].model.core_profile().synapse_word;
    n_synapses * f64::from(word.map_or(0, |word| word.bytes))
}
