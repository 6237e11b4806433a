//! Schedules: the temperature of each tick, in the integer units of [`Ising::energy`](crate::Ising::energy).

use crate::Ising;

use super::error::SolverError;

/// How the temperature falls during an anneal. Temperatures are in the units of [`Ising::energy`] (not divided by its scale), with
/// Boltzmann's constant 1.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Schedule {
    /// Equal factors from `hot` in the first tick to `cold` in the last.
    Geometric {
        /// Temperature of the first tick; above 0.
        hot: f64,
        /// Temperature of the last tick; above 0.
        cold: f64,
    },
    /// Equal steps from `hot` in the first tick to `cold` in the last.
    Linear {
        /// Temperature of the first tick; at least 0.
        hot: f64,
        /// Temperature of the last tick; at least 0.
        cold: f64,
    },
    /// NeuroSA's Fowler-Nordheim annealer (Chen et al., Nature Communications 16, 2025): with C = `a` * `beta_end`,
    /// T(x) = `a` / (C ln(1 + x / C)), x from 1 in the first tick to C in the last. So 1 / T grows with the logarithm of
    /// time, the law for which convergence is proved; T begins near `a` and ends at 1.44 / `beta_end`.
    FowlerNordheim {
        /// About the first temperature; above 0.
        a: f64,
        /// 1.44 over the last temperature; above 0, and at least 1 / `a`.
        beta_end: f64,
    },
    /// The same in every tick.
    Constant {
        /// The temperature; at least 0.
        temperature: f64,
    },
    /// Given temperatures, at least 0 each, stretched or thinned to the length of the anneal.
    Custom(Vec<f64>),
}

/// Flips that cost the most an energy can: accepted with probability 1/2 at first, as the field's annealers do.
const LN_2: f64 = std::f64::consts::LN_2;
/// Flips that cost the least are accepted with probability 1/100 at last.
const LN_100: f64 = 4.605_170_185_988_091;

impl Schedule {
    /// From where the costliest flip passes with probability 1/2 to where the cheapest passes with probability 1/100.
    #[must_use]
    pub fn geometric_for(ising: &Ising) -> Self {
        let (cheap, costly) = flip_costs(ising);
        Self::Geometric { hot: costly / LN_2, cold: cheap / LN_100 }
    }

    /// Between the temperatures of [`geometric_for`](Self::geometric_for).
    #[must_use]
    pub fn linear_for(ising: &Ising) -> Self {
        let (cheap, costly) = flip_costs(ising);
        Self::Linear { hot: costly / LN_2, cold: cheap / LN_100 }
    }

    /// NeuroSA's choice: `a` is half of what the costliest flip costs, and `beta_end` is 2 where the cheapest costs 2.
    #[must_use]
    pub fn fowler_nordheim_for(ising: &Ising) -> Self {
        let (cheap, costly) = flip_costs(ising);
        Self::FowlerNordheim { a: costly / 2.0, beta_end: 4.0 / cheap }
    }

    /// Refuses temperatures that are none.
    pub(crate) fn check(&self) -> Result<(), SolverError> {
        let above = |what, x: f64| test(what, x, x > 0.0 && x < f64::INFINITY, "a finite number above 0");
        let from =
            |what, x: f64| test(what, x, (0.0..f64::INFINITY).contains(&x), "a finite number, at least 0");
        match self {
            &Self::Geometric { hot, cold } => above("hot", hot).and(above("cold", cold)),
            &Self::Linear { hot, cold } => from("hot", hot).and(from("cold", cold)),
            &Self::FowlerNordheim { a, beta_end } => {
                above("a", a).and(above("beta_end", beta_end))?;
                test("a * beta_end", a * beta_end, a * beta_end >= 1.0, "at least 1")
            }
            &Self::Constant { temperature } => from("temperature", temperature),
            Self::Custom(list) if list.is_empty() => test("number of temperatures", 0.0, false, "at least 1"),
            Self::Custom(list) => list.iter().try_for_each(|&t| from("temperature", t)),
        }
    }

