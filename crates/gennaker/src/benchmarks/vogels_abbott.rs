//! The two networks of Vogels and Abbott, as benchmarks 1 and 2 of Brette et al.

use gennaker_network::random::{Purpose, Stream};
use gennaker_network::{Connector, Distribution, Model, Network, Population, Projection, SpikeTrains};

use super::{Benchmark, Expected, decay};

/// Excitatory and inhibitory neurons.
const SIZE: (u32, u32) = (3200, 800);
/// Probability of a connection.
const P: f64 = 0.02;
/// Tick in ms.
const TICK: f64 = 0.1;
/// Time constants of membrane, excitation and inhibition in ms.
const TAU_M: f64 = 20.0;
const TAU_EXC: f64 = 5.0;
const TAU_INH: f64 = 10.0;
/// Refractory time in ticks: 5 ms.
const REFRACTORY: f64 = 50.0;
/// Ticks in which the activity is started, and the weight that does it: five times the leak.
const START: u32 = 500;
const START_WEIGHT: f64 = 50.0;
/// Threshold and reset in mV.
const THRESHOLD: f64 = -50.0;
const RESET: f64 = -60.0;
const SOURCE: &str = "NEST, Brian2, GeNN, ANNarchy and Auryn on the same network";

/// Delay field of 0.1 ms: currents and conductances that arrive move the potential a tick later in other simulators.
const DELAY: f64 = 1.0;

/// Vogels and Abbott's network (J. Neurosci. 25, 10786, 2005) with synaptic currents: benchmark 2 ("CUBA") of Brette et al., J. Comput.
/// Neurosci. 23, 349, 2007.
///
/// 4,000 neurons, a fifth inhibitory, connected with probability 0.02; membrane 20 ms, rest -49 mV, threshold -50 mV, reset -60 mV, refractory
/// for 5 ms; currents of 5 ms (excitatory, 1.62 mV) and 10 ms (inhibitory, -9 mV). The network fires by itself. Ticks of 0.1 ms; potentials
/// start uniform between reset and threshold.
///
/// Excitation weighs 162, inhibition as much as gives the right ratio after the exact propagator; the unit of the potential follows.
#[must_use]
pub fn vogels_abbott_current() -> Benchmark {
    const REST: f64 = -49.0;
    const CURRENT_MV: (f64, f64) = (1.62, -9.0);
    let to_v = |tau: f64| tau / (tau - TAU_M) * (decay(TICK, tau) - decay(TICK, TAU_M));
    let weights = (162.0, (162.0 * CURRENT_MV.1 * to_v(TAU_INH) / (CURRENT_MV.0 * to_v(TAU_EXC))).round());
    let per_mv = weights.0 / (CURRENT_MV.0 * to_v(TAU_EXC));
    let cells = |name: &str, size| {
        with_membrane(Population::new(name, size, Model::LifCurrExpWide), |mv| (mv - REST) * per_mv)
            .with("alpha_decay", decay(TICK, TAU_M))
    };
    benchmark(network("vogels_abbott_current", cells, weights), (4.8, 6.3))
}

/// The same with synaptic conductances: benchmark 1 ("COBA") of Brette et al.
///
/// Rest -60 mV, reversal potentials 0 and -80 mV, conductances of 0.6 (excitatory) and 6.7 (inhibitory) times the leak. Within a tick the
/// potential approaches its momentary target exponentially. At rest the network stays silent: what starts it is a spike onto every neuron
/// at a random time in the first 50 ms, strong enough to make it fire.
#[must_use]
pub fn vogels_abbott_conductance() -> Benchmark {
    const REVERSAL: (f64, f64) = (0.0, -80.0);
    const PER_LEAK: f64 = 10.0;
    let cells = |name: &str, size| {
        with_membrane(Population::new(name, size, Model::LifCondExp), |mv| mv)
            .with("dt_over_tau", TICK / TAU_M)
            .with("v_rest", RESET)
            .with("e_exc", REVERSAL.0)
            .with("e_inh", REVERSAL.1)
            .with("g_scale", 1.0 / PER_LEAK)
    };
    let mut network = network("vogels_abbott_conductance", cells, (6.0, -67.0));
    (0..2).for_each(|target| add_start(&mut network, target));
    benchmark(network, (17.5, 22.0))
}

/// A strong spike for every neuron of `target` at a random time in the first 50 ms.
fn add_start(network: &mut Network, target: usize) {
    let cells = &network.populations[target];
    let name = format!("start of {}", cells.name);
    let mut stream = Stream::new(network.seed, Purpose::Poisson, target as u32, 0);
    let spikes = SpikeTrains::from_events((0..cells.size).map(|neuron| (stream.below(START), neuron)));
    let source = Population::new(&name, cells.size, Model::SpikeList).with_spikes(spikes);
    let source = network.add_population(source);
    network.add_projection(
        Projection::new(&name, source, target, Connector::OneToOne).with_weight(START_WEIGHT),
    );
}

fn benchmark(network: Network, rate_hz: (f64, f64)) -> Benchmark {
    let expected = |name: &str| Expected { population: name.to_owned(), rate_hz, source: SOURCE };
    Benchmark {
        name: network.name.clone(),
        network,
        tick_ms: TICK,
        settle: 5000,
        ticks: 50_000,
        expected: vec![expected("exc"), expected("inh")],
    }
}

fn with_membrane(population: Population, mv: impl Fn(f64) -> f64) -> Population {
    population
        .with("threshold", mv(THRESHOLD))
        .with("v_reset", mv(RESET))
        .with("v_init", Distribution::Uniform { low: mv(RESET), high: mv(THRESHOLD) })
        .with("reset", "reset_to_v_reset")
        .with("exc_decay", decay(TICK, TAU_EXC))
        .with("inh_decay", decay(TICK, TAU_INH))
        .with("t_refrac", REFRACTORY)
}

fn network(name: &str, cells: impl Fn(&str, u32) -> Population, weights: (f64, f64)) -> Network {
    let mut network = Network::new(name).with_seed(1);
    let exc = network.add_population(cells("exc", SIZE.0));
    let inh = network.add_population(cells("inh", SIZE.1));
    for (pre, weight) in [(exc, weights.0), (inh, weights.1)] {
        for post in [exc, inh] {
            let label = format!("{} to {}", network.populations[pre].name, network.populations[post].name);
            let connector = Connector::FixedProbability { p: P, allow_self_connections: true };
            let projection = Projection::new(&label, pre, post, connector);
            network.add_projection(projection.with_weight(weight).with_delay(DELAY));
        }
    }
    network
}
