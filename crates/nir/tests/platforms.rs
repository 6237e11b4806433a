//! Recordings of other platforms, reproduced by the settings that are theirs.

mod common;

use std::path::Path;
use std::time::Instant;

use common::nmnist::{FRAME, frames};
use common::{data, npz};
use gennaker_nir::reference::*;
use gennaker_nir::{Graph, Primitive, read};

/// How far a membrane that another platform worked out in single precision may be from ours: measured are 1.4e-8 (Sinabs) to
/// 3.8e-8 (Lava), five units in the last place of its largest values.
const SINGLE: f64 = 4e-8;

/// Columns of a recording of the single neuron: input spikes, membrane after the reset, output spikes.
fn recording(file: &Path) -> [Vec<f64>; 3] {
    let text = std::fs::read_to_string(file).unwrap();
    let mut columns = [Vec::new(), Vec::new(), Vec::new()];
    for line in text.lines() {
        for (column, field) in columns.iter_mut().zip(line.split(',')) {
            column.push(field.trim().parse().unwrap());
        }
    }
    assert_eq!(columns[2].len(), 1000);
    columns
}

fn rows(spikes: &[f64]) -> Vec<usize> {
    (0..spikes.len()).filter(|&row| spikes[row] != 0.0).collect()
}

/// The name of the only neuron.
fn neuron(graph: &Graph) -> &str {
    let is_neuron = |primitive: &Primitive| matches!(primitive, Primitive::LIF(_));
    graph.nodes.iter().find(|(_, node)| is_neuron(&node.primitive)).unwrap().0
}

/// Membrane and spikes of the paper's single neuron.
fn single_neuron(folder: &Path, settings: &Settings, input: &[f64]) -> [Vec<f64>; 2] {
    let graph = read(folder.join("lif/lif_norse.nir")).unwrap();
    let name = neuron(&graph);
    let mut reference = Reference::new(&graph, settings).unwrap();
    let probes = [Probe::v(name), Probe::output(name)];
    let trace = reference.run(&[("input", input)], input.len(), &probes).unwrap();
    probes.map(|probe| trace.observed[&probe].values.clone())
}

/// Looks that a platform's membrane, divided by `unit`, is ours to within `allowed`, and its spikes are ours.
fn reproduces(file: &str, settings: &Settings, unit: f64, allowed: f64) {
    let Some(folder) = data() else { return };
    let [input, membrane, spikes] = recording(&folder.join("lif").join(file));
    // One platform recorded its input after the weights.
    let input: Vec<f64> = input.iter().map(|x| f64::from(u8::from(*x != 0.0))).collect();
    let [ours, our_spikes] = single_neuron(&folder, settings, &input);
    let distance = membrane.iter().zip(&ours).fold(0.0_f64, |most, (a, b)| most.max((a / unit - b).abs()));
    println!("{file}: {distance:e}");
    assert!(distance <= allowed, "{file}: {distance:e}");
    assert_eq!(rows(&spikes), rows(&our_spikes), "{file}");
}

#[test]
fn euler_to_zero_is_norse_and_the_papers_model_of_the_chip() {
    reproduces("lif_norse.csv", &Settings::default(), 1.0, SINGLE);
    reproduces("lif_spinnaker2.csv", &Settings::default(), 25.0 * 102.0 / 102.02, SINGLE);
}

#[test]
fn everything_one_step_late_is_lava() {
    let settings = Settings { late: LateEdges::AllNeurons, ..Settings::default() };
    reproduces("lif_lava_cpu_float.csv", &settings, 1.0, SINGLE);
}

#[test]
fn exact_steps_are_nengo() {
    let settings = Settings { integration: Integration::Exact, ..Settings::default() };
    // In double precision; membranes are in units of the file's threshold, which is single.
    reproduces("lif_nengo.csv", &settings, 1.0 / f64::from(0.1_f32), 1e-15);
}

#[test]
fn impulses_and_subtraction_are_rockpool_and_sinabs() {
    let settings =
        Settings { integration: Integration::Impulse, reset: Reset::Subtract, ..Settings::default() };
    reproduces("lif_rockpool.csv", &settings, 1.0, SINGLE);
    reproduces("lif_sinabs.csv", &settings, 1.0, SINGLE);
}

#[test]
fn exact_steps_fire_in_the_steps_of_the_solution_between_steps() {
    let Some(folder) = data() else { return };
    let [input, membrane, spikes] = recording(&folder.join("lif/lif_exact.csv"));
    let settings =
        Settings { integration: Integration::Exact, reset: Reset::Subtract, ..Settings::default() };
    let [ours, our_spikes] = single_neuron(&folder, &settings, &input);
    assert_eq!(rows(&spikes), rows(&our_spikes));
    let first = rows(&spikes)[0];
    let distance =
        membrane.iter().zip(&ours).take(first).fold(0.0_f64, |most, (a, b)| most.max((a - b).abs()));
    assert!(distance <= 1e-12, "up to the first spike: {distance:e}");
}

/// The paper's network for N-MNIST, as all platforms ran it: one frame is one step.
fn spiking_cnn(folder: &Path) -> Reference {
    Reference::new(&read(folder.join("scnn/cnn_sinabs.nir")).unwrap(), &Settings::default()).unwrap()
}

fn classify(samples: impl Iterator<Item = usize>) {
    let Some(folder) = data() else { return };
    let counts = npz::read(&folder.join("scnn/reference_counts.npz"));
    let norse = npz::read(&folder.join("scnn/norse_1.1.0_output_spikes.npz"));
    let mut reference = spiking_cnn(&folder);
    let (mut n, mut slowest_s, mut total_s) = (0, 0.0_f64, 0.0_f64);
    for row in samples {
        let sample = counts["sample"].values[row] as usize;
        let frames = frames(&folder.join(format!("nmnist/test/{sample}.bs2")));
        reference.reset();
        let begin = Instant::now();
        let trace = reference.run(&[("input", &frames)], frames.len() / FRAME, &[]).unwrap();
        let seconds = begin.elapsed().as_secs_f64();
        (n, slowest_s, total_s) = (n + 1, slowest_s.max(seconds), total_s + seconds);
        let output = &trace.outputs["output"];
        assert_eq!(output.sums(), counts["float_zero"].values[10 * row..][..10], "sample {sample}");
        let norse = &norse[&sample.to_string()];
        assert_eq!(output.values, norse.values, "sample {sample}: step by step against Norse");
    }
    println!(
        "{n} recordings: {:.1} ms each, {:.1} ms at most",
        1e3 * total_s / f64::from(n),
        1e3 * slowest_s
    );
}

#[test]
fn the_papers_network_gives_norses_spikes() {
    classify(0..60);
}

#[test]
fn neurons_without_input_fire_by_their_leak() {
    let Some(folder) = data() else { return };
    let graph = read(folder.join("lif/two_lif_neurons.nir")).unwrap();
    let mut reference = Reference::new(&graph, &Settings::default()).unwrap();
    let trace = reference.run(&[], 1000, &[]).unwrap();
    // 1.2 (1 - exp(-t / tau)) is above the threshold of 1 after 1.79 tau.
    assert_eq!((trace.spike_counts["lif1"][0], trace.spike_counts["lif2"][0]), (5, 0));
}
