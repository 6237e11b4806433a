//! Every spike reaches exactly its targets, whatever the machine, its faults, and the algorithms.

mod common;

use gennaker_machine::{Machine, MachineSpec};
use gennaker_mapping::{
    CompressWhen, Compressor, KeyMask, MappingError, MappingOptions, Placer, Route, Router, RoutingEntry,
    SliceDemand, SliceGraph, SliceLayout, compress, lay_out, verify_layout,
};
use proptest::prelude::*;

/// Walks one packet the plain way: every table asked entry by entry.
fn walk_packet(
    key: u32,
    source: u32,
    layout: &SliceLayout,
    machine: &Machine,
) -> Vec<gennaker_mapping::Place> {
    let mut reached = Vec::new();
    let mut open = vec![(layout.places[source as usize].chip, None)];
    while let Some((chip, heading)) = open.pop() {
        let table =
            layout.tables.iter().find(|t| t.chip == chip).map(|t| t.table.clone()).unwrap_or_default();
        let route = table.decide(key, heading).expect("no local packet is dropped");
        reached.extend(route.cores().map(|core| gennaker_mapping::Place { chip, core }));
        for link in route.links() {
            open.push((machine.neighbour(chip, link).expect("links work"), Some(link)));
        }
        assert!(reached.len() < 1000, "a loop");
    }
    reached.sort_unstable();
    reached
}

