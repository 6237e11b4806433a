//! Between flips of spins and spikes of neurons, both ways.

use gennaker_network::SpikeRecording;

use crate::Ising;

use super::{Coding, SpikingError};

/// The states that a replica went through, as its spikes tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The state of least energy, -1 or +1.
    pub spins: Vec<i8>,
    /// Its energy, as [`Ising::energy`] gives it.
    pub energy: i64,
    /// After how many ticks it was met first; 0 if it is the one that the replica began with.
    pub tick_found: u32,
    /// The last state.
    pub last_spins: Vec<i8>,
    /// Its energy.
    pub last_energy: i64,
    /// The energy after every tick.
    pub energies: Vec<i64>,
    /// Spins that turned, in all.
    pub n_flips: u64,
}

/// The spikes of a population from its spins' flips.
pub(super) fn spikes(coding: Coding, first: &[i8], flips: &SpikeRecording, n_ticks: u32) -> SpikeRecording {
    let mut spins = first.to_vec();
    let mut spikes = SpikeRecording::default();
    let mut at = 0;
    for tick in 0..n_ticks {
        while at < flips.ticks.len() && flips.ticks[at] == tick {
            let i = flips.neurons[at];
            let spin = &mut spins[i as usize];
            *spin = -*spin;
            if coding == Coding::Changes {
                spikes.ticks.push(tick);
                spikes.neurons.push(2 * i + u32::from(*spin < 0));
            }
            at += 1;
        }
        if coding == Coding::States {
            let up = (0..).zip(&spins).filter(|(_, s)| **s > 0).map(|(i, _): (u32, _)| i);
            spikes.neurons.extend(up);
            spikes.ticks.resize(spikes.neurons.len(), tick);
        }
    }
    spikes
}

/// The states from the spikes of a population.
pub(super) fn replay(
    ising: &Ising,
    coding: Coding,
    first: Vec<i8>,
    spikes: &SpikeRecording,
    n_ticks: u32,
) -> Result<Replayed, SpikingError> {
    let foreign = |problem: String| SpikingError::Foreign { problem };
    let (n, n_neurons) = (spikes.ticks.len(), spikes.neurons.len());
    if n != n_neurons {
        return Err(foreign(format!("{n} ticks, but {n_neurons} neurons")));
    }
    let energy = ising.energy(&first).map_err(|e| foreign(e.to_string()))?;
    let mut track = Track { ising, spins: first.clone(), energy, n_flips: 0 };
    let mut best = (energy, 0, first);
    let mut energies = Vec::with_capacity(n_ticks as usize);
    let mut at = 0;
    for tick in 0..n_ticks {
        let from = at;
        at += spikes.ticks[from..].iter().take_while(|&&t| t == tick).count();
        let who = &spikes.neurons[from..at];
        match coding {
            Coding::Changes => who.iter().try_for_each(|&neuron| track.change(neuron)),
            Coding::States => track.become_state(who),
        }
        .map_err(|problem| foreign(format!("tick {tick}: {problem}")))?;
        energies.push(track.energy);
        if track.energy < best.0 {
            best = (track.energy, tick + 1, track.spins.clone());
        }
    }
    if at < spikes.ticks.len() {
        return Err(foreign(format!("a spike at tick {} of {n_ticks}, or out of order", spikes.ticks[at])));
    }
    Ok(Replayed {
        spins: best.2,
        energy: best.0,
        tick_found: best.1,
        last_energy: track.energy,
        energies,
        n_flips: track.n_flips,
        last_spins: track.spins,
    })
}

/// Spins and their exact energy.
struct Track<'a> {
    ising: &'a Ising,
    spins: Vec<i8>,
    energy: i64,
    n_flips: u64,
}

impl Track<'_> {
    fn flip(&mut self, i: usize) {
        self.energy += self.ising.flip_delta(&self.spins, i);
        self.spins[i] = -self.spins[i];
        self.n_flips += 1;
    }

    fn change(&mut self, neuron: u32) -> Result<(), String> {
        let (i, turns_up) = (neuron as usize / 2, neuron.is_multiple_of(2));
        match self.spins.get(i) {
            None => Err(format!("neuron {neuron} of {}", 2 * self.spins.len())),
            Some(&spin) if (spin > 0) == turns_up => {
                Err(format!("neuron {neuron} turns spin {i} to what it is already"))
            }
            Some(_) => {
                self.flip(i);
                Ok(())
            }
        }
    }

    fn become_state(&mut self, up: &[u32]) -> Result<(), String> {
        let mut next = vec![-1i8; self.spins.len()];
        for &neuron in up {
            *next
                .get_mut(neuron as usize)
                .ok_or_else(|| format!("neuron {neuron} of {}", self.spins.len()))? = 1;
        }
        for (i, spin) in next.into_iter().enumerate() {
            if spin != self.spins[i] {
                self.flip(i);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spikes_that_no_network_of_the_problem_sends_are_told() {
        let pair = Ising::new(vec![0; 2], [(0, 1, 1)]).unwrap();
        let found = |coding, ticks: &[u32], neurons: &[u32]| {
            let spikes = SpikeRecording { ticks: ticks.to_vec(), neurons: neurons.to_vec() };
            replay(&pair, coding, vec![-1, -1], &spikes, 3).map_err(|e| e.to_string())
        };
        let fine = found(Coding::Changes, &[0, 1], &[0, 1]).unwrap();
        assert_eq!((fine.energies, fine.n_flips, fine.tick_found), (vec![-1, 1, 1], 2, 1));
        let problem = |coding, ticks: &[u32], neurons: &[u32]| found(coding, ticks, neurons).unwrap_err();
        assert!(problem(Coding::Changes, &[0, 1], &[0]).contains("2 ticks, but 1 neurons"));
        assert!(problem(Coding::Changes, &[1], &[4]).contains("tick 1: neuron 4 of 4"));
        assert!(problem(Coding::Changes, &[1], &[1]).contains("to what it is already"));
        assert!(problem(Coding::States, &[2], &[2]).contains("neuron 2 of 2"));
        for ticks in [[0, 3], [1, 0]] {
            assert!(problem(Coding::States, &ticks, &[0, 0]).contains("out of order"));
        }
    }
}
