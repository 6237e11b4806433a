//! The neurons' program: one tick of one slice, as a PE runs it.

use std::sync::Arc;

use gennaker_energy::{LevelPolicy, Levels, PeCycles, Work};
use gennaker_mapping::{Mapping, PackedSynapse};
use gennaker_network::{Network, SynapseWord};

use crate::literal::neuron::Neuron;
use crate::packet::{Payload, Received};
use crate::program::{Interrupt, Pe, Program};
use crate::snn::report::{Trouble, What};
use crate::snn::rows::Rows;

/// What all PEs share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) levels: Levels,
    pub(crate) tick_ns: u64,
    pub(crate) cycles_per_tick: u64,
    pub(crate) keeps_work: bool,
    pub(crate) max_troubles: usize,
}

/// What a PE did in one tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TickWork {
    /// Packets, synaptic events and spikes.
    pub work: Work,
    /// The performance level at which it was done.
    pub level: u8,
    /// When it began, in ps of the machine's time.
    pub began_ps: u64,
    /// When it was done, in ps of the machine's time.
    pub done_ps: u64,
}

/// A slice of a population on its PE.
#[derive(Debug)]
pub(crate) struct SlicePe {
    shared: Arc<Shared>,
    slice: u32,
    /// The numbers of its neurons in the population.
    numbers: Vec<u32>,
    /// Key of the first neuron, unless nobody listens.
    key: Option<u32>,
    rows: Rows,
    word: Option<SynapseWord>,
    neurons: Vec<Neuron>,
    /// Sums by slot, neuron and receptor: excitatory and inhibitory.
    ring: Vec<[i32; 2]>,
    n_slots: usize,
    policy: LevelPolicy,
    cost: PeCycles,
    cycles_per_neuron: u64,
    /// The next tick.
    pub(crate) tick: u32,
    /// Spikes: tick and neuron of the population.
    pub(crate) spikes: Vec<(u32, u32)>,
    pub(crate) work: Vec<TickWork>,
    pub(crate) troubles: Vec<Trouble>,
    pub(crate) n_late: u64,
    pub(crate) n_early: u64,
    pub(crate) n_unknown: u64,
    pub(crate) n_overruns: u64,
    pub(crate) max_overrun_ps: u64,
    pub(crate) max_lag_ticks: u64,
}

impl SlicePe {
    pub(crate) fn new(
        network: &Network,
        mapping: &Mapping,
        index: usize,
        (policy, cost): (LevelPolicy, PeCycles),
        shared: &Arc<Shared>,
    ) -> Self {
        let slice = &mapping.slices[index];
        let population = slice.population as usize;
        let word = network.populations[population].model.descriptor().synapse_word;
        let n_slots = word.map_or(1, SynapseWord::n_delays) as usize;
        let n = u64::from(slice.n_neurons());
        let order = mapping.order(population);
        let numbers: Vec<u32> = (slice.lo..slice.hi).map(|atom| order.neuron_of(atom)).collect();
        Self {
            shared: Arc::clone(shared),
            slice: index as u32,
            key: mapping.net_of(index).map(|_| slice.key),
            rows: Rows::build(network, mapping, index),
            word,
            neurons: numbers.iter().map(|&neuron| Neuron::new(network, population, neuron)).collect(),
            numbers,
            ring: vec![[0; 2]; n_slots * slice.n_neurons() as usize],
            n_slots,
            policy,
            cost,
            cycles_per_neuron: (cost.fixed - shared.cycles_per_tick) / n.max(1),
            tick: 0,
            spikes: Vec::new(),
            work: Vec::new(),
            troubles: Vec::new(),
            n_late: 0,
            n_early: 0,
            n_unknown: 0,
            n_overruns: 0,
            max_overrun_ps: 0,
            max_lag_ticks: 0,
        }
    }

