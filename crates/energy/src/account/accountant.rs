//! Folds counts into an account, tick by tick.

use gennaker_machine::{ChipXy, LinkClass, Machine};
use gennaker_mapping::{Mapping, Slice};
use gennaker_network::Network;

use crate::account::options::{AccountOptions, UnusedPes};
use crate::account::powered::powered;
use crate::account::report::{Account, Done, LinkAccount, Parts, PeAccount, RouterAccount};
use crate::account::trace::{Trace, TraceRequest};
use crate::coefficients::Coefficients;
use crate::counting::TickCounts;
use crate::cycles::PeCycles;
use crate::error::EnergyError;
use crate::levels::{LevelPolicy, Levels};
use crate::power::{LevelPower, Prices, Tally};
use crate::traffic::{DirectedLink, Traffic};

/// Takes counts tick by tick and says what they cost. Several accountants, each with its own options, can listen to one run.
#[derive(Debug)]
pub struct Accountant {
    options: AccountOptions,
    levels: Levels,
    prices: Prices,
    tick_ns: u64,
    ticks: u32,
    pes: Vec<Pe>,
    links: Vec<Flow>,
    routers: Vec<Flow>,
    directed: Vec<DirectedLink>,
    chips: Vec<ChipXy>,
    link_rates: (u64, u64),
    router_rate: u64,
    burst_ns: f64,
    tally: Tally,
    now: Tally,
    n_updates_per_tick: u64,
    trace: Trace,
    machine: String,
}

