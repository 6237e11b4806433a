//! The spikes that a source sends, as two flat arrays.

use serde::{Deserialize, Serialize};

/// Spikes sorted by `(tick, neuron)`, each at most once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Columns")]
pub struct SpikeTrains {
    ticks: Vec<u32>,
    neurons: Vec<u32>,
    repeated: usize,
}

/// [`SpikeTrains`] as they are read, before they are known to be in order.
#[derive(Deserialize)]
struct Columns {
    ticks: Vec<u32>,
    neurons: Vec<u32>,
    #[serde(default)]
    repeated: usize,
}

impl TryFrom<Columns> for SpikeTrains {
    type Error = String;

    fn try_from(columns: Columns) -> Result<Self, String> {
        let (n_ticks, n_neurons) = (columns.ticks.len(), columns.neurons.len());
        if n_ticks != n_neurons {
            return Err(format!(
                "{n_ticks} ticks and {n_neurons} neurons given; each spike needs one of both"
            ));
        }
        let mut trains = Self::from_events(columns.ticks.into_iter().zip(columns.neurons));
        trains.repeated = trains.repeated.saturating_add(columns.repeated);
        Ok(trains)
    }
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

#[cfg(test)]
mod tests {
    use serde::de::value::{Error, MapDeserializer};

    use super::*;

    fn read(ticks: Vec<u32>, neurons: Vec<u32>) -> Result<SpikeTrains, Error> {
        SpikeTrains::deserialize(MapDeserializer::new([("ticks", ticks), ("neurons", neurons)].into_iter()))
    }

    #[test]
    fn foreign_data_is_brought_into_order_or_refused() {
        let trains = read(vec![9, 1, 9, 9], vec![0, 2, 5, 0]).unwrap();
        assert_eq!(trains, SpikeTrains::from_events([(9, 0), (1, 2), (9, 5), (9, 0)]));
        assert_eq!((trains.at(9), trains.n_repeated()), (&[0, 5][..], 1));
        assert!(read(vec![1, 2], vec![0]).unwrap_err().to_string().contains("2 ticks and 1 neurons"));
    }
}
