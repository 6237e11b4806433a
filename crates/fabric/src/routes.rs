//! Routing decisions, looked up once per chip and class of packets.

use std::collections::BTreeMap;

use gennaker_machine::{ChipXy, Link};
use gennaker_mapping::{ChipTable, Decision, KeyMask, Route, TableIndex};

/// Where copies of a packet go on one chip.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolved {
    /// Bit per link.
    pub(crate) links: u8,
    /// Whether no entry matched.
    pub(crate) is_miss: bool,
    /// Cores that the table names and that run no program.
    pub(crate) n_unused: u8,
    /// Range in [`Routes::landings`].
    pub(crate) first: u32,
    pub(crate) n_landings: u32,
}

/// One flit to one QuadPE and the PEs that take it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Landing {
    /// Its ingress, see [`crate::chip::Chip`].
    pub(crate) ingress: u8,
    pub(crate) n_pes: u8,
    /// Way from the router in ps.
    pub(crate) way_ps: u32,
    /// First PE, in [`Routes::pes`].
    pub(crate) first: u32,
}

impl Landing {
    /// Its PEs, as indices of [`Routes::pes`].
    #[inline]
    pub(crate) fn pes(self) -> std::ops::Range<usize> {
        self.first as usize..self.first as usize + usize::from(self.n_pes)
    }
}

/// A place on a chip as the router sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Door {
    pub(crate) ingress: u8,
    pub(crate) way_ps: u32,
}

/// Decision not looked up yet.
const UNKNOWN: u32 = u32::MAX;
/// Keys of the class differ on this chip.
const BY_KEY: u32 = u32::MAX - 1;

/// All routing tables of the machine and what has been looked up in them.
#[derive(Debug)]
pub(crate) struct Routes {
    tables: Vec<Option<TableIndex>>,
    /// Key blocks of the classes.
    classes: Vec<KeyMask>,
    /// Classes of keys outside all blocks.
    single: BTreeMap<u32, u32>,
    /// Per chip and class, an index of `resolved`.
    known: Vec<Vec<u32>>,
    by_key: BTreeMap<(u32, u32), u32>,
    resolved: Vec<Resolved>,
    pub(crate) landings: Vec<Landing>,
    pub(crate) pes: Vec<u32>,
    /// Per core, its way from the router.
    doors: Vec<Door>,
    /// Per chip and core, the PE with a program, or `u32::MAX`.
    programs: Vec<Vec<u32>>,
}

impl Routes {
    pub(crate) fn new(chips: &[ChipXy], tables: &[ChipTable], doors: Vec<Door>) -> Self {
        let mut indices: BTreeMap<ChipXy, TableIndex> =
            tables.iter().map(|table| (table.chip, TableIndex::new(&table.table))).collect();
        Self {
            tables: chips.iter().map(|chip| indices.remove(chip)).collect(),
            classes: Vec::new(),
            single: BTreeMap::new(),
            known: vec![Vec::new(); chips.len()],
            by_key: BTreeMap::new(),
            resolved: Vec::new(),
            landings: Vec::new(),
            pes: Vec::new(),
            programs: vec![Vec::new(); chips.len()],
            doors,
        }
    }

    /// Says which PE a core is; before any look-up.
    pub(crate) fn set_program(&mut self, chip: u32, core: u8, pe: u32) {
        let programs = &mut self.programs[chip as usize];
        programs.resize(programs.len().max(self.doors.len()), u32::MAX);
        programs[usize::from(core)] = pe;
    }

    /// The way of a core to the router.
    #[inline]
    pub(crate) fn door(&self, core: u8) -> Door {
        self.doors[usize::from(core)]
    }

    /// The PE that runs the program of a core.
    pub(crate) fn program_at(&self, chip: u32, core: u8) -> Option<u32> {
        self.programs[chip as usize].get(usize::from(core)).copied().filter(|&pe| pe != u32::MAX)
    }

    /// A class for all packets with keys of this block.
    pub(crate) fn add_class(&mut self, block: KeyMask) -> u32 {
        self.classes.push(block);
        self.classes.len() as u32 - 1
    }

    /// The class of a key outside all blocks.
    pub(crate) fn class_of(&mut self, key: u32) -> u32 {
        if let Some(&class) = self.single.get(&key) {
            return class;
        }
        let class = self.add_class(KeyMask { key, mask: u32::MAX });
        self.single.insert(key, class);
        class
    }

    /// What this chip's router does with a packet.
    #[inline]
    pub(crate) fn decide(&mut self, chip: u32, class: u32, key: u32) -> Resolved {
        match self.known[chip as usize].get(class as usize) {
            Some(&at) if at < BY_KEY => self.resolved[at as usize],
            _ => self.decide_slowly(chip, class, key),
        }
    }

    #[cold]
    fn decide_slowly(&mut self, chip: u32, class: u32, key: u32) -> Resolved {
        let known = &mut self.known[chip as usize];
        if known.len() <= class as usize {
            known.resize(class as usize + 1, UNKNOWN);
        }
        if known[class as usize] == BY_KEY {
            return self.decide_key(chip, key);
        }
        let decision = self.look_up(chip, self.classes[class as usize]);
        if let Decision::Split(_) = decision {
            self.known[chip as usize][class as usize] = BY_KEY;
            return self.decide_key(chip, key);
        }
        let at = self.resolve(chip, decision);
        self.known[chip as usize][class as usize] = at;
        self.resolved[at as usize]
    }

    fn decide_key(&mut self, chip: u32, key: u32) -> Resolved {
        if let Some(&at) = self.by_key.get(&(chip, key)) {
            return self.resolved[at as usize];
        }
        let decision = self.look_up(chip, KeyMask { key, mask: u32::MAX });
        let at = self.resolve(chip, decision);
        self.by_key.insert((chip, key), at);
        self.resolved[at as usize]
    }

    fn look_up(&self, chip: u32, block: KeyMask) -> Decision {
        self.tables[chip as usize].as_ref().map_or(Decision::Miss, |table| table.decide(block))
    }

    fn resolve(&mut self, chip: u32, decision: Decision) -> u32 {
        let (route, is_miss) = match decision {
            Decision::Hit(route) => (route, false),
            _ => (Route::NONE, true),
        };
        let links = route.links().fold(0, |bits, link: Link| bits | 1 << link.index());
        let program =
            |core: u8| self.programs[chip as usize].get(usize::from(core)).copied().unwrap_or(u32::MAX);
        let mut targets: Vec<(u8, u32, u32)> = Vec::new();
        let mut n_unused = 0;
        for core in route.cores() {
            match (program(core), self.doors.get(usize::from(core))) {
                (u32::MAX, _) | (_, None) => n_unused += 1,
                (pe, Some(door)) => targets.push((door.ingress, door.way_ps, pe)),
            }
        }
        targets.sort_unstable();
        let first = self.landings.len() as u32;
        for same in targets.chunk_by(|a, b| a.0 == b.0) {
            let (ingress, way_ps, _) = same[0];
            self.landings.push(Landing {
                ingress,
                way_ps,
                n_pes: same.len() as u8,
                first: self.pes.len() as u32,
            });
            self.pes.extend(same.iter().map(|target| target.2));
        }
        let n_landings = self.landings.len() as u32 - first;
        self.resolved.push(Resolved { links, is_miss, n_unused, first, n_landings });
        self.resolved.len() as u32 - 1
    }
}
