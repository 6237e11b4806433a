//! The multicast tree as data.

use std::collections::{BTreeMap, BTreeSet};

use gennaker_machine::{ChipXy, Link};
use serde::{Deserialize, Serialize};

use crate::table::Route;

/// For every chip of a tree but its source: the chip before it and the link that leads from there to it.
pub(super) type Parents = BTreeMap<ChipXy, (ChipXy, Link)>;

/// A chip on a multicast tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TreeNode {
    /// The chip.
    pub chip: ChipXy,
    /// Index of the node before it and the link that leads here from there; `None` at the source.
    pub from: Option<(u32, Link)>,
}

/// A multicast tree: every chip once, parents before children, the source first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RouteTree {
    /// The chips of the tree.
    pub nodes: Vec<TreeNode>,
}

impl RouteTree {
    /// Number of links that one packet crosses.
    pub fn n_hops(&self) -> usize {
        self.nodes.len() - 1
    }

    /// Per node, the links by which a packet leaves it.
    pub fn out_links(&self) -> Vec<Route> {
        let mut out = vec![Route::NONE; self.nodes.len()];
        for (parent, link) in self.nodes.iter().filter_map(|node| node.from) {
            out[parent as usize] = out[parent as usize].with_link(link);
        }
        out
    }

    /// The most links between the source and any node.
    pub fn depth(&self) -> u32 {
        let mut depths = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            depths.push(node.from.map_or(0, |(parent, _)| depths[parent as usize] + 1));
        }
        depths.into_iter().max().unwrap_or(0)
    }

    /// Keeps of the parents only what leads to targets, and brings it in breadth-first order.
    pub(super) fn from_parents(source: ChipXy, targets: &[ChipXy], parents: &Parents) -> Self {
        let mut children: BTreeMap<ChipXy, Vec<(Link, ChipXy)>> = BTreeMap::new();
        let mut wanted = BTreeSet::from([source]);
        for &target in targets {
            let mut chip = target;
            while wanted.insert(chip) {
                let (parent, link) = parents[&chip];
                children.entry(parent).or_default().push((link, chip));
                chip = parent;
            }
        }
        let mut nodes = vec![TreeNode { chip: source, from: None }];
        let mut next = 0;
        while let Some(node) = nodes.get(next) {
            let mut branches = children.remove(&node.chip).unwrap_or_default();
            branches.sort_unstable_by_key(|(link, _)| link.index());
            let from = |link| Some((next as u32, link));
            nodes.extend(branches.into_iter().map(|(link, chip)| TreeNode { chip, from: from(link) }));
            next += 1;
        }
        Self { nodes }
    }
}
