//! What a PE's matrix accelerator takes for a product: cycles and energy.

use gennaker_machine::spinnaker2 as s2;

use crate::power::LevelPower;

/// A matrix product C (M x N) = A (M x K) B (K x N) with 8-bit operands on one PE's matrix accelerator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatrixProduct {
    /// Rows of the result.
    pub m: u32,
    /// Columns of the result.
    pub n: u32,
    /// Inner dimension.
    pub k: u32,
    /// Bytes of one element of the result: 1, 2 or 4.
    pub output_bytes: u32,
}

impl MatrixProduct {
    /// Multiply-accumulates that count.
    #[must_use]
    pub fn macs(&self) -> u64 {
        (u64::from(self.m) * u64::from(self.n)).saturating_mul(u64::from(self.k))
    }

    /// Cycles with operands in SRAM: tiles of 4 rows and 16 columns (published), each taking the inner dimension, the time to write
    /// its results and a set-up. The last two are a fit to the utilisations that Scholze et al. 2026 (arXiv 2607.24396) report.
    #[must_use]
    pub fn cycles(&self) -> u64 {
        let tile = u64::from(s2::MAC_ROWS.value * s2::MAC_COLUMNS.value);
        let tiles = u64::from(self.m.div_ceil(s2::MAC_ROWS.value))
            * u64::from(self.n.div_ceil(s2::MAC_COLUMNS.value));
        let output =
            (tile * u64::from(self.output_bytes)).div_ceil(u64::from(s2::MAC_OUTPUT_BYTES_PER_CYCLE.value));
        let inner = u64::from(self.k) * u64::from(s2::MAC_CYCLES_8X8.value);
        tiles.saturating_mul(inner + output + u64::from(s2::MAC_SETUP_CYCLES.value))
    }

    /// Part of the accelerator's peak rate that is reached.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a ratio")]
    pub fn utilisation(&self) -> f64 {
        let cells = s2::MAC_ROWS.value * s2::MAC_COLUMNS.value;
        self.macs() as f64 / (self.cycles() as f64 * f64::from(cells))
    }

    /// Mean power of a PE that does nothing else, in mW, its core asleep.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a ratio")]
    pub fn power_mw(&self, level: &LevelPower) -> f64 {
        let seconds = level.seconds(self.cycles());
        level.sleep_mw + self.macs() as f64 * level.mac_pj * 1e-9 / seconds
    }

    /// Operations per second in TOPS, two to a multiply-accumulate.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a ratio")]
    pub fn tops(&self, level: &LevelPower) -> f64 {
        2.0 * self.macs() as f64 / level.seconds(self.cycles()) / 1e12
    }
}
