//! Time of every mapping stage on networks of known size: `cargo bench -p gennaker-mapping`.

use std::time::Instant;

use gennaker_machine::{Link, Machine, MachineSpec};
use gennaker_mapping::{
    CompressWhen, Compressor, KeyAllocator, KeyMask, MappingOptions, Net, Placer, Route, Router,
    RoutingEntry, SliceDemand, SliceGraph, compress, lay_out, map_timed, verify, verify_layout,
};
use gennaker_network::{Connector, DistanceKernel, Model, Network, Population, Projection};

fn main() {
    let board = Machine::new(MachineSpec::board()).expect("a preset");
    large_table(Compressor::Pair);
    large_table(Compressor::OrderedCovering);
    network("brunel 12,500 neurons, 15.6 M synapses", &brunel(12_500), &board);
    network("full board, 1.77 M neurons, local", &full_board(), &board);
    let rack = Machine::new(MachineSpec::parse("boards:24").expect("a preset")).expect("a preset");
    fabric("all to all over a board", 7_104, |_| (0..7_104).collect(), &board, &MappingOptions::default());
    let local = |source: u32| (0..40).map(|i| (source * 37 + i * i * 61) % 100_000).collect();
    fabric(
        "100,000 slices over 24 boards, 40 targets each",
        100_000,
        local,
        &rack,
        &MappingOptions::default(),
    );
    let random = |source: u32| (0..5).map(|i| (source * 7_919 + i * 104_729) % 4_000).collect();
    for compressor in [Compressor::Pair, Compressor::OrderedCovering] {
        let options = MappingOptions {
            compressor,
            compress: CompressWhen::Always,
            keys: KeyAllocator::Malloc,
            ..MappingOptions::default()
        };
        fabric(&format!("4,000 random slices, {compressor:?}"), 4_000, random, &board, &options);
    }
    for (placer, router) in [(Placer::ApplicationGrouped, Router::Ner), (Placer::Radial, Router::Dijkstra)] {
        let options = MappingOptions { placer, router, ..MappingOptions::default() };
        fabric(&format!("{placer:?} {router:?}"), 4_000, random, &board, &options);
    }
}

/// One table of 20,000 entries with 300 routes down to the 16,384 of a router.
fn large_table(compressor: Compressor) {
    let route = |i: u32| {
        Route::to_core((i.wrapping_mul(2_654_435_761) >> 24) as u8 % 150).with_link(Link::ALL[i as usize % 2])
    };
    let entries: Vec<_> =
        (0..20_000).map(|i| RoutingEntry::new(KeyMask::block(i << 8, 256), route(i))).collect();
    let start = Instant::now();
    let small = compress(&entries, &[], compressor, 16_384);
    println!("20,000 entries, {compressor:?}: {:?}, {} left", start.elapsed(), small.len());
}

/// Two populations with sparse random connections among all, as in Brunel 2000.
fn brunel(n: u32) -> Network {
    let mut network = Network::new("brunel");
    let excitatory = network.add_population(Population::new("exc", n / 5 * 4, Model::Lif));
    let inhibitory = network.add_population(Population::new("inh", n / 5, Model::Lif));
    for (name, pre, weight) in [("exc", excitatory, 1.0), ("inh", inhibitory, -5.0)] {
        for post in [excitatory, inhibitory] {
            let sparse = Connector::FixedProbability { p: 0.1, allow_self_connections: true };
            let projection = Projection::new(&format!("{name} to {post}"), pre, post, sparse);
            network.add_projection(projection.with_weight(weight).with_delay(1));
        }
    }
    network
}

/// Seven populations with local connections that fill all PEs of a board.
fn full_board() -> Network {
    let mut network = Network::new("full board");
    for layer in 0..7 {
        let size = if layer < 6 { 1_014 * 250 } else { 1_020 * 250 };
        network.add_population(Population::new(&format!("layer {layer}"), size, Model::LifNoDelay));
    }
    for layer in 0..6 {
        let near = Connector::DistanceDependent {
            kernel: DistanceKernel::Disc,
            p_max: 1.0,
            scale: 2.0,
            max_distance: Some(2.0),
            periodic: false,
            allow_self_connections: true,
        };
        let rule = if layer < 5 { Connector::OneToOne } else { near };
        let rule = if layer == 5 {
            Connector::FixedInDegree { n: 2, allow_self_connections: true, with_replacement: false }
        } else {
            rule
        };
        network.add_projection(Projection::new(&format!("to {}", layer + 1), layer, layer + 1, rule));
    }
    network
}

fn network(name: &str, network: &Network, machine: &Machine) {
    let start = Instant::now();
    match map_timed(network, machine, &MappingOptions::default()) {
        Ok((mapping, times)) => {
            let mapped = start.elapsed();
            let start = Instant::now();
            let verified = verify(&mapping, machine).expect("a correct mapping");
            println!(
                "{name}: {mapped:?}, verify {:?}\n  {times:?}\n  {:?}\n  {verified:?}",
                start.elapsed(),
                mapping.stats
            );
        }
        Err(error) => println!("{name}: {error}"),
    }
}

fn fabric(
    name: &str,
    n_slices: u32,
    targets: impl Fn(u32) -> Vec<u32>,
    machine: &Machine,
    options: &MappingOptions,
) {
    let mut graph = SliceGraph::default();
    let mut known = std::collections::BTreeMap::new();
    for source in 0..n_slices {
        graph.slices.push(SliceDemand { population: source / 64, n_neurons: 200, dram_bytes: 0 });
        let mut set = targets(source);
        set.sort_unstable();
        set.dedup();
        let next = known.len() as u32;
        let targets = *known.entry(set.clone()).or_insert(next);
        if targets == next {
            graph.target_sets.push(set);
        }
        graph.nets.push(Net { source, targets });
    }
    let start = Instant::now();
    let layout = lay_out(&graph, machine, options).expect("room enough");
    let laid_out = start.elapsed();
    let start = Instant::now();
    let verified = verify_layout(&graph, &layout, machine).expect("a correct layout");
    let entries: usize = layout.tables.iter().map(|t| t.table.entries.len()).sum();
    let before: u64 = layout.tables.iter().map(|t| u64::from(t.n_uncompressed)).sum();
    println!(
        "{name}: {laid_out:?}, verify {:?}, entries {before} -> {entries}, {verified:?}",
        start.elapsed()
    );
}
