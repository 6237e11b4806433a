//! All stages in a row: from a network and a machine to a mapping.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::Instant;

use gennaker_machine::Machine;
use gennaker_network::Network;
use rayon::prelude::*;

use crate::blocks::{Image, image};
use crate::budget::{BlockSizes, MemoryMap};
use crate::capacity::check_capacity;
use crate::cost::{Bound, PopulationCost, Recorder};
use crate::error::MappingError;
use crate::graph::{Net, SliceDemand, SliceGraph};
use crate::inputs::{Cuts, SliceInputs, count_inputs};
use crate::layout::{SliceLayout, lay_out_timed};
use crate::mapping::{Mapping, MappingStats, RoutedNet, Slice};
use crate::options::{MappingOptions, RecordingPlace};
use crate::order::AtomOrder;
use crate::partition::{Cut, cut};
use crate::place::check_room;
use crate::times::StageTimes;

/// Lays a network on a machine.
///
/// # Errors
///
/// When the network is not valid, or a limit of the machine is passed; see [`MappingError`].
pub fn map(network: &Network, machine: &Machine, options: &MappingOptions) -> Result<Mapping, MappingError> {
    map_timed(network, machine, options).map(|(mapping, _)| mapping)
}

/// [`map`], and how long each stage took.
///
/// # Errors
///
/// As [`map`].
pub fn map_timed(
    network: &Network,
    machine: &Machine,
    options: &MappingOptions,
) -> Result<(Mapping, StageTimes), MappingError> {
    network.validate()?;
    check_capacity(network, machine)?;
    let mut times = StageTimes::default();
    let start = Instant::now();
    let pe = &machine.spec().chip.pe;
    let mut costs: Vec<PopulationCost<'_>> = (0..network.populations.len())
        .map(|index| PopulationCost::new(network, index, pe, options))
        .collect();
    times.partition = start.elapsed();

    let (chosen, inputs) = cut_and_count(network, machine, options, &mut costs, &mut times)?;
    let start = Instant::now();
    let mut slices = make_slices(&costs, &chosen, inputs);
    let graph = slice_graph(&slices);
    times.connect += start.elapsed();

    let layout = lay_out_timed(&graph, machine, options, &mut times)
        .map_err(|error| name_population(error, network, &slices))?;
    for (slice, (place, keys)) in slices.iter_mut().zip(layout.places.iter().zip(&layout.keys)) {
        (slice.made.chip, slice.made.core) = (place.chip, place.core);
        (slice.made.key, slice.made.mask) = (keys.key, keys.mask);
    }
    let notes = costs
        .iter()
        .zip(&chosen)
        .filter_map(|(cost, cut)| recording_note(cost, *cut, options.recording))
        .collect();
    let orders = chosen.iter().map(|cut| cut.order).collect();
    Ok((assemble((orders, slices), graph, layout, notes, machine, options), times))
}

