//! Three small networks whose load differs from tick to tick in three ways: what power management is measured with.

use gennaker_network::{Distribution, Model, Network, Population, SpikeTrains};

use super::synfire::add_synapses;
use super::{Benchmark, decay};

/// What the network does: the three kinds of load that Hoeppner et al. 2019 measured power management with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// Every core is busy for a few ticks in turn, while the others rest.
    Synfire,
    /// All cores rest for most of the time, and are busy together for a few ticks.
    Bursting,
    /// All cores have nearly the same to do in every tick.
    Irregular,
}

impl Load {
    /// Name in benchmark names.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Synfire => "synfire",
            Self::Bursting => "bursting",
            Self::Irregular => "irregular",
        }
    }
}

/// Tick in ms.
const TICK: f64 = 1.0;
/// Threshold in units of the weight.
const THRESHOLD: f64 = 150.0;

/// One of the three networks that dynamic voltage and frequency scaling was measured with on a test chip of four processing elements:
/// synfire chain, bursting network, asynchronous irregular network (Hoeppner et al., IEEE Trans. Circuits Syst. I 66, 2973, 2019,
/// arXiv 1903.08941). Which three, and ticks of 1 ms, are the paper's; sizes, weights and delays are ours.
///
/// * [`Load::Synfire`]: four groups of 200 excitatory and 50 inhibitory neurons in a ring, feed-forward inhibition after Kremkow, Aertsen
///   and Kumar (J. Neurosci. 30, 15760, 2010). A volley starts a wave that comes by every group once in 38 ticks and lasts for 3 or 4.
/// * [`Load::Bursting`]: 800 excitatory and 200 inhibitory neurons. A tenth of the excitatory ones would fire by themselves; once they
///   do, everybody fires three or four spikes within 20 ticks, and slow inhibition (60 ms) silences all for 300.
/// * [`Load::Irregular`]: 2,000 excitatory and 500 inhibitory neurons under constant drive, balanced by strong inhibition: 13 spikes per
///   neuron and second, as irregular as a Poisson process.
///
/// They take 9, 6 and 10 processing elements of SpiNNaker2, one each for the sources of the first two.
#[must_use]
pub fn power(load: Load) -> Benchmark {
    Benchmark {
        name: format!("power:{}", load.name()),
        network: match load {
            Load::Synfire => synfire(),
            Load::Bursting => bursting(),
            Load::Irregular => irregular(),
        },
        tick_ms: TICK,
        settle: 1000,
        ticks: 10_000,
        expected: Vec::new(),
    }
}

/// Time constants in ms of membrane, excitation and inhibition.
type Taus = (f64, f64, f64);

fn cells(name: &str, size: u32, (tau_m, tau_exc, tau_inh): Taus) -> Population {
    Population::new(name, size, Model::LifCurrExp)
        .with("threshold", THRESHOLD)
        .with("alpha_decay", decay(TICK, tau_m))
        .with("exc_decay", decay(TICK, tau_exc))
        .with("inh_decay", decay(TICK, tau_inh))
        .with("reset", "reset_to_v_reset")
        .with("t_refrac", 2.0)
        .with("v_init", Distribution::Uniform { low: 0.0, high: THRESHOLD / 2.0 })
}

fn delays(low: i64, high: i64) -> Distribution {
    Distribution::UniformInt { low, high }
}

fn synfire() -> Network {
    const GROUPS: usize = 4;
    /// Excitatory and inhibitory neurons of a group.
    const SIZE: (u32, u32) = (200, 50);
    /// Sources of the first volley, each as strong as six neurons of a group.
    const VOLLEY: u32 = 10;
    let mut network = Network::new("power synfire").with_seed(1);
    let group = |name: String, size| {
        // One threshold for all would draw a volley together into a single tick.
        let threshold = Distribution::Uniform { low: 160.0, high: 240.0 };
        cells(&name, size, (10.0, 3.0, 4.0)).with("threshold", threshold)
    };
    for g in 0..GROUPS {
        network.add_population(group(format!("exc {g}"), SIZE.0));
        network.add_population(group(format!("inh {g}"), SIZE.1));
    }
    let volley = SpikeTrains::from_events((0..VOLLEY).map(|neuron| (neuron % 3, neuron)));
    let volley = Population::new("volley", VOLLEY, Model::SpikeList).with_spikes(volley);
    let volley = network.add_population(volley);
    // From group to group as slowly as the chip's synapse word allows: a group rests between two volleys.
    let forward = delays(5, 7);
    for (exc, inh) in (0..GROUPS).map(|g| (2 * g, 2 * g + 1)) {
        let before = (exc + 2 * GROUPS - 2) % (2 * GROUPS);
        add_synapses(&mut network, before, exc, 60, 2.0, forward);
        add_synapses(&mut network, before, inh, 60, 2.0, forward);
        add_synapses(&mut network, inh, exc, 25, -3.0, 4.0);
    }
    add_synapses(&mut network, volley, 0, VOLLEY, 12.0, forward);
    add_synapses(&mut network, volley, 1, VOLLEY, 12.0, forward);
    network
}

fn bursting() -> Network {
    const TAUS: Taus = (20.0, 2.0, 60.0);
    // What has room in a core's memory, so that the cores have equal parts.
    const PER_CORE: u32 = 200;
    let mut network = Network::new("power bursting").with_seed(1);
    // The potential rises towards i_offset / (1 - alpha_decay): above the threshold from 7.3 on.
    let drive = Distribution::Uniform { low: 3.0, high: 7.8 };
    let exc = cells("exc", 800, TAUS).with("i_offset", drive).with("t_refrac", 3.0);
    let exc = network.add_population(exc.with_max_atoms_per_core(PER_CORE));
    let inh = network.add_population(cells("inh", 200, TAUS));
    // Two spikes per tick in all: no two pauses are alike.
    let noise = Population::new("noise", 100, Model::PoissonProcess).with("p", 0.02).with("Tref", 0.0);
    let noise = network.add_population(noise);
    add_synapses(&mut network, exc, exc, 60, 5.0, delays(0, 3));
    add_synapses(&mut network, exc, inh, 60, 6.0, delays(0, 3));
    add_synapses(&mut network, inh, exc, 20, -2.0, delays(4, 7));
    add_synapses(&mut network, noise, exc, 5, 5.0, 0.0);
    network
}

fn irregular() -> Network {
    let mut network = Network::new("power irregular").with_seed(1);
    let population = |name: &str, size| {
        cells(name, size, (20.0, 2.0, 4.0))
            // A third more than what reaches the threshold.
            .with("i_offset", 10.0)
            .with("v_reset", THRESHOLD / 2.0)
            .with("v_init", Distribution::Uniform { low: 0.0, high: THRESHOLD })
    };
    let exc = network.add_population(population("exc", 2000));
    let inh = network.add_population(population("inh", 500));
    for (source, n, weight) in [(exc, 40, 2.0), (inh, 10, -14.0)] {
        for target in [exc, inh] {
            add_synapses(&mut network, source, target, n, weight, delays(0, 7));
        }
    }
    network
}
