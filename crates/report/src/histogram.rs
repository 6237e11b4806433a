//! How the neurons' mean rates are distributed, population by population.

use crate::bins::{Bins, Counting};
use crate::chart::{Chart, Panel, stack};
use crate::error::ReportError;
use crate::numbers::{counted, short};
use crate::picture::Picture;
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
        let bins = Bins::from_zero(finite.fold(0.0, f64::max), self.resolution_hz);
        #[expect(clippy::cast_precision_loss, reason = "at most 24")]
        let height = (420.0 / shown.len() as f64).clamp(70.0, 240.0).round();
        let places = stack(&vec![height; shown.len()], GAP);
        let lowest = places[places.len() - 1];
        let n_neurons = shown.iter().map(RatePopulation::n_neurons).sum();
        let subtitle =
            format!("mean rates of {} in bins of {} Hz", counted(n_neurons, "neuron"), short(bins.width));
        let mut chart = Chart::new(self.title, &subtitle, lowest.bottom());
        let axis = bins.axis();
        let ticks: Vec<_> = axis.ticks(90.0).into_iter().map(|(x, text)| (axis.at(x), text)).collect();
        for (index, (population, &place)) in shown.iter().zip(&places).enumerate() {
            chart.x_grid(place, &ticks);
            population.draw(&mut chart, &bins, place, colour(index));
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

    fn draw(&self, chart: &mut Chart, bins: &Bins, place: Panel, colour: &'static str) {
        let mut counts = bins.counts(self.rates_hz);
        counts[0] = counts[0].saturating_add(self.n_silent.into());
        bins.draw(chart, place, &counts, Counting::Linear, colour);
        let lines = [counted(self.n_neurons(), "neuron"), format!("median {} Hz", short(self.median_hz()))];
        chart.panel_label(place, self.name, colour, &lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silent_neurons_have_a_share_in_the_median() {
        let rates = [0.0, 0.1, 7.3, 79.99, 80.0];
        let median = |n_silent| RatePopulation { name: "", rates_hz: &rates, n_silent }.median_hz();
        assert_eq!([median(0), median(1), median(5), median(6)], [7.3, (0.1 + 7.3) / 2.0, 0.0, 0.0]);
    }
}
