//! Options by name, events as ticks, dense arrays as spikes.

use gennaker_deploy::{
    Events, Frames, Integrator, LoweringOptions, Reset, Rounding, Sample, Scaling, ThresholdFit, WeightBits,
};
use gennaker_network::SpikeTrains;
use proptest::prelude::*;

#[test]
fn options_have_names() {
    let mut options = LoweringOptions::default();
    for (name, value) in [
        ("dt", "0.002"),
        ("integrator", "exponential"),
        ("reset", "subtract"),
        ("conn_delay", "3"),
        ("scale_weights", "false"),
        ("scaling", "channel"),
        ("rounding", "nearest"),
        ("weight_bits", "16"),
        ("threshold_fit", "fitted"),
    ] {
        let before = options.clone();
        options.set(name, value).unwrap();
        assert_ne!(options, before, "{name} changes something");
    }
    let wanted = LoweringOptions {
        dt_s: 0.002,
        integrator: Integrator::Exponential,
        reset: Reset::Subtract,
        conn_delay: 3,
        scale_weights: false,
        scaling: Scaling::Channel,
        rounding: Rounding::Nearest,
        weight_bits: WeightBits::Sixteen,
        threshold_fit: ThresholdFit::Fitted,
        ..LoweringOptions::default()
    };
    assert_eq!(options, wanted);
    for (name, value) in [
        ("dt", "1e-4"),
        ("integrator", "forward"),
        ("reset", "zero"),
        ("conn_delay", "0"),
        ("scale_weights", "true"),
        ("scaling", "layer"),
        ("rounding", "toward_zero"),
        ("weight_bits", "8"),
        ("threshold_fit", "nominal"),
    ] {
        options.set(name, value).unwrap();
    }
    assert_eq!(options, LoweringOptions::default(), "and back");
}

#[test]
fn wrong_options_are_named_with_what_they_may_be() {
    let mut options = LoweringOptions::default();
    let mut problem = |name: &str, value: &str| options.set(name, value).unwrap_err().to_string();
    assert_eq!(problem("reset", "one"), "reset is `one`; it must be zero or subtract");
    assert_eq!(problem("weight_bits", "7"), "weight_bits is `7`; it must be 4, 8 or 16");
    assert_eq!(problem("dt", "soon"), "dt is `soon`; it must be a time in seconds above 0");
    assert_eq!(problem("conn_delay", "-1"), "conn_delay is `-1`; it must be a whole number of ticks");
    for name in ["integrator", "scale_weights", "scaling", "rounding", "threshold_fit"] {
        assert!(problem(name, "").starts_with(&format!("{name} is ``; it must be ")));
    }
    let unknown = problem("resets", "zero");
    assert!(
        unknown.starts_with("there is no option `resets`; there are: dt, integrator, reset,"),
        "{unknown}"
    );
    assert_eq!(options, LoweringOptions::default(), "nothing was changed");
}

fn events(rows: &[(u32, u32, i64, u32)]) -> Events {
    Events {
        x: rows.iter().map(|row| row.0).collect(),
        y: rows.iter().map(|row| row.1).collect(),
        t_us: rows.iter().map(|row| row.2).collect(),
        p: rows.iter().map(|row| row.3).collect(),
    }
}

/// `(tick, neuron)` of all spikes.
fn pairs(sample: &Sample) -> Vec<(u32, u32)> {
    sample.spikes.ticks().iter().copied().zip(sample.spikes.neurons().iter().copied()).collect()
}

#[test]
fn windows_begin_at_the_first_event_and_the_unfinished_one_is_left_out() {
    // Windows of 1 ms from 5000 us on; the last event, at 7999, is in the third, which is not full.
    let rows = [(1, 0, 6000, 0), (0, 0, 5000, 0), (2, 1, 5999, 1), (2, 1, 5500, 1), (0, 1, 7999, 0)];
    let sample = events(&rows).to_sample("a", &[2, 2, 3], &Frames::default()).unwrap();
    assert_eq!((sample.n_ticks, sample.n_merged, sample.n_dropped), (2, 1, 1));
    assert_eq!(pairs(&sample), [(0, 0), (0, 11), (1, 1)]);
    let all = Frames { keep_last: true, ..Frames::default() };
    let sample = events(&rows).to_sample("a", &[2, 2, 3], &all).unwrap();
    assert_eq!((sample.n_ticks, sample.n_merged, sample.n_dropped), (3, 1, 0));
    assert_eq!(pairs(&sample), [(0, 0), (0, 11), (1, 1), (2, 3)]);
    let from_zero = Frames { from_zero: true, ..Frames::default() };
    assert_eq!(events(&rows).to_sample("a", &[2, 2, 3], &from_zero).unwrap().n_ticks, 7);
    // A last event at a window's very end begins the next one.
    let exact = events(&[(0, 0, 0, 0), (0, 0, 2000, 0)]);
    let sample = exact.to_sample("a", &[1, 1, 1], &Frames::default()).unwrap();
    assert_eq!((sample.n_ticks, pairs(&sample), sample.n_dropped), (2, vec![(0, 0)], 1));
    // Nothing is as long as nothing.
    let none = Events::default().to_sample("a", &[3], &Frames::default()).unwrap();
    assert_eq!((none.n_ticks, none.spikes.len()), (0, 0));
}

