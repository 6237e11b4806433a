//! What describes asynchronous irregular activity: rates, irregularity of intervals, correlation between neurons.
//!
//! These are the measures by which simulations of the cortical microcircuit are compared (van Albada et al., Front. Neuroinform. 12,
//! 291, 2018). All are of one population's recorded spikes, which are sorted by tick, then neuron.

use std::ops::Range;

use gennaker_engine::SpikeRecording;
use serde::Serialize;

/// Three distributions over the neurons, or pairs of neurons, of a population, by mean and standard deviation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// Mean rate in spikes per second; the spread is that between neurons.
    pub rate_hz: Spread,
    /// Coefficient of variation of inter-spike intervals.
    pub cv_isi: Spread,
    /// Correlation of spike counts between pairs.
    pub correlation: Spread,
}

/// Mean and standard deviation of `n` values; both 0 if there are none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
    /// Number of values.
    pub n: usize,
}

impl Spread {
    /// Mean and standard deviation of some values.
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        if values.is_empty() {
            return Self::default();
        }
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
        Self { mean, sd: variance.sqrt(), n: values.len() }
    }
}

/// Fewest spikes of a neuron for which a coefficient of variation means something.
const MIN_SPIKES: usize = 5;
/// Bin of the correlations in ms.
const BIN_MS: f64 = 2.0;
/// Neurons among which pairs are correlated.
const N_CORRELATED: usize = 200;

/// All three measures of `size` neurons over the ticks `window`: coefficients of variation of neurons with at least 5 spikes, and
/// correlations in bins of 2 ms among the first 200 neurons that spike.
#[must_use]
pub fn summary(spikes: &SpikeRecording, size: u32, window: &Range<u32>, tick_ms: f64) -> Summary {
    #[expect(clippy::cast_sign_loss, reason = "a positive number of ticks")]
    let bin = (BIN_MS / tick_ms).round().max(1.0) as u32;
    Summary {
        rate_hz: Spread::of(&rates_hz(spikes, size, window, tick_ms)),
        cv_isi: Spread::of(&cv_isi(spikes, size, window, MIN_SPIKES)),
        correlation: Spread::of(&correlations(spikes, size, window, bin, N_CORRELATED)),
    }
}

/// The spikes of each of `size` neurons within `window`, in ticks.
#[must_use]
pub fn trains(spikes: &SpikeRecording, size: u32, window: &Range<u32>) -> Vec<Vec<u32>> {
    let mut trains = vec![Vec::new(); size as usize];
    for (&tick, &neuron) in spikes.ticks.iter().zip(&spikes.neurons) {
        if window.contains(&tick)
            && let Some(train) = trains.get_mut(neuron as usize)
        {
            train.push(tick);
        }
    }
    trains
}

/// The number of spikes in each tick of `window`, of all neurons together.
#[must_use]
pub fn counts_per_tick(spikes: &SpikeRecording, window: &Range<u32>) -> Vec<u32> {
    let mut counts = vec![0; window.len()];
    for &tick in spikes.ticks.iter().filter(|tick| window.contains(tick)) {
        counts[(tick - window.start) as usize] += 1;
    }
    counts
}

/// The rate of each of `size` neurons within `window`, in spikes per second.
#[must_use]
pub fn rates_hz(spikes: &SpikeRecording, size: u32, window: &Range<u32>, tick_ms: f64) -> Vec<f64> {
    let seconds = f64::from(window.end.saturating_sub(window.start)) * tick_ms / 1000.0;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let rate = |train: &Vec<u32>| train.len() as f64 / seconds;
    trains(spikes, size, window).iter().map(rate).collect()
}

/// The coefficient of variation of the inter-spike intervals of every neuron with at least `min_spikes` spikes: 0 for a clock, 1 for a
/// Poisson process.
#[must_use]
pub fn cv_isi(spikes: &SpikeRecording, size: u32, window: &Range<u32>, min_spikes: usize) -> Vec<f64> {
    let cv = |train: &Vec<u32>| {
        let intervals: Vec<f64> = train.windows(2).map(|pair| f64::from(pair[1] - pair[0])).collect();
        let spread = Spread::of(&intervals);
        spread.sd / spread.mean
    };
    let trains = trains(spikes, size, window);
    trains
        .iter()
        .filter(|train| train.len() >= min_spikes.max(3))
        .map(cv)
        .filter(|cv| cv.is_finite())
        .collect()
}

/// Pearson's correlation of spike counts in bins of `bin` ticks, for every pair among the first `n_neurons` neurons that spike.
///
/// # Panics
/// If `bin` is 0.
#[must_use]
pub fn correlations(
    spikes: &SpikeRecording,
    size: u32,
    window: &Range<u32>,
    bin: u32,
    n_neurons: usize,
) -> Vec<f64> {
    let n_bins = window.end.saturating_sub(window.start) / bin;
    let whole = window.start..window.start + n_bins * bin;
    let trains = trains(spikes, size, &whole);
    let counts: Vec<Counts> = trains
        .iter()
        .filter(|train| !train.is_empty())
        .take(n_neurons)
        .map(|train| Counts::new(train.iter().map(|tick| (tick - whole.start) / bin), n_bins))
        .filter(|counts| counts.variance > 0.0)
        .collect();
    (0..counts.len())
        .flat_map(|i| counts[..i].iter().map(|other| counts[i].correlation(other)).collect::<Vec<_>>())
        .collect()
}

