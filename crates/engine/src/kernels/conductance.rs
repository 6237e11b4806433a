//! Leaky integrate-and-fire neurons with exponential synaptic conductances (T. P. Vogels and L. F. Abbott, "Signal propagation
//! and logic gating in networks of integrate-and-fire neurons", J. Neurosci. 25, 2005).
//!
//! Conductances are in units of the leak's. Within a tick they are constant, and the membrane equation is then solved
//! exactly (exponential Euler).

use crate::arithmetic::{Arithmetic, Real};
use crate::parameters::{ParameterReader, ParameterSet, PerNeuron, Same};

use super::lif::subtracts;
use super::refractory::{Holding, Refractory, WithHolding};
use super::{Compute, Due, Fired, Kernel, StateArray, constant};

const PARAMETERS: [&str; 10] = [
    "threshold",
    "dt_over_tau",
    "v_rest",
    "e_exc",
    "e_inh",
    "i_offset",
    "v_reset",
    "exc_decay",
    "inh_decay",
    "g_scale",
];

/// `lif_cond_exp`.
pub(crate) struct LifCondExp<A: Arithmetic> {
    v: Vec<A::Real>,
    g_exc: Vec<A::Real>,
    g_inh: Vec<A::Real>,
    refractory: Refractory,
    v_init: Vec<A::Real>,
    parameters: ParameterSet<A::Real, 10>,
    subtracts: bool,
}

impl<A: Arithmetic> LifCondExp<A> {
    pub(crate) fn new(reader: &ParameterReader<'_>) -> Self {
        let v_init: Vec<A::Real> = reader.array("v_init");
        let zero = A::Real::default();
        Self {
            g_exc: vec![zero; v_init.len()],
            g_inh: vec![zero; v_init.len()],
            refractory: Refractory::new(reader),
            v: v_init.clone(),
            v_init,
            parameters: reader.set(PARAMETERS),
            subtracts: subtracts(reader),
        }
    }
}

/// One tick of a chunk of neurons.
struct Step<'a, A: Arithmetic, P, const SUBTRACTS: bool> {
    v: &'a mut [A::Real],
    g_exc: &'a mut [A::Real],
    g_inh: &'a mut [A::Real],
    due: &'a Due<'a, A::Sum>,
    flags: &'a mut [u8],
    parameters: [P; 10],
}

impl<A: Arithmetic, P: PerNeuron<A::Real>, const SUBTRACTS: bool> WithHolding for Step<'_, A, P, SUBTRACTS> {
    #[inline(always)]
    fn run(self, mut holding: impl Holding) {
        let [threshold, dt_over_tau, v_rest, e_exc, e_inh, i_offset, v_reset, exc_decay, inh_decay, g_scale] =
            self.parameters;
        let n = self.flags.len();
        let (threshold, v_reset, dt_over_tau) = (threshold.first(n), v_reset.first(n), dt_over_tau.first(n));
        let (v_rest, i_offset, e_exc, e_inh) =
            (v_rest.first(n), i_offset.first(n), e_exc.first(n), e_inh.first(n));
        let (exc_decay, inh_decay, g_scale) = (exc_decay.first(n), inh_decay.first(n), g_scale.first(n));
        let (v, g_exc, g_inh) = (&mut self.v[..n], &mut self.g_exc[..n], &mut self.g_inh[..n]);
        let (excitatory, inhibitory) = (&self.due.excitatory[..n], &self.due.inhibitory[..n]);
        let (zero, one) = (A::Real::default(), constant::<A::Real>(1.0));
        for i in 0..n {
            let exc = (g_exc[i] * exc_decay.at(i) + A::read(excitatory[i]) * g_scale.at(i)).settled();
            let inh = (g_inh[i] * inh_decay.at(i) + A::read(inhibitory[i]) * g_scale.at(i)).settled();
            let g = one + exc + inh;
            let v_inf = (v_rest.at(i) + i_offset.at(i) + exc * e_exc.at(i) + inh * e_inh.at(i)) / g;
            let next = v_inf + (v[i] - v_inf) * (zero - dt_over_tau.at(i) * g).exponential();
            let is_free = holding.is_free(i);
            let fires = is_free & (next >= threshold.at(i));
            let after = if SUBTRACTS { next - threshold.at(i) } else { v_reset.at(i) };
            let held = if is_free { next } else { v[i] };
            g_exc[i] = exc;
            g_inh[i] = inh;
            v[i] = if fires { after } else { held };
            holding.advance(i, fires);
            self.flags[i] = u8::from(fires);
        }
    }
}

impl<A: Arithmetic> LifCondExp<A> {
    #[inline(always)]
    fn advance<const SUBTRACTS: bool>(&mut self, from: usize, due: &Due<'_, A::Sum>, flags: &mut [u8]) {
        let n = flags.len();
        let range = from..from + n;
        let (v, g_exc, g_inh) =
            (&mut self.v[range.clone()], &mut self.g_exc[range.clone()], &mut self.g_inh[range]);
        match &self.parameters {
            ParameterSet::Shared(p) => {
                let parameters = p.map(Same);
                let step = Step::<A, _, SUBTRACTS> { v, g_exc, g_inh, due, flags, parameters };
                self.refractory.with(from, n, step);
            }
            ParameterSet::Individual(p) => {
                let parameters = p.each_ref().map(|x| x.part(from, n));
                let step = Step::<A, _, SUBTRACTS> { v, g_exc, g_inh, due, flags, parameters };
                self.refractory.with(from, n, step);
            }
        }
    }
}

impl<A: Arithmetic> Compute<A> for LifCondExp<A> {
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

impl<A: Arithmetic> Kernel<A> for LifCondExp<A> {
    fn update(&mut self, tick: u32, due: Due<'_, A::Sum>, fired: &mut Fired) {
        fired.mark(self, tick, due);
    }
    fn state(&self, variable: &str) -> Option<&[A::Real]> {
        match variable {
            "v" => Some(&self.v),
            "g_exc" => Some(&self.g_exc),
            "g_inh" => Some(&self.g_inh),
            _ => None,
        }
    }
    fn visit(&mut self, visitor: &mut dyn FnMut(StateArray<'_, A::Real>)) {
        visitor(StateArray::Real(&mut self.v));
        visitor(StateArray::Real(&mut self.g_exc));
        visitor(StateArray::Real(&mut self.g_inh));
        self.refractory.visit(visitor);
    }
    fn reset(&mut self) {
        self.v.clone_from(&self.v_init);
        self.g_exc.fill(A::Real::default());
        self.g_inh.fill(A::Real::default());
        self.refractory.reset();
    }
}
