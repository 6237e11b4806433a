//! Neuron updates alone: populations without synapses. Divide the times by 16,384 neurons and 100 ticks.

use criterion::{Criterion, criterion_group, criterion_main};
use gennaker_engine::{Options, Simulation};
use gennaker_network::{Distribution, Model, Network, Population};

const N: u32 = 16_384;
const TICKS: u32 = 100;

fn kernels(c: &mut Criterion) {
    let mut group = c.benchmark_group("kernels");
    group.sample_size(30);
    let population = |model| Population::new("cells", N, model);
    let cells = |model| population(model).with("threshold", 5.0).with("i_offset", 0.6);
    // Below the threshold alone, these would come to rest, which costs next to nothing.
    let driven = cells(Model::LifCondExp).with("i_offset", 6.0);
    let law = Distribution::Uniform { low: 0.5, high: 0.9 };
    for (name, population) in [
        ("lif", cells(Model::Lif)),
        ("lif_curr_exp", cells(Model::LifCurrExp)),
        ("lif_cond_exp", driven.clone()),
        ("lif_cond_exp, individual", driven.with("exc_decay", law)),
        ("lif, individual", cells(Model::Lif).with("alpha_decay", law)),
        ("lif_curr_exp, individual", cells(Model::LifCurrExp).with("exc_decay", law)),
        ("izhikevich", population(Model::Izhikevich)),
        (
            "izhikevich, individual",
            population(Model::Izhikevich)
                .with("recovery_decay", Distribution::Uniform { low: 0.02, high: 0.03 }),
        ),
        ("poisson_process", population(Model::PoissonProcess)),
        ("poisson_input, mean 0.1", population(Model::PoissonInput).with("mean", 0.1)),
        ("poisson_input, mean 2", population(Model::PoissonInput).with("mean", 2.0)),
        ("poisson_input, mean 20", population(Model::PoissonInput).with("mean", 20.0)),
    ] {
        let mut network = Network::new(name);
        network.add_population(population);
        let options = Options { threads: Some(1), ..Options::default() };
        let mut simulation = Simulation::new(&network, &options).expect("a valid network");
        group.bench_function(name, |b| b.iter(|| simulation.run(TICKS)));
    }
    group.finish();
}

criterion_group!(benches, kernels);
criterion_main!(benches);
