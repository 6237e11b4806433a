//! Brunel's balanced random network at 12,500 neurons: time to draw and store 15.6 million synapses, and time per tick.
//!
//! Instantaneous synapses, weights 3 and -15 (g = 5), 0.1 ms ticks, delay 8 ticks, p = 0.1, in the chip's arithmetic.
//! `benches/peers/brunel.py` runs the same network beside Brian2.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gennaker_engine::{Numeric, Options, Simulation};
use gennaker_network::*;

/// How the neurons are driven: a constant input that alone would exceed the threshold, or Poisson spikes of equal mean.
#[derive(Clone, Copy)]
enum Drive {
    Constant,
    Poisson,
}

fn brunel(n: u32, drive: Drive) -> Network {
    let mut network = Network::new("brunel").with_seed(1);
    let (threshold, alpha) = (600.0, 0.995_012_479_192_682_3);
    let cells = |name: &str, size: u32| {
        let cells = Population::new(name, size, Model::Lif)
            .with("threshold", threshold)
            .with("alpha_decay", alpha)
            .with("reset", "reset_to_v_reset")
            .with("v_init", Distribution::Uniform { low: 0.0, high: threshold })
            .recording("spikes");
        match drive {
            Drive::Constant => cells.with("i_offset", 2.0 * threshold * (1.0 - alpha)),
            Drive::Poisson => cells,
        }
    };
    let exc = network.add_population(cells("exc", n * 4 / 5));
    let inh = network.add_population(cells("inh", n / 5));
    let own = true;
    for (pre, post, weight) in [(exc, exc, 3.0), (exc, inh, 3.0), (inh, exc, -15.0), (inh, inh, -15.0)] {
        let connector = Connector::FixedProbability { p: 0.1, allow_self_connections: own };
        let name = format!("{pre}_{post}");
        network
            .add_projection(Projection::new(&name, pre, post, connector).with_weight(weight).with_delay(7.0));
    }
    if let Drive::Poisson = drive {
        for (target, size) in [(exc, n * 4 / 5), (inh, n / 5)] {
            let noise = Population::new(&format!("noise_{target}"), size, Model::PoissonProcess);
            let noise = network.add_population(noise.with("p", 0.4).with("Tref", 0.0));
            let onto = Projection::new(&format!("noise_{target}"), noise, target, Connector::OneToOne)
                .with_weight(15.0);
            network.add_projection(onto);
        }
    }
    network
}

fn options(threads: usize) -> Options {
    Options { threads: Some(threads), numeric: Numeric::Chip, ..Options::default() }
}

fn build(c: &mut Criterion) {
    let network = brunel(12_500, Drive::Constant);
    let n_synapses = Simulation::new(&network, &options(2)).unwrap().report().n_synapses;
    let mut group = c.benchmark_group("build 12,500 neurons");
    group.sample_size(10).throughput(Throughput::Elements(n_synapses));
    for threads in [1, 2] {
        group.bench_function(BenchmarkId::new("threads", threads), |b| {
            b.iter(|| Simulation::new(&network, &options(threads)).unwrap());
        });
    }
    group.finish();
}

fn tick(c: &mut Criterion) {
    for (name, drive) in [("constant drive", Drive::Constant), ("poisson drive", Drive::Poisson)] {
        let network = brunel(12_500, drive);
        let mut group = c.benchmark_group(format!("500 ticks of 12,500 neurons, {name}"));
        for threads in [1, 2] {
            let mut simulation = Simulation::new(&network, &options(threads)).unwrap();
            simulation.run(500);
            let before = simulation.report();
            simulation.run(500);
            let report = simulation.report();
            let rate = report.n_spikes as f64 / f64::from(report.timesteps) * 10_000.0 / 12_500.0;
            println!(
                "{name}: {rate:.1} Hz, {:.2} bytes per synapse",
                report.synapse_bytes as f64 / report.n_synapses as f64
            );
            group
                .sample_size(10)
                .throughput(Throughput::Elements(report.n_synaptic_events - before.n_synaptic_events));
            group.bench_function(BenchmarkId::new("threads", threads), |b| b.iter(|| simulation.run(500)));
        }
        group.finish();
    }
}

criterion_group!(benches, build, tick);
criterion_main!(benches);
