//! The cortical microcircuit of Potjans and Diesmann.

use gennaker_network::{Connector, Distribution, Model, Network, Population, Projection};

use super::brunel::add_noise;
use super::{Benchmark, Drive, Expected, decay};

/// Names of the populations: layer, then excitatory or inhibitory.
pub const POPULATIONS: [&str; 8] = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"];
/// Neurons of each population (table 5 of the paper).
const SIZES: [u32; 8] = [20_683, 5_834, 21_915, 5_479, 4_850, 1_065, 14_395, 2_948];
/// Probability that a pair has a synapse at all, `[target][source]` (table 5).
const PROBABILITIES: [[f64; 8]; 8] = [
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0],
    [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0],
    [0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0.0],
    [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0],
    [0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0.0],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
    [0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443],
];
/// Background synapses of a neuron (table 5).
const BACKGROUND: [f64; 8] = [1600.0, 1500.0, 2100.0, 1900.0, 2000.0, 1900.0, 2900.0, 2100.0];
/// Rate of each background synapse in Hz.
const BACKGROUND_HZ: f64 = 8.0;
/// Mean rates of the full network in Hz: what must come out, and what scaled networks make up for.
pub const RATES_HZ: [f64; 8] = [0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829];
/// Initial potentials in mV, mean and standard deviation: near the stationary state, so that the start is no burst.
const INITIAL_MV: [(f64, f64); 8] = [
    (-68.28, 5.36),
    (-63.16, 4.57),
    (-63.33, 4.74),
    (-63.45, 4.94),
    (-63.11, 4.94),
    (-61.66, 4.55),
    (-66.72, 5.46),
    (-61.43, 4.48),
];

/// Tick in ms.
const TICK: f64 = 0.1;
/// Rest and reset, and threshold, in mV.
const REST: f64 = -65.0;
const THRESHOLD: f64 = -50.0;
/// Membrane time constant in ms, capacitance in pF.
const TAU_M: f64 = 10.0;
const CAPACITANCE: f64 = 250.0;
/// Time constant of synaptic currents in ms.
const TAU_SYN: f64 = 0.5;
/// Refractory time in ticks: 2 ms.
const REFRACTORY: f64 = 20.0;
/// Peak of an excitatory postsynaptic potential in mV; inhibitory ones are [`G`] times as large.
const PSP: f64 = 0.15;
const G: f64 = -4.0;
/// L4E excites L23E twice as strongly as others.
const L4E_TO_L23E: f64 = 2.0;
/// Standard deviation of weights and delays over their means.
const WEIGHT_SPREAD: f64 = 0.1;
const DELAY_SPREAD: f64 = 0.5;
/// Mean delays of excitation and inhibition in ms.
const DELAYS: (f64, f64) = (1.5, 0.75);
/// Integer weight of an excitatory synapse. Inhibition then is 168 +- 17, so that 8 bits hold five standard deviations.
const WEIGHT: f64 = 42.0;
/// Largest weight: what 8 bits hold besides the sign.
const MAX_WEIGHT: f64 = 255.0;
/// Longest delay field of the wide synapse word.
const MAX_DELAY: f64 = 127.0;

/// The microcircuit below 1 mm² of cortex (Potjans and Diesmann, Cereb. Cortex 24, 785, 2014): at full scale 77,169 neurons in eight
/// populations and 299 million synapses with their own weights and delays, ticks of 0.1 ms.
///
/// `scale` (0.01 to 1) scales the number of neurons and of synapses per neuron. What that takes away of the input is made up for as published
/// (van Albada, Helias and Diesmann, PLoS Comput. Biol. 11, e1004490, 2015): weights grow by `1 / sqrt(scale)`, which keeps the input's
/// variance, and a constant current, computed from the published rates, keeps its mean. Scaled networks fall silent under constant
/// drive: use [`Drive::Poisson`].
///
/// Currents are exact exponentials (NEST's `iaf_psc_exp`): a weight of 42 stands for 87.8 pA, and the potential is counted in the same unit
/// times the propagator from current to potential. Weights are rounded to integers, which adds 0.5 % to their variance. Background spikes
/// are drawn per neuron, eight per second and synapse, or are a constant current of the same mean.
///
/// # Panics
/// If `scale` is not between 0.01 and 1.
#[must_use]
pub fn microcircuit(scale: f64, drive: Drive) -> Benchmark {
    assert!((0.01..=1.0).contains(&scale), "a scale from 0.01 to 1, not {scale}");
    let mut network = Network::new(&format!("microcircuit {scale} {}", drive.name())).with_seed(1);
    for population in 0..POPULATIONS.len() {
        network.add_population(cells(population, scale, drive));
    }
    for target in 0..POPULATIONS.len() {
        for source in 0..POPULATIONS.len() {
            network.projections.extend(synapses(source, target, scale));
        }
    }
    if drive == Drive::Poisson {
        for (target, synapses) in BACKGROUND.iter().enumerate() {
            let mean = synapses * scale * BACKGROUND_HZ * TICK / 1000.0;
            add_noise(&mut network, target, mean, WEIGHT);
        }
    }
    Benchmark {
        name: format!("microcircuit:{scale}:{}", drive.name()),
        network,
        tick_ms: TICK,
        settle: 5000,
        ticks: 10_000,
        expected: expected(scale),
    }
}

