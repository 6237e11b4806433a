//! The account as plain data.

use gennaker_machine::ChipXy;
use gennaker_mapping::{MemoryBlock, Slice};
use serde::{Deserialize, Serialize};

use crate::account::fold::PeSums;
use crate::account::options::AccountOptions;
use crate::levels::Levels;
use crate::power::{Energy, Powered};
use crate::traffic::DirectedLink;

/// What a run would take on the hardware.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Name of the machine.
    pub machine: String,
    /// The assumptions.
    pub options: AccountOptions,
    /// The PEs' performance levels as text, by number.
    pub levels: Vec<String>,
    /// Duration of a tick on the hardware in ns.
    pub tick_ns: u64,
    /// Ticks accounted for.
    pub ticks: u32,
    /// Time from the first tick to the end of the last PE's work, in s.
    pub duration_s: f64,
    /// Synaptic events.
    pub n_synaptic_events: u64,
    /// Neuron updates.
    pub n_neuron_updates: u64,
    /// Spikes sent.
    pub n_spikes: u64,
    /// Packets received by PEs, one for each PE that a spike reaches.
    pub n_packets: u64,
    /// PE-ticks whose work was not done when the next tick began.
    pub n_overruns: u64,
    /// Whether every PE was done in every tick, so that the hardware keeps pace.
    pub in_time: bool,
    /// Shortest tick in ns with which every PE would just be done in every tick at the level that it chose.
    pub shortest_tick_ns: f64,
    /// Energy of the run by where it goes.
    pub energy: Energy,
    /// All of it, in J.
    pub total_j: f64,
    /// Mean power in W.
    pub power_w: f64,
    /// Energy that activity adds (busy cycles, level changes, traffic) per synaptic event, in pJ; 0 without events.
    pub dynamic_pj_per_event: f64,
    /// All energy per synaptic event, in pJ; 0 without events.
    pub all_in_pj_per_event: f64,
    /// What is switched on.
    pub powered: Powered,
    /// Part of all PE-ticks spent at each level.
    pub level_fractions: Vec<f64>,
    /// The threshold for `auto` with which every PE leaves [`DEFAULT_MARGIN`](crate::DEFAULT_MARGIN) of its tick free at the low level, if its packets have
    /// rows of mean length; `None` if the low level is always enough.
    pub suggested_threshold: Option<u32>,
    /// Time in which a tick's spikes are taken to leave the PEs (the longest neuron phase), in ns: the base of burst loads.
    pub burst_ns: f64,
    /// Every PE in use, by slice.
    pub pes: Vec<PeAccount>,
    /// Every directed link in use.
    pub links: Vec<LinkAccount>,
    /// Every router in use.
    pub routers: Vec<RouterAccount>,
    /// What does not hold, one sentence each, worst first.
    pub notes: Vec<String>,
}

/// One PE in use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeAccount {
    /// Index of its slice in the mapping.
    pub slice: usize,
    /// Index of its population.
    pub population: u32,
    /// First neuron, in the order of the slices.
    pub lo: u32,
    /// One past the last neuron, in the order of the slices.
    pub hi: u32,
    /// Its chip.
    pub chip: ChipXy,
    /// Its core.
    pub core: u8,
    /// Packets received.
    pub packets: u64,
    /// Synaptic events.
    pub events: u64,
    /// Spikes sent.
    pub sent: u64,
    /// Most packets that waited at the start of a tick: the FIFO's high water.
    pub max_packets: u32,
    /// The tick of that.
    pub max_packets_tick: u32,
    /// Length of its FIFO in words.
    pub fifo_words: u32,
    /// Ticks whose packets, all together, are more than the FIFO holds. What piles up while a PE is behind is not in it.
    pub fifo_overflows: u32,
    /// Part of the run in which it was busy.
    pub busy_fraction: f64,
    /// Latest end of its work, as part of the tick.
    pub max_time_done: f64,
    /// The tick of that.
    pub max_time_done_tick: u32,
    /// Latest end of a tick's own work, without what was left of ticks before.
    #[serde(skip)]
    pub(crate) max_own: f64,
    /// Ticks whose work was not done in time.
    pub overruns: u32,
    /// The first of them.
    pub first_overrun_tick: Option<u32>,
    /// Most time by which it was behind, in ns.
    pub max_lag_ns: f64,
    /// Ticks at each level.
    pub ticks_at_level: Vec<u32>,
    /// Busy cycles at each level.
    pub cycles_at_level: Vec<u64>,
    /// Changes of level.
    pub switches: u64,
    /// Energy of the PE in J.
    pub energy_j: f64,
}

