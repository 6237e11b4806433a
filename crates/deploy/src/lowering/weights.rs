//! From the graph's weights to the chip's: one scale for a layer or a channel, whole numbers, and what that cost.

use gennaker_network::{ConnectionList, Connector, Convolution};

use crate::options::{LoweringOptions, Rounding, Scaling, ThresholdFit};
use crate::report::WeightErrors;

use super::spread::Tap;

/// The synapses of one path, with the graph's own weights.
pub(super) enum Synapses {
    /// Taps of every sending neuron.
    List(Vec<Vec<Tap>>),
    /// A kernel.
    Kernel(Convolution),
}

/// In how many channels a population's weights can have scales of their own: output channels where kernels lead to it, which agree on
/// them, else neurons. Neurons behind a convolution may stand in one row; their channels are the convolution's.
pub(super) fn channels(synapses: &[Synapses], size: usize) -> usize {
    let mut of_kernels = synapses.iter().filter_map(|synapses| match synapses {
        Synapses::Kernel(kernel) => Some(kernel.out_channels as usize),
        Synapses::List(_) => None,
    });
    match of_kernels.next() {
        Some(first) if of_kernels.all(|channels| channels == first) && size.is_multiple_of(first) => first,
        Some(_) => 1,
        None => size,
    }
}

/// The scales of a population's weights, by channel.
pub(super) struct Scales {
    /// The factor on weights before rounding.
    pub(super) weights: Vec<f64>,
    /// The factor between the graph's input and the chip's: that on weights, corrected for rounding if asked.
    pub(super) drive: Vec<f64>,
    /// Neurons of a channel.
    pub(super) pixels: usize,
    /// What rounding did; `None` where nothing is rounded.
    pub(super) errors: Option<WeightErrors>,
}

impl Scales {
    /// The drive's scale of a neuron.
    pub(super) fn of(&self, neuron: usize) -> f64 {
        self.drive[neuron / self.pixels]
    }
}

impl Synapses {
    /// The shortest and the longest delay on the way.
    pub(super) fn delays(&self) -> (u32, u32) {
        let Self::List(columns) = self else { return (0, 0) };
        let delays = || columns.iter().flatten().map(|tap| tap.delay);
        (delays().min().unwrap_or(0), delays().max().unwrap_or(0))
    }

    /// Calls `each(channel, weight)` for every weight, those of a kernel once.
    fn each(&self, pixels: usize, each: &mut impl FnMut(usize, f64)) {
        match self {
            Self::List(columns) => {
                for tap in columns.iter().flatten() {
                    each(tap.target as usize / pixels, tap.weight);
                }
            }
            Self::Kernel(kernel) => {
                let area = (kernel.kernel[0] * kernel.kernel[1]) as usize;
                for (at, &weight) in kernel.weights.iter().enumerate() {
                    each(at / area % kernel.out_channels as usize, weight);
                }
            }
        }
    }

    /// The connector with the chip's weights.
    pub(super) fn connector(self, scales: &Scales, rounding: Option<Rounding>, conn_delay: u32) -> Connector {
        match self {
            Self::List(columns) => {
                let mut list = ConnectionList::default();
                for (pre, taps) in (0..).zip(columns) {
                    for tap in taps {
                        let scale = scales.weights[tap.target as usize / scales.pixels];
                        let weight = rounded(tap.weight * scale, rounding);
                        if weight != 0.0 {
                            list.pre.push(pre);
                            list.post.push(tap.target);
                            list.weight.push(weight);
                            list.delay.push(tap.delay.saturating_add(conn_delay));
                        }
                    }
                }
                Connector::List(list)
            }
            Self::Kernel(mut kernel) => {
                let area = (kernel.kernel[0] * kernel.kernel[1]) as usize;
                let out_channels = kernel.out_channels as usize;
                for (at, weight) in kernel.weights.iter_mut().enumerate() {
                    *weight = rounded(
                        *weight * scales.weights[at / area % out_channels % scales.weights.len()],
                        rounding,
                    );
                }
                Connector::Conv2d(kernel)
            }
        }
    }
}

/// The scales of a population of `size` neurons in `channels` channels.
pub(super) fn scales(
    synapses: &[Synapses],
    (size, channels): (usize, usize),
    options: &LoweringOptions,
    max_weight: f64,
    rounding: Option<Rounding>,
) -> Scales {
    let channels = if options.scaling == Scaling::Layer { 1 } else { channels };
    let pixels = size / channels;
    let each = |each: &mut dyn FnMut(usize, f64)| {
        let channel_of = |channel: usize| if channels == 1 { 0 } else { channel };
        for synapses in synapses {
            synapses.each(pixels, &mut |channel, weight| each(channel_of(channel), weight));
        }
    };
    let mut largest = vec![0.0_f64; channels];
    each(&mut |channel, weight| largest[channel] = largest[channel].max(weight.abs()));
    let scale =
        |&largest: &f64| if options.scale_weights && largest > 0.0 { max_weight / largest } else { 1.0 };
    let weights: Vec<f64> = largest.iter().map(scale).collect();

    let mut errors = WeightErrors::default();
    let (mut squares, mut lost) = (0.0, 0.0);
    let mut fits = vec![(0.0, 0.0); channels];
    each(&mut |channel, weight| {
        let exact = weight * weights[channel];
        let whole = rounded(exact, rounding);
        errors.n += u64::from(weight != 0.0);
        errors.n_vanished += u64::from(weight != 0.0 && whole == 0.0);
        errors.max_error = errors.max_error.max((whole - exact).abs());
        squares += exact * exact;
        lost += (whole - exact) * (whole - exact);
        fits[channel].0 += whole * exact;
        fits[channel].1 += exact * exact;
    });
    errors.relative_rms_error = if squares > 0.0 { (lost / squares).sqrt() } else { 0.0 };
    let fit = |&(product, square): &(f64, f64)| match options.threshold_fit {
        ThresholdFit::Fitted if product > 0.0 => product / square,
        _ => 1.0,
    };
    let drive = weights.iter().zip(&fits).map(|(&scale, fits)| scale * fit(fits)).collect();
    Scales { weights, drive, pixels, errors: rounding.map(|_| errors) }
}

fn rounded(weight: f64, rounding: Option<Rounding>) -> f64 {
    match rounding {
        None => weight,
        Some(Rounding::TowardZero) => weight.trunc(),
        Some(Rounding::Nearest) => weight.round(),
    }
}
