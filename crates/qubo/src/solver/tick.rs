//! The hot loop: one tick of all neurons.

use std::ops::IndexMut;

use gennaker_network::simd;

use crate::Ising;

use super::chance::{BATCH, Chance, Law};
use super::discipline::Discipline;
use super::plan::{BLOCK, Class, GROUP, Place, Plan, Potential, REACH_OF_16_BITS, VACANT, Weights};

/// Blocks in a batch of thresholds.
const BLOCKS: usize = BATCH / BLOCK;

/// What changes from tick to tick: potentials, spins, and the energy that belongs to them.
pub(crate) struct State<V> {
    /// Local field of each place: h_i + sum_j J_ij s_j. Spikes, which are changes of spins, add to it. At the end, spare places.
    potentials: Vec<V>,
    /// All ones for a spin of +1, zero for -1.
    signs: Vec<V>,
    /// The tick from which each place may flip again.
    ready: Vec<u32>,
    /// The exact energy of the spins.
    pub(crate) energy: i64,
    /// Flips so far.
    pub(crate) n_flips: u64,
    /// Ticks in which what flipped had flipped in the tick before: see [`Solution::n_swings`](super::Solution::n_swings).
    pub(crate) n_swings: u32,
    /// Neurons that would flip, per block: scratch.
    wishes: Vec<u16>,
    /// Neurons that flipped in the tick before, per block, where all flip that would.
    before: Vec<u16>,
}

/// What a tick needs to know.
#[derive(Clone, Copy)]
pub(crate) struct Clock<'a> {
    pub(crate) law: &'a Law,
    pub(crate) chance: Chance,
    pub(crate) tick: u32,
    pub(crate) discipline: Discipline,
}

impl<V: Potential> State<V> {
    /// The state of these spins, whose energy is given.
    pub(crate) fn new<P: Place>(ising: &Ising, plan: &Plan<V, P>, spins: &[i8], energy: i64) -> Self {
        let variables = &plan.seats.variables;
        let of_place = |value: &dyn Fn(usize) -> i64| {
            let at = |&v: &u32| if v == VACANT { V::ZERO } else { V::of(value(v as usize)) };
            variables.iter().map(at).collect()
        };
        let mut potentials: Vec<V> = of_place(&|i| ising.local_field(spins, i));
        let n_potentials = (potentials.len() + GROUP).max(P::REACH);
        potentials.resize(n_potentials, V::ZERO);
        Self {
            potentials,
            signs: of_place(&|i| if spins[i] == 1 { -1 } else { 0 }),
            ready: vec![0; variables.len()],
            energy,
            n_flips: 0,
            n_swings: 0,
            wishes: vec![0; variables.len() / BLOCK],
            before: vec![0; variables.len() / BLOCK],
        }
    }

    /// The spins, by place.
    pub(crate) fn signs(&self) -> &[V] {
        &self.signs
    }

    /// One tick.
    pub(crate) fn step<P: Place>(&mut self, plan: &Plan<V, P>, clock: Clock<'_>) {
        simd::run(Tick { plan, state: self, clock });
    }

    /// Flips the spin of a place; its neighbours hear of it at once.
    #[inline(always)]
    fn flip<P: Place>(&mut self, plan: &Plan<V, P>, place: usize) {
        let old = self.signs[place];
        // Minus twice the old spin times the potential.
        self.energy += 2 * self.potentials[place].negated_by(old).wide();
        self.n_flips += 1;
        self.signs[place] = old.opposite();
        match &plan.weights {
            Weights::Equal { positive_ends, twice } => {
                let (first, middle, end) = (plan.starts[place], positive_ends[place], plan.starts[place + 1]);
                let change = twice.negated_by(old);
                add(&mut self.potentials, &plan.targets[first..middle], change);
                add(&mut self.potentials, &plan.targets[middle..end], change.negated_by(V::ZERO.opposite()));
            }
            Weights::Own(weights) => {
                let row = plan.starts[place]..plan.starts[place + 1];
                let (targets, weights) = (&plan.targets[row.clone()], &weights[row]);
                add_each(&mut self.potentials, targets, weights, |weight| weight.negated_by(old));
            }
            Weights::Dense(rows) => {
                let n = self.signs.len();
                for (potential, &weight) in self.potentials.iter_mut().zip(&rows[place * n..(place + 1) * n])
                {
                    *potential = potential.plus(weight.negated_by(old));
                }
            }
        }
    }

