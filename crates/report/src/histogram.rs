//! How the neurons' mean rates are distributed, population by population.

use std::fmt::Write;

use crate::axis::{Scale, nice_step};
use crate::chart::{Chart, Panel, stack};
use crate::error::ReportError;
use crate::numbers::{counted, short};
use crate::picture::Picture;
use crate::svg::c;
use crate::theme::colour;

/// Populations beyond this number are left out.
const MAX_PANELS: usize = 24;
const GAP: f64 = 16.0;

/// What a histogram of rates shows.
#[derive(Debug, Clone)]
pub struct RateHistogram<'a> {
    /// Title, such as the network's name.
    pub title: &'a str,
    /// Populations from top to bottom.
    pub populations: &'a [RatePopulation<'a>],
    /// Difference of neighbouring rates in Hz: one spike over the time observed. Bins are whole multiples of it, so
    /// that each holds equally many possible rates. 0 if any rate is possible.
    pub resolution_hz: f64,
}

/// The mean rates of one population's neurons.
#[derive(Debug, Clone, Copy)]
pub struct RatePopulation<'a> {
    /// Population name.
    pub name: &'a str,
    /// Mean rate of each neuron that spiked, in Hz.
    pub rates_hz: &'a [f64],
    /// Number of neurons that did not spike.
    pub n_silent: u32,
}

impl RateHistogram<'_> {
    /// Draws the histograms over a common axis.
    ///
    /// # Errors
    /// [`ReportError::Nothing`] without neurons.
    pub fn draw(&self) -> Result<Picture, ReportError> {
        let shown = &self.populations[..self.populations.len().min(MAX_PANELS)];
        if shown.iter().all(|p| p.n_neurons() == 0) {
            let missing = "no population recorded spikes";
            return Err(ReportError::Nothing { missing, remedy: "add \"spikes\" to its `record`" });
        }
        let finite = shown.iter().flat_map(|p| p.rates_hz).copied().filter(|x| x.is_finite());
        let bins = Bins::new(finite.fold(0.0, f64::max), self.resolution_hz);
        #[expect(clippy::cast_precision_loss, reason = "at most 24")]
        let height = (420.0 / shown.len() as f64).clamp(70.0, 240.0).round();
        let places = stack(&vec![height; shown.len()], GAP);
        let lowest = places[places.len() - 1];
        let n_neurons = shown.iter().map(RatePopulation::n_neurons).sum();
        let subtitle =
            format!("mean rates of {} in bins of {} Hz", counted(n_neurons, "neuron"), short(bins.width_hz));
        let mut chart = Chart::new(self.title, &subtitle, lowest.bottom());
        let axis = Scale::new((0.0, bins.end()), (Panel::LEFT, Panel::RIGHT));
        let ticks: Vec<_> = axis.ticks(90.0).into_iter().map(|(x, text)| (axis.at(x), text)).collect();
        for (index, (population, &place)) in shown.iter().zip(&places).enumerate() {
            chart.x_grid(place, &ticks);
            population.draw(&mut chart, &axis, &bins, place, colour(index));
        }
        chart.y_title(places[0], lowest, "neurons");
        chart.x_axis(lowest, &ticks, "rate (Hz)");
        Ok(chart.finish())
    }
}

