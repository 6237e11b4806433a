//! What of a machine is switched on for a mapped network.

use std::collections::BTreeSet;

use gennaker_machine::{ChipXy, Layout, Link, LinkClass, Machine, spinnaker2 as s2};
use gennaker_mapping::Mapping;

use crate::account::options::PoweredParts;
use crate::power::Powered;
use crate::traffic::Traffic;

pub(super) fn powered(
    mapping: &Mapping,
    machine: &Machine,
    traffic: &Traffic,
    parts: PoweredParts,
) -> Powered {
    let has_boards = matches!(machine.spec().layout, Layout::Boards(_));
    let used = || mapping.slices.iter().map(|slice| slice.chip).chain(traffic.routers.iter().copied());
    let boards: BTreeSet<ChipXy> = match parts {
        _ if !has_boards => BTreeSet::new(),
        PoweredParts::Machine => machine.boards().into_iter().collect(),
        PoweredParts::Used => used().filter_map(|chip| machine.board_of(chip)).collect(),
    };
    let is_on =
        |chip: &ChipXy| !has_boards || machine.board_of(*chip).is_some_and(|board| boards.contains(&board));
    let chips: Vec<ChipXy> = machine.chips().filter(is_on).collect();
    let reserved = usize::from(machine.spec().chip.n_pes - machine.spec().chip.application_pes);
    let n_working: usize = chips.iter().map(|&chip| machine.n_application_cores(chip) + reserved).sum();
    let links = |class: LinkClass| {
        let of = |chip: ChipXy| {
            Link::ALL.into_iter().filter(move |&link| {
                let there = machine.neighbour(chip, link);
                machine.link_class(chip, link) == Some(class) && there.is_some_and(|there| is_on(&there))
            })
        };
        chips.iter().flat_map(|&chip| of(chip)).count() as u64 / 2
    };
    let boards_per_frame = s2::BOARDS_PER_FRAME.value as usize;
    Powered {
        n_boards: boards.len() as u64,
        n_frames: if boards.len() >= boards_per_frame {
            boards.len().div_ceil(boards_per_frame) as u64
        } else {
            0
        },
        n_chips: chips.len() as u64,
        n_used_pes: mapping.slices.len() as u64,
        n_unused_pes: n_working.saturating_sub(mapping.slices.len()) as u64,
        n_long_links: links(LinkClass::Long),
        n_short_links: links(LinkClass::Short),
        asleep: Vec::new(),
    }
}
