//! `gennaker map`.

use std::fmt::Write;
use std::process::ExitCode;
use std::time::Duration;

use gennaker::formats::write_atomically;
use gennaker::mapping::{AtomOrder, Slice, StageTimes, Verified, verify};
use gennaker::{Experiment, Mapped, Mapping, Network};

use crate::args::Map;
use crate::error::CliError;
use crate::output::{Columns, bytes, counted, grouped, name, plain, say, say_json, seconds};
use crate::run::read;
use crate::summary::{MappingSummary, size_of};

/// Lays a network on a machine.
pub(crate) fn map(command: &Map) -> Result<ExitCode, CliError> {
    let experiment = experiment(command)?;
    let mapped = experiment.map()?;
    let verified = if command.verify { Some(verify(&mapped.mapping, &mapped.machine)?) } else { None };
    if let Some(path) = &command.out {
        write_atomically(path, &serde_json::to_vec_pretty(&mapped.mapping).expect("plain data"))?;
    }
    if command.json {
        say_json(&mapped.mapping)?;
    } else {
        say(&text(&experiment.file.network, &mapped, verified))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The network file with what the command line overrides.
fn experiment(command: &Map) -> Result<Experiment, CliError> {
    let mut experiment = read(&command.network, &command.lowering)?;
    let options = &mut experiment.mapping;
    options.placer = command.placer.unwrap_or(options.placer);
    options.router = command.router.unwrap_or(options.router);
    options.keys = command.keys.unwrap_or(options.keys);
    options.compressor = command.compressor.unwrap_or(options.compressor);
    options.compress = command.compress.unwrap_or(options.compress);
    options.recording = command.recording.unwrap_or(options.recording);
    options.max_entries = command.max_entries.or(options.max_entries);
    let timesteps = &mut experiment.file.settings.timesteps;
    *timesteps = command.time.unwrap_or(*timesteps);
    if let Some(machine) = &command.machine {
        experiment.set_machine(machine)?;
    }
    Ok(experiment)
}

fn text(network: &Network, mapped: &Mapped, verified: Option<Verified>) -> String {
    let Mapped { mapping, times, .. } = mapped;
    let mut text = format!(
        "network   {}\nmachine   {}\n\n{}\n",
        size_of(network),
        MappingSummary::new(mapped).text(network),
        populations(network, mapping)
    );
    let mut add = |part: &str| writeln!(text, "{part}").expect("text takes every write");
    if let Some(slice) = mapping.slices.get(mapping.stats.fullest_slice as usize) {
        add(&format!("\n{}", fullest(network, mapping, slice)));
    }
    add(&format!("\nrouting   {}", routing(mapping)));
    add(&format!("time      {}", stages(times)));
    mapping.notes.iter().for_each(|note| add(&format!("note: {}", plain(note))));
    if let Some(verified) = verified {
        add(&format!(
            "verified: {} walked through the tables, {}: every spike reaches exactly its targets, once",
            counted(verified.key_blocks, "key block"),
            counted(verified.deliveries, "delivered packet")
        ));
    }
    text.trim_end().to_owned()
}

/// One line per population: how it is cut.
fn populations(network: &Network, mapping: &Mapping) -> String {
    let mut columns =
        Columns::new(&["population", "neurons", "PEs", "neurons per PE", "fullest PE", "chips"]);
    for (index, population) in network.populations.iter().enumerate() {
        let slices = &mapping.slices[mapping.slices_of(index)];
        let largest = slices.iter().map(Slice::n_neurons).max().unwrap_or(0);
        let used = slices.iter().map(|slice| slice.memory.used_bytes()).max().unwrap_or(0);
        let mut chips: Vec<_> = slices.iter().map(|slice| slice.chip).collect();
        chips.sort_unstable();
        chips.dedup();
        columns.row([
            name(&population.name),
            grouped(population.size),
            grouped(slices.len() as u64),
            grouped(largest),
            bytes(used.into()),
            grouped(chips.len() as u64),
        ]);
    }
    columns.text()
}

/// The memory of the fullest PE, block by block.
fn fullest(network: &Network, mapping: &Mapping, slice: &Slice) -> String {
    let in_blocks = mapping.order(slice.population as usize) != AtomOrder::Contiguous;
    let order = if in_blocks { ", in the order of blocks" } else { "" };
    let population = network.populations.get(slice.population as usize).map_or("", |p| p.name.as_str());
    let mut columns = Columns::new(&["block", "bytes"]);
    for region in &slice.memory.regions {
        columns.row([region.block.name().to_owned(), grouped(region.bytes)]);
    }
    let (population, last) = (name(population), slice.hi.saturating_sub(1));
    let (chip, core) = (slice.chip, slice.core);
    format!(
        "fullest PE: core {core} of chip {chip}, neurons {} to {last} of `{population}`{order}\n{}",
        slice.lo,
        columns.text()
    )
}

fn routing(mapping: &Mapping) -> String {
    let stats = &mapping.stats;
    format!(
        "entries: {} net by net, {} merged, {} in the tables, {} in the fullest router; {} crossed, at most {} in a row",
        grouped(stats.entries_unmerged),
        grouped(stats.entries_uncompressed),
        grouped(stats.entries),
        grouped(stats.max_entries),
        counted(stats.hops, "link"),
        grouped(stats.max_depth)
    )
}

fn stages(times: &StageTimes) -> String {
    let time = |duration: Duration| seconds(duration.as_secs_f64());
    format!(
        "partition {}, connect {}, place {}, keys {}, route {}, tables {}",
        time(times.partition),
        time(times.connect),
        time(times.place),
        time(times.keys),
        time(times.route),
        time(times.tables)
    )
}
