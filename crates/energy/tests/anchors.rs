//! Published numbers that the account has to reproduce. Each test names its source.

use gennaker_energy::{
    Account, AccountOptions, Accountant, Coefficients, Counting, LevelPolicy, LevelPower, MatrixProduct,
    PeCycles, TickCounts, Traffic, UnusedPes, Work,
};
use gennaker_machine::{Machine, MachineSpec, spinnaker2 as s2};
use gennaker_mapping::{Mapping, MappingOptions, map};
use gennaker_network::{Model, Network, Population};

const MS: u64 = 1_000_000;

fn chip() -> Machine {
    Machine::new(MachineSpec::single_chip()).unwrap()
}

/// A chip whose 152 PEs may all be used, so that all of them can be kept busy.
fn whole_chip() -> Machine {
    let mut spec = MachineSpec::single_chip();
    spec.chip.application_pes = spec.chip.n_pes;
    Machine::new(spec).unwrap()
}

/// `n_pes` PEs with one neuron each and no synapses.
fn cells(n_pes: u32, machine: &Machine) -> (Network, Mapping) {
    let mut network = Network::new("cells");
    network.add_population(Population::new("cells", n_pes, Model::Lif).with_max_atoms_per_core(1));
    let mapping = map(&network, machine, &MappingOptions::default()).unwrap();
    assert_eq!(mapping.slices.len(), n_pes as usize);
    (network, mapping)
}

/// The account of 100 silent ticks.
fn account(n_pes: u32, machine: &Machine, options: &AccountOptions) -> Account {
    let (network, mapping) = cells(n_pes, machine);
    let traffic = Traffic::new(&network, &mapping, machine).unwrap();
    let mut counting = Counting::new(&traffic);
    let mut accountant = Accountant::new(&network, &mapping, machine, &traffic, MS, options).unwrap();
    (0..100).for_each(|_| accountant.tick(&counting.tick(|_| &[])));
    accountant.account()
}

/// Chip power without its DRAM, which the published powers are taken not to contain, in mW.
fn chip_mw(account: &Account) -> f64 {
    (account.energy.chips_j() - account.energy.dram_static_j) / account.duration_s * 1e3
}

fn assert_within(value: f64, published: f64, part: f64) {
    assert!((value / published - 1.0).abs() < part, "{value} is not within {part} of {published}");
}

/// Scholze et al. 2026, arXiv 2607.24396: 75.2 mW with all PEs off, 235.4 mW asleep at 0.5 V.
#[test]
fn an_idle_chip_takes_the_published_power() {
    let mut options = AccountOptions { level: LevelPolicy::Low, ..AccountOptions::default() };
    options.coefficients.set("cost.cycles_per_tick", 0.0).unwrap();
    options.coefficients.set("cost.cycles_per_neuron_lif", 0.0).unwrap();
    assert_within(chip_mw(&account(1, &chip(), &options)), s2::POWER_SLEEP_LOW_MW.value, 0.01);
    options.unused_pes = UnusedPes::Off;
    let alone = chip_mw(&account(1, &chip(), &options));
    assert_within(alone - s2::PE_SLEEP_LOW_MW.value, s2::POWER_ALL_OFF_MW.value, 0.01);
}

/// The same source: 564.7 mW with 152 PEs asleep at 0.8 V.
#[test]
fn a_chip_asleep_at_the_high_rail_takes_the_published_power() {
    let mut options = AccountOptions { level: LevelPolicy::High, ..AccountOptions::default() };
    options.coefficients.set("cost.cycles_per_tick", 0.0).unwrap();
    options.coefficients.set("cost.cycles_per_neuron_lif", 0.0).unwrap();
    assert_within(chip_mw(&account(152, &whole_chip(), &options)), s2::POWER_SLEEP_HIGH_MW.value, 0.01);
}

/// The same source: 424.6 mW and 1,247.9 mW with CoreMark on 152 PEs, which keeps their cores busy in every cycle.
#[test]
fn a_busy_chip_takes_the_published_power() {
    for (level, clock_hz, published_mw) in [
        (LevelPolicy::Low, 150e6, s2::POWER_COREMARK_LOW_MW.value),
        (LevelPolicy::High, 300e6, s2::POWER_COREMARK_HIGH_MW.value),
    ] {
        let mut options = AccountOptions { level, ..AccountOptions::default() };
        options.coefficients.set("cost.cycles_per_tick", clock_hz / 1e3).unwrap();
        options.coefficients.set("cost.cycles_per_neuron_lif", 0.0).unwrap();
        let account = account(152, &whole_chip(), &options);
        assert!(account.in_time && account.pes.iter().all(|pe| pe.busy_fraction > 0.999));
        assert_within(chip_mw(&account), published_mw, 0.01);
    }
}

