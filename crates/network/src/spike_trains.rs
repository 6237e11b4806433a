//! The spikes that a source sends, as two flat arrays.

use serde::{Deserialize, Serialize};

/// Spikes sorted by `(tick, neuron)`, each at most once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpikeTrains {
    ticks: Vec<u32>,
    neurons: Vec<u32>,
    repeated: usize,
}

impl SpikeTrains {
    /// From one list of ticks per neuron; lists need not be sorted.
    #[must_use]
    pub fn from_lists(lists: impl IntoIterator<Item = (u32, Vec<u32>)>) -> Self {
        Self::from_events(lists.into_iter().flat_map(|(n, ticks)| ticks.into_iter().map(move |t| (t, n))))
    }

    /// From `(tick, neuron)` events in any order. A neuron sends at most one spike a tick: repeats are dropped and counted.
    #[must_use]
    pub fn from_events(events: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let mut events: Vec<(u32, u32)> = events.into_iter().collect();
        events.sort_unstable();
        let given = events.len();
        events.dedup();
        let repeated = given - events.len();
        let (ticks, neurons) = events.into_iter().unzip();
        Self { ticks, neurons, repeated }
    }

    /// Number of spikes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ticks.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ticks.is_empty()
    }

    /// How many given spikes repeated one of the same neuron and tick, and were dropped.
    #[must_use]
    pub fn n_repeated(&self) -> usize {
        self.repeated
    }

    /// The tick of every spike, ascending.
    #[must_use]
    pub fn ticks(&self) -> &[u32] {
        &self.ticks
    }

    /// The neuron of every spike, ascending within a tick.
    #[must_use]
    pub fn neurons(&self) -> &[u32] {
        &self.neurons
    }

    /// The neurons that spike at `tick`, ascending.
    #[must_use]
    pub fn at(&self, tick: u32) -> &[u32] {
        let from = self.ticks.partition_point(|&t| t < tick);
        let to = from + self.ticks[from..].partition_point(|&t| t == tick);
        &self.neurons[from..to]
    }
}
