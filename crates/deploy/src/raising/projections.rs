//! Projections as linear nodes, with the whole numbers that the chip holds.

use gennaker_network::{Connector, Convolution, Projection, Quantiser, for_each_synapse};
use gennaker_nir::{Array, Conv, Numbers, Padding, Pool2d, Primitive};

use crate::error::DeployError;

use super::{Raising, unraisable};

/// Most weights of a matrix: 8 bytes each.
const MAX_WEIGHTS: u64 = 1 << 28;
/// Largest weight that a word without delays holds.
const MAX_WEIGHT: f64 = 127.0;

impl Raising<'_> {
    /// Adds a projection's nodes and edges. `bias` is by target neuron.
    pub(super) fn add_projection(
        &mut self,
        index: usize,
        bias: Option<&Vec<f64>>,
    ) -> Result<(), DeployError> {
        let projection = &self.network.projections[index];
        let ends = [projection.pre, projection.post].map(|p| self.network.populations[p].name.clone());
        let [from, to] = &ends;
        let (before, node) = match &projection.connector {
            Connector::Conv2d(convolution) => {
                (self.pool(projection, convolution), self.convolution(index, convolution, bias)?)
            }
            _ => (self.flatten(projection), self.matrix(index, bias)?),
        };
        let name = self.unique(&projection.name);
        self.insert(&name, node);
        let mut last = from.clone();
        if let Some((suffix, primitive)) = before {
            let before = self.unique(&format!("{name}_{suffix}"));
            self.insert(&before, primitive);
            self.connect(&last, &before);
            last = before;
        }
        self.connect(&last, &name);
        self.connect(&name, to);
        Ok(())
    }

    fn flatten(&self, projection: &Projection) -> Option<(&'static str, Primitive)> {
        let shape = &self.shapes[projection.pre];
        let flatten = Primitive::Flatten { start_dim: 0, end_dim: -1, input_type: Some(shape.clone()) };
        (shape.len() > 1).then_some(("flatten", flatten))
    }

    fn pool(&self, _: &Projection, convolution: &Convolution) -> Option<(&'static str, Primitive)> {
        let window = convolution.pool.map(|length| length as usize);
        let pool = Primitive::SumPool2d(Pool2d { kernel_size: window, stride: window, padding: [0, 0] });
        (window != [1, 1]).then_some(("pool", pool))
    }

    /// A dense matrix of all synapses; those between the same two neurons add up, as they do on the chip.
    fn matrix(&mut self, index: usize, bias: Option<&Vec<f64>>) -> Result<Primitive, DeployError> {
        let (network, projection) = (self.network, &self.network.projections[index]);
        let [pre, post] = [projection.pre, projection.post].map(|p| &network.populations[p]);
        let n_weights = u64::from(pre.size) * u64::from(post.size);
        if n_weights > MAX_WEIGHTS {
            let problem =
                format!("{} x {} neurons; a matrix has up to {MAX_WEIGHTS} weights", pre.size, post.size);
            return Err(of(projection, problem));
        }
        let mut weights = vec![0.0; n_weights as usize];
        let mut quantiser = Quantiser::new(post.model).expect("neurons take input");
        let mut longest = 0;
        for_each_synapse(network, index, 0..post.size, |synapse| {
            let (weight, delay) = quantiser.quantise(synapse.weight, synapse.delay);
            longest = longest.max(delay);
            weights[synapse.post as usize * pre.size as usize + synapse.pre as usize] += f64::from(weight);
        });
        if longest > 0 {
            let problem =
                format!("it has delays of up to {longest} ticks; only delays of 0 can be said here");
            return Err(of(projection, problem));
        }
        if let Some(large) = weights.iter().find(|weight| weight.abs() > MAX_WEIGHT) {
            let problem = format!(
                "the synapses between two neurons add up to {large}; a weight of a graph is lowered to at most {MAX_WEIGHT}"
            );
            return Err(of(projection, problem));
        }
        self.note_quantised(projection, quantiser.report().n_rounded + quantiser.report().n_clipped_weights);
        let shape = vec![post.size as usize, pre.size as usize];
        let weight = Array::new(shape, Numbers::F64(weights)).expect("as many as pairs");
        Ok(match bias {
            Some(bias) => Primitive::Affine { weight, bias: Array::vector(bias.clone()) },
            None => Primitive::Linear { weight },
        })
    }

    fn convolution(
        &mut self,
        index: usize,
        convolution: &Convolution,
        bias: Option<&Vec<f64>>,
    ) -> Result<Primitive, DeployError> {
        let projection = &self.network.projections[index];
        let padding = padding(convolution).ok_or_else(|| {
            let problem = format!(
                "its padding (top, bottom, left, right) is {:?}; NIR pads both sides of an axis alike",
                convolution.padding
            );
            of(projection, problem)
        })?;
        let model = self.network.populations[projection.post].model;
        let mut quantiser = Quantiser::new(model).expect("neurons take input");
        let [out_channels, groups] = [convolution.out_channels, convolution.groups].map(|n| n as usize);
        let per_group = convolution.input[0] as usize / groups;
        let [height, width] = convolution.kernel.map(|length| length as usize);
        let area = height * width;
        let mut weights = vec![0.0; convolution.weights.len()];
        for (at, &given) in convolution.weights.iter().enumerate() {
            let (channel, out) = (at / area / out_channels, at / area % out_channels);
            let weight = f64::from(quantiser.quantise(given, 0).0);
            weights[(out * per_group + channel) * area + at % area] = weight;
        }
        self.note_quantised(projection, quantiser.report().n_rounded + quantiser.report().n_clipped_weights);
        let shape = vec![out_channels, per_group, height, width];
        let pixels = self.shapes[projection.post][1..].iter().product();
        let bias = match bias {
            Some(bias) => bias.iter().step_by(pixels).copied().collect(),
            None => vec![0.0; out_channels],
        };
        let pair = |lengths: [u32; 2]| lengths.map(|length| length as usize);
        Ok(Primitive::Conv2d(Conv {
            input_shape: Some(pair(convolution.pooled())),
            weight: Array::new(shape, Numbers::F64(weights)).expect("the kernel's weights"),
            stride: pair(convolution.stride),
            padding,
            dilation: pair(convolution.dilation),
            groups,
            bias: Array::vector(bias),
        }))
    }

    fn note_quantised(&mut self, projection: &Projection, n: u64) {
        if n > 0 {
            let name = &projection.name;
            self.notes.push(format!(
                "projection `{name}`: {n} weights are written rounded or clipped, as the chip holds them"
            ));
        }
    }
}

fn padding(convolution: &Convolution) -> Option<Padding<2>> {
    let [top, bottom, left, right] = convolution.padding;
    if (top, left) == (bottom, right) {
        return Some(Padding::Explicit([top as usize, left as usize]));
    }
    let same = [0, 1].map(|axis| convolution.dilation[axis] * (convolution.kernel[axis] - 1));
    let front = same.map(|all| all / 2);
    let is_same =
        [top, left] == front && [top + bottom, left + right] == same && convolution.stride == [1, 1];
    is_same.then_some(Padding::Same)
}

fn of(projection: &Projection, problem: String) -> DeployError {
    unraisable(&format!("projection `{}`", projection.name), problem)
}
