//! A closed synfire chain.

use gennaker_network::{
    Connector, Distribution, Model, Network, Parameter, Population, Projection, SpikeTrains,
};

use super::{Benchmark, decay};

/// Groups in the ring.
const GROUPS: usize = 100;
/// Excitatory and inhibitory neurons of a group.
const SIZE: (u32, u32) = (200, 50);
/// Synapses of a neuron from the excitatory neurons of the group before, and from the inhibitory ones of its own group.
const IN_DEGREE: (u32, u32) = (60, 25);
/// Weights of excitation and inhibition.
const WEIGHTS: (f64, f64) = (2.0, -8.0);
/// Delay fields: group to group, and inhibition, which ends a group's volley.
const DELAYS: (f64, f64) = (5.0, 6.0);
const THRESHOLD: f64 = 150.0;
/// Tick and time constants of membrane, excitation and inhibition in ms.
const TICK: f64 = 1.0;
const TAU_M: f64 = 10.0;
const TAU_EXC: f64 = 1.5;
const TAU_INH: f64 = 10.0;

/// A synfire chain with feed-forward inhibition (after Kremkow, Aertsen and Kumar, J. Neurosci. 30, 15760, 2010) that is closed to a
/// ring: 100 groups of 200 excitatory and 50 inhibitory `lif_curr_exp` neurons, ticks of 1 ms. A volley of spikes in the first group
/// starts a wave that goes round and round: little is active at any time, which is where sparse simulation pays.
///
/// A neuron listens to 60 excitatory neurons of the group before; an excitatory one also to 25 inhibitory neurons of its own group,
/// whose input comes a few ticks later and ends the volley. Sizes and weights are ours.
#[must_use]
pub fn synfire() -> Benchmark {
    let mut network = Network::new("synfire ring").with_seed(1);
    let volley = SpikeTrains::from_events((0..SIZE.0).map(|neuron| (neuron % 3, neuron)));
    let start =
        network.add_population(Population::new("volley", SIZE.0, Model::SpikeList).with_spikes(volley));
    let groups: Vec<(usize, usize)> = (0..GROUPS).map(|g| add_group(&mut network, g)).collect();
    add_excitation(&mut network, start, groups[0]);
    for g in 0..GROUPS {
        add_excitation(&mut network, groups[g].0, groups[(g + 1) % GROUPS]);
        let (exc, inh) = groups[g];
        add_synapses(&mut network, inh, exc, IN_DEGREE.1, WEIGHTS.1, DELAYS.1);
    }
    Benchmark {
        name: "synfire".to_owned(),
        network,
        tick_ms: TICK,
        settle: 1000,
        ticks: 10_000,
        expected: Vec::new(),
    }
}

fn add_group(network: &mut Network, group: usize) -> (usize, usize) {
    let cells = |kind: &str, size| {
        Population::new(&format!("{kind} {group}"), size, Model::LifCurrExp)
            .with("threshold", THRESHOLD)
            .with("alpha_decay", decay(TICK, TAU_M))
            .with("exc_decay", decay(TICK, TAU_EXC))
            .with("inh_decay", decay(TICK, TAU_INH))
            .with("reset", "reset_to_v_reset")
            .with("t_refrac", 2.0)
            .with("v_init", Distribution::Uniform { low: 0.0, high: THRESHOLD / 2.0 })
    };
    (network.add_population(cells("exc", SIZE.0)), network.add_population(cells("inh", SIZE.1)))
}

fn add_excitation(network: &mut Network, source: usize, (exc, inh): (usize, usize)) {
    for target in [exc, inh] {
        add_synapses(network, source, target, IN_DEGREE.0, WEIGHTS.0, DELAYS.0);
    }
}

/// Synapses onto every neuron of `post` from `n` different ones of `pre`.
pub(super) fn add_synapses(
    network: &mut Network,
    pre: usize,
    post: usize,
    n: u32,
    weight: f64,
    delay: impl Into<Parameter>,
) {
    let connector = Connector::FixedInDegree { n, allow_self_connections: true, with_replacement: false };
    let name = format!("{} to {}", network.populations[pre].name, network.populations[post].name);
    let projection = Projection::new(&name, pre, post, connector);
    network.add_projection(projection.with_weight(weight).with_delay(delay));
}