/// Cuts all populations and counts the synapses of the slices. Where the counted rows turn out larger than was
/// likely, the population is cut once more, by what is certain.
fn cut_and_count(
    network: &Network,
    machine: &Machine,
    options: &MappingOptions,
    costs: &mut [PopulationCost<'_>],
    times: &mut StageTimes,
) -> Result<(Vec<Cut>, Vec<SliceInputs>), MappingError> {
    let images: Vec<Option<Image>> = (0..costs.len()).map(|index| image(network, index, options)).collect();
    loop {
        let start = Instant::now();
        let cut =
            |(cost, &image): (&mut PopulationCost<'_>, &Option<Image>)| cut(cost, options.recording, image);
        let chosen: Vec<Cut> = costs.iter_mut().zip(&images).map(cut).collect::<Result<_, _>>()?;
        let cuts = number_slices(network, &chosen);
        check_room(cuts.iter().map(|cut| cut.n_slices() as usize).sum(), machine)?;
        times.partition += start.elapsed();

        let start = Instant::now();
        let inputs = count_inputs(network, &cuts);
        times.connect += start.elapsed();
        let mut again = false;
        for ((cost, &chosen), cut) in costs.iter_mut().zip(&chosen).zip(&cuts) {
            let inputs = &inputs[cut.first_slice as usize..(cut.first_slice + cut.n_slices()) as usize];
            if cost.bound == Bound::Likely && !all_fit(cost, chosen, inputs) {
                cost.bound = Bound::Certain;
                again = true;
            }
        }
        if !again {
            return Ok((chosen, inputs));
        }
    }
}

fn all_fit(cost: &PopulationCost<'_>, cut: Cut, inputs: &[SliceInputs]) -> bool {
    cut.slices(cost.population.size).zip(inputs).all(|(range, input)| {
        sizes(cost, &range, input, cut.recorder).total() <= u64::from(cost.sram_bytes())
    })
}

fn sizes(
    cost: &PopulationCost<'_>,
    range: &Range<u32>,
    input: &SliceInputs,
    recorder: Recorder,
) -> BlockSizes {
    cost.with_rows(range, input.bytes, input.blocks.len() as u64, recorder)
}

/// A slice with what the routing stages need of it.
struct Draft {
    made: Slice,
    /// Slices that send to it, ascending.
    sources: Vec<u32>,
}

fn number_slices(network: &Network, chosen: &[Cut]) -> Vec<Cuts> {
    let mut first_slice = 0;
    let number = |(population, cut): (&gennaker_network::Population, &Cut)| {
        let Cut { atoms_per_core, order, .. } = *cut;
        let cuts = Cuts { size: population.size, atoms_per_core, first_slice, order };
        first_slice += cuts.n_slices();
        cuts
    };
    network.populations.iter().zip(chosen).map(number).collect()
}

fn make_slices(costs: &[PopulationCost<'_>], chosen: &[Cut], inputs: Vec<SliceInputs>) -> Vec<Draft> {
    let populations = (0_u32..).zip(costs.iter().zip(chosen));
    let ranges = populations.flat_map(|(index, (cost, cut))| {
        cut.slices(cost.population.size).map(move |range| (index, cost, *cut, range))
    });
    let both: Vec<_> = ranges.zip(inputs).collect();
    both.into_par_iter()
        .map(|((population, cost, cut, range), input)| {
            let sizes = sizes(cost, &range, &input, cut.recorder);
            debug_assert!(sizes.total() <= u64::from(cost.sram_bytes()));
            let made = Slice {
                population,
                lo: range.start,
                hi: range.end,
                chip: (0, 0).into(),
                core: 0,
                key: 0,
                mask: 0,
                memory: MemoryMap::new(&sizes, cost.sram_bytes()),
                dram_bytes: cost.dram_bytes(&range, cut.recorder),
                inputs: input.blocks,
            };
            Draft { made, sources: input.sources }
        })
        .collect()
}

/// Turns "who sends to me" into "whom do I send to", with equal answers stored once.
fn slice_graph(slices: &[Draft]) -> SliceGraph {
    let demand = |draft: &Draft| SliceDemand {
        population: draft.made.population,
        n_neurons: draft.made.n_neurons(),
        dram_bytes: draft.made.dram_bytes,
    };
    let mut targets_of: Vec<Vec<u32>> = vec![Vec::new(); slices.len()];
    for (target, draft) in (0_u32..).zip(slices) {
        draft.sources.iter().for_each(|&source| targets_of[source as usize].push(target));
    }
    let mut known: BTreeMap<Vec<u32>, u32> = BTreeMap::new();
    let mut nets = Vec::new();
    for (source, targets) in (0_u32..).zip(targets_of) {
        if !targets.is_empty() {
            let next = known.len() as u32;
            nets.push(Net { source, targets: *known.entry(targets).or_insert(next) });
        }
    }
    let mut target_sets = vec![Vec::new(); known.len()];
    for (set, id) in known {
        target_sets[id as usize] = set;
    }
    SliceGraph { slices: slices.iter().map(demand).collect(), nets, target_sets }
}

/// The routing stages know slices only; users know populations.
fn name_population(error: MappingError, network: &Network, slices: &[Draft]) -> MappingError {
    match error {
        MappingError::DramFull { slice, needed_bytes, machine } => {
            let population = slices[slice as usize].made.population as usize;
            let population = network.populations[population].name.clone();
            MappingError::RecordingTooLong { population, needed_bytes, machine }
        }
        other => other,
    }
}

fn recording_note(cost: &PopulationCost<'_>, cut: Cut, place: RecordingPlace) -> Option<String> {
    let n = cost.population.size.min(cut.atoms_per_core);
    let bytes = cost.dram_bytes(&(0..n), Recorder::Dram);
    if cut.recorder != Recorder::Dram || bytes == 0 {
        return None;
    }
    let name = &cost.population.name;
    Some(match place {
        RecordingPlace::Dram => {
            format!("population `{name}`: recordings of up to {bytes} B per PE go to DRAM")
        }
        _ => format!(
            "population `{name}`: recordings of up to {bytes} B per PE do not fit in SRAM beside {n} neuron{} and go to DRAM",
            if n == 1 { "" } else { "s" }
        ),
    })
}

fn assemble(
    (orders, slices): (Vec<AtomOrder>, Vec<Draft>),
    graph: SliceGraph,
    layout: SliceLayout,
    notes: Vec<String>,
    machine: &Machine,
    options: &MappingOptions,
) -> Mapping {
    let routed = graph.nets.iter().zip(&layout.net_trees);
    let mut mapping = Mapping {
        machine: machine.spec().name.clone(),
        options: options.clone(),
        orders,
        slices: slices.into_iter().map(|draft| draft.made).collect(),
        nets: routed
            .map(|(net, &tree)| RoutedNet { source: net.source, targets: net.targets, tree })
            .collect(),
        target_sets: graph.target_sets,
        trees: layout.trees,
        tables: layout.tables,
        notes,
        stats: MappingStats::default(),
    };
    mapping.stats = totals(&mapping);
    mapping
}

fn totals(mapping: &Mapping) -> MappingStats {
    let used = |slice: &Slice| slice.memory.used_bytes();
    let fullest = (0..mapping.slices.len()).max_by_key(|&s| (used(&mapping.slices[s]), std::cmp::Reverse(s)));
    let chips: BTreeSet<_> = mapping.slices.iter().map(|slice| slice.chip).collect();
    let synapses = |slice: &Slice| slice.inputs.iter().map(|input| u64::from(input.n_synapses)).sum::<u64>();
    let entries = || mapping.tables.iter().map(|chip| chip.table.entries.len());
    MappingStats {
        n_pes: mapping.slices.len() as u32,
        n_chips: chips.len() as u32,
        entries_unmerged: mapping.tables.iter().map(|chip| u64::from(chip.n_unmerged)).sum(),
        entries_uncompressed: mapping.tables.iter().map(|chip| u64::from(chip.n_uncompressed)).sum(),
        entries: entries().map(|n| n as u64).sum(),
        max_entries: entries().max().unwrap_or(0) as u32,
        hops: mapping.nets.iter().map(|&net| mapping.tree(net).n_hops() as u64).sum(),
        max_depth: mapping.trees.iter().map(|tree| tree.depth()).max().unwrap_or(0),
        n_synapses: mapping.slices.iter().map(synapses).sum(),
        max_memory_bytes: fullest.map_or(0, |s| used(&mapping.slices[s])),
        fullest_slice: fullest.unwrap_or(0) as u32,
        dram_bytes: mapping.slices.iter().map(|slice| slice.dram_bytes).sum(),
    }
}
