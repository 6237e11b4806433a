//! Result folders: what is written comes back, nothing else is overwritten, damage is named.

mod common;

use std::fs;
use std::path::Path;

use common::{entries, population};
use gennaker_engine::{Recordings, SpikeRecording, StateRecording, Values};
use gennaker_formats::*;
use gennaker_network::{Model, Network, Population, Recording};
use proptest::prelude::*;

const HOSTILE: &str = "../../etc/<b>\"pass\nwd\"";

fn network_file() -> NetworkFile {
    let mut network = Network::new("test").with_seed(u64::MAX);
    network.add_population(Population::new(HOSTILE, 4, Model::Lif).recording("spikes").recording("v"));
    let mut sparse = Population::new("sparse", 10, Model::Lif);
    sparse.record.push(Recording { start: 10, stop: Some(20), ..Recording::of("spikes", vec![0, 1]) });
    network.add_population(sparse);
    network.add_population(Population::new("silent", 2, Model::SpikeList));
    NetworkFile::new(network)
}

fn recordings() -> Recordings {
    let v = StateRecording {
        variable: "v".into(),
        unit: "mV".into(),
        neurons: vec![0, 3],
        ticks: vec![0, 5, 10],
        values: Values::F32(vec![0.0, 1.0, 2.0, 3.0, 4.0, f32::MIN_POSITIVE]),
    };
    let spikes = |ticks: &[u32], neurons: &[u32]| {
        Some(SpikeRecording { ticks: ticks.into(), neurons: neurons.into() })
    };
    Recordings {
        populations: vec![
            population(HOSTILE, 4, spikes(&[1, 1, 7], &[0, 3, 2]), vec![v]),
            population("sparse", 10, spikes(&[12], &[1]), vec![]),
            population("silent", 2, None, vec![]),
        ],
        timesteps: 100,
    }
}

fn write(path: &Path, recordings: &Recordings) -> Result<RunInfo, FormatError> {
    let file = network_file();
    let results = Results {
        file: &file,
        recordings,
        machine: "chip".into(),
        interrupted: false,
        notes: vec!["a note".into()],
        report: serde_json::json!({ "n_spikes": 4 }),
        mapping: Some(serde_json::json!({ "slices": [] })),
        extra_files: vec![SideFile { name: "raster.svg".into(), bytes: b"<svg/>".to_vec() }],
    };
    write_results(path, &results)
}

#[test]
fn everything_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/results");
    let written = write(&path, &recordings()).unwrap();
    let expected = [
        "mapping.json",
        "network.toml",
        "raster.svg",
        "run.json",
        "spikes-000.npz",
        "spikes-001.npz",
        "states-000.npz",
    ];
    assert_eq!(entries(&path), expected);
    assert_eq!(entries(path.parent().unwrap()), ["results"]);

    let results = ResultFolder::open(&path).unwrap();
    assert_eq!(results.info(), &written);
    assert_eq!(results.recordings().unwrap(), recordings());
    assert_eq!(NetworkFile::read(&path.join("network.toml")).unwrap(), network_file());
}

#[test]
fn rates_count_only_what_was_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let info = write(&folder.path().join("r"), &recordings()).unwrap();
    let rates: Vec<Option<f64>> = info.populations.iter().map(|p| p.mean_rate_hz).collect();
    // 3 spikes of 4 neurons in 0.1 s; 1 spike of 2 neurons in 10 ticks.
    assert_eq!(rates, [Some(3.0 / 0.4), Some(1.0 / 0.02), None]);
}

