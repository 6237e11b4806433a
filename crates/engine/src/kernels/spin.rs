//! Annealed Ising spins: `on_off`, which tells of changes, and `gibbs`, which tells of states; see [`gennaker_network::annealing`].

use gennaker_network::annealing::{Cooling, Dice, Law, Rule};

use crate::arithmetic::{Arithmetic, Real};
use crate::parameters::ParameterReader;
use crate::sums::Receptors;

use super::{Compute, Drive, Due, Fired, Kernel, NetDrive, SplitDrive, StateArray};

/// What spikes say.
enum Coding {
    /// That the spin turned to 1 (`true`) or to -1, by neuron.
    Changes(Vec<bool>),
    /// That it is 1.
    States,
}

/// What all neurons of a population share.
struct Shared<R> {
    dice: Dice,
    law: Law,
    cooling: Cooling,
    hot: f64,
    cold: f64,
    anneal_ticks: u32,
    n_classes: u32,
    rest_shift: u32,
    gain: R,
}

/// The shift at which nobody rests.
const NO_REST: u32 = 8;

/// `on_off`, `gibbs`, and their wide forms.
pub(crate) struct Spin<A: Arithmetic> {
    v: Vec<A::Real>,
    /// 1 where the spin is up.
    is_up: Vec<u32>,
    /// The tick from which each may flip again; empty if nobody rests.
    ready: Vec<u32>,
    initial: (Vec<A::Real>, Vec<u32>),
    /// The local field without spikes, where spikes tell of states.
    bias: Vec<A::Real>,
    coding: Coding,
    class: Vec<u32>,
    random_word: Vec<u32>,
    shared: Shared<A::Real>,
    receptors: Receptors,
}

impl<A: Arithmetic> Spin<A> {
    pub(crate) fn new(reader: &ParameterReader<'_>, receptors: Receptors) -> Self {
        let is_positive = |name: &str| reader.probabilities(name).into_iter().map(|x| x > 0.0);
        let tells_changes = reader.population.model.descriptor().parameter("polarity").is_some();
        let v: Vec<A::Real> = reader.array("v_init");
        let is_up: Vec<u32> = is_positive("spin_init").map(u32::from).collect();
        let shared = Shared::new(reader);
        let n_rests = if shared.rest_shift < NO_REST { v.len() } else { 0 };
        Self {
            initial: (v.clone(), is_up.clone()),
            v,
            is_up,
            ready: vec![0; n_rests],
            bias: if tells_changes { Vec::new() } else { reader.array("bias") },
            coding: if tells_changes {
                Coding::Changes(is_positive("polarity").collect())
            } else {
                Coding::States
            },
            class: reader.counts("class"),
            random_word: reader.counts("random_word"),
            shared,
            receptors,
        }
    }

    #[inline(always)]
    fn with_drive(&mut self, tick: u32, from: usize, drive: &impl Drive<A::Real>, flags: &mut [u8]) {
        let law = self.shared.law_of(tick);
        let turn = tick % self.shared.n_classes;
        let mut drawn = None;
        for (at, flag) in flags.iter_mut().enumerate() {
            let i = from + at;
            let input = self.shared.gain * drive.at(at);
            self.v[i] = match &self.coding {
                Coding::Changes(_) => self.v[i] + input,
                Coding::States if tick == 0 => self.v[i],
                Coding::States => self.bias[i] + input,
            };
            let flips = self.class[i] == turn && self.flips(tick, i, &law, &mut drawn);
            let is_up = self.is_up[i] != 0;
            *flag = u8::from(match &self.coding {
                Coding::Changes(polarity) => flips && is_up == polarity[i],
                Coding::States => is_up,
            });
        }
    }

    /// Lets a neuron decide whose turn it is; whether it flipped. `drawn` is the last word's number and its threshold: the two neurons of a
    /// spin, which lie side by side, share them.
    #[inline(always)]
    fn flips(&mut self, tick: u32, i: usize, law: &Law, drawn: &mut Option<(u32, f32)>) -> bool {
        if self.ready.get(i).is_some_and(|&ready| tick < ready) {
            return false;
        }
        let Shared { dice, rest_shift, .. } = self.shared;
        let number = self.random_word[i];
        let threshold = match *drawn {
            Some((last, threshold)) if last == number => threshold,
            _ => law.threshold(dice.test(tick, number)),
        };
        *drawn = Some((number, threshold));
        let cost = if self.is_up[i] != 0 { A::Real::default() - self.v[i] } else { self.v[i] };
        let flips = cost <= A::Real::from_f64(threshold.into());
        if flips {
            self.is_up[i] ^= 1;
            if let Some(ready) = self.ready.get_mut(i) {
                *ready = (tick + 1).saturating_add(dice.rest(tick, number, rest_shift));
            }
        }
        flips
    }
}

impl<R: Real> Shared<R> {
    fn new(reader: &ParameterReader<'_>) -> Self {
        let number = |name: &str| reader.probabilities(name).first().copied().unwrap_or_default();
        let count = |name: &str| reader.shared_count(name).unwrap_or_default();
        let rule = Rule::named(reader.population.choice("rule")).unwrap_or(Rule::Metropolis);
        Self {
            dice: Dice::new(reader.seed, count("replica")),
            law: Law::new(rule, number("gate")),
            cooling: Cooling::named(reader.population.choice("schedule")).unwrap_or(Cooling::Constant),
            hot: number("hot"),
            cold: number("cold"),
            anneal_ticks: count("anneal_ticks").max(1),
            n_classes: count("n_classes").max(1),
            rest_shift: count("rest_shift"),
            gain: R::from_f64(number("gain")),
        }
    }

    fn law_of(&self, tick: u32) -> Law {
        let Self { law, cooling, hot, cold, anneal_ticks, .. } = *self;
        law.at(cooling.temperature(hot, cold, tick % anneal_ticks, anneal_ticks))
    }
}

impl<A: Arithmetic> Compute<A> for Spin<A> {
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

impl<A: Arithmetic> Kernel<A> for Spin<A> {
    fn update(&mut self, tick: u32, due: Due<'_, A::Sum>, fired: &mut Fired) {
        fired.mark(self, tick, due);
    }
    fn state(&self, variable: &str) -> Option<&[A::Real]> {
        (variable == "v").then_some(self.v.as_slice())
    }
    fn visit(&mut self, visitor: &mut dyn FnMut(StateArray<'_, A::Real>)) {
        visitor(StateArray::Real(&mut self.v));
        visitor(StateArray::Count(&mut self.is_up));
        // Whether anybody rests is the same for the whole population.
        if !self.ready.is_empty() {
            visitor(StateArray::Count(&mut self.ready));
        }
    }
    fn reset(&mut self) {
        self.v.clone_from(&self.initial.0);
        self.is_up.clone_from(&self.initial.1);
        self.ready.fill(0);
    }
}
