//! Edge lists: rudy's, the G-set's and BiqMac's; DIMACS `.col`.

use super::text::{Line, Text, Word, Words, check_once};
use super::{Limits, ReadError};
use crate::Graph;

/// A graph as rudy writes it and the G-set and BiqMac have it: `n m`, then `u v weight` for every edge, vertices from 1. A missing
/// weight is 1. Every edge may be there once.
///
/// # Errors
/// Anything else in the file, with its place; see [`ReadError`].
pub fn edge_list(bytes: &[u8], limits: &Limits) -> Result<Graph, ReadError> {
    let mut text = Text::new(bytes);
    let mut header = text.want(|| "a line with the numbers of vertices and edges".to_owned())?.words();
    let n = header.want("the number of vertices")?.variables("vertices", limits)?;
    let m = header.want("the number of edges")?.terms("edges", limits)?;
    header.end()?;
    let room = text.room_for(m, 4);
    let (mut edges, mut lines) = (Vec::with_capacity(room), Vec::with_capacity(room));
    for k in 0..m {
        let line = text.want(|| format!("edge {} of {m}", k + 1))?;
        edges.push(weighted_edge(line, n)?);
        lines.push(line.number);
    }
    text.end(&format!("the end of the file after {m} edges"))?;
    let graph = Graph::new(n, edges.iter().copied())?;
    if graph.n_edges() < m {
        check_once(edges.iter().map(|e| (e.0, e.1)), &lines, "edge")?;
    }
    Ok(graph)
}

fn weighted_edge(line: Line<'_>, n: usize) -> Result<(usize, usize, i64), ReadError> {
    let mut words = line.words();
    let (u, v) = ends(&mut words, n)?;
    let weight = words.next().map_or(Ok(1), |w| w.integer("a weight"))?;
    words.end().map(|()| (u, v, weight))
}

/// The two ends of an edge, from 0.
fn ends(words: &mut Words<'_>, n: usize) -> Result<(usize, usize), ReadError> {
    let u = words.want("a vertex")?.index("a vertex", 1, n)?;
    let word = words.want("a second vertex")?;
    let v = word.index("a vertex", 1, n)?;
    if u == v {
        return Err(word.error("another vertex than the first"));
    }
    Ok((u, v))
}

/// A graph as the DIMACS colouring benchmarks have it: comments `c`, one line `p edge n m` (or `p col`), edges `e u v`, vertices from
/// 1; lines `n vertex value` are left out. Files list edges once or in both directions and count them either way, so
/// that both are accepted; all weights are 1.
///
/// # Errors
/// Anything else in the file, with its place; see [`ReadError`].
pub fn col(bytes: &[u8], limits: &Limits) -> Result<Graph, ReadError> {
    let mut text = Text::new(bytes);
    let (mut header, mut edges): (Option<(usize, usize)>, Vec<_>) = (None, Vec::new());
    while let Some(line) = text.next_record() {
        let mut words = line.words();
        let kind = words.want("a kind of line")?;
        match (kind.text(), header) {
            ("p", None) => header = Some(col_header(words, limits)?),
            ("e", Some((n, _))) => {
                let (u, v) = ends(&mut words, n)?;
                words.end()?;
                check_room(kind, edges.len(), limits)?;
                edges.push((u, v, 1));
            }
            ("n", Some(_)) => {}
            (_, None) => return Err(kind.error("`c`, or `p edge` with the numbers of vertices and edges")),
            _ => return Err(kind.error("`e`, `n` or `c`")),
        }
    }
    let Some((n, m)) = header else { return Err(text.ended("a line `p edge n m`")) };
    let listed = edges.len();
    let graph = Graph::new(n, edges)?.unweighted();
    if listed != m && graph.n_edges() != m {
        return Err(text.ended(format!("{m} edges, as the header says, instead of {listed}")));
    }
    Ok(graph)
}

fn check_room(word: Word<'_>, listed: usize, limits: &Limits) -> Result<(), ReadError> {
    if listed < limits.max_terms {
        return Ok(());
    }
    let (amount, limit) = (listed as u64 + 1, limits.max_terms as u64);
    Err(ReadError::Limit { line: word.line, what: "edges", amount, limit, field: "max_terms" })
}

fn col_header(mut words: Words<'_>, limits: &Limits) -> Result<(usize, usize), ReadError> {
    let kind = words.want("`edge` or `col`")?;
    if !matches!(kind.text(), "edge" | "edges" | "col") {
        return Err(kind.error("`edge` or `col`"));
    }
    let n = words.want("the number of vertices")?.variables("vertices", limits)?;
    let m = words.want("the number of edges")?.terms("edges", limits)?;
    words.end().map(|()| (n, m))
}
