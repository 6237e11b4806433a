//! How many packets per second the host moves, on one thread, and how fast the event queue is beside a heap.
//!
//! Every PE of the machine sends on a timer and throws away what it gets, so that nearly all time goes into transport. A delivery is a
//! copy of a packet that reaches a PE's FIFO.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use gennaker_fabric::{
    EventMachine, EventOptions, EventQueue, Fabric, FabricOptions, Interrupt, Payload, Pe, PeSetup, Program,
};
use gennaker_machine::{Machine, MachineSpec};
use gennaker_mapping::{MappingOptions, Net, SliceDemand, SliceGraph, lay_out, map};
use gennaker_network::random::philox;
use gennaker_network::{Connector, Model, Network, Population, Projection};

/// Repetitions; the fastest counts.
const N_RUNS: u32 = 5;

/// Sends so many packets at each tick and drops what came.
struct Sender {
    key: u32,
    per_tick: u32,
    period_ns: u64,
    taken: u64,
}

impl Program for Sender {
    fn interrupt(&mut self, why: Interrupt, pe: &mut Pe<'_>) {
        if why == Interrupt::Start {
            return pe.start_timer(
                u64::from(philox([self.key, 0, 0, 0], [0, 0])[0]) % self.period_ns,
                self.period_ns,
            );
        }
        while let Some(packet) = pe.next_packet() {
            self.taken += u64::from(packet.key != 0);
        }
        for i in 0..self.per_tick {
            pe.charge(15);
            pe.send(self.key + i, Payload::None);
        }
    }
}

/// A machine on which every PE sends to the `fan_out` next ones, and the simulated time in ns.
struct Load {
    name: &'static str,
    spec: MachineSpec,
    fan_out: u32,
    /// Distance between one target and the next, in slices.
    stride: u32,
    period_ns: u64,
    time_ns: u64,
}

fn measure(load: &Load) {
    let machine = Machine::new(load.spec.clone()).unwrap();
    let n = machine.chips().map(|chip| machine.n_application_cores(chip) as u32).sum::<u32>();
    let targets = |source: u32| {
        let mut set: Vec<u32> = (1..=load.fan_out).map(|i| (source + i * load.stride) % n).collect();
        set.sort_unstable();
        set.dedup();
        set
    };
    let demand = SliceDemand { population: 0, n_neurons: 8, dram_bytes: 0 };
    let graph = SliceGraph {
        slices: vec![demand; n as usize],
        nets: (0..n).map(|source| Net { source, targets: source }).collect(),
        target_sets: (0..n).map(targets).collect(),
    };
    let layout = lay_out(&graph, &machine, &MappingOptions::default()).unwrap();
    let mut best = Duration::MAX;
    let mut report = None;
    for _ in 0..N_RUNS {
        let mut fabric = Fabric::new(&machine, &layout.tables, &FabricOptions::default()).unwrap();
        for (place, keys) in layout.places.iter().zip(&layout.keys) {
            let sender = Sender { key: keys.key, per_tick: 8, period_ns: load.period_ns, taken: 0 };
            let setup = PeSetup { keys: Some(*keys), ..PeSetup::default() };
            fabric.load(*place, sender, setup).unwrap();
        }
        // Memory is there and routes are known before the clock starts.
        fabric.run_until(load.time_ns / 4);
        let before = fabric.totals();
        let start = Instant::now();
        fabric.run_until(load.time_ns);
        best = best.min(start.elapsed());
        black_box(fabric.programs().iter().map(|sender| sender.taken).sum::<u64>());
        let after = fabric.report();
        assert_eq!(after.totals.lost(), 0, "{:?}", after.incidents.first());
        report = Some((
            after.totals.delivered - before.delivered,
            after.totals.routed - before.routed,
            after.n_events,
        ));
    }
    let (delivered, routed, _) = report.unwrap();
    let rate = |n: u64| n as f64 / best.as_secs_f64() / 1e6;
    println!(
        "{:32} {:6.1} M deliveries/s {:6.1} M router passes/s {:5.1} ns per pass",
        load.name,
        rate(delivered),
        rate(routed),
        best.as_secs_f64() * 1e9 / routed as f64
    );
}