#[test]
fn sensors_may_have_fewer_axes() {
    let line = Events { x: vec![2, 0], t_us: vec![0, 1000], ..Events::default() };
    assert_eq!(
        pairs(&line.to_sample("a", &[3], &Frames { keep_last: true, ..Frames::default() }).unwrap()),
        [(0, 2), (1, 0)]
    );
    let two = Events { x: vec![2], t_us: vec![0], p: vec![1], ..Events::default() };
    assert_eq!(
        pairs(&two.to_sample("a", &[2, 3], &Frames { keep_last: true, ..Frames::default() }).unwrap()),
        [(0, 5)]
    );
    let problem = two.to_sample("a", &[1, 2, 3, 4], &Frames::default()).unwrap_err().to_string();
    assert!(problem.contains("may have up to 3 axes"), "{problem}");
}

#[test]
fn events_that_do_not_fit_are_named() {
    let problem =
        |events: Events, frames: Frames| events.to_sample("a", &[2, 4, 3], &frames).unwrap_err().to_string();
    let at = |x, y, t, p| events(&[(0, 0, 0, 0), (x, y, t, p)]);
    let all = Frames::default();
    assert_eq!(
        problem(at(3, 0, 9, 0), all),
        "sample `a`: event 1 has x = 3, but the network's input has 3 ([2, 4, 3])"
    );
    assert!(problem(at(0, 4, 9, 0), all).contains("event 1 has y = 4"));
    // Events that are left out are no excuse.
    assert!(problem(at(0, 0, 900, 2), all).contains("event 1 has p = 2"));
    assert_eq!(
        problem(at(0, 0, -1, 0), Frames { from_zero: true, ..all }),
        "sample `a`: an event at -1 us, before time 0"
    );
    for window_us in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(
            problem(at(0, 0, 1, 0), Frames { window_us, ..all }).contains("it must be above 0"),
            "{window_us}"
        );
    }
    let short = Events { y: vec![0], ..at(0, 0, 1, 0) };
    assert_eq!(problem(short, all), "sample `a`: 2 times, but 1 values of `y`");
    assert_eq!(
        problem(Events { x: Vec::new(), ..at(0, 0, 1, 0) }, all),
        "sample `a`: 2 times, but 0 values of `x`"
    );
    // As far apart as times can be.
    let far = Events { t_us: vec![i64::MIN, i64::MAX], ..at(0, 0, 1, 0) };
    assert!(problem(far, all).contains("at most 1000000000 ticks"));
    assert!(
        problem(at(0, 0, 1, 0), Frames { window_us: 1e-300, ..all }).contains("at most 1000000000 ticks")
    );
}

#[test]
fn dense_arrays_are_spikes_or_refused() {
    let sample = Sample::from_dense("a", &[0.0, 1.0, -0.0, 3.0, 0.0, 1.0], 2).unwrap();
    assert_eq!((sample.n_ticks, sample.n_merged), (3, 2));
    assert_eq!(pairs(&sample), [(0, 1), (1, 1), (2, 1)]);
    assert_eq!(Sample::from_dense("a", &[], 2).unwrap().n_ticks, 0);
    for wrong in [0.5, -1.0, f64::NAN, f64::INFINITY, 1e300] {
        let problem = Sample::from_dense("a", &[0.0, 0.0, 0.0, wrong], 2).unwrap_err().to_string();
        assert!(
            problem.starts_with(&format!("sample `a`: neuron 1 has {wrong} in tick 1; spikes are 0 or 1")),
            "{problem}"
        );
    }
    for (values, n_neurons) in [(&[0.0; 3][..], 2), (&[0.0; 3], 0), (&[], 0)] {
        let problem = Sample::from_dense("a", values, n_neurons).unwrap_err().to_string();
        assert!(problem.contains("no whole number of ticks"), "{problem}");
    }
}

#[test]
fn samples_fit_their_input_and_have_an_end() {
    let sample = Sample::new("a", SpikeTrains::from_lists([(4, vec![7])]), 8);
    sample.check("in", 5).unwrap();
    assert_eq!(
        sample.check("in", 4).unwrap_err().to_string(),
        "sample `a`: a spike of neuron 4, but input `in` has 4 neurons (0 to 3)"
    );
    let endless = Sample { n_ticks: u32::MAX, ..sample };
    assert!(endless.check("in", 5).unwrap_err().to_string().contains("4294967295 ticks; at most 1000000000"));
}

proptest! {
    /// tonic's `ToFrame` with a time window, by its own formula; frames hold counts, of which the chip keeps whether there is one.
    #[test]
    fn ticks_are_the_windows_of_tonic(
        rows in prop::collection::vec((0u32..3, 0u32..2, -40i64..40, 0u32..2), 1..40),
        window in 1i64..12,
    ) {
        let first = rows.iter().map(|row| row.2).min().unwrap();
        let last = rows.iter().map(|row| row.2).max().unwrap();
        let n_frames = ((last - first - window) as f64 / window as f64 + 1.0).floor() as i64;
        let mut frames = vec![0u64; n_frames as usize * 12];
        let mut n_dropped = 0;
        for (x, y, t, p) in &rows {
            let frame = (t - first) / window;
            match frames.get_mut(frame as usize * 12 + ((p * 2 + y) * 3 + x) as usize) {
                Some(count) => *count += 1,
                None => n_dropped += 1,
            }
        }
        let sample = events(&rows).to_sample("a", &[2, 2, 3], &Frames { window_us: window as f64, ..Frames::default() }).unwrap();
        let wanted: Vec<(u32, u32)> =
            (0u32..).zip(&frames).filter(|(_, count)| **count > 0).map(|(at, _)| (at / 12, at % 12)).collect();
        prop_assert_eq!(i64::from(sample.n_ticks), n_frames);
        prop_assert_eq!(pairs(&sample), wanted);
        prop_assert_eq!(sample.n_merged, frames.iter().map(|count| count.saturating_sub(1)).sum::<u64>());
        prop_assert_eq!(sample.n_dropped, n_dropped);
    }
}
