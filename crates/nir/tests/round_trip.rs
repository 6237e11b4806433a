//! What is written is read back, all of it.

mod common;

use common::{data, random};
use gennaker_nir::{
    Array, Graph, Limits, NirError, Numbers, Primitive, read, read_bytes, read_within, write, write_bytes,
};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn writing_then_reading_is_identity(graph in random::graph()) {
        let bytes = write_bytes(&graph).unwrap();
        prop_assert_eq!(&bytes, &write_bytes(&graph).unwrap(), "the same graph gives the same bytes");
        prop_assert_eq!(read_bytes(bytes, &Limits::default()).unwrap(), graph);
    }

    #[test]
    fn checking_a_random_graph_never_panics(graph in random::graph()) {
        let sound = graph.check().is_ok();
        prop_assert!(sound || graph.shapes().is_err());
    }
}

#[test]
fn real_files_survive_being_written_again() {
    let Some(folder) = data() else { return };
    let mut n_files = 0;
    for part in ["lif", "scnn", "robust", "conformance"] {
        for entry in std::fs::read_dir(folder.join(part)).unwrap() {
            let path = entry.unwrap().path();
            // A NaN is not equal to itself.
            let Some(graph) = read(&path).ok().filter(|_| !path.ends_with("bad_nan_weight.nir")) else {
                continue;
            };
            let back = read_bytes(write_bytes(&graph).unwrap(), &Limits::default()).unwrap();
            assert_eq!(back, graph, "{}", path.display());
            n_files += 1;
        }
    }
    assert_eq!(n_files, 90);
}

#[test]
fn a_file_is_replaced_whole_and_leaves_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.nir");
    let graph = |shape| Graph::new([("in", Primitive::Input { shape })], []);
    for shape in [vec![1], vec![2, 3]] {
        write(&path, &graph(shape.clone())).unwrap();
        assert_eq!(read(&path).unwrap(), graph(shape));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let nowhere = folder.path().join("missing").join("model.nir");
    let error = write(&nowhere, &graph(vec![1])).unwrap_err();
    assert!(matches!(&error, NirError::Io { path, .. } if *path == nowhere), "{error}");
    assert!(matches!(read(&nowhere), Err(NirError::Io { action: "read", .. })));
}

#[test]
fn names_that_a_file_cannot_hold_are_refused() {
    for name in ["", ".", "..", "a/b", "a\0b"] {
        let graph = Graph::new([(name, Primitive::Input { shape: vec![1] })], []);
        assert!(matches!(write_bytes(&graph), Err(NirError::Name { .. })), "{name:?}");
        let edge = Graph::new([], [("a", name)]);
        assert!(matches!(write_bytes(&edge), Err(NirError::Name { .. })), "{name:?}");
    }
}

#[test]
fn large_graphs_stay_far_within_the_budget_of_fetches() {
    let names: Vec<String> = (0..3000).map(|k| format!("a node with the number {k}")).collect();
    let nodes = names.iter().map(|name| (name.as_str(), Primitive::Scale { scale: Array::scalar(1.0) }));
    let edges = names.iter().zip(names.iter().skip(1)).map(|(from, to)| (from.as_str(), to.as_str()));
    let side = 700;
    let values = (0..side * side).map(|k| (k as f32).sin()).collect();
    let weight = Array::new(vec![side, side], Numbers::F32(values)).unwrap();
    let graph = Graph::new(nodes.chain([("dense", Primitive::Linear { weight })]), edges);
    let tenth =
        Limits { max_fetches_per_byte: Limits::default().max_fetches_per_byte / 10, ..Limits::default() };
    assert_eq!(read_bytes(write_bytes(&graph).unwrap(), &tenth).unwrap(), graph);
}

#[test]
fn what_has_no_end_is_read_no_further_than_the_limit() {
    let endless = std::path::Path::new("/dev/zero");
    if endless.exists() {
        let found = read_within(endless, &Limits { max_file_bytes: 1000, ..Limits::default() });
        assert!(matches!(found, Err(NirError::Limit { amount: 1001, limit: 1000, .. })), "{found:?}");
    }
}

#[test]
fn limits_are_named_when_they_are_exceeded() {
    let nodes = ["a", "b", "c"].map(|name| (name, Primitive::Input { shape: vec![4] }));
    let bytes = write_bytes(&Graph::new(nodes, [("a", "b"), ("b", "c")])).unwrap();
    let default = Limits::default();
    let cases = [
        (Limits { max_nodes: 2, ..default.clone() }, Limits { max_nodes: 3, ..default.clone() }, "max_nodes"),
        (Limits { max_edges: 1, ..default.clone() }, Limits { max_edges: 2, ..default.clone() }, "max_edges"),
        (Limits { max_depth: 2, ..default.clone() }, Limits { max_depth: 3, ..default.clone() }, "max_depth"),
        (
            Limits { max_objects: 13, ..default.clone() },
            Limits { max_objects: 14, ..default.clone() },
            "max_objects",
        ),
        (
            Limits { max_file_bytes: bytes.len() as u64 - 1, ..default.clone() },
            Limits { max_file_bytes: bytes.len() as u64, ..default.clone() },
            "max_file_bytes",
        ),
        (
            Limits { max_dataset_bytes: 63, ..default.clone() },
            Limits { max_dataset_bytes: 64, ..default.clone() },
            "max_dataset_bytes",
        ),
    ];
    for (too_small, enough, name) in cases {
        let found = read_bytes(bytes.clone(), &too_small);
        assert!(matches!(&found, Err(NirError::Limit { field, .. }) if *field == name), "{name}: {found:?}");
        read_bytes(bytes.clone(), &enough).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}
