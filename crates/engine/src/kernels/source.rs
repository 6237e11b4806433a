//! Sources: given spikes, random spikes, and relayed ones.

use gennaker_network::SpikeTrains;
use gennaker_network::random::{Purpose, bernoulli_threshold, key_of, philox};

use crate::arithmetic::Arithmetic;
use crate::parameters::ParameterReader;

use super::{Due, Fired, Kernel, StateArray};

/// `spike_list` and `spikes_from_array`.
pub(crate) struct Trains(SpikeTrains);

impl Trains {
    pub(crate) fn new(trains: SpikeTrains) -> Self {
        Self(trains)
    }
}

impl<A: Arithmetic> Kernel<A> for Trains {
    fn update(&mut self, tick: u32, _due: Due<'_, A::Sum>, fired: &mut Fired) {
        self.0.at(tick).iter().for_each(|&neuron| fired.push(neuron));
    }
    fn state(&self, _variable: &str) -> Option<&[A::Real]> {
        None
    }
    fn visit(&mut self, _visitor: &mut dyn FnMut(StateArray<'_, A::Real>)) {}
    fn reset(&mut self) {}
}

/// Neurons that share one block of four random words.
const LANES: usize = 4;

/// `poisson_process`. The draw of a neuron in a tick depends on the seeds, the population, the tick and the neuron alone.
pub(crate) struct Poisson {
    key: [u32; 2],
    object: u32,
    first_lane_block: u32,
    thresholds: Vec<u64>,
    t_ref: Vec<u32>,
    refractory: Vec<u32>,
}

impl Poisson {
    pub(crate) fn new(reader: &ParameterReader<'_>) -> Self {
        let p = reader.probabilities("p");
        let own_seed: u64 = reader.counts("seed").first().copied().unwrap_or(0).into();
        debug_assert!(reader.range.start.is_multiple_of(LANES as u32));
        Self {
            // The odd constant spreads small seeds over all bits, so that network seed and own seed do not cancel.
            key: key_of(reader.seed ^ own_seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
            object: reader.index as u32,
            first_lane_block: reader.range.start / LANES as u32,
            thresholds: p.into_iter().map(bernoulli_threshold).collect(),
            t_ref: reader.counts("Tref"),
            refractory: vec![0; reader.range.len()],
        }
    }
}

impl<A: Arithmetic> Kernel<A> for Poisson {
    fn update(&mut self, tick: u32, _due: Due<'_, A::Sum>, fired: &mut Fired) {
        let (key, object, first) = (self.key, self.object, self.first_lane_block);
        let lanes = self
            .thresholds
            .chunks(LANES)
            .zip(self.t_ref.chunks(LANES))
            .zip(self.refractory.chunks_mut(LANES));
        fired.mark(|flags| {
            for ((at, flags), ((thresholds, t_ref), refractory)) in
                (first..).zip(flags.chunks_mut(LANES)).zip(lanes)
            {
                let words = philox([tick, at, object, Purpose::Poisson.word()], key);
                for i in 0..flags.len() {
                    let fires = (refractory[i] == 0) & (u64::from(words[i]) < thresholds[i]);
                    refractory[i] = if fires { t_ref[i] } else { refractory[i].saturating_sub(1) };
                    flags[i] = u8::from(fires);
                }
            }
        });
    }
    fn state(&self, _variable: &str) -> Option<&[A::Real]> {
        None
    }
    fn visit(&mut self, visitor: &mut dyn FnMut(StateArray<'_, A::Real>)) {
        visitor(StateArray::Count(&mut self.refractory));
    }
    fn reset(&mut self) {
        self.refractory.fill(0);
    }
}

/// `relay`.
pub(crate) struct Relay;

impl<A: Arithmetic> Kernel<A> for Relay {
    fn update(&mut self, _tick: u32, due: Due<'_, A::Sum>, fired: &mut Fired) {
        fired.mark(|flags| {
            for (flag, &sum) in flags.iter_mut().zip(due.excitatory) {
                *flag = u8::from(sum > A::Sum::default());
            }
        });
    }
    fn state(&self, _variable: &str) -> Option<&[A::Real]> {
        None
    }
    fn visit(&mut self, _visitor: &mut dyn FnMut(StateArray<'_, A::Real>)) {}
    fn reset(&mut self) {}
}
