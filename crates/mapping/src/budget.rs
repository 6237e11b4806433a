//! What a PE's SRAM holds, block by block, and how large each block is.

use std::fmt;

use gennaker_network::RingLayout;
use serde::{Deserialize, Serialize};

/// A block of a PE's SRAM.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemoryBlock {
    /// Program and constants.
    Code,
    /// Where the rows of each source population start.
    PopulationTable,
    /// Where each row starts, for rows of unequal length.
    RowPointers,
    /// The synapses.
    SynapseWords,
    /// What stands in the place of rows and synapses for convolutions: geometry, then weights.
    Kernels,
    /// Keys received since the last tick.
    EventFifo,
    /// Input that is due in this and later ticks.
    RingBuffer,
    /// What changes every tick.
    NeuronState,
    /// What the user set.
    NeuronParameters,
    /// Spike lists of a source.
    SourceData,
    /// Recorded spikes, one bit per neuron and tick.
    SpikeRecording,
    /// Recorded state variables.
    StateRecording,
    /// Text for the host.
    Log,
    /// Stack and heap, at the end of the SRAM.
    StackAndHeap,
}

impl MemoryBlock {
    /// All blocks in the order of their addresses.
    pub const ALL: [Self; 14] = [
        Self::Code,
        Self::PopulationTable,
        Self::RowPointers,
        Self::SynapseWords,
        Self::Kernels,
        Self::EventFifo,
        Self::RingBuffer,
        Self::NeuronState,
        Self::NeuronParameters,
        Self::SourceData,
        Self::SpikeRecording,
        Self::StateRecording,
        Self::Log,
        Self::StackAndHeap,
    ];

    /// The name in messages and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::PopulationTable => "population table",
            Self::RowPointers => "row pointers",
            Self::SynapseWords => "synapse words",
            Self::Kernels => "convolution kernels",
            Self::EventFifo => "event FIFO",
            Self::RingBuffer => "ring buffer",
            Self::NeuronState => "neuron state",
            Self::NeuronParameters => "neuron parameters",
            Self::SourceData => "source data",
            Self::SpikeRecording => "spike recording",
            Self::StateRecording => "state recording",
            Self::Log => "log",
            Self::StackAndHeap => "stack and heap",
        }
    }
}

impl fmt::Display for MemoryBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A block with its place in the SRAM.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MemoryRegion {
    /// What it holds.
    pub block: MemoryBlock,
    /// First byte; a multiple of 4.
    pub address: u32,
    /// Size in bytes; a multiple of 4, at least 4.
    pub bytes: u32,
}

/// The SRAM of one PE: its blocks, ascending by address; empty blocks are left out.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct MemoryMap {
    /// The blocks.
    pub regions: Vec<MemoryRegion>,
}

impl MemoryMap {
    /// Lays the blocks one after the other, stack and heap at the end of `sram_bytes`.
    pub(crate) fn new(sizes: &BlockSizes, sram_bytes: u32) -> Self {
        let mut next = 0;
        let mut regions = Vec::new();
        for block in MemoryBlock::ALL {
            let bytes = sizes.get(block) as u32;
            let address = if block == MemoryBlock::StackAndHeap { sram_bytes - bytes } else { next };
            if bytes > 0 {
                regions.push(MemoryRegion { block, address, bytes });
            }
            next += bytes;
        }
        Self { regions }
    }

    /// Bytes of all blocks.
    pub fn used_bytes(&self) -> u32 {
        self.regions.iter().map(|region| region.bytes).sum()
    }

    /// Bytes of one block, 0 if there is none.
    pub fn bytes(&self, block: MemoryBlock) -> u32 {
        self.region(block).map_or(0, |region| region.bytes)
    }

    /// Where a block is.
    pub fn region(&self, block: MemoryBlock) -> Option<MemoryRegion> {
        self.regions.iter().copied().find(|region| region.block == block)
    }
}

/// Bytes per block, each a multiple of 4.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct BlockSizes([u64; MemoryBlock::ALL.len()]);

impl BlockSizes {
    pub(crate) fn set(&mut self, block: MemoryBlock, bytes: u64) {
        self.0[block as usize] = bytes.next_multiple_of(4);
    }

