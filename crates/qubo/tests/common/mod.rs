//! Enumeration of small problems, and real ones where they are.
#![allow(dead_code, reason = "every test binary uses its own part")]

use std::path::PathBuf;

use gennaker_qubo::read::{self, Limits};
use gennaker_qubo::{Fraction, Ising, Problem};

/// All states of `n` spins.
pub(crate) fn states(n: usize) -> impl Iterator<Item = Vec<i8>> {
    assert!(n <= 20, "{n} spins are too many to enumerate");
    (0..1usize << n).map(move |code| (0..n).map(|i| if code >> i & 1 == 1 { 1 } else { -1 }).collect())
}

/// The lowest energy and every state that has it.
pub(crate) fn ground_states(ising: &Ising) -> (i64, Vec<Vec<i8>>) {
    let mut best = (i64::MAX, Vec::new());
    for state in states(ising.n()) {
        let energy = ising.energy(&state).unwrap();
        if energy < best.0 {
            best = (energy, Vec::new());
        }
        if energy == best.0 {
            best.1.push(state);
        }
    }
    best
}

/// Checks that every ground state stands for a solution with the objective `best`, and that what is encoded decodes to itself.
pub(crate) fn check_ground<P: Problem>(problem: &P, best: Fraction)
where
    P::Solution: PartialEq + std::fmt::Debug,
{
    let ising = problem.ising().unwrap();
    for state in ground_states(&ising).1 {
        let decoded = problem.decode(&state).unwrap();
        let (solution, objective) = decoded.solution.unwrap_or_else(|| panic!("{:?}", decoded.violations));
        assert_eq!(objective, best);
        let again = problem.encode(&solution).unwrap();
        assert_eq!(problem.decode(&again).unwrap().solution, Some((solution, objective)));
        assert!(ising.energy(&again).unwrap() <= ising.energy(&state).unwrap());
    }
}

/// The bytes of a file below the data folder's `qubo`, if it is there.
pub(crate) fn data(file: &str) -> Option<Vec<u8>> {
    let default = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let root = std::env::var_os("GENNAKER_DATA").map_or_else(default, PathBuf::from);
    let path = root.join("qubo").join(file);
    if !path.exists() {
        println!("skipped: no data ({file})");
        return None;
    }
    Some(read::file(&path, &Limits::default()).unwrap())
}
