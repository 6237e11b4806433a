//! Studies of small made graphs, and samples from files that are not as they should be.

mod common;

use std::fs;
use std::path::PathBuf;

use common::{DT, Draw, flat_if};
use gennaker::deploy::{Frames, LoweringOptions, Port, Readout, Sample, lower};
use gennaker::formats::Labels;
use gennaker::network::SpikeTrains;
use gennaker::nir::{Array, Graph, Li, Numbers, Primitive};
use gennaker::{Deployment, StudyOptions, classes_of, read_samples, study};

fn options(readout: Readout) -> StudyOptions {
    let lowering = LoweringOptions { dt_s: DT, ..LoweringOptions::default() };
    StudyOptions { lowering, readout, threads: Some(2), mixtures: true, account: None, tick_ms: 1.0 }
}

/// Two inputs, two neurons that count theirs, and a read-out of the difference.
fn graph(with_read_out: bool) -> Graph {
    let eye = |a: f64| Array::new(vec![2, 2], Numbers::F64(vec![1.0, a, a, 1.0])).unwrap();
    let li = Li { tau: Array::scalar(0.1), r: Array::scalar(1.0), v_leak: Array::vector(vec![0.0; 2]) };
    let mut nodes = vec![
        ("in", Primitive::Input { shape: vec![2] }),
        ("fc", Primitive::Linear { weight: eye(0.0) }),
        ("cells", flat_if(&mut Draw(3), &[2])),
    ];
    if with_read_out {
        nodes.push(("difference", Primitive::Linear { weight: eye(-1.0) }));
        nodes.push(("li", Primitive::LI(li)));
    }
    nodes.push(("out", Primitive::Output { shape: vec![2] }));
    let edges: Vec<(&str, &str)> = nodes.windows(2).map(|pair| (pair[0].0, pair[1].0)).collect();
    Graph::new(nodes, edges)
}

fn sample(name: &str, neuron: u32, n_ticks: u32) -> Sample {
    Sample::new(name, SpikeTrains::from_lists([(neuron, (0..n_ticks).collect())]), n_ticks)
}

#[test]
fn a_study_tells_answers_and_layers() {
    let samples = [sample("a", 0, 20), sample("b", 1, 20), sample("c", 1, 20)];
    let found =
        study(&graph(false), &samples, &[0, 1, 0], &options(Readout::SpikeCount), &mut |_| ()).unwrap();
    let names: Vec<&str> = found.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["reference", "float", "only cells", "chip"]);
    for row in &found.rows {
        assert_eq!(row.answers, [Some(0), Some(1), Some(1)], "{}", row.name);
        assert_eq!((row.accuracy, row.agreement), (Some(2.0 / 3.0), 1.0));
        assert!(row.spikes_per_sample > 0.0);
    }
    let layer = &found.layers[0];
    assert_eq!((layer.name.as_str(), layer.n_silent, layer.n_samples_that_differ), ("cells", 0, 0));
    assert_eq!(layer.spikes_per_sample, layer.float_spikes_per_sample);
    // A neuron that no sample reaches.
    let found = study(&graph(false), &samples[..1], &[], &options(Readout::SpikeCount), &mut |_| ()).unwrap();
    assert_eq!((found.layers[0].n_silent, found.rows[0].accuracy), (1, None));
}

#[test]
fn read_outs_are_not_silent_neurons() {
    let samples = [sample("a", 0, 20), sample("b", 1, 20)];
    for readout in [Readout::LastPotential, Readout::MaxPotential] {
        let found = study(&graph(true), &samples, &[0, 1], &options(readout), &mut |_| ()).unwrap();
        assert!(
            found.rows.iter().all(|row| row.accuracy == Some(1.0) && row.agreement == 1.0),
            "{:?}",
            found.rows
        );
        let silent: Vec<_> = found.layers.iter().map(|layer| (layer.name.as_str(), layer.n_silent)).collect();
        assert_eq!(silent, [("cells", 0), ("li", 0)]);
    }
    let problem = study(&graph(true), &samples, &[], &options(Readout::SpikeCount), &mut |_| ()).unwrap_err();
    assert!(problem.to_string().contains("output `li` has no spikes to count"), "{problem}");
}

