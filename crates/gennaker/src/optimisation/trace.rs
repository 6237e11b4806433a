//! How energies went during a search.

use gennaker_qubo::Ising;
use gennaker_qubo::solver::{Options, Outcome, Progress};

/// Points that all traces together may have: 2^21, some 40 MB.
const MAX_POINTS: u32 = 1 << 21;
/// Proposals between two looks at a read, at most: some 50 ms.
const PROPOSALS_PER_LOOK: usize = 1 << 23;

/// The energies of one read at some of its ticks, in the units of [`Ising::energy`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnergyTrace {
    /// Ticks done, ascending; the last one is the read's last.
    pub ticks: Vec<u32>,
    /// The energy of the state then.
    pub energies: Vec<i64>,
    /// The energy of the best state up to then.
    pub best: Vec<i64>,
}

impl EnergyTrace {
    fn push(&mut self, tick: u32, energy: i64, best: i64) {
        self.ticks.push(tick);
        self.energies.push(energy);
        self.best.push(best);
    }

    /// Energy and best energy when `tick` ticks were done, or the read's last.
    fn at(&self, tick: u32) -> Option<(i64, i64)> {
        let after = self.ticks.partition_point(|&t| t <= tick);
        after.checked_sub(1).map(|at| (self.energies[at], self.best[at]))
    }
}

/// All reads when each had done so many ticks, or its last. In the problem's own values, penalties included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoursePoint {
    /// Ticks done.
    pub tick: u32,
    /// The lowest value of a read's state.
    pub low: f64,
    /// The value that half of the reads' states are below.
    pub median: f64,
    /// The highest value of a read's state.
    pub high: f64,
    /// The best value of any read up to then.
    pub best: f64,
}

/// Keeps traces while a search runs.
pub(super) struct Tracer {
    /// Ticks between two points; a multiple of `look_every`.
    every: u32,
    /// Ticks between two looks.
    pub(super) look_every: u32,
    traces: Vec<EnergyTrace>,
    /// The last tick seen of each read.
    last: Vec<u32>,
    pub(super) n_ticks: u64,
    pub(super) n_ticks_in_all: u64,
    pub(super) best_energy: i64,
}

impl Tracer {
    pub(super) fn new(ising: &Ising, options: &Options, points: u32) -> Self {
        let n_reads = options.n_replicas.max(1);
        let n_ticks = options.n_ticks.saturating_mul(options.n_anneals).max(1);
        let points = points.clamp(1, (MAX_POINTS / n_reads).max(1));
        let every = n_ticks.div_ceil(points);
        let most = u32::try_from(PROPOSALS_PER_LOOK / ising.n().max(1)).unwrap_or(u32::MAX).max(1);
        let look_every = every.div_ceil(every.div_ceil(most));
        Self {
            // The last multiple that 32 bits hold is far enough beyond any run.
            every: every.div_ceil(look_every).min(u32::MAX / look_every) * look_every,
            look_every,
            traces: vec![EnergyTrace::default(); n_reads as usize],
            last: vec![0; n_reads as usize],
            n_ticks: 0,
            n_ticks_in_all: u64::from(n_ticks) * u64::from(n_reads),
            best_energy: i64::MAX,
        }
    }

    pub(super) fn add(&mut self, progress: &Progress<'_>) {
        let read = progress.replica as usize;
        self.n_ticks += u64::from(progress.tick.saturating_sub(self.last[read]));
        self.last[read] = progress.tick;
        self.best_energy = self.best_energy.min(progress.best_energy);
        let is_new = self.traces[read].ticks.last().is_none_or(|&t| t < progress.tick);
        if is_new && progress.tick.is_multiple_of(self.every) {
            self.traces[read].push(progress.tick, progress.energy, progress.best_energy);
        }
    }

