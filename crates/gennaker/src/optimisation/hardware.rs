//! What the machine would need to find the solutions that the host has found: ticks, seconds, joules.

use gennaker_energy::{Account, AccountOptions};
use gennaker_engine::{PopulationRecording, Recordings};
use gennaker_mapping::MappingOptions;
use gennaker_network::{Network, Population};
use gennaker_qubo::Ising;
use gennaker_qubo::solver::{Flips, Options, Outcome, Solution, TimeToTarget};
use gennaker_qubo::spiking::{Coding, SpikingProblem};
use serde::Serialize;

use crate::account::Accounted;
use crate::error::Error;
use crate::experiment::{Experiment, Mapped};

/// Flips that are kept of each replica for the account, eight bytes each: beyond, the account is of the ticks until then.
pub const MAX_KEPT_FLIPS: usize = 1 << 26;
/// The most flips that are kept, and spikes that are accounted for, of all replicas together: 2^28, 2 GiB.
const MAX_IN_ALL: usize = 1 << 28;

/// How many flips to keep of each of so many replicas: [`MAX_KEPT_FLIPS`], and fewer of many.
pub(super) fn n_kept_flips(n_replicas: u32) -> usize {
    (MAX_IN_ALL / (n_replicas as usize).max(1)).clamp(1, MAX_KEPT_FLIPS)
}

/// On which machine, and under which assumptions.
#[derive(Debug, Clone)]
pub struct HardwareOptions {
    /// A preset or a machine file; none: one chip, or the smallest machine that has room.
    pub machine: Option<String>,
    /// What spikes tell.
    pub coding: Coding,
    /// How the network is laid out.
    pub mapping: MappingOptions,
    /// Real duration of a tick, ms.
    pub tick_ms: f64,
    /// The assumptions of the account.
    pub account: AccountOptions,
}

impl Default for HardwareOptions {
    fn default() -> Self {
        Self {
            machine: None,
            coding: Coding::default(),
            mapping: MappingOptions::default(),
            tick_ms: 1.0,
            account: AccountOptions::default(),
        }
    }
}

/// What a machine would need for a run of the solver, replica by replica the same states and spikes.
#[derive(Debug, Clone, Serialize)]
pub struct OptimisationHardware {
    /// Name of the machine.
    pub machine: String,
    /// What spikes tell: `changes` or `states`.
    pub coding: String,
    /// Neuron model.
    pub model: String,
    /// Neurons of a replica.
    pub n_neurons_per_replica: u32,
    /// Synapses of a replica.
    pub n_synapses_per_replica: u64,
    /// Synapses that hold one direction of a coupling, on average: above 1 where weights are split over several.
    pub n_parts_per_weight: f64,
    /// Replicas side by side.
    pub n_replicas: u32,
    /// PEs in use.
    pub n_pes: usize,
    /// Replicas that the machine has PEs for.
    pub n_replicas_that_fit: usize,
    /// Chips in use.
    pub n_chips: u32,
    /// Ticks accounted for: those until the last replica ended.
    pub n_ticks: u32,
    /// Real duration of a tick, s.
    pub tick_s: f64,
    /// The shortest tick that would have done, s.
    pub shortest_tick_s: f64,
    /// Whether every PE was done in time in every tick.
    pub in_time: bool,
    /// Time of the run, s.
    pub duration_s: f64,
    /// Energy of the machine, J.
    pub energy_j: f64,
    /// That of PEs in use, J.
    pub pe_energy_j: f64,
    /// Energy of the machine for each replica, J: the machine's divided by the replicas side by side, so a full machine does it for less.
    pub energy_per_replica_j: f64,
    /// Spikes sent.
    pub n_spikes: u64,
    /// Packets received by PEs.
    pub n_packets: u64,
    /// Synaptic events.
    pub n_synaptic_events: u64,
    /// What it takes to meet the target with probability 0.99, if there was one and it was met.
    pub to_target: Option<HardwareToTarget>,
    /// What else a user should know.
    pub notes: Vec<String>,
    /// The account in full.
    #[serde(skip)]
    pub account: Account,
}

/// What it takes to meet the target with probability 0.99, with replicas one after the other in the place of one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HardwareToTarget {
    /// Ticks, as [`TimeToTarget::ticks_99`] says.
    pub n_ticks: f64,
    /// Time, s.
    pub duration_s: f64,
    /// That part of the machine's energy which falls to one replica, J.
    pub energy_j: f64,
}

