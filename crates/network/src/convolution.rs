//! Convolutions: a kernel that slides over channels of images instead of a list of synapses.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A two-dimensional convolution (cross-correlation, as in PyTorch) from one stack of images to another.
///
/// Neurons are numbered channel by channel and row by row: neuron `(channel * height + y) * width + x`. Before the convolution,
/// spikes may be summed over windows (`pool`) that do not overlap; what does not fill a window at the right or lower edge is left out.
/// A one-dimensional convolution is one of height 1.
///
/// Chip: parameters and order of weights are those of py-spinnaker2's `Conv2DProjection`; dilations and groups are ours.
///
/// ```
/// use gennaker_network::Convolution;
/// let layer = Convolution { stride: [2, 2], padding: [1, 1, 1, 1], ..Convolution::new([2, 34, 34], 16, [5, 5], vec![1.0; 800]) };
/// assert_eq!(layer.output(), Ok([16, 16, 16]));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Convolution {
    /// Channels, height and width of the sending population.
    pub input: [u32; 3],
    /// Channels of the receiving population.
    pub out_channels: u32,
    /// Height and width of the kernel.
    pub kernel: [u32; 2],
    /// Steps between neighbouring outputs, down and right, in pooled pixels.
    pub stride: [u32; 2],
    /// Distances of neighbouring kernel rows and columns, in pooled pixels.
    pub dilation: [u32; 2],
    /// Rows and columns of zeros around the pooled image: top, bottom, left, right.
    pub padding: [u32; 4],
    /// Height and width of the windows over which spikes are summed before the convolution; `[1, 1]` for none.
    pub pool: [u32; 2],
    /// Groups of channels that do not see each other; divides both numbers of channels.
    pub groups: u32,
    /// Kernels, (input channels / groups, output channels, height, width), the last axis fastest.
    pub weights: Vec<f64>,
}

/// What is wrong with a convolution, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvolutionProblem(String);

impl fmt::Display for ConvolutionProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConvolutionProblem {}

/// Longest axis of an image, kernel, stride or padding: products of two of them fit 32 bits.
const MAX_LENGTH: u32 = 1 << 15;

impl Convolution {
    /// A convolution with stride 1 and without padding, pooling, dilation and groups. `input` is channels, height, width.
    #[must_use]
    pub fn new(input: [u32; 3], out_channels: u32, kernel: [u32; 2], weights: Vec<f64>) -> Self {
        Self {
            input,
            out_channels,
            kernel,
            stride: [1, 1],
            dilation: [1, 1],
            padding: [0; 4],
            pool: [1, 1],
            groups: 1,
            weights,
        }
    }

    /// Channels, height and width of the receiving population.
    ///
    /// # Errors
    /// If lengths are 0 or beyond 2^15, do not divide, or leave no output, or the weights are not as many as they say.
    pub fn output(&self) -> Result<[u32; 3], ConvolutionProblem> {
        self.check_lengths()?;
        let lengths = self.out_lengths();
        if lengths.contains(&0) {
            return Err(ConvolutionProblem(format!(
                "a kernel of {:?} with dilation {:?} does not fit into images of {:?}, padded by {:?}",
                self.kernel,
                self.dilation,
                self.pooled(),
                self.padding
            )));
        }
        Ok([self.out_channels, lengths[0], lengths[1]])
    }

    fn check_lengths(&self) -> Result<(), ConvolutionProblem> {
        let problem = |text: String| Err(ConvolutionProblem(text));
        let at_least_one = [
            ("input", &self.input[..]),
            ("out_channels", &[self.out_channels]),
            ("kernel", &self.kernel),
            ("stride", &self.stride),
            ("dilation", &self.dilation),
            ("pool", &self.pool),
            ("groups", &[self.groups]),
        ];
        for (name, lengths) in at_least_one {
            if let Some(length) = lengths.iter().find(|&&length| !(1..=MAX_LENGTH).contains(&length)) {
                return problem(format!("{name} holds {length}; it must lie between 1 and {MAX_LENGTH}"));
            }
        }
        if let Some(length) = self.padding.iter().find(|&&length| length > MAX_LENGTH) {
            return problem(format!("padding holds {length}; it must be at most {MAX_LENGTH}"));
        }
        let [channels, out_channels, groups] = [self.input[0], self.out_channels, self.groups];
        if channels % groups != 0 || out_channels % groups != 0 {
            return problem(format!(
                "{groups} groups do not divide {channels} input channels and {out_channels} output channels"
            ));
        }
        let n_weights = self.kernel.map(u64::from).iter().product::<u64>()
            * u64::from(channels / groups)
            * u64::from(out_channels);
        if self.weights.len() as u64 != n_weights {
            return problem(format!(
                "{} weights were given; {} input channels per group, {out_channels} output channels and a kernel of {:?} need {n_weights}",
                self.weights.len(),
                channels / groups,
                self.kernel
            ));
        }
        Ok(())
    }

    /// Height and width of the image after pooling.
    #[must_use]
    pub fn pooled(&self) -> [u32; 2] {
        [0, 1].map(|axis| self.input[axis + 1] / self.pool[axis])
    }

    /// Height and width of the output; 0 where nothing is left.
    fn out_lengths(&self) -> [u32; 2] {
        let pooled = self.pooled();
        [0, 1].map(|axis| {
            let padded = pooled[axis] + self.padding[2 * axis] + self.padding[2 * axis + 1];
            let reach = self.dilation[axis] * (self.kernel[axis] - 1) + 1;
            if padded < reach || pooled[axis] == 0 { 0 } else { (padded - reach) / self.stride[axis] + 1 }
        })
    }

    /// Calls `each(pre, post, row)` for every synapse onto one neuron: by input channel, then by pixel of the kernel, then by pixel
    /// of the pooling window. `row` is the weight's position.
    pub(crate) fn each_onto(&self, post: u32, mut each: impl FnMut(u32, u32, usize)) {
        let [out_height, out_width] = self.out_lengths();
        let (out_channel, at) = (post / (out_height * out_width), post % (out_height * out_width));
        let rows = self.taps(0, at / out_width);
        let columns = self.taps(1, at % out_width);
        let [channels, height, width] = self.input;
        let per_group = channels / self.groups;
        let first = out_channel / (self.out_channels / self.groups) * per_group;
        for channel in 0..per_group {
            let kernel = (channel * self.out_channels + out_channel) as usize * self.kernel[0] as usize;
            let image = (first + channel) * height;
            for &(ky, from_y) in &rows {
                for &(kx, from_x) in &columns {
                    let row = (kernel + ky as usize) * self.kernel[1] as usize + kx as usize;
                    for y in from_y..from_y + self.pool[0] {
                        for x in from_x..from_x + self.pool[1] {
                            each((image + y) * width + x, post, row);
                        }
                    }
                }
            }
        }
    }

    /// Along one axis: which of the kernel's pixels meet the image in the output `at`, with the first input pixel of each.
    fn taps(&self, axis: usize, at: u32) -> Vec<(u32, u32)> {
        let pooled = self.pooled()[axis];
        let tap = |k: u32| {
            let pixel =
                (at * self.stride[axis] + k * self.dilation[axis]).checked_sub(self.padding[2 * axis])?;
            (pixel < pooled).then_some((k, pixel * self.pool[axis]))
        };
        (0..self.kernel[axis]).filter_map(tap).collect()
    }
}
