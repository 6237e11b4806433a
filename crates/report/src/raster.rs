//! The spike raster of one or several populations, with their rates below.

use std::fmt::Write;
use std::ops::Range;

use crate::axis::{Scale, TimeAxis};
use crate::chart::{Chart, Panel, stack};
use crate::density::Density;
use crate::error::ReportError;
use crate::numbers::{counted, short, trimmed};
use crate::picture::{Picture, PlacedImage, drawing};
use crate::rates::{bin_ticks, rates};
use crate::svg::c;
use crate::theme::{MUTED, colour};

/// Rasters with more spikes are drawn as pixels.
pub const MAX_MARKS: usize = 20_000;
/// Populations beyond this number are left out, and counted in the subtitle.
const MAX_PANELS: usize = 40;
/// Image pixels per picture pixel, for rasters drawn as pixels.
const FINENESS: f64 = 2.0;
/// Populations with fewer spikes are drawn as strokes even then.
const FEW: usize = 1_000;
const GAP: f64 = 12.0;
const RATE_HEIGHT: f64 = 96.0;

/// What a raster shows.
#[derive(Debug, Clone)]
pub struct Raster<'a> {
    /// Title, such as the network's name.
    pub title: &'a str,
    /// Populations from top to bottom.
    pub populations: &'a [RasterPopulation<'a>],
    /// Ticks shown.
    pub ticks: Range<u32>,
    /// Duration of a tick in milliseconds.
    pub tick_ms: f64,
}

/// The spikes of one population, as two slices of equal length.
#[derive(Debug, Clone, Copy)]
pub struct RasterPopulation<'a> {
    /// Population name.
    pub name: &'a str,
    /// Number of neurons.
    pub size: u32,
    /// Tick of each spike.
    pub ticks: &'a [u32],
    /// Neuron of each spike.
    pub neurons: &'a [u32],
}

impl RasterPopulation<'_> {
    /// The spikes that are shown, as `(tick, neuron)`.
    fn spikes(&self, range: &Range<u32>) -> impl Iterator<Item = (u32, u32)> + '_ {
        let (range, size) = (range.clone(), self.size);
        let all = self.ticks.iter().copied().zip(self.neurons.iter().copied());
        all.filter(move |(tick, neuron)| range.contains(tick) && *neuron < size)
    }
}

