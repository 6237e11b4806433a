//! Neuron updates, one file per family. A kernel owns the state and parameters of one block of neurons.
//!
//! Loops read everything into locals, select with comparisons and write everything back, because a conditional store keeps
//! compilers from using vector instructions well. No fused multiply-add: results must be those of separate operations.

mod charge;
mod conductance;
mod decaying;
mod izhikevich;
mod lif;
mod noisy;
pub(crate) mod poisson_input;
mod refractory;
mod source;
mod spin;

use std::ops::Range;

use gennaker_network::{Model, SpikeTrains};

use crate::arithmetic::{Arithmetic, Real, Sum};
use crate::parameters::ParameterReader;
use crate::simd;
use crate::sums::Receptors;

/// The input sums due in the current tick; the update sets them to zero.
pub(crate) struct Due<'a, S> {
    /// Excitatory sums, or net sums where only those are kept; empty for sources.
    pub(crate) excitatory: &'a mut [S],
    /// Inhibitory sums, counted upwards; empty where only net sums are kept.
    pub(crate) inhibitory: &'a mut [S],
}

impl<S> Default for Due<'_, S> {
    fn default() -> Self {
        Self { excitatory: &mut [], inhibitory: &mut [] }
    }
}

impl<S: Sum> Due<'_, S> {
    /// Those of neurons `range`.
    #[inline(always)]
    fn part(&mut self, range: &Range<usize>) -> Due<'_, S> {
        let within = |n: usize| if n == 0 { 0..0 } else { range.clone() };
        let (e, i) = (within(self.excitatory.len()), within(self.inhibitory.len()));
        Due { excitatory: &mut self.excitatory[e], inhibitory: &mut self.inhibitory[i] }
    }

    #[inline(always)]
    fn is_zero(&self) -> bool {
        is_zero(self.excitatory) && is_zero(self.inhibitory)
    }

    #[inline(always)]
    fn clear(&mut self) {
        self.excitatory.fill(S::default());
        self.inhibitory.fill(S::default());
    }
}

/// Whether all sums are zero; told soon where they are not.
#[inline(always)]
fn is_zero<S: Sum>(sums: &[S]) -> bool {
    let zero = S::default();
    sums.chunks(64).all(|sums| sums.iter().fold(true, |all, &sum| all & (sum == zero)))
}

