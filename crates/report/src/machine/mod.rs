//! Where a network lies and what its parts have to do, as a map for paper.

mod cells;
mod chips;
mod core_grid;
mod legend;

use std::collections::BTreeMap;

use crate::chart::{Chart, Panel};
use crate::colours::ColourScale;
use crate::error::ReportError;
use crate::numbers::{clipped, counted, grouped, short};
use crate::page::{Fold, MachineMap, Metric};
use crate::picture::Picture;
use crate::svg::TextStyle;
use crate::theme::{INK, MUTED, SMALL_SIZE};

use cells::Cells;
use chips::Window;
use core_grid::CoreGrid;

/// Up to so many places of chips have their PEs drawn one by one.
const MAX_CHIPS_IN_DETAIL: u64 = 64;
/// Beyond so many numbers of populations in a picture nobody reads them.
const MAX_NUMBERED: usize = 3000;

/// What a picture of a machine shows.
#[derive(Debug, Clone, Copy)]
pub struct MachinePicture<'a> {
    /// Title, such as the network's name.
    pub title: &'a str,
    /// The machine and what lies on it.
    pub map: &'a MachineMap,
    /// Key of the quantity that colours show, of PEs or of chips.
    pub metric: &'a str,
    /// Names of the populations, by place; may be empty.
    pub populations: &'a [&'a str],
    /// What stands behind the numbers, such as `modelled`; may be empty.
    pub note: &'a str,
}

/// A quantity of each PE in use, or of each chip.
struct Quantity<'a> {
    metric: &'a Metric,
    values: Vec<f64>,
    is_of_pes: bool,
}

