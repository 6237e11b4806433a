//! Many numbers made few, so that a page stays small: spikes on a grid, samples as ranges, values as histograms.

use std::ops::Range;

use crate::page::document::{Distribution, Raster};
use crate::page::packed::Packed;

/// Spikes that a page shows one by one, all populations together: 4.3 MB of it.
pub const MAX_RASTER_SPIKES: usize = 400_000;
/// Cells of all grids on which more spikes are counted: 8 MB of a page.
pub const MAX_RASTER_CELLS: usize = 6_000_000;
/// Cells of one grid, and its rows.
const MAX_CELLS: usize = 1_000_000;
const MAX_ROWS: u32 = 500;
/// Samples of a line of a trace; of more, ranges are shown.
pub const MAX_SAMPLES: usize = 3_000;
/// Bins of a histogram.
const N_BINS: usize = 40;

/// The spikes of one population: ticks in ascending order, and neurons, of `size`.
#[derive(Debug, Clone, Copy)]
pub struct Spikes<'a> {
    /// Neurons in the population.
    pub size: u32,
    /// Tick of each spike, ascending.
    pub ticks: &'a [u32],
    /// Neuron of each spike.
    pub neurons: &'a [u32],
}

impl<'a> Spikes<'a> {
    /// Those within some ticks.
    fn within(&self, window: &Range<u32>) -> Spikes<'a> {
        let start = self.ticks.partition_point(|&tick| tick < window.start);
        let end = self.ticks.partition_point(|&tick| tick < window.end).max(start);
        Spikes { size: self.size, ticks: &self.ticks[start..end], neurons: &self.neurons[start..end] }
    }
}