/// The spiking network of a run of the solver, ready to be mapped and run at any level: with the same options the same states, as long as
/// there is no target and no time limit.
///
/// # Errors
/// What [`SpikingProblem::new`] refuses, and a machine that is none.
pub fn spiking_experiment(
    ising: &Ising,
    options: &Options,
    hardware: &HardwareOptions,
) -> Result<Experiment, Error> {
    experiment(SpikingProblem::new(ising, options, hardware.coding)?.take_network(), options, hardware)
}

fn experiment(network: Network, options: &Options, hardware: &HardwareOptions) -> Result<Experiment, Error> {
    let mut experiment = Experiment::new(network);
    experiment.mapping = hardware.mapping.clone();
    experiment.file.settings.timesteps = options.n_ticks.saturating_mul(options.n_anneals);
    experiment.file.settings.tick_ms = hardware.tick_ms;
    if let Some(machine) = &hardware.machine {
        experiment.set_machine(machine)?;
    }
    Ok(experiment)
}

/// Lays the replicas of a run of the solver on a machine and accounts for the spikes that their flips are.
///
/// # Errors
/// [`Error::Spiking`] for what no network can do, [`Error::FlipsNotKept`] for an outcome whose flips were not kept (see
/// [`Options::max_kept_flips`]) or that is of another problem or other options, [`Error::Mapping`] if the machine has no room, [`Error::Energy`] for impossible assumptions.
pub fn on_hardware(
    ising: &Ising,
    options: &Options,
    outcome: &Outcome,
    hardware: &HardwareOptions,
) -> Result<OptimisationHardware, Error> {
    Laid::new(ising, options, hardware)?.account(outcome)
}

/// Replicas laid on a machine before they are run, so that what it cannot do is told first.
pub struct Laid<'a> {
    options: &'a Options,
    hardware: &'a HardwareOptions,
    n_spins: usize,
    spiking: SpikingProblem<'a>,
    parts_per_weight: f64,
    experiment: Experiment,
    mapped: Mapped,
}

impl<'a> Laid<'a> {
    /// Lays the replicas of a run with these options on a machine.
    ///
    /// # Errors
    /// As [`on_hardware`], but for [`Error::FlipsNotKept`].
    pub fn new(ising: &'a Ising, options: &'a Options, hardware: &'a HardwareOptions) -> Result<Self, Error> {
        let mut spiking = SpikingProblem::new(ising, options, hardware.coding)?;
        let parts_per_weight = spiking.n_weight_parts() as f64 / (2 * ising.n_couplings()).max(1) as f64;
        let experiment = experiment(spiking.take_network(), options, hardware)?;
        let mapped = experiment.map()?;
        hardware.account.check(&experiment.file.network, &mapped.machine)?;
        Ok(Self { options, hardware, n_spins: ising.n(), spiking, parts_per_weight, experiment, mapped })
    }

    /// The account of the run, for which [`Options::max_kept_flips`] was above 0: [`MAX_KEPT_FLIPS`] is enough for most.
    ///
    /// # Errors
    /// [`Error::FlipsNotKept`].
    pub fn account(self, outcome: &Outcome) -> Result<OptimisationHardware, Error> {
        self.spiking.check(outcome)?;
        let flips: Option<Vec<&Flips>> = outcome.solutions.iter().map(|s| s.flips.as_ref()).collect();
        let flips = flips.ok_or(Error::FlipsNotKept)?;
        // What is met at once takes a tick to be told of.
        let ran = outcome.solutions.iter().map(|s| s.n_ticks).max().unwrap_or(0).max(1);
        let is_cut = |(s, flips): (&Solution, &&Flips)| (flips.n_ticks < s.n_ticks).then_some(flips.n_ticks);
        let n_known = outcome.solutions.iter().zip(&flips).filter_map(is_cut).min().unwrap_or(ran);
        let n_ticks = n_known.min(self.n_ticks_in_memory());
        let recordings = self.recordings(&flips, n_ticks);
        let notes = self.notes(outcome, n_ticks, ran);
        let accounted = Accounted::new(self.experiment, self.mapped, recordings)?;
        let options = std::slice::from_ref(&self.hardware.account);
        let account = accounted.accounts(&accounted.mapped, options)?.remove(0).account();
        let mut report = report(&accounted, account, self.parts_per_weight);
        report.coding = self.hardware.coding.to_string();
        report.notes.extend(notes);
        // When the first stops all, one says nothing of the others.
        let time = (!self.options.stops_all).then(|| outcome.time_to_target());
        Ok(report.aimed(time))
    }