    /// Counts the tick if those that are about to flip are, nearly, those that flipped in the tick before.
    #[inline(always)]
    fn look_for_swing(&mut self, n: usize) {
        let (mut n_both, mut n_either) = (0, 0);
        for (now, before) in self.wishes.iter().zip(&mut self.before) {
            n_both += (now & *before).count_ones();
            n_either += (now | *before).count_ones();
            *before = *now;
        }
        let is_swing = 10 * n_either as usize >= n.max(1) && 20 * n_both >= 19 * n_either;
        self.n_swings += u32::from(is_swing);
    }

    /// Whether the neuron would flip.
    #[inline(always)]
    fn would_flip(&self, place: usize, threshold: f32) -> bool {
        self.potentials[place].negated_by(self.signs[place]).passes(threshold)
    }

    /// Which neurons of a block would flip.
    #[inline(always)]
    fn wishes_of(&self, block: usize, thresholds: &[f32]) -> u32 {
        let range = block * BLOCK..(block + 1) * BLOCK;
        let (potentials, signs) = (&self.potentials[range.clone()], &self.signs[range]);
        let mut bits = [0u32; BLOCK];
        for lane in 0..BLOCK {
            let rise = potentials[lane].negated_by(signs[lane]);
            bits[lane] = if rise.passes(thresholds[lane]) { 1 << lane } else { 0 };
        }
        bits.iter().fold(0, |all, bit| all | bit)
    }
}

/// Adds `change` to all targets.
#[inline(always)]
fn add<V: Potential, P: Place>(potentials: &mut [V], targets: &[P], change: V) {
    // A target in 16 bits is always one of so many, and the compiler knows.
    match <&mut [V; REACH_OF_16_BITS]>::try_from(&mut *potentials) {
        Ok(all) if P::REACH == REACH_OF_16_BITS => add_to(all, targets, change),
        _ => add_to(potentials, targets, change),
    }
}

#[inline(always)]
fn add_to<V: Potential, P: Place>(
    potentials: &mut (impl IndexMut<usize, Output = V> + ?Sized),
    targets: &[P],
    change: V,
) {
    for targets in targets.as_chunks::<GROUP>().0 {
        for target in targets {
            let potential = &mut potentials[target.index()];
            *potential = potential.plus(change);
        }
    }
}

/// Adds to each target what its weight says.
#[inline(always)]
fn add_each<V: Potential, P: Place>(
    potentials: &mut [V],
    targets: &[P],
    weights: &[V],
    change: impl Fn(V) -> V,
) {
    match <&mut [V; REACH_OF_16_BITS]>::try_from(&mut *potentials) {
        Ok(all) if P::REACH == REACH_OF_16_BITS => add_each_to(all, targets, weights, change),
        _ => add_each_to(potentials, targets, weights, change),
    }
}

#[inline(always)]
fn add_each_to<V: Potential, P: Place>(
    potentials: &mut (impl IndexMut<usize, Output = V> + ?Sized),
    targets: &[P],
    weights: &[V],
    change: impl Fn(V) -> V,
) {
    for (targets, weights) in targets.as_chunks::<GROUP>().0.iter().zip(weights.as_chunks::<GROUP>().0) {
        for (target, &weight) in targets.iter().zip(weights) {
            let potential = &mut potentials[target.index()];
            *potential = potential.plus(change(weight));
        }
    }
}

/// One tick, for whichever instructions the processor has.
struct Tick<'a, V, P> {
    plan: &'a Plan<V, P>,
    state: &'a mut State<V>,
    clock: Clock<'a>,
}

impl<V: Potential, P: Place> simd::Task for Tick<'_, V, P> {
    #[inline(always)]
    fn run(mut self) {
        match self.clock.discipline {
            Discipline::Sequential => self.sweep(0),
            Discipline::Colour => {
                self.sweep(self.clock.tick as usize % self.plan.seats.classes.len());
            }
            Discipline::Random => self.random(),
            Discipline::One => self.one(),
            Discipline::Gate(_) | Discipline::UnguardedParallel => self.parallel(),
            Discipline::Refractory(shift) => self.rested(shift),
        }
    }
}

