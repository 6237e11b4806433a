//! Images hold exactly the network's synapses, in exactly the bytes that the budget counted.

#[path = "common/images.rs"]
mod images;

use std::collections::BTreeMap;

use gennaker_machine::{Machine, MachineSpec};
use gennaker_mapping::{
    KeyAllocator, Mapping, MappingOptions, MemoryBlock, PackedSynapse, PeImage, RowLayout, SliceOrder, map,
    unpack_synapse,
};
use gennaker_network::{
    Connector, Model, Network, Parameter, Population, Projection, Quantiser, for_each_synapse,
};
use images::image_network;
use proptest::prelude::*;

fn check_images(network: &Network, options: &MappingOptions) -> Vec<RowLayout> {
    let machine = Machine::new(MachineSpec::board()).unwrap();
    let mapping = map(network, &machine, options).unwrap();
    let mut layouts = Vec::new();
    for (index, slice) in mapping.slices.iter().enumerate() {
        let image = PeImage::build(network, &mapping, index);
        for block in [
            MemoryBlock::PopulationTable,
            MemoryBlock::RowPointers,
            MemoryBlock::SynapseWords,
            MemoryBlock::Kernels,
        ] {
            assert_eq!(
                image.block(block).len() as u32,
                slice.memory.bytes(block),
                "{block} of slice {index}"
            );
        }
        layouts.extend(image.table.iter().map(|record| record.layout));
        let mut rows = expected_rows(network, &mapping, index);
        let model = network.populations[slice.population as usize].model;
        let Some(word) = model.core_profile().synapse_word else { continue };
        for (population, neuron) in all_neurons(network) {
            let key = mapping.key_of(population, neuron).unwrap();
            let row = image.lookup(key).unwrap_or(&[]);
            let mut found: Vec<_> = row.iter().map(|&packed| unpack_synapse(word, packed)).collect();
            found.retain(|synapse| synapse.weight != 0);
            let of_kernels = |index, weight| found.push(PackedSynapse { index, weight, delay: 0 });
            let n_of_kernels = image.scatter(key, of_kernels).unwrap_or(0);
            assert!(n_of_kernels == 0 || n_of_kernels as usize == found.len());
            found.sort_unstable();
            assert_eq!(found, rows.remove(&(population, neuron)).unwrap_or_default());
        }
        assert!(rows.is_empty());
    }
    layouts
}

type Rows = BTreeMap<(usize, u32), Vec<PackedSynapse>>;

fn all_neurons(network: &Network) -> impl Iterator<Item = (usize, u32)> {
    network
        .populations
        .iter()
        .enumerate()
        .flat_map(|(index, p)| (0..p.size).map(move |neuron| (index, neuron)))
}

