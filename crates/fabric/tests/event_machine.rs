//! The event level against the functional one: the same spikes and the same work, unless the report says otherwise.

#[path = "../../engine/tests/common/mod.rs"]
mod common;
mod support;

use common::{Field, digest, field, mixed, wide};
use gennaker_energy::LevelPolicy;
use gennaker_fabric::{EventMachine, EventOptions};
use gennaker_machine::{Machine, MachineSpec};
use gennaker_mapping::{MappingOptions, Placer, map};
use gennaker_network::{Connector, Distribution, Model, Network, Population, Projection};
use support::agree;

fn options() -> EventOptions {
    EventOptions { keep_work: true, ..EventOptions::default() }
}

#[test]
fn every_model_agrees_with_the_functional_level() {
    for (mut network, atoms, ticks) in [(mixed(9), [200, 64], 60), (wide(9), [200, 50], 110)] {
        for (atoms, (spec, placer)) in atoms.into_iter().zip([
            (MachineSpec::single_chip(), Placer::Radial),
            (MachineSpec::board(), Placer::ApplicationGrouped),
        ]) {
            network.populations.iter_mut().for_each(|p| p.max_atoms_per_core = Some(atoms));
            let machine = Machine::new(spec).unwrap();
            let mapping =
                map(&network, &machine, &MappingOptions { placer, timesteps: 100, ..Default::default() })
                    .unwrap();
            let auto = LevelPolicy::Auto { threshold: 20 };
            for levels in [LevelPolicy::High, auto] {
                agree(
                    &network,
                    &machine,
                    &mapping,
                    &EventOptions { levels, tick_ns: 4_000_000, ..options() },
                    ticks,
                );
            }
        }
    }
}

#[test]
fn the_chip_recordings_come_out_of_the_event_level() {
    let recordings = [
        (Field::A, 10_188, "d6d7bcd11519d27d567896fdf83bbf8c7e451009702ac75958f960869acc15c4"),
        (Field::C, 20_722, "343cc739b25d8219208ddedafc8ba81adaf43295b5c25c0b65cb706856b923cc"),
    ];
    let machine = Machine::new(MachineSpec::board()).unwrap();
    for (which, n_spikes, sha256) in recordings {
        let network = field(which, Some((7, 11)));
        let mapping =
            map(&network, &machine, &MappingOptions { timesteps: 400, ..Default::default() }).unwrap();
        let mut event = EventMachine::new(&network, &mapping, &machine, &options()).unwrap();
        event.run(400);
        let found = event.spikes(1);
        let listing = digest(found.ticks.iter().copied().zip(found.neurons.iter().copied()));
        assert!(event.report().is_clean(), "{which:?}: {:?}", event.report().notes());
        assert_eq!((found.ticks.len(), listing), (n_spikes, sha256.to_owned()), "{which:?}");
    }
}

#[test]
fn a_population_may_have_a_clock_policy_of_its_own() {
    let network = mixed(9);
    let machine = Machine::new(MachineSpec::single_chip()).unwrap();
    let mapping = map(&network, &machine, &MappingOptions::default()).unwrap();
    let slow = network.populations[1].name.clone();
    let options = EventOptions {
        population_levels: [(slow.clone(), LevelPolicy::Low)].into(),
        tick_ns: 4_000_000,
        ..options()
    };
    agree(&network, &machine, &mapping, &options, 20);
    let mut event = EventMachine::new(&network, &mapping, &machine, &options).unwrap();
    event.run(20);
    for (slice, place) in event.report().slices.iter().enumerate() {
        let expected = if place.population == slow { 1 } else { 3 };
        assert!(event.work(slice).iter().all(|work| work.level == expected), "{place}");
    }
}

#[test]
fn a_projection_without_synapses_beside_long_delays_changes_nothing() {
    let mut network = Network::new("random").with_seed(13_846_116_769_370_803_853);
    let source = Population::new("source0", 1, Model::PoissonProcess).with("p", 0.08);
    let source = network.add_population(source);
    let threshold = Distribution::Uniform { low: 4.0, high: 12.0 };
    let cells = Population::new("cells0", 1, Model::LifWide).with("threshold", threshold);
    let cells = network.add_population(cells);
    for name in ["p0", "p1", "p2"] {
        let drive = Projection::new(name, source, cells, Connector::OneToOne);
        network.add_projection(drive.with_weight(3.0).with_delay(1.0));
    }
    // With this seed, no synapse of one sign: rows for it are opened and stay empty.
    let allow_self_connections = true;
    let rare = Connector::FixedProbability { p: 0.2, allow_self_connections };
    let one = Connector::FixedInDegree { n: 1, allow_self_connections, with_replacement: true };
    for (name, rule, low, high) in [("p3", rare, 0, 2), ("p4", one, -6, 9)] {
        let own =
            Projection::new(name, cells, cells, rule).with_weight(Distribution::UniformInt { low, high });
        network.add_projection(own.with_delay(20.0));
    }
    let machine = Machine::new(MachineSpec::single_chip()).unwrap();
    let mapping = map(&network, &machine, &MappingOptions::default()).unwrap();
    assert!(agree(&network, &machine, &mapping, &options(), 40) > 0);
}
