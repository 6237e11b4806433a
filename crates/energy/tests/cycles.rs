//! Cycles, levels and hops against numbers worked out by hand.

use std::collections::BTreeSet;

use gennaker_energy::{Coefficients, Counting, LevelPolicy, Levels, PeCycles, Traffic, Work};
use gennaker_machine::{Machine, MachineSpec};
use gennaker_mapping::{Mapping, MappingOptions, map};
use gennaker_network::{ConnectionList, Connector, Model, Network, Population, Projection};

fn chip() -> Machine {
    Machine::new(MachineSpec::single_chip()).unwrap()
}

fn mapped(network: &Network, machine: &Machine) -> Mapping {
    map(network, machine, &MappingOptions::default()).unwrap()
}

/// With the default costs, ticks of 1 ms and a tenth of them free, 1,024 neurons with rows of 100 synapses stay at the low level
/// up to 40 packets, 256 neurons with rows of 20 up to 276: (150 MHz * 0.9 ms - 500 - 50 n) / (40 + 20 r).
#[test]
fn the_predictive_policy_changes_level_at_the_calculated_packet() {
    let levels = Levels::of(&chip().spec().chip.pe);
    for (n, mean_row, last_low) in [(1_024, 100.0, 40), (256, 20.0, 276)] {
        let pe = PeCycles { fixed: 500 + 50 * n, per_packet: 40, per_event: 20, per_spike: 15, mean_row };
        let level = |packets| levels.choose(LevelPolicy::Predictive { margin: 0.1 }, &pe, packets, 1_000_000);
        assert_eq!((level(last_low), level(last_low + 1)), (levels.low, levels.high), "{n}");
    }
}

/// Auto means at least as many packets as the threshold.
#[test]
fn the_auto_policy_changes_level_at_its_threshold() {
    let levels = Levels::of(&chip().spec().chip.pe);
    let pe = PeCycles { fixed: 0, per_packet: 0, per_event: 0, per_spike: 0, mean_row: 0.0 };
    let level = |packets| levels.choose(LevelPolicy::Auto { threshold: 30 }, &pe, packets, 1_000_000);
    assert_eq!((level(29), level(30), level(31)), (levels.low, levels.high, levels.high));
}

/// A tick costs 500 cycles, and every neuron what its model does.
#[test]
fn neurons_cost_what_their_model_does() {
    for (model, per_neuron) in [
        (Model::Lif, 50),
        (Model::LifNoDelay, 50),
        (Model::LifCurrExp, 70),
        (Model::LifCurrExpWide, 70),
        (Model::LifCondExp, 120),
        (Model::Izhikevich, 60),
        (Model::QuboNeuron, 60),
        (Model::PoissonProcess, 20),
    ] {
        let mut network = Network::new("one model");
        network.add_population(Population::new("p", 3, model));
        let slice = &mapped(&network, &chip()).slices[0];
        let pe = PeCycles::of(&network, slice, &Coefficients::default());
        assert_eq!(pe.fixed, 500 + 3 * per_neuron, "{model:?}");
        assert_eq!(pe.cycles(Work { packets: 2, events: 3, sent: 5 }) - pe.fixed, 2 * 40 + 3 * 20 + 5 * 15);
    }
}

/// Sender 0 of 4 has three synapses onto the PE, sender 1 has two, the others none: rows of 1.25 synapses on average.
#[test]
fn the_mean_row_counts_empty_rows_and_routes_count_every_hop() {
    let mut network = Network::new("rows");
    let from = network.add_population(Population::new("from", 4, Model::LifWide));
    let to = network.add_population(Population::new("to", 30, Model::LifWide).with_max_atoms_per_core(3));
    let mut list = ConnectionList {
        pre: vec![0, 0, 0, 1, 1],
        post: vec![0, 1, 2, 2, 1],
        weight: Vec::new(),
        delay: Vec::new(),
    };
    // Every other PE of the ten has a synapse from sender 3, too.
    (6..30).step_by(6).for_each(|post| {
        list.pre.push(3);
        list.post.push(post);
    });
    network.add_projection(Projection::new("p", from, to, Connector::List(list)));
    let machine = chip();
    let mapping = mapped(&network, &machine);
    let first = mapping.slice_of(1, 0).unwrap();
    let pe = PeCycles::of(&network, &mapping.slices[first], &Coefficients::default());
    assert_eq!(pe.mean_row, 1.25);

    let quad_of = |slice: usize| machine.core_position(mapping.slices[slice].core).unwrap().quad;
    let source = mapping.slice_of(0, 0).unwrap();
    let targets = [0, 6, 12, 18, 24].map(|neuron| quad_of(mapping.slice_of(1, neuron).unwrap()));
    let quads: BTreeSet<_> = targets.into_iter().collect();
    assert!(quads.len() < targets.len(), "some PEs share a flit");
    // To the router, and from it to every QuadPE once; in and out are hops, too.
    let hops = quad_of(source).hops_to_router()
        + 1
        + quads.iter().map(|quad| quad.hops_to_router() + 1).sum::<u32>();
    let traffic = Traffic::new(&network, &mapping, &machine).unwrap();
    let mut counting = Counting::new(&traffic);
    let counts = counting.tick(|population| if population == 0 { &[0, 3] } else { &[] });
    assert_eq!(counts.flit_hops, 2 * u64::from(hops));
}
