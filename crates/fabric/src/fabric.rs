//! The machine with programs on its PEs.

use gennaker_machine::{ChipXy, Link, Machine};
use gennaker_mapping::{ChipTable, KeyMask, Place};
use gennaker_network::random::{key_of, philox};

use crate::chip::{Chip, N_LINKS, NOWHERE, Timing, Wire};
use crate::error::FabricError;
use crate::inbox::Inbox;
use crate::options::{FabricOptions, FifoPolicy};
use crate::packet::Payloads;
use crate::pe::PeState;
use crate::program::{Interrupt, Pe, Program};
use crate::queue::EventQueue;
use crate::report::{FabricReport, Incidents, LinkReport, PeReport, RouterReport, Totals};
use crate::routes::Routes;
use crate::stall::Doorway;
use crate::time::{END_PS, PS_PER_NS};
use crate::transport::{Event, World};

/// Purposes of random words, apart from those of links.
const PHASE: u32 = 0x100;
const DRIFT: u32 = 0x101;

/// A machine whose PEs run programs of type `P`; `Box<dyn Program>` lets them differ.
#[derive(Debug)]
pub struct Fabric<P> {
    programs: Vec<P>,
    world: World,
    machine: Machine,
}

/// How a PE is set up before its program starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PeSetup {
    /// Words of its receive FIFO; `None` is the machine's default.
    pub fifo_words: Option<u32>,
    /// Performance level at the start; `None` is the highest.
    pub level: Option<u8>,
    /// The block of keys that it sends, if there is one: packets with these keys are routed faster on the host.
    pub keys: Option<KeyMask>,
}

impl<P: Program> Fabric<P> {
    /// A machine whose routers hold these tables and whose PEs run nothing yet.
    ///
    /// # Errors
    /// Options outside their ranges, or a table for a chip that the machine does not have.
    pub fn new(
        machine: &Machine,
        tables: &[ChipTable],
        options: &FabricOptions,
    ) -> Result<Self, FabricError> {
        options.check(machine)?;
        let xys: Vec<ChipXy> = machine.chips().collect();
        if let Some(table) = tables.iter().find(|table| xys.binary_search(&table.chip).is_err()) {
            let problem =
                format!("there is a routing table for chip {}, which is not on the machine", table.chip);
            return Err(FabricError::Mapping { problem });
        }
        let timing = Timing::new(machine, options);
        let doors = timing.doors(machine);
        let n_ingresses = doors.iter().map(|door| usize::from(door.ingress) + 1).max().unwrap_or(1);
        let index_of = |xy: ChipXy| xys.binary_search(&xy).ok().map(|index| index as u32);
        let chip = |&xy| Chip::new(xy, drift_ppb(options, xy), n_ingresses, timing.noc_ports);
        let wire = |xy: ChipXy| Link::ALL.map(|link| Wire::new(machine, options, xy, link, index_of));
        let wires: Vec<Wire> = xys.iter().flat_map(|&xy| wire(xy)).collect();
        let spec = &machine.spec().chip;
        let world = World {
            queue: EventQueue::new(),
            now_ps: 0,
            chips: xys.iter().map(chip).collect(),
            upstream: upstream(&wires),
            wires,
            routes: Routes::new(&xys, tables, doors),
            timing,
            options: options.clone(),
            payloads: Payloads::default(),
            pes: Vec::new(),
            inboxes: Vec::new(),
            transfers: Vec::new(),
            free_transfers: Vec::new(),
            sram_words: spec.pe.sram_bytes as usize / 4,
            dram_words: u32::try_from(spec.dram_bytes / 4).unwrap_or(u32::MAX),
            totals: Totals::default(),
            incidents: Incidents::new(options.max_incidents),
            losses: Vec::new(),
            n_events: 0,
            stalls: options.fifo_policy == FifoPolicy::Stall,
            n_flying: 0,
        };
        Ok(Self { programs: Vec::new(), world, machine: machine.clone() })
    }

    /// Puts a program on a core. It gets its first interrupt when the machine runs on.
    ///
    /// # Errors
    /// [`FabricError::BadCore`] if applications may not use the core or it has a program, [`FabricError::Option`] for a level that is
    /// not there.
    pub fn load(&mut self, place: Place, program: P, setup: PeSetup) -> Result<(), FabricError> {
        let Place { chip: xy, core } = place;
        let chip = self.free_core(place)?;
        let levels = self.world.timing.clocks.len();
        let level = setup.level.unwrap_or(levels as u8 - 1);
        if usize::from(level) >= levels {
            let range = format!("0 to {}", levels - 1);
            return Err(FabricError::Option { option: "level", value: level.to_string(), range });
        }
        let index = self.programs.len() as u32;
        let fifo_words = setup.fifo_words.unwrap_or(self.machine.spec().chip.pe.event_fifo_words);
        let block = setup.keys.map(|keys| (keys, self.world.routes.add_class(keys)));
        let words = philox([name_of(xy), u32::from(core), 0, PHASE], key_of(self.world.options.seed));
        let phase = u64::from(words[0]) << 32 | u64::from(words[1]);
        self.world.pes.push(PeState { chip, xy, core, block, level, phase, ..PeState::asleep(levels) });
        self.world.inboxes.push(Inbox::new(fifo_words, self.world.options.fifo_policy));
        self.programs.push(program);
        self.world.routes.set_program(chip, core, index);
        self.raise(self.world.now_ps, index, Interrupt::Start);
        Ok(())
    }

