//! `QuboProblem`: one class for problems of all kinds.

use std::path::PathBuf;

use gennaker::qubo::read::{Choice, Limits, ReadError, open};
use gennaker::qubo::solver::{Discipline, Options};
use gennaker::qubo::{
    AnyProblem, Coloring, Convention, Distances, Graph, IndependentSet, Ising, Kind, MaxCut, MaxSat,
    Partition, Qubo, QuboError, Sense, Tour, Violation,
};
use numpy::{PyArray1, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::value_error;

use super::options::{self, Described, check_reads, count};
use super::outcome::QuboOutcome;
use super::running::{listening, solve};
use super::statement::{Answer, Real, Statement, Target, Terms, Value};

type Whole<'py> = PyReadonlyArray1<'py, i64>;
type Doubles<'py> = PyReadonlyArray1<'py, f64>;
/// A broken rule: its name, and what it names.
type Broken = (&'static str, Vec<usize>);

/// An optimisation problem, stated, and encoded in integers.
#[pyclass(module = "gennaker", frozen)]
pub(crate) struct QuboProblem {
    pub(crate) statement: Statement,
    pub(crate) ising: Ising,
}

#[pymethods]
impl QuboProblem {
    /// Reads a file; what it does not say about itself is given. Returns the number, too, from which the file counts.
    #[staticmethod]
    #[pyo3(signature = (path, kind = None, num_colors = None, sense = None, which = None))]
    #[expect(clippy::needless_pass_by_value, reason = "Python hands over an owned path")]
    fn read(
        py: Python<'_>,
        path: PathBuf,
        kind: Option<&str>,
        num_colors: Option<usize>,
        sense: Option<&str>,
        which: Option<usize>,
    ) -> PyResult<(Self, usize)> {
        // A missing file is `FileNotFoundError`, as everywhere in Python.
        std::fs::metadata(&path)
            .map_err(|error| std::io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
        let choice = Choice {
            kind: kind.map(str::parse::<Kind>).transpose().map_err(value_error)?,
            n_colours: num_colors,
            sense: sense.map(sense_of).transpose()?,
            which,
        };
        py.detach(|| {
            let opened = open(&path, &choice, &Limits::default()).map_err(|error| match error {
                ReadError::Io { .. } => value_error(error),
                _ => value_error(format!("{}: {error}", path.display())),
            })?;
            Ok((Self::of(Statement::Whole(opened.problem))?, opened.first_index))
        })
    }

    /// A maximum cut of the graph with vertices 0 to n - 1 and edges u[i]-v[i].
    #[staticmethod]
    #[expect(clippy::needless_pass_by_value, reason = "arrays as Python hands them over")]
    fn max_cut(n: usize, u: Whole<'_>, v: Whole<'_>, weights: Whole<'_>) -> PyResult<Self> {
        let graph = graph(n, &u, &v, Some(&weights))?;
        Self::whole(AnyProblem::MaxCut(MaxCut { graph }))
    }

    /// A maximum independent set.
    #[staticmethod]
    #[pyo3(signature = (n, u, v, penalty = None))]
    #[expect(clippy::needless_pass_by_value, reason = "arrays as Python hands them over")]
    fn independent_set(n: usize, u: Whole<'_>, v: Whole<'_>, penalty: Option<i64>) -> PyResult<Self> {
        let mut problem = IndependentSet::new(graph(n, &u, &v, None)?);
        problem.penalty = penalty.unwrap_or(problem.penalty);
        Self::whole(AnyProblem::IndependentSet(problem))
    }

    /// A colouring with `colours` colours.
    #[staticmethod]
    #[pyo3(signature = (n, u, v, colours, one_colour_penalty = None, edge_penalty = None))]
    #[expect(clippy::needless_pass_by_value, reason = "arrays as Python hands them over")]
    fn coloring(
        n: usize,
        u: Whole<'_>,
        v: Whole<'_>,
        colours: usize,
        one_colour_penalty: Option<i64>,
        edge_penalty: Option<i64>,
    ) -> PyResult<Self> {
        let mut problem = Coloring::new(graph(n, &u, &v, None)?, colours);
        problem.one_colour_penalty = one_colour_penalty.unwrap_or(problem.one_colour_penalty);
        problem.edge_penalty = edge_penalty.unwrap_or(problem.edge_penalty);
        Self::whole(AnyProblem::Coloring(problem))
    }

    /// A partition of numbers.
    #[staticmethod]
    #[expect(clippy::needless_pass_by_value, reason = "an array as Python hands it over")]
    fn partition(numbers: Whole<'_>) -> PyResult<Self> {
        Self::whole(AnyProblem::Partition(Partition { numbers: numbers.as_array().to_vec() }))
    }

    /// A shortest tour, from the matrix of distances.
    #[staticmethod]
    #[pyo3(signature = (distances, penalty = None))]
    #[expect(clippy::needless_pass_by_value, reason = "an array as Python hands it over")]
    fn tour(distances: PyReadonlyArray2<'_, i64>, penalty: Option<i64>) -> PyResult<Self> {
        let matrix = distances.as_array();
        let &[n, columns] = matrix.shape() else { return Err(value_error("distances must be a matrix")) };
        if n != columns {
            return Err(value_error(format!("distances are {n} x {columns}; they must be a square matrix")));
        }
        let distances = Distances::new(n, |from, to| matrix[[from, to]]).map_err(value_error)?;
        let mut problem = Tour::new(distances);
        problem.penalty = penalty.unwrap_or(problem.penalty);
        Self::whole(AnyProblem::Tour(problem))
    }

    /// The most clauses of literals +v and -v, variables from 1 to n.
    #[staticmethod]
    #[expect(clippy::needless_pass_by_value, reason = "lists as Python hands them over")]
    fn max_sat(n: usize, clauses: Vec<Vec<i64>>) -> PyResult<Self> {
        Self::whole(AnyProblem::MaxSat(MaxSat::new(n, &clauses).map_err(value_error)?))
    }

    /// A matrix with the given entries, and an offset.
    #[staticmethod]
    #[expect(clippy::needless_pass_by_value, reason = "arrays as Python hands them over")]
    fn qubo(
        n: usize,
        rows: Whole<'_>,
        columns: Whole<'_>,
        values: Whole<'_>,
        offset: i64,
        convention: &str,
    ) -> PyResult<Self> {
        let entries = entries(&rows, &columns, values.as_array().iter().copied())?;
        let matrix = Qubo::from_matrix(n, entries, convention_of(convention)?);
        Self::whole(AnyProblem::Qubo(matrix.and_then(|qubo| qubo.with_offset(offset)).map_err(value_error)?))
    }

    /// The same in doubles.
    #[staticmethod]
    #[expect(clippy::needless_pass_by_value, reason = "arrays as Python hands them over")]
    fn real_qubo(
        n: usize,
        rows: Whole<'_>,
        columns: Whole<'_>,
        values: Doubles<'_>,
        offset: f64,
        convention: &str,
    ) -> PyResult<Self> {
        let entries = entries(&rows, &columns, values.as_array().iter().copied())?;
        let convention = convention_of(convention)?;
        Self::of(Statement::real_matrix(n, &entries, offset, convention).map_err(value_error)?)
    }

    /// Fields, couplings, and an offset.
    #[staticmethod]
    #[expect(clippy::needless_pass_by_value, reason = "arrays as Python hands them over")]
    fn ising(
        fields: Whole<'_>,
        rows: Whole<'_>,
        columns: Whole<'_>,
        couplings: Whole<'_>,
        offset: i64,
    ) -> PyResult<Self> {
        let entries = entries(&rows, &columns, couplings.as_array().iter().copied())?;
        let ising = Ising::new(fields.as_array().to_vec(), entries);
        Self::whole(AnyProblem::Ising(
            ising.and_then(|ising| ising.with_offset(offset)).map_err(value_error)?,
        ))
    }

    /// Linear and pair coefficients in doubles, and an offset, over bits or spins.
    #[staticmethod]
    #[expect(clippy::needless_pass_by_value, reason = "arrays as Python hands them over")]
    fn quadratic(
        py: Python<'_>,
        linear: Doubles<'_>,
        rows: Whole<'_>,
        columns: Whole<'_>,
        values: Doubles<'_>,
        offset: f64,
        is_binary: bool,
    ) -> PyResult<Self> {
        let linear = linear.as_array().to_vec();
        let pairs = entries(&rows, &columns, values.as_array().iter().copied())?;
        py.detach(|| {
            let terms = Terms { linear, pairs, offset, is_binary };
            Self::of(Statement::Real(Real::new(terms).map_err(value_error)?))
        })
    }

    /// The kind's name.
    #[getter]
    fn kind(&self) -> &'static str {
        self.statement.kind().name()
    }

    /// `"minimise"` or `"maximise"`.
    #[getter]
    fn sense(&self) -> &'static str {
        match self.statement.sense() {
            Sense::Minimise => "minimise",
            Sense::Maximise => "maximise",
        }
    }

    /// Entries of a solution.
    #[getter]
    fn size(&self) -> usize {
        self.statement.size()
    }

    /// Spins.
    #[getter]
    fn n_variables(&self) -> usize {
        self.ising.n()
    }

    /// Pairs of spins with a coupling.
    #[getter]
    fn n_couplings(&self) -> usize {
        self.ising.n_couplings()
    }

    /// What integer energies are divided by to give the problem's unit.
    #[getter]
    fn scale(&self) -> f64 {
        self.statement.temperature_factor(&self.ising)
    }

    /// What is added to every integer energy.
    #[getter]
    fn offset(&self) -> i64 {
        self.ising.offset()
    }

    /// The integer fields.
    fn fields<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        PyArray1::from_slice(py, self.ising.fields())
    }

    /// The integer couplings: both ends, ascending, and values.
    #[expect(clippy::type_complexity, reason = "three arrays")]
    fn couplings<'py>(
        &self,
        py: Python<'py>,
    ) -> (Bound<'py, PyArray1<i64>>, Bound<'py, PyArray1<i64>>, Bound<'py, PyArray1<i64>>) {
        let column = |value: &dyn Fn((usize, usize, i64)) -> i64| {
            PyArray1::from_vec(py, self.ising.couplings().map(value).collect())
        };
        (column(&|c| c.0 as i64), column(&|c| c.1 as i64), column(&|c| c.2))
    }

    /// The name and numbers of a schedule of that name, fitted to the problem; temperatures in the problem's unit.
    fn fitted(&self, name: &str) -> PyResult<Described> {
        let schedule = options::schedule(name, &[], 1.0, &self.ising)?;
        Ok(options::described(&schedule, self.statement.temperature_factor(&self.ising)))
    }

    /// What rounding to integers cost; none for problems in integers.
    #[getter]
    fn rounding<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let Statement::Real(Real { rounded, .. }) = &self.statement else { return Ok(None) };
        let entries = PyDict::new(py);
        entries.set_item("unit_log2", rounded.unit_log2)?;
        entries.set_item("num_rounded", rounded.n_rounded)?;
        entries.set_item("max_error", rounded.max_error)?;
        entries.set_item("energy_error", rounded.energy_error)?;
        Ok(Some(entries))
    }

    /// The energy of a state in the problem's unit, the smaller the better.
    #[expect(clippy::needless_pass_by_value, reason = "an array as Python hands it over")]
    fn energy(&self, spins: PyReadonlyArray1<'_, i8>) -> PyResult<f64> {
        let spins = spins.as_array().to_vec();
        let energy = self.ising.energy(&spins).map_err(value_error)?;
        Ok(self.statement.energy(&self.ising, energy, &spins))
    }

    /// What a state stands for: solution and objective, if it breaks no rules, and the rules that it breaks.
    #[expect(clippy::type_complexity, reason = "a solution, its value, and why there is none")]
    #[expect(clippy::needless_pass_by_value, reason = "an array as Python hands it over")]
    fn decode<'py>(
        &self,
        py: Python<'py>,
        spins: PyReadonlyArray1<'py, i8>,
    ) -> PyResult<(Option<Bound<'py, PyArray1<i64>>>, Option<Bound<'py, PyAny>>, Vec<Broken>)> {
        let answer = self.answer(&spins.as_array().to_vec())?;
        let solution = answer.solution.map(|solution| PyArray1::from_vec(py, solution));
        let value = answer.value.map(|value| number(py, value)).transpose()?;
        Ok((solution, value, answer.violations.iter().map(broken).collect()))
    }

    /// The state that stands for a solution.
    #[expect(clippy::needless_pass_by_value, reason = "an array as Python hands it over")]
    fn encode<'py>(&self, py: Python<'py>, solution: Whole<'py>) -> PyResult<Bound<'py, PyArray1<i8>>> {
        let spins = self.statement.encode(&solution.as_array().to_vec()).map_err(value_error)?;
        Ok(PyArray1::from_vec(py, spins))
    }

    /// Anneals. Ctrl-C stops it; so does `interrupt`, a function that is called now and then, by returning something true,
    /// and then what was found until then is returned.
    #[pyo3(signature = (num_steps, num_anneals, num_reads, seed, discipline = None, rule = None, schedule = None, target = None, time_limit = None, initial = None, interrupt = None, stop_all = false, core_time = None))]
    #[expect(clippy::too_many_arguments, reason = "options with names in Python")]
    fn solve(
        &self,
        py: Python<'_>,
        num_steps: u64,
        num_anneals: u64,
        num_reads: u64,
        seed: u64,
        discipline: Option<&str>,
        rule: Option<&str>,
        schedule: Option<(String, Vec<f64>)>,
        target: Option<&Bound<'_, PyAny>>,
        time_limit: Option<f64>,
        initial: Option<PyReadonlyArray2<'_, i8>>,
        interrupt: Option<&Bound<'_, PyAny>>,
        stop_all: bool,
        core_time: Option<f64>,
    ) -> PyResult<QuboOutcome> {
        let factor = self.statement.temperature_factor(&self.ising);
        let options = Options {
            discipline: discipline.map(str::parse::<Discipline>).transpose().map_err(value_error)?,
            rule: rule.map(options::rule).transpose()?,
            schedule: schedule
                .map(|(name, numbers)| options::schedule(&name, &numbers, factor, &self.ising))
                .transpose()?,
            n_ticks: count("the number of ticks", num_steps)?,
            n_anneals: count("the number of anneals", num_anneals)?,
            n_replicas: count("the number of replicas", num_reads)?,
            seed,
            target: target.map(|target| self.target(target)).transpose()?,
            stops_all: stop_all,
            time_limit: options::seconds("the time limit", time_limit)?,
            ..Options::default()
        };
        check_reads(options.n_replicas, self.ising.n())?;
        let initial = self.initial(initial, options.n_replicas)?;
        let core_time = options::seconds("the core time", core_time)?;
        listening(py, interrupt, |is_stopped| {
            let fitted = core_time.map(|time| options.fitted_to(&self.ising, time));
            let options = fitted.unwrap_or(Ok(options)).map_err(value_error)?;
            QuboOutcome::new(self, solve(&self.ising, &options, &initial, is_stopped)?)
        })?
    }

    fn __repr__(&self) -> String {
        let (n, m) = (self.ising.n(), self.ising.n_couplings());
        format!("QuboProblem({}, {n} variables, {m} couplings)", self.statement.kind().name())
    }
}

