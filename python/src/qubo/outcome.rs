//! What a solver found, as arrays with one row for each read.

use gennaker::optimisation::OptimisationHardware;
use gennaker::qubo::solver::{Outcome, Solution, TimeToTarget};
use numpy::{Element, PyArray1, PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::json::to_python;

use super::options::{Described, described, rule_name};
use super::problem::QuboProblem;

type Column<'py, T> = Bound<'py, PyArray1<T>>;

/// What a solver found.
#[pyclass(module = "gennaker", frozen)]
pub(crate) struct QuboOutcome {
    inner: Outcome,
    n: usize,
    energies: Vec<f64>,
    last_energies: Vec<f64>,
    /// Objectives; not a number where rules are broken.
    values: Vec<f64>,
    best: usize,
    schedule: Described,
    hardware: Option<OptimisationHardware>,
}

impl QuboOutcome {
    /// Values every read.
    pub(crate) fn new(
        problem: &QuboProblem,
        inner: Outcome,
        hardware: Option<OptimisationHardware>,
    ) -> PyResult<Self> {
        let (ising, statement) = (&problem.ising, &problem.statement);
        let energy = |energy, spins: &[i8]| statement.energy(ising, energy, spins);
        let energies = inner.solutions.iter().map(|s| energy(s.energy, &s.spins)).collect();
        let last_energies = inner.solutions.iter().map(|s| energy(s.last_energy, &s.last_spins)).collect();
        let mut best: Option<(usize, _)> = None;
        let mut values = Vec::with_capacity(inner.solutions.len());
        for (read, solution) in inner.solutions.iter().enumerate() {
            let answer = problem.answer(&solution.spins)?;
            values.push(answer.value.map_or(f64::NAN, super::statement::Value::to_f64));
            let is_better = best.as_ref().is_none_or(|(other, than)| {
                let sooner = |s: &Solution| (s.energy, s.tick_found);
                let is_sooner = sooner(solution) < sooner(&inner.solutions[*other]);
                let is_worse = statement.is_better(than, &answer);
                statement.is_better(&answer, than) || !is_worse && is_sooner
            });
            if is_better {
                best = Some((read, answer));
            }
        }
        let best = best.map_or(0, |(read, _)| read);
        let schedule = described(&inner.schedule, statement.temperature_factor(ising));
        Ok(Self { n: ising.n(), inner, energies, last_energies, values, best, schedule, hardware })
    }

    fn column<'py, T: Element>(
        &self,
        py: Python<'py>,
        value: impl Fn(&Solution) -> T,
    ) -> Bound<'py, PyArray1<T>> {
        PyArray1::from_vec(py, self.inner.solutions.iter().map(value).collect())
    }

    fn rows<'py>(
        &self,
        py: Python<'py>,
        row: impl Fn(&Solution) -> &[i8],
    ) -> PyResult<Bound<'py, PyArray2<i8>>> {
        let rows: Vec<i8> = self.inner.solutions.iter().flat_map(|s| row(s).iter().copied()).collect();
        PyArray1::from_vec(py, rows).reshape([self.inner.solutions.len(), self.n])
    }
}

#[pymethods]
impl QuboOutcome {
    /// The best state of each read, -1 or +1.
    fn spins<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<i8>>> {
        self.rows(py, |s| &s.spins)
    }

    /// The last state of each read.
    fn last_spins<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<i8>>> {
        self.rows(py, |s| &s.last_spins)
    }

    /// The best energy of each read, in the problem's unit; the smaller the better.
    fn energies<'py>(&self, py: Python<'py>) -> Column<'py, f64> {
        PyArray1::from_slice(py, &self.energies)
    }

    /// The last energy of each read.
    fn last_energies<'py>(&self, py: Python<'py>) -> Column<'py, f64> {
        PyArray1::from_slice(py, &self.last_energies)
    }

    /// The objective of each read's best state; not a number where that breaks rules.
    fn values<'py>(&self, py: Python<'py>) -> Column<'py, f64> {
        PyArray1::from_slice(py, &self.values)
    }

    /// Ticks after which each read's best state was met first.
    fn tick_found<'py>(&self, py: Python<'py>) -> Column<'py, u32> {
        self.column(py, |s| s.tick_found)
    }

    /// Ticks that each read ran.
    fn n_ticks<'py>(&self, py: Python<'py>) -> Column<'py, u32> {
        self.column(py, |s| s.n_ticks)
    }

    /// Ticks after which each read met the target; -1 if it did not.
    fn ticks_to_target<'py>(&self, py: Python<'py>) -> Column<'py, i64> {
        self.column(py, |s| s.ticks_to_target.map_or(-1, i64::from))
    }

    /// Neurons that decided, in each read.
    fn n_proposals<'py>(&self, py: Python<'py>) -> Column<'py, u64> {
        self.column(py, |s| s.n_proposals)
    }

    /// Spins that flipped, in each read.
    fn n_flips<'py>(&self, py: Python<'py>) -> Column<'py, u64> {
        self.column(py, |s| s.n_flips)
    }

    /// The read with the best objective, or else the least energy.
    #[getter]
    fn best(&self) -> usize {
        self.best
    }

    /// The discipline, given or chosen.
    #[getter]
    fn discipline(&self) -> String {
        self.inner.discipline.to_string()
    }

    /// The rule, given or usual.
    #[getter]
    fn rule(&self) -> &'static str {
        rule_name(self.inner.rule)
    }

    /// The schedule's name and numbers, given or fitted; temperatures in the problem's unit.
    #[getter]
    fn schedule(&self) -> Described {
        self.schedule.clone()
    }

    /// Ticks of an anneal, given or fitted.
    #[getter]
    fn num_steps(&self) -> u32 {
        self.inner.n_ticks
    }

    /// Classes that take turns.
    #[getter]
    fn n_classes(&self) -> usize {
        self.inner.n_classes
    }

    /// How long it takes to meet the target: `n_runs`, `n_successes`, `median_ticks`, `ticks_99`.
    fn time_to_target<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let TimeToTarget { n_runs, n_successes, median_ticks, ticks_99 } = self.inner.time_to_target();
        let entries = PyDict::new(py);
        entries.set_item("n_runs", n_runs)?;
        entries.set_item("n_successes", n_successes)?;
        entries.set_item("median_ticks", median_ticks)?;
        entries.set_item("ticks_99", ticks_99)?;
        Ok(entries)
    }

    /// What a machine would need for the run, and its account in full: two dictionaries; none if there was no machine.
    fn hardware<'py>(&self, py: Python<'py>) -> PyResult<Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)>> {
        let Some(hardware) = &self.hardware else { return Ok(None) };
        Ok(Some((to_python(py, hardware)?, to_python(py, &hardware.account)?)))
    }

    fn __len__(&self) -> usize {
        self.inner.solutions.len()
    }

    fn __repr__(&self) -> String {
        format!("QuboOutcome({} reads, {} variables)", self.inner.solutions.len(), self.n)
    }
}