    pub(crate) fn get(&self, block: MemoryBlock) -> u64 {
        self.0[block as usize]
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The largest block that depends on the network.
    pub(crate) fn largest(&self) -> (MemoryBlock, u64) {
        let sized = MemoryBlock::ALL.into_iter().map(|block| (block, self.get(block)));
        let of_network =
            sized.filter(|(block, _)| !matches!(block, MemoryBlock::Code | MemoryBlock::StackAndHeap));
        of_network.max_by_key(|&(_, bytes)| bytes).unwrap_or((MemoryBlock::Code, 0))
    }
}

/// Bytes of one record of the population table.
///
/// The published estimate is 12 to 16 bytes for each source slice; here one record of 16 bytes serves all slices
/// of a source population, as multi-core records do in SpiNNaker1's software.
pub const POPULATION_RECORD_BYTES: u32 = 16;

/// Bytes of one row pointer, and of one entry of a row list.
pub const ROW_POINTER_BYTES: u32 = 4;

/// Keys per tick up to which the small event FIFO is enough; most sources send at most one.
pub const SMALL_FIFO_SOURCES: u64 = 1_024;

/// Words of the event FIFO of a slice that gets at most [`SMALL_FIFO_SOURCES`] keys in a tick: all of them fit at once.
pub const SMALL_FIFO_WORDS: u32 = 1_024;

/// Ticks that wait in SRAM while recordings are drained to DRAM: one is written, one is sent. An assumption.
pub const DRAIN_TICKS: u32 = 2;

/// Event FIFO: one 32-bit key per word.
pub fn event_fifo_bytes(words: u32) -> u64 {
    4 * u64::from(words)
}

/// Ring buffer: one accumulator per slot, receptor type and neuron.
pub fn ring_buffer_bytes(ring: RingLayout, n_neurons: u32) -> u64 {
    u64::from(ring.slots) * u64::from(ring.types) * u64::from(ring.bytes) * u64::from(n_neurons)
}

/// Neuron state: so many 32-bit words per neuron.
pub fn neuron_state_bytes(words: u32, n_neurons: u32) -> u64 {
    4 * u64::from(words) * u64::from(n_neurons)
}

/// Neuron parameters: so many 32-bit words, per neuron if they differ between neurons, otherwise once.
pub fn neuron_parameter_bytes(words: u32, n_neurons: u32, individual: bool) -> u64 {
    4 * u64::from(words) * if individual { u64::from(n_neurons) } else { 1 }
}

/// Spike lists: per neuron the start of its list, and 32 bits per spike. The format is an assumption.
pub fn source_data_bytes(n_neurons: u32, n_spikes: u64) -> u64 {
    4 * (u64::from(n_neurons) + n_spikes)
}

/// Recorded spikes: one bit per recorded neuron and tick, in whole words per tick.
pub fn spike_recording_bytes(ticks: u32, n_neurons: u32) -> u64 {
    4 * u64::from(ticks) * u64::from(n_neurons.div_ceil(32))
}

/// A recorded state variable: 32 bits per recorded neuron and sample.
pub fn state_recording_bytes(samples: u32, n_neurons: u32) -> u64 {
    4 * u64::from(samples) * u64::from(n_neurons)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_give_the_published_examples() {
        assert_eq!(event_fifo_bytes(4_096), 16_384);
        assert_eq!(ring_buffer_bytes(RingLayout { slots: 8, types: 2, bytes: 2 }, 1_024), 32_768);
        assert_eq!(neuron_state_bytes(3, 1_024), 12_288);
        assert_eq!(neuron_parameter_bytes(4, 256, true), 4_096);
        assert_eq!(spike_recording_bytes(1_000, 256), 32_000);
        assert_eq!(state_recording_bytes(1_000, 16), 64_000);
    }

    #[test]
    fn the_stack_ends_the_sram_as_published() {
        let mut sizes = BlockSizes::default();
        sizes.set(MemoryBlock::Code, 32_768);
        sizes.set(MemoryBlock::Log, 1_021);
        sizes.set(MemoryBlock::StackAndHeap, 4_096);
        let map = MemoryMap::new(&sizes, 131_072);
        assert_eq!(map.region(MemoryBlock::StackAndHeap).unwrap().address, 0x1F000);
        let log = MemoryRegion { block: MemoryBlock::Log, address: 32_768, bytes: 1_024 };
        assert_eq!(map.region(MemoryBlock::Log), Some(log));
        assert_eq!(map.used_bytes(), 32_768 + 1_024 + 4_096);
    }
}
