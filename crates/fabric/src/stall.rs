//! Full FIFOs that stall the data network: what waits before a QuadPE.
//!
//! A flit goes to up to four PEs of a QuadPE and waits until all of them have room; what comes later waits behind it. When there is room is
//! known as soon as a program has taken packets, so flits go in when somebody looks: a PE of the QuadPE at the beginning of a handler,
//! or the doorway itself at the end of one that made room.

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

    /// Lets flits in that have come by `now_ps` and for which there has been room by then.
    pub(crate) fn let_in(&mut self, chip: u32, doorway: usize, now_ps: u64) {
        loop {
            let waiting = &mut self.chips[chip as usize].doorways[doorway];
            let Some(&flit) = waiting.flits.front().filter(|flit| flit.at_ps <= now_ps) else { return };
            let from_ps = flit.at_ps.max(waiting.passed_ps);
            let words = self.payloads.words(flit.luggage);
            let room = |at: usize| self.inboxes[self.routes.pes[at] as usize].room_from(from_ps, words);
            let ready =
                flit.landing.pes().map(room).try_fold(from_ps, |all, one| one.map(|one| all.max(one)));
            let Some(at_ps) = ready.filter(|&at_ps| at_ps <= now_ps) else { return };
            waiting.passed_ps = at_ps;
            waiting.flits.pop_front();
            let (payload, note) = self.payloads.take(flit.luggage);
            for target in flit.landing.pes() {
                let pe = self.routes.pes[target] as usize;
                let luggage = self.payloads.put(payload, note);
                self.inboxes[pe].accept(Arrival { at_ps, key: flit.key, luggage }, &self.payloads);
            }
        }
    }

    /// After a handler that made room: whoever gets packets by that is interrupted, if it wants to be.
    pub(crate) fn open_doorway(&mut self, now_ps: u64, chip: u32, doorway: usize) -> Vec<u32> {
        let at_home = |core: u8| usize::from(self.routes.door(core).ingress) == doorway;
        let cores = (0..self.routes.n_cores()).filter(|&core| at_home(core));
        let pes: Vec<u32> = cores.filter_map(|core| self.routes.program_at(chip, core)).collect();
        let before: Vec<u64> = pes.iter().map(|&pe| self.inboxes[pe as usize].n_admitted).collect();
        self.let_in(chip, doorway, now_ps);
        let got_some = |(&pe, before): (&u32, u64)| {
            let state = &self.pes[pe as usize];
            let wants = state.wants_packets && !state.is_packet_due && !state.is_finished;
            (wants && self.inboxes[pe as usize].n_admitted > before).then_some(pe)
        };
        pes.iter().zip(before).filter_map(got_some).collect()
    }

    /// When the next flit for a PE comes after `began_ps`.
    pub(crate) fn next_flit(&self, pe: u32, began_ps: u64) -> Option<u64> {
        let state = &self.pes[pe as usize];
        let doorway = usize::from(self.routes.door(state.core).ingress);
        let flits = &self.chips[state.chip as usize].doorways[doorway].flits;
        let is_for =
            |flit: &&Flit| flit.at_ps > began_ps && flit.landing.pes().any(|at| self.routes.pes[at] == pe);
        flits.iter().find(is_for).map(|flit| flit.at_ps)
    }
}
