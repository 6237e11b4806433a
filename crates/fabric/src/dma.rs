//! Transfers between memories of one chip.
//!
//! A transfer takes its latency and its bytes over the bandwidth that it shares: all transfers of a PE share its DMA controller,
//! all that touch the DRAM of a chip share its port, both in the order in which they ask. Words are copied at the end.

use crate::error::FabricError;
use crate::program::Memory;
use crate::time::transfer_ps;
use crate::transport::{Event, Transfer, World};

/// Words of a DRAM page.
const PAGE: u32 = 1_024;
const BYTES_PER_WORD: u64 = 4;
/// Alignment of addresses and lengths in words: one flit.
const ALIGNMENT: u32 = 4;

impl World {
    /// The PE that runs the program of a core.
    pub(crate) fn pe_at(&self, chip: u32, core: u8) -> Option<u32> {
        self.routes.program_at(chip, core)
    }

    /// Time from one core of a chip to another through the data network, in ps.
    pub(crate) fn way_between(&self, from: u8, to: u8) -> u64 {
        let place = gennaker_machine::CorePosition::of;
        let hops = match (place(from), place(to)) {
            (Some(from), Some(to)) => from.quad.hops_to(to.quad) + 1,
            _ => 1,
        };
        self.timing.noc.ps(u64::from(hops) * self.timing.noc_cycles_per_hop)
    }

    /// A PE's SRAM; it is all zero until it is written.
    pub(crate) fn sram(&mut self, pe: usize) -> &mut [u32] {
        let words = self.sram_words;
        let sram = &mut self.pes[pe].sram;
        if sram.is_empty() {
            sram.resize(words, 0);
        }
        sram
    }

    /// Refuses what the DMA controller cannot do.
    pub(crate) fn check_transfer(&self, transfer: Transfer) -> Result<(), FabricError> {
        let pe = &self.pes[transfer.pe as usize];
        let refuse = |problem| {
            Err(FabricError::Dma { chip: pe.xy, core: pe.core, n_words: transfer.n_words, problem })
        };
        let is_own = |memory| matches!(memory, Memory::Own(_));
        if !is_own(transfer.from) && !is_own(transfer.to) {
            return refuse("one side must be the PE's own SRAM");
        }
        for memory in [transfer.from, transfer.to] {
            let (word, limit) = match memory {
                Memory::Own(word) => (word, self.sram_words as u64),
                Memory::Pe { core, word } => {
                    if self.pe_at(pe.chip, core).is_none() {
                        return refuse("the other core runs no program");
                    }
                    (word, self.sram_words as u64)
                }
                Memory::Dram(word) => (word, u64::from(self.dram_words)),
            };
            if !word.is_multiple_of(ALIGNMENT) || !transfer.n_words.is_multiple_of(ALIGNMENT) {
                return refuse("give addresses and lengths in multiples of 4 words (16 bytes)");
            }
            if u64::from(word) + u64::from(transfer.n_words) > limit {
                return refuse("it goes beyond the end of the memory");
            }
        }
        Ok(())
    }

    /// Puts a transfer to its DMA controller.
    pub(crate) fn start_transfer(&mut self, now_ps: u64, transfer: Transfer) {
        let slot = match self.free_transfers.pop() {
            Some(slot) => slot,
            None => {
                self.transfers.push(transfer);
                self.transfers.len() as u32 - 1
            }
        };
        self.transfers[slot as usize] = transfer;
        self.queue.push(now_ps, Event::TransferStart(slot));
    }

    /// A transfer gets its share of the bandwidth.
    pub(crate) fn serve_transfer(&mut self, now_ps: u64, slot: u32) {
        let transfer = self.transfers[slot as usize];
        let bytes = u64::from(transfer.n_words) * BYTES_PER_WORD;
        let on_noc_ps = self.timing.noc.ps(bytes.div_ceil(self.timing.dma_bytes_per_cycle).max(1));
        let (chip, core) = (self.pes[transfer.pe as usize].chip, self.pes[transfer.pe as usize].core);
        let start_ps = now_ps.max(self.pes[transfer.pe as usize].dma_free);
        let end_ps = match (transfer.from, transfer.to) {
            (Memory::Dram(_), _) | (_, Memory::Dram(_)) => {
                let port = &mut self.chips[chip as usize].dram_free;
                let begins_ps = start_ps.max(*port);
                let moved_ps = transfer_ps(bytes, self.timing.dram_bytes_per_s).max(on_noc_ps);
                *port = begins_ps.saturating_add(moved_ps);
                port.saturating_add(self.timing.dram_ps)
            }
            // A read is asked for on the way there and answered on the way back.
            (Memory::Pe { core: other, .. }, _) => {
                start_ps.saturating_add(2 * self.way_between(core, other) + on_noc_ps)
            }
            (_, Memory::Pe { core: other, .. }) => {
                start_ps.saturating_add(self.way_between(core, other) + on_noc_ps)
            }
            _ => start_ps.saturating_add(on_noc_ps),
        };
        self.pes[transfer.pe as usize].dma_free = end_ps;
        self.queue.push(end_ps, Event::TransferEnd(slot));
    }

    /// Copies the words of a transfer and forgets it; returns the PE and the program's tag.
    pub(crate) fn end_transfer(&mut self, slot: u32) -> (u32, u32) {
        let transfer = self.transfers[slot as usize];
        self.free_transfers.push(slot);
        let words = self.read_words(transfer);
        self.write_words(transfer, &words);
        (transfer.pe, transfer.tag)
    }

    fn read_words(&mut self, transfer: Transfer) -> Vec<u32> {
        let n = transfer.n_words as usize;
        match self.place_of(transfer, transfer.from) {
            Ok((pe, word)) => self.sram(pe)[word as usize..word as usize + n].to_vec(),
            Err((chip, word)) => {
                let dram = &self.chips[chip].dram;
                let at = |word: u32| dram.get(&(word / PAGE)).map_or(0, |page| page[(word % PAGE) as usize]);
                (word..word + transfer.n_words).map(at).collect()
            }
        }
    }

    fn write_words(&mut self, transfer: Transfer, words: &[u32]) {
        match self.place_of(transfer, transfer.to) {
            Ok((pe, word)) => {
                self.sram(pe)[word as usize..word as usize + words.len()].copy_from_slice(words);
            }
            Err((chip, word)) => {
                let dram = &mut self.chips[chip].dram;
                for (at, value) in (word..).zip(words) {
                    let page = dram.entry(at / PAGE).or_insert_with(|| vec![0; PAGE as usize]);
                    page[(at % PAGE) as usize] = *value;
                }
            }
        }
    }

    /// The PE whose SRAM it is, or else the chip whose DRAM it is, with the first word.
    fn place_of(&self, transfer: Transfer, memory: Memory) -> Result<(usize, u32), (usize, u32)> {
        let chip = self.pes[transfer.pe as usize].chip;
        match memory {
            Memory::Own(word) => Ok((transfer.pe as usize, word)),
            // Checked when the transfer was asked for; programs do not go away.
            Memory::Pe { core, word } => Ok((self.pe_at(chip, core).unwrap_or(transfer.pe) as usize, word)),
            Memory::Dram(word) => Err((chip as usize, word)),
        }
    }
}
