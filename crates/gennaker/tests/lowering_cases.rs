//! Graphs of the kinds that are rare in trained networks, lowered with unrounded weights: spikes and potentials are those of the graph in
//! the reference when every edge from a neuron or input takes one step in both, whatever shares a scale.

mod common;

use common::{DT, Draw, flat_if, leaky, none, random_spikes};
use gennaker::deploy::{Integrator, LoweringOptions, Readout, RealWeights, Reset, Sample, Scaling, lower};
use gennaker::network::SpikeTrains;
use gennaker::nir::reference::{self, Integration, LateEdges, Probe, Reference, Settings};
use gennaker::nir::{Array, Conv, CubaLi, CubaLif, Graph, Li, Lif, Numbers, Padding, Pool2d, Primitive};
use gennaker::{Deployment, Model, Numeric};

const TICKS: u32 = 40;

fn chain(nodes: &[(&str, Primitive)]) -> Graph {
    let edges: Vec<(&str, &str)> = nodes.windows(2).map(|pair| (pair[0].0, pair[1].0)).collect();
    Graph::new(nodes.iter().cloned(), edges)
}

fn input(shape: &[usize]) -> (&'static str, Primitive) {
    ("in", Primitive::Input { shape: shape.to_vec() })
}

fn output(n: usize) -> (&'static str, Primitive) {
    ("out", Primitive::Output { shape: vec![n] })
}

/// Runs a graph in both worlds, with one scale for a layer and one for each channel, under both integrators and resets.
fn agrees(graph: &Graph) {
    for scaling in [Scaling::Layer, Scaling::Channel] {
        for (reset, in_reference) in
            [(Reset::Zero, reference::Reset::VReset), (Reset::Subtract, reference::Reset::Subtract)]
        {
            let options = LoweringOptions {
                dt_s: DT,
                reset,
                scaling,
                real_weights: RealWeights::All,
                ..LoweringOptions::default()
            };
            agrees_under(graph, &options, in_reference, Integration::Euler);
        }
    }
}

fn agrees_under(graph: &Graph, options: &LoweringOptions, reset: reference::Reset, integration: Integration) {
    let mut deployment = Deployment::new(lower(graph, options).unwrap());
    deployment.numeric = Numeric::Reference;
    deployment.keeps_recordings = true;
    deployment.tail_ticks = Some(0);
    let n: usize = deployment.lowered.inputs[0].shape.iter().product();
    let sample = Sample::from_spikes("made", random_spikes(7, n as u32, TICKS, 0.3), TICKS);
    let has_potentials = deployment.lowered.outputs.iter().any(|port| !port.spikes);
    let readout = if has_potentials { Readout::LastPotential } else { Readout::SpikeCount };
    let run = deployment.run(std::slice::from_ref(&sample), readout).unwrap().remove(0);

    let settings =
        Settings { dt_s: DT, integration, reset, late: LateEdges::AllNeurons, ..Settings::default() };
    let mut frames = vec![0.0; TICKS as usize * n];
    for (&tick, &neuron) in sample.spikes.ticks().iter().zip(sample.spikes.neurons()) {
        frames[tick as usize * n + neuron as usize] = 1.0;
    }
    let layers = &deployment.lowered.layers;
    let probes: Vec<Probe> = layers.iter().map(|layer| Probe::output(layer.name.as_str())).collect();
    let mut reference = Reference::new(graph, &settings).unwrap();
    let trace = reference.run(&[("in", &frames)], TICKS as usize, &probes).unwrap();

    let recordings = run.recordings.unwrap();
    let mut n_spikes = 0;
    for ((population, probe), layer) in recordings.populations.iter().zip(&probes).zip(layers) {
        let signal = &trace.observed[probe];
        if layer.threshold.is_some() && !layer.spikes() {
            let v = population.state("v").unwrap();
            let at = layers.iter().position(|other| other.name == layer.name).unwrap();
            for (tick, step) in signal.steps().enumerate() {
                for (neuron, wanted) in step.iter().enumerate() {
                    let found =
                        v.column(neuron).nth(tick).unwrap() / deployment.lowered.v_scale_of(at, neuron);
                    assert!(
                        (found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0),
                        "{} {tick} {neuron}: {found} {wanted}",
                        layer.name
                    );
                }
            }
            continue;
        }
        let spikes = population.spikes.as_ref().unwrap();
        let found: Vec<(u32, u32)> =
            spikes.ticks.iter().copied().zip(spikes.neurons.iter().copied()).collect();
        let mut wanted = Vec::new();
        for (tick, step) in (0u32..).zip(signal.steps()) {
            wanted.extend((0u32..).zip(step).filter(|(_, z)| **z != 0.0).map(|(neuron, _)| (tick, neuron)));
        }
        assert_eq!(found, wanted, "{}", layer.name);
        n_spikes += found.len();
    }
    assert!(n_spikes > sample.spikes.len() || has_potentials, "nothing but the input spiked");
}

