//! Random machines and random slice graphs.
#![allow(dead_code, reason = "every test file uses its own part")]

use gennaker_machine::{ChipXy, CoreFault, Link, LinkFault, Machine, MachineSpec};
use gennaker_mapping::{
    CompressWhen, Compressor, KeyAllocator, MappingOptions, Net, Placer, Router, SliceDemand, SliceGraph,
};
use proptest::prelude::*;

/// Small tori, grids and the board, with few cores per chip, dead chips, links and cores.
pub(crate) fn machine() -> impl Strategy<Value = Machine> {
    let shape = prop_oneof![
        3 => (1_u16..7, 1_u16..7, any::<bool>()).prop_map(|(w, h, wraps)| MachineSpec::grid(w, h, wraps)),
        1 => Just(MachineSpec::board()),
    ];
    let chip = || (0_u16..8, 0_u16..8).prop_map(|(x, y)| ChipXy::new(x, y));
    let link = (chip(), 0_usize..6).prop_map(|(chip, l)| (chip, Link::ALL[l]));
    let faults = (
        proptest::collection::vec(chip(), 0..5),
        proptest::collection::vec(link, 0..12),
        proptest::collection::vec((chip(), 1_u8..4), 0..3),
    );
    (shape, faults, 1_u8..5).prop_map(|(mut spec, (chips, links, cores), application_pes)| {
        let whole = Machine::new(spec.clone()).unwrap();
        let exists = |chip: &ChipXy| whole.contains(*chip);
        spec.faults.chips = chips.into_iter().filter(exists).filter(|&c| c != spec.boot_chip).collect();
        spec.faults.links = links
            .into_iter()
            .filter(|&(chip, link)| whole.neighbour(chip, link).is_some())
            .map(|(chip, link)| LinkFault { chip, link })
            .collect();
        spec.faults.cores = cores
            .into_iter()
            .filter(|(chip, _)| exists(chip))
            .map(|(chip, core)| CoreFault { chip, core })
            .collect();
        spec.chip.application_pes = application_pes;
        Machine::new(spec).unwrap()
    })
}

/// Up to six populations with up to seven slices each, and nets to random targets, many of them shared.
pub(crate) fn graph() -> impl Strategy<Value = SliceGraph> {
    let populations = proptest::collection::vec((1_usize..8, 1_u32..300), 1..6);
    (populations, proptest::collection::vec(any::<u64>(), 40), proptest::collection::vec(any::<u64>(), 40))
        .prop_map(|(populations, sets, choices)| {
            let mut graph = SliceGraph::default();
            for (population, &(n_slices, n_neurons)) in (0..).zip(&populations) {
                let demand = SliceDemand { population, n_neurons, dram_bytes: 0 };
                graph.slices.extend(std::iter::repeat_n(demand, n_slices));
            }
            let n = graph.slices.len();
            let target_set =
                |bits: u64| (0..n as u32).filter(move |&s| bits >> s & 1 == 1).collect::<Vec<_>>();
            graph.target_sets =
                sets.iter().map(|&bits| target_set(bits)).filter(|set| !set.is_empty()).collect();
            graph.target_sets.sort();
            graph.target_sets.dedup();
            let n_sets = graph.target_sets.len() as u64;
            for source in 0..n as u32 {
                let choice = choices[source as usize];
                if n_sets > 0 && choice % 5 > 0 {
                    graph.nets.push(Net { source, targets: (choice / 8 % n_sets.min(4)) as u32 });
                }
            }
            graph
        })
}

/// Every combination of placer, router, key allocator and compressor, with and without default routes.
pub(crate) fn all_options() -> Vec<MappingOptions> {
    let mut all = Vec::new();
    for placer in [Placer::Radial, Placer::ApplicationGrouped] {
        for router in [Router::Ner, Router::Dijkstra] {
            for keys in [KeyAllocator::Malloc, KeyAllocator::Zoned] {
                for compressor in
                    [Compressor::None, Compressor::Pair, Compressor::OrderedCovering, Compressor::Smaller]
                {
                    for remove_default_routes in [true, false] {
                        all.push(MappingOptions {
                            placer,
                            router,
                            keys,
                            compressor,
                            compress: CompressWhen::Always,
                            remove_default_routes,
                            ..MappingOptions::default()
                        });
                    }
                }
            }
        }
    }
    all
}
