//! Schedules: the temperature of each tick, in the integer units of [`Ising::energy`](crate::Ising::energy).

use gennaker_network::annealing::Cooling;

use crate::Ising;

use super::error::SolverError;

/// How the temperature falls during an anneal. Temperatures are in the units of [`Ising::energy`] (not divided by its scale), with
/// Boltzmann's constant 1. None is above 1e30, and those that are not 0 are not below 1e-30.
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

/// At the coldest, the cheapest flips pass with probability 1/300. The field's annealers end at 1/100, or at that over the number of
/// neurons; between the two, little changes.
const LN_300: f64 = 5.703_782_474_656_201;
/// The hottest temperature over the root of a spin's mean sum of squared couplings: 1 would do for disordered couplings, whose
/// order sets in there at the latest, but is below the 2.27 of the square lattice, where the root is 2.
const HOT: f64 = 1.25;
/// The least temperature, other than 0: ratios and products of it and the highest are numbers, and neurons take them all.
const LEAST: f64 = 1e-30;
const MOST: f64 = Schedule::HOTTEST;
/// What the Fowler-Nordheim law ends with where couplings are 1.
const BETA_END: f64 = 8.0 / 3.0;
/// Sweeps after which a state is taken to be at rest; a few do.
const MAX_SWEEPS: usize = 100;
/// Of all couplings, sorted by size, the part that is taken for cheap.
const CHEAP: f64 = 0.1;

impl Schedule {
    /// The highest temperature that a schedule may have.
    pub const HOTTEST: f64 = 1e30;

    /// From 1.25 times the root of a spin's mean sum of squared field and couplings, which is about where order sets in, to where the cheapest
    /// flips pass with probability 1/300: the tenth part of the couplings, of the fields, or of what flips cost where none is
    /// worth it, whichever is least.
    ///
    /// The field's usual range begins where the costliest flip of all passes with probability 1/2. Measured with a tenth of a
    /// second per anneal on twelve random problems (uniform, hub-ridden, lattices, Gaussian couplings, matrices like OR-Library's, penalties),
    /// beginning twice as hot is worse on most and takes longer: hot ticks are full of flips that decide nothing. The cold end
    /// matters little within a factor of two, but for penalties: there couplings alone would end three times too warm.
    #[must_use]
    pub fn geometric_for(ising: &Ising) -> Self {
        let Scale { root, least, .. } = Scale::of(ising);
        Self::Geometric { hot: HOT * root, cold: 2.0 * least / LN_300 }
    }

    /// Between the temperatures of [`geometric_for`](Self::geometric_for).
    #[must_use]
    pub fn linear_for(ising: &Ising) -> Self {
        let Scale { root, least, .. } = Scale::of(ising);
        Self::Linear { hot: HOT * root, cold: 2.0 * least / LN_300 }
    }

    /// `a` is the largest local field that a spin can feel, half of what the costliest flip costs, as NeuroSA chooses it; `beta_end` is
    /// 8/3 for couplings of 1, and scaled for others as the cold end of [`geometric_for`](Self::geometric_for). NeuroSA's own
    /// is 2: measured on six graphs of the G-set, that ends too warm (G55 after 10,000 ticks: 0.7 % below the best known cut, with 8/3 0.35 %).
    #[must_use]
    pub fn fowler_nordheim_for(ising: &Ising) -> Self {
        let Scale { largest, least, .. } = Scale::of(ising);
        Self::FowlerNordheim { a: largest, beta_end: BETA_END / least }
    }

