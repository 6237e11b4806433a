//! Lowered graphs against what NIR means: with unrounded weights in double precision, the network on the engine and the graph in the
//! reference spike alike, tick by tick, when every edge from a neuron or input takes one step in both.

mod common;

use common::{DT, Draw, none};
use gennaker::deploy::{
    Integrator, LoweringOptions, Readout, RealWeights, Reset, Rounding, Sample, Scaling, ThresholdFit,
    WeightBits, lower,
};
use gennaker::nir::reference::{self, Integration, LateEdges, Probe, Reference, Settings};
use gennaker::nir::{Array, Conv, CubaLif, Graph, If, Lif, Padding, Pool2d, Primitive};
use gennaker::{Deployment, Model, Numeric};
use proptest::prelude::*;

/// What stands between the input image and the hidden layer, and what the hidden layer is.
#[derive(Debug, Clone)]
struct Plan {
    seed: u64,
    pool: Option<(bool, usize)>,
    conv: Option<(usize, usize, usize, usize)>,
    scale: bool,
    hidden: u8,
    recurrent: bool,
    two_matrices: bool,
}

fn plans() -> impl Strategy<Value = Plan> {
    let conv = (1usize..4, 1usize..4, 1usize..3, 0usize..2);
    (
        any::<u64>(),
        prop::option::of((any::<bool>(), 1usize..3)),
        prop::option::of(conv),
        any::<bool>(),
        0u8..3,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(seed, pool, conv, scale, hidden, recurrent, two_matrices)| Plan {
            seed,
            pool,
            conv,
            scale,
            hidden,
            recurrent,
            two_matrices,
        })
}

const IMAGE: [usize; 3] = [2, 7, 6];

/// A neuron of one of three kinds, with thresholds that let some fire.
fn neurons(kind: u8, shape: &[usize], draw: &mut Draw, with_leak: bool) -> Primitive {
    let v_leak = if with_leak { draw.array(shape) } else { none(shape) };
    match kind {
        0 => Primitive::IF(If {
            r: draw.around(1.0, shape),
            v_threshold: draw.around(1.5, shape),
            v_reset: None,
        }),
        1 => Primitive::LIF(Lif {
            tau: draw.around(5e-3, shape),
            r: draw.around(4.0, shape),
            v_leak,
            v_threshold: draw.around(1.0, shape),
            v_reset: Some(none(shape)),
        }),
        _ => Primitive::CubaLIF(CubaLif {
            tau_syn: draw.around(4e-3, shape),
            tau_mem: draw.around(6e-3, shape),
            r: draw.around(3.0, shape),
            v_leak,
            v_threshold: draw.around(0.2, shape),
            v_reset: None,
            w_in: Some(draw.around(1.5, shape)),
        }),
    }
}

