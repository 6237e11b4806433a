//! The benchmark networks do what is published of them, computed in double precision.

use gennaker::Numeric;
use gennaker::benchmarks::{self, Benchmark, PopulationStudy, Protocol, study};

/// A study of one second after the transient.
fn one_second(benchmark: &Benchmark) -> Vec<PopulationStudy> {
    let protocol = Protocol { numeric: Numeric::Reference, ticks: Some(10_000), ..Protocol::default() };
    study(benchmark, &protocol).unwrap()
}

fn mean_rate(studied: &[PopulationStudy]) -> f64 {
    let spikes: f64 = studied.iter().map(|s| s.summary.rate_hz.mean * f64::from(s.size)).sum();
    spikes / studied.iter().map(|s| f64::from(s.size)).sum::<f64>()
}

fn assert_as_expected(studied: &[PopulationStudy]) {
    for s in studied {
        let complaint = s.expected.as_ref().and_then(|e| e.complaint(s.summary.rate_hz.mean));
        assert_eq!(complaint, None);
    }
}

/// NEST, GeNN and a bare loop had 2.73, 2.71 and 2.71 Hz in the network at a tenth of the size with Poisson drive.
#[test]
fn the_microcircuit_at_a_tenth_of_its_size() {
    let studied = one_second(&benchmarks::microcircuit(0.1, benchmarks::Drive::Poisson));
    assert_as_expected(&studied);
    let rate = mean_rate(&studied);
    assert!((rate / 2.72 - 1.0).abs() < 0.04, "{rate} Hz");
    for s in &studied {
        let (cv, correlation) = (s.summary.cv_isi.mean, s.summary.correlation.mean);
        assert!((0.4..1.0).contains(&cv) && correlation.abs() < 0.02, "{}: {cv} {correlation}", s.population);
    }
}

/// Brian2, ANNarchy, GeNN and NEST had 5.4 to 5.6 Hz; single draws of the network differ by some percent.
#[test]
fn vogels_and_abbott_with_currents() {
    let studied = one_second(&benchmarks::vogels_abbott_current());
    assert_as_expected(&studied);
    assert!((mean_rate(&studied) / 5.5 - 1.0).abs() < 0.06, "{studied:?}");
}

/// Brian2, Auryn, GeNN and NEST had 19.5 to 20.1 Hz; single draws of the network differ by 5 %.
#[test]
fn vogels_and_abbott_with_conductances() {
    let studied = one_second(&benchmarks::vogels_abbott_conductance());
    assert_as_expected(&studied);
    assert!((mean_rate(&studied) / 19.8 - 1.0).abs() < 0.10, "{studied:?}");
    // Bursts and long pauses: more irregular than a Poisson process.
    assert!(studied.iter().all(|s| s.summary.cv_isi.mean > 1.2));
}

/// Peers had 60 Hz with a refractory time, which this network leaves out.
#[test]
fn brunel_with_either_drive() {
    for drive in [benchmarks::Drive::Constant, benchmarks::Drive::Poisson] {
        assert_as_expected(&one_second(&benchmarks::brunel(5_000, drive)));
    }
}
