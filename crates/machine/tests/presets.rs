//! The published machines, by name.

use std::time::{Duration, Instant};

use gennaker_machine::{Machine, MachineError, MachineSpec, MachineSummary};

fn summary(preset: &str) -> MachineSummary {
    Machine::new(MachineSpec::parse(preset).unwrap()).unwrap().summary()
}

#[test]
fn one_chip_has_no_links() {
    let chip = summary("chip");
    assert_eq!((chip.n_chips, chip.n_pes, chip.n_application_pes), (1, 152, 148));
    assert_eq!((chip.n_short_links, chip.n_long_links, chip.max_hops), (0, 0, 0));
    assert_eq!((chip.mean_hops, chip.sram_bytes), (0.0, 19 << 20));
}

#[test]
fn one_board_matches_the_published_totals() {
    let board = summary("board");
    assert_eq!((board.n_boards, board.n_chips), (1, 48));
    assert_eq!((board.n_pes, board.n_application_pes), (7_296, 7_104));
    assert_eq!(board.dram_bytes, 96 << 30);
    assert_eq!((board.n_short_links, board.n_long_links), (240, 0));
    assert_eq!(board.max_hops, 7);
    assert!((board.mean_hops - 3.66).abs() < 0.005, "{}", board.mean_hops);
}

#[test]
fn the_dresden_machine_matches_the_published_totals() {
    let dresden = summary("dresden");
    assert_eq!((dresden.n_boards, dresden.n_chips, dresden.n_pes), (720, 34_560, 5_253_120));
    assert_eq!((dresden.width, dresden.height, dresden.wraps), (192, 180, true));
    assert_eq!(dresden.max_hops, 124);
    assert!((dresden.mean_hops - 72.3).abs() < 0.05, "{}", dresden.mean_hops);
    assert_eq!(dresden.n_long_links * 5, dresden.n_short_links);
    assert_eq!(dresden.dram_bytes, 69_120 << 30);
}

#[test]
fn frames_and_racks_have_their_boards() {
    let shape = |preset| {
        let summary = summary(preset);
        (summary.n_boards, summary.n_chips, summary.n_pes, summary.width, summary.height)
    };
    assert_eq!(shape("frame"), (18, 864, 131_328, 36, 24));
    assert_eq!(shape("rack"), (90, 4_320, 656_640, 72, 60));
    assert_eq!(shape("boards:1440"), (1_440, 69_120, 10_506_240, 288, 240));
    assert_eq!(shape("boards:1"), shape("board"));
}

#[test]
fn the_spinnaker1_board_has_its_own_numbers() {
    let spec = MachineSpec::spinn5();
    assert_eq!((spec.chip.n_cores(), spec.chip.router.table_entries), (18, 1_023));
    assert_eq!((spec.chip.pe.sram_bytes, spec.chip.dram_bytes), (96 << 10, 128 << 20));
    let machine = Machine::new(spec).unwrap();
    assert_eq!(machine.summary().n_application_pes, 48 * 17);
    assert_eq!(machine.core_position(1), None);
}

#[test]
fn the_last_four_processing_elements_are_kept_for_the_system() {
    let chip = Machine::new(MachineSpec::single_chip()).unwrap();
    let cores: Vec<_> = chip.application_cores(chip.boot_chip()).collect();
    assert_eq!(cores, (1..=148).collect::<Vec<_>>());
    let first = chip.core_position(1).unwrap();
    assert_eq!((first.quad.x, first.quad.y, first.pe), (7, 6, 0));
}

#[test]
fn describing_five_million_cores_is_nearly_free() {
    let start = Instant::now();
    for _ in 0..1_000 {
        Machine::new(MachineSpec::dresden()).unwrap();
    }
    // Some microseconds each; the limit only guards against storing anything per chip.
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
}

#[test]
fn an_unknown_name_is_answered_with_the_known_ones() {
    let message = MachineSpec::parse("bord").unwrap_err().to_string();
    assert!(message.contains("`bord`"), "{message}");
    assert!(MachineSpec::PRESETS.iter().all(|preset| message.contains(preset)), "{message}");
}

#[test]
fn boards_that_close_to_no_torus_are_refused_with_a_number_that_does() {
    for (given, suggested) in
        [("4", 6), ("0", 3), ("1441", 1_440), ("4294967295", 1_440), ("many", 3), ("-3", 3)]
    {
        let error = MachineSpec::parse(&format!("boards:{given}")).unwrap_err();
        let MachineError::BoardCount { suggestion, .. } = error else { panic!("{error}") };
        assert_eq!(suggestion, suggested, "{given}");
        assert!(error.to_string().contains(given), "{error}");
    }
}

#[test]
fn every_accepted_number_of_boards_gives_that_many_boards() {
    for boards in (3..=1_440).step_by(3) {
        let machine = Machine::new(MachineSpec::boards(boards).unwrap()).unwrap();
        assert_eq!(machine.boards().len() as u32, boards);
        assert_eq!(machine.n_chips() as u32, boards * 48);
        assert!(machine.width() >= machine.height());
    }
}
