//! Leaky integrate-and-fire neurons, with instantaneous and with exponential synapses.

use crate::arithmetic::{Arithmetic, Real};
use crate::parameters::{ParameterReader, ParameterSet, PerNeuron, Same};
use crate::sums::Receptors;

use super::refractory::{Holding, Refractory, WithHolding};
use super::{Compute, Drive, Due, Fired, Kernel, NetDrive, SplitDrive, StateArray};

/// The parameters that both families share, in this order.
const MEMBRANE: [&str; 4] = ["threshold", "alpha_decay", "i_offset", "v_reset"];
/// Those and the synapses'.
const CURR_EXP: [&str; 6] = ["threshold", "alpha_decay", "i_offset", "v_reset", "exc_decay", "inh_decay"];

/// `lif`, `lif_no_delay` and `lif_wide`.
pub(crate) struct Lif<A: Arithmetic> {
    v: Vec<A::Real>,
    v_init: Vec<A::Real>,
    parameters: ParameterSet<A::Real, 4>,
    subtracts: bool,
    receptors: Receptors,
}

impl<A: Arithmetic> Lif<A> {
    pub(crate) fn new(reader: &ParameterReader<'_>, receptors: Receptors) -> Self {
        let v_init: Vec<A::Real> = reader.array("v_init");
        Self {
            v: v_init.clone(),
            v_init,
            parameters: reader.set(MEMBRANE),
            subtracts: subtracts(reader),
            receptors,
        }
    }

    #[inline(always)]
    fn advance(&mut self, from: usize, drive: &impl Drive<A::Real>, flags: &mut [u8]) {
        let n = flags.len();
        let v = &mut self.v[from..from + n];
        match (&self.parameters, self.subtracts) {
            (ParameterSet::Shared(p), true) => update::<_, true>(v, drive, p.map(Same), flags),
            (ParameterSet::Shared(p), false) => update::<_, false>(v, drive, p.map(Same), flags),
            (ParameterSet::Individual(p), true) => {
                update::<_, true>(v, drive, p.each_ref().map(|x| x.part(from, n)), flags)
            }
            (ParameterSet::Individual(p), false) => {
                update::<_, false>(v, drive, p.each_ref().map(|x| x.part(from, n)), flags)
            }
        }
    }
}

pub(super) fn subtracts(reader: &ParameterReader<'_>) -> bool {
    reader.population.choice("reset") == "reset_by_subtraction"
}

/// One tick of `lif`: decay, input, threshold, reset.
#[inline(always)]
fn update<R: crate::arithmetic::Real, const SUBTRACTS: bool>(
    v: &mut [R],
    drive: &impl Drive<R>,
    [threshold, alpha, i_offset, v_reset]: [impl PerNeuron<R>; 4],
    flags: &mut [u8],
) {
    let n = v.len().min(flags.len());
    let (v, flags) = (&mut v[..n], &mut flags[..n]);
    let (threshold, alpha) = (threshold.first(n), alpha.first(n));
    let (i_offset, v_reset) = (i_offset.first(n), v_reset.first(n));
    for i in 0..n {
        let (next, fires) = membrane(v[i], drive.at(i), threshold.at(i), alpha.at(i), i_offset.at(i));
        let after = if SUBTRACTS { next - threshold.at(i) } else { v_reset.at(i) };
        v[i] = if fires { after } else { next };
        flags[i] = u8::from(fires);
    }
}

/// `v * alpha + i_offset + drive`, in this order, and whether it reaches the threshold.
#[inline(always)]
fn membrane<R: Real>(v: R, drive: R, threshold: R, alpha: R, i_offset: R) -> (R, bool) {
    let next = (v * alpha + i_offset + drive).settled();
    (next, next >= threshold)
}

impl<A: Arithmetic> Compute<A> for Lif<A> {
    const IS_AUTONOMOUS: bool = true;
    #[inline(always)]
    fn compute(&mut self, _tick: u32, from: usize, due: &Due<'_, A::Sum>, flags: &mut [u8]) {
        match self.receptors {
            Receptors::Net => self.advance(from, &NetDrive::<A>(due.excitatory), flags),
            Receptors::Split => self.advance(from, &SplitDrive::<A>(due.excitatory, due.inhibitory), flags),
        }
    }
}