/// By sending neuron; all synapses are drawn, and those onto other slices left out.
fn expected_rows(network: &Network, mapping: &Mapping, index: usize) -> Rows {
    let mut rows = Rows::new();
    let slice = &mapping.slices[index];
    let post = slice.population as usize;
    for (index, projection) in network.projections.iter().enumerate().filter(|(_, p)| p.post == post) {
        let mut quantiser = Quantiser::new(network.populations[post].model).unwrap();
        for_each_synapse(network, index, 0..u32::MAX, |synapse| {
            let key = mapping.key_of(post, synapse.post).unwrap();
            if !slice.keys().matches(key) {
                return;
            }
            let (weight, delay) = quantiser.quantise(synapse.weight, synapse.delay);
            let packed = PackedSynapse { index: key - slice.key, weight, delay };
            rows.entry((projection.pre, synapse.pre)).or_default().push(packed);
        });
    }
    rows.values_mut().for_each(|row| row.sort_unstable());
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn images_equal_the_network_and_the_budget(
        sizes in proptest::collection::vec((1_u32..300, 0_usize..3), 1..4),
        projections in proptest::collection::vec((0_usize..4, 0_usize..4, 0_usize..4, -15_i32..16, 0_u32..8), 1..6),
        seed in any::<u64>(),
        malloc in any::<bool>(),
    ) {
        let mut network = Network::new("random").with_seed(seed);
        for (i, &(size, model)) in sizes.iter().enumerate() {
            let model = [Model::Lif, Model::LifNoDelay, Model::LifCurrExpWide][model];
            let mut population = Population::new(&format!("p{i}"), size, model);
            population.max_atoms_per_core = (i % 2 == 1).then_some(30);
            network.add_population(population);
        }
        for (i, &(pre, post, connector, weight, delay)) in projections.iter().enumerate() {
            let (pre, post) = (pre % sizes.len(), post % sizes.len());
            let connector = match connector {
                0 => Connector::AllToAll { allow_self_connections: true },
                1 => Connector::FixedProbability { p: 0.02, allow_self_connections: true },
                2 => Connector::FixedInDegree { n: 1, allow_self_connections: true, with_replacement: true },
                _ => Connector::FixedOutDegree { n: 3, allow_self_connections: true, with_replacement: true },
            };
            // Large weights and long delays where they fit.
            let is_wide = sizes[post].1 == 2;
            let (weight, delay) = if is_wide { (weight * 4369, delay * 18) } else { (weight, delay) };
            let weight = if weight == 0 { 1 } else { weight };
            let projection = Projection::new(&format!("j{i}"), pre, post, connector).with_weight(weight);
            network.add_projection(projection.with_delay(Parameter::Number(f64::from(delay))));
        }
        let keys = if malloc { KeyAllocator::Malloc } else { KeyAllocator::Zoned };
        check_images(&network, &MappingOptions { keys, ..MappingOptions::default() });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn kernels_scatter_exactly_the_synapses_of_a_convolution(network in image_network(), malloc: bool, blocks: bool) {
        let keys = if malloc { KeyAllocator::Malloc } else { KeyAllocator::Zoned };
        let order = if blocks { SliceOrder::Blocks } else { SliceOrder::Contiguous };
        check_images(&network, &MappingOptions { keys, order, ..MappingOptions::default() });
    }
}

#[test]
fn all_three_row_layouts_occur_and_hold() {
    let mut network = Network::new("layouts");
    let wide = network.add_population(Population::new("wide", 5_000, Model::PoissonProcess));
    let narrow = network.add_population(Population::new("narrow", 200, Model::PoissonProcess));
    let cell = network.add_population(Population::new("cell", 50, Model::Lif));
    let other = network.add_population(Population::new("other", 50, Model::LifNoDelay));
    let dense = || Connector::AllToAll { allow_self_connections: true };
    let random = |p| Connector::FixedProbability { p, allow_self_connections: true };
    network.add_projection(Projection::new("sparse", wide, cell, random(0.001)));
    network.add_projection(Projection::new("dense", narrow, cell, dense()));
    network.add_projection(Projection::new("random", narrow, other, random(0.2)));
    let layouts = check_images(&network, &MappingOptions::default());
    for wanted in [RowLayout::Listed, RowLayout::Pointers, RowLayout::Fixed { row_words: 50 }] {
        assert!(layouts.contains(&wanted), "{layouts:?}");
    }
}

#[test]
fn unknown_keys_have_no_row() {
    let mut network = Network::new("unknown");
    let pre = network.add_population(Population::new("pre", 20, Model::PoissonProcess));
    let post = network.add_population(Population::new("post", 5, Model::Lif));
    let dense = Connector::AllToAll { allow_self_connections: true };
    network.add_projection(Projection::new("dense", pre, post, dense));
    let machine = Machine::new(MachineSpec::single_chip()).unwrap();
    let mapping = map(&network, &machine, &MappingOptions::default()).unwrap();
    let image = PeImage::build(&network, &mapping, 1);
    assert_eq!(image.lookup(mapping.slices[0].key + 19).map(<[u32]>::len), Some(5));
    assert_eq!(image.lookup(mapping.slices[0].key + 20), None);
    assert_eq!(image.lookup(mapping.slices[1].key), None);
}