impl QuboProblem {
    fn whole(problem: AnyProblem) -> PyResult<Self> {
        Self::of(Statement::Whole(problem))
    }

    fn of(statement: Statement) -> PyResult<Self> {
        let ising = statement.ising().map_err(value_error)?;
        Ok(Self { statement, ising })
    }

    /// What a state stands for.
    pub(crate) fn answer(&self, spins: &[i8]) -> PyResult<Answer> {
        self.statement.decode(spins).map_err(value_error)
    }

    fn target(&self, target: &Bound<'_, PyAny>) -> PyResult<i64> {
        let target = match (target.extract::<i64>(), target.extract::<f64>()) {
            (Ok(whole), _) => Target::Whole(whole),
            (_, Ok(real)) if !real.is_nan() => Target::Real(real),
            _ => return Err(value_error(format!("target is {}; it must be a number", target.repr()?))),
        };
        self.statement.energy_of_target(&self.ising, target).map_err(value_error)
    }

    /// States to begin with: none, or one for each read.
    fn initial(&self, given: Option<PyReadonlyArray2<'_, i8>>, reads: u32) -> PyResult<Vec<Vec<i8>>> {
        let Some(given) = given else { return Ok(Vec::new()) };
        let rows: Vec<Vec<i8>> = given.as_array().outer_iter().map(|row| row.to_vec()).collect();
        if rows.len() != 1 && rows.len() != reads as usize {
            let found = rows.len();
            return Err(value_error(format!(
                "{found} states to begin with for {reads} reads; give one, or one for each read"
            )));
        }
        for row in &rows {
            self.ising
                .energy(row)
                .map_err(|error| value_error(format!("the state to begin with: {error}")))?;
        }
        Ok(rows)
    }
}

