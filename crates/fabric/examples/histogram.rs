//! A distributed histogram: every PE holds a part of the data in its SRAM, counts it, and sends its counts to a collector as packets
//! with payload. The collector writes the sums to DRAM by DMA.

use gennaker_fabric::{Fabric, FabricOptions, Interrupt, Memory, Payload, Pe, PeSetup, Program};
use gennaker_machine::{Machine, MachineSpec};
use gennaker_mapping::{MappingOptions, Net, SliceDemand, SliceGraph, lay_out};

const N_BINS: usize = 64;
/// PEs with data.
const N_COUNTERS: u32 = 100;
/// Values per PE.
const N_VALUES: usize = 8_000;
/// Cycles for one value, and for one packet received.
const CYCLES_PER_VALUE: u64 = 8;
const CYCLES_PER_PACKET: u64 = 30;

/// The two programs.
enum Part {
    /// Counts its own values; bin `b` is sent with key `key + b`.
    Counter { key: u32, values: Vec<u8> },
    /// Adds up what comes until all counters have sent all bins.
    Collector { sums: Vec<u32>, n_missing: u32, done_ps: u64 },
}

impl Program for Part {
    fn interrupt(&mut self, why: Interrupt, pe: &mut Pe<'_>) {
        match self {
            Self::Counter { key, values } => {
                let mut bins = [0_u32; N_BINS];
                values.iter().for_each(|&value| bins[usize::from(value)] += 1);
                pe.charge(CYCLES_PER_VALUE * values.len() as u64);
                for (bin, &count) in (0..).zip(&bins) {
                    pe.charge(CYCLES_PER_PACKET);
                    pe.send(*key + bin, Payload::One(count));
                }
                pe.finish();
            }
            Self::Collector { sums, n_missing, done_ps } => match why {
                Interrupt::Start => pe.interrupt_on_packets(true),
                Interrupt::DmaDone { .. } => {
                    *done_ps = pe.now_ps();
                    pe.finish();
                }
                _ => {
                    while let Some(packet) = pe.next_packet() {
                        pe.charge(CYCLES_PER_PACKET);
                        let Payload::One(count) = packet.payload else { continue };
                        sums[packet.key as usize % N_BINS] += count;
                        *n_missing -= 1;
                    }
                    if *n_missing == 0 {
                        pe.memory()[..N_BINS].copy_from_slice(&sums[..]);
                        let to_dram = pe.dma(Memory::Own(0), Memory::Dram(0), N_BINS as u32, 1);
                        to_dram.expect("aligned and within both memories");
                    }
                }
            },
        }
    }
}

/// Some data that is not flat.
fn values(pe: u32) -> Vec<u8> {
    let mut state = pe.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 27) as u8
    };
    (0..N_VALUES).map(|_| next() + next()).collect()
}

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let machine = Machine::new(MachineSpec::single_chip())?;
    // Each counter is a slice that needs one key per bin; the collector is the last one.
    let slice = |population| SliceDemand { population, n_neurons: N_BINS as u32, dram_bytes: 0 };
    let graph = SliceGraph {
        slices: (0..=N_COUNTERS).map(slice).collect(),
        nets: (0..N_COUNTERS).map(|source| Net { source, targets: 0 }).collect(),
        target_sets: vec![vec![N_COUNTERS]],
    };
    let layout = lay_out(&graph, &machine, &MappingOptions::default())?;
    let mut fabric = Fabric::new(&machine, &layout.tables, &FabricOptions::default())?;
    for (index, (place, keys)) in (0..).zip(layout.places.iter().zip(&layout.keys)) {
        let part = if index == N_COUNTERS {
            Part::Collector { sums: vec![0; N_BINS], n_missing: N_COUNTERS * N_BINS as u32, done_ps: 0 }
        } else {
            Part::Counter { key: keys.key, values: values(index) }
        };
        // All counts come at about the same time: the collector needs a long FIFO, of key and payload.
        let setup = PeSetup { fifo_words: Some(16_000), keys: Some(*keys), ..PeSetup::default() };
        fabric.load(*place, part, setup)?;
    }
    fabric.run();

    let Part::Collector { sums, done_ps, .. } = &fabric.programs()[N_COUNTERS as usize] else {
        unreachable!("it was loaded last")
    };
    let mut expected = [0_u32; N_BINS];
    (0..N_COUNTERS).flat_map(values).for_each(|value| expected[usize::from(value)] += 1);
    assert_eq!(sums, &expected);
    let report = fabric.report();
    let collector = &report.pes[N_COUNTERS as usize];
    println!("{} values in {:.1} us", N_COUNTERS as usize * N_VALUES, *done_ps as f64 / 1e6);
    println!("the collector's FIFO held up to {} words", collector.fifo_high_water_words);
    println!("one PE alone would have taken {:.1} us", (N_COUNTERS as f64) * (N_VALUES as f64) * 8.0 / 300.0);
    assert!(report.totals.is_balanced() && report.totals.lost() == 0);
    Ok(())
}
