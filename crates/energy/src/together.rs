//! Whether a network, a mapping and a machine belong together. A mapping may have been read from a file that somebody else wrote.

use gennaker_machine::Machine;
use gennaker_mapping::{Mapping, RouteTree, RoutedNet, Slice};
use gennaker_network::Network;

use crate::error::EnergyError;

/// Refuses a mapping of another network, or on another machine.
///
/// # Errors
/// [`EnergyError::Mismatch`] with the first thing that does not fit.
pub fn check_together(network: &Network, mapping: &Mapping, machine: &Machine) -> Result<(), EnergyError> {
    check_populations(network, mapping)
        .and_then(|()| check_places(mapping, machine))
        .and_then(|()| check_nets(mapping))
        .and_then(|()| mapping.trees.iter().try_for_each(|tree| check_tree(tree, machine)))
        .map_err(|problem| EnergyError::Mismatch {
            what: "the network, the mapping and the machine",
            problem,
        })
}

/// Every neuron has one place.
fn check_populations(network: &Network, mapping: &Mapping) -> Result<(), String> {
    let n_populations = network.populations.len();
    if let Some(slice) = mapping.slices.iter().find(|slice| slice.population as usize >= n_populations) {
        return Err(format!(
            "the mapping has a population {}, the network has {n_populations}",
            slice.population
        ));
    }
    if !mapping.slices.is_sorted_by_key(|slice| slice.population) {
        return Err("the mapping's populations are not in order".to_owned());
    }
    for (index, population) in network.populations.iter().enumerate() {
        let mut next = 0;
        let mut follows = |slice: &Slice| {
            let lo = std::mem::replace(&mut next, slice.hi);
            lo == slice.lo && slice.lo < slice.hi
        };
        if !mapping.order(index).fits(population.size) {
            return Err(format!(
                "the mapping's order of population `{}` is not one of {} neurons",
                population.name, population.size
            ));
        }
        let is_contiguous = mapping.slices[mapping.slices_of(index)].iter().all(&mut follows);
        if !is_contiguous || next != population.size {
            return Err(format!(
                "population `{}` has {} neurons, the mapping has places for {next}",
                population.name, population.size
            ));
        }
    }
    Ok(())
}

/// Every slice has a PE of its own.
fn check_places(mapping: &Mapping, machine: &Machine) -> Result<(), String> {
    let name = &machine.spec().name;
    let mut places: Vec<_> = mapping.slices.iter().map(|slice| (slice.chip, slice.core)).collect();
    places.sort_unstable();
    if let Some((chip, _)) = places.iter().find(|(chip, _)| !machine.contains(*chip)) {
        return Err(format!("the mapping uses chip {chip}, machine `{name}` has none there"));
    }
    let works = |(chip, core): &(_, u8)| machine.application_cores(*chip).any(|own| own == *core);
    if let Some((chip, core)) = places.iter().find(|place| !works(place)) {
        return Err(format!(
            "the mapping uses core {core} of chip {chip}, machine `{name}` has none there for a network"
        ));
    }
    match places.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("the mapping uses core {} of chip {} twice", pair[0].1, pair[0].0)),
        None => Ok(()),
    }
}

/// Every net leads from a slice to slices, over a tree that begins at the source and passes all their chips.
fn check_nets(mapping: &Mapping) -> Result<(), String> {
    if !mapping.nets.is_sorted_by(|a, b| a.source < b.source) {
        return Err("the mapping's nets are not in order".to_owned());
    }
    let is_sound = |net: &&RoutedNet| {
        let chip_of = |slice: u32| mapping.slices.get(slice as usize).map(|slice| slice.chip);
        let targets = mapping.target_sets.get(net.targets as usize).filter(|targets| !targets.is_empty());
        let (Some(targets), Some(tree)) = (targets, mapping.trees.get(net.tree as usize)) else {
            return false;
        };
        let mut chips: Vec<_> = tree.nodes.iter().map(|node| node.chip).collect();
        let begins = chips.first().is_some_and(|&root| chip_of(net.source) == Some(root));
        chips.sort_unstable();
        let reaches = |&target: &u32| chip_of(target).is_some_and(|chip| chips.binary_search(&chip).is_ok());
        begins && targets.iter().all(reaches) && targets.is_sorted_by(|a, b| a < b)
    };
    match mapping.nets.iter().find(|net| !is_sound(net)) {
        Some(net) => Err(format!(
            "the net of slice {} names slices or a tree that are not there, or do not meet",
            net.source
        )),
        None => Ok(()),
    }
}

/// Every node but the first hangs on an earlier one, over a link that is there.
fn check_tree(tree: &RouteTree, machine: &Machine) -> Result<(), String> {
    let is_there = |(index, node): &(usize, &gennaker_mapping::TreeNode)| match node.from {
        None => *index == 0 && machine.contains(node.chip),
        Some((parent, link)) => tree.nodes[..*index]
            .get(parent as usize)
            .is_some_and(|parent| machine.neighbour(parent.chip, link) == Some(node.chip)),
    };
    match tree.nodes.iter().enumerate().find(|node| !is_there(node)) {
        Some((_, node)) => Err(format!(
            "a route leads to chip {}, which machine `{}` does not connect there",
            node.chip,
            machine.spec().name
        )),
        None => Ok(()),
    }
}
