//! What one chip is: its cores, memories, router, links and clocks, as plain numbers that a file may override.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::facts::{spinnaker1 as s1, spinnaker2 as s2};

/// Which SpiNNaker a machine is built from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Generation {
    /// The 2011 chip with 18 ARM968 cores.
    Spinnaker1,
    /// The 22 nm chip with 152 Cortex-M4F processing elements.
    Spinnaker2,
}

impl Generation {
    /// The name used in files: `spinnaker1` or `spinnaker2`.
    pub const fn name(self) -> &'static str {
        match self {
            Generation::Spinnaker1 => "spinnaker1",
            Generation::Spinnaker2 => "spinnaker2",
        }
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One chip. All chips of a machine are alike, apart from faults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChipSpec {
    /// Processing elements beside the management core. Their core ids are 1 to `n_pes`. Default 152.
    pub n_pes: u8,
    /// PEs that applications may use; the rest is kept for system software. Default 148.
    pub application_pes: u8,
    /// DRAM of the chip in bytes, all interfaces together. Default 2 GiB.
    pub dram_bytes: u64,
    /// One processing element.
    pub pe: PeSpec,
    /// The multicast router.
    pub router: RouterSpec,
    /// The network between PEs and router.
    pub noc: NocSpec,
    /// The links to other chips.
    pub links: LinksSpec,
    /// Speed of the DRAM.
    pub dram: DramSpec,
}

/// One processing element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeSpec {
    /// Local memory for code and data in bytes. Default 131,072.
    pub sram_bytes: u32,
    /// Part of `sram_bytes` set aside for instructions. Default 32,768.
    pub code_bytes: u32,
    /// Part of `sram_bytes` set aside for stack and heap. Default 4,096.
    pub stack_bytes: u32,
    /// Received keys that wait for the next tick, in 32-bit words; takes `4 * event_fifo_words` bytes of SRAM.
    /// Default 4,096.
    pub event_fifo_words: u32,
    /// Rate of the timer that makes ticks, in Hz. Default 1 MHz.
    pub timer_hz: u64,
    /// Most bytes that the DMA controller moves in one clock cycle of the network. Default 16.
    pub dma_bytes_per_cycle: u32,
    /// Alignment of DMA and matrix operands in bytes. Default 16.
    pub dma_alignment_bytes: u32,
    /// 8-bit multiply-accumulates per cycle of the matrix accelerator, 0 without one. Default 64.
    pub macs_per_cycle: u32,
    /// Supply and clock pairs that a PE may choose from, slowest first. Never empty.
    pub performance_levels: Vec<PerformanceLevel>,
    /// Time that a change of performance level takes, in ns. Default 100.
    pub level_switch_ns: u32,
}

impl PeSpec {
    /// SRAM left for tables, synapses, state and recording once code and stack have their share, in bytes.
    pub fn data_bytes(&self) -> u32 {
        self.sram_bytes.saturating_sub(self.code_bytes).saturating_sub(self.stack_bytes)
    }

    /// Clock of the fastest performance level, in Hz.
    pub fn max_clock_hz(&self) -> u64 {
        self.performance_levels.iter().map(|level| level.clock_hz).max().unwrap_or(0)
    }
}

/// A supply voltage with the clock that runs on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerformanceLevel {
    /// Supply in millivolts.
    pub supply_mv: u32,
    /// Clock of the core in Hz.
    pub clock_hz: u64,
    /// Whether a source names this level; policies use only such levels unless told otherwise.
    pub published: bool,
}

impl fmt::Display for PerformanceLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} V at {} MHz", f64::from(self.supply_mv) / 1e3, self.clock_hz / 1_000_000)
    }
}

/// The multicast router of a chip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouterSpec {
    /// Multicast table entries that applications may use. Default 16,384.
    pub table_entries: u32,
    /// Clock in Hz. Default 400 MHz.
    pub clock_hz: u64,
    /// Multicast look-ups per clock cycle. Default 1.
    pub lookups_per_cycle: u32,
    /// Time from input to output without waiting, in ns. Default 25.
    pub latency_ns: u32,
    /// Largest payload of a packet in bits. Default 128.
    pub max_payload_bits: u32,
    /// Whether a packet without a table entry goes straight on. Default true.
    pub default_route: bool,
    /// Whether a blocked packet is tried on the neighbouring link. Default false.
    pub emergency_routing: bool,
    /// Router cycles that a packet waits for a blocked output before it is dropped. Default 480.
    pub block_timeout_cycles: u32,
}

