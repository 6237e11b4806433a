//! Powers and energies by performance level, and the sum of an account.

use gennaker_machine::{LinkClass, Machine};
use serde::{Deserialize, Serialize};

use crate::coefficients::Coefficients;
use crate::error::EnergyError;
use crate::levels::Levels;

/// Supply voltages whose powers were published, in mV.
const RAILS_MV: (u32, u32) = (500, 800);

/// What a PE takes at one level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelPower {
    /// Asleep, in mW: leakage and clocks that are never gated.
    pub sleep_mw: f64,
    /// One busy cycle above that, in pJ.
    pub cycle_pj: f64,
    /// One 8-bit multiply-accumulate above that, in pJ.
    pub mac_pj: f64,
    /// Clock in Hz.
    pub clock_hz: u64,
}

impl LevelPower {
    /// The powers of all levels of a machine's PEs. The two published levels have measured powers; at another clock of the same
    /// rail the part of sleep power that is not leakage follows the clock.
    ///
    /// # Errors
    /// [`EnergyError::NoPower`] for a supply that nobody has measured.
    #[expect(clippy::cast_precision_loss, reason = "clocks are far below 2^53")]
    pub fn of_all(machine: &Machine, coefficients: &Coefficients) -> Result<Vec<Self>, EnergyError> {
        let levels = Levels::of(&machine.spec().chip.pe);
        let reference_hz = |supply_mv: u32| {
            let published = levels.all.iter().filter(|level| level.published && level.supply_mv == supply_mv);
            published.map(|level| level.clock_hz).max()
        };
        let of = |level: &gennaker_machine::PerformanceLevel| {
            let (sleep_mw, cycle_pj, mac_pj) = match level.supply_mv {
                mv if mv == RAILS_MV.0 => {
                    (coefficients.pe_sleep_low_mw, coefficients.cycle_low_pj, coefficients.mac_low_pj)
                }
                mv if mv == RAILS_MV.1 => {
                    (coefficients.pe_sleep_high_mw, coefficients.cycle_high_pj, coefficients.mac_high_pj)
                }
                supply_mv => {
                    return Err(EnergyError::NoPower {
                        machine: machine.spec().name.clone(),
                        supply_mv,
                        low_mv: RAILS_MV.0,
                        high_mv: RAILS_MV.1,
                    });
                }
            };
            let clocks = reference_hz(level.supply_mv).map_or(1.0, |hz| level.clock_hz as f64 / hz as f64);
            let leak = coefficients.pe_leak_fraction;
            let sleep_mw = sleep_mw * (leak + (1.0 - leak) * clocks);
            Ok(Self { sleep_mw, cycle_pj, mac_pj, clock_hz: level.clock_hz })
        };
        levels.all.iter().map(of).collect()
    }

    /// Seconds that this many cycles take.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    pub fn seconds(&self, cycles: u64) -> f64 {
        cycles as f64 / self.clock_hz as f64
    }
}

/// Everything that happened in a stretch of time and costs energy, counted. Counts are whole numbers, so that sums do not depend
/// on their order; coefficients come in only when the account is read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    /// Busy cycles of PEs, by level asleep, then level awake: `cycles[asleep * n_levels + awake]`.
    pub(crate) cycles: Vec<u64>,
    pub(crate) switches: u64,
    pub(crate) flit_hops: u64,
    pub(crate) router_packets: u64,
    pub(crate) short_link_packets: u64,
    pub(crate) long_link_packets: u64,
    pub(crate) dram_bytes: u64,
}

impl Tally {
    pub(crate) fn new(n_levels: usize) -> Self {
        Self { cycles: vec![0; n_levels * n_levels], ..Self::default() }
    }

    /// Adds the work of a PE that sleeps at one level and was awake at another for some ticks.
    pub(crate) fn add_pe(&mut self, asleep: u8, awake: u8, cycles: u64, ticks: u32) {
        let n_levels = self.cycles.len().isqrt();
        self.cycles[usize::from(asleep) * n_levels + usize::from(awake)] += cycles;
        // Up when a tick begins, down when its work is done.
        self.switches += if asleep == awake { 0 } else { 2 * u64::from(ticks) };
    }

    pub(crate) fn add_link(&mut self, class: LinkClass, packets: u64) {
        match class {
            LinkClass::Short => self.short_link_packets += packets,
            LinkClass::Long => self.long_link_packets += packets,
        }
    }
}

/// What is switched on, whether or not anything happens.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Powered {
    /// Boards switched on; 0 for chips without a board of their own.
    pub n_boards: u64,
    /// Frames of 18 boards that hold them, if there are as many.
    pub n_frames: u64,
    /// Chips switched on.
    pub n_chips: u64,
    /// PEs in use.
    pub n_used_pes: u64,
    /// Working PEs on those chips that nothing runs on, reserved ones included.
    pub n_unused_pes: u64,
    /// Long links (both directions together) between those chips.
    pub n_long_links: u64,
    /// Short links between those chips.
    pub n_short_links: u64,
    /// Used PEs by the level at which they sleep.
    pub asleep: Vec<u64>,
}

