//! The machine with what lies on it.

use std::collections::{BTreeMap, BTreeSet};

use gennaker_energy::{Account, LinkAccount, PeAccount, RouterAccount};
use gennaker_machine::{ChipXy, CorePosition, Generation, Link, Machine, spinnaker2};
use gennaker_mapping::{Mapping, Slice};
use gennaker_network::Network;
use gennaker_report::numbers::counted;
use gennaker_report::page::{Chips, Fold, Links, MachineMap, Metric, Packed, Pes, Shading, Tree};

use crate::experiment::Mapped;

/// Links that all trees of a page may have, one by one: 2.7 MB of it.
const MAX_TREE_LINKS: usize = 250_000;

/// The machine of a mapping; what a run did to it, if that is known.
pub(super) fn map(network: &Network, mapped: &Mapped, account: Option<&Account>) -> MachineMap {
    let Mapped { machine, mapping, .. } = mapped;
    let chips: Vec<ChipXy> = machine.chips().collect();
    let index: BTreeMap<ChipXy, u32> = chips.iter().copied().zip(0..).collect();
    let used = used_links(mapping);
    let (core_grid, core_places) = core_places(machine);
    MachineMap {
        name: machine.spec().name.clone(),
        words: words(machine, mapping),
        width: machine.width(),
        height: machine.height(),
        wraps: machine.wraps(),
        chips: columns_of_chips(machine, &chips),
        core_grid,
        core_places,
        n_application_cores: n_application_cores(machine, &chips),
        pes: columns_of_pes(mapping, &index),
        pe_metrics: pe_metrics(machine, mapping, account),
        chip_metrics: chip_metrics(machine, mapping, &chips, &index, account),
        links: Links {
            from: Packed::U32(used.iter().map(|(chip, _)| index[chip]).collect()),
            direction: Packed::U8(used.iter().map(|&(_, link)| link as u8).collect()),
        },
        link_metrics: account.map_or_else(Vec::new, |account| link_metrics(&used, account)),
        trees: trees(network, mapping, &used),
    }
}

fn words(machine: &Machine, mapping: &Mapping) -> String {
    let spec = machine.spec();
    format!(
        "{}, {} PEs each; {} on {} in use",
        counted(machine.n_chips() as u64, "chip"),
        spec.chip.n_pes,
        counted(mapping.stats.n_pes.into(), "PE"),
        counted(mapping.stats.n_chips.into(), "chip"),
    )
}

fn columns_of_chips(machine: &Machine, chips: &[ChipXy]) -> Chips {
    let by_frame = machine.boards_by_frame();
    let boards = by_frame.clone().unwrap_or_else(|| machine.boards());
    let number: BTreeMap<ChipXy, u32> = boards.iter().copied().zip(0..).collect();
    let of =
        |&chip: &ChipXy| machine.board_of(chip).and_then(|board| number.get(&board).copied()).unwrap_or(0);
    let per_frame = spinnaker2::BOARDS_PER_FRAME.value;
    let per_rack = spinnaker2::BOARDS_PER_RACK.value;
    let has_racks = by_frame.is_some() && (boards.len() as u32).is_multiple_of(per_rack);
    Chips {
        x: Packed::U16(chips.iter().map(|chip| chip.x).collect()),
        y: Packed::U16(chips.iter().map(|chip| chip.y).collect()),
        // A rectangle of chips is no board.
        board: Packed::U32(if chips.len() > 1 { chips.iter().map(of).collect() } else { Vec::new() }),
        boards_per_frame: if by_frame.is_some() { per_frame } else { 0 },
        boards_per_rack: if has_racks { per_rack } else { 0 },
    }
}

/// Columns and rows of a chip's grid of PEs, and where in it each core is.
fn core_places(machine: &Machine) -> ([u8; 2], Vec<[u8; 2]>) {
    let chip = &machine.spec().chip;
    let n_cores = chip.n_cores() as u8;
    if machine.spec().generation == Generation::Spinnaker2 {
        // QuadPEs are numbered from 1; the four PEs of one stand two by two.
        let place = |at: CorePosition| [(at.quad.x - 1) * 2 + at.pe % 2, (at.quad.y - 1) * 2 + at.pe / 2];
        let places = (0..n_cores).map(|core| machine.core_position(core).map_or([255, 255], place));
        return ([14, 12], places.collect());
    }
    let columns = (1..=n_cores).find(|n| u16::from(*n) * u16::from(*n) >= u16::from(n_cores)).unwrap_or(1);
    (
        [columns, n_cores.div_ceil(columns)],
        (0..n_cores).map(|core| [core % columns, core / columns]).collect(),
    )
}

