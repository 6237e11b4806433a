//! The fast engine against the machine taken literally: core by core, packet by packet, through mapped tables and packed
//! memory, for every way of mapping.

#[path = "../../engine/tests/common/mod.rs"]
mod common;
#[path = "../../mapping/tests/common/scnn.rs"]
mod scnn;

use common::{Field, digest, field, mixed, wide};
use gennaker_engine::{Options, Simulation, SpikeRecording};
use gennaker_fabric::LiteralMachine;
use gennaker_machine::{Machine, MachineSpec};
use gennaker_mapping::*;
use gennaker_network::Network;

fn fast(network: &Network, ticks: u32) -> Vec<SpikeRecording> {
    let mut simulation =
        Simulation::new(network, &Options { threads: Some(2), ..Options::default() }).unwrap();
    simulation.run(ticks);
    simulation.recordings().populations.into_iter().map(|p| p.spikes.unwrap_or_default()).collect()
}

fn literal(
    network: &Network,
    spec: MachineSpec,
    options: &MappingOptions,
    ticks: u32,
) -> Vec<SpikeRecording> {
    let machine = Machine::new(spec).unwrap();
    let mapping = map(network, &machine, options).unwrap();
    verify(&mapping, &machine).unwrap();
    let mut literal = LiteralMachine::new(network, &mapping, &machine).unwrap();
    literal.run(ticks).unwrap();
    (0..network.populations.len()).map(|p| literal.spikes(p).clone()).collect()
}

/// Every placer, router, key allocator and compressor at least once, and all compressors with both key allocators.
fn ways() -> Vec<MappingOptions> {
    let mut ways = Vec::new();
    for placer in [Placer::Radial, Placer::ApplicationGrouped] {
        for router in [Router::Ner, Router::Dijkstra] {
            for keys in [KeyAllocator::Malloc, KeyAllocator::Zoned] {
                for compressor in [Compressor::None, Compressor::Pair, Compressor::OrderedCovering] {
                    let compress = if compressor == Compressor::None {
                        CompressWhen::Needed
                    } else {
                        CompressWhen::Always
                    };
                    let remove_default_routes = router == Router::Ner;
                    ways.push(MappingOptions {
                        placer,
                        router,
                        keys,
                        compressor,
                        compress,
                        remove_default_routes,
                        timesteps: 100,
                        ..Default::default()
                    });
                }
            }
        }
    }
    ways
}

#[test]
fn the_chip_recordings_come_out_of_mapped_memory_for_every_placement_and_partition() {
    let recordings = [
        (Field::A, 10_188, "d6d7bcd11519d27d567896fdf83bbf8c7e451009702ac75958f960869acc15c4"),
        (Field::B, 651, "0370cdbf62aff959db972423135d9107adc2ea1f78f845458381b2d3adb0861b"),
        (Field::C, 20_722, "343cc739b25d8219208ddedafc8ba81adaf43295b5c25c0b65cb706856b923cc"),
    ];
    for (which, n_spikes, sha256) in recordings {
        for placer in [Placer::Radial, Placer::ApplicationGrouped] {
            for (atoms, spec) in [
                (None, MachineSpec::single_chip()),
                (Some((100, 30)), MachineSpec::single_chip()),
                (Some((7, 11)), MachineSpec::board()),
            ] {
                let options = MappingOptions { placer, timesteps: 400, ..Default::default() };
                let found = &literal(&field(which, atoms), spec, &options, 400)[1];
                let listing = digest(found.ticks.iter().copied().zip(found.neurons.iter().copied()));
                assert_eq!(
                    (found.ticks.len(), listing),
                    (n_spikes, sha256.to_owned()),
                    "{which:?} {placer:?} {atoms:?}"
                );
            }
        }
    }
}

#[test]
fn every_model_agrees_for_every_way_of_mapping() {
    for (mut network, atoms, ticks) in [(mixed(9), [200, 64, 33], 60), (wide(9), [200, 50, 33], 110)] {
        let expected = fast(&network, ticks);
        for (atoms, options) in atoms.into_iter().cycle().zip(ways()) {
            network.populations.iter_mut().for_each(|p| p.max_atoms_per_core = Some(atoms));
            assert!(
                literal(&network, MachineSpec::board(), &options, ticks) == expected,
                "{}: {atoms} atoms, {options:?}",
                network.name
            );
        }
    }
}

#[test]
fn a_convolutional_network_spikes_in_all_layers_in_the_same_way_from_kernels_and_from_rows() {
    let mut network = scnn::scnn();
    for population in &mut network.populations {
        *population = population.clone().recording("spikes");
    }
    let rows = scnn::with_rows(network.clone());
    let expected = fast(&network, 12);
    assert!(expected.iter().all(|spikes| !spikes.ticks.is_empty()));
    assert!(fast(&rows, 12) == expected);
    for order in [SliceOrder::Blocks, SliceOrder::Contiguous] {
        for atoms in [None, Some(37)] {
            network.populations.iter_mut().for_each(|population| population.max_atoms_per_core = atoms);
            let options = MappingOptions { order, timesteps: 100, ..Default::default() };
            assert!(
                literal(&network, MachineSpec::board(), &options, 12) == expected,
                "{options:?} {atoms:?}"
            );
        }
    }
}

#[test]
fn a_board_with_dead_parts_gives_the_same_spikes() {
    let mut network = mixed(10);
    network.populations.iter_mut().for_each(|p| p.max_atoms_per_core = Some(20));
    let expected = fast(&network, 40);
    let faults = "preset = \"board\"\n[faults.drawn]\nseed = 3\nchip_probability = 0.1\nlink_probability = 0.1\ncore_probability = 0.05\n";
    let spec = MachineSpec::from_toml(faults).unwrap();
    assert!(literal(&network, spec, &MappingOptions::default(), 40) == expected);
}
