//! Whether the rules draw what they say: every pair, and every pair of pairs, as often as the law demands.

use gennaker_network::*;

const SEEDS: u32 = 3000;

/// How often each synapse was drawn from `pre` to `post`, over many seeds: `mean[post][pre]`, and all synapses of a seed.
struct Drawn {
    mean: Vec<Vec<f64>>,
    sizes: Vec<usize>,
}

fn drawn(n_pre: u32, n_post: u32, is_recurrent: bool, connector: &Connector) -> Drawn {
    let mut mean = vec![vec![0.0; n_pre as usize]; n_post as usize];
    let mut sizes = Vec::new();
    for seed in 0..SEEDS {
        let mut network = Network::new("statistics").with_seed(u64::from(seed));
        let pre = network.add_population(Population::new("pre", n_pre, Model::Lif));
        let post = network.add_population(Population::new("post", n_post, Model::Lif));
        let post = if is_recurrent { pre } else { post };
        network.add_projection(Projection::new("p", pre, post, connector.clone()));
        network.validate().unwrap();
        let mut n = 0;
        for_each_synapse(&network, 0, 0..n_post, |s| {
            mean[s.post as usize][s.pre as usize] += 1.0 / f64::from(SEEDS);
            n += 1;
        });
        sizes.push(n);
    }
    Drawn { mean, sizes }
}

/// All pairs have mean `expected` within five standard errors, for a per-draw variance of at most `variance`; and the
/// diagonal has none if `without_self`.
fn check(drawn: &Drawn, expected: f64, variance: f64, without_self: bool, what: &str) {
    let tolerance = 5.0 * (variance / f64::from(SEEDS)).sqrt() + 1e-9;
    for (post, row) in drawn.mean.iter().enumerate() {
        for (pre, &mean) in row.iter().enumerate() {
            let expected = if without_self && pre == post { 0.0 } else { expected };
            assert!((mean - expected).abs() <= tolerance, "{what}: {pre} to {post}: {mean}, not {expected}");
        }
    }
}

#[test]
fn every_pair_is_as_likely_as_the_rule_says() {
    for (n, own, with_replacement) in [
        (3, true, false),
        (3, false, false),
        (6, false, false),
        (3, true, true),
        (3, false, true),
        (6, true, false),
    ] {
        let what = format!("n {n}, self {own}, replacement {with_replacement}");
        let available = if own { 7.0 } else { 6.0 };
        let expected = f64::from(n) / available;
        let variance = f64::from(n) / available;
        let degree = Connector::FixedInDegree { n, allow_self_connections: own, with_replacement };
        check(&drawn(7, 7, true, &degree), expected, variance, !own, &format!("in degree, {what}"));
        let degree = Connector::FixedOutDegree { n, allow_self_connections: own, with_replacement };
        check(&drawn(7, 7, true, &degree), expected, variance, !own, &format!("out degree, {what}"));
        for total in [9, 21, 40] {
            let rule =
                Connector::FixedTotalNumber { n: total, allow_self_connections: own, with_replacement };
            let expected = total as f64 / (7.0 * available);
            let drawn = drawn(7, 7, true, &rule);
            assert!(drawn.sizes.iter().all(|&size| size as u64 == total), "{what}");
            check(&drawn, expected, expected, !own, &format!("total {total}, {what}"));
        }
    }
}

#[test]
fn pairs_are_independent() {
    for (n_pre, p) in [(1, 0.3), (63, 0.02), (64, 0.7), (65, 0.5), (257, 0.9), (256, 0.01)] {
        let rule = Connector::FixedProbability { p, allow_self_connections: true };
        let drawn = drawn(n_pre, 1, false, &rule);
        check(&drawn, p, p * (1.0 - p), false, &format!("p {p}"));
        // Independence shows in the variance of the number of synapses.
        let (n, m) = (f64::from(SEEDS), f64::from(n_pre) * p);
        let variance = drawn.sizes.iter().map(|&s| (s as f64 - m).powi(2)).sum::<f64>() / n;
        let expected = m * (1.0 - p);
        assert!(
            (variance / expected - 1.0).abs() < 0.15,
            "{n_pre} sources, p {p}: {variance}, not {expected}"
        );
    }
}

#[test]
fn distance_laws_hold_at_every_distance() {
    type Law = fn(f64) -> f64;
    let laws: [(DistanceKernel, Law); 3] = [
        (DistanceKernel::Gaussian, |d| (-d * d / 8.0).exp()),
        (DistanceKernel::Exponential, |d| (-d / 2.0).exp()),
        (DistanceKernel::Disc, |d| f64::from(d <= 2.0)),
    ];
    for (kernel, law) in laws {
        for (periodic, max_distance) in [(false, None), (true, None), (false, Some(3.0))] {
            let rule = Connector::DistanceDependent {
                kernel,
                p_max: 0.6,
                scale: 2.0,
                max_distance,
                periodic,
                allow_self_connections: false,
            };
            let drawn = drawn(9, 9, true, &rule);
            for (post, row) in drawn.mean.iter().enumerate() {
                for (pre, &mean) in row.iter().enumerate() {
                    let d = pre.abs_diff(post);
                    let d = if periodic { d.min(9 - d) } else { d } as f64;
                    let is_near = max_distance.is_none_or(|max| d <= max) && pre != post;
                    let p = if is_near { 0.6 * law(d) } else { 0.0 };
                    let tolerance = 5.0 * (p * (1.0 - p) / f64::from(SEEDS)).sqrt() + 1e-9;
                    assert!((mean - p).abs() <= tolerance, "{kernel:?} {pre} to {post}: {mean}, not {p}");
                }
            }
        }
    }
}

