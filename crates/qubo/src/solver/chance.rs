//! Random thresholds: by how much the energy may rise, in units of the temperature, for each neuron and tick.
//!
//! With u uniform in (0, 1), a neuron that flips when its energy change is at most `T * e` flips with probability
//! min(1, exp(-dE / T)) if e = -ln u (Metropolis), and with probability 1 / (1 + exp(dE / T)) if e = ln((1 - u) / u)
//! (heat bath). So either rule is an integrate-and-fire neuron whose threshold is drawn anew in every tick: NeuroSA's ON/OFF
//! neuron (Chen et al., Nature Communications 16, 2025) and Loihi 2's stochastic one.

use gennaker_network::random::{key_of, philox, philox_run};

use super::discipline::Rule;

/// Thresholds that are drawn at once.
pub(crate) const BATCH: usize = 64;
/// Philox blocks that a batch takes.
const COUNTERS: usize = BATCH / 4;

/// Fourth words of the counters, far from those that networks use: no stream is shared.
const TESTS: u32 = 0x5155_0001;
const PICKS: u32 = 0x5155_0002;
const STATES: u32 = 0x5155_0003;
const RESTS: u32 = 0x5155_0004;

/// A threshold that no finite energy change is below.
pub(crate) const NEVER: f32 = f32::NEG_INFINITY;

/// The random numbers of one replica: each a function of seed, replica, tick, purpose and place.
#[derive(Clone, Copy)]
pub(crate) struct Chance {
    key: [u32; 2],
    replica: u32,
}

impl Chance {
    pub(crate) fn new(seed: u64, replica: u32) -> Self {
        Self { key: key_of(seed), replica }
    }

    /// The spin that `variable` begins with.
    pub(crate) fn first_spin(self, variable: u32) -> i8 {
        let word = philox([variable / 128, 0, self.replica, STATES], self.key)[variable as usize / 32 % 4];
        if word >> (variable % 32) & 1 == 1 { 1 } else { -1 }
    }

    /// One of `0..n` (above 0), the same for all neurons: the arbiter's choice in a tick.
    pub(crate) fn pick(self, tick: u32, n: u32) -> u32 {
        below(philox([0, tick, self.replica, PICKS], self.key)[0], n)
    }

    /// 64 of `0..n` (above 0): which neurons a tick proposes to, `batch` by `batch`.
    #[inline(always)]
    pub(crate) fn picks(self, tick: u32, batch: u32, n: u32, out: &mut [u32; BATCH]) {
        let words = words([batch * COUNTERS as u32, tick, self.replica, PICKS], self.key);
        for (pick, word) in out.iter_mut().zip(words) {
            *pick = below(word, n);
        }
    }

    /// How many ticks a neuron rests after a flip, apart from the one that always passes: `rand(0..=255) >> shift`.
    pub(crate) fn rest(self, tick: u32, place: u32, shift: u32) -> u32 {
        let word = philox([place, tick, self.replica, RESTS], self.key)[0];
        (word >> 24) >> shift
    }

    /// Thresholds, multiplied by the temperature of `law`, of the 64 places from `first_block * 16` on.
    #[inline(always)]
    pub(crate) fn thresholds(self, law: &Law, tick: u32, first_block: u32, out: &mut [f32; BATCH]) {
        // A block of 16 places owns four counters, so no two batches of a tick share one.
        let words = words([4 * first_block, tick, self.replica, TESTS], self.key);
        match law.rule {
            Rule::Metropolis => {
                for (threshold, word) in out.iter_mut().zip(words) {
                    *threshold = (minus_log(word) + law.log_gate) * law.temperature;
                }
            }
            Rule::HeatBath => {
                for (threshold, word) in out.iter_mut().zip(words) {
                    let mirrored = law.last_word.wrapping_sub(word);
                    *threshold = (minus_log(word) - minus_log(mirrored)) * law.temperature;
                }
            }
        }
        if law.last_word != u32::MAX {
            for (threshold, word) in out.iter_mut().zip(words) {
                *threshold = if word <= law.last_word { *threshold } else { NEVER };
            }
        }
    }
}

/// What turns random words into thresholds in one tick.
#[derive(Clone, Copy)]
pub(crate) struct Law {
    rule: Rule,
    /// In units of half an energy change, which is what a neuron's potential is.
    temperature: f32,
    /// Words above this one belong to neurons that do not decide in this tick.
    last_word: u32,
    /// Natural logarithm of the fraction of neurons that decide: it makes words up to `last_word` uniform in (0, 1) again.
    log_gate: f32,
}

