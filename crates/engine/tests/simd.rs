//! Every instruction set gives the same bits. The level is chosen once per process, so each runs in one of its own.

mod common;

use common::{digest, mixed, wide};
use gennaker_engine::{Options, Simulation, Values};
use gennaker_network::Network;

/// Prints a digest of all spikes and of all recorded state of the test networks.
#[test]
fn print_digest() {
    let mut events = Vec::new();
    for network in [mixed(21), wide(21)] {
        record(&network, &mut events);
    }
    assert!(events.len() > 100_000);
    println!("digest {}", digest(events));
}

fn record(network: &Network, events: &mut Vec<(u32, u32)>) {
    let mut simulation = Simulation::new(network, &Options::default()).unwrap();
    simulation.run(100);
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
