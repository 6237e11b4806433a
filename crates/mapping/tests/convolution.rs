//! Convolutions on PEs: what kernels take, how images are cut, and what that saves.

#[path = "common/scnn.rs"]
mod scnn;

use gennaker_machine::{Machine, MachineSpec};
use gennaker_mapping::{
    AtomOrder, KERNEL_RECORD_BYTES, Mapping, MappingError, MappingOptions, MemoryBlock,
    POPULATION_RECORD_BYTES, PeImage, SliceOrder, kernel_bytes, map,
};
use gennaker_network::{Connector, Convolution, Model, Network, Population, Projection};
use proptest::prelude::*;
use scnn::{scnn, with_rows};

fn mapped(network: &Network, order: SliceOrder) -> Result<Mapping, MappingError> {
    let machine = Machine::new(MachineSpec::board()).unwrap();
    map(network, &machine, &MappingOptions { order, ..MappingOptions::default() })
}

/// A population of images, kernels of ones, a population of images.
fn one_layer(convolution: Convolution) -> Network {
    let mut network = Network::new("one layer");
    let size = convolution.input.iter().product();
    let pre = network.add_population(Population::new("pre", size, Model::SpikeList));
    let size = convolution.output().unwrap().iter().product();
    let post = network.add_population(Population::new("post", size, Model::LifConv2d));
    network.add_projection(Projection::new("kernels", pre, post, Connector::Conv2d(convolution)));
    network
}

fn ones(input: [u32; 3], out_channels: u32, kernel: [u32; 2]) -> Convolution {
    let n = input[0] * out_channels * kernel[0] * kernel[1];
    Convolution::new(input, out_channels, kernel, vec![1.0; n as usize])
}

/// PEs that a spike reaches, as a mean over the neurons of a population.
fn heard(mapping: &Mapping, population: usize) -> f64 {
    let (mut sum, mut n_neurons) = (0, 0);
    for index in mapping.slices_of(population) {
        let n = mapping.slices[index].n_neurons();
        sum += n as usize * mapping.net_of(index).map_or(0, |net| mapping.targets(net).len());
        n_neurons += n;
    }
    sum as f64 / f64::from(n_neurons)
}

#[test]
fn spikes_of_blocks_reach_a_quarter_of_the_pes_at_no_price_in_pes() {
    let network = scnn();
    let blocks = mapped(&network, SliceOrder::Blocks).unwrap();
    let contiguous = mapped(&network, SliceOrder::Contiguous).unwrap();
    assert_eq!(blocks.stats.n_pes, contiguous.stats.n_pes);
    assert_eq!(blocks.stats.n_synapses, contiguous.stats.n_synapses);
    for layer in 0..2 {
        let (few, many) = (heard(&blocks, layer), heard(&contiguous, layer));
        assert!(3.9 * few <= many, "layer {layer}: {few} and {many}");
    }
    assert!(contiguous.orders.iter().all(|&order| order == AtomOrder::Contiguous));
}

#[test]
fn kernels_take_a_byte_a_weight_and_a_record() {
    let mapping = mapped(&scnn(), SliceOrder::Blocks).unwrap();
    for (population, weights) in [(1, 2 * 16 * 25), (2, 16 * 16 * 9), (3, 16 * 8 * 9)] {
        for slice in &mapping.slices[mapping.slices_of(population)] {
            assert_eq!(slice.memory.bytes(MemoryBlock::Kernels), weights + KERNEL_RECORD_BYTES);
            assert_eq!(slice.memory.bytes(MemoryBlock::SynapseWords), 0);
            assert_eq!(slice.memory.bytes(MemoryBlock::RowPointers), 0);
            assert_eq!(slice.memory.bytes(MemoryBlock::PopulationTable), POPULATION_RECORD_BYTES);
        }
    }
    let rows = mapped(&with_rows(scnn()), SliceOrder::Contiguous).unwrap();
    let of = |mapping: &Mapping, block| mapping.slices[mapping.slices_of(2)][0].memory.bytes(block);
    assert!(of(&rows, MemoryBlock::SynapseWords) > 20 * of(&mapping, MemoryBlock::Kernels));
}

