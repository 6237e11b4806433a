//! A mapped network on the event level of the machine.

mod program;
pub(crate) mod report;
mod rows;

use std::collections::BTreeMap;
use std::sync::Arc;

use gennaker_energy::{Coefficients, LevelPolicy, Levels, PeCycles};
use gennaker_machine::Machine;
use gennaker_mapping::{AtomOrder, Mapping, MemoryBlock, Place, Slice, verify};
use gennaker_network::{Network, SpikeRecording};
use serde::{Deserialize, Serialize};

use crate::error::FabricError;
use crate::fabric::{Fabric, PeSetup};
use crate::options::FabricOptions;

pub use program::TickWork;
use program::{Shared, SlicePe};
pub use report::{EventReport, SlicePlace, Trouble, What};

/// How a network runs on the machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EventOptions {
    /// The machine's behaviour.
    pub fabric: FabricOptions,
    /// Length of a tick in ns, 1,000 to 10^9. Default 1,000,000.
    pub tick_ns: u64,
    /// How PEs choose their clock. Default `high`.
    pub levels: LevelPolicy,
    /// Other choices for some populations, by name.
    pub population_levels: BTreeMap<String, LevelPolicy>,
    /// What work costs, in cycles.
    pub coefficients: Coefficients,
    /// Whether what every PE did in every tick is kept, at 32 bytes each. Default false.
    pub keep_work: bool,
}

impl Default for EventOptions {
    fn default() -> Self {
        Self {
            fabric: FabricOptions::default(),
            tick_ns: 1_000_000,
            levels: LevelPolicy::High,
            population_levels: BTreeMap::new(),
            coefficients: Coefficients::default(),
            keep_work: false,
        }
    }
}

/// Bytes of a FIFO's word.
const FIFO_WORD_BYTES: u32 = 4;
const MIN_TICK_NS: u64 = 1_000;
const MAX_TICK_NS: u64 = 1_000_000_000;

impl EventOptions {
    /// Checks every value, also against the machine.
    ///
    /// # Errors
    /// The first option outside its range.
    pub fn check(&self, machine: &Machine) -> Result<(), FabricError> {
        self.fabric.check(machine)?;
        self.coefficients.check()?;
        let levels = Levels::of(&machine.spec().chip.pe);
        levels.check(self.levels)?;
        self.population_levels.values().try_for_each(|&policy| levels.check(policy))?;
        if !(MIN_TICK_NS..=MAX_TICK_NS).contains(&self.tick_ns) {
            return Err(FabricError::Option {
                option: "tick_ns",
                value: self.tick_ns.to_string(),
                range: format!("{MIN_TICK_NS} to {MAX_TICK_NS}"),
            });
        }
        Ok(())
    }
}

impl EventOptions {
    fn level_of(&self, population: &str) -> LevelPolicy {
        self.population_levels.get(population).copied().unwrap_or(self.levels)
    }
}

/// A mapped network on the machine with its clocks, queues and limits. Where these do not matter, its spikes are those of the
/// functional level; where they do, [`EventMachine::report`] says so.
///
/// Running it 100 and then 200 ticks gives what running it 300 ticks gives.
#[derive(Debug)]
pub struct EventMachine {
    fabric: Fabric<SlicePe>,
    places: Vec<SlicePlace>,
    /// Slices by population.
    slices_of: Vec<std::ops::Range<usize>>,
    options: EventOptions,
    ticks: u32,
    spikes: Vec<SpikeRecording>,
}

impl EventMachine {
    /// Loads a mapped network.
    ///
    /// # Errors
    /// A wrong network or option, or a mapping of something else.
    pub fn new(
        network: &Network,
        mapping: &Mapping,
        machine: &Machine,
        options: &EventOptions,
    ) -> Result<Self, FabricError> {
        network.validate()?;
        options.check(machine)?;
        check_cover(network, mapping)?;
        // A mapping may come from a file; one that does not deliver would lose spikes without anybody noticing.
        verify(mapping, machine).map_err(|error| FabricError::Mapping { problem: error.to_string() })?;
        let levels = Levels::of(&machine.spec().chip.pe);
        let shared = Arc::new(Shared {
            levels,
            tick_ns: options.tick_ns,
            cycles_per_tick: cycles_per_tick(&options.coefficients),
            keeps_work: options.keep_work,
            max_troubles: options.fabric.max_incidents,
        });
        let costs = PeCycles::of_all(network, mapping, &options.coefficients);
        let mut fabric = Fabric::new(machine, &mapping.tables, &options.fabric)?;
        for (index, (slice, cost)) in mapping.slices.iter().zip(costs).enumerate() {
            let policy = options.level_of(&network.populations[slice.population as usize].name);
            let program = SlicePe::new(network, mapping, index, (policy, cost), &shared);
            let fifo_words = Some(slice.memory.bytes(MemoryBlock::EventFifo) / FIFO_WORD_BYTES);
            let setup =
                PeSetup { fifo_words, level: Some(shared.levels.asleep(policy)), keys: Some(slice.keys()) };
            fabric.load(Place { chip: slice.chip, core: slice.core }, program, setup)?;
        }
        let n = network.populations.len();
        Ok(Self {
            fabric,
            places: mapping.slices.iter().map(|slice| place(network, mapping, slice)).collect(),
            slices_of: (0..n).map(|population| mapping.slices_of(population)).collect(),
            options: options.clone(),
            ticks: 0,
            spikes: vec![SpikeRecording::default(); n],
        })
    }

