//! What must never change a result: threads, the way a run is cut, a checkpoint in between, a reset before.

mod common;

use std::ops::ControlFlow;

use common::mixed;
use gennaker_engine::{Numeric, Options, Recordings, RingWidth, Simulation};

const TICKS: u32 = 120;

fn options(threads: usize, numeric: Numeric) -> Options {
    Options { threads: Some(threads), numeric, ..Options::default() }
}

fn run(seed: u64, options: &Options) -> Recordings {
    let mut simulation = Simulation::new(&mixed(seed), options).unwrap();
    simulation.run(TICKS);
    simulation.recordings()
}

#[test]
fn every_population_of_the_test_network_is_alive() {
    let recordings = run(1, &options(1, Numeric::Chip));
    for p in &recordings.populations {
        assert!(p.spikes.as_ref().unwrap().ticks.len() > 20, "{}", p.name);
    }
    assert_ne!(
        run(1, &options(1, Numeric::Chip)),
        run(2, &options(1, Numeric::Chip)),
        "the seed must matter"
    );
}

#[test]
fn threads_change_nothing() {
    for numeric in [Numeric::Chip, Numeric::Reference] {
        let alone = run(1, &options(1, numeric));
        for threads in [2, 3, 8] {
            assert!(alone == run(1, &options(threads, numeric)), "{threads} threads, {numeric:?}");
        }
    }
}

#[test]
fn pieces_equal_the_whole() {
    let whole = run(3, &options(2, Numeric::Chip));
    let mut simulation = Simulation::new(&mixed(3), &options(2, Numeric::Chip)).unwrap();
    simulation.run(50);
    let done = simulation.run_with(1000, &mut |tick| {
        if tick == 75 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((done, simulation.tick()), (25, 75));
    simulation.run(TICKS - 75);
    assert!(simulation.recordings() == whole);
    simulation.reset();
    assert_eq!(simulation.recordings().populations[0].spikes.as_ref().unwrap().ticks.len(), 0);
    simulation.run(TICKS);
    assert!(simulation.recordings() == whole);
}

#[test]
fn checkpoints_continue_on_any_number_of_threads() {
    for numeric in [Numeric::Chip, Numeric::Reference] {
        let whole = run(4, &options(1, numeric));
        let mut first = Simulation::new(&mixed(4), &options(3, numeric)).unwrap();
        first.run(61);
        let bytes = first.checkpoint();
        let mut second = Simulation::new(&mixed(4), &options(2, numeric)).unwrap();
        second.run(5);
        second.restore(&bytes).unwrap();
        assert_eq!(second.tick(), 61);
        assert_eq!(second.checkpoint(), bytes);
        second.run(TICKS - 61);
        assert!(second.recordings() == whole, "{numeric:?}");
        let mut uninterrupted = Simulation::new(&mixed(4), &options(3, numeric)).unwrap();
        uninterrupted.run(TICKS);
        assert_eq!(second.report().n_synaptic_events, uninterrupted.report().n_synaptic_events);
        assert_eq!(second.report().spikes_per_population, uninterrupted.report().spikes_per_population);
    }
}

#[test]
fn damaged_and_foreign_checkpoints_are_refused_and_change_nothing() {
    let mut simulation = Simulation::new(&mixed(4), &options(1, Numeric::Chip)).unwrap();
    simulation.run(10);
    let bytes = simulation.checkpoint();
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 1;
    let mut future = bytes.clone();
    future[8] = 99;
    let foreign = Simulation::new(&mixed(5), &options(1, Numeric::Chip)).unwrap().checkpoint();
    let other = Simulation::new(&mixed(4), &options(1, Numeric::Reference)).unwrap().checkpoint();
    let cases = [
        &bytes[..0],
        &bytes[..20],
        &bytes[..bytes.len() - 1],
        &damaged,
        &future,
        &foreign,
        &other,
        b"GENNAKERxxxx",
    ];
    for bad in cases {
        assert!(simulation.restore(bad).is_err());
        assert!(simulation.checkpoint() == bytes);
    }
}

#[test]
fn narrow_accumulators_saturate_and_say_so() {
    use gennaker_network::*;
    let mut network = Network::new("crowd");
    let own = true;
    let all = SpikeTrains::from_lists((0..6000).map(|n| (n, vec![0])));
    let source = network.add_population(Population::new("in", 6000, Model::SpikeList).with_spikes(all));
    let cell =
        network.add_population(Population::new("cell", 2, Model::Lif).with("threshold", 1e9).recording("v"));
    let onto = Connector::AllToAll { allow_self_connections: own };
    network.add_projection(Projection::new("p", source, cell, onto).with_weight(15.0));
    let v_after = |ring_width| {
        let mut simulation =
            Simulation::new(&network, &Options { ring_width, ..Options::default() }).unwrap();
        simulation.run(2);
        let v = simulation.recordings().populations[1].state("v").unwrap().values.get(2);
        (v, simulation.report().n_saturations)
    };
    assert_eq!(v_after(RingWidth::Bits32), (90_000.0, 0));
    assert_eq!(v_after(RingWidth::Bits16), (65_535.0, 2));
}
