//! Packets on their way: from a PE through routers and links to the FIFOs.
//!
//! A packet costs one event per router. When it comes to a router, the time at which the engines take it, each output that it
//! takes and its arrivals in FIFOs follow from when these were last busy; only where something is blocked does it wait in a queue
//! and for another event.

use gennaker_machine::Link;
use gennaker_network::random::{key_of, philox};

use crate::chip::{Chip, LOCAL, N_LINKS, NOWHERE, Timing, Wire};
use crate::inbox::{Arrival, Inbox, Loss};
use crate::options::{FabricOptions, TickSource};
use crate::packet::{Packet, Payload, Payloads};
use crate::pe::PeState;
use crate::program::Memory;
use crate::queue::EventQueue;
use crate::report::{Incident, Incidents, Mishap, Queue, Totals};
use crate::routes::{Resolved, Routes};
use crate::stall::Flit;

/// Look-ups by which engines may be ahead of an arrival before it waits in the queue: saves an event where packets only touch.
const AHEAD: u64 = 8;
/// Purposes of random words; the first attempt to transmit has `ERROR`, the second the next number, and so on.
const LOSS: u32 = 0x1000;
const ERROR: u32 = 0x1001;

/// Something that happens.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Event {
    /// A packet comes to the engines of a chip by a port.
    Packet { chip: u32, port: u8, packet: Packet },
    /// The engines of a chip can go on.
    Router(u32),
    /// A transmitter can go on.
    Wire(u32),
    /// The first packet that waits for room at a transmitter has waited too long.
    Deadline(u32),
    /// A handler of a PE is due.
    Run(u32),
    /// The timer of a PE ticks, if it is of this generation.
    Timer(u32, u32),
    /// A PE that wants to know gets a packet.
    Arrived(u32),
    /// A PE is interrupted by a core of its chip.
    Software(u32, u8),
    /// The accelerator of a PE is done.
    Accelerator(u32),
    /// There is room again behind a doorway of a chip.
    Doorway(u32, u8),
    /// A transfer asks for its memory.
    TransferStart(u32),
    /// A transfer is done.
    TransferEnd(u32),
}

/// A DMA transfer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Transfer {
    pub(crate) pe: u32,
    pub(crate) from: Memory,
    pub(crate) to: Memory,
    pub(crate) n_words: u32,
    pub(crate) tag: u32,
}

/// Everything but the programs.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) queue: EventQueue<Event>,
    /// Time of the present event.
    pub(crate) now_ps: u64,
    pub(crate) timing: Timing,
    pub(crate) options: FabricOptions,
    pub(crate) chips: Vec<Chip>,
    /// Six per chip.
    pub(crate) wires: Vec<Wire>,
    /// Per chip and heading, the wire by which packets with that heading come, or [`NOWHERE`].
    pub(crate) upstream: Vec<u32>,
    pub(crate) routes: Routes,
    pub(crate) payloads: Payloads,
    pub(crate) pes: Vec<PeState>,
    /// Per PE, beside the rest of its state, as every packet comes here.
    pub(crate) inboxes: Vec<Inbox>,
    pub(crate) transfers: Vec<Transfer>,
    pub(crate) free_transfers: Vec<u32>,
    pub(crate) sram_words: usize,
    pub(crate) dram_words: u32,
    pub(crate) totals: Totals,
    pub(crate) incidents: Incidents,
    pub(crate) losses: Vec<Loss>,
    pub(crate) n_events: u64,
    /// Whether full FIFOs stall the data network.
    pub(crate) stalls: bool,
    /// Packets between routers or between a PE and its router.
    pub(crate) n_flying: u64,
}

impl World {
    /// A PE sends a packet at a time in its handler.
    #[inline]
    pub(crate) fn send(&mut self, index: usize, now_ps: u64, key: u32, payload: Payload) {
        self.totals.sent += 1;
        let pe = &mut self.pes[index];
        pe.n_sent += 1;
        let leaves_ps = now_ps.max(pe.egress_free);
        pe.egress_free = leaves_ps + self.timing.flit_ps;
        let (chip, core, note) = (pe.chip, pe.core, pe.note);
        let class = match pe.block {
            Some((block, class)) if block.matches(key) => class,
            _ => self.routes.class_of(key),
        };
        if payload.n_words() > self.timing.max_payload_words {
            self.totals.too_long += 1;
            return self.note_loss(now_ps, chip, Queue::Router, key, note, Mishap::TooLong);
        }
        let packet = Packet { key, class, luggage: self.payloads.put(payload, note) };
        let door = self.routes.door(core);
        let at_ps = leaves_ps + u64::from(door.way_ps) + self.timing.router_ps;
        let port = LOCAL + (u64::from(door.ingress) % self.timing.noc_ports) as u8;
        self.n_flying += 1;
        self.queue.push(at_ps, Event::Packet { chip, port, packet });
    }

