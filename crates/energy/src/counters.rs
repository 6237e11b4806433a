//! The counts of all ticks, kept.

use crate::counting::TickCounts;
use crate::error::EnergyError;
use crate::traffic::Traffic;

/// Counts may take as much memory as this.
const MAX_BYTES: u64 = 4 << 30;

/// What every PE, link and router had to do in every tick: ticks in rows, PEs (by slice), links ([`Traffic::links`]) or routers
/// ([`Traffic::routers`]) in columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counters {
    /// Ticks taken.
    pub ticks: u32,
    /// By PE: packets that waited when the tick began.
    pub packets: Vec<u32>,
    /// By PE: synapses that those packets met.
    pub events: Vec<u32>,
    /// By PE: spikes of its neurons.
    pub sent: Vec<u32>,
    /// By link: packets sent over it.
    pub links: Vec<u32>,
    /// By router: packets looked up.
    pub routers: Vec<u32>,
}

impl Counters {
    /// Room for the counts of a run; nothing is allocated yet.
    ///
    /// # Errors
    /// [`EnergyError::Memory`] for runs that are too long to keep.
    pub fn new(traffic: &Traffic, timesteps: u32) -> Result<Self, EnergyError> {
        let per_tick = 3 * traffic.n_slices + traffic.links.len() + traffic.routers.len();
        let bytes = 4 * per_tick as u64 * u64::from(timesteps);
        EnergyError::check_memory(
            "the counts of every tick",
            bytes,
            MAX_BYTES,
            "count a shorter run; the account itself keeps no ticks",
        )?;
        Ok(Self::default())
    }

    /// Takes the counts of the next tick.
    pub fn take(&mut self, counts: &TickCounts<'_>) {
        self.ticks += 1;
        self.packets.extend_from_slice(counts.packets);
        self.events.extend_from_slice(counts.events);
        self.sent.extend_from_slice(counts.sent);
        self.links.extend_from_slice(counts.links);
        self.routers.extend_from_slice(counts.routers);
    }
}
