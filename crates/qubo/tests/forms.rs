//! QUBO, Ising and doubles say the same, for every state of small problems.

use gennaker_qubo::{
    Convention, Ising, MAX_ENERGY, Qubo, QuboError, RealIsing, Sense, bits_of_spins, spins_of_bits,
};
use proptest::prelude::*;

fn bits(code: usize, n: usize) -> Vec<u8> {
    (0..n).map(|i| (code >> i & 1) as u8).collect()
}

/// Size and entries, each pair in either order, repeats allowed.
fn matrix() -> impl Strategy<Value = (usize, Vec<(usize, usize, i64)>)> {
    (1usize..13).prop_flat_map(|n| (Just(n), prop::collection::vec((0..n, 0..n, -500i64..500), 0..40)))
}

/// x'Qx, entry by entry, with `off` for entries off the diagonal.
fn plain(entries: &[(usize, usize, i64)], x: &[u8], off: i64) -> i64 {
    let term = |&(i, j, q): &(usize, usize, i64)| q * i64::from(x[i] & x[j]) * if i == j { 1 } else { off };
    entries.iter().map(term).sum()
}

fn upper(entries: Vec<(usize, usize, i64)>) -> Vec<(usize, usize, i64)> {
    entries.into_iter().map(|(i, j, q)| (i.min(j), i.max(j), q)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn conventions_mean_what_they_say((n, entries) in matrix(), code in 0usize..4096) {
        let x = bits(code, n);
        let triangle = upper(entries.clone());
        let lower: Vec<_> = triangle.iter().map(|&(i, j, q)| (j, i, q)).collect();
        let energy = |entries: &[(usize, usize, i64)], convention| {
            Qubo::from_matrix(n, entries.to_vec(), convention).unwrap().energy(&x).unwrap()
        };
        prop_assert_eq!(energy(&entries, Convention::Full), plain(&entries, &x, 1));
        prop_assert_eq!(energy(&triangle, Convention::UpperTriangular), plain(&entries, &x, 1));
        prop_assert_eq!(energy(&triangle, Convention::HalfOfSymmetric), plain(&entries, &x, 2));
        prop_assert_eq!(energy(&lower, Convention::HalfOfSymmetric), plain(&entries, &x, 2));
    }

    #[test]
    fn qubo_and_ising_have_the_same_values((n, entries) in matrix(), offset in -9i64..9, scale in 1i64..5, up: bool) {
        let sense = if up { Sense::Maximise } else { Sense::Minimise };
        let qubo = Qubo::from_matrix(n, entries, Convention::Full).unwrap();
        let qubo = qubo.with_offset(offset).unwrap().with_scale(scale).unwrap().with_sense(sense);
        let ising = qubo.to_ising().unwrap();
        let back = Qubo::from_ising(&ising).unwrap();
        prop_assert_eq!(&back, &qubo.clone().reduced());
        prop_assert_eq!(&back.to_ising().unwrap(), &ising);
        for code in 0..1 << n {
            let x = bits(code, n);
            let s = spins_of_bits(&x);
            prop_assert_eq!(&bits_of_spins(&s), &x);
            prop_assert_eq!(ising.value(ising.energy(&s).unwrap()), qubo.value(qubo.energy(&x).unwrap()));
        }
    }

    #[test]
    fn doubles_are_exact_or_the_error_is_told(
        fields in prop::collection::vec(-1e3f64..1e3, 1..8),
        pairs in prop::collection::vec((0usize..8, 0usize..8, -1e3f64..1e3), 0..12),
        is_whole: bool,
        shift in -300i32..300,
        limits in (1i64..1 << 20, 1i64..1 << 20),
    ) {
        let n = fields.len();
        let unit = 2f64.powi(shift);
        let shape = |v: f64| if is_whole { v.round() * unit } else { v * unit };
        let fields: Vec<f64> = fields.into_iter().map(shape).collect();
        let pairs: Vec<_> = pairs.into_iter().map(|(i, j, w)| (i % n, j % n, shape(w))).collect();
        let real = RealIsing::new(fields, pairs, 0.25 * unit).unwrap();
        let rounded = real.rounded().unwrap();
        if is_whole {
            prop_assert_eq!((rounded.n_rounded, rounded.energy_error), (0, 0.0));
        }
        let within = real.rounded_within(limits.0, limits.1).unwrap();
        prop_assert!(within.ising.couplings().all(|(_, _, w)| w.abs() <= limits.0));
        prop_assert!(within.ising.max_local_field() <= limits.1 && within.unit_log2 >= rounded.unit_log2);
        for code in 0..1 << n {
            let s = spins_of_bits(&bits(code, n));
            let exact = real.energy(&s).unwrap();
            for rounded in [&rounded, &within] {
                let integer = rounded.to_real(rounded.ising.energy(&s).unwrap());
                prop_assert!((exact - integer).abs() <= rounded.energy_error + 1e-10 * unit, "{exact} {integer}");
            }
        }
    }

    #[test]
    fn doubles_over_bits_are_the_same_problem(
        linear in prop::collection::vec(-50i32..50, 1..8),
        pairs in prop::collection::vec((0usize..8, 0usize..8, -50i32..50), 0..12),
    ) {
        let n = linear.len();
        let pairs: Vec<_> = pairs.into_iter().map(|(i, j, w)| (i % n, j % n, w)).collect();
        let exact = Qubo::new(
            linear.iter().map(|&a| i64::from(a)).collect(),
            pairs.iter().map(|&(i, j, w)| (i, j, w.into())),
        ).unwrap();
        let linear: Vec<f64> = linear.into_iter().map(f64::from).collect();
        let real =
            RealIsing::from_binary(&linear, pairs.into_iter().map(|(i, j, w)| (i, j, f64::from(w))), 0.0).unwrap();
        for code in 0..1 << n {
            let x = bits(code, n);
            prop_assert_eq!(real.energy(&spins_of_bits(&x)).unwrap(), exact.energy(&x).unwrap() as f64);
        }
    }
}

#[test]
fn a_convention_is_held_to() {
    let refused = Qubo::from_matrix(3, [(2, 1, 5)], Convention::UpperTriangular);
    assert!(matches!(refused, Err(QuboError::Convention { row: 2, column: 1, .. })));
    let both = [(0, 1, 5), (0, 0, 1), (1, 0, 5)];
    assert!(Qubo::from_matrix(2, both, Convention::HalfOfSymmetric).is_err());
    assert_eq!(Qubo::from_matrix(2, both, Convention::Full).unwrap().energy(&[1, 1]), Ok(11));
}

#[test]
fn conversions_refuse_what_would_not_be_exact() {
    let large = Ising::new(vec![0; 2], [(0, 1, MAX_ENERGY)]).unwrap();
    assert!(matches!(Qubo::from_ising(&large), Err(QuboError::NotExact { .. })));
    let large = Qubo::new(vec![MAX_ENERGY], []).unwrap();
    assert!(matches!(large.to_ising(), Err(QuboError::NotExact { .. })));
    assert!(Qubo::new(vec![0], [(0, 1, 1)]).is_err());
}

#[test]
fn doubles_at_the_edges() {
    assert!(RealIsing::new(vec![f64::NAN], [], 0.0).is_err());
    assert!(RealIsing::new(vec![0.0; 2], [(0, 1, f64::MAX), (1, 0, f64::MAX)], 0.0).is_err());
    let extreme =
        RealIsing::new(vec![f64::MAX, f64::MIN_POSITIVE / 8.0, -0.0], [(0, 1, f64::MAX)], 1.5).unwrap();
    let rounded = extreme.rounded().unwrap();
    assert_eq!((rounded.n_rounded, rounded.max_error), (2, 1.5));
    let tiny = RealIsing::new(vec![f64::MIN_POSITIVE / 8.0], [], 0.0).unwrap().rounded().unwrap();
    assert_eq!((tiny.ising.fields(), tiny.n_rounded), (&[1][..], 0));
    assert_eq!(tiny.to_real(1), f64::MIN_POSITIVE / 8.0);
    let empty = RealIsing::new(Vec::new(), [], 1.5).unwrap().rounded().unwrap();
    assert_eq!((empty.ising.n(), empty.to_real(empty.ising.energy(&[]).unwrap())), (0, 1.5));
}
