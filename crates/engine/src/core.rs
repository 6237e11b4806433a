//! The tick loop of one arithmetic.

use gennaker_network::{Network, Population, QuantisationReport};
use rayon::prelude::*;

use crate::arithmetic::{Arithmetic, Real};
use crate::block::Block;
use crate::build::build;
use crate::error::EngineError;
use crate::options::Options;
use crate::recorder::{SpikeRecorder, StateRecorder};
use crate::recording::{PopulationRecording, Recordings, StateRecording};

/// Neurons plus a hundredth of the synapses below which a tick is too short to share between threads.
const MIN_PARALLEL_WORK: u64 = 2_000;

/// A network in host memory, ready to run.
pub(crate) struct Core<A: Arithmetic> {
    /// Those of one population in the order of its neurons; populations interleaved.
    pub(crate) blocks: Vec<Block<A>>,
    /// Who fired in the last tick, by population.
    pub(crate) sent: Vec<Vec<u32>>,
    pub(crate) spike_recorders: Vec<Option<SpikeRecorder>>,
    pub(crate) n_spikes: Vec<u64>,
    pub(crate) tick: u32,
    pub(crate) quantisation: Vec<QuantisationReport>,
    is_parallel: bool,
}

impl<A: Arithmetic> Core<A> {
    pub(crate) fn new(network: &Network, options: &Options, n_threads: usize) -> Result<Self, EngineError> {
        let (blocks, quantisation) = build::<A>(network, options, n_threads)?;
        let n_synapses: u64 = blocks.iter().flat_map(|b| &b.incoming).map(|i| i.store.len() as u64).sum();
        Ok(Self {
            blocks,
            sent: vec![Vec::new(); network.populations.len()],
            spike_recorders: network.populations.iter().map(SpikeRecorder::of).collect(),
            n_spikes: vec![0; network.populations.len()],
            tick: 0,
            quantisation,
            is_parallel: n_threads > 1 && network.n_neurons() + n_synapses / 100 >= MIN_PARALLEL_WORK,
        })
    }

    /// One tick: all blocks step, then their spikes become visible to all.
    pub(crate) fn step(&mut self) {
        let (tick, sent) = (self.tick, &self.sent);
        if self.is_parallel {
            self.blocks.par_iter_mut().for_each(|block| block.step(tick, sent));
        } else {
            self.blocks.iter_mut().for_each(|block| block.step(tick, sent));
        }
        self.exchange();
        self.tick += 1;
    }

    /// Publishes who fired, in the order of neurons.
    fn exchange(&mut self) {
        self.sent.iter_mut().for_each(Vec::clear);
        for block in &self.blocks {
            self.sent[block.population].extend_from_slice(block.fired.neurons());
        }
        for (population, fired) in self.sent.iter().enumerate() {
            self.n_spikes[population] += fired.len() as u64;
            if let Some(recorder) = &mut self.spike_recorders[population] {
                recorder.take(self.tick, fired);
            }
        }
    }

    pub(crate) fn reset(&mut self) {
        self.blocks.iter_mut().for_each(Block::reset);
        self.sent.iter_mut().for_each(Vec::clear);
        self.n_spikes.fill(0);
        self.tick = 0;
        for recorder in self.spike_recorders.iter_mut().flatten() {
            recorder.spikes = Default::default();
        }
    }

    pub(crate) fn recordings(&self, network: &Network) -> Recordings {
        let population = |(index, p): (usize, &Population)| PopulationRecording {
            name: p.name.clone(),
            size: p.size,
            model: p.model.name().to_owned(),
            spikes: self.spike_recorders[index].as_ref().map(|r| r.spikes.clone()),
            states: self.states(index, p),
        };
        Recordings {
            populations: network.populations.iter().enumerate().map(population).collect(),
            timesteps: self.tick,
        }
    }

    /// Everything recorded, which is forgotten then.
    pub(crate) fn take_recordings(&mut self, network: &Network) -> Recordings {
        // Spikes are moved out before the rest is gathered, so that they are never held twice.
        let take = |r: &mut Option<SpikeRecorder>| r.as_mut().map(|r| std::mem::take(&mut r.spikes));
        let spikes: Vec<_> = self.spike_recorders.iter_mut().map(take).collect();
        let mut recordings = self.recordings(network);
        for (population, spikes) in recordings.populations.iter_mut().zip(spikes) {
            population.spikes = spikes;
        }
        self.blocks.iter_mut().flat_map(|b| &mut b.recorders).for_each(StateRecorder::clear);
        recordings
    }

    pub(crate) fn recorded_bytes(&self) -> u64 {
        let spikes: usize =
            self.spike_recorders.iter().flatten().map(|r| size_of_val(&r.spikes.neurons[..])).sum();
        let states: usize = self.blocks.iter().flat_map(|b| &b.recorders).map(StateRecorder::bytes).sum();
        2 * spikes as u64 + states as u64
    }

    pub(crate) fn blocks_of(&self, population: usize) -> impl Iterator<Item = &Block<A>> {
        self.blocks.iter().filter(move |b| b.population == population)
    }

    fn states(&self, index: usize, population: &Population) -> Vec<StateRecording> {
        let asked = population.record.iter().filter(|r| r.variable != "spikes");
        let state = |(at, recording): (usize, &gennaker_network::Recording)| {
            let ticks = self.blocks_of(index).next().map_or(Vec::new(), |b| b.recorders[at].ticks().to_vec());
            let neurons = match &recording.neurons {
                gennaker_network::Selection::All => (0..population.size).collect(),
                gennaker_network::Selection::Only(list) => list.clone(),
            };
            let mut values = vec![A::Real::default(); ticks.len() * neurons.len()];
            self.blocks_of(index).for_each(|b| b.recorders[at].gather(&mut values, neurons.len()));
            let name = if recording.variable == "v_last" { "v" } else { &recording.variable };
            let unit =
                population.model.descriptor().states.iter().find(|s| s.name == name).map_or("1", |s| s.unit);
            StateRecording {
                variable: recording.variable.clone(),
                unit: unit.to_owned(),
                neurons,
                ticks,
                values: A::Real::values(values),
            }
        };
        asked.enumerate().map(state).collect()
    }
}