/// One direction of a link.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LinkAccount {
    /// Which one.
    #[serde(flatten)]
    pub link: DirectedLink,
    /// Packets over it.
    pub packets: u64,
    /// Most packets in a tick.
    pub max_per_tick: u32,
    /// The tick of that.
    pub max_tick: u32,
    /// Mean load as part of its rate.
    pub mean_load: f64,
    /// Load of the busiest tick if its packets come within [`Account::burst_ns`]; above 1 packets wait.
    pub burst_load: f64,
}

/// One router.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RouterAccount {
    /// Its chip.
    pub chip: ChipXy,
    /// Packets looked up.
    pub packets: u64,
    /// Most packets in a tick.
    pub max_per_tick: u32,
    /// The tick of that.
    pub max_tick: u32,
    /// Load of the busiest tick if its packets come within [`Account::burst_ns`]; above 1 packets wait.
    pub burst_load: f64,
}

impl PeAccount {
    pub(super) fn new(index: usize, slice: &Slice, n_levels: usize) -> Self {
        Self {
            slice: index,
            population: slice.population,
            lo: slice.lo,
            hi: slice.hi,
            chip: slice.chip,
            core: slice.core,
            packets: 0,
            events: 0,
            sent: 0,
            max_packets: 0,
            max_packets_tick: 0,
            fifo_words: slice.memory.bytes(MemoryBlock::EventFifo) / 4,
            fifo_overflows: 0,
            busy_fraction: 0.0,
            max_time_done: 0.0,
            max_time_done_tick: 0,
            max_own: 0.0,
            overruns: 0,
            first_overrun_tick: None,
            max_lag_ns: 0.0,
            ticks_at_level: vec![0; n_levels],
            cycles_at_level: vec![0; n_levels],
            switches: 0,
            energy_j: 0.0,
        }
    }

    /// Takes what happened in all ticks.
    pub(super) fn take(&mut self, sums: &PeSums, tick_ns: f64, unit_ns: f64) {
        (self.packets, self.events, self.sent) = (sums.packets, sums.events, sums.sent);
        let worst = &sums.max;
        (self.max_packets, self.max_packets_tick) = (worst.packets, worst.packets_tick);
        self.fifo_overflows = worst.overflows;
        (self.max_time_done, self.max_time_done_tick) = (worst.done * unit_ns / tick_ns, worst.done_tick);
        self.max_own = worst.own * unit_ns / tick_ns;
        (self.overruns, self.first_overrun_tick) = (worst.overruns, worst.first_overrun);
        self.max_lag_ns = worst.lag * unit_ns;
    }
}

/// What an account is made of.
pub(super) struct Parts {
    pub(super) machine: String,
    pub(super) options: AccountOptions,
    pub(super) levels: Levels,
    pub(super) tick_ns: u64,
    pub(super) ticks: u32,
    pub(super) duration_s: f64,
    pub(super) n_updates: u64,
    pub(super) energy: Energy,
    pub(super) powered: Powered,
    pub(super) pes: Vec<PeAccount>,
    pub(super) links: Vec<LinkAccount>,
    pub(super) routers: Vec<RouterAccount>,
    pub(super) suggested_threshold: Option<u32>,
    pub(super) burst_ns: f64,
}

impl Account {
    #[expect(clippy::cast_precision_loss, reason = "ratios")]
    pub(super) fn new(parts: Parts) -> Self {
        let Parts { pes, energy, .. } = parts;
        let sum = |of: fn(&PeAccount) -> u64| pes.iter().map(of).sum::<u64>();
        let n_events = sum(|pe| pe.events);
        let per_event = |joule: f64| if n_events == 0 { 0.0 } else { joule * 1e12 / n_events as f64 };
        let n_overruns = sum(|pe| pe.overruns.into());
        let longest = pes.iter().map(|pe| pe.max_own).fold(0.0, f64::max);
        let mut account = Self {
            machine: parts.machine,
            options: parts.options,
            levels: parts.levels.all.iter().map(ToString::to_string).collect(),
            tick_ns: parts.tick_ns,
            ticks: parts.ticks,
            duration_s: parts.duration_s,
            n_synaptic_events: n_events,
            n_neuron_updates: parts.n_updates,
            n_spikes: sum(|pe| pe.sent),
            n_packets: sum(|pe| pe.packets),
            n_overruns,
            in_time: n_overruns == 0,
            shortest_tick_ns: longest * parts.tick_ns as f64,
            total_j: energy.total_j(),
            power_w: if parts.duration_s > 0.0 { energy.total_j() / parts.duration_s } else { 0.0 },
            dynamic_pj_per_event: per_event(energy.dynamic_j()),
            all_in_pj_per_event: per_event(energy.total_j()),
            powered: parts.powered,
            level_fractions: level_fractions(&pes, parts.levels.all.len()),
            suggested_threshold: parts.suggested_threshold,
            burst_ns: parts.burst_ns,
            links: parts.links,
            routers: parts.routers,
            notes: Vec::new(),
            energy,
            pes,
        };
        account.notes = notes(&account);
        account
    }

