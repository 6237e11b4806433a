//! The hot loop of the solver against the spiking network on the ordinary engine, and on the mapped machine.

use std::ops::ControlFlow;
use std::time::Duration;

use gennaker::engine::{Numeric, Options as EngineOptions, Simulation};
use gennaker::fabric::LiteralMachine;
use gennaker::mapping::{MappingOptions, map};
use gennaker::network::{Network, SpikeRecording};
use gennaker::optimisation::{Ended, HardwareOptions, Optimisation, on_hardware, spiking_experiment};
use gennaker::qubo::solver::{Discipline, Options, Outcome, Rule, Schedule, Solution, solve};
use gennaker::qubo::spiking::{Coding, SpikingProblem};
use gennaker::qubo::{AnyProblem, Graph, IndependentSet, Ising, MaxCut};
use gennaker::{AccountOptions, Machine, MachineSpec, account_recordings};
use proptest::prelude::*;

const N_TICKS: u32 = 60;

/// Problems of 1 to 70 spins, some with weights beyond 8 bits, some beyond 16.
fn problem() -> impl Strategy<Value = Ising> {
    let coupling = prop_oneof![Just(1i64..2), Just(-9i64..10), Just(-500..501), Just(-70_000..70_001)];
    (1usize..70, 0usize..300, coupling, any::<bool>()).prop_flat_map(|(n, m, coupling, has_fields)| {
        let fields = prop::collection::vec(if has_fields { -50i64..51 } else { 0..1 }, n);
        let pairs = prop::collection::vec((0..n, 0..n, coupling), if n < 2 { 0 } else { m });
        (fields, pairs).prop_map(|(fields, pairs)| Ising::new(fields, pairs).unwrap())
    })
}

fn discipline() -> impl Strategy<Value = Discipline> {
    prop_oneof![
        Just(Discipline::Colour),
        (0.05..0.95f64).prop_map(Discipline::Gate),
        (0u32..8).prop_map(Discipline::Refractory),
        Just(Discipline::UnguardedParallel),
    ]
}

fn schedule() -> impl Strategy<Value = Option<Schedule>> {
    prop_oneof![
        Just(None),
        (1.0..50.0f64).prop_map(|hot| Some(Schedule::Geometric { hot, cold: 0.3 })),
        (1.0..50.0f64).prop_map(|hot| Some(Schedule::Linear { hot, cold: 0.0 })),
        (1.0..50.0f64).prop_map(|a| Some(Schedule::FowlerNordheim { a, beta_end: 2.0 })),
        (0.0..20.0f64).prop_map(|temperature| Some(Schedule::Constant { temperature })),
    ]
}

fn options() -> impl Strategy<Value = Options> {
    (discipline(), schedule(), prop::option::of(any::<bool>()), any::<u64>()).prop_map(
        |(discipline, schedule, is_heat_bath, seed)| Options {
            discipline: Some(discipline),
            rule: is_heat_bath.map(|heat| if heat { Rule::HeatBath } else { Rule::Metropolis }),
            schedule,
            n_ticks: N_TICKS / 2,
            n_anneals: 2,
            n_replicas: 2,
            seed,
            max_kept_flips: 1 << 20,
            ..Options::default()
        },
    )
}

fn on_the_engine(network: &Network, numeric: Numeric) -> Vec<SpikeRecording> {
    let options = EngineOptions { threads: Some(1), numeric, ..EngineOptions::default() };
    let mut simulation = Simulation::new(network, &options).unwrap();
    simulation.run(N_TICKS);
    simulation.recordings().populations.into_iter().map(|p| p.spikes.unwrap()).collect()
}

