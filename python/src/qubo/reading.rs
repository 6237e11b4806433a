//! Instance files by kind.

use std::path::Path;

use gennaker::qubo::read::{self, Limits, ReadError};
use gennaker::qubo::{Coloring, Graph, IndependentSet, MaxCut, Sense, Tour};
use pyo3::PyResult;

use crate::error::value_error;

use super::statement::Statement;

/// What a file does not say about itself.
pub(crate) struct Reading<'a> {
    pub(crate) kind: &'a str,
    /// The number of colours, for colourings.
    pub(crate) colours: Option<usize>,
    /// Which way a matrix of OR-Library's format is meant.
    pub(crate) sense: Sense,
}

impl Reading<'_> {
    /// Reads a file; kinds are named as Python's functions are.
    pub(crate) fn read(&self, path: &Path) -> PyResult<Statement> {
        let limits = Limits::default();
        let named = |error: ReadError| match error {
            ReadError::Io { .. } => value_error(error),
            _ => value_error(format!("{}: {error}", path.display())),
        };
        let is = |ending: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(ending));
        let bytes = read::file(path, &limits).map_err(named)?;
        let graph = || -> Result<Graph, ReadError> {
            if is("col") { read::col(&bytes, &limits) } else { read::edge_list(&bytes, &limits) }
        };
        let read = match self.kind {
            "max_cut" => graph().map(|graph| Statement::MaxCut(MaxCut { graph })),
            "independent_set" => graph().map(|graph| Statement::IndependentSet(IndependentSet::new(graph))),
            "coloring" => {
                let missing = || value_error("a colouring needs a number of colours: num_colors=...");
                let colours = self.colours.ok_or_else(missing)?;
                graph().map(|graph| Statement::Coloring(Coloring::new(graph, colours)))
            }
            "partition" => read::numbers(&bytes, &limits).map(Statement::Partition),
            "tour" => read::tsplib(&bytes, &limits).map(|distances| Statement::Tour(Tour::new(distances))),
            "max_sat" => read::cnf(&bytes, &limits).map(Statement::MaxSat),
            "qubo" if is("qubo") => read::dwave(&bytes, &limits).map(Statement::Qubo),
            "qubo" => read::bqp(&bytes, self.sense, &limits).map(Statement::Qubo),
            other => return Err(value_error(format!("`{other}` is not a kind of problem that files hold"))),
        };
        read.map_err(named)
    }
}
