//! A ring of PEs that pass a packet with payload round and round: how long does a hop take?
//!
//! Two slices of a ring would be on one chip wherever there is room, so the machine is a board with one application PE per chip: the
//! ring then goes over the links.

use gennaker_fabric::{Fabric, FabricOptions, Interrupt, Payload, Pe, PeSetup, Program};
use gennaker_machine::{Machine, MachineSpec};
use gennaker_mapping::{MappingOptions, Net, SliceDemand, SliceGraph, lay_out};

/// Takes the packet, counts it up and passes it on.
struct Member {
    key: u32,
    is_first: bool,
    rounds: u32,
    /// When the packet came by, in ps.
    seen_ps: Vec<u64>,
}

impl Program for Member {
    fn interrupt(&mut self, why: Interrupt, pe: &mut Pe<'_>) {
        if why == Interrupt::Start {
            pe.interrupt_on_packets(true);
            if self.is_first {
                pe.send(self.key, Payload::One(0));
            }
            return;
        }
        while let Some(packet) = pe.next_packet() {
            self.seen_ps.push(packet.arrived_ps);
            // Interrupt, look, add, send.
            pe.charge(40);
            if let Payload::One(count) = packet.payload
                && (!self.is_first || self.seen_ps.len() < self.rounds as usize)
            {
                pe.send(self.key, Payload::One(count + 1));
            }
        }
    }
}

/// Mean time from one member to the next, in ns.
fn hop_ns(pes_per_chip: u8, n_members: u32, rounds: u32) -> Result<f64, Box<dyn std::error::Error>> {
    let mut spec = MachineSpec::board();
    spec.chip.application_pes = pes_per_chip;
    let machine = Machine::new(spec)?;
    let graph = SliceGraph {
        slices: (0..n_members)
            .map(|population| SliceDemand { population, n_neurons: 1, dram_bytes: 0 })
            .collect(),
        nets: (0..n_members).map(|source| Net { source, targets: source }).collect(),
        target_sets: (0..n_members).map(|source| vec![(source + 1) % n_members]).collect(),
    };
    let layout = lay_out(&graph, &machine, &MappingOptions::default())?;
    let mut fabric = Fabric::new(&machine, &layout.tables, &FabricOptions::default())?;
    for (index, (place, keys)) in layout.places.iter().zip(&layout.keys).enumerate() {
        let member = Member { key: keys.key, is_first: index == 0, rounds, seen_ps: Vec::new() };
        fabric.load(*place, member, PeSetup::default())?;
    }
    fabric.run();
    assert_eq!(fabric.totals().delivered, u64::from(n_members * rounds));
    assert!(fabric.totals().is_balanced());
    let seen_ps = &fabric.programs()[0].seen_ps;
    let round_ps = (seen_ps[seen_ps.len() - 1] - seen_ps[0]) / u64::from(rounds - 1);
    Ok(round_ps as f64 / 1e3 / f64::from(n_members))
}

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let on_chip = hop_ns(148, 148, 5)?;
    let on_board = hop_ns(1, 48, 5)?;
    println!("on one chip, a hop of the ring takes {on_chip:.0} ns");
    println!("from chip to chip, {on_board:.0} ns");
    // 40 cycles of the core are 133 ns; the way through one router is about 150 ns, and each link and router more 85 ns.
    assert!((250.0..330.0).contains(&on_chip), "{on_chip}");
    assert!(on_board > on_chip + 85.0, "{on_board}");
    Ok(())
}
