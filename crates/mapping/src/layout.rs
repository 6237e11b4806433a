//! Slices on cores, keys, trees and tables: the stages between partition and memory, which know no neurons.

use std::collections::BTreeMap;
use std::time::Instant;

use gennaker_machine::{ChipXy, Machine};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::compress::compress;
use crate::error::MappingError;
use crate::graph::SliceGraph;
use crate::key::KeyMask;
use crate::keys::{self, KeyPlan};
use crate::options::{CompressWhen, Compressor, MappingOptions};
use crate::place::{Place, place};
use crate::route::{RouteTree, route};
use crate::table::{Route, RoutingTable};
use crate::tables::{ChipEntries, Stop, chip_entries, stops};
use crate::times::StageTimes;
use crate::verify::landings;

/// The routing table of one chip.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ChipTable {
    /// The chip.
    pub chip: ChipXy,
    /// Entries before neighbouring slices were merged, default routes left out, and compression.
    pub n_unmerged: u32,
    /// Entries before compression.
    pub n_uncompressed: u32,
    /// What the router holds.
    pub table: RoutingTable,
}

/// A slice graph laid on a machine.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SliceLayout {
    /// The core of every slice.
    pub places: Vec<Place>,
    /// The key block of every slice; neuron `i` of a slice sends `key + i`.
    pub keys: Vec<KeyMask>,
    /// Distinct multicast trees.
    pub trees: Vec<RouteTree>,
    /// Per net, the index of its tree.
    pub net_trees: Vec<u32>,
    /// Routing tables, ascending by chip; routers without entries are left out.
    pub tables: Vec<ChipTable>,
}

/// Places, keys, routes and tables for a slice graph.
///
/// # Errors
///
/// When cores, DRAM, keys or table entries do not suffice, or faults cut the machine in parts.
pub fn lay_out(
    graph: &SliceGraph,
    machine: &Machine,
    options: &MappingOptions,
) -> Result<SliceLayout, MappingError> {
    lay_out_timed(graph, machine, options, &mut StageTimes::default())
}

/// [`lay_out`] with the time of each stage added to `times`.
pub(crate) fn lay_out_timed(
    graph: &SliceGraph,
    machine: &Machine,
    options: &MappingOptions,
    times: &mut StageTimes,
) -> Result<SliceLayout, MappingError> {
    let start = Instant::now();
    let places = place(graph, machine, options.placer)?;
    times.place = start.elapsed();

    let start = Instant::now();
    let plan = keys::allocate(graph, options.keys)?;
    times.keys = start.elapsed();

    let start = Instant::now();
    let routes = route_nets(graph, &places, machine, options)?;
    times.route = start.elapsed();

    let start = Instant::now();
    let stops_of = chip_stops(graph, &routes);
    let tables = build_tables(graph, &stops_of, &plan, machine, options)?;
    times.tables = start.elapsed();
    Ok(SliceLayout { places, keys: plan.blocks, trees: routes.trees, net_trees: routes.net_trees, tables })
}

/// Trees shared by all nets with the same source chip and the same target chips.
struct Routes {
    trees: Vec<RouteTree>,
    net_trees: Vec<u32>,
    /// Per target set, its cores on each chip.
    landings: Vec<BTreeMap<ChipXy, Route>>,
}