#[test]
fn results_replace_results_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r");
    fs::create_dir(&path).unwrap();
    write(&path, &recordings()).unwrap();
    fs::write(path.join("rates.png"), "").unwrap();
    let mut fewer = recordings();
    fewer.populations[0].states.clear();
    write(&path, &fewer).unwrap();
    assert_eq!(ResultFolder::open(&path).unwrap().recordings().unwrap(), fewer);
    assert!(!path.join("states-000.npz").exists());

    for mine in ["notes.txt", "figure-of-mine.png"] {
        fs::write(path.join(mine), "mine").unwrap();
        let message = write(&path, &recordings()).unwrap_err().to_string();
        assert!(message.contains(&format!("it holds `{mine}`, which no run has written")), "{message}");
        assert!(check_result_path(&path).is_err());
        fs::remove_file(path.join(mine)).unwrap();
    }
    check_result_path(&path).unwrap();
    assert_eq!(entries(folder.path()), ["r"]);
    assert_eq!(ResultFolder::open(&path).unwrap().recordings().unwrap(), fewer);
}

#[test]
fn other_folders_and_files_are_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "mine").unwrap();
    let home = folder.path().join("home");
    fs::create_dir(&home).unwrap();
    fs::write(home.join("run.json"), "{}").unwrap();
    for path in [file.as_path(), &home, Path::new("."), Path::new("/")] {
        let error = write(path, &recordings()).unwrap_err();
        assert!(matches!(error, FormatError::Occupied { .. }), "{error}");
    }
    assert_eq!(fs::read(&file).unwrap(), b"mine");
    assert_eq!(entries(folder.path()), ["file", "home"]);
}

#[test]
fn folders_of_other_results_replace_results_of_any_kind_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    let file = |name: &str| SideFile { name: name.to_owned(), bytes: b"x".to_vec() };
    let result = || serde_json::json!({ "best": 7 }).as_object().unwrap().clone();
    write_folder(&path, result(), &[file("a.csv"), file("b.txt")]).unwrap();
    assert_eq!(entries(&path), ["a.csv", "b.txt", RESULT_FILE]);
    let text = fs::read_to_string(path.join(RESULT_FILE)).unwrap();
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&read["best"], &read["files"][1], &read["format"]), (&7.into(), &"b.txt".into(), &1.into()));
    write_folder(&path, result(), &[file("c.txt")]).unwrap();
    assert_eq!(entries(&path), ["c.txt", RESULT_FILE]);
    write(&path, &recordings()).unwrap();
    write_folder(&path, result(), &[file("c.txt")]).unwrap();
    assert!(write_folder(&path, result(), &[file("../d.txt")]).is_err());
    assert_eq!(entries(&path), ["c.txt", RESULT_FILE]);
    assert_eq!(entries(folder.path()), ["out"]);
    fs::write(path.join("mine.txt"), "x").unwrap();
    let error = write_folder(&path, result(), &[]).unwrap_err();
    assert!(
        matches!(error, FormatError::Occupied { .. }) && error.to_string().contains("mine.txt"),
        "{error}"
    );
    // A `result.json` of somebody else's is not ours to replace.
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join(RESULT_FILE), "{\"files\": []}").unwrap();
    assert!(check_result_path(&other).is_err());
}

#[test]
fn a_failed_write_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let file = network_file();
    let results = Results {
        file: &file,
        recordings: &recordings(),
        machine: String::new(),
        interrupted: false,
        notes: vec![],
        report: serde_json::Value::Null,
        mapping: None,
        extra_files: vec![SideFile { name: "../escape".into(), bytes: vec![] }],
    };
    let message = write_results(&folder.path().join("r"), &results).unwrap_err().to_string();
    assert!(message.contains("not a plain file name"), "{message}");
    assert_eq!(entries(folder.path()), [""; 0]);
}

