//! `QuboProblem`: one class for problems of all kinds.

use std::path::PathBuf;

use gennaker::network::SpikeRecording;
use gennaker::qubo::read::{Choice, Limits, ReadError, open};
use gennaker::qubo::spiking::MAX_POTENTIAL;
use gennaker::qubo::{
    AnyProblem, Coloring, Convention, Distances, Graph, IndependentSet, Ising, Kind, MaxCut, MaxSat,
    Partition, Qubo, QuboError, Sense, Tour, Violation,
};
use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::value_error;
use crate::network::Network;

use super::options::{self, Described, Given, GivenMachine, check_synapses};
use super::outcome::QuboOutcome;
use super::running::{listening, solve, solve_for};
use super::spiking;
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

    /// The same with couplings in `bits` bits, the sign's among them, and local fields in those that neurons have.
    fn rounded(&self, py: Python<'_>, bits: u32) -> PyResult<Self> {
        if !(2..=32).contains(&bits) {
            return Err(value_error(format!("bits is {bits}; it must be 2 to 32")));
        }
        py.detach(|| {
            let whole = "the problem is in whole numbers, which neurons take as they are: rounded, it would be another one; take out \
                         common factors, or state it in smaller numbers";
            let rounded = self.statement.rounded(bits).ok_or_else(|| value_error(whole))?;
            Self::of(rounded.map_err(value_error)?)
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
    /// and then what was found until then is returned. With a `machine`, the reads are laid on it first.
    #[pyo3(signature = (options, target = None, time_limit = None, interrupt = None, stop_all = false, core_time = None, machine = None))]
    #[expect(clippy::too_many_arguments, reason = "options with names in Python")]
    #[expect(clippy::needless_pass_by_value, reason = "dictionaries as Python hands them over")]
    fn solve(
        &self,
        py: Python<'_>,
        options: Given<'_>,
        target: Option<&Bound<'_, PyAny>>,
        time_limit: Option<f64>,
        interrupt: Option<&Bound<'_, PyAny>>,
        stop_all: bool,
        core_time: Option<f64>,
        machine: Option<GivenMachine<'_>>,
    ) -> PyResult<QuboOutcome> {
        let mut run = options.run(self)?;
        run.options.target = target.map(|target| self.target(target)).transpose()?;
        run.options.stops_all = stop_all;
        run.options.time_limit = options::seconds("the time limit", time_limit)?;
        let core_time = options::seconds("the core time", core_time)?;
        let machine = machine.map(|machine| machine.options()).transpose()?;
        if stop_all {
            run.check_together("leave stop_all out")?;
        }
        if machine.is_some() {
            self.check_potentials()?;
            run.check_together("leave the machine out")?;
            check_synapses(run.options.n_replicas, &self.ising)?;
        }
        listening(py, interrupt, |is_stopped| {
            if let Some(time) = core_time {
                run.options = run.options.fitted_to(&self.ising, time).map_err(value_error)?;
            }
            let Some(machine) = machine else {
                return QuboOutcome::new(self, solve(&self.ising, &run, is_stopped)?, None);
            };
            let (outcome, hardware) = solve_for(&self.ising, run, &machine, is_stopped)?;
            QuboOutcome::new(self, outcome, Some(hardware))
        })?
    }

    /// The ticks in which every neuron is asked once, or, where chance decides who is, once on average.
    #[expect(clippy::needless_pass_by_value, reason = "a dictionary as Python hands it over")]
    fn ticks_per_sweep(&self, options: Given<'_>) -> PyResult<u64> {
        options.run(self)?.ticks_per_sweep(&self.ising)
    }

    /// The spiking network of a run with these options: one population and one projection for each read.
    #[expect(clippy::needless_pass_by_value, reason = "a dictionary as Python hands it over")]
    fn network(&self, py: Python<'_>, options: Given<'_>, coding: &str) -> PyResult<Network> {
        let run = options.run(self)?;
        let coding = coding.parse().map_err(value_error)?;
        self.check_potentials()?;
        py.detach(|| spiking::network(self, &run, coding))
    }

    /// What the reads of that network found, from ticks and neurons of each one's spikes; and their energies after every tick, in the
    /// problem's unit, as the neurons see it.
    #[expect(clippy::needless_pass_by_value, reason = "a dictionary and arrays as Python hands them over")]
    fn replay<'py>(
        &self,
        py: Python<'py>,
        options: Given<'_>,
        coding: &str,
        spikes: Vec<(PyReadonlyArray1<'_, u32>, PyReadonlyArray1<'_, u32>)>,
        n_ticks: u32,
    ) -> PyResult<(QuboOutcome, Bound<'py, PyArray2<f64>>)> {
        let run = options.run(self)?;
        let coding = coding.parse().map_err(value_error)?;
        let spikes: Vec<SpikeRecording> = spikes.iter().map(spiking::recording).collect();
        let (outcome, energies) = py.detach(|| spiking::replay(self, &run, coding, &spikes, n_ticks))?;
        Ok((outcome, PyArray1::from_vec(py, energies).reshape([spikes.len(), n_ticks as usize])?))
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

    /// Refuses doubles in more bits than neurons have; integers are left to the network to refuse.
    fn check_potentials(&self) -> PyResult<()> {
        let largest = self.ising.max_local_field();
        if largest <= MAX_POTENTIAL || matches!(self.statement, Statement::Whole(_)) {
            return Ok(());
        }
        Err(value_error(format!(
            "in this problem's {:.0} bits a spin can feel a field of {largest}, but a neuron's potential is exact up to {MAX_POTENTIAL} only: \
             round it, problem.rounded(bits=16), or solve on the host without a machine",
            (largest as f64).log2().ceil()
        )))
    }

    fn target(&self, target: &Bound<'_, PyAny>) -> PyResult<i64> {
        let target = match (target.extract::<i64>(), target.extract::<f64>()) {
            (Ok(whole), _) => Target::Whole(whole),
            (_, Ok(real)) if !real.is_nan() => Target::Real(real),
            _ => return Err(value_error(format!("target is {}; it must be a number", target.repr()?))),
        };
        self.statement.energy_of_target(&self.ising, target).map_err(value_error)
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