fn graph(plan: &Plan) -> Graph {
    let mut draw = Draw(plan.seed);
    let mut nodes: Vec<(String, Primitive)> =
        vec![("in".to_owned(), Primitive::Input { shape: IMAGE.to_vec() })];
    let mut shape = IMAGE.to_vec();
    if let Some((is_mean, side)) = plan.pool {
        let pool = Pool2d { kernel_size: [side, 2], stride: [side, 2], padding: [0, 0] };
        let pool = if is_mean { Primitive::AvgPool2d(pool) } else { Primitive::SumPool2d(pool) };
        nodes.push(("pool".to_owned(), pool));
        shape = vec![shape[0], shape[1] / side, shape[2] / 2];
    }
    if let Some((channels, kernel, stride, padding)) = plan.conv {
        let conv = Conv {
            input_shape: None,
            weight: draw.array(&[channels, shape[0], kernel, kernel.min(2)]),
            stride: [stride, 1],
            padding: Padding::Explicit([padding, 1]),
            dilation: [1, 1],
            groups: 1,
            bias: none(&[channels]),
        };
        nodes.push(("conv".to_owned(), Primitive::Conv2d(conv)));
        let length = |n: usize, k: usize, s: usize, p: usize| (n + 2 * p - k) / s + 1;
        shape =
            vec![channels, length(shape[1], kernel, stride, padding), length(shape[2], kernel.min(2), 1, 1)];
        if plan.scale {
            nodes.push(("gain".to_owned(), Primitive::Scale { scale: Array::scalar(0.7) }));
        }
        nodes.push(("image cells".to_owned(), neurons(plan.hidden.min(1), &shape, &mut draw, true)));
    }
    nodes.push(("flat".to_owned(), Primitive::Flatten { start_dim: 0, end_dim: -1, input_type: None }));
    let n: usize = shape.iter().product();
    if plan.two_matrices {
        nodes.push(("narrow".to_owned(), Primitive::Linear { weight: draw.array(&[4, n]) }));
        nodes.push(("wide".to_owned(), Primitive::Linear { weight: draw.array(&[9, 4]) }));
    } else {
        let bias = if plan.hidden == 2 { none(&[9]) } else { draw.array(&[9]) };
        nodes.push(("fc".to_owned(), Primitive::Affine { weight: draw.array(&[9, n]), bias }));
    }
    nodes.push(("hidden".to_owned(), neurons(plan.hidden, &[9], &mut draw, true)));
    nodes.push(("out".to_owned(), Primitive::Output { shape: vec![9] }));
    let mut edges: Vec<(String, String)> =
        nodes.windows(2).map(|pair| (pair[0].0.clone(), pair[1].0.clone())).collect();
    if plan.recurrent {
        nodes.push(("rec".to_owned(), Primitive::Linear { weight: draw.array(&[9, 9]) }));
        edges.push(("hidden".to_owned(), "rec".to_owned()));
        edges.push(("rec".to_owned(), "hidden".to_owned()));
    }
    Graph::new(
        nodes.iter().map(|(name, primitive)| (name.as_str(), primitive.clone())),
        edges.iter().map(|(from, to)| (from.as_str(), to.as_str())),
    )
}

fn sample(seed: u64, n_ticks: u32) -> Sample {
    let mut draw = Draw(seed ^ 0xabcd);
    let n = IMAGE.iter().product::<usize>() as u32;
    let events = (0..n_ticks).flat_map(|tick| (0..n).map(move |neuron| (tick, neuron)));
    Sample::from_spikes("made", events.filter(|_| draw.next() > 0.7).collect(), n_ticks)
}