    /// A packet has come to a router.
    #[inline]
    pub(crate) fn arrive(&mut self, at_ps: u64, chip: u32, port: u8, packet: Packet) {
        self.n_flying -= 1;
        let ahead_ps = AHEAD * self.timing.lookup_ps;
        let c = &mut self.chips[chip as usize];
        let is_free = c.n_waiting == 0 && c.engine_free <= at_ps + ahead_ps;
        if is_free && c.n_blocked < self.timing.issue_packets {
            return self.serve(at_ps, chip, port, packet);
        }
        c.waiting[usize::from(port)].push_back(packet);
        c.n_waiting += 1;
        c.max_waiting = c.max_waiting.max(c.n_waiting);
        self.schedule_router(at_ps, chip);
    }

    fn schedule_router(&mut self, now_ps: u64, chip: u32) {
        let c = &mut self.chips[chip as usize];
        if !c.is_ready_due && c.n_waiting > 0 && c.n_blocked < self.timing.issue_packets {
            c.is_ready_due = true;
            self.queue.push(c.engine_free.max(now_ps), Event::Router(chip));
        }
    }

    /// The engines go on with what waits.
    pub(crate) fn router_ready(&mut self, now_ps: u64, chip: u32) {
        let ahead_ps = AHEAD * self.timing.lookup_ps;
        self.chips[chip as usize].is_ready_due = false;
        loop {
            let c = &mut self.chips[chip as usize];
            if c.n_blocked >= self.timing.issue_packets || c.engine_free > now_ps + ahead_ps {
                break;
            }
            let Some((packet, port)) = c.next_waiting() else { break };
            self.serve(now_ps, chip, port, packet);
        }
        self.schedule_router(now_ps, chip);
    }

    /// The engines take a packet and hand it on.
    #[inline]
    fn serve(&mut self, now_ps: u64, chip: u32, port: u8, packet: Packet) {
        self.totals.routed += 1;
        let c = &mut self.chips[chip as usize];
        let at_ps = now_ps.max(c.engine_free);
        c.engine_free = at_ps + self.timing.lookup_ps;
        c.n_packets += 1;
        let route = self.routes.decide(chip, packet.class, packet.key);
        if port < LOCAL {
            self.return_credit(at_ps, chip, port);
        }
        let (payload, note) = self.payloads.take(packet.luggage);
        let mut links = route.links;
        if route.is_miss {
            if port >= LOCAL || !self.timing.default_route {
                // The packet itself is lost, not a copy made of it.
                self.totals.made += 1;
                self.totals.no_route += 1;
                return self.note_loss(at_ps, chip, Queue::Router, packet.key, note, Mishap::NoRoute);
            }
            links = 1 << port;
        }
        if route.n_landings > 0 {
            self.land(at_ps, chip, route, packet.key, payload, note);
        }
        for _ in 0..route.n_unused {
            self.totals.made += 1;
            self.totals.unused_core += 1;
            self.note_loss(at_ps, chip, Queue::Router, packet.key, note, Mishap::UnusedCore);
        }
        while links != 0 {
            let link = links.trailing_zeros();
            links &= links - 1;
            self.totals.made += 1;
            let copy = Packet { luggage: self.payloads.put(payload, note), ..packet };
            self.offer(at_ps, chip * N_LINKS + link, copy);
        }
    }

    /// Copies for local PEs: one flit per QuadPE.
    #[inline]
    fn land(&mut self, at_ps: u64, chip: u32, route: Resolved, key: u32, payload: Payload, note: u32) {
        let timing = &self.timing;
        let c = &mut self.chips[chip as usize];
        let leaves_ps = at_ps.max(c.noc_free);
        c.noc_free =
            leaves_ps + u64::from(route.n_landings).div_ceil(timing.noc_ports) * timing.router_cycle_ps;
        // The engines wait for the ports, apart from the few packets that fit between.
        c.engine_free = c.engine_free.max(c.noc_free.saturating_sub(AHEAD * timing.router_cycle_ps));
        let mut n_copies = 0;
        for at in route.first..route.first + route.n_landings {
            let landing = self.routes.landings[at as usize];
            let c = &mut self.chips[chip as usize];
            let free = &mut c.ingress_free[usize::from(landing.ingress)];
            let at_ps = (leaves_ps + u64::from(landing.way_ps)).max(*free);
            *free = at_ps + self.timing.flit_ps;
            n_copies += u64::from(landing.n_pes);
            if self.stalls {
                let luggage = self.payloads.put(payload, note);
                self.queue_up(chip, Flit { at_ps, key, luggage, landing });
                continue;
            }
            for target in landing.pes() {
                let pe = self.routes.pes[target];
                let luggage = self.payloads.put(payload, note);
                self.append(pe, Arrival { at_ps, key, luggage });
            }
        }
        self.totals.made += n_copies;
    }