/// Neurons of a population at a scale.
fn size(population: usize, scale: f64) -> u32 {
    #[expect(clippy::cast_sign_loss, reason = "a number of neurons")]
    let size = (f64::from(SIZES[population]) * scale).round_ties_even() as u32;
    size
}

/// Synapses between two populations at full scale: as many random pairs as give a pair one or more with the published probability.
fn full_synapses(source: usize, target: usize) -> f64 {
    let pairs = f64::from(SIZES[source]) * f64::from(SIZES[target]);
    (libm::log1p(-PROBABILITIES[target][source]) / libm::log1p(-1.0 / pairs)).round()
}

/// Weight of a synapse relative to a common excitatory one.
fn strength(source: usize, target: usize) -> f64 {
    match (POPULATIONS[source], POPULATIONS[target]) {
        ("L4E", "L23E") => L4E_TO_L23E,
        (name, _) if name.ends_with('I') => G,
        _ => 1.0,
    }
}

/// The current in pA whose potential peaks at [`PSP`].
fn current_pa() -> f64 {
    let (m, s) = (TAU_M, TAU_SYN);
    let at_peak = libm::pow(m / s, -m / (m - s)) - libm::pow(m / s, -s / (m - s));
    PSP / (m * s / (CAPACITANCE * (s - m)) * at_peak)
}

/// What a current of 1 pA adds to the potential in the next tick, in mV, while it decays.
fn propagator() -> f64 {
    let difference = decay(TICK, TAU_SYN) - decay(TICK, TAU_M);
    TAU_SYN * TAU_M / (CAPACITANCE * (TAU_SYN - TAU_M)) * difference
}

/// Units of the potential in a mV.
fn per_mv(scale: f64) -> f64 {
    let current_of_unit = current_pa() / scale.sqrt() / WEIGHT;
    1.0 / (propagator() * current_of_unit)
}

/// A constant current in pA as `i_offset`.
fn as_offset(pa: f64, scale: f64) -> f64 {
    let mv = TAU_M / CAPACITANCE * (1.0 - decay(TICK, TAU_M)) * pa;
    mv * per_mv(scale)
}

fn cells(population: usize, scale: f64, drive: Drive) -> Population {
    let unit = per_mv(scale);
    let (mean, sd) = INITIAL_MV[population];
    Population::new(POPULATIONS[population], size(population, scale), Model::LifCurrExpWide)
        .with("threshold", (THRESHOLD - REST) * unit)
        .with("alpha_decay", decay(TICK, TAU_M))
        .with("i_offset", as_offset(constant_pa(population, scale, drive), scale))
        .with("v_init", Distribution::Normal { mean: (mean - REST) * unit, sd: sd * unit })
        .with("reset", "reset_to_v_reset")
        .with("exc_decay", decay(TICK, TAU_SYN))
        .with("inh_decay", decay(TICK, TAU_SYN))
        .with("t_refrac", REFRACTORY)
}

/// The mean of input that is missing: the background's under constant drive, and what scaling took away.
fn constant_pa(population: usize, scale: f64, drive: Drive) -> f64 {
    let charge = current_pa() * TAU_SYN / 1000.0;
    let background = BACKGROUND[population] * BACKGROUND_HZ * charge;
    let of = |source: usize| {
        let in_degree = full_synapses(source, population) / f64::from(SIZES[population]);
        in_degree * RATES_HZ[source] * strength(source, population) * charge
    };
    let recurrent: f64 = (0..POPULATIONS.len()).map(of).sum();
    let left = scale.sqrt();
    match drive {
        Drive::Poisson => (1.0 - left) * (recurrent + background),
        Drive::Constant => (1.0 - left) * recurrent + background,
    }
}