    /// One tick: drain the FIFO as it was at the start, update the neurons and send, sleep.
    fn run_tick(&mut self, due_ps: u64, pe: &mut Pe<'_>) {
        let began_ps = pe.now_ps();
        let lag_ticks = (began_ps - due_ps) / (self.shared.tick_ns * 1_000);
        self.max_lag_ticks = self.max_lag_ticks.max(lag_ticks);
        let n_packets = pe.n_packets() as u32;
        let shared = Arc::clone(&self.shared);
        let level = shared.levels.choose(self.policy, &self.cost, n_packets, shared.tick_ns);
        pe.set_level(level);
        pe.set_note(self.tick);
        pe.charge(shared.cycles_per_tick);
        let events = self.drain(pe);
        let sent = self.update(pe);
        let done_ps = pe.now_ps();
        let work = Work { packets: n_packets, events, sent };
        if shared.keeps_work {
            self.work.push(TickWork { work, level, began_ps, done_ps });
        }
        match pe.next_tick_ps().filter(|&next_ps| done_ps > next_ps) {
            Some(next_ps) => self.note_overrun(done_ps - next_ps),
            None => pe.set_level(shared.levels.asleep(self.policy)),
        }
        self.tick += 1;
    }

    /// The synapse phase; returns the synaptic events.
    fn drain(&mut self, pe: &mut Pe<'_>) -> u32 {
        let mut n_events = 0;
        while let Some(packet) = pe.next_packet() {
            if packet.note + 1 != self.tick {
                self.note_time(packet);
            }
            let n = self.add_row(packet.key);
            n_events += n;
            pe.charge(self.cost.per_packet + u64::from(n) * self.cost.per_event);
        }
        n_events
    }

    /// Adds the weights of a key's synapses; returns their number.
    fn add_row(&mut self, key: u32) -> u32 {
        let n = self.neurons.len();
        let (tick, n_slots, ring) = (self.tick, self.n_slots, &mut self.ring);
        let add = |synapse: PackedSynapse| {
            let slot = (tick + synapse.delay) as usize % n_slots;
            let receptor = usize::from(synapse.weight < 0);
            let sum = &mut ring[slot * n + synapse.index as usize][receptor];
            *sum = sum.saturating_add(synapse.weight.abs());
        };
        let n_synapses = self.word.and_then(|word| self.rows.for_each(word, key, add));
        self.n_unknown += u64::from(n_synapses.is_none());
        n_synapses.unwrap_or(0)
    }

    /// The neuron phase; returns the spikes.
    fn update(&mut self, pe: &mut Pe<'_>) -> u32 {
        let n = self.neurons.len();
        let slot = self.tick as usize % self.n_slots;
        let mut n_sent = 0;
        for i in 0..n {
            let [excitation, inhibition] = std::mem::take(&mut self.ring[slot * n + i]);
            let n_spikes = self.neurons[i].step(self.tick, excitation, inhibition);
            pe.charge(self.cycles_per_neuron);
            for _ in 0..n_spikes {
                pe.charge(self.cost.per_spike);
                self.spikes.push((self.tick, self.numbers[i]));
                if let Some(key) = self.key {
                    pe.send(key + i as u32, Payload::None);
                }
            }
            n_sent += n_spikes;
        }
        n_sent
    }

    fn note_overrun(&mut self, by_ps: u64) {
        self.n_overruns += 1;
        self.max_overrun_ps = self.max_overrun_ps.max(by_ps);
        self.note(What::Overrun { by_ps });
    }

    /// A spike takes effect in another tick than the one after it was sent.
    #[cold]
    fn note_time(&mut self, packet: Received) {
        let due = packet.note + 1;
        if due < self.tick {
            self.n_late += 1;
            self.note(What::Late { key: packet.key, by_ticks: self.tick - due });
        } else {
            self.n_early += 1;
            self.note(What::Early { key: packet.key, by_ticks: due - self.tick });
        }
    }

    fn note(&mut self, what: What) {
        // Those of one PE come in the order of its ticks, so the first ones are the earliest.
        if self.troubles.len() < self.shared.max_troubles {
            self.troubles.push(Trouble { tick: self.tick, slice: self.slice, what });
        }
    }
}

impl Program for SlicePe {
    fn interrupt(&mut self, why: Interrupt, pe: &mut Pe<'_>) {
        match why {
            Interrupt::Start => pe.start_timer(0, self.shared.tick_ns),
            Interrupt::Timer { due_ps, .. } => self.run_tick(due_ps, pe),
            _ => {}
        }
    }
}
