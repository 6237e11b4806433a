//! Recordings made on a real SpiNNaker2 chip are reproduced spike for spike, and a published double-precision trace to the
//! last bits. The recordings are third-party data and not part of the project; their counts and digests are.

mod common;

use common::{Field, data, digest, field};
use gennaker_engine::{Numeric, Options, Simulation};
use gennaker_network::*;

/// Recording file, network, number of spikes, SHA-256 of the canonical listing.
const RECORDINGS: [(&str, Field, usize, &str); 3] = [
    (
        "spinnaker2-golden/dnf-A.spikes.csv",
        Field::A,
        10_188,
        "d6d7bcd11519d27d567896fdf83bbf8c7e451009702ac75958f960869acc15c4",
    ),
    (
        "spinnaker2-golden/dnf-B.spikes.csv",
        Field::B,
        651,
        "0370cdbf62aff959db972423135d9107adc2ea1f78f845458381b2d3adb0861b",
    ),
    (
        "spinnaker2-golden/dnf-C.spikes.csv",
        Field::C,
        20_722,
        "343cc739b25d8219208ddedafc8ba81adaf43295b5c25c0b65cb706856b923cc",
    ),
];

fn spikes(network: &Network, options: &Options, population: &str, ticks: u32) -> Vec<(u32, u32)> {
    let mut simulation = Simulation::new(network, options).unwrap();
    simulation.run(ticks);
    let recordings = simulation.recordings();
    let recording = recordings.populations.iter().find(|p| p.name == population).unwrap();
    let spikes = recording.spikes.as_ref().unwrap();
    spikes.ticks.iter().copied().zip(spikes.neurons.iter().copied()).collect()
}

#[test]
fn fields_match_the_digests_of_the_chip_recordings() {
    for (file, which, n_spikes, sha256) in RECORDINGS {
        for threads in [1, 3] {
            let options = Options { threads: Some(threads), ..Options::default() };
            let found = spikes(&field(which, None), &options, "pop1", 400);
            assert_eq!(
                (found.len(), digest(found)),
                (n_spikes, sha256.to_owned()),
                "{file} on {threads} threads"
            );
        }
    }
}

#[test]
fn the_digests_are_those_of_the_recordings() {
    for (file, _, n_spikes, sha256) in RECORDINGS {
        let Some(path) = data(file) else { continue };
        let text = std::fs::read_to_string(path).unwrap();
        let row = |line: &str| {
            let (neuron, tick) = line.split_once(',').unwrap();
            (tick.trim().parse().unwrap(), neuron.parse().unwrap())
        };
        let recorded: Vec<(u32, u32)> = text.lines().skip(1).map(row).collect();
        assert_eq!((recorded.len(), digest(recorded)), (n_spikes, sha256.to_owned()), "{file}");
    }
}

#[test]
fn double_precision_gives_the_same_spikes_on_these_networks() {
    for (file, which, n_spikes, sha256) in RECORDINGS {
        let options = Options { numeric: Numeric::Reference, ..Options::default() };
        let found = spikes(&field(which, None), &options, "pop1", 400);
        assert_eq!((found.len(), digest(found)), (n_spikes, sha256.to_owned()), "{file}");
    }
}

/// The trace of one neuron that py-spinnaker2's Brian2 backend computed for the NIR paper (columns input, voltage, spike).
#[test]
fn the_published_brian2_trace_is_reproduced_to_1e_12() {
    let Some(path) = data("spinnaker2-golden/nir-lif-brian2.csv") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let columns: Vec<[f64; 3]> = text
        .lines()
        .map(|line| {
            let mut fields = line.split(',').map(|x| x.trim().parse().unwrap());
            [fields.next().unwrap(), fields.next().unwrap(), fields.next().unwrap()]
        })
        .collect();
    // The file lists input when it arrives; the source sent it one tick before.
    let inputs = (0u32..).zip(&columns[1..]).filter(|(_, row)| row[0] != 0.0).map(|(t, _)| t);
    let mut network = Network::new("one neuron");
    let trains = SpikeTrains::from_lists([(0, inputs.collect())]);
    let source = network.add_population(Population::new("in", 1, Model::SpikeList).with_spikes(trains));
    let cell = network.add_population(
        Population::new("cell", 1, Model::LifNoDelay)
            .with("threshold", 255.04998779296875)
            .with("alpha_decay", 0.96)
            .with("reset", "reset_to_v_reset")
            .recording("spikes")
            .recording("v"),
    );
    network.add_projection(Projection::new("in_cell", source, cell, Connector::OneToOne).with_weight(102.02));
    let options = Options { numeric: Numeric::ReferenceIntegerWeights, ..Options::default() };
    let mut simulation = Simulation::new(&network, &options).unwrap();
    simulation.run(columns.len() as u32);
    let recordings = simulation.recordings();
    let v = recordings.populations[1].state("v").unwrap();
    // The file gives voltages in units of the original model: divided by the scale that its importer chose.
    let differences = columns.iter().zip(v.column(0)).map(|(row, v)| (row[1] - v / 102.02).abs());
    let largest = differences.fold(0.0, f64::max);
    assert!(largest < 1e-12, "{largest}");
    let spikes = recordings.populations[1].spikes.as_ref().unwrap();
    let published: Vec<u32> =
        (0u32..).zip(&columns).filter(|(_, row)| row[2] != 0.0).map(|(t, _)| t).collect();
    assert_eq!(spikes.ticks, published);
}
