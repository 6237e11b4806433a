//! Schedules and rules as words, on their way in and out.

use gennaker_qubo::solver::{Rule, Schedule};

use super::Optimisation;
use crate::Error;

/// A rule by its name: `metropolis` or `heat_bath`, with a hyphen if you like.
///
/// # Errors
/// [`Error::Search`] for any other.
pub fn rule_of(name: &str) -> Result<Rule, Error> {
    let problem = "known are metropolis and heat_bath";
    let unknown = || Error::Search { what: "rule", given: name.to_owned(), problem };
    Rule::named(&name.trim().replace('-', "_")).ok_or_else(unknown)
}

/// A schedule as [`Optimisation::set_schedule`] takes it for problems of that [`Ising::scale`](gennaker_qubo::Ising::scale).
#[must_use]
pub fn schedule_text(schedule: &Schedule, scale: i64) -> String {
    let unit = scale as f64;
    match schedule {
        Schedule::Geometric { hot, cold } => format!("geometric:{}:{}", hot / unit, cold / unit),
        Schedule::Linear { hot, cold } => format!("linear:{}:{}", hot / unit, cold / unit),
        Schedule::FowlerNordheim { a, beta_end } => {
            format!("fowler_nordheim:{}:{}", a / unit, beta_end * unit)
        }
        Schedule::Constant { temperature } => format!("constant:{}", temperature / unit),
        Schedule::Custom(list) => {
            list.iter().fold("custom".to_owned(), |text, t| format!("{text}:{}", t / unit))
        }
        _ => "other".to_owned(),
    }
}

impl Optimisation {
    /// Sets the schedule from text: `geometric`, `linear` or `fowler_nordheim`, fitted to the problem, or with values: `geometric:HOT:COLD`,
    /// `linear:HOT:COLD`, `fowler_nordheim:A:BETA`; `constant:T`; `custom:T:T:...`. Temperatures are in the units
    /// of the problem's own values, such as edges cut; BETA is in their inverse.
    ///
    /// # Errors
    /// [`Error::Search`] for texts that are none. Temperatures out of their ranges are the solver's to refuse.
    pub fn set_schedule(&mut self, text: &str) -> Result<(), Error> {
        let problem = "write it as geometric, linear or fowler_nordheim, as geometric:HOT:COLD, linear:HOT:COLD, \
                       fowler_nordheim:A:BETA, constant:T, or custom:T:T:...";
        let refused = || Error::Search { what: "schedule", given: text.to_owned(), problem };
        let mut parts = text.split(':').map(str::trim);
        let name = parts.next().unwrap_or("").replace('-', "_");
        let unit = self.ising().scale() as f64;
        let values: Vec<f64> =
            parts.map(|part| part.parse().map_err(|_| refused())).collect::<Result<_, _>>()?;
        // The solver would refuse them in its own units.
        if !values.iter().all(|value| value.is_finite() && *value >= 0.0) {
            let problem = "its values have to be finite numbers, not below 0";
            return Err(Error::Search { what: "schedule", given: text.to_owned(), problem });
        }
        self.options.schedule = Some(match (name.as_str(), &values[..]) {
            ("geometric", []) => Schedule::geometric_for(self.ising()),
            ("linear", []) => Schedule::linear_for(self.ising()),
            ("fowler_nordheim", []) => Schedule::fowler_nordheim_for(self.ising()),
            ("geometric", &[hot, cold]) => Schedule::Geometric { hot: unit * hot, cold: unit * cold },
            ("linear", &[hot, cold]) => Schedule::Linear { hot: unit * hot, cold: unit * cold },
            ("fowler_nordheim", &[a, beta]) => {
                Schedule::FowlerNordheim { a: unit * a, beta_end: beta / unit }
            }
            ("constant", &[t]) => Schedule::Constant { temperature: unit * t },
            ("custom", [_, ..]) => Schedule::Custom(values.iter().map(|t| unit * t).collect()),
            _ => return Err(refused()),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use gennaker_qubo::{AnyProblem, Graph, MaxCut};

    use super::*;

    #[test]
    fn schedules_are_read_as_they_are_shown() {
        let graph = Graph::new(3, [(0, 1, 1), (1, 2, 1)]).unwrap();
        let mut problem = Optimisation::new("path", AnyProblem::MaxCut(MaxCut { graph })).unwrap();
        // A cut counts twice in energies.
        problem.set_schedule("geometric:3:0.25").unwrap();
        assert_eq!(problem.options.schedule, Some(Schedule::Geometric { hot: 6.0, cold: 0.5 }));
        for text in
            ["geometric:3:0.25", "linear:2:0", "fowler_nordheim:1.5:2", "constant:0.1", "custom:3:2.5:1"]
        {
            problem.set_schedule(text).unwrap();
            assert_eq!(schedule_text(problem.options.schedule.as_ref().unwrap(), 2), text);
        }
        problem.set_schedule("fowler-nordheim").unwrap();
        assert_eq!(problem.options.schedule, Some(Schedule::fowler_nordheim_for(problem.ising())));
        for text in ["geometric:-1:1", "constant:nan", "linear:inf:1"] {
            let message = problem.set_schedule(text).unwrap_err().to_string();
            assert!(message.contains(text) && message.contains("finite numbers"), "{message}");
        }
        for text in ["", "geometric:1", "constant", "custom", "linear:a:b", "hot:1:2", "geometric:1:2:3"] {
            assert!(problem.set_schedule(text).is_err(), "{text}");
        }
        assert_eq!(
            (rule_of("heat-bath").unwrap(), rule_of("metropolis").unwrap().name()),
            (Rule::HeatBath, "metropolis")
        );
        assert!(rule_of("cold").unwrap_err().to_string().contains("known are metropolis"));
    }
}
