//! How often a run is looked at.

/// After which ticks a watcher is called, apart from the last one; see [`solve_watched`](super::solve_watched).
///
/// ```
/// use gennaker_qubo::solver::Pace;
/// let mut ticks = vec![Pace::PerDecade(3).next(0)];
/// while *ticks.last().unwrap() < 300 {
///     ticks.push(Pace::PerDecade(3).next(*ticks.last().unwrap()));
/// }
/// assert_eq!(ticks, [1, 2, 5, 10, 22, 46, 100, 215, 464]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// After every so many ticks; 0 counts as 1.
    Every(u32),
    /// So many times (0 counts as 1) while the number of ticks grows tenfold, evenly on a logarithmic axis: after 1, 10, 100 ticks
    /// and so on and, as far as whole ticks allow, in between.
    PerDecade(u32),
}

impl From<u32> for Pace {
    fn from(every_ticks: u32) -> Self {
        Self::Every(every_ticks)
    }
}

impl Pace {
    /// The number of ticks done at the first call after `tick` ticks; 2^32 - 1 if there is none before.
    #[must_use]
    pub fn next(self, tick: u32) -> u32 {
        match self {
            Self::Every(every) => (tick / every.max(1)).saturating_add(1).saturating_mul(every.max(1)),
            Self::PerDecade(count) => {
                let count = f64::from(count.max(1));
                let at = |step: f64| libm::pow(10.0, step / count).round();
                // Where steps are shorter than a tick, several fall on one.
                let mut step = (count * libm::log10(f64::from(tick.max(1)))).floor();
                while at(step) <= f64::from(tick) {
                    step += 1.0;
                }
                at(step).min(f64::from(u32::MAX)) as u32
            }
        }
    }
}