#[test]
fn damaged_folders_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r");
    assert!(matches!(ResultFolder::open(&path), Err(FormatError::Io { .. })));
    fs::create_dir(&path).unwrap();
    let open = || ResultFolder::open(&path).and_then(|r| r.recordings()).unwrap_err().to_string();
    assert!(open().contains("there is no run.json"), "{}", open());
    fs::remove_dir(&path).unwrap();
    write(&path, &recordings()).unwrap();

    let spikes = fs::read(path.join("spikes-000.npz")).unwrap();
    fs::write(path.join("spikes-000.npz"), &spikes[..spikes.len() / 2]).unwrap();
    assert!(open().contains("spikes-000.npz") && open().contains("damaged"), "{}", open());
    fs::copy(path.join("states-000.npz"), path.join("spikes-000.npz")).unwrap();
    assert!(open().contains("array `t` is missing"), "{}", open());

    let run = fs::read_to_string(path.join("run.json")).unwrap();
    fs::write(path.join("run.json"), run.replace("\"spikes-000.npz\"", "\"../x.npz\"")).unwrap();
    assert!(open().contains("`../x.npz` is not a plain file name"), "{}", open());
    fs::write(path.join("run.json"), run.replace("\"format\": 1", "\"format\": 2")).unwrap();
    assert!(open().contains("has format 2, this program reads up to 1"), "{}", open());
    fs::write(path.join("run.json"), &run[..100]).unwrap();
    assert!(open().contains("not a complete result folder"), "{}", open());
}

/// Whoever cuts a recording to a stretch of ticks looks for its ends, so that ticks have to be in order.
#[test]
fn ticks_out_of_order_are_damage() {
    let refused = |change: &dyn Fn(&mut Recordings), expected: &str| {
        let folder = tempfile::tempdir().unwrap();
        let mut changed = recordings();
        change(&mut changed);
        write(&folder.path().join("r"), &changed).unwrap();
        let found = ResultFolder::open(&folder.path().join("r")).unwrap().recordings();
        let message = found.unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    };
    let swap = |all: &mut Recordings| all.populations[0].spikes.as_mut().unwrap().ticks = vec![1, 7, 1];
    refused(&swap, "`t` is not sorted");
    refused(&|all| all.populations[0].states[0].ticks = vec![5, 0, 10], "`v_t` is not sorted");
}

#[test]
fn files_are_written_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/state.bin");
    write_atomically(&path, b"one").unwrap();
    write_atomically(&path, b"two").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert_eq!(entries(path.parent().unwrap()), ["state.bin"]);
}

#[cfg(unix)]
#[test]
fn devices_are_written_to_and_links_followed() {
    use std::os::unix::fs::{FileTypeExt, symlink};

    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("null");
    symlink("/dev/null", &link).unwrap();
    write_atomically(&link, b"gone").unwrap();
    assert!(link.is_symlink());
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());

    let (file, link) = (folder.path().join("file"), folder.path().join("link"));
    fs::write(&file, "old").unwrap();
    symlink(&file, &link).unwrap();
    write_atomically(&link, b"new").unwrap();
    assert!(link.is_symlink());
    assert_eq!(fs::read(&file).unwrap(), b"new");
    assert!(write_atomically(folder.path(), b"x").is_err());
}

#[cfg(target_os = "linux")]
#[test]
fn a_place_that_takes_no_files_is_known_before_a_run() {
    let message = check_result_path(Path::new("/proc/gennaker/results")).unwrap_err().to_string();
    assert!(message.starts_with("cannot write `/proc/gennaker/results`"), "{message}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn damage_never_panics(
        name in prop::sample::select(vec!["run.json", "spikes-000.npz", "states-000.npz"]),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        end in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r");
        write(&path, &recordings()).unwrap();
        let mut bytes = fs::read(path.join(name)).unwrap();
        for (place, value) in places {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        if is_cut {
            bytes.truncate(end.index(bytes.len()));
        }
        fs::write(path.join(name), bytes).unwrap();
        let _ = ResultFolder::open(&path).and_then(|results| results.recordings());
        let _ = ResultFolder::open(&path).and_then(|results| results.recordings_between(1..8));
        let _ = ResultFolder::open(&path).and_then(|results| results.stretch_within(1..8, 20));
        let _ = check_result_path(&path);
    }
}