/// A whole number as `int`, any other as `float`.
fn number(py: Python<'_>, value: Value) -> PyResult<Bound<'_, PyAny>> {
    let whole = if let Value::Exact(fraction) = value { fraction.as_integer() } else { None };
    match whole {
        Some(whole) => Ok(whole.into_pyobject(py)?.into_any()),
        None => Ok(value.to_f64().into_pyobject(py)?.into_any()),
    }
}

fn broken(violation: &Violation) -> Broken {
    match *violation {
        Violation::EdgeInside { u, v } => ("edge_inside", vec![u, v]),
        Violation::Colours { vertex, count } => ("colours", vec![vertex, count]),
        Violation::SameColour { u, v, colour } => ("same_colour", vec![u, v, colour]),
        Violation::Visits { city, count } => ("visits", vec![city, count]),
        Violation::Cities { position, count } => ("cities", vec![position, count]),
        _ => ("other", Vec::new()),
    }
}

fn sense_of(name: &str) -> PyResult<Sense> {
    match name {
        "minimise" => Ok(Sense::Minimise),
        "maximise" => Ok(Sense::Maximise),
        _ => Err(value_error(format!("sense is `{name}`; it must be minimise or maximise"))),
    }
}

fn convention_of(name: &str) -> PyResult<Convention> {
    match name {
        "upper_triangular" => Ok(Convention::UpperTriangular),
        "half_of_symmetric" => Ok(Convention::HalfOfSymmetric),
        "full" => Ok(Convention::Full),
        _ => Err(value_error(format!(
            "`{name}` is not a convention; known are upper_triangular, half_of_symmetric and full"
        ))),
    }
}

/// Places and values, if there are as many of each and no place is negative.
fn entries<T>(
    rows: &Whole<'_>,
    columns: &Whole<'_>,
    values: impl ExactSizeIterator<Item = T>,
) -> PyResult<Vec<(usize, usize, T)>> {
    let (rows, columns) = (rows.as_array(), columns.as_array());
    if rows.len() != columns.len() || rows.len() != values.len() {
        let (rows, columns, values) = (rows.len(), columns.len(), values.len());
        return Err(value_error(format!(
            "{rows} rows, {columns} columns, {values} values: there must be as many of each"
        )));
    }
    let place = |found: i64| {
        let allowed = "0 or more".to_owned();
        let negative = QuboError::OutOfRange { what: "an index", found: found.into(), allowed };
        usize::try_from(found).map_err(|_| value_error(negative))
    };
    rows.iter().zip(columns).zip(values).map(|((&i, &j), v)| Ok((place(i)?, place(j)?, v))).collect()
}

fn graph(n: usize, u: &Whole<'_>, v: &Whole<'_>, weights: Option<&Whole<'_>>) -> PyResult<Graph> {
    let edges = match weights {
        Some(weights) => entries(u, v, weights.as_array().iter().copied())?,
        None => entries(u, v, std::iter::repeat_n(1, u.as_array().len()))?,
    };
    Graph::new(n, edges).map_err(value_error)
}