/// The same source: 12 million synaptic events per second on a PE with 1,024 neurons and ticks of 1 ms, at 300 MHz. Fits, and
/// overruns at 150 MHz.
#[test]
fn the_published_event_rate_just_fits() {
    let coefficients = Coefficients::default();
    let (network, mapping) = cells(1, &chip());
    let one = PeCycles::of(&network, &mapping.slices[0], &coefficients);
    let pe = PeCycles { fixed: one.fixed + 1_023 * u64::from(s2::CYCLES_PER_NEURON_LIF.value), ..one };
    // "Sparsely connected": about a hundred synapses to a packet.
    let cycles = pe.cycles(Work { packets: 117, events: s2::SYNAPTIC_EVENTS_PER_PE.value / 1_000, sent: 0 });
    let levels = LevelPower::of_all(&chip(), &coefficients).unwrap();
    let (low, high) = (levels[1].seconds(cycles), levels[3].seconds(cycles));
    assert!(high <= 1e-3 && high > 0.95e-3 && low > 1e-3, "{high} {low}");
}

/// The same source: 2.281 and 4.563 TOPS at 0.825 and 2.219 W with matrix products on all PEs. Rate and power follow from the
/// energy of a multiply-accumulate; the published utilisation of 78 % is that of products of 64 inner elements.
#[test]
fn matrix_products_reach_the_published_operating_points() {
    let levels = LevelPower::of_all(&chip(), &Coefficients::default()).unwrap();
    let product = MatrixProduct { m: 64, n: 64, k: 64, output_bytes: 4 };
    let published = [
        (levels[1], s2::MATMUL_LOW_TOPS.value, s2::POWER_MATMUL_LOW_MW.value),
        (levels[3], s2::MATMUL_HIGH_TOPS.value, s2::POWER_MATMUL_HIGH_MW.value),
    ];
    for (level, tops, power_mw) in published {
        assert_within(152.0 * product.tops(&level), tops, 0.03);
        assert_within(152.0 * product.power_mw(&level) + s2::POWER_ALL_OFF_MW.value, power_mw, 0.03);
    }
}

/// The same source: fully connected layers, products with a single row, use 16 to 19 % of the accelerator.
#[test]
fn a_single_row_uses_a_quarter_at_most() {
    for k in [32, 64] {
        let utilisation = MatrixProduct { m: 1, n: 256, k, output_bytes: 4 }.utilisation();
        assert!((0.155..=0.20).contains(&utilisation), "{k}: {utilisation}");
    }
    assert!(MatrixProduct { m: 1, n: 256, k: 100_000, output_bytes: 1 }.utilisation() < 0.25);
}

/// Energies of events at full load, from the same powers: about 375 pJ dynamic and, without DRAM, 0.68 nJ all in at 0.8 V.
#[test]
fn energy_per_event_has_the_size_that_the_powers_imply() {
    let machine = whole_chip();
    let (network, mapping) = cells(152, &machine);
    let traffic = Traffic::new(&network, &mapping, &machine).unwrap();
    let mut options = AccountOptions::default();
    options.set("energy.dram_static_mw", "0").unwrap();
    // One neuron stands for 1,024.
    let cycles = 1_024 * s2::CYCLES_PER_NEURON_LIF.value;
    options.set("cost.cycles_per_neuron_lif", &cycles.to_string()).unwrap();
    let mut accountant = Accountant::new(&network, &mapping, &machine, &traffic, MS, &options).unwrap();
    let (packets, events, sent) = ([117; 152], [s2::SYNAPTIC_EVENTS_PER_PE.value / 1_000; 152], [0; 152]);
    for tick in 0..100 {
        let (packets, events, sent) = (&packets, &events, &sent);
        accountant.tick(&TickCounts { tick, packets, events, sent, links: &[], routers: &[], flit_hops: 0 });
    }
    let account = accountant.account();
    assert!(account.in_time);
    assert_within(account.dynamic_pj_per_event, 375.0, 0.02);
    assert_within(account.all_in_pj_per_event, 684.0, 0.02);
}

/// 148 PEs of 1,024 neurons with 1,000 synapses each at 10 spikes per second: 1.52 billion events a second, which one chip's 1.82 billion
/// hold only if every PE gets its share (derived from the same source).
#[test]
fn a_full_chip_holds_only_an_even_load() {
    let neurons = 148.0 * 1_024.0;
    let events_per_s = neurons * 10.0 * 1_000.0;
    assert_within(events_per_s, 1.52e9, 0.01);
    let per_pe = f64::from(s2::SYNAPTIC_EVENTS_PER_PE.value);
    let even = events_per_s / 148.0;
    assert!(even < per_pe && 1.2 * even > per_pe, "{even}");
    assert_within(152.0 * per_pe, 1.824e9, 0.001);
}