fn n_application_cores(machine: &Machine, chips: &[ChipXy]) -> Packed {
    let n: Vec<u8> = chips.iter().map(|&chip| machine.n_application_cores(chip) as u8).collect();
    let are_alike = n.windows(2).all(|pair| pair[0] == pair[1]);
    Packed::U8(if are_alike { n.into_iter().take(1).collect() } else { n })
}

fn columns_of_pes(mapping: &Mapping, index: &BTreeMap<ChipXy, u32>) -> Pes {
    let column = |of: &dyn Fn(&Slice) -> u32| Packed::U32(mapping.slices.iter().map(of).collect());
    Pes {
        chip: column(&|slice| index[&slice.chip]),
        core: Packed::U8(mapping.slices.iter().map(|slice| slice.core).collect()),
        population: column(&|slice| slice.population),
        lo: column(&|slice| slice.lo),
        hi: column(&|slice| slice.hi),
    }
}

fn metric(key: &str, label: &str, unit: &str, values: Vec<f32>) -> Metric {
    Metric {
        key: key.to_owned(),
        label: label.to_owned(),
        unit: unit.to_owned(),
        values: Packed::F32(values),
        ..Metric::default()
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "seven digits are enough to look at"
)]
fn pe_metrics(machine: &Machine, mapping: &Mapping, account: Option<&Account>) -> Vec<Metric> {
    let of_slices = |of: &dyn Fn(&Slice) -> f32| mapping.slices.iter().map(of).collect::<Vec<f32>>();
    let memory = of_slices(&|slice| slice.memory.used_bytes() as f32);
    let neurons = of_slices(&|slice| slice.n_neurons() as f32);
    let mut metrics = vec![
        Metric {
            limit: Some(machine.spec().chip.pe.sram_bytes.into()),
            fold: Fold::Max,
            ..metric("memory", "memory in use", "B", memory)
        },
        metric("neurons", "neurons", "", neurons),
    ];
    let Some(account) = account else { return metrics };
    let of =
        |of: &dyn Fn(&PeAccount) -> f64| account.pes.iter().map(|pe| of(pe) as f32).collect::<Vec<f32>>();
    let logarithmic = |metric| Metric { shading: Shading::Logarithmic, ..metric };
    let fullest = |metric, limit| Metric { limit: Some(limit), fold: Fold::Max, ..metric };
    metrics.extend([
        fullest(
            metric("time", "latest end of work", "% of the tick", of(&|pe| 100.0 * pe.max_time_done)),
            100.0,
        ),
        Metric { fold: Fold::Max, ..metric("busy", "time busy", "%", of(&|pe| 100.0 * pe.busy_fraction)) },
        metric("late", "ticks not done in time", "", of(&|pe| pe.overruns.into())),
        logarithmic(metric("spikes", "spikes sent", "", of(&|pe| pe.sent as f64))),
        logarithmic(metric("packets", "packets received", "", of(&|pe| pe.packets as f64))),
        logarithmic(metric("events", "synaptic events", "", of(&|pe| pe.events as f64))),
        metric("energy", "energy of the PE", "mJ", of(&|pe| 1e3 * pe.energy_j)),
        Metric {
            fold: Fold::Max,
            ..metric("fifo", "most packets waiting in a tick", "", of(&|pe| pe.max_packets.into()))
        },
    ]);
    metrics
}