impl<V: Potential, P: Place> Tick<'_, V, P> {
    /// The neurons of a class one after the other. In a class of a colouring, nobody hears of the others' flips, so that is the
    /// same as all at once.
    #[inline(always)]
    fn sweep(&mut self, class: usize) {
        let Class { blocks, lanes } = self.plan.seats.classes[class].clone();
        let mut thresholds = [0.0; BATCH];
        for first in blocks.clone().step_by(BLOCKS) {
            self.clock.chance.thresholds(self.clock.law, self.clock.tick, first, &mut thresholds);
            for (block, thresholds) in (first..blocks.end).zip(thresholds.as_chunks::<BLOCK>().0) {
                self.sweep_block(block as usize, lanes, thresholds);
            }
        }
    }

    #[inline(always)]
    fn sweep_block(&mut self, block: usize, lanes: u16, thresholds: &[f32; BLOCK]) {
        let asked = u32::from(self.plan.seats.taken[block] & lanes);
        let mut wishes = self.state.wishes_of(block, thresholds) & asked;
        while wishes != 0 {
            let place = block * BLOCK + wishes.trailing_zeros() as usize;
            wishes &= wishes - 1;
            self.state.flip(self.plan, place);
            let behind = (u32::MAX - 1) << (place % BLOCK);
            let mut changed = u32::from(self.plan.near[place]) & behind & asked;
            // One at a time: to load what was just stored as one vector would wait for the stores to end.
            while changed != 0 {
                let lane = changed.trailing_zeros() as usize;
                changed &= changed - 1;
                let is_wish = self.state.would_flip(block * BLOCK + lane, thresholds[lane]);
                wishes = wishes & !(1 << lane) | u32::from(is_wish) << lane;
            }
        }
    }

    /// As many proposals as neurons, each to one drawn at random.
    #[inline(always)]
    fn random(&mut self) {
        let n = self.plan.seats.places.len();
        let (mut thresholds, mut picks) = ([0.0; BATCH], [0; BATCH]);
        for first in (0..n).step_by(BATCH) {
            let block = (first / BLOCK) as u32;
            self.clock.chance.thresholds(self.clock.law, self.clock.tick, block, &mut thresholds);
            self.clock.chance.picks(self.clock.tick, block / BLOCKS as u32, n as u32, &mut picks);
            for (&place, &threshold) in picks.iter().zip(&thresholds).take(n - first) {
                let place = place as usize;
                if self.state.would_flip(place, threshold) {
                    self.state.flip(self.plan, place);
                }
            }
        }
    }

    /// All neurons decide on the potentials as they are.
    #[inline(always)]
    fn decide(&mut self) {
        let n_blocks = self.state.wishes.len();
        let mut thresholds = [0.0; BATCH];
        for first in (0..n_blocks).step_by(BLOCKS) {
            self.clock.chance.thresholds(self.clock.law, self.clock.tick, first as u32, &mut thresholds);
            for (block, thresholds) in (first..n_blocks).zip(thresholds.as_chunks::<BLOCK>().0) {
                let wishes = self.state.wishes_of(block, thresholds) as u16;
                self.state.wishes[block] = wishes & self.plan.seats.taken[block];
            }
        }
    }

    /// All that would flip do. One after the other, so that each flip's energy is exact.
    #[inline(always)]
    fn parallel(&mut self) {
        self.decide();
        self.flip_wishes(|_, _| ());
    }

    #[inline(always)]
    fn flip_wishes(&mut self, mut and_then: impl FnMut(&mut State<V>, usize)) {
        self.state.look_for_swing(self.plan.seats.places.len());
        for block in 0..self.state.wishes.len() {
            let mut wishes = self.state.wishes[block];
            while wishes != 0 {
                let place = block * BLOCK + wishes.trailing_zeros() as usize;
                wishes &= wishes - 1;
                self.state.flip(self.plan, place);
                and_then(self.state, place);
            }
        }
    }

    /// All that would flip and have rested do, and rest.
    #[inline(always)]
    fn rested(&mut self, shift: u32) {
        self.decide();
        let Clock { chance, tick, .. } = self.clock;
        for (wishes, ready) in self.state.wishes.iter_mut().zip(self.state.ready.as_chunks::<BLOCK>().0) {
            let mut bits = [0u16; BLOCK];
            for lane in 0..BLOCK {
                bits[lane] = if ready[lane] <= tick { 1 << lane } else { 0 };
            }
            *wishes &= bits.iter().fold(0, |all, bit| all | bit);
        }
        self.flip_wishes(|state, place| {
            let rest = chance.rest(tick, place as u32, shift);
            state.ready[place] = tick.saturating_add(1 + rest);
        });
    }

    /// One of those that would flip does.
    #[inline(always)]
    fn one(&mut self) {
        self.decide();
        let n: u32 = self.state.wishes.iter().map(|w| w.count_ones()).sum();
        if n == 0 {
            return;
        }
        let mut before = self.clock.chance.pick(self.clock.tick, n);
        for (block, &wishes) in self.state.wishes.iter().enumerate() {
            let here = wishes.count_ones();
            if before < here {
                let lane =
                    (0..BLOCK).filter(|lane| wishes >> lane & 1 == 1).nth(before as usize).unwrap_or(0);
                return self.state.flip(self.plan, block * BLOCK + lane);
            }
            before -= here;
        }
    }
}