#[test]
fn samples_and_labels_that_do_not_fit_are_refused() {
    let problem = |samples: &[Sample], labels: &[u32]| {
        study(&graph(false), samples, labels, &options(Readout::SpikeCount), &mut |_| ())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        problem(&[sample("a", 0, 3), sample("b", 2, 3)], &[]),
        "sample `b`: a spike of neuron 2, but input `in` has 2 neurons (0 to 1)"
    );
    assert_eq!(problem(&[sample("a", 0, 3)], &[1, 2]), "2 labels for 1 samples");
    let labels = Labels { names: vec!["a".to_owned()], classes: vec![1] };
    assert!(
        classes_of(&[sample("b", 0, 1)], &labels)
            .unwrap_err()
            .to_string()
            .contains("sample `b` has no label")
    );
}

/// An npy file of the shape in its header.
fn npy(shape: &str, body: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}\n");
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), body].concat()
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn arrays_without_values_are_refused_however_long_they_say_they_are() {
    let folder = folder("empty arrays");
    let port = Port { node: "in".to_owned(), population: 0, shape: vec![2], spikes: true };
    for (at, shape) in
        ["(0, 2)", "(3, 0)", "(1152921504606846976, 0, 2)", "(0, 9223372036854775808, 2)"].iter().enumerate()
    {
        let path = folder.join(format!("{at}.npy"));
        fs::write(&path, npy(shape, &[])).unwrap();
        let problem = read_samples(&path, &port, &Frames::default()).unwrap_err().to_string();
        assert!(problem.contains(&at.to_string()), "{shape}: {problem}");
    }
    let path = folder.join("two.npy");
    fs::write(&path, npy("(2, 3, 2)", &[1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 1])).unwrap();
    let samples = read_samples(&path, &port, &Frames::default()).unwrap();
    let told: Vec<_> =
        samples.iter().map(|s| (s.name.as_str(), s.n_ticks, s.spikes.len(), s.n_merged)).collect();
    assert_eq!(told, [("two[0]", 3, 2, 1), ("two[1]", 3, 1, 0)]);
}

#[test]
fn folders_are_read_in_one_order_and_repeated_spikes_are_counted() {
    let folder = folder("many");
    for name in ["10.npy", "9.npy", "b.npy", "a.npy"] {
        fs::write(folder.join(name), npy("(1, 2)", &[1, 0])).unwrap();
    }
    fs::write(folder.join("labels.CSV"), "sample,class\na,0\n").unwrap();
    fs::write(folder.join("9.bs2"), [1, 0, 0, 0, 5]).unwrap();
    let port = Port { node: "in".to_owned(), population: 0, shape: vec![2], spikes: true };
    let all = Frames { keep_last: true, ..Frames::default() };
    let samples = read_samples(&folder, &port, &all).unwrap();
    let names: Vec<_> = samples.iter().map(|s| (s.name.as_str(), s.spikes.neurons()[0])).collect();
    assert_eq!(names, [("9", 1), ("9", 0), ("10", 0), ("a", 0), ("b", 0)]);
    let csv = folder.join("spikes.csv");
    fs::write(&csv, "neuron,timestep\n1,3\n0,1\n1,3\n").unwrap();
    let sample = read_samples(&csv, &port, &all).unwrap().remove(0);
    assert_eq!((sample.n_ticks, sample.n_merged, sample.spikes.len()), (4, 1, 2));
    fs::write(&csv, "neuron,timestep\n1,4294967295\n").unwrap();
    let endless = read_samples(&csv, &port, &all).unwrap();
    let lowered = lower(&graph(false), &LoweringOptions { dt_s: DT, ..LoweringOptions::default() }).unwrap();
    let problem = Deployment::new(lowered).run(&endless, Readout::SpikeCount).unwrap_err().to_string();
    assert!(problem.contains("4294967295 ticks; at most 1000000000 are run"), "{problem}");
}
