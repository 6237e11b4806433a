//! Folds counts into an account, tick by tick.

use gennaker_machine::{ChipXy, LinkClass, Machine};
use gennaker_mapping::{Mapping, MemoryBlock, Slice};
use gennaker_network::Network;

use crate::account::fold::{Choice, Costs, Fold, FoldedPe, PeSums, unit_hz};
use crate::account::options::{AccountOptions, UnusedPes, check_tick};
use crate::account::powered::powered;
use crate::account::report::{Account, LinkAccount, Parts, PeAccount, RouterAccount};
use crate::account::trace::{Trace, TraceRequest};
use crate::coefficients::Coefficients;
use crate::counting::TickCounts;
use crate::cycles::PeCycles;
use crate::error::EnergyError;
use crate::levels::{DEFAULT_MARGIN, LevelPolicy, Levels};
use crate::power::{LevelPower, Prices, Tally};
use crate::traffic::{DirectedLink, Traffic};

/// Takes counts tick by tick and says what they cost. Several accountants, each with its own options, can listen to one run.
#[derive(Debug)]
pub struct Accountant {
    options: AccountOptions,
    levels: Levels,
    prices: Prices,
    tick_ns: u64,
    /// Length of the fold's unit of time.
    unit_ns: f64,
    ticks: u32,
    /// What is known of each PE before it runs.
    pes: Vec<PeAccount>,
    fold: Fold,
    links: Vec<Flow>,
    routers: Vec<Flow>,
    directed: Vec<DirectedLink>,
    chips: Vec<ChipXy>,
    link_rates: (u64, u64),
    router_rate: u64,
    suggested_threshold: Option<u32>,
    burst_ns: f64,
    flit_hops: u64,
    /// Recordings that go to DRAM, and in how many ticks.
    dram_bytes: u64,
    dram_ticks: u32,
    n_updates_per_tick: u64,
    trace: Trace,
    machine: String,
    notes: Vec<String>,
}

/// Packets of one link or router.
#[derive(Debug, Clone, Copy, Default)]
struct Flow {
    total: u64,
    peak: u32,
    peak_tick: u32,
}

impl Flow {
    fn add(&mut self, tick: u32, n: u32) {
        self.total += u64::from(n);
        if n > self.peak {
            (self.peak, self.peak_tick) = (n, tick);
        }
    }
}

impl Accountant {
    /// An accountant for a mapped network; `timesteps` is the length for which recordings have room.
    ///
    /// # Errors
    /// What [`AccountOptions::check`] says, [`EnergyError::NoPower`], or [`EnergyError::Memory`] for traces that are too long.
    pub fn new(
        network: &Network,
        mapping: &Mapping,
        machine: &Machine,
        traffic: &Traffic,
        tick_ns: u64,
        options: &AccountOptions,
    ) -> Result<Self, EnergyError> {
        options.check(network, machine)?;
        let spec = &machine.spec().chip;
        let levels = Levels::of(&spec.pe);
        let level_powers = LevelPower::of_all(machine, &options.coefficients)?;
        let tick_ns = options.tick_ns.unwrap_or(tick_ns);
        check_tick(tick_ns)?;
        let pes = folded(network, mapping, machine, &levels, options, tick_ns);
        let mut powered = powered(mapping, machine, traffic, options.powered);
        powered.asleep = vec![0; levels.all.len()];
        pes.iter().for_each(|pe| powered.asleep[usize::from(pe.choice.asleep)] += 1);
        let prices = Prices {
            unused_mw: match options.unused_pes {
                UnusedPes::Sleep => level_powers[usize::from(levels.low)].sleep_mw,
                UnusedPes::Off => options.coefficients.pe_off_mw,
            },
            levels: level_powers,
            coefficients: options.coefficients.clone(),
            link_bits: (spec.links.short.packet_bits, spec.links.long.packet_bits),
            powered,
        };
        let n_levels = levels.all.len();
        let unit_ns = 1e9 / unit_hz(levels.all.iter().map(|level| level.clock_hz));
        Ok(Self {
            tick_ns,
            unit_ns,
            ticks: 0,
            links: vec![Flow::default(); traffic.links.len()],
            routers: vec![Flow::default(); traffic.routers.len()],
            directed: traffic.links.clone(),
            chips: traffic.routers.clone(),
            link_rates: (spec.links.short.packets_per_s, spec.links.long.packets_per_s),
            router_rate: spec.router.clock_hz * u64::from(spec.router.lookups_per_cycle),
            suggested_threshold: suggested_threshold(network, mapping, &levels, options, tick_ns),
            burst_ns: burst_ns(&pes, &options.coefficients, unit_ns),
            flit_hops: 0,
            dram_bytes: mapping.slices.iter().map(|slice| slice.dram_bytes).sum(),
            dram_ticks: mapping.options.timesteps.max(1),
            n_updates_per_tick: mapping.slices.iter().map(|slice| u64::from(slice.n_neurons())).sum(),
            trace: Trace::default(),
            machine: machine.spec().name.clone(),
            notes: Vec::new(),
            options: options.clone(),
            fold: Fold::new(&pes, Costs::of_all(&options.coefficients), tick_ns as f64 / unit_ns),
            pes: mapping
                .slices
                .iter()
                .enumerate()
                .map(|(index, slice)| PeAccount::new(index, slice, n_levels))
                .collect(),
            levels,
            prices,
        })
    }

