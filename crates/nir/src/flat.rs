//! A graph without graphs in it: nested ones are laid open, edges to and from them lead to their ports.

use std::collections::BTreeMap;

use crate::graph::Graph;
use crate::primitive::Primitive;
use crate::read::joined;

/// All nodes that are no graphs, with edges between their indices.
pub(crate) struct Flat<'a> {
    /// Names, those of nested graphs as `graph|node`.
    pub(crate) names: Vec<String>,
    pub(crate) primitives: Vec<&'a Primitive>,
    pub(crate) edges: Vec<(usize, usize)>,
    /// Whether a node belongs to the graph itself, and not to one within it.
    pub(crate) is_outermost: Vec<bool>,
    /// Nested graphs by name, with their ports.
    pub(crate) nested: BTreeMap<String, Ports>,
}

/// Where a node takes what arrives and where it gives what leaves; `None` for a graph that has not exactly one such place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    pub(crate) entry: Option<usize>,
    pub(crate) exit: Option<usize>,
}

impl<'a> Flat<'a> {
    /// Lays a graph open. Edges whose ends do not exist or are ambiguous are left out; the check names them.
    pub(crate) fn new(graph: &'a Graph) -> Self {
        let mut flat = Self {
            names: Vec::new(),
            primitives: Vec::new(),
            edges: Vec::new(),
            is_outermost: Vec::new(),
            nested: BTreeMap::new(),
        };
        flat.add(graph, "");
        flat
    }

    fn add(&mut self, graph: &'a Graph, path: &str) -> BTreeMap<&'a str, Ports> {
        let mut ports = BTreeMap::new();
        for (name, node) in &graph.nodes {
            let at = joined(path, name);
            let place = match &node.primitive {
                Primitive::NIRGraph(inner) => self.add_nested(inner, at),
                primitive => {
                    self.names.push(at);
                    self.primitives.push(primitive);
                    self.is_outermost.push(path.is_empty());
                    let index = Some(self.names.len() - 1);
                    Ports { entry: index, exit: index }
                }
            };
            ports.insert(name.as_str(), place);
        }
        let ends = |(from, to): &(String, String)| {
            Some((ports.get(from.as_str())?.exit?, ports.get(to.as_str())?.entry?))
        };
        self.edges.extend(graph.edges.iter().filter_map(ends));
        ports
    }

    fn add_nested(&mut self, inner: &'a Graph, at: String) -> Ports {
        let within = self.add(inner, &at);
        let only = |mut names: Vec<&str>| match names.len() {
            1 => within.get(names.remove(0)).and_then(|ports| ports.entry),
            _ => None,
        };
        let ports = Ports { entry: only(inner.inputs().collect()), exit: only(inner.outputs().collect()) };
        self.nested.insert(at, ports);
        ports
    }

    /// For every node, the nodes to which its edges lead, in the order of the edges.
    pub(crate) fn successors(&self) -> Vec<Vec<usize>> {
        let mut successors = vec![Vec::new(); self.names.len()];
        for &(from, to) in &self.edges {
            successors[from].push(to);
        }
        successors
    }

    /// Nodes that form a loop without any state in it, in the order of the loop.
    pub(crate) fn stateless_loop(&self) -> Option<Vec<usize>> {
        find_loop(&self.successors(), |node| self.primitives[node].holds_state())
    }
}

/// Nodes that form a loop which leads through no node that is `closed`, in the order of the loop.
pub(crate) fn find_loop(successors: &[Vec<usize>], closed: impl Fn(usize) -> bool) -> Option<Vec<usize>> {
    let first = |node| if closed(node) { Mark::Done } else { Mark::New };
    let mut marks: Vec<Mark> = (0..successors.len()).map(first).collect();
    (0..successors.len()).find_map(|start| walk(start, successors, &mut marks))
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    New,
    /// On the path that is being walked.
    Open,
    /// No loop leads through it.
    Done,
}

/// Walks depth first from `start`, without recursion: graphs may be long. The path ends where it meets itself.
fn walk(start: usize, successors: &[Vec<usize>], marks: &mut [Mark]) -> Option<Vec<usize>> {
    let mut path: Vec<(usize, usize)> = Vec::new();
    if marks[start] == Mark::New {
        marks[start] = Mark::Open;
        path.push((start, 0));
    }
    while let Some((node, next)) = path.last_mut() {
        let Some(&to) = successors[*node].get(*next) else {
            marks[*node] = Mark::Done;
            path.pop();
            continue;
        };
        *next += 1;
        match marks[to] {
            Mark::Done => {}
            Mark::New => {
                marks[to] = Mark::Open;
                path.push((to, 0));
            }
            Mark::Open => {
                let nodes = path.iter().map(|&(node, _)| node);
                return Some(nodes.skip_while(|&node| node != to).collect());
            }
        }
    }
    None
}
