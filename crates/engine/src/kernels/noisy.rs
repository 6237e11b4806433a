//! `qubo_neuron`: a leaky integrate-and-fire neuron with noise that decays, in proportion to what it has been told so far.

use gennaker_network::annealing::decayed;
use gennaker_network::random::{Purpose, bernoulli_threshold, unit_noise};

use crate::arithmetic::{Arithmetic, Real};
use crate::parameters::ParameterReader;
use crate::sums::Receptors;

use super::source::{ROW, Words};
use super::{Compute, Drive, Due, Fired, Kernel, NetDrive, SplitDrive, StateArray};

/// `qubo_neuron`.
pub(crate) struct QuboNeuron<A: Arithmetic> {
    v: Vec<A::Real>,
    /// The largest drive so far.
    scale: Vec<A::Real>,
    /// 1 where it spiked in the tick before.
    was_on: Vec<u32>,
    initial: (Vec<A::Real>, Vec<A::Real>),
    threshold: Vec<A::Real>,
    alpha: Vec<A::Real>,
    i_offset: Vec<A::Real>,
    v_reset: Vec<A::Real>,
    subtracts: bool,
    gain: A::Real,
    noise: f64,
    noise_decay: f64,
    noise_words: Words,
    /// The words that open the gate, counted from 0, and the words; none if it is always open.
    gate: Option<(u64, Words)>,
    receptors: Receptors,
}

impl<A: Arithmetic> QuboNeuron<A> {
    pub(crate) fn new(reader: &ParameterReader<'_>, receptors: Receptors) -> Self {
        let number = |name: &str| reader.probabilities(name).first().copied().unwrap_or_default();
        let v: Vec<A::Real> = reader.array("v_init");
        let threshold: Vec<A::Real> = reader.array("threshold");
        let scale: Vec<A::Real> = threshold.iter().map(|&theta| size(theta)).collect();
        let gate = bernoulli_threshold(number("gate"));
        Self {
            initial: (v.clone(), scale.clone()),
            was_on: vec![0; v.len()],
            v,
            scale,
            threshold,
            alpha: reader.array("alpha_decay"),
            i_offset: reader.array("i_offset"),
            v_reset: reader.array("v_reset"),
            subtracts: reader.population.choice("reset") == "reset_by_subtraction",
            gain: A::Real::from_f64(number("gain")),
            noise: number("noise"),
            noise_decay: number("noise_decay"),
            noise_words: Words::new(reader, Purpose::Noise),
            gate: (gate < 1 << 32).then(|| (gate, Words::new(reader, Purpose::Gate))),
            receptors,
        }
    }

    #[inline(always)]
    fn with_drive(&mut self, tick: u32, from: usize, drive: &impl Drive<A::Real>, flags: &mut [u8]) {
        let noise = A::Real::from_f64(decayed(self.noise, self.noise_decay, tick));
        for (row, flags) in flags.chunks_mut(ROW).enumerate() {
            let number = from / ROW + row;
            let words = self.noise_words.row(number, tick);
            let gates = self.gate.as_ref().map(|(open, words)| (*open, words.row(number, tick)));
            for (at, flag) in flags.iter_mut().enumerate() {
                let is_open = gates.as_ref().is_none_or(|(open, words)| u64::from(words[at]) < *open);
                let u = A::Real::from_f64(unit_noise(words[at]).into());
                let i = from + row * ROW + at;
                *flag = u8::from(self.fires(i, drive.at(row * ROW + at), noise, u, is_open));
            }
        }
    }

    #[inline(always)]
    fn fires(&mut self, i: usize, input: A::Real, noise: A::Real, u: A::Real, is_open: bool) -> bool {
        let drive = self.i_offset[i] - self.gain * input;
        let scale = if size(drive) > self.scale[i] { size(drive) } else { self.scale[i] };
        let v = self.v[i] * self.alpha[i] + drive + noise * scale * u;
        let fires = if is_open { v >= self.threshold[i] } else { self.was_on[i] != 0 };
        let after = if self.subtracts { v - self.threshold[i] } else { self.v_reset[i] };
        self.v[i] = if fires { after } else { v }.settled();
        self.scale[i] = scale;
        self.was_on[i] = fires.into();
        fires
    }
}

/// The absolute value.
#[inline(always)]
fn size<R: Real>(x: R) -> R {
    let zero = R::default();
    if x < zero { zero - x } else { x }
}

impl<A: Arithmetic> Compute<A> for QuboNeuron<A> {
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

impl<A: Arithmetic> Kernel<A> for QuboNeuron<A> {
    fn update(&mut self, tick: u32, due: Due<'_, A::Sum>, fired: &mut Fired) {
        fired.mark(self, tick, due);
    }
    fn state(&self, variable: &str) -> Option<&[A::Real]> {
        (variable == "v").then_some(self.v.as_slice())
    }
    fn visit(&mut self, visitor: &mut dyn FnMut(StateArray<'_, A::Real>)) {
        visitor(StateArray::Real(&mut self.v));
        visitor(StateArray::Real(&mut self.scale));
        visitor(StateArray::Count(&mut self.was_on));
    }
    fn reset(&mut self) {
        self.v.clone_from(&self.initial.0);
        self.scale.clone_from(&self.initial.1);
        self.was_on.fill(0);
    }
}
