//! What can be chosen about a run on the machine: policies, sizes of queues, clocks, and what breaks.

use gennaker_machine::{ChipXy, CorePosition, Link, LinkClass, Machine, spinnaker2 as s2};
use serde::{Deserialize, Serialize};

use crate::error::FabricError;

/// Choices about the machine's behaviour. Where nothing is published, the default is an assumption from the table of facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FabricOptions {
    /// Seed of timer phases, drifts and errors on links. Default 0.
    pub seed: u64,
    /// What a full receive FIFO does. Default: drop and count.
    pub fifo_policy: FifoPolicy,
    /// What starts ticks. Default: one interrupt for all PEs of a chip, at the same time on all chips.
    pub tick_source: TickSource,
    /// Largest drift of a chip's timers in parts per million; each chip's own is drawn evenly from minus to plus this value.
    /// Default 0. Crystals have 10 to 50.
    pub drift_ppm: f64,
    /// Drifts of certain chips in parts per million, instead of drawn ones.
    pub drift_of: Vec<ChipDrift>,
    /// Packets from one link that wait before the router's engines. Default 64 (assumed).
    pub router_input_packets: u32,
    /// Packets that wait beside the engines for a blocked output before the engines stop. Default 16 (assumed). Routers that stop and
    /// wait for each other go on when the time-out drops packets, and not before.
    pub router_issue_packets: u32,
    /// Packets that wait at a link's output before it counts as blocked. Default 16 (assumed).
    pub link_output_packets: u32,
    /// Probability that a link loses a packet. Default 0.
    pub link_loss_probability: f64,
    /// Probability that a link transmits a bit wrongly. The checksum finds it, and the packet is sent again. Default 0.
    pub link_bit_error_rate: f64,
    /// Links that differ from the others.
    pub links: Vec<LinkOptions>,
    /// Incidents to keep, the earliest ones, up to 10 million. Default 1,000.
    pub max_incidents: usize,
}

impl Default for FabricOptions {
    fn default() -> Self {
        Self {
            seed: 0,
            fifo_policy: FifoPolicy::default(),
            tick_source: TickSource::default(),
            drift_ppm: 0.0,
            drift_of: Vec::new(),
            router_input_packets: s2::ROUTER_INPUT_PACKETS.value,
            router_issue_packets: s2::ROUTER_ISSUE_PACKETS.value,
            link_output_packets: s2::LINK_OUTPUT_PACKETS.value,
            link_loss_probability: 0.0,
            link_bit_error_rate: 0.0,
            links: Vec::new(),
            max_incidents: 1_000,
        }
    }
}

/// What happens to a packet that finds the receive FIFO full. All three are published as selectable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FifoPolicy {
    /// It is dropped and counted.
    #[default]
    Drop,
    /// It takes the place of the oldest packet that the program has not asked for, and that one is counted. If there is none, it
    /// is dropped.
    Overwrite,
    /// It waits before the FIFO, and behind it all packets for the same QuadPE. Nothing is lost: the data network is taken to hold any
    /// number of them. A packet interrupt may then come before the packet does.
    Stall,
}

/// What starts the ticks of a PE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TickSource {
    /// The chip-global interrupt: all PEs at the same time.
    #[default]
    ChipGlobal,
    /// Each PE's own timer, with a phase drawn once from the seed.
    Timer,
}

/// The drift of one chip's timers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChipDrift {
    /// The chip.
    pub chip: ChipXy,
    /// Its drift in parts per million; positive runs slow: its ticks are longer.
    pub ppm: f64,
}

/// What is different about one link, in the direction in which packets leave `chip`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkOptions {
    /// The chip whose link it is.
    pub chip: ChipXy,
    /// The link.
    pub link: Link,
    /// Probability that it loses a packet; without it, that of all links.
    #[serde(default)]
    pub loss_probability: Option<f64>,
    /// Probability that it transmits a bit wrongly; without it, that of all links.
    #[serde(default)]
    pub bit_error_rate: Option<f64>,
    /// Time in ns at which it dies: packets on it and later ones are lost and counted. Without it, never.
    #[serde(default)]
    pub dies_at_ns: Option<u64>,
}

/// Largest drift that makes sense, in ppm.
const MAX_DRIFT_PPM: f64 = 100_000.0;
/// Largest bit error rate: half of all link packets of 96 bits are resent there.
const MAX_BIT_ERROR_RATE: f64 = 0.007;
/// Largest expected number of wrong bits in a link packet; half of all link packets are resent there, too.
const MAX_WRONG_BITS: f64 = 0.7;
const MAX_QUEUE: u32 = 1_000_000;
const MAX_INCIDENTS: usize = 10_000_000;
/// Slowest clock in Hz and longest way through a chip in ns: what is slower is no machine, and its times would not fit.
const MIN_CLOCK_HZ: u64 = 1_000;
const MAX_WAY_NS: u64 = 1_000_000;

