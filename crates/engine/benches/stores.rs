//! One layout of synapses each: 4,000 senders, of which a twentieth spikes in every tick, onto 4,000 neurons that never spike.
//! Throughput is in synaptic events.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gennaker_engine::{Options, Simulation};
use gennaker_network::*;

const N: u32 = 4_000;
const TICKS: u32 = 40;

fn network(connector: Connector, weight: Parameter, delay: Parameter) -> Network {
    let mut network = Network::new("store");
    let senders = Population::new("senders", N, Model::PoissonProcess).with("p", 0.05).with("Tref", 0.0);
    let senders = network.add_population(senders);
    let cells = Population::new("cells", N, Model::LifCurrExpWide).with("threshold", 1e9);
    let cells = network.add_population(cells);
    network.add_projection(
        Projection::new("synapses", senders, cells, connector).with_weight(weight).with_delay(delay),
    );
    network
}

fn stores(c: &mut Criterion) {
    let some = |p| Connector::FixedProbability { p, allow_self_connections: true };
    let weights = || Parameter::from(Distribution::UniformInt { low: 1, high: 100 });
    let delays = |high| Parameter::from(Distribution::UniformInt { low: 0, high });
    let (one, none) = (|| Parameter::from(1.0), || Parameter::from(0.0));
    let mut group = c.benchmark_group("stores");
    group.sample_size(20);
    for (connector, weight, delay) in [
        (Connector::AllToAll { allow_self_connections: true }, one(), none()),
        (some(0.1), one(), none()),
        (some(0.01), one(), none()),
        (some(0.5), weights(), none()),
        (some(0.1), weights(), delays(15)),
        (some(0.01), weights(), delays(120)),
    ] {
        let network = network(connector, weight, delay);
        let options = Options { threads: Some(1), ..Options::default() };
        let mut simulation = Simulation::new(&network, &options).expect("a valid network");
        simulation.run(200);
        let before = simulation.report().n_synaptic_events;
        simulation.run(TICKS);
        let report = simulation.report();
        group.throughput(Throughput::Elements(report.n_synaptic_events - before));
        let layout = &report.projections[0].layout;
        let bytes = report.synapse_bytes as f64 / report.n_synapses as f64;
        group.bench_function(format!("{layout}, {bytes:.2} bytes"), |b| b.iter(|| simulation.run(TICKS)));
    }
    group.finish();
}

criterion_group!(benches, stores);
criterion_main!(benches);
