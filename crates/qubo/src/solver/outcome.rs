//! What comes out: states with exact energies, and how long they took.

use gennaker_network::SpikeRecording;

use super::discipline::{Discipline, Rule};
use super::schedule::Schedule;

/// The best state that one replica met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solution {
    /// The spins, -1 or +1.
    pub spins: Vec<i8>,
    /// Their energy as [`Ising::energy`](crate::Ising::energy) gives it.
    pub energy: i64,
    /// After how many ticks the state was met first; 0 if it is the one that the replica began with.
    pub tick_found: u32,
    /// The replica.
    pub replica: u32,
    /// The state in which the replica ended: a sample, if the temperature was constant.
    pub last_spins: Vec<i8>,
    /// The energy of that state.
    pub last_energy: i64,
    /// Ticks that the replica ran: all, unless it met its target or was stopped.
    pub n_ticks: u32,
    /// After how many ticks the target was met, if there is one and it was.
    pub ticks_to_target: Option<u32>,
    /// Neurons that decided, or would have, had they not rested or waited for their turn.
    pub n_proposals: u64,
    /// Spins that flipped: the spikes of delta coding.
    pub n_flips: u64,
    /// Ticks whose state is, in nearly all spins, that of two ticks before without being that of the tick before: at least a
    /// tenth of the spins flipped, and 95 in 100 of those had flipped in the tick before too. Neighbours flip
    /// together and back; the discipline's guard is missing or too weak. Looked for where neurons decide in parallel
    /// (`unguarded-parallel`, `gate`, `refractory`), otherwise 0.
    pub n_swings: u32,
    /// The spins that flipped, if [`Options::max_kept_flips`](super::Options::max_kept_flips) asked for any.
    pub flips: Option<Flips>,
}

/// Which spins flipped in which tick.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flips {
    /// By tick, then variable, which is called a neuron here. One that flipped an even number of times in a tick, which sweeps can do, is not
    /// among them.
    pub flips: SpikeRecording,
    /// Ticks, from the first on, whose flips are all here: those that the replica ran, or fewer if there were more flips than could be kept.
    pub n_ticks: u32,
}

/// All replicas' solutions, and what was decided for them.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// One per replica, in their order.
    pub solutions: Vec<Solution>,
    /// The discipline, given or chosen.
    pub discipline: Discipline,
    /// The rule, given or usual.
    pub rule: Rule,
    /// The schedule, given or fitted.
    pub schedule: Schedule,
    /// Ticks of an anneal, given or [fitted to a time](crate::solver::Options::fitted_to): with these, the seed and the same options, the
    /// run can be repeated exactly.
    pub n_ticks: u32,
    /// Anneals that each replica did, one after the other.
    pub n_anneals: u32,
    /// Classes that take turns: of the colouring, or 1.
    pub n_classes: usize,
}

impl Outcome {
    /// The solution of least energy; of several, the one met first, then that of the first replica.
    #[must_use]
    pub fn best(&self) -> &Solution {
        let key = |s: &&Solution| (s.energy, s.tick_found, s.replica);
        self.solutions.iter().min_by_key(key).expect("at least one replica is checked before the run")
    }

    /// How long it takes to meet the target, from the replicas of a run that had one.
    #[must_use]
    pub fn time_to_target(&self) -> TimeToTarget {
        let times: Vec<_> = self.solutions.iter().map(|s| s.ticks_to_target).collect();
        TimeToTarget::of(&times)
    }
}

/// Statistics of the ticks after which independent replicas met a target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeToTarget {
    /// Replicas.
    pub n_runs: usize,
    /// Those that met the target.
    pub n_successes: usize,
    /// Median of the ticks that it took; none if fewer than half of the replicas met the target.
    pub median_ticks: Option<u32>,
    /// Ticks after which the target has been met with probability 0.99 by runs one after the other, all cut off after the
    /// number of ticks for which this is least; none without a success. With p the fraction of runs that met it by tick t, the
    /// least of t * max(1, ln 0.01 / ln(1 - p)).
    pub ticks_99: Option<f64>,
}

impl TimeToTarget {
    /// From the ticks of each replica, none where it did not meet the target.
    #[must_use]
    pub fn of(times: &[Option<u32>]) -> Self {
        let mut met: Vec<u32> = times.iter().flatten().copied().collect();
        met.sort_unstable();
        let n_runs = times.len();
        let expected = |(i, &ticks): (usize, &u32)| {
            let failing = 1.0 - (i + 1) as f64 / n_runs as f64;
            let repeats = if failing > 0.0 { libm::log(0.01) / libm::log(failing) } else { 1.0 };
            // A replica that began with the target has taken a tick to tell.
            f64::from(ticks.max(1)) * repeats.max(1.0)
        };
        Self {
            n_runs,
            n_successes: met.len(),
            median_ticks: met.get(n_runs.saturating_sub(1) / 2).copied(),
            ticks_99: met.iter().enumerate().map(expected).min_by(f64::total_cmp),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_to_target_are_those_of_repeated_runs() {
        assert_eq!(TimeToTarget::of(&[]).ticks_99, None);
        let all = TimeToTarget::of(&[Some(30), Some(10), Some(20)]);
        assert_eq!((all.median_ticks, all.n_successes), (Some(20), 3));
        // Cut off after 30 ticks every run succeeds; cut off after 10, a third does, and 11.4 runs are needed.
        assert_eq!(all.ticks_99, Some(30.0));
        let at_once = TimeToTarget::of(&[Some(0), Some(9)]).ticks_99.unwrap();
        assert!((at_once - 0.01f64.ln() / 0.5f64.ln()).abs() < 1e-9, "{at_once}");
        let half = TimeToTarget::of(&[Some(100), None]);
        assert!((half.ticks_99.unwrap() - 100.0 * 0.01f64.ln() / 0.5f64.ln()).abs() < 1e-9);
        assert_eq!(half.median_ticks, Some(100));
        assert_eq!(TimeToTarget::of(&[Some(100), None, None]).median_ticks, None);
        // One run is enough where more than 99 of 100 succeed.
        let mut nearly_all = vec![Some(10); 199];
        nearly_all.push(None);
        assert_eq!(TimeToTarget::of(&nearly_all).ticks_99, Some(10.0));
    }
}
