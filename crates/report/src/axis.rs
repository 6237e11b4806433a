//! Scales and axes.

use std::ops::Range;

use crate::numbers::trimmed;

/// A linear scale from data to pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    data: (f64, f64),
    pixels: (f64, f64),
}

impl Scale {
    /// From a data range that is not empty to a pixel range that may run backwards.
    pub(crate) fn new(data: (f64, f64), pixels: (f64, f64)) -> Self {
        Self { data, pixels }
    }

    pub(crate) fn at(&self, x: f64) -> f64 {
        let fraction = (x - self.data.0) / (self.data.1 - self.data.0);
        self.pixels.0 + fraction * (self.pixels.1 - self.pixels.0)
    }

    /// Round numbers within the data range, about one per `spacing` pixels, with their texts.
    pub(crate) fn ticks(&self, spacing: f64) -> Vec<(f64, String)> {
        let length = (self.pixels.1 - self.pixels.0).abs();
        let step = nice_step((self.data.1 - self.data.0) / (length / spacing).max(1.0));
        let first = (self.data.0 / step - 1e-9).ceil();
        let last = (self.data.1 / step + 1e-9).floor();
        let count = (last - first).clamp(-1.0, 1000.0) as i64;
        #[expect(clippy::cast_precision_loss, reason = "at most 1,000")]
        let numbers = (0..=count).map(|i| (first + i as f64) * step);
        let largest = self.data.0.abs().max(self.data.1.abs());
        numbers.map(|x| (x, tick_text(x, step, largest))).collect()
    }
}

/// The smallest of 1, 2, 5 times a power of ten that is at least `raw`.
pub(crate) fn nice_step(raw: f64) -> f64 {
    let power = 10f64.powf(raw.max(1e-300).log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|f| f * power >= raw * (1.0 - 1e-9)).unwrap_or(10.0);
    factor * power
}

fn tick_text(x: f64, step: f64, largest: f64) -> String {
    let decimals = (-step.log10()).ceil().clamp(0.0, 12.0);
    #[expect(clippy::cast_sign_loss, reason = "clamped")]
    if (1e5..1e15).contains(&largest) {
        shortened(x, step, largest)
    } else if x.abs() >= 1e15 || (x != 0.0 && decimals > 6.0) {
        format!("{x:.3e}")
    } else {
        trimmed(x, decimals as usize)
    }
}

/// A number of an axis of large ones, all in the same unit: `120 k`, `1.5 M`.
fn shortened(x: f64, step: f64, largest: f64) -> String {
    let units = [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k")];
    let (unit, letter) = units.into_iter().find(|(unit, _)| largest >= *unit).unwrap_or((1.0, ""));
    let decimals = (unit / step).log10().ceil().clamp(0.0, 12.0);
    #[expect(clippy::cast_sign_loss, reason = "clamped")]
    let text = trimmed(x / unit, decimals as usize);
    if text == "0" { text } else { text + letter }
}

/// Time on the x axis: ticks in, milliseconds or seconds shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeAxis {
    tick_ms: f64,
    in_seconds: bool,
    scale: Scale,
}

impl TimeAxis {
    /// The ticks `range` over the pixels from `left` to `right`.
    pub(crate) fn new(range: &Range<u32>, tick_ms: f64, left: f64, right: f64) -> Self {
        let duration_ms = f64::from(range.end - range.start) * tick_ms;
        let in_seconds = duration_ms >= 10_000.0;
        let unit = tick_ms * if in_seconds { 1e-3 } else { 1.0 };
        let data = (f64::from(range.start) * unit, f64::from(range.end) * unit);
        Self { tick_ms, in_seconds, scale: Scale::new(data, (left, right)) }
    }

    /// Where a tick begins.
    pub(crate) fn at(&self, tick: f64) -> f64 {
        self.scale.at(tick * self.tick_ms * if self.in_seconds { 1e-3 } else { 1.0 })
    }

    pub(crate) fn ticks(&self) -> Vec<(f64, String)> {
        self.scale.ticks(90.0).into_iter().map(|(x, text)| (self.scale.at(x), text)).collect()
    }

    pub(crate) fn title(&self) -> String {
        let unit = if self.in_seconds { "s" } else { "ms" };
        format!("time ({unit}), 1 tick = {} ms", trimmed(self.tick_ms, 6))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        let cases =
            [(0.7, 1.0), (1.0, 1.0), (1.2, 2.0), (3.0, 5.0), (7.0, 10.0), (0.03, 0.05), (110.0, 200.0)];
        for (raw, step) in cases {
            assert!((nice_step(raw) - step).abs() < 1e-9 * step, "{raw}");
        }
    }

    #[test]
    fn ticks_are_round_numbers_within_the_range() {
        let texts = |low, high| -> Vec<String> {
            Scale::new((low, high), (0.0, 400.0)).ticks(100.0).into_iter().map(|t| t.1).collect()
        };
        assert_eq!(texts(0.0, 1000.0), ["0", "500", "1000"]);
        assert_eq!(texts(-1.0, 1.0), ["-1", "-0.5", "0", "0.5", "1"]);
        assert_eq!(texts(9000.0, 11_000.0), ["9000", "9500", "10000", "10500", "11000"]);
        assert_eq!(texts(-2e6, 0.0), ["-2 M", "-1.5 M", "-1 M", "-0.5 M", "0"]);
        assert_eq!(
            texts(123_450.0, 123_458.0),
            ["123.45 k", "123.452 k", "123.454 k", "123.456 k", "123.458 k"]
        );
        assert_eq!(texts(0.0, 2e16), ["0", "5.000e15", "1.000e16", "1.500e16", "2.000e16"]);
        assert_eq!(texts(0.0, 0.03), ["0", "0.01", "0.02", "0.03"]);
    }
}