/// One PE in use.
#[derive(Debug)]
struct Pe {
    cycles: PeCycles,
    policy: LevelPolicy,
    asleep: u8,
    /// Time lost to one change of level, with the worst wait for the QuadPE's permits.
    switch_ns: f64,
    /// Recordings that go to DRAM, in bytes per tick.
    dram_bytes: u64,
    lag_ns: f64,
    account: PeAccount,
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
        let pes = pes(network, mapping, machine, &levels, options);
        let mut powered = powered(mapping, machine, traffic, options.powered);
        powered.asleep = vec![0; levels.all.len()];
        pes.iter().for_each(|pe| powered.asleep[usize::from(pe.asleep)] += 1);
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
        Ok(Self {
            tick_ns: options.tick_ns.unwrap_or(tick_ns),
            ticks: 0,
            links: vec![Flow::default(); traffic.links.len()],
            routers: vec![Flow::default(); traffic.routers.len()],
            directed: traffic.links.clone(),
            chips: traffic.routers.clone(),
            link_rates: (spec.links.short.packets_per_s, spec.links.long.packets_per_s),
            router_rate: spec.router.clock_hz * u64::from(spec.router.lookups_per_cycle),
            burst_ns: burst_ns(&pes, &options.coefficients, levels.clock_hz(levels.high)),
            tally: Tally::new(n_levels),
            now: Tally::new(n_levels),
            n_updates_per_tick: mapping.slices.iter().map(|slice| u64::from(slice.n_neurons())).sum(),
            trace: Trace::default(),
            machine: machine.spec().name.clone(),
            options: options.clone(),
            levels,
            prices,
            pes,
        })
    }

    /// Keeps what some PEs, or the whole machine, do tick by tick.
    ///
    /// # Errors
    /// [`EnergyError::Memory`].
    pub fn with_trace(mut self, request: &TraceRequest, timesteps: u32) -> Result<Self, EnergyError> {
        self.trace = Trace::new(request, timesteps)?;
        Ok(self)
    }

    /// Takes the counts of the next tick.
    pub fn tick(&mut self, counts: &TickCounts<'_>) {
        self.now.clear();
        self.trace.begin();
        for slice in 0..self.pes.len() {
            self.pe(slice, counts);
        }
        self.traffic(counts);
        self.tally.add(&self.now);
        if self.trace.wants_power() {
            let seconds = self.tick_ns as f64 / 1e9;
            self.trace.power(self.prices.energy(&self.now, seconds).total_j() / seconds);
        }
        self.ticks += 1;
    }

    fn pe(&mut self, slice: usize, counts: &TickCounts<'_>) {
        let pe = &mut self.pes[slice];
        let work = counts.work(slice);
        let level = self.levels.choose(pe.policy, &pe.cycles, work.packets, self.tick_ns);
        let cycles = pe.cycles.cycles(work);
        let mut own_ns = self.prices.levels[usize::from(level)].seconds(cycles) * 1e9;
        if level != pe.asleep {
            // Up when the tick begins, down when the work is done.
            own_ns += pe.switch_ns;
            self.now.switches += 2;
            pe.account.switches += 2;
        }
        let n_levels = self.levels.all.len();
        self.now.cycles[usize::from(pe.asleep) * n_levels + usize::from(level)] += cycles;
        self.now.dram_bytes += pe.dram_bytes;
        let tick_ns = self.tick_ns as f64;
        let done_ns = pe.lag_ns + own_ns;
        pe.lag_ns = (done_ns - tick_ns).max(0.0);
        let done = Done { part: done_ns / tick_ns, own: own_ns / tick_ns, lag_ns: pe.lag_ns };
        pe.account.take(counts.tick, work, level, cycles, done);
        self.trace.pe(slice, work.packets, level, done.part);
    }

    fn traffic(&mut self, counts: &TickCounts<'_>) {
        let tick = counts.tick;
        for ((flow, link), &n) in self.links.iter_mut().zip(&self.directed).zip(counts.links) {
            flow.add(tick, n);
            match link.class {
                LinkClass::Short => self.now.short_link_packets += u64::from(n),
                LinkClass::Long => self.now.long_link_packets += u64::from(n),
            }
        }
        for (flow, &n) in self.routers.iter_mut().zip(counts.routers) {
            flow.add(tick, n);
            self.now.router_packets += u64::from(n);
        }
        self.now.flit_hops += counts.flit_hops;
    }

    /// What was kept tick by tick.
    #[must_use]
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The account of all ticks so far.
    #[must_use]
    pub fn account(&self) -> Account {
        let lag_ns = self.pes.iter().map(|pe| pe.lag_ns).fold(0.0, f64::max);
        let duration_s = (f64::from(self.ticks) * self.tick_ns as f64 + lag_ns) / 1e9;
        let energy = self.prices.energy(&self.tally, duration_s);
        let pes: Vec<PeAccount> = self.pes.iter().map(|pe| self.finished(pe, duration_s)).collect();
        Account::new(Parts {
            machine: self.machine.clone(),
            options: self.options.clone(),
            levels: self.levels.clone(),
            tick_ns: self.tick_ns,
            ticks: self.ticks,
            duration_s,
            n_updates: self.n_updates_per_tick * u64::from(self.ticks),
            energy,
            powered: self.prices.powered.clone(),
            pes,
            links: self.link_accounts(),
            routers: self.router_accounts(),
            burst_ns: self.burst_ns,
        })
    }

    fn finished(&self, pe: &Pe, duration_s: f64) -> PeAccount {
        let mut account = pe.account.clone();
        let at = |(level, &cycles): (usize, &u64)| (self.prices.levels[level], cycles);
        let awake = || account.cycles_at_level.iter().enumerate().map(at);
        let busy_s: f64 = awake().map(|(level, cycles)| level.seconds(cycles)).sum();
        let asleep_mw = self.prices.levels[usize::from(pe.asleep)].sleep_mw;
        let static_mj: f64 = awake().map(|(level, cycles)| level.seconds(cycles) * level.sleep_mw).sum();
        let cycles_pj: f64 = awake().map(|(level, cycles)| cycles as f64 * level.cycle_pj).sum();
        let switch_j = account.switches as f64 * self.options.coefficients.level_switch_nj * 1e-9;
        let asleep_mj = (duration_s - busy_s).max(0.0) * asleep_mw;
        let energy_j = (static_mj + asleep_mj) * 1e-3 + cycles_pj * 1e-12 + switch_j;
        account.busy_fraction = if duration_s > 0.0 { busy_s / duration_s } else { 0.0 };
        account.energy_j = energy_j;
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

fn pes(
    network: &Network,
    mapping: &Mapping,
    machine: &Machine,
    levels: &Levels,
    options: &AccountOptions,
) -> Vec<Pe> {
    let n_in_quad = |slice: &Slice| {
        let quad = |core: u8| machine.core_position(core).map(|place| place.quad);
        let own = quad(slice.core);
        let near = mapping.slices.iter().filter(|other| other.chip == slice.chip && quad(other.core) == own);
        if own.is_none() { 1 } else { near.count() as u32 }
    };
    let switch_ns = f64::from(machine.spec().chip.pe.level_switch_ns);
    let pe = |(index, slice): (usize, &Slice)| {
        let policy = options.level_of(&network.populations[slice.population as usize].name);
        // With a permit for each, nobody waits: the usual case, in which quads need not be counted.
        let turns =
            if options.quad_permits < 4 { n_in_quad(slice).div_ceil(options.quad_permits.into()) } else { 1 };
        Pe {
            cycles: PeCycles::of(network, slice, &options.coefficients),
            policy,
            asleep: levels.asleep(policy),
            switch_ns: switch_ns * f64::from(turns),
            dram_bytes: slice.dram_bytes / u64::from(mapping.options.timesteps.max(1)),
            lag_ns: 0.0,
            account: PeAccount::new(index, slice, levels.all.len()),
        }
    };
    mapping.slices.iter().enumerate().map(pe).collect()
}

/// Time in which a tick's spikes leave the PEs: the longest neuron phase at the high level. An estimate for the load of links and
/// routers during a tick's burst.
fn burst_ns(pes: &[Pe], coefficients: &Coefficients, clock_hz: u64) -> f64 {
    let phase = |pe: &Pe| pe.cycles.fixed as f64 - coefficients.cycles_per_tick;
    let cycles = pes.iter().map(phase).fold(1.0, f64::max);
    cycles * 1e9 / clock_hz as f64
}
