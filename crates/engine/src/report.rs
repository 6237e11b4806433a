//! The account of a run: what was simulated and what a user should know about it.

use gennaker_network::{Network, Population, Projection, QuantisationReport};
use serde::{Deserialize, Serialize};

use crate::arithmetic::{Arithmetic, Real};
use crate::core::Core;
use crate::options::Options;
use crate::shard::Member;

/// What a run did so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    /// Ticks run since the last reset.
    pub timesteps: u32,
    /// Neurons and sources.
    pub n_neurons: u64,
    /// Synapses.
    pub n_synapses: u64,
    /// Host memory of all synapse rows and their index, in bytes.
    pub synapse_bytes: u64,
    /// Spikes of all populations, recorded or not.
    pub n_spikes: u64,
    /// Spikes by population, recorded or not.
    pub spikes_per_population: Vec<u64>,
    /// Synapses that carried a spike to its target, counted once per spike.
    pub n_synaptic_events: u64,
    /// Input sums that exceeded the accumulator and were limited.
    pub n_saturations: u64,
    /// Threads used.
    pub n_threads: usize,
    /// Where the time went, if the run was timed.
    pub phases: Phases,
    /// Projection by projection: size and what quantisation did.
    pub projections: Vec<ProjectionReport>,
    /// One sentence each: rounding, clipping, saturation, ignored delays, repeated spikes, silent populations.
    pub notes: Vec<String>,
}

/// Time by phase, in the unit of the clock of [`Simulation::run_timed`](crate::Simulation::run_timed); 0 without one. The first two
/// are summed over threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Phases {
    /// Adding the synapses of spikes to the input sums.
    pub deliver: u64,
    /// Updating neurons and sources, and sampling what is recorded of their state.
    pub update: u64,
    /// Publishing and recording spikes, on one thread.
    pub exchange: u64,
}

/// One projection's share of a [`RunReport`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProjectionReport {
    /// Projection name.
    pub name: String,
    /// Synapses.
    pub n_synapses: u64,
    /// Host memory of its rows and their index, in bytes.
    pub bytes: u64,
    /// Their layout: `rule` (nothing stored), `kernels`, `bits`, `lists`, `dense`, `segments` or `calendar`.
    pub layout: String,
    /// What quantisation did to weights and delays. Where nothing is quantised, only synapses and ignored delays count.
    pub quantisation: QuantisationReport,
}

impl RunReport {
    pub(crate) fn new<A: Arithmetic>(
        core: &Core<A>,
        network: &Network,
        options: &Options,
        n_threads: usize,
    ) -> Self {
        let projections = projections(core, network);
        Self {
            timesteps: core.tick,
            n_neurons: network.n_neurons(),
            n_synapses: projections.iter().map(|p| p.n_synapses).sum(),
            synapse_bytes: projections.iter().map(|p| p.bytes).sum(),
            n_spikes: core.n_spikes().iter().sum(),
            spikes_per_population: core.n_spikes(),
            n_synaptic_events: core.shards.iter().map(|s| s.n_events).sum(),
            n_saturations: core.shards.iter().map(|s| s.n_saturated).sum(),
            n_threads,
            phases: phases(core),
            notes: notes(core, network, options),
            projections,
        }
    }
}

fn projections<A: Arithmetic>(core: &Core<A>, network: &Network) -> Vec<ProjectionReport> {
    let report = |(projection, quantisation): (&Projection, &QuantisationReport)| ProjectionReport {
        name: projection.name.clone(),
        n_synapses: quantisation.n_synapses,
        bytes: 0,
        layout: "rule".to_owned(),
        quantisation: *quantisation,
    };
    let mut reports: Vec<_> = network.projections.iter().zip(&core.quantisation).map(report).collect();
    for store in core.shards.iter().flat_map(|shard| &shard.stores) {
        for &(projection, _) in &store.parts {
            reports[projection].bytes += store.bytes_of(projection);
            store.layout().clone_into(&mut reports[projection].layout);
        }
    }
    reports
}

fn phases<A: Arithmetic>(core: &Core<A>) -> Phases {
    let spent = |phase: usize| core.shards.iter().map(|shard| shard.spent[phase]).sum();
    Phases { deliver: spent(0), update: spent(1), exchange: core.exchanging }
}

fn notes<A: Arithmetic>(core: &Core<A>, network: &Network, options: &Options) -> Vec<String> {
    let mut notes = Vec::new();
    for (projection, report) in network.projections.iter().zip(&core.quantisation) {
        notes.extend(report.notes(&projection.name, network.populations[projection.post].model));
    }
    for population in &network.populations {
        if population.spikes.n_repeated() > 0 {
            let n = population.spikes.n_repeated();
            notes.push(format!(
                "population `{}`: {n} listed spikes repeat a neuron and tick and count once",
                population.name
            ));
        }
    }
    let n_saturated: u64 = core.shards.iter().map(|s| s.n_saturated).sum();
    if n_saturated > 0 {
        notes.push(format!(
            "{n_saturated} input sums exceeded the {:?} accumulator and were limited",
            options.ring_width
        ));
    }
    notes
        .extend(network.populations.iter().enumerate().filter_map(|(index, p)| runaway_note(core, index, p)));
    notes.extend(activity_notes(core, network));
    notes
}

/// Neurons whose state has left the range of numbers: too strong an input for the model's equations and time step.
fn runaway_note<A: Arithmetic>(core: &Core<A>, index: usize, population: &Population) -> Option<String> {
    let states = population.model.descriptor().states;
    let is_lost = |member: &Member<A>, i: usize| {
        states.iter().filter_map(|s| member.kernel.state(s.name)).any(|values| !values[i].is_finite())
    };
    let lost = |member: &Member<A>| (0..member.range.len()).filter(|&i| is_lost(member, i)).count();
    let n: usize = core.members_of(index).map(lost).sum();
    let of = population.size;
    (n > 0).then(|| {
        let name = &population.name;
        format!("population `{name}`: the state of {n} of {of} neurons is no finite number any more; their input is too strong")
    })
}

/// Populations that said nothing, or everything: the first thing to look at when a network does not do what it should.
fn activity_notes<A: Arithmetic>(core: &Core<A>, network: &Network) -> Vec<String> {
    if core.tick == 0 {
        return Vec::new();
    }
    let of = |(population, &n): (&Population, &u64)| {
        let possible = u64::from(core.tick) * u64::from(population.size);
        match n {
            0 => Some(format!("population `{}` never spiked in {} ticks", population.name, core.tick)),
            n if core.tick >= 10 && n * 10 >= possible * 9 && !population.model.is_source() => Some(format!(
                "population `{}` spikes in {} % of all ticks: it is saturated",
                population.name,
                n * 100 / possible
            )),
            _ => None,
        }
    };
    network.populations.iter().zip(&core.n_spikes()).filter_map(of).collect()
}