fn lay_out_or_full(graph: &SliceGraph, machine: &Machine, options: &MappingOptions) -> Option<SliceLayout> {
    match lay_out(graph, machine, options) {
        Ok(layout) => Some(layout),
        Err(MappingError::MachineFull { asked, available, .. }) => {
            assert!(asked > available);
            None
        }
        Err(other) => panic!("{other}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_combination_delivers_exactly_once(machine in common::machine(), graph in common::graph()) {
        for options in common::all_options() {
            let Some(layout) = lay_out_or_full(&graph, &machine, &options) else { return Ok(()) };
            let verified = verify_layout(&graph, &layout, &machine);
            prop_assert!(verified.is_ok(), "{:?}: {}", options, verified.unwrap_err());
            prop_assert_eq!(verified.unwrap().nets, graph.nets.len() as u64);
        }
    }

    #[test]
    fn verification_agrees_with_packets_walked_one_by_one(
        machine in common::machine(), graph in common::graph(), offset in any::<u32>()
    ) {
        let options = MappingOptions {
            compress: CompressWhen::Always, compressor: Compressor::OrderedCovering, ..MappingOptions::default()
        };
        let Some(layout) = lay_out_or_full(&graph, &machine, &options) else { return Ok(()) };
        for &net in &graph.nets {
            let mut expected: Vec<_> =
                graph.targets(net).iter().map(|&slice| layout.places[slice as usize]).collect();
            expected.sort_unstable();
            let block = layout.keys[net.source as usize];
            for key in [block.key, block.key | !block.mask, block.key | (offset & !block.mask)] {
                prop_assert_eq!(&walk_packet(key, net.source, &layout, &machine), &expected);
            }
        }
    }

    #[test]
    fn trees_use_working_links_and_visit_chips_once(machine in common::machine(), graph in common::graph()) {
        for router in [Router::Ner, Router::Dijkstra] {
            let options = MappingOptions { router, ..MappingOptions::default() };
            let Some(layout) = lay_out_or_full(&graph, &machine, &options) else { return Ok(()) };
            for tree in &layout.trees {
                let mut chips: Vec<_> = tree.nodes.iter().map(|node| node.chip).collect();
                chips.sort_unstable();
                chips.dedup();
                prop_assert_eq!(chips.len(), tree.nodes.len());
                for node in &tree.nodes {
                    if let Some((parent, link)) = node.from {
                        prop_assert_eq!(machine.neighbour(tree.nodes[parent as usize].chip, link), Some(node.chip));
                    }
                }
            }
        }
    }

    #[test]
    fn keys_never_overlap_and_cover_every_neuron(graph in common::graph(), machine in common::machine()) {
        for options in common::all_options().into_iter().step_by(8) {
            let Some(layout) = lay_out_or_full(&graph, &machine, &options) else { return Ok(()) };
            for (i, (a, demand)) in layout.keys.iter().zip(&graph.slices).enumerate() {
                prop_assert!(a.n_keys() >= u64::from(demand.n_neurons));
                prop_assert!(layout.keys[..i].iter().all(|b| !a.intersects(*b)));
            }
        }
    }

    #[test]
    fn compressors_keep_every_live_key_on_its_route(
        routes in proptest::collection::vec(0_u8..5, 1..120),
        holes in proptest::collection::vec(any::<bool>(), 120),
        shift in 0_u32..4,
    ) {
        let block = |i: usize| KeyMask::block((i as u32) << shift, 1 << shift);
        let mut live = Vec::new();
        let mut defaulted = Vec::new();
        for (i, &route) in routes.iter().enumerate().filter(|(i, _)| holes[*i]) {
            match route {
                4 => defaulted.push(block(i)),
                core => live.push(RoutingEntry::new(block(i), Route::to_core(core))),
            }
        }
        for compressor in [Compressor::Pair, Compressor::OrderedCovering, Compressor::Smaller] {
            for target in [0, live.len() / 2] {
                let small = compress(&live, &defaulted, compressor, target);
                prop_assert!(small.len() <= live.len());
                let first = |key: u32| small.iter().find(|entry| entry.keys().matches(key)).map(|entry| entry.route);
                for entry in &live {
                    for key in entry.key..=entry.key | !entry.mask {
                        prop_assert_eq!(first(key), Some(entry.route), "{:?} {:?}", compressor, small);
                    }
                }
                for key in defaulted.iter().flat_map(|d| d.key..=d.key | !d.mask) {
                    prop_assert_eq!(first(key), None);
                }
            }
        }
    }
}

/// Without faults and on a fresh machine every population sits on a connected set of chips.
#[test]
fn grouped_placement_gives_connected_regions() {
    let mut spec = MachineSpec::board();
    spec.chip.application_pes = 4;
    let machine = Machine::new(spec).unwrap();
    let sizes = [30_usize, 7, 50, 21];
    let mut graph = SliceGraph::default();
    for (population, &n) in (0..).zip(&sizes) {
        let demand = SliceDemand { population, n_neurons: 10, dram_bytes: 0 };
        graph.slices.extend(std::iter::repeat_n(demand, n));
    }
    let options = MappingOptions { placer: Placer::ApplicationGrouped, ..MappingOptions::default() };
    let layout = lay_out(&graph, &machine, &options).unwrap();
    let mut first = 0;
    for n in sizes {
        let mut open: Vec<_> = layout.places[first..first + n].iter().map(|place| place.chip).collect();
        open.sort_unstable();
        open.dedup();
        let mut connected = vec![open.pop().unwrap()];
        while let Some(at) =
            open.iter().position(|&chip| connected.iter().any(|&c| machine.distance(c, chip) == 1))
        {
            connected.push(open.swap_remove(at));
        }
        assert!(open.is_empty(), "population from slice {first} is in parts");
        first += n;
    }
}

#[test]
fn a_full_machine_is_refused_with_a_larger_one() {
    let machine = Machine::new(MachineSpec::board()).unwrap();
    let demand = SliceDemand { population: 0, n_neurons: 1, dram_bytes: 0 };
    let graph = SliceGraph { slices: vec![demand; 7_105], ..SliceGraph::default() };
    let error = lay_out(&graph, &machine, &MappingOptions::default()).unwrap_err().to_string();
    assert!(error.contains("7105 PEs") && error.contains("7104") && error.contains("boards:3"), "{error}");
}
