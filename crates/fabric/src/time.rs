//! Time in whole picoseconds.

/// Picoseconds in a nanosecond.
pub(crate) const PS_PER_NS: u64 = 1_000;
/// Time at which a run ends whatever happens, 106 days: no sum of a time before it and a single duration overflows.
pub(crate) const END_PS: u64 = u64::MAX / 2;
/// Longest time that one thing can take.
const LONGEST_PS: u64 = u64::MAX / 4;
const PS_PER_S: u64 = 1_000_000_000_000;

/// A clock that turns cycles into picoseconds; rounding is upwards, to the next whole picosecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    /// Picoseconds per cycle with 32 fractional bits.
    period: u64,
}

impl Clock {
    /// The clock of this rate, at least 1 kHz.
    pub(crate) fn of_hz(hz: u64) -> Self {
        Self { period: ((u128::from(PS_PER_S) << 32) / u128::from(hz.max(1_000))) as u64 }
    }

    /// The time that this many cycles take.
    #[inline]
    pub(crate) fn ps(self, cycles: u64) -> u64 {
        let ps = (u128::from(self.period) * u128::from(cycles) + 0xFFFF_FFFF) >> 32;
        ps.min(u128::from(LONGEST_PS)) as u64
    }
}

/// The time that `bytes` take at a rate, rounded up to the next picosecond.
pub(crate) fn transfer_ps(bytes: u64, bytes_per_s: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "positive and far below 2^53"
    )]
    let ps = (bytes as f64 * PS_PER_S as f64 / bytes_per_s).ceil() as u64;
    ps.min(LONGEST_PS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycles_of_awkward_clocks_do_not_drift() {
        let clock = Clock::of_hz(300_000_000);
        assert_eq!(clock.ps(0), 0);
        assert_eq!(clock.ps(1), 3_334);
        assert_eq!(clock.ps(3), 10_000);
        assert_eq!(clock.ps(300_000), 1_000_000_000);
        assert_eq!(Clock::of_hz(400_000_000).ps(1), 2_500);
        assert_eq!(Clock::of_hz(1_000).ps(1), 1_000_000_000);
    }

    #[test]
    fn no_single_duration_brings_a_time_before_the_end_beyond_what_fits() {
        for longest in [Clock::of_hz(1_000).ps(u64::MAX), transfer_ps(1 << 40, 1e-6)] {
            assert_eq!(longest, LONGEST_PS);
            assert!(END_PS.checked_add(longest).is_some());
        }
    }
}