    /// The chip of a core that can get a program.
    fn free_core(&self, place: Place) -> Result<u32, FabricError> {
        let Place { chip: xy, core } = place;
        let refuse = |problem| Err(FabricError::BadCore { chip: xy, core, problem });
        if !self.machine.application_cores(xy).any(|free| free == core) {
            return refuse("it is not there, dead, or kept for system software");
        }
        let Ok(chip) = self.world.chips.binary_search_by_key(&xy, |chip| chip.xy) else {
            return refuse("its chip is not on the machine");
        };
        if self.world.routes.program_at(chip as u32, core).is_some() {
            return refuse("it has a program already");
        }
        if self.world.n_events > 0 {
            return refuse("the machine has run: load all programs before");
        }
        Ok(chip as u32)
    }

    /// Runs everything that happens before this time, in ns, and before 2^63 ps (106 days).
    pub fn run_until(&mut self, end_ns: u64) {
        let end_ps = end_ns.saturating_mul(PS_PER_NS).min(END_PS);
        while let Some((now_ps, event)) = self.world.queue.pop_before(end_ps) {
            self.world.now_ps = now_ps;
            self.world.n_events += 1;
            self.handle(now_ps, event);
        }
        self.world.now_ps = self.world.now_ps.max(end_ps);
        self.settle(end_ps.saturating_sub(1));
    }

    /// Runs until nothing more happens. A program whose timer runs for ever does not let that be: stop it, or use
    /// [`Fabric::run_until`] and [`Fabric::drain`].
    pub fn run(&mut self) {
        while let Some((now_ps, event)) = self.world.queue.pop_before(END_PS) {
            self.world.now_ps = now_ps;
            self.world.n_events += 1;
            self.handle(now_ps, event);
        }
        self.settle(END_PS);
    }

    /// Ends all programs and lets every packet under way arrive, but for those that wait before full FIFOs under
    /// [`FifoPolicy::Stall`].
    pub fn drain(&mut self) {
        self.world.inboxes.iter_mut().for_each(|inbox| inbox.is_alert = false);
        for pe in &mut self.world.pes {
            pe.is_finished = true;
            pe.timer = None;
            pe.raised.clear();
        }
        self.run();
    }

    /// Admits to the FIFOs what has come to them by a time.
    fn settle(&mut self, now_ps: u64) {
        for index in 0..self.world.pes.len() {
            let (chip, core) = (self.world.pes[index].chip, self.world.pes[index].core);
            if self.world.stalls {
                // Whoever needs to be told comes back by an event of its own: how a run is cut changes nothing.
                let _ = self.world.pass(chip, usize::from(self.world.routes.door(core).ingress), now_ps);
            } else {
                self.world.admit(index, now_ps);
            }
        }
    }

    /// Programs, in the order in which they were loaded.
    #[must_use]
    pub fn programs(&self) -> &[P] {
        &self.programs
    }

    /// The same to be changed between runs, as a host does that writes to memory.
    pub fn programs_mut(&mut self) -> &mut [P] {
        &mut self.programs
    }

    /// The time up to which the machine has run, in ps.
    #[must_use]
    pub fn now_ps(&self) -> u64 {
        self.world.now_ps
    }

    #[inline]
    fn handle(&mut self, now_ps: u64, event: Event) {
        match event {
            Event::Packet { chip, port, packet } => self.world.arrive(now_ps, chip, port, packet),
            Event::Router(chip) => self.world.router_ready(now_ps, chip),
            Event::Wire(id) => self.world.wire_ready(now_ps, id),
            Event::Deadline(id) => self.world.deadline(now_ps, id),
            Event::Run(pe) => self.run_handler(now_ps, pe),
            Event::Timer(pe, generation) => self.tick(now_ps, pe, generation),
            Event::Arrived(pe) => {
                self.world.pes[pe as usize].is_packet_due = true;
                self.raise(now_ps, pe, Interrupt::Packets);
            }
            Event::Software(pe, from) => self.raise(now_ps, pe, Interrupt::Software { from }),
            Event::Accelerator(pe) => self.raise(now_ps, pe, Interrupt::AcceleratorDone),
            Event::Doorway(chip, doorway) => self.world.let_in(chip, usize::from(doorway), now_ps),
            Event::TransferStart(slot) => self.world.serve_transfer(now_ps, slot),
            Event::TransferEnd(slot) => {
                let (pe, tag) = self.world.end_transfer(slot);
                self.raise(now_ps, pe, Interrupt::DmaDone { tag });
            }
        }
    }

