//! Pictures are well-formed, honest and the same every time.

mod common;

use gennaker_report::*;
use proptest::prelude::*;

fn population<'a>(name: &'a str, size: u32, spikes: &'a (Vec<u32>, Vec<u32>)) -> RasterPopulation<'a> {
    RasterPopulation { name, size, ticks: &spikes.0, neurons: &spikes.1 }
}

/// A cheap stream of numbers below `n`.
fn noise(n: u32) -> impl FnMut() -> u32 {
    let mut state = 12_345u32;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % n
    }
}

fn spikes(n: usize, size: u32, ticks: u32) -> (Vec<u32>, Vec<u32>) {
    let (mut tick, mut neuron) = (noise(ticks), noise(size));
    let mut events: Vec<(u32, u32)> = (0..n).map(|_| (tick(), neuron() % size)).collect();
    events.sort_unstable();
    events.into_iter().unzip()
}

fn png_size(png: &[u8]) -> (u32, u32) {
    let word = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (word(16), word(20))
}

#[test]
fn a_small_raster_has_one_stroke_per_spike() {
    let (a, b) = (spikes(200, 30, 500), spikes(50, 8, 500));
    let populations = [population("exc", 30, &a), population("inh", 8, &b)];
    let picture =
        Raster { title: "balanced", populations: &populations, ticks: 0..500, tick_ms: 1.0 }.draw().unwrap();
    let strokes = picture.svg().matches('v').count() - picture.svg().matches("viewBox").count();
    assert!(strokes >= 250, "{strokes}");
    assert!(!picture.svg().contains("<image"));
    for text in [
        "balanced",
        "2 populations · 38 neurons · 250 spikes",
        ">exc<",
        ">neuron<",
        "rate (Hz)",
        "time (ms), 1 tick = 1 ms",
    ] {
        assert!(picture.svg().contains(text), "{text}");
    }
    assert_eq!(png_size(&picture.to_png(2.0).unwrap()).0, 1920);
}

#[test]
fn a_tiny_raster_is_drawn_as_stored() {
    let (a, b) = ((vec![0, 3, 9], vec![0, 1, 0]), (vec![5], vec![2]));
    let populations = [population("a", 2, &a), population("b & c", 3, &b)];
    let picture =
        Raster { title: "tiny", populations: &populations, ticks: 0..10, tick_ms: 0.5 }.draw().unwrap();
    common::assert_as_stored("raster.svg", picture.svg());
}

#[test]
fn many_spikes_become_pixels() {
    let many = spikes(100_000, 1000, 1000);
    let cells = population("cells", 1000, &many);
    let raster = Raster { title: "dense", populations: &[cells], ticks: 0..1000, tick_ms: 0.1 };
    let picture = raster.draw().unwrap();
    assert_eq!(picture.svg().matches("<image").count(), 1);
    assert!(picture.svg().contains("darker: more spikes"));
    assert!(picture.svg().len() < 2_000_000, "{}", picture.svg().len());
    assert_eq!(picture.svg(), raster.draw().unwrap().svg());
    assert_eq!(picture.to_png(1.0).unwrap(), raster.draw().unwrap().to_png(1.0).unwrap());
}

#[test]
fn a_lone_spike_of_a_dense_raster_is_drawn() {
    let mut many = spikes(50_000, 500, 500);
    many.0.push(990);
    many.1.push(999);
    let picture = |n: usize| {
        let cells =
            RasterPopulation { name: "cells", size: 1000, ticks: &many.0[..n], neurons: &many.1[..n] };
        Raster { title: "dense", populations: &[cells], ticks: 0..1000, tick_ms: 1.0 }.draw().unwrap()
    };
    let image = |n| {
        let picture: Picture = picture(n);
        picture.svg().lines().find(|line| line.starts_with("<image")).unwrap().to_owned()
    };
    assert_ne!(image(50_000), image(50_001));
}

