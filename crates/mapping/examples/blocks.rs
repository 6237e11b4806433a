//! What kernels and blocks of images save: `cargo run --release -p gennaker-mapping --example blocks`.
//!
//! Prints, for a convolutional network, how many PEs a spike of each layer reaches (each neuron counted once), the links that it
//! crosses, and the bytes of the fullest PE: with images in blocks, with neurons as they are numbered, and with rows of synapses in
//! the place of kernels.

#[path = "../tests/common/scnn.rs"]
mod scnn;

use gennaker_machine::{Machine, MachineSpec};
use gennaker_mapping::{Mapping, MappingError, MappingOptions, MemoryBlock, Slice, SliceOrder, map};
use gennaker_network::Network;

fn main() -> Result<(), MappingError> {
    let machine = Machine::new(MachineSpec::board()).expect("a preset");
    let network = scnn::scnn();
    for (what, network, order) in [
        ("kernels, blocks", network.clone(), SliceOrder::Blocks),
        ("kernels, as numbered", network.clone(), SliceOrder::Contiguous),
        ("rows, as numbered", scnn::with_rows(network), SliceOrder::Contiguous),
    ] {
        let mapping = map(&network, &machine, &MappingOptions { order, ..MappingOptions::default() })?;
        println!("{what}: {} PEs", mapping.stats.n_pes);
        (0..network.populations.len()).for_each(|population| print_layer(&network, &mapping, population));
    }
    Ok(())
}

fn print_layer(network: &Network, mapping: &Mapping, population: usize) {
    let slices = mapping.slices_of(population);
    let own = &mapping.slices[slices.clone()];
    let (mut n_targets, mut n_hops) = (0.0, 0.0);
    for index in slices {
        let Some(net) = mapping.net_of(index) else { continue };
        let n = f64::from(mapping.slices[index].n_neurons());
        n_targets += n * mapping.targets(net).len() as f64;
        n_hops += n * mapping.tree(net).n_hops() as f64;
    }
    let size = f64::from(network.populations[population].size);
    let synapse_bytes = |slice: &Slice| {
        let blocks = [MemoryBlock::PopulationTable, MemoryBlock::RowPointers, MemoryBlock::SynapseWords];
        blocks.into_iter().chain([MemoryBlock::Kernels]).map(|block| slice.memory.bytes(block)).sum::<u32>()
    };
    println!(
        "  {:8} {:3} PEs, {:6.2} PEs and {:.2} links per spike, at most {:6} bytes for synapses and {:6} in all",
        network.populations[population].name,
        own.len(),
        n_targets / size,
        n_hops / size,
        own.iter().map(synapse_bytes).max().unwrap_or(0),
        own.iter().map(|slice| slice.memory.used_bytes()).max().unwrap_or(0),
    );
}
