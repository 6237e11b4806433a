//! Packets through random tables, machines and programs: what is sent arrives, or is counted where it was lost.

#[path = "../../mapping/tests/common/mod.rs"]
mod common;

use common::{graph, machine};
use gennaker_fabric::{
    Fabric, FabricOptions, FabricReport, FifoPolicy, Interrupt, LinkOptions, Payload, Pe, PeSetup, Program,
};
use gennaker_machine::{Link, Machine, MachineSpec};
use gennaker_mapping::{MappingOptions, SliceGraph, SliceLayout, lay_out};
use proptest::prelude::*;

/// Sends bursts on a timer and takes what comes, slowly.
#[derive(Debug, Clone)]
struct Chatter {
    key: u32,
    n_keys: u32,
    burst: u32,
    bursts: u32,
    words: u32,
    /// Cycles per packet taken.
    effort: u64,
    sends: bool,
    /// What was taken: key, first payload word, time.
    taken: Vec<(u32, u32, u64)>,
}

impl Chatter {
    fn payload(&self, value: u32) -> Payload {
        match self.words {
            0 => Payload::None,
            1 => Payload::One(value),
            2 => Payload::Two([value; 2]),
            _ => Payload::Four([value; 4]),
        }
    }
}

impl Program for Chatter {
    fn interrupt(&mut self, why: Interrupt, pe: &mut Pe<'_>) {
        match why {
            Interrupt::Start => {
                pe.interrupt_on_packets(self.effort.is_multiple_of(2));
                pe.start_timer(1, 500);
            }
            Interrupt::Timer { number, .. } if number > u64::from(self.bursts) + 2_000 => pe.finish(),
            Interrupt::Timer { number, .. } if self.sends && number < u64::from(self.bursts) => {
                for i in 0..self.burst {
                    pe.charge(2);
                    let value = number as u32 * self.burst + i;
                    pe.send(self.key + value % self.n_keys, self.payload(value));
                }
            }
            _ => {}
        }
        while let Some(packet) = pe.next_packet() {
            let value = match packet.payload {
                Payload::None => 0,
                Payload::One(value) | Payload::Two([value, _]) | Payload::Four([value, ..]) => value,
            };
            assert!(packet.arrived_ps <= pe.now_ps());
            self.taken.push((packet.key, value, packet.arrived_ps));
            pe.charge(self.effort);
        }
    }
}

fn run(
    graph: &SliceGraph,
    layout: &SliceLayout,
    machine: &Machine,
    options: &FabricOptions,
    chatter: &Chatter,
    fifo_words: u32,
) -> (FabricReport, Vec<Chatter>) {
    let mut fabric = Fabric::new(machine, &layout.tables, options).unwrap();
    for (slice, (place, keys)) in layout.places.iter().zip(&layout.keys).enumerate() {
        let sends = graph.nets.iter().any(|net| net.source as usize == slice);
        let n_keys = graph.slices[slice].n_neurons;
        let setup =
            PeSetup { fifo_words: Some(fifo_words), level: None, keys: (slice % 2 == 0).then_some(*keys) };
        fabric.load(*place, Chatter { key: keys.key, n_keys, sends, ..chatter.clone() }, setup).unwrap();
    }
    fabric.run();
    (fabric.report(), fabric.programs().to_vec())
}

fn chatter() -> impl Strategy<Value = Chatter> {
    (1_u32..60, 1_u32..4, 0_u32..4, 0_u64..300).prop_map(|(burst, bursts, words, effort)| Chatter {
        key: 0,
        n_keys: 1,
        burst,
        bursts,
        words,
        effort,
        sends: true,
        taken: Vec::new(),
    })
}

