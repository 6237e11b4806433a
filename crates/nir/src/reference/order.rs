//! In which order nodes are worked out, and which edges carry the value of the step before.

use std::collections::BTreeSet;

use crate::flat::{Flat, find_loop};
use crate::primitive::Primitive;
use crate::reference::{LateEdges, ReferenceError, Settings};

/// An edge's beginning, as its end sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source {
    pub(super) node: usize,
    /// Whether it carries the value of the step before.
    pub(super) is_late: bool,
}

/// The order of work in a step. It follows from the graph alone: neither the order of edges in a file nor that of their sums
/// depends on how the file was written.
pub(super) struct Order {
    /// All nodes, each behind those whose value of the same step it needs.
    pub(super) nodes: Vec<usize>,
    /// For every node, where its input comes from, by node.
    pub(super) sources: Vec<Vec<Source>>,
}

impl Order {
    pub(super) fn new(
        flat: &Flat<'_>,
        takes_steps: &[bool],
        settings: &Settings,
    ) -> Result<Self, ReferenceError> {
        let component = components(&flat.successors());
        let is_late = |from: usize, to: usize| {
            let in_loop = takes_steps[from] && component[from] == component[to];
            in_loop || settings.late == LateEdges::AllNeurons && sends_packets(flat, from)
        };
        let mut sources = vec![Vec::new(); flat.names.len()];
        for &(from, to) in &flat.edges {
            sources[to].push(Source { node: from, is_late: is_late(from, to) });
        }
        for list in &mut sources {
            list.sort_unstable();
        }
        match sorted(&sources) {
            Ok(nodes) => Ok(Self { nodes, sources }),
            Err(within) => {
                let nodes = within.iter().map(|&node| flat.names[node].clone()).collect();
                Err(ReferenceError::Loop { nodes, dt_s: settings.dt_s })
            }
        }
    }
}

/// Whether all that leaves a node is a packet of its step, under [`LateEdges::AllNeurons`].
fn sends_packets(flat: &Flat<'_>, node: usize) -> bool {
    match flat.primitives[node] {
        Primitive::Input { .. } => flat.is_outermost[node],
        Primitive::Delay { .. } => false,
        other => other.holds_state(),
    }
}

/// Nodes so that each comes behind its sources of the same step, lower numbers first; or a loop of such sources.
fn sorted(sources: &[Vec<Source>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut successors = vec![Vec::new(); sources.len()];
    let mut n_open = vec![0_usize; sources.len()];
    for (to, list) in sources.iter().enumerate() {
        for source in list.iter().filter(|source| !source.is_late) {
            successors[source.node].push(to);
            n_open[to] += 1;
        }
    }
    let mut ready: BTreeSet<usize> = (0..sources.len()).filter(|&node| n_open[node] == 0).collect();
    let mut order = Vec::with_capacity(sources.len());
    while let Some(node) = ready.pop_first() {
        order.push(node);
        for &to in &successors[node] {
            n_open[to] -= 1;
            if n_open[to] == 0 {
                ready.insert(to);
            }
        }
    }
    if order.len() == sources.len() {
        return Ok(order);
    }
    Err(find_loop(&successors, |_| false).unwrap_or_default())
}

/// For every node, the number of its strongly connected component (Tarjan 1972), without recursion: graphs may be long.
fn components(successors: &[Vec<usize>]) -> Vec<usize> {
    const NEW: usize = usize::MAX;
    let n = successors.len();
    let (mut number, mut low, mut component) = (vec![NEW; n], vec![0; n], vec![NEW; n]);
    let (mut n_numbered, mut n_components) = (0, 0);
    let (mut stack, mut path) = (Vec::new(), Vec::new());
    for start in 0..n {
        if number[start] == NEW {
            path.push((start, 0));
        }
        while let Some((node, next)) = path.pop() {
            if next == 0 {
                (number[node], low[node]) = (n_numbered, n_numbered);
                n_numbered += 1;
                stack.push(node);
            }
            if let Some(&to) = successors[node].get(next) {
                path.push((node, next + 1));
                if number[to] == NEW {
                    path.push((to, 0));
                } else if component[to] == NEW {
                    low[node] = low[node].min(number[to]);
                }
                continue;
            }
            if let Some(&(above, _)) = path.last() {
                low[above] = low[above].min(low[node]);
            }
            if low[node] == number[node] {
                while let Some(member) = stack.pop() {
                    component[member] = n_components;
                    if member == node {
                        break;
                    }
                }
                n_components += 1;
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn loops_are_components() {
        // 0 -> 1 -> 2 -> 1, 2 -> 3 -> 3.
        let found = components(&[vec![1], vec![2], vec![1, 3], vec![3]]);
        assert_eq!(found[1], found[2]);
        assert!(found[0] != found[1] && found[1] != found[3] && found[0] != found[3]);
    }

    proptest! {
        /// Two nodes share a component if each can be reached from the other, as the closure of the edges has it.
        #[test]
        fn components_are_mutual_reach(edges in prop::collection::vec((0_usize..7, 0_usize..7), 0..16)) {
            let mut successors = vec![Vec::new(); 7];
            let mut reach = [[false; 7]; 7];
            for (from, to) in edges {
                successors[from].push(to);
                reach[from][to] = true;
            }
            for (via, from, to) in (0..343).map(|k| (k / 49, k / 7 % 7, k % 7)) {
                reach[from][to] |= reach[from][via] && reach[via][to];
            }
            let found = components(&successors);
            for (a, b) in (0..49).map(|k| (k / 7, k % 7)) {
                prop_assert_eq!(found[a] == found[b], a == b || reach[a][b] && reach[b][a]);
            }
        }
    }
}
