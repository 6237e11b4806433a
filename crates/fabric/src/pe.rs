//! The state of a PE outside its program.

use std::collections::VecDeque;

use gennaker_machine::ChipXy;

use crate::program::Interrupt;

/// One PE that runs a program.
#[derive(Debug)]
pub(crate) struct PeState {
    pub(crate) chip: u32,
    pub(crate) xy: ChipXy,
    pub(crate) core: u8,
    /// Class of its own key block, with the block.
    pub(crate) block: Option<(gennaker_mapping::KeyMask, u32)>,
    /// Interrupts that wait for the handler, in the order in which they came.
    pub(crate) raised: VecDeque<Interrupt>,
    /// Whether a handler is due.
    pub(crate) is_run_due: bool,
    /// End of the last handler.
    pub(crate) busy_until: u64,
    pub(crate) wants_packets: bool,
    /// Whether a packet interrupt is due, or raised and not handled.
    pub(crate) is_packet_due: bool,
    pub(crate) timer: Option<Timer>,
    pub(crate) level: u8,
    pub(crate) is_finished: bool,
    /// When the next flit can leave.
    pub(crate) egress_free: u64,
    /// When the DMA controller can start.
    pub(crate) dma_free: u64,
    /// SRAM in words, empty until it is used.
    pub(crate) sram: Vec<u32>,
    pub(crate) note: u32,
    /// Phase of timers, as a fraction of 2^64 of the period.
    pub(crate) phase: u64,
    pub(crate) n_sent: u64,
    pub(crate) n_handled: u64,
    pub(crate) busy_ps: u64,
    pub(crate) cycles: Vec<u64>,
    pub(crate) n_level_changes: u64,
    pub(crate) max_lag_ps: u64,
}

impl PeState {
    /// A PE before anything has happened; where and who it is comes from outside.
    pub(crate) fn asleep(n_levels: usize) -> Self {
        Self {
            chip: 0,
            xy: ChipXy::default(),
            core: 0,
            block: None,
            raised: VecDeque::new(),
            is_run_due: false,
            busy_until: 0,
            wants_packets: false,
            is_packet_due: false,
            timer: None,
            level: 0,
            is_finished: false,
            egress_free: 0,
            dma_free: 0,
            sram: Vec::new(),
            note: 0,
            phase: 0,
            n_sent: 0,
            n_handled: 0,
            busy_ps: 0,
            cycles: vec![0; n_levels],
            n_level_changes: 0,
            max_lag_ps: 0,
        }
    }
}

/// A periodic timer: tick `n` is due at `base + n * period`, with the chip's drift in the second part.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timer {
    pub(crate) base_ps: u64,
    pub(crate) period_ps: u64,
    pub(crate) drift_ppb: i64,
    /// The next tick.
    pub(crate) number: u64,
    /// Tells this timer's events from those of one that was stopped.
    pub(crate) generation: u32,
}

impl Timer {
    /// When a tick is due.
    pub(crate) fn due(&self, number: u64) -> u64 {
        let since = i128::from(number) * i128::from(self.period_ps);
        let drifted = since + since * i128::from(self.drift_ppb) / 1_000_000_000;
        self.base_ps.saturating_add(u64::try_from(drifted).unwrap_or(u64::MAX))
    }
}