    /// Runs the machine for the time of so many ticks.
    pub fn run(&mut self, ticks: u32) {
        self.ticks = self.ticks.saturating_add(ticks);
        self.fabric.run_until(u64::from(self.ticks) * self.options.tick_ns);
        for (slices, spikes) in self.slices_of.iter().zip(&mut self.spikes) {
            gather(&mut self.fabric.programs_mut()[slices.clone()], self.ticks, spikes);
        }
    }

    /// Ticks that were asked for so far.
    #[must_use]
    pub fn ticks(&self) -> u32 {
        self.ticks
    }

    /// All spikes of a population so far, sorted by tick of its PE, then by neuron.
    #[must_use]
    pub fn spikes(&self, population: usize) -> &SpikeRecording {
        &self.spikes[population]
    }

    /// What a slice's PE did, tick by tick, if that is kept; slices are numbered as in the mapping.
    #[must_use]
    pub fn work(&self, slice: usize) -> &[TickWork] {
        &self.fabric.programs()[slice].work
    }

    /// Lets everything under way arrive and ends the run: no packet is left after it, but for those that wait before full FIFOs under
    /// [`crate::FifoPolicy::Stall`]. PEs do nothing in ticks that are asked for later, and the report counts them as behind.
    pub fn finish(&mut self) {
        self.fabric.drain();
    }

    /// What happened so far.
    #[must_use]
    pub fn report(&self) -> EventReport {
        let programs = self.fabric.programs();
        let sum = |count: fn(&SlicePe) -> u64| programs.iter().map(count).sum::<u64>();
        let most = |count: fn(&SlicePe) -> u64| programs.iter().map(count).max().unwrap_or(0);
        let mut troubles: Vec<Trouble> =
            programs.iter().flat_map(|program| &program.troubles).copied().collect();
        troubles.sort_unstable();
        troubles.truncate(self.options.fabric.max_incidents);
        let fabric = self.fabric.report();
        let mut n_overdue = 0;
        self.fabric.for_each_note_under_way(|note| n_overdue += u64::from(note + 1 < self.ticks));
        EventReport {
            ticks: self.ticks,
            tick_ns: self.options.tick_ns,
            n_spikes: self.spikes.iter().map(|spikes| spikes.ticks.len() as u64).sum(),
            n_overruns: sum(|program| program.n_overruns),
            max_overrun_ps: most(|program| program.max_overrun_ps),
            max_lag_ticks: most(|program| program.max_lag_ticks),
            n_late: sum(|program| program.n_late),
            n_early: sum(|program| program.n_early),
            n_overdue,
            n_lost: fabric.totals.lost(),
            n_unknown_keys: sum(|program| program.n_unknown),
            n_behind: programs.iter().filter(|program| program.tick < self.ticks).count() as u64,
            troubles,
            slices: self.places.clone(),
            fabric,
        }
    }
}

/// Moves the spikes of a population's slices in the ticks before `ticks` to the recording, which stays sorted by tick, then by
/// neuron. Those of a PE that lags may belong between older ones.
fn gather(programs: &mut [SlicePe], ticks: u32, recording: &mut SpikeRecording) {
    let mut spikes = Vec::new();
    for program in programs {
        let end = program.spikes.partition_point(|&(tick, _)| tick < ticks);
        spikes.extend(program.spikes.drain(..end));
    }
    spikes.sort_unstable();
    let is_later = |first: &(u32, u32)| recording.ticks.last().is_none_or(|&last| last < first.0);
    if !spikes.first().is_none_or(is_later) {
        let old = std::mem::take(recording);
        spikes.extend(old.ticks.into_iter().zip(old.neurons));
        spikes.sort_unstable();
    }
    recording.ticks.extend(spikes.iter().map(|spike| spike.0));
    recording.neurons.extend(spikes.iter().map(|spike| spike.1));
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a checked whole number from 0 to 1e9"
)]
fn cycles_per_tick(coefficients: &Coefficients) -> u64 {
    coefficients.cycles_per_tick as u64
}

fn place(network: &Network, mapping: &Mapping, slice: &Slice) -> SlicePlace {
    SlicePlace {
        population: network.populations[slice.population as usize].name.clone(),
        lo: slice.lo,
        hi: slice.hi,
        in_blocks: mapping.order(slice.population as usize) != AtomOrder::Contiguous,
        chip: slice.chip,
        core: slice.core,
        key: slice.key,
        mask: slice.mask,
    }
}

/// Refuses a mapping that does not cover the network's populations.
pub(crate) fn check_cover(network: &Network, mapping: &Mapping) -> Result<(), FabricError> {
    for (index, population) in network.populations.iter().enumerate() {
        let covered: u32 = mapping.slices[mapping.slices_of(index)].iter().map(Slice::n_neurons).sum();
        let (name, size) = (&population.name, population.size);
        if covered != size {
            let problem = format!("population `{name}` has {size} neurons, {covered} are mapped");
            return Err(FabricError::Mapping { problem });
        }
        if !mapping.order(index).fits(size) {
            let problem = format!("the order of population `{name}` is not one of its {size} neurons");
            return Err(FabricError::Mapping { problem });
        }
    }
    Ok(())
}