impl FabricOptions {
    /// Checks every value, also against the machine.
    ///
    /// # Errors
    /// [`FabricError::Option`] or [`FabricError::NoSuchLink`] for the first that is wrong.
    pub fn check(&self, machine: &Machine) -> Result<(), FabricError> {
        within("drift_ppm", self.drift_ppm, 0.0, MAX_DRIFT_PPM)?;
        for drift in &self.drift_of {
            within("drift_of.ppm", drift.ppm, -MAX_DRIFT_PPM, MAX_DRIFT_PPM)?;
            if !machine.contains(drift.chip) {
                return Err(FabricError::NoSuchChip { option: "drift_of", chip: drift.chip });
            }
        }
        within("router_input_packets", self.router_input_packets, 1, MAX_QUEUE)?;
        within("router_issue_packets", self.router_issue_packets, 1, MAX_QUEUE)?;
        within("link_output_packets", self.link_output_packets, 1, MAX_QUEUE)?;
        within("max_incidents", self.max_incidents, 0, MAX_INCIDENTS)?;
        check_clocks(machine)?;
        self.check_flow(machine)?;
        within("link_loss_probability", self.link_loss_probability, 0.0, 1.0)?;
        within("link_bit_error_rate", self.link_bit_error_rate, 0.0, MAX_BIT_ERROR_RATE)?;
        for link in &self.links {
            within("links.loss_probability", link.loss_probability.unwrap_or(0.0), 0.0, 1.0)?;
            within("links.bit_error_rate", link.bit_error_rate.unwrap_or(0.0), 0.0, MAX_BIT_ERROR_RATE)?;
            if machine.neighbour(link.chip, link.link).is_none() {
                return Err(FabricError::NoSuchLink { chip: link.chip, link: link.link });
            }
        }
        self.check_errors(machine)?;
        self.check_twice()
    }

    /// Link packets that are wrong almost always would be sent again for ever.
    fn check_errors(&self, machine: &Machine) -> Result<(), FabricError> {
        let links = &machine.spec().chip.links;
        let bits = f64::from(links.short.packet_bits.max(links.long.packet_bits));
        let own = self.links.iter().filter_map(|link| link.bit_error_rate);
        let largest = own.fold(self.link_bit_error_rate, f64::max);
        if largest * bits > MAX_WRONG_BITS {
            return Err(FabricError::Option {
                option: "link_bit_error_rate",
                value: largest.to_string(),
                range: format!("at most {} for link packets of {bits} bits", MAX_WRONG_BITS / bits),
            });
        }
        Ok(())
    }

    /// Of two settings for the same chip or link, one would be ignored.
    fn check_twice(&self) -> Result<(), FabricError> {
        let chips = self.drift_of.iter().map(|drift| (drift.chip, None));
        let links = self.links.iter().map(|link| (link.chip, Some(link.link)));
        let mut all: Vec<_> = chips.chain(links).collect();
        all.sort_unstable();
        let Some(&[(chip, link), ..]) = all.windows(2).find(|pair| pair[0] == pair[1]) else { return Ok(()) };
        let (option, what) = match link {
            None => ("drift_of", format!("chip {chip}")),
            Some(link) => ("links", format!("link {link} of chip {chip}")),
        };
        let value = format!("given twice for {what}");
        Err(FabricError::Option { option, value, range: "each at most once".to_owned() })
    }

    /// A link that may have fewer packets under way than fit on the wire could never reach its rate.
    fn check_flow(&self, machine: &Machine) -> Result<(), FabricError> {
        let links = &machine.spec().chip.links;
        for class in [LinkClass::Short, LinkClass::Long] {
            let link = links.of(class);
            let on_the_wire = u64::from(link.latency_ns) * link.packets_per_s / 1_000_000_000 + 2;
            if u64::from(self.router_input_packets) < on_the_wire {
                return Err(FabricError::Option {
                    option: "router_input_packets",
                    value: self.router_input_packets.to_string(),
                    range: format!("at least {on_the_wire}, as many packets as a link has under way"),
                });
            }
        }
        Ok(())
    }
}

/// Refuses machines whose clocks are too slow for times in whole picoseconds.
fn check_clocks(machine: &Machine) -> Result<(), FabricError> {
    let chip = &machine.spec().chip;
    within("router.clock_hz (machine)", chip.router.clock_hz, MIN_CLOCK_HZ, u64::MAX)?;
    within("noc.clock_hz (machine)", chip.noc.clock_hz, MIN_CLOCK_HZ, u64::MAX)?;
    for level in &chip.pe.performance_levels {
        within("performance_levels.clock_hz (machine)", level.clock_hz, MIN_CLOCK_HZ, u64::MAX)?;
    }
    for class in [LinkClass::Short, LinkClass::Long] {
        within(
            "links.*.packets_per_s (machine)",
            chip.links.of(class).packets_per_s,
            MIN_CLOCK_HZ,
            u64::MAX,
        )?;
    }
    let hops = (1..=u8::MAX).filter_map(CorePosition::of).map(|core| core.quad.hops_to_router());
    let cycles = u64::from(hops.max().unwrap_or(0) + 1) * u64::from(chip.noc.cycles_per_hop);
    let way_ns = cycles.saturating_mul(1_000_000_000) / chip.noc.clock_hz;
    within("ns through the chip by noc.cycles_per_hop (machine)", way_ns, 0, MAX_WAY_NS)
}

fn within<T: PartialOrd + Copy + std::fmt::Display>(
    option: &'static str,
    value: T,
    min: T,
    max: T,
) -> Result<(), FabricError> {
    // Written so that a value which is not a number is refused, too.
    if value >= min && value <= max {
        return Ok(());
    }
    Err(FabricError::Option { option, value: value.to_string(), range: format!("{min} to {max}") })
}
