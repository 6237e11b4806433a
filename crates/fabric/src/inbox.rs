//! What a PE has received: packets on their way to its FIFO, and the FIFO itself.
//!
//! Nobody looks at a FIFO between two handlers, so packets are appended with the time of their arrival and admitted when the PE
//! looks. That decides about full FIFOs exactly as if each had been admitted on arrival, because only the PE makes room, and when
//! it did so is remembered.

use std::collections::VecDeque;

use crate::options::FifoPolicy;
use crate::packet::{Luggage, Payloads};

/// Packets at which the first early admission is due.
const MANY: usize = 4_096;

/// A packet at the door of a PE.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    /// When it arrived; once the program has taken it, when that was.
    pub(crate) at_ps: u64,
    pub(crate) key: u32,
    pub(crate) luggage: Luggage,
}

/// A packet that a full FIFO cost, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loss {
    pub(crate) at_ps: u64,
    pub(crate) packet: Arrival,
    pub(crate) is_overwritten: bool,
}

/// FIFO and approach of one PE.
#[derive(Debug)]
pub(crate) struct Inbox {
    /// First `n_taken` packets that the program has taken, as long as that is in the future of some arrival; then `n_fifo` in the
    /// FIFO; then those on their way.
    packets: VecDeque<Arrival>,
    n_taken: usize,
    n_fifo: usize,
    /// Packets at which early admission is due.
    look_at: usize,
    /// Whether the next packet should raise an interrupt.
    pub(crate) is_alert: bool,
    policy: FifoPolicy,
    /// Capacity in words.
    capacity: u32,
    /// Words of the packets in the FIFO.
    words: u32,
    /// Words of the packets taken.
    taken_words: u32,
    /// Packets that were admitted, dropped and overwritten; those overwritten had been admitted.
    pub(crate) n_admitted: u64,
    pub(crate) n_dropped: u64,
    pub(crate) n_overwritten: u64,
    pub(crate) high_water_words: u32,
}

impl Inbox {
    pub(crate) fn new(capacity: u32, policy: FifoPolicy) -> Self {
        Self {
            packets: VecDeque::new(),
            n_taken: 0,
            n_fifo: 0,
            look_at: MANY,
            is_alert: false,
            policy,
            capacity,
            words: 0,
            taken_words: 0,
            n_admitted: 0,
            n_dropped: 0,
            n_overwritten: 0,
            high_water_words: 0,
        }
    }

    /// Adds a packet; they come in ascending order of time. True if so many wait that early admission is due.
    #[inline]
    pub(crate) fn append(&mut self, arrival: Arrival) -> bool {
        self.packets.push_back(arrival);
        self.packets.len() >= self.look_at
    }

    /// Admits what has arrived by `now_ps`, before which all that the program did is known; what is lost goes to `losses`.
    pub(crate) fn admit(&mut self, now_ps: u64, payloads: &Payloads, losses: &mut Vec<Loss>) {
        let mut n_forgotten = 0;
        let mut next = self.n_taken + self.n_fifo;
        let mut kept = next;
        while let Some(&packet) = self.packets.get(next).filter(|packet| packet.at_ps <= now_ps) {
            self.forget_taken(packet.at_ps, &mut n_forgotten);
            let words = payloads.words(packet.luggage);
            let mut free = self.free();
            while self.policy == FifoPolicy::Overwrite && words > free && self.n_fifo > 0 {
                free += self.overwrite(packet.at_ps, payloads, losses);
            }
            next += 1;
            if words > free {
                self.n_dropped += 1;
                losses.push(Loss { at_ps: packet.at_ps, packet, is_overwritten: false });
                continue;
            }
            if kept + 1 < next {
                self.packets[kept] = packet;
            }
            kept += 1;
            self.n_fifo += 1;
            self.n_admitted += 1;
            self.words += words;
            self.high_water_words = self.high_water_words.max(self.words + self.taken_words);
        }
        if kept < next {
            self.packets.drain(kept..next);
        }
        self.packets.drain(..n_forgotten);
        self.n_taken -= n_forgotten;
        self.look_at = MANY.max(2 * self.packets.len());
    }

    /// Words taken out before an arrival are room for it.
    #[inline]
    fn forget_taken(&mut self, at_ps: u64, n_forgotten: &mut usize) {
        while *n_forgotten < self.n_taken && self.packets[*n_forgotten].at_ps <= at_ps {
            self.taken_words -= self.packets[*n_forgotten].luggage.n_words();
            *n_forgotten += 1;
        }
    }

    fn free(&self) -> u32 {
        self.capacity.saturating_sub(self.words + self.taken_words)
    }

    /// The earliest time from `from_ps` on at which there is room for so many words, as far as the program has taken packets.
    pub(crate) fn room_from(&self, from_ps: u64, words: u32) -> Option<u64> {
        let mut free = self.free();
        if words <= free {
            return Some(from_ps);
        }
        let mut taken = self.packets.range(..self.n_taken);
        let made = taken.find(|packet| {
            free += packet.luggage.n_words();
            free >= words
        });
        made.map(|packet| packet.at_ps.max(from_ps))
    }

    /// Writes a packet into the FIFO at a time at which there is room for it; others may not be on their way.
    pub(crate) fn accept(&mut self, packet: Arrival, payloads: &Payloads) {
        let mut n_forgotten = 0;
        self.forget_taken(packet.at_ps, &mut n_forgotten);
        self.packets.drain(..n_forgotten);
        self.n_taken -= n_forgotten;
        self.packets.push_back(packet);
        self.n_fifo += 1;
        self.n_admitted += 1;
        self.words += payloads.words(packet.luggage);
        self.high_water_words = self.high_water_words.max(self.words + self.taken_words);
    }

