//! The accountant against a plain one: PE by PE, tick by tick, from the formulas.

use gennaker_energy::{
    AccountOptions, Accountant, Levels, Overview, PeCycles, TickCounts, TraceRequest, Traffic,
};
use gennaker_machine::{Machine, MachineSpec};
use gennaker_mapping::{MappingOptions, map};
use gennaker_network::{Model, Network, Population};
use proptest::prelude::*;

const TICK_NS: u64 = 100_000;
const TICKS: u32 = 30;

/// What a plain accountant knows of one PE.
#[derive(Debug, Default, PartialEq)]
struct Plain {
    packets: u64,
    events: u64,
    max_packets: (u32, u32),
    overflows: u32,
    overruns: u32,
    first_overrun: Option<u32>,
    ticks_at_level: Vec<u32>,
    cycles_at_level: Vec<u64>,
    switches: u64,
    /// Times in units of 1/600 MHz, in which the cycles of all four clocks and 5 ns are whole.
    lag: u64,
    max_done: u64,
    max_lag: u64,
}

const UNIT_HZ: u64 = 600_000_000;
const TICK: u64 = TICK_NS * UNIT_HZ / 1_000_000_000;

/// Counts that are mostly small and now and then far too large.
fn counts(n: usize, seed: u64) -> Vec<[Vec<u32>; 3]> {
    let mut state = seed | 1;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    };
    let mut tick = || {
        let mut of = |most: u32, burst: u32| {
            (0..n)
                .map(|_| if random() % 9 == 0 { random() % burst } else { random() % most })
                .collect::<Vec<u32>>()
        };
        [of(40, 3_000), of(300, 4_000), of(3, 100)]
    };
    (0..TICKS).map(|_| tick()).collect()
}