/// An energy, split by where it goes. All values in joule.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Energy {
    /// PEs in use: leakage and clocks, busy or asleep.
    pub pe_sleep_j: f64,
    /// PEs in use: busy cycles above that.
    pub pe_cycles_j: f64,
    /// Changes of performance level.
    pub pe_switch_j: f64,
    /// PEs that nothing runs on.
    pub pe_unused_j: f64,
    /// Flits on the chips' data networks.
    pub noc_j: f64,
    /// Packets through routers.
    pub router_j: f64,
    /// Bits over links.
    pub link_j: f64,
    /// Links at rest.
    pub link_idle_j: f64,
    /// DRAM at rest.
    pub dram_static_j: f64,
    /// Bytes to and from DRAM: recordings that do not fit SRAM.
    pub dram_traffic_j: f64,
    /// The rest of the chips.
    pub uncore_j: f64,
    /// Boards besides their chips.
    pub board_j: f64,
    /// Frames besides their boards.
    pub frame_j: f64,
    /// Lost in power supplies; 0 for chips without a board.
    pub supply_j: f64,
}

impl Energy {
    /// All of it.
    #[must_use]
    pub fn total_j(&self) -> f64 {
        self.chips_j() + self.board_j + self.frame_j + self.supply_j
    }

    /// Chips with their links and DRAM.
    #[must_use]
    pub fn chips_j(&self) -> f64 {
        self.dynamic_j()
            + self.pe_sleep_j
            + self.pe_unused_j
            + self.link_idle_j
            + self.dram_static_j
            + self.uncore_j
    }

    /// What would not be there if nothing happened.
    #[must_use]
    pub fn dynamic_j(&self) -> f64 {
        self.pe_cycles_j + self.pe_switch_j + self.noc_j + self.router_j + self.link_j + self.dram_traffic_j
    }

    /// The parts by name, in joule.
    #[must_use]
    pub fn parts(&self) -> [(&'static str, f64); 14] {
        [
            ("PEs, leakage and clocks", self.pe_sleep_j),
            ("PEs, busy cycles", self.pe_cycles_j),
            ("PEs, level changes", self.pe_switch_j),
            ("PEs not in use", self.pe_unused_j),
            ("data networks", self.noc_j),
            ("routers", self.router_j),
            ("links, packets", self.link_j),
            ("links, idle", self.link_idle_j),
            ("DRAM, idle", self.dram_static_j),
            ("DRAM, transfers", self.dram_traffic_j),
            ("rest of the chips", self.uncore_j),
            ("boards", self.board_j),
            ("frames", self.frame_j),
            ("supply losses", self.supply_j),
        ]
    }
}

/// Everything needed to turn a tally into joules.
#[derive(Debug, Clone)]
pub(crate) struct Prices {
    pub(crate) levels: Vec<LevelPower>,
    pub(crate) coefficients: Coefficients,
    pub(crate) unused_mw: f64,
    pub(crate) link_bits: (u32, u32),
    pub(crate) powered: Powered,
}

const PICO: f64 = 1e-12;
const MILLI: f64 = 1e-3;

impl Prices {
    /// The energy of a stretch of time.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub(crate) fn energy(&self, tally: &Tally, seconds: f64) -> Energy {
        let (c, on) = (&self.coefficients, &self.powered);
        let boards = on.n_boards as f64;
        let mut energy = Energy {
            pe_sleep_j: self.sleep_j(tally, seconds),
            pe_cycles_j: self
                .sum_cycles(tally, |_, awake, cycles| cycles as f64 * self.levels[awake].cycle_pj)
                * PICO,
            pe_switch_j: tally.switches as f64 * c.level_switch_nj * 1e-9,
            pe_unused_j: on.n_unused_pes as f64 * self.unused_mw * MILLI * seconds,
            noc_j: tally.flit_hops as f64 * c.noc_flit_hop_pj * PICO,
            router_j: tally.router_packets as f64 * c.router_packet_pj * PICO,
            link_j: self.link_j(tally),
            link_idle_j: (on.n_short_links as f64 * c.short_link_idle_mw
                + on.n_long_links as f64 * c.long_link_idle_mw)
                * MILLI
                * seconds,
            dram_static_j: on.n_chips as f64 * c.dram_static_mw * MILLI * seconds,
            dram_traffic_j: tally.dram_bytes as f64 * c.dram_pj_per_byte * PICO,
            uncore_j: on.n_chips as f64 * c.uncore_mw * MILLI * seconds,
            board_j: boards * c.board_overhead_w * seconds,
            frame_j: on.n_frames as f64 * c.frame_overhead_w * seconds,
            supply_j: 0.0,
        };
        if on.n_boards > 0 {
            energy.supply_j = (energy.chips_j() + energy.board_j) * (1.0 / c.supply_efficiency - 1.0);
        }
        energy
    }

    /// PEs asleep all the time, and the difference while they are awake at another level.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn sleep_j(&self, tally: &Tally, seconds: f64) -> f64 {
        let asleep: f64 =
            self.powered.asleep.iter().zip(&self.levels).map(|(&n, level)| n as f64 * level.sleep_mw).sum();
        let awake = self.sum_cycles(tally, |asleep, awake, cycles| {
            let (awake, asleep) = (self.levels[awake], self.levels[asleep]);
            awake.seconds(cycles) * (awake.sleep_mw - asleep.sleep_mw)
        });
        (asleep * seconds + awake) * MILLI
    }

    fn sum_cycles(&self, tally: &Tally, each: impl Fn(usize, usize, u64) -> f64) -> f64 {
        let n = self.levels.len();
        tally.cycles.iter().enumerate().map(|(at, &cycles)| each(at / n, at % n, cycles)).sum()
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn link_j(&self, tally: &Tally) -> f64 {
        let bits = |packets: u64, packet_bits: u32| packets as f64 * f64::from(packet_bits);
        let short =
            bits(tally.short_link_packets, self.link_bits.0) * self.coefficients.short_link_pj_per_bit;
        let long = bits(tally.long_link_packets, self.link_bits.1) * self.coefficients.long_link_pj_per_bit;
        (short + long) * PICO
    }
}
