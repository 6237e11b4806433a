//! Connectors: what each rule promises, and that any part of a network drawn alone equals the same part of the whole.

use gennaker_network::*;
use proptest::prelude::*;

fn network(n_pre: u32, n_post: u32, connector: Connector, seed: u64) -> Network {
    let mut network = Network::new("test").with_seed(seed);
    let pre = network.add_population(Population::new("pre", n_pre, Model::Lif));
    let post = network.add_population(Population::new("post", n_post, Model::Lif));
    let law = Distribution::Normal { mean: 3.0, sd: 1.0 };
    let delays = Distribution::UniformInt { low: 0, high: 7 };
    network.add_projection(Projection::new("p", pre, post, connector).with_weight(law).with_delay(delays));
    network
}

fn recurrent(n: u32, connector: Connector) -> Network {
    let mut network = Network::new("test").with_seed(11);
    let pop = network.add_population(Population::new("pop", n, Model::Lif));
    network.add_projection(Projection::new("p", pop, pop, connector));
    network
}

fn synapses(network: &Network, range: std::ops::Range<u32>) -> Vec<(u32, u32, u64, u32)> {
    let mut all = Vec::new();
    for_each_synapse(network, 0, range, |s| all.push((s.pre, s.post, s.weight.to_bits(), s.delay)));
    all
}

