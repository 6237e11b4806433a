//! Full FIFOs that stall the data network: what waits before a QuadPE.
//!
//! A flit goes to up to four PEs of a QuadPE and waits until all of them have room; what comes later waits behind it. When there is room is
//! known as soon as a program has taken packets, so the doorway itself looks at that time, and flits that find room at once go in when a PE of
//! the QuadPE looks, at the beginning of a handler.

use std::collections::VecDeque;

use crate::inbox::Arrival;
use crate::packet::Luggage;
use crate::routes::Landing;
use crate::transport::{Event, World};

/// One flit for some PEs of a QuadPE.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flit {
    pub(crate) at_ps: u64,
    pub(crate) key: u32,
    pub(crate) luggage: Luggage,
    pub(crate) landing: Landing,
}

/// What waits before a QuadPE.
#[derive(Debug, Default)]
pub(crate) struct Doorway {
    pub(crate) flits: VecDeque<Flit>,
    /// When the last flit went in: the next one cannot go before.
    passed_ps: u64,
    /// When there will be room for the first flit, if somebody is going to look then.
    due_ps: Option<u64>,
}

impl Doorway {
    /// Copies that wait.
    pub(crate) fn n_copies(&self) -> u64 {
        self.flits.iter().map(|flit| u64::from(flit.landing.n_pes)).sum()
    }
}

impl World {
    /// A flit comes to a QuadPE.
    pub(crate) fn queue_up(&mut self, chip: u32, flit: Flit) {
        for target in flit.landing.pes() {
            let pe = self.routes.pes[target];
            let inbox = &mut self.inboxes[pe as usize];
            if std::mem::take(&mut inbox.is_alert) {
                self.queue.push(flit.at_ps, Event::Arrived(pe));
            }
        }
        let doorway = usize::from(flit.landing.ingress);
        self.chips[chip as usize].doorways[doorway].flits.push_back(flit);
    }

    /// Lets flits in that have come by `now_ps` and for which there has been room by then, and comes back when there will be room for
    /// the next.
    pub(crate) fn let_in(&mut self, chip: u32, doorway: usize, now_ps: u64) {
        let next_ps = self.pass(chip, doorway, now_ps);
        let waiting = &mut self.chips[chip as usize].doorways[doorway];
        if waiting.due_ps.is_some_and(|due_ps| due_ps <= now_ps) {
            waiting.due_ps = None;
        }
        if let Some(next_ps) = next_ps.filter(|&next_ps| waiting.due_ps.is_none_or(|due_ps| due_ps > next_ps))
        {
            waiting.due_ps = Some(next_ps);
            self.queue.push(next_ps, Event::Doorway(chip, doorway as u8));
        }
    }

    /// The first half of that; returns when there will be room for the next flit, if it has come and this is known.
    pub(crate) fn pass(&mut self, chip: u32, doorway: usize, now_ps: u64) -> Option<u64> {
        loop {
            let waiting = &mut self.chips[chip as usize].doorways[doorway];
            let flit = *waiting.flits.front().filter(|flit| flit.at_ps <= now_ps)?;
            let from_ps = flit.at_ps.max(waiting.passed_ps);
            let words = self.payloads.words(flit.luggage);
            let room = |at: usize| self.inboxes[self.routes.pes[at] as usize].room_from(from_ps, words);
            let ready =
                flit.landing.pes().map(room).try_fold(from_ps, |all, one| one.map(|one| all.max(one)));
            let at_ps = ready?;
            if at_ps > now_ps {
                return Some(at_ps);
            }
            waiting.passed_ps = at_ps;
            waiting.flits.pop_front();
            self.hand_over(flit, at_ps);
        }
    }

    /// Writes a flit into its FIFOs; who has waited for that is interrupted.
    fn hand_over(&mut self, flit: Flit, at_ps: u64) {
        let (payload, note) = self.payloads.take(flit.luggage);
        for target in flit.landing.pes() {
            let pe = self.routes.pes[target];
            let luggage = self.payloads.put(payload, note);
            let inbox = &mut self.inboxes[pe as usize];
            inbox.accept(Arrival { at_ps, key: flit.key, luggage }, &self.payloads);
            if std::mem::take(&mut inbox.is_alert) {
                self.queue.push(at_ps.max(self.now_ps), Event::Arrived(pe));
            }
        }
    }

    /// When the next flit for a PE comes after `began_ps`.
    pub(crate) fn next_flit(&self, pe: u32, began_ps: u64) -> Option<u64> {
        let state = &self.pes[pe as usize];
        let doorway = usize::from(self.routes.door(state.core).ingress);
        let flits = &self.chips[state.chip as usize].doorways[doorway].flits;
        let is_for = |flit: &&Flit| flit.landing.pes().any(|at| self.routes.pes[at] == pe);
        // They wait in the order in which they came, and there may be many.
        let from = flits.partition_point(|flit| flit.at_ps <= began_ps);
        flits.range(from..).find(is_for).map(|flit| flit.at_ps)
    }
}