    fn raise(&mut self, now_ps: u64, index: u32, why: Interrupt) {
        let pe = &mut self.world.pes[index as usize];
        if pe.is_finished {
            return;
        }
        pe.raised.push_back(why);
        if !pe.is_run_due {
            pe.is_run_due = true;
            self.world.queue.push(now_ps.max(pe.busy_until), Event::Run(index));
        }
    }

    fn tick(&mut self, now_ps: u64, index: u32, generation: u32) {
        let Some(timer) = &mut self.world.pes[index as usize].timer else { return };
        if timer.generation != generation {
            return;
        }
        let number = timer.number;
        timer.number += 1;
        let next_ps = timer.due(timer.number);
        self.world.queue.push(next_ps.max(now_ps), Event::Timer(index, generation));
        self.raise(now_ps, index, Interrupt::Timer { number, due_ps: now_ps });
    }

    /// Runs the program for the interrupt that has waited longest.
    fn run_handler(&mut self, now_ps: u64, index: u32) {
        let at = index as usize;
        let pe = &mut self.world.pes[at];
        pe.is_run_due = false;
        let Some(why) = pe.raised.pop_front() else { return };
        if let Interrupt::Timer { due_ps, .. } = why {
            pe.max_lag_ps = pe.max_lag_ps.max(now_ps - due_ps);
        }
        if why == Interrupt::Packets {
            pe.is_packet_due = false;
        }
        self.world.admit(at, now_ps);
        let n_packets = self.world.inboxes[at].len();
        let mut handle = Pe::new(&mut self.world, at, now_ps);
        self.programs[at].interrupt(why, &mut handle);
        let end_ps = handle.settle();
        let pe = &mut self.world.pes[at];
        pe.n_handled += 1;
        pe.busy_ps += end_ps - now_ps;
        pe.busy_until = end_ps;
        if !pe.raised.is_empty() {
            pe.is_run_due = true;
            self.world.queue.push(end_ps, Event::Run(index));
        }
        let made_room = self.world.inboxes[at].len() < n_packets;
        self.look_on(now_ps, end_ps, made_room, index);
    }

    /// After a handler: the next packet interrupt, and room that was made for packets that wait before the FIFO.
    fn look_on(&mut self, began_ps: u64, end_ps: u64, made_room: bool, index: u32) {
        self.watch(began_ps, end_ps, index);
        let world = &mut self.world;
        if world.stalls && made_room {
            let pe = &world.pes[index as usize];
            let (chip, doorway) = (pe.chip, world.routes.door(pe.core).ingress);
            world.let_in(chip, usize::from(doorway), began_ps);
        }
    }

    /// Sees to the next packet interrupt after a handler.
    fn watch(&mut self, began_ps: u64, end_ps: u64, index: u32) {
        let world = &mut self.world;
        let pe = &world.pes[index as usize];
        if !pe.wants_packets || pe.is_packet_due || pe.is_finished {
            return;
        }
        let next = if world.stalls {
            world.next_flit(index, began_ps)
        } else {
            world.inboxes[index as usize].next_arrival()
        };
        match next {
            Some(next_ps) => {
                world.pes[index as usize].is_packet_due = true;
                world.queue.push(next_ps.max(end_ps), Event::Arrived(index));
            }
            None => world.inboxes[index as usize].is_alert = true,
        }
    }

    /// Everything about the machine so far.
    #[must_use]
    pub fn report(&self) -> FabricReport {
        let world = &self.world;
        FabricReport {
            time_ps: world.now_ps,
            n_events: world.n_events,
            totals: self.totals(),
            pes: world.pes.iter().zip(&world.inboxes).map(|(pe, inbox)| pe_report(pe, inbox)).collect(),
            routers: world.chips.iter().filter(|c| c.n_packets > 0).map(|c| self.router_report(c)).collect(),
            links: (0..).zip(&world.wires).filter_map(|(id, wire)| self.link_report(id, wire)).collect(),
            incidents: world.incidents.earliest(),
            n_incidents: world.incidents.n_all,
        }
    }

