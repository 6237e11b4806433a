//! The part of an account that grows with every PE and tick: sums and maxima, sixteen PEs at a time.
//!
//! Times are in units in which the cycles of all clocks are whole numbers ([`unit_hz`]), so that work that just fits a tick is found to
//! fit it, and sums in double precision are exact.

use gennaker_network::simd::{self, Task};

use crate::coefficients::Coefficients;
use crate::counting::TickCounts;
use crate::cycles::Work;

/// PEs of a block. Its loops have this fixed length, so that they become vector instructions.
const LANES: usize = 16;

/// Units of time per second: the least common multiple of the clocks, or a picosecond where that is beyond reason.
pub(super) fn unit_hz(clocks: impl Iterator<Item = u64>) -> f64 {
    const MAX_HZ: u64 = 1_000_000_000_000;
    let common = clocks.fold(1u64, |a, b| (a / gcd(a, b).max(1)).saturating_mul(b).min(MAX_HZ));
    #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
    (common as f64)
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// How PEs choose their level: the low one, and from some number of packets on the high one. Every policy comes down to this.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Choice {
    /// Numbers of the two levels.
    pub(super) low: u8,
    pub(super) high: u8,
    /// The level at which the PE sleeps.
    pub(super) asleep: u8,
    /// Time per cycle at the two levels.
    pub(super) cycle: [f64; 2],
    /// Time lost to changes of level in a tick at the two levels.
    pub(super) switch: [f64; 2],
}

/// One PE to be accounted for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FoldedPe {
    pub(super) choice: Choice,
    /// Packets from which on the high level is taken; `u32::MAX` for never.
    pub(super) threshold: u32,
    /// Cycles of every tick.
    pub(super) fixed: f64,
    /// Length of its FIFO.
    pub(super) fifo_words: u32,
}

/// Cycles for one packet, one synaptic event and one spike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Costs {
    pub(super) packet: f64,
    pub(super) event: f64,
    pub(super) spike: f64,
}

/// What is known of one PE after some ticks.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct PeSums {
    pub(super) packets: u64,
    pub(super) events: u64,
    pub(super) sent: u64,
    /// Busy cycles at the low and the high level.
    pub(super) cycles: [u64; 2],
    /// Ticks at the high level.
    pub(super) n_high: u32,
    pub(super) max: Extremes,
    /// Time by which the PE is behind now.
    pub(super) lag: f64,
}

/// The worst of all ticks.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Extremes {
    pub(super) packets: u32,
    pub(super) packets_tick: u32,
    /// Latest end of work after the tick began, and without what was left of earlier ticks.
    pub(super) done: f64,
    pub(super) done_tick: u32,
    pub(super) own: f64,
    pub(super) overruns: u32,
    pub(super) first_overrun: Option<u32>,
    pub(super) lag: f64,
    pub(super) overflows: u32,
}

/// Up to sixteen PEs with the same choice. Cycles are whole numbers far below 2^53, so that sums in double precision are exact.
#[derive(Debug, Clone)]
struct Block {
    first: usize,
    n: usize,
    choice: Choice,
    threshold: [u32; LANES],
    fixed: [f64; LANES],
    lag: [f64; LANES],
    /// When the latest tick's work ended.
    done: [f64; LANES],
    packets: [u64; LANES],
    events: [u64; LANES],
    sent: [u64; LANES],
    high_cycles: [f64; LANES],
    n_high: [u32; LANES],
    /// Bounds that a tick has to pass to be worth a closer look.
    most_packets: [u32; LANES],
    most_done: [f64; LANES],
    most_own: [f64; LANES],
}

/// All PEs in use.
#[derive(Debug, Clone)]
pub(super) struct Fold {
    blocks: Vec<Block>,
    extremes: Vec<Extremes>,
    fifo_words: Vec<u32>,
    costs: Costs,
    tick_length: f64,
    ticks: u32,
}

/// A PE's work in the tick just taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Latest {
    pub(super) is_high: bool,
    pub(super) cycles: f64,
    pub(super) done: f64,
}

