//! Synapse stores: the rows of one or several projections onto the neurons of a shard. Layouts differ in memory and speed;
//! all give the same sums.

mod bits;
mod calendar;
mod convolution;
mod dense;
mod drawn;
mod lists;
mod segments;

use std::ops::Range;

use gennaker_network::Connector;

use crate::arithmetic::Sum;
use crate::history::History;
use crate::sums::{Place, Receptors, Sums};

use bits::BitRows;
use calendar::Calendar;
use convolution::Kernels;
use dense::DenseRows;
use lists::Lists;
use segments::{Due, Segments, range_of_delays};

pub(crate) use bits::Chunk;
pub(crate) use convolution::Word;
pub(crate) use drawn::{Drawn, SharedValues};

/// The synapses of some projections from one sending population.
pub(crate) struct Store<S: Sum> {
    /// Position of the sending population.
    pub(crate) pre: usize,
    /// The projections (ascending) and how many synapses each has in the stores that were built together.
    pub(crate) parts: Vec<(usize, u64)>,
    place: Place,
    rows: Rows<S>,
}

/// The layouts.
enum Rows<S: Sum> {
    /// Sender `first + i` to target `i`, for `i < n`: one-to-one connections keep nothing per synapse.
    Diagonal { first: u32, n: u32, weight: S, delay: u32 },
    /// All senders to `n` targets; a neuron `first + i` of the own population not to its own target `i`, if `without_self`.
    All { first: u32, n: u32, without_self: bool, n_senders: u64, weight: S, delay: u32 },
    /// All synapses alike: only the targets are kept.
    Lists { rows: Lists, weight: S, delay: u32 },
    /// All synapses alike and many: a bit for every possible one.
    Bits { rows: BitRows, weight: S, delay: u32 },
    /// Many synapses of one delay with small weights: a byte for every possible one.
    Dense { rows: DenseRows, delay: u32, receptors: Receptors },
    /// A convolution: only the kernels are kept.
    Kernels { rows: Kernels<S>, delay: u32, receptors: Receptors },
    /// Weights and delays that differ; `subtracts` where weights are negative and sums are net.
    Segments { rows: Segments, subtracts: bool },
    /// The same for few synapses of many delays.
    Calendar { rows: Calendar<S>, subtracts: bool },
}

/// Space that deliveries use, kept so that no tick allocates.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    planes: Vec<Chunk>,
    due: Vec<Due>,
}

impl<S: Sum> Store<S> {
    /// Adds the synapses of all spikes that arrive in the ticks `due` to the sums, a slot for each tick, by `add`. Returns their
    /// number.
    pub(crate) fn deliver(
        &mut self,
        due: Range<u32>,
        history: &History,
        sums: &mut Sums<S>,
        scratch: &mut Scratch,
        add: impl Fn(S, S) -> S + Copy,
    ) -> u64 {
        let subtract = |sum: S, weight: S| sum.minus(weight);
        match &self.rows {
            Rows::Segments { rows, subtracts: true } => {
                rows.deliver((self.pre, due), history, (sums, self.place), &mut scratch.due, subtract)
            }
            Rows::Segments { rows, subtracts: false } => {
                rows.deliver((self.pre, due), history, (sums, self.place), &mut scratch.due, add)
            }
            _ => due.enumerate().map(|at| self.deliver_tick(at, history, sums, scratch, add)).sum(),
        }
    }

    /// The same for one tick and its slot.
    fn deliver_tick(
        &mut self,
        (slot, tick): (usize, u32),
        history: &History,
        sums: &mut Sums<S>,
        scratch: &mut Scratch,
        add: impl Fn(S, S) -> S + Copy,
    ) -> u64 {
        let (pre, place) = (self.pre, self.place);
        match &mut self.rows {
            Rows::Diagonal { first, n, weight, delay } => {
                let senders = history.arriving(pre, tick, *delay);
                let from = senders.partition_point(|s| s < first);
                let own = &senders[from..from + senders[from..].partition_point(|&s| s < *first + *n)];
                let sums = sums.at(slot, place);
                for &sender in own {
                    let sum = &mut sums[(sender - *first) as usize];
                    *sum = add(*sum, *weight);
                }
                own.len() as u64
            }
            Rows::All { first, n, without_self, weight, delay, .. } => {
                let senders = history.arriving(pre, tick, *delay);
                let own = if *without_self { Some(*first..*first + *n) } else { None };
                add_to_all(senders, own, *weight, &mut sums.at(slot, place)[..*n as usize])
            }
            Rows::Lists { rows, weight, delay } => {
                rows.deliver(history.arriving(pre, tick, *delay), *weight, sums.at(slot, place), add)
            }
            Rows::Bits { rows, weight, delay } => {
                let senders = history.arriving(pre, tick, *delay);
                rows.add(senders, *weight, sums.at(slot, place), &mut scratch.planes)
            }
            Rows::Dense { rows, delay, receptors } => {
                let range = place.first..place.first + rows.n_targets();
                rows.deliver(history.arriving(pre, tick, *delay), sums.due(slot, range, *receptors))
            }
            Rows::Kernels { rows, delay, receptors } => {
                let range = place.first..place.first + rows.n_targets();
                rows.deliver(history.arriving(pre, tick, *delay), sums.due(slot, range, *receptors))
            }
            Rows::Calendar { rows, subtracts: true } => {
                rows.deliver((pre, tick), history, sums.at(slot, place), |sum, weight| sum.minus(weight))
            }
            Rows::Calendar { rows, subtracts: false } => {
                rows.deliver((pre, tick), history, sums.at(slot, place), add)
            }
            Rows::Segments { .. } => 0,
        }
    }

