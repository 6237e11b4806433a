//! Synapses drawn per second on one thread: the pairs of each rule, and pairs with random weights and delays.
//!
//! The sizes are those of the largest projections of a cortical microcircuit (20,000 neurons, some ten million synapses).

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gennaker_network::{
    Connector, Distribution, Model, Network, Population, Projection, for_each_pair, for_each_synapse,
};

const N_PRE: u32 = 20_683;
const N_POST: u32 = 5_834;
const N_SYNAPSES: u64 = 10_000_000;

fn network(connector: Connector) -> Network {
    let mut network = Network::new("draw").with_seed(7);
    let pre = network.add_population(Population::new("pre", N_PRE, Model::Lif));
    let post = network.add_population(Population::new("post", N_POST, Model::Lif));
    let weight = Distribution::Normal { mean: 87.8, sd: 8.78 };
    let delay = Distribution::NormalClipped { mean: 15.0, sd: 7.5, low: 1.0, high: 63.0 };
    network.add_projection(Projection::new("p", pre, post, connector).with_weight(weight).with_delay(delay));
    network
}

fn pairs(c: &mut Criterion) {
    let allow_self_connections = true;
    let n = (N_SYNAPSES / u64::from(N_POST)) as u32;
    let in_degree =
        |with_replacement| Connector::FixedInDegree { n, allow_self_connections, with_replacement };
    let rules = [
        ("fixed_probability 0.1", Connector::FixedProbability { p: 0.1, allow_self_connections }),
        ("fixed_in_degree", in_degree(false)),
        ("fixed_in_degree, replacement", in_degree(true)),
        (
            "fixed_total_number, replacement",
            Connector::FixedTotalNumber { n: N_SYNAPSES, allow_self_connections, with_replacement: true },
        ),
    ];
    let mut group = c.benchmark_group("pairs");
    for (name, rule) in rules {
        let network = network(rule);
        let mut n = 0u64;
        for_each_pair(&network, 0, 0..N_POST, |_, _| n += 1);
        group.sample_size(10).throughput(Throughput::Elements(n));
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut sum = 0u64;
                for_each_pair(&network, 0, 0..N_POST, |pre, post| sum += u64::from(pre ^ post));
                black_box(sum)
            });
        });
    }
    group.finish();
}

fn synapses(c: &mut Criterion) {
    let rule =
        Connector::FixedTotalNumber { n: N_SYNAPSES, allow_self_connections: true, with_replacement: true };
    let network = network(rule);
    let mut group = c.benchmark_group("synapses");
    group.sample_size(10).throughput(Throughput::Elements(N_SYNAPSES));
    group.bench_function("fixed_total_number, normal weights, clipped normal delays", |b| {
        b.iter(|| {
            let mut sum = 0u64;
            for_each_synapse(&network, 0, 0..N_POST, |s| {
                sum += u64::from(s.pre ^ s.post) + u64::from(s.delay) + s.weight.to_bits() % 2;
            });
            black_box(sum)
        });
    });
    group.finish();
}

criterion_group!(benches, pairs, synapses);
criterion_main!(benches);