fn conv2d(draw: &mut Draw, weight: &[usize], more: impl FnOnce(&mut Conv<2>)) -> Primitive {
    let mut conv = Conv {
        input_shape: None,
        weight: draw.array(weight),
        stride: [1, 1],
        padding: Padding::Explicit([0, 0]),
        dilation: [1, 1],
        groups: 1,
        bias: draw.array(&weight[..1]),
    };
    more(&mut conv);
    Primitive::Conv2d(conv)
}

#[test]
fn convolutions_of_all_kinds() {
    let mut draw = Draw(1);
    let kinds: Vec<(Vec<usize>, Primitive, Vec<usize>)> = vec![
        (
            vec![4, 6, 5],
            conv2d(&mut draw, &[6, 2, 3, 2], |conv| {
                (conv.groups, conv.dilation, conv.padding) = (2, [2, 1], Padding::Same);
            }),
            vec![6, 6, 5],
        ),
        (vec![2, 7, 6], conv2d(&mut draw, &[3, 2, 4, 2], |conv| conv.padding = Padding::Same), vec![3, 7, 6]),
        (
            vec![3, 9, 4],
            conv2d(&mut draw, &[3, 1, 2, 3], |conv| {
                (conv.groups, conv.stride, conv.padding) = (3, [2, 1], Padding::Explicit([1, 2]));
            }),
            vec![3, 5, 6],
        ),
    ];
    for (from, conv, to) in kinds {
        let graph = chain(&[input(&from), ("conv", conv), ("cells", flat_if(&mut draw, &to)), output(1)]);
        let graph = Graph { edges: graph.edges, ..graph };
        let lowered = lower(&fitted(graph.clone(), &to), &LoweringOptions::default()).unwrap();
        assert_eq!(lowered.network.populations[1].model, Model::LifConv2d, "the kernel stays one");
        agrees(&fitted(graph, &to));
    }
}

/// The graph with its Output's shape.
fn fitted(mut graph: Graph, shape: &[usize]) -> Graph {
    graph.nodes.insert("out".to_owned(), Primitive::Output { shape: shape.to_vec() }.into());
    graph
}

#[test]
fn convolutions_over_one_axis_keep_kernels_or_become_lists() {
    let mut draw = Draw(2);
    let conv = Conv {
        input_shape: None,
        weight: draw.array(&[4, 1, 3]),
        stride: [2],
        padding: Padding::Explicit([3]),
        dilation: [2],
        groups: 2,
        bias: draw.array(&[4]),
    };
    let cells = flat_if(&mut draw, &[4, 6]);
    let kernel =
        chain(&[input(&[2, 9]), ("conv", Primitive::Conv1d(conv.clone())), ("cells", cells), output(1)]);
    agrees(&fitted(kernel, &[4, 6]));
    // A synaptic current takes no kernels.
    let silent = Conv { bias: none(&[4]), padding: Padding::Same, stride: [1], ..conv };
    let cells = cuba(&mut draw, &[4, 9]);
    let list = chain(&[input(&[2, 9]), ("conv", Primitive::Conv1d(silent)), ("cells", cells), output(1)]);
    let lowered =
        lower(&fitted(list.clone(), &[4, 9]), &LoweringOptions { dt_s: DT, ..LoweringOptions::default() });
    assert!(lowered.unwrap().notes[0].contains("convolution `conv` becomes single synapses"));
    agrees(&fitted(list, &[4, 9]));
}

fn cuba(draw: &mut Draw, shape: &[usize]) -> Primitive {
    Primitive::CubaLIF(CubaLif {
        tau_syn: draw.around(4e-3, shape),
        tau_mem: draw.around(6e-3, shape),
        r: draw.around(3.0, shape),
        v_leak: draw.array(shape),
        v_threshold: draw.around(0.3, shape),
        v_reset: None,
        w_in: Some(draw.around(1.5, shape)),
    })
}

