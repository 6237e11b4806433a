//! Energies and loads against sums by hand: what is counted, times what it costs, each price a different one.

use gennaker_energy::{
    Account, AccountOptions, Accountant, Counting, LevelPower, MatrixProduct, TickCounts, Traffic,
};
use gennaker_machine::{LinkClass, Machine, MachineSpec};
use gennaker_mapping::{Mapping, MappingOptions, map};
use gennaker_network::{ConnectionList, Connector, Model, Network, Population, Projection};

const TICK_NS: u64 = 50_000;
const TICKS: u32 = 4;
const NEURONS: u32 = 60;
const DRAM_BYTES_PER_TICK: u64 = 96;

/// A neuron on each of sixty chips, so that packets cross from one board to another.
struct Spread {
    network: Network,
    machine: Machine,
    mapping: Mapping,
    traffic: Traffic,
}

impl Spread {
    fn new(n_boards: u32) -> Self {
        let mut network = Network::new("spread");
        let cells = Population::new("cells", NEURONS, Model::LifWide).with_max_atoms_per_core(1);
        let cells = network.add_population(cells);
        network.add_projection(Projection::new(
            "all",
            cells,
            cells,
            Connector::AllToAll { allow_self_connections: true },
        ));
        let mut spec = MachineSpec::boards(n_boards).unwrap();
        spec.chip.application_pes = 1;
        // Different sizes and rates tell the two classes of links apart.
        spec.chip.links.long.packet_bits = 120;
        spec.chip.router.lookups_per_cycle = 2;
        let machine = Machine::new(spec).unwrap();
        let options = MappingOptions { timesteps: TICKS, ..MappingOptions::default() };
        let mut mapping = map(&network, &machine, &options).unwrap();
        mapping.slices[7].dram_bytes = DRAM_BYTES_PER_TICK * u64::from(TICKS);
        let traffic = Traffic::new(&network, &mapping, &machine).unwrap();
        Self { network, machine, mapping, traffic }
    }

    /// Every PE gets these packets and events and sends a spike, in every tick.
    fn account(&self, options: &AccountOptions, packets: u32, events: u32) -> Account {
        let Self { network, machine, mapping, traffic } = self;
        let mut accountant = Accountant::new(network, mapping, machine, traffic, TICK_NS, options).unwrap();
        let n = mapping.slices.len();
        let links: Vec<u32> = (0..traffic.links.len() as u32).map(|link| link + 5).collect();
        let (packets, events, sent) = (vec![packets; n], vec![events; n], vec![1; n]);
        let routers = vec![9; traffic.routers.len()];
        for tick in 0..TICKS {
            let (packets, events, sent) = (&packets[..], &events[..], &sent[..]);
            accountant.tick(&TickCounts {
                tick,
                packets,
                events,
                sent,
                links: &links,
                routers: &routers,
                flit_hops: 70,
            });
        }
        accountant.account()
    }
}

fn options(settings: &[(&str, &str)]) -> AccountOptions {
    let mut options = AccountOptions::default();
    settings.iter().for_each(|(key, value)| options.set(key, value).unwrap());
    options
}

fn assert_same(what: &str, value: f64, expected: f64) {
    assert!((value - expected).abs() <= 1e-9 * expected.abs(), "{what}: {value} instead of {expected}");
}

