//! Anneals an instance and prints what came out, one JSON object per replica: the half of `scripts/qubo_table.py` that is ours.
//!
//!     cargo run --release -p gennaker-qubo --example anneal -- maxcut gset/G1.txt ticks=1000 replicas=10
//!     cargo run --release -p gennaker-qubo --example anneal -- qubo qubo/bqp500-1.txt seconds=1 discipline=sequential
//!
//! Further settings: `seed=`, `anneals=`, `rule=metropolis|heat-bath`, `schedule=geometric|linear|fowler-nordheim`, and `hot=` and `cold=` for a geometric one,
//! or `hot_times=` and `cold_times=`, factors of the ends that fit the problem. Everything runs on
//! one thread, and `seconds` in the output are those of one core, all replicas, setting up and fitting to the time together.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use gennaker_qubo::read::{self, Limits};
use gennaker_qubo::solver::{Discipline, Options, Rule, Schedule, solve};
use gennaker_qubo::{Ising, MaxCut, Problem, Sense};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kind, file, settings @ ..] = arguments.as_slice() else {
        return Err("a kind (maxcut or qubo), a file, and settings like ticks=1000 are needed".into());
    };
    let pairs = settings.iter().filter_map(|s| s.split_once('='));
    let settings: BTreeMap<&str, &str> = pairs.collect();
    let ising = problem(kind, Path::new(file))?;
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    one.install(|| run(&ising, &settings).map_err(|e| e.to_string()))?;
    Ok(())
}

fn problem(kind: &str, file: &Path) -> Result<Ising, Box<dyn Error>> {
    let limits = Limits::default();
    let bytes = read::file(file, &limits)?;
    match kind {
        "maxcut" => Ok(MaxCut { graph: read::edge_list(&bytes, &limits)? }.ising()?),
        "qubo" => Ok(read::bqp(&bytes, Sense::Minimise, &limits)?.to_ising()?),
        other => Err(format!("`{other}` is neither maxcut nor qubo").into()),
    }
}

fn run(ising: &Ising, settings: &BTreeMap<&str, &str>) -> Result<(), Box<dyn Error>> {
    let number = |name: &str| settings.get(name).map(|text| text.parse::<f64>()).transpose();
    let whole = |name: &str, default: u32| settings.get(name).map_or(Ok(default), |text| text.parse());
    let schedule = match settings.get("schedule").copied().unwrap_or("geometric") {
        "linear" => Schedule::linear_for(ising),
        "fowler-nordheim" => Schedule::fowler_nordheim_for(ising),
        "geometric" => Schedule::geometric_for(ising),
        other => return Err(format!("`{other}` is not a schedule").into()),
    };
    let schedule = match (number("hot")?, number("cold")?) {
        (Some(hot), Some(cold)) => Schedule::Geometric { hot, cold },
        _ => scaled(schedule, number("hot_times")?, number("cold_times")?),
    };
    let begin = seconds();
    let mut options = Options {
        discipline: settings.get("discipline").map(|text| text.parse::<Discipline>()).transpose()?,
        rule: match settings.get("rule").copied() {
            Some("metropolis") => Some(Rule::Metropolis),
            Some("heat-bath") => Some(Rule::HeatBath),
            _ => None,
        },
        schedule: Some(schedule),
        n_ticks: whole("ticks", 1000)?,
        n_anneals: whole("anneals", 1)?,
        n_replicas: whole("replicas", 1)?,
        seed: whole("seed", 0)?.into(),
        ..Options::default()
    };
    if let Some(budget) = number("seconds")? {
        options = options.fitted_to(ising, Duration::from_secs_f64(budget))?;
    }
    let outcome = solve(ising, &options)?;
    let seconds = seconds() - begin;
    for s in &outcome.solutions {
        println!(
            "{{\"value\": {}, \"replica\": {}, \"ticks\": {}, \"seconds\": {seconds:.4}, \"proposals\": {}, \"flips\": {}, \
             \"swings\": {}, \"tick_found\": {}, \"discipline\": \"{}\", \"classes\": {}}}",
            ising.value(s.energy).to_f64(),
            s.replica,
            s.n_ticks,
            s.n_proposals,
            s.n_flips,
            s.n_swings,
            s.tick_found,
            outcome.discipline,
            outcome.n_classes,
        );
    }
    Ok(())
}

/// A schedule with its ends multiplied.
fn scaled(schedule: Schedule, hot_times: Option<f64>, cold_times: Option<f64>) -> Schedule {
    let (hot_times, cold_times) = (hot_times.unwrap_or(1.0), cold_times.unwrap_or(1.0));
    match schedule {
        Schedule::Geometric { hot, cold } => {
            Schedule::Geometric { hot: hot * hot_times, cold: cold * cold_times }
        }
        Schedule::Linear { hot, cold } => Schedule::Linear { hot: hot * hot_times, cold: cold * cold_times },
        Schedule::FowlerNordheim { a, beta_end } => {
            Schedule::FowlerNordheim { a: a * hot_times, beta_end: beta_end / cold_times }
        }
        other => other,
    }
}

/// Seconds that this thread has had a processor, where the system says so; elsewhere, those that have passed.
fn seconds() -> f64 {
    static BEGIN: OnceLock<Instant> = OnceLock::new();
    let passed = BEGIN.get_or_init(Instant::now).elapsed().as_secs_f64();
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).map_or(passed, |ns| ns * 1e-9)
}