/// The network on the chip between PEs and router.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NocSpec {
    /// Clock in Hz. Default 300 MHz.
    pub clock_hz: u64,
    /// Clock cycles per hop between neighbouring QuadPEs. Default 5; 0 where the chip has no mesh of its own.
    pub cycles_per_hop: u32,
    /// Payload that one flit carries, in bits. Default 128.
    pub flit_payload_bits: u32,
}

/// The two kinds of chip-to-chip links.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinksSpec {
    /// Between chips of one board.
    pub short: LinkSpec,
    /// Between chips of different boards.
    pub long: LinkSpec,
}

/// Which physical interface a link uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkClass {
    /// Both ends on one board.
    Short,
    /// From board to board.
    Long,
}

impl LinksSpec {
    /// The numbers of one class of link.
    pub fn of(&self, class: LinkClass) -> &LinkSpec {
        match class {
            LinkClass::Short => &self.short,
            LinkClass::Long => &self.long,
        }
    }
}

/// One direction of a chip-to-chip link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkSpec {
    /// Data rate after line coding, in bit/s. Default 6 Gbit/s short, 1.6 Gbit/s long.
    pub bits_per_s: u64,
    /// Size of a packet on the link in bits, with its checksum. Default 96.
    pub packet_bits: u32,
    /// Packets per second that the link carries at most.
    pub packets_per_s: u64,
    /// Time from router to router without waiting, in ns. Default 60 short, 250 long.
    pub latency_ns: u32,
}

/// Speed of a chip's DRAM.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DramSpec {
    /// Rate of all interfaces together in byte/s, before refresh and protocol. Default 6.4 GB/s.
    pub raw_bytes_per_s: u64,
    /// Part of the raw rate that transfers reach, above 0 and up to 1. Default 0.5.
    pub efficiency: f64,
    /// Time to the first byte in ns. Default 200.
    pub latency_ns: u32,
}

impl ChipSpec {
    /// The chip of a generation with every default from the table of facts.
    pub fn of(generation: Generation) -> ChipSpec {
        match generation {
            Generation::Spinnaker1 => spinnaker1(),
            Generation::Spinnaker2 => spinnaker2(),
        }
    }

    /// All cores of a chip: the management core and the PEs.
    pub fn n_cores(&self) -> usize {
        usize::from(self.n_pes) + 1
    }
}