/// The update of a block of neurons.
pub(crate) trait Kernel<A: Arithmetic>: Send {
    /// Advances all neurons by one tick and reports who fired.
    fn update(&mut self, tick: u32, due: Due<'_, A::Sum>, fired: &mut Fired);
    /// The values of a recordable state variable.
    fn state(&self, variable: &str) -> Option<&[A::Real]>;
    /// Shows every array that evolves, always in the same order, for saving and restoring.
    fn visit(&mut self, visitor: &mut dyn FnMut(StateArray<'_, A::Real>));
    /// Back to the state before the first tick.
    fn reset(&mut self);
    /// Replaces the spikes that are sent, where they are listed.
    fn set_spikes(&mut self, _spikes: &SpikeTrains) {}
}

/// A neuron update that marks who fires; `#[inline(always)]`, as [`simd::Task`] asks.
pub(crate) trait Compute<A: Arithmetic>: Kernel<A> {
    /// Whether the update depends on state and input alone, not on the tick.
    const IS_AUTONOMOUS: bool;
    /// Whether neurons that did not fire stay as they are, to the bit, until input comes.
    #[inline(always)]
    fn keeps_still(&self) -> bool {
        false
    }
    /// Advances the neurons from `from` on by one tick, as many as there are flags; writes one flag (0 or 1) for each.
    fn compute(&mut self, tick: u32, from: usize, due: &Due<'_, A::Sum>, flags: &mut [u8]);
}

/// Neurons that are advanced together: their state, input and flags stay in the first cache until they are done with. A
/// multiple of the rows of random words.
const CHUNK: usize = 1024;

/// Ticks between two looks whether a chunk without input has come to rest.
const STILL_EVERY: u32 = 32;

/// One tick of a kernel, chunk by chunk.
struct Update<'a, A: Arithmetic, K> {
    kernel: &'a mut K,
    tick: u32,
    due: Due<'a, A::Sum>,
    fired: &'a mut Fired,
}

impl<A: Arithmetic, K: Compute<A>> simd::Task for Update<'_, A, K> {
    #[inline(always)]
    fn run(mut self) {
        let Fired { first, flags, neurons, still } = self.fired;
        let keeps_still = self.kernel.keeps_still();
        for (at, (flags, is_still)) in flags.chunks_mut(CHUNK).zip(still).enumerate() {
            let range = at * CHUNK..at * CHUNK + flags.len();
            let mut due = self.due.part(&range);
            if K::IS_AUTONOMOUS && due.is_zero() {
                if *is_still {
                    continue;
                }
                if !keeps_still && self.tick.is_multiple_of(STILL_EVERY) {
                    let before = snapshot::<A>(self.kernel, &range);
                    self.kernel.compute(self.tick, range.start, &due, flags);
                    *is_still = before == snapshot::<A>(self.kernel, &range) && !flags.contains(&1);
                    list(*first + range.start as u32, flags, neurons);
                    continue;
                }
            }
            let n_before = neurons.len();
            self.kernel.compute(self.tick, range.start, &due, flags);
            due.clear();
            list(*first + range.start as u32, flags, neurons);
            *is_still = keeps_still && neurons.len() == n_before;
        }
    }
}

/// The bits of the state of some neurons.
#[cold]
#[inline(never)]
fn snapshot<A: Arithmetic>(kernel: &mut impl Kernel<A>, range: &Range<usize>) -> Vec<u64> {
    let mut bits = Vec::new();
    kernel.visit(&mut |array| match array {
        StateArray::Real(values) => bits.extend(values[range.clone()].iter().map(|value| value.bits())),
        StateArray::Count(values) => bits.extend(values[range.clone()].iter().map(|&n| u64::from(n))),
        StateArray::Short([]) => {}
        StateArray::Short(values) => bits.extend(values[range.clone()].iter().map(|&n| u64::from(n))),
    });
    bits
}

/// Adds the neurons with a flag to the list, ascending; flag 0 is that of neuron `first`.
#[inline(always)]
fn list(first: u32, flags: &[u8], neurons: &mut Vec<u32>) {
    let (groups, rest) = flags.as_chunks::<64>();
    for (first, group) in (first..).step_by(64).zip(groups) {
        if group.iter().fold(0, |any, flag| any | flag) == 0 {
            continue;
        }
        let mut bits = bits_of(group);
        while bits != 0 {
            neurons.push(first + bits.trailing_zeros());
            bits &= bits - 1;
        }
    }
    let from = first + 64 * groups.len() as u32;
    neurons.extend((from..).zip(rest).filter(|(_, flag)| **flag != 0).map(|(neuron, _)| neuron));
}

/// An array of evolving state.
pub(crate) enum StateArray<'a, R> {
    /// Real-valued state.
    Real(&'a mut [R]),
    /// Counters and flags.
    Count(&'a mut [u32]),
    /// Short counters.
    Short(&'a mut [u16]),
}

/// Who fired in a block in this tick.
pub(crate) struct Fired {
    first: u32,
    flags: Vec<u8>,
    neurons: Vec<u32>,
    /// For every chunk, whether another tick without input would change nothing: such chunks cost next to nothing.
    still: Vec<bool>,
}

impl Fired {
    pub(crate) fn new(range: &std::ops::Range<u32>) -> Self {
        let n_chunks = range.len().div_ceil(CHUNK);
        Self {
            first: range.start,
            flags: vec![0; range.len()],
            neurons: Vec::with_capacity(range.len()),
            still: vec![false; n_chunks],
        }
    }

    /// The neurons that fired, ascending, by their index in the population; as often as they did.
    pub(crate) fn neurons(&self) -> &[u32] {
        &self.neurons
    }

    /// Forgets the last tick.
    pub(crate) fn clear(&mut self) {
        self.neurons.clear();
    }

    /// Forgets which chunks are still, after their state was set from outside.
    pub(crate) fn disturb(&mut self) {
        self.still.fill(false);
    }

    /// Adds one neuron by its index in the population.
    fn push(&mut self, neuron: u32) {
        self.neurons.push(neuron);
    }

    /// Lists every neuron as often as `fill` counts it.
    fn repeat(&mut self, fill: impl FnOnce(&mut [u8])) {
        /// Copies that are written at once; those beyond the count are written over by the next neuron.
        const COPIES: usize = 8;
        fill(&mut self.flags);
        let total: usize = self.flags.iter().map(|&count| usize::from(count)).sum();
        let mut at = self.neurons.len();
        let end = at + total;
        self.neurons.resize(end + COPIES, 0);
        for (neuron, &count) in (self.first..).zip(&self.flags) {
            let count = usize::from(count);
            self.neurons[at..at + COPIES].fill(neuron);
            if count > COPIES {
                self.neurons[at + COPIES..at + count].fill(neuron);
            }
            at += count;
        }
        self.neurons.truncate(end);
    }

    /// Advances a kernel and lists who it marks.
    fn mark<A: Arithmetic>(&mut self, kernel: &mut impl Compute<A>, tick: u32, due: Due<'_, A::Sum>) {
        simd::run(Update::<A, _> { kernel, tick, due, fired: self });
    }
}

/// The flags (each 0 or 1) of 64 neurons as bits.
#[inline(always)]
fn bits_of(flags: &[u8; 64]) -> u64 {
    let (words, _) = flags.as_chunks::<8>();
    let byte = |word: &[u8; 8]| {
        // Each flag is moved to a bit of its own in the top byte.
        u64::from_le_bytes(*word).wrapping_mul(0x0102_0408_1020_4080) >> 56
    };
    let mut bits = 0;
    for (at, word) in words.iter().enumerate() {
        bits |= byte(word) << (8 * at);
    }
    bits
}

/// The drive of a neuron, excitation minus inhibition, from either kind of sums.
trait Drive<R> {
    fn at(&self, i: usize) -> R;
}

struct NetDrive<'a, A: Arithmetic>(&'a [A::Sum]);

impl<A: Arithmetic> Drive<A::Real> for NetDrive<'_, A> {
    #[inline(always)]
    fn at(&self, i: usize) -> A::Real {
        A::read(self.0[i])
    }
}

struct SplitDrive<'a, A: Arithmetic>(&'a [A::Sum], &'a [A::Sum]);

impl<A: Arithmetic> Drive<A::Real> for SplitDrive<'_, A> {
    #[inline(always)]
    fn at(&self, i: usize) -> A::Real {
        A::read(self.0[i]) - A::read(self.1[i])
    }
}

/// Whether the model's update reads excitation minus inhibition only.
pub(crate) fn reads_net_drive(model: Model) -> bool {
    match model {
        Model::Lif | Model::LifNoDelay | Model::LifConv2d | Model::LifWide => true,
        Model::ChargeAndSpike | Model::Izhikevich | Model::QuboNeuron => true,
        Model::OnOff | Model::OnOffWide | Model::Gibbs | Model::GibbsWide => true,
        Model::LifCurrExp | Model::LifCurrExpNoDelay | Model::LifCurrExpWide => false,
        Model::LifCondExp | Model::Relay => false,
        Model::SpikeList | Model::SpikesFromArray | Model::PoissonProcess | Model::PoissonInput => false,
    }
}

/// The kernel of a block of a population.
pub(crate) fn kernel<A: Arithmetic>(
    reader: &ParameterReader<'_>,
    receptors: Receptors,
) -> Box<dyn Kernel<A>> {
    match reader.population.model {
        Model::SpikeList => Box::new(source::Trains::new(reader.population.spikes.clone())),
        Model::SpikesFromArray => Box::new(source::Trains::new(latency_code(reader))),
        Model::PoissonProcess => Box::new(source::Poisson::new(reader)),
        Model::PoissonInput => Box::new(poisson_input::PoissonInput::new(reader)),
        Model::Relay => Box::new(source::Relay),
        Model::Lif | Model::LifNoDelay | Model::LifConv2d | Model::LifWide => {
            Box::new(lif::Lif::<A>::new(reader, receptors))
        }
        Model::LifCurrExp | Model::LifCurrExpNoDelay | Model::LifCurrExpWide => {
            Box::new(lif::LifCurrExp::<A>::new(reader))
        }
        Model::LifCondExp => Box::new(conductance::LifCondExp::<A>::new(reader)),
        Model::ChargeAndSpike => Box::new(charge::ChargeAndSpike::<A>::new(reader, receptors)),
        Model::Izhikevich => Box::new(izhikevich::Izhikevich::<A>::new(reader, receptors)),
        Model::QuboNeuron => Box::new(noisy::QuboNeuron::<A>::new(reader, receptors)),
        Model::OnOff | Model::OnOffWide | Model::Gibbs | Model::GibbsWide => {
            Box::new(spin::Spin::<A>::new(reader, receptors))
        }
    }
}

/// The spikes of a `spikes_from_array` source: larger values first.
fn latency_code(reader: &ParameterReader<'_>) -> SpikeTrains {
    let value = |name: &str| reader.population.resolve(name, reader.seed, reader.index);
    let (array, x_min, x_max) = (value("array"), value("x_min").get(0), value("x_max").get(0));
    let (start, stop) = (value("t_start").get(0), value("t_stop").get(0));
    SpikeTrains::from_events(reader.range.clone().filter(|&i| array.get(i) >= x_min).map(|i| {
        let x = ((array.get(i) - x_min) / (x_max - x_min)).min(1.0);
        #[expect(clippy::cast_sign_loss, reason = "both ends are validated to be at least 0")]
        let tick = (start + (1.0 - x) * (stop - start)).round() as u32;
        (tick, i)
    }))
}

/// Rounds a constant of an equation to the arithmetic's precision.
fn constant<R: Real>(value: f64) -> R {
    R::from_f64(value)
}
