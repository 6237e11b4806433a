//! Spikes in, counts out: what each PE, router and link has to do in each tick.

use gennaker_mapping::AtomOrder;
use gennaker_network::simd::{self, Task};

use crate::cycles::Work;
use crate::fanout::Rows;
use crate::traffic::{NetTraffic, Traffic};

/// The counts of one tick. Packets sent in a tick wait in the receivers' FIFOs when their next tick begins; so a PE's packets and
/// synaptic events are those of spikes sent one tick earlier, while `sent` and the traffic belong to the tick itself.
#[derive(Debug, Clone, Copy)]
pub struct TickCounts<'a> {
    /// The tick.
    pub tick: u32,
    /// By slice: packets that waited when the tick began.
    pub packets: &'a [u32],
    /// By slice: synapses that those packets met.
    pub events: &'a [u32],
    /// By slice: spikes of its neurons.
    pub sent: &'a [u32],
    /// By [`Traffic::links`]: packets sent over it.
    pub links: &'a [u32],
    /// By [`Traffic::routers`]: packets that the router looked up.
    pub routers: &'a [u32],
    /// Hops of flits on data networks, the whole machine together.
    pub flit_hops: u64,
}

impl TickCounts<'_> {
    /// The work of one PE.
    #[must_use]
    #[inline]
    pub fn work(&self, slice: usize) -> Work {
        Work { packets: self.packets[slice], events: self.events[slice], sent: self.sent[slice] }
    }
}

/// Counts tick after tick. The counts are pure functions of the spikes and the mapping, so it does not matter whether spikes come
/// from a run under way or from a recording.
#[derive(Debug)]
pub struct Counting<'a> {
    traffic: &'a Traffic,
    tick: u32,
    packets: Vec<u32>,
    events: Vec<u32>,
    /// What this tick's packets will be to their receivers; turned over at the next tick. Packets are kept as differences, since
    /// targets are mostly runs of slices.
    next_packets: Vec<i32>,
    next_events: Vec<u32>,
    /// Short rows are summed in 16 bits before they go to `next_events`.
    narrow: Vec<u16>,
    n_narrow: u32,
    sent: Vec<u32>,
    links: Vec<u32>,
    routers: Vec<u32>,
    /// Spikes of one population, as atoms.
    atoms: Vec<u32>,
    by_tree: Vec<u32>,
    touched_trees: Vec<u32>,
}

struct Adding<'a, 'c, 's> {
    counting: &'a mut Counting<'c>,
    population: usize,
    spikes: &'s [u32],
    flit_hops: &'a mut u64,
}

impl Task for Adding<'_, '_, '_> {
    #[inline(always)]
    fn run(self) {
        *self.flit_hops += self.counting.population(self.population, self.spikes);
    }
}

/// Rows of at most 255 that 16 bits hold.
const MAX_NARROW: u32 = 257;

impl<'a> Counting<'a> {
    /// Counts from tick 0 on, with nothing under way.
    #[must_use]
    pub fn new(traffic: &'a Traffic) -> Self {
        let n = traffic.n_slices;
        Self {
            traffic,
            tick: 0,
            packets: vec![0; n],
            events: vec![0; n],
            next_packets: vec![0; n + 1],
            next_events: vec![0; n],
            narrow: vec![0; n],
            n_narrow: 0,
            sent: vec![0; n],
            links: vec![0; traffic.links.len()],
            routers: vec![0; traffic.routers.len()],
            atoms: Vec::new(),
            by_tree: vec![0; traffic.trees.len()],
            touched_trees: Vec::new(),
        }
    }

