//! Measured powers of the SpiNNaker2 chip, and the energies that follow from them.

use super::fact_table;

const CHIP26: &str = "Scholze et al. 2026, arXiv 2607.24396";
const FROM_CHIP26: &str = "calculated from the powers in Scholze et al. 2026";
const GENERIC: &str = "not published; generic LPDDR4 figure";
const GUESS: &str = "not published; order of magnitude only";

fact_table! { Spinnaker2;
    POWER_ALL_OFF_MW: f64 = 75.2, "mW", Secondary, "power.all_off_mw", CHIP26,
        "Chip with all PEs off; taken as the power outside the PEs.";
    POWER_SLEEP_LOW_MW: f64 = 235.4, "mW", Secondary, "power.sleep_low_mw", CHIP26, "Chip, 152 PEs asleep at 0.5 V.";
    POWER_SLEEP_HIGH_MW: f64 = 564.7, "mW", Secondary, "power.sleep_high_mw", CHIP26,
        "Chip, 152 PEs asleep at 0.8 V.";
    POWER_COREMARK_LOW_MW: f64 = 424.6, "mW", Secondary, "power.coremark_low_mw", CHIP26,
        "Chip, CoreMark on 152 PEs at 0.5 V and 150 MHz.";
    POWER_COREMARK_HIGH_MW: f64 = 1_247.9, "mW", Secondary, "power.coremark_high_mw", CHIP26,
        "Chip, CoreMark on 152 PEs at 0.8 V and 300 MHz.";
    POWER_MATMUL_LOW_MW: f64 = 825.0, "mW", Secondary, "power.matmul_low_mw", CHIP26,
        "Chip, 8-bit matrix product on all PEs at 0.5 V and 150 MHz.";
    POWER_MATMUL_HIGH_MW: f64 = 2_219.0, "mW", Secondary, "power.matmul_high_mw", CHIP26,
        "Chip, 8-bit matrix product on all PEs at 0.8 V and 300 MHz.";
    MATMUL_LOW_TOPS: f64 = 2.281, "TOPS", Secondary, "power.matmul_low_tops", CHIP26,
        "Operations per second measured with that product at 0.5 V.";
    MATMUL_HIGH_TOPS: f64 = 4.563, "TOPS", Secondary, "power.matmul_high_tops", CHIP26,
        "Operations per second measured with that product at 0.8 V.";
    PE_SLEEP_LOW_MW: f64 = 1.054, "mW", Derived, "energy.pe_sleep_low_mw", FROM_CHIP26, "One PE asleep at 0.5 V.";
    PE_SLEEP_HIGH_MW: f64 = 3.220, "mW", Derived, "energy.pe_sleep_high_mw", FROM_CHIP26, "One PE asleep at 0.8 V.";
    PE_LEAK_FRACTION: f64 = 0.5, "", Assumed, "energy.pe_leak_fraction", GUESS,
        "Part of a PE's sleep power that does not depend on its clock; matters only for the two unpublished levels.";
    PE_OFF_MW: f64 = 0.0, "mW", Assumed, "energy.pe_off_mw", "its power domain is switched off", "One PE off.";
    CYCLE_LOW_PJ: f64 = 8.30, "pJ", Derived, "energy.cycle_low_pj", FROM_CHIP26,
        "One busy cycle of a PE above sleep, at 0.5 V.";
    CYCLE_HIGH_PJ: f64 = 14.98, "pJ", Derived, "energy.cycle_high_pj", FROM_CHIP26,
        "One busy cycle of a PE above sleep, at 0.8 V.";
    MAC_LOW_PJ: f64 = 0.517, "pJ", Derived, "energy.mac_low_pj", FROM_CHIP26,
        "One 8-bit multiply-accumulate above sleep, at 0.5 V.";
    MAC_HIGH_PJ: f64 = 0.725, "pJ", Derived, "energy.mac_high_pj", FROM_CHIP26,
        "One 8-bit multiply-accumulate above sleep, at 0.8 V.";
    SYNAPTIC_EVENTS_PER_PE: u32 = 12_000_000, "1/s", Secondary, "cost.synaptic_events_per_pe", CHIP26,
        "Synaptic events per second that one PE reaches with 1,024 neurons and a tick of 1 ms.";
    CYCLES_PER_TICK: u32 = 500, "cycles", Assumed, "cost.cycles_per_tick", "fit to 12 M synaptic events per second",
        "Fixed cost of a tick on a PE.";
    CYCLES_PER_NEURON_LIF: u32 = 50, "cycles", Assumed, "cost.cycles_per_neuron_lif",
        "fit to 12 M synaptic events per second", "One leaky integrate-and-fire neuron for one tick.";
    CYCLES_PER_NEURON_CUBA: u32 = 70, "cycles", Assumed, "cost.cycles_per_neuron_cuba",
        "fit to 12 M synaptic events per second", "The same with exponential synaptic currents.";
    CYCLES_PER_NEURON_COND: u32 = 120, "cycles", Assumed, "cost.cycles_per_neuron_cond",
        "not published; an exponential-current neuron and a division", "The same with synaptic conductances.";
    CYCLES_PER_NEURON_SOURCE: u32 = 20, "cycles", Assumed, "cost.cycles_per_neuron_source",
        "not published; one random number or one look at a list", "One neuron of a source for one tick.";
    CYCLES_PER_NEURON_IZHIKEVICH: u32 = 60, "cycles", Assumed, "cost.cycles_per_neuron_izhikevich",
        "fit to 12 M synaptic events per second", "One Izhikevich neuron for one tick.";
    CYCLES_PER_NEURON_SPIN: u32 = 60, "cycles", Assumed, "cost.cycles_per_neuron_spin",
        "not published; a leaky neuron and a random number through the logarithm unit", "One annealed or noisy neuron for one tick.";
    CYCLES_PER_PACKET: u32 = 40, "cycles", Assumed, "cost.cycles_per_packet",
        "fit to 12 M synaptic events per second", "Taking one spike from the FIFO and finding its row.";
    CYCLES_PER_SYNAPTIC_EVENT: u32 = 20, "cycles", Assumed, "cost.cycles_per_synaptic_event",
        "fit to 12 M synaptic events per second", "Adding one weight to its ring buffer.";
    CYCLES_PER_SENT_SPIKE: u32 = 15, "cycles", Assumed, "cost.cycles_per_sent_spike", GUESS, "Sending one spike.";
    LEVEL_SWITCH_NJ: f64 = 1.0, "nJ", Assumed, "energy.level_switch_nj", GUESS, "One change of performance level.";
    DRAM_STATIC_MW: f64 = 60.0, "mW", Assumed, "energy.dram_static_mw", GENERIC, "A chip's DRAM at rest.";
    DRAM_PJ_PER_BYTE: f64 = 48.0, "pJ/B", Assumed, "energy.dram_pj_per_byte", GENERIC, "One byte to or from DRAM.";
    NOC_FLIT_HOP_PJ: f64 = 10.0, "pJ", Assumed, "energy.noc_flit_hop_pj", GUESS,
        "One flit over one hop of the data network.";
    ROUTER_PACKET_PJ: f64 = 60.0, "pJ", Assumed, "energy.router_packet_pj", GUESS, "One packet through a router.";
    SHORT_LINK_PJ_PER_BIT: f64 = 1.0, "pJ/bit", Assumed, "energy.short_link_pj_per_bit", GUESS,
        "One bit over an on-board link.";
    LONG_LINK_PJ_PER_BIT: f64 = 6.0, "pJ/bit", Assumed, "energy.long_link_pj_per_bit", GUESS,
        "One bit over a board-to-board link.";
    SHORT_LINK_IDLE_MW: f64 = 0.0, "mW", Assumed, "energy.short_link_idle_mw", "such a link idles at ground",
        "An on-board link at rest.";
    LONG_LINK_IDLE_MW: f64 = 8.0, "mW", Assumed, "energy.long_link_idle_mw", GUESS,
        "A board-to-board link, which has to stay locked, at rest.";
    BOARD_OVERHEAD_W: f64 = 30.0, "W", Assumed, "energy.board_overhead_w", GUESS, "A board besides its chips.";
    FRAME_OVERHEAD_W: f64 = 120.0, "W", Assumed, "energy.frame_overhead_w",
        "near the 117 W of an idle SpiNNaker1 frame", "A frame besides its boards.";
    SUPPLY_EFFICIENCY: f64 = 0.9, "", Assumed, "energy.supply_efficiency", GUESS,
        "Part of the mains power that reaches the boards.";
}
