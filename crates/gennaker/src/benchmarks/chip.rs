//! Networks that fill a chip and a board: many populations, mostly connected to their neighbours.

use gennaker_network::{Connector, Distribution, Model, Network, Population, Projection};

use super::brunel::add_noise;
use super::{Benchmark, Expected, decay};

/// Populations on a chip: one for each of its usable processing elements.
const PER_CHIP: u32 = 148;
/// Neurons of a population.
const SIZE: u32 = 1024;
/// Of four neighbouring populations one is inhibitory.
const PERIOD: u32 = 4;
/// Distances of the seven sources nearby; a fourth of any eight in a row is inhibitory.
const NEARBY: [i64; 7] = [-3, -2, -1, 0, 1, 2, 3];
/// Distance of the eighth source on a single chip: about half way round. A multiple of the period, as -4 would be.
const FAR_ON_CHIP: i64 = 76;
/// Synapses of a neuron from each of its six excitatory and each of its two inhibitory sources: 1,000 in all.
const IN_DEGREE: (u32, u32) = (134, 98);
/// Weights of excitation, inhibition and noise.
const WEIGHTS: (f64, f64, f64) = (2.0, -12.0, 8.0);
/// Mean noise spikes per neuron and tick.
const NOISE: f64 = 2.0;
const THRESHOLD: f64 = 200.0;
/// Membrane time constant in ms.
const TAU_M: f64 = 20.0;
/// Tick in ms.
const TICK: f64 = 1.0;

/// A chip's worth of populations: 148 with 1,024 `lif` neurons each, 1,000 synapses per neuron, ticks of 1 ms.
///
/// The populations stand in a ring, every fourth is inhibitory. A neuron listens to eight populations: its own, three on either side
/// and one on the other side of the ring; to 134 neurons of each excitatory and 98 of each inhibitory one. Inhibition is six times as
/// strong as excitation. Poisson noise of two spikes per neuron and tick keeps all in an asynchronous, irregular state near 10 Hz. Sizes and weights are ours.
#[must_use]
pub fn chip() -> Benchmark {
    Benchmark { name: "chip".to_owned(), ..board(1) }
}

/// [`chip`] for `n_chips` chips: a ring of 148 populations on each, where the eighth source is the population at the same place on the
/// next chip. 48 chips make a board: 7,104 populations, 7.3 million neurons, 7.3 billion synapses.
///
/// # Panics
/// If `n_chips` is 0 or above 1,000.
#[must_use]
pub fn board(n_chips: u32) -> Benchmark {
    assert!((1..=1000).contains(&n_chips), "1 to 1,000 chips, not {n_chips}");
    let n = n_chips * PER_CHIP;
    let mut network = Network::new(&format!("{n} populations")).with_seed(1);
    network.populations.extend((0..n).map(cells));
    let far = if n_chips == 1 { FAR_ON_CHIP } else { i64::from(PER_CHIP) };
    for target in 0..n {
        for distance in NEARBY.into_iter().chain([far]) {
            add_synapses(&mut network, target, distance, n);
        }
    }
    (0..n).for_each(|i| add_noise(&mut network, i as usize, NOISE, WEIGHTS.2));
    let own = "our own calibration";
    let expected = |i: u32| Expected { population: name(i), rate_hz: (5.0, 15.0), source: own };
    Benchmark {
        name: format!("board:{n_chips}"),
        network,
        tick_ms: TICK,
        settle: 200,
        ticks: 1000,
        expected: (0..n).map(expected).collect(),
    }
}

fn is_inhibitory(population: u32) -> bool {
    population % PERIOD == PERIOD - 1
}

fn name(population: u32) -> String {
    let kind = if is_inhibitory(population) { "inh" } else { "exc" };
    format!("{kind} {}.{}", population / PER_CHIP, population % PER_CHIP)
}

fn cells(population: u32) -> Population {
    Population::new(&name(population), SIZE, Model::Lif)
        .with("threshold", THRESHOLD)
        .with("alpha_decay", decay(TICK, TAU_M))
        .with("reset", "reset_to_v_reset")
        .with("v_init", Distribution::Uniform { low: 0.0, high: THRESHOLD })
}

fn add_synapses(network: &mut Network, target: u32, distance: i64, n: u32) {
    #[expect(clippy::cast_sign_loss, reason = "a remainder by a positive number")]
    let source = (i64::from(target) + distance).rem_euclid(i64::from(n)) as u32;
    let (degree, weight) =
        if is_inhibitory(source) { (IN_DEGREE.1, WEIGHTS.1) } else { (IN_DEGREE.0, WEIGHTS.0) };
    let connector =
        Connector::FixedInDegree { n: degree, allow_self_connections: true, with_replacement: false };
    let label = format!("{} to {}", name(source), name(target));
    #[expect(clippy::cast_precision_loss, reason = "at most 7")]
    let delay = distance.unsigned_abs().min(7) as f64;
    let projection = Projection::new(&label, source as usize, target as usize, connector);
    network.add_projection(projection.with_weight(weight).with_delay(delay));
}
