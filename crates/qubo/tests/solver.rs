//! The solver at its boundary: exact energies, optima, sampling, determinism, and what is refused.

use std::ops::ControlFlow;
use std::time::Duration;

use gennaker_qubo::solver::{Discipline, Options, Pace, Rule, Schedule, SolverError, solve, solve_watched};
use gennaker_qubo::{Ising, MAX_ENERGY, RealIsing};
use proptest::prelude::*;

const GUARDED: [Discipline; 6] = [
    Discipline::Sequential,
    Discipline::Random,
    Discipline::One,
    Discipline::Gate(0.3),
    Discipline::Refractory(6),
    Discipline::Colour,
];

/// All states of `n` spins.
fn states(n: usize) -> impl Iterator<Item = Vec<i8>> {
    (0..1u32 << n).map(move |bits| (0..n).map(|i| if bits >> i & 1 == 1 { 1 } else { -1 }).collect())
}

fn optimum(ising: &Ising) -> i64 {
    states(ising.n()).map(|s| ising.energy(&s).unwrap()).min().unwrap()
}

fn small_problem() -> impl Strategy<Value = Ising> {
    (0usize..13).prop_flat_map(|n| {
        let pairs =
            prop::collection::vec((0..n.max(1), 0..n.max(1), -6i64..7), if n == 0 { 0..1 } else { 0..40 });
        (prop::collection::vec(-4i64..5, n), pairs)
            .prop_map(|(fields, pairs)| Ising::new(fields, pairs).unwrap().with_offset(7).unwrap())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn optima_of_small_problems_are_found(ising in small_problem(), which in 0..GUARDED.len(), seed: u64) {
        let options = Options { discipline: Some(GUARDED[which]), n_ticks: 1500, n_replicas: 4, seed, ..Options::default() };
        let outcome = solve(&ising, &options).unwrap();
        for solution in &outcome.solutions {
            prop_assert_eq!(solution.energy, ising.energy(&solution.spins).unwrap());
            prop_assert_eq!(solution.last_energy, ising.energy(&solution.last_spins).unwrap());
            prop_assert!(solution.energy <= solution.last_energy);
        }
        prop_assert_eq!(outcome.best().energy, optimum(&ising), "{}", outcome.discipline);
    }

    /// Wide numbers take other words, and no less exact ones: their last digits are kept.
    #[test]
    fn wide_numbers_are_exact(ising in small_problem(), factor in prop_oneof![Just(5_000i64), Just(1 << 25), Just(1 << 54)]) {
        let pairs = ising.couplings().map(|(i, j, w)| (i, j, w * factor + 1));
        let wide = Ising::new(ising.fields().iter().map(|h| h * factor).collect(), pairs).unwrap();
        let options = Options { n_ticks: 1500, n_replicas: 4, ..Options::default() };
        let outcome = solve(&wide, &options).unwrap();
        let best = outcome.best();
        prop_assert_eq!(best.energy, wide.energy(&best.spins).unwrap());
        // Which of the states that differ by those ones alone is met is a matter of chance.
        prop_assert!(best.energy - optimum(&wide) < factor / 2);
    }
}

/// Terms of which an energy is the sum, evaluated by nothing of the library's.
#[derive(Clone, Debug)]
struct Terms {
    fields: Vec<i64>,
    pairs: Vec<(usize, usize, i64)>,
    offset: i64,
}

impl Terms {
    fn energy(&self, spins: &[i8]) -> i128 {
        let spin = |i: usize| i128::from(spins[i]);
        let fields: i128 = self.fields.iter().enumerate().map(|(i, &h)| i128::from(h) * spin(i)).sum();
        let pairs: i128 = self.pairs.iter().map(|&(i, j, w)| i128::from(w) * spin(i) * spin(j)).sum();
        fields + pairs + i128::from(self.offset)
    }

    fn ising(&self) -> Ising {
        Ising::new(self.fields.clone(), self.pairs.clone()).unwrap().with_offset(self.offset).unwrap()
    }
}

/// Problems of 0 to 40 spins, of which many have no neighbours, with coefficients up to the largest that fit.
fn terms() -> impl Strategy<Value = Terms> {
    let n_and_pairs =
        prop_oneof![Just((0usize, 0usize)), Just((1, 0)), Just((17, 0)), (2usize..40, 0usize..60)];
    let largest =
        prop::sample::select(vec![0, 1, 20, 63, 64, 3000, (1 << 14) - 1, 1 << 14, 1 << 33, i64::MAX]);
    (n_and_pairs, largest).prop_flat_map(|((n, m), largest)| {
        let most = largest.min(MAX_ENERGY / (n + m + 1) as i64);
        let weight = prop_oneof![-most..=most, Just(most), Just(-most)];
        let fields = prop::collection::vec(weight.clone(), n);
        let pairs = prop::collection::vec((0..n.max(1), 0..n.max(1), weight.clone()), m);
        (fields, pairs, weight).prop_map(|(fields, pairs, offset)| Terms { fields, pairs, offset })
    })
}

fn any_discipline() -> impl Strategy<Value = Discipline> {
    (0..=GUARDED.len()).prop_map(|i| GUARDED.get(i).copied().unwrap_or(Discipline::UnguardedParallel))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn energies_are_those_of_the_terms(terms in terms(), discipline in any_discipline(), is_heat_bath: bool, seed: u64) {
        let rule = if is_heat_bath { Rule::HeatBath } else { Rule::Metropolis };
        let options = Options {
            discipline: Some(discipline), rule: Some(rule), n_ticks: 20, n_anneals: 2, n_replicas: 2, seed, ..Options::default()
        };
        for s in solve(&terms.ising(), &options).unwrap().solutions {
            prop_assert_eq!(i128::from(s.energy), terms.energy(&s.spins));
            prop_assert_eq!(i128::from(s.last_energy), terms.energy(&s.last_spins));
        }
    }

    #[test]
    fn energies_of_doubles_are_off_by_no_more_than_is_told(
        fields in prop::collection::vec(-1e3..1e3f64, 1..20),
        pairs in prop::collection::vec((0usize..20, 0usize..20, prop_oneof![-1.0..1.0f64, -1e9..1e9f64]), 0..60),
        discipline in any_discipline(),
    ) {
        let n = fields.len();
        let pairs = pairs.into_iter().map(|(i, j, w)| (i % n, j % n, w));
        let real = RealIsing::new(fields, pairs, 0.25).unwrap();
        let rounded = real.rounded().unwrap();
        let ising = &rounded.ising;
        let terms = Terms { fields: ising.fields().to_vec(), pairs: ising.couplings().collect(), offset: ising.offset() };
        let outcome = solve(ising, &Options { discipline: Some(discipline), n_ticks: 20, ..Options::default() }).unwrap();
        let best = outcome.best();
        prop_assert_eq!(i128::from(best.energy), terms.energy(&best.spins));
        let error = (real.energy(&best.spins).unwrap() - rounded.to_real(best.energy)).abs();
        prop_assert!(error <= rounded.energy_error + 1e-3, "off by {}", error);
    }
}

/// The largest sum there is, on one spin and on one pair.
#[test]
fn the_largest_energies_are_exact() {
    for (fields, pairs) in [(vec![-MAX_ENERGY], vec![]), (vec![0, 0], vec![(0, 1, MAX_ENERGY)])] {
        let terms = Terms { fields, pairs, offset: 0 };
        for discipline in GUARDED {
            let options = Options { discipline: Some(discipline), n_ticks: 100, ..Options::default() };
            let outcome = solve(&terms.ising(), &options).unwrap();
            assert_eq!(outcome.best().energy, -MAX_ENERGY, "{discipline}");
            assert_eq!(terms.energy(&outcome.best().spins), -i128::from(MAX_ENERGY));
        }
    }
}

#[test]
fn results_do_not_depend_on_threads() {
    let ising = ring_with_chords(100);
    for discipline in GUARDED {
        let options = Options {
            discipline: Some(discipline),
            n_ticks: 50,
            n_anneals: 2,
            n_replicas: 9,
            seed: 5,
            target: Some(-120),
            ..Options::default()
        };
        let run = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| solve(&ising, &options).unwrap())
        };
        let one = run(1);
        assert_eq!(one, run(4), "{discipline}");
        assert_ne!(one.solutions[0].spins, one.solutions[1].spins, "{discipline}: replicas must differ");
        let other = solve(&ising, &Options { seed: 6, ..options.clone() }).unwrap();
        assert_ne!(one.solutions, other.solutions, "{discipline}: seeds must differ");
    }
}

