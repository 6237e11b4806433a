//! Small problems, enumerated: the lowest states of the encoding are the best solutions of the statement.

mod common;

use common::{check_ground, ground_states, states};
use gennaker_qubo::{
    Coloring, Distances, Fraction, Graph, IndependentSet, Ising, MaxCut, MaxSat, Partition, Problem, Qubo,
    QuboError, Tour, Violation,
};
use proptest::prelude::*;

/// The graph of the SpiNNaker2 tutorial (NICE 2025), after Glover et al. 2019.
fn tutorial_graph() -> Graph {
    let edges = [(1, 2), (1, 3), (2, 4), (3, 4), (3, 5), (4, 5)];
    Graph::new(5, edges.map(|(u, v)| (u - 1, v - 1, 1))).unwrap()
}

fn graph(most: usize) -> impl Strategy<Value = Graph> {
    (2..=most).prop_flat_map(|n| {
        prop::collection::vec((0..n, 0..n, -5i64..6), 0..20)
            .prop_map(move |edges| Graph::new(n, edges.into_iter().filter(|e| e.0 != e.1)).unwrap())
    })
}

fn sides(n: usize) -> impl Iterator<Item = Vec<bool>> {
    states(n).map(|s| s.into_iter().map(|s| s > 0).collect())
}

#[test]
fn the_tutorials_graph_has_a_cut_of_five() {
    let problem = MaxCut { graph: tutorial_graph() };
    check_ground(&problem, Fraction::from(5));
    let ising = problem.ising().unwrap();
    let (energy, ground) = ground_states(&ising);
    assert_eq!((ising.value(energy), ground.len()), (Fraction::from(5), 4));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn values_of_cuts_are_cuts(graph in graph(9)) {
        let problem = MaxCut { graph };
        let ising = problem.ising().unwrap();
        for state in states(ising.n()) {
            let decoded = problem.decode(&state).unwrap();
            prop_assert_eq!(decoded.objective(), Some(ising.value(ising.energy(&state).unwrap())));
        }
    }

    #[test]
    fn lowest_states_are_largest_independent_sets(graph in graph(9), penalty in 2i64..9) {
        let problem = IndependentSet { graph, penalty };
        let best = sides(problem.graph.n()).filter_map(|s| problem.objective(&s).ok()?.as_integer()).max().unwrap();
        check_ground(&problem, Fraction::from(best));
        let ising = problem.ising().unwrap();
        prop_assert_eq!(ising.value(ground_states(&ising).0), Fraction::from(best));
    }

    #[test]
    fn values_of_partitions_are_squared_differences(numbers in prop::collection::vec(-99i64..99, 1..9)) {
        let problem = Partition { numbers };
        let ising = problem.ising().unwrap();
        for state in states(ising.n()) {
            let difference = problem.decode(&state).unwrap().objective().unwrap().as_integer().unwrap();
            prop_assert_eq!(ising.energy(&state).unwrap(), difference * difference * ising.scale());
        }
    }

    #[test]
    fn a_colouring_has_the_value_nought_and_nothing_else_has(graph in graph(5), k in 1usize..4) {
        let problem = Coloring::new(graph, k);
        let ising = problem.ising().unwrap();
        for state in states(ising.n()) {
            let decoded = problem.decode(&state).unwrap();
            prop_assert_eq!(ising.value(ising.energy(&state).unwrap()) == Fraction::from(0), decoded.is_feasible());
            prop_assert_eq!(decoded.violations.is_empty(), decoded.is_feasible());
            if let Some((solution, _)) = decoded.solution {
                prop_assert_eq!(problem.encode(&solution).unwrap(), state);
            }
        }
    }

    #[test]
    fn shortest_tours_are_the_lowest_states(n in 1usize..6, values in prop::collection::vec(0i64..50, 25)) {
        let problem = Tour::new(Distances::new(n, |from, to| values[from * 5 + to]).unwrap());
        let ising = problem.ising().unwrap();
        let mut best = None;
        for state in states(ising.n()) {
            if let Some((tour, length)) = problem.decode(&state).unwrap().solution {
                prop_assert_eq!(ising.value(ising.energy(&state).unwrap()), length);
                prop_assert_eq!(problem.encode(&tour).unwrap(), state);
                best = Some(best.unwrap_or(length.as_integer()).min(length.as_integer()));
            }
        }
        check_ground(&problem, Fraction::from(best.unwrap().unwrap()));
    }

    #[test]
    fn helping_variables_set_best_count_satisfied_clauses(
        clauses in prop::collection::vec(prop::collection::vec((1i64..5, any::<bool>()), 0..4), 0..7),
    ) {
        let literal = |&(v, up): &(i64, bool)| if up { v } else { -v };
        let clauses: Vec<Vec<i64>> = clauses.iter().map(|c| c.iter().map(literal).collect()).collect();
        let problem = MaxSat::new(4, &clauses).unwrap();
        let ising = problem.ising().unwrap();
        prop_assert_eq!(ising.n(), problem.n_states());
        let helping = problem.n_states() - 4;
        for assignment in sides(4) {
            let is_true = |l: &i64| assignment[l.unsigned_abs() as usize - 1] == (*l > 0);
            let satisfied = clauses.iter().filter(|c| c.iter().any(is_true)).count() as i64;
            prop_assert_eq!(problem.objective(&assignment).unwrap(), Fraction::from(satisfied));
            let best = problem.encode(&assignment).unwrap();
            prop_assert_eq!(ising.value(ising.energy(&best).unwrap()), Fraction::from(satisfied));
            for help in states(helping) {
                let state: Vec<i8> = best[..4].iter().copied().chain(help).collect();
                prop_assert!(ising.energy(&state).unwrap() >= ising.energy(&best).unwrap());
            }
        }
    }
}

