//! What is kept of every tick.

use crate::error::EnergyError;

/// Traces may take as much memory as this.
const MAX_BYTES: u64 = 4 << 30;
/// Packets, level and time of one PE in one tick.
const BYTES_PER_SAMPLE: u64 = 9;

/// Which PEs to keep, and whether to keep the machine's power.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraceRequest {
    /// Slices to keep, ascending.
    pub slices: Vec<u32>,
    /// Whether to keep the power of every tick.
    pub power: bool,
    /// Whether to keep what all PEs together do in every tick.
    pub overview: bool,
}

/// Ticks in rows, the requested slices in columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace {
    /// The slices, ascending.
    pub slices: Vec<u32>,
    /// Packets that waited when the tick began: `packets[tick * slices.len() + column]`.
    pub packets: Vec<u32>,
    /// Performance level.
    pub levels: Vec<u8>,
    /// When the PE was done, as part of the tick; above 1 it overran.
    pub time_done: Vec<f32>,
    /// Mean power of everything that is switched on in each tick, in W; empty if it was not asked for.
    pub power_w: Vec<f32>,
    /// What all PEs together do; empty if it was not asked for.
    pub overview: Overview,
    keeps_power: bool,
    keeps_overview: bool,
    /// Column of the next slice.
    next: usize,
}

/// All PEs together, tick by tick.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overview {
    /// When the last PE was done, as part of the tick; above 1 it overran.
    pub latest: Vec<f32>,
    /// When the PEs were done in the mean, as part of the tick.
    pub mean: Vec<f32>,
    /// PEs that were not done when the next tick began.
    pub n_late: Vec<u32>,
    /// PEs by performance level: `n_at_level[tick * n_levels + level]`.
    pub n_at_level: Vec<u32>,
    /// Levels in that.
    pub n_levels: usize,
}

impl Overview {
    /// Begins a tick.
    fn begin(&mut self) {
        self.latest.push(0.0);
        self.mean.push(0.0);
        self.n_late.push(0);
        self.n_at_level.resize(self.n_at_level.len() + self.n_levels, 0);
    }

    /// Takes one of `n` PEs in the tick that was begun.
    #[expect(clippy::cast_possible_truncation, reason = "seven digits are enough to look at")]
    fn pe(&mut self, level: u8, done: f64, n: f64) {
        let tick = self.latest.len() - 1;
        self.latest[tick] = self.latest[tick].max(done as f32);
        self.mean[tick] += (done / n) as f32;
        self.n_late[tick] += u32::from(done > 1.0);
        self.n_at_level[tick * self.n_levels + usize::from(level)] += 1;
    }
}

impl Trace {
    pub(super) fn new(request: &TraceRequest, timesteps: u32, n_levels: usize) -> Result<Self, EnergyError> {
        let n_samples = request.slices.len() as u64 * u64::from(timesteps);
        let overview = if request.overview { 12 + 4 * n_levels as u64 } else { 0 };
        let per_tick = 4 * u64::from(request.power) + overview;
        let bytes = n_samples * BYTES_PER_SAMPLE + u64::from(timesteps) * per_tick;
        EnergyError::check_memory(
            "the trace of every tick",
            bytes,
            MAX_BYTES,
            "keep fewer PEs or ticks; the account itself needs no trace",
        )?;
        Ok(Self {
            slices: request.slices.clone(),
            keeps_power: request.power,
            keeps_overview: request.overview,
            overview: Overview { n_levels, ..Overview::default() },
            ..Self::default()
        })
    }

    pub(super) fn begin(&mut self) {
        self.next = 0;
        if self.keeps_overview {
            self.overview.begin();
        }
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "seven digits are enough to look at")]
    pub(super) fn pe(&mut self, slice: usize, n_slices: usize, packets: u32, level: u8, done: f64) {
        if self.keeps_overview {
            self.overview.pe(level, done, n_slices as f64);
        }
        if self.slices.get(self.next).is_some_and(|&next| next as usize == slice) {
            self.next += 1;
            self.packets.push(packets);
            self.levels.push(level);
            self.time_done.push(done as f32);
        }
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.keeps_power || self.keeps_overview || !self.slices.is_empty()
    }

    pub(super) fn wants_power(&self) -> bool {
        self.keeps_power
    }

    #[expect(clippy::cast_possible_truncation, reason = "seven digits are enough to look at")]
    pub(super) fn power(&mut self, watts: f64) {
        self.power_w.push(watts as f32);
    }
}