fn route_nets(
    graph: &SliceGraph,
    places: &[Place],
    machine: &Machine,
    options: &MappingOptions,
) -> Result<Routes, MappingError> {
    let landings: Vec<_> = graph.target_sets.par_iter().map(|set| landings(set, places)).collect();
    let mut distinct_chips = BTreeMap::new();
    let mut chips_of_set = Vec::with_capacity(landings.len());
    for landing in &landings {
        let next = distinct_chips.len();
        let chips: Vec<ChipXy> = landing.keys().copied().collect();
        chips_of_set.push(*distinct_chips.entry(chips).or_insert(next));
    }
    let mut chip_lists = vec![&[][..]; distinct_chips.len()];
    for (chips, &id) in &distinct_chips {
        chip_lists[id] = chips;
    }

    let mut jobs = BTreeMap::new();
    let mut net_trees = Vec::with_capacity(graph.nets.len());
    for net in &graph.nets {
        let next = jobs.len() as u32;
        let job = (places[net.source as usize].chip, chips_of_set[net.targets as usize]);
        net_trees.push(*jobs.entry(job).or_insert(next));
    }
    let mut in_order: Vec<_> = jobs.into_iter().collect();
    in_order.sort_unstable_by_key(|&(_, id)| id);
    let find = |&((source, chips), _): &((ChipXy, usize), u32)| {
        route(machine, source, chip_lists[chips], options.router, options.seed)
    };
    let results: Vec<Result<RouteTree, MappingError>> = in_order.par_iter().map(find).collect();
    Ok(Routes { trees: results.into_iter().collect::<Result<_, _>>()?, net_trees, landings })
}

/// What each chip's router has to do, ascending by source slice.
fn chip_stops(graph: &SliceGraph, routes: &Routes) -> BTreeMap<ChipXy, Vec<(u32, Stop)>> {
    let mut patterns = BTreeMap::new();
    let mut stops_of: BTreeMap<ChipXy, Vec<(u32, Stop)>> = BTreeMap::new();
    for (net, &tree) in graph.nets.iter().zip(&routes.net_trees) {
        let pattern = patterns
            .entry((tree, net.targets))
            .or_insert_with(|| stops(&routes.trees[tree as usize], &routes.landings[net.targets as usize]));
        for &(chip, stop) in &*pattern {
            stops_of.entry(chip).or_default().push((net.source, stop));
        }
    }
    stops_of
}

fn build_tables(
    graph: &SliceGraph,
    stops_of: &BTreeMap<ChipXy, Vec<(u32, Stop)>>,
    plan: &KeyPlan,
    machine: &Machine,
    options: &MappingOptions,
) -> Result<Vec<ChipTable>, MappingError> {
    let populations: Vec<u32> = graph.slices.iter().map(|slice| slice.population).collect();
    let router = &machine.spec().chip.router;
    let limit = options.max_entries.unwrap_or(router.table_entries) as usize;
    let leave_out_defaults = options.remove_default_routes && router.default_route;
    let build = |(&chip, stops): (&ChipXy, &Vec<(u32, Stop)>)| {
        let entries = chip_entries(stops, plan, &populations, leave_out_defaults);
        let table = fit_table(chip, &entries, limit, options)?;
        let (n_unmerged, n_uncompressed) = (stops.len() as u32, entries.kept.len() as u32);
        Ok(ChipTable { chip, n_unmerged, n_uncompressed, table })
    };
    let results: Vec<Result<ChipTable, MappingError>> = stops_of.par_iter().map(build).collect();
    let mut tables: Vec<ChipTable> = results.into_iter().collect::<Result<_, _>>()?;
    tables.retain(|chip| !chip.table.entries.is_empty());
    Ok(tables)
}

fn fit_table(
    chip: ChipXy,
    entries: &ChipEntries,
    limit: usize,
    options: &MappingOptions,
) -> Result<RoutingTable, MappingError> {
    let target = match options.compress {
        CompressWhen::Needed => limit,
        CompressWhen::Always => 0,
    };
    let table = compress(&entries.kept, &entries.defaulted, options.compressor, target);
    if table.len() <= limit {
        return Ok(RoutingTable { entries: table });
    }
    let remedy = match options.compressor {
        Compressor::None => "choose a compressor, for example `smaller`",
        _ => {
            "use key allocator `zoned` and placer `application_grouped`, or spread the network over more chips"
        }
    };
    Err(MappingError::TableFull { chip, entries: table.len(), limit, remedy })
}