#[expect(clippy::cast_precision_loss, reason = "seven digits are enough to look at")]
fn chip_metrics(
    machine: &Machine,
    mapping: &Mapping,
    chips: &[ChipXy],
    index: &BTreeMap<ChipXy, u32>,
    account: Option<&Account>,
) -> Vec<Metric> {
    let mut entries = vec![0.0f32; chips.len()];
    for table in &mapping.tables {
        if let Some(&chip) = index.get(&table.chip) {
            entries[chip as usize] = table.table.entries.len() as f32;
        }
    }
    let mut metrics = vec![Metric {
        limit: Some(machine.spec().chip.router.table_entries.into()),
        fold: Fold::Max,
        ..metric("table", "routing entries", "", entries)
    }];
    let Some(account) = account else { return metrics };
    let column = |of: &dyn Fn(&RouterAccount) -> f64| {
        let mut values = vec![0.0f32; chips.len()];
        for router in &account.routers {
            if let Some(&chip) = index.get(&router.chip) {
                values[chip as usize] = of(router) as f32;
            }
        }
        values
    };
    metrics.extend([
        Metric {
            shading: Shading::Logarithmic,
            ..metric("router", "packets through the router", "", column(&|r| r.packets as f64))
        },
        Metric {
            limit: Some(100.0),
            fold: Fold::Max,
            ..metric(
                "router_load",
                "load of the router in its busiest burst",
                "%",
                column(&|r| 100.0 * r.burst_load),
            )
        },
    ]);
    metrics
}

/// Directed links that packets may cross, ascending by chip, then link.
fn used_links(mapping: &Mapping) -> Vec<(ChipXy, Link)> {
    let crossed = mapping.trees.iter().flat_map(|tree| {
        tree.nodes
            .iter()
            .filter_map(|node| node.from)
            .map(|(parent, link)| (tree.nodes[parent as usize].chip, link))
    });
    crossed.collect::<BTreeSet<_>>().into_iter().collect()
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "seven digits are enough to look at"
)]
fn link_metrics(used: &[(ChipXy, Link)], account: &Account) -> Vec<Metric> {
    let known: BTreeMap<(ChipXy, Link), &LinkAccount> =
        account.links.iter().map(|own| ((own.link.chip, own.link.link), own)).collect();
    let column = |of: &dyn Fn(&LinkAccount) -> f64| {
        used.iter().map(|link| known.get(link).map_or(0.0, |own| of(own) as f32)).collect::<Vec<f32>>()
    };
    vec![
        Metric {
            shading: Shading::Logarithmic,
            ..metric("link", "packets over the link", "", column(&|own| own.packets as f64))
        },
        Metric {
            fold: Fold::Max,
            ..metric("link_peak", "most packets in a tick", "", column(&|own| own.max_per_tick.into()))
        },
        Metric {
            limit: Some(100.0),
            fold: Fold::Max,
            ..metric(
                "link_load",
                "load of the link in its busiest burst",
                "%",
                column(&|own| 100.0 * own.burst_load),
            )
        },
    ]
}

/// The trees of each population that sends, laid over each other; of very many, the first.
fn trees(network: &Network, mapping: &Mapping, used: &[(ChipXy, Link)]) -> Vec<Tree> {
    let (mut trees, mut left) = (Vec::new(), MAX_TREE_LINKS);
    for population in 0..network.populations.len() {
        let tree = tree(mapping, used, population);
        let n = tree.links.len() + tree.targets.len();
        if n > 0 && n <= left {
            left -= n;
            trees.push(tree);
        }
    }
    trees
}

fn tree(mapping: &Mapping, used: &[(ChipXy, Link)], population: usize) -> Tree {
    let mut n_sources: BTreeMap<u32, u32> = BTreeMap::new();
    let mut targets = BTreeSet::new();
    for net in mapping.slices_of(population).filter_map(|slice| mapping.net_of(slice)) {
        let nodes = &mapping.tree(net).nodes;
        for (parent, link) in nodes.iter().filter_map(|node| node.from) {
            let place = used.binary_search(&(nodes[parent as usize].chip, link));
            *n_sources.entry(place.unwrap_or(0) as u32).or_default() += 1;
        }
        targets.extend(mapping.targets(net).iter().copied());
    }
    Tree {
        population: population as u32,
        links: Packed::U32(n_sources.keys().copied().collect()),
        n_sources: Packed::U32(n_sources.into_values().collect()),
        targets: Packed::U32(targets.into_iter().collect()),
    }
}

/// A sentence about populations that send, but whose trees a page has no room for.
pub(super) fn trees_left_out(mapping: &Mapping, map: &MachineMap) -> Option<String> {
    let senders: BTreeSet<u32> =
        mapping.nets.iter().map(|net| mapping.slices[net.source as usize].population).collect();
    let n = senders.len() - map.trees.len();
    let n = (n > 0).then(|| counted(n as u64, "population"))?;
    Some(format!("the multicast trees of {n} were left out: they would make this page too large"))
}
