//! The mapped machine, literally: every core with its memory image, every packet through the routing tables.
//!
//! Nothing here is fast, and nothing is shared with the fast engine but the network and the mapping: neurons are objects
//! that step one by one ([`neuron`]), a spike is a key that routers look up hop by hop, and a core finds its synapses in
//! the packed words of its image. If both engines agree, then the tables deliver, the images hold the right synapses, and
//! neither placement nor partition nor compression matters.

pub(crate) mod neuron;

use std::collections::BTreeMap;

use gennaker_machine::{ChipXy, Link, Machine};
use gennaker_mapping::{Mapping, PackedSynapse, PeImage, Slice, unpack_synapse};
use gennaker_network::{Network, SpikeRecording, SynapseWord};

use crate::error::FabricError;
use crate::snn::check_cover;
use neuron::Neuron;

/// A mapped network that runs as the machine would, at the functional level: all packets of a tick arrive before the next.
pub struct LiteralMachine<'a> {
    network: &'a Network,
    mapping: &'a Mapping,
    machine: &'a Machine,
    cores: Vec<Core>,
    /// The core at each place.
    at: BTreeMap<(ChipXy, u8), usize>,
    tick: u32,
    spikes: Vec<SpikeRecording>,
}

/// One PE running one slice.
struct Core {
    image: PeImage,
    neurons: Vec<Neuron>,
    word: Option<SynapseWord>,
    /// `ring[tick % slots]`: excitatory and inhibitory sums by neuron.
    ring: Vec<Vec<[i32; 2]>>,
    /// Keys that have arrived and wait for the next tick.
    fifo: Vec<u32>,
}

impl<'a> LiteralMachine<'a> {
    /// Loads a mapped network.
    ///
    /// # Errors
    /// If the network is not valid or the mapping does not cover its populations.
    pub fn new(
        network: &'a Network,
        mapping: &'a Mapping,
        machine: &'a Machine,
    ) -> Result<Self, FabricError> {
        network.validate()?;
        check_cover(network, mapping)?;
        let cores = (0..mapping.slices.len()).map(|slice| Core::load(network, mapping, slice)).collect();
        let places = mapping.slices.iter().zip(0..).map(|(slice, index)| ((slice.chip, slice.core), index));
        let spikes = vec![SpikeRecording::default(); network.populations.len()];
        Ok(Self { network, mapping, machine, cores, at: places.collect(), tick: 0, spikes })
    }

    /// Runs `ticks` ticks.
    ///
    /// # Errors
    /// If a packet is dropped, or reaches a core that has no rows for its key: the mapping is wrong then.
    pub fn run(&mut self, ticks: u32) -> Result<(), FabricError> {
        for _ in 0..ticks {
            let mut sent = Vec::new();
            for (core, slice) in self.cores.iter_mut().zip(&self.mapping.slices) {
                core.drain(self.tick)?;
                let order = self.mapping.order(slice.population as usize);
                let fired = core.update(self.tick).into_iter();
                sent.extend(fired.map(|index| (slice, order.neuron_of(slice.lo + index), index)));
            }
            // Blocks of an image are not in the order of its neurons.
            sent.sort_by_key(|&(slice, neuron, _)| (slice.population, neuron));
            for (slice, neuron, index) in sent {
                let spikes = &mut self.spikes[slice.population as usize];
                spikes.ticks.push(self.tick);
                spikes.neurons.push(neuron);
                self.send(slice, slice.key + index)?;
            }
            self.tick += 1;
        }
        Ok(())
    }

    /// All spikes of a population so far, sorted by tick, then neuron.
    #[must_use]
    pub fn spikes(&self, population: usize) -> &SpikeRecording {
        &self.spikes[population]
    }

    /// Follows a multicast packet from its core through the routers to the cores that get a copy.
    fn send(&mut self, slice: &Slice, key: u32) -> Result<(), FabricError> {
        if !self.has_targets(slice) {
            return Ok(());
        }
        let mut under_way: Vec<(ChipXy, Option<Link>)> = vec![(slice.chip, None)];
        while let Some((chip, heading)) = under_way.pop() {
            let decision = match self.mapping.table(chip) {
                Some(table) => table.table.decide(key, heading),
                None => heading.map(gennaker_mapping::Route::to_link),
            };
            let Some(route) = decision else { return Err(lost(key, chip, "no entry matches")) };
            for core in route.cores() {
                let target =
                    self.at.get(&(chip, core)).ok_or_else(|| lost(key, chip, "the core is not in use"))?;
                self.cores[*target].fifo.push(key);
            }
            for link in route.links() {
                let next =
                    self.machine.neighbour(chip, link).ok_or_else(|| lost(key, chip, "the link is dead"))?;
                under_way.push((next, Some(link)));
            }
        }
        Ok(())
    }

    /// Slices without synapses have no net, so their packets are never sent.
    fn has_targets(&self, slice: &Slice) -> bool {
        let index = self.at[&(slice.chip, slice.core)];
        self.mapping.net_of(index).is_some()
    }

    /// The network that runs.
    #[must_use]
    pub fn network(&self) -> &Network {
        self.network
    }
}

fn lost(key: u32, chip: ChipXy, why: &str) -> FabricError {
    FabricError::Mapping { problem: format!("packet with key {key:#010x} is lost at chip {chip}: {why}") }
}

impl Core {
    fn load(network: &Network, mapping: &Mapping, index: usize) -> Self {
        let slice = &mapping.slices[index];
        let population = &network.populations[slice.population as usize];
        let order = mapping.order(slice.population as usize);
        let neuron = |atom| Neuron::new(network, slice.population as usize, order.neuron_of(atom));
        let word = population.model.descriptor().synapse_word;
        let slots = word.map_or(1, SynapseWord::n_delays) as usize;
        Self {
            image: PeImage::build(network, mapping, index),
            neurons: (slice.lo..slice.hi).map(neuron).collect(),
            word,
            ring: vec![vec![[0; 2]; slice.n_neurons() as usize]; slots],
            fifo: Vec::new(),
        }
    }

    /// The synapse phase: everything that arrived since the last tick.
    fn drain(&mut self, tick: u32) -> Result<(), FabricError> {
        let slots = self.ring.len();
        for key in std::mem::take(&mut self.fifo) {
            let unknown = || FabricError::Mapping {
                problem: format!("a core got key {key:#010x} but has no rows for it"),
            };
            let row = self.image.lookup(key).ok_or_else(unknown)?;
            let word = self.word.ok_or_else(unknown)?;
            let mut add = |synapse: PackedSynapse| {
                let slot = (tick + synapse.delay) as usize % slots;
                let receptor = usize::from(synapse.weight < 0);
                let sum = &mut self.ring[slot][synapse.index as usize][receptor];
                *sum = sum.saturating_add(synapse.weight.abs());
            };
            row.iter().for_each(|&packed| add(unpack_synapse(word, packed)));
            self.image.scatter(key, |index, weight| add(PackedSynapse { index, weight, delay: 0 }));
        }
        Ok(())
    }

    /// The neuron phase: returns the neurons that fired, as often as they did.
    fn update(&mut self, tick: u32) -> Vec<u32> {
        let slot = tick as usize % self.ring.len();
        let mut fired = Vec::new();
        for (i, neuron) in self.neurons.iter_mut().enumerate() {
            let [excitation, inhibition] = std::mem::take(&mut self.ring[slot][i]);
            let n_spikes = neuron.step(tick, excitation, inhibition);
            fired.extend(std::iter::repeat_n(i as u32, n_spikes as usize));
        }
        fired
    }
}
