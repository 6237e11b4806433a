//! Gaps to the best known cuts by update discipline, and proposals per second and core.
//!
//!     cargo run --release -p gennaker-qubo --example gaps -- [FOLDER [NAME ...]]
//!
//! FOLDER holds `gset/G1.txt` and so on and `instances.csv` (default: `../shared/data/qubo`); the names are instances of it.
//! The gap is the median of five seeds, in percent of the best known cut; speed is that of one core.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Instant;

use gennaker_qubo::read::{self, Limits};
use gennaker_qubo::solver::{Discipline, Options, Schedule, Solution, SolverError, solve};
use gennaker_qubo::{Ising, MaxCut, Problem};

/// Anneal lengths, in ticks.
const LENGTHS: [u32; 2] = [1_000, 10_000];
/// Replicas of which the median is taken.
const N_SEEDS: u32 = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "../shared/data/qubo".to_owned());
    let mut names: Vec<String> = arguments.collect();
    if names.is_empty() {
        names = ["G1", "G14", "G22", "G43", "G50", "G55"].map(str::to_owned).to_vec();
    }
    println!(
        "| graph | discipline | schedule | gap at 10^3 / % | gap at 10^4 / % | 10^6 proposals/s | 10^6 flips/s |"
    );
    println!("|---|---|---|---|---|---|---|");
    // One thread, so that speeds are those of one core.
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    for name in &names {
        let cut = Cut::read(Path::new(&folder), name)?;
        for (discipline, is_logarithmic) in [
            (Discipline::Sequential, false),
            (Discipline::Sequential, true),
            (Discipline::Random, true),
            (Discipline::Gate(0.1), false),
            (Discipline::Refractory(3), false),
            (Discipline::Colour, false),
            (Discipline::One, false),
        ] {
            println!("{}", one.install(|| cut.row(discipline, is_logarithmic))?);
        }
    }
    Ok(())
}

/// Seconds that this thread has had a processor, where the system says so; elsewhere, those that have passed.
fn seconds() -> f64 {
    static BEGIN: OnceLock<Instant> = OnceLock::new();
    let passed = BEGIN.get_or_init(Instant::now).elapsed().as_secs_f64();
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).map_or(passed, |ns| ns * 1e-9)
}

/// A graph to cut.
struct Cut {
    name: String,
    ising: Ising,
    best: f64,
}

impl Cut {
    fn read(folder: &Path, name: &str) -> Result<Self, Box<dyn Error>> {
        let table = fs::read_to_string(folder.join("instances.csv"))?;
        let row: Vec<&str> = table
            .lines()
            .map(|line| line.split(',').collect())
            .find(|row: &Vec<&str>| row[0] == name && row[2] == "maxcut")
            .ok_or_else(|| format!("instances.csv has no graph to cut of the name `{name}`"))?;
        let limits = Limits::default();
        let graph = read::edge_list(&read::file(&folder.join(row[1]), &limits)?, &limits)?;
        Ok(Self { name: name.to_owned(), ising: MaxCut { graph }.ising()?, best: row[6].parse()? })
    }

    /// A row of the table.
    fn row(&self, discipline: Discipline, is_logarithmic: bool) -> Result<String, SolverError> {
        let schedule = if is_logarithmic {
            Schedule::fowler_nordheim_for(&self.ising)
        } else {
            Schedule::geometric_for(&self.ising)
        };
        let mut gaps = Vec::new();
        let (mut proposals, mut flips, begin) = (0, 0, seconds());
        for n_ticks in LENGTHS {
            let options = Options {
                discipline: Some(discipline),
                schedule: Some(schedule.clone()),
                n_ticks,
                n_replicas: N_SEEDS,
                ..Options::default()
            };
            let outcome = solve(&self.ising, &options)?;
            proposals += outcome.solutions.iter().map(|s| s.n_proposals).sum::<u64>();
            flips += outcome.solutions.iter().map(|s| s.n_flips).sum::<u64>();
            let cut = |s: &Solution| self.ising.value(s.energy).to_f64();
            let mut cuts: Vec<f64> = outcome.solutions.iter().map(cut).collect();
            cuts.sort_by(f64::total_cmp);
            gaps.push(100.0 * (1.0 - cuts[cuts.len() / 2] / self.best));
        }
        let seconds = seconds() - begin;
        let millions = |count: u64| count as f64 / seconds / 1e6;
        Ok(format!(
            "| {} | {discipline} | {} | {:.2} | {:.2} | {:.0} | {:.1} |",
            self.name,
            if is_logarithmic { "Fowler-Nordheim" } else { "geometric" },
            gaps[0],
            gaps[1],
            millions(proposals),
            millions(flips),
        ))
    }
}
