//! One tick of a sparse random network of 12,500 neurons on 1,800 PEs: counting its spikes, and accounting for the counts.

use criterion::{Criterion, criterion_group, criterion_main};
use gennaker_energy::{AccountOptions, Accountant, Counting, Traffic};
use gennaker_machine::{Machine, MachineSpec};
use gennaker_mapping::{MappingOptions, map};
use gennaker_network::{Connector, Model, Network, Population, Projection};

const N: u32 = 12_500;
/// Neurons that fire in a tick of 0.1 ms at 38 Hz.
const N_FIRING: u32 = 47;
const TICKS: u32 = 100;

fn accounting(c: &mut Criterion) {
    let mut network = Network::new("random");
    let cells = network.add_population(Population::new("cells", N, Model::Lif).with_max_atoms_per_core(7));
    let random = Connector::FixedProbability { p: 0.1, allow_self_connections: true };
    network.add_projection(Projection::new("recurrent", cells, cells, random));
    let machine = Machine::new(MachineSpec::board()).expect("a preset");
    let mapping = map(&network, &machine, &MappingOptions::default()).expect("fits");
    let traffic = Traffic::new(&network, &mapping, &machine).expect("belong together");
    let fired: Vec<Vec<u32>> = (0..TICKS)
        .map(|tick| {
            let mut fired: Vec<u32> = (0..N_FIRING).map(|i| (tick * 7_919 + i * 104_729) % N).collect();
            fired.sort_unstable();
            fired
        })
        .collect();
    let mut group = c.benchmark_group("100 ticks, 1786 PEs");
    let mut counting = Counting::new(&traffic);
    group.bench_function("count", |b| b.iter(|| fired.iter().for_each(|fired| _ = counting.tick(|_| fired))));
    for level in ["high", "auto:200", "predictive"] {
        let mut options = AccountOptions::default();
        options.set("level", level).expect("a policy");
        let mut accountant = Accountant::new(&network, &mapping, &machine, &traffic, 1_000_000, &options)
            .expect("belong together");
        let mut counting = Counting::new(&traffic);
        fired.iter().for_each(|fired| _ = counting.tick(|_| fired));
        let counts = counting.tick(|_| &fired[0]);
        group.bench_function(format!("account, {level}"), |b| {
            b.iter(|| (0..TICKS).for_each(|_| accountant.tick(&counts)))
        });
    }
    group.finish();
}

criterion_group!(benches, accounting);
criterion_main!(benches);
