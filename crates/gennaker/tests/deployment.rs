//! Real and made NIR graphs on the engine, compared with what others computed. The files are third-party data and not part of the
//! project.

use std::path::{Path, PathBuf};

use gennaker::deploy::{Frames, Integrator, LoweringOptions, Readout, RealWeights, Reset, Sample, lower};
use gennaker::engine::{Options, Simulation};
use gennaker::formats::{Array, read_labels, read_npz};
use gennaker::nir::read;
use gennaker::{Deployment, Numeric, classes_of, read_samples};

/// The folder of real NIR material, if it is there.
fn data() -> Option<PathBuf> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("GENNAKER_DATA").map_or_else(default, PathBuf::from).join("nir");
    if !folder.is_dir() {
        println!("skipped: no data");
        return None;
    }
    Some(folder)
}

fn row(array: &Array, tick: usize) -> Vec<f64> {
    let n = array.shape[1];
    array.to_f64()[tick * n..(tick + 1) * n].to_vec()
}

#[test]
fn chip_style_cases_give_the_reference_spikes_and_potentials() {
    let Some(folder) = data() else { return };
    let cases = [
        ("s2_cuba_subtract", Integrator::Forward, Reset::Subtract),
        ("s2_cuba_bias_zero", Integrator::Forward, Reset::Zero),
        ("s2_lif_expo", Integrator::Exponential, Reset::Subtract),
    ];
    for (case, integrator, reset) in cases {
        let graph = read(folder.join(format!("conformance/{case}.nir"))).unwrap();
        let expected = read_npz(&folder.join(format!("conformance/{case}.npz"))).unwrap();
        let options = LoweringOptions { integrator, reset, ..LoweringOptions::default() };
        let lowered = lower(&graph, &options).unwrap();
        let input = &expected["in:input"];
        let sample = Sample::from_dense(case, &input.to_f64(), input.shape[1]).unwrap();
        for numeric in [Numeric::Chip, Numeric::Reference] {
            let mut network = lowered.network.clone();
            network.populations[lowered.inputs[0].population].spikes = sample.spikes.clone();
            for population in network.populations.iter_mut().filter(|p| !p.model.is_source()) {
                population.record = ["spikes", "v"].map(gennaker::Recording::all).to_vec();
            }
            let options = Options { numeric, ..Options::default() };
            let mut simulation = Simulation::new(&network, &options).unwrap();
            simulation.run(sample.n_ticks);
            for recorded in &simulation.recordings().populations {
                let Some(z) = expected.get(&format!("z:{}", recorded.name)) else { continue };
                let v = &expected[&format!("v:{}", recorded.name)];
                let found = recorded.state("v").unwrap();
                let spikes = recorded.spikes.as_ref().unwrap();
                for tick in 0..sample.n_ticks {
                    let fired = |n: &u32| spikes.ticks.iter().zip(&spikes.neurons).any(|s| s == (&tick, n));
                    let wanted: Vec<u32> =
                        (0..recorded.size).filter(|&n| row(z, tick as usize)[n as usize] == 1.0).collect();
                    let fired: Vec<u32> = (0..recorded.size).filter(fired).collect();
                    assert_eq!(fired, wanted, "{case}, {}, tick {tick}, {numeric:?}", recorded.name);
                    let tolerance = if numeric == Numeric::Chip { 2e-5 } else { 1e-12 };
                    for (neuron, wanted) in row(v, tick as usize).into_iter().enumerate() {
                        let found = found.column(neuron).nth(tick as usize).unwrap();
                        let scale = wanted.abs().max(1000.0);
                        assert!(
                            (found - wanted).abs() <= tolerance * scale,
                            "{case} {tick} {found} {wanted}"
                        );
                    }
                }
            }
        }
    }
}

fn scnn(folder: &Path, real_weights: RealWeights) -> Deployment {
    let graph = read(folder.join("scnn/cnn_sinabs.nir")).unwrap();
    let mut deployment = Deployment::new(
        lower(&graph, &LoweringOptions { real_weights, ..LoweringOptions::default() }).unwrap(),
    );
    deployment.threads = Some(2);
    deployment
}

fn counts(array: &Array) -> Vec<Vec<f64>> {
    (0..array.shape[0]).map(|sample| row(array, sample)).collect()
}

#[test]
fn the_published_network_has_its_published_populations_and_answers() {
    let Some(folder) = data() else { return };
    let chip = scnn(&folder, RealWeights::None);
    let sizes: Vec<u32> = {
        let mut layers: Vec<_> = chip.lowered.layers.iter().zip(&chip.lowered.network.populations).collect();
        layers.sort_by_key(|(layer, _)| layer.latency_ticks);
        layers.iter().map(|(_, population)| population.size).collect()
    };
    assert_eq!(sizes, [2312, 4096, 4096, 512, 256, 10]);
    let samples =
        read_samples(&folder.join("nmnist/test"), chip.input().unwrap(), &Frames::default()).unwrap();
    let labels = read_labels(&folder.join("nmnist/labels_test.csv")).unwrap();
    let classes = classes_of(&samples, &labels).unwrap();
    assert_eq!(samples.len(), 60);
    let expected = counts(&read_npz(&folder.join("scnn/reference_counts.npz")).unwrap()["int8_zero"]);
    let runs = chip.run(&samples, Readout::SpikeCount).unwrap();
    for ((run, expected), class) in runs.iter().zip(expected).zip(classes) {
        assert_eq!(run.outputs[0].values, expected, "{}", run.name);
        assert_eq!(run.outputs[0].answer(), Some(class as usize), "{}", run.name);
    }
}