    /// Whether several ticks should be delivered at a time.
    pub(crate) fn gains_from_slots(&self) -> bool {
        matches!(self.rows, Rows::Segments { .. })
    }

    /// Puts what is under way into the state before `tick`, from what was sent.
    pub(crate) fn resume(&mut self, tick: u32, history: &History) {
        if let Rows::Calendar { rows, .. } = &mut self.rows {
            rows.resume(self.pre, tick, history);
        }
    }

    /// Number of synapses.
    pub(crate) fn len(&self) -> u64 {
        match &self.rows {
            Rows::Diagonal { n, .. } => u64::from(*n),
            Rows::All { n, without_self, n_senders, .. } => {
                u64::from(*n) * (n_senders - u64::from(*without_self))
            }
            Rows::Bits { rows, .. } => rows.len() as u64,
            Rows::Lists { rows, .. } => rows.len() as u64,
            Rows::Dense { rows, .. } => rows.len() as u64,
            Rows::Kernels { rows, .. } => rows.len(),
            Rows::Segments { rows, .. } => rows.len() as u64,
            Rows::Calendar { rows, .. } => rows.len() as u64,
        }
    }

    /// The share of a projection in the store's memory, in bytes.
    pub(crate) fn bytes_of(&self, projection: usize) -> u64 {
        let total: u64 = self.parts.iter().map(|part| part.1).sum();
        let own: u64 = self.parts.iter().filter(|part| part.0 == projection).map(|part| part.1).sum();
        (u128::from(self.n_bytes()) * u128::from(own) / u128::from(total.max(1))) as u64
    }

    /// Host memory of rows and row starts.
    fn n_bytes(&self) -> u64 {
        match &self.rows {
            Rows::Diagonal { .. } | Rows::All { .. } => 0,
            Rows::Lists { rows, .. } => rows.n_bytes(),
            Rows::Bits { rows, .. } => rows.n_bytes(),
            Rows::Dense { rows, .. } => rows.n_bytes(),
            Rows::Kernels { rows, .. } => rows.n_bytes(),
            Rows::Segments { rows, .. } => rows.n_bytes(),
            Rows::Calendar { rows, .. } => rows.n_bytes(),
        }
    }

    /// The layout's name in reports.
    pub(crate) fn layout(&self) -> &'static str {
        match &self.rows {
            Rows::Diagonal { .. } | Rows::All { .. } => "rule",
            Rows::Lists { .. } => "lists",
            Rows::Bits { .. } => "bits",
            Rows::Dense { .. } => "dense",
            Rows::Kernels { .. } => "kernels",
            Rows::Segments { .. } => "segments",
            Rows::Calendar { .. } => "calendar",
        }
    }
}

/// Adds the weight as often as there are senders to all targets, without those that have the same number. Returns the number of
/// synapses.
fn add_to_all<S: Sum>(
    senders: &[u32],
    without: Option<std::ops::Range<u32>>,
    weight: S,
    sums: &mut [S],
) -> u64 {
    if senders.is_empty() {
        return 0;
    }
    let n = senders.len() as u32;
    let mut n_synapses = u64::from(n) * sums.len() as u64;
    sums.iter_mut().for_each(|sum| *sum = sum.add_times(weight, n));
    if let Some(own) = without {
        for &sender in senders.iter().filter(|s| own.contains(s)) {
            let sum = &mut sums[(sender - own.start) as usize];
            *sum = sum.minus(weight);
            n_synapses -= 1;
        }
    }
    n_synapses
}

/// How the population that receives adds up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub(crate) receptors: Receptors,
    /// The sum of the first neuron of the store's range, within each plane.
    pub(crate) first: usize,
    /// The sum of target 0, where stores are shared.
    pub(crate) base: usize,
    pub(crate) can_overflow: bool,
}

/// Fewest targets for which bits are considered: below, most of a chunk would be empty.
const MIN_BIT_TARGETS: usize = 256;