#[test]
fn the_forms_are_problems_themselves() {
    let ising = Ising::new(vec![1, -2], [(0, 1, 3)]).unwrap();
    check_ground(&ising, Fraction::from(-6));
    let qubo = Qubo::new(vec![1, -2], [(0, 1, 3)]).unwrap().with_scale(4).unwrap();
    check_ground(&qubo, Fraction::new(-1, 2));
}

#[test]
fn broken_rules_are_named() {
    let set = IndependentSet::new(tutorial_graph());
    let decoded = set.decode(&[1, 1, -1, -1, -1]).unwrap();
    assert_eq!(decoded.violations, [Violation::EdgeInside { u: 0, v: 1 }]);
    let refused = set.encode(&vec![true, true, false, false, false]).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the solution breaks 1 rules, the first: both ends of edge 0-1 are in the set; mend it before it is encoded"
    );
    let tour = Tour::new(Distances::new(3, |_, _| 1).unwrap());
    let decoded = tour.decode(&[1, -1, 1, -1]).unwrap();
    let wrong = [Violation::Cities { position: 1, count: 2 }, Violation::Cities { position: 2, count: 0 }];
    assert_eq!(decoded.violations, wrong);
    assert!(matches!(tour.encode(&vec![0, 1, 1]), Err(QuboError::Infeasible { violations: 2, .. })));
    let colouring = Coloring::new(tutorial_graph(), 2);
    assert!(matches!(colouring.encode(&vec![0, 1, 1, 0, 2]), Err(QuboError::WrongValue { index: 4, .. })));
}

#[test]
fn what_would_not_fit_is_refused_before_it_is_made() {
    let many = Partition { numbers: vec![1; 20_000] }.ising();
    assert!(matches!(many, Err(QuboError::TooMany { what: "couplings", .. })), "{many:?}");
    let large = Partition { numbers: vec![1 << 30, 1 << 30] }.ising();
    assert!(matches!(large, Err(QuboError::NotExact { .. })));
    assert!(Partition { numbers: vec![1 << 30, (1 << 30) - 1] }.ising().is_ok());
    let colours = Coloring::new(tutorial_graph(), usize::MAX);
    assert!(colours.ising().is_err() && colours.decode(&[]).is_err() && colours.encode(&vec![0; 5]).is_err());
    assert_eq!(colours.objective(&vec![0, 1, 1, 0, 2]), Ok(Fraction::from(3)));
    assert!(Distances::new(10_000, |_, _| 1).is_err());
    assert!(Distances::new(2, |_, _| -1).is_err());
    assert!(IndependentSet { graph: tutorial_graph(), penalty: 1 }.ising().is_err());
    assert!(IndependentSet { graph: tutorial_graph(), penalty: i64::MAX }.ising().is_err());
    assert!(MaxSat::new(4, [[1, 2, 3, 4]]).is_err());
    assert!(MaxSat::new(4, [[1, i64::MIN]]).is_err());
    assert!(Graph::new(2, [(1, 1, 1)]).is_err());
}
