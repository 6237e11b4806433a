//! Sources: given spikes, random spikes, and relayed ones.

use gennaker_network::SpikeTrains;
use gennaker_network::random::{Purpose, bernoulli_threshold, key_of, philox_row};

use crate::arithmetic::Arithmetic;
use crate::parameters::ParameterReader;

use super::{Compute, Due, Fired, Kernel, StateArray};

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
    fn set_spikes(&mut self, spikes: &SpikeTrains) {
        self.0.clone_from(spikes);
    }
}

/// Blocks of four random words that serve neighbouring sources.
const LANES: usize = 16;
/// Sources that `LANES` blocks serve.
const GROUP: usize = 4 * LANES;
/// Sources whose words are computed side by side. Two groups, because the rounds of one, each of which waits for the one
/// before, leave half of a processor's arithmetic idle.
pub(crate) const ROW: usize = 2 * GROUP;

/// The random words of a block of sources, one for each source and tick. They depend on the seeds, the population, the
/// purpose, the tick and the source alone: source `i` reads word `i % 64 / 16` of block `i / 64 * 16 + i % 16`, so that
/// neighbours read neighbouring lanes.
pub(super) struct Words {
    key: [u32; 2],
    object: u32,
    purpose: u32,
    first_block: u32,
}

impl Words {
    pub(super) fn new(reader: &ParameterReader<'_>, purpose: Purpose) -> Self {
        let own_seed: u64 = reader.counts("seed").first().copied().unwrap_or(0).into();
        debug_assert!(reader.range.start.is_multiple_of(GROUP as u32));
        Self {
            // The odd constant spreads small seeds over all bits, so that network seed and own seed do not cancel.
            key: key_of(reader.seed ^ own_seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
            object: reader.index as u32,
            purpose: purpose.word(),
            first_block: reader.range.start / 4,
        }
    }

    /// Those of sources `row * ROW..(row + 1) * ROW` of the block.
    #[inline(always)]
    pub(super) fn row(&self, row: usize, tick: u32) -> [u32; ROW] {
        let first_block = self.first_block + (row * ROW / 4) as u32;
        let blocks = philox_row::<{ ROW / 4 }>([tick, first_block, self.object, self.purpose], self.key);
        let mut words = [0; ROW];
        for (word, lanes) in blocks.iter().enumerate() {
            for (group, lanes) in words.as_chunks_mut::<GROUP>().0.iter_mut().zip(lanes.as_chunks().0) {
                group.as_chunks_mut::<LANES>().0[word] = *lanes;
            }
        }
        words
    }
}

/// `poisson_process`.
pub(crate) struct Poisson {
    words: Words,
    n_neurons: usize,
    /// Sources spike on words up to this one. This and the arrays below are padded to whole rows.
    limits: Vec<u32>,
    /// All bits set where a source can spike at all, else none.
    enabled: Vec<u32>,
    t_ref: Vec<u32>,
    refractory: Vec<u32>,
}

impl Poisson {
    pub(crate) fn new(reader: &ParameterReader<'_>) -> Self {
        let n_padded = reader.range.len().next_multiple_of(ROW);
        let mut thresholds: Vec<u64> =
            reader.probabilities("p").into_iter().map(bernoulli_threshold).collect();
        let mut t_ref = reader.counts("Tref");
        thresholds.resize(n_padded, 0);
        t_ref.resize(n_padded, 0);
        Self {
            words: Words::new(reader, Purpose::Poisson),
            n_neurons: reader.range.len(),
            limits: thresholds.iter().map(|t| t.saturating_sub(1) as u32).collect(),
            enabled: thresholds.iter().map(|t| if *t > 0 { u32::MAX } else { 0 }).collect(),
            t_ref,
            refractory: vec![0; n_padded],
        }
    }

    /// One row of sources in one tick, as flags.
    #[inline(always)]
    fn row(&mut self, row: usize, tick: u32) -> [u8; ROW] {
        let words = self.words.row(row, tick);
        let range = row * ROW..(row + 1) * ROW;
        let (limits, enabled) = (&self.limits[range.clone()], &self.enabled[range.clone()]);
        let (t_ref, refractory) = (&self.t_ref[range.clone()], &mut self.refractory[range]);
        let mut flags = [0; ROW];
        for i in 0..ROW {
            let fires = (refractory[i] == 0) & (words[i] <= limits[i]) & (enabled[i] != 0);
            refractory[i] = if fires { t_ref[i] } else { refractory[i].saturating_sub(1) };
            flags[i] = u8::from(fires);
        }
        flags
    }
}

impl<A: Arithmetic> Compute<A> for Poisson {
    const IS_AUTONOMOUS: bool = false;
    #[inline(always)]
    fn compute(&mut self, tick: u32, from: usize, _due: &Due<'_, A::Sum>, flags: &mut [u8]) {
        for (row, flags) in (from / ROW..).zip(flags.chunks_mut(ROW)) {
            flags.copy_from_slice(&self.row(row, tick)[..flags.len()]);
        }
    }
}

impl<A: Arithmetic> Kernel<A> for Poisson {
    fn update(&mut self, tick: u32, due: Due<'_, A::Sum>, fired: &mut Fired) {
        fired.mark::<A>(self, tick, due);
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

impl<A: Arithmetic> Compute<A> for Relay {
    const IS_AUTONOMOUS: bool = true;
    #[inline(always)]
    fn compute(&mut self, _tick: u32, _from: usize, due: &Due<'_, A::Sum>, flags: &mut [u8]) {
        for (flag, &sum) in flags.iter_mut().zip(due.excitatory.iter()) {
            *flag = u8::from(sum > A::Sum::default());
        }
    }
}

impl<A: Arithmetic> Kernel<A> for Relay {
    fn update(&mut self, tick: u32, due: Due<'_, A::Sum>, fired: &mut Fired) {
        fired.mark::<A>(self, tick, due);
    }
    fn state(&self, _variable: &str) -> Option<&[A::Real]> {
        None
    }
    fn visit(&mut self, _visitor: &mut dyn FnMut(StateArray<'_, A::Real>)) {}
    fn reset(&mut self) {}
}
