//! Leaky integrate-and-fire neurons with exponential synaptic conductances (T. P. Vogels and L. F. Abbott, "Signal propagation
//! and logic gating in networks of integrate-and-fire neurons", J. Neurosci. 25, 2005).
//!
//! Conductances are in units of the leak's. Within a tick they are constant, and the membrane equation is then solved
//! exactly (exponential Euler).

use crate::arithmetic::{Arithmetic, Real};
use crate::parameters::{ParameterReader, ParameterSet, PerNeuron, Same};

use super::lif::subtracts;
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
    /// Ticks left without update; all 0 where `t_refrac` is.
    refractory: Vec<u32>,
    v_init: Vec<A::Real>,
    t_refrac: Vec<u32>,
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
            refractory: vec![0; v_init.len()],
            v: v_init.clone(),
            v_init,
            t_refrac: reader.counts("t_refrac"),
            parameters: reader.set(PARAMETERS),
            subtracts: subtracts(reader),
        }
    }

    #[inline(always)]
    fn advance<P: PerNeuron<A::Real>>(&mut self, due: &Due<'_, A::Sum>, p: &[P; 10], flags: &mut [u8]) {
        let inputs = Inputs { due, t_refrac: &self.t_refrac, subtracts: self.subtracts };
        let (v, g_exc, g_inh) = (&mut self.v[..], &mut self.g_exc[..], &mut self.g_inh[..]);
        update::<A, P>(&inputs, p, v, g_exc, g_inh, &mut self.refractory, flags);
    }
}

/// What an update reads besides parameters.
struct Inputs<'a, S> {
    due: &'a Due<'a, S>,
    t_refrac: &'a [u32],
    subtracts: bool,
}

/// One tick. All that is written is an argument of its own: the compiler then knows that no two of them overlap.
#[inline(always)]
fn update<A: Arithmetic, P: PerNeuron<A::Real>>(
    inputs: &Inputs<'_, A::Sum>,
    p: &[P; 10],
    v: &mut [A::Real],
    g_exc: &mut [A::Real],
    g_inh: &mut [A::Real],
    refractory: &mut [u32],
    flags: &mut [u8],
) {
    let n = v.len();
    let (g_exc, g_inh, refractory, flags) =
        (&mut g_exc[..n], &mut g_inh[..n], &mut refractory[..n], &mut flags[..n]);
    let (excitatory, inhibitory) = (&inputs.due.excitatory[..n], &inputs.due.inhibitory[..n]);
    let t_refrac = &inputs.t_refrac[..n];
    let [threshold, dt_over_tau, v_rest, e_exc, e_inh, i_offset, v_reset, exc_decay, inh_decay, g_scale] = *p;
    let (threshold, v_reset, dt_over_tau) = (threshold.first(n), v_reset.first(n), dt_over_tau.first(n));
    let (v_rest, i_offset, e_exc, e_inh) =
        (v_rest.first(n), i_offset.first(n), e_exc.first(n), e_inh.first(n));
    let (exc_decay, inh_decay, g_scale) = (exc_decay.first(n), inh_decay.first(n), g_scale.first(n));
    let (zero, one) = (A::Real::default(), constant::<A::Real>(1.0));
    let subtracts = inputs.subtracts;
    for i in 0..n {
        let exc = g_exc[i] * exc_decay.at(i) + A::read(excitatory[i]) * g_scale.at(i);
        let inh = g_inh[i] * inh_decay.at(i) + A::read(inhibitory[i]) * g_scale.at(i);
        let g = one + exc + inh;
        let v_inf = (v_rest.at(i) + i_offset.at(i) + exc * e_exc.at(i) + inh * e_inh.at(i)) / g;
        let next = v_inf + (v[i] - v_inf) * (zero - dt_over_tau.at(i) * g).exponential();
        let is_active = refractory[i] == 0;
        let fires = is_active & (next >= threshold.at(i));
        let after = if subtracts { next - threshold.at(i) } else { v_reset.at(i) };
        let held = if is_active { next } else { v[i] };
        g_exc[i] = exc;
        g_inh[i] = inh;
        v[i] = if fires { after } else { held };
        refractory[i] = if fires { t_refrac[i] } else { refractory[i].saturating_sub(1) };
        flags[i] = u8::from(fires);
    }
}

impl<A: Arithmetic> Compute<A> for LifCondExp<A> {
    #[inline(always)]
    fn compute(&mut self, _tick: u32, due: &Due<'_, A::Sum>, flags: &mut [u8]) {
        let parameters =
            std::mem::replace(&mut self.parameters, ParameterSet::Shared([A::Real::default(); 10]));
        match &parameters {
            ParameterSet::Shared(p) => self.advance(due, &p.map(Same), flags),
            ParameterSet::Individual(p) => self.advance(due, &p.each_ref().map(|x| &x[..]), flags),
        }
        self.parameters = parameters;
    }
}

impl<A: Arithmetic> Kernel<A> for LifCondExp<A> {
    fn update(&mut self, tick: u32, due: Due<'_, A::Sum>, fired: &mut Fired) {
        fired.mark(self, tick, &due);
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
        visitor(StateArray::Count(&mut self.refractory));
    }
    fn reset(&mut self) {
        self.v.clone_from(&self.v_init);
        self.g_exc.fill(A::Real::default());
        self.g_inh.fill(A::Real::default());
        self.refractory.fill(0);
    }
}