#[test]
fn every_part_of_the_energy_is_its_count_times_its_price() {
    let spread = Spread::new(6);
    let options = options(&[
        ("level", "auto:10"),
        ("energy.pe_sleep_low_mw", "2"),
        ("energy.pe_sleep_high_mw", "7"),
        ("energy.cycle_low_pj", "11"),
        ("energy.cycle_high_pj", "17"),
        ("energy.level_switch_nj", "3"),
        ("power.all_off_mw", "90"),
        ("energy.dram_static_mw", "50"),
        ("energy.dram_pj_per_byte", "40"),
        ("energy.noc_flit_hop_pj", "13"),
        ("energy.router_packet_pj", "61"),
        ("energy.short_link_pj_per_bit", "1.5"),
        ("energy.long_link_pj_per_bit", "5"),
        ("energy.short_link_idle_mw", "0.25"),
        ("energy.long_link_idle_mw", "9"),
        ("energy.board_overhead_w", "31"),
        ("energy.supply_efficiency", "0.8"),
    ]);
    let account = spread.account(&options, 20, 100);
    let (on, energy) = (&account.powered, &account.energy);
    let (pes, ticks) = (f64::from(NEURONS), f64::from(TICKS));
    let seconds = ticks * TICK_NS as f64 / 1e9;
    // A tick, a neuron, packets, events, a spike.
    let cycles = 500.0 + 50.0 + 20.0 * 40.0 + 100.0 * 20.0 + 15.0;
    let awake = cycles / 300e6 * ticks;
    let chips = on.n_chips as f64;
    assert_eq!((on.n_chips, on.n_used_pes, on.n_frames), (48 * on.n_boards, 60, 0));
    assert_eq!(on.n_unused_pes, on.n_chips * 152 - 60);
    assert!((2..6).contains(&on.n_boards), "not all boards are in use");
    assert!(account.in_time && on.n_long_links > 0);
    assert_same("duration", account.duration_s, seconds);
    assert_same("asleep", energy.pe_sleep_j, pes * (awake * 7e-3 + (seconds - awake) * 2e-3));
    assert_same("cycles", energy.pe_cycles_j, pes * ticks * cycles * 17e-12);
    // Up and down again.
    assert_same("switches", energy.pe_switch_j, pes * ticks * 2.0 * 3e-9);
    assert_same("not in use", energy.pe_unused_j, on.n_unused_pes as f64 * 2e-3 * seconds);
    assert_same("data networks", energy.noc_j, ticks * 70.0 * 13e-12);
    assert_same("routers", energy.router_j, ticks * 9.0 * spread.traffic.routers.len() as f64 * 61e-12);
    let packets = |class: LinkClass| {
        let numbered = spread.traffic.links.iter().zip(5u32..);
        numbered.filter(|(link, _)| link.class == class).map(|(_, n)| f64::from(n)).sum::<f64>() * ticks
    };
    let bits_pj = packets(LinkClass::Short) * 96.0 * 1.5 + packets(LinkClass::Long) * 120.0 * 5.0;
    assert!(packets(LinkClass::Long) > 0.0);
    assert_same("link packets", energy.link_j, bits_pj * 1e-12);
    let idle_mw = on.n_short_links as f64 * 0.25 + on.n_long_links as f64 * 9.0;
    assert_same("links at rest", energy.link_idle_j, idle_mw * 1e-3 * seconds);
    assert_same("DRAM at rest", energy.dram_static_j, chips * 50e-3 * seconds);
    assert_same("DRAM", energy.dram_traffic_j, ticks * DRAM_BYTES_PER_TICK as f64 * 40e-12);
    assert_same("rest of the chips", energy.uncore_j, chips * 90e-3 * seconds);
    assert_same("boards", energy.board_j, on.n_boards as f64 * 31.0 * seconds);
    let supplied = energy.chips_j() + energy.board_j;
    assert_same("supplies", energy.supply_j, supplied / 0.8 - supplied);
    assert_same("all", account.total_j, supplied / 0.8);
    assert_same("power", account.power_w, account.total_j / seconds);
    let dynamic = energy.pe_cycles_j
        + energy.pe_switch_j
        + energy.noc_j
        + energy.router_j
        + energy.link_j
        + energy.dram_traffic_j;
    let events = pes * ticks * 100.0;
    assert_same("dynamic per event", account.dynamic_pj_per_event, dynamic * 1e12 / events);
    assert_same("all-in per event", account.all_in_pj_per_event, account.total_j * 1e12 / events);
    assert_eq!((account.n_synaptic_events, account.n_packets, account.n_spikes), (24_000, 4_800, 240));
    assert_eq!(account.n_neuron_updates, u64::from(NEURONS * TICKS));
}

#[test]
fn whole_machines_and_frames_are_switched_on_as_asked() {
    let powered =
        |n_boards, settings: &[(&str, &str)]| Spread::new(n_boards).account(&options(settings), 0, 0);
    let one = powered(3, &[("powered", "machine")]).powered;
    assert_eq!((one.n_boards, one.n_frames, one.n_chips), (3, 0, 144));
    // Three boards are a torus: none of the 6 * 144 link ends leads nowhere, a sixth of them leave their board.
    assert_eq!((one.n_short_links, one.n_long_links), (360, 72));
    let frame = powered(
        18,
        &[("powered", "machine"), ("energy.frame_overhead_w", "100"), ("energy.supply_efficiency", "0.5")],
    );
    assert_eq!((frame.powered.n_boards, frame.powered.n_frames), (18, 1));
    assert_same("frame", frame.energy.frame_j, 100.0 * frame.duration_s);
    assert_same(
        "a frame's fans have supplies of their own",
        frame.energy.supply_j,
        frame.energy.chips_j() + frame.energy.board_j,
    );
    assert_eq!(powered(21, &[("powered", "machine")]).powered.n_frames, 2);
}

#[test]
fn loads_of_links_and_routers_are_parts_of_their_rates() {
    let spread = Spread::new(3);
    let account = spread.account(&options(&[("cost.cycles_per_neuron_lif", "300")]), 0, 0);
    // One neuron's phase at 300 MHz.
    assert_same("burst", account.burst_ns, 1_000.0);
    for link in &account.links {
        let rate = if link.link.class == LinkClass::Short { 62.5e6 } else { 1e9 * 1.0 / 60.0 };
        let per_tick = f64::from(link.max_per_tick);
        assert!((link.burst_load / (per_tick / (rate * 1e-6)) - 1.0).abs() < 1e-3, "{link:?}");
        assert!((link.mean_load / (per_tick / (rate * TICK_NS as f64 / 1e9)) - 1.0).abs() < 1e-3, "{link:?}");
        assert_eq!(link.packets, u64::from(link.max_per_tick * TICKS));
    }
    // Two look-ups in each of 400 million cycles per second.
    account.routers.iter().for_each(|router| assert_same("router", router.burst_load, 9.0 / 800.0));
}

