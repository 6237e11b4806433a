//! Distances, shortest vectors, boards and links against slow and obvious references.

use std::collections::{BTreeMap, VecDeque};

use gennaker_machine::{ChipXy, Link, LinkClass, Machine, MachineSpec};
use proptest::prelude::*;

fn machine(spec: MachineSpec) -> Machine {
    Machine::new(spec).unwrap()
}

/// Hops from one chip to every chip, found by walking the links.
fn walk(machine: &Machine, from: ChipXy) -> BTreeMap<ChipXy, u32> {
    let mut hops = BTreeMap::from([(from, 0)]);
    let mut queue = VecDeque::from([from]);
    while let Some(here) = queue.pop_front() {
        for there in Link::ALL.iter().filter_map(|&link| machine.neighbour(here, link)) {
            if !hops.contains_key(&there) {
                hops.insert(there, hops[&here] + 1);
                queue.push_back(there);
            }
        }
    }
    hops
}

fn check_distances(machine: &Machine, from: ChipXy) {
    let walked = walk(machine, from);
    assert_eq!(walked.len(), machine.n_chips());
    for (to, hops) in walked {
        assert_eq!(machine.distance(from, to), hops, "{from} to {to} on {}", machine.spec().name);
    }
}

#[test]
fn distance_is_the_number_of_links_on_every_small_torus_and_rectangle() {
    for (width, height) in (1..=9).flat_map(|width| (1..=9).map(move |height| (width, height))) {
        check_distances(&machine(MachineSpec::grid(width, height, true)), ChipXy::new(width / 2, height / 3));
        let rectangle = machine(MachineSpec::grid(width, height, false));
        rectangle.chips().for_each(|from| check_distances(&rectangle, from));
    }
}

#[test]
fn distance_is_the_number_of_links_on_the_board_although_it_is_not_a_rectangle() {
    let board = machine(MachineSpec::board());
    board.chips().for_each(|from| check_distances(&board, from));
}

#[test]
fn distance_is_the_number_of_links_on_tori_of_boards() {
    for boards in [3, 6, 9, 12] {
        check_distances(&machine(MachineSpec::boards(boards).unwrap()), ChipXy::new(5, 7));
    }
}

#[test]
fn mean_and_largest_distance_agree_with_counting_pairs() {
    for spec in [MachineSpec::grid(5, 3, true), MachineSpec::grid(6, 4, false), MachineSpec::board()] {
        let machine = machine(spec);
        let summary = machine.summary();
        let pairs = || machine.chips().flat_map(|a| machine.chips().map(move |b| (a, b)));
        let distances = || pairs().map(|(a, b)| machine.distance(a, b));
        let n_pairs = (machine.n_chips() * (machine.n_chips() - 1)) as f64;
        assert_eq!(summary.max_hops, distances().max().unwrap());
        assert!((summary.mean_hops - f64::from(distances().sum::<u32>()) / n_pairs).abs() < 1e-12);
    }
}

#[test]
fn a_board_has_48_chips_and_a_sixth_of_its_link_ends_leave_it() {
    let board = machine(MachineSpec::board());
    assert_eq!(board.n_chips(), 48);
    for link in Link::ALL {
        let open = board.chips().filter(|&chip| board.neighbour(chip, link).is_none()).count();
        assert_eq!(open, 8, "{link}");
    }
}

#[test]
fn three_boards_tile_the_torus_with_48_chips_each() {
    let triad = machine(MachineSpec::boards(3).unwrap());
    assert_eq!((triad.width(), triad.height(), triad.wraps()), (12, 12, true));
    assert_eq!(triad.boards(), [ChipXy::new(0, 0), ChipXy::new(4, 8), ChipXy::new(8, 4)]);
    for board in triad.boards() {
        assert_eq!(triad.chips().filter(|&chip| triad.board_of(chip) == Some(board)).count(), 48);
    }
}

