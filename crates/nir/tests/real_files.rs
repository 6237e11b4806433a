//! Files that others wrote: everything in them is found, and what is wrong with them is said by name. The files are
//! third-party data and not part of the project; their digests are.

mod common;

use common::{count_edges, count_nodes, data, digest};
use gennaker_nir::{Graph, NirError, Shapes, read};

/// File, nodes, edges and digest of each file that h5py reads, as `tests/python/digests.py` prints them.
const DIGESTS: &str = include_str!("digests.txt");

/// Files that cannot be read, and what the message must say.
const UNREADABLE: [(&str, &[&str]); 6] = [
    ("robust/norse_demo_no_edges.nir", &["(top graph)", "`edges`"]),
    ("conformance/bad_type.nir", &["`lif`", "`Izhikevich`", "CubaLIF"]),
    ("conformance/bad_missing_param.nir", &["`lif`", "LIF", "`tau`"]),
    ("conformance/bad_not_hdf5.nir", &["no HDF5 file"]),
    ("conformance/bad_truncated.nir", &["/node", "need 36700 bytes, have 22344"]),
    ("conformance/data_events_and_grid.nir", &["`node`", "recordings"]),
];

/// Files that can be read and are not sound, and what the message must say.
const UNSOUND: [(&str, &[&str]); 8] = [
    ("robust/braille_2023-10-04.nir", &["no Input node", "no Output node"]),
    ("robust/braille_2023-10-12.nir", &["`fc1` -> `lif1`", "`lif1` -> `fc2`", "no node `lif1`"]),
    ("robust/scnn_mnist_2023-10-05.nir", &["`2` (Conv2d)", "[1, 16, 16, 16]", "16 channels", "batch axis"]),
    ("robust/scnn_mnist_2023-10-18.nir", &["`8` to `9`", "[8, 16]", "[128]", "`start_dim` 1"]),
    ("conformance/bad_edge_target.nir", &["`fc` -> `nothere`", "no node `nothere`"]),
    ("conformance/bad_algebraic_loop.nir", &["`a`, `b`", "loop"]),
    ("conformance/bad_nan_weight.nir", &["`fc`", "`weight`", "NaN"]),
    ("conformance/bad_shape.nir", &["`input` to `fc`", "[3]", "[5]"]),
];

fn must_say<T>(file: &str, result: Result<T, NirError>, words: &[&str]) {
    let Err(error) = result else { panic!("{file}: no error") };
    let message = error.to_string();
    for word in words {
        assert!(message.contains(word), "{file}: `{word}` is not in: {message}");
    }
}

fn shapes(graph: &Graph, file: &str) -> Shapes {
    graph.shapes().unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn every_file_is_read_as_h5py_reads_it() {
    let Some(folder) = data() else { return };
    for line in DIGESTS.lines() {
        let (file, _) = line.split_once(' ').unwrap();
        if UNREADABLE.iter().any(|(name, _)| *name == file) {
            continue;
        }
        let graph = read(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let found = format!("{file} {} {} {}", count_nodes(&graph), count_edges(&graph), digest(&graph));
        assert_eq!(found, line);
    }
}

#[test]
fn what_cannot_be_read_is_said_by_name() {
    let Some(folder) = data() else { return };
    for (file, words) in UNREADABLE {
        must_say(file, read(folder.join(file)), words);
    }
}

#[test]
fn what_is_not_sound_is_said_by_name() {
    let Some(folder) = data() else { return };
    for (file, words) in UNSOUND {
        must_say(file, read(folder.join(file)).unwrap().shapes(), words);
    }
}

#[test]
fn all_other_files_have_shapes_that_agree_with_what_they_state() {
    let Some(folder) = data() else { return };
    // A graph of one node without edges: to be read, not to be run.
    let unsound = UNSOUND.iter().chain(&UNREADABLE).map(|(file, _)| *file);
    let left_out: Vec<&str> = unsound.chain(["conformance/fmt_empty_edges.nir"]).collect();
    let files = DIGESTS.lines().map(|line| line.split_once(' ').unwrap().0);
    for file in files.filter(|file| !left_out.contains(file)) {
        let notes = shapes(&read(folder.join(file)).unwrap(), file).notes;
        let stated: Vec<_> =
            notes.iter().map(|note| (note.stated.as_slice(), note.found.as_slice())).collect();
        let expected: &[(&[usize], &[usize])] = match file {
            "lif/lif_rockpool.nir" => &[(&[1, 1, 1], &[1])],
            "robust/snntorch_demo_braille_1.0.1.nir" => &[(&[], &[7])],
            _ => &[],
        };
        assert_eq!(stated, expected, "{file}");
    }
}

#[test]
fn the_papers_network_has_the_published_shapes() {
    let Some(folder) = data() else { return };
    let expected: [(&str, &[usize]); 15] = [
        ("input", &[2, 34, 34]),
        ("0", &[16, 16, 16]),
        ("1", &[16, 16, 16]),
        ("2", &[16, 16, 16]),
        ("3", &[16, 16, 16]),
        ("4", &[16, 8, 8]),
        ("5", &[8, 8, 8]),
        ("6", &[8, 8, 8]),
        ("7", &[8, 4, 4]),
        ("8", &[128]),
        ("9", &[256]),
        ("10", &[256]),
        ("11", &[10]),
        ("12", &[10]),
        ("output", &[10]),
    ];
    for file in ["scnn/cnn_sinabs.nir", "robust/scnn_mnist_2023-10-13.nir"] {
        let graph = read(folder.join(file)).unwrap();
        let found = shapes(&graph, file).nodes;
        for (node, shape) in expected {
            assert_eq!(found[node].output, shape, "{file}: {node}");
        }
    }
}

#[test]
fn what_a_file_lacks_is_kept_apart_from_what_it_states() {
    use gennaker_nir::{Primitive, Value};
    let Some(folder) = data() else { return };
    let old = read(folder.join("conformance/fmt_legacy_no_reset.nir")).unwrap();
    assert_eq!(old.version.as_deref(), Some("0.2.0"));
    assert!(matches!(&old.nodes["lif"].primitive, Primitive::LIF(lif) if lif.v_reset.is_none()));
    assert_eq!(read(folder.join("conformance/fmt_no_version.nir")).unwrap().version, None);
    let nested = read(folder.join("conformance/fmt_metadata_nested.nir")).unwrap().metadata;
    assert!(nested.values().any(|value| matches!(value, Value::Table(_))), "{nested:?}");
    let flat = read(folder.join("conformance/fmt_metadata.nir")).unwrap();
    assert!(flat.metadata.values().any(|value| matches!(value, Value::Flag(_))), "{:?}", flat.metadata);
    assert!(flat.nodes.values().any(|node| !node.metadata.is_empty()));
}
