//! Colours of quantities.

use crate::page::Shading;

/// Stops of viridis, evenly from its dark end (van der Walt and Smith, SciPy 2015): its lightness is even, and it reads alike with every
/// kind of colour blindness.
const VIRIDIS: [[u8; 3]; 11] = [
    [0x44, 0x01, 0x54],
    [0x48, 0x24, 0x75],
    [0x41, 0x44, 0x87],
    [0x35, 0x5f, 0x8d],
    [0x2a, 0x78, 0x8e],
    [0x21, 0x91, 0x8c],
    [0x22, 0xa8, 0x84],
    [0x44, 0xbf, 0x70],
    [0x7a, 0xd1, 0x51],
    [0xbd, 0xdf, 0x26],
    [0xfd, 0xe7, 0x25],
];

/// A step of the scale: pictures have as many colours, so that shapes of one colour can be one path.
pub(crate) type Step = u8;

/// The colour of a step. Paper is light, so that more is darker.
pub(crate) fn shade(step: Step) -> String {
    let at = (1.0 - f64::from(step) / f64::from(Step::MAX)) * (VIRIDIS.len() - 1) as f64;
    #[expect(clippy::cast_sign_loss, reason = "not negative")]
    let below = (at.floor() as usize).min(VIRIDIS.len() - 2);
    let mix = |channel: usize| {
        let [low, high] = [below, below + 1].map(|stop| f64::from(VIRIDIS[stop][channel]));
        (low + (high - low) * (at - below as f64)).round()
    };
    #[expect(clippy::cast_sign_loss, reason = "between two bytes")]
    let [r, g, b] = [0, 1, 2].map(|channel| mix(channel) as u8);
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// A colour in which text on a step can be read.
pub(crate) fn ink_on(step: Step) -> &'static str {
    if step > 100 { "#ffffff" } else { crate::theme::INK }
}

/// From values to steps: the smallest has the lightest colour, the largest the darkest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ColourScale {
    /// 0, or for logarithms the power of ten below all values.
    pub(crate) smallest: f64,
    pub(crate) largest: f64,
    pub(crate) shading: Shading,
}

impl ColourScale {
    /// A scale for values up to the largest; those that are no numbers do not count.
    pub(crate) fn new(values: impl Iterator<Item = f64>, shading: Shading) -> Self {
        let (least, most) = values
            .filter(|x| x.is_finite())
            .fold((f64::INFINITY, 0.0), |(least, most): (f64, f64), x| (least.min(x), most.max(x)));
        let largest = if most > 0.0 { most } else { 1.0 };
        let smallest = if shading == Shading::Logarithmic { decade_below(least) } else { 0.0 };
        Self { smallest: if smallest < largest { smallest } else { 0.0 }, largest, shading }
    }

    /// Where a value lies between the smallest and the largest, from 0 to 1.
    pub(crate) fn part(&self, value: f64) -> f64 {
        let at = |x: f64| match self.shading {
            Shading::Linear => x,
            // Counts of 0 have a place on this scale.
            Shading::Logarithmic => x.max(0.0).ln_1p(),
        };
        let part = (at(value) - at(self.smallest)) / (at(self.largest) - at(self.smallest));
        if part.is_nan() { 0.0 } else { part.clamp(0.0, 1.0) }
    }

    pub(crate) fn step(&self, value: f64) -> Step {
        #[expect(clippy::cast_sign_loss, reason = "from 0 to 1")]
        let step = (self.part(value) * f64::from(Step::MAX)).round() as Step;
        step
    }
}

/// The power of ten below a value; 0 for values below 10, among which there is 0.
fn decade_below(value: f64) -> f64 {
    if value.is_finite() && value >= 10.0 { 10f64.powf(value.log10().ceil() - 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_is_darker() {
        let lightness = |step: Step| {
            let colour = shade(step);
            let channel = |at| u32::from_str_radix(&colour[at..at + 2], 16).unwrap();
            3 * channel(1) + 6 * channel(3) + channel(5)
        };
        assert_eq!((shade(0).as_str(), shade(255).as_str()), ("#fde725", "#440154"));
        assert!((0..255).all(|step| lightness(step) >= lightness(step + 1)));
    }

    #[test]
    fn every_value_has_a_step() {
        for shading in [Shading::Linear, Shading::Logarithmic] {
            let scale = ColourScale::new([0.0, f64::NAN, 1000.0, f64::INFINITY].into_iter(), shading);
            let steps = [0.0, 1000.0, 1e9, -5.0, f64::NAN].map(|x| scale.step(x));
            assert_eq!(steps, [0, 255, 255, 0, 0]);
        }
        assert_eq!(ColourScale::new([0.0].into_iter(), Shading::Logarithmic).step(0.0), 0);
        let scale = ColourScale::new([0.0, 999.0].into_iter(), Shading::Logarithmic);
        assert_eq!(scale.step(9.0), 85, "a third of three decades");
        let smallest = |x| ColourScale::new([x, 1e6].into_iter(), Shading::Logarithmic).smallest;
        assert_eq!([9.0, 10.0, 11.0, 1000.0].map(smallest), [0.0, 1.0, 10.0, 100.0]);
    }
}