impl Fold {
    pub(super) fn new(pes: &[FoldedPe], costs: Costs, tick_length: f64) -> Self {
        let alike = pes.chunk_by(|a, b| a.choice == b.choice);
        let mut first = 0;
        let blocks = alike.flat_map(|pes| pes.chunks(LANES)).map(|pes| {
            first += pes.len();
            Block::new(first - pes.len(), pes)
        });
        Self {
            blocks: blocks.collect(),
            extremes: vec![Extremes::default(); pes.len()],
            fifo_words: pes.iter().map(|pe| pe.fifo_words).collect(),
            costs,
            tick_length,
            ticks: 0,
        }
    }

    pub(super) fn tick(&mut self, counts: &TickCounts<'_>) {
        simd::run(Taking { fold: self, counts });
        self.ticks += 1;
    }

    /// What is known of every PE.
    pub(super) fn sums(&self) -> impl Iterator<Item = (Choice, PeSums)> + '_ {
        self.blocks
            .iter()
            .flat_map(move |block| (0..block.n).map(move |lane| (block.choice, self.of(block, lane))))
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "exact"
    )]
    fn of(&self, block: &Block, lane: usize) -> PeSums {
        let (packets, events, sent) = (block.packets[lane], block.events[lane], block.sent[lane]);
        let cycles = f64::from(self.ticks) * block.fixed[lane]
            + packets as f64 * self.costs.packet
            + events as f64 * self.costs.event
            + sent as f64 * self.costs.spike;
        let high = block.high_cycles[lane];
        PeSums {
            packets,
            events,
            sent,
            cycles: [(cycles - high) as u64, high as u64],
            n_high: block.n_high[lane],
            max: self.extremes[block.first + lane],
            lag: block.lag[lane],
        }
    }

    /// The tick just taken, PE by PE, for those who want to keep it.
    pub(super) fn latest<'a>(
        &'a self,
        counts: &'a TickCounts<'a>,
    ) -> impl Iterator<Item = (Choice, Latest)> + 'a {
        self.blocks.iter().flat_map(move |block| {
            (0..block.n).map(move |lane| {
                let work = counts.work(block.first + lane);
                let is_high = work.packets >= block.threshold[lane];
                let cycles = self.costs.of(block.fixed[lane], work);
                (block.choice, Latest { is_high, cycles, done: block.done[lane] })
            })
        })
    }
}

impl Costs {
    pub(super) fn of_all(coefficients: &Coefficients) -> Self {
        Self {
            packet: coefficients.cycles_per_packet,
            event: coefficients.cycles_per_synaptic_event,
            spike: coefficients.cycles_per_sent_spike,
        }
    }

    #[inline(always)]
    fn of(self, fixed: f64, work: Work) -> f64 {
        fixed
            + f64::from(work.packets) * self.packet
            + f64::from(work.events) * self.event
            + f64::from(work.sent) * self.spike
    }
}

struct Taking<'a, 'c> {
    fold: &'a mut Fold,
    counts: &'a TickCounts<'c>,
}

impl Task for Taking<'_, '_> {
    #[inline(always)]
    fn run(self) {
        let Fold { blocks, extremes, fifo_words, costs, tick_length, .. } = self.fold;
        for block in blocks {
            let taken = Lanes::load(self.counts, block.first, block.n);
            if let Some(own) = block.take(&taken, *costs, *tick_length) {
                let range = block.first..block.first + block.n;
                block.look(&taken, &own, self.counts.tick, &mut extremes[range.clone()], &fifo_words[range]);
            }
        }
    }
}

/// The counts of a block.
struct Lanes {
    packets: [u32; LANES],
    events: [u32; LANES],
    sent: [u32; LANES],
}

impl Lanes {
    #[inline(always)]
    fn load(counts: &TickCounts<'_>, first: usize, n: usize) -> Self {
        // The usual case, a full block, is a copy of known length.
        let lanes = |all: &[u32]| {
            <[u32; LANES]>::try_from(&all[first..first + n]).unwrap_or_else(|_| {
                let mut lanes = [0; LANES];
                lanes[..n].copy_from_slice(&all[first..first + n]);
                lanes
            })
        };
        Self { packets: lanes(counts.packets), events: lanes(counts.events), sent: lanes(counts.sent) }
    }
}