fn ring_with_chords(n: usize) -> Ising {
    let chords =
        (0..n).flat_map(|i| [(i, (i + 1) % n, 1), (i, (i + 7) % n, if i % 3 == 0 { -2 } else { 1 })]);
    Ising::new(vec![0; n], chords).unwrap()
}

/// A frustrated problem of eight spins with fields, small enough to know all its states.
fn glass() -> Ising {
    let pairs = (0..8).flat_map(|i| (0..i).map(move |j| (i, j, [2, -1, 0, 1, -3][(3 * i + 5 * j) % 5])));
    Ising::new((0..8).map(|i| i % 3 - 1).collect(), pairs).unwrap()
}

/// Half of the summed absolute differences between the law and how often states are met at a constant temperature, and what
/// that would be for as many independent draws, about.
fn distance_from_boltzmann(discipline: Discipline, rule: Rule, every: u32) -> (f64, f64) {
    let (ising, temperature, n_samples) = (glass(), 6.0, 100_000);
    let options = Options {
        discipline: Some(discipline),
        rule: Some(rule),
        schedule: Some(Schedule::Constant { temperature }),
        n_ticks: n_samples * every,
        seed: 11,
        ..Options::default()
    };
    let mut counts = vec![0u32; 1 << ising.n()];
    solve_watched(&ising, &options, every, |progress| {
        let bits = progress.spins().into_iter().enumerate().map(|(i, s)| usize::from(s == 1) << i);
        counts[bits.sum::<usize>()] += 1;
        ControlFlow::Continue(())
    })
    .unwrap();
    let weights: Vec<f64> =
        states(ising.n()).map(|s| (-ising.energy(&s).unwrap() as f64 / temperature).exp()).collect();
    let sum: f64 = weights.iter().sum();
    let n = f64::from(n_samples);
    let difference = |(w, &c): (&f64, &u32)| (w / sum - f64::from(c) / n).abs() / 2.0;
    let noise = |w: &f64| (w / sum / n * 2.0 / std::f64::consts::PI).sqrt() / 2.0;
    (weights.iter().zip(&counts).map(difference).sum(), weights.iter().map(noise).sum())
}

