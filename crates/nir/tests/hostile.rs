//! Damaged and hostile files give an error or a graph, soon, and never a panic.
//!
//! `tests/corpus` holds files that `tests/python/make_corpus.py` made: valid HDF5 that claims more than there is, leads in
//! circles or out of the file, or holds anything but a NIR graph. Truncated and overwritten files are made here, from the
//! two sound ones, with fixed seeds.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gennaker_nir::*;
use proptest::prelude::*;

/// Time for one file, far above the milliseconds that it takes: a bound against hanging, not a measurement.
const PATIENCE: Duration = Duration::from_secs(20);

/// Files of the corpus, and what must be said of them; `sound` if nothing is wrong.
const OUTCOMES: &[(&str, &str)] = &[
    // Datasets that claim more than there is.
    ("huge_chunked", "1099511627776 chunks where 1000000 are allowed"),
    ("huge_contiguous", "a dataset of 8796093022208 bytes cannot come from a file of"),
    ("overflowing", "more elements than there are addresses"),
    ("many_chunks", "268435456 chunks"),
    ("large_chunk", "sound"),
    ("unwritten", "sound"),
    ("packed_zeros", "`fc` (Linear) needs [1024]"),
    ("patched_old", "18014398509481984 bytes of dataset"),
    ("patched_new", "checksum mismatch"),
    ("chunk_size", "a dataset of 4294967280 bytes cannot come from a file of"),
    ("chunk_place", "a chunk at [18446744073709551615, 0] of a dataset of shape [32, 2]"),
    ("empty_axis", "`weight` has shape [0, 2]"),
    ("many_axes", "from `in` to `fc` has shape [2]"),
    // Parameters of types that no parameter has.
    ("half_big_endian", "sound"),
    ("long_double", "`weight` must be numbers"),
    ("complex", "`weight` must be numbers"),
    ("compound", "`weight` must be numbers"),
    ("opaque", "`weight` must be numbers"),
    ("unsigned_overflow", "numbers beyond 64-bit integers"),
    ("text_weight", "found texts of shape [1, 2]"),
    ("null", "`weight` must be numbers"),
    ("reference", "`weight` must be numbers"),
    ("array_type", "`weight` must be numbers"),
    ("ragged", "`weight` must be numbers"),
    ("deep_type", "`weight` must be numbers"),
    // Groups that lead back to themselves or out of the file.
    ("ring", "33 groups in groups where 32 are allowed"),
    ("ring_fan", "33 groups in groups where 32 are allowed"),
    ("soft_ring", "`fc` (Linear) has no `weight`"),
    ("soft_dangling", "`fc` (Linear) has no `weight`"),
    ("external_link", "`fc` (Linear) has no `weight`"),
    ("external_data", "external files"),
    ("virtual", "lies in other files"),
    ("deep_groups", "33 groups in groups where 32 are allowed"),
    // Sound HDF5, and nothing that NIR has.
    ("sound", "sound"),
    ("surplus_field", "`fc` (Linear) has a `bias`"),
    ("edge_triples", "`edges` must be a list of pairs of names"),
    ("edge_numbers", "`edges` must be a list of pairs of names"),
    ("type_number", "`type` must be a text"),
    ("no_type", "node `fc` is of unknown type ``"),
    ("nodes_dataset", "`nodes` must be a group"),
    ("node_dataset", "`fc` must be a group"),
    ("negative_shape", "`shape` must be lengths of 0 or more, found [-2]"),
    ("fractional_shape", "`shape` must be whole numbers"),
    ("metadata_text", "`metadata` must be a group"),
    ("version_number", "`version` is no text"),
    ("latin_name", "sound"),
    ("single_node", "a single Linear, not a NIRGraph"),
    ("no_graph", "no group `node`"),
    ("base_old", "sound"),
    ("base_new", "sound"),
];

fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(format!("{name}.nir"))
}

/// Reads, checks and shapes what is there; says what became of it.
fn outcome(name: &str, read: impl FnOnce() -> Result<Graph, NirError>) -> String {
    settled(name, || read().and_then(|graph| graph.shapes()))
}

/// What became of some work. A panic of the library below is tolerated by the reader, but not by this test.
fn settled<T>(name: &str, work: impl FnOnce() -> Result<T, NirError>) -> String {
    let start = Instant::now();
    let outcome = match work() {
        Ok(_) => "sound".to_owned(),
        Err(error) => error.to_string(),
    };
    assert!(start.elapsed() < PATIENCE, "{name}: {:?}", start.elapsed());
    assert!(!outcome.contains("the HDF5 library stopped"), "{name}: {outcome}");
    outcome
}

#[test]
fn every_file_of_the_corpus_has_its_outcome() {
    let n_files = fs::read_dir(corpus("sound").parent().unwrap()).unwrap().count();
    assert_eq!(n_files, OUTCOMES.len(), "the corpus and its list differ");
    for (name, expected) in OUTCOMES {
        let found = outcome(name, || read(corpus(name)));
        assert!(found.contains(expected), "{name}: `{expected}` is not in: {found}");
    }
}