impl Block {
    fn new(first: usize, pes: &[FoldedPe]) -> Self {
        let (mut threshold, mut fixed) = ([u32::MAX; LANES], [0.0; LANES]);
        for (lane, pe) in pes.iter().enumerate() {
            (threshold[lane], fixed[lane]) = (pe.threshold, pe.fixed);
        }
        Self {
            first,
            n: pes.len(),
            choice: pes[0].choice,
            threshold,
            fixed,
            lag: [0.0; LANES],
            done: [0.0; LANES],
            packets: [0; LANES],
            events: [0; LANES],
            sent: [0; LANES],
            high_cycles: [0.0; LANES],
            n_high: [0; LANES],
            most_packets: [0; LANES],
            most_done: [0.0; LANES],
            most_own: [0.0; LANES],
        }
    }

    /// Adds a tick; returns each PE's own time if any PE did worse than ever before, or too little.
    #[inline(always)]
    fn take(&mut self, taken: &Lanes, costs: Costs, tick_length: f64) -> Option<[f64; LANES]> {
        let Choice { cycle, switch, .. } = self.choice;
        // One short loop for each step: each becomes a few vector instructions, where one long loop stays scalar.
        let (mut cycles, mut own, mut is_high) = ([0.0; LANES], [0.0; LANES], [false; LANES]);
        for i in 0..LANES {
            self.packets[i] += u64::from(taken.packets[i]);
            self.events[i] += u64::from(taken.events[i]);
            self.sent[i] += u64::from(taken.sent[i]);
        }
        for i in 0..LANES {
            let work = Work { packets: taken.packets[i], events: taken.events[i], sent: taken.sent[i] };
            cycles[i] = costs.of(self.fixed[i], work);
            is_high[i] = work.packets >= self.threshold[i];
        }
        self.n_high.iter_mut().zip(is_high).for_each(|(n, is_high)| *n += u32::from(is_high));
        for i in 0..LANES {
            let cycle = if is_high[i] { cycle[1] } else { cycle[0] };
            let switch = if is_high[i] { switch[1] } else { switch[0] };
            self.high_cycles[i] += if is_high[i] { cycles[i] } else { 0.0 };
            own[i] = cycles[i] * cycle + switch;
        }
        for (i, &own) in own.iter().enumerate() {
            self.done[i] = self.lag[i] + own;
            let over = self.done[i] - tick_length;
            self.lag[i] = if over > 0.0 { over } else { 0.0 };
        }
        let mut is_worth = 0;
        for (i, &own) in own.iter().enumerate() {
            let is_late = u64::from(self.done[i] > self.most_done[i]) | u64::from(own > self.most_own[i]);
            is_worth |= is_late | u64::from(self.lag[i] > 0.0);
        }
        for i in 0..LANES {
            is_worth |= u64::from(taken.packets[i] > self.most_packets[i]);
        }
        (is_worth != 0).then_some(own)
    }

    /// Keeps the worst. Seldom needed, so it is written for reading.
    #[cold]
    fn look(
        &mut self,
        taken: &Lanes,
        own: &[f64; LANES],
        tick: u32,
        extremes: &mut [Extremes],
        fifo_words: &[u32],
    ) {
        for (i, worst) in extremes.iter_mut().enumerate() {
            if taken.packets[i] > worst.packets {
                (worst.packets, worst.packets_tick) = (taken.packets[i], tick);
            }
            if self.done[i] > worst.done {
                (worst.done, worst.done_tick) = (self.done[i], tick);
            }
            worst.own = worst.own.max(own[i]);
            if self.lag[i] > 0.0 {
                worst.overruns += 1;
                worst.first_overrun.get_or_insert(tick);
                worst.lag = worst.lag.max(self.lag[i]);
            }
            worst.overflows += u32::from(taken.packets[i] > fifo_words[i]);
            // A FIFO that overflows has to be looked at in every tick in which it does.
            self.most_packets[i] = worst.packets.min(fifo_words[i]);
            (self.most_done[i], self.most_own[i]) = (worst.done, worst.own);
        }
        // Lanes without a PE never did anything worse than nothing.
        for i in extremes.len()..LANES {
            self.most_packets[i] = u32::MAX;
            (self.most_done[i], self.most_own[i]) = (f64::INFINITY, f64::INFINITY);
        }
    }
}