#[test]
fn disciplines_that_promise_it_sample_boltzmanns_law() {
    for (discipline, every) in
        [(Discipline::Sequential, 4), (Discipline::Random, 4), (Discipline::Colour, 12)]
    {
        assert!(discipline.samples_boltzmann());
        for rule in [Rule::Metropolis, Rule::HeatBath] {
            let (distance, noise) = distance_from_boltzmann(discipline, rule, every);
            println!("{discipline} {rule:?}: total variation {distance:.4}, of independent draws {noise:.4}");
            assert!(
                noise < 0.015 && distance < 0.025,
                "{discipline} {rule:?}: {distance:.4}, noise {noise:.4}"
            );
        }
    }
}

/// The others do not, so the test above can fail.
#[test]
fn disciplines_that_do_not_promise_it_are_further_off() {
    for discipline in
        [Discipline::One, Discipline::Gate(0.5), Discipline::Refractory(5), Discipline::UnguardedParallel]
    {
        assert!(!discipline.samples_boltzmann());
        let (distance, _) = distance_from_boltzmann(discipline, discipline.usual_rule(), 4);
        assert!(distance > 0.04, "{discipline}: {distance:.4}");
    }
}

#[test]
fn unguarded_parallel_updates_have_to_be_asked_for_by_name() {
    let refused = "parallel".parse::<Discipline>().unwrap_err();
    assert_eq!(refused, SolverError::Unguarded);
    assert!(refused.to_string().contains("neighbours flip together"));
    for discipline in GUARDED.into_iter().chain([Discipline::UnguardedParallel]) {
        assert_eq!(discipline.to_string().parse::<Discipline>(), Ok(discipline));
    }
    for text in
        ["gate(1)", "gate(0)", "gate(NaN)", "refractory(8)", "gate(", "refractory(-1)", "", "Parallel"]
    {
        assert!(text.parse::<Discipline>().is_err(), "{text}");
    }
    let options = Options { discipline: Some(Discipline::Gate(1.0)), ..Options::default() };
    assert!(matches!(solve(&glass(), &options), Err(SolverError::Gate { .. })));
}

