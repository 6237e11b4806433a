//! Matrix, exponential, rounding and random units of a SpiNNaker2 PE, and the measured cost of layered programs.

use super::fact_table;

const CHIP26: &str = "Scholze et al. 2026, arXiv 2607.24396";

fact_table! { Spinnaker2;
    MAC_ROWS: u32 = 4, "", Secondary, "accelerator.mac_rows", CHIP26,
        "Output rows that the matrix accelerator works on at once; a matrix-vector product uses one of them.";
    MAC_COLUMNS: u32 = 16, "", Secondary, "accelerator.mac_columns", CHIP26,
        "Output columns that the matrix accelerator works on at once.";
    MAC_ACCUMULATOR_BITS: u32 = 24, "bit", Secondary, "accelerator.mac_accumulator_bits", CHIP26,
        "Width of the matrix accelerator's accumulators; the earlier test chip had 29.";
    MAC_ACCUMULATOR_SATURATES: bool = true, "", Assumed, "accelerator.mac_accumulator_saturates", "not published",
        "Whether those accumulators saturate rather than wrap.";
    MAC_CYCLES_8X8: u32 = 1, "cycles", Secondary, "accelerator.mac_cycles_8x8", CHIP26,
        "Cycles per element of the inner dimension with 8-bit operands.";
    MAC_CYCLES_8X16: u32 = 2, "cycles", Derived, "accelerator.mac_cycles_8x16", "two 8-bit cells fuse",
        "The same with one 16-bit operand.";
    MAC_CYCLES_16X16: u32 = 4, "cycles", Assumed, "accelerator.mac_cycles_16x16", "four 8-bit cells",
        "The same with two 16-bit operands.";
    MAC_OUTPUT_BYTES_PER_CYCLE: u32 = 16, "B", Assumed, "accelerator.mac_output_bytes_per_cycle",
        "fit to the published utilisations", "Rate at which a finished tile is written.";
    MAC_SETUP_CYCLES: u32 = 2, "cycles", Assumed, "accelerator.mac_setup_cycles", "fit to the published utilisations",
        "Cycles before each tile.";
    EXP_BASE_CYCLES: u32 = 6, "cycles", Derived, "accelerator.exp_base_cycles", "7 to 22 cycles for 1 to 16 iterations",
        "Latency of the exponential and logarithm unit besides one cycle per iteration.";
    EXP_MAX_ITERATIONS: u32 = 16, "", Secondary, "accelerator.exp_max_iterations", CHIP26,
        "Iterations of that unit for full precision.";
    ROUNDING_CYCLES: u32 = 4, "cycles", Secondary, "accelerator.rounding_cycles", CHIP26,
        "Latency of the rounding and saturation unit, upper of 3 and 4.";
    RANDOM_BITS_PER_CYCLE: u32 = 32, "bit", Secondary, "accelerator.random_bits_per_cycle", CHIP26,
        "Random bits per cycle of a PE's KISS64 generator.";
    TRUE_RANDOM_BITS_PER_S: u64 = 1_000_000, "bit/s", Assumed, "accelerator.true_random_bits_per_s", "not published",
        "Rate of the chip's true random generator.";
    LAYER_OVERHEAD_US: f64 = 13.0, "us", Secondary, "cost.layer_overhead_us", CHIP26,
        "Scheduling of one layer of a deep network over a chip.";
    LAYERS_SETUP_US: f64 = 39.0, "us", Secondary, "cost.layers_setup_us", CHIP26, "Start of a layered program.";
    LAYERS_CLEANUP_US: f64 = 93.0, "us", Secondary, "cost.layers_cleanup_us", CHIP26, "End of a layered program.";
    ETHERNET_BYTES_PER_S: u64 = 90_000_000, "B/s", Assumed, "host.ethernet_bytes_per_s",
        "the interface is 1 Gbit/s; its use is not published", "Rate at which a host loads and reads a board.";
    HOST_ROUND_TRIP_US: f64 = 150.0, "us", Assumed, "host.round_trip_us", "not published",
        "One request to the machine and its answer.";
}
