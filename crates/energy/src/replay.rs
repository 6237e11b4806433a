//! Counting from recorded spikes.

use gennaker_network::{Network, SpikeRecording};

use crate::counting::{Counting, TickCounts};
use crate::error::EnergyError;
use crate::traffic::Traffic;

/// The spikes of every population of a network, known to be its own and in order. Checking them takes as long as reading them, so it is
/// done once for any number of replays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spikes {
    of: Vec<SpikeRecording>,
    timesteps: u32,
}

impl Spikes {
    /// The spikes of every population over `timesteps` ticks, in the network's order. A population whose spikes were not recorded is
    /// `None`; that is allowed for those that send no packets.
    ///
    /// # Errors
    /// [`EnergyError::NotRecorded`], or [`EnergyError::Mismatch`] if the spikes are not of this network or not in order.
    pub fn new(
        network: &Network,
        spikes: Vec<Option<SpikeRecording>>,
        timesteps: u32,
    ) -> Result<Self, EnergyError> {
        let apart = |problem: String| EnergyError::Mismatch { what: "the network and the spikes", problem };
        if spikes.len() != network.populations.len() {
            let (n, of) = (network.populations.len(), spikes.len());
            return Err(apart(format!("the network has {n} populations, spikes are given of {of}")));
        }
        let mut of = Vec::new();
        for (index, (population, spikes)) in network.populations.iter().zip(spikes).enumerate() {
            let sends = network.projections.iter().any(|projection| projection.pre == index);
            if sends && spikes.is_none() {
                return Err(EnergyError::NotRecorded { population: population.name.clone() });
            }
            let spikes = spikes.unwrap_or_default();
            check(&spikes, population.size, timesteps)
                .map_err(|problem| apart(format!("population `{}`: {problem}", population.name)))?;
            of.push(spikes);
        }
        Ok(Self { of, timesteps })
    }

    /// Ticks of the run.
    #[must_use]
    pub fn timesteps(&self) -> u32 {
        self.timesteps
    }
}

/// Spikes on their way to be counted tick by tick.
#[derive(Debug)]
pub struct Replay<'a> {
    spikes: &'a Spikes,
    /// By population: the first spike that has not been counted.
    next: Vec<usize>,
}

impl<'a> Replay<'a> {
    /// From tick 0 on.
    #[must_use]
    pub fn new(spikes: &'a Spikes) -> Self {
        Self { spikes, next: vec![0; spikes.of.len()] }
    }

    /// Counts the next tick, or `None` after the last.
    pub fn tick<'c>(&mut self, counting: &'c mut Counting<'_>, tick: u32) -> Option<TickCounts<'c>> {
        (tick < self.spikes.timesteps).then(|| {
            counting.tick(|population| {
                let spikes = &self.spikes.of[population];
                let first = self.next[population];
                let n = n_until(&spikes.ticks[first..], tick);
                self.next[population] = first + n;
                &spikes.neurons[first..first + n]
            })
        })
    }
}

/// How many of these ascending ticks are at most `tick`. Looks near the beginning first, where the answer nearly always is: a search
/// through all of a long recording would wait for memory.
fn n_until(ticks: &[u32], tick: u32) -> usize {
    let mut reach = 64;
    while ticks.get(reach - 1).is_some_and(|&last| last <= tick) {
        reach *= 2;
    }
    let near = &ticks[..reach.min(ticks.len())];
    near.partition_point(|&t| t <= tick)
}

/// Hands the counts of all ticks to `each`.
pub fn replay(mut spikes: Replay<'_>, traffic: &Traffic, each: &mut dyn FnMut(&TickCounts<'_>)) {
    let mut counting = Counting::new(traffic);
    let mut tick = 0;
    while let Some(counts) = spikes.tick(&mut counting, tick) {
        each(&counts);
        tick += 1;
    }
}

fn check(spikes: &SpikeRecording, size: u32, timesteps: u32) -> Result<(), String> {
    if spikes.ticks.len() != spikes.neurons.len() {
        return Err(format!("{} ticks and {} neurons", spikes.ticks.len(), spikes.neurons.len()));
    }
    if let Some(neuron) = spikes.neurons.iter().find(|&&neuron| neuron >= size) {
        return Err(format!("neuron {neuron} spikes, there are {size}"));
    }
    if let Some(tick) = spikes.ticks.last().filter(|&&tick| tick >= timesteps) {
        return Err(format!("a spike in tick {tick}, the run had {timesteps} ticks"));
    }
    let in_order =
        |i: usize| (spikes.ticks[i], spikes.neurons[i]) <= (spikes.ticks[i + 1], spikes.neurons[i + 1]);
    match (0..spikes.ticks.len().saturating_sub(1)).find(|&i| !in_order(i)) {
        Some(i) => Err(format!("spikes {i} and {} are not in order", i + 1)),
        None => Ok(()),
    }
}
