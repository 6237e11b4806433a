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

/// A packet under way. Payloads lie beside, as most packets have none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packet {
    pub(crate) key: u32,
    /// Packets of one class take the same way: a slice's key block, or a single key.
    pub(crate) class: u32,
    pub(crate) note: u32,
    /// Slot of the payload, or [`NO_PAYLOAD`].
    pub(crate) payload: u32,
}

/// The slot of packets without payload.
pub(crate) const NO_PAYLOAD: u32 = u32::MAX;

/// Payloads of packets under way; each packet in flight owns its slot.
#[derive(Debug, Default)]
pub(crate) struct Payloads {
    slots: Vec<Payload>,
    free: Vec<u32>,
}

impl Payloads {
    pub(crate) fn put(&mut self, payload: Payload) -> u32 {
        if payload == Payload::None {
            return NO_PAYLOAD;
        }
        if let Some(slot) = self.free.pop() {
            self.slots[slot as usize] = payload;
            return slot;
        }
        self.slots.push(payload);
        self.slots.len() as u32 - 1
    }

    /// Empties a slot.
    #[inline]
    pub(crate) fn take(&mut self, slot: u32) -> Payload {
        if slot == NO_PAYLOAD {
            return Payload::None;
        }
        self.free.push(slot);
        self.slots[slot as usize]
    }

    /// Looks at a slot that stays in use.
    pub(crate) fn get(&self, slot: u32) -> Payload {
        if slot == NO_PAYLOAD { Payload::None } else { self.slots[slot as usize] }
    }
}
