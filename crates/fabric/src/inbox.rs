//! What a PE has received: packets on their way to its FIFO, and the FIFO itself.
//!
//! Nobody looks at a FIFO between two handlers, so packets are appended with the time of their arrival and admitted when the PE
//! looks. That decides about full FIFOs exactly as if each had been admitted on arrival, because only the PE makes room, and when
//! it did so is remembered.

use std::collections::VecDeque;

use crate::options::FifoPolicy;

/// Packets on their way at which the first early admission is due.
const MANY: usize = 4_096;

/// A packet at the door of a PE.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) at_ps: u64,
    pub(crate) key: u32,
    pub(crate) note: u32,
    /// Slot of the payload.
    pub(crate) payload: u32,
    /// Words that it takes in the FIFO: the key and the payload.
    pub(crate) words: u32,
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
    coming: VecDeque<Arrival>,
    fifo: VecDeque<Arrival>,
    /// Words of the packets in `fifo`.
    words: u32,
    /// Words that the program has taken out and when, as long as that is in the future of some arrival.
    taken: VecDeque<(u64, u32)>,
    /// Words in `taken`.
    taken_words: u32,
    /// Capacity in words.
    capacity: u32,
    policy: FifoPolicy,
    /// Packets on their way at which early admission is due.
    look_at: usize,
    /// Packets that were admitted, dropped and overwritten; those overwritten had been admitted.
    pub(crate) n_admitted: u64,
    pub(crate) n_dropped: u64,
    pub(crate) n_overwritten: u64,
    pub(crate) high_water_words: u32,
}

impl Inbox {
    pub(crate) fn new(capacity: u32, policy: FifoPolicy) -> Self {
        Self {
            coming: VecDeque::new(),
            fifo: VecDeque::new(),
            words: 0,
            taken: VecDeque::new(),
            taken_words: 0,
            capacity,
            policy,
            look_at: MANY,
            n_admitted: 0,
            n_dropped: 0,
            n_overwritten: 0,
            high_water_words: 0,
        }
    }

    /// Adds a packet; they come in ascending order of time. True if so many are on their way that early admission is due.
    #[inline]
    pub(crate) fn append(&mut self, arrival: Arrival) -> bool {
        self.coming.push_back(arrival);
        self.coming.len() >= self.look_at
    }

    /// Admits what has arrived by `now_ps`, before which all that the program did is known; what is lost goes to `losses`.
    pub(crate) fn admit(&mut self, now_ps: u64, losses: &mut Vec<Loss>) {
        while let Some(&packet) = self.coming.front().filter(|packet| packet.at_ps <= now_ps) {
            self.forget_taken(packet.at_ps);
            let mut free = self.capacity.saturating_sub(self.words + self.taken_words);
            match self.policy {
                FifoPolicy::Stall if packet.words > free => {
                    let Some(at_ps) = self.room_at(packet.words, now_ps) else { break };
                    self.coming[0].at_ps = at_ps;
                    continue;
                }
                FifoPolicy::Overwrite => {
                    while packet.words > free && !self.fifo.is_empty() {
                        free += self.overwrite(packet.at_ps, losses);
                    }
                }
                FifoPolicy::Drop | FifoPolicy::Stall => {}
            }
            self.coming.pop_front();
            if packet.words > free {
                self.n_dropped += 1;
                losses.push(Loss { at_ps: packet.at_ps, packet, is_overwritten: false });
                continue;
            }
            self.fifo.push_back(packet);
            self.n_admitted += 1;
            self.words += packet.words;
            self.high_water_words = self.high_water_words.max(self.words + self.taken_words);
        }
        self.look_at = MANY.max(2 * self.coming.len());
    }

    /// Words taken out before an arrival are room for it.
    #[inline]
    fn forget_taken(&mut self, at_ps: u64) {
        while let Some(&(taken_ps, words)) = self.taken.front().filter(|taken| taken.0 <= at_ps) {
            debug_assert!(taken_ps <= at_ps);
            self.taken_words -= words;
            self.taken.pop_front();
        }
    }

