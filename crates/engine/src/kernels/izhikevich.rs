//! The Izhikevich neuron (E. M. Izhikevich, "Simple model of spiking neurons", IEEE Trans. Neural Networks 14, 2003),
//! integrated as in that paper's program: two half steps for v, one step for u, per tick of 1 ms.

use crate::arithmetic::Arithmetic;
use crate::parameters::{ParameterReader, ParameterSet, PerNeuron, Same};
use crate::sums::Receptors;

use super::{Compute, Drive, Due, Fired, Kernel, NetDrive, SplitDrive, StateArray, constant};

const PARAMETERS: [&str; 5] =
    ["recovery_decay", "recovery_sensitivity", "v_reset", "reset_recovery_increment", "i_offset"];
/// Membrane potential, in mV, at which a spike is counted.
const PEAK: f64 = 30.0;

/// `izhikevich`.
pub(crate) struct Izhikevich<A: Arithmetic> {
    v: Vec<A::Real>,
    u: Vec<A::Real>,
    initial: (Vec<A::Real>, Vec<A::Real>),
    parameters: ParameterSet<A::Real, 5>,
    receptors: Receptors,
}

impl<A: Arithmetic> Izhikevich<A> {
    pub(crate) fn new(reader: &ParameterReader<'_>, receptors: Receptors) -> Self {
        let v: Vec<A::Real> = reader.array("v_init");
        let b: Vec<A::Real> = reader.array("recovery_sensitivity");
        let u: Vec<A::Real> = v.iter().zip(&b).map(|(&v, &b)| b * v).collect();
        Self { initial: (v.clone(), u.clone()), v, u, parameters: reader.set(PARAMETERS), receptors }
    }

    #[inline(always)]
    fn with_drive(&mut self, from: usize, drive: &impl Drive<A::Real>, flags: &mut [u8]) {
        let n = flags.len();
        let (v, u) = (&mut self.v[from..from + n], &mut self.u[from..from + n]);
        match &self.parameters {
            ParameterSet::Shared(p) => update(v, u, drive, p.map(Same), flags),
            ParameterSet::Individual(p) => update(v, u, drive, p.each_ref().map(|x| x.part(from, n)), flags),
        }
    }
}

#[inline(always)]
fn update<R: crate::arithmetic::Real>(
    v: &mut [R],
    u: &mut [R],
    drive: &impl Drive<R>,
    [a, b, c, d, i_offset]: [impl PerNeuron<R>; 5],
    flags: &mut [u8],
) {
    let n = v.len();
    let (u, flags) = (&mut u[..n], &mut flags[..n]);
    let (a, b, c, d, i_offset) = (a.first(n), b.first(n), c.first(n), d.first(n), i_offset.first(n));
    let [half, k2, k1, k0, peak] = [0.5, 0.04, 5.0, 140.0, PEAK].map(constant::<R>);
    for i in 0..n {
        let input = i_offset.at(i) + drive.at(i);
        let half_step = |v: R| v + half * (k2 * v * v + k1 * v + k0 - u[i] + input);
        let next = half_step(half_step(v[i]));
        let recovered: R = u[i] + a.at(i) * (b.at(i) * next - u[i]);
        let fires = next >= peak;
        v[i] = if fires { c.at(i) } else { next };
        u[i] = if fires { recovered + d.at(i) } else { recovered };
        flags[i] = u8::from(fires);
    }
}

impl<A: Arithmetic> Compute<A> for Izhikevich<A> {
    const IS_AUTONOMOUS: bool = true;
    #[inline(always)]
    fn compute(&mut self, _tick: u32, from: usize, due: &Due<'_, A::Sum>, flags: &mut [u8]) {
        match self.receptors {
            Receptors::Net => self.with_drive(from, &NetDrive::<A>(due.excitatory), flags),
            Receptors::Split => {
                self.with_drive(from, &SplitDrive::<A>(due.excitatory, due.inhibitory), flags)
            }
        }
    }
}

impl<A: Arithmetic> Kernel<A> for Izhikevich<A> {
    fn update(&mut self, tick: u32, due: Due<'_, A::Sum>, fired: &mut Fired) {
        fired.mark(self, tick, due);
    }
    fn state(&self, variable: &str) -> Option<&[A::Real]> {
        match variable {
            "v" => Some(&self.v),
            "u" => Some(&self.u),
            _ => None,
        }
    }
    fn visit(&mut self, visitor: &mut dyn FnMut(StateArray<'_, A::Real>)) {
        visitor(StateArray::Real(&mut self.v));
        visitor(StateArray::Real(&mut self.u));
    }
    fn reset(&mut self) {
        self.v.clone_from(&self.initial.0);
        self.u.clone_from(&self.initial.1);
    }
}
