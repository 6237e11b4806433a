//! Charge-and-spike neurons: a silent integration, then a ramp whose crossing time codes what was integrated.

use crate::arithmetic::{Arithmetic, Real};
use crate::parameters::{ParameterReader, ParameterSet, PerNeuron, Same};
use crate::sums::Receptors;

use super::{Compute, Drive, Due, Fired, Kernel, NetDrive, SplitDrive, StateArray};

/// `charge_and_spike`.
pub(crate) struct ChargeAndSpike<A: Arithmetic> {
    v: Vec<A::Real>,
    /// 1 once the neuron has fired in this run.
    has_fired: Vec<u32>,
    t_silent: Vec<u32>,
    parameters: ParameterSet<A::Real, 2>,
    receptors: Receptors,
}

impl<A: Arithmetic> ChargeAndSpike<A> {
    pub(crate) fn new(reader: &ParameterReader<'_>, receptors: Receptors) -> Self {
        let t_silent = reader.counts("t_silent");
        Self {
            v: vec![A::Real::default(); t_silent.len()],
            has_fired: vec![0; t_silent.len()],
            t_silent,
            parameters: reader.set(["threshold", "i_offset"]),
            receptors,
        }
    }

    #[inline(always)]
    fn with_drive(&mut self, tick: u32, from: usize, drive: &impl Drive<A::Real>, flags: &mut [u8]) {
        let n = flags.len();
        let range = from..from + n;
        let cells = &mut Cells {
            v: &mut self.v[range.clone()],
            has_fired: &mut self.has_fired[range.clone()],
            t_silent: &self.t_silent[range],
        };
        match &self.parameters {
            ParameterSet::Shared(p) => update(tick, cells, drive, p.map(Same), flags),
            ParameterSet::Individual(p) => {
                update(tick, cells, drive, p.each_ref().map(|x| x.part(from, n)), flags)
            }
        }
    }
}

struct Cells<'a, R> {
    v: &'a mut [R],
    has_fired: &'a mut [u32],
    t_silent: &'a [u32],
}

#[inline(always)]
fn update<R: Real>(
    tick: u32,
    cells: &mut Cells<'_, R>,
    drive: &impl Drive<R>,
    [threshold, i_offset]: [impl PerNeuron<R>; 2],
    flags: &mut [u8],
) {
    let zero = R::default();
    for (i, flag) in flags.iter_mut().enumerate() {
        let charges = tick >= cells.t_silent[i];
        let integrated = cells.v[i] + drive.at(i);
        let charged = if charges { integrated + i_offset.at(i) } else { integrated };
        let is_spent = cells.has_fired[i] != 0;
        let fires = charges & !is_spent & (charged >= threshold.at(i));
        cells.v[i] = if fires | is_spent { zero } else { charged };
        cells.has_fired[i] |= u32::from(fires);
        *flag = u8::from(fires);
    }
}

impl<A: Arithmetic> Compute<A> for ChargeAndSpike<A> {
    const IS_AUTONOMOUS: bool = false;
    #[inline(always)]
    fn compute(&mut self, tick: u32, from: usize, due: &Due<'_, A::Sum>, flags: &mut [u8]) {
        match self.receptors {
            Receptors::Net => self.with_drive(tick, from, &NetDrive::<A>(due.excitatory), flags),
            Receptors::Split => {
                self.with_drive(tick, from, &SplitDrive::<A>(due.excitatory, due.inhibitory), flags)
            }
        }
    }
}

impl<A: Arithmetic> Kernel<A> for ChargeAndSpike<A> {
    fn update(&mut self, tick: u32, due: Due<'_, A::Sum>, fired: &mut Fired) {
        fired.mark(self, tick, due);
    }
    fn state(&self, variable: &str) -> Option<&[A::Real]> {
        (variable == "v").then_some(&self.v)
    }
    fn visit(&mut self, visitor: &mut dyn FnMut(StateArray<'_, A::Real>)) {
        visitor(StateArray::Real(&mut self.v));
        visitor(StateArray::Count(&mut self.has_fired));
    }
    fn reset(&mut self) {
        self.v.fill(A::Real::default());
        self.has_fired.fill(0);
    }
}