#[test]
fn nothing_to_draw_is_an_error_with_a_remedy() {
    let raster = Raster { title: "", populations: &[], ticks: 0..10, tick_ms: 1.0 };
    let message = raster.draw().unwrap_err().to_string();
    assert_eq!(
        message,
        "there is nothing to draw: no population recorded spikes; add \"spikes\" to its `record`"
    );
    let empty = (vec![], vec![]);
    let silent = [population("a", 3, &empty)];
    let raster = Raster { title: "", populations: &silent, ticks: 0..10, tick_ms: 1.0 };
    assert!(raster.draw().unwrap().svg().contains("no spikes"));
    assert!(Raster { ticks: 7..7, ..raster.clone() }.draw().is_err());
    assert!(raster.draw().unwrap().to_png(1000.0).is_err());
}

#[test]
fn hostile_names_stay_text() {
    let empty = (vec![], vec![]);
    let name = "</text><script>alert(1)</script>&\u{0}\u{202e}";
    let populations = [population(name, 3, &empty)];
    let picture =
        Raster { title: name, populations: &populations, ticks: 0..10, tick_ms: 1.0 }.draw().unwrap();
    assert!(!picture.svg().contains("<script"));
    picture.to_png(1.0).unwrap();
}

#[test]
fn traces_show_threshold_spikes_and_neurons() {
    let ticks: Vec<u32> = (0..100).collect();
    let trace = |neuron| Trace {
        neuron,
        values: ticks.iter().map(|&t| f64::from((t * (neuron + 1)) % 10)).collect(),
        spikes: vec![9, 19],
    };
    let panel = |name| TracePanel {
        name,
        variable: "v",
        unit: "mV",
        ticks: &ticks,
        traces: (0..9).map(trace).collect(),
        n_not_shown: 0,
        threshold: Some(10.0),
    };
    let panels = [panel("exc"), panel("inh")];
    let picture = Traces { title: "two", panels: &panels, ticks: 0..100, tick_ms: 1.0 }.draw().unwrap();
    for text in ["v (mV)", "threshold", "neuron 6", "and 2 more, not shown"] {
        assert!(picture.svg().contains(text), "{text}");
    }
    picture.to_png(1.0).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_data_make_a_picture(
        events in prop::collection::vec((any::<u32>(), any::<u32>()), 0..40),
        size in 0u32..5,
        start in any::<u32>(),
        length in 1u32..100_000,
        tick_ms in 1e-6..1e6f64,
        name in any::<String>(),
    ) {
        let events: (Vec<u32>, Vec<u32>) = events.into_iter().unzip();
        let ticks = start..start.saturating_add(length);
        prop_assume!(!ticks.is_empty());
        let populations = [population(&name, size, &events)];
        let picture = Raster { title: &name, populations: &populations, ticks, tick_ms }.draw().unwrap();
        prop_assert!(picture.to_png(0.2).is_ok());
    }

    #[test]
    fn any_values_make_traces(
        values in prop::collection::vec(any::<f64>(), 0..40),
        threshold in prop::option::of(any::<f64>()),
    ) {
        let ticks: Vec<u32> = (0..values.len() as u32).collect();
        let traces = vec![Trace { neuron: 0, values, spikes: vec![3] }];
        let panel = TracePanel { name: "a", variable: "v", unit: "1", ticks: &ticks, traces, n_not_shown: 0, threshold };
        let picture = Traces { title: "t", panels: &[panel], ticks: 0..40, tick_ms: 1.0 }.draw().unwrap();
        prop_assert!(picture.to_png(0.2).is_ok());
    }

    #[test]
    fn any_rates_make_a_histogram(rates in prop::collection::vec(any::<f64>(), 1..40), resolution_hz: f64) {
        let populations = [RatePopulation { name: "a", rates_hz: &rates, n_silent: 7 }];
        let picture = RateHistogram { title: "t", populations: &populations, resolution_hz }.draw().unwrap();
        prop_assert!(picture.to_png(0.2).is_ok());
    }
}