impl MachinePicture<'_> {
    /// Keys of all quantities that can be shown.
    #[must_use]
    pub fn metrics(map: &MachineMap) -> Vec<&str> {
        map.pe_metrics.iter().chain(&map.chip_metrics).map(|metric| metric.key.as_str()).collect()
    }

    /// Draws one chip with its PEs, some chips with theirs, or many chips as tiles; of the machine what lies around the chips in use.
    ///
    /// # Errors
    /// [`ReportError::Metric`] for an unknown key, [`ReportError::Nothing`] if nothing is in use.
    pub fn draw(&self) -> Result<Picture, ReportError> {
        let quantity = self.quantity()?;
        let by_chip = self.by_chip(&quantity);
        let Some(window) = Window::around(self.map, by_chip.keys().copied()) else {
            let remedy = "run a network that has neurons";
            return Err(ReportError::Nothing { missing: "no PE is in use", remedy });
        };
        let is_in_detail = quantity.is_of_pes && window.n_places() <= MAX_CHIPS_IN_DETAIL;
        let shown: Vec<f64> =
            if is_in_detail { quantity.values.clone() } else { by_chip.values().copied().collect() };
        let scale = ColourScale::new(shown.iter().copied(), quantity.metric.shading);
        let bottom = window.bottom(is_in_detail.then_some(self.map));
        let mut chart = Chart::new(self.title, &self.subtitle(&quantity, &shown, is_in_detail), bottom);
        if is_in_detail {
            self.draw_pes(&mut chart, &window, &quantity, &scale);
        } else {
            self.draw_tiles(&mut chart, &window, &by_chip, &scale);
        }
        window.draw_axes(&mut chart);
        legend::colour_bar(&mut chart, &scale, quantity.metric);
        let n_numbered = self.pes_of(&window).count();
        if is_in_detail && n_numbered <= MAX_NUMBERED {
            legend::populations(
                &mut chart,
                self.populations,
                self.pes_of(&window).map(|pe| pe.population),
                bottom,
            );
        }
        if let Some(text) = window.left_out(self.map) {
            let style = TextStyle::new(SMALL_SIZE, MUTED);
            chart.svg.text((Panel::LEFT, bottom + if window.is_one() { 18.0 } else { 48.0 }), style, &text);
        }
        Ok(chart.finish())
    }

    fn quantity(&self) -> Result<Quantity<'_>, ReportError> {
        let find = |metrics: &'_ [Metric]| metrics.iter().position(|metric| metric.key == self.metric);
        let of_pes = find(&self.map.pe_metrics).map(|at| (&self.map.pe_metrics[at], true));
        let found =
            of_pes.or_else(|| find(&self.map.chip_metrics).map(|at| (&self.map.chip_metrics[at], false)));
        let Some((metric, is_of_pes)) = found else {
            let known = Self::metrics(self.map).join(", ");
            return Err(ReportError::Metric { key: clipped(self.metric, 40), known });
        };
        Ok(Quantity { metric, values: metric.values.to_f64s(), is_of_pes })
    }

    /// The value of each chip in use, by its place in the map.
    fn by_chip(&self, quantity: &Quantity<'_>) -> BTreeMap<u32, f64> {
        if !quantity.is_of_pes {
            let used = self.pes().map(|pe| pe.chip);
            let mut values: BTreeMap<u32, f64> = used.map(|chip| (chip, 0.0)).collect();
            // Chips that only pass packets on are in use as well.
            let passing =
                (0u32..).zip(&quantity.values).filter(|(chip, x)| **x > 0.0 || values.contains_key(chip));
            let passing: Vec<(u32, f64)> = passing.map(|(chip, x)| (chip, *x)).collect();
            values.extend(passing);
            return values;
        }
        let mut values = BTreeMap::new();
        for pe in self.pes() {
            let own = quantity.values.get(pe.place).copied().unwrap_or(f64::NAN);
            values
                .entry(pe.chip)
                .and_modify(|sum| *sum = folded(quantity.metric.fold, *sum, own))
                .or_insert(own);
        }
        values
    }

    fn subtitle(&self, quantity: &Quantity<'_>, shown: &[f64], is_in_detail: bool) -> String {
        let metric = quantity.metric;
        let largest = shown.iter().copied().filter(|x| x.is_finite()).fold(0.0, f64::max);
        let of_chips = match metric.fold {
            _ if is_in_detail || !quantity.is_of_pes => "",
            Fold::Sum => ", sum of each chip",
            Fold::Max => ", highest PE of each chip",
        };
        let limit = metric.limit.map(|limit| format!(" of {}", number(limit))).unwrap_or_default();
        let unit = if metric.unit.is_empty() { String::new() } else { format!(" {}", metric.unit) };
        let mut text = format!(
            "{}{of_chips}: up to {}{limit}{unit} · {}",
            clipped(&metric.label, 50),
            number(largest),
            counted(self.pes().count() as u64, "PE"),
        );
        if !self.note.is_empty() {
            text += &format!(" · {}", clipped(self.note, 30));
        }
        text
    }

    /// Every PE in use that has a place on the machine.
    fn pes(&self) -> impl Iterator<Item = PeInUse> {
        let (pes, n_chips) = (&self.map.pes, self.map.chips.x.len());
        (0..pes.chip.len()).filter_map(move |place| {
            let (chip, core) = (pes.chip.whole(place)?, pes.core.whole(place)?);
            let population = pes.population.whole(place)?;
            ((chip as usize) < n_chips).then_some(PeInUse { place, chip, core, population })
        })
    }

    fn pes_of(&self, window: &Window) -> impl Iterator<Item = PeInUse> {
        self.pes().filter(|pe| window.chip_at(self.map, pe.chip).is_some())
    }

    fn draw_pes(&self, chart: &mut Chart, window: &Window, quantity: &Quantity<'_>, scale: &ColourScale) {
        let grid = CoreGrid::new(self.map);
        let mut cells = Cells::default();
        let mut numbers = Vec::new();
        for frame in window.frames(self.map) {
            grid.ground(chart, frame, window.is_one());
            (0..grid.n_cores()).filter_map(|core| grid.cell(frame, core)).for_each(|cell| cells.unused(cell));
        }
        for pe in self.pes_of(window) {
            let Some(frame) = window.frame_at(self.map, pe.chip) else { continue };
            let Some(cell) = grid.cell(frame, pe.core) else { continue };
            let value = quantity.values.get(pe.place).copied().unwrap_or(f64::NAN);
            cells.value(cell, scale, value);
            numbers.push((cell, pe.population, value));
        }
        cells.draw(chart);
        if numbers.len() <= MAX_NUMBERED {
            numbers
                .iter()
                .for_each(|&(cell, population, value)| cells::number(chart, cell, population, scale, value));
        }
    }

    fn draw_tiles(
        &self,
        chart: &mut Chart,
        window: &Window,
        by_chip: &BTreeMap<u32, f64>,
        scale: &ColourScale,
    ) {
        let mut cells = Cells::default();
        for (chip, frame) in window.chips(self.map) {
            match by_chip.get(&chip) {
                Some(&value) => cells.value(frame, scale, value),
                None => cells.unused(frame),
            }
        }
        cells.draw(chart);
    }
}

/// A PE in use: its place in the map's lists, its chip's place, its core number, its population.
#[derive(Debug, Clone, Copy)]
struct PeInUse {
    place: usize,
    chip: u32,
    core: u32,
    population: u32,
}

fn folded(fold: Fold, a: f64, b: f64) -> f64 {
    match fold {
        // A value that is not known adds nothing.
        _ if a.is_nan() => b,
        _ if b.is_nan() => a,
        Fold::Sum => a + b,
        Fold::Max => a.max(b),
    }
}

/// A number with all its digits before the point.
fn number(x: f64) -> String {
    #[expect(clippy::cast_sign_loss, reason = "not negative")]
    if x.fract() == 0.0 && (0.0..1e15).contains(&x) { grouped(x as u64) } else { short(x) }
}

/// Text of small notes.
fn small() -> TextStyle {
    TextStyle::new(SMALL_SIZE, INK)
}
