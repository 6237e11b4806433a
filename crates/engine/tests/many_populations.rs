//! Networks of very many populations, whose sums need more numbers than 16 bits have.

use gennaker_engine::{Options, Simulation};
use gennaker_network::*;

const N: u32 = 3000;

/// One source and many populations of one neuron each, every synapse with a weight of its own.
fn network() -> Network {
    let mut network = Network::new("crowd");
    let spikes = SpikeTrains::from_lists([(0, vec![0]), (1, vec![0])]);
    let source = network.add_population(Population::new("source", 2, Model::SpikeList).with_spikes(spikes));
    for i in 0..N {
        let model = if i % 2 == 0 { Model::LifWide } else { Model::LifCurrExpWide };
        let cell = Population::new(&format!("cell{i}"), 1, model).with("threshold", 1e6).recording("v");
        let cell = network.add_population(cell);
        let rows = [(0, 0, f64::from(i), 0), (0, 0, 1.0 + f64::from(i), i % 3), (1, 0, -1.0, 1)];
        let list = Connector::List(ConnectionList::from_rows(rows));
        network.add_projection(Projection::new(&format!("q{i}"), source, cell, list));
    }
    network
}

#[test]
fn every_population_gets_its_own_input() {
    for threads in [1, 3] {
        let options = Options { threads: Some(threads), ..Options::default() };
        let mut simulation = Simulation::new(&network(), &options).unwrap();
        simulation.run(5);
        let recordings = simulation.recordings();
        for i in 0..N {
            let (mut v, mut exc, mut inh) = (0f32, 0f32, 0f32);
            for tick in 0..5 {
                let first = if tick == 1 { i as f32 } else { 0.0 };
                let second = if tick == 1 + i % 3 { 1.0 + i as f32 } else { 0.0 };
                let negative = if tick == 2 { 1.0 } else { 0.0 };
                let keep = |x: f32| if i % 2 == 0 { 0.0 } else { x };
                exc = keep(exc * 0.5) + (first + second);
                inh = keep(inh * 0.2) + negative;
                v = v * 0.9 + (exc - inh);
                let state = recordings.populations[1 + i as usize].state("v").unwrap();
                assert_eq!(
                    state.values.get(tick as usize) as f32,
                    v,
                    "cell {i}, tick {tick}, {threads} threads"
                );
            }
        }
        assert_eq!(simulation.report().n_synaptic_events, 3 * u64::from(N));
    }
}
