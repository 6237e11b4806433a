//! The Ising form against sums written down term by term.

use gennaker_qubo::{Fraction, Ising, MAX_ENERGY, QuboError, Sense};
use proptest::prelude::*;

/// The state whose spin i is up where bit i of `code` is set.
fn spins(code: usize, n: usize) -> Vec<i8> {
    (0..n).map(|i| if code >> i & 1 == 1 { 1 } else { -1 }).collect()
}

fn parts() -> impl Strategy<Value = (Vec<i64>, Vec<(usize, usize, i64)>)> {
    (1usize..8).prop_flat_map(|n| {
        let fields = prop::collection::vec(-1000i64..1000, n);
        (fields, prop::collection::vec((0..n, 0..n, -1000i64..1000), 0..24))
    })
}

fn plain_energy(fields: &[i64], couplings: &[(usize, usize, i64)], s: &[i8]) -> i64 {
    let linear: i64 = fields.iter().zip(s).map(|(h, &s)| h * i64::from(s)).sum();
    linear + couplings.iter().map(|&(i, j, w)| w * i64::from(s[i]) * i64::from(s[j])).sum::<i64>()
}

proptest! {
    #[test]
    fn an_energy_is_as_low_as_a_value_demands_exactly_if_the_value_is_as_good(
        energy in -200i64..200,
        scale in 1i64..9,
        (above, below) in (-200i64..200, 1i64..9),
        large in any::<bool>(),
    ) {
        let sense = if large { Sense::Maximise } else { Sense::Minimise };
        let ising = Ising::new(vec![], []).unwrap().with_scale(scale).unwrap().with_sense(sense);
        let (wanted, found) = (Fraction::new(above, below), ising.value(energy));
        prop_assert_eq!(energy <= ising.energy_worth(wanted), !sense.is_better(wanted, found));
    }

    #[test]
    fn energies_and_flips_are_those_of_the_terms((fields, couplings) in parts(), offset in -99i64..99) {
        let ising = Ising::new(fields.clone(), couplings.clone()).unwrap().with_offset(offset).unwrap();
        let n = ising.n();
        for code in 0..1 << n {
            let s = spins(code, n);
            let energy = ising.energy(&s).unwrap();
            prop_assert_eq!(energy, plain_energy(&fields, &couplings, &s) + offset);
            for i in 0..n {
                let flipped = ising.energy(&spins(code ^ 1 << i, n)).unwrap();
                prop_assert_eq!(ising.flip_delta(&s, i), flipped - energy);
                prop_assert!(ising.local_field(&s, i).abs() <= ising.max_local_field());
            }
        }
    }

    #[test]
    fn rows_are_symmetric_sorted_and_without_zeros((fields, couplings) in parts()) {
        let ising = Ising::new(fields, couplings).unwrap();
        for i in 0..ising.n() {
            let (columns, weights) = ising.row(i);
            prop_assert!(columns.is_sorted_by(|a, b| a < b));
            for (&j, &w) in columns.iter().zip(weights) {
                let (back, other) = ising.row(j as usize);
                prop_assert_ne!(w, 0);
                prop_assert_eq!(other[back.binary_search(&(i as u32)).unwrap()], w);
            }
        }
        prop_assert_eq!(ising.couplings().count(), ising.n_couplings());
        prop_assert!(ising.couplings().all(|(i, j, _)| i < j));
    }

    #[test]
    fn reducing_keeps_values((fields, couplings) in parts(), factor in 1i64..9) {
        let times = |v: i64| v * factor;
        let many = couplings.iter().map(|&(i, j, w)| (i, j, times(w)));
        let ising = Ising::new(fields.iter().copied().map(times).collect(), many).unwrap().with_scale(factor).unwrap();
        let reduced = ising.clone().reduced();
        prop_assert_eq!(reduced.scale(), 1);
        for code in 0..1 << ising.n() {
            let s = spins(code, ising.n());
            prop_assert_eq!(reduced.value(reduced.energy(&s).unwrap()), ising.value(ising.energy(&s).unwrap()));
        }
    }
}

#[test]
fn the_largest_sum_is_exact_and_one_more_is_refused() {
    let most = Ising::new(vec![MAX_ENERGY - 5, 0], [(0, 1, -5)]).unwrap();
    assert_eq!(most.energy(&[1, -1]).unwrap(), MAX_ENERGY);
    assert_eq!(most.flip_delta(&[1, -1], 0), -2 * MAX_ENERGY);
    let refused = Ising::new(vec![MAX_ENERGY - 5, 0], [(0, 1, -6)]);
    assert!(matches!(refused, Err(QuboError::NotExact { amount, .. }) if amount == 1 << 62), "{refused:?}");
    assert!(most.with_offset(1).is_err());
    assert!(Ising::new(vec![i64::MIN], []).is_err());
    // Terms that cancel before they are added up are no reason to refuse.
    assert!(Ising::new(vec![0; 2], [(0, 1, i64::MAX), (1, 0, -i64::MAX)]).is_ok());
}

#[test]
fn wrong_input_is_named() {
    let pair = Ising::new(vec![0; 2], [(0, 1, 1)]).unwrap();
    assert_eq!(pair.energy(&[1]), Err(QuboError::WrongLength { found: 1, expected: 2 }));
    assert_eq!(pair.energy(&[1, 0]), Err(QuboError::WrongValue { index: 1, found: 0, allowed: "-1 and +1" }));
    assert!(matches!(Ising::new(vec![0; 2], [(2, 0, 1)]), Err(QuboError::NoSuchVariable { index: 2, .. })));
    assert!(pair.with_scale(0).is_err());
}

#[test]
fn nothing_is_a_problem_too() {
    let nothing = Ising::new(Vec::new(), []).unwrap().with_offset(3).unwrap();
    assert_eq!(nothing.energy(&[]), Ok(3));
    assert_eq!((nothing.max_degree(), nothing.max_weighted_degree(), nothing.max_local_field()), (0, 0, 0));
    assert_eq!(nothing.with_sense(Sense::Maximise).value(3).as_integer(), Some(-3));
}
