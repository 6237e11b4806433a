//! The machine in a handful of totals, for people and reports.

use serde::{Deserialize, Serialize};

use crate::chip::{Generation, LinkClass};
use crate::geometry::{ChipXy, HexVector, Link};
use crate::machine::Machine;
use crate::topology::{Shape, Topology};

/// Totals of a machine. Counts are of working parts unless a name says otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MachineSummary {
    /// Name of the machine.
    pub name: String,
    /// Which chip it is built from.
    pub generation: Generation,
    /// Columns of the bounding rectangle, in chips.
    pub width: u16,
    /// Rows of the bounding rectangle, in chips.
    pub height: u16,
    /// Whether it is a torus.
    pub wraps: bool,
    /// Boards, whether or not all their chips work.
    pub n_boards: usize,
    /// Chips.
    pub n_chips: usize,
    /// Processing elements, without management cores.
    pub n_pes: usize,
    /// Processing elements that applications may use.
    pub n_application_pes: usize,
    /// SRAM of all PEs in bytes.
    pub sram_bytes: u64,
    /// DRAM in bytes.
    pub dram_bytes: u64,
    /// Multicast table entries of all routers.
    pub router_entries: u64,
    /// Links within boards; each direction counts as one.
    pub n_short_links: usize,
    /// Links between boards; each direction counts as one.
    pub n_long_links: usize,
    /// Mean distance in hops over all ordered pairs of different chips, ignoring faults; 0 for a single chip.
    pub mean_hops: f64,
    /// Largest distance between two chips in hops, ignoring faults.
    pub max_hops: u32,
    /// Chips that do not work.
    pub n_dead_chips: usize,
    /// Links that do not work, each direction counted as one, with those lost because a chip is dead.
    pub n_dead_links: usize,
    /// Dead PEs on chips that work.
    pub n_dead_pes: usize,
}

impl Machine {
    /// Counts everything up. Takes time in proportion to the number of chips: some milliseconds for 34,560.
    pub fn summary(&self) -> MachineSummary {
        let spec = self.spec();
        let n_chips = self.n_chips();
        let n_dead_pes = self.n_dead_pes();
        let n_pes = n_chips * usize::from(spec.chip.n_pes) - n_dead_pes;
        let links = count_links(self);
        let (mean_hops, max_hops) = hops(self.topology());
        MachineSummary {
            name: spec.name.clone(),
            generation: spec.generation,
            width: self.width(),
            height: self.height(),
            wraps: self.wraps(),
            n_boards: self.boards().len(),
            n_chips,
            n_pes,
            n_application_pes: self.chips().map(|chip| self.n_application_cores(chip)).sum(),
            sram_bytes: n_pes as u64 * u64::from(spec.chip.pe.sram_bytes),
            dram_bytes: n_chips as u64 * spec.chip.dram_bytes,
            router_entries: n_chips as u64 * u64::from(spec.chip.router.table_entries),
            n_short_links: links.short,
            n_long_links: links.long,
            mean_hops,
            max_hops,
            n_dead_chips: self.topology().n_chips() - n_chips,
            n_dead_links: links.dead,
            n_dead_pes,
        }
    }
}

#[derive(Default)]
struct LinkCounts {
    short: usize,
    long: usize,
    dead: usize,
}

fn count_links(machine: &Machine) -> LinkCounts {
    let mut counts = LinkCounts::default();
    for chip in machine.topology().chips() {
        for link in Link::ALL {
            match (machine.link_class(chip, link), machine.neighbour(chip, link)) {
                (Some(LinkClass::Short), Some(_)) => counts.short += 1,
                (Some(LinkClass::Long), Some(_)) => counts.long += 1,
                (Some(_), None) => counts.dead += 1,
                (None, _) => {}
            }
        }
    }
    counts
}

/// Exact mean over ordered pairs of different chips, and maximum, of the distance on a fault-free machine.
fn hops(topology: &Topology) -> (f64, u32) {
    let n = topology.n_chips() as u64;
    let (total, max) = if topology.wraps {
        // A torus looks the same from every chip.
        let (total, max) = totals(topology.chips().map(|to| (1, topology.distance(ChipXy::new(0, 0), to))));
        (total * n, max)
    } else if topology.shape == Shape::Rectangle {
        totals(rectangle_distances(topology.width, topology.height))
    } else {
        totals(topology.chips().flat_map(|a| topology.chips().map(move |b| (1, topology.distance(a, b)))))
    };
    let pairs = n * n.saturating_sub(1);
    (if pairs == 0 { 0.0 } else { total as f64 / pairs as f64 }, max)
}

/// For every displacement on a rectangle: how many pairs of chips have it, and its length.
fn rectangle_distances(width: u16, height: u16) -> impl Iterator<Item = (u64, u32)> {
    let (w, h) = (i32::from(width), i32::from(height));
    (1 - w..w).flat_map(move |dx| {
        (1 - h..h).map(move |dy| {
            let pairs = u64::from((w - dx.abs()).unsigned_abs()) * u64::from((h - dy.abs()).unsigned_abs());
            (pairs, HexVector::shortest(dx, dy).hops())
        })
    })
}

fn totals(distances: impl Iterator<Item = (u64, u32)>) -> (u64, u32) {
    distances.fold((0, 0), |(total, max), (count, hops)| (total + count * u64::from(hops), max.max(hops)))
}
