//! The conformance set: what every primitive, loop and nested graph must give, in double precision, and what must be refused.

mod common;

use std::fs;
use std::path::Path;

use common::data;
use common::npz::{self, Npy};
use gennaker_nir::read;
use gennaker_nir::reference::*;
use serde_json::Value;

/// How far values may be from the set's, relative to the largest of their array.
const TOLERANCE: f64 = 1e-12;

/// The set's cases of one kind.
fn cases(folder: &Path, kind: &str) -> Vec<(String, Value)> {
    let text = fs::read_to_string(folder.join("conformance/cases.json")).unwrap();
    let index: Value = serde_json::from_str(&text).unwrap();
    let cases = index["cases"].as_object().unwrap().iter();
    cases.filter(|(_, case)| case["kind"] == kind).map(|(name, case)| (name.clone(), case.clone())).collect()
}

fn settings(options: &Value) -> Settings {
    Settings {
        dt_s: options["dt"].as_f64().unwrap(),
        integration: match options["method"].as_str().unwrap() {
            "exact" => Integration::Exact,
            _ => Integration::Euler,
        },
        reset: match options["reset"].as_str().unwrap() {
            "subtract" => Reset::Subtract,
            _ => Reset::VReset,
        },
        if_gain: match options["if_gain"].as_str().unwrap() {
            "unit" => IfGain::Unit,
            _ => IfGain::Dt,
        },
        late: match options["edge_delay"].as_str().unwrap() {
            "all_neurons" => LateEdges::AllNeurons,
            _ => LateEdges::Recurrent,
        },
        ..Settings::default()
    }
}

/// A signal against the set's array: spikes are the same, other values close.
fn compare(at: &str, found: &Signal, expected: &Npy) {
    assert_eq!([&[found.steps().len()], &found.shape[..]].concat(), expected.shape, "{at}");
    let largest = expected.values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let is_spikes = expected.values.iter().all(|value| matches!(value, 0.0 | 1.0));
    let allowed = if is_spikes { 0.0 } else { TOLERANCE * largest };
    for (index, (found, expected)) in found.values.iter().zip(&expected.values).enumerate() {
        assert!((found - expected).abs() <= allowed, "{at} at {index}: {found} is not {expected}");
    }
}

/// Runs one case and returns how many arrays were compared.
fn run_case(folder: &Path, name: &str, case: &Value) -> usize {
    let file = |ending: &str| folder.join("conformance").join(format!("{name}.{ending}"));
    let graph = read(file("nir")).unwrap_or_else(|error| panic!("{name}: {error}"));
    let arrays = npz::read(&file("npz"));
    let of = |prefix: &'static str| {
        arrays.iter().filter_map(move |(key, array)| Some((key.strip_prefix(prefix)?, array)))
    };
    let mut reference =
        Reference::new(&graph, &settings(&case["options"])).unwrap_or_else(|error| panic!("{name}: {error}"));
    let inputs: Vec<(&str, &[f64])> = of("in:").map(|(name, array)| (name, &array.values[..])).collect();
    let n_steps = of("in:").next().unwrap().1.shape[0];
    let probes: Vec<Probe> =
        of("v:").map(|(node, _)| Probe::v(node)).chain(of("i:").map(|(node, _)| Probe::i(node))).collect();
    let trace = reference.run(&inputs, n_steps, &probes).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(trace.outputs.len(), of("out:").count(), "{name}");
    for (output, expected) in of("out:") {
        compare(&format!("{name} out:{output}"), &trace.outputs[output], expected);
    }
    for (node, expected) in of("v:") {
        compare(&format!("{name} v:{node}"), &trace.observed[&Probe::v(node)], expected);
    }
    for (node, expected) in of("i:") {
        compare(&format!("{name} i:{node}"), &trace.observed[&Probe::i(node)], expected);
    }
    reference.reset();
    assert_eq!(reference.run(&inputs, n_steps, &probes).unwrap(), trace, "{name}: the second run");
    trace.outputs.len() + probes.len()
}

#[test]
fn every_case_gives_what_it_must() {
    let Some(folder) = data() else { return };
    let cases = cases(&folder, "run");
    assert_eq!(cases.len(), 70);
    let n_arrays: usize = cases.iter().map(|(name, case)| run_case(&folder, name, case)).sum();
    println!("{n_arrays} arrays of {} cases", cases.len());
}