fn synapses(source: usize, target: usize, scale: f64) -> Option<Projection> {
    #[expect(clippy::cast_sign_loss, reason = "a number of synapses")]
    let n = (full_synapses(source, target) * scale * scale).round() as u64;
    let mean = WEIGHT * strength(source, target);
    let (low, high) = if mean > 0.0 { (0.0, MAX_WEIGHT) } else { (-MAX_WEIGHT, 0.0) };
    let delay = if mean > 0.0 { DELAYS.0 } else { DELAYS.1 } / TICK;
    let connector = Connector::FixedTotalNumber { n, allow_self_connections: true, with_replacement: true };
    let name = format!("{} to {}", POPULATIONS[source], POPULATIONS[target]);
    let projection = Projection::new(&name, source, target, connector)
        .with_weight(Distribution::NormalClipped { mean, sd: WEIGHT_SPREAD * mean.abs(), low, high })
        // At least one tick after rounding; a current that arrives moves the potential a tick later, hence no -1.
        .with_delay(Distribution::NormalClipped {
            mean: delay,
            sd: DELAY_SPREAD * delay,
            low: 0.5,
            high: MAX_DELAY,
        });
    (n > 0).then_some(projection)
}

/// The published rates, with room for what one second of one draw scatters; for scaled networks only the order of magnitude.
fn expected(scale: f64) -> Vec<Expected> {
    #[expect(clippy::float_cmp, reason = "full scale is exactly 1")]
    let (share, floor_hz) = if scale == 1.0 { (0.1, 0.15) } else { (0.6, 1.0) };
    let of = |(name, &rate): (&&str, &f64)| {
        let margin = (rate * share).max(floor_hz);
        Expected {
            population: (*name).to_owned(),
            rate_hz: ((rate - margin).max(0.0), rate + margin),
            source: "published mean rates of the full network",
        }
    };
    POPULATIONS.iter().zip(&RATES_HZ).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_the_published_ones() {
        let n: u32 = (0..8).map(|population| size(population, 1.0)).sum();
        let synapses: f64 = (0..64).map(|i| full_synapses(i / 8, i % 8)).sum();
        assert_eq!(n, 77_169);
        assert!((synapses - 298.88e6).abs() < 0.05e6, "{synapses}");
        assert!((current_pa() - 87.81).abs() < 0.01, "{}", current_pa());
    }

    /// The example and the comparison with other simulators stand alone, so they have tables of their own.
    #[test]
    fn python_has_the_same_tables() {
        let background = BACKGROUND.map(|n| n as u32);
        let rows = PROBABILITIES.iter().map(|row| format!("{row:?}"));
        let lists = [
            format!("{SIZES:?}"),
            format!("{background:?}"),
            format!("{RATES_HZ:?}"),
            format!("{POPULATIONS:?}"),
        ];
        let tables: Vec<String> = rows.chain(lists).collect();
        for file in ["examples/microcircuit.py", "benches/peers/microcircuit.py"] {
            let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
            let text = std::fs::read_to_string(root.join(file)).expect("a file of the repository");
            for table in &tables {
                assert!(text.contains(table), "{file} lacks {table}");
            }
        }
    }

    /// The mean potential without threshold must not depend on how the input comes, but for spikes being on the grid of ticks.
    #[test]
    fn constant_drive_has_the_mean_of_poisson_drive() {
        let spikes = BACKGROUND[0] * BACKGROUND_HZ * TICK / 1000.0;
        let from_spikes = spikes * WEIGHT / (1.0 - decay(TICK, TAU_SYN));
        let from_current = as_offset(constant_pa(0, 1.0, Drive::Constant), 1.0);
        assert!((from_spikes / from_current - 1.0).abs() < 1e-3, "{from_spikes} {from_current}");
    }

    #[test]
    fn a_network_of_any_scale_is_valid() {
        for scale in [0.01, 0.1, 1.0] {
            for drive in [Drive::Constant, Drive::Poisson] {
                microcircuit(scale, drive).network.validate().unwrap();
            }
        }
    }
}
