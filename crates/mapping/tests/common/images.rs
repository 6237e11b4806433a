//! Random networks of images and convolutions between them.

use gennaker_network::*;
use proptest::prelude::*;

/// A stream of small numbers.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32 % n
    }

    fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    fn pair(&mut self, low: u32, high: u32) -> [u32; 2] {
        [self.between(low, high), self.between(low, high)]
    }
}

/// A convolution of some kind from such an image; of single pixels if nothing else was drawn that fits.
fn convolution(dice: &mut Dice, input: [u32; 3]) -> Convolution {
    for _ in 0..4 {
        let groups = if input[0].is_multiple_of(2) && dice.below(3) == 0 { 2 } else { 1 };
        let out_channels = groups * dice.between(1, 4);
        let kernel = dice.pair(1, 4);
        let n_weights = input[0] / groups * out_channels * kernel[0] * kernel[1];
        let weights = (0..n_weights).map(|_| f64::from(dice.below(12)) - 4.0).collect();
        let convolution = Convolution {
            stride: dice.pair(1, 3),
            dilation: dice.pair(1, 2),
            padding: std::array::from_fn(|_| dice.below(3)),
            pool: if dice.below(3) == 0 { dice.pair(1, 3) } else { [1, 1] },
            groups,
            ..Convolution::new(input, out_channels, kernel, weights)
        };
        if convolution.output().is_ok() {
            return convolution;
        }
    }
    let weights = (0..3 * input[0]).map(|at| f64::from(at % 7) - 2.0).collect();
    Convolution::new(input, 3, [1, 1], weights)
}

fn rule(dice: &mut Dice, n_post: u32) -> Connector {
    let allow_self_connections = true;
    match dice.below(4) {
        0 => Connector::FixedProbability { p: 0.1, allow_self_connections },
        1 => Connector::FixedOutDegree { n: n_post.min(3), allow_self_connections, with_replacement: true },
        2 => Connector::FixedTotalNumber { n: 200, allow_self_connections, with_replacement: true },
        _ => Connector::AllToAll { allow_self_connections },
    }
}

/// A population of images with convolutions onto it.
fn layer(network: &mut Network, dice: &mut Dice, pre: usize, input: [u32; 3]) -> (usize, [u32; 3]) {
    let mut kernels = convolution(dice, input);
    let output = kernels.output().unwrap();
    let name = format!("layer{}", network.populations.len());
    let population = Population::new(&name, output.iter().product(), Model::LifConv2d).with("threshold", 6.0);
    let layer = network.add_population(match dice.below(3) {
        0 => population.with_shape(&output),
        1 => population.recording("v"),
        _ => population,
    });
    for copy in 0..dice.between(1, 2) {
        kernels.weights.rotate_left(copy as usize);
        let name = format!("{name} {copy}");
        network.add_projection(Projection::new(&name, pre, layer, Connector::Conv2d(kernels.clone())));
    }
    if dice.below(3) == 0 {
        let weights = (0..output[0] * 9).map(|at| f64::from(at % 5) - 3.0).collect();
        let own = Convolution {
            groups: output[0],
            padding: [1; 4],
            ..Convolution::new(output, output[0], [3, 3], weights)
        };
        network.add_projection(Projection::new(&format!("{name} own"), layer, layer, Connector::Conv2d(own)));
    }
    (layer, output)
}

fn source(network: &mut Network, dice: &mut Dice, size: u32) -> usize {
    let population = match dice.below(3) {
        0 => Population::new("source", size, Model::PoissonProcess).with("p", 0.1),
        1 => Population::new("source", size, Model::PoissonInput).with("mean", 0.2),
        _ => {
            let events: Vec<_> = (0..300).map(|_| (dice.below(40), dice.below(size))).collect();
            Population::new("source", size, Model::SpikeList).with_spikes(SpikeTrains::from_events(events))
        }
    };
    network.add_population(population)
}

/// A source of images, up to three layers of convolutions, and around them populations with rows: one between the source and the
/// layers, one after them, some of them fed by images that are cut into blocks.
pub(crate) fn image_network() -> impl Strategy<Value = Network> {
    (any::<u64>(), 1_u32..60).prop_map(|(seed, atoms)| {
        let mut dice = Dice(seed);
        let mut network = Network::new("images").with_seed(seed);
        let mut image = [dice.between(1, 4), dice.between(1, 9), dice.between(1, 9)];
        let size = image.iter().product();
        let mut last = source(&mut network, &mut dice, size);
        if dice.below(3) == 0 {
            let cells = Population::new("cells", size, Model::Lif).with("threshold", 5.0);
            let cells = network.add_population(cells);
            let rule = rule(&mut dice, size);
            network.add_projection(Projection::new("drive", last, cells, rule).with_weight(3.0));
            last = cells;
        }
        for _ in 0..dice.between(1, 3) {
            (last, image) = layer(&mut network, &mut dice, last, image);
        }
        let n = dice.between(1, 20);
        let readout =
            network.add_population(Population::new("readout", n, Model::LifNoDelay).with("threshold", 9.0));
        let rule = rule(&mut dice, n);
        network.add_projection(Projection::new("read", last, readout, rule).with_weight(2.0));
        network.populations.iter_mut().for_each(|population| population.max_atoms_per_core = Some(atoms));
        network
    })
}