    /// The PE that is done last in its worst tick.
    #[must_use]
    pub fn slowest_pe(&self) -> Option<&PeAccount> {
        self.pes.iter().max_by(|a, b| a.max_time_done.total_cmp(&b.max_time_done))
    }

    /// The link with the highest load in its worst tick.
    #[must_use]
    pub fn busiest_link(&self) -> Option<&LinkAccount> {
        self.links.iter().max_by(|a, b| a.burst_load.total_cmp(&b.burst_load))
    }

    /// The router with the highest load in its worst tick.
    #[must_use]
    pub fn busiest_router(&self) -> Option<&RouterAccount> {
        self.routers.iter().max_by(|a, b| a.burst_load.total_cmp(&b.burst_load))
    }

    /// The PE whose FIFO was fullest, as part of its length.
    #[must_use]
    pub fn fullest_fifo(&self) -> Option<&PeAccount> {
        let fill = |pe: &PeAccount| f64::from(pe.max_packets) / f64::from(pe.fifo_words.max(1));
        self.pes.iter().max_by(|a, b| fill(a).total_cmp(&fill(b)))
    }
}

#[expect(clippy::cast_precision_loss, reason = "ratios")]
fn level_fractions(pes: &[PeAccount], n_levels: usize) -> Vec<f64> {
    let at = |level: usize| pes.iter().map(|pe| u64::from(pe.ticks_at_level[level])).sum::<u64>();
    let all: u64 = (0..n_levels).map(at).sum();
    (0..n_levels).map(|level| at(level) as f64 / all.max(1) as f64).collect()
}

/// What does not hold.
fn notes(account: &Account) -> Vec<String> {
    let mut notes = Vec::new();
    let late: Vec<&PeAccount> = account.pes.iter().filter(|pe| pe.overruns > 0).collect();
    if let (Some(pe), false) = (account.slowest_pe(), late.is_empty()) {
        notes.push(format!(
            "{} of {} PEs overrun: worst is core {} of chip {} in tick {}, done at {:.2} of the tick and at most {:.3} ms behind; \
             every tick would be in time with {:.3} ms",
            late.len(),
            account.pes.len(),
            pe.core,
            pe.chip,
            pe.max_time_done_tick,
            pe.max_time_done,
            late.iter().map(|pe| pe.max_lag_ns).fold(0.0, f64::max) / 1e6,
            account.shortest_tick_ns / 1e6
        ));
    }
    let full: Vec<&PeAccount> = account.pes.iter().filter(|pe| pe.fifo_overflows > 0).collect();
    if let (Some(pe), false) = (account.fullest_fifo(), full.is_empty()) {
        notes.push(format!(
            "the FIFOs of {} PEs overflow: fullest is core {} of chip {} in tick {}, {} packets for {} words",
            full.len(),
            pe.core,
            pe.chip,
            pe.max_packets_tick,
            pe.max_packets,
            pe.fifo_words
        ));
    }
    if let Some(link) = account.busiest_link().filter(|link| link.burst_load > 1.0) {
        notes.push(format!(
            "link {} of chip {} gets {} packets in tick {}, {:.1} times what it carries while neurons send: packets wait",
            link.link.link, link.link.chip, link.max_per_tick, link.max_tick, link.burst_load
        ));
    }
    if let Some(router) = account.busiest_router().filter(|router| router.burst_load > 1.0) {
        notes.push(format!(
            "the router of chip {} gets {} packets in tick {}, {:.1} times what it looks up while neurons send: packets wait",
            router.chip, router.max_per_tick, router.max_tick, router.burst_load
        ));
    }
    notes
}
