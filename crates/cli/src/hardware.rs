//! What a search asks of a machine, and what that comes to: the hardware's part of `gennaker qubo`.

use std::path::Path;

use gennaker::AccountOptions;
use gennaker::optimisation::{HardwareOptions, Optimisation, OptimisationHardware, spiking_experiment};
use gennaker::qubo::spiking::Coding;

use crate::account::given;
use crate::args::Qubo;
use crate::error::CliError;
use crate::nir::write_network;
use crate::output::{counted, grouped, large, name, plain, seconds, short};

/// The machine and assumptions of the command line, if a machine was named.
pub(crate) fn options(command: &Qubo) -> Result<Option<HardwareOptions>, CliError> {
    let hardware = all_options(command)?;
    Ok(command.machine.is_some().then_some(hardware))
}

fn all_options(command: &Qubo) -> Result<HardwareOptions, CliError> {
    let mut account = AccountOptions::default();
    let given = given(&command.assumptions)?;
    if let (Some((option, _)), None) = (given.first(), &command.machine) {
        return Err(CliError::NeedsMachine { option: option.clone() });
    }
    let coding = match &command.coding {
        Some(_) if command.machine.is_none() && command.network.is_none() => {
            return Err(CliError::NeedsMachine { option: "coding".to_owned() });
        }
        Some(coding) => coding.parse()?,
        None => Coding::default(),
    };
    given.iter().try_for_each(|(key, value)| account.set(key, value))?;
    let machine = command.machine.clone().filter(|machine| machine != "auto");
    Ok(HardwareOptions { machine, coding, account, ..HardwareOptions::default() })
}

/// Writes the spiking network to a new folder.
pub(crate) fn write_spiking(
    command: &Qubo,
    optimisation: &Optimisation,
    folder: &Path,
) -> Result<(), CliError> {
    let hardware = all_options(command)?;
    let experiment = spiking_experiment(optimisation.ising(), &optimisation.options, &hardware)?;
    write_network(&experiment.file, folder)
}

/// What a person reads.
pub(crate) fn text(hardware: &OptimisationHardware) -> Vec<String> {
    let h = hardware;
    let split = if h.n_parts_per_weight > 1.0 {
        format!(", {} synapses to a weight", short(h.n_parts_per_weight))
    } else {
        String::new()
    };
    let mut lines = vec![
        format!(
            "\nmachine   {}: {} of {} `{}` neurons and {} synapses{split}, on {}; {} would fit",
            name(&h.machine),
            counted(h.n_replicas, "read"),
            grouped(h.n_neurons_per_replica),
            h.model,
            grouped(h.n_synapses_per_replica),
            counted(h.n_pes as u64, "PE"),
            grouped(h.n_replicas_that_fit as u64),
        ),
        format!(
            "          {} of {}: {}{}; ticks of {} would do",
            counted(h.n_ticks, "tick"),
            seconds(h.tick_s),
            seconds(h.duration_s),
            if h.in_time { "" } else { ", not in time" },
            seconds(h.shortest_tick_s),
        ),
        format!(
            "          {} J, {} J for each read ({} J of its own PEs); {} spikes, {} synaptic events",
            short(h.energy_j),
            short(h.energy_per_replica_j),
            short(h.pe_energy_j / f64::from(h.n_replicas.max(1))),
            large(h.n_spikes as f64),
            large(h.n_synaptic_events as f64),
        ),
    ];
    if let Some(target) = h.to_target {
        lines.push(format!(
            "          target with probability 0.99 by one read after the other: {} ticks, {}, {} J",
            short(target.n_ticks),
            seconds(target.duration_s),
            short(target.energy_j)
        ));
    }
    lines.extend(h.notes.iter().map(|note| format!("note: {}", plain(note))));
    lines
}