/// A run lasts until the last PE is done, and all that is switched on stays on.
#[test]
fn overruns_prolong_a_run() {
    let spread = Spread::new(3);
    let tick_s = TICK_NS as f64 / 1e9;
    let account = spread.account(
        &options(&[
            ("cost.cycles_per_tick", "30000"),
            ("cost.cycles_per_neuron_lif", "0"),
            ("cost.cycles_per_sent_spike", "0"),
        ]),
        0,
        0,
    );
    // 100 us of work every 50 us: as far behind as it ran.
    let duration_s = 2.0 * f64::from(TICKS) * tick_s;
    assert_same("duration", account.duration_s, duration_s);
    assert_same(
        "rest of the chips",
        account.energy.uncore_j,
        account.powered.n_chips as f64 * 75.2e-3 * duration_s,
    );
    assert_same("shortest tick", account.shortest_tick_ns, 100_000.0);
    assert_eq!((account.in_time, account.n_overruns), (false, u64::from(NEURONS * TICKS)));
    assert_same("lag", account.pes[0].max_lag_ns, 200_000.0);
    assert_same("busy", account.pes[0].busy_fraction, 1.0);
}

/// At another clock of the same rail leakage stays and the rest follows the clock; a quarter is taken to leak here.
#[test]
fn unpublished_levels_have_powers_between() {
    let machine = Machine::new(MachineSpec::single_chip()).unwrap();
    let coefficients = options(&[("energy.pe_leak_fraction", "0.25")]).coefficients;
    let levels = LevelPower::of_all(&machine, &coefficients).unwrap();
    assert_same("pl0", levels[0].sleep_mw, 1.054 * (0.25 + 0.75 * 100.0 / 150.0));
    assert_same("pl2", levels[2].sleep_mw, 3.220 * (0.25 + 0.75 * 200.0 / 300.0));
    assert_eq!((levels[0].cycle_pj, levels[2].cycle_pj), (levels[1].cycle_pj, levels[3].cycle_pj));
}

/// Any size is a product, however large: what does not fit a number stays at the largest one.
#[test]
fn absurd_products_do_not_wrap() {
    let most = MatrixProduct { m: u32::MAX, n: u32::MAX, k: u32::MAX, output_bytes: u32::MAX };
    assert_eq!((most.cycles(), most.macs()), (u64::MAX, u64::MAX));
    let long = MatrixProduct { m: 4, n: 16, k: u32::MAX, output_bytes: 4 };
    assert!(long.cycles() > u64::from(u32::MAX) && long.utilisation() > 0.99);
}

/// More spikes of full rows than sixteen bits hold.
#[test]
fn many_spikes_of_long_rows_are_counted_exactly() {
    let mut network = Network::new("rows");
    let from = network.add_population(Population::new("from", 5, Model::LifWide));
    let to = network.add_population(Population::new("to", 250, Model::LifNoDelay));
    // Neighbours differ, so that rows are not kept once for several neurons.
    let rows = (0..5).flat_map(|pre| (pre % 2..250).map(move |post| (pre, post)));
    let (pre, post) = rows.unzip();
    let list = ConnectionList { pre, post, weight: Vec::new(), delay: Vec::new() };
    network.add_projection(Projection::new("p", from, to, Connector::List(list)));
    // 250 neurons are all that a PE takes: a second synapse for five of them makes rows of 255.
    let second = ConnectionList {
        pre: (0..25).map(|at| at / 5).collect(),
        post: (0..25).map(|at| at % 5 + 1).collect(),
        weight: Vec::new(),
        delay: Vec::new(),
    };
    network.add_projection(Projection::new("q", from, to, Connector::List(second)));
    let machine = Machine::new(MachineSpec::single_chip()).unwrap();
    let mapping = map(&network, &machine, &MappingOptions::default()).unwrap();
    let traffic = Traffic::new(&network, &mapping, &machine).unwrap();
    let mut counting = Counting::new(&traffic);
    let spikes: Vec<u32> = (0..5).flat_map(|neuron| [neuron; 200]).collect();
    counting.tick(|population| if population == 0 { &spikes } else { &[] });
    let counts = counting.tick(|_| &[]);
    let target = mapping.slice_of(1, 0).unwrap();
    assert_eq!(counts.work(target).events, 200 * (3 * 255 + 2 * 254));
    assert_eq!(counts.work(target).packets, 1_000);
}
