//! Recorders: state samples per block, spikes per population.

use std::ops::Range;

use gennaker_network::{Population, Recording, Selection};

use crate::arithmetic::Real;
use gennaker_network::SpikeRecording;

/// Samples one state variable of the selected neurons of a block.
#[derive(Debug, Clone)]
pub(crate) struct StateRecorder<R> {
    recording: Recording,
    /// Keeps the last sample only (`v_last`).
    only_last: bool,
    /// Index in the block of each recorded neuron; `None` records all.
    picks: Option<Vec<u32>>,
    /// Column of each recorded neuron in the population's recording.
    columns: Vec<u32>,
    ticks: Vec<u32>,
    values: Vec<R>,
}

impl<R: Real> StateRecorder<R> {
    /// Recorders for everything but spikes that `population` records, in the order asked for.
    pub(crate) fn for_block(population: &Population, range: &Range<u32>) -> Vec<Self> {
        population.record.iter().filter(|r| r.variable != "spikes").map(|r| Self::new(r, range)).collect()
    }

    fn new(recording: &Recording, range: &Range<u32>) -> Self {
        let (picks, columns) = match &recording.neurons {
            Selection::All => (None, range.clone().collect()),
            Selection::Only(list) => {
                let own = || (0u32..).zip(list).filter(|(_, n)| range.contains(n));
                (
                    Some(own().map(|(_, &n)| n - range.start).collect()),
                    own().map(|(column, _)| column).collect(),
                )
            }
        };
        let only_last = recording.variable == "v_last";
        Self {
            recording: recording.clone(),
            only_last,
            picks,
            columns,
            ticks: Vec::new(),
            values: Vec::new(),
        }
    }

    /// The state variable to read.
    pub(crate) fn variable(&self) -> &str {
        if self.only_last { "v" } else { &self.recording.variable }
    }

    /// Takes a sample if this tick is one to sample.
    pub(crate) fn sample(&mut self, tick: u32, state: Option<&[R]>) {
        let Some(state) = state.filter(|_| self.recording.samples(tick)) else { return };
        if self.only_last {
            self.clear();
        }
        self.ticks.push(tick);
        match &self.picks {
            None => self.values.extend_from_slice(state),
            Some(picks) => self.values.extend(picks.iter().map(|&i| state[i as usize])),
        }
    }

    /// Bytes of all samples and their ticks.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&self.values[..]) + size_of_val(&self.ticks[..])
    }

    pub(crate) fn ticks(&self) -> &[u32] {
        &self.ticks
    }

    /// Copies this block's columns into a population's values, `n_columns` wide.
    pub(crate) fn gather(&self, values: &mut [R], n_columns: usize) {
        let width = self.columns.len();
        for row in 0..self.ticks.len() {
            let from = &self.values[row * width..(row + 1) * width];
            for (&column, &value) in self.columns.iter().zip(from) {
                values[row * n_columns + column as usize] = value;
            }
        }
    }

    /// Takes this block's columns out of a population's values: the reverse of [`Self::gather`].
    pub(crate) fn scatter(&mut self, ticks: &[u32], values: &[R], n_columns: usize) {
        self.ticks = ticks.to_vec();
        let row = |row: usize| self.columns.iter().map(move |&c| values[row * n_columns + c as usize]);
        self.values = (0..ticks.len()).flat_map(row).collect();
    }

    pub(crate) fn clear(&mut self) {
        self.ticks.clear();
        self.values.clear();
    }
}

/// Collects the spikes of a population.
#[derive(Debug, Clone)]
pub(crate) struct SpikeRecorder {
    recording: Recording,
    /// One flag per neuron; `None` records all.
    selected: Option<Vec<bool>>,
    pub(crate) spikes: SpikeRecording,
}

impl SpikeRecorder {
    /// The recorder that `population` asks for, if any.
    pub(crate) fn of(population: &Population) -> Option<Self> {
        let recording = population.record.iter().find(|r| r.variable == "spikes")?.clone();
        let selected = match &recording.neurons {
            Selection::All => None,
            Selection::Only(list) => {
                let mut flags = vec![false; population.size as usize];
                list.iter().for_each(|&n| flags[n as usize] = true);
                Some(flags)
            }
        };
        Some(Self { recording, selected, spikes: SpikeRecording::default() })
    }

    /// Takes the spikes of one tick.
    pub(crate) fn take(&mut self, tick: u32, fired: &[u32]) {
        if !self.recording.in_window(tick) {
            return;
        }
        match &self.selected {
            None => self.spikes.neurons.extend_from_slice(fired),
            Some(flags) => self.spikes.neurons.extend(fired.iter().filter(|&&n| flags[n as usize])),
        }
        self.spikes.ticks.resize(self.spikes.neurons.len(), tick);
    }
}
