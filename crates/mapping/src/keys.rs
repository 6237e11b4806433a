//! Key allocation: a block of routing keys for every slice, no two of which share a key.

use std::ops::Range;

use crate::error::MappingError;
use crate::graph::SliceGraph;
use crate::key::KeyMask;
use crate::options::KeyAllocator;

/// Keys of all slices, and how far each population's key range may be covered without harm.
pub(crate) struct KeyPlan {
    /// One aligned block per slice, equal and gapless within a population; neuron `i` of the slice has `key + i`.
    pub(crate) blocks: Vec<KeyMask>,
    /// Per slice, the end of the key range that nobody else uses after its population's last slice.
    pub(crate) reserved_end: Vec<u64>,
}

impl KeyPlan {
    /// Blocks of `2^atom_bits` keys one after the other from `base`.
    fn push_run(&mut self, base: u64, atom_bits: u32, n_slices: usize, reserved_end: u64) {
        let block = |slice: u64| KeyMask::block((base + (slice << atom_bits)) as u32, 1 << atom_bits);
        self.blocks.extend((0..n_slices as u64).map(block));
        self.reserved_end.extend(std::iter::repeat_n(reserved_end, n_slices));
    }
}

/// Gives every slice a block with at least one key per neuron.
pub(crate) fn allocate(graph: &SliceGraph, allocator: KeyAllocator) -> Result<KeyPlan, MappingError> {
    match allocator {
        KeyAllocator::Malloc => malloc(graph),
        KeyAllocator::Zoned => zoned(graph),
    }
}

/// First fit: per population one run of equal blocks, each as large as its largest slice needs, so that a slice
/// number can be told from the key.
fn malloc(graph: &SliceGraph) -> Result<KeyPlan, MappingError> {
    let mut free = FreeKeys::all();
    let mut plan = KeyPlan { blocks: Vec::new(), reserved_end: Vec::new() };
    for range in graph.populations() {
        let atom_bits = atom_bits(graph, &range);
        let slice_bits = bits(range.len());
        let n_keys = (range.len() as u64) << atom_bits;
        let base = free.take(n_keys, 1 << atom_bits).ok_or(MappingError::KeysExhausted {
            needed_bits: 33,
            slice_bits,
            atom_bits,
        })?;
        plan.push_run(base, atom_bits, range.len(), base + n_keys);
    }
    Ok(plan)
}

/// Bit fields population | slice | neuron: the same widths for all populations if 32 bits allow it, otherwise
/// each population divides what the population field leaves in its own way.
fn zoned(graph: &SliceGraph) -> Result<KeyPlan, MappingError> {
    let populations: Vec<Range<usize>> = graph.populations().collect();
    let atom_bits = |range: &Range<usize>| atom_bits(graph, range);
    let slice_bits = |range: &Range<usize>| bits(range.len());
    let population_bits = bits(populations.len());
    let x = populations.iter().map(atom_bits).max().unwrap_or(0);
    let m = populations.iter().map(slice_bits).max().unwrap_or(0);
    let global = population_bits + m + x <= 32;

    let mut plan = KeyPlan { blocks: Vec::new(), reserved_end: Vec::new() };
    for (index, range) in populations.iter().enumerate() {
        let (x, m) = if global { (x, m) } else { (atom_bits(range), slice_bits(range)) };
        let needed_bits = population_bits + m + x;
        if needed_bits > 32 {
            return Err(MappingError::KeysExhausted { needed_bits, slice_bits: m, atom_bits: x });
        }
        let zone_bits = if global { m + x } else { 32 - population_bits };
        let zone = (index as u64) << zone_bits;
        plan.push_run(zone, x, range.len(), zone + (1 << (m + x)));
    }
    Ok(plan)
}

/// Bits that number the neurons of the largest slice.
fn atom_bits(graph: &SliceGraph, slices: &Range<usize>) -> u32 {
    let largest = graph.slices[slices.clone()].iter().map(|slice| slice.n_neurons as usize).max();
    bits(largest.unwrap_or(1))
}

/// Bits that number `n` things.
fn bits(n: usize) -> u32 {
    n.next_power_of_two().ilog2()
}

/// Free key ranges, ascending, disjoint, never adjacent.
struct FreeKeys(Vec<Range<u64>>);

impl FreeKeys {
    fn all() -> Self {
        Self(std::iter::once(0..1 << 32).collect())
    }

    fn take(&mut self, size: u64, alignment: u64) -> Option<u64> {
        let fit = |range: &Range<u64>| range.start.next_multiple_of(alignment) + size <= range.end;
        let at = self.0.iter().position(fit)?;
        let range = self.0[at].clone();
        let base = range.start.next_multiple_of(alignment);
        let rest = [range.start..base, base + size..range.end];
        self.0.splice(at..=at, rest.into_iter().filter(|r| !r.is_empty()));
        Some(base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::SliceDemand;

    fn graph(sizes: &[&[u32]]) -> SliceGraph {
        let of = |(population, slices): (usize, &&[u32])| {
            let demand =
                move |&n_neurons| SliceDemand { population: population as u32, n_neurons, dram_bytes: 0 };
            slices.iter().map(demand).collect::<Vec<_>>()
        };
        SliceGraph { slices: sizes.iter().enumerate().flat_map(of).collect(), ..SliceGraph::default() }
    }

    #[test]
    fn malloc_fills_holes_left_by_alignment() {
        let plan = malloc(&graph(&[&[3], &[256, 100], &[5, 5]])).unwrap();
        let bases: Vec<u32> = plan.blocks.iter().map(|b| b.key).collect();
        assert_eq!(bases, [0, 256, 512, 8, 16]);
    }

    #[test]
    fn zones_share_one_split_of_the_key() {
        let plan = zoned(&graph(&[&[200, 100], &[16, 16, 16]])).unwrap();
        let bases: Vec<u32> = plan.blocks.iter().map(|b| b.key).collect();
        assert_eq!(bases, [0, 0x100, 0x400, 0x500, 0x600]);
        assert_eq!(plan.reserved_end, [0x400, 0x400, 0x800, 0x800, 0x800]);
    }

    #[test]
    fn a_wide_and_a_deep_population_split_the_key_each_in_its_own_way() {
        let deep = vec![1_u32; 1 << 16];
        let plan = zoned(&graph(&[&[1 << 30], &deep])).unwrap();
        assert_eq!(plan.blocks[0].n_keys(), 1 << 30);
        assert_eq!(plan.blocks[1], KeyMask { key: 1 << 31, mask: u32::MAX });
    }

    #[test]
    fn too_many_bits_are_refused() {
        let error = zoned(&graph(&[&[1 << 31], &[1], &[1]])).err().unwrap();
        assert!(matches!(error, MappingError::KeysExhausted { needed_bits: 33, .. }), "{error}");
    }
}
