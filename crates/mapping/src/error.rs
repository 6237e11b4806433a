//! Everything that can be wrong with a mapping, in sentences that say what to do about it.

use gennaker_machine::ChipXy;
use gennaker_network::NetworkError;
use thiserror::Error;

use crate::budget::MemoryBlock;

/// Why a network cannot be laid on a machine, or why a finished mapping does not hold.
#[derive(Clone, PartialEq, Debug, Error)]
#[non_exhaustive]
pub enum MappingError {
    /// The network description is not valid.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// Not even one neuron of a population fits on a PE.
    #[error(
        "population `{population}`: one neuron with {synapses} incoming synapses needs {needed_bytes} B of a PE's \
         {sram_bytes} B; the largest block, {block}, takes {block_bytes} B: {remedy}"
    )]
    NeuronTooLarge {
        /// Name of the population.
        population: String,
        /// Incoming synapses of its largest neuron.
        synapses: u64,
        /// Bytes of a PE with only that neuron.
        needed_bytes: u64,
        /// Bytes that a PE has.
        sram_bytes: u64,
        /// The largest block that depends on the network.
        block: MemoryBlock,
        /// Its size in bytes.
        block_bytes: u64,
        /// What to change.
        remedy: &'static str,
    },
    /// `max_atoms_per_core` is 0.
    #[error("population `{population}`: max_atoms_per_core is 0: set it to at least 1 or leave it out")]
    NoAtomsAllowed {
        /// Name of the population.
        population: String,
    },
    /// More slices than cores.
    #[error(
        "the network needs at least {asked} PEs and machine `{machine}` has {available} for applications: use machine \
         `{suggestion}`, or raise max_atoms_per_core where memory allows it"
    )]
    MachineFull {
        /// Cores asked for.
        asked: u64,
        /// Cores that there are.
        available: u64,
        /// Name of the machine.
        machine: String,
        /// A machine that is large enough.
        suggestion: String,
    },
    /// A population's recordings do not fit in a chip's DRAM.
    #[error(
        "population `{population}`: the recordings of one PE need {needed_bytes} B of DRAM and no chip of machine \
         `{machine}` with a free PE has as much left: record less often, fewer neurons, or fewer timesteps"
    )]
    RecordingTooLong {
        /// Name of the population.
        population: String,
        /// Bytes that one PE needs.
        needed_bytes: u64,
        /// Name of the machine.
        machine: String,
    },
    /// Recordings in DRAM do not fit.
    #[error(
        "slice {slice} needs {needed_bytes} B of DRAM for recordings and no chip of machine `{machine}` with a free PE \
         has as much left: record less often, fewer neurons, or fewer timesteps"
    )]
    DramFull {
        /// Index of the slice.
        slice: u32,
        /// Bytes that it needs.
        needed_bytes: u64,
        /// Name of the machine.
        machine: String,
    },
    /// No working path between two chips.
    #[error(
        "no working path leads from chip {from} to chip {to}: the dead chips and links cut machine `{machine}` in \
         parts; repair one of them or map on a part"
    )]
    Disconnected {
        /// Chip of the sender.
        from: ChipXy,
        /// Chip of the receiver.
        to: ChipXy,
        /// Name of the machine.
        machine: String,
    },
    /// The 32-bit key space is too small.
    #[error(
        "routing keys need {needed_bits} bits and have 32: the largest population takes {slice_bits} bits for slices \
         and {atom_bits} bits for neurons; use key allocator `malloc`, or fewer populations"
    )]
    KeysExhausted {
        /// Bits that the fields need together.
        needed_bits: u32,
        /// Bits of the slice field.
        slice_bits: u32,
        /// Bits of the neuron field.
        atom_bits: u32,
    },
    /// A routing table does not fit its router.
    #[error("the router of chip {chip} needs {entries} entries and holds {limit}: {remedy}")]
    TableFull {
        /// The chip.
        chip: ChipXy,
        /// Entries needed after compression.
        entries: usize,
        /// Entries that fit.
        limit: usize,
        /// What to change.
        remedy: &'static str,
    },
    /// Two slices share a key.
    #[error("slices {first} and {second} share routing keys: key allocation must keep them apart")]
    KeysOverlap {
        /// One slice.
        first: u32,
        /// The other.
        second: u32,
    },
    /// A packet would be dropped.
    #[error("spikes of slice {slice} are dropped at chip {chip}, {why}")]
    Dropped {
        /// The sending slice.
        slice: u32,
        /// Where.
        chip: ChipXy,
        /// Why.
        why: &'static str,
    },
    /// A packet comes to a chip twice.
    #[error("spikes of slice {slice} come to chip {chip} twice: the tables hold a loop or two paths")]
    VisitedTwice {
        /// The sending slice.
        slice: u32,
        /// Where.
        chip: ChipXy,
    },
    /// A packet reaches the wrong cores.
    #[error(
        "spikes of slice {slice} reach the wrong cores of chip {chip}: {missing} missing, {extra} too many"
    )]
    WrongCores {
        /// The sending slice.
        slice: u32,
        /// Where.
        chip: ChipXy,
        /// Target cores that get nothing.
        missing: u32,
        /// Cores that get a copy and are no targets.
        extra: u32,
    },
    /// Two slices on one core, or a slice on a core that applications may not use.
    #[error("slice {slice} is on core {core} of chip {chip}, which is not free for it")]
    BadCore {
        /// The slice.
        slice: u32,
        /// Its chip.
        chip: ChipXy,
        /// Its core.
        core: u8,
    },
}