    /// The temperature of `tick` of an anneal of `n_ticks`.
    #[must_use]
    pub fn temperature(&self, tick: u32, n_ticks: u32) -> f64 {
        let part = f64::from(tick) / f64::from(n_ticks.saturating_sub(1).max(1));
        match self {
            &Self::Geometric { hot, cold } => hot * libm::pow(cold / hot, part),
            &Self::Linear { hot, cold } => hot + (cold - hot) * part,
            &Self::FowlerNordheim { a, beta_end } => {
                let c = a * beta_end;
                let x = 1.0 + (c - 1.0) * part;
                a / (c * libm::log1p(x / c))
            }
            &Self::Constant { temperature } => temperature,
            Self::Custom(list) => {
                let at = u64::from(tick) * list.len() as u64 / u64::from(n_ticks.max(1));
                list.get(at as usize).or(list.last()).copied().unwrap_or(0.0)
            }
        }
    }
}

fn test(what: &'static str, found: f64, holds: bool, allowed: &'static str) -> Result<(), SolverError> {
    if holds { Ok(()) } else { Err(SolverError::Schedule { what, found, allowed }) }
}

/// The least, above 0, and the most that a flip can change the energy by; 1 and 1 where nothing can.
///
/// The least is what the smallest field or coupling alone makes: an estimate, since sums of larger ones can come closer to 0.
fn flip_costs(ising: &Ising) -> (f64, f64) {
    let couplings = (0..ising.n()).flat_map(|i| ising.row(i).1);
    let least = ising.fields().iter().chain(couplings).filter(|w| **w != 0).map(|w| w.unsigned_abs()).min();
    match least {
        None => (1.0, 1.0),
        Some(least) => (2.0 * least as f64, 2.0 * ising.max_local_field() as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_begin_and_end_where_they_say() {
        let ends = |s: &Schedule| (s.temperature(0, 1001), s.temperature(1000, 1001));
        let near = |found: (f64, f64), expected: (f64, f64)| {
            assert!(
                (found.0 / expected.0 - 1.0).abs() < 1e-9 && (found.1 / expected.1 - 1.0).abs() < 1e-9,
                "{found:?}"
            );
        };
        near(ends(&Schedule::Geometric { hot: 90.0, cold: 0.3 }), (90.0, 0.3));
        near(ends(&Schedule::Linear { hot: 9.0, cold: 3.0 }), (9.0, 3.0));
        near(ends(&Schedule::Constant { temperature: 4.0 }), (4.0, 4.0));
        near(ends(&Schedule::Custom(vec![5.0, 4.0, 2.0])), (5.0, 2.0));
        // The published law with A = 60: about A at first, 1 / (2 ln 2) at last.
        let law = Schedule::FowlerNordheim { a: 60.0, beta_end: 2.0 };
        near(ends(&law), (1.0 / (2.0 * (1.0f64 / 120.0).ln_1p()), 1.0 / (2.0 * 2.0f64.ln())));
    }

    #[test]
    fn nonsense_is_refused() {
        for schedule in [
            Schedule::Geometric { hot: 1.0, cold: 0.0 },
            Schedule::Linear { hot: f64::NAN, cold: 0.0 },
            Schedule::FowlerNordheim { a: 0.1, beta_end: 2.0 },
            Schedule::Constant { temperature: f64::INFINITY },
            Schedule::Custom(Vec::new()),
            Schedule::Custom(vec![1.0, -1.0]),
        ] {
            assert!(schedule.check().is_err(), "{schedule:?}");
        }
        assert!(Schedule::Linear { hot: 2.0, cold: 0.0 }.check().is_ok());
    }

    #[test]
    fn all_schedules_suit_all_problems() {
        for ising in
            [Ising::new(vec![], []), Ising::new(vec![0, 0], []), Ising::new(vec![0, 3], [(0, 1, -2)])]
        {
            let ising = ising.unwrap();
            for schedule in [
                Schedule::geometric_for(&ising),
                Schedule::linear_for(&ising),
                Schedule::fowler_nordheim_for(&ising),
            ] {
                schedule.check().unwrap();
            }
        }
    }
}