/// Takes out and adds events with delays as packets have them, `n_waiting` at a time.
fn measure_queues(n_waiting: u32) {
    const N: u32 = 4_000_000;
    let delay = |i: u32| u64::from(philox([i, 0, 0, 0], [1, 2])[0] % 400_000) + 10_000;
    let delays: Vec<u64> = (0..1 << 16).map(delay).collect();
    let next = |i: u32| delays[i as usize % delays.len()];
    let payload = [0_u64; 3];
    let (mut heap_best, mut queue_best) = (Duration::MAX, Duration::MAX);
    for _ in 0..N_RUNS {
        let mut heap = BinaryHeap::new();
        (0..n_waiting).for_each(|i| heap.push(Reverse((next(i), i, payload))));
        let start = Instant::now();
        for i in n_waiting..n_waiting + N {
            let Some(Reverse((time, _, payload))) = heap.pop() else { break };
            heap.push(Reverse((time + next(i), i, black_box(payload))));
        }
        heap_best = heap_best.min(start.elapsed());
        let mut queue = EventQueue::new();
        (0..n_waiting).for_each(|i| queue.push(next(i), payload));
        let start = Instant::now();
        for i in n_waiting..n_waiting + N {
            let Some((time, payload)) = queue.pop_before(u64::MAX) else { break };
            queue.push(time + next(i), black_box(payload));
        }
        queue_best = queue_best.min(start.elapsed());
    }
    let ns = |time: Duration| time.as_secs_f64() * 1e9 / f64::from(N);
    println!(
        "{n_waiting:6} events waiting: heap {:5.1} ns, queue {:5.1} ns per event",
        ns(heap_best),
        ns(queue_best)
    );
}

/// A network of 10,000 neurons that spike about 20 times per second, on 40 PEs of a chip.
fn measure_network() {
    let mut network = Network::new("event level").with_seed(1);
    let noise = Population::new("noise", 2_000, Model::PoissonProcess).with("p", 0.02);
    let cells = Population::new("cells", 8_000, Model::Lif).with("threshold", 60.0).with("alpha_decay", 0.9);
    let (noise, cells) = (network.add_population(noise), network.add_population(cells));
    let p = |p| Connector::FixedProbability { p, allow_self_connections: true };
    network.add_projection(Projection::new("drive", noise, cells, p(0.05)).with_weight(2.0));
    network
        .add_projection(Projection::new("recurrent", cells, cells, p(0.01)).with_weight(1.0).with_delay(3.0));
    let machine = Machine::new(MachineSpec::single_chip()).unwrap();
    let mapping = map(&network, &machine, &MappingOptions::default()).unwrap();
    let mut event = EventMachine::new(
        &network,
        &mapping,
        &machine,
        &EventOptions { keep_work: true, ..EventOptions::default() },
    )
    .unwrap();
    event.run(100);
    let start = Instant::now();
    event.run(400);
    let time = start.elapsed().as_secs_f64();
    let report = event.report();
    assert!(report.is_clean(), "{:?}", report.notes());
    let slices = 0..mapping.slices.len();
    let n_events: u64 =
        slices.flat_map(|slice| &event.work(slice)[100..]).map(|tick| u64::from(tick.work.events)).sum();
    println!(
        "network of 10,000 neurons on {} PEs: {:.2} ms per tick, {:.1} ns per synaptic event, {:.1} spikes per tick",
        mapping.slices.len(),
        time * 1e3 / 400.0,
        time * 1e9 / n_events as f64,
        report.n_spikes as f64 / 500.0
    );
}

fn main() {
    measure_network();
    [100, 1_000, 10_000, 100_000].into_iter().for_each(measure_queues);
    let chip = MachineSpec::single_chip;
    let load = |name, spec, fan_out, stride, period_ns, time_ns| Load {
        name,
        spec,
        fan_out,
        stride,
        period_ns,
        time_ns,
    };
    measure(&load("one chip, 1 target each", chip(), 1, 1, 10_000, 4_000_000));
    measure(&load("one chip, 16 targets each", chip(), 16, 1, 10_000, 2_000_000));
    measure(&load("one chip, all PEs targets", chip(), 147, 1, 20_000, 1_000_000));
    measure(&load("board, 16 targets on one chip", MachineSpec::board(), 16, 1, 100_000, 1_600_000));
    measure(&load("board, 64 targets on few chips", MachineSpec::board(), 64, 7, 1_000_000, 8_000_000));
}
