//! Many samples through one network that is built once, and many simulations side by side.

use gennaker_engine::{EngineError, Options, Recordings, RunReport, Simulation};
use gennaker_network::*;

const TICKS: u32 = 30;

fn sample(seed: u32) -> SpikeTrains {
    SpikeTrains::from_events((0..200 + seed).map(|i| ((i * 7 + seed) % TICKS, (i * i + 3 * seed) % 98)))
}

fn network(spikes: SpikeTrains) -> Network {
    let mut network = Network::new("samples");
    let source = network.add_population(Population::new("source", 98, Model::SpikeList).with_spikes(spikes));
    let cells = Population::new("cells", 75, Model::LifConv2d).with("threshold", 20.0);
    let cells = network.add_population(cells.recording("spikes").recording("v"));
    let out = network.add_population(Population::new("out", 10, Model::LifNoDelay).recording("v"));
    let weights = (0..54).map(|i| f64::from(i % 23) - 8.0).collect();
    let kernel = Connector::Conv2d(Convolution::new([2, 7, 7], 3, [3, 3], weights));
    network.add_projection(Projection::new("kernel", source, cells, kernel));
    let all = Connector::AllToAll { allow_self_connections: true };
    let weights = Distribution::UniformInt { low: -20, high: 30 };
    network.add_projection(Projection::new("all", cells, out, all).with_weight(weights));
    network
}

fn options() -> Options {
    Options { threads: Some(1), ..Options::default() }
}

fn fresh(seed: u32) -> (Recordings, RunReport) {
    let mut simulation = Simulation::new(&network(sample(seed)), &options()).expect("valid");
    simulation.run(TICKS);
    (simulation.recordings(), simulation.report())
}

#[test]
fn samples_one_after_the_other_are_like_fresh_ones() {
    let mut simulation = Simulation::new(&network(SpikeTrains::default()), &options()).expect("valid");
    for seed in [3, 0, 8, 3] {
        simulation.reset();
        simulation.set_spikes(0, sample(seed)).expect("its own neurons");
        simulation.run(TICKS);
        let expected = fresh(seed);
        assert_eq!(simulation.recordings(), expected.0, "sample {seed}");
        assert_eq!(simulation.report(), expected.1);
        assert!(expected.1.spikes_per_population[1] > 50);
    }
    let mut copy = Simulation::new(&network(sample(3)), &options()).expect("valid");
    copy.restore(&simulation.checkpoint()).expect("the same network");
}

#[test]
fn simulations_run_side_by_side_on_their_callers_threads() {
    std::thread::scope(|scope| {
        for seed in 0..4 {
            scope.spawn(move || {
                let own = std::thread::current().id();
                let mut simulation = Simulation::new(&network(sample(seed)), &options()).expect("valid");
                let n_run = simulation.run_with(TICKS, &mut |_| {
                    assert_eq!(std::thread::current().id(), own);
                    std::ops::ControlFlow::Continue(())
                });
                assert_eq!(n_run, TICKS);
                assert_eq!(simulation.recordings(), fresh(seed).0);
            });
        }
    });
}

#[test]
fn spikes_that_cannot_be_sent_are_refused_and_change_nothing() {
    let mut simulation = Simulation::new(&network(sample(1)), &options()).expect("valid");
    let error = simulation.set_spikes(3, sample(2)).expect_err("no such population");
    assert!(matches!(error, EngineError::NoPopulation { population: 3, n_populations: 3 }), "{error}");
    let error = simulation.set_spikes(1, sample(2)).expect_err("no spike list").to_string();
    assert!(error.contains("`spike_list` only"), "{error}");
    let error =
        simulation.set_spikes(0, SpikeTrains::from_events([(0, 97), (1, 98)])).expect_err("neuron 98");
    assert!(
        matches!(error, EngineError::Network(NetworkError::IndexOutOfRange { index: 98, .. })),
        "{error}"
    );
    simulation.run(TICKS);
    assert_eq!(simulation.recordings(), fresh(1).0);
    let error = simulation.set_spikes(0, sample(2)).expect_err("has begun");
    assert!(matches!(error, EngineError::Running { tick: TICKS }), "{error}");
}
