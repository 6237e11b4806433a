//! A solver's options from Python's, in the problem's own units.

use std::time::Duration;

use gennaker::qubo::Ising;
use gennaker::qubo::solver::{Rule, Schedule, SolverError};
use pyo3::PyResult;

use crate::error::value_error;

/// The most spins of all reads together: 2^32, 4 GiB of them.
const MAX_SPINS: u128 = 1 << 32;
/// What a read takes beside its spins, in spins.
const READ_SIZE: u128 = 64;

/// A schedule's name and its numbers, temperatures in the problem's unit.
pub(crate) type Described = (String, Vec<f64>);

/// The rule of that name.
pub(crate) fn rule(name: &str) -> PyResult<Rule> {
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
    // A temperature so high that it overflows is as good as the highest there is.
    let scaled: Vec<f64> =
        numbers.iter().map(|&t| if t.is_finite() { (t * factor).min(f64::MAX) } else { t }).collect();
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
pub(crate) fn count(what: &'static str, found: u64) -> PyResult<u32> {
    let limit = u32::MAX.into();
    u32::try_from(found).map_err(|_| value_error(SolverError::Count { what, found, limit }))
}

/// Refuses more reads than memory is meant for, before any is taken.
pub(crate) fn check_reads(reads: u32, n: usize) -> PyResult<()> {
    let amount = u128::from(reads) * (n as u128 + READ_SIZE);
    if amount <= MAX_SPINS {
        return Ok(());
    }
    let most = MAX_SPINS / (n as u128 + READ_SIZE);
    Err(value_error(format!(
        "{reads} reads of {n} variables are more than fit a run, {most}; solve in several runs with seeds of their own"
    )))
}