fn options() -> impl Strategy<Value = FabricOptions> {
    let policy = prop_oneof![Just(FifoPolicy::Drop), Just(FifoPolicy::Overwrite), Just(FifoPolicy::Stall)];
    (policy, 6_u32..70, 1_u32..20, 1_u32..20, 0.0..0.2_f64, 0.0..0.007_f64, any::<u64>()).prop_map(
        |(fifo_policy, input, issue, output, loss, errors, seed)| FabricOptions {
            seed,
            fifo_policy,
            router_input_packets: input,
            router_issue_packets: issue,
            link_output_packets: output,
            link_loss_probability: loss.max(0.1) - 0.1,
            link_bit_error_rate: errors.max(0.003) - 0.003,
            ..FabricOptions::default()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn nothing_comes_from_nowhere_or_goes_nowhere(
        (graph, machine, options, chatter) in (graph(), machine(), options(), chatter()),
        fifo_words in 5_u32..200,
        timeout in prop_oneof![Just(0_u32), Just(20), Just(480)],
    ) {
        let mut spec = machine.spec().clone();
        spec.chip.router.block_timeout_cycles = timeout;
        let machine = Machine::new(spec).unwrap();
        let Ok(layout) = lay_out(&graph, &machine, &MappingOptions::default()) else { return Ok(()) };
        let (report, programs) = run(&graph, &layout, &machine, &options, &chatter, fifo_words);
        let totals = report.totals;
        prop_assert!(totals.is_balanced(), "{:?}", totals);
        // With a full FIFO that stalls, packets wait for ever once their program has ended.
        if options.fifo_policy != FifoPolicy::Stall {
            prop_assert_eq!(totals.under_way, 0);
        }
        prop_assert_eq!(report.n_incidents, totals.lost());
        prop_assert!(report.incidents.is_sorted());
        prop_assert!(report.pes.iter().all(|pe| pe.fifo_high_water_words <= fifo_words));
        let taken: u64 = programs.iter().map(|program| program.taken.len() as u64).sum();
        prop_assert!(taken <= totals.delivered);
        // The same again is the same again.
        let (again, _) = run(&graph, &layout, &machine, &options, &chatter, fifo_words);
        prop_assert_eq!(report, again);
    }

    #[test]
    fn without_limits_every_target_gets_every_packet_with_its_payload(
        (graph, machine, chatter) in (graph(), machine(), chatter()),
    ) {
        let Ok(layout) = lay_out(&graph, &machine, &MappingOptions::default()) else { return Ok(()) };
        let large = FabricOptions {
            router_input_packets: 100_000,
            router_issue_packets: 100_000,
            link_output_packets: 100_000,
            ..FabricOptions::default()
        };
        let chatter = Chatter { effort: 0, ..chatter };
        let (report, programs) = run(&graph, &layout, &machine, &large, &chatter, 1_000_000);
        prop_assert_eq!(report.totals.lost() + report.totals.under_way, 0, "{:?} {:?}", report.totals, report.incidents.first());
        for (target, program) in programs.iter().enumerate() {
            let mut expected = Vec::new();
            for net in graph.nets.iter().filter(|net| graph.targets(**net).contains(&(target as u32))) {
                let (keys, n) = (layout.keys[net.source as usize], graph.slices[net.source as usize].n_neurons);
                let values = 0..chatter.burst * chatter.bursts;
                let carried = |value| if chatter.words == 0 { 0 } else { value };
                expected.extend(values.map(|value| (keys.key + value % n, carried(value))));
            }
            let mut taken: Vec<(u32, u32)> = program.taken.iter().map(|&(key, value, _)| (key, value)).collect();
            expected.sort_unstable();
            taken.sort_unstable();
            prop_assert_eq!(taken, expected);
        }
    }
}

/// One sender on each of many PEs of a chip, all to one receiver on the next chip.
fn flood(n_senders: u32, options: &FabricOptions, chatter: &Chatter, spec: MachineSpec) -> FabricReport {
    let machine = Machine::new(spec).unwrap();
    let one = |population, n_neurons| gennaker_mapping::SliceDemand { population, n_neurons, dram_bytes: 0 };
    let n_local = u32::from(machine.spec().chip.application_pes);
    assert!(n_senders < n_local);
    let graph = SliceGraph {
        slices: (0..=n_local).map(|i| one(i, 64)).collect(),
        nets: (0..n_senders).map(|source| gennaker_mapping::Net { source, targets: 0 }).collect(),
        target_sets: vec![vec![n_local]],
    };
    let layout = lay_out(&graph, &machine, &MappingOptions::default()).unwrap();
    run(&graph, &layout, &machine, options, chatter, 1_000_000).0
}

fn steady(burst: u32) -> Chatter {
    Chatter { key: 0, n_keys: 64, burst, bursts: 1, words: 0, effort: 0, sends: true, taken: Vec::new() }
}

#[test]
fn a_short_link_carries_62_5_million_packets_per_second_and_no_more() {
    for (words, rate) in [(0, 62.5e6), (1, 62.5e6), (2, 31.25e6), (4, 31.25e6)] {
        let chatter = Chatter { words, ..steady(400) };
        let mut spec = MachineSpec::grid(2, 1, false);
        spec.chip.router.block_timeout_cycles = 100_000_000;
        let report = flood(8, &FabricOptions::default(), &chatter, spec);
        let link = report.links.iter().find(|link| link.packets > 0).unwrap();
        assert_eq!((report.links.len(), link.packets, report.totals.lost()), (1, 3_200, 0));
        // It is busy from the first packet to the last: 3,200 packets take 3,200 times as long as one.
        assert_eq!(link.busy_ps, (3_200.0 / rate * 1e12) as u64);
        assert!(link.max_waiting >= 30, "{link:?}");
        // The machine is back-pressured rather than lossy: packets wait before the engines.
        assert!(report.routers[0].max_waiting > 1_000 && report.routers[0].max_blocked == 16);
    }
}

#[test]
fn packets_that_wait_too_long_for_a_link_are_dropped_there() {
    let mut spec = MachineSpec::grid(2, 1, false);
    spec.chip.router.block_timeout_cycles = 50;
    let report = flood(8, &FabricOptions::default(), &steady(400), spec);
    let (totals, link) = (report.totals, &report.links[0]);
    assert!(totals.timed_out > 0 && totals.timed_out == totals.lost() && totals.is_balanced(), "{totals:?}");
    assert_eq!((link.timed_out, link.packets), (totals.timed_out, 3_200 - totals.timed_out));
    let first = report.incidents[0];
    assert_eq!((first.chip, first.queue), (link.chip, gennaker_fabric::Queue::Link(link.link)));
}

#[test]
fn a_router_looks_up_400_million_packets_per_second() {
    // Every PE of a chip sends to a core that is not in use, so that nothing but the engines limits the rate.
    let machine = Machine::new(MachineSpec::single_chip()).unwrap();
    let one = |population| gennaker_mapping::SliceDemand { population, n_neurons: 1, dram_bytes: 0 };
    let n = 100;
    let graph = SliceGraph {
        slices: (0..=n).map(one).collect(),
        nets: (0..n).map(|source| gennaker_mapping::Net { source, targets: 0 }).collect(),
        target_sets: vec![vec![n]],
    };
    let layout = lay_out(&graph, &machine, &MappingOptions::default()).unwrap();
    let mut fabric = Fabric::new(&machine, &layout.tables, &FabricOptions::default()).unwrap();
    for slice in 0..n as usize {
        let key = layout.keys[slice].key;
        let program = Chatter { key, n_keys: 1, ..steady(50) };
        fabric.load(layout.places[slice], program, PeSetup::default()).unwrap();
    }
    fabric.run_until(1_000_000);
    let report = fabric.report();
    let router = &report.routers[0];
    assert_eq!((router.packets, router.busy_ps), (5_000, 5_000 * 2_500));
    assert_eq!(report.totals.unused_core, 5_000);
    // 5,000 packets sent within 333 ns keep the engines busy for 12.5 us.
    let last = report.incidents.last().unwrap().time_ps;
    let first = report.incidents[0].time_ps;
    assert_eq!(last - first, 999 * 2_500);
}

#[test]
fn a_link_that_dies_loses_what_is_on_it_and_what_comes_later() {
    let dies_at_ns = Some(2_000);
    let dead = Link::ALL.map(|link| LinkOptions {
        chip: gennaker_machine::ChipXy::new(0, 0),
        link,
        loss_probability: None,
        bit_error_rate: None,
        dies_at_ns,
    });
    let options = FabricOptions { links: dead[..1].to_vec(), ..FabricOptions::default() };
    let report = flood(1, &options, &steady(1_000), MachineSpec::grid(2, 1, false));
    let totals = report.totals;
    assert!(totals.link_dead > 0 && totals.delivered > 0 && totals.is_balanced(), "{totals:?}");
    assert_eq!(totals.link_dead + totals.delivered, 1_000);
    // 16 ns apart, the last that is through by 2 us left 60 ns before.
    assert!(report.incidents.iter().all(|incident| incident.time_ps > 1_940_000));
    assert!(report.incidents[0].time_ps <= 1_940_000 + 16_000, "{:?}", report.incidents[0]);
}

#[test]
fn errors_on_a_link_cost_time_and_lose_nothing() {
    let quiet = flood(1, &FabricOptions::default(), &steady(1_000), MachineSpec::grid(2, 1, false));
    let options = FabricOptions { link_bit_error_rate: 0.002, ..FabricOptions::default() };
    let noisy = flood(1, &options, &steady(1_000), MachineSpec::grid(2, 1, false));
    assert_eq!((quiet.totals.delivered, noisy.totals.delivered), (1_000, 1_000));
    // 96 bits: 17.5 % of the link packets are wrong, so 21 % more are sent.
    assert!((150..280).contains(&noisy.totals.retransmitted), "{}", noisy.totals.retransmitted);
    let per_packet = quiet.links[0].busy_ps / 1_000;
    assert_eq!(noisy.links[0].busy_ps, per_packet * (1_000 + noisy.totals.retransmitted));
    let lossy = FabricOptions { link_loss_probability: 0.1, ..FabricOptions::default() };
    let lossy = flood(1, &lossy, &steady(1_000), MachineSpec::grid(2, 1, false)).totals;
    assert!((60..150).contains(&lossy.link_lost) && lossy.link_lost + lossy.delivered == 1_000, "{lossy:?}");
}

#[test]
fn what_a_link_loses_depends_on_nothing_but_the_link_and_the_number_of_the_packet() {
    let lost = |options: FabricOptions| {
        let options = FabricOptions { link_loss_probability: 0.05, ..options };
        let report = flood(1, &options, &steady(1_000), MachineSpec::grid(2, 1, false));
        // One sender with 64 keys in turn: the packets keep their order, so keys tell which were lost.
        report.incidents.iter().map(|incident| incident.key).collect::<Vec<_>>()
    };
    let default = FabricOptions::default;
    let plain = lost(default());
    assert!(plain.len() > 20);
    assert_eq!(lost(FabricOptions { link_bit_error_rate: 0.001, drift_ppm: 50.0, ..default() }), plain);
    assert_eq!(lost(FabricOptions { link_output_packets: 2, router_issue_packets: 3, ..default() }), plain);
    assert_ne!(lost(FabricOptions { seed: 1, ..default() }), plain);
}

#[test]
fn options_outside_their_ranges_are_refused_by_name() {
    let machine = Machine::new(MachineSpec::board()).unwrap();
    let check = |options: FabricOptions| options.check(&machine).map_err(|error| error.to_string());
    let default = FabricOptions::default;
    assert_eq!(check(default()), Ok(()));
    let chip = gennaker_machine::ChipXy::new(0, 0);
    let drift = |ppm| gennaker_fabric::ChipDrift { chip, ppm };
    let (loss_probability, bit_error_rate, dies_at_ns) = (None, None, None);
    let east = LinkOptions { chip, link: Link::East, loss_probability, bit_error_rate, dies_at_ns };
    let both = FabricOptions { links: vec![east], drift_of: vec![drift(3.0)], ..default() };
    assert_eq!(check(both), Ok(()));
    for (options, name) in [
        (FabricOptions { drift_ppm: f64::NAN, ..default() }, "drift_ppm"),
        (FabricOptions { router_input_packets: 3, ..default() }, "router_input_packets"),
        (FabricOptions { router_issue_packets: 0, ..default() }, "router_issue_packets"),
        (FabricOptions { link_loss_probability: 1.5, ..default() }, "link_loss_probability"),
        (FabricOptions { link_bit_error_rate: -0.1, ..default() }, "link_bit_error_rate"),
        (FabricOptions { max_incidents: usize::MAX, ..default() }, "max_incidents"),
        (FabricOptions { drift_of: vec![drift(3.0), drift(-3.0)], ..default() }, "drift_of"),
        (FabricOptions { links: vec![east, east], ..default() }, "link east of chip (0, 0)"),
    ] {
        let message = check(options).unwrap_err();
        assert!(message.contains(name), "{message}");
    }
    let text = toml::to_string(&default()).unwrap();
    assert_eq!(toml::from_str::<FabricOptions>(&text).unwrap(), default());
    assert!(toml::from_str::<FabricOptions>("fifo_polcy = \"drop\"").is_err());
}

/// Eight slices on a chip: 4 sends to 0 and 5 to 1, which share a QuadPE.
fn two_senders_to_one_quad() -> (Machine, SliceLayout) {
    let machine = Machine::new(MachineSpec::single_chip()).unwrap();
    let one = |population| gennaker_mapping::SliceDemand { population, n_neurons: 2, dram_bytes: 0 };
    let graph = SliceGraph {
        slices: (0..8).map(one).collect(),
        nets: vec![
            gennaker_mapping::Net { source: 4, targets: 0 },
            gennaker_mapping::Net { source: 5, targets: 1 },
        ],
        target_sets: vec![vec![0], vec![1]],
    };
    let layout = lay_out(&graph, &machine, &MappingOptions::default()).unwrap();
    (machine, layout)
}

/// Two PEs of one QuadPE: the first never takes what it gets, the second does. How many packets the second has taken.
fn taken_beside_a_full_fifo(fifo_policy: FifoPolicy) -> (usize, FabricReport) {
    let (machine, layout) = two_senders_to_one_quad();
    let options = FabricOptions { fifo_policy, ..FabricOptions::default() };
    let mut fabric: Fabric<Box<dyn FnMutProgram>> = Fabric::new(&machine, &layout.tables, &options).unwrap();
    for (slice, (place, keys)) in layout.places.iter().zip(&layout.keys).enumerate() {
        let key = keys.key;
        let program = move |why: Interrupt, pe: &mut Pe<'_>, taken: &mut usize| match slice {
            1 => {
                pe.interrupt_on_packets(true);
                *taken += std::iter::from_fn(|| pe.next_packet()).count();
            }
            // Ten packets for the first, later ten for the second.
            4 | 5 if why == Interrupt::Start => pe.start_timer(1_000 * (slice as u64 - 3), 1_000_000),
            4 | 5 => (0..10).for_each(|_| pe.send(key, Payload::None)),
            _ => {}
        };
        let setup = PeSetup { fifo_words: Some(6), ..PeSetup::default() };
        fabric.load(*place, Box::new(Counted { program, taken: 0 }), setup).unwrap();
    }
    fabric.run_until(100_000);
    (fabric.programs()[1].taken(), fabric.report())
}

/// A closure that counts.
struct Counted<F> {
    program: F,
    taken: usize,
}

trait FnMutProgram: Program {
    fn taken(&self) -> usize;
}

impl<F: FnMut(Interrupt, &mut Pe<'_>, &mut usize)> Program for Counted<F> {
    fn interrupt(&mut self, why: Interrupt, pe: &mut Pe<'_>) {
        (self.program)(why, pe, &mut self.taken);
    }
}

impl<F: FnMut(Interrupt, &mut Pe<'_>, &mut usize)> FnMutProgram for Counted<F> {
    fn taken(&self) -> usize {
        self.taken
    }
}

#[test]
fn a_full_fifo_that_stalls_holds_its_quad_and_loses_nothing() {
    let (taken, report) = taken_beside_a_full_fifo(FifoPolicy::Drop);
    assert_eq!((taken, report.totals.fifo_dropped, report.totals.under_way), (10, 4, 0));
    let (taken, report) = taken_beside_a_full_fifo(FifoPolicy::Overwrite);
    assert_eq!((taken, report.totals.overwritten, report.totals.under_way), (10, 4, 0));
    let (taken, report) = taken_beside_a_full_fifo(FifoPolicy::Stall);
    assert_eq!((taken, report.totals.lost(), report.totals.under_way), (0, 0, 14));
    assert!(report.totals.is_balanced());
}

#[test]
fn machines_too_slow_for_the_clock_of_the_model_are_refused() {
    let check = |change: fn(&mut gennaker_machine::ChipSpec), options: &FabricOptions| {
        let mut spec = MachineSpec::single_chip();
        change(&mut spec.chip);
        options.check(&Machine::new(spec).unwrap()).map_err(|error| error.to_string())
    };
    let default = FabricOptions::default();
    let noisy = FabricOptions { link_bit_error_rate: 0.007, ..FabricOptions::default() };
    assert_eq!(check(|_| {}, &noisy), Ok(()));
    assert_eq!(check(|chip| chip.router.clock_hz = 1_000, &default), Ok(()));
    for (change, name) in [
        ((|chip| chip.router.clock_hz = 999) as fn(&mut gennaker_machine::ChipSpec), "router.clock_hz"),
        (|chip| chip.noc.clock_hz = 1, "noc.clock_hz"),
        (|chip| chip.noc.cycles_per_hop = u32::MAX, "noc.cycles_per_hop"),
        (|chip| chip.links.long.packets_per_s = 1, "packets_per_s"),
    ] {
        let message = check(change, &default).unwrap_err();
        assert!(message.contains(name), "{message}");
    }
    // Such packets would be wrong every time.
    let message = check(|chip| chip.links.short.packet_bits = u32::MAX, &noisy).unwrap_err();
    assert!(message.contains("link_bit_error_rate"), "{message}");
}

/// Two PEs of a QuadPE: the first takes a packet per tick, later than its ticks are due, the second waits for packets. Ten go to the
/// first, later ten to the second. How many the second has taken, when, and the report; the run is cut at these times.
fn taken_behind_a_slow_neighbour(cuts_ns: &[u64]) -> (Vec<(u64, u64)>, FabricReport) {
    let (machine, layout) = two_senders_to_one_quad();
    let options = FabricOptions { fifo_policy: FifoPolicy::Stall, ..FabricOptions::default() };
    let taken = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let mut fabric: Fabric<Box<dyn Program>> = Fabric::new(&machine, &layout.tables, &options).unwrap();
    for (slice, (place, keys)) in layout.places.iter().zip(&layout.keys).enumerate() {
        let (key, taken) = (keys.key, std::rc::Rc::clone(&taken));
        let program = move |why: Interrupt, pe: &mut Pe<'_>, _: &mut usize| match slice {
            0 if why == Interrupt::Start => pe.start_timer(5_000, 1_000),
            0 => {
                pe.charge(200);
                pe.next_packet();
                pe.charge(250);
            }
            1 => {
                pe.interrupt_on_packets(true);
                while let Some(packet) = pe.next_packet() {
                    taken.borrow_mut().push((pe.now_ps(), packet.arrived_ps));
                }
            }
            4 | 5 if why == Interrupt::Start => pe.start_timer(1_000 * (slice as u64 - 3), 1_000_000),
            4 | 5 => (0..10).for_each(|_| pe.send(key, Payload::None)),
            _ => {}
        };
        let setup = PeSetup { fifo_words: Some(6), ..PeSetup::default() };
        fabric.load(*place, Box::new(Counted { program, taken: 0 }), setup).unwrap();
    }
    cuts_ns.iter().chain([&100_000]).for_each(|&end_ns| fabric.run_until(end_ns));
    (taken.take(), fabric.report())
}