    /// Sums over the machine.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let world = &self.world;
        let inboxes = || world.inboxes.iter();
        let overwritten = inboxes().map(|inbox| inbox.n_overwritten).sum();
        let waiting: u32 = world.chips.iter().map(|chip| chip.n_waiting).sum();
        let at_links: usize = world.wires.iter().map(|wire| wire.queue.len() + wire.blocked.len()).sum();
        let doorways = world.chips.iter().flat_map(|chip| &chip.doorways);
        let stalled: u64 = doorways.map(Doorway::n_copies).sum();
        let coming: usize = inboxes().map(Inbox::n_coming).sum();
        Totals {
            delivered: inboxes().map(|inbox| inbox.n_admitted).sum::<u64>() - overwritten,
            under_way: world.n_flying + u64::from(waiting) + (at_links + coming) as u64 + stalled,
            fifo_dropped: inboxes().map(|inbox| inbox.n_dropped).sum(),
            overwritten,
            ..world.totals
        }
    }

    /// Looks at the notes of all packets that have not come into a FIFO, or have and were not taken.
    pub(crate) fn for_each_note_under_way(&self, mut look: impl FnMut(u32)) {
        let world = &self.world;
        let mut look = |luggage| look(world.payloads.get(luggage).1);
        world.queue.for_each(|event| {
            if let Event::Packet { packet, .. } = event {
                look(packet.luggage);
            }
        });
        let waiting = world.chips.iter().flat_map(|chip| chip.waiting.iter().flatten());
        waiting.for_each(|packet| look(packet.luggage));
        let at_links = world.wires.iter().flat_map(|wire| wire.queue.iter().chain(&wire.blocked));
        at_links.for_each(|waiting| look(waiting.0.luggage));
        let flits = world.chips.iter().flat_map(|chip| &chip.doorways).flat_map(|doorway| &doorway.flits);
        flits.for_each(|flit| flit.landing.pes().for_each(|_| look(flit.luggage)));
        world.inboxes.iter().flat_map(Inbox::luggage).for_each(look);
    }

    fn router_report(&self, chip: &Chip) -> RouterReport {
        RouterReport {
            chip: chip.xy,
            packets: chip.n_packets,
            busy_ps: chip.n_packets * self.world.timing.lookup_ps,
            max_waiting: chip.max_waiting,
            max_blocked: chip.max_blocked,
        }
    }

    fn link_report(&self, id: u32, wire: &Wire) -> Option<LinkReport> {
        let is_used = wire.n_packets > 0 || wire.n_lost > 0;
        let link = Link::from_index((id % N_LINKS) as u8).filter(|_| is_used)?;
        Some(LinkReport {
            chip: self.world.chips[(id / N_LINKS) as usize].xy,
            link,
            packets: wire.n_packets,
            busy_ps: wire.busy_ps,
            max_waiting: wire.max_waiting,
            timed_out: wire.n_timed_out,
            lost: wire.n_lost,
            retransmitted: wire.n_retransmitted,
        })
    }
}

fn pe_report(pe: &PeState, inbox: &Inbox) -> PeReport {
    PeReport {
        chip: pe.xy,
        core: pe.core,
        handled: pe.n_handled,
        busy_ps: pe.busy_ps,
        cycles: pe.cycles.clone(),
        n_level_changes: pe.n_level_changes,
        sent: pe.n_sent,
        received: inbox.n_admitted,
        fifo_dropped: inbox.n_dropped,
        overwritten: inbox.n_overwritten,
        fifo_high_water_words: inbox.high_water_words,
        max_lag_ps: pe.max_lag_ps,
        is_finished: pe.is_finished,
    }
}

/// Per chip and heading, the wire by which packets with that heading come.
fn upstream(wires: &[Wire]) -> Vec<u32> {
    let mut upstream = vec![NOWHERE; wires.len()];
    for (id, wire) in (0_u32..).zip(wires) {
        if wire.to != NOWHERE {
            upstream[(wire.to * N_LINKS + id % N_LINKS) as usize] = id;
        }
    }
    upstream
}

/// A chip as a word, for random numbers that no other chip can shift.
pub(crate) fn name_of(chip: ChipXy) -> u32 {
    u32::from(chip.x) << 16 | u32::from(chip.y)
}

/// A chip's drift: its own, or drawn evenly from the range.
fn drift_ppb(options: &FabricOptions, chip: ChipXy) -> i64 {
    let own = options.drift_of.iter().find(|own| own.chip == chip).map(|own| own.ppm);
    let drawn = || {
        let word = philox([name_of(chip), 0, 0, DRIFT], key_of(options.seed))[0];
        options.drift_ppm * (f64::from(word) / f64::from(u32::MAX) * 2.0 - 1.0)
    };
    (own.unwrap_or_else(drawn) * 1e3).round() as i64
}
