//! Whether a network kept up with its ticks, and who did not.

use std::fmt;

use gennaker_machine::ChipXy;
use serde::{Deserialize, Serialize};

use crate::report::{FabricReport, Incident, Queue};

/// What went otherwise than at the functional level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The work of the tick took longer than the tick.
    Overrun {
        /// By how much, in ps.
        by_ps: u64,
    },
    /// A spike took effect after its tick, because it came late or its receiver lagged.
    Late {
        /// The spike's key.
        key: u32,
        /// By how many ticks.
        by_ticks: u32,
    },
    /// A spike took effect before its tick, because its receiver lagged behind its sender or their ticks are shifted.
    Early {
        /// The spike's key.
        key: u32,
        /// By how many ticks.
        by_ticks: u32,
    },
}

/// One such event: in which tick of which slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Trouble {
    /// The receiver's tick.
    pub tick: u32,
    /// Index of the slice in the mapping.
    pub slice: u32,
    /// What happened.
    pub what: What,
}

/// Where a slice is, for messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlicePlace {
    /// Name of its population.
    pub population: String,
    /// First neuron, in the order of the slices.
    pub lo: u32,
    /// One past the last neuron, in the order of the slices.
    pub hi: u32,
    /// Whether that order is one of blocks of an image.
    #[serde(default)]
    pub in_blocks: bool,
    /// Its chip.
    pub chip: ChipXy,
    /// Its core.
    pub core: u8,
    /// Key of its first neuron.
    pub key: u32,
    /// Mask that covers the keys of the slice.
    pub mask: u32,
}

impl fmt::Display for SlicePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { population, lo, hi, chip, core, .. } = self;
        let order = if self.in_blocks { " in the order of blocks" } else { "" };
        write!(f, "population `{population}`, neurons {lo} to {}{order} (core {core} of chip {chip})", hi - 1)
    }
}

/// The account of a run at the event level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventReport {
    /// Ticks that were asked for.
    pub ticks: u32,
    /// Length of a tick, in ns.
    pub tick_ns: u64,
    /// Spikes of all populations in these ticks.
    pub n_spikes: u64,
    /// Ticks of PEs that took longer than a tick.
    pub n_overruns: u64,
    /// By how much at most, in ps.
    pub max_overrun_ps: u64,
    /// Most whole ticks that a PE was behind when it began one.
    pub max_lag_ticks: u64,
    /// Spikes that took effect late.
    pub n_late: u64,
    /// Spikes that took effect early.
    pub n_early: u64,
    /// Spikes that should have taken effect by now and are still under way or in a FIFO.
    pub n_overdue: u64,
    /// Copies of spikes lost, for whatever reason.
    pub n_lost: u64,
    /// Spikes for which a PE has no rows: the mapping is wrong.
    pub n_unknown_keys: u64,
    /// PEs that have not done all ticks.
    pub n_behind: u64,
    /// The earliest overruns, late and early spikes, by tick.
    pub troubles: Vec<Trouble>,
    /// Where the slices are.
    pub slices: Vec<SlicePlace>,
    /// The machine's own account, with the earliest losses.
    pub fabric: FabricReport,
}

impl EventReport {
    /// Whether nothing was late, early, lost or lagging. The spikes are then those of the functional level.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.n_overruns == 0
            && self.n_late == 0
            && self.n_early == 0
            && self.n_overdue == 0
            && self.n_lost == 0
            && self.n_unknown_keys == 0
            && self.n_behind == 0
    }

    /// A sentence for what happened in a tick of a slice.
    #[must_use]
    pub fn explain(&self, trouble: &Trouble) -> String {
        let Trouble { tick, slice, what } = trouble;
        let place = &self.slices[*slice as usize];
        match what {
            What::Overrun { by_ps } => {
                format!("{place}: tick {tick} was done {} us after the next was due", by_ps / 1_000_000)
            }
            What::Late { key, by_ticks } => {
                let sender = self.sender(*key);
                format!("{place}: in tick {tick}, a spike of {sender} was {} late", ticks(*by_ticks))
            }
            What::Early { key, by_ticks } => {
                let sender = self.sender(*key);
                format!("{place}: in tick {tick}, a spike of {sender} was {} early", ticks(*by_ticks))
            }
        }
    }

    /// A sentence for a loss, with sender and receiver.
    #[must_use]
    pub fn explain_loss(&self, incident: &Incident) -> String {
        let sender = self.sender(incident.key);
        let receiver = match incident.queue {
            Queue::Fifo(core) => {
                let is_here = |place: &&SlicePlace| (place.chip, place.core) == (incident.chip, core);
                self.slices.iter().find(is_here).map_or(String::new(), |place| format!(" for {place}"))
            }
            _ => String::new(),
        };
        format!("spike of {sender} in tick {}{receiver}: {incident}", incident.note)
    }

    fn sender(&self, key: u32) -> String {
        let place = self.slices.iter().find(|place| key & place.mask == place.key);
        place.map_or_else(|| format!("key {key:#010x}"), SlicePlace::to_string)
    }

    /// One sentence per kind of trouble, with the earliest example; empty if the report is clean.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let mut note = |count: u64, what: &str, is_kind: &dyn Fn(&What) -> bool| {
            if count > 0 {
                let first = self.troubles.iter().find(|trouble| is_kind(&trouble.what));
                let example = first.map_or(String::new(), |first| format!("; first {}", self.explain(first)));
                notes.push(format!("{count} {what}{example}"));
            }
        };
        note(self.n_overruns, "ticks of PEs took longer than a tick", &|w| matches!(w, What::Overrun { .. }));
        note(self.n_late, "spikes took effect late", &|w| matches!(w, What::Late { .. }));
        note(self.n_early, "spikes took effect early", &|w| matches!(w, What::Early { .. }));
        note(self.n_overdue, "spikes are overdue at the end", &|_| false);
        note(self.n_unknown_keys, "spikes came to PEs that have no rows for them", &|_| false);
        note(self.n_behind, "PEs have not done all ticks", &|_| false);
        if self.n_lost > 0 {
            let first = self.fabric.incidents.first();
            let example =
                first.map_or(String::new(), |first| format!("; first {}", self.explain_loss(first)));
            notes.push(format!("{} copies of spikes were lost{example}", self.n_lost));
        }
        notes
    }
}

fn ticks(n: u32) -> String {
    if n == 1 { "1 tick".to_owned() } else { format!("{n} ticks") }
}
