//! Leaky integrate-and-fire neurons, with instantaneous and with exponential synapses.

use crate::arithmetic::{Arithmetic, Real};
use crate::parameters::{ParameterReader, ParameterSet, PerNeuron, Same};
use crate::sums::Receptors;

use super::decaying::{Decaying, Membrane};
use super::{Compute, Drive, Due, Fired, Kernel, NetDrive, SplitDrive, StateArray};

/// The parameters that both families share, in this order.
const MEMBRANE: [&str; 4] = ["threshold", "alpha_decay", "i_offset", "v_reset"];

/// `lif`, `lif_no_delay` and `lif_wide`.
pub(crate) struct Lif<A: Arithmetic> {
    v: Vec<A::Real>,
    v_init: Vec<A::Real>,
    parameters: ParameterSet<A::Real, 4>,
    subtracts: bool,
    /// Neither leak nor offset.
    integrates: bool,
    receptors: Receptors,
}

impl<A: Arithmetic> Lif<A> {
    pub(crate) fn new(reader: &ParameterReader<'_>, receptors: Receptors) -> Self {
        let v_init: Vec<A::Real> = reader.array("v_init");
        let parameters = reader.set(MEMBRANE);
        Self {
            v: v_init.clone(),
            v_init,
            integrates: integrates(&parameters),
            parameters,
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

fn integrates<R: Real>(parameters: &ParameterSet<R, 4>) -> bool {
    let (zero, one) = (R::default(), R::from_f64(1.0));
    match parameters {
        ParameterSet::Shared([_, alpha, i_offset, _]) => *alpha == one && *i_offset == zero,
        ParameterSet::Individual([_, alpha, i_offset, _]) => {
            alpha.iter().all(|&alpha| alpha == one) && i_offset.iter().all(|&offset| offset == zero)
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
    /// `v * 1 + 0 + 0` is `v` for every number but -0, which no update without a spike leaves behind.
    #[inline(always)]
    fn keeps_still(&self) -> bool {
        self.integrates
    }
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
pub(crate) type LifCurrExp<A> = Decaying<A, Currents, 6>;

/// Synapses are currents.
pub(crate) struct Currents;

impl Membrane<6> for Currents {
    const PARAMETERS: [&'static str; 6] =
        ["threshold", "v_reset", "alpha_decay", "i_offset", "exc_decay", "inh_decay"];
    const SYNAPSES: [&'static str; 2] = ["i_exc", "i_inh"];

    #[inline(always)]
    fn advance<R: Real>(v: R, [i_exc, i_inh]: [R; 2], [e, i]: [R; 2], parameters: [R; 6]) -> (R, [R; 2]) {
        let [threshold, _, alpha, i_offset, exc_decay, inh_decay] = parameters;
        let exc = (i_exc * exc_decay + e).settled();
        let inh = (i_inh * inh_decay + i).settled();
        (membrane(v, exc - inh, threshold, alpha, i_offset).0, [exc, inh])
    }
}