    /// When the program will have made room for so many words, if that is by `now_ps`.
    fn room_at(&self, words: u32, now_ps: u64) -> Option<u64> {
        let mut free = self.capacity.saturating_sub(self.words + self.taken_words);
        let made = self.taken.iter().find(|taken| {
            free += taken.1;
            free >= words
        });
        made.map(|taken| taken.0).filter(|&at_ps| at_ps <= now_ps)
    }

    /// Loses the oldest packet that the program has not taken; returns its words.
    fn overwrite(&mut self, at_ps: u64, losses: &mut Vec<Loss>) -> u32 {
        let Some(packet) = self.fifo.pop_front() else { return 0 };
        self.words -= packet.words;
        self.n_overwritten += 1;
        losses.push(Loss { at_ps, packet, is_overwritten: true });
        packet.words
    }

    /// The program takes out the oldest packet.
    #[inline]
    pub(crate) fn take(&mut self, now_ps: u64) -> Option<Arrival> {
        let packet = self.fifo.pop_front()?;
        self.words -= packet.words;
        self.taken_words += packet.words;
        self.taken.push_back((now_ps, packet.words));
        Some(packet)
    }

    /// Packets in the FIFO.
    pub(crate) fn len(&self) -> usize {
        self.fifo.len()
    }

    /// Notes of the packets in the FIFO and on their way to it.
    pub(crate) fn notes(&self) -> impl Iterator<Item = u32> + '_ {
        self.fifo.iter().chain(&self.coming).map(|packet| packet.note)
    }

    /// Packets on their way to it.
    pub(crate) fn n_coming(&self) -> usize {
        self.coming.len()
    }

    /// Time of the next arrival.
    pub(crate) fn next_arrival(&self) -> Option<u64> {
        self.coming.front().map(|packet| packet.at_ps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packet(at_ps: u64, key: u32) -> Arrival {
        Arrival { at_ps, key, note: 0, payload: 0, words: 1 }
    }

    fn keys(inbox: &mut Inbox) -> Vec<u32> {
        std::iter::from_fn(|| inbox.take(u64::MAX)).map(|packet| packet.key).collect()
    }

    #[test]
    fn full_fifos_drop_the_new_or_the_old_or_wait() {
        let run = |policy| {
            let (mut inbox, mut losses) = (Inbox::new(2, policy), Vec::new());
            (0..4).for_each(|i| assert!(!inbox.append(packet(10 * u64::from(i), i))));
            inbox.admit(100, &mut losses);
            let lost: Vec<u32> = losses.iter().map(|loss| loss.packet.key).collect();
            (keys(&mut inbox), lost, inbox.n_coming())
        };
        assert_eq!(run(FifoPolicy::Drop), (vec![0, 1], vec![2, 3], 0));
        assert_eq!(run(FifoPolicy::Overwrite), (vec![2, 3], vec![0, 1], 0));
        assert_eq!(run(FifoPolicy::Stall), (vec![0, 1], vec![], 2));
    }

    proptest! {
        /// Admission in one go, with the times at which the program took packets, loses what admission at once would have lost.
        #[test]
        fn late_admission_decides_as_immediate_admission(
            gaps in proptest::collection::vec(0_u64..20, 1..60),
            takes in proptest::collection::vec(0_u64..30, 0..40),
            capacity in 1_u32..6,
        ) {
            // The program looks at time 200, takes what is there at growing times, and looks again at the end.
            let mut now = 0;
            let times: Vec<u64> = gaps.iter().map(|gap| { now += gap; now }).collect();
            let (mut inbox, mut losses) = (Inbox::new(capacity, FifoPolicy::Drop), Vec::new());
            times.iter().zip(0..).for_each(|(&at, key)| { inbox.append(packet(at, key)); });
            inbox.admit(200, &mut losses);
            let mut taken_at = Vec::new();
            let mut at = 200;
            for gap in takes {
                at += gap;
                if inbox.take(at).is_some() {
                    taken_at.push(at);
                }
            }
            inbox.admit(u64::MAX, &mut losses);
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
