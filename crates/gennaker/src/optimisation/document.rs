//! A search as one JSON document.

use gennaker_qubo::{AnySolution, Fraction, Problem, Sense};
use serde_json::{Map, Value, json};

use super::words::schedule_text;
use super::{Ended, Optimisation, Optimum};

impl Optimum {
    /// Everything that a script needs: problem, options in full, the best solution, every read, the course of values. Values are
    /// numbers beside `exact` texts; what is counted begins where the problem's file begins, at `first_index`.
    #[must_use]
    pub fn document(&self, optimisation: &Optimisation) -> Map<String, Value> {
        let parts = json!({
            "problem": problem(optimisation),
            "options": self.options_value(optimisation),
            "best": self.best_value(optimisation),
            "target": self.target_value(optimisation),
            "reads": self.reads_value(),
            "course": self.course_value(),
            "ended": match self.ended {
                Ended::Completed => "completed",
                Ended::TimeLimit => "time limit",
                Ended::Interrupted => "interrupted",
            },
            "hardware": self.hardware,
            "seconds": self.seconds,
            "n_proposals": self.n_proposals(),
            "n_flips": self.n_flips(),
            "proposals_per_second": self.proposals_per_second(),
        });
        parts.as_object().cloned().unwrap_or_default()
    }

    /// As the run had them, chosen and given alike, so that they repeat it.
    fn options_value(&self, optimisation: &Optimisation) -> Value {
        let options = &self.options;
        json!({
            "steps": self.outcome.n_ticks,
            "anneals": options.n_anneals,
            "reads": options.n_replicas,
            "seed": options.seed,
            "discipline": self.outcome.discipline.to_string(),
            "n_classes": self.outcome.n_classes,
            "rule": self.outcome.rule.name(),
            "schedule": schedule_text(&self.outcome.schedule, optimisation.ising().scale()),
            "target_energy": options.target,
            "stops_all": options.stops_all,
            "time_limit_s": options.time_limit.map(|limit| limit.as_secs_f64()),
            "has_initial_state": options.initial.is_some(),
            "threads": optimisation.threads,
        })
    }

    fn best_value(&self, optimisation: &Optimisation) -> Value {
        let read = self.best_read();
        let from = optimisation.first_index();
        let solution = self.solution.solution.as_ref().map(|(solution, _)| solution_value(solution, from));
        let violations = self.solution.violations.iter().map(|v| v.counted_from(from).to_string());
        json!({
            "read": self.best,
            "objective": self.objective().map(value),
            "is_feasible": self.solution.is_feasible(),
            "violations": violations.collect::<Vec<_>>(),
            "state_value": value(read.value),
            "energy": read.energy,
            "tick_found": read.tick_found,
            "solution": solution,
            "spins": self.outcome.solutions[self.best].spins,
        })
    }

    fn target_value(&self, optimisation: &Optimisation) -> Value {
        let Some(target) = self.target else { return Value::Null };
        let times = self.time_to_target;
        json!({
            "state_value": value(target.value),
            "is_ideal": target.is_ideal,
            "gap": self.gap(optimisation.problem().sense()),
            "n_runs": times.map(|t| t.n_runs),
            "n_met": times.map(|t| t.n_successes),
            "median_ticks": times.and_then(|t| t.median_ticks),
            "ticks_99": times.and_then(|t| t.ticks_99),
        })
    }

    fn reads_value(&self) -> Vec<Value> {
        let read = |read: &super::Read| {
            json!({
                "energy": read.energy,
                "state_value": value(read.value),
                "objective": read.objective.map(value),
                "n_violations": read.n_violations,
                "tick_found": read.tick_found,
                "ticks": read.n_ticks,
                "flips": read.n_flips,
                "proposals": read.n_proposals,
                "ticks_to_target": read.ticks_to_target,
                "swings": read.n_swings,
            })
        };
        self.reads.iter().map(read).collect()
    }

    /// Columns, of which each is a list.
    fn course_value(&self) -> Value {
        let column = |of: fn(&super::CoursePoint) -> f64| self.course.iter().map(of).collect::<Vec<f64>>();
        json!({
            "tick": self.course.iter().map(|p| p.tick).collect::<Vec<_>>(),
            "low": column(|p| p.low),
            "median": column(|p| p.median),
            "high": column(|p| p.high),
            "best": column(|p| p.best),
        })
    }
}

fn problem(optimisation: &Optimisation) -> Value {
    let (problem, ising) = (optimisation.problem(), optimisation.ising());
    let sizes: Map<String, Value> =
        problem.sizes().into_iter().map(|(what, n)| (what.to_owned(), n.into())).collect();
    json!({
        "name": optimisation.name,
        "kind": problem.kind().name(),
        "is_guessed": optimisation.is_guessed(),
        "sizes": sizes,
        "value_name": problem.kind().value_name(),
        "sense": if problem.sense() == Sense::Maximise { "maximise" } else { "minimise" },
        "first_index": optimisation.first_index(),
        "n_spins": ising.n(),
        "n_couplings": ising.n_couplings(),
        "max_coupling": ising.max_coupling(),
        "energy_scale": ising.scale(),
    })
}

fn value(exact: Fraction) -> Value {
    json!({ "number": exact.to_f64(), "exact": exact.to_string() })
}

/// Lists by vertex, variable or number; sets and tours are lists of what is in them.
fn solution_value(solution: &AnySolution, from: usize) -> Value {
    let bits = |bits: &[bool]| bits.iter().map(|&b| u8::from(b)).collect::<Vec<_>>();
    let shifted = |numbers: &[usize]| numbers.iter().map(|n| n + from).collect::<Vec<_>>();
    match solution {
        AnySolution::Sides(sides) => json!({ "sides": bits(sides) }),
        AnySolution::Bits(values) => json!({ "bits": values }),
        AnySolution::Spins(values) => json!({ "spins": values }),
        AnySolution::Set(set) => {
            let members: Vec<usize> = (0..set.len()).filter(|&v| set[v]).collect();
            json!({ "set": shifted(&members) })
        }
        AnySolution::Colours(colours) => json!({ "colours": shifted(colours) }),
        AnySolution::Parts(parts) => json!({ "parts": bits(parts) }),
        AnySolution::Tour(cities) => json!({ "tour": shifted(cities) }),
        AnySolution::Assignment(values) => json!({ "assignment": bits(values) }),
        _ => Value::Null,
    }
}
