//! Counts against a plain count: every spike followed to every synapse, packet by packet.

#[path = "../../mapping/tests/common/images.rs"]
mod images;

use gennaker_energy::{Counting, Traffic};
use gennaker_machine::{Layout, Machine, MachineSpec};
use gennaker_mapping::{Mapping, MappingOptions, Placer, SliceOrder, map};
use gennaker_network::{Connector, Distribution, Model, Network, Population, Projection, for_each_synapse};
use images::image_network;
use proptest::prelude::*;

const TICKS: usize = 12;

/// Up to four populations on a few cores each, wired by every kind of rule.
fn network(sizes: &[u32], rules: &[(usize, usize, u8)], seed: u64) -> Network {
    let mut network = Network::new("random").with_seed(seed);
    for (index, &size) in sizes.iter().enumerate() {
        let population =
            Population::new(&format!("p{index}"), size, Model::LifWide).with_max_atoms_per_core(7);
        network.add_population(population);
    }
    for (index, &(pre, post, rule)) in rules.iter().enumerate() {
        let (pre, post) = (pre % sizes.len(), post % sizes.len());
        let (n_pre, n_post) = (sizes[pre], sizes[post]);
        let connector = match rule % 6 {
            0 => Connector::AllToAll { allow_self_connections: true },
            1 => Connector::FixedProbability { p: 0.2, allow_self_connections: true },
            2 => Connector::FixedInDegree {
                n: 3.min(n_pre),
                allow_self_connections: true,
                with_replacement: true,
            },
            3 => Connector::FixedOutDegree {
                n: 5.min(n_post),
                allow_self_connections: true,
                with_replacement: true,
            },
            // Enough synapses between few neurons that single rows are longer than a byte counts.
            4 => {
                Connector::FixedTotalNumber { n: 4_000, allow_self_connections: true, with_replacement: true }
            }
            _ => Connector::FixedTotalNumber {
                n: 20.min(u64::from(n_pre)),
                allow_self_connections: true,
                with_replacement: false,
            },
        };
        let law = Distribution::Uniform { low: 1.0, high: 9.0 };
        network.add_projection(Projection::new(&format!("r{index}"), pre, post, connector).with_weight(law));
    }
    network
}

/// Spikes by tick and population: neurons ascending, some of them several times.
fn spikes(network: &Network, seed: u64) -> Vec<Vec<Vec<u32>>> {
    let mut state = seed | 1;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let mut fired = |size: u32| {
        let mut neurons: Vec<u32> = (0..random() % 40).map(|_| random() as u32 % size).collect();
        neurons.sort_unstable();
        neurons
    };
    (0..TICKS).map(|_| network.populations.iter().map(|p| fired(p.size)).collect()).collect()
}

/// What a plain walk finds in one tick: packets and events by slice, packets by link and by router.
struct Plain {
    packets: Vec<u32>,
    events: Vec<u32>,
    links: Vec<u32>,
    routers: Vec<u32>,
}

fn plain(network: &Network, mapping: &Mapping, traffic: &Traffic, fired: &[Vec<u32>]) -> Plain {
    let n = mapping.slices.len();
    let mut plain = Plain {
        packets: vec![0; n],
        events: vec![0; n],
        links: vec![0; traffic.links.len()],
        routers: vec![0; traffic.routers.len()],
    };
    for (population, neurons) in fired.iter().enumerate() {
        for &neuron in neurons {
            let slice = mapping.slice_of(population, neuron).unwrap();
            let Some(net) = mapping.net_of(slice) else { continue };
            mapping.targets(net).iter().for_each(|&target| plain.packets[target as usize] += 1);
            let tree = mapping.tree(net);
            for node in &tree.nodes {
                plain.routers[traffic.routers.binary_search(&node.chip).unwrap()] += 1;
                let Some((parent, link)) = node.from else { continue };
                let chip = tree.nodes[parent as usize].chip;
                let at = traffic.links.iter().position(|l| (l.chip, l.link) == (chip, link)).unwrap();
                plain.links[at] += 1;
            }
        }
    }
    for (index, projection) in network.projections.iter().enumerate() {
        for_each_synapse(network, index, 0..u32::MAX, |synapse| {
            let n = fired[projection.pre].iter().filter(|&&neuron| neuron == synapse.pre).count() as u32;
            plain.events[mapping.slice_of(projection.post, synapse.post).unwrap()] += n;
        });
    }
    plain
}

fn machine(kind: u8) -> Machine {
    let spec = match kind % 3 {
        0 => MachineSpec::single_chip(),
        1 => MachineSpec {
            layout: Layout::Grid { width: 3, height: 3, wraps: true },
            ..MachineSpec::grid(3, 3, true)
        },
        _ => MachineSpec::board(),
    };
    // Few cores per chip, so that small networks spread.
    let mut spec = spec;
    spec.chip.application_pes = if kind.is_multiple_of(3) { 148 } else { 5 };
    Machine::new(spec).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn counts_are_those_of_a_plain_walk(
        sizes in prop::collection::vec(1u32..40, 1..4),
        rules in prop::collection::vec((0usize..4, 0usize..4, 0u8..6), 0..5),
        kind: u8,
        grouped: bool,
        seed: u64,
    ) {
        let network = network(&sizes, &rules, seed);
        prop_assume!(network.validate().is_ok());
        let machine = machine(kind);
        let placer = if grouped { Placer::ApplicationGrouped } else { Placer::Radial };
        let options = MappingOptions { placer, ..MappingOptions::default() };
        let mapping = map(&network, &machine, &options).unwrap();
        check_counts(&network, &mapping, &machine, seed)?;
    }

    #[test]
    fn counts_of_images_are_those_of_a_plain_walk(network in image_network(), kind: u8, blocks: bool, seed: u64) {
        let machine = machine(kind);
        let order = if blocks { SliceOrder::Blocks } else { SliceOrder::Contiguous };
        let options = MappingOptions { order, ..MappingOptions::default() };
        // A small machine may be full.
        let Ok(mapping) = map(&network, &machine, &options) else { return Ok(()) };
        check_counts(&network, &mapping, &machine, seed)?;
    }
}

fn check_counts(
    network: &Network,
    mapping: &Mapping,
    machine: &Machine,
    seed: u64,
) -> Result<(), TestCaseError> {
    let traffic = Traffic::new(network, mapping, machine).unwrap();
    let mut counting = Counting::new(&traffic);
    let mut arriving: Option<Plain> = None;
    for (tick, fired) in spikes(network, seed).iter().enumerate() {
        let expected = plain(network, mapping, &traffic, fired);
        let counts = counting.tick(|population| &fired[population]);
        prop_assert_eq!(counts.tick as usize, tick);
        prop_assert_eq!(counts.links, &expected.links);
        prop_assert_eq!(counts.routers, &expected.routers);
        for (slice, s) in mapping.slices.iter().enumerate() {
            let is_own = |&&neuron: &&u32| mapping.slice_of(s.population as usize, neuron) == Some(slice);
            let own = fired[s.population as usize].iter().filter(is_own).count();
            let (packets, events) = arriving.as_ref().map_or((0, 0), |a| (a.packets[slice], a.events[slice]));
            let work = counts.work(slice);
            prop_assert_eq!((work.packets, work.events, work.sent), (packets, events, own as u32));
        }
        arriving = Some(expected);
    }
    Ok(())
}
