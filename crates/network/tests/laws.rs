//! Whether distributions draw what they say: moments, tails and the whole distribution function.

use gennaker_network::random::{Purpose, Stream};
use gennaker_network::*;

const N: u32 = 400_000;

fn sorted(law: Distribution, n: u32, seed: u64) -> Vec<f64> {
    let mut stream = Stream::new(seed, Purpose::Weight, 1, 2);
    let mut values: Vec<f64> = (0..n).map(|_| law.sample(&mut stream)).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The standard normal distribution function.
fn phi(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

/// The largest distance between the drawn distribution function and the exact one stays below the Kolmogorov-Smirnov
/// statistic's 1-in-10,000 bound.
fn check(values: &[f64], law: &str, exact: impl Fn(f64) -> f64) {
    let n = values.len() as f64;
    let distance = values
        .iter()
        .zip(0u32..)
        .map(|(&x, i)| {
            let f = exact(x);
            (f - f64::from(i) / n).abs().max((f64::from(i + 1) / n - f).abs())
        })
        .fold(0.0, f64::max);
    assert!(distance * n.sqrt() < 2.23, "{law}: Kolmogorov-Smirnov distance {distance}");
}

#[test]
fn normal_has_the_exact_law() {
    let values = sorted(Distribution::Normal { mean: 0.0, sd: 1.0 }, N, 1);
    check(&values, "normal", phi);
    let moment = |k| values.iter().map(|x: &f64| x.powi(k)).sum::<f64>() / f64::from(N);
    for (k, expected, variance) in
        [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0), (6, 15.0, 10_170.0)]
    {
        let tolerance = 4.5 * f64::sqrt(variance / f64::from(N));
        assert!((moment(k) - expected).abs() < tolerance, "moment {k}: {}", moment(k));
    }
}

/// As many values as there should be beyond each number of standard deviations, on both sides.
#[test]
fn normal_tails_are_full_to_five_standard_deviations() {
    let n = 8_000_000;
    let mut network = Network::new("tails").with_seed(4);
    let pre = network.add_population(Population::new("pre", 4000, Model::Lif));
    let post = network.add_population(Population::new("post", n / 4000, Model::Lif));
    let rule = Connector::AllToAll { allow_self_connections: true };
    let law = Distribution::Normal { mean: 0.0, sd: 1.0 };
    network.add_projection(Projection::new("p", pre, post, rule).with_weight(law));
    let mut beyond = [[0u32; 2]; 5];
    for_each_synapse(&network, 0, 0..n, |s| {
        for (k, counts) in beyond.iter_mut().enumerate() {
            let limit = k as f64 + 1.0;
            counts[0] += u32::from(s.weight < -limit);
            counts[1] += u32::from(s.weight > limit);
        }
    });
    for (counts, limit) in beyond.iter().zip(1u32..) {
        let expected = f64::from(n) * phi(-f64::from(limit));
        for &count in counts {
            let tolerance = 4.5 * expected.sqrt() + 1.0;
            assert!((f64::from(count) - expected).abs() < tolerance, "{limit}: {count}, not {expected}");
        }
    }
}

#[test]
fn clipped_normal_is_the_law_of_redrawing() {
    for (mean, sd, low, high) in [
        (1.5, 0.75, 0.1, 6.3),
        (0.0, 1.0, -0.3, 0.2),
        (0.0, 1.0, 0.2, 0.9),
        (0.0, 2.0, 1.0, 30.0),
        (5.0, 2.0, -30.0, 1.0),
        (0.0, 1.0, 5.0, 7.0),
        (0.0, 1.0, -7.0, -5.0),
        (0.0, 1e6, -1.0, 3.0),
    ] {
        let law = Distribution::NormalClipped { mean, sd, low, high };
        let values = sorted(law, N / 4, 2);
        assert!(values.iter().all(|x| (low..=high).contains(x)), "{law}");
        // From the nearer tail, which is the precise one.
        let side = if low >= mean { -1.0 } else { 1.0 };
        let at = |x: f64| phi(side * (x - mean) / sd);
        let exact = |x: f64| (at(x) - at(low)) / (at(high) - at(low));
        check(&values, &law.to_string(), exact);
    }
}

/// Intervals that hold no probability at all in double precision, or next to none.
#[test]
fn hopeless_intervals_still_give_values_inside() {
    for (mean, sd, low, high) in [
        (0.0, 1.0, 60.0, 61.0),
        (0.0, 1.0, -61.0, -60.0),
        (0.0, 1e-300, 1.0, 2.0),
        (0.0, 1e30, 1.0, 1.0),
        (3.0, 0.0, 5.0, 6.0),
        (3.0, 5e-324, 3.0, 6.0),
        (-1e30, 1e-30, -1e30, 1e30),
    ] {
        let values = sorted(Distribution::NormalClipped { mean, sd, low, high }, 1000, 3);
        assert!(values.iter().all(|x| (low..=high).contains(x)), "{mean} {sd} {low} {high}: {values:?}");
    }
}

#[test]
fn uniform_laws_are_flat() {
    let values = sorted(Distribution::Uniform { low: -2.0, high: 3.0 }, N, 5);
    check(&values, "uniform", |x| (x + 2.0) / 5.0);
    let values = sorted(Distribution::UniformInt { low: -2, high: 2 }, N, 6);
    let expected = f64::from(N) / 5.0;
    for k in -2..=2 {
        let count = values.iter().filter(|&&x| x == f64::from(k)).count() as f64;
        assert!((count - expected).abs() < 4.5 * expected.sqrt(), "{k}: {count}");
    }
}

/// Delays are rounded to the nearest tick, halves up, whatever their law.
#[test]
fn delays_are_rounded_to_ticks() {
    for (delay, ticks) in [(0.0, 0), (0.49999999999999994, 0), (0.5, 1), (1.5, 2), (2.5, 3), (1022.5, 1023)] {
        let mut network = Network::new("delays");
        let pop = network.add_population(Population::new("pop", 3, Model::Lif));
        let law = Distribution::Uniform { low: delay, high: delay };
        network.add_projection(Projection::new("p", pop, pop, Connector::OneToOne).with_delay(law));
        for_each_synapse(&network, 0, 0..3, |s| assert_eq!(s.delay, ticks, "{delay}"));
    }
}

/// Weights and delays drawn many at a time, on the widest instruction set there is, are those drawn one by one.
#[test]
fn many_at_a_time_are_those_of_single_draws() {
    let laws = [
        Distribution::Uniform { low: 0.0, high: 1023.0 },
        Distribution::UniformInt { low: 3, high: 600 },
        Distribution::NormalClipped { mean: 15.0, sd: 7.5, low: 1.0, high: 63.0 },
        Distribution::NormalClipped { mean: 0.0, sd: 10.0, low: 40.0, high: 63.0 },
    ];
    for law in laws {
        let mut network = Network::new("values").with_seed(9);
        let pre = network.add_population(Population::new("pre", 1500, Model::Lif));
        let post = network.add_population(Population::new("post", 2, Model::Lif));
        let rule = Connector::AllToAll { allow_self_connections: true };
        network.add_projection(Projection::new("p", pre, post, rule).with_weight(law).with_delay(law));
        let stream = |purpose, post| Stream::new(9, purpose, 0, post);
        let mut streams = [0, 1].map(|post| (stream(Purpose::Weight, post), stream(Purpose::Delay, post)));
        for_each_synapse(&network, 0, 0..2, |s| {
            let (weight, delay) = &mut streams[s.post as usize];
            assert_eq!(s.weight.to_bits(), law.sample(weight).to_bits(), "{law}");
            assert_eq!(f64::from(s.delay), libm::round(law.sample(delay)), "{law}");
        });
    }
}