    #[inline]
    fn append(&mut self, index: u32, arrival: Arrival) {
        let inbox = &mut self.inboxes[index as usize];
        let is_due = inbox.append(arrival);
        if inbox.is_alert {
            inbox.is_alert = false;
            self.queue.push(arrival.at_ps, Event::Arrived(index));
        }
        if is_due {
            self.admit(index as usize, self.now_ps);
        }
    }

    /// Admits packets to a FIFO up to a time by which all that its program has done is known.
    pub(crate) fn admit(&mut self, index: usize, now_ps: u64) {
        if self.stalls {
            let (chip, core) = (self.pes[index].chip, self.pes[index].core);
            return self.let_in(chip, usize::from(self.routes.door(core).ingress), now_ps);
        }
        self.inboxes[index].admit(now_ps, &self.payloads, &mut self.losses);
        if self.losses.is_empty() {
            return;
        }
        let losses = std::mem::take(&mut self.losses);
        let (chip, core) = (self.pes[index].chip, self.pes[index].core);
        for Loss { at_ps, packet, is_overwritten } in losses {
            let (_, note) = self.payloads.take(packet.luggage);
            let what = if is_overwritten { Mishap::Overwritten } else { Mishap::FifoFull };
            self.note_loss(at_ps, chip, Queue::Fifo(core), packet.key, note, what);
        }
    }

    /// A packet leaves the queue before the engines, so the link has room for another one.
    #[inline]
    fn return_credit(&mut self, at_ps: u64, chip: u32, port: u8) {
        let id = self.upstream[(chip * N_LINKS + u32::from(port)) as usize];
        if id != NOWHERE {
            self.wires[id as usize].credits += 1;
            self.schedule_wire(at_ps, id);
        }
    }

    /// A router's engines offer a packet to a link.
    #[inline]
    fn offer(&mut self, at_ps: u64, id: u32, packet: Packet) {
        let wire = &mut self.wires[id as usize];
        if wire.to == NOWHERE {
            return self.lose_on(at_ps, id, packet, Mishap::LinkDead);
        }
        if wire.queue.is_empty() && wire.free_at <= at_ps && wire.credits > 0 {
            return self.transmit(at_ps, id, packet);
        }
        if wire.queue.len() < self.timing.link_output_packets {
            wire.queue.push_back((packet, at_ps));
            wire.max_waiting = wire.max_waiting.max((wire.queue.len() + wire.blocked.len()) as u32);
            return self.schedule_wire(at_ps, id);
        }
        let deadline_ps = at_ps + self.timing.timeout_ps;
        wire.blocked.push_back((packet, deadline_ps));
        wire.max_waiting = wire.max_waiting.max((wire.queue.len() + wire.blocked.len()) as u32);
        let c = &mut self.chips[(id / N_LINKS) as usize];
        c.n_blocked += 1;
        c.max_blocked = c.max_blocked.max(c.n_blocked);
        self.queue.push(deadline_ps, Event::Deadline(id));
    }

    fn schedule_wire(&mut self, now_ps: u64, id: u32) {
        let wire = &mut self.wires[id as usize];
        if wire.is_ready_due || wire.credits == 0 {
            return;
        }
        if let Some(&(_, since_ps)) = wire.queue.front() {
            wire.is_ready_due = true;
            self.queue.push(now_ps.max(wire.free_at).max(since_ps), Event::Wire(id));
        }
    }

    /// A transmitter goes on with what waits for it.
    pub(crate) fn wire_ready(&mut self, now_ps: u64, id: u32) {
        let wire = &mut self.wires[id as usize];
        wire.is_ready_due = false;
        if wire.credits > 0 && wire.free_at <= now_ps {
            let Some((packet, _)) = wire.queue.pop_front() else { return };
            self.transmit(now_ps, id, packet);
            self.unblock(now_ps, id);
        }
        self.schedule_wire(now_ps, id);
    }

    /// Packets beside the engines move up to the transmitter's queue.
    fn unblock(&mut self, now_ps: u64, id: u32) {
        let wire = &mut self.wires[id as usize];
        if wire.queue.len() < self.timing.link_output_packets
            && let Some((packet, _)) = wire.blocked.pop_front()
        {
            wire.queue.push_back((packet, now_ps));
            let chip = id / N_LINKS;
            self.chips[chip as usize].n_blocked -= 1;
            self.schedule_router(now_ps, chip);
        }
    }

