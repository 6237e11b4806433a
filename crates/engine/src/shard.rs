//! A shard of the network: a part of every large population and some small ones, with all synapses onto them. The unit of
//! work: it reads what everybody fired in earlier ticks and writes only what it owns.

use std::ops::Range;

use crate::arithmetic::{Arithmetic, Sum};
use crate::feed::Feed;
use crate::history::History;
use crate::kernels::{Due, Fired, Kernel};
use crate::recorder::StateRecorder;
use crate::store::{Scratch, Store};
use crate::sums::{Receptors, Sums, saturate};

/// Neurons of one population, with everything that they need for a tick but their input.
pub(crate) struct Member<A: Arithmetic> {
    pub(crate) population: usize,
    pub(crate) range: Range<u32>,
    pub(crate) kernel: Box<dyn Kernel<A>>,
    /// Where the input arrives; sources have none.
    pub(crate) input: Option<Input>,
    pub(crate) recorders: Vec<StateRecorder<A::Real>>,
    fired: Fired,
    /// Spikes in `fired` after each tick of the epoch.
    ends: Vec<usize>,
}

/// Where a member's input arrives.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    /// Its sums, in each plane.
    pub(crate) sums: Range<usize>,
    /// The sum from which stores that it shares with other members number their targets.
    pub(crate) base: usize,
    pub(crate) receptors: Receptors,
    /// Largest sum that an accumulator holds, where it can be reached at all.
    pub(crate) saturation: Option<i32>,
}

impl<A: Arithmetic> Member<A> {
    pub(crate) fn new(
        population: usize,
        range: Range<u32>,
        kernel: Box<dyn Kernel<A>>,
        input: Option<Input>,
        recorders: Vec<StateRecorder<A::Real>>,
    ) -> Self {
        Self { population, fired: Fired::new(&range), range, kernel, input, recorders, ends: Vec::new() }
    }

    /// Who fired in tick number `at` of the epoch, ascending.
    pub(crate) fn fired(&self, at: usize) -> &[u32] {
        let from = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.fired.neurons()[from..self.ends[at]]
    }

    /// To be called after the kernel's state was set from outside.
    pub(crate) fn disturb(&mut self) {
        self.fired.disturb();
    }

    fn begin_epoch(&mut self) {
        self.fired.clear();
        self.ends.clear();
    }

    /// One tick; returns how many sums were above what an accumulator holds.
    fn step(&mut self, (slot, tick): (usize, u32), sums: &mut Sums<A::Sum>) -> u64 {
        let mut n_saturated = 0;
        if let Some(input) = &self.input {
            let mut due = sums.due(slot, input.sums.clone(), input.receptors);
            if let Some(limit) = input.saturation {
                n_saturated = due.iter_mut().map(|sums| saturate(sums, limit)).sum();
            }
            let [excitatory, inhibitory] = due;
            self.kernel.update(tick, Due { excitatory, inhibitory }, &mut self.fired);
        } else {
            self.kernel.update(tick, Due::default(), &mut self.fired);
        }
        self.ends.push(self.fired.neurons().len());
        for recorder in &mut self.recorders {
            recorder.sample(tick, self.kernel.state(recorder.variable()));
        }
        n_saturated
    }
}

/// Most ticks that are delivered at a time, where that saves reading rows piece by piece: their sums must stay in cache.
const MAX_SLOTS: u32 = 4;

/// The members of a shard, their input sums and the synapses onto them.
pub(crate) struct Shard<A: Arithmetic> {
    pub(crate) members: Vec<Member<A>>,
    /// In the order in which they add: that of the projections.
    pub(crate) stores: Vec<Store<A::Sum>>,
    pub(crate) feeds: Vec<Feed<A::Sum>>,
    sums: Sums<A::Sum>,
    /// Whether so many synapses can meet on one sum that it must not simply be added to.
    can_overflow: bool,
    scratch: Scratch,
    pub(crate) n_events: u64,
    pub(crate) n_saturated: u64,
    /// Time spent delivering and updating, as the clock tells it.
    pub(crate) spent: [u64; 2],
}

impl<A: Arithmetic> Shard<A> {
    pub(crate) fn new(
        members: Vec<Member<A>>,
        stores: Vec<Store<A::Sum>>,
        feeds: Vec<Feed<A::Sum>>,
        can_overflow: bool,
        epoch: u32,
    ) -> Self {
        let inputs = || members.iter().filter_map(|m| m.input.as_ref());
        let n_sums = inputs().map(|input| input.sums.end).max().unwrap_or(0);
        let has_inhibitory = inputs().any(|input| input.receptors == Receptors::Split);
        let n_slots = if stores.iter().any(Store::gains_from_slots) { epoch.min(MAX_SLOTS) } else { 1 };
        Self {
            sums: Sums::new(n_sums, has_inhibitory, n_slots as usize),
            members,
            stores,
            feeds,
            can_overflow,
            scratch: Scratch::default(),
            n_events: 0,
            n_saturated: 0,
            spent: [0; 2],
        }
    }

    /// Runs the ticks of an epoch. `history` holds all spikes before it; none of the epoch's own can matter in it.
    pub(crate) fn run(&mut self, epoch: Range<u32>, history: &History, clock: fn() -> u64) {
        self.members.iter_mut().for_each(Member::begin_epoch);
        for start in epoch.clone().step_by(self.sums.n_slots()) {
            let due = start..epoch.end.min(start.saturating_add(self.sums.n_slots() as u32));
            let began = clock();
            self.deliver(due.clone(), history);
            let delivered = clock();
            for at in due.enumerate() {
                for member in &mut self.members {
                    self.n_saturated += member.step(at, &mut self.sums);
                }
            }
            self.spent[0] += delivered - began;
            self.spent[1] += clock() - delivered;
        }
    }

    fn deliver(&mut self, due: Range<u32>, history: &History) {
        let (sums, scratch) = (&mut self.sums, &mut self.scratch);
        for store in &mut self.stores {
            self.n_events += if self.can_overflow {
                store.deliver(due.clone(), history, sums, scratch, A::Sum::limited_add)
            } else {
                store.deliver(due.clone(), history, sums, scratch, |sum, weight| sum + weight)
            };
        }
        for feed in &mut self.feeds {
            self.n_events += due.clone().enumerate().map(|at| feed.deliver(at, sums)).sum::<u64>();
        }
    }

    /// Puts spikes under way into the state before `tick`, from what was sent.
    pub(crate) fn resume(&mut self, tick: u32, history: &History) {
        self.stores.iter_mut().for_each(|store| store.resume(tick, history));
    }

    /// Back to the state before the first tick, with empty recordings. `history` is empty.
    pub(crate) fn reset(&mut self, history: &History) {
        for member in &mut self.members {
            member.kernel.reset();
            member.disturb();
            member.recorders.iter_mut().for_each(StateRecorder::clear);
            member.begin_epoch();
        }
        self.resume(0, history);
        self.feeds.iter_mut().for_each(|feed| feed.n_arrived = 0);
        self.n_events = 0;
        self.n_saturated = 0;
        self.spent = [0; 2];
    }
}