    /// Loses the oldest packet that the program has not taken; returns its words.
    fn overwrite(&mut self, at_ps: u64, payloads: &Payloads, losses: &mut Vec<Loss>) -> u32 {
        let (packet, words) = self.pass_oldest(at_ps, payloads, false);
        self.n_overwritten += 1;
        losses.push(Loss { at_ps, packet, is_overwritten: true });
        words
    }

    /// The program takes out the oldest packet.
    #[inline]
    pub(crate) fn take(&mut self, now_ps: u64, payloads: &Payloads) -> Option<Arrival> {
        if self.n_fifo == 0 {
            return None;
        }
        let (packet, words) = self.pass_oldest(now_ps, payloads, true);
        self.taken_words += words;
        Some(packet)
    }

    /// The oldest packet in the FIFO is one of those before it from now on, with the room that it takes there, if any; returns it and its
    /// words.
    #[inline]
    fn pass_oldest(&mut self, at_ps: u64, payloads: &Payloads, keeps_room: bool) -> (Arrival, u32) {
        let oldest = &mut self.packets[self.n_taken];
        let packet = *oldest;
        let words = payloads.words(packet.luggage);
        *oldest = Arrival { at_ps, luggage: Luggage::words(if keeps_room { words } else { 0 }), ..packet };
        self.n_taken += 1;
        self.n_fifo -= 1;
        self.words -= words;
        (packet, words)
    }

    /// Packets in the FIFO.
    pub(crate) fn len(&self) -> usize {
        self.n_fifo
    }

    /// Luggage of the packets in the FIFO and on their way to it.
    pub(crate) fn luggage(&self) -> impl Iterator<Item = Luggage> + '_ {
        self.packets.range(self.n_taken..).map(|packet| packet.luggage)
    }

    /// Packets on their way to it.
    pub(crate) fn n_coming(&self) -> usize {
        self.packets.len() - self.n_taken - self.n_fifo
    }

    /// Time of the next arrival.
    pub(crate) fn next_arrival(&self) -> Option<u64> {
        self.packets.get(self.n_taken + self.n_fifo).map(|packet| packet.at_ps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packet(at_ps: u64, key: u32) -> Arrival {
        Arrival { at_ps, key, luggage: Luggage::note(0) }
    }

    fn keys(inbox: &mut Inbox) -> Vec<u32> {
        std::iter::from_fn(|| inbox.take(u64::MAX, &Payloads::default())).map(|packet| packet.key).collect()
    }

    #[test]
    fn full_fifos_drop_the_new_or_the_old() {
        let run = |policy| {
            let (mut inbox, mut losses) = (Inbox::new(2, policy), Vec::new());
            (0..4).for_each(|i| assert!(!inbox.append(packet(10 * u64::from(i), i))));
            inbox.admit(100, &Payloads::default(), &mut losses);
            let lost: Vec<u32> = losses.iter().map(|loss| loss.packet.key).collect();
            assert_eq!(inbox.n_coming(), 0);
            (keys(&mut inbox), lost)
        };
        assert_eq!(run(FifoPolicy::Drop), (vec![0, 1], vec![2, 3]));
        assert_eq!(run(FifoPolicy::Overwrite), (vec![2, 3], vec![0, 1]));
    }

    #[test]
    fn a_long_packet_overwrites_as_many_as_it_needs_room_for() {
        let (mut inbox, mut losses) = (Inbox::new(4, FifoPolicy::Overwrite), Vec::new());
        let mut payloads = Payloads::default();
        let long = payloads.put(crate::packet::Payload::Two([1, 2]), 0);
        (0..4).for_each(|key| assert!(!inbox.append(packet(10, key))));
        inbox.append(Arrival { at_ps: 20, key: 4, luggage: long });
        inbox.admit(100, &payloads, &mut losses);
        assert_eq!(losses.iter().map(|loss| loss.packet.key).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!((inbox.n_admitted, inbox.n_overwritten, inbox.high_water_words), (5, 3, 4));
        let taken = std::iter::from_fn(|| inbox.take(200, &payloads));
        assert_eq!(taken.map(|packet| packet.key).collect::<Vec<_>>(), [3, 4]);
    }

    proptest! {
        /// Admission in one go, with the times at which the program took packets, loses what admission at once would have lost.
        #[test]
        fn late_admission_decides_as_immediate_admission(
            gaps in proptest::collection::vec(0_u64..20, 1..60),
            takes in proptest::collection::vec(1_u64..30, 0..40),
            capacity in 1_u32..6,
        ) {
            // The program looks at time 200, takes what is there at growing times, and looks again at the end.
            let mut now = 0;
            let times: Vec<u64> = gaps.iter().map(|gap| { now += gap; now }).collect();
            let (mut inbox, mut losses) = (Inbox::new(capacity, FifoPolicy::Drop), Vec::new());
            times.iter().zip(0..).for_each(|(&at, key)| { inbox.append(packet(at, key)); });
            inbox.admit(200, &Payloads::default(), &mut losses);
            let mut taken_at = Vec::new();
            let mut at = 200;
            for gap in takes {
                at += gap;
                if inbox.take(at, &Payloads::default()).is_some() {
                    taken_at.push(at);
                }
            }
            inbox.admit(u64::MAX, &Payloads::default(), &mut losses);
            // The same, packet by packet.
            let (mut in_fifo, mut lost) = (0_usize, Vec::new());
            let mut taken = taken_at.into_iter().peekable();
            for (&at, key) in times.iter().zip(0_u32..) {
                while taken.next_if(|&time| time <= at).is_some() {
                    in_fifo -= 1;
                }
                if in_fifo == capacity as usize { lost.push(key) } else { in_fifo += 1 }
            }
            prop_assert_eq!(losses.iter().map(|loss| loss.packet.key).collect::<Vec<_>>(), lost);
        }
    }
}