#[test]
fn whoever_waits_behind_a_full_fifo_is_interrupted_as_soon_as_there_is_room_however_the_run_is_cut() {
    let (taken, report) = taken_behind_a_slow_neighbour(&[]);
    // Six of the first ten find room; the first PE takes the fourth 200 cycles after the beginning of its fourth handler.
    assert_eq!((taken.len(), report.totals.lost(), report.totals.under_way), (10, 0, 0));
    let at_ps = 5_000_000 + 3 * 1_500_000 + 666_667;
    assert_eq!(taken, [(at_ps, at_ps); 10]);
    let cuts: Vec<u64> = (0..400).map(|i| 37 * i).collect();
    assert_eq!(taken_behind_a_slow_neighbour(&cuts), (taken, report));
}

/// Arrivals at the last slice of a machine when the first slices of two QuadPEs send ten packets each at once.
fn arrivals(n_senders: u32, spec: MachineSpec) -> (Vec<u64>, [u8; 2]) {
    let machine = Machine::new(spec).unwrap();
    let one = |population| gennaker_mapping::SliceDemand { population, n_neurons: 1, dram_bytes: 0 };
    let graph = SliceGraph {
        slices: (0..9).map(one).collect(),
        nets: (0..n_senders).map(|net| gennaker_mapping::Net { source: 4 * net, targets: 0 }).collect(),
        target_sets: vec![vec![8]],
    };
    let layout = lay_out(&graph, &machine, &MappingOptions::default()).unwrap();
    let arrived = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let options = FabricOptions::default();
    let mut fabric: Fabric<Box<dyn Program>> = Fabric::new(&machine, &layout.tables, &options).unwrap();
    for (slice, (place, keys)) in layout.places.iter().zip(&layout.keys).enumerate() {
        let (key, arrived) = (keys.key, std::rc::Rc::clone(&arrived));
        let sends = slice % 4 == 0 && (slice as u32) < 4 * n_senders;
        let program = move |why: Interrupt, pe: &mut Pe<'_>, _: &mut usize| {
            if why == Interrupt::Start {
                pe.interrupt_on_packets(slice == 8);
                (0..10 * u32::from(sends)).for_each(|_| pe.send(key, Payload::None));
            }
            while let Some(packet) = pe.next_packet() {
                arrived.borrow_mut().push(packet.arrived_ps);
            }
        };
        fabric.load(*place, Box::new(Counted { program, taken: 0 }), PeSetup::default()).unwrap();
    }
    fabric.run();
    (arrived.take(), [layout.places[0].core, layout.places[8].core])
}

