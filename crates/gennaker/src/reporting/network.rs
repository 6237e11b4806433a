//! The network as a graph.

use gennaker_network::{Connector, Parameter, Population, Projection};
use gennaker_report::page::{NetworkGraph, PopulationNode, ProjectionEdge, Sign, places};

use super::Reported;
use super::words;

pub(super) fn graph(reported: &Reported<'_>) -> NetworkGraph {
    let network = &reported.experiment.file.network;
    let is_source: Vec<bool> = network.populations.iter().map(|p| p.model.is_source()).collect();
    let edges: Vec<(u32, u32)> = network.projections.iter().map(|p| (p.pre as u32, p.post as u32)).collect();
    let places = places(&is_source, &edges);
    let node = |(index, population): (usize, &Population)| node(reported, index, population, places[index]);
    let edge = |(index, projection): (usize, &Projection)| edge(reported, index, projection);
    NetworkGraph {
        populations: network.populations.iter().enumerate().map(node).collect(),
        projections: network.projections.iter().enumerate().map(edge).collect(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a mean")]
fn node(reported: &Reported<'_>, index: usize, population: &Population, place: [f64; 2]) -> PopulationNode {
    let n_spikes = reported.n_spikes(index);
    let neuron_seconds = f64::from(population.size) * reported.seconds();
    PopulationNode {
        name: population.name.clone(),
        size: population.size,
        model: population.model.name().to_owned(),
        is_source: population.model.is_source(),
        n_spikes,
        rate_hz: n_spikes.filter(|_| neuron_seconds > 0.0).map(|n| n as f64 / neuron_seconds),
        n_pes: reported.mapped.map_or(0, |mapped| mapped.mapping.slices_of(index).len() as u32),
        parameters: population
            .parameters
            .iter()
            .map(|(name, value)| (name.clone(), words::value(value)))
            .collect(),
        place,
    }
}

fn edge(reported: &Reported<'_>, index: usize, projection: &Projection) -> ProjectionEdge {
    let known = reported.run.and_then(|run| run.projections.get(index));
    let (weight, sign) = weights(projection);
    ProjectionEdge {
        name: projection.name.clone(),
        pre: projection.pre as u32,
        post: projection.post as u32,
        connector: words::connector(&projection.connector),
        n_synapses: known.map(|known| known.n_synapses),
        weight,
        delay: delays(projection),
        sign,
    }
}

/// Weights in words, and their sign. Lists and kernels have their own.
fn weights(projection: &Projection) -> (String, Sign) {
    let own = match &projection.connector {
        Connector::List(list) => list.weight.as_slice(),
        Connector::Conv2d(layer) => &layer.weights,
        _ => &[],
    };
    let parameter = if own.is_empty() { projection.weight.clone() } else { Parameter::Array(own.to_vec()) };
    (words::value(&parameter), words::sign(&parameter))
}

fn delays(projection: &Projection) -> String {
    match &projection.connector {
        Connector::List(list) if !list.delay.is_empty() => {
            words::value(&Parameter::Array(list.delay.iter().map(|&ticks| ticks.into()).collect()))
        }
        _ => words::value(&projection.delay),
    }
}