/// The store of a projection whose synapses are kernels, or all alike, or of one delay and dense; `None` if it is none of these.
pub(crate) fn build_alone<S: Sum>(drawn: &mut Drawn<'_>, target: Target) -> Result<Option<Store<S>>, u64> {
    if let Some(delay) = drawn.shared_delay().filter(|_| drawn.is_convolution() && !target.can_overflow)
        && let Some(rows) = Kernels::build(drawn, target.receptors)
    {
        let place = Place { plane: 0, first: target.first };
        return Ok(Some(finish(drawn, place, Rows::Kernels { rows, delay, receptors: target.receptors })));
    }
    let shared_origin = std::mem::replace(&mut drawn.origin, i64::from(drawn.range.start));
    if let Some((shared, account)) = drawn.shared_values() {
        let rows = build_shared(drawn, target, shared)?;
        let place = place(target, target.first, shared.weight < 0.0);
        let store = finish(drawn, place, rows);
        drawn.quantiser.set_report(account.times(store.len()));
        return Ok(Some(store));
    }
    let (true, false, Some(delay)) = (drawn.is_dense(S::COUNTS), target.can_overflow, drawn.shared_delay())
    else {
        drawn.origin = shared_origin;
        return Ok(None);
    };
    let rows = DenseRows::build(drawn);
    if rows.is_none() {
        drawn.discard_account();
        drawn.origin = shared_origin;
    }
    let place = Place { plane: 0, first: target.first };
    Ok(rows.map(|rows| finish(drawn, place, Rows::Dense { rows, delay, receptors: target.receptors })))
}

fn build_shared<S: Sum>(drawn: &Drawn<'_>, target: Target, shared: SharedValues) -> Result<Rows<S>, u64> {
    let (first, n) = (drawn.range.start, drawn.range.len() as u32);
    let is_split = target.receptors == Receptors::Split;
    let weight = S::from_weight(if is_split { shared.weight.abs() } else { shared.weight });
    let delay = shared.delay;
    let can_count = S::COUNTS && !target.can_overflow;
    match drawn.description().connector {
        Connector::OneToOne => return Ok(Rows::Diagonal { first, n, weight, delay }),
        Connector::AllToAll { allow_self_connections } if can_count => {
            let p = drawn.description();
            let without_self = p.pre == p.post && !allow_self_connections;
            return Ok(Rows::All {
                first,
                n,
                without_self,
                n_senders: drawn.n_senders() as u64,
                weight,
                delay,
            });
        }
        _ => {}
    }
    let expected = drawn.expected_simple().filter(|_| can_count);
    if expected.is_some_and(|n| suits_bits(drawn, n))
        && let Some(rows) = BitRows::build(drawn)
    {
        return Ok(Rows::Bits { rows, weight, delay });
    }
    if drawn.certain() >= u64::from(u32::MAX) {
        return Err(drawn.certain());
    }
    Ok(Rows::Lists { rows: Lists::build(drawn)?, weight, delay })
}

/// Whether bits take no more memory than lists of targets would for this many synapses, on average over all senders.
fn suits_bits(drawn: &Drawn<'_>, n_synapses: f64) -> bool {
    let (n_senders, n_targets) = (drawn.n_senders(), drawn.range.len());
    let lists = 2.0 * n_synapses + 4.0 * n_senders as f64;
    n_targets >= MIN_BIT_TARGETS && BitRows::n_bytes_of(n_senders, n_targets) as f64 <= 1.25 * lists
}

/// The stores of projections of any weights and delays that come from one population. Targets are numbered from the parts' origins
/// on; all have the same receptors and base.
pub(crate) fn build_together<S: Sum>(parts: &mut [Drawn<'_>], target: Target) -> Result<Vec<Store<S>>, u64> {
    let certain: u64 = parts.iter().map(Drawn::certain).sum();
    if certain >= u64::from(u32::MAX) {
        return Err(certain);
    }
    let delays = range_of_delays(parts);
    let n_cells = parts[0].n_senders() as f64 * f64::from(delays.1 - delays.0 + 1);
    let expected: f64 = parts.iter().map(Drawn::expected).sum();
    let is_net = target.receptors == Receptors::Net;
    let rows: [Option<Rows<S>>; 2] = if n_cells <= MAX_CELLS_PER_SYNAPSE * expected {
        let [positive, negative] = Segments::build::<S>(parts)?;
        let wrap = |rows, subtracts| Rows::Segments { rows, subtracts };
        [positive.map(|rows| wrap(rows, false)), negative.map(|rows| wrap(rows, is_net))]
    } else {
        let [positive, negative] = Calendar::build(parts, delays)?;
        let wrap = |rows, subtracts| Rows::Calendar { rows, subtracts };
        [positive.map(|rows| wrap(rows, false)), negative.map(|rows| wrap(rows, is_net))]
    };
    let places = [false, true].map(|is_negative| place(target, target.base, is_negative));
    let counts: Vec<(usize, u64)> =
        parts.iter().map(|p| (p.projection, p.quantiser.report().n_synapses)).collect();
    let pre = parts[0].description().pre;
    let stores = rows.into_iter().zip(places);
    Ok(stores
        .filter_map(|(rows, place)| Some(Store { pre, parts: counts.clone(), place, rows: rows? }))
        .collect())
}

/// Above, rows are too short to be sorted by delay.
const MAX_CELLS_PER_SYNAPSE: f64 = 1.0;

fn finish<S: Sum>(drawn: &Drawn<'_>, place: Place, rows: Rows<S>) -> Store<S> {
    let mut store = Store { pre: drawn.description().pre, parts: Vec::new(), place, rows };
    store.parts = vec![(drawn.projection, store.len())];
    store
}

fn place(target: Target, first: usize, is_negative: bool) -> Place {
    Place { plane: usize::from(is_negative && target.receptors == Receptors::Split), first }
}