impl<A: Arithmetic> Kernel<A> for Lif<A> {
    fn update(&mut self, tick: u32, due: Due<'_, A::Sum>, fired: &mut Fired) {
        fired.mark(self, tick, due);
    }
    fn state(&self, variable: &str) -> Option<&[A::Real]> {
        (variable == "v").then_some(&self.v)
    }
    fn visit(&mut self, visitor: &mut dyn FnMut(StateArray<'_, A::Real>)) {
        visitor(StateArray::Real(&mut self.v));
    }
    fn reset(&mut self) {
        self.v.clone_from(&self.v_init);
    }
}

/// `lif_curr_exp`, `lif_curr_exp_no_delay` and `lif_curr_exp_wide`.
pub(crate) struct LifCurrExp<A: Arithmetic> {
    v: Vec<A::Real>,
    i_exc: Vec<A::Real>,
    i_inh: Vec<A::Real>,
    refractory: Refractory,
    v_init: Vec<A::Real>,
    parameters: ParameterSet<A::Real, 6>,
    subtracts: bool,
}

impl<A: Arithmetic> LifCurrExp<A> {
    pub(crate) fn new(reader: &ParameterReader<'_>) -> Self {
        let v_init: Vec<A::Real> = reader.array("v_init");
        let zero = A::Real::default();
        Self {
            i_exc: vec![zero; v_init.len()],
            i_inh: vec![zero; v_init.len()],
            refractory: Refractory::new(reader),
            v: v_init.clone(),
            v_init,
            parameters: reader.set(CURR_EXP),
            subtracts: subtracts(reader),
        }
    }
}

/// One tick of a chunk of neurons with exponential synapses.
struct Step<'a, A: Arithmetic, P, const SUBTRACTS: bool> {
    v: &'a mut [A::Real],
    i_exc: &'a mut [A::Real],
    i_inh: &'a mut [A::Real],
    due: &'a Due<'a, A::Sum>,
    flags: &'a mut [u8],
    parameters: [P; 6],
}

impl<A: Arithmetic, P: PerNeuron<A::Real>, const SUBTRACTS: bool> WithHolding for Step<'_, A, P, SUBTRACTS> {
    #[inline(always)]
    fn run(self, mut holding: impl Holding) {
        let [threshold, alpha, i_offset, v_reset, exc_decay, inh_decay] = self.parameters;
        let n = self.flags.len();
        let (threshold, alpha, i_offset) = (threshold.first(n), alpha.first(n), i_offset.first(n));
        let (v_reset, exc_decay, inh_decay) = (v_reset.first(n), exc_decay.first(n), inh_decay.first(n));
        let (v, i_exc, i_inh) = (&mut self.v[..n], &mut self.i_exc[..n], &mut self.i_inh[..n]);
        let (excitatory, inhibitory) = (&self.due.excitatory[..n], &self.due.inhibitory[..n]);
        for i in 0..n {
            let exc = (i_exc[i] * exc_decay.at(i) + A::read(excitatory[i])).settled();
            let inh = (i_inh[i] * inh_decay.at(i) + A::read(inhibitory[i])).settled();
            let (next, reaches) = membrane(v[i], exc - inh, threshold.at(i), alpha.at(i), i_offset.at(i));
            let is_free = holding.is_free(i);
            let fires = is_free & reaches;
            let after = if SUBTRACTS { next - threshold.at(i) } else { v_reset.at(i) };
            let held = if is_free { next } else { v[i] };
            i_exc[i] = exc;
            i_inh[i] = inh;
            v[i] = if fires { after } else { held };
            holding.advance(i, fires);
            self.flags[i] = u8::from(fires);
        }
    }
}

impl<A: Arithmetic> LifCurrExp<A> {
    #[inline(always)]
    fn advance<const SUBTRACTS: bool>(&mut self, from: usize, due: &Due<'_, A::Sum>, flags: &mut [u8]) {
        let n = flags.len();
        let range = from..from + n;
        let (v, i_exc, i_inh) =
            (&mut self.v[range.clone()], &mut self.i_exc[range.clone()], &mut self.i_inh[range]);
        match &self.parameters {
            ParameterSet::Shared(p) => {
                let parameters = p.map(Same);
                let step = Step::<A, _, SUBTRACTS> { v, i_exc, i_inh, due, flags, parameters };
                self.refractory.with(from, n, step);
            }
            ParameterSet::Individual(p) => {
                let parameters = p.each_ref().map(|x| x.part(from, n));
                let step = Step::<A, _, SUBTRACTS> { v, i_exc, i_inh, due, flags, parameters };
                self.refractory.with(from, n, step);
            }
        }
    }
}

impl<A: Arithmetic> Compute<A> for LifCurrExp<A> {
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

impl<A: Arithmetic> Kernel<A> for LifCurrExp<A> {
    fn update(&mut self, tick: u32, due: Due<'_, A::Sum>, fired: &mut Fired) {
        fired.mark(self, tick, due);
    }
    fn state(&self, variable: &str) -> Option<&[A::Real]> {
        match variable {
            "v" => Some(&self.v),
            "i_exc" => Some(&self.i_exc),
            "i_inh" => Some(&self.i_inh),
            _ => None,
        }
    }
    fn visit(&mut self, visitor: &mut dyn FnMut(StateArray<'_, A::Real>)) {
        visitor(StateArray::Real(&mut self.v));
        visitor(StateArray::Real(&mut self.i_exc));
        visitor(StateArray::Real(&mut self.i_inh));
        self.refractory.visit(visitor);
    }
    fn reset(&mut self) {
        self.v.clone_from(&self.v_init);
        self.i_exc.fill(A::Real::default());
        self.i_inh.fill(A::Real::default());
        self.refractory.reset();
    }
}
