//! Numbers of the SpiNNaker2 chip, board and installation.

pub use super::accelerators::*;
pub use super::energy::*;
pub use super::fabric::*;

use super::fact_table;
use crate::chip::PerformanceLevel;

const CHIP26: &str = "Scholze et al. 2026, arXiv 2607.24396";
const GON24: &str = "Gonzalez et al. 2024, arXiv 2401.04491";
const NICE25: &str = "NICE 2025 tutorial, Vogginger et al.";
const DS003: &str = "SpiNNaker2 datasheet v0.03, 2021";
const PORTAL: &str = "SpiNNaker2 developer portal, py-spinnaker2";
const SM: &str = "SpiNNMachine, SpiNNaker2 version classes";
const RIG: &str = "SpiNNMachine and rig geometry, written for SpiNNaker1 boards";
const AS_S1: &str = "no SpiNNaker2 source; as deployed on SpiNNaker1";
const NONE: &str = "not published";

const fn level(supply_mv: u32, mhz: u64, published: bool) -> PerformanceLevel {
    PerformanceLevel { supply_mv, clock_hz: mhz * 1_000_000, published }
}

fact_table! { Spinnaker2;
    N_PES: u8 = 152, "", Published, "chip.n_pes", GON24, "Processing elements per chip: 38 QuadPEs of 4.";
    APPLICATION_PES: u8 = 148, "", Secondary, "chip.application_pes", PORTAL,
        "PEs per chip left to applications.";
    RESERVED_PES_ARE_LAST: bool = true, "", Assumed, "reserved_pes_are_last", NONE,
        "The PEs kept for system software are the working ones with the highest core ids.";
    QUADS_PER_CHIP: u8 = 38, "", Published, "quads_per_chip", SM, "QuadPEs per chip.";
    PES_PER_QUAD: u8 = 4, "", Published, "pes_per_quad", GON24, "Processing elements per QuadPE.";
    DRAM_BYTES: u64 = 2_147_483_648, "B", Published, "chip.dram_bytes", GON24,
        "DRAM per chip, two interfaces of 1 GiB.";
    SRAM_BYTES: u32 = 131_072, "B", Published, "chip.pe.sram_bytes", GON24, "SRAM per PE for code and data.";
    CODE_BYTES: u32 = 32_768, "B", Secondary, "chip.pe.code_bytes", PORTAL,
        "Part of a PE's SRAM used for instructions.";
    STACK_BYTES: u32 = 4_096, "B", Secondary, "chip.pe.stack_bytes", PORTAL,
        "Part of a PE's SRAM used for stack and heap.";
    EVENT_FIFO_WORDS: u32 = 4_096, "words", Assumed, "chip.pe.event_fifo_words", NONE,
        "Length of the FIFO in SRAM that receives spikes.";
    TIMER_HZ: u64 = 1_000_000, "Hz", Secondary, "chip.pe.timer_hz", CHIP26, "Reference clock of the PE timers.";
    DMA_BYTES_PER_CYCLE: u32 = 16, "B", Derived, "chip.pe.dma_bytes_per_cycle", CHIP26,
        "Upper bound of a PE's DMA per cycle of the data network: one flit.";
    DMA_ALIGNMENT_BYTES: u32 = 16, "B", Secondary, "chip.pe.dma_alignment_bytes", PORTAL,
        "Alignment of DMA transfers and matrix operands.";
    MACS_PER_CYCLE: u32 = 64, "", Secondary, "chip.pe.macs_per_cycle", CHIP26,
        "8-bit multiply-accumulates per cycle of a PE's matrix accelerator.";
    LEVEL_0: PerformanceLevel = level(500, 100, false), "", Assumed, "chip.pe.performance_levels", NONE,
        "Performance level 0 of 4.";
    LEVEL_1: PerformanceLevel = level(500, 150, true), "", Secondary, "chip.pe.performance_levels", CHIP26,
        "Performance level 1 of 4.";
    LEVEL_2: PerformanceLevel = level(800, 200, false), "", Assumed, "chip.pe.performance_levels", NONE,
        "Performance level 2 of 4.";
    LEVEL_3: PerformanceLevel = level(800, 300, true), "", Secondary, "chip.pe.performance_levels", CHIP26,
        "Performance level 3 of 4.";
    LEVEL_SWITCH_NS: u32 = 100, "ns", Assumed, "chip.pe.level_switch_ns",
        "upper bound of the 28 nm test chip, Hoeppner et al. 2019, arXiv 1903.08941",
        "Time that a change of performance level takes.";
    ROUTER_TABLE_ENTRIES: u32 = 16_384, "", Published, "chip.router.table_entries", DS003,
        "Multicast routing table entries per chip.";
    ROUTER_CLOCK_HZ: u64 = 400_000_000, "Hz", Secondary, "chip.router.clock_hz", CHIP26, "Clock of the event router.";
    ROUTER_LOOKUPS_PER_CYCLE: u32 = 1, "", Assumed, "chip.router.lookups_per_cycle",
        "three routing engines are published, not how many of them serve multicast",
        "Multicast look-ups per router cycle.";
    ROUTER_LATENCY_NS: u32 = 25, "ns", Assumed, "chip.router.latency_ns",
        "four pipeline stages (10 ns) plus a margin for arbitration and FIFOs", "Time of a packet in the router.";
    MAX_PAYLOAD_BITS: u32 = 128, "bit", Published, "chip.router.max_payload_bits", GON24,
        "Largest payload of a packet.";
    DEFAULT_ROUTE: bool = true, "", Assumed, "chip.router.default_route", AS_S1,
        "Whether a packet without a table entry leaves opposite to its arrival.";
    EMERGENCY_ROUTING: bool = false, "", Assumed, "chip.router.emergency_routing", AS_S1,
        "Whether a blocked packet tries the neighbouring link.";
    BLOCK_TIMEOUT_CYCLES: u32 = 480, "cycles", Assumed, "chip.router.block_timeout_cycles", AS_S1,
        "Wait of a blocked packet before it is dropped.";
    NOC_CLOCK_HZ: u64 = 300_000_000, "Hz", Secondary, "chip.noc.clock_hz", CHIP26, "Clock of the data network.";
    NOC_CYCLES_PER_HOP: u32 = 5, "cycles", Secondary, "chip.noc.cycles_per_hop", CHIP26,
        "Cycles per hop between QuadPEs.";
    FLIT_PAYLOAD_BITS: u32 = 128, "bit", Secondary, "chip.noc.flit_payload_bits", CHIP26,
        "Payload of one flit of the data network.";
    SHORT_BITS_PER_S: u64 = 6_000_000_000, "bit/s", Secondary, "chip.links.short.bits_per_s", CHIP26,
        "Rate of an on-board link, one direction.";
    SHORT_PACKET_BITS: u32 = 96, "bit", Secondary, "chip.links.short.packet_bits", CHIP26,
        "Size of a packet on an on-board link.";
    SHORT_PACKETS_PER_S: u64 = 62_500_000, "1/s", Derived, "chip.links.short.packets_per_s", CHIP26,
        "Packets that an on-board link carries: two 125 MHz cycles each.";
    SHORT_LATENCY_NS: u32 = 60, "ns", Assumed, "chip.links.short.latency_ns",
        "16 ns serialisation plus synchronisation", "Router to router on one board.";
    LONG_BITS_PER_S: u64 = 1_600_000_000, "bit/s", Derived, "chip.links.long.bits_per_s", CHIP26,
        "Rate of a board-to-board link, one direction: 2 Gbit/s less 8b10b coding.";
    LONG_PACKET_BITS: u32 = 96, "bit", Assumed, "chip.links.long.packet_bits", "as on the on-board link",
        "Size of a packet on a board-to-board link.";
    LONG_PACKETS_PER_S: u64 = 16_666_666, "1/s", Derived, "chip.links.long.packets_per_s", CHIP26,
        "Packets that a board-to-board link carries.";
    LONG_LATENCY_NS: u32 = 250, "ns", Assumed, "chip.links.long.latency_ns",
        "60 ns serialisation plus clock recovery, coding and cable", "Router to router between boards.";
    DRAM_RAW_BYTES_PER_S: u64 = 6_400_000_000, "B/s", Secondary, "chip.dram.raw_bytes_per_s", CHIP26,
        "Raw DRAM rate of a chip, both interfaces.";
    DRAM_EFFICIENCY: f64 = 0.5, "", Assumed, "chip.dram.efficiency", NONE,
        "Part of the raw DRAM rate that transfers reach.";
    DRAM_LATENCY_NS: u32 = 200, "ns", Assumed, "chip.dram.latency_ns", NONE, "Time to the first byte from DRAM.";
    CHIPS_PER_BOARD: u32 = 48, "", Published, "chips_per_board", GON24, "Chips per board, a hexagonal outline.";
    BOARD_OUTLINE: &str = "-3 <= x - y <= 4 within 8 x 8", "", Published, "board_outline",
        "SpiNNMachine, inherited there from SpiNNaker1", "Which places of a board's square hold chips.";
    BOARDS_PER_TRIAD: u32 = 3, "", Assumed, "boards_per_triad", RIG,
        "Boards whose outlines together tile a 12 x 12 torus.";
    BOARDS_PER_FRAME: u32 = 18, "", Published, "boards_per_frame", NICE25, "Boards per frame.";
    BOARDS_PER_RACK: u32 = 90, "", Published, "boards_per_rack", NICE25, "Boards per rack, five frames.";
    BOARDS_DRESDEN: u32 = 720, "", Published, "boards_dresden", NICE25,
        "Boards of the Dresden installation, eight racks.";
    BOARDS_MAX: u32 = 1_440, "", Secondary, "boards_max", "Open Neuromorphic hardware page",
        "Boards of the largest machine that the design foresees, sixteen racks.";
    TORUS_IS_SQUAREST: bool = true, "", Assumed, "torus_is_squarest", "rig's sizing rule; real dimensions not published",
        "A torus of B boards uses the squarest pair of factors of B / 3, wider than tall.";
    BOOT_CHIP_IS_ORIGIN: bool = true, "", Assumed, "boot_chip",
        "as in SpiNNMachine; the portal names chip 43 of a board, without its coordinates",
        "The host is connected to chip (0, 0).";
}
