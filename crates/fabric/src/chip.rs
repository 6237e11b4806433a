//! The parts of a chip between its PEs and its neighbours: router, links, DRAM port.

use std::collections::{BTreeMap, VecDeque};

use gennaker_machine::{ChipXy, CorePosition, Link, LinkClass, Machine, spinnaker2 as s2};

use crate::fabric::name_of;
use crate::options::FabricOptions;
use crate::packet::Packet;
use crate::routes::Door;
use crate::stall::Doorway;
use crate::time::{Clock, PS_PER_NS};

/// Links of a chip.
pub(crate) const N_LINKS: u32 = 6;
/// The first port by which packets of local cores come to a router; lower ones are those of the links, by heading.
pub(crate) const LOCAL: u8 = 6;
/// No chip.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// One chip.
#[derive(Debug)]
pub(crate) struct Chip {
    pub(crate) xy: ChipXy,
    /// Drift of its timers in parts per 10^9.
    pub(crate) drift_ppb: i64,
    /// When the engines can start the next packet.
    pub(crate) engine_free: u64,
    /// When the ports to the data network are free.
    pub(crate) noc_free: u64,
    /// When the last mesh hop to each QuadPE is free.
    pub(crate) ingress_free: Vec<u64>,
    /// What waits before each QuadPE, where full FIFOs stall.
    pub(crate) doorways: Vec<Doorway>,
    /// Packets before the engines, by port; the engines take the ports in turn.
    pub(crate) waiting: Vec<VecDeque<Packet>>,
    pub(crate) n_waiting: u32,
    /// The port whose turn it is.
    pub(crate) turn: usize,
    /// Whether the engines are going to look at `waiting`.
    pub(crate) is_ready_due: bool,
    /// Packets beside the engines.
    pub(crate) n_blocked: u32,
    /// When the DRAM has done what it was asked for so far.
    pub(crate) dram_free: u64,
    /// DRAM in pages of 1,024 words, as far as it was written.
    pub(crate) dram: BTreeMap<u32, Vec<u32>>,
    pub(crate) n_packets: u64,
    pub(crate) max_waiting: u32,
    pub(crate) max_blocked: u32,
}

/// One direction of a link: the output at the sending chip.
#[derive(Debug)]
pub(crate) struct Wire {
    /// Chip and link as a word each, for random numbers that no other link can shift.
    pub(crate) name: [u32; 2],
    /// The chip at the other end, or [`NOWHERE`].
    pub(crate) to: u32,
    /// Transmission of one link packet.
    pub(crate) packet_ps: u64,
    /// From router to router.
    pub(crate) latency_ps: u64,
    /// Places free before the next router's engines.
    pub(crate) credits: u32,
    /// When the transmitter is free.
    pub(crate) free_at: u64,
    /// Packets at the output, with the time from which on they may go.
    pub(crate) queue: VecDeque<(Packet, u64)>,
    /// Packets beside the engines that wait for room in `queue`, with the time until which they do.
    pub(crate) blocked: VecDeque<(Packet, u64)>,
    /// Whether the transmitter is going to look at `queue`.
    pub(crate) is_ready_due: bool,
    pub(crate) dies_at_ps: u64,
    /// Bounds of a 32-bit random word below which a packet is lost, or a link packet is transmitted wrongly.
    pub(crate) loss_below: u64,
    pub(crate) error_below: u64,
    pub(crate) n_packets: u64,
    pub(crate) busy_ps: u64,
    pub(crate) max_waiting: u32,
    pub(crate) n_timed_out: u64,
    pub(crate) n_lost: u64,
    pub(crate) n_retransmitted: u64,
}

/// Times and sizes that are the same on all chips.
#[derive(Debug, Clone)]
pub(crate) struct Timing {
    /// One look-up.
    pub(crate) lookup_ps: u64,
    /// One cycle of the router.
    pub(crate) router_cycle_ps: u64,
    /// From the router's input to its engines' decision.
    pub(crate) router_ps: u64,
    pub(crate) timeout_ps: u64,
    /// One flit of the data network.
    pub(crate) flit_ps: u64,
    pub(crate) noc: Clock,
    pub(crate) noc_cycles_per_hop: u64,
    pub(crate) noc_ports: u64,
    pub(crate) default_route: bool,
    pub(crate) max_payload_words: u32,
    pub(crate) link_output_packets: usize,
    pub(crate) issue_packets: u32,
    /// Per level.
    pub(crate) clocks: Vec<Clock>,
    pub(crate) level_switch_ps: u64,
    pub(crate) dram_ps: u64,
    pub(crate) dram_bytes_per_s: f64,
    pub(crate) dma_bytes_per_cycle: u64,
}

