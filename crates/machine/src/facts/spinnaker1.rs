//! Numbers of the SpiNNaker1 chip, kept so that nothing is written for one generation only.

use super::fact_table;
use crate::chip::PerformanceLevel;

const DS1: &str = "SpiNNaker datasheet v2.02, 2011";
const SM: &str = "SpiNNMachine and SpiNNaker1 system software";
const SLIDES: &str = "SpiNNaker workshop slides";
const MODEL: &str = "a choice of this model";

fact_table! { Spinnaker1;
    N_PES: u8 = 17, "", Published, "chip.n_pes", DS1,
        "Cores per chip besides the monitor, which takes core id 0 of 18.";
    APPLICATION_PES: u8 = 17, "", Published, "chip.application_pes", SM,
        "Cores per chip left to applications: 18 less one monitor.";
    DRAM_BYTES: u64 = 134_217_728, "B", Published, "chip.dram_bytes", DS1, "SDRAM per chip.";
    SRAM_BYTES: u32 = 98_304, "B", Published, "chip.pe.sram_bytes", DS1,
        "Memory per core: 64 kB for data and 32 kB for instructions.";
    CODE_BYTES: u32 = 32_768, "B", Published, "chip.pe.code_bytes", DS1, "Instruction memory per core.";
    STACK_BYTES: u32 = 4_096, "B", Assumed, "chip.pe.stack_bytes", "as on SpiNNaker2",
        "Part of a core's data memory used for stack and heap.";
    EVENT_FIFO_WORDS: u32 = 256, "words", Assumed, "chip.pe.event_fifo_words", MODEL,
        "Length of the software buffer that receives spikes.";
    TIMER_HZ: u64 = 1_000_000, "Hz", Assumed, "chip.pe.timer_hz", "timer periods are set in microseconds",
        "Resolution of the core timers.";
    DMA_BYTES_PER_CYCLE: u32 = 4, "B", Assumed, "chip.pe.dma_bytes_per_cycle", MODEL,
        "Upper bound of a core's DMA per cycle.";
    DMA_ALIGNMENT_BYTES: u32 = 4, "B", Assumed, "chip.pe.dma_alignment_bytes", MODEL,
        "Alignment of DMA transfers: one word.";
    MACS_PER_CYCLE: u32 = 0, "", Published, "chip.pe.macs_per_cycle", DS1, "There is no matrix accelerator.";
    LEVEL: PerformanceLevel = PerformanceLevel { supply_mv: 1_200, clock_hz: 200_000_000, published: true }, "",
        Assumed, "chip.pe.performance_levels", "clock from the datasheet; the supply is nominal and scales nothing",
        "The only performance level.";
    LEVEL_SWITCH_NS: u32 = 0, "ns", Derived, "chip.pe.level_switch_ns", "there is only one level",
        "Time that a change of performance level takes.";
    ROUTER_TABLE_ENTRIES: u32 = 1_023, "", Published, "chip.router.table_entries", SM,
        "Usable multicast routing table entries per chip, of 1,024.";
    ROUTER_CLOCK_HZ: u64 = 133_000_000, "Hz", Assumed, "chip.router.clock_hz",
        "usual setting; the datasheet allows 200 MHz", "Clock of the router.";
    ROUTER_LOOKUPS_PER_CYCLE: u32 = 1, "", Published, "chip.router.lookups_per_cycle", DS1,
        "Multicast look-ups per router cycle.";
    ROUTER_LATENCY_NS: u32 = 50, "ns", Assumed, "chip.router.latency_ns", "part of the 0.1 to 0.2 us per hop",
        "Time of a packet in the router.";
    MAX_PAYLOAD_BITS: u32 = 32, "bit", Published, "chip.router.max_payload_bits", DS1, "Largest payload of a packet.";
    DEFAULT_ROUTE: bool = true, "", Published, "chip.router.default_route", DS1,
        "Whether a packet without a table entry leaves opposite to its arrival.";
    EMERGENCY_ROUTING: bool = false, "", Published, "chip.router.emergency_routing", SM,
        "Whether a blocked packet tries the neighbouring link; the standard software switches it off.";
    BLOCK_TIMEOUT_CYCLES: u32 = 480, "cycles", Published, "chip.router.block_timeout_cycles", SM,
        "Wait of a blocked packet before it is dropped, with reinjection loaded.";
    NOC_CLOCK_HZ: u64 = 133_000_000, "Hz", Assumed, "chip.noc.clock_hz", "taken equal to the router's clock",
        "Clock of the network between cores and router.";
    NOC_CYCLES_PER_HOP: u32 = 0, "cycles", Assumed, "chip.noc.cycles_per_hop",
        "all cores share one path to the router, whose time is in the router's latency", "Cycles per hop on the chip.";
    FLIT_PAYLOAD_BITS: u32 = 32, "bit", Assumed, "chip.noc.flit_payload_bits", MODEL,
        "Payload moved on the chip in one step.";
    LINK_BITS_PER_S: u64 = 250_000_000, "bit/s", Published, "chip.links.short.bits_per_s", SLIDES,
        "Rate of a link, one direction; board-to-board cables carry eight links without slowing them.";
    LINK_PACKET_BITS: u32 = 40, "bit", Published, "chip.links.short.packet_bits", DS1,
        "Size of a packet without payload on a link.";
    LINK_PACKETS_PER_S: u64 = 5_000_000, "1/s", Published, "chip.links.short.packets_per_s", SLIDES,
        "Packets without payload that a link carries.";
    LINK_LATENCY_NS: u32 = 100, "ns", Derived, "chip.links.short.latency_ns",
        "0.1 to 0.2 us per hop, less the router", "Router to router.";
    DRAM_RAW_BYTES_PER_S: u64 = 266_666_666, "B/s", Derived, "chip.dram.raw_bytes_per_s",
        "15 ns per word by DMA, SpiNNaker workshop slides", "Rate of the SDRAM.";
    DRAM_EFFICIENCY: f64 = 1.0, "", Derived, "chip.dram.efficiency", "the rate above is what transfers reach",
        "Part of the raw rate that transfers reach.";
    DRAM_LATENCY_NS: u32 = 100, "ns", Published, "chip.dram.latency_ns", SLIDES, "Time of a single access.";
}
