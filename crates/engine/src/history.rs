//! Who fired in the ticks that can still matter.

/// The spikes of all populations in the last ticks: as many as the longest delay needs.
#[derive(Debug, Clone)]
pub(crate) struct History {
    /// By tick (modulo their number, a power of two), then population: neurons, ascending; a neuron that spikes several times
    /// in a tick is listed as often.
    lists: Vec<Vec<Vec<u32>>>,
    /// Ticks before this are known.
    end: u32,
    /// Ticks back that any synapse looks.
    reach: u32,
}

impl History {
    /// An empty history for delays up to `max_delay`, extended by up to `epoch` ticks at a time.
    pub(crate) fn new(n_populations: usize, max_delay: u32, epoch: u32) -> Self {
        let reach = max_delay + 1;
        let n_slots = (reach + epoch).next_power_of_two() as usize;
        Self { lists: vec![vec![Vec::new(); n_populations]; n_slots], end: 0, reach }
    }

    /// The spikes of `population` that a delay of `delay` brings to tick `tick`.
    #[inline]
    pub(crate) fn arriving(&self, population: usize, tick: u32, delay: u32) -> &[u32] {
        match tick.checked_sub(delay + 1) {
            Some(sent) => self.sent(population, sent),
            None => &[],
        }
    }

    /// The spikes of `population` in `tick`, one of the last.
    #[inline]
    pub(crate) fn sent(&self, population: usize, tick: u32) -> &[u32] {
        debug_assert!(tick < self.end && self.end - tick <= self.lists.len() as u32);
        &self.lists[self.slot(tick)][population]
    }

    /// Adds tick `tick`, forgets the one that it replaces, and returns the lists to fill.
    pub(crate) fn open(&mut self, tick: u32) -> &mut [Vec<u32>] {
        self.end = tick + 1;
        let slot = self.slot(tick);
        self.lists[slot].iter_mut().for_each(Vec::clear);
        &mut self.lists[slot]
    }

    /// Forgets everything.
    pub(crate) fn reset(&mut self) {
        self.lists.iter_mut().flatten().for_each(Vec::clear);
        self.end = 0;
    }

    /// The ticks that can still matter.
    pub(crate) fn ticks(&self) -> std::ops::Range<u32> {
        self.ticks_before(self.end)
    }

    /// The ticks that can still matter before `tick` is run.
    pub(crate) fn ticks_before(&self, tick: u32) -> std::ops::Range<u32> {
        tick.saturating_sub(self.reach)..tick
    }

    fn slot(&self, tick: u32) -> usize {
        tick as usize & (self.lists.len() - 1)
    }
}