    /// Keeps what some PEs, or the whole machine, do tick by tick.
    ///
    /// # Errors
    /// [`EnergyError::Memory`].
    pub fn with_trace(mut self, request: &TraceRequest, timesteps: u32) -> Result<Self, EnergyError> {
        self.trace = Trace::new(request, timesteps, self.levels.all.len())?;
        Ok(self)
    }

    /// Adds a sentence to the notes of the account: what its counts do not contain.
    pub fn add_note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Takes the counts of the next tick.
    pub fn tick(&mut self, counts: &TickCounts<'_>) {
        self.fold.tick(counts);
        self.traffic(counts);
        if self.trace.is_wanted() {
            self.keep(counts);
        }
        self.ticks += 1;
    }

    /// Keeps what was asked for.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "exact"
    )]
    fn keep(&mut self, counts: &TickCounts<'_>) {
        let mut now = Tally {
            flit_hops: counts.flit_hops,
            dram_bytes: self.dram_bytes / u64::from(self.dram_ticks),
            ..Tally::new(self.levels.all.len())
        };
        self.trace.begin();
        for (slice, (choice, latest)) in self.fold.latest(counts).enumerate() {
            let level = if latest.is_high { choice.high } else { choice.low };
            now.add_pe(choice.asleep, level, latest.cycles as u64, 1);
            self.trace.pe(
                slice,
                self.pes.len(),
                counts.packets[slice],
                level,
                latest.done * self.unit_ns / self.tick_ns as f64,
            );
        }
        if self.trace.wants_power() {
            for (link, &n) in self.directed.iter().zip(counts.links) {
                now.add_link(link.class, n.into());
            }
            now.router_packets = counts.routers.iter().map(|&n| u64::from(n)).sum();
            let seconds = self.tick_ns as f64 / 1e9;
            self.trace.power(self.prices.energy(&now, seconds).total_j() / seconds);
        }
    }

    fn traffic(&mut self, counts: &TickCounts<'_>) {
        let tick = counts.tick;
        self.links.iter_mut().zip(counts.links).for_each(|(flow, &n)| flow.add(tick, n));
        self.routers.iter_mut().zip(counts.routers).for_each(|(flow, &n)| flow.add(tick, n));
        self.flit_hops += counts.flit_hops;
    }

    /// What was kept tick by tick.
    #[must_use]
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The account of all ticks so far.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    pub fn account(&self) -> Account {
        let lag_ns = self.fold.sums().map(|(_, sums)| sums.lag * self.unit_ns).fold(0.0, f64::max);
        let duration_s = (f64::from(self.ticks) * self.tick_ns as f64 + lag_ns) / 1e9;
        let energy = self.prices.energy(&self.tally(), duration_s);
        let pe = |(account, (choice, sums)): (&PeAccount, (Choice, PeSums))| {
            self.finished(account, choice, sums, duration_s)
        };
        let mut account = Account::new(Parts {
            machine: self.machine.clone(),
            options: self.options.clone(),
            levels: self.levels.clone(),
            tick_ns: self.tick_ns,
            ticks: self.ticks,
            duration_s,
            n_updates: self.n_updates_per_tick * u64::from(self.ticks),
            energy,
            powered: self.prices.powered.clone(),
            pes: self.pes.iter().zip(self.fold.sums()).map(pe).collect(),
            links: self.link_accounts(),
            routers: self.router_accounts(),
            suggested_threshold: self.suggested_threshold,
            burst_ns: self.burst_ns,
        });
        account.notes.extend(self.notes.iter().cloned());
        account
    }

    /// Everything that costs energy, all ticks together.
    fn tally(&self) -> Tally {
        let mut tally = Tally { flit_hops: self.flit_hops, ..Tally::new(self.levels.all.len()) };
        for (choice, sums) in self.fold.sums() {
            tally.add_pe(choice.asleep, choice.low, sums.cycles[0], self.ticks - sums.n_high);
            tally.add_pe(choice.asleep, choice.high, sums.cycles[1], sums.n_high);
        }
        self.directed.iter().zip(&self.links).for_each(|(link, flow)| tally.add_link(link.class, flow.total));
        tally.router_packets = self.routers.iter().map(|flow| flow.total).sum();
        let bytes = u128::from(self.dram_bytes) * u128::from(self.ticks) / u128::from(self.dram_ticks);
        tally.dram_bytes = bytes as u64;
        tally
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    fn finished(&self, account: &PeAccount, choice: Choice, sums: PeSums, duration_s: f64) -> PeAccount {
        let mut account = account.clone();
        let levels = [
            (choice.low, sums.cycles[0], self.ticks - sums.n_high),
            (choice.high, sums.cycles[1], sums.n_high),
        ];
        for (level, cycles, ticks) in levels {
            account.ticks_at_level[usize::from(level)] += ticks;
            account.cycles_at_level[usize::from(level)] += cycles;
            account.switches += if level == choice.asleep { 0 } else { 2 * u64::from(ticks) };
        }
        account.take(&sums, self.tick_ns as f64, self.unit_ns);
        let awake = || account.cycles_at_level.iter().zip(&self.prices.levels);
        let busy_s: f64 = awake().map(|(&cycles, level)| level.seconds(cycles)).sum();
        let static_mj: f64 = awake().map(|(&cycles, level)| level.seconds(cycles) * level.sleep_mw).sum();
        let cycles_pj: f64 = awake().map(|(&cycles, level)| cycles as f64 * level.cycle_pj).sum();
        let switch_j = account.switches as f64 * self.options.coefficients.level_switch_nj * 1e-9;
        let asleep_mj =
            (duration_s - busy_s).max(0.0) * self.prices.levels[usize::from(choice.asleep)].sleep_mw;
        account.energy_j = (static_mj + asleep_mj) * 1e-3 + cycles_pj * 1e-12 + switch_j;
        account.busy_fraction = if duration_s > 0.0 { busy_s / duration_s } else { 0.0 };
        account
    }

    fn link_accounts(&self) -> Vec<LinkAccount> {
        let tick_s = self.tick_ns as f64 / 1e9;
        let account = |(link, flow): (&DirectedLink, &Flow)| {
            let rate = match link.class {
                LinkClass::Short => self.link_rates.0,
                LinkClass::Long => self.link_rates.1,
            } as f64;
            LinkAccount {
                link: *link,
                packets: flow.total,
                max_per_tick: flow.peak,
                max_tick: flow.peak_tick,
                mean_load: flow.total as f64 / (rate * tick_s * f64::from(self.ticks.max(1))),
                burst_load: f64::from(flow.peak) / (rate * self.burst_ns / 1e9),
            }
        };
        self.directed.iter().zip(&self.links).map(account).collect()
    }

    fn router_accounts(&self) -> Vec<RouterAccount> {
        let rate = self.router_rate as f64;
        let account = |(chip, flow): (&ChipXy, &Flow)| RouterAccount {
            chip: *chip,
            packets: flow.total,
            max_per_tick: flow.peak,
            max_tick: flow.peak_tick,
            burst_load: f64::from(flow.peak) / (rate * self.burst_ns / 1e9),
        };
        self.chips.iter().zip(&self.routers).map(account).collect()
    }
}