    /// Ticks whose spikes take no more memory than is meant for them.
    fn n_ticks_in_memory(&self) -> u32 {
        let n_spikes = match self.hardware.coding {
            Coding::Changes => return u32::MAX,
            Coding::States => self.n_spins * self.options.n_replicas as usize,
        };
        u32::try_from((MAX_IN_ALL / n_spikes.max(1)).max(1)).unwrap_or(u32::MAX)
    }

    fn notes(&self, outcome: &Outcome, n_ticks: u32, ran: u32) -> Vec<String> {
        let limit = match self.n_ticks_in_memory() {
            most if most == n_ticks => "the spikes of more would take too much memory".to_owned(),
            _ => format!("after {} flips of a replica no more were kept", self.options.max_kept_flips),
        };
        let cut = format!("the account is of the first {n_ticks} of {ran} ticks: {limit}");
        let n_early = outcome.solutions.iter().filter(|s| s.n_ticks < n_ticks).count();
        let early = format!(
            "{n_early} of {} replicas ended before the last one, and are accounted as if they kept their last state from then on",
            outcome.solutions.len()
        );
        [(n_ticks < ran).then_some(cut), (n_early > 0).then_some(early)].into_iter().flatten().collect()
    }

    fn recordings(&self, flips: &[&Flips], n_ticks: u32) -> Recordings {
        let populations = (0..).zip(&self.experiment.file.network.populations).zip(flips);
        let recording = |((replica, p), flips): ((u32, &Population), &&Flips)| PopulationRecording {
            name: p.name.clone(),
            size: p.size,
            model: p.model.name().to_owned(),
            spikes: Some(self.spiking.spikes(replica, &flips.flips, n_ticks)),
            states: Vec::new(),
        };
        Recordings { populations: populations.map(recording).collect(), timesteps: n_ticks }
    }
}

fn report(accounted: &Accounted, account: Account, n_parts_per_weight: f64) -> OptimisationHardware {
    let network = &accounted.experiment.file.network;
    let (mapping, machine) = (&accounted.mapped.mapping, &accounted.mapped.machine);
    let n_replicas = network.populations.len();
    let n_pes = mapping.slices.len();
    let room: usize = machine.chips().map(|chip| machine.n_application_cores(chip)).sum();
    OptimisationHardware {
        machine: account.machine.clone(),
        coding: String::new(),
        model: network.populations[0].model.name().to_owned(),
        n_neurons_per_replica: network.populations[0].size,
        n_synapses_per_replica: gennaker_network::n_synapses(network, 0),
        n_parts_per_weight,
        n_replicas: n_replicas as u32,
        n_pes,
        n_replicas_that_fit: room / n_pes.div_ceil(n_replicas),
        n_chips: mapping.stats.n_chips,
        n_ticks: account.ticks,
        tick_s: account.tick_ns as f64 * 1e-9,
        shortest_tick_s: account.shortest_tick_ns * 1e-9,
        in_time: account.in_time,
        duration_s: account.duration_s,
        energy_j: account.total_j,
        pe_energy_j: account.pes.iter().map(|pe| pe.energy_j).sum(),
        energy_per_replica_j: account.total_j / n_replicas as f64,
        n_spikes: account.n_spikes,
        n_packets: account.n_packets,
        n_synaptic_events: account.n_synaptic_events,
        to_target: None,
        notes: account.notes.clone(),
        account,
    }
}

impl OptimisationHardware {
    /// The same, with what the target takes if the replicas met it so.
    pub(super) fn aimed(self, time: Option<TimeToTarget>) -> Self {
        let per_tick = self.energy_per_replica_j / f64::from(self.n_ticks.max(1));
        let of = |n_ticks| HardwareToTarget {
            n_ticks,
            duration_s: n_ticks * self.tick_s,
            energy_j: n_ticks * per_tick,
        };
        Self { to_target: time.and_then(|time| time.ticks_99).map(of), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_replicas_keep_fewer_flips_each() {
        assert_eq!([1, 4, 5, 1000].map(n_kept_flips), [1 << 26, 1 << 26, (1 << 28) / 5, 268_435]);
        assert_eq!(n_kept_flips(u32::MAX), 1);
    }
}