fn options(reset: Reset, integrator: Integrator) -> LoweringOptions {
    LoweringOptions {
        dt_s: DT,
        reset,
        integrator,
        real_weights: RealWeights::All,
        ..LoweringOptions::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn unrounded_networks_do_what_the_graph_means(plan in plans(), subtracts in any::<bool>()) {
        let graph = graph(&plan);
        let reset = if subtracts { Reset::Subtract } else { Reset::Zero };
        let lowered = lower(&graph, &options(reset, Integrator::Forward)).unwrap();
        let has_kernels = lowered.network.populations.iter().any(|p| p.model == Model::LifConv2d);
        prop_assert_eq!(has_kernels, plan.conv.is_some());
        let mut deployment = Deployment::new(lowered);
        deployment.numeric = Numeric::Reference;
        deployment.keeps_recordings = true;
        deployment.tail_ticks = Some(0);
        let sample = sample(plan.seed, 30);
        let run = deployment.run(std::slice::from_ref(&sample), Readout::SpikeCount).unwrap().remove(0);
        let recordings = run.recordings.unwrap();

        let settings = Settings {
            dt_s: DT,
            integration: Integration::Euler,
            reset: if subtracts { reference::Reset::Subtract } else { reference::Reset::VReset },
            late: LateEdges::AllNeurons,
            ..Settings::default()
        };
        let n = IMAGE.iter().product::<usize>();
        let mut frames = vec![0.0; 30 * n];
        for (&tick, &neuron) in sample.spikes.ticks().iter().zip(sample.spikes.neurons()) {
            frames[tick as usize * n + neuron as usize] = 1.0;
        }
        let probes: Vec<Probe> = deployment.lowered.layers.iter().map(|l| Probe::output(l.name.as_str())).collect();
        let trace = Reference::new(&graph, &settings).unwrap().run(&[("in", &frames)], 30, &probes).unwrap();
        for (population, probe) in recordings.populations.iter().zip(&probes) {
            let spikes = population.spikes.as_ref().unwrap();
            let found: Vec<(u32, u32)> = spikes.ticks.iter().copied().zip(spikes.neurons.iter().copied()).collect();
            let signal = &trace.observed[probe];
            let mut wanted = Vec::new();
            for (tick, step) in (0u32..).zip(signal.steps()) {
                wanted.extend((0u32..).zip(step).filter(|(_, z)| **z != 0.0).map(|(neuron, _)| (tick, neuron)));
            }
            prop_assert_eq!(found, wanted, "{}", population.name);
        }
    }

    #[test]
    fn many_samples_are_as_many_runs(plan in plans(), threads in 1usize..4) {
        let graph = graph(&plan);
        let chip = LoweringOptions { dt_s: DT, ..LoweringOptions::default() };
        let mut deployment = Deployment::new(lower(&graph, &chip).unwrap());
        let samples: Vec<Sample> = (0..5).map(|i| sample(plan.seed.wrapping_add(i), 10 + 3 * i as u32)).collect();
        deployment.threads = Some(threads);
        let together = deployment.run(&samples, Readout::SpikeCount).unwrap();
        deployment.threads = Some(1);
        for (sample, run) in samples.iter().zip(together) {
            let alone = deployment.run(std::slice::from_ref(sample), Readout::SpikeCount).unwrap().remove(0);
            prop_assert_eq!((&alone.outputs, &alone.n_spikes), (&run.outputs, &run.n_spikes));
            prop_assert_eq!((alone.n_ticks, alone.n_synaptic_events), (run.n_ticks, run.n_synaptic_events));
        }
    }

    #[test]
    fn every_choice_gives_whole_weights_within_the_word(
        plan in plans(),
        channel in any::<bool>(),
        nearest in any::<bool>(),
        fitted in any::<bool>(),
        bits in prop::sample::select(vec![WeightBits::Four, WeightBits::Eight, WeightBits::Sixteen]),
    ) {
        let options = LoweringOptions {
            dt_s: DT,
            scaling: if channel { Scaling::Channel } else { Scaling::Layer },
            rounding: if nearest { Rounding::Nearest } else { Rounding::TowardZero },
            threshold_fit: if fitted { ThresholdFit::Fitted } else { ThresholdFit::Nominal },
            weight_bits: bits,
            ..LoweringOptions::default()
        };
        let lowered = lower(&graph(&plan), &options).unwrap();
        let limit = match bits { WeightBits::Four => 15.0, WeightBits::Eight => 127.0, WeightBits::Sixteen => 65_535.0 };
        for (at, projection) in lowered.network.projections.iter().enumerate() {
            let weights = projection.connector.weights().unwrap_or(&[]);
            prop_assert!(weights.iter().all(|w| w.fract() == 0.0 && w.abs() <= limit), "projection {}", at);
        }
        for layer in lowered.layers.iter().filter(|layer| layer.weights.is_some()) {
            let errors = layer.weights.unwrap();
            let most = if nearest { 0.5 } else { 1.0 };
            prop_assert!(errors.max_error <= most + 1e-9, "{:?}", errors);
            // Scales are as large as the word allows: the largest weight of each fills it.
            prop_assert!(layer.scale.unwrap().0 > 0.0);
        }
        let mut deployment = Deployment::new(lowered);
        deployment.tail_ticks = Some(3);
        deployment.run(&[sample(plan.seed, 12)], Readout::SpikeCount).unwrap();
    }
}