    /// What has waited too long for room at a transmitter is dropped.
    pub(crate) fn deadline(&mut self, now_ps: u64, id: u32) {
        let chip = id / N_LINKS;
        while let Some(&(packet, _)) =
            self.wires[id as usize].blocked.front().filter(|first| first.1 <= now_ps)
        {
            let wire = &mut self.wires[id as usize];
            wire.blocked.pop_front();
            wire.n_timed_out += 1;
            self.totals.timed_out += 1;
            let (_, note) = self.payloads.take(packet.luggage);
            self.chips[chip as usize].n_blocked -= 1;
            self.note_loss(now_ps, chip, link_of(id), packet.key, note, Mishap::TimedOut);
        }
        self.schedule_router(now_ps, chip);
    }

    /// Puts a packet on a link that is free.
    #[inline]
    fn transmit(&mut self, at_ps: u64, id: u32, packet: Packet) {
        let n_words = self.payloads.words(packet.luggage) - 1;
        let wire = &mut self.wires[id as usize];
        let n_link_packets = u64::from(if n_words <= 1 {
            gennaker_machine::spinnaker2::LINK_PACKETS_SHORT_PAYLOAD.value
        } else {
            gennaker_machine::spinnaker2::LINK_PACKETS_LONG_PAYLOAD.value
        });
        let number = wire.n_packets;
        wire.n_packets += 1;
        let mut n_again = 0;
        if wire.error_below > 0 {
            n_again = retransmissions(self.options.seed, wire.name, number, n_link_packets, wire.error_below);
            wire.n_retransmitted += n_again;
            self.totals.retransmitted += n_again;
        }
        let duration_ps = wire.packet_ps * (n_link_packets + n_again);
        wire.free_at = at_ps + duration_ps;
        wire.busy_ps += duration_ps;
        // The latency contains the transmission of one link packet.
        let arrives_ps = at_ps + wire.latency_ps + duration_ps - wire.packet_ps;
        if arrives_ps > wire.dies_at_ps {
            return self.lose_on(at_ps, id, packet, Mishap::LinkDead);
        }
        let draw = || draw(self.options.seed, wire.name, number, LOSS)[0];
        if wire.loss_below > 0 && u64::from(draw()) < wire.loss_below {
            return self.lose_on(at_ps, id, packet, Mishap::LinkLost);
        }
        wire.credits -= 1;
        let (chip, port) = (wire.to, (id % N_LINKS) as u8);
        self.n_flying += 1;
        self.queue.push(arrives_ps + self.timing.router_ps, Event::Packet { chip, port, packet });
    }

    /// A link loses a packet.
    #[cold]
    fn lose_on(&mut self, at_ps: u64, id: u32, packet: Packet, what: Mishap) {
        self.wires[id as usize].n_lost += 1;
        match what {
            Mishap::LinkLost => self.totals.link_lost += 1,
            _ => self.totals.link_dead += 1,
        }
        let (_, note) = self.payloads.take(packet.luggage);
        self.note_loss(at_ps, id / N_LINKS, link_of(id), packet.key, note, what);
    }

    #[cold]
    pub(crate) fn note_loss(
        &mut self,
        time_ps: u64,
        chip: u32,
        queue: Queue,
        key: u32,
        note: u32,
        what: Mishap,
    ) {
        let chip = self.chips[chip as usize].xy;
        self.incidents.add(Incident { time_ps, chip, queue, key, note, what });
    }

    /// The phase of a PE's timer.
    pub(crate) fn phase_ps(&self, index: usize, period_ps: u64) -> u64 {
        match self.options.tick_source {
            TickSource::ChipGlobal => 0,
            TickSource::Timer => ((u128::from(self.pes[index].phase) * u128::from(period_ps)) >> 64) as u64,
        }
    }
}

fn link_of(id: u32) -> Queue {
    Link::from_index((id % N_LINKS) as u8).map_or(Queue::Router, Queue::Link)
}

/// Random words that belong to one packet of one link.
fn draw(seed: u64, [chip, link]: [u32; 2], number: u64, purpose: u32) -> [u32; 4] {
    philox([number as u32, (number >> 32) as u32, chip, purpose << 3 | link], key_of(seed))
}

/// How many link packets of a packet have to be sent again.
fn retransmissions(seed: u64, name: [u32; 2], number: u64, n_link_packets: u64, error_below: u64) -> u64 {
    let (mut n_left, mut n_again) = (n_link_packets, 0);
    for attempt in 0.. {
        for word in draw(seed, name, number, ERROR + attempt) {
            if u64::from(word) < error_below {
                n_again += 1;
            } else {
                n_left -= 1;
            }
            if n_left == 0 {
                return n_again;
            }
        }
    }
    n_again
}
