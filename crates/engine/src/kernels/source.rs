//! Sources: given spikes, random spikes, and relayed ones.

use gennaker_network::SpikeTrains;
use gennaker_network::random::{Purpose, bernoulli_threshold, key_of, philox_row};

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
/// Blocks of random words computed side by side, so that the compiler can use vector instructions.
const ROW: usize = 16;

/// `poisson_process`. The draw of a neuron in a tick depends on the seeds, the population, the tick and the neuron alone:
/// neuron `i` reads word `i % 4` of block `i / 4`.
pub(crate) struct Poisson {
    key: [u32; 2],
    object: u32,
    first_block: u32,
    n_neurons: usize,
    /// Padded, like the arrays below, to whole rows with sources that never spike.
    thresholds: Vec<u64>,
    t_ref: Vec<u32>,
    refractory: Vec<u32>,
}

impl Poisson {
    pub(crate) fn new(reader: &ParameterReader<'_>) -> Self {
        let own_seed: u64 = reader.counts("seed").first().copied().unwrap_or(0).into();
        debug_assert!(reader.range.start.is_multiple_of(LANES as u32));
        let n_padded = reader.range.len().next_multiple_of(ROW * LANES);
        let mut thresholds: Vec<u64> =
            reader.probabilities("p").into_iter().map(bernoulli_threshold).collect();
        let mut t_ref = reader.counts("Tref");
        thresholds.resize(n_padded, 0);
        t_ref.resize(n_padded, 0);
        Self {
            // The odd constant spreads small seeds over all bits, so that network seed and own seed do not cancel.
            key: key_of(reader.seed ^ own_seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
            object: reader.index as u32,
            first_block: reader.range.start / LANES as u32,
            n_neurons: reader.range.len(),
            thresholds,
            t_ref,
            refractory: vec![0; n_padded],
        }
    }

    /// One row of sources in one tick, as flags.
    fn row(&mut self, row: usize, tick: u32) -> [u8; ROW * LANES] {
        let first_block = self.first_block + (row * ROW) as u32;
        let words = philox_row::<ROW>([tick, first_block, self.object, Purpose::Poisson.word()], self.key);
        let range = row * ROW * LANES..(row + 1) * ROW * LANES;
        let (thresholds, t_ref) = (&self.thresholds[range.clone()], &self.t_ref[range.clone()]);
        let refractory = &mut self.refractory[range];
        let mut flags = [0; ROW * LANES];
        for i in 0..ROW * LANES {
            let word = words[i % LANES][i / LANES];
            let fires = (refractory[i] == 0) & (u64::from(word) < thresholds[i]);
            refractory[i] = if fires { t_ref[i] } else { refractory[i].saturating_sub(1) };
            flags[i] = u8::from(fires);
        }
        flags
    }
}

impl<A: Arithmetic> Kernel<A> for Poisson {
    fn update(&mut self, tick: u32, _due: Due<'_, A::Sum>, fired: &mut Fired) {
        fired.mark(|flags| {
            for (row, flags) in flags.chunks_mut(ROW * LANES).enumerate() {
                flags.copy_from_slice(&self.row(row, tick)[..flags.len()]);
            }
        });
    }
    fn state(&self, _variable: &str) -> Option<&[A::Real]> {
        None
    }
    fn visit(&mut self, visitor: &mut dyn FnMut(StateArray<'_, A::Real>)) {
        visitor(StateArray::Count(&mut self.refractory[..self.n_neurons]));
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