#[test]
fn pools_that_overlap_and_pools_behind_convolutions() {
    let mut draw = Draw(3);
    let pool = Pool2d { kernel_size: [3, 2], stride: [2, 1], padding: [1, 1] };
    let conv = conv2d(&mut draw, &[3, 2, 2, 2], |_| ());
    // (2, 7, 5) -> pool (2, 4, 6) -> conv (3, 3, 5).
    for pool in [Primitive::SumPool2d(pool), Primitive::AvgPool2d(pool)] {
        let cells = flat_if(&mut draw, &[3, 3, 5]);
        let first = chain(&[
            input(&[2, 7, 5]),
            ("pool", pool.clone()),
            ("conv", conv.clone()),
            ("cells", cells),
            output(1),
        ]);
        agrees(&fitted(first, &[3, 3, 5]));
        // conv (3, 6, 4) -> pool (3, 3, 5), with the convolution's bias at the edges of the windows.
        let cells = leaky(&mut draw, &[3, 3, 5]);
        let last =
            chain(&[input(&[2, 7, 5]), ("conv", conv.clone()), ("pool", pool), ("cells", cells), output(1)]);
        agrees(&fitted(last, &[3, 3, 5]));
    }
    let sum = Primitive::SumPool2d(Pool2d { kernel_size: [2, 2], stride: [2, 2], padding: [0, 0] });
    let alone =
        chain(&[input(&[2, 7, 5]), ("pool", sum), ("cells", flat_if(&mut draw, &[2, 3, 2])), output(1)]);
    agrees(&fitted(alone, &[2, 3, 2]));
}

#[test]
fn biases_pass_through_all_that_is_linear() {
    let mut draw = Draw(4);
    let affine = |draw: &mut Draw, to: usize, from: usize| Primitive::Affine {
        weight: draw.array(&[to, from]),
        bias: draw.array(&[to]),
    };
    let graph = chain(&[
        input(&[6]),
        ("a", affine(&mut draw, 4, 6)),
        ("gain", Primitive::Scale { scale: draw.array(&[4]) }),
        ("b", affine(&mut draw, 5, 4)),
        ("cells", leaky(&mut draw, &[5])),
        output(5),
    ]);
    agrees(&graph);
}

#[test]
fn neurons_behind_a_flattened_convolution_have_their_channels_scales() {
    let mut draw = Draw(5);
    let graph = chain(&[
        input(&[2, 6, 6]),
        ("conv", conv2d(&mut draw, &[3, 2, 3, 3], |_| ())),
        ("flat", Primitive::Flatten { start_dim: 0, end_dim: -1, input_type: None }),
        ("cells", flat_if(&mut draw, &[48])),
        output(48),
    ]);
    let options = LoweringOptions { scaling: Scaling::Channel, ..LoweringOptions::default() };
    let lowered = lower(&graph, &options).unwrap();
    assert_eq!(lowered.network.populations[1].model, Model::LifConv2d);
    agrees(&graph);
}

#[test]
fn two_kernels_of_other_channels_share_one_scale() {
    let mut draw = Draw(6);
    let flat = || Primitive::Flatten { start_dim: 0, end_dim: -1, input_type: None };
    let graph = Graph::new(
        [
            input(&[2, 4, 4]),
            ("wide", conv2d(&mut draw, &[4, 2, 3, 3], |_| ())),
            ("flat wide", flat()),
            ("deep", conv2d(&mut draw, &[16, 2, 4, 4], |_| ())),
            ("flat deep", flat()),
            ("cells", flat_if(&mut draw, &[16])),
            output(16),
        ],
        [
            ("in", "wide"),
            ("wide", "flat wide"),
            ("flat wide", "cells"),
            ("in", "deep"),
            ("deep", "flat deep"),
            ("flat deep", "cells"),
            ("cells", "out"),
        ],
    );
    agrees(&graph);
}

#[test]
fn convolutions_and_matrices_onto_one_population_and_loops_of_kernels() {
    let mut draw = Draw(7);
    let same = |draw: &mut Draw, channels: usize| {
        conv2d(draw, &[3, channels, 3, 3], |conv| conv.padding = Padding::Same)
    };
    let mut nodes = vec![
        input(&[2, 5, 4]),
        ("conv", same(&mut draw, 2)),
        ("cells", flat_if(&mut draw, &[3, 5, 4])),
        ("loop", same(&mut draw, 3)),
        ("out", Primitive::Output { shape: vec![3, 5, 4] }),
    ];
    let mut edges =
        vec![("in", "conv"), ("conv", "cells"), ("cells", "loop"), ("loop", "cells"), ("cells", "out")];
    agrees(&Graph::new(nodes.clone(), edges.clone()));
    // An element-wise way beside the kernels: all of it becomes single synapses.
    nodes.push(("each", Primitive::Scale { scale: draw.array(&[3, 5, 4]) }));
    edges.extend([("cells", "each"), ("each", "cells")]);
    agrees(&Graph::new(nodes, edges));
}