#[test]
fn what_cannot_be_run_is_refused_by_name() {
    const WORDS: [(&str, &[&str]); 8] = [
        ("bad_algebraic_loop", &["`a`, `b`", "loop"]),
        ("bad_edge_target", &["`fc` -> `nothere`", "no node `nothere`"]),
        ("bad_missing_param", &["`lif`", "LIF", "`tau`"]),
        ("bad_nan_weight", &["`fc`", "`weight`", "NaN"]),
        ("bad_not_hdf5", &["no HDF5 file"]),
        ("bad_shape", &["`input` to `fc`", "[3]", "[5]"]),
        ("bad_truncated", &["bytes"]),
        ("bad_type", &["`lif`", "`Izhikevich`"]),
    ];
    let Some(folder) = data() else { return };
    let names: Vec<String> = cases(&folder, "invalid").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, WORDS.map(|(name, _)| name));
    for (name, words) in WORDS {
        let graph = read(folder.join("conformance").join(format!("{name}.nir")));
        let result =
            graph.map_err(ReferenceError::from).and_then(|g| Reference::new(&g, &Settings::default()));
        let message = result.expect_err(name).to_string();
        for word in words {
            assert!(message.contains(word), "{name}: `{word}` is not in: {message}");
        }
    }
}

#[test]
fn a_graph_without_ports_is_read_and_not_run() {
    let Some(folder) = data() else { return };
    for (name, _) in cases(&folder, "parse") {
        let graph = read(folder.join("conformance").join(format!("{name}.nir"))).unwrap();
        assert_eq!((graph.nodes.len(), graph.edges.len()), (1, 0), "{name}");
        let message = Reference::new(&graph, &Settings::default()).unwrap_err().to_string();
        assert!(message.contains("no Input node"), "{name}: {message}");
    }
}

#[test]
fn edges_are_late_where_the_rules_say() {
    let Some(folder) = data() else { return };
    let late = |name: &str, late: LateEdges| -> Vec<(String, String)> {
        let graph = read(folder.join("conformance").join(name)).unwrap();
        let settings = Settings { late, dt_s: 0.001, ..Settings::default() };
        let reference = Reference::new(&graph, &settings).unwrap();
        reference.late_edges().iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    };
    let own = |edges: &[(&str, &str)]| -> Vec<(String, String)> {
        edges.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    };
    assert_eq!(late("rec_self_edge.nir", LateEdges::Recurrent), own(&[("lif", "lif")]));
    assert_eq!(late("ff_two_layer.nir", LateEdges::Recurrent), []);
    let all = late("ff_two_layer.nir", LateEdges::AllNeurons);
    assert_eq!(all.len(), 3, "those of the input, the neurons and the read-out: {all:?}");
}

#[test]
fn files_of_other_years_run() {
    let Some(folder) = data() else { return };
    // One was written before time constants were in seconds: its are in steps.
    for (file, dt_s, is_broadcast) in [
        ("lif_norse_2023-08-25.nir", 1e-4, true),
        ("lif_norse_2023-08-28.nir", 1e-4, false),
        ("scnn_mnist_2023-10-13.nir", 1e-4, false),
        ("braille_flattened_2023-10-13.nir", 1.0, true),
        ("snntorch_demo_braille_1.0.1.nir", 1e-4, true),
    ] {
        let graph = read(folder.join("robust").join(file)).unwrap();
        let mut reference = Reference::new(&graph, &Settings { dt_s, ..Settings::default() })
            .unwrap_or_else(|error| panic!("{file}: {error}"));
        let notes = reference.notes();
        assert_eq!(
            notes.iter().any(|note| matches!(note, ReferenceNote::Broadcast { .. })),
            is_broadcast,
            "{file}: {notes:?}"
        );
        let (name, n) = reference
            .inputs()
            .map(|(name, shape)| (name.to_owned(), shape.iter().product::<usize>()))
            .next()
            .unwrap();
        let spiking: Vec<String> = reference.run(&[], 0, &[]).unwrap().spike_counts.into_keys().collect();
        let probes: Vec<Probe> = spiking.into_iter().map(Probe::v).collect();
        let trace = reference.run(&[(&name, &vec![1.0; 50 * n])], 50, &probes).unwrap();
        for (probe, signal) in &trace.observed {
            assert!(signal.values.iter().all(|v| v.is_finite()), "{file}: {probe:?}");
            assert!(signal.values.iter().any(|v| *v != 0.0), "{file}: {probe:?}");
        }
    }
}