impl RatePopulation<'_> {
    fn n_neurons(&self) -> u64 {
        self.rates_hz.len() as u64 + u64::from(self.n_silent)
    }

    /// The rate that half of the neurons stay below.
    fn median_hz(&self) -> f64 {
        let mut sorted = self.rates_hz.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let rate = |place: u64| place.checked_sub(self.n_silent.into()).map_or(0.0, |i| sorted[i as usize]);
        match self.n_neurons() {
            0 => 0.0,
            n => (rate((n - 1) / 2) + rate(n / 2)) / 2.0,
        }
    }

    fn draw(&self, chart: &mut Chart, axis: &Scale, bins: &Bins, place: Panel, colour: &'static str) {
        let mut counts = bins.counts(self.rates_hz);
        counts[0] = counts[0].saturating_add(self.n_silent);
        let most = f64::from(counts.iter().copied().max().unwrap_or(0).max(1));
        let scale = Scale::new((0.0, most * 1.08), (place.bottom(), place.top));
        let whole = |tick: &(f64, String)| tick.0.fract() == 0.0;
        let ticks = scale.ticks(30.0).into_iter().filter(whole).map(|(y, text)| (scale.at(y), text));
        chart.y_axis(place, &ticks.collect::<Vec<_>>());
        let mut d = String::new();
        for (bin, &count) in (0u32..).zip(&counts).filter(|(_, count)| **count > 0) {
            let (left, right) = (axis.at(bins.start(bin)) + 0.5, axis.at(bins.start(bin + 1)) - 0.5);
            let top = c(scale.at(count.into()));
            write!(d, "M{} {}V{top}H{}V{}Z", c(left), c(place.bottom()), c(right), c(place.bottom()))
                .expect("text takes every write");
        }
        chart.svg.area(&d, colour, 0.85);
        let lines = [counted(self.n_neurons(), "neuron"), format!("median {} Hz", short(self.median_hz()))];
        chart.panel_label(place, self.name, colour, &lines);
    }
}

/// Some 40 bins of a round width from 0 to the largest rate.
struct Bins {
    width_hz: f64,
    n: u32,
}

impl Bins {
    fn new(largest_hz: f64, resolution_hz: f64) -> Self {
        let raw = if largest_hz > 0.0 { largest_hz / 40.0 } else { 0.025 };
        let width_hz = if resolution_hz > 0.0 && resolution_hz.is_finite() {
            resolution_hz * nice_step((raw / resolution_hz).max(1.0))
        } else {
            nice_step(raw)
        };
        #[expect(clippy::cast_sign_loss, reason = "not negative")]
        let n = (bin_of(largest_hz, width_hz) as u32 + 1).min(1000);
        Self { width_hz, n: n.max(10) }
    }

    fn start(&self, bin: u32) -> f64 {
        f64::from(bin) * self.width_hz
    }

    fn end(&self) -> f64 {
        self.start(self.n)
    }

    fn counts(&self, rates_hz: &[f64]) -> Vec<u32> {
        let mut counts = vec![0; self.n as usize];
        for rate in rates_hz.iter().filter(|rate| rate.is_finite()) {
            let bin = bin_of(*rate, self.width_hz).clamp(0.0, f64::from(self.n - 1));
            #[expect(clippy::cast_sign_loss, reason = "clamped")]
            let bin = bin as usize;
            counts[bin] += 1;
        }
        counts
    }
}

/// The bin of a rate. One at a border, as all are with narrow bins, belongs above it, whatever the division rounds to.
fn bin_of(rate_hz: f64, width_hz: f64) -> f64 {
    (rate_hz / width_hz + 1e-9).floor()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_neuron_is_in_a_bin() {
        let rates = [0.0, 0.1, 7.3, 79.99, 80.0];
        let bins = Bins::new(80.0, 0.0);
        assert_eq!((bins.width_hz, bins.n), (2.0, 41));
        assert_eq!(bins.counts(&rates).iter().sum::<u32>(), 5);
        let median = |n_silent| RatePopulation { name: "", rates_hz: &rates, n_silent }.median_hz();
        assert_eq!([median(0), median(1), median(5), median(6)], [7.3, (0.1 + 7.3) / 2.0, 0.0, 0.0]);
        assert_eq!(Bins::new(0.0, 0.0).counts(&[0.0; 3])[0], 3);
    }

    #[test]
    fn bins_hold_equally_many_possible_rates() {
        for seconds in [0.035, 0.3, 1.0, 7.0] {
            let rates: Vec<f64> = (0..60).map(|n| f64::from(n) / seconds).collect();
            let bins = Bins::new(rates[59], 1.0 / seconds);
            assert_eq!(bins.counts(&rates), [2; 30], "{seconds}");
        }
    }
}
