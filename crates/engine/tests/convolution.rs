//! Kernels against lists: a network of convolutions must run as the same one with every synapse listed, whatever the geometry, the
//! arithmetic and the cut. Lists are tested against a plain oracle elsewhere.

use gennaker_engine::{Numeric, Options, Recordings, RingWidth, RunReport, Simulation};
use gennaker_network::*;
use proptest::prelude::*;

const TICKS: u32 = 12;

/// A convolution and what its target adds.
#[derive(Debug, Clone)]
struct Case {
    convolution: Convolution,
    seed: u64,
    numeric: Numeric,
    ring_width: RingWidth,
    is_recurrent: bool,
    threads: usize,
}

fn size(shape: [u32; 3]) -> u32 {
    shape.iter().product()
}

/// Weights of 100 kernels' worth of all kinds: fractions, zeros and, if `wild`, numbers that do not fit.
fn weights(n: u32, seed: u64, wild: f64) -> Vec<f64> {
    let weight = |i: u32| {
        let hash = (seed ^ u64::from(i)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
        (hash % 2_001) as f64 / 1_000.0 * wild - wild
    };
    (0..n).map(weight).map(|w| if w.abs() < wild / 8.0 { 0.0 } else { w }).collect()
}

/// A source, the convolution, a second one from it (of one pixel, with a kernel for each channel), and a way back if the shapes allow.
fn network(case: &Case, is_listed: bool) -> Network {
    let c = &case.convolution;
    let output = c.output().expect("fits");
    let mut network = Network::new("images").with_seed(5);
    let events = (0..TICKS).flat_map(|t| (0..size(c.input)).map(move |n| (t, n)));
    let is_sent = |&(t, n): &(u32, u32)| {
        (case.seed ^ u64::from(t * 7_919 + n)).wrapping_mul(0xD134_2543_DE82_EF95) >> 62 == 0
    };
    let spikes = SpikeTrains::from_events(events.filter(is_sent));
    let source = Population::new("source", size(c.input), Model::SpikeList).with_spikes(spikes);
    let source = network.add_population(source);
    let model = if is_listed { Model::LifNoDelay } else { Model::LifConv2d };
    let cells = |name: &str, n: u32| {
        let cells = Population::new(name, n, model).with("threshold", 60.0).with("alpha_decay", 0.9);
        cells.recording("spikes").recording("v")
    };
    let (first, second) = (cells("first", size(output)), cells("second", size(output)));
    let (first, second) = (network.add_population(first), network.add_population(second));
    let mut add = |name: &str, pre: usize, post: usize, convolution: Convolution| {
        let projection = Projection::new(name, pre, post, Connector::Conv2d(convolution)).with_delay(3.0);
        network.add_projection(projection);
    };
    let scale = |factor: f64| c.weights.iter().map(|w| w * factor).collect();
    add("kernel", source, first, c.clone());
    add("twin", source, first, Convolution { weights: scale(-0.3), ..c.clone() });
    let depth = Convolution {
        groups: output[0],
        padding: [1, 1, 1, 1],
        ..Convolution::new(output, output[0], [3, 3], weights(9 * output[0], case.seed, 40.0))
    };
    add("depth", first, second, depth.clone());
    if case.is_recurrent {
        let point = Convolution::new(output, output[0], [1, 1], weights(output[0].pow(2), case.seed, 30.0));
        add("point", second, first, point);
        add("own", first, first, depth);
    }
    if is_listed { listed(network) } else { network }
}

/// The network with every synapse listed.
fn listed(mut network: Network) -> Network {
    let lists: Vec<Vec<_>> = (0..network.projections.len())
        .map(|projection| {
            let mut rows = Vec::new();
            for_each_synapse(&network, projection, 0..u32::MAX, |s| {
                rows.push((s.pre, s.post, s.weight, s.delay))
            });
            rows
        })
        .collect();
    for (projection, rows) in network.projections.iter_mut().zip(lists) {
        projection.connector = Connector::List(ConnectionList::from_rows(rows));
    }
    network
}

fn options(case: &Case, threads: usize) -> Options {
    Options {
        numeric: case.numeric,
        ring_width: case.ring_width,
        out_of_range: OutOfRange::Clip,
        threads: Some(threads),
        ..Options::default()
    }
}

fn run(network: &Network, options: &Options) -> (Recordings, RunReport) {
    let mut simulation = Simulation::new(network, options).expect("valid");
    simulation.run(TICKS);
    (simulation.recordings(), simulation.report())
}

fn cases() -> impl Strategy<Value = Case> {
    let lengths = (1u32..3, 1u32..3, 1u32..4, 2u32..11, 2u32..14, 1u32..5, 1u32..5);
    let steps = (1u32..4, 1u32..4, 1u32..3, 1u32..3, 1u32..3, 1u32..4);
    let kinds = (any::<u64>(), 0..3usize, any::<bool>(), any::<bool>(), 1..4usize, any::<bool>());
    let numerics = [Numeric::Chip, Numeric::Reference, Numeric::ReferenceIntegerWeights];
    (lengths, steps, prop::array::uniform4(0u32..3), kinds)
        .prop_map(move |((groups, per_group, out, height, width, kh, kw), steps, padding, kinds)| {
            let (sy, sx, dy, dx, py, px) = steps;
            let (seed, numeric, is_narrow, is_recurrent, threads, is_wild) = kinds;
            let n = groups * per_group * out * kh * kw;
            let weights = weights(n, seed, if is_wild { 30_000.0 } else { 90.0 });
            let new = Convolution::new([groups * per_group, height, width], groups * out, [kh, kw], weights);
            Case {
                convolution: Convolution {
                    stride: [sy, sx],
                    dilation: [dy, dx],
                    padding,
                    pool: [py, px],
                    groups,
                    ..new
                },
                seed,
                numeric: numerics[numeric],
                ring_width: if is_narrow { RingWidth::Bits16 } else { RingWidth::Bits32 },
                is_recurrent,
                threads,
            }
        })
        .prop_filter("leaves an output", |case| case.convolution.output().is_ok())
}

/// Everything that does not say how synapses are kept.
fn compare(kernels: &(Recordings, RunReport), lists: &(Recordings, RunReport)) {
    for (own, other) in kernels.0.populations.iter().zip(&lists.0.populations) {
        assert_eq!((&own.spikes, &own.states), (&other.spikes, &other.states), "{}", own.name);
    }
    let (own, other) = (&kernels.1, &lists.1);
    assert_eq!(own.spikes_per_population, other.spikes_per_population);
    assert_eq!(own.n_synaptic_events, other.n_synaptic_events);
    assert_eq!((own.n_saturations, own.n_synapses), (other.n_saturations, other.n_synapses));
    for (own, other) in own.projections.iter().zip(&other.projections) {
        assert_eq!(own.quantisation, other.quantisation, "{}", own.name);
        assert_eq!(own.n_synapses, other.n_synapses, "{}", own.name);
        assert_eq!(own.layout, "kernels");
        assert_ne!(other.layout, "kernels");
    }
}

proptest! {
    #[test]
    fn kernels_are_their_synapses(case in cases()) {
        let own = run(&network(&case, false), &options(&case, case.threads));
        compare(&own, &run(&network(&case, true), &options(&case, 1)));
    }
}

/// Images large enough to be cut, in the midst of channels and of groups.
#[test]
fn cuts_change_nothing() {
    for (groups, out_channels, numeric) in
        [(1, 4, Numeric::Chip), (2, 6, Numeric::Chip), (2, 6, Numeric::Reference), (4, 4, Numeric::Chip)]
    {
        let n = 4 / groups * out_channels * 25;
        let convolution = Convolution {
            stride: [1, 2],
            padding: [2, 2, 1, 0],
            groups,
            ..Convolution::new([4, 37, 61], out_channels, [5, 5], weights(n, 3, 60.0))
        };
        let (ring_width, seed) = (RingWidth::Bits32, 9);
        let case = Case { convolution, seed, numeric, ring_width, is_recurrent: groups == 1, threads: 1 };
        let lists = run(&network(&case, true), &options(&case, 1));
        assert!(
            lists.1.spikes_per_population.iter().all(|&n| n > 100),
            "{:?}",
            lists.1.spikes_per_population
        );
        for threads in [1, 2, 3, 7] {
            let kernels = run(&network(&case, false), &options(&case, threads));
            compare(&kernels, &lists);
        }
    }
}

/// Accumulators of 16 bits that run over, and more spikes at a time than packed sums can take.
#[test]
fn saturations_and_floods_are_counted_alike() {
    let flood = |weight: f64, ring_width| {
        let convolution = Convolution::new([600, 2, 2], 5, [2, 2], vec![weight; 600 * 5 * 4]);
        let case = Case {
            convolution,
            seed: 1,
            numeric: Numeric::Chip,
            ring_width,
            is_recurrent: false,
            threads: 1,
        };
        let mut networks = [false, true].map(|is_listed| network(&case, is_listed));
        for network in &mut networks {
            let all = (0..2_400).flat_map(|n| [(1, n), (4, n)]);
            network.populations[0].spikes = SpikeTrains::from_events(all);
        }
        let [kernels, lists] = networks.map(|network| run(&network, &options(&case, 1)));
        compare(&kernels, &lists);
        lists.1.n_saturations
    };
    assert_eq!(flood(-127.0, RingWidth::Bits32), 0);
    // 2,400 times 127, and 2,400 times 38 of the twin, are beyond 65,535 in five neurons and two ticks.
    assert_eq!(flood(127.0, RingWidth::Bits16), 20);
    assert_eq!(flood(3.4, RingWidth::Bits16), 0);
}

#[test]
fn a_checkpoint_continues() {
    let convolution = Convolution::new([2, 9, 9], 3, [3, 3], weights(54, 8, 90.0));
    let case = Case {
        convolution,
        seed: 4,
        numeric: Numeric::Chip,
        ring_width: RingWidth::Bits32,
        is_recurrent: true,
        threads: 1,
    };
    let network = network(&case, false);
    let whole = run(&network, &options(&case, 1));
    let mut first = Simulation::new(&network, &options(&case, 1)).expect("valid");
    first.run(5);
    let mut second = Simulation::new(&network, &options(&case, 2)).expect("valid");
    second.restore(&first.checkpoint()).expect("its own");
    second.run(TICKS - 5);
    assert_eq!(second.recordings(), whole.0);
}

/// Prints what a test in another process compares.
#[test]
fn print_voltages() {
    let n = 3 * 37 * 9;
    let convolution =
        Convolution { stride: [2, 1], ..Convolution::new([3, 20, 30], 37, [3, 3], weights(n, 6, 90.0)) };
    for numeric in [Numeric::Chip, Numeric::Reference] {
        let case = Case {
            convolution: convolution.clone(),
            seed: 2,
            numeric,
            ring_width: RingWidth::Bits32,
            is_recurrent: true,
            threads: 1,
        };
        let (recordings, report) = run(&network(&case, false), &options(&case, 1));
        let bits = recordings.populations.iter().flat_map(|p| &p.states).map(|state| match &state.values {
            gennaker_engine::Values::F32(values) => {
                values.iter().map(|v| u64::from(v.to_bits())).fold(0, mix)
            }
            gennaker_engine::Values::F64(values) => values.iter().map(|v| v.to_bits()).fold(0, mix),
        });
        println!("voltages {:x} {}", bits.fold(0, mix), report.n_spikes);
    }
}

fn mix(hash: u64, bits: u64) -> u64 {
    (hash.rotate_left(5) ^ bits).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[test]
fn all_instruction_sets_agree() {
    let of = |level: &str| {
        let output = std::process::Command::new(std::env::current_exe().expect("a path"))
            .args(["--exact", "print_voltages", "--nocapture"])
            .env("GENNAKER_SIMD", level)
            .output()
            .expect("runs");
        let text = String::from_utf8(output.stdout).expect("text");
        text.lines().filter(|line| line.starts_with("voltages")).map(str::to_owned).collect::<Vec<_>>()
    };
    let portable = of("portable");
    assert_eq!(portable.len(), 2, "{portable:?}");
    assert_eq!(of("avx2"), portable);
    assert_eq!(of("avx512"), portable);
}
