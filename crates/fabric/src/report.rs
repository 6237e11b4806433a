//! What a run leaves behind about the machine, as plain data.

use std::fmt;

use gennaker_machine::{ChipXy, Link};
use serde::{Deserialize, Serialize};

/// Counts of packets and their copies over the whole machine.
///
/// A packet becomes a copy when it is sent and whenever a router hands it on; a copy ends in a router, in a FIFO or in a loss. So
/// `sent + made` is always `routed + delivered + under_way` and the losses together ([`Totals::is_balanced`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Totals {
    /// Packets that programs sent.
    pub sent: u64,
    /// Copies that routers made, one for each output that a packet took.
    pub made: u64,
    /// Copies that routers looked up.
    pub routed: u64,
    /// Copies that came into a FIFO and were not overwritten there.
    pub delivered: u64,
    /// Copies under way or waiting somewhere.
    pub under_way: u64,
    /// Copies lost because a FIFO was full.
    pub fifo_dropped: u64,
    /// Copies lost in a full FIFO to newer ones.
    pub overwritten: u64,
    /// Copies that waited too long for a link.
    pub timed_out: u64,
    /// Copies lost on a link.
    pub link_lost: u64,
    /// Copies lost because a link was dead.
    pub link_dead: u64,
    /// Packets for which no table entry and no default route was found.
    pub no_route: u64,
    /// Copies for a core that runs no program.
    pub unused_core: u64,
    /// Packets with a longer payload than the machine has.
    pub too_long: u64,
    /// Link packets that were sent again after a transmission error. No loss.
    pub retransmitted: u64,
}

impl Totals {
    /// All losses together.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.fifo_dropped
            + self.overwritten
            + self.timed_out
            + self.link_lost
            + self.link_dead
            + self.no_route
            + self.unused_core
            + self.too_long
    }

    /// Whether no copy has come from nowhere or gone nowhere.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        self.sent + self.made == self.routed + self.delivered + self.under_way + self.lost()
    }
}

/// One PE with a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeReport {
    /// Its chip.
    pub chip: ChipXy,
    /// Its core.
    pub core: u8,
    /// Interrupts handled.
    pub handled: u64,
    /// Time in handlers, in ps.
    pub busy_ps: u64,
    /// Cycles charged, by performance level.
    pub cycles: Vec<u64>,
    /// Changes of performance level.
    pub n_level_changes: u64,
    /// Packets sent.
    pub sent: u64,
    /// Packets that came into the FIFO.
    pub received: u64,
    /// Packets dropped because the FIFO was full.
    pub fifo_dropped: u64,
    /// Packets overwritten in the full FIFO.
    pub overwritten: u64,
    /// Most words that the FIFO has held.
    pub fifo_high_water_words: u32,
    /// Longest time from a timer's tick to its handler, in ps.
    pub max_lag_ps: u64,
    /// Whether the program has said that it is finished.
    pub is_finished: bool,
}

/// One router.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouterReport {
    /// Its chip.
    pub chip: ChipXy,
    /// Packets looked up.
    pub packets: u64,
    /// Time in which the engines could start no other packet, in ps.
    pub busy_ps: u64,
    /// Most packets that waited before the engines.
    pub max_waiting: u32,
    /// Most packets that waited beside them for a blocked output.
    pub max_blocked: u32,
}

/// One direction of a link that packets have used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkReport {
    /// The chip that packets leave.
    pub chip: ChipXy,
    /// By which link.
    pub link: Link,
    /// Packets transmitted.
    pub packets: u64,
    /// Time of transmission, in ps.
    pub busy_ps: u64,
    /// Most packets that waited for the link.
    pub max_waiting: u32,
    /// Packets that waited too long.
    pub timed_out: u64,
    /// Packets lost on it, or because it was dead.
    pub lost: u64,
    /// Link packets sent again after transmission errors.
    pub retransmitted: u64,
}

/// Everything about the machine in a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FabricReport {
    /// Time until which the machine was run, in ps.
    pub time_ps: u64,
    /// Events worked off.
    pub n_events: u64,
    /// Sums over the machine.
    pub totals: Totals,
    /// PEs with programs, in the order in which these were loaded.
    pub pes: Vec<PeReport>,
    /// Routers that have seen packets, ascending by chip.
    pub routers: Vec<RouterReport>,
    /// Directed links that have seen packets, ascending by chip, then by link.
    pub links: Vec<LinkReport>,
    /// The earliest incidents.
    pub incidents: Vec<Incident>,
    /// All incidents, kept or not.
    pub n_incidents: u64,
}

/// What can happen to a packet other than delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mishap {
    /// The FIFO was full.
    FifoFull,
    /// A newer packet took its place in the full FIFO.
    Overwritten,
    /// It waited too long for the link.
    TimedOut,
    /// The link lost it.
    LinkLost,
    /// The link was dead.
    LinkDead,
    /// No table entry and no default route.
    NoRoute,
    /// The core runs no program.
    UnusedCore,
    /// The payload is longer than the machine allows.
    TooLong,
}

impl fmt::Display for Mishap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::FifoFull => "dropped, its FIFO was full",
            Self::Overwritten => "overwritten in a full FIFO",
            Self::TimedOut => "dropped after waiting too long for a blocked link",
            Self::LinkLost => "lost on the link",
            Self::LinkDead => "lost, the link was dead",
            Self::NoRoute => "dropped, no routing entry matched",
            Self::UnusedCore => "dropped, the core runs no program",
            Self::TooLong => "refused, its payload is too long",
        })
    }
}

/// Where on a chip something happened: which queue did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    /// The receive FIFO of this core.
    Fifo(u8),
    /// The output to this link.
    Link(Link),
    /// The router itself.
    Router,
}

impl fmt::Display for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fifo(core) => write!(f, "FIFO of core {core}"),
            Self::Link(link) => write!(f, "link {link}"),
            Self::Router => f.pad("router"),
        }
    }
}

/// A packet that was not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Incident {
    /// When, in ps.
    pub time_ps: u64,
    /// On which chip.
    pub chip: ChipXy,
    /// Where there.
    pub queue: Queue,
    /// The packet's key.
    pub key: u32,
    /// The sender's note, see [`crate::Pe::set_note`].
    pub note: u32,
    /// What happened to it.
    pub what: Mishap,
}

impl fmt::Display for Incident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { time_ps, chip, queue, key, what, .. } = self;
        let us = *time_ps / 1_000_000;
        let ns = *time_ps / 1_000 % 1_000;
        write!(f, "{us}.{ns:03} us, chip {chip}, {queue}: packet {key:#010x} {what}")
    }
}

/// Keeps the earliest incidents; they need not come in order.
#[derive(Debug, Default)]
pub(crate) struct Incidents {
    kept: Vec<Incident>,
    pub(crate) n_all: u64,
    limit: usize,
}

impl Incidents {
    pub(crate) fn new(limit: usize) -> Self {
        Self { kept: Vec::new(), n_all: 0, limit }
    }

    pub(crate) fn add(&mut self, incident: Incident) {
        self.n_all += 1;
        self.kept.push(incident);
        if self.kept.len() > 2 * self.limit + 64 {
            self.cut();
        }
    }

    fn cut(&mut self) {
        self.kept.sort_unstable();
        self.kept.truncate(self.limit);
    }

    /// The earliest, in order.
    pub(crate) fn earliest(&self) -> Vec<Incident> {
        let mut all = self.kept.clone();
        all.sort_unstable();
        all.truncate(self.limit);
        all
    }
}