/// Every PE as the fold sees it.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn folded(
    network: &Network,
    mapping: &Mapping,
    machine: &Machine,
    levels: &Levels,
    options: &AccountOptions,
    tick_ns: u64,
) -> Vec<FoldedPe> {
    let n_in_quad = |slice: &Slice| {
        let quad = |core: u8| machine.core_position(core).map(|place| place.quad);
        let own = quad(slice.core);
        let near = mapping.slices.iter().filter(|other| other.chip == slice.chip && quad(other.core) == own);
        if own.is_none() { 1 } else { near.count() as u32 }
    };
    let unit_hz = unit_hz(levels.all.iter().map(|level| level.clock_hz));
    let switch = f64::from(machine.spec().chip.pe.level_switch_ns) * unit_hz / 1e9;
    let pe = |slice: &Slice| {
        let policy = options.level_of(&network.populations[slice.population as usize].name);
        let cycles = PeCycles::of(network, slice, &options.coefficients);
        let level = |n_packets: u32| levels.choose(policy, &cycles, n_packets, tick_ns);
        let (low, high, asleep) = (level(0), level(u32::MAX), levels.asleep(policy));
        // With a permit for each, nobody waits: the usual case, in which quads need not be counted.
        let turns =
            if options.quad_permits < 4 { n_in_quad(slice).div_ceil(options.quad_permits.into()) } else { 1 };
        // Up when the tick begins, down when the work is done.
        let switching = |level: u8| if level == asleep { 0.0 } else { switch * f64::from(turns) };
        let cycle = |level: u8| unit_hz / levels.clock_hz(level) as f64;
        let choice = Choice {
            low,
            high,
            asleep,
            cycle: [cycle(low), cycle(high)],
            switch: [switching(low), switching(high)],
        };
        let threshold = if low == high { u32::MAX } else { first(|n| level(n) == high) };
        let fifo_words = slice.memory.bytes(MemoryBlock::EventFifo) / 4;
        FoldedPe { choice, threshold, fixed: cycles.fixed as f64, fifo_words }
    };
    mapping.slices.iter().map(pe).collect()
}

