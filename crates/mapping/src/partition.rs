//! Cutting populations into slices that fit a PE.

use std::ops::Range;

use crate::blocks::{Image, in_blocks};
use crate::budget::MemoryBlock;
use crate::cost::{PopulationCost, Recorder};
use crate::error::MappingError;
use crate::options::RecordingPlace;
use crate::order::AtomOrder;

/// How a population is cut: all slices full but the last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Cut {
    /// Neurons of a full slice, at least 1.
    pub(crate) atoms_per_core: u32,
    /// Where recordings go.
    pub(crate) recorder: Recorder,
    /// Which neurons they are.
    pub(crate) order: AtomOrder,
}

impl Cut {
    /// The slices of a population of `size` neurons, as ranges of atoms.
    pub(crate) fn slices(self, size: u32) -> impl Iterator<Item = Range<u32>> {
        slices_of(size, self.atoms_per_core)
    }
}

fn slices_of(size: u32, atoms: u32) -> impl Iterator<Item = Range<u32>> {
    (0..size.div_ceil(atoms)).map(move |i| i * atoms..((i + 1) * atoms).min(size))
}

/// The largest slices that fit every PE and every limit.
///
/// # Errors
///
/// [`MappingError::NeuronTooLarge`] if not even one neuron fits, [`MappingError::NoAtomsAllowed`] if none may.
pub(crate) fn cut(
    cost: &mut PopulationCost<'_>,
    place: RecordingPlace,
    image: Option<Image>,
) -> Result<Cut, MappingError> {
    match image {
        Some(image) => in_blocks(cost, place, image),
        None => cut_in_order(cost, place),
    }
}

/// The largest slices in the order that the population has.
pub(crate) fn cut_in_order(cost: &PopulationCost<'_>, place: RecordingPlace) -> Result<Cut, MappingError> {
    let search = |recorder| {
        let atoms_per_core = most_atoms(cost, recorder)?;
        Ok(Cut { atoms_per_core, recorder, order: cost.order() })
    };
    match place {
        RecordingPlace::Sram => search(Recorder::Sram),
        RecordingPlace::Dram => search(Recorder::Dram),
        RecordingPlace::Auto => {
            let free = search(Recorder::Off)?;
            if all_fit(cost, free.atoms_per_core, Recorder::Sram) {
                return Ok(Cut { recorder: Recorder::Sram, ..free });
            }
            search(Recorder::Dram)
        }
    }
}

/// As many atoms as model and user allow, whatever memory there is.
pub(crate) fn atoms_allowed(cost: &PopulationCost<'_>) -> u32 {
    let by_index = cost.profile.synapse_word.map_or(u32::MAX, |word| 1 << word.index_bits);
    let by_user = cost.population.max_atoms_per_core.unwrap_or(u32::MAX);
    cost.profile.max_atoms.min(by_index).min(by_user).min(cost.population.size).max(1)
}

fn most_atoms(cost: &PopulationCost<'_>, recorder: Recorder) -> Result<u32, MappingError> {
    if cost.population.max_atoms_per_core == Some(0) {
        return Err(MappingError::NoAtomsAllowed { population: cost.population.name.clone() });
    }
    let cap = atoms_allowed(cost);
    let (mut fits, mut too_many) = (0, cap + 1);
    let mut atoms = cap;
    while too_many - fits > 1 {
        if all_fit(cost, atoms, recorder) {
            fits = atoms;
        } else {
            too_many = atoms;
        }
        atoms = fits.midpoint(too_many);
    }
    if fits == 0 { Err(too_large(cost, recorder)) } else { Ok(fits) }
}

fn all_fit(cost: &PopulationCost<'_>, atoms: u32, recorder: Recorder) -> bool {
    slices_of(cost.population.size, atoms)
        .all(|slice| cost.estimate(&slice, recorder).total() <= u64::from(cost.sram_bytes()))
}

fn too_large(cost: &PopulationCost<'_>, recorder: Recorder) -> MappingError {
    let neurons = 0..cost.population.size;
    let total = |&neuron: &u32| cost.estimate(&(neuron..neuron + 1), recorder).total();
    let worst = neurons.max_by_key(total).unwrap_or(0);
    let sizes = cost.estimate(&(worst..worst + 1), recorder);
    let (block, block_bytes) = sizes.largest();
    MappingError::NeuronTooLarge {
        population: cost.population.name.clone(),
        synapses: cost.synapses_of(worst),
        needed_bytes: sizes.total(),
        sram_bytes: u64::from(cost.sram_bytes()),
        block,
        block_bytes,
        remedy: remedy(block),
    }
}

fn remedy(block: MemoryBlock) -> &'static str {
    match block {
        MemoryBlock::SynapseWords | MemoryBlock::RowPointers => {
            "reduce the fan-in, or divide it among several populations that relay to this one"
        }
        MemoryBlock::Kernels => {
            "use fewer input channels or smaller kernels, or divide them among several groups"
        }
        MemoryBlock::PopulationTable => "let fewer populations project here",
        MemoryBlock::SpikeRecording | MemoryBlock::StateRecording => {
            "set recording to `auto` or `dram`, or record fewer ticks"
        }
        MemoryBlock::SourceData => "send fewer spikes, or divide the source into several populations",
        MemoryBlock::EventFifo => "set a smaller event_fifo_words",
        _ => "choose a machine whose PEs have more memory",
    }
}
