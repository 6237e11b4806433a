//! What a user can choose about a mapping, with the defaults that the tool chain uses.

use serde::{Deserialize, Serialize};

/// How slices are put on chips.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placer {
    /// First fit over the chips in breadth-first order from the boot chip.
    #[default]
    Radial,
    /// Every population on a connected set of chips where the machine allows it.
    ApplicationGrouped,
}

/// How multicast trees are found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Router {
    /// Neighbour-exploring routing on the ideal machine, then repair round dead chips and links.
    #[default]
    Ner,
    /// Shortest path from the tree built so far to each target, on the working machine; slower.
    Dijkstra,
}

/// How routing keys are given out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyAllocator {
    /// First free range per population, without gaps between its slices.
    Malloc,
    /// Bit fields population, slice, neuron, so that slices of one population share entries.
    #[default]
    Zoned,
}

/// How routing tables are made smaller.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compressor {
    /// Not at all; a table over the limit is an error.
    None,
    /// Merge pairs, smallest group of equal routes first.
    Pair,
    /// Ordered covering; slower, usually smaller.
    OrderedCovering,
    /// Both, the smaller result is kept.
    #[default]
    Smaller,
}

/// In which order the neurons of images are dealt out to slices.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SliceOrder {
    /// As they are numbered.
    Contiguous,
    /// Populations on either side of a convolution in blocks of the image, so that spikes reach fewer PEs; all others as they are
    /// numbered. See [`AtomOrder`](crate::AtomOrder).
    #[default]
    Blocks,
}

/// Which tables are compressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompressWhen {
    /// Only tables over the limit, and only until they fit.
    #[default]
    Needed,
    /// Every table, as far as the compressor gets.
    Always,
}

/// Where recordings are kept during a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingPlace {
    /// In the PE's SRAM where that costs no neurons per core, otherwise in DRAM, with a note.
    #[default]
    Auto,
    /// In the PE's SRAM, at the price of fewer neurons per core.
    Sram,
    /// In the chip's DRAM.
    Dram,
}

/// All choices of the mapping stage. The default is what the tool chain would do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MappingOptions {
    /// In which order the neurons of images are dealt out to slices.
    pub order: SliceOrder,
    /// How slices are put on chips.
    pub placer: Placer,
    /// How multicast trees are found.
    pub router: Router,
    /// How routing keys are given out.
    pub keys: KeyAllocator,
    /// How routing tables are made smaller.
    pub compressor: Compressor,
    /// Which tables are compressed.
    pub compress: CompressWhen,
    /// Whether entries that only send a packet straight on are left out. Default true.
    pub remove_default_routes: bool,
    /// Largest number of entries per router; `None` is the machine's table size.
    pub max_entries: Option<u32>,
    /// Where recordings are kept.
    pub recording: RecordingPlace,
    /// Ticks for which recordings must have room. Default 1,000.
    pub timesteps: u32,
    /// Words of the receive FIFO of each PE; `None` is 1,024 words for a slice that at most 1,024 neurons feed
    /// and 4,096 words otherwise (an assumption: the real size is a build-time choice that is not published).
    pub event_fifo_words: Option<u32>,
    /// Bytes kept for log text in each PE. Default 1,024, the low end of the observed 1,024 to 4,096.
    pub log_bytes: u32,
    /// Seed of the choices between equally short routes.
    pub seed: u64,
}

impl Default for MappingOptions {
    fn default() -> Self {
        Self {
            order: SliceOrder::default(),
            placer: Placer::default(),
            router: Router::default(),
            keys: KeyAllocator::default(),
            compressor: Compressor::default(),
            compress: CompressWhen::default(),
            remove_default_routes: true,
            max_entries: None,
            recording: RecordingPlace::default(),
            timesteps: 1_000,
            event_fifo_words: None,
            log_bytes: 1_024,
            seed: 0,
        }
    }
}