/// The network's spikes tell of the solution's states.
fn agree(spiking: &SpikingProblem<'_>, solution: &Solution, spikes: &SpikeRecording) {
    let replica = solution.replica;
    assert_eq!(*spikes, spiking.spikes(replica, &solution.flips.as_ref().unwrap().flips, N_TICKS));
    let replayed = spiking.replay(replica, spikes, N_TICKS).unwrap();
    assert_eq!((replayed.energy, &replayed.spins), (solution.energy, &solution.spins));
    assert_eq!((replayed.last_energy, &replayed.last_spins), (solution.last_energy, &solution.last_spins));
    assert_eq!((replayed.tick_found, replayed.n_flips), (solution.tick_found, solution.n_flips));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn networks_on_the_engine_do_what_the_hot_loop_does(
        ising in problem(),
        options in options(),
        has_initial: bool,
    ) {
        let initial = has_initial.then(|| (0..ising.n()).map(|i| if i % 3 == 0 { -1 } else { 1 }).collect());
        let options = Options { initial, ..options };
        let outcome = solve(&ising, &options).unwrap();
        for coding in [Coding::Changes, Coding::States] {
            let spiking = SpikingProblem::new(&ising, &options, coding).unwrap();
            for numeric in [Numeric::Chip, Numeric::Reference] {
                let spikes = on_the_engine(spiking.network(), numeric);
                for (solution, spikes) in outcome.solutions.iter().zip(&spikes) {
                    agree(&spiking, solution, spikes);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn networks_on_the_machine_do_what_the_hot_loop_does(
        ising in problem(),
        options in options(),
        atoms in prop::option::of(3u32..50),
    ) {
        let outcome = solve(&ising, &options).unwrap();
        let machine = Machine::new(MachineSpec::single_chip()).unwrap();
        for coding in [Coding::Changes, Coding::States] {
            let spiking = SpikingProblem::new(&ising, &options, coding).unwrap();
            let mut network = spiking.network().clone();
            network.populations.iter_mut().for_each(|p| p.max_atoms_per_core = atoms);
            let mapping = map(&network, &machine, &MappingOptions::default()).unwrap();
            let mut literal = LiteralMachine::new(&network, &mapping, &machine).unwrap();
            literal.run(N_TICKS).unwrap();
            for (replica, solution) in outcome.solutions.iter().enumerate() {
                agree(&spiking, solution, literal.spikes(replica));
            }
        }
    }
}

/// A torus of `side` by `side` antiferromagnetic bonds.
fn torus(side: usize) -> Ising {
    let at = |x: usize, y: usize| x % side + y % side * side;
    let bonds = (0..side * side).flat_map(|i| {
        let (x, y) = (i % side, i / side);
        [(i, at(x + 1, y), 1), (i, at(x, y + 1), 1)]
    });
    Ising::new(vec![0; side * side], bonds).unwrap()
}

/// What the account says of a run must be what its spikes are, however they came about.
#[test]
fn the_account_is_that_of_the_network_on_the_engine() {
    let ising = torus(12);
    let options =
        Options { n_ticks: 200, n_replicas: 3, seed: 5, max_kept_flips: 1 << 20, ..Options::default() };
    let outcome = solve(&ising, &options).unwrap();
    for coding in [Coding::Changes, Coding::States] {
        let hardware = HardwareOptions { coding, ..HardwareOptions::default() };
        let report = on_hardware(&ising, &options, &outcome, &hardware).unwrap();
        let experiment = spiking_experiment(&ising, &options, &hardware).unwrap();
        let mut simulation = experiment.simulation().unwrap();
        simulation.run(200);
        let mapped = experiment.map().unwrap();
        let account =
            account_recordings(&experiment, &mapped, simulation.recordings(), &AccountOptions::default())
                .unwrap()
                .account();
        assert_eq!(report.account, account);
        let flips: u64 = outcome.solutions.iter().map(|s| s.n_flips).sum();
        if coding == Coding::Changes {
            // Each spin has four neighbours, of two neurons each.
            assert_eq!((report.n_spikes, report.n_neurons_per_replica), (flips, 288));
            let last_tick: u64 = outcome
                .solutions
                .iter()
                .flat_map(|s| &s.flips.as_ref().unwrap().flips.ticks)
                .filter(|t| **t == 199)
                .count() as u64;
            assert_eq!(report.n_synaptic_events, 8 * (flips - last_tick));
        }
        assert_eq!((report.n_ticks, report.n_replicas, report.in_time), (200, 3, true));
        assert!((report.n_parts_per_weight - 1.0).abs() < 1e-12);
        // As many as that fit on a chip, and one more does not.
        let on_chip = HardwareOptions { machine: Some("chip".to_owned()), ..hardware };
        let fits = |n: usize| {
            let options = Options { n_replicas: n as u32, ..options.clone() };
            spiking_experiment(&ising, &options, &on_chip).unwrap().map().is_ok()
        };
        assert!(fits(report.n_replicas_that_fit) && !fits(report.n_replicas_that_fit + 1));
        assert!((report.energy_per_replica_j * 3.0 / report.energy_j - 1.0).abs() < 1e-12);
    }
}

#[test]
fn flips_beyond_the_limit_are_told_and_the_account_is_of_the_ticks_before() {
    let ising = torus(6);
    let options = Options { n_ticks: 300, n_replicas: 2, max_kept_flips: 100, ..Options::default() };
    let outcome = solve(&ising, &options).unwrap();
    let report = on_hardware(&ising, &options, &outcome, &HardwareOptions::default()).unwrap();
    assert!(report.n_ticks < 300 && report.n_spikes <= 200, "{}", report.n_ticks);
    assert!(report.notes.iter().any(|n| n.contains("of 300 ticks")), "{:?}", report.notes);
    let all = Options { max_kept_flips: 1 << 20, ..options.clone() };
    let outcome = solve(&ising, &Options { max_kept_flips: 0, ..options.clone() }).unwrap();
    let error = on_hardware(&ising, &all, &outcome, &HardwareOptions::default()).unwrap_err();
    assert!(error.to_string().contains("max_kept_flips"), "{error}");
}

#[test]
fn the_account_of_stopped_replicas_says_so() {
    let ising = torus(6);
    let options = Options { n_ticks: 30, n_replicas: 3, max_kept_flips: 1 << 20, ..Options::default() };
    let mut outcome = solve(&ising, &options).unwrap();
    let notes = |outcome: &Outcome| {
        on_hardware(&ising, &options, outcome, &HardwareOptions::default()).unwrap().notes
    };
    let is_told = |notes: &[String]| notes.iter().any(|n| n.starts_with("2 of 3 replicas ended before"));
    assert!(!is_told(&notes(&outcome)));
    (outcome.solutions[1].n_ticks, outcome.solutions[2].n_ticks) = (0, 29);
    assert!(is_told(&notes(&outcome)));
}

#[test]
fn what_no_network_can_do_is_refused_by_name() {
    let refusal = |ising: &Ising, options: Options| {
        SpikingProblem::new(ising, &options, Coding::Changes).err().map(|e| e.to_string()).unwrap()
    };
    let discipline = |d| Options { discipline: Some(d), ..Options::default() };
    for slow in [Discipline::Sequential, Discipline::Random, Discipline::One] {
        assert!(refusal(&torus(3), discipline(slow)).contains("colour"));
    }
    for (field, missing) in [((1 << 24) + 1, 1), (1 << 25, 1), ((1 << 25) + 1, 2), (1 << 26, 2)] {
        let wide = Ising::new(vec![0; 2], [(0, 1, field)]).unwrap();
        let found = refusal(&wide, Options::default());
        assert!(found.contains(&format!("{missing} bits are missing")), "{found}");
    }
    let widest = Ising::new(vec![0; 2], [(0, 1, 1 << 24)]).unwrap();
    assert!(SpikingProblem::new(&widest, &Options::default(), Coding::Changes).is_ok());
    assert!(refusal(&Ising::new(vec![], []).unwrap(), Options::default()).contains("no variables"));
    let many = Options { n_replicas: 1 << 20, ..Options::default() };
    assert!(refusal(&torus(12), many).contains("of 288 neurons and 2304 synapses each"));
    let lone = Ising::new(vec![1; 1000], []).unwrap();
    let many = Options { n_replicas: 1 << 15, ..Options::default() };
    assert!(refusal(&lone, many).contains("which is 26504;"));
    let custom = Options { schedule: Some(Schedule::Custom(vec![1.0])), ..Options::default() };
    assert!(refusal(&torus(3), custom).contains("custom"));
    let wrong = Options { initial: Some(vec![1; 4]), ..Options::default() };
    assert!(refusal(&torus(3), wrong).contains('9'));
}

#[test]
fn outcomes_of_other_runs_have_no_account() {
    let ising = torus(4);
    let options = Options { n_ticks: 20, max_kept_flips: 1 << 20, ..Options::default() };
    let error = |ising: &Ising, ran: Options| {
        let outcome = solve(ising, &ran).unwrap();
        let account = on_hardware(&torus(4), &options, &outcome, &HardwareOptions::default());
        account.map(|_| ()).map_err(|e| e.to_string())
    };
    assert_eq!(error(&ising, options.clone()), Ok(()));
    for (what, other) in [
        ("discipline", Options { discipline: Some(Discipline::Sequential), ..options.clone() }),
        ("rule", Options { rule: Some(Rule::HeatBath), ..options.clone() }),
        ("schedule", Options { schedule: Some(Schedule::linear_for(&ising)), ..options.clone() }),
        ("number of replicas", Options { n_replicas: 2, ..options.clone() }),
        ("number of ticks", Options { n_anneals: 2, ..options.clone() }),
    ] {
        let error = error(&ising, other).unwrap_err();
        assert!(error.contains(&format!("another {what}")), "{error}");
    }
    assert!(error(&torus(5), options.clone()).unwrap_err().contains("another problem"));
}

#[test]
fn replicas_that_met_the_target_before_the_last_are_told_of() {
    let ising = torus(6);
    let options = Options {
        n_ticks: 400,
        n_replicas: 4,
        target: Some(-72),
        max_kept_flips: 1 << 20,
        ..Options::default()
    };
    let outcome = solve(&ising, &options).unwrap();
    let last = outcome.solutions.iter().map(|s| s.n_ticks).max().unwrap();
    let n_early = outcome.solutions.iter().filter(|s| s.n_ticks < last).count();
    assert!(n_early > 0, "all ended after {last} ticks");
    let report = on_hardware(&ising, &options, &outcome, &HardwareOptions::default()).unwrap();
    assert_eq!(report.n_ticks, last);
    assert!(
        report.notes.iter().any(|n| n.starts_with(&format!("{n_early} of 4 replicas"))),
        "{:?}",
        report.notes
    );
}

#[test]
fn targets_on_the_machine_are_those_of_the_search() {
    let ring = Graph::new(9, (0..9).map(|i| (i, (i + 1) % 9, 1))).unwrap();
    let mut ring = Optimisation::new("ring", AnyProblem::MaxCut(MaxCut { graph: ring })).unwrap();
    (ring.target, ring.options.n_replicas) = (Some(8.into()), 3);
    ring.hardware = Some(HardwareOptions { tick_ms: 2.0, ..HardwareOptions::default() });
    let optimum = ring.run(&mut |_| ControlFlow::Continue(())).unwrap();
    let hardware = optimum.hardware.unwrap();
    let target = hardware.to_target.unwrap();
    assert_eq!(Some(target.n_ticks), optimum.time_to_target.unwrap().ticks_99);
    assert!((target.duration_s / (target.n_ticks * 2e-3) - 1.0).abs() < 1e-12);
    let part = target.n_ticks / f64::from(hardware.n_ticks);
    assert!((target.energy_j / (hardware.energy_j / 3.0 * part) - 1.0).abs() < 1e-12);

    ring.options.stops_all = true;
    let stopped = ring.run(&mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(stopped.ended, Ended::Completed);
    ring.target = Some(9.into());
    ring.options.time_limit = Some(Duration::ZERO);
    let nothing = ring.run(&mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((nothing.ended, nothing.n_started()), (Ended::TimeLimit, 0));
    assert_eq!(nothing.time_to_target.unwrap().n_runs, 0);
    ring.options.n_replicas = u32::MAX;
    assert!(ring.check().unwrap_err().to_string().contains("reads of this problem"));

    // Both vertices are worth as much as none, but are no independent set.
    let pair = Graph::new(2, [(0, 1, 1)]).unwrap();
    let pair = AnyProblem::IndependentSet(IndependentSet::new(pair));
    let mut pair = Optimisation::new("pair", pair).unwrap();
    (pair.target, pair.options.initial) = (Some(0.into()), Some(vec![1, 1]));
    pair.hardware = Some(HardwareOptions::default());
    let optimum = pair.run(&mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(optimum.outcome.time_to_target().n_successes, 1);
    assert_eq!(optimum.time_to_target.unwrap().n_successes, 0);
    assert_eq!(optimum.hardware.unwrap().to_target, None);
}