fn spinnaker2() -> ChipSpec {
    ChipSpec {
        n_pes: s2::N_PES.value,
        application_pes: s2::APPLICATION_PES.value,
        dram_bytes: s2::DRAM_BYTES.value,
        pe: PeSpec {
            sram_bytes: s2::SRAM_BYTES.value,
            code_bytes: s2::CODE_BYTES.value,
            stack_bytes: s2::STACK_BYTES.value,
            event_fifo_words: s2::EVENT_FIFO_WORDS.value,
            timer_hz: s2::TIMER_HZ.value,
            dma_bytes_per_cycle: s2::DMA_BYTES_PER_CYCLE.value,
            dma_alignment_bytes: s2::DMA_ALIGNMENT_BYTES.value,
            macs_per_cycle: s2::MACS_PER_CYCLE.value,
            performance_levels: vec![
                s2::LEVEL_0.value,
                s2::LEVEL_1.value,
                s2::LEVEL_2.value,
                s2::LEVEL_3.value,
            ],
            level_switch_ns: s2::LEVEL_SWITCH_NS.value,
        },
        router: RouterSpec {
            table_entries: s2::ROUTER_TABLE_ENTRIES.value,
            clock_hz: s2::ROUTER_CLOCK_HZ.value,
            lookups_per_cycle: s2::ROUTER_LOOKUPS_PER_CYCLE.value,
            latency_ns: s2::ROUTER_LATENCY_NS.value,
            max_payload_bits: s2::MAX_PAYLOAD_BITS.value,
            default_route: s2::DEFAULT_ROUTE.value,
            emergency_routing: s2::EMERGENCY_ROUTING.value,
            block_timeout_cycles: s2::BLOCK_TIMEOUT_CYCLES.value,
        },
        noc: NocSpec {
            clock_hz: s2::NOC_CLOCK_HZ.value,
            cycles_per_hop: s2::NOC_CYCLES_PER_HOP.value,
            flit_payload_bits: s2::FLIT_PAYLOAD_BITS.value,
        },
        links: LinksSpec {
            short: LinkSpec {
                bits_per_s: s2::SHORT_BITS_PER_S.value,
                packet_bits: s2::SHORT_PACKET_BITS.value,
                packets_per_s: s2::SHORT_PACKETS_PER_S.value,
                latency_ns: s2::SHORT_LATENCY_NS.value,
            },
            long: LinkSpec {
                bits_per_s: s2::LONG_BITS_PER_S.value,
                packet_bits: s2::LONG_PACKET_BITS.value,
                packets_per_s: s2::LONG_PACKETS_PER_S.value,
                latency_ns: s2::LONG_LATENCY_NS.value,
            },
        },
        dram: DramSpec {
            raw_bytes_per_s: s2::DRAM_RAW_BYTES_PER_S.value,
            efficiency: s2::DRAM_EFFICIENCY.value,
            latency_ns: s2::DRAM_LATENCY_NS.value,
        },
    }
}

fn spinnaker1() -> ChipSpec {
    let link = LinkSpec {
        bits_per_s: s1::LINK_BITS_PER_S.value,
        packet_bits: s1::LINK_PACKET_BITS.value,
        packets_per_s: s1::LINK_PACKETS_PER_S.value,
        latency_ns: s1::LINK_LATENCY_NS.value,
    };
    ChipSpec {
        n_pes: s1::N_PES.value,
        application_pes: s1::APPLICATION_PES.value,
        dram_bytes: s1::DRAM_BYTES.value,
        pe: PeSpec {
            sram_bytes: s1::SRAM_BYTES.value,
            code_bytes: s1::CODE_BYTES.value,
            stack_bytes: s1::STACK_BYTES.value,
            event_fifo_words: s1::EVENT_FIFO_WORDS.value,
            timer_hz: s1::TIMER_HZ.value,
            dma_bytes_per_cycle: s1::DMA_BYTES_PER_CYCLE.value,
            dma_alignment_bytes: s1::DMA_ALIGNMENT_BYTES.value,
            macs_per_cycle: s1::MACS_PER_CYCLE.value,
            performance_levels: vec![s1::LEVEL.value],
            level_switch_ns: s1::LEVEL_SWITCH_NS.value,
        },
        router: RouterSpec {
            table_entries: s1::ROUTER_TABLE_ENTRIES.value,
            clock_hz: s1::ROUTER_CLOCK_HZ.value,
            lookups_per_cycle: s1::ROUTER_LOOKUPS_PER_CYCLE.value,
            latency_ns: s1::ROUTER_LATENCY_NS.value,
            max_payload_bits: s1::MAX_PAYLOAD_BITS.value,
            default_route: s1::DEFAULT_ROUTE.value,
            emergency_routing: s1::EMERGENCY_ROUTING.value,
            block_timeout_cycles: s1::BLOCK_TIMEOUT_CYCLES.value,
        },
        noc: NocSpec {
            clock_hz: s1::NOC_CLOCK_HZ.value,
            cycles_per_hop: s1::NOC_CYCLES_PER_HOP.value,
            flit_payload_bits: s1::FLIT_PAYLOAD_BITS.value,
        },
        links: LinksSpec { short: link.clone(), long: link },
        dram: DramSpec {
            raw_bytes_per_s: s1::DRAM_RAW_BYTES_PER_S.value,
            efficiency: s1::DRAM_EFFICIENCY.value,
            latency_ns: s1::DRAM_LATENCY_NS.value,
        },
    }
}
