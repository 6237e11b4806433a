//! A solver's options from Python's, in the problem's own units.

use std::time::Duration;

use gennaker::optimisation::HardwareOptions;
use gennaker::qubo::Ising;
use gennaker::qubo::solver::{Decided, Discipline, Options, Rule, Schedule, SolverError};
use numpy::PyReadonlyArray2;
use pyo3::prelude::*;

use crate::account;
use crate::error::value_error;

use super::problem::QuboProblem;

/// The most spins of all reads together: 2^32, 4 GiB of them.
const MAX_SPINS: u128 = 1 << 32;
/// What a read takes beside its spins, in spins.
const READ_SIZE: u128 = 64;
/// The most synapses of a network, in lists of 20 bytes each: 10 GiB.
const MAX_SYNAPSES: u128 = 1 << 29;

/// A schedule's name and its numbers, temperatures in the problem's unit.
pub(crate) type Described = (String, Vec<f64>);

/// What decides the states of a run, on the host and on a network: a dictionary.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Given<'py> {
    num_steps: u64,
    num_anneals: u64,
    num_reads: u64,
    seed: u64,
    discipline: Option<String>,
    rule: Option<String>,
    schedule: Option<Described>,
    initial: Option<PyReadonlyArray2<'py, i8>>,
}

/// A solver's options, and how reads begin.
pub(crate) struct Run {
    pub(crate) options: Options,
    /// A state for each read to begin with; empty if they begin as the options say.
    pub(crate) starts: Vec<Vec<i8>>,
}

/// A machine and assumptions about it: a dictionary.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct GivenMachine<'py> {
    machine: String,
    coding: String,
    account: Option<Bound<'py, PyAny>>,
}

impl Given<'_> {
    /// The options for a problem.
    pub(crate) fn run(&self, problem: &QuboProblem) -> PyResult<Run> {
        let ising = &problem.ising;
        let factor = problem.statement.temperature_factor(ising);
        let described = |(name, numbers): &Described| schedule(name, numbers, factor, ising);
        let options = Options {
            discipline: self.discipline.as_deref().map(str::parse).transpose().map_err(value_error)?,
            rule: self.rule.as_deref().map(rule).transpose()?,
            schedule: self.schedule.as_ref().map(described).transpose()?,
            n_ticks: count("the number of ticks", self.num_steps)?,
            n_anneals: count("the number of anneals", self.num_anneals)?,
            n_replicas: count("the number of replicas", self.num_reads)?,
            seed: self.seed,
            ..Options::default()
        };
        check_reads(options.n_replicas, ising.n())?;
        let mut starts = self.starts(ising, options.n_replicas)?;
        let is_one = starts.windows(2).all(|two| two[0] == two[1]);
        let initial = if is_one { starts.drain(..).next() } else { None };
        Ok(Run { options: Options { initial, ..options }, starts })
    }

    /// States to begin with: none, one, or one for each read.
    fn starts(&self, ising: &Ising, reads: u32) -> PyResult<Vec<Vec<i8>>> {
        let Some(given) = &self.initial else { return Ok(Vec::new()) };
        let rows: Vec<Vec<i8>> = given.as_array().outer_iter().map(|row| row.to_vec()).collect();
        if rows.len() != 1 && rows.len() != reads as usize {
            let found = rows.len();
            return Err(value_error(format!(
                "{found} states to begin with for {reads} reads; give one, or one for each read"
            )));
        }
        for row in &rows {
            ising.energy(row).map_err(|error| value_error(format!("the state to begin with: {error}")))?;
        }
        Ok(rows)
    }
}

impl Run {
    /// Refuses reads that begin with different states, which run on their own, for what concerns all of them together.
    pub(crate) fn check_together(&self, instead: &str) -> PyResult<()> {
        if self.starts.is_empty() {
            return Ok(());
        }
        Err(value_error(format!(
            "reads that begin with different states run on their own; {instead}, or give one state"
        )))
    }

    /// The ticks in which every neuron is asked once: turns of all classes, or, where a part is drawn to decide, as many as that takes
    /// on average.
    pub(crate) fn ticks_per_sweep(&self, ising: &Ising) -> PyResult<u64> {
        let decided = Decided::new(ising, &self.options).map_err(value_error)?;
        match decided.discipline {
            Discipline::Colour => Ok(decided.n_classes().max(1) as u64),
            Discipline::Gate(part) => Ok((1.0 / part).ceil() as u64),
            _ => Ok(1),
        }
    }
}

impl GivenMachine<'_> {
    /// The options for a machine, of which `auto` is the smallest that has room.
    pub(crate) fn options(&self) -> PyResult<HardwareOptions> {
        Ok(HardwareOptions {
            machine: Some(self.machine.clone()).filter(|machine| machine != "auto"),
            coding: self.coding.parse().map_err(value_error)?,
            account: account::options(self.account.as_ref())?,
            ..HardwareOptions::default()
        })
    }
}

