//! Population rates over time.

use std::ops::Range;

use crate::axis::nice_step;

/// A round number of ticks of which about `n_bins` make the range.
pub(crate) fn bin_ticks(range: &Range<u32>, n_bins: f64) -> u32 {
    let ticks = f64::from(range.end - range.start);
    #[expect(clippy::cast_sign_loss, reason = "at least 1")]
    let bin = nice_step((ticks / n_bins).max(1.0)).round() as u32;
    bin.max(1)
}

/// Mean rates per neuron of a population of `size` neurons in Hz, bin by bin, from the ticks of its spikes. Spikes
/// outside the range do not count; the last bin may be shorter than the others.
pub(crate) fn rates(
    ticks: impl Iterator<Item = u32>,
    size: u32,
    range: &Range<u32>,
    bin_ticks: u32,
    tick_ms: f64,
) -> Vec<f64> {
    let n_bins = (range.end - range.start).div_ceil(bin_ticks);
    let mut counts = vec![0u64; n_bins as usize];
    for tick in ticks.filter(|tick| range.contains(tick)) {
        counts[((tick - range.start) / bin_ticks) as usize] += 1;
    }
    let seconds = |bin: u32| {
        let start = range.start + bin * bin_ticks;
        f64::from((range.end - start).min(bin_ticks)) * tick_ms / 1000.0
    };
    #[expect(clippy::cast_precision_loss, reason = "a mean")]
    let rate = |(bin, &n): (u32, &u64)| n as f64 / (f64::from(size.max(1)) * seconds(bin));
    (0..n_bins).zip(&counts).map(rate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regular_population_has_a_flat_rate() {
        // 4 neurons, each spiking every 10 ticks of 0.5 ms: 200 Hz.
        let ticks = (0..1005).filter(|t| t % 10 == 0).flat_map(|t| [t; 4]);
        assert_eq!(bin_ticks(&(0..1005), 120.0), 10);
        let hz = rates(ticks, 4, &(0..1005), 10, 0.5);
        assert_eq!(hz.len(), 101);
        assert!(hz[..100].iter().all(|hz| (hz - 200.0).abs() < 1e-9));
        // The last bin has 5 ticks and one spike of each neuron.
        assert!((hz[100] - 400.0).abs() < 1e-9);
    }
}
