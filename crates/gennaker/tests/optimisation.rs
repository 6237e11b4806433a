//! The hot loop of the solver against the spiking network on the ordinary engine, and on the mapped machine.

use gennaker::engine::{Numeric, Options as EngineOptions, Simulation};
use gennaker::fabric::LiteralMachine;
use gennaker::mapping::{MappingOptions, map};
use gennaker::network::{Network, SpikeRecording};
use gennaker::qubo::Ising;
use gennaker::qubo::solver::{Discipline, Options, Rule, Schedule, Solution, solve};
use gennaker::qubo::spiking::{Coding, SpikingProblem};
use gennaker::{Machine, MachineSpec};
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
    fn networks_on_the_engine_do_what_the_hot_loop_does(ising in problem(), options in options()) {
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