    /// Refuses temperatures that are none.
    pub(crate) fn check(&self) -> Result<(), SolverError> {
        let above = |what, x: f64| test(what, x, (LEAST..=MOST).contains(&x), "a number from 1e-30 to 1e30");
        let from = |what, x: f64| test(what, x, (0.0..=MOST).contains(&x), "a number from 0 to 1e30");
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
        let by = |cooling: Cooling, hot, cold| cooling.temperature(hot, cold, tick, n_ticks);
        match self {
            &Self::Geometric { hot, cold } => by(Cooling::Geometric, hot, cold),
            &Self::Linear { hot, cold } => by(Cooling::Linear, hot, cold),
            &Self::FowlerNordheim { a, beta_end } => by(Cooling::FowlerNordheim, a, beta_end),
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

/// How large fields and couplings are; all 1 where there are none.
struct Scale {
    /// The root of a spin's summed squares of field and couplings, in the mean square over all spins that feel anything.
    root: f64,
    /// The largest local field.
    largest: f64,
    /// Of couplings, of fields, and of local fields other than 0 in a state that no flip improves, a tenth of one is no larger, and of
    /// the others less. The last is smallest where penalties nearly cancel, as in an independent set: flips then
    /// cost less than any coupling.
    least: f64,
}

impl Scale {
    fn of(ising: &Ising) -> Self {
        let square = |w: &i64| *w as f64 * *w as f64;
        let squares = |i: usize| {
            let couplings: f64 = ising.row(i).1.iter().map(square).sum();
            couplings + square(&ising.fields()[i])
        };
        let felt: Vec<f64> = (0..ising.n()).map(squares).filter(|square| *square > 0.0).collect();
        let mean_square = felt.iter().sum::<f64>() / felt.len().max(1) as f64;
        let tenth = |sizes: Vec<u64>| tenth_part(sizes).unwrap_or(u64::MAX);
        let couplings = ising.couplings().map(|(_, _, w)| w.unsigned_abs()).collect();
        let fields = ising.fields().iter().map(|h| h.unsigned_abs()).filter(|h| *h > 0).collect();
        match tenth(couplings).min(tenth(fields)) {
            u64::MAX => Self { root: 1.0, largest: 1.0, least: 1.0 },
            cheap => Self {
                root: mean_square.sqrt(),
                largest: ising.max_local_field() as f64,
                least: cheap.min(tenth(fields_at_rest(ising))) as f64,
            },
        }
    }
}

/// The local fields, other than 0, of a state that no flip improves: the nearest below one that is always the same.
fn fields_at_rest(ising: &Ising) -> Vec<u64> {
    let coin = |i: usize| ((i as u64).wrapping_mul(0x9E37_79B1) >> 16) & 1;
    let mut spins: Vec<i8> = (0..ising.n()).map(|i| if coin(i) == 1 { 1 } else { -1 }).collect();
    let mut fields: Vec<i64> = (0..ising.n()).map(|i| ising.local_field(&spins, i)).collect();
    for _ in 0..MAX_SWEEPS {
        let mut is_at_rest = true;
        for i in 0..spins.len() {
            let spin = i64::from(spins[i]);
            if spin * fields[i] > 0 {
                (spins[i], is_at_rest) = (-spins[i], false);
                let (columns, couplings) = ising.row(i);
                columns.iter().zip(couplings).for_each(|(&j, w)| fields[j as usize] -= 2 * w * spin);
            }
        }
        if is_at_rest {
            break;
        }
    }
    fields.iter().map(|field| field.unsigned_abs()).filter(|field| *field > 0).collect()
}

/// The size up to which a tenth of all sizes are.
fn tenth_part(mut sizes: Vec<u64>) -> Option<u64> {
    #[expect(clippy::cast_sign_loss, reason = "a part of a length")]
    let at = (CHEAP * sizes.len() as f64) as usize;
    if sizes.is_empty() { None } else { Some(*sizes.select_nth_unstable(at).1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spins_that_feel_nothing_change_no_temperature() {
        let pair = |n: usize| Schedule::geometric_for(&Ising::new(vec![0; n], [(0, 1, 5)]).unwrap());
        assert_eq!(pair(2), pair(10_000));
        let Schedule::Geometric { hot, cold } = pair(10_000) else { panic!("no geometric schedule") };
        assert!(hot > cold, "{hot} {cold}");
    }

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
            // The ratio or the product of such numbers is none.
            Schedule::Geometric { hot: 1e300, cold: 1e-300 },
            Schedule::FowlerNordheim { a: 1e200, beta_end: 1e200 },
            Schedule::Constant { temperature: f64::INFINITY },
            Schedule::Custom(Vec::new()),
            Schedule::Custom(vec![1.0, -1.0]),
        ] {
            assert!(schedule.check().is_err(), "{schedule:?}");
        }
        assert!(Schedule::Linear { hot: 2.0, cold: 0.0 }.check().is_ok());
    }

    #[test]
    fn the_widest_schedules_have_a_temperature_in_every_tick() {
        for schedule in [
            Schedule::Geometric { hot: MOST, cold: LEAST },
            Schedule::Geometric { hot: LEAST, cold: MOST },
            Schedule::Linear { hot: MOST, cold: 0.0 },
            Schedule::FowlerNordheim { a: MOST, beta_end: MOST },
            Schedule::FowlerNordheim { a: MOST, beta_end: LEAST },
        ] {
            schedule.check().unwrap();
            for tick in [0, 1, 500, 999] {
                let found = schedule.temperature(tick, 1000);
                assert!((0.0..=2.0 * MOST).contains(&found), "{schedule:?}: {found}");
            }
        }
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