#[test]
fn potentials_of_read_outs() {
    let mut draw = Draw(8);
    let fc = Primitive::Affine { weight: draw.array(&[4, 6]), bias: draw.array(&[4]) };
    let linear = Primitive::Linear { weight: draw.array(&[4, 6]) };
    let li = Li { tau: draw.around(5e-3, &[4]), r: draw.around(2.0, &[4]), v_leak: draw.array(&[4]) };
    let cuba = CubaLi {
        tau_syn: draw.around(4e-3, &[4]),
        tau_mem: draw.around(6e-3, &[4]),
        r: draw.around(2.0, &[4]),
        v_leak: draw.array(&[4]),
        w_in: None,
    };
    let after = |more: Vec<(&'static str, Primitive)>| {
        let mut nodes = vec![input(&[6]), ("hidden", flat_if(&mut Draw(9), &[6]))];
        nodes.extend(more);
        nodes.push(output(4));
        chain(&nodes)
    };
    agrees(&after(vec![("fc", fc.clone())]));
    agrees(&after(vec![("fc", fc.clone()), ("li", Primitive::LI(li))]));
    agrees(&after(vec![("fc", linear), ("cuba", Primitive::CubaLI(cuba))]));
    agrees(&after(vec![("fc", fc), ("sum", Primitive::I { r: draw.around(1.0, &[4]) })]));
}

#[test]
fn exact_leaks_and_resets_elsewhere_than_0() {
    let mut draw = Draw(10);
    let cells = Lif {
        tau: draw.around(5e-3, &[5]),
        r: draw.around(4.0, &[5]),
        v_leak: draw.array(&[5]),
        v_threshold: draw.around(1.0, &[5]),
        v_reset: Some(draw.array(&[5])),
    };
    let fc = Primitive::Affine { weight: draw.array(&[5, 6]), bias: draw.array(&[5]) };
    let graph = chain(&[input(&[6]), ("fc", fc), ("cells", Primitive::LIF(cells)), output(5)]);
    agrees(&graph);
    let options = LoweringOptions {
        dt_s: DT,
        integrator: Integrator::Exponential,
        real_weights: RealWeights::All,
        ..LoweringOptions::default()
    };
    agrees_under(&graph, &options, reference::Reset::VReset, Integration::Exact);
    let notes = |reset| lower(&graph, &LoweringOptions { reset, ..options.clone() }).unwrap().notes;
    assert!(
        notes(Reset::Zero)
            .iter()
            .any(|note| note == "`cells`: its v_reset is used; the chip's own importer takes 0")
    );
    assert!(notes(Reset::Subtract).iter().any(|note| note.contains("`cells`: its v_reset is ignored")));
}

#[test]
fn delays_are_those_of_the_reference_and_roundings_are_told() {
    let mut draw = Draw(11);
    let delay =
        |ticks: &[f64]| Primitive::Delay { delay: Array::vector(ticks.iter().map(|t| t * DT).collect()) };
    for (ticks, model, n_rounded, tail) in [
        ([0.0, 1.0, 2.0, 3.0, 2.5, 1.5], Model::Lif, 2, 4),
        ([0.0, 40.0, 2.0, 100.0, 7.0, 9.0], Model::LifWide, 0, 101),
    ] {
        let graph = chain(&[
            input(&[6]),
            ("late", delay(&ticks)),
            ("fc", Primitive::Linear { weight: draw.array(&[5, 6]) }),
            ("cells", leaky(&mut draw, &[5])),
            output(5),
        ]);
        let lowered = lower(&graph, &LoweringOptions { dt_s: DT, ..LoweringOptions::default() }).unwrap();
        assert_eq!(lowered.network.populations[1].model, model);
        assert_eq!(
            (lowered.layers[1].latency_ticks, lowered.tail_ticks),
            (1, tail),
            "delays take their time"
        );
        let told = lowered.notes.iter().find(|note| note.starts_with("`late`"));
        assert_eq!(told.is_some(), n_rounded > 0);
        assert!(
            told.is_none_or(|note| note.starts_with("`late`: 2 of 6 delays are no whole number of ticks"))
        );
        agrees(&graph);
    }
    // As long as numbers go, and longer than any synapse word.
    for ticks in [500.0, 5000.0, 1e15] {
        let graph =
            chain(&[input(&[1]), ("late", delay(&[ticks])), ("cells", leaky(&mut draw, &[1])), output(1)]);
        let options = LoweringOptions { dt_s: DT, conn_delay: 3, ..LoweringOptions::default() };
        let problem = match lower(&graph, &options) {
            Err(error) => error.to_string(),
            Ok(lowered) => Deployment::new(lowered).run(&[], Readout::SpikeCount).unwrap_err().to_string(),
        };
        assert!(problem.contains("delay"), "{problem}");
    }
}

