//! Leaky integrate-and-fire neurons whose synapses decay exponentially: everything that does not depend on how synapses move the
//! membrane. It knows no equations; a [`Membrane`] has them.

use std::marker::PhantomData;

use crate::arithmetic::{Arithmetic, Real};
use crate::parameters::{ParameterReader, ParameterSet, PerNeuron, Same};

use super::lif::subtracts;
use super::refractory::{Holding, Refractory, WithHolding};
use super::{Compute, Due, Fired, Kernel, StateArray};

/// How synapses of a kind decay and move the membrane; `N` parameters.
pub(crate) trait Membrane<const N: usize>: Send {
    /// Names of the parameters; the first two are the threshold and what the potential is reset to.
    const PARAMETERS: [&'static str; N];
    /// Names of the excitatory and the inhibitory state.
    const SYNAPSES: [&'static str; 2];
    /// The potential and the synapses after a tick with the given input, before threshold and reset. `#[inline(always)]`.
    fn advance<R: Real>(v: R, synapses: [R; 2], input: [R; 2], parameters: [R; N]) -> (R, [R; 2]);
}

/// A population's neurons with membrane `M`.
pub(crate) struct Decaying<A: Arithmetic, M, const N: usize> {
    v: Vec<A::Real>,
    excitatory: Vec<A::Real>,
    inhibitory: Vec<A::Real>,
    refractory: Refractory,
    v_init: Vec<A::Real>,
    parameters: ParameterSet<A::Real, N>,
    subtracts: bool,
    membrane: PhantomData<M>,
}

impl<A: Arithmetic, M: Membrane<N>, const N: usize> Decaying<A, M, N> {
    pub(crate) fn new(reader: &ParameterReader<'_>) -> Self {
        let v_init: Vec<A::Real> = reader.array("v_init");
        let at_rest = vec![A::Real::default(); v_init.len()];
        Self {
            excitatory: at_rest.clone(),
            inhibitory: at_rest,
            refractory: Refractory::new(reader),
            v: v_init.clone(),
            v_init,
            parameters: reader.set(M::PARAMETERS),
            subtracts: subtracts(reader),
            membrane: PhantomData,
        }
    }

    #[inline(always)]
    fn advance<const SUBTRACTS: bool>(&mut self, from: usize, due: &Due<'_, A::Sum>, flags: &mut [u8]) {
        let n = flags.len();
        let range = from..from + n;
        let (v, excitatory, inhibitory) =
            (&mut self.v[range.clone()], &mut self.excitatory[range.clone()], &mut self.inhibitory[range]);
        let membrane = PhantomData::<M>;
        match &self.parameters {
            ParameterSet::Shared(p) => {
                let parameters = p.map(Same);
                let step = Step::<A, M, _, N, SUBTRACTS> {
                    v,
                    excitatory,
                    inhibitory,
                    due,
                    flags,
                    parameters,
                    membrane,
                };
                self.refractory.with(from, n, step);
            }
            ParameterSet::Individual(p) => {
                let parameters = p.each_ref().map(|x| x.part(from, n));
                let step = Step::<A, M, _, N, SUBTRACTS> {
                    v,
                    excitatory,
                    inhibitory,
                    due,
                    flags,
                    parameters,
                    membrane,
                };
                self.refractory.with(from, n, step);
            }
        }
    }
}

/// One tick of a chunk of neurons.
struct Step<'a, A: Arithmetic, M, P, const N: usize, const SUBTRACTS: bool> {
    v: &'a mut [A::Real],
    excitatory: &'a mut [A::Real],
    inhibitory: &'a mut [A::Real],
    due: &'a Due<'a, A::Sum>,
    flags: &'a mut [u8],
    parameters: [P; N],
    membrane: PhantomData<M>,
}

impl<A, M, P, const N: usize, const SUBTRACTS: bool> WithHolding for Step<'_, A, M, P, N, SUBTRACTS>
where
    A: Arithmetic,
    M: Membrane<N>,
    P: PerNeuron<A::Real>,
{
    #[inline(always)]
    fn run(self, mut holding: impl Holding) {
        let n = self.flags.len();
        let mut parameters = self.parameters;
        for values in &mut parameters {
            *values = values.first(n);
        }
        let (v, excitatory, inhibitory) =
            (&mut self.v[..n], &mut self.excitatory[..n], &mut self.inhibitory[..n]);
        let input = (&self.due.excitatory[..n], &self.due.inhibitory[..n]);
        for i in 0..n {
            let mut p = [A::Real::default(); N];
            for (value, values) in p.iter_mut().zip(&parameters) {
                *value = values.at(i);
            }
            let synapses = [excitatory[i], inhibitory[i]];
            let input = [A::read(input.0[i]), A::read(input.1[i])];
            let (next, [exc, inh]) = M::advance(v[i], synapses, input, p);
            let [threshold, v_reset] = [p[0], p[1]];
            let is_free = holding.is_free(i);
            let fires = is_free & (next >= threshold);
            let after = if SUBTRACTS { next - threshold } else { v_reset };
            let held = if is_free { next } else { v[i] };
            excitatory[i] = exc;
            inhibitory[i] = inh;
            v[i] = if fires { after } else { held };
            holding.advance(i, fires);
            self.flags[i] = u8::from(fires);
        }
    }
}

impl<A: Arithmetic, M: Membrane<N>, const N: usize> Compute<A> for Decaying<A, M, N> {
    const IS_AUTONOMOUS: bool = true;
    #[inline(always)]
    fn compute(&mut self, _tick: u32, from: usize, due: &Due<'_, A::Sum>, flags: &mut [u8]) {
        if self.subtracts {
            self.advance::<true>(from, due, flags);
        } else {
            self.advance::<false>(from, due, flags);
        }
    }
}

impl<A: Arithmetic, M: Membrane<N>, const N: usize> Kernel<A> for Decaying<A, M, N> {
    fn update(&mut self, tick: u32, due: Due<'_, A::Sum>, fired: &mut Fired) {
        fired.mark(self, tick, due);
    }
    fn state(&self, variable: &str) -> Option<&[A::Real]> {
        let [excitatory, inhibitory] = M::SYNAPSES;
        match variable {
            "v" => Some(&self.v),
            name if name == excitatory => Some(&self.excitatory),
            name if name == inhibitory => Some(&self.inhibitory),
            _ => None,
        }
    }
    fn visit(&mut self, visitor: &mut dyn FnMut(StateArray<'_, A::Real>)) {
        visitor(StateArray::Real(&mut self.v));
        visitor(StateArray::Real(&mut self.excitatory));
        visitor(StateArray::Real(&mut self.inhibitory));
        self.refractory.visit(visitor);
    }
    fn reset(&mut self) {
        self.v.clone_from(&self.v_init);
        self.excitatory.fill(A::Real::default());
        self.inhibitory.fill(A::Real::default());
        self.refractory.reset();
    }
}
