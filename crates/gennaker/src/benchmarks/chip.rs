//! Networks that fill a chip and a board: many populations, mostly connected to their neighbours.

use gennaker_network::{Connector, Distribution, Model, Network, Population, Projection};

use super::brunel::add_noise;
use super::{Benchmark, Expected, decay};

/// Modules on a chip: 37 of four populations are 148, one population for each usable processing element.
const MODULES: u32 = 37;
/// Populations of a module: three excitatory, then one inhibitory.
const MODULE: u32 = 4;
/// Neurons of a population.
const SIZE: u32 = 1024;
/// How many modules away the far source is: half way round a single chip, the same place on the next of several.
const FAR: (u32, u32) = (18, MODULES);
/// Synapses of a neuron from each of its six excitatory sources and from its inhibitory one: 1,000 in all.
const IN_DEGREE: (u32, u32) = (134, 196);
/// Delay fields within the module and to neighbours, and of far synapses.
const DELAYS: (f64, f64) = (1.0, 7.0);
/// Weights of excitation, inhibition and noise.
const WEIGHTS: (f64, f64, f64) = (1.0, -6.0, 15.0);
/// Mean noise spikes per neuron and tick.
const NOISE: f64 = 2.0;
const THRESHOLD: f64 = 600.0;
/// Membrane time constant in ms.
const TAU_M: f64 = 20.0;
/// Tick in ms.
const TICK: f64 = 1.0;

/// A chip's worth of populations: 148 with 1,024 `lif` neurons each, 1,000 synapses per neuron, ticks of 1 ms.
///
/// Four populations form a module, one of them inhibitory; 37 modules stand in a ring. A neuron listens to the four populations of its own
/// module and to one excitatory population of either neighbour and of a module far away: to 134 neurons of each, 196 of the
/// inhibitory one, whose synapses are six times as strong. Poisson noise of two spikes per neuron and tick keeps all in an
/// asynchronous state near 10 Hz (coefficient of variation of the intervals 0.3). Sizes and weights are ours.
#[must_use]
pub fn chip() -> Benchmark {
    Benchmark { name: "chip".to_owned(), ..board(1) }
}

/// [`chip`] for `n_chips` chips: a ring of 37 modules on each, where far synapses come from the same place on the next chip. 48 chips make a
/// board: 7,104 populations, 7.3 million neurons, 7.3 billion synapses.
///
/// # Panics
/// If `n_chips` is 0 or above 1,000.
#[must_use]
pub fn board(n_chips: u32) -> Benchmark {
    assert!((1..=1000).contains(&n_chips), "1 to 1,000 chips, not {n_chips}");
    let n_modules = n_chips * MODULES;
    let n = n_modules * MODULE;
    let mut network = Network::new(&format!("{n} populations")).with_seed(1);
    network.populations.extend((0..n).map(cells));
    let far = if n_chips == 1 { FAR.0 } else { FAR.1 };
    for target in 0..n {
        sources(target, n_modules, far)
            .into_iter()
            .for_each(|(source, delay)| add_synapses(&mut network, source, target, delay));
    }
    (0..n).for_each(|i| add_noise(&mut network, i as usize, NOISE, WEIGHTS.2));
    let expected =
        |i: u32| Expected { population: name(i), rate_hz: (7.0, 13.0), source: "our own calibration" };
    Benchmark {
        name: format!("board:{n_chips}"),
        network,
        tick_ms: TICK,
        settle: 200,
        ticks: 1000,
        expected: (0..n).map(expected).collect(),
    }
}

/// The populations that `target` listens to, with delay fields.
fn sources(target: u32, n_modules: u32, far: u32) -> [(u32, f64); 7] {
    let (module, place) = (target / MODULE, target % MODULE);
    let own = |place| (module * MODULE + place, DELAYS.0);
    let other = |distance, delay| ((module + distance) % n_modules * MODULE + place % (MODULE - 1), delay);
    [own(0), own(1), own(2), own(3), other(1, DELAYS.0), other(n_modules - 1, DELAYS.0), other(far, DELAYS.1)]
}

fn is_inhibitory(population: u32) -> bool {
    population % MODULE == MODULE - 1
}

fn name(population: u32) -> String {
    let kind = if is_inhibitory(population) { "inh" } else { "exc" };
    let per_chip = MODULES * MODULE;
    format!("{kind} {}.{}", population / per_chip, population % per_chip)
}

fn cells(population: u32) -> Population {
    Population::new(&name(population), SIZE, Model::Lif)
        .with("threshold", THRESHOLD)
        .with("alpha_decay", decay(TICK, TAU_M))
        .with("reset", "reset_to_v_reset")
        .with("v_init", Distribution::Uniform { low: 0.0, high: THRESHOLD })
}

fn add_synapses(network: &mut Network, source: u32, target: u32, delay: f64) {
    let (n, weight) = if is_inhibitory(source) { (IN_DEGREE.1, WEIGHTS.1) } else { (IN_DEGREE.0, WEIGHTS.0) };
    let connector = Connector::FixedInDegree { n, allow_self_connections: true, with_replacement: false };
    let label = format!("{} to {}", name(source), name(target));
    let projection = Projection::new(&label, source as usize, target as usize, connector);
    network.add_projection(projection.with_weight(weight).with_delay(delay));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_neuron_has_a_thousand_synapses() {
        let network = board(2).network;
        assert_eq!(network.populations.len(), 4 * 148);
        let onto = |target| network.projections.iter().filter(move |p| p.post == target);
        for target in [0, 3, 147, 295] {
            let degree = |p: &Projection| match p.connector {
                Connector::FixedInDegree { n, .. } => n,
                _ => 0,
            };
            assert_eq!(onto(target).map(degree).sum::<u32>(), 1000);
            let mut sources: Vec<usize> = onto(target).map(|p| p.pre).collect();
            sources.dedup();
            assert_eq!(sources.len(), 8, "seven populations and noise");
        }
        network.validate().unwrap();
    }
}
