//! Machines with broken parts.

use gennaker_machine::{ChipXy, CoreFault, DrawnFaults, Faults, Link, LinkFault, Machine, MachineSpec};
use proptest::prelude::*;

fn with_faults(spec: MachineSpec, faults: Faults) -> Machine {
    Machine::new(MachineSpec { faults, ..spec }).unwrap()
}

#[test]
fn a_link_dead_in_one_direction_is_dead_in_both() {
    let chip = ChipXy::new(1, 1);
    let links = vec![LinkFault { chip, link: Link::North }];
    let board = with_faults(MachineSpec::board(), Faults { links, ..Faults::default() });
    assert_eq!(board.neighbour(chip, Link::North), None);
    assert_eq!(board.neighbour(ChipXy::new(1, 2), Link::South), None);
    assert_eq!(board.ideal_neighbour(chip, Link::North), Some(ChipXy::new(1, 2)));
    assert_eq!(board.neighbour(chip, Link::East), Some(ChipXy::new(2, 1)));
    assert_eq!(board.summary().n_dead_links, 2);
}

#[test]
fn a_dead_chip_takes_its_links_and_cores_along() {
    let chip = ChipXy::new(3, 3);
    let cores = vec![CoreFault { chip, core: 5 }];
    let board =
        with_faults(MachineSpec::board(), Faults { chips: vec![chip, chip], cores, ..Faults::default() });
    assert!(!board.contains(chip));
    assert!(Link::ALL.iter().all(|&link| board.neighbour(chip, link).is_none()));
    assert!(board.chips().all(|other| other != chip));
    let summary = board.summary();
    assert_eq!((summary.n_chips, summary.n_dead_chips, summary.n_dead_links), (47, 1, 12));
    assert_eq!((summary.n_pes, summary.n_dead_pes), (47 * 152, 0));
}

#[test]
fn a_dead_core_costs_an_application_one_core_wherever_it_lies() {
    let chip = ChipXy::new(0, 0);
    for core in [1, 77, 148, 149, 152] {
        let cores = vec![CoreFault { chip, core }];
        let machine = with_faults(MachineSpec::single_chip(), Faults { cores, ..Faults::default() });
        let left: Vec<_> = machine.application_cores(chip).collect();
        assert_eq!((left.len(), machine.n_application_cores(chip)), (147, 147));
        assert!(!left.contains(&core) && left.is_sorted());
    }
}

#[test]
fn drawn_faults_come_at_their_probability_and_spare_the_boot_chip() {
    let drawn =
        DrawnFaults { seed: 3, chip_probability: 0.02, link_probability: 0.03, core_probability: 0.01 };
    let summary = with_faults(MachineSpec::dresden(), Faults { drawn, ..Faults::default() }).summary();
    let near = |count: usize, expected: f64| (count as f64 / expected - 1.0).abs() < 0.1;
    assert!(near(summary.n_dead_chips, 34_560.0 * 0.02), "{}", summary.n_dead_chips);
    assert!(near(summary.n_dead_pes, 5_253_120.0 * 0.98 * 0.01), "{}", summary.n_dead_pes);
    let alive = 0.98 * 0.98 * 0.97;
    assert!(near(summary.n_dead_links, 207_360.0 * (1.0 - alive)), "{}", summary.n_dead_links);

    let drawn = DrawnFaults { chip_probability: 1.0, ..DrawnFaults::default() };
    let alone = with_faults(MachineSpec::board(), Faults { drawn, ..Faults::default() });
    assert_eq!(alone.chips().collect::<Vec<_>>(), [alone.boot_chip()]);
}

#[test]
fn whether_a_part_works_does_not_depend_on_the_size_of_the_machine() {
    let drawn = DrawnFaults { seed: 11, chip_probability: 0.1, link_probability: 0.1, core_probability: 0.1 };
    let faults = Faults { drawn, ..Faults::default() };
    let small = with_faults(MachineSpec::grid(6, 6, false), faults.clone());
    let large = with_faults(MachineSpec::grid(30, 20, true), faults);
    for chip in (0..6).flat_map(|x| (0..6).map(move |y| ChipXy::new(x, y))) {
        assert_eq!(small.contains(chip), large.contains(chip));
        assert!(small.application_cores(chip).eq(large.application_cores(chip)));
    }
}

proptest! {
    #[test]
    fn links_are_symmetric_and_end_on_working_chips(
        seed in 0u64..1_000,
        probability in 0.0..0.5f64,
        wraps: bool,
    ) {
        let drawn =
            DrawnFaults { seed, chip_probability: probability, link_probability: probability, core_probability: 0.0 };
        let machine = with_faults(MachineSpec::grid(7, 5, wraps), Faults { drawn, ..Faults::default() });
        prop_assert_eq!(machine.chips().count(), machine.n_chips());
        for (chip, link) in machine.chips().flat_map(|chip| Link::ALL.map(|link| (chip, link))) {
            if let Some(there) = machine.neighbour(chip, link) {
                prop_assert!(machine.contains(there));
                prop_assert_eq!(machine.neighbour(there, link.opposite()), Some(chip));
            }
        }
    }
}
