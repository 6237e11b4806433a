//! A spiking convolutional network of the size that N-MNIST recordings are classified with: 2 x 34 x 34 events, 20 channels of 5 x 5,
//! 32 of 5 x 5, 128 of 3 x 3, 500 neurons and 10, all integrating without leak; 300 ticks with about 4,100 events. Weights are random;
//! thresholds are such that every layer spikes about as often as in a trained network. Then every layer alone, under the spikes
//! that it gets in the whole. Throughput is in synaptic events.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gennaker_engine::{Options, Simulation};
use gennaker_network::random::{Purpose, Stream};
use gennaker_network::*;

const TICKS: u32 = 300;

/// Name, connector, neurons and threshold.
type Layer = (&'static str, Connector, u32, f64);

fn weights(n: u32, layer: u32) -> Vec<f64> {
    let mut stream = Stream::new(1, Purpose::Connect, layer, 0);
    (0..n).map(|_| f64::from(stream.below(255)) - 127.0).collect()
}

fn layers() -> Vec<Layer> {
    let kernel = |layer, input: [u32; 3], channels, k: u32, stride| Convolution {
        stride: [stride, stride],
        ..Convolution::new(input, channels, [k, k], weights(input[0] * channels * k * k, layer))
    };
    let first = kernel(0, [2, 34, 34], 20, 5, 1);
    let second = kernel(1, [20, 30, 30], 32, 5, 2);
    let third = kernel(2, [32, 13, 13], 128, 3, 1);
    let n = |c: &Convolution| c.output().expect("fits").iter().product::<u32>();
    let dense = |layer, n_pre: u32, n_post: u32| {
        let pairs = (0..n_pre).flat_map(|pre| (0..n_post).map(move |post| (pre, post)));
        let rows = pairs.zip(weights(n_pre * n_post, layer));
        Connector::List(ConnectionList::from_rows(rows.map(|((pre, post), weight)| (pre, post, weight, 0))))
    };
    let sizes = [n(&first), n(&second), n(&third)];
    vec![
        ("conv20k5", Connector::Conv2d(first), sizes[0], THRESHOLDS[0]),
        ("conv32k5", Connector::Conv2d(second), sizes[1], THRESHOLDS[1]),
        ("conv128k3", Connector::Conv2d(third), sizes[2], THRESHOLDS[2]),
        ("dense500", dense(3, sizes[2], 500), 500, THRESHOLDS[3]),
        ("dense10", dense(4, 500, 10), 10, THRESHOLDS[4]),
    ]
}

/// Chosen so that about 21,000, 15,000, 6,500 and 6,000 spikes come out.
const THRESHOLDS: [f64; 5] = [480.0, 420.0, 5_800.0, 500.0, 1e6];

/// A moving blob of events.
fn events() -> SpikeTrains {
    let mut stream = Stream::new(2, Purpose::Connect, 0, 0);
    let mut events = Vec::new();
    for tick in 0..TICKS {
        let centre = [8 + tick * 12 / TICKS, 20 - tick * 10 / TICKS];
        for _ in 0..14 {
            let at = centre.map(|c| c + stream.below(7) + stream.below(7));
            events.push((tick, (stream.below(2) * 34 + at[0]) * 34 + at[1]));
        }
    }
    SpikeTrains::from_events(events)
}

fn network(n_source: u32, spikes: SpikeTrains, layers: &[Layer]) -> Network {
    let mut network = Network::new("layers");
    let source = Population::new("source", n_source, Model::SpikeList).with_spikes(spikes);
    let mut pre = network.add_population(source);
    for (name, connector, n, threshold) in layers {
        let is_kernel = matches!(connector, Connector::Conv2d(_));
        let model = if is_kernel { Model::LifConv2d } else { Model::LifNoDelay };
        let cells = Population::new(name, *n, model).with("threshold", *threshold).with("alpha_decay", 1.0);
        let post = network.add_population(cells.recording("spikes"));
        network.add_projection(Projection::new(name, pre, post, connector.clone()));
        pre = post;
    }
    network
}

fn convolution(c: &mut Criterion) {
    let options = Options { threads: Some(1), ..Options::default() };
    let mut group = c.benchmark_group("convolution");
    group.sample_size(20);
    let layers = layers();
    let mut bench = |name: &str, network: &Network| {
        let mut simulation = Simulation::new(network, &options).expect("a valid network");
        simulation.run(TICKS);
        let report = simulation.report();
        println!("{name}: spikes {:?}, {} events", report.spikes_per_population, report.n_synaptic_events);
        let layouts = report.projections.iter().map(|p| (p.layout.as_str(), p.bytes));
        println!("    {:?}", layouts.collect::<Vec<_>>());
        group.throughput(Throughput::Elements(report.n_synaptic_events.max(1)));
        group.bench_function(name, |b| {
            b.iter(|| {
                simulation.reset();
                simulation.run(TICKS);
            });
        });
        simulation.recordings()
    };
    let whole = bench("whole", &network(2_312, events(), &layers));
    bench("idle", &network(2_312, SpikeTrains::default(), &layers));
    for (at, layer) in layers.into_iter().enumerate() {
        let spikes = whole.populations[at].spikes.as_ref();
        let size = whole.populations[at].size;
        let spikes = spikes.map_or_else(events, |spikes| {
            SpikeTrains::from_events(spikes.ticks.iter().copied().zip(spikes.neurons.iter().copied()))
        });
        let (name, connector, n, _) = layer;
        bench(name, &network(size, spikes, &[(name, connector, n, 1e6)]));
    }
    group.finish();
}

criterion_group!(benches, convolution);
criterion_main!(benches);