fn connectors() -> impl Strategy<Value = Connector> {
    let flags = (any::<bool>(), any::<bool>());
    prop_oneof![
        Just(Connector::AllToAll { allow_self_connections: true }),
        (0.0..=1.0f64).prop_map(|p| Connector::FixedProbability { p, allow_self_connections: true }),
        (0..20u32, flags).prop_map(|(n, (s, r))| Connector::FixedInDegree {
            n,
            allow_self_connections: s,
            with_replacement: r
        }),
        (0..20u32, flags).prop_map(|(n, (s, r))| Connector::FixedOutDegree {
            n,
            allow_self_connections: s,
            with_replacement: r
        }),
        (0..400u64, flags).prop_map(|(n, (s, r))| Connector::FixedTotalNumber {
            n,
            allow_self_connections: s,
            with_replacement: r
        }),
        (0.1..5.0f64, any::<bool>()).prop_map(|(scale, periodic)| Connector::DistanceDependent {
            kernel: DistanceKernel::Gaussian,
            p_max: 0.8,
            scale,
            max_distance: Some(6.0),
            periodic,
            allow_self_connections: true
        }),
        proptest::collection::vec((0..20u32, 0..20u32, -5.0..5.0f64, 0..8u32), 0..60)
            .prop_map(|rows| Connector::List(ConnectionList::from_rows(rows))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The synapses of a target do not depend on which other targets are drawn with it.
    #[test]
    fn parts_equal_the_whole(connector in connectors(), n_pre in 20..600u32, n_post in 20..60u32, cut in 0..20u32, seed: u64) {
        let network = network(n_pre, n_post, connector, seed);
        network.validate().unwrap();
        let whole = synapses(&network, 0..n_post);
        for (low, high) in [(0, cut), (cut, n_post)] {
            let part = synapses(&network, low..high);
            let expected: Vec<_> = whole.iter().copied().filter(|s| (low..high).contains(&s.1)).collect();
            prop_assert_eq!(part, expected);
        }
    }

    /// Degrees and slice pairs agree with the synapses themselves.
    #[test]
    fn summaries_agree_with_the_synapses(connector in connectors(), n_pre in 20..300u32, n_post in 20..60u32, step in 1..30u32) {
        let network = network(n_pre, n_post, connector, 5);
        let all = synapses(&network, 0..n_post);
        let mut degrees = vec![0; n_post as usize];
        all.iter().for_each(|s| degrees[s.1 as usize] += 1);
        prop_assert_eq!(in_degrees(&network, 0), degrees);
        prop_assert_eq!(n_synapses(&network, 0), all.len() as u64);
        let bounds = |n: u32| (0..n).step_by(step as usize).chain([n]).collect::<Vec<u32>>();
        let (pre_bounds, post_bounds) = (bounds(n_pre), bounds(n_post));
        let pairs = slice_pairs(&network, 0, &pre_bounds, &post_bounds);
        for s in &all {
            prop_assert!(pairs.get((s.0 / step) as usize, (s.1 / step) as usize));
        }
        let density = all.len() as f64 / f64::from(n_pre * n_post);
        if density * f64::from(step * step) < 20.0 {
            let hit = (0..pre_bounds.len() - 1).flat_map(|row| pairs.row(row).map(move |column| (row, column)));
            for (row, column) in hit.collect::<Vec<_>>() {
                prop_assert!(all.iter().any(|s| ((s.0 / step) as usize, (s.1 / step) as usize) == (row, column)));
            }
        }
    }
}

#[test]
fn fixed_probability_has_the_right_mean_and_no_repeats() {
    for p in [0.0, 0.02, 0.1, 0.5, 0.93, 1.0] {
        let network = network(1000, 500, Connector::FixedProbability { p, allow_self_connections: true }, 3);
        let mut pairs: Vec<_> = synapses(&network, 0..500).iter().map(|s| (s.0, s.1)).collect();
        let n = pairs.len() as f64;
        let sigma = (500_000.0 * p * (1.0 - p)).sqrt();
        assert!((n - 500_000.0 * p).abs() <= 4.0 * sigma, "p {p}: {n}");
        pairs.sort_unstable();
        pairs.dedup();
        assert_eq!(pairs.len() as f64, n);
        // Sources are hit evenly too, at the ends of a chunk as in its middle.
        let mut per_source = vec![0u32; 1000];
        pairs.iter().for_each(|s| per_source[s.0 as usize] += 1);
        let spread = 5.5 * (500.0 * p * (1.0 - p)).sqrt() + 1e-9;
        assert!(per_source.iter().all(|&c| (f64::from(c) - 500.0 * p).abs() <= spread), "p {p}");
    }
}

#[test]
fn degrees_are_exact_and_without_repeats() {
    let connector =
        Connector::FixedInDegree { n: 70, allow_self_connections: false, with_replacement: false };
    let network = recurrent(100, connector);
    assert_eq!(in_degrees(&network, 0), vec![70; 100]);
    let mut pairs: Vec<_> = synapses(&network, 0..100).iter().map(|s| (s.0, s.1)).collect();
    assert!(pairs.iter().all(|(pre, post)| pre != post));
    pairs.sort_unstable();
    pairs.dedup();
    assert_eq!(pairs.len(), 7000);

    let network = recurrent(
        50,
        Connector::FixedOutDegree { n: 9, allow_self_connections: true, with_replacement: false },
    );
    let mut out = [0; 50];
    synapses(&network, 0..50).iter().for_each(|s| out[s.0 as usize] += 1);
    assert_eq!(out, [9; 50]);
}

#[test]
fn no_rule_makes_a_self_connection_when_told_not_to() {
    let (own, with_replacement) = (false, true);
    for connector in [
        Connector::AllToAll { allow_self_connections: own },
        Connector::FixedProbability { p: 1.0, allow_self_connections: own },
        Connector::FixedInDegree { n: 40, allow_self_connections: own, with_replacement },
        Connector::FixedOutDegree { n: 40, allow_self_connections: own, with_replacement },
        Connector::FixedTotalNumber { n: 900, allow_self_connections: own, with_replacement },
    ] {
        let network = recurrent(30, connector);
        assert!(!synapses(&network, 0..30).is_empty());
        assert!(synapses(&network, 0..30).iter().all(|s| s.0 != s.1));
    }
}

/// A disc with probability 1 is a plain neighbourhood, which the plain double loop knows too.
#[test]
fn distances_follow_the_grid() {
    for periodic in [false, true] {
        let mut network = Network::new("grid");
        let pop = network.add_population(Population::new("grid", 8 * 6, Model::Lif).with_shape(&[8, 6]));
        network.add_projection(Projection::new(
            "p",
            pop,
            pop,
            Connector::DistanceDependent {
                kernel: DistanceKernel::Disc,
                p_max: 1.0,
                scale: 2.0,
                max_distance: None,
                periodic,
                allow_self_connections: true,
            },
        ));
        network.validate().unwrap();
        let drawn: Vec<_> = synapses(&network, 0..48).iter().map(|s| (s.1, s.0)).collect();
        let along = |a: u32, b: u32, n: u32| {
            let d = a.abs_diff(b);
            if periodic { d.min(n - d) } else { d }
        };
        let mut expected = Vec::new();
        for post in 0..48u32 {
            for pre in 0..48u32 {
                let (dy, dx) = (along(pre / 6, post / 6, 8), along(pre % 6, post % 6, 6));
                if dy * dy + dx * dx <= 4 {
                    expected.push((post, pre));
                }
            }
        }
        assert_eq!(drawn, expected);
    }
}

/// The draws themselves are part of the contract: a seed gives the same network in every version and on every machine.
#[test]
fn draws_are_stable() {
    let digest = |connector| {
        synapses(&network(700, 40, connector, 2026), 0..40).iter().fold(
            0xcbf2_9ce4_8422_2325u64,
            |hash, s| {
                [u64::from(s.0), u64::from(s.1), s.2, u64::from(s.3)]
                    .iter()
                    .fold(hash, |hash, word| (hash ^ word).wrapping_mul(0x0100_0000_01b3))
            },
        )
    };
    let own = true;
    let digests = [
        digest(Connector::FixedProbability { p: 0.1, allow_self_connections: own }),
        digest(Connector::FixedInDegree { n: 50, allow_self_connections: own, with_replacement: false }),
        digest(Connector::FixedOutDegree { n: 5, allow_self_connections: own, with_replacement: true }),
        digest(Connector::FixedTotalNumber { n: 900, allow_self_connections: own, with_replacement: false }),
    ];
    assert_eq!(
        digests.map(|d| format!("{d:016x}")),
        ["279f84c6541fb2d0", "18a3beeb2aca944d", "34d1b9b8bc08836b", "cfd23337dd61062b"]
    );
}

#[test]
fn parameters_of_some_neurons_are_those_of_all() {
    let law = Distribution::Uniform { low: 1.0, high: 9.0 };
    let array: Vec<f64> = (0..200).map(f64::from).collect();
    let population = Population::new("p", 200, Model::Lif).with("threshold", law).with("v_init", array);
    for name in ["threshold", "v_init", "alpha_decay"] {
        let (all, some) = (population.resolve(name, 5, 3), population.resolve_range(name, 5, 3, 64..130));
        assert!((64..130).all(|i| all.get(i) == some.get(i - 64)), "{name}");
    }
}
