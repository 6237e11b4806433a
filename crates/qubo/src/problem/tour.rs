//! The travelling salesman's problem.

use super::{Decoded, Problem, Violation, check_couplings, check_length, check_weight, refuse, spins};
use crate::ising::check_spins;
use crate::polynomial::Polynomial;
use crate::terms::{check_index, narrow};
use crate::{Fraction, Ising, QuboError, Sense};

/// The most distances that are kept: 2^26, of 8,192 cities.
const MAX_DISTANCES: usize = 1 << 26;

/// Distances between cities, whole and not negative; there and back may differ. From a city to itself it is 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distances {
    n: usize,
    values: Vec<i64>,
}

impl Distances {
    /// Distances between `n` cities, `distance(from, to)` for every two different ones.
    ///
    /// # Errors
    /// More than 8,192 cities, negative distances, such as add up to more than [`MAX_ENERGY`](crate::MAX_ENERGY).
    pub fn new(n: usize, mut distance: impl FnMut(usize, usize) -> i64) -> Result<Self, QuboError> {
        Self::check_size(n)?;
        let mut values = Vec::with_capacity(n * n);
        for (from, to) in (0..n).flat_map(|from| (0..n).map(move |to| (from, to))) {
            let value = if from == to { 0 } else { distance(from, to) };
            check_weight("a distance", value, 0)?;
            values.push(value);
        }
        narrow("the sum of all distances", values.iter().map(|&d| i128::from(d)).sum())?;
        Ok(Self { n, values })
    }

    /// Refuses more cities than distances are kept for.
    pub(crate) fn check_size(n: usize) -> Result<(), QuboError> {
        let (amount, limit) = ((n as u128).pow(2), MAX_DISTANCES as u128);
        if amount <= limit {
            return Ok(());
        }
        Err(QuboError::TooMany { what: "distances", amount, limit, remedy: "use fewer cities" })
    }

    /// Number of cities.
    pub fn n(&self) -> usize {
        self.n
    }

    /// From one city to another, in the file's unit.
    ///
    /// # Panics
    /// If there is no such city.
    pub fn get(&self, from: usize, to: usize) -> i64 {
        assert!(from < self.n, "city {from} of {}", self.n);
        self.values[from * self.n..][..self.n][to]
    }

    /// The longest distance; 0 without cities.
    pub fn max(&self) -> i64 {
        self.values.iter().copied().max().unwrap_or(0)
    }
}

/// The shortest closed tour through all cities.
///
/// City 0 is at position 0, which takes nothing away from a closed tour. Variable `(c - 1) (n - 1) + p - 1` says that city c is
/// at position p: `A` times one-hot penalties for every city and every position, and the legs
/// (Lucas, Frontiers in Physics 2, 2014, section 7.2). The value of a feasible state is the tour's length.
///
/// With A above the longest distance every lowest state is a tour: taking away the surplus of a city or position and
/// then filling what is empty never raises the value, since a filled gap saves 2 A and adds two legs at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tour {
    /// The distances.
    pub distances: Distances,
    /// A, what a missing or surplus city costs; above the longest distance.
    pub penalty: i64,
}

impl Tour {
    /// The problem with the smallest penalty: one more than the longest distance.
    pub fn new(distances: Distances) -> Self {
        Self { penalty: distances.max() + 1, distances }
    }

    /// Cities besides the first, which are positions besides the first.
    fn rest(&self) -> usize {
        self.distances.n().saturating_sub(1)
    }

    fn legs(&self, sum: &mut Polynomial) {
        let rest = self.rest();
        let variable = |city: usize, position: usize| (city - 1) * rest + position - 1;
        let d = |from, to| self.distances.get(from, to);
        for city in 1..=rest {
            sum.add(variable(city, 1), variable(city, 1), d(0, city));
            sum.add(variable(city, rest), variable(city, rest), d(city, 0));
            for (to, position) in (1..=rest).flat_map(|to| (1..rest).map(move |p| (to, p))) {
                if to != city {
                    sum.add(variable(city, position), variable(to, position + 1), d(city, to));
                }
            }
        }
    }
}

impl Problem for Tour {
    /// The cities in the order of the tour; it may start anywhere.
    type Solution = Vec<usize>;

    fn sense(&self) -> Sense {
        Sense::Minimise
    }

    fn ising(&self) -> Result<Ising, QuboError> {
        check_weight("the penalty of a city", self.penalty, self.distances.max().saturating_add(1))?;
        let rest = self.rest();
        check_couplings(2 * (rest as u128).pow(3), "use fewer cities")?;
        let mut sum = Polynomial::new(rest * rest)?;
        for k in 0..rest {
            let of_city: Vec<usize> = (k * rest..(k + 1) * rest).collect();
            let of_position: Vec<usize> = (0..rest).map(|c| c * rest + k).collect();
            sum.add_one_hot(&of_city, self.penalty);
            sum.add_one_hot(&of_position, self.penalty);
        }
        self.legs(&mut sum);
        sum.finish()?.to_ising()
    }

    fn encode(&self, solution: &Vec<usize>) -> Result<Vec<i8>, QuboError> {
        self.objective(solution)?;
        let (n, rest) = (self.distances.n(), self.rest());
        let start = solution.iter().position(|&c| c == 0).unwrap_or(0);
        let mut bits = vec![false; rest * rest];
        for position in 1..n {
            let city = solution[(start + position) % n];
            bits[(city - 1) * rest + position - 1] = true;
        }
        Ok(spins(bits))
    }

    fn decode(&self, spins: &[i8]) -> Result<Decoded<Vec<usize>>, QuboError> {
        let rest = self.rest();
        check_spins(spins, rest * rest)?;
        let is_at = |c: usize, p: usize| spins[c * rest + p] > 0;
        let mut violations = Vec::new();
        for k in 0..rest {
            let visits = (0..rest).filter(|&p| is_at(k, p)).count();
            let cities = (0..rest).filter(|&c| is_at(c, k)).count();
            violations.extend((visits != 1).then_some(Violation::Visits { city: k + 1, count: visits }));
            violations.extend((cities != 1).then_some(Violation::Cities { position: k + 1, count: cities }));
        }
        let solution = || {
            let others = (0..rest).flat_map(|p| (0..rest).filter(move |&c| is_at(c, p)).map(|c| c + 1));
            let tour: Vec<usize> = (0..self.distances.n().min(1)).chain(others).collect();
            self.objective(&tour).map(|length| (tour, length))
        };
        Decoded::new(solution, violations)
    }

    /// The tour's length.
    fn objective(&self, solution: &Vec<usize>) -> Result<Fraction, QuboError> {
        let n = self.distances.n();
        check_length(solution.len(), n)?;
        let mut visits = vec![0usize; n];
        for &city in solution {
            check_index("the tour", city, n)?;
            visits[city] += 1;
        }
        let wrong = visits.iter().enumerate().filter(|(_, v)| **v != 1);
        refuse(&wrong.map(|(city, &count)| Violation::Visits { city, count }).collect::<Vec<_>>())?;
        let legs = (0..n).map(|k| i128::from(self.distances.get(solution[k], solution[(k + 1) % n])));
        Ok(Fraction::from(narrow("the tour's length", legs.sum())?))
    }
}