#[test]
fn packets_take_the_time_of_their_way_and_keep_their_distance() {
    let cycles_ps = |cycles: u64| (cycles * 10_000).div_ceil(3);
    let way_ps = |core| {
        let hops = gennaker_machine::CorePosition::of(core).unwrap().quad.hops_to_router();
        cycles_ps(5 * (u64::from(hops) + 1))
    };
    // On one chip: out of the mesh, 25 ns of router, into the mesh; one flit per cycle.
    let (local, [from, to]) = arrivals(1, MachineSpec::single_chip());
    let first = way_ps(from) + 25_000 + way_ps(to);
    assert_eq!(local, (0..10).map(|i| first + i * cycles_ps(1)).collect::<Vec<_>>());
    // Over a link: 60 ns and another router; one packet per 16 ns.
    let mut spec = MachineSpec::grid(2, 1, false);
    spec.chip.application_pes = 8;
    let (remote, [from, to]) = arrivals(1, spec);
    let first = way_ps(from) + 25_000 + 60_000 + 25_000 + way_ps(to);
    assert_eq!(remote, (0..10).map(|i| first + i * 16_000).collect::<Vec<_>>());
    // Two senders at once: a PE still gets one flit per cycle.
    let (both, _) = arrivals(2, MachineSpec::single_chip());
    assert_eq!(both.len(), 20);
    assert!(both.windows(2).all(|pair| pair[1] - pair[0] >= cycles_ps(1)), "{both:?}");
}

#[test]
fn links_lose_packets_independently_of_each_other() {
    let mut spec = MachineSpec::grid(3, 1, false);
    spec.chip.application_pes = 1;
    let machine = Machine::new(spec).unwrap();
    let one = |population| gennaker_mapping::SliceDemand { population, n_neurons: 1, dram_bytes: 0 };
    let net = |source: u32| gennaker_mapping::Net { source, targets: source };
    let graph = SliceGraph {
        slices: (0..3).map(one).collect(),
        nets: vec![net(0), net(1)],
        target_sets: vec![vec![1], vec![2]],
    };
    let layout = lay_out(&graph, &machine, &MappingOptions::default()).unwrap();
    let options = FabricOptions { link_loss_probability: 0.5, ..FabricOptions::default() };
    let chatter = Chatter { words: 1, ..steady(50) };
    let (report, programs) = run(&graph, &layout, &machine, &options, &chatter, 1_000);
    let values = |program: &Chatter| program.taken.iter().map(|packet| packet.1).collect::<Vec<_>>();
    let (first, second) = (values(&programs[1]), values(&programs[2]));
    assert!(first.len() > 10 && second.len() > 10 && report.links.len() == 2);
    assert_ne!(first, second);
}
