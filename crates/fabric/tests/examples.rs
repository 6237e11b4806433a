//! The examples run, and what they claim holds.

#[path = "../examples/histogram.rs"]
mod histogram;
#[path = "../examples/ring.rs"]
mod ring;

#[test]
fn the_ring_takes_the_time_of_its_parts() {
    ring::main().unwrap();
}

#[test]
fn the_histogram_is_complete() {
    histogram::main().unwrap();
}
