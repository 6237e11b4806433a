//! Where the packets of a mapped network go: what never changes from tick to tick.

use std::collections::BTreeMap;

use gennaker_machine::{ChipXy, Link, LinkClass, Machine};
use gennaker_mapping::{AtomOrder, Mapping, Slice};
use gennaker_network::Network;

use crate::error::EnergyError;
use crate::fanout::{Rows, rows_of_nets};
use crate::spans::{row_len, runs, spans};
use crate::together::check_together;

/// A mapped network as the counters see it. Building it draws every synapse once, to know how many a spike meets in each PE.
#[derive(Debug)]
pub struct Traffic {
    /// Directed links that packets may cross, ascending by chip, then link.
    pub links: Vec<DirectedLink>,
    /// Chips whose routers packets may pass, ascending.
    pub routers: Vec<ChipXy>,
    pub(crate) n_slices: usize,
    /// By population: one past the last atom of each slice.
    pub(crate) ends: Vec<Vec<u32>>,
    /// By population: which atom a neuron is.
    pub(crate) orders: Vec<AtomOrder>,
    /// Index of each population's first slice.
    pub(crate) first_slice: Vec<usize>,
    /// By slice: index of its net.
    pub(crate) net_of: Vec<Option<u32>>,
    pub(crate) nets: Vec<NetTraffic>,
    pub(crate) trees: Vec<TreeTraffic>,
}

/// One direction of a link between two chips.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct DirectedLink {
    /// The sending chip.
    pub chip: ChipXy,
    /// The link by which packets leave it.
    pub link: Link,
    /// Whether it stays on the board.
    pub class: LinkClass,
}

/// What one sending slice's packets do.
#[derive(Debug)]
pub(crate) struct NetTraffic {
    pub(crate) tree: u32,
    /// The targets as runs of consecutive slices: first and length.
    pub(crate) runs: Vec<(u32, u32)>,
    /// The same with small gaps closed: what a row has an element for.
    pub(crate) spans: Vec<(u32, u32)>,
    /// Elements of a row.
    pub(crate) row_len: usize,
    pub(crate) rows: Rows,
    /// Hops on data networks of one packet's flits, all chips together.
    pub(crate) flit_hops: u32,
}

/// The links and routers on a multicast tree, as indices into [`Traffic::links`] and [`Traffic::routers`].
#[derive(Debug, Default)]
pub(crate) struct TreeTraffic {
    pub(crate) links: Vec<u32>,
    pub(crate) routers: Vec<u32>,
}

impl Traffic {
    /// Follows every net of a mapping through the machine.
    ///
    /// # Errors
    /// [`EnergyError::Mismatch`] if the three do not belong together, [`EnergyError::Memory`] for more row lengths than fit.
    pub fn new(network: &Network, mapping: &Mapping, machine: &Machine) -> Result<Self, EnergyError> {
        check_together(network, mapping, machine)?;
        let (links, link_index) = links(mapping, machine);
        let (routers, router_index) = routers(mapping);
        let tree = |tree: &gennaker_mapping::RouteTree| {
            let crossed = tree.nodes.iter().filter_map(|node| node.from);
            let sent = crossed.map(|(parent, link)| (tree.nodes[parent as usize].chip, link));
            TreeTraffic {
                links: sent.map(|sent| link_index[&sent]).collect(),
                routers: tree.nodes.iter().map(|node| router_index[&node.chip]).collect(),
            }
        };
        let rows = rows_of_nets(network, mapping)?;
        let net = |(net, rows): (&gennaker_mapping::RoutedNet, Rows)| {
            let targets = mapping.targets(*net);
            let places: Vec<&Slice> =
                targets.iter().map(|&target| &mapping.slices[target as usize]).collect();
            NetTraffic {
                tree: net.tree,
                runs: runs(targets),
                row_len: row_len(&spans(targets)),
                spans: spans(targets),
                rows,
                flit_hops: flit_hops(machine, &mapping.slices[net.source as usize], &places),
            }
        };
        let mut net_of = vec![None; mapping.slices.len()];
        mapping.nets.iter().zip(0..).for_each(|(net, index)| net_of[net.source as usize] = Some(index));
        let populations = || 0..network.populations.len();
        let ends =
            |population| mapping.slices[mapping.slices_of(population)].iter().map(|slice| slice.hi).collect();
        Ok(Self {
            n_slices: mapping.slices.len(),
            ends: populations().map(ends).collect(),
            orders: populations().map(|population| mapping.order(population)).collect(),
            first_slice: populations().map(|population| mapping.slices_of(population).start).collect(),
            net_of,
            nets: mapping.nets.iter().zip(rows).map(net).collect(),
            trees: mapping.trees.iter().map(tree).collect(),
            links,
            routers,
        })
    }
}

impl Traffic {
    /// Populations of the network.
    #[must_use]
    pub fn n_populations(&self) -> usize {
        self.ends.len()
    }
}

/// All directed links on any tree, and the index of each.
fn links(mapping: &Mapping, machine: &Machine) -> (Vec<DirectedLink>, BTreeMap<(ChipXy, Link), u32>) {
    let mut all: Vec<DirectedLink> = Vec::new();
    for tree in &mapping.trees {
        for (parent, link) in tree.nodes.iter().filter_map(|node| node.from) {
            let chip = tree.nodes[parent as usize].chip;
            let class = machine.link_class(chip, link).unwrap_or(LinkClass::Short);
            all.push(DirectedLink { chip, link, class });
        }
    }
    all.sort_unstable();
    all.dedup();
    let index = all.iter().zip(0..).map(|(link, index)| ((link.chip, link.link), index)).collect();
    (all, index)
}

/// All chips on any tree, and the index of each.
fn routers(mapping: &Mapping) -> (Vec<ChipXy>, BTreeMap<ChipXy, u32>) {
    let mut all: Vec<ChipXy> =
        mapping.trees.iter().flat_map(|tree| tree.nodes.iter().map(|node| node.chip)).collect();
    all.sort_unstable();
    all.dedup();
    let index = all.iter().copied().zip(0..).collect();
    (all, index)
}

/// Hops of one packet on data networks: from its PE to the router, and on every chip from the router to each QuadPE with a target
/// (one flit serves the PEs of a QuadPE). Entering or leaving the router counts as one hop.
fn flit_hops(machine: &Machine, source: &Slice, targets: &[&Slice]) -> u32 {
    let to_router = |core: u8| machine.core_position(core).map(|place| place.quad.hops_to_router() + 1);
    let mut quads: Vec<_> = targets
        .iter()
        .filter_map(|slice| machine.core_position(slice.core).map(|place| (slice.chip, place.quad)))
        .collect();
    quads.sort_unstable();
    quads.dedup();
    let delivery: u32 = quads.iter().map(|(_, quad)| quad.hops_to_router() + 1).sum();
    to_router(source.core).unwrap_or(0) + delivery
}
