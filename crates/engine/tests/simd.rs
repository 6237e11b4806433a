//! Every instruction set gives the same bits. The level is chosen once per process, so each runs in one of its own.

mod common;

use common::{digest, mixed};
use gennaker_engine::{Options, Simulation, Values};

/// Prints a digest of all spikes and of all recorded state of the test network.
#[test]
fn print_digest() {
    let mut simulation = Simulation::new(&mixed(21), &Options::default()).unwrap();
    simulation.run(100);
    let mut events = Vec::new();
    for (index, p) in (0u32..).zip(&simulation.recordings().populations) {
        let spikes = p.spikes.as_ref().unwrap();
        events.extend(spikes.ticks.iter().zip(&spikes.neurons).map(|(t, n)| (*t, n + 10_000 * index)));
        for state in &p.states {
            let Values::F32(values) = &state.values else {
                panic!("the chip's arithmetic records single precision")
            };
            events.extend((0..).zip(values).map(|(at, v)| (at, v.to_bits())));
        }
    }
    assert!(events.len() > 10_000);
    println!("digest {}", digest(events));
}

#[test]
fn all_instruction_sets_agree() {
    let of = |level: &str| {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "print_digest", "--nocapture"])
            .env("GENNAKER_SIMD", level)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.split_whitespace().skip_while(|w| *w != "digest").nth(1).expect("a digest").to_owned()
    };
    let portable = of("portable");
    assert_eq!(portable.len(), 64);
    assert_eq!(of("avx2"), portable);
    assert_eq!(of("avx512"), portable);
}