#[test]
fn without_blocks_a_slice_holds_the_channels_that_it_has() {
    let network = one_layer(ones([4, 10, 10], 6, [3, 3]));
    let mut network = network;
    network.populations[1].max_atoms_per_core = Some(100);
    let mapping = mapped(&network, SliceOrder::Contiguous).unwrap();
    let channels: Vec<(u32, u32)> = mapping
        .slices_of(1)
        .map(|index| PeImage::build(&network, &mapping, index).kernels[0])
        .map(|record| (record.first_channel, record.n_channels))
        .collect();
    // Of 64 pixels each.
    assert_eq!(channels, [(0, 2), (1, 3), (3, 2), (4, 2)]);
}

#[test]
fn kernels_that_do_not_fit_together_are_parted_by_channels() {
    let convolution = ones([64, 6, 6], 256, [5, 5]);
    assert_eq!(kernel_bytes(&convolution, 256), 409_600);
    let mapping = mapped(&one_layer(convolution), SliceOrder::Blocks).unwrap();
    let AtomOrder::Blocks { groups, .. } = mapping.order(1) else { panic!("{:?}", mapping.order(1)) };
    let slices = &mapping.slices[mapping.slices_of(1)];
    // 409,600 bytes in PEs that have some 75,000 left.
    assert!(groups > 1 && slices.len() == 6, "{groups} groups, {} slices", slices.len());
    assert!(matches!(mapping.order(0), AtomOrder::Blocks { shape: [64, 6, 6], groups: 1, .. }));
}

#[test]
fn kernels_of_one_channel_that_do_not_fit_are_named() {
    let error = mapped(&one_layer(ones([1_200, 9, 9], 4, [9, 9])), SliceOrder::Blocks).unwrap_err();
    let MappingError::NeuronTooLarge { synapses, block, block_bytes, .. } = error else { panic!("{error}") };
    assert_eq!((synapses, block), (1_200 * 81, MemoryBlock::Kernels));
    assert_eq!(block_bytes, 1_200 * 81 + u64::from(KERNEL_RECORD_BYTES));
}

#[test]
fn the_shape_of_a_population_goes_before_that_of_its_kernels() {
    let mut network = one_layer(ones([2, 8, 8], 4, [1, 1]));
    network.populations[0].shape = vec![2, 4, 16];
    network.populations[1].shape = vec![256];
    let mapping = mapped(&network, SliceOrder::Blocks).unwrap();
    assert!(matches!(mapping.order(0), AtomOrder::Blocks { shape: [2, 4, 16], .. }));
    assert!(matches!(mapping.order(1), AtomOrder::Blocks { shape: [4, 8, 8], .. }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn slices_cover_each_neuron_once_whatever_the_limit(
        input in [1_u32..5, 1_u32..20, 1_u32..20],
        out_channels in 1_u32..20,
        atoms in 1_u32..300,
    ) {
        let mut network = one_layer(ones(input, out_channels, [1, 1]));
        network.populations.iter_mut().for_each(|population| population.max_atoms_per_core = Some(atoms));
        let mapping = mapped(&network, SliceOrder::Blocks).unwrap();
        for (index, population) in network.populations.iter().enumerate() {
            let slices = &mapping.slices[mapping.slices_of(index)];
            let mut neurons: Vec<u32> = slices.iter().flat_map(|slice| mapping.neurons(slice)).flatten().collect();
            neurons.sort_unstable();
            prop_assert!(neurons.into_iter().eq(0..population.size));
            prop_assert!(slices.iter().all(|slice| slice.n_neurons() <= atoms));
            for neuron in 0..population.size {
                let slice = mapping.slice_of(index, neuron).unwrap();
                prop_assert!(mapping.neurons(&mapping.slices[slice]).iter().any(|run| run.contains(&neuron)));
                prop_assert!(mapping.slices[slice].keys().matches(mapping.key_of(index, neuron).unwrap()));
            }
            prop_assert_eq!(mapping.slice_of(index, population.size), None);
        }
    }
}