/// The fewest packets at which any PE that gets packets would rather take the high level.
fn suggested_threshold(
    network: &Network,
    mapping: &Mapping,
    levels: &Levels,
    options: &AccountOptions,
    tick_ns: u64,
) -> Option<u32> {
    let policy = LevelPolicy::Predictive { margin: DEFAULT_MARGIN };
    let receiving = mapping.slices.iter().filter(|slice| !slice.inputs.is_empty());
    let threshold = |slice: &Slice| {
        let cycles = PeCycles::of(network, slice, &options.coefficients);
        let is_high = |n: u32| levels.choose(policy, &cycles, n, tick_ns) == levels.high;
        (levels.low != levels.high).then(|| first(is_high))
    };
    receiving.filter_map(threshold).min().filter(|&n| n < u32::MAX)
}

/// The smallest number for which `holds`, which holds for all larger ones, too, and for the largest.
fn first(holds: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0, u32::MAX);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// Time in which a tick's spikes leave the PEs: the longest neuron phase at the highest level that each takes. An estimate for the load of links and
/// routers during a tick's burst.
fn burst_ns(pes: &[FoldedPe], coefficients: &Coefficients, unit_ns: f64) -> f64 {
    let phase = |pe: &FoldedPe| (pe.fixed - coefficients.cycles_per_tick) * pe.choice.cycle[1];
    pes.iter().map(phase).fold(1.0, f64::max) * unit_ns
}
