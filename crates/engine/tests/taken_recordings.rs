//! Recordings taken out in pieces: together they are the whole, whatever happens in between.

mod common;

use common::mixed;
use gennaker_engine::{Numeric, Options, PopulationRecording, Recordings, Simulation, Values};

const TICKS: u32 = 60;

fn simulation(numeric: Numeric) -> Simulation {
    let options = Options { threads: Some(2), numeric, ..Options::default() };
    Simulation::new(&mixed(5), &options).unwrap()
}

/// Appends what was recorded later to what was recorded before.
fn append(all: &mut Recordings, part: Recordings) {
    all.timesteps = part.timesteps;
    for (all, part) in all.populations.iter_mut().zip(part.populations) {
        append_population(all, part);
    }
}

fn append_population(all: &mut PopulationRecording, part: PopulationRecording) {
    if let (Some(all), Some(part)) = (&mut all.spikes, part.spikes) {
        all.ticks.extend(part.ticks);
        all.neurons.extend(part.neurons);
    }
    for (all, part) in all.states.iter_mut().zip(part.states) {
        assert_eq!(all.neurons, part.neurons);
        if part.variable == "v_last" {
            *all = part;
            continue;
        }
        all.ticks.extend(part.ticks);
        match (&mut all.values, part.values) {
            (Values::F32(all), Values::F32(part)) => all.extend(part),
            (Values::F64(all), Values::F64(part)) => all.extend(part),
            _ => panic!("precision changed"),
        }
    }
}

#[test]
fn parts_together_are_the_whole() {
    for numeric in [Numeric::Chip, Numeric::Reference] {
        let mut simulation = simulation(numeric);
        simulation.run(TICKS);
        let whole = simulation.recordings();
        for piece in [1, 7, 59, 60] {
            simulation.reset();
            assert_eq!(simulation.recorded_bytes(), 0);
            let mut all = simulation.recordings();
            while simulation.tick() < TICKS {
                simulation.run(piece.min(TICKS - simulation.tick()));
                assert!(simulation.recorded_bytes() > 0);
                append(&mut all, simulation.take_recordings());
                assert_eq!(simulation.recorded_bytes(), 0);
            }
            assert!(all == whole, "pieces of {piece} ticks, {numeric:?}");
            assert!(
                simulation
                    .recordings()
                    .populations
                    .iter()
                    .all(|p| p.states.iter().all(|s| s.ticks.is_empty()))
            );
        }
    }
}

#[test]
fn bytes_are_those_of_the_arrays() {
    let mut simulation = simulation(Numeric::Chip);
    simulation.run(TICKS);
    let bytes = |p: &PopulationRecording| {
        let spikes = p.spikes.as_ref().map_or(0, |s| 8 * s.ticks.len());
        spikes + p.states.iter().map(|s| 4 * s.values.len()).sum::<usize>()
    };
    let expected: usize = simulation.recordings().populations.iter().map(bytes).sum();
    let found = simulation.recorded_bytes() as usize;
    // Ticks are kept once per block.
    assert!(found >= expected && found < expected + expected / 10, "{found} B, arrays {expected} B");
}

#[test]
fn checkpoints_hold_what_was_not_taken() {
    let mut simulation = simulation(Numeric::Chip);
    simulation.run(20);
    let mut all = simulation.take_recordings();
    simulation.run(20);
    let bytes = simulation.checkpoint();
    simulation.run(20);
    let mut continued = self::simulation(Numeric::Chip);
    continued.restore(&bytes).unwrap();
    continued.run(20);
    assert!(continued.recordings() == simulation.recordings());
    append(&mut all, continued.take_recordings());
    let mut whole = self::simulation(Numeric::Chip);
    whole.run(60);
    assert!(all == whole.recordings());
}
