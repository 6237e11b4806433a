//! Convolutions: the synapses that a kernel stands for, and which lengths are refused.

use std::collections::BTreeMap;

use gennaker_network::*;
use proptest::prelude::*;

fn network(convolution: &Convolution) -> Network {
    let size = |shape: [u32; 3]| shape.iter().product::<u32>();
    let mut network = Network::new("images");
    let pre = network.add_population(Population::new("pre", size(convolution.input), Model::SpikeList));
    let n_post = convolution.output().map_or(1, size);
    let post = network.add_population(Population::new("post", n_post, Model::LifConv2d));
    network.add_projection(Projection::new("kernel", pre, post, Connector::Conv2d(convolution.clone())));
    network
}

fn synapses(network: &Network, range: std::ops::Range<u32>) -> Vec<(u32, u32, f64)> {
    let mut all = Vec::new();
    for_each_synapse(network, 0, range, |s| all.push((s.pre, s.post, s.weight)));
    all
}

/// What one spike of `source` adds to every output, computed on images: the spike is pooled, the pooled image is padded, and the
/// kernel is laid on it output by output.
fn response(c: &Convolution, source: u32) -> BTreeMap<u32, f64> {
    let [channels, height, width] = c.input;
    let [out_channels, out_height, out_width] = c.output().expect("fits");
    let (channel, y, x) = (source / (height * width), source / width % height, source % width);
    assert!(channel < channels);
    let (y, x) = (y / c.pool[0], x / c.pool[1]);
    let is_left_out = y >= height / c.pool[0] || x >= width / c.pool[1];
    let padded = (y + c.padding[0], x + c.padding[2]);
    let (in_group, out_group) = (channels / c.groups, out_channels / c.groups);
    let mut response = BTreeMap::new();
    for out in (0..out_channels).filter(|out| !is_left_out && out / out_group == channel / in_group) {
        for oy in 0..out_height {
            for ox in 0..out_width {
                for ky in 0..c.kernel[0] {
                    for kx in 0..c.kernel[1] {
                        let at =
                            (oy * c.stride[0] + ky * c.dilation[0], ox * c.stride[1] + kx * c.dilation[1]);
                        let kernel = (channel % in_group * out_channels + out) * c.kernel[0] + ky;
                        if at == padded {
                            let weight = c.weights[(kernel * c.kernel[1] + kx) as usize];
                            response.insert((out * out_height + oy) * out_width + ox, weight);
                        }
                    }
                }
            }
        }
    }
    response
}

fn convolutions() -> impl Strategy<Value = Convolution> {
    let lengths = (1u32..3, 1u32..3, 1u32..3, 2u32..9, 2u32..9, 1u32..4, 1u32..4);
    let steps = (1u32..4, 1u32..4, 1u32..3, 1u32..3, 1u32..3, 1u32..4);
    let fits = |c: &Convolution| c.output().is_ok();
    (lengths, steps, prop::array::uniform4(0u32..3))
        .prop_map(|((groups, per_group, out, height, width, kh, kw), (sy, sx, dy, dx, py, px), padding)| {
            let n = groups * per_group * out * kh * kw;
            let weights = (0..n).map(|i| f64::from(i) - f64::from(n / 2)).collect();
            Convolution {
                stride: [sy, sx],
                dilation: [dy, dx],
                padding,
                pool: [py, px],
                groups,
                ..Convolution::new([groups * per_group, height, width], groups * out, [kh, kw], weights)
            }
        })
        .prop_filter("leaves an output", fits)
}

proptest! {
    #[test]
    fn synapses_are_what_the_kernel_says(convolution in convolutions()) {
        let network = network(&convolution);
        network.validate().expect("valid");
        let mut found: Vec<BTreeMap<u32, f64>> = vec![BTreeMap::new(); network.populations[0].size as usize];
        for (pre, post, weight) in synapses(&network, 0..u32::MAX) {
            prop_assert_eq!(found[pre as usize].insert(post, weight), None, "{} to {} twice", pre, post);
        }
        for (source, found) in (0..).zip(found) {
            prop_assert_eq!(found, response(&convolution, source), "of {}", source);
        }
    }

    #[test]
    fn parts_equal_the_whole(convolution in convolutions(), cut in 0.0..1.0f64) {
        let network = network(&convolution);
        let n = network.populations[1].size;
        let cut = (cut * f64::from(n)) as u32;
        let parts = [synapses(&network, 0..cut), synapses(&network, cut..n)].concat();
        prop_assert_eq!(parts, synapses(&network, 0..n));
    }
}

#[test]
fn wrong_lengths_are_named() {
    let sound = || Convolution::new([2, 5, 5], 3, [3, 3], vec![1.0; 54]);
    assert_eq!(sound().output(), Ok([3, 3, 3]));
    let wrong = [
        (Convolution { stride: [0, 1], ..sound() }, "stride holds 0"),
        (Convolution { kernel: [1 << 20, 3], ..sound() }, "kernel holds 1048576"),
        (
            Convolution { groups: 2, ..sound() },
            "2 groups do not divide 2 input channels and 3 output channels",
        ),
        (Convolution { weights: vec![1.0; 53], ..sound() }, "53 weights were given"),
        (Convolution { dilation: [3, 1], ..sound() }, "does not fit into images of [5, 5]"),
        (Convolution { pool: [6, 1], ..sound() }, "does not fit into images of [0, 5]"),
    ];
    for (convolution, text) in wrong {
        let problem = convolution.output().expect_err(text).to_string();
        assert!(problem.contains(text), "{problem}");
        let error = network(&convolution).validate().expect_err(text).to_string();
        assert!(error.contains(text), "{error}");
    }
}

#[test]
fn kernels_belong_to_lif_conv2d_only_and_fit_its_size() {
    let mut images = network(&Convolution::new([1, 4, 4], 1, [3, 3], vec![1.0; 9]));
    images.populations[1].model = Model::LifNoDelay;
    let error = images.validate().expect_err("wrong model").to_string();
    assert!(error.contains("`lif_conv2d` takes conv2d connectors only"), "{error}");
    images.populations[1].model = Model::LifConv2d;
    images.populations[1].size = 5;
    let error = images.validate().expect_err("wrong size").to_string();
    assert!(error.contains("[1, 2, 2] has 4 neurons, but `post` has 5"), "{error}");
    images.populations[1].size = 4;
    images.projections[0].connector = Connector::AllToAll { allow_self_connections: true };
    images.validate().expect_err("no kernel");
}