    /// The traces, each with its read's last tick.
    pub(super) fn finish(mut self, outcome: &Outcome) -> (Vec<EnergyTrace>, u32) {
        for (trace, solution) in self.traces.iter_mut().zip(&outcome.solutions) {
            // When the first stops all, others may have been ahead.
            let n_kept = trace.ticks.partition_point(|&t| t <= solution.n_ticks);
            [&mut trace.energies, &mut trace.best].into_iter().for_each(|values| values.truncate(n_kept));
            trace.ticks.truncate(n_kept);
            if trace.ticks.last() != Some(&solution.n_ticks) {
                trace.push(solution.n_ticks, solution.last_energy, solution.energy);
            }
        }
        (self.traces, self.every)
    }
}

/// The course of those reads that ran at all, every so many ticks and at the last.
pub(super) fn course(traces: &[EnergyTrace], every: u32, ising: &Ising) -> Vec<CoursePoint> {
    let ran: Vec<&EnergyTrace> = traces.iter().filter(|t| t.ticks.last().is_some_and(|&t| t > 0)).collect();
    let Some(end) = ran.iter().filter_map(|trace| trace.ticks.last().copied()).max() else {
        return Vec::new();
    };
    let grid = (1..=end / every).map(|k| k * every).chain((end % every != 0).then_some(end));
    grid.filter_map(|tick| point(&ran, tick, ising)).collect()
}

fn point(traces: &[&EnergyTrace], tick: u32, ising: &Ising) -> Option<CoursePoint> {
    let (mut energies, best): (Vec<i64>, Vec<i64>) = traces.iter().filter_map(|trace| trace.at(tick)).unzip();
    energies.sort_unstable();
    let value = |energy: i64| ising.value(energy).to_f64();
    let (first, last) = (value(*energies.first()?), value(*energies.last()?));
    let median = value(energies[(energies.len() - 1) / 2]);
    let best = value(*best.iter().min()?);
    Some(CoursePoint { tick, low: first.min(last), median, high: first.max(last), best })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(points: &[(u32, i64, i64)]) -> EnergyTrace {
        let mut trace = EnergyTrace::default();
        points.iter().for_each(|&(tick, energy, best)| trace.push(tick, energy, best));
        trace
    }

    #[test]
    fn reads_that_are_done_keep_their_last_energy_and_such_as_never_ran_do_not_count() {
        let ising = Ising::new(vec![], []).unwrap().with_scale(2).unwrap();
        let traces = [
            trace(&[(10, 8, 6), (20, 4, 4), (25, 2, 2)]),
            trace(&[(10, -2, -2), (13, -6, -6)]),
            trace(&[(0, 100, 100)]),
        ];
        let point = |tick, low, median, high, best| CoursePoint { tick, low, median, high, best };
        let expected = [
            point(10, -1.0, -1.0, 4.0, -1.0),
            point(20, -3.0, -3.0, 2.0, -3.0),
            point(25, -3.0, -3.0, 1.0, -3.0),
        ];
        assert_eq!(course(&traces, 10, &ising), expected);
        assert_eq!(course(&traces[2..], 10, &ising), []);
    }

    #[test]
    fn many_reads_and_long_ones_have_few_points_and_large_problems_are_looked_at_often() {
        let ising = |n| Ising::new(vec![1; n], []).unwrap();
        let tracer = |n, n_ticks, n_replicas| {
            let options = Options { n_ticks, n_replicas, ..Options::default() };
            let tracer = Tracer::new(&ising(n), &options, 1000);
            assert!(tracer.every.is_multiple_of(tracer.look_every));
            (tracer.look_every, tracer.every)
        };
        assert_eq!(tracer(10, 500, 1), (1, 1));
        assert_eq!(tracer(10, 1_000_000, 1), (1000, 1000));
        assert_eq!(tracer(10, 1_000_000, 1 << 19), (250_000, 250_000));
        let (look, every) = tracer(1, u32::MAX, 1 << 21);
        assert!(look <= 1 << 23 && every > 1 << 31, "{look} {every}");
        let (look, every) = tracer(1 << 20, 100_000, 1);
        assert!(look <= 8 && every >= 100, "{look} {every}");
    }
}
