//! Neuron updates, one file per family. A kernel owns the state and parameters of one block of neurons.
//!
//! Loops read everything into locals, select with comparisons and write everything back, because a conditional store keeps
//! compilers from using vector instructions well. No fused multiply-add: results must be those of separate operations.

mod charge;
mod conductance;
mod izhikevich;
mod lif;
pub(crate) mod poisson_input;
mod source;

use gennaker_network::{Model, SpikeTrains};

use crate::arithmetic::{Arithmetic, Real};
use crate::parameters::ParameterReader;
use crate::simd;
use crate::sums::Receptors;

/// The input sums due in the current tick.
pub(crate) struct Due<'a, S> {
    /// Excitatory sums, or net sums where the block keeps only those.
    pub(crate) excitatory: &'a [S],
    /// Inhibitory sums, counted upwards; empty where only net sums are kept.
    pub(crate) inhibitory: &'a [S],
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
}

/// A neuron update that marks who fires; `#[inline(always)]`, as [`simd::Task`] asks.
pub(crate) trait Compute<A: Arithmetic> {
    /// Advances all neurons of the block by one tick; writes one flag (0 or 1) for each.
    fn compute(&mut self, tick: u32, due: &Due<'_, A::Sum>, flags: &mut [u8]);
}

/// A call of [`Compute::compute`].
struct Update<'a, A: Arithmetic, K> {
    kernel: &'a mut K,
    tick: u32,
    due: &'a Due<'a, A::Sum>,
    flags: &'a mut [u8],
}

impl<A: Arithmetic, K: Compute<A>> simd::Task for Update<'_, A, K> {
    #[inline(always)]
    fn run(self) {
        self.kernel.compute(self.tick, self.due, self.flags);
    }
}

/// An array of evolving state.
pub(crate) enum StateArray<'a, R> {
    /// Real-valued state.
    Real(&'a mut [R]),
    /// Counters and flags.
    Count(&'a mut [u32]),
}

/// Who fired in a block in this tick.
pub(crate) struct Fired {
    first: u32,
    flags: Vec<u8>,
    neurons: Vec<u32>,
}

impl Fired {
    pub(crate) fn new(range: &std::ops::Range<u32>) -> Self {
        Self { first: range.start, flags: vec![0; range.len()], neurons: Vec::with_capacity(range.len()) }
    }

    /// The neurons that fired, ascending, by their index in the population; as often as they did.
    pub(crate) fn neurons(&self) -> &[u32] {
        &self.neurons
    }

    /// Forgets the last tick.
    pub(crate) fn clear(&mut self) {
        self.neurons.clear();
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
    fn mark<A: Arithmetic>(&mut self, kernel: &mut impl Compute<A>, tick: u32, due: &Due<'_, A::Sum>) {
        simd::run(Update::<A, _> { kernel, tick, due, flags: &mut self.flags });
        let (groups, rest) = self.flags.as_chunks::<64>();
        for (first, group) in (self.first..).step_by(64).zip(groups) {
            let mut bits = bits_of(group);
            while bits != 0 {
                self.neurons.push(first + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
        let from = self.first + 64 * groups.len() as u32;
        self.neurons.extend((from..).zip(rest).filter(|(_, flag)| **flag != 0).map(|(neuron, _)| neuron));
    }
}

/// The flags (each 0 or 1) of 64 neurons as bits.
#[inline]
fn bits_of(flags: &[u8; 64]) -> u64 {
    let (words, _) = flags.as_chunks::<8>();
    let byte = |word: &[u8; 8]| {
        // Each flag is moved to a bit of its own in the top byte.
        u64::from_le_bytes(*word).wrapping_mul(0x0102_0408_1020_4080) >> 56
    };
    words.iter().rev().fold(0, |bits, word| bits << 8 | byte(word))
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
        Model::Lif | Model::LifNoDelay | Model::LifWide => true,
        Model::ChargeAndSpike | Model::Izhikevich => true,
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
        Model::Lif | Model::LifNoDelay | Model::LifWide => Box::new(lif::Lif::<A>::new(reader, receptors)),
        Model::LifCurrExp | Model::LifCurrExpNoDelay | Model::LifCurrExpWide => {
            Box::new(lif::LifCurrExp::<A>::new(reader))
        }
        Model::LifCondExp => Box::new(conductance::LifCondExp::<A>::new(reader)),
        Model::ChargeAndSpike => Box::new(charge::ChargeAndSpike::<A>::new(reader, receptors)),
        Model::Izhikevich => Box::new(izhikevich::Izhikevich::<A>::new(reader, receptors)),
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
