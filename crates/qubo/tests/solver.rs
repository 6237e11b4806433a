//! The solver at its boundary: exact energies, optima, sampling, determinism, and what is refused.

use std::ops::ControlFlow;
use std::time::Duration;

use gennaker_qubo::Ising;
use gennaker_qubo::solver::{Discipline, Options, Rule, Schedule, SolverError, solve, solve_watched};
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

    /// Wide numbers take other words, and no less exact ones.
    #[test]
    fn wide_numbers_are_exact(ising in small_problem(), factor in prop_oneof![Just(5_000i64), Just(1 << 25), Just(1 << 54)]) {
        let pairs = ising.couplings().map(|(i, j, w)| (i, j, w * factor + 1));
        let wide = Ising::new(ising.fields().iter().map(|h| h * factor).collect(), pairs).unwrap();
        let options = Options { n_ticks: 1500, n_replicas: 4, ..Options::default() };
        let outcome = solve(&wide, &options).unwrap();
        prop_assert_eq!(outcome.best().energy, optimum(&wide));
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
        (outcome.best().energy, outcome.best().last_energy)
    };
    let all_alike = (n * (n - 1) / 2) as i64;
    assert_eq!(run(Discipline::UnguardedParallel).1, all_alike);
    let (best, last) = run(Discipline::Refractory(3));
    assert!(best == -(n as i64) / 2 && last < 0, "{best} {last}");
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

#[test]
fn replicas_begin_where_they_are_told_to() {
    let (ising, spins) = (glass(), vec![1, -1, 1, 1, -1, -1, 1, -1]);
    let energy = ising.energy(&spins).unwrap();
    let options = Options { initial: Some(spins.clone()), target: Some(energy), ..Options::default() };
    let outcome = solve(&ising, &options).unwrap();
    assert_eq!((&outcome.best().spins, outcome.best().tick_found, outcome.best().n_ticks), (&spins, 0, 0));
}
