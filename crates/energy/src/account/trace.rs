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
    keeps_power: bool,
    /// Column of the next slice.
    next: usize,
}

impl Trace {
    pub(super) fn new(request: &TraceRequest, timesteps: u32) -> Result<Self, EnergyError> {
        let n_samples = request.slices.len() as u64 * u64::from(timesteps);
        let bytes = n_samples * BYTES_PER_SAMPLE + 4 * u64::from(timesteps) * u64::from(request.power);
        EnergyError::check_memory(
            "the trace of every tick",
            bytes,
            MAX_BYTES,
            "keep fewer PEs or ticks; the account itself needs no trace",
        )?;
        Ok(Self { slices: request.slices.clone(), keeps_power: request.power, ..Self::default() })
    }

    pub(super) fn begin(&mut self) {
        self.next = 0;
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "seven digits are enough to look at")]
    pub(super) fn pe(&mut self, slice: usize, packets: u32, level: u8, done: f64) {
        if self.slices.get(self.next).is_some_and(|&next| next as usize == slice) {
            self.next += 1;
            self.packets.push(packets);
            self.levels.push(level);
            self.time_done.push(done as f32);
        }
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.keeps_power || !self.slices.is_empty()
    }

    pub(super) fn wants_power(&self) -> bool {
        self.keeps_power
    }

    #[expect(clippy::cast_possible_truncation, reason = "seven digits are enough to look at")]
    pub(super) fn power(&mut self, watts: f64) {
        self.power_w.push(watts as f32);
    }
}