/// The reason for the refusal: a complete graph swings, its guarded twin settles.
#[test]
fn without_a_guard_neighbours_flip_together() {
    let n = 64;
    let ising = Ising::new(vec![0; n], (0..n).flat_map(|i| (0..i).map(move |j| (i, j, 1)))).unwrap();
    let run = |discipline| {
        let options = Options { discipline: Some(discipline), n_ticks: 2000, ..Options::default() };
        let outcome = solve(&ising, &options).unwrap();
        (outcome.best().energy, outcome.best().last_energy, outcome.best().n_swings)
    };
    let all_alike = (n * (n - 1) / 2) as i64;
    let (_, last, n_swings) = run(Discipline::UnguardedParallel);
    assert!(last == all_alike && n_swings > 1900, "{last}, {n_swings} of 2000 ticks swing");
    let (best, last, n_swings) = run(Discipline::Refractory(3));
    assert!(best == -(n as i64) / 2 && last < 0 && n_swings < 20, "{best} {last} {n_swings}");
    assert_eq!(run(Discipline::Colour).2, 0);
}

/// Nothing to swing: a state at rest is not one that flips to and fro.
#[test]
fn rest_is_no_swing() {
    let ising = Ising::new(vec![-5; 30], []).unwrap();
    let options = Options { discipline: Some(Discipline::UnguardedParallel), ..Options::default() };
    let best = solve(&ising, &options).unwrap().solutions.remove(0);
    assert!(best.energy == -150 && best.last_energy < -120, "{}", best.last_energy);
    assert!(best.n_swings < 100, "{}", best.n_swings);
}

#[test]
fn problems_without_anything_to_decide_are_solved() {
    let nothing = Ising::new(vec![], []).unwrap().with_offset(5).unwrap();
    let constant = Ising::new(vec![0; 40], []).unwrap();
    let single = Ising::new(vec![-3], []).unwrap();
    for discipline in GUARDED {
        let options = Options { discipline: Some(discipline), n_ticks: 200, ..Options::default() };
        for (ising, energy) in [(&nothing, 5), (&constant, 0), (&single, -3)] {
            let outcome = solve(ising, &options).unwrap();
            assert_eq!(
                (outcome.best().energy, outcome.best().spins.len()),
                (energy, ising.n()),
                "{discipline}"
            );
        }
    }
}

#[test]
fn options_out_of_range_are_refused() {
    let refused = |options: Options| solve(&glass(), &options).unwrap_err().to_string();
    assert!(refused(Options { n_ticks: 0, ..Options::default() }).contains("number of ticks is 0"));
    assert!(refused(Options { n_replicas: 0, ..Options::default() }).contains("number of replicas is 0"));
    let many = Options { n_ticks: 1 << 20, n_anneals: 1 << 12, ..Options::default() };
    assert!(refused(many).contains("all anneals is 4294967296"));
    assert!(refused(Options { initial: Some(vec![1; 3]), ..Options::default() }).contains("3 values"));
    let hot = Schedule::Constant { temperature: -1.0 };
    assert!(refused(Options { schedule: Some(hot), ..Options::default() }).contains("temperature is -1"));
}

