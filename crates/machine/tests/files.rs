//! Machine files: what they may say, and what they are told when they say it wrongly.

use gennaker_machine::{ChipXy, Generation, Layout, Machine, MachineSpec};

/// Reads and builds; gives the message of whichever step refused.
fn build(file: &str) -> Result<Machine, String> {
    let spec = MachineSpec::from_toml(file).map_err(|error| error.to_string())?;
    Machine::new(spec).map_err(|error| error.to_string())
}

fn check_refused(file: &str, fragments: &[&str]) {
    let message = build(file).unwrap_err();
    for fragment in fragments {
        assert!(message.contains(fragment), "{fragment:?} is missing in: {message}");
    }
}

#[test]
fn an_empty_file_is_a_board() {
    assert_eq!(MachineSpec::from_toml("").unwrap(), MachineSpec::board());
}

#[test]
fn every_preset_survives_being_written_and_read() {
    for preset in ["chip", "board", "boards:24", "frame", "rack", "dresden", "spinn5"] {
        let spec = MachineSpec::parse(preset).unwrap();
        assert_eq!(MachineSpec::from_toml(&spec.to_toml().unwrap()).unwrap(), spec);
    }
}

#[test]
fn a_layout_replaces_that_of_the_preset() {
    let torus = build("layout = { grid = { width = 4, height = 3, wraps = true } }").unwrap();
    assert_eq!((torus.n_chips(), torus.wraps()), (12, true));
    assert_eq!(torus.spec().name, "4 x 3 torus");
    let boards = MachineSpec::from_toml("preset = \"spinn5\"\nlayout = { boards = 24 }").unwrap();
    assert_eq!((boards.layout, boards.generation), (Layout::Boards(24), Generation::Spinnaker1));
}

#[test]
fn a_generation_brings_its_own_numbers() {
    assert_eq!(
        MachineSpec::from_toml("generation = \"spinnaker1\"").unwrap().chip,
        MachineSpec::spinn5().chip
    );
    check_refused("preset = \"rack\"\ngeneration = \"spinnaker1\"", &["`rack`", "spinnaker2", "spinnaker1"]);
}

#[test]
fn a_single_value_overrides_only_itself() {
    let spec = MachineSpec::from_toml("chip.pe.sram_bytes = 262144\nboot_chip = [2, 3]").unwrap();
    let mut expected = MachineSpec::board();
    expected.chip.pe.sram_bytes = 262_144;
    expected.boot_chip = ChipXy::new(2, 3);
    assert_eq!(spec, expected);
}

#[test]
fn an_unknown_key_is_named_with_its_path_and_the_keys_that_exist() {
    check_refused("chip.pe.sram = 1", &["`chip.pe.sram`", "sram_bytes", "code_bytes"]);
    check_refused("colour = \"red\"", &["`colour`", "boot_chip", "layout"]);
    check_refused("[faults]\nchip = [[0, 0]]", &["`faults.chip`", "chips"]);
    check_refused("faults.cores = [{ chip = [0, 0], id = 3 }]", &["id", "core"]);
    check_refused("layout = { boards = 3, wraps = true }", &["`layout`", "{ boards = 3 }"]);
}

#[test]
fn a_value_of_the_wrong_kind_is_named() {
    check_refused("chip.n_pes = \"many\"", &["chip.n_pes", "many"]);
    check_refused("chip.n_pes = 300", &["chip.n_pes", "300"]);
    check_refused("chip.pe = 4", &["`chip.pe`", "table"]);
    check_refused("layout = 4", &["`layout`", "{ boards = 3 }"]);
    check_refused("faults.links = [{ chip = [0, 0], link = \"up\" }]", &["up", "north_east"]);
    check_refused("layout = \"hexagon\"", &["hexagon", "boards"]);
    check_refused("preset = 3", &["`preset`", "3"]);
    check_refused("generation = \"spinnaker3\"", &["`generation`", "spinnaker3", "spinnaker2"]);
    check_refused("boot_chip = [1]", &["`boot_chip`"]);
    check_refused("chip = [", &["line 1"]);
}

#[test]
fn a_value_out_of_range_is_named_with_its_range() {
    check_refused("chip.application_pes = 153", &["chip.application_pes", "153", "1 to 152"]);
    check_refused("chip.n_pes = 160", &["chip.n_pes", "160", "1 to 152"]);
    check_refused("chip.pe.sram_bytes = 0", &["chip.pe.sram_bytes"]);
    check_refused("chip.pe.sram_bytes = 32768", &["chip.pe.code_bytes", "32768", "0 to 32767"]);
    check_refused("chip.pe.event_fifo_words = 100000", &["chip.pe.event_fifo_words", "100000"]);
    check_refused("chip.pe.performance_levels = []", &["chip.pe.performance_levels"]);
    check_refused("chip.router.table_entries = 0", &["chip.router.table_entries"]);
    check_refused("chip.links.long.packets_per_s = 0", &["chip.links", "packets_per_s"]);
    check_refused("chip.dram.efficiency = 1.5", &["chip.dram.efficiency", "1.5"]);
    check_refused("chip.dram.efficiency = nan", &["chip.dram.efficiency", "NaN"]);
    check_refused("faults.drawn.chip_probability = 2", &["faults.drawn.chip_probability", "0 to 1"]);
    check_refused("layout = { grid = { width = 0, height = 3, wraps = true } }", &["layout.grid", "0 x 3"]);
    check_refused("layout = { boards = 5 }", &["`5` boards", "6"]);
}

#[test]
fn faults_must_name_what_exists() {
    check_refused("faults.chips = [[0, 7]]", &["faults.chips", "(0, 7)", "8 x 8"]);
    check_refused("faults.links = [{ chip = [0, 0], link = \"west\" }]", &["link west of chip (0, 0)"]);
    check_refused("faults.cores = [{ chip = [0, 0], core = 153 }]", &["core 153", "1 to 152"]);
    check_refused("faults.cores = [{ chip = [0, 0], core = 0 }]", &["core 0", "faults.chips"]);
    check_refused("faults.chips = [[0, 0]]", &["boot chip (0, 0)", "boot_chip"]);
    check_refused("boot_chip = [7, 0]", &["boot_chip", "(7, 0)"]);
}