/// The rasters of all populations of a page, within some ticks: one by one if they are few enough, otherwise the largest are counted on grids.
#[must_use]
pub fn rasters(populations: &[Spikes<'_>], window: &Range<u32>) -> Vec<Raster> {
    let shown: Vec<Spikes<'_>> = populations.iter().map(|spikes| spikes.within(window)).collect();
    let mut by_size: Vec<usize> = (0..shown.len()).collect();
    by_size.sort_by_key(|&i| shown[i].ticks.len());
    // Few spikes are shown as they are, even beside populations with very many.
    let (mut left, mut n_grids) = (MAX_RASTER_SPIKES, 0);
    let mut is_single = vec![false; shown.len()];
    for i in by_size {
        let n = shown[i].ticks.len();
        is_single[i] = n <= left;
        if is_single[i] { left -= n } else { n_grids += 1 }
    }
    let cells = (MAX_RASTER_CELLS / n_grids.max(1)).clamp(1, MAX_CELLS);
    let one = |(spikes, is_single): (&Spikes<'_>, &bool)| {
        if *is_single {
            Raster::Spikes {
                ticks: Packed::U32(spikes.ticks.to_vec()),
                neurons: Packed::U32(spikes.neurons.to_vec()),
            }
        } else {
            counted(spikes, window, cells)
        }
    };
    shown.iter().zip(&is_single).map(one).collect()
}

/// Spikes counted on a grid of at most `cells` cells.
fn counted(spikes: &Spikes<'_>, window: &Range<u32>, cells: usize) -> Raster {
    let n_ticks = window.end.saturating_sub(window.start).max(1);
    // A third as many rows as columns: time is what people look along.
    let most_rows = MAX_ROWS.min(((cells / 3) as f64).sqrt() as u32).clamp(1, spikes.size.max(1));
    let neurons_per_row = spikes.size.max(1).div_ceil(most_rows);
    let rows = spikes.size.max(1).div_ceil(neurons_per_row);
    let most_columns = u32::try_from(cells / rows as usize).unwrap_or(u32::MAX).clamp(1, n_ticks);
    let ticks_per_column = n_ticks.div_ceil(most_columns);
    let columns = n_ticks.div_ceil(ticks_per_column);
    let mut counts = vec![0u8; rows as usize * columns as usize];
    for (&tick, &neuron) in spikes.ticks.iter().zip(spikes.neurons) {
        if neuron < spikes.size {
            let (row, column) = (neuron / neurons_per_row, (tick - window.start) / ticks_per_column);
            let cell = &mut counts[row as usize * columns as usize + column as usize];
            *cell = cell.saturating_add(1);
        }
    }
    Raster::Counts { rows, columns, neurons_per_row, ticks_per_column, counts: Packed::U8(counts) }
}

/// Mean rate of a population's `n_recorded` neurons in each bin of `bin_ticks`, in Hz; not a number in bins without any of the ticks
/// `recorded`.
#[must_use]
pub fn rates(
    spikes: &Spikes<'_>,
    n_recorded: u32,
    recorded: &Range<u32>,
    window: &Range<u32>,
    bin_ticks: u32,
    tick_ms: f64,
) -> Packed {
    let n_ticks = window.end.saturating_sub(window.start);
    let bin_ticks = bin_ticks.max(1);
    let mut counts = vec![0u64; n_ticks.div_ceil(bin_ticks) as usize];
    for &tick in spikes.within(window).ticks {
        counts[((tick - window.start) / bin_ticks) as usize] += 1;
    }
    let rate = |(bin, &n): (usize, &u64)| {
        // The last bin may be shorter, and the first and last ones that were recorded.
        let start = window.start + bin as u32 * bin_ticks;
        let end = window.end.min(start.saturating_add(bin_ticks));
        let ticks = end.min(recorded.end).saturating_sub(start.max(recorded.start));
        let neuron_seconds = f64::from(n_recorded) * f64::from(ticks) * tick_ms / 1000.0;
        if neuron_seconds > 0.0 { (n as f64 / neuron_seconds) as f32 } else { f32::NAN }
    };
    Packed::F32(counts.iter().enumerate().map(rate).collect())
}

/// Samples of a line: as they are, or, of more than [`MAX_SAMPLES`], the smallest and the largest of each stretch. Returns the ticks of the
/// stretches, and for each of the lines the smallest and the largest values; the latter are empty if nothing was left out.
#[must_use]
pub fn sampled(ticks: &[u32], lines: &[Vec<f64>]) -> (Packed, Vec<(Packed, Packed)>) {
    let stretch = ticks.len().div_ceil(MAX_SAMPLES).max(1);
    let firsts = ticks.iter().copied().step_by(stretch).collect();
    let line = |values: &Vec<f64>| {
        if stretch == 1 {
            return (Packed::F32(values.iter().map(|&x| x as f32).collect()), Packed::F32(Vec::new()));
        }
        let fold = |of: fn(f64, f64) -> f64, from: f64| {
            values.chunks(stretch).map(|part| part.iter().copied().fold(from, of) as f32).collect()
        };
        (Packed::F32(fold(f64::min, f64::INFINITY)), Packed::F32(fold(f64::max, f64::NEG_INFINITY)))
    };
    (Packed::U32(firsts), lines.iter().map(line).collect())
}

/// A histogram of values; none if there are no finite ones.
#[must_use]
pub fn distribution(of: &str, unit: &str, values: &[f64]) -> Option<Distribution> {
    let finite = || values.iter().copied().filter(|x| x.is_finite());
    let n = finite().count();
    if n == 0 {
        return None;
    }
    let mean = finite().sum::<f64>() / n as f64;
    let sd = (finite().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n as f64).sqrt();
    let (low, high) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
    let edges = edges(low, high);
    let mut counts = vec![0u64; edges.len() - 1];
    for x in finite() {
        let bin = edges.partition_point(|&edge| edge <= x);
        counts[bin.saturating_sub(1).min(edges.len() - 2)] += 1;
    }
    Some(Distribution { of: of.to_owned(), unit: unit.to_owned(), edges, counts, mean, sd, n: n as u64 })
}

/// Borders at round numbers that hold both ends, at most [`N_BINS`] bins.
fn edges(low: f64, high: f64) -> Vec<f64> {
    let span = (high - low).max(high.abs().max(low.abs()) * 1e-9).max(1e-300);
    let raw = span / (N_BINS - 2) as f64;
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|x| x * power).find(|&step| step >= raw).unwrap_or(raw);
    let first = (low / step).floor();
    let n = ((high / step).floor() - first) as usize + 1;
    (0..=n).map(|i| plain((first + i as f64) * step)).collect()
}