impl Raster<'_> {
    /// Draws the raster.
    ///
    /// # Errors
    /// [`ReportError::Nothing`] without populations, [`ReportError::Range`] without ticks.
    pub fn draw(&self) -> Result<Picture, ReportError> {
        self.check()?;
        let shown = &self.populations[..self.populations.len().min(MAX_PANELS)];
        let counts: Vec<usize> = shown.iter().map(|p| p.spikes(&self.ticks).count()).collect();
        let is_dense = counts.iter().sum::<usize>() > MAX_MARKS;

        let mut heights = panel_heights(shown);
        heights.push(RATE_HEIGHT);
        let panels = stack(&heights, GAP);
        let (rate_panel, panels) = panels.split_last().expect("at least the rates");
        let mut chart = Chart::new(self.title, &self.subtitle(&counts, is_dense), rate_panel.bottom());
        let axis = TimeAxis::new(&self.ticks, self.tick_ms, Panel::LEFT, Panel::RIGHT);

        for (index, (population, &panel)) in shown.iter().zip(panels).enumerate() {
            self.draw_population(
                &mut chart,
                &axis,
                population,
                panel,
                (colour(index), counts[index], is_dense),
            )?;
        }
        chart.y_title(panels[0], panels[panels.len() - 1], "neuron");
        self.draw_rates(&mut chart, &axis, shown, *rate_panel);
        Ok(chart.finish())
    }

    fn check(&self) -> Result<(), ReportError> {
        if self.populations.is_empty() {
            let missing = "no population recorded spikes";
            return Err(ReportError::Nothing { missing, remedy: "add \"spikes\" to its `record`" });
        }
        if self.ticks.is_empty() {
            return Err(ReportError::Range { start: self.ticks.start, end: self.ticks.end });
        }
        Ok(())
    }

    fn subtitle(&self, counts: &[usize], is_dense: bool) -> String {
        let neurons: u64 = self.populations.iter().map(|p| u64::from(p.size)).sum();
        let spikes = counts.iter().sum::<usize>() as u64;
        let mut text = format!(
            "{} · {} · {}",
            counted(self.populations.len() as u64, "population"),
            counted(neurons, "neuron"),
            counted(spikes, "spike")
        );
        if is_dense {
            text.push_str(" · darker: more spikes");
        }
        if let Some(left_out) = self.populations.len().checked_sub(MAX_PANELS + 1) {
            write!(text, " · {} not shown", counted(left_out as u64 + 1, "population"))
                .expect("text takes every write");
        }
        text
    }

    fn draw_population(
        &self,
        chart: &mut Chart,
        axis: &TimeAxis,
        population: &RasterPopulation<'_>,
        panel: Panel,
        (colour, n_spikes, is_dense): (&'static str, usize, bool),
    ) -> Result<(), ReportError> {
        chart.time_grid(panel, axis);
        chart.y_axis(panel, &neuron_ticks(population.size, panel));
        let rows = Rows::new(population.size, panel);
        if is_dense && n_spikes > FEW {
            self.draw_pixels(chart, population, panel, colour)?;
        } else {
            let width = (axis.at(1.0) - axis.at(0.0)).clamp(1.1, 2.2);
            let d = self.marks(axis, population, rows);
            chart.svg.path(&d, colour, width, "");
        }
        let seconds = f64::from(self.ticks.end - self.ticks.start) * self.tick_ms / 1000.0;
        #[expect(clippy::cast_precision_loss, reason = "a mean")]
        let rate = n_spikes as f64 / (f64::from(population.size.max(1)) * seconds);
        let activity = if n_spikes == 0 { "no spikes".to_owned() } else { format!("{} Hz", short(rate)) };
        let lines = [counted(population.size.into(), "neuron"), activity];
        chart.panel_label(panel, population.name, colour, &lines);
        Ok(())
    }

    /// One upright stroke per spike.
    fn marks(&self, axis: &TimeAxis, population: &RasterPopulation<'_>, rows: Rows) -> String {
        let mut d = String::new();
        for (tick, neuron) in population.spikes(&self.ticks) {
            let (x, y) = (axis.at(f64::from(tick) + 0.5), rows.middle(neuron) - rows.mark / 2.0);
            write!(d, "M{} {}v{}", c(x), c(y), c(rows.mark)).expect("text takes every write");
        }
        d
    }

    fn draw_pixels(
        &self,
        chart: &mut Chart,
        population: &RasterPopulation<'_>,
        panel: Panel,
        colour: &str,
    ) -> Result<(), ReportError> {
        let pixels = |length: f64| (length * FINENESS).round() as usize;
        let (width, height) = (pixels(Panel::WIDTH), pixels(panel.height));
        let mut density = Density::new(width, height);
        let columns_per_tick = width as f64 / f64::from(self.ticks.end - self.ticks.start);
        let rows_per_neuron = height as f64 / f64::from(population.size.max(1));
        let mark = |per: f64, least| (per.floor() as usize).clamp(least, 6);
        let size = (mark(columns_per_tick, 2), mark(rows_per_neuron, 3));
        for (tick, neuron) in population.spikes(&self.ticks) {
            let x = f64::from(tick - self.ticks.start) * columns_per_tick;
            let y = f64::from(population.size - 1 - neuron) * rows_per_neuron;
            let y = y + (rows_per_neuron - size.1 as f64).max(0.0) / 2.0;
            density.mark((x as usize, y as usize), size);
        }
        let pixels = density.pixels(colour).ok_or_else(|| drawing("an image without pixels"))?;
        let (place, size) = ((Panel::LEFT, panel.top), (Panel::WIDTH, panel.height));
        chart.svg.png(place, size, &pixels.encode_png().map_err(drawing)?);
        chart.images.push(PlacedImage { place, size, pixels });
        Ok(())
    }

    fn draw_rates(&self, chart: &mut Chart, axis: &TimeAxis, shown: &[RasterPopulation<'_>], panel: Panel) {
        let n_neurons: u64 = shown.iter().map(|p| u64::from(p.size)).sum();
        let bin = bin_ticks(&self.ticks, if n_neurons < 50 { 40.0 } else { 120.0 });
        let of = |p: &RasterPopulation<'_>| {
            rates(p.spikes(&self.ticks).map(|s| s.0), p.size, &self.ticks, bin, self.tick_ms)
        };
        let all: Vec<Vec<f64>> = shown.iter().map(of).collect();
        let largest = all.iter().flatten().copied().fold(0.0, f64::max);
        let top = if largest > 0.0 { largest * 1.05 } else { 1.0 };
        let scale = Scale::new((0.0, top), (panel.bottom(), panel.top));
        chart.time_grid(panel, axis);
        chart.y_scale(panel, &scale);
        for (index, hz) in all.iter().enumerate() {
            let d = self.steps(axis, bin, hz.iter().map(|&hz| scale.at(hz)));
            chart.svg.path(&d, colour(index), 1.5, " stroke-linejoin=\"round\"");
        }
        let bin_ms = trimmed(f64::from(bin) * self.tick_ms, 4);
        chart.y_title(panel, panel, "rate (Hz)");
        chart.panel_label(
            panel,
            "mean rate",
            MUTED,
            &["per neuron".to_owned(), format!("in bins of {bin_ms} ms")],
        );
        chart.x_axis(panel, &axis.ticks(), &axis.title());
    }

    /// A line that is level over each bin.
    fn steps(&self, axis: &TimeAxis, bin_ticks: u32, heights: impl Iterator<Item = f64>) -> String {
        let mut d = String::new();
        for (bin, y) in (0u32..).zip(heights) {
            let start = self.ticks.start + bin * bin_ticks;
            let end = self.ticks.end.min(start.saturating_add(bin_ticks));
            let command = if bin == 0 { 'M' } else { 'L' };
            let (from, to) = (axis.at(start.into()), axis.at(end.into()));
            write!(d, "{command}{} {}H{}", c(from), c(y), c(to)).expect("text takes every write");
        }
        d
    }
}