    /// Counts the next tick. `spikes(population)` gives the neurons that fired in it, ascending, as often as they did.
    pub fn tick<'s>(&mut self, mut spikes: impl FnMut(usize) -> &'s [u32]) -> TickCounts<'_> {
        self.turn_over();
        let mut flit_hops = 0;
        for population in 0..self.traffic.ends.len() {
            let atoms = std::mem::take(&mut self.atoms);
            self.atoms = self.add(population, spikes(population), atoms, &mut flit_hops);
        }
        self.follow_trees();
        self.tick += 1;
        TickCounts {
            tick: self.tick - 1,
            packets: &self.packets,
            events: &self.events,
            sent: &self.sent,
            links: &self.links,
            routers: &self.routers,
            flit_hops,
        }
    }

    /// Adds the spikes of one population; returns the buffer for those that are numbered in another way than slices are.
    fn add(
        &mut self,
        population: usize,
        spikes: &[u32],
        mut atoms: Vec<u32>,
        flit_hops: &mut u64,
    ) -> Vec<u32> {
        let order = self.traffic.orders[population];
        if order == AtomOrder::Contiguous {
            simd::run(Adding { counting: self, population, spikes, flit_hops });
            return atoms;
        }
        atoms.clear();
        atoms.extend(spikes.iter().map(|&neuron| order.atom_of(neuron)));
        atoms.sort_unstable();
        simd::run(Adding { counting: self, population, spikes: &atoms, flit_hops });
        atoms
    }

    /// What was sent in the last tick arrives.
    fn turn_over(&mut self) {
        self.flush_narrow();
        std::mem::swap(&mut self.events, &mut self.next_events);
        self.next_events.fill(0);
        let mut packets = 0;
        for (now, next) in self.packets.iter_mut().zip(&self.next_packets) {
            packets += next;
            *now = packets as u32;
        }
        self.next_packets.fill(0);
        self.sent.fill(0);
        self.links.fill(0);
        self.routers.fill(0);
    }

    /// Adds the spikes of one population, given as ascending atoms; returns the flit hops of their packets.
    #[inline(always)]
    fn population(&mut self, population: usize, mut spikes: &[u32]) -> u64 {
        let traffic = self.traffic;
        let ends = &traffic.ends[population];
        let mut flit_hops = 0;
        while let Some(&first) = spikes.first() {
            let at = ends.partition_point(|&end| end <= first);
            let lo = if at == 0 { 0 } else { ends[at - 1] };
            let (own, rest) = spikes.split_at(n_below(spikes, ends[at]));
            spikes = rest;
            self.ask_for_row(population, rest);
            let slice = traffic.first_slice[population] + at;
            let n = own.len() as u32;
            self.sent[slice] += n;
            if let Some(net) = traffic.net_of[slice] {
                let net = &traffic.nets[net as usize];
                flit_hops += u64::from(n) * u64::from(net.flit_hops);
                self.send(net, own, lo);
            }
        }
        flit_hops
    }

    /// Rows are too many for the near caches: while one is added, the next one comes.
    #[inline(always)]
    fn ask_for_row(&self, population: usize, spikes: &[u32]) {
        let Some(&neuron) = spikes.first() else { return };
        let ends = &self.traffic.ends[population];
        let at = ends.partition_point(|&end| end <= neuron);
        let lo = if at == 0 { 0 } else { ends[at - 1] };
        let Some(net) = self.traffic.net_of[self.traffic.first_slice[population] + at] else { return };
        let net = &self.traffic.nets[net as usize];
        let row = (neuron - lo) as usize * net.row_len;
        if let Rows::Narrow(rows) = &net.rows {
            rows[row..row + net.row_len].iter().step_by(64).for_each(simd::prefetch);
        }
    }

    #[inline(always)]
    fn send(&mut self, net: &NetTraffic, neurons: &[u32], lo: u32) {
        let n = neurons.len() as u32;
        for &(first, len) in &net.runs {
            self.next_packets[first as usize] += n as i32;
            self.next_packets[(first + len) as usize] -= n as i32;
        }
        if self.by_tree[net.tree as usize] == 0 {
            self.touched_trees.push(net.tree);
        }
        self.by_tree[net.tree as usize] += n;
        let row =
            |neuron: u32| (neuron - lo) as usize * net.row_len..((neuron - lo) as usize + 1) * net.row_len;
        match &net.rows {
            Rows::Narrow(rows) => neurons.iter().for_each(|&neuron| self.add_narrow(net, &rows[row(neuron)])),
            Rows::Wide(rows) => {
                neurons.iter().for_each(|&neuron| add(&mut self.next_events, net, &rows[row(neuron)], 1));
            }
            Rows::Alike(ends, rows) => {
                let mut rest = neurons;
                for (&end, row) in ends.iter().zip(rows.chunks_exact(net.row_len)) {
                    let (own, after) = rest.split_at(n_below(rest, lo + end));
                    rest = after;
                    if !own.is_empty() {
                        add(&mut self.next_events, net, row, own.len() as u32);
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn add_narrow(&mut self, net: &NetTraffic, mut row: &[u8]) {
        if self.n_narrow == MAX_NARROW {
            self.flush_narrow();
        }
        self.n_narrow += 1;
        for &(first, len) in &net.spans {
            let (own, rest) = row.split_at(len as usize);
            row = rest;
            let sums = &mut self.narrow[first as usize..(first + len) as usize];
            sums.iter_mut().zip(own).for_each(|(sum, &n)| *sum += u16::from(n));
        }
    }

    #[inline(always)]
    fn flush_narrow(&mut self) {
        if self.n_narrow > 0 {
            self.next_events.iter_mut().zip(&self.narrow).for_each(|(sum, &n)| *sum += u32::from(n));
            self.narrow.fill(0);
            self.n_narrow = 0;
        }
    }

    /// Packets of slices that share a tree are followed together.
    fn follow_trees(&mut self) {
        for tree in self.touched_trees.drain(..) {
            let n = std::mem::take(&mut self.by_tree[tree as usize]);
            let tree = &self.traffic.trees[tree as usize];
            tree.links.iter().for_each(|&link| self.links[link as usize] += n);
            tree.routers.iter().for_each(|&router| self.routers[router as usize] += n);
        }
    }
}

/// How many of these ascending numbers are below `end`. Goes from the beginning in steps, as the memory likes it: there are few, or
/// they have just been recorded and are read for the first time.
#[inline(always)]
fn n_below(ascending: &[u32], end: u32) -> usize {
    const STEP: usize = 64;
    let mut from = 0;
    while ascending.get(from + STEP - 1).is_some_and(|&last| last < end) {
        from += STEP;
    }
    let near = &ascending[from..ascending.len().min(from + STEP)];
    from + near.partition_point(|&number| number < end)
}

/// Adds a row some times.
#[inline(always)]
fn add(sums: &mut [u32], net: &NetTraffic, mut row: &[u32], times: u32) {
    for &(first, len) in &net.spans {
        let (own, rest) = row.split_at(len as usize);
        row = rest;
        let sums = &mut sums[first as usize..(first + len) as usize];
        sums.iter_mut().zip(own).for_each(|(sum, &n)| *sum += n * times);
    }
}