#[test]
fn nested_graphs_and_thresholds() {
    let mut draw = Draw(12);
    let inner = chain(&[
        input(&[6]),
        ("fc", Primitive::Linear { weight: draw.array(&[5, 6]) }),
        ("cells", flat_if(&mut draw, &[5])),
        output(5),
    ]);
    let fc = Primitive::Affine { weight: draw.array(&[3, 5]), bias: draw.array(&[3]) };
    let graph = chain(&[
        input(&[6]),
        ("sub", Primitive::NIRGraph(inner)),
        ("fc", fc.clone()),
        ("cells", leaky(&mut draw, &[3])),
        output(3),
    ]);
    agrees(&graph);
    assert!(
        lower(&graph, &LoweringOptions { dt_s: DT, ..LoweringOptions::default() })
            .unwrap()
            .layers
            .iter()
            .any(|l| l.name == "sub|cells")
    );
    let threshold =
        Primitive::Threshold { threshold: Array::new(vec![3], Numbers::F64(vec![0.3, 0.0, -0.4])).unwrap() };
    agrees(&chain(&[input(&[5]), ("fc", fc), ("fires", threshold), output(3)]));
}

#[test]
fn inputs_without_weights_and_neurons_without_inputs() {
    let mut draw = Draw(13);
    let alone = Primitive::LIF(Lif {
        tau: draw.around(5e-3, &[4]),
        r: Array::scalar(1.0),
        v_leak: draw.around(1.6, &[4]),
        v_threshold: Array::scalar(1.0),
        v_reset: None,
    });
    let graph = Graph::new(
        [input(&[4]), ("alone", alone), ("cells", leaky(&mut draw, &[4])), output(4)],
        [("in", "cells"), ("alone", "cells"), ("cells", "out")],
    );
    agrees(&graph);
    let notes = lower(&graph, &LoweringOptions { dt_s: DT, ..LoweringOptions::default() }).unwrap().notes;
    assert_eq!(notes, ["`alone`: no neuron or input leads to it; constant drive is all that it has"]);
}

#[test]
fn the_largest_potential_may_be_below_0() {
    let weight = Array::new(vec![3, 1], Numbers::F64(vec![-3.0, -1.0, -2.0])).unwrap();
    let li = Li { tau: Array::scalar(5e-3), r: Array::scalar(1.0), v_leak: Array::scalar(0.0) };
    let graph =
        chain(&[input(&[1]), ("fc", Primitive::Linear { weight }), ("li", Primitive::LI(li)), output(3)]);
    let options = LoweringOptions { dt_s: DT, ..LoweringOptions::default() };
    let deployment = Deployment::new(lower(&graph, &options).unwrap());
    let sample = Sample::new("a", SpikeTrains::from_lists([(0, (0..30).collect())]), 30);
    let run = deployment.run(&[sample], Readout::MaxPotential).unwrap().remove(0);
    // dt / tau of the weight in the first tick, and more in all others.
    for (value, wanted) in run.outputs[0].values.iter().zip([-0.6, -0.2, -0.4]) {
        assert!((value - wanted).abs() < 0.01, "{value} {wanted}");
    }
    assert_eq!(run.outputs[0].answer(), Some(1));
}

#[test]
fn everything_has_passed_after_the_tail() {
    let unit = |n: usize| Primitive::Linear {
        weight: Array::new(vec![n, n], Numbers::F64(vec![1.0; n * n])).unwrap(),
    };
    let cell = || {
        Primitive::IF(gennaker::nir::If {
            r: Array::scalar(1.0),
            v_threshold: Array::vector(vec![0.5]),
            v_reset: None,
        })
    };
    // A way round beside a shortcut: the last spike comes the long way.
    let graph = Graph::new(
        [input(&[1]), ("a", cell()), ("b", cell()), ("c", cell()), ("w", unit(1)), output(1)],
        [("in", "a"), ("a", "b"), ("b", "w"), ("w", "c"), ("in", "c"), ("c", "out")],
    );
    let deployment = Deployment::new(lower(&graph, &LoweringOptions::default()).unwrap());
    assert_eq!(deployment.lowered.tail_ticks, 3);
    let sample = Sample::new("a", SpikeTrains::from_lists([(0, vec![0])]), 1);
    let run = deployment.run(&[sample], Readout::SpikeCount).unwrap().remove(0);
    assert_eq!(run.outputs[0].values, [2.0], "at once and by way of a and b");
}
