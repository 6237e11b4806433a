//! Schedules and rules as words, on their way in and out.

use gennaker_qubo::solver::{Rule, Schedule};

use super::Optimisation;
use crate::Error;

/// A rule by its name: `metropolis` or `heat-bath`.
///
/// # Errors
/// [`Error::Search`] for any other.
pub fn rule_of(name: &str) -> Result<Rule, Error> {
    [Rule::Metropolis, Rule::HeatBath].into_iter().find(|rule| rule_name(*rule) == name).ok_or_else(|| {
        Error::Search { what: "rule", given: name.to_owned(), problem: "known are metropolis and heat-bath" }
    })
}

/// The name of a rule.
#[must_use]
pub fn rule_name(rule: Rule) -> &'static str {
    match rule {
        Rule::Metropolis => "metropolis",
        Rule::HeatBath => "heat-bath",
    }
}

/// A schedule as [`Optimisation::set_schedule`] takes it, to the last digit.
#[must_use]
pub fn schedule_text(schedule: &Schedule) -> String {
    match schedule {
        Schedule::Geometric { hot, cold } => format!("geometric:{hot}:{cold}"),
        Schedule::Linear { hot, cold } => format!("linear:{hot}:{cold}"),
        Schedule::FowlerNordheim { a, beta_end } => format!("fowler-nordheim:{a}:{beta_end}"),
        Schedule::Constant { temperature } => format!("constant:{temperature}"),
        Schedule::Custom(list) => {
            list.iter().fold("custom".to_owned(), |text, temperature| format!("{text}:{temperature}"))
        }
        _ => "other".to_owned(),
    }
}

impl Optimisation {
    /// Sets the schedule from text: `geometric`, `linear` or `fowler-nordheim`, fitted to the problem, or with values: `geometric:HOT:COLD`,
    /// `linear:HOT:COLD`, `fowler-nordheim:A:BETA`; `constant:T`; `custom:T:T:...`. Temperatures are in the units of
    /// [`Ising::energy`](gennaker_qubo::Ising::energy), which are [`Ising::scale`](gennaker_qubo::Ising::scale) to one of the problem's own.
    ///
    /// # Errors
    /// [`Error::Search`] for texts that are none. Temperatures out of their ranges are the solver's to refuse.
    pub fn set_schedule(&mut self, text: &str) -> Result<(), Error> {
        let problem = "write it as geometric, linear or fowler-nordheim, as geometric:HOT:COLD, linear:HOT:COLD, \
                       fowler-nordheim:A:BETA, constant:T, or custom:T:T:...";
        let refused = || Error::Search { what: "schedule", given: text.to_owned(), problem };
        let mut parts = text.split(':').map(str::trim);
        let name = parts.next().unwrap_or("");
        let values: Vec<f64> =
            parts.map(|part| part.parse().map_err(|_| refused())).collect::<Result<_, _>>()?;
        self.options.schedule = Some(match (name, &values[..]) {
            ("geometric", []) => Schedule::geometric_for(self.ising()),
            ("linear", []) => Schedule::linear_for(self.ising()),
            ("fowler-nordheim", []) => Schedule::fowler_nordheim_for(self.ising()),
            ("geometric", &[hot, cold]) => Schedule::Geometric { hot, cold },
            ("linear", &[hot, cold]) => Schedule::Linear { hot, cold },
            ("fowler-nordheim", &[a, beta_end]) => Schedule::FowlerNordheim { a, beta_end },
            ("constant", &[temperature]) => Schedule::Constant { temperature },
            ("custom", [_, ..]) => Schedule::Custom(values),
            _ => return Err(refused()),
        });
        Ok(())
    }
}