/// One in this many bins is filled where a row of all bins is worth its room.
const FULL: usize = 16;

/// Spike counts in bins, most of which are empty.
struct Counts {
    /// Bins with spikes, ascending, and their counts.
    filled: Vec<(u32, f64)>,
    /// All bins, where many are filled. Sums of products of small whole numbers are exact in any order.
    all: Option<Vec<f64>>,
    n_bins: f64,
    mean: f64,
    variance: f64,
}

impl Counts {
    fn new(bins: impl Iterator<Item = u32>, n_bins: u32) -> Self {
        let mut filled: Vec<(u32, f64)> = Vec::new();
        for bin in bins {
            match filled.last_mut() {
                Some((last, count)) if *last == bin => *count += 1.0,
                _ => filled.push((bin, 1.0)),
            }
        }
        let is_full = filled.len() > n_bins as usize / FULL;
        let all = is_full.then(|| {
            let mut all = vec![0.0; n_bins as usize];
            filled.iter().for_each(|&(bin, count)| all[bin as usize] = count);
            all
        });
        let n_bins = f64::from(n_bins);
        let mean = filled.iter().map(|(_, count)| count).sum::<f64>() / n_bins;
        let square = filled.iter().map(|(_, count)| count * count).sum::<f64>() / n_bins;
        Self { filled, all, n_bins, mean, variance: square - mean * mean }
    }

    fn correlation(&self, other: &Self) -> f64 {
        let product = match (&self.all, &other.all) {
            // Short rows of numbers side by side are faster than looking things up.
            (Some(own), Some(other)) => own.iter().zip(other).map(|(a, b)| a * b).sum(),
            _ => self.shared(other),
        };
        (product / self.n_bins - self.mean * other.mean) / (self.variance * other.variance).sqrt()
    }

    /// Sum of products of counts, over bins that both have filled.
    fn shared(&self, other: &Self) -> f64 {
        let mut rest = other.filled.as_slice();
        let mut product = 0.0;
        for &(bin, count) in &self.filled {
            rest = &rest[rest.partition_point(|(other, _)| *other < bin)..];
            if let Some(&(_, other)) = rest.first().filter(|(other, _)| *other == bin) {
                product += count * other;
            }
        }
        product
    }
}

#[cfg(test)]
mod tests {
    use gennaker_network::SpikeTrains;
    use gennaker_network::random::{Purpose, Stream, uniform};

    use super::*;

    fn recording(trains: &[Vec<u32>]) -> SpikeRecording {
        let trains = SpikeTrains::from_lists((0..).zip(trains.to_vec()));
        SpikeRecording { ticks: trains.ticks().to_vec(), neurons: trains.neurons().to_vec() }
    }

    /// Spikes with probability `p` per tick, and those of a train that all share with probability `common`.
    fn poisson(n: u32, ticks: u32, p: f64, common: f64) -> SpikeRecording {
        let mut shared = Stream::new(1, Purpose::Poisson, 1, 0);
        let shared: Vec<bool> = (0..ticks).map(|_| uniform(&mut shared) < p).collect();
        let train = |neuron| {
            let mut stream = Stream::new(1, Purpose::Poisson, 0, neuron);
            let spikes = |tick: &u32| {
                let own = uniform(&mut stream) < p;
                let takes_shared = uniform(&mut stream) < common;
                if takes_shared { shared[*tick as usize] } else { own }
            };
            (0..ticks).filter(spikes).collect()
        };
        recording(&(0..n).map(train).collect::<Vec<_>>())
    }

    #[test]
    fn a_clock_is_regular() {
        let spikes = recording(&[(0..1000).step_by(10).collect(), vec![3, 5]]);
        let result = summary(&spikes, 3, &(0..1000), 1.0);
        assert_eq!(rates_hz(&spikes, 3, &(0..1000), 1.0), [100.0, 2.0, 0.0]);
        assert_eq!(cv_isi(&spikes, 3, &(0..1000), 5), [0.0]);
        assert_eq!(counts_per_tick(&spikes, &(3..12)), [1, 0, 1, 0, 0, 0, 0, 1, 0]);
        assert_eq!((result.cv_isi.mean, result.cv_isi.n, result.rate_hz.n), (0.0, 1, 3));
        assert!((result.rate_hz.mean - 34.0).abs() < 1e-12);
        assert_eq!(rates_hz(&spikes, 1, &(500..1000), 0.1), [1000.0]);
    }

    #[test]
    fn coins_are_irregular_and_independent() {
        let result = summary(&poisson(40, 50_000, 0.01, 0.0), 40, &(0..50_000), 1.0);
        assert!((result.rate_hz.mean - 10.0).abs() < 0.2, "{result:?}");
        assert!((result.cv_isi.mean - 0.99).abs() < 0.02, "{result:?}");
        assert!(result.correlation.mean.abs() < 0.002, "{result:?}");
        assert_eq!(result.correlation.n, 40 * 39 / 2);
    }

    #[test]
    fn shared_spikes_correlate() {
        let spikes = poisson(40, 50_000, 0.01, 0.5);
        let found = Spread::of(&correlations(&spikes, 40, &(0..50_000), 1, 40));
        assert!((found.mean - 0.25).abs() < 0.02, "{found:?}");
        assert_eq!(correlations(&spikes, 40, &(0..50_000), 1, 3).len(), 3);
        assert!(correlations(&spikes, 40, &(0..0), 1, 3).is_empty());
    }
}
