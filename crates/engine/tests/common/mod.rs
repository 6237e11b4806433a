//! Networks and digests that several tests share.
#![allow(dead_code, reason = "every test binary uses its own part")]

use gennaker_network::random::{Purpose, Stream};
use gennaker_network::*;
use sha2::{Digest, Sha256};

/// The folder with third-party recordings, if it is there.
pub(crate) fn data(file: &str) -> Option<std::path::PathBuf> {
    let root = std::env::var_os("GENNAKER_DATA").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        std::path::PathBuf::from,
    );
    let path = root.join(file);
    if !path.exists() {
        println!("skipped: no data ({file})");
        return None;
    }
    Some(path)
}

/// SHA-256 of the canonical listing of spikes: `tick,neuron` lines, sorted by tick, then neuron.
pub(crate) fn digest(spikes: impl IntoIterator<Item = (u32, u32)>) -> String {
    let mut sorted: Vec<_> = spikes.into_iter().collect();
    sorted.sort_unstable();
    let text: String = sorted.iter().map(|(tick, neuron)| format!("{tick},{neuron}\n")).collect();
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One of the three dynamic neural fields that were recorded on a chip.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Field {
    A,
    B,
    C,
}

/// The network of a recording, as its description says.
pub(crate) fn field(which: Field, atoms: Option<(u32, u32)>) -> Network {
    let mut network = Network::new("dynamic neural field");
    let spikes =
        SpikeTrains::from_lists((0..399u32).filter(|&k| k > 0 || matches!(which, Field::B)).map(|k| {
            let stop = if matches!(which, Field::B) { k + 5 } else { 2 * k };
            (k, (k..stop.min(400)).collect())
        }));
    let mut stim = Population::new("stim", 400, Model::SpikeList).with_spikes(spikes);
    let pop1 =
        Population::new("pop1", 400, if matches!(which, Field::C) { Model::Lif } else { Model::LifCurrExp });
    let mut pop1 = match which {
        Field::A | Field::B => pop1
            .with("threshold", 10.0)
            .with("alpha_decay", 0.8)
            .with("exc_decay", 0.5)
            .with("inh_decay", 0.2),
        Field::C => pop1.with("threshold", 5.0).with("alpha_decay", 0.9).with("reset", "reset_to_v_reset"),
    }
    .recording("spikes");
    if let Some((stim_atoms, pop1_atoms)) = atoms {
        stim = stim.with_max_atoms_per_core(stim_atoms);
        pop1 = pop1.with_max_atoms_per_core(pop1_atoms);
    }
    let inh_threshold = if matches!(which, Field::C) { 2.0 } else { 5.0 };
    let inh = Population::new("inh", 1, Model::Lif)
        .with("threshold", inh_threshold)
        .with("alpha_decay", 1.0)
        .with("i_offset", 3.0)
        .with("reset", "reset_to_v_reset");
    let (stim, pop1, inh) =
        (network.add_population(stim), network.add_population(pop1), network.add_population(inh));
    let own = true;
    network.add_projection(Projection::new("stim_pop1", stim, pop1, Connector::OneToOne).with_weight(5.0));
    network.add_projection(
        Projection::new("inh_pop1", inh, pop1, Connector::AllToAll { allow_self_connections: own })
            .with_weight(-4.0),
    );
    network.add_projection(Projection::new("recurrent", pop1, pop1, Connector::List(lateral(which))));
    network
}

fn lateral(which: Field) -> ConnectionList {
    let (c, s) = if matches!(which, Field::C) { (12.0, 1.5) } else { (6.0f64, 1.0f64) };
    let mut rows = Vec::new();
    for i in 0..400i32 {
        for j in -3..=3i32 {
            for k in -3..=3i32 {
                let weight = (c * ((-f64::from(j * j + k * k) / (2.0 * s * s)).exp() - 0.4)).round();
                if weight != 0.0 {
                    rows.push((i as u32, (i + j + 20 * k).rem_euclid(400) as u32, weight, 0));
                }
            }
        }
    }
    ConnectionList::from_rows(rows)
}

/// A small recurrent network with every model, every store and random delays.
pub(crate) fn mixed(seed: u64) -> Network {
    let mut network = Network::new("mixed").with_seed(seed);
    let noise = network.add_population(
        Population::new("noise", 700, Model::PoissonProcess)
            .with("p", 0.05)
            .with("Tref", 2.0)
            .recording("spikes"),
    );
    let exc = network.add_population(
        Population::new("exc", 1500, Model::LifCurrExp)
            .with("threshold", Distribution::Uniform { low: 8.0, high: 14.0 })
            .with("alpha_decay", 0.9)
            .with("t_refrac", 2.0)
            .with("reset", "reset_to_v_reset")
            .recording("spikes")
            .recording("v"),
    );
    let mut inh = Population::new("inh", 300, Model::LifNoDelay).with("threshold", 60.0).recording("spikes");
    inh.record.push(Recording { start: 5, every: 3, ..Recording::of("v", vec![299, 0, 150]) });
    let inh = network.add_population(inh);
    let izh = network.add_population(
        Population::new("izh", 90, Model::Izhikevich)
            .with("i_offset", 4.0)
            .recording("spikes")
            .recording("u"),
    );
    let relay = network.add_population(Population::new("relay", 90, Model::Relay).recording("spikes"));
    let charge = network.add_population(
        Population::new("charge", 90, Model::ChargeAndSpike)
            .with("threshold", 40.0)
            .with("t_silent", 30.0)
            .recording("spikes")
            .recording("v_last"),
    );
    let own = true;
    let p = |p| Connector::FixedProbability { p, allow_self_connections: own };
    let delays = Distribution::UniformInt { low: 0, high: 7 };
    let weights = Distribution::UniformInt { low: 1, high: 9 };
    let degree = Connector::FixedInDegree { n: 40, allow_self_connections: own, with_replacement: true };
    for projection in [
        Projection::new("noise_exc", noise, exc, p(0.02)).with_weight(3.0).with_delay(delays),
        Projection::new("exc_exc", exc, exc, p(0.01)).with_weight(weights).with_delay(delays),
        Projection::new("exc_inh", exc, inh, degree).with_weight(12.0),
        Projection::new("inh_exc", inh, exc, p(0.1)).with_weight(-6.0).with_delay(1.0),
        Projection::new("exc_izh", exc, izh, p(0.02)).with_weight(5.0).with_delay(3.0),
        Projection::new("izh_relay", izh, relay, Connector::OneToOne),
        Projection::new("relay_charge", relay, charge, p(0.3)).with_weight(2.0),
        Projection::new("relay_exc", relay, exc, p(0.05)).with_weight(2.0).with_delay(2.0),
    ] {
        network.add_projection(projection);
    }
    network
}

/// A small recurrent network with wide synapse words, conductances and sources that spike several times in a tick.
pub(crate) fn wide(seed: u64) -> Network {
    let mut network = Network::new("wide").with_seed(seed);
    let drive = network.add_population(
        Population::new("drive", 1100, Model::PoissonInput).with("mean", 0.6).recording("spikes"),
    );
    let rates = network.add_population(
        Population::new("rates", 150, Model::PoissonInput)
            .with("mean", Distribution::Uniform { low: 0.0, high: 3.0 })
            .recording("spikes"),
    );
    let conductance = network.add_population(
        Population::new("conductance", 1100, Model::LifCondExp)
            .with("g_scale", 0.001)
            .with("exc_decay", 0.8)
            .with("inh_decay", Distribution::Uniform { low: 0.8, high: 0.9 })
            .with("t_refrac", 2.0)
            .with("reset", "reset_to_v_reset")
            .recording("spikes")
            .recording("v")
            .recording("g_inh"),
    );
    let current = network.add_population(
        Population::new("current", 300, Model::LifCurrExpWide)
            .with("threshold", 40_000.0)
            .recording("spikes"),
    );
    let delta = network.add_population(
        Population::new("delta", 120, Model::LifWide)
            .with("threshold", 600_000.0)
            .recording("spikes")
            .recording("v"),
    );
    let own = true;
    let p = |p| Connector::FixedProbability { p, allow_self_connections: own };
    let delays = Distribution::UniformInt { low: 0, high: 100 };
    let weights = Distribution::UniformInt { low: 20, high: 120 };
    let strong = Distribution::UniformInt { low: -20_000, high: 65_535 };
    for projection in [
        Projection::new("drive_conductance", drive, conductance, Connector::OneToOne).with_weight(125.0),
        Projection::new("rates_current", rates, current, p(0.05)).with_weight(300.0).with_delay(9.0),
        Projection::new("recurrent", conductance, conductance, p(0.01))
            .with_weight(weights)
            .with_delay(delays),
        Projection::new("conductance_current", conductance, current, p(0.05))
            .with_weight(600.0)
            .with_delay(40.0),
        Projection::new("current_conductance", current, conductance, p(0.05))
            .with_weight(-70.0)
            .with_delay(17.0),
        Projection::new("current_delta", current, delta, p(0.05)).with_weight(strong).with_delay(delays),
        Projection::new("drive_delta", drive, delta, p(0.03)).with_weight(-2_500.0).with_delay(90.0),
    ] {
        network.add_projection(projection);
    }
    network
}

/// A small generator of choices, reproducible from the test's and the case's number.
pub(crate) struct Choices(Stream);

impl Choices {
    pub(crate) fn new(test: u64, part: u32, case: u32) -> Self {
        Self(Stream::new(test, Purpose::Connect, part, case))
    }
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        self.0.below(n)
    }
    pub(crate) fn yes(&mut self) -> bool {
        self.below(2) == 1
    }
    pub(crate) fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u32) as usize]
    }
    /// A value between `low` and `high`: shared, one per neuron, or drawn by the network.
    pub(crate) fn parameter(&mut self, size: u32, low: f64, high: f64) -> Parameter {
        let mut value = || low + (high - low) * f64::from(self.0.below(1001)) / 1000.0;
        let (shared, array) = (value(), (0..size).map(|_| value()).collect());
        match self.below(3) {
            0 => Parameter::Number(shared),
            1 => Parameter::Array(array),
            _ => Parameter::Random(Distribution::Uniform { low, high }),
        }
    }
}