fn network() -> Network {
    let mut network = Network::new("many PEs");
    for (name, size, model) in
        [("a", 37, Model::Lif), ("b", 16, Model::LifCurrExp), ("c", 5, Model::PoissonProcess)]
    {
        network.add_population(Population::new(name, size, model).with_max_atoms_per_core(1));
    }
    network
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn accounts_are_those_of_a_plain_accountant(
        level in prop::sample::select(vec!["low", "high", "auto:0", "auto:25", "predictive", "predictive:0.6", "pl0", "pl2"]),
        other in prop::sample::select(vec!["low", "auto:300", "pl3"]),
        permits in 1u8..=4,
        seed: u64,
    ) {
        let (network, machine) = (network(), Machine::new(MachineSpec::single_chip()).unwrap());
        let mapping = map(&network, &machine, &MappingOptions::default()).unwrap();
        let traffic = Traffic::new(&network, &mapping, &machine).unwrap();
        let mut options = AccountOptions { quad_permits: permits, ..AccountOptions::default() };
        options.set("level", level).unwrap();
        options.set("level_of.b", other).unwrap();
        let n = mapping.slices.len();
        let request = TraceRequest { slices: vec![0, 17, 40], power: true, overview: true };
        let accountant = Accountant::new(&network, &mapping, &machine, &traffic, TICK_NS, &options).unwrap();
        let mut accountant = accountant.with_trace(&request, TICKS).unwrap();

        let levels = Levels::of(&machine.spec().chip.pe);
        let cycles = PeCycles::of_all(&network, &mapping, &options.coefficients);
        let mut plain: Vec<Plain> = (0..n)
            .map(|_| Plain { ticks_at_level: vec![0; 4], cycles_at_level: vec![0; 4], ..Plain::default() })
            .collect();
        let (mut kept, mut overview) = (Vec::new(), Overview { n_levels: 4, ..Overview::default() });
        for (tick, [packets, events, sent]) in (0..).zip(counts(n, seed)) {
            let counts = TickCounts {
                tick, packets: &packets, events: &events, sent: &sent, links: &[], routers: &[], flit_hops: 7,
            };
            accountant.tick(&counts);
            let (mut latest, mut sum, mut late, mut at_level) = (0f32, 0f64, 0, [0; 4]);
            for (slice, plain) in plain.iter_mut().enumerate() {
                let policy = options.level_of(&network.populations[mapping.slices[slice].population as usize].name);
                let level = levels.choose(policy, &cycles[slice], packets[slice], TICK_NS);
                let busy = cycles[slice].cycles(counts.work(slice));
                let switches = level != levels.asleep(policy);
                // Full QuadPEs: four PEs wait for each other's permits.
                let quad = (mapping.slices[slice].core - 1) / 4;
                let n_in_quad = mapping.slices.iter().filter(|s| (s.core - 1) / 4 == quad).count() as u32;
                let wait = u64::from(n_in_quad.div_ceil(permits.into())) * UNIT_HZ / 10_000_000;
                let done = plain.lag + busy * (UNIT_HZ / levels.clock_hz(level)) + if switches { wait } else { 0 };
                plain.lag = done.saturating_sub(TICK);
                plain.packets += u64::from(packets[slice]);
                plain.events += u64::from(events[slice]);
                if packets[slice] > plain.max_packets.0 {
                    plain.max_packets = (packets[slice], tick);
                }
                plain.overflows += u32::from(packets[slice] > mapping.slices[slice].memory.bytes(gennaker_mapping::MemoryBlock::EventFifo) / 4);
                if done > TICK {
                    plain.overruns += 1;
                    plain.first_overrun.get_or_insert(tick);
                }
                plain.ticks_at_level[usize::from(level)] += 1;
                plain.cycles_at_level[usize::from(level)] += busy;
                plain.switches += if switches { 2 } else { 0 };
                plain.max_done = plain.max_done.max(done);
                plain.max_lag = plain.max_lag.max(plain.lag);
                latest = latest.max((done as f64 / TICK as f64) as f32);
                sum += done as f64 / TICK as f64;
                late += u32::from(done > TICK);
                at_level[usize::from(level)] += 1;
                if request.slices.contains(&(slice as u32)) {
                    kept.push((packets[slice], level, done as f64 / TICK as f64));
                }
            }
            overview.latest.push(latest);
            overview.mean.push((sum / n as f64) as f32);
            overview.n_late.push(late);
            overview.n_at_level.extend(at_level);
        }
        let found = &accountant.trace().overview;
        prop_assert_eq!((&found.latest, &found.n_late, &found.n_at_level), (&overview.latest, &overview.n_late, &overview.n_at_level));
        prop_assert!(found.mean.iter().zip(&overview.mean).all(|(a, b)| (a / b - 1.0).abs() < 1e-5));
        let account = accountant.account();
        for (pe, plain) in account.pes.iter().zip(&plain) {
            prop_assert_eq!((pe.packets, pe.events, pe.overruns), (plain.packets, plain.events, plain.overruns));
            prop_assert_eq!((pe.max_packets, pe.max_packets_tick), plain.max_packets);
            prop_assert_eq!((pe.first_overrun_tick, pe.fifo_overflows), (plain.first_overrun, plain.overflows));
            prop_assert_eq!(&pe.ticks_at_level, &plain.ticks_at_level);
            prop_assert_eq!(&pe.cycles_at_level, &plain.cycles_at_level);
            prop_assert_eq!(pe.switches, plain.switches);
            prop_assert!((pe.max_time_done - plain.max_done as f64 / TICK as f64).abs() < 1e-9 && (pe.max_lag_ns - plain.max_lag as f64 * 1e9 / UNIT_HZ as f64).abs() < 1e-3);
        }
        let trace = accountant.trace();
        for (at, (packets, level, done)) in kept.into_iter().enumerate() {
            prop_assert_eq!((trace.packets[at], trace.levels[at]), (packets, level));
            prop_assert!((f64::from(trace.time_done[at]) - done).abs() < 1e-4 * done);
        }
        let seconds = f64::from(TICKS) * TICK_NS as f64 / 1e9;
        let kept_j: f64 = trace.power_w.iter().map(|&w| f64::from(w)).sum::<f64>() * TICK_NS as f64 / 1e9;
        // The trace ends with the last tick; an account goes on until the last PE is done.
        let static_w = account.energy.uncore_j / account.duration_s;
        let rest_j = (account.duration_s - seconds) * (account.power_w + static_w);
        prop_assert!(kept_j <= account.total_j * 1.000_1 && kept_j >= account.total_j - rest_j, "{} {}", kept_j, account.total_j);
        prop_assert!((account.energy.noc_j / (7.0 * f64::from(TICKS) * 10e-12) - 1.0).abs() < 1e-9);
    }
}
