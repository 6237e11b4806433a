//! Mappings that do not belong to their network or machine: each is refused, none panics, none gives a number.

use gennaker_energy::{AccountOptions, Accountant, Traffic};
use gennaker_machine::{ChipXy, Machine, MachineSpec};
use gennaker_mapping::{AtomOrder, Mapping, MappingOptions, map};
use gennaker_network::{Connector, Model, Network, Population, Projection};
use proptest::prelude::*;

/// Two populations on eight PEs of two chips.
fn parts() -> (Network, Mapping, Machine) {
    let mut network = Network::new("together").with_seed(3);
    let mut add = |name: &str| {
        network.add_population(Population::new(name, 40, Model::LifWide).with_max_atoms_per_core(10))
    };
    let (a, b) = (add("a"), add("b"));
    let random = Connector::FixedProbability { p: 0.3, allow_self_connections: true };
    network.add_projection(Projection::new("ab", a, b, random.clone()));
    network.add_projection(Projection::new("bb", b, b, random));
    let mut spec = MachineSpec::board();
    spec.chip.application_pes = 5;
    let machine = Machine::new(spec).unwrap();
    let mapping = map(&network, &machine, &MappingOptions::default()).unwrap();
    (network, mapping, machine)
}

fn refused(change: impl FnOnce(&mut Network, &mut Mapping)) -> String {
    let (mut network, mut mapping, machine) = parts();
    assert!(Traffic::new(&network, &mapping, &machine).is_ok());
    change(&mut network, &mut mapping);
    Traffic::new(&network, &mapping, &machine).unwrap_err().to_string()
}

/// The populations still fit the mapping; only the synapses are others.
#[test]
fn a_mapping_for_other_synapses_is_refused() {
    for message in [
        refused(|network, _| network.seed += 1),
        refused(|network, _| {
            let dense = Connector::FixedProbability { p: 0.9, allow_self_connections: true };
            network.projections[0].connector = dense;
        }),
        refused(|network, _| {
            network.add_projection(Projection::new("aa", 0, 0, Connector::OneToOne));
        }),
        refused(|network, _| {
            network.projections.pop();
        }),
        // As many synapses, of which some are not reached.
        refused(|_, mapping| {
            mapping.nets.pop();
        }),
        // All are reached, but there were fewer.
        refused(|_, mapping| mapping.slices[4].inputs[0].n_synapses -= 1),
    ] {
        assert!(
            message.contains("the network and the mapping do not belong together: neurons "),
            "{message}"
        );
        assert!(message.contains(" have ") && message.contains("was the network changed"), "{message}");
    }
}

#[test]
fn a_mapping_on_impossible_places_is_refused_and_the_place_named() {
    let far = ChipXy { x: 100, y: 0 };
    let blocks = AtomOrder::Blocks { shape: [1, 2, 1_000], groups: 1, strips: 1 };
    for (said, message) in [
        ("core 1 of chip (0, 0) twice", refused(|_, m| m.slices[1].core = m.slices[0].core)),
        ("core 150 of chip", refused(|_, m| m.slices[1].core = 150)),
        ("core 0 of chip", refused(|_, m| m.slices[1].core = 0)),
        ("chip (100, 0), machine `board` has none", refused(|_, m| m.slices[1].chip = far)),
        ("places for", refused(|_, m| (m.slices[1].lo, m.slices[1].hi, m.slices[2].lo) = (10, 5, 5))),
        ("not in order", refused(|_, m| m.slices[1].population = 1)),
        ("order of population `a`", refused(|_, m| m.orders[0] = blocks)),
        ("a population 9", refused(|_, m| m.slices[7].population = 9)),
        ("nets are not in order", refused(|_, m| m.nets[1].source = m.nets[0].source)),
        ("the net of slice 0", refused(|_, m| m.target_sets.iter_mut().for_each(Vec::clear))),
        ("the net of slice 0", refused(|_, m| m.nets[0].tree = 1_000)),
        ("the net of slice 0", refused(|_, m| m.trees.iter_mut().for_each(|tree| tree.nodes.clear()))),
        ("the net of slice", refused(|_, m| m.trees.iter_mut().for_each(|tree| tree.nodes.truncate(1)))),
        ("the net of slice", refused(|_, m| m.trees.iter_mut().for_each(|tree| tree.nodes[0].chip.x = 1))),
        (
            "does not connect there",
            refused(|_, m| {
                let nodes = m.trees.iter_mut().flat_map(|tree| &mut tree.nodes);
                nodes.for_each(|node| node.from = node.from.map(|(_, link)| (1, link)));
            }),
        ),
    ] {
        assert!(message.contains(said), "{said}: {message}");
    }
}

#[test]
fn a_tick_that_no_pe_could_follow_is_refused_even_if_it_is_the_networks_own() {
    let (network, mapping, machine) = parts();
    let traffic = Traffic::new(&network, &mapping, &machine).unwrap();
    let tick = |tick_ns| {
        Accountant::new(&network, &mapping, &machine, &traffic, tick_ns, &AccountOptions::default()).map(drop)
    };
    for wrong in [0, 1, 999, 3_600_000_000_001, u64::MAX] {
        assert!(
            tick(wrong).unwrap_err().to_string().contains(&format!("the duration of a tick is {wrong} ns"))
        );
    }
    assert!(tick(1_000).is_ok() && tick(3_600_000_000_000).is_ok());
}

proptest! {
    /// Numbers of a mapping overwritten at random: it is refused or counted, and never panics.
    #[test]
    fn any_number_may_be_wrong(which in 0usize..9, at: prop::sample::Index, value in prop_oneof![0u32..12, any::<u32>()]) {
        let (network, mut mapping, machine) = parts();
        let slice = at.index(mapping.slices.len());
        let net = at.index(mapping.nets.len());
        match which {
            0 => mapping.slices[slice].lo = value,
            1 => mapping.slices[slice].hi = value,
            2 => mapping.slices[slice].population = value,
            3 => mapping.slices[slice].core = value as u8,
            4 => mapping.slices[slice].chip.x = value as u16 as _,
            5 => mapping.nets[net].source = value,
            6 => mapping.nets[net].targets = value,
            7 => mapping.nets[net].tree = value,
            _ => {
                let set = at.index(mapping.target_sets.len());
                mapping.target_sets[set].push(value);
            }
        }
        let Ok(traffic) = Traffic::new(&network, &mapping, &machine) else { return Ok(()) };
        let spikes: Vec<u32> = (0..40).collect();
        let mut counting = gennaker_energy::Counting::new(&traffic);
        (0..3).for_each(|_| { counting.tick(|_| &spikes); });
    }
}