impl Timing {
    pub(crate) fn new(machine: &Machine, options: &FabricOptions) -> Self {
        let chip = &machine.spec().chip;
        let (router, noc, pe) =
            (Clock::of_hz(chip.router.clock_hz), Clock::of_hz(chip.noc.clock_hz), &chip.pe);
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        let dram_bytes_per_s = chip.dram.raw_bytes_per_s as f64 * chip.dram.efficiency;
        Self {
            lookup_ps: router.ps(1).div_ceil(u64::from(chip.router.lookups_per_cycle)),
            router_cycle_ps: router.ps(1),
            router_ps: u64::from(chip.router.latency_ns) * PS_PER_NS,
            timeout_ps: router.ps(u64::from(chip.router.block_timeout_cycles)),
            flit_ps: noc.ps(1),
            noc,
            noc_cycles_per_hop: u64::from(chip.noc.cycles_per_hop),
            noc_ports: u64::from(s2::ROUTER_NOC_PORTS.value),
            default_route: chip.router.default_route,
            max_payload_words: chip.router.max_payload_bits / 32,
            link_output_packets: options.link_output_packets as usize,
            issue_packets: options.router_issue_packets,
            clocks: pe.performance_levels.iter().map(|level| Clock::of_hz(level.clock_hz)).collect(),
            level_switch_ps: u64::from(pe.level_switch_ns) * PS_PER_NS,
            dram_ps: u64::from(chip.dram.latency_ns) * PS_PER_NS,
            dram_bytes_per_s,
            dma_bytes_per_cycle: u64::from(pe.dma_bytes_per_cycle),
        }
    }

    /// The way of each core to the router: hops to the nearest tile of the router and one out of the mesh.
    pub(crate) fn doors(&self, machine: &Machine) -> Vec<Door> {
        let n_cores = machine.spec().chip.n_cores();
        let door = |core: usize| match machine.core_position(core as u8) {
            Some(CorePosition { quad, .. }) => {
                let cycles = u64::from(quad.hops_to_router() + 1) * self.noc_cycles_per_hop;
                let ingress = (core as u8 - 1) / s2::PES_PER_QUAD.value;
                Door { ingress, way_ps: self.noc.ps(cycles) as u32 }
            }
            None => Door { ingress: core as u8, way_ps: self.noc.ps(self.noc_cycles_per_hop) as u32 },
        };
        (0..n_cores).map(door).collect()
    }
}

impl Chip {
    pub(crate) fn new(xy: ChipXy, drift_ppb: i64, n_ingresses: usize, n_noc_ports: u64) -> Self {
        Self {
            xy,
            drift_ppb,
            engine_free: 0,
            noc_free: 0,
            ingress_free: vec![0; n_ingresses],
            doorways: (0..n_ingresses).map(|_| Doorway::default()).collect(),
            waiting: vec![VecDeque::new(); usize::from(LOCAL) + n_noc_ports as usize],
            n_waiting: 0,
            turn: 0,
            is_ready_due: false,
            n_blocked: 0,
            dram_free: 0,
            dram: BTreeMap::new(),
            n_packets: 0,
            max_waiting: 0,
            max_blocked: 0,
        }
    }
}

impl Chip {
    /// Takes the next packet before the engines, from the first port with one from `turn` on.
    pub(crate) fn next_waiting(&mut self) -> Option<(Packet, u8)> {
        let n = self.waiting.len();
        let port =
            (self.turn..self.turn + n).map(|port| port % n).find(|&port| !self.waiting[port].is_empty())?;
        self.turn = (port + 1) % n;
        self.n_waiting -= 1;
        self.waiting[port].pop_front().map(|packet| (packet, port as u8))
    }
}

impl Wire {
    /// The link of a chip; `index_of` finds the chip at its other end.
    pub(crate) fn new(
        machine: &Machine,
        options: &FabricOptions,
        chip: ChipXy,
        link: Link,
        index_of: impl Fn(ChipXy) -> Option<u32>,
    ) -> Self {
        let class = machine.link_class(chip, link).unwrap_or(LinkClass::Short);
        let spec = machine.spec().chip.links.of(class);
        let own = options.links.iter().find(|own| (own.chip, own.link) == (chip, link));
        let loss = own.and_then(|own| own.loss_probability).unwrap_or(options.link_loss_probability);
        let error_rate = own.and_then(|own| own.bit_error_rate).unwrap_or(options.link_bit_error_rate);
        let wrong = 1.0 - (1.0 - error_rate).powi(spec.packet_bits as i32);
        Self {
            name: [name_of(chip), u32::from(link.index())],
            to: machine.neighbour(chip, link).and_then(index_of).unwrap_or(NOWHERE),
            packet_ps: Clock::of_hz(spec.packets_per_s).ps(1),
            latency_ps: u64::from(spec.latency_ns) * PS_PER_NS,
            credits: options.router_input_packets,
            free_at: 0,
            queue: VecDeque::new(),
            blocked: VecDeque::new(),
            is_ready_due: false,
            dies_at_ps: own
                .and_then(|own| own.dies_at_ns)
                .map_or(u64::MAX, |ns| ns.saturating_mul(PS_PER_NS)),
            loss_below: gennaker_network::random::bernoulli_threshold(loss),
            error_below: gennaker_network::random::bernoulli_threshold(wrong),
            n_packets: 0,
            busy_ps: 0,
            max_waiting: 0,
            n_timed_out: 0,
            n_lost: 0,
            n_retransmitted: 0,
        }
    }
}
