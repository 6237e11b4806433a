//! Packets as programs see them and as they travel.

/// What a packet carries besides its key: nothing, or 32, 64 or 128 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Payload {
    /// Nothing, as a spike.
    #[default]
    None,
    /// 32 bits.
    One(u32),
    /// 64 bits.
    Two([u32; 2]),
    /// 128 bits.
    Four([u32; 4]),
}

impl Payload {
    /// Its length in 32-bit words: 0, 1, 2 or 4.
    #[must_use]
    pub fn n_words(&self) -> u32 {
        match self {
            Self::None => 0,
            Self::One(_) => 1,
            Self::Two(_) => 2,
            Self::Four(_) => 4,
        }
    }
}

/// A packet that a program takes from its FIFO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// Its multicast key.
    pub key: u32,
    /// What it carries.
    pub payload: Payload,
    /// When it was written into the FIFO, in ps.
    pub arrived_ps: u64,
    /// The note that the sender's program had set ([`crate::Pe::set_note`]). No hardware carries it: it is for observers.
    pub note: u32,
}

/// A packet under way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packet {
    pub(crate) key: u32,
    /// Packets of one class take the same way: a slice's key block, or a single key.
    pub(crate) class: u32,
    pub(crate) luggage: Luggage,
}

/// The note of a packet without payload, or the slot in which note and payload lie: most packets have no payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Luggage(u32);

/// Marks slots.
const SLOT: u32 = 1 << 31;
/// Largest note.
pub(crate) const MAX_NOTE: u32 = SLOT - 1;

impl Luggage {
    /// Of a packet without payload.
    pub(crate) fn note(note: u32) -> Self {
        Self(note & MAX_NOTE)
    }

    /// Of a packet that the program has taken: the words that it took in the FIFO.
    pub(crate) fn words(words: u32) -> Self {
        Self(words)
    }

    /// The words that were given to [`Luggage::words`].
    #[inline]
    pub(crate) fn n_words(self) -> u32 {
        self.0
    }

    #[inline]
    fn slot(self) -> Option<usize> {
        (self.0 & SLOT != 0).then_some((self.0 & MAX_NOTE) as usize)
    }
}

/// Payloads of packets under way; each packet in flight owns its slot.
#[derive(Debug, Default)]
pub(crate) struct Payloads {
    slots: Vec<(Payload, u32)>,
    free: Vec<u32>,
}

impl Payloads {
    #[inline]
    pub(crate) fn put(&mut self, payload: Payload, note: u32) -> Luggage {
        if payload == Payload::None { Luggage::note(note) } else { self.store(payload, note) }
    }

    fn store(&mut self, payload: Payload, note: u32) -> Luggage {
        if let Some(slot) = self.free.pop() {
            self.slots[slot as usize] = (payload, note);
            return Luggage(slot | SLOT);
        }
        self.slots.push((payload, note));
        Luggage((self.slots.len() as u32 - 1) | SLOT)
    }

    /// Payload and note; empties the slot.
    #[inline]
    pub(crate) fn take(&mut self, luggage: Luggage) -> (Payload, u32) {
        if let Some(slot) = luggage.slot() {
            self.free.push(slot as u32);
        }
        self.get(luggage)
    }

    /// Payload and note of a packet that stays under way.
    #[inline]
    pub(crate) fn get(&self, luggage: Luggage) -> (Payload, u32) {
        luggage.slot().map_or((Payload::None, luggage.0), |slot| self.slots[slot])
    }

    /// Words that a packet takes in a FIFO: its key and its payload.
    #[inline]
    pub(crate) fn words(&self, luggage: Luggage) -> u32 {
        1 + luggage.slot().map_or(0, |slot| self.slots[slot].0.n_words())
    }
}
