//! A block of neurons of one population: the unit of work. It reads what everybody fired in the tick before and writes
//! only what it owns.

use std::ops::Range;

use crate::arithmetic::{Arithmetic, Sum};
use crate::bit_rows::Chunk;
use crate::kernels::{Due, Fired, Kernel};
use crate::recorder::StateRecorder;
use crate::ring::Ring;
use crate::store::Store;

/// The synapses of one projection onto a block.
pub(crate) struct Incoming<A: Arithmetic> {
    /// Position of the sending population.
    pub(crate) pre: usize,
    /// Position of the projection.
    pub(crate) projection: usize,
    pub(crate) store: Store<A::Sum>,
}

/// Neurons `range` of population `population`, with everything that they need for a tick.
pub(crate) struct Block<A: Arithmetic> {
    pub(crate) population: usize,
    pub(crate) range: Range<u32>,
    pub(crate) kernel: Box<dyn Kernel<A>>,
    /// Arriving input; sources have none.
    pub(crate) ring: Option<Ring<A::Sum>>,
    pub(crate) incoming: Vec<Incoming<A>>,
    pub(crate) fired: Fired,
    pub(crate) recorders: Vec<StateRecorder<A::Real>>,
    /// Largest sum that an accumulator holds, where it can be reached at all.
    pub(crate) saturation: Option<i32>,
    /// Whether so many synapses can meet on one sum that it must not simply be added to.
    pub(crate) can_overflow: bool,
    /// Space for counters of [`crate::bit_rows`], kept so that no tick allocates.
    pub(crate) scratch: Vec<Chunk>,
    pub(crate) n_events: u64,
    pub(crate) n_saturated: u64,
}

impl<A: Arithmetic> Block<A> {
    /// One tick: deliver, update, record. `sent` lists who fired in the tick before, by population.
    pub(crate) fn step(&mut self, tick: u32, sent: &[Vec<u32>]) {
        self.fired.clear();
        self.deliver(tick, sent);
        self.update(tick);
        for recorder in &mut self.recorders {
            recorder.sample(tick, self.kernel.state(recorder.variable()));
        }
    }

    fn deliver(&mut self, tick: u32, sent: &[Vec<u32>]) {
        let Some(ring) = &mut self.ring else { return };
        for incoming in &self.incoming {
            let (store, senders) = (&incoming.store, &sent[incoming.pre]);
            self.n_events += if self.can_overflow {
                store.deliver(senders, tick, ring, &mut self.scratch, A::Sum::limited_add)
            } else {
                store.deliver(senders, tick, ring, &mut self.scratch, |sum, weight| sum + weight)
            };
        }
    }

    fn update(&mut self, tick: u32) {
        let Some(ring) = &mut self.ring else {
            self.kernel.update(tick, Due { excitatory: &[], inhibitory: &[] }, &mut self.fired);
            return;
        };
        if let Some(limit) = self.saturation {
            self.n_saturated += ring.saturate(tick, limit);
        }
        let (excitatory, inhibitory) = ring.due(tick);
        self.kernel.update(tick, Due { excitatory, inhibitory }, &mut self.fired);
        ring.clear(tick);
    }

    /// Back to the state before the first tick, with empty recordings.
    pub(crate) fn reset(&mut self) {
        self.kernel.reset();
        self.ring.iter_mut().for_each(Ring::reset);
        self.recorders.iter_mut().for_each(StateRecorder::clear);
        self.fired.clear();
        self.n_events = 0;
        self.n_saturated = 0;
    }
}