#[test]
fn runs_stop_when_they_are_told_to() {
    let ising = glass();
    let best = optimum(&ising);
    let options = Options { target: Some(best), n_ticks: 100_000, n_replicas: 20, ..Options::default() };
    let outcome = solve(&ising, &options).unwrap();
    assert!(outcome.solutions.iter().all(|s| s.ticks_to_target == Some(s.n_ticks) && s.energy == best));
    assert_eq!(outcome.time_to_target().n_successes, 20);

    let mut calls = 0;
    let stopped = solve_watched(&ising, &Options { n_ticks: 1000, ..Options::default() }, 10, |progress| {
        calls += 1;
        if progress.tick == 30 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap();
    assert_eq!((calls, stopped.best().n_ticks), (3, 30));

    let limit = Duration::from_millis(20);
    let endless = Options { n_ticks: u32::MAX, n_replicas: 3, time_limit: Some(limit), ..Options::default() };
    assert!(solve(&ising, &endless).unwrap().solutions.iter().all(|s| s.n_ticks < u32::MAX));
}

/// As if all ran in step, however many threads there are.
#[test]
fn the_first_replica_that_meets_the_target_stops_all() {
    let ising = ring_with_chords(100);
    let alone = Options {
        schedule: Some(Schedule::Constant { temperature: 2.0 }),
        n_ticks: 3000,
        n_replicas: 12,
        target: Some(-130),
        ..Options::default()
    };
    let first =
        solve(&ising, &alone).unwrap().solutions.iter().filter_map(|s| s.ticks_to_target).min().unwrap();
    assert!(first > 1 && first < 3000, "{first}: the target is to be met on the way");
    let together = Options { stops_all: true, ..alone.clone() };
    let run = |n_threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| solve(&ising, &together).unwrap().solutions)
    };
    let stopped = run(1);
    assert_eq!(stopped, run(4));
    assert!(stopped.iter().all(|s| s.n_ticks == first));
    assert!(stopped.iter().any(|s| s.ticks_to_target == Some(first)));
    let cut = solve(&ising, &Options { n_ticks: first, ..alone }).unwrap().solutions;
    assert_eq!(stopped, cut, "at a constant temperature that is what so many ticks give");
}

/// Ticks whose flips are not all kept are not among those that are told of, nor is any tick after them.
#[test]
fn kept_flips_are_those_of_the_first_ticks() {
    let ising = ring_with_chords(60);
    let flips_of = |max_kept_flips| {
        let schedule = Some(Schedule::Constant { temperature: 3.0 });
        let options = Options { schedule, n_ticks: 200, max_kept_flips, ..Options::default() };
        solve(&ising, &options).unwrap().solutions.remove(0).flips
    };
    assert_eq!(flips_of(0), None);
    let all = flips_of(1 << 20).unwrap();
    assert_eq!(all.n_ticks, 200);
    for max_kept in 1..400 {
        let kept = flips_of(max_kept).unwrap();
        let n = kept.flips.ticks.len();
        let n_with = |n_ticks| all.flips.ticks.iter().filter(|t| **t < n_ticks).count();
        assert!(n <= max_kept && n == n_with(kept.n_ticks) && n_with(kept.n_ticks + 1) > max_kept);
        assert_eq!(
            (&kept.flips.ticks[..], &kept.flips.neurons[..]),
            (&all.flips.ticks[..n], &all.flips.neurons[..n])
        );
    }
}

#[test]
fn watchers_see_even_steps_of_a_logarithmic_axis_and_the_end() {
    let mut ticks = Vec::new();
    let options = Options { n_ticks: 250, ..Options::default() };
    solve_watched(&glass(), &options, Pace::PerDecade(1), |progress| {
        ticks.push(progress.tick);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(ticks, [1, 10, 100, 250]);
    assert_eq!((Pace::Every(0).next(7), Pace::Every(5).next(7), Pace::Every(7).next(7)), (8, 10, 14));
    assert_eq!((Pace::PerDecade(9).next(u32::MAX), Pace::Every(9).next(u32::MAX)), (u32::MAX, u32::MAX));
    assert_eq!(Pace::PerDecade(1000).next(3), 4, "steps shorter than a tick are one");
}

#[test]
fn replicas_begin_where_they_are_told_to() {
    let (ising, spins) = (glass(), vec![1, -1, 1, 1, -1, -1, 1, -1]);
    let energy = ising.energy(&spins).unwrap();
    let options = Options { initial: Some(spins.clone()), target: Some(energy), ..Options::default() };
    let outcome = solve(&ising, &options).unwrap();
    assert_eq!((&outcome.best().spins, outcome.best().tick_found, outcome.best().n_ticks), (&spins, 0, 0));
}