/// Heights that grow with the populations' sizes, but much less than in proportion.
fn panel_heights(populations: &[RasterPopulation<'_>]) -> Vec<f64> {
    const SMALLEST: f64 = 46.0;
    #[expect(clippy::cast_precision_loss, reason = "at most 40")]
    let total = (populations.len() as f64 * 110.0).clamp(280.0, 460.0);
    let weight = |p: &RasterPopulation<'_>| f64::from(p.size.max(1)).powf(0.4);
    let sum: f64 = populations.iter().map(weight).sum();
    populations.iter().map(|p| (total * weight(p) / sum).max(SMALLEST).round()).collect()
}

/// Where neurons stand: neuron 0 lowest.
#[derive(Clone, Copy)]
struct Rows {
    panel: Panel,
    pixels_per_neuron: f64,
    /// Height of a spike's stroke.
    mark: f64,
}

impl Rows {
    fn new(size: u32, panel: Panel) -> Self {
        let pixels_per_neuron = panel.height / f64::from(size.max(1));
        Self { panel, pixels_per_neuron, mark: (pixels_per_neuron * 0.75).clamp(1.6, 16.0) }
    }

    fn middle(&self, neuron: u32) -> f64 {
        self.panel.bottom() - (f64::from(neuron) + 0.5) * self.pixels_per_neuron
    }
}

/// Round neuron numbers for the y axis; the first and the last alone where there is little room.
fn neuron_ticks(size: u32, panel: Panel) -> Vec<(f64, String)> {
    let rows = Rows::new(size, panel);
    let last = size.saturating_sub(1);
    let at = |neuron: u32| (rows.middle(neuron), neuron.to_string());
    if last == 0 {
        return vec![at(0)];
    }
    if panel.height < 70.0 {
        return vec![at(0), at(last)];
    }
    let round = Scale::new((0.0, f64::from(last)), (0.0, panel.height)).ticks(32.0);
    round.into_iter().filter(|(x, _)| x.fract() == 0.0).map(|(x, _)| at(x as u32)).collect()
}
