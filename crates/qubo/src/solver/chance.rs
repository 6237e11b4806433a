//! The random numbers of a run that are not those of thresholds: first states, picks.

use gennaker_network::annealing::Dice;
use gennaker_network::random::{philox, philox_run};

pub(crate) use gennaker_network::annealing::Law;

/// Thresholds that are drawn at once.
pub(crate) const BATCH: usize = 64;
/// Philox blocks that a batch takes.
const COUNTERS: usize = BATCH / 4;

/// Fourth words of the counters, far from those that networks use: no stream is shared.
const PICKS: u32 = 0x5155_0002;
const STATES: u32 = 0x5155_0003;

/// The random numbers of one replica: each a function of seed, replica, tick, purpose and place.
#[derive(Clone, Copy)]
pub(crate) struct Chance {
    dice: Dice,
}

impl Chance {
    pub(crate) fn new(seed: u64, replica: u32) -> Self {
        Self { dice: Dice::new(seed, replica) }
    }

    /// The spin that `variable` begins with.
    pub(crate) fn first_spin(self, variable: u32) -> i8 {
        let Dice { key, replica } = self.dice;
        let word = philox([variable / 128, 0, replica, STATES], key)[variable as usize / 32 % 4];
        if word >> (variable % 32) & 1 == 1 { 1 } else { -1 }
    }

    /// One of `0..n` (above 0), the same for all neurons: the arbiter's choice in a tick.
    pub(crate) fn pick(self, tick: u32, n: u32) -> u32 {
        let Dice { key, replica } = self.dice;
        below(philox([0, tick, replica, PICKS], key)[0], n)
    }

    /// 64 of `0..n` (above 0): which neurons a tick proposes to, `batch` by `batch`.
    #[inline(always)]
    pub(crate) fn picks(self, tick: u32, batch: u32, n: u32, out: &mut [u32; BATCH]) {
        let Dice { key, replica } = self.dice;
        let words = words([batch * COUNTERS as u32, tick, replica, PICKS], key);
        for (pick, word) in out.iter_mut().zip(words) {
            *pick = below(word, n);
        }
    }

    /// How many ticks a neuron rests after a flip, apart from the one that always passes: `rand(0..=255) >> shift`.
    pub(crate) fn rest(self, tick: u32, place: u32, shift: u32) -> u32 {
        self.dice.rest(tick, number_of(0, place), shift)
    }

    /// Thresholds, multiplied by the temperature of `law`, of the 64 places from `first_block * 16` on.
    #[inline(always)]
    pub(crate) fn thresholds(self, law: &Law, tick: u32, first_block: u32, out: &mut [f32; BATCH]) {
        // A block of 16 places owns four counters, so no two batches of a tick share one.
        let counter = self.dice.counter_of_tests(tick, 4 * first_block);
        law.thresholds(&words(counter, self.dice.key), out);
    }
}

/// The number of a place's word among those for thresholds, if its class begins with block `first_block`: batches of 64 places begin
/// there, and take their words lane by lane.
pub(crate) fn number_of(first_block: u32, place: u32) -> u32 {
    let from_first = place - first_block * 16;
    let (batch, within) = (from_first / BATCH as u32, from_first % BATCH as u32);
    let counter = 4 * first_block + batch * COUNTERS as u32 + within % COUNTERS as u32;
    4 * counter + within / COUNTERS as u32
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

#[cfg(test)]
mod tests {
    use gennaker_network::annealing::Rule;

    use super::*;

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

    #[test]
    fn words_have_the_numbers_that_neurons_know_them_by() {
        let (dice, chance) = (Dice::new(9, 2), Chance::new(9, 2));
        let law = Law::new(Rule::HeatBath, 1.0).at(1.0);
        for first_block in [0, 1, 5, 11] {
            for batch in 0..3 {
                let block = first_block + 4 * batch;
                let mut thresholds = [0.0; BATCH];
                chance.thresholds(&law, 77, block, &mut thresholds);
                for (place, threshold) in (16 * block..).zip(thresholds) {
                    let word = dice.test(77, number_of(first_block, place));
                    assert_eq!(law.threshold(word), threshold);
                }
            }
        }
    }
}