/// Numbers that look random, the same ones everywhere (Steele, Lea and Flood's splitmix64, 2014).
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Bytes overwritten at places that the seed names: single ones, or words that could be addresses or lengths.
fn damaged(sound: &[u8], seed: u64) -> Vec<u8> {
    let mut bytes = sound.to_vec();
    let mut state = seed;
    for _ in 0..=random(&mut state) % 8 {
        let place = random(&mut state) as usize % bytes.len();
        let word = match random(&mut state) % 4 {
            0 => vec![random(&mut state) as u8],
            1 => vec![bytes[place] ^ 1 << (random(&mut state) % 8)],
            2 => (random(&mut state) % bytes.len() as u64).to_le_bytes().to_vec(),
            _ => (u64::MAX >> (random(&mut state) % 64)).to_le_bytes().to_vec(),
        };
        let end = bytes.len().min(place + word.len());
        bytes[place..end].copy_from_slice(&word[..end - place]);
    }
    bytes
}

/// Seeds for each sound file. `GENNAKER_FUZZ` sets another number for a long run.
fn n_seeds() -> u64 {
    std::env::var("GENNAKER_FUZZ").ok().and_then(|n| n.parse().ok()).unwrap_or(1500)
}

#[test]
fn overwritten_files_are_survived() {
    for base in ["base_old", "base_new"] {
        let sound = fs::read(corpus(base)).unwrap();
        let outcomes = (0..n_seeds()).map(|seed| {
            let bytes = damaged(&sound, seed);
            outcome(&format!("{base}, seed {seed}"), || read_bytes(bytes, &Limits::default()))
        });
        let n_sound = outcomes.filter(|outcome| outcome == "sound").count() as u64;
        assert!(n_sound > 0 && n_sound < n_seeds(), "{base}: {n_sound} of {} are sound", n_seeds());
    }
}

/// A file of recordings with everything that there can be, as it is written here.
fn recordings() -> Vec<u8> {
    let events = Events {
        n_neurons: 5,
        t_max_s: 0.5,
        samples: vec![vec![Event { neuron: 4, time_s: 0.25, value: 2.0 }; 9], Vec::new()],
    };
    let array = Array::new(vec![1, 30, 5], Numbers::F64(vec![0.5; 150])).unwrap();
    let grid = TimeGridded { dt_s: 0.01, grid: Grid::Numbers(array) };
    let observables = BTreeMap::from([
        ("events".to_owned(), Observable::Events(events.clone())),
        ("valued".to_owned(), Observable::ValuedEvents(events)),
        ("v".to_owned(), Observable::TimeGridded(grid)),
    ]);
    let inner = Data { nodes: BTreeMap::from([("cells".to_owned(), NodeData::Observables(observables))]) };
    let nodes = BTreeMap::from([("net".to_owned(), NodeData::Graph(inner))]);
    write_data_bytes(&Data { nodes }).unwrap()
}

#[test]
fn overwritten_recordings_are_survived() {
    let mut files = vec![("written", recordings())];
    let packages = common::data().map(|folder| fs::read(folder.join("conformance/data_events_and_grid.nir")));
    files.extend(packages.map(|bytes| ("package's", bytes.unwrap())));
    for (name, sound) in files {
        let outcomes = (0..n_seeds()).map(|seed| {
            let bytes = damaged(&sound, seed);
            settled(&format!("{name}, seed {seed}"), || read_data_bytes(bytes, &Limits::default()))
        });
        let n_sound = outcomes.filter(|outcome| outcome == "sound").count() as u64;
        assert!(n_sound > 0 && n_sound < n_seeds(), "{name}: {n_sound} of {} are sound", n_seeds());
    }
}

#[test]
fn truncated_files_are_survived() {
    for base in ["base_old", "base_new"] {
        let sound = fs::read(corpus(base)).unwrap();
        for length in (0..sound.len()).step_by(499) {
            let found = outcome(base, || read_bytes(sound[..length].to_vec(), &Limits::default()));
            assert_ne!(found, "sound", "{base} cut to {length} bytes");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_flipped_bytes_are_survived(flips in prop::collection::vec((any::<prop::sample::Index>(), 1_u8..), 1..12)) {
        let mut bytes = fs::read(corpus("base_old")).unwrap();
        for (place, flip) in flips {
            let place = place.index(bytes.len());
            bytes[place] ^= flip;
        }
        outcome("flipped", || read_bytes(bytes, &Limits::default()));
    }

    #[test]
    fn bytes_that_are_no_file_are_survived(noise in prop::collection::vec(any::<u8>(), 0..2000)) {
        let mut bytes = b"\x89HDF\r\n\x1a\n".to_vec();
        bytes.extend(&noise);
        prop_assert_ne!(outcome("signature and noise", || read_bytes(bytes, &Limits::default())), "sound");
        prop_assert_ne!(outcome("noise", || read_bytes(noise, &Limits::default())), "sound");
    }
}
