//! What runs on a PE: a program that answers interrupts, and what it can do while it does.

use gennaker_machine::ChipXy;

use crate::error::FabricError;
use crate::packet::{MAX_NOTE, Payload, Received};
use crate::pe::{PeState, Timer};
use crate::time::{END_PS, PS_PER_NS};
use crate::transport::{Event, Transfer, World};

/// Why a program runs. Between interrupts the core sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interrupt {
    /// The machine has started: the first interrupt of every PE.
    Start,
    /// The timer has ticked. Ticks that come while a handler runs wait one by one: a late PE lags and catches up.
    Timer {
        /// Number of the tick, from 0.
        number: u64,
        /// When it was due, in ps.
        due_ps: u64,
    },
    /// Packets have arrived, if [`Pe::interrupt_on_packets`] was called. One interrupt for all that have come.
    Packets,
    /// A transfer has ended.
    DmaDone {
        /// The number that the program gave it.
        tag: u32,
    },
    /// Another PE of the chip has called [`Pe::interrupt`].
    Software {
        /// Its core.
        from: u8,
    },
    /// The accelerator has done what [`Pe::start_accelerator`] asked for.
    AcceleratorDone,
}

/// A PE's program. A handler runs to its end; what it does takes the time of the cycles that it charges.
pub trait Program {
    /// Answers one interrupt.
    fn interrupt(&mut self, why: Interrupt, pe: &mut Pe<'_>);
}

impl<P: Program + ?Sized> Program for Box<P> {
    fn interrupt(&mut self, why: Interrupt, pe: &mut Pe<'_>) {
        (**self).interrupt(why, pe);
    }
}

/// One side of a DMA transfer, by word address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// The PE's own SRAM.
    Own(u32),
    /// The SRAM of another PE of the chip.
    Pe {
        /// Its core.
        core: u8,
        /// First word.
        word: u32,
    },
    /// The chip's DRAM.
    Dram(u32),
}

/// The PE on which a program runs, in the hands of its handler.
///
/// Time within a handler is its start and the cycles charged so far. Packets that arrive after the start are for the next one.
pub struct Pe<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) index: usize,
    /// Time of the last change of level within the handler, or its start.
    base_ps: u64,
    /// Cycles since then.
    cycles: u64,
}

impl<'a> Pe<'a> {
    pub(crate) fn new(world: &'a mut World, index: usize, start_ps: u64) -> Self {
        Self { world, index, base_ps: start_ps, cycles: 0 }
    }

    fn state(&self) -> &PeState {
        &self.world.pes[self.index]
    }

    fn state_mut(&mut self) -> &mut PeState {
        &mut self.world.pes[self.index]
    }

    /// The chip.
    #[must_use]
    pub fn chip(&self) -> ChipXy {
        self.state().xy
    }

    /// The core on the chip.
    #[must_use]
    pub fn core(&self) -> u8 {
        self.state().core
    }

    /// The present time in ps.
    #[must_use]
    #[inline]
    pub fn now_ps(&self) -> u64 {
        let clock = self.world.timing.clocks[usize::from(self.state().level)];
        self.base_ps.saturating_add(clock.ps(self.cycles)).min(END_PS)
    }

    /// Spends cycles of the core.
    #[inline]
    pub fn charge(&mut self, cycles: u64) {
        self.cycles = self.cycles.saturating_add(cycles);
    }

    /// The performance level: an index into the machine's table.
    #[must_use]
    pub fn level(&self) -> u8 {
        self.state().level
    }

    /// Changes the performance level, which takes the machine's switching time; levels that are not there are ignored, as is the
    /// present one.
    pub fn set_level(&mut self, level: u8) {
        if level == self.state().level || usize::from(level) >= self.world.timing.clocks.len() {
            return;
        }
        self.settle();
        self.base_ps += self.world.timing.level_switch_ps;
        let state = self.state_mut();
        state.level = level;
        state.n_level_changes += 1;
    }

    /// Moves the cycles charged so far into the time.
    pub(crate) fn settle(&mut self) -> u64 {
        self.base_ps = self.now_ps();
        let cycles = std::mem::take(&mut self.cycles);
        let state = self.state_mut();
        let level = usize::from(state.level);
        state.cycles[level] = state.cycles[level].saturating_add(cycles);
        self.base_ps
    }

    /// Sends a multicast packet. It leaves at the present time, or when the PE's port is free.
    #[inline]
    pub fn send(&mut self, key: u32, payload: Payload) {
        let now_ps = self.now_ps();
        self.world.send(self.index, now_ps, key, payload);
    }