/// A kernel narrower than numbers can square still connects neurons in the same place.
#[test]
fn the_narrowest_kernels_reach_distance_zero() {
    for kernel in [DistanceKernel::Gaussian, DistanceKernel::Exponential, DistanceKernel::Disc] {
        let rule = Connector::DistanceDependent {
            kernel,
            p_max: 1.0,
            scale: 1e-200,
            max_distance: None,
            periodic: false,
            allow_self_connections: true,
        };
        let drawn = drawn(3, 3, true, &rule);
        assert!(
            (0..3).all(|i| (0..3).all(|j| (drawn.mean[i][j] - f64::from(i == j)).abs() < 1e-9)),
            "{kernel:?}"
        );
    }
}

/// Nearly all pairs are drawn as the few that are left out: this must not take the time of a lottery's last ticket.
#[test]
fn nearly_all_pairs_are_drawn_in_time() {
    let n = 600u32;
    let pairs = u64::from(n) * u64::from(n - 1);
    for left_out in [0, 1, 1000] {
        let mut network = Network::new("dense");
        let pop = network.add_population(Population::new("pop", n, Model::Lif));
        let rule = Connector::FixedTotalNumber {
            n: pairs - left_out,
            allow_self_connections: false,
            with_replacement: false,
        };
        network.add_projection(Projection::new("p", pop, pop, rule));
        let mut found = Vec::new();
        for_each_synapse(&network, 0, 0..n, |s| found.push((s.pre, s.post)));
        assert!(found.iter().all(|(pre, post)| pre != post));
        found.sort_unstable();
        found.dedup();
        assert_eq!(found.len() as u64, pairs - left_out);
    }
}

/// In-degrees of a fixed total vary, and sources are hit, as independent draws of pairs would have it.
#[test]
fn fixed_totals_are_shared_out_fairly() {
    let (n, n_total) = (300u32, 90_000u64);
    for own in [true, false] {
        let mut network = Network::new("total").with_seed(8);
        let pop = network.add_population(Population::new("pop", n, Model::Lif));
        let rule =
            Connector::FixedTotalNumber { n: n_total, allow_self_connections: own, with_replacement: true };
        network.add_projection(Projection::new("p", pop, pop, rule));
        let (mut degrees, mut sources) = (vec![0u32; n as usize], vec![0u32; n as usize]);
        let mut pairs = std::collections::BTreeMap::new();
        for_each_pair(&network, 0, 0..n, |pre, post| {
            degrees[post as usize] += 1;
            sources[pre as usize] += 1;
            *pairs.entry((pre, post)).or_insert(0u32) += 1;
        });
        assert_eq!(in_degrees(&network, 0), degrees);
        let chi_square = |counts: &mut dyn Iterator<Item = u32>, cells: f64| {
            let expected = n_total as f64 / cells;
            counts.map(|c| (f64::from(c) - expected).powi(2) / expected - 1.0).sum::<f64>()
                / (2.0 * cells).sqrt()
        };
        let cells = f64::from(n * (n - u32::from(!own)));
        let counts = &mut (0..n)
            .flat_map(|pre| (0..n).map(move |post| (pre, post)))
            .filter(|(pre, post)| own || pre != post)
            .map(|pair| pairs.get(&pair).copied().unwrap_or(0));
        let scores = [
            chi_square(&mut degrees.iter().copied(), f64::from(n)),
            chi_square(&mut sources.iter().copied(), f64::from(n)),
            chi_square(counts, cells),
        ];
        assert!(scores.iter().all(|score| score.abs() < 4.5), "self {own}: {scores:?}");
    }
}

/// A drawer gives the synapses of the free functions, for ranges beyond the last target too.
#[test]
#[expect(clippy::reversed_empty_ranges, reason = "a range that ends before it begins holds nothing")]
fn drawers_give_the_same_synapses() {
    for with_replacement in [true, false] {
        let mut network = Network::new("drawer").with_seed(8);
        let pre = network.add_population(Population::new("pre", 70, Model::Lif));
        let post = network.add_population(Population::new("post", 90, Model::Lif));
        let rule = Connector::FixedTotalNumber { n: 2000, allow_self_connections: true, with_replacement };
        let law = Distribution::Normal { mean: 0.0, sd: 1.0 };
        network.add_projection(Projection::new("p", pre, post, rule).with_weight(law));
        let drawer = Drawer::new(&network, 0);
        for range in [0..90, 20..31, 80..200, 95..99, 0..u32::MAX, 30..20] {
            let (mut a, mut b) = (Vec::new(), Vec::new());
            for_each_synapse(&network, 0, range.clone(), |s| a.push(s));
            drawer.for_each_synapse(range, |s| b.push(s));
            assert_eq!(a, b);
        }
    }
}