/// The rule of that name.
fn rule(name: &str) -> PyResult<Rule> {
    match name {
        "metropolis" => Ok(Rule::Metropolis),
        "heat_bath" => Ok(Rule::HeatBath),
        _ => Err(value_error(format!("`{name}` is not a rule; known are metropolis and heat_bath"))),
    }
}

/// The rule's name.
pub(crate) fn rule_name(rule: Rule) -> &'static str {
    match rule {
        Rule::Metropolis => "metropolis",
        Rule::HeatBath => "heat_bath",
    }
}

/// The schedule of that name: with its numbers, or, without any, fitted to the problem.
pub(crate) fn schedule(name: &str, numbers: &[f64], factor: f64, ising: &Ising) -> PyResult<Schedule> {
    // What is beyond the highest temperature only in the problem's own unit is as good as the highest there is.
    let hottest = Schedule::HOTTEST;
    let scaled: Vec<f64> =
        numbers.iter().map(|&t| if t <= hottest { (t * factor).min(hottest) } else { t }).collect();
    match (name, &scaled[..]) {
        ("geometric", []) => Ok(Schedule::geometric_for(ising)),
        ("geometric", &[hot, cold]) => Ok(Schedule::Geometric { hot, cold }),
        ("linear", []) => Ok(Schedule::linear_for(ising)),
        ("linear", &[hot, cold]) => Ok(Schedule::Linear { hot, cold }),
        ("fowler_nordheim", []) => Ok(Schedule::fowler_nordheim_for(ising)),
        ("fowler_nordheim", &[a, _]) => Ok(Schedule::FowlerNordheim { a, beta_end: numbers[1] / factor }),
        ("constant", &[temperature]) => Ok(Schedule::Constant { temperature }),
        ("custom", _) => Ok(Schedule::Custom(scaled)),
        ("geometric" | "linear" | "fowler_nordheim" | "constant", _) => Err(value_error(format!(
            "the schedule `{name}` has {} numbers; known are (\"geometric\", hot, cold), (\"linear\", hot, cold), \
             (\"fowler_nordheim\", a, beta_end), (\"constant\", temperature), (\"custom\", temperatures), and \"geometric\", \
             \"linear\" and \"fowler_nordheim\" alone, which are fitted to the problem",
            numbers.len()
        ))),
        _ => Err(value_error(format!(
            "`{name}` is not a schedule; known are geometric, linear, fowler_nordheim, constant and custom"
        ))),
    }
}

/// The schedule's name and numbers.
pub(crate) fn described(schedule: &Schedule, factor: f64) -> Described {
    let (name, numbers) = match schedule {
        &Schedule::Geometric { hot, cold } => ("geometric", vec![hot / factor, cold / factor]),
        &Schedule::Linear { hot, cold } => ("linear", vec![hot / factor, cold / factor]),
        &Schedule::FowlerNordheim { a, beta_end } => ("fowler_nordheim", vec![a / factor, beta_end * factor]),
        &Schedule::Constant { temperature } => ("constant", vec![temperature / factor]),
        Schedule::Custom(list) => ("custom", list.iter().map(|t| t / factor).collect()),
        _ => ("other", Vec::new()),
    };
    (name.to_owned(), numbers)
}

/// Seconds; infinity is no limit.
pub(crate) fn seconds(what: &str, given: Option<f64>) -> PyResult<Option<Duration>> {
    match given {
        None | Some(f64::INFINITY) => Ok(None),
        Some(seconds) if seconds > 0.0 => {
            Ok(Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)))
        }
        Some(seconds) => {
            Err(value_error(format!("{what} is {seconds}; it has to be a number of seconds above 0")))
        }
    }
}

/// A number of ticks, anneals or reads, as far as a solver can count.
fn count(what: &'static str, found: u64) -> PyResult<u32> {
    let limit = u32::MAX.into();
    u32::try_from(found).map_err(|_| value_error(SolverError::Count { what, found, limit }))
}

/// Refuses more reads than memory is meant for, before any is taken.
fn check_reads(reads: u32, n: usize) -> PyResult<()> {
    let amount = u128::from(reads) * (n as u128 + READ_SIZE);
    if amount <= MAX_SPINS {
        return Ok(());
    }
    let most = MAX_SPINS / (n as u128 + READ_SIZE);
    Err(value_error(format!(
        "{reads} reads of {n} variables are more than fit a run, {most}; solve in several runs with seeds of their own"
    )))
}

/// Refuses networks with more synapses than memory is meant for, before any is made. There are eight for each coupling, or more where weights are
/// wide.
pub(crate) fn check_synapses(reads: u32, ising: &Ising) -> PyResult<()> {
    let each = 8 * ising.n_couplings().max(1) as u128;
    if each * u128::from(reads) <= MAX_SYNAPSES {
        return Ok(());
    }
    let most = MAX_SYNAPSES / each;
    Err(value_error(format!(
        "a network of {reads} reads with {each} synapses each is more than fits a run, {most} reads; make several networks with \
         seeds of their own"
    )))
}