    /// Sets the note that goes with all later packets, of which the lower 31 bits count. No hardware has it; it lets an observer tell
    /// packets of one key apart.
    pub fn set_note(&mut self, note: u32) {
        self.state_mut().note = note & MAX_NOTE;
    }

    /// Packets in the FIFO: those that had arrived when the handler began and have not been taken.
    #[must_use]
    pub fn n_packets(&self) -> usize {
        self.world.inboxes[self.index].len()
    }

    /// Takes the oldest packet from the FIFO.
    #[inline]
    pub fn next_packet(&mut self) -> Option<Received> {
        let now_ps = self.now_ps();
        let packet = self.world.inboxes[self.index].take(now_ps, &self.world.payloads)?;
        let (payload, note) = self.world.payloads.take(packet.luggage);
        Some(Received { key: packet.key, payload, arrived_ps: packet.at_ps, note })
    }

    /// Most words that the FIFO has held so far.
    #[must_use]
    pub fn fifo_high_water_words(&self) -> u32 {
        self.world.inboxes[self.index].high_water_words
    }

    /// Asks for an [`Interrupt::Packets`] whenever packets arrive, or no longer.
    pub fn interrupt_on_packets(&mut self, wanted: bool) {
        self.state_mut().wants_packets = wanted;
        if !wanted {
            self.world.inboxes[self.index].is_alert = false;
        }
    }

    /// Starts the timer: the first tick comes `first_ns` from now, later and by a random part of the period under
    /// [`crate::TickSource::Timer`], and then one every `period_ns` (at least 1) of the chip's own clock. A running timer is
    /// replaced.
    pub fn start_timer(&mut self, first_ns: u64, period_ns: u64) {
        let period_ps = period_ns.max(1).saturating_mul(PS_PER_NS);
        let now_ps = self.now_ps();
        let phase_ps = self.world.phase_ps(self.index, period_ps);
        let drift_ppb = self.world.chips[self.state().chip as usize].drift_ppb;
        let generation = self.state().timer.map_or(0, |timer| timer.generation + 1);
        let base_ps = now_ps.saturating_add(first_ns.saturating_mul(PS_PER_NS)).saturating_add(phase_ps);
        let timer = Timer { base_ps, period_ps, drift_ppb, number: 0, generation };
        self.state_mut().timer = Some(timer);
        self.world.queue.push(base_ps, Event::Timer(self.index as u32, generation));
    }

    /// When the next tick is due, in ps: before the present time if the program is late. `None` without a timer.
    #[must_use]
    pub fn next_tick_ps(&self) -> Option<u64> {
        let waiting = self.state().raised.iter().find_map(|why| match why {
            Interrupt::Timer { due_ps, .. } => Some(*due_ps),
            _ => None,
        });
        waiting.or_else(|| self.state().timer.map(|timer| timer.due(timer.number)))
    }

    /// Starts a transfer between the own SRAM and another memory; [`Interrupt::DmaDone`] with this tag tells its end, when the
    /// words have been copied.
    ///
    /// # Errors
    /// [`FabricError::Dma`] if neither side is the own SRAM, a side is not there, addresses or length are not aligned, or a memory
    /// is too small.
    pub fn dma(&mut self, from: Memory, to: Memory, n_words: u32, tag: u32) -> Result<(), FabricError> {
        let transfer = Transfer { pe: self.index as u32, from, to, n_words, tag };
        self.world.check_transfer(transfer)?;
        let now_ps = self.now_ps();
        self.world.start_transfer(now_ps, transfer);
        Ok(())
    }

    /// The own SRAM as words.
    #[must_use]
    pub fn memory(&mut self) -> &mut [u32] {
        self.world.sram(self.index)
    }

    /// Interrupts another PE of the chip, or this one. False if there runs no program.
    pub fn interrupt(&mut self, core: u8) -> bool {
        let Some(target) = self.world.pe_at(self.state().chip, core) else { return false };
        let at_ps = self.now_ps() + self.world.way_between(self.core(), core);
        let from = self.core();
        self.world.queue.push(at_ps, Event::Software(target, from));
        true
    }

    /// Lets the accelerator work for so many cycles, at least 1, at the present clock; [`Interrupt::AcceleratorDone`] tells its end.
    pub fn start_accelerator(&mut self, cycles: u64) {
        let clock = self.world.timing.clocks[usize::from(self.state().level)];
        let at_ps = self.now_ps() + clock.ps(cycles.max(1));
        self.world.queue.push(at_ps, Event::Accelerator(self.index as u32));
    }

    /// Ends the program: no further interrupts.
    pub fn finish(&mut self) {
        let state = self.state_mut();
        state.is_finished = true;
        state.timer = None;
        state.raised.clear();
        self.world.inboxes[self.index].is_alert = false;
    }
}
