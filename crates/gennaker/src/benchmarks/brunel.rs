//! Brunel's balanced random network.

use gennaker_network::{Connector, Distribution, Model, Network, Population, Projection};

use super::{Benchmark, Expected, decay};

/// What drives the neurons from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drive {
    /// A constant input of the same mean.
    Constant,
    /// Poisson spikes, independent for every neuron.
    Poisson,
}

impl Drive {
    /// Name in benchmark names.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Poisson => "poisson",
        }
    }
}

/// Tick in ms.
const TICK: f64 = 0.1;
/// Units of the membrane potential in a mV: the excitatory weight of 0.1 mV is 3, so that the chip's 4-bit weights hold all.
const PER_MV: f64 = 30.0;
/// Membrane time constant in ms.
const TAU_M: f64 = 20.0;
/// Threshold in mV above rest.
const THRESHOLD: f64 = 20.0;
/// Potential after a spike in mV above rest.
const RESET: f64 = 10.0;
/// Postsynaptic potential J in mV.
const J: f64 = 0.1;
/// Strength of inhibition relative to excitation.
const G: f64 = 5.0;
/// External input relative to what reaches the threshold.
const ETA: f64 = 2.0;
/// Probability of a connection.
const P: f64 = 0.1;
/// Delay field of 1.5 ms: a spike acts 1 + field ticks after it was sent.
const DELAY: f64 = 14.0;

/// Brunel's network A (J. Comput. Neurosci. 8, 183, 2000) with `n` neurons, a fifth of them inhibitory, in the asynchronous irregular
/// state: g 5, eta 2, J 0.1 mV, connection probability 0.1, delay 1.5 ms, membrane time constant 20 ms, threshold 20 mV, reset 10 mV,
/// instantaneous synapses, ticks of 0.1 ms.
///
/// The paper's refractory time of 2 ms is left out, which raises the rate by about 5 %; peers must leave it out, too. A Poisson drive
/// has 20 spikes of J per neuron and ms, two per tick. Initial potentials are uniform between rest and threshold.
#[must_use]
pub fn brunel(n: u32, drive: Drive) -> Benchmark {
    let mut network = Network::new(&format!("brunel {n} {}", drive.name())).with_seed(1);
    let n_inh = n / 5;
    let exc = network.add_population(cells("exc", n - n_inh, drive));
    let inh = network.add_population(cells("inh", n_inh, drive));
    let weight = J * PER_MV;
    for (pre, weight) in [(exc, weight), (inh, -G * weight)] {
        for post in [exc, inh] {
            let name = format!("{} to {}", network.populations[pre].name, network.populations[post].name);
            let connector = Connector::FixedProbability { p: P, allow_self_connections: true };
            let projection = Projection::new(&name, pre, post, connector);
            network.add_projection(projection.with_weight(weight).with_delay(DELAY));
        }
    }
    if drive == Drive::Poisson {
        // eta * threshold / (J * tau_m) spikes per ms.
        let mean = ETA * THRESHOLD / (J * TAU_M) * TICK;
        [exc, inh].into_iter().for_each(|target| add_noise(&mut network, target, mean, weight));
    }
    Benchmark {
        name: format!("brunel:{n}:{}", drive.name()),
        network,
        tick_ms: TICK,
        settle: 1000,
        ticks: 10_000,
        expected: expected(n),
    }
}

fn cells(name: &str, size: u32, drive: Drive) -> Population {
    let alpha = decay(TICK, TAU_M);
    let constant = match drive {
        Drive::Constant => ETA * THRESHOLD * (1.0 - alpha),
        Drive::Poisson => 0.0,
    };
    Population::new(name, size, Model::LifWide)
        .with("threshold", THRESHOLD * PER_MV)
        .with("alpha_decay", alpha)
        .with("i_offset", constant * PER_MV)
        .with("reset", "reset_to_v_reset")
        .with("v_reset", RESET * PER_MV)
        .with("v_init", Distribution::Uniform { low: 0.0, high: THRESHOLD * PER_MV })
}

/// A Poisson source for every neuron of `target`, with a mean of `mean` spikes per tick.
pub(super) fn add_noise(network: &mut Network, target: usize, mean: f64, weight: f64) {
    let cells = &network.populations[target];
    let name = format!("noise onto {}", cells.name);
    let source = Population::new(&name, cells.size, Model::PoissonInput).with("mean", mean);
    let source = network.add_population(source);
    network.add_projection(Projection::new(&name, source, target, Connector::OneToOne).with_weight(weight));
}

/// Rates by size, with room for the spread between draws of the network (2.5 % at 5,000 neurons, 5 % at 12,500).
fn expected(n: u32) -> Vec<Expected> {
    let rate_hz = match n {
        5_000 => (56.0, 71.0),
        12_500 => (31.0, 46.0),
        50_000 => (10.0, 18.0),
        _ => return Vec::new(),
    };
    let source = "NEST, Brian2, GeNN, Auryn and ANNarchy with refractory time: 60, 37 and 14 Hz for 5,000, 12,500 and 50,000 neurons";
    ["exc", "inh"].map(|name| Expected { population: name.to_owned(), rate_hz, source }).to_vec()
}