#[test]
fn every_chip_of_a_large_torus_lies_inside_the_outline_of_its_board() {
    let frame = machine(MachineSpec::parse("frame").unwrap());
    let mut chips_of = BTreeMap::new();
    for chip in frame.chips() {
        let board = frame.board_of(chip).unwrap();
        let x = (chip.x + frame.width() - board.x) % frame.width();
        let y = (chip.y + frame.height() - board.y) % frame.height();
        assert!(
            x < 8 && y < 8 && (-3..=4).contains(&(i32::from(x) - i32::from(y))),
            "{chip} on board {board}"
        );
        *chips_of.entry(board).or_insert(0) += 1;
    }
    assert_eq!(chips_of.keys().copied().collect::<Vec<_>>(), frame.boards());
    assert!(chips_of.values().all(|&n| n == 48));
}

#[test]
fn a_sixth_of_the_links_between_boards_are_long() {
    let triad = machine(MachineSpec::boards(3).unwrap());
    let summary = triad.summary();
    assert_eq!((summary.n_short_links, summary.n_long_links), (3 * 240, 3 * 48));
    let corner = ChipXy::new(0, 0);
    assert_eq!(triad.link_class(corner, Link::East), Some(LinkClass::Short));
    assert_eq!(triad.link_class(corner, Link::West), Some(LinkClass::Long));
    assert_eq!(machine(MachineSpec::board()).link_class(corner, Link::West), None);
}

#[test]
fn nothing_lies_outside_the_machine() {
    let board = machine(MachineSpec::board());
    for outside in [ChipXy::new(0, 4), ChipXy::new(7, 0), ChipXy::new(8, 8), ChipXy::new(u16::MAX, u16::MAX)]
    {
        assert!(!board.contains(outside));
        assert_eq!(board.board_of(outside), None);
        assert_eq!(board.application_cores(outside).count(), 0);
        assert!(Link::ALL.iter().all(|&link| board.neighbour(outside, link).is_none()));
    }
}

proptest! {
    #[test]
    fn every_minimal_vector_arrives_by_a_shortest_path(
        (width, height) in (1u16..40, 1u16..40),
        ends in [(0u16..40, 0u16..40), (0u16..40, 0u16..40)],
        wraps: bool,
    ) {
        let machine = machine(MachineSpec::grid(width, height, wraps));
        let [from, to] = ends.map(|(x, y)| ChipXy::new(x % width, y % height));
        let vectors = machine.minimal_vectors(from, to);
        prop_assert!(!vectors.is_empty());
        for vector in vectors {
            prop_assert_eq!(vector.hops(), machine.distance(from, to));
            let (dx, dy) = vector.delta();
            let x = (i32::from(from.x) + dx).rem_euclid(i32::from(width));
            let y = (i32::from(from.y) + dy).rem_euclid(i32::from(height));
            prop_assert_eq!(ChipXy::new(x as u16, y as u16), to);
        }
    }

    #[test]
    fn distance_is_a_metric(
        (width, height) in (1u16..60, 1u16..60),
        ends in [(0u16..60, 0u16..60), (0u16..60, 0u16..60), (0u16..60, 0u16..60)],
        wraps: bool,
    ) {
        let machine = machine(MachineSpec::grid(width, height, wraps));
        let [a, b, c] = ends.map(|(x, y)| ChipXy::new(x % width, y % height));
        prop_assert_eq!(machine.distance(a, b), machine.distance(b, a));
        prop_assert_eq!(machine.distance(a, b) == 0, a == b);
        prop_assert!(machine.distance(a, c) <= machine.distance(a, b) + machine.distance(b, c));
    }

    #[test]
    fn links_lead_back(chip in (0u16..192, 0u16..180), link in 0u8..6) {
        let dresden = machine(MachineSpec::dresden());
        let (chip, link) = (ChipXy::from(chip), Link::from_index(link).unwrap());
        let there = dresden.neighbour(chip, link).unwrap();
        prop_assert_eq!(dresden.neighbour(there, link.opposite()), Some(chip));
        prop_assert_eq!(dresden.link_class(chip, link), dresden.link_class(there, link.opposite()));
    }
}