impl Law {
    /// For a fraction `gate` (above 0, up to 1) of neurons that decide, at temperature 0.
    #[expect(clippy::cast_sign_loss, reason = "between 0 and 2^32")]
    pub(crate) fn new(rule: Rule, gate: f64) -> Self {
        let n_words = ((gate * 4_294_967_296.0) as u64).clamp(1, 1 << 32);
        let log_gate = libm::log(n_words as f64 / 4_294_967_296.0) as f32;
        Self { rule, temperature: 0.0, last_word: (n_words - 1) as u32, log_gate }.at(0.0)
    }

    /// The same at another temperature of the energies.
    pub(crate) fn at(self, temperature: f64) -> Self {
        // At temperature 0 a heat bath decides a tie by a coin, so the coin's sign must survive.
        Self { temperature: (0.5 * temperature).clamp(1e-30, 1e30) as f32, ..self }
    }
}

/// A word as a number below `n`; the bias is below n / 2^32.
fn below(word: u32, n: u32) -> u32 {
    ((u64::from(word) * u64::from(n)) >> 32) as u32
}

/// The 64 words of 16 counters from `counter` on, in an order that costs no shuffling.
#[inline(always)]
fn words(counter: [u32; 4], key: [u32; 2]) -> [u32; BATCH] {
    let pairs = philox_run::<COUNTERS>(counter, key);
    let mut words = [0; BATCH];
    for lane in 0..COUNTERS {
        words[lane] = pairs[0][lane] as u32;
        words[COUNTERS + lane] = (pairs[0][lane] >> 32) as u32;
        words[2 * COUNTERS + lane] = pairs[1][lane] as u32;
        words[3 * COUNTERS + lane] = (pairs[1][lane] >> 32) as u32;
    }
    words
}

/// -ln((word + 1/2) / 2^32), between 0 and 22.9, to within 3e-7.
///
/// Plain operations in one order, so that all machines agree; the polynomial is that of Cephes' `logf` (S. Moshier, 1989),
/// for arguments from sqrt(1/2) to sqrt(2).
#[inline(always)]
fn minus_log(word: u32) -> f32 {
    const ROOT_HALF: u32 = 0x3F35_04F3;
    const COEFFICIENTS: [f32; 9] = [
        7.037_683_6e-2,
        -1.151_461e-1,
        1.167_699_9e-1,
        -1.242_014_1e-1,
        1.424_932_3e-1,
        -1.666_805_7e-1,
        2.000_071_5e-1,
        -2.499_999_4e-1,
        3.333_333e-1,
    ];
    let bits = (word as f32 + 0.5).to_bits().wrapping_sub(ROOT_HALF);
    let exponent = (bits as i32 >> 23) - 32;
    let x = f32::from_bits((bits & 0x007F_FFFF) + ROOT_HALF) - 1.0;
    let mut series = COEFFICIENTS[0];
    for &c in &COEFFICIENTS[1..] {
        series = series * x + c;
    }
    let square = x * x;
    let log = x + (series * x * square - 0.5 * square);
    -(exponent as f32 * std::f32::consts::LN_2 + log)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_close() {
        let spread = (0..100_000u32).map(|i| i.wrapping_mul(42_949));
        for word in spread.chain([0, 1, 2, u32::MAX, u32::MAX - 1, 1 << 31, 3_037_000_499, 3_037_000_500]) {
            let exact = -((f64::from(word) + 0.5) / 4_294_967_296.0).ln();
            let found = f64::from(minus_log(word));
            assert!((found - exact).abs() < 3e-7 * exact.max(1.0), "{word}: {found} for {exact}");
        }
    }

    /// How often a flip that costs `cost` passes, beside its law.
    #[test]
    fn probabilities_are_those_of_the_rules() {
        for (rule, gate) in
            [(Rule::Metropolis, 1.0), (Rule::HeatBath, 1.0), (Rule::Metropolis, 0.3), (Rule::HeatBath, 0.1)]
        {
            for cost in [-4.0, -1.0, 0.0, 0.5, 3.0] {
                let law = Law::new(rule, gate).at(2.0);
                let (chance, mut passed, n) = (Chance::new(7, 3), 0u32, 4000);
                let mut thresholds = [0.0; BATCH];
                for tick in 0..n {
                    chance.thresholds(&law, tick, 12, &mut thresholds);
                    passed += thresholds.iter().filter(|&&t| 0.5 * cost <= f64::from(t)).count() as u32;
                }
                let expected = gate
                    * match rule {
                        Rule::Metropolis => (-cost / 2.0f64).exp().min(1.0),
                        Rule::HeatBath => 1.0 / (1.0 + (cost / 2.0f64).exp()),
                    };
                let found = f64::from(passed) / f64::from(n * BATCH as u32);
                assert!((found - expected).abs() < 0.004, "{rule:?} {gate} {cost}: {found} for {expected}");
            }
        }
    }
}