/// The number that was meant: without the last digits, which only rounding has made.
fn plain(x: f64) -> f64 {
    format!("{x:.12e}").parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn total(raster: &Raster) -> u64 {
        match raster {
            Raster::Spikes { ticks, .. } => ticks.len() as u64,
            Raster::Counts { counts: Packed::U8(counts), .. } => counts.iter().map(|&n| u64::from(n)).sum(),
            Raster::Counts { .. } => unreachable!("counts are bytes"),
        }
    }

    fn train(n: u32, size: u32, n_ticks: u32) -> (Vec<u32>, Vec<u32>) {
        (
            (0..n).map(|i| (u64::from(i) * u64::from(n_ticks) / u64::from(n)) as u32).collect(),
            (0..n).map(|i| i % size).collect(),
        )
    }

    #[test]
    fn few_spikes_stay_single_beside_many() {
        let (many_ticks, many_neurons) = train(500_000, 1_000, 10_000);
        let (few_ticks, few_neurons) = train(100, 10, 10_000);
        let many = Spikes { size: 1_000, ticks: &many_ticks, neurons: &many_neurons };
        let few = Spikes { size: 10, ticks: &few_ticks, neurons: &few_neurons };
        let rasters = rasters(&[many, few], &(0..10_000));
        assert!(matches!(rasters[0], Raster::Counts { .. }) && matches!(rasters[1], Raster::Spikes { .. }));
        assert_eq!((total(&rasters[0]), total(&rasters[1])), (500_000, 100));
    }

    #[test]
    fn rates_are_of_what_was_recorded() {
        // Two of 100 neurons, in ticks 15 to 35 of 50, a spike each in every tick; bins of 10 ticks of 0.5 ms.
        let ticks: Vec<u32> = (15..35).flat_map(|tick| [tick, tick]).collect();
        let neurons: Vec<u32> = (0..40).map(|i| 7 + i % 2).collect();
        let spikes = Spikes { size: 100, ticks: &ticks, neurons: &neurons };
        let rates_hz = |recorded: Range<u32>| {
            let Packed::F32(rates) = rates(&spikes, 2, &recorded, &(0..50), 10, 0.5) else {
                panic!("floats")
            };
            rates
        };
        let found = rates_hz(15..35);
        assert_eq!(found[1..4], [2_000.0; 3]);
        assert!(found[0].is_nan() && found[4].is_nan());
        assert_eq!(rates_hz(0..50), [0.0, 1_000.0, 2_000.0, 1_000.0, 0.0]);
    }

    #[test]
    fn ranges_hold_every_sample() {
        let ticks: Vec<u32> = (0..10_000).collect();
        let values: Vec<f64> =
            ticks.iter().map(|&t| if t == 7_777 { 9.0 } else { f64::from(t % 3) }).collect();
        let (firsts, lines) = sampled(&ticks, &[values]);
        let (Packed::F32(lows), Packed::F32(highs)) = &lines[0] else { panic!("floats") };
        assert!(firsts.len() == lows.len() && lows.len() == highs.len() && lows.len() <= MAX_SAMPLES);
        assert_eq!(highs.iter().filter(|&&x| x == 9.0).count(), 1);
    }

    proptest! {
        #[test]
        fn every_value_is_counted_once(values in prop::collection::vec(-1e6f64..1e6, 1..200), scale in -12i32..12) {
            let values: Vec<f64> = values.iter().map(|x| x * 10f64.powi(scale)).collect();
            let found = distribution("neurons", "", &values).unwrap();
            prop_assert_eq!(found.counts.iter().sum::<u64>(), values.len() as u64);
            prop_assert!(found.edges.len() == found.counts.len() + 1 && found.counts.len() <= N_BINS);
            prop_assert!(found.edges.is_sorted());
            let last = found.edges.len() - 1;
            let slack = 1e-9 * found.edges[last].abs().max(found.edges[0].abs());
            prop_assert!(values.iter().all(|&x| (found.edges[0] - slack..=found.edges[last] + slack).contains(&x)));
        }

        #[test]
        fn grids_lose_no_spike(n in 1u32..3_000, size in 1u32..2_000, n_ticks in 1u32..5_000, cells in 1usize..5_000) {
            let (ticks, neurons) = train(n, size, n_ticks);
            let raster = counted(&Spikes { size, ticks: &ticks, neurons: &neurons }, &(0..n_ticks), cells);
            let Raster::Counts { rows, columns, neurons_per_row, ticks_per_column, counts: Packed::U8(ref counts) } = raster else { panic!("counts") };
            prop_assert!(counts.len() == (rows * columns) as usize && counts.len() <= cells.max(1));
            prop_assert!(rows * neurons_per_row >= size && columns * ticks_per_column >= n_ticks);
            prop_assert!(counts.contains(&255) || total(&raster) == u64::from(n));
        }
    }
}
