//! Broken parts of a machine: listed one by one, drawn from a seed, or both.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::geometry::{ChipXy, Link};
use crate::topology::Topology;

/// Everything that does not work on a machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faults {
    /// Chips that do not work at all; all their links are dead with them.
    pub chips: Vec<ChipXy>,
    /// Dead links. Naming one direction kills both.
    pub links: Vec<LinkFault>,
    /// Dead processing elements.
    pub cores: Vec<CoreFault>,
    /// Further faults, drawn at random.
    pub drawn: DrawnFaults,
}

/// A dead link, named from one of its two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkFault {
    /// The chip at one end.
    pub chip: ChipXy,
    /// The link as that chip numbers it.
    pub link: Link,
}

/// A dead processing element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoreFault {
    /// The chip.
    pub chip: ChipXy,
    /// The core id, 1 to `n_pes`.
    pub core: u8,
}

/// Faults drawn independently for every part, each from its own stream: whether a part works depends only on the
/// seed and on the part, not on the size of the machine. The boot chip is never drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawnFaults {
    /// Seed of the draw. Default 0.
    pub seed: u64,
    /// Probability that a chip is dead, 0 to 1. Default 0.
    pub chip_probability: f64,
    /// Probability that a link is dead, both directions at once, 0 to 1. Default 0.
    pub link_probability: f64,
    /// Probability that a processing element is dead, 0 to 1. Default 0.
    pub core_probability: f64,
}

/// The faults of one machine, normalised for look-up. Links are stored from both ends.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FaultSet {
    pub(crate) chips: BTreeSet<ChipXy>,
    pub(crate) links: BTreeSet<(ChipXy, Link)>,
    pub(crate) cores: BTreeMap<ChipXy, CoreMask>,
}

/// One bit per core id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CoreMask([u64; 4]);

impl CoreMask {
    pub(crate) fn insert(&mut self, core: u8) {
        self.0[usize::from(core / 64)] |= 1 << (core % 64);
    }

    pub(crate) fn contains(&self, core: u8) -> bool {
        self.0[usize::from(core / 64)] >> (core % 64) & 1 == 1
    }

    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }
}

impl FaultSet {
    /// Resolves listed and drawn faults. Listed ones must lie on the machine.
    pub(crate) fn new(faults: &Faults, topology: &Topology, n_pes: u8, boot_chip: ChipXy) -> Self {
        let mut set = FaultSet { chips: faults.chips.iter().copied().collect(), ..FaultSet::default() };
        for fault in &faults.links {
            set.kill_link(topology, fault.chip, fault.link);
        }
        for fault in &faults.cores {
            set.cores.entry(fault.chip).or_default().insert(fault.core);
        }
        set.draw(&faults.drawn, topology, n_pes, boot_chip);
        set
    }

    /// Number of dead PEs on chips that work.
    pub(crate) fn n_dead_cores(&self) -> usize {
        let working = self.cores.iter().filter(|(chip, _)| !self.chips.contains(chip));
        working.map(|(_, mask)| mask.len()).sum()
    }

    fn kill_link(&mut self, topology: &Topology, chip: ChipXy, link: Link) {
        if let Some(there) = topology.neighbour(chip, link) {
            self.links.insert((chip, link));
            self.links.insert((there, link.opposite()));
        }
    }

    fn draw(&mut self, drawn: &DrawnFaults, topology: &Topology, n_pes: u8, boot_chip: ChipXy) {
        let draw = |part: Part, probability: f64| unit_interval(drawn.seed, part) < probability;
        if drawn.chip_probability > 0.0 {
            let dead = |chip: &ChipXy| *chip != boot_chip && draw(Part::Chip(*chip), drawn.chip_probability);
            self.chips.extend(topology.chips().filter(dead));
        }
        if drawn.link_probability > 0.0 {
            for (chip, link) in topology.chips().flat_map(|chip| ONE_END.map(|link| (chip, link))) {
                if draw(Part::Link(chip, link), drawn.link_probability) {
                    self.kill_link(topology, chip, link);
                }
            }
        }
        if drawn.core_probability > 0.0 {
            for (chip, core) in topology.chips().flat_map(|chip| (1..=n_pes).map(move |core| (chip, core))) {
                if draw(Part::Core(chip, core), drawn.core_probability) {
                    self.cores.entry(chip).or_default().insert(core);
                }
            }
        }
    }
}

/// Each link is drawn once, from the chip for which it points east or north.
const ONE_END: [Link; 3] = [Link::East, Link::NorthEast, Link::North];

/// What a random stream belongs to.
#[derive(Clone, Copy)]
enum Part {
    Chip(ChipXy),
    Link(ChipXy, Link),
    Core(ChipXy, u8),
}

impl Part {
    fn id(self) -> u64 {
        let (kind, chip, index) = match self {
            Part::Chip(chip) => (1, chip, 0),
            Part::Link(chip, link) => (2, chip, link.index()),
            Part::Core(chip, core) => (3, chip, core),
        };
        kind << 40 | u64::from(index) << 32 | u64::from(chip.x) << 16 | u64::from(chip.y)
    }
}

/// A number in [0, 1) that depends only on the seed and the part.
fn unit_interval(seed: u64, part: Part) -> f64 {
    let bits = splitmix64(splitmix64(seed) ^ part.id());
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

/// One step of splitmix64 (Steele, Lea and Flood 2014).
fn splitmix64(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitmix64_gives_the_published_first_output() {
        assert_eq!(splitmix64(0), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn core_mask_holds_every_core_id() {
        let mut mask = CoreMask::default();
        (0..=255).for_each(|core| mask.insert(core));
        assert_eq!(mask.len(), 256);
        assert!(mask.contains(0) && mask.contains(255));
    }
}
