//! Result folders written piece by piece: the same files to the byte, nothing left behind, parts that can be read alone.

mod common;

use std::fs;
use std::ops::Range;
use std::path::Path;

use common::{entries, population};
use gennaker_engine::{Recordings, SpikeRecording, StateRecording, Values};
use gennaker_formats::*;
use gennaker_network::{Model, Network, Population};

const TICKS: u32 = 100;

fn network_file() -> NetworkFile {
    let mut network = Network::new("pieces");
    network.add_population(Population::new("a", 7, Model::Lif).recording("spikes").recording("v"));
    network.add_population(Population::new("b", 3, Model::ChargeAndSpike).recording("v_last"));
    network.add_population(Population::new("c", 3, Model::Lif));
    network.add_population(Population::new("d", 3, Model::Lif).recording("spikes"));
    NetworkFile::new(network)
}

/// What a run would have recorded in some ticks: neuron `i` of `a` spikes in every tick that `i + 2` divides.
fn recorded(ticks: Range<u32>) -> Recordings {
    let divides = |t: u32| (0..7).filter(move |i| t.is_multiple_of(i + 2)).map(move |i| (t, i));
    let (t, i) = ticks.clone().flat_map(divides).unzip();
    let v_ticks: Vec<u32> = ticks.clone().filter(|t| t % 3 == 0).collect();
    let v = v_ticks.iter().flat_map(|&t| [t as f32, -1.0, f32::NAN]).collect();
    let state = |variable: &str, neurons: &[u32], ticks, values| StateRecording {
        variable: variable.into(),
        unit: "1".into(),
        neurons: neurons.into(),
        ticks,
        values,
    };
    let last: Vec<u32> = ticks.clone().next_back().into_iter().collect();
    let v_last = last.iter().flat_map(|&t| [f64::from(t); 3]).collect();
    Recordings {
        populations: vec![
            population(
                "a",
                7,
                Some(SpikeRecording { ticks: t, neurons: i }),
                vec![state("v", &[5, 0, 2], v_ticks, Values::F32(v))],
            ),
            population("b", 3, None, vec![state("v_last", &[0, 1, 2], last, Values::F64(v_last))]),
            population("c", 3, None, vec![]),
            population("d", 3, Some(SpikeRecording::default()), vec![]),
        ],
        timesteps: ticks.end,
    }
}

fn results<'a>(file: &'a NetworkFile, recordings: &'a Recordings) -> Results<'a> {
    Results {
        file,
        recordings,
        machine: String::new(),
        interrupted: false,
        notes: vec![],
        report: serde_json::Value::Null,
        mapping: None,
        extra_files: vec![],
    }
}

fn write_in_pieces(path: &Path, bounds: &[u32]) -> RunInfo {
    let file = network_file();
    let mut writer = ResultWriter::new(path);
    let (last, first) = bounds.split_last().unwrap();
    let mut start = 0;
    for &end in first {
        writer.append(&recorded(start..end)).unwrap();
        start = end;
    }
    assert!(!path.exists());
    let rest = recorded(start..*last);
    writer.finish(&results(&file, &rest)).unwrap().publish().unwrap()
}

fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn any_pieces_give_the_same_files() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole");
    let info = write_results(&whole, &results(&network_file(), &recorded(0..TICKS))).unwrap();
    let expected = contents(&whole);
    assert_eq!(expected.len(), 6);
    let every = |n: u32| (n..TICKS).step_by(n as usize).chain([TICKS]).collect::<Vec<u32>>();
    let cuts = [
        every(1),
        every(7),
        every(50),
        vec![TICKS],
        vec![99, 100],
        vec![0, 0, 1, 30, 30, 100],
        vec![TICKS, TICKS],
    ];
    for bounds in cuts {
        let path = folder.path().join("pieces");
        assert_eq!(write_in_pieces(&path, &bounds), info);
        assert!(contents(&path) == expected, "{bounds:?}");
        assert_eq!(
            ResultFolder::open(&path).unwrap().recordings().unwrap().populations[1],
            recorded(0..TICKS).populations[1]
        );
        fs::remove_dir_all(&path).unwrap();
    }
    assert_eq!(entries(folder.path()), ["whole"]);
}

#[test]
fn unfinished_pieces_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r");
    let mut writer = ResultWriter::new(&path);
    assert!(!writer.has_pieces());
    writer.append(&recorded(0..10)).unwrap();
    assert!(writer.has_pieces());
    assert_eq!(entries(folder.path()).len(), 1);
    drop(writer);
    assert_eq!(entries(folder.path()).len(), 0);

    let file = network_file();
    let mut writer = ResultWriter::new(&path);
    writer.append(&recorded(0..10)).unwrap();
    let rest = recorded(10..20);
    let mut finished = writer.finish(&results(&file, &rest)).unwrap();
    assert!(finished.add(&[SideFile { name: "../escape".into(), bytes: vec![] }]).is_err());
    finished.note("a note");
    finished.add(&[SideFile { name: "raster.svg".into(), bytes: b"<svg/>".into() }]).unwrap();
    let info = finished.publish().unwrap();
    assert_eq!((info.notes, info.files.last().unwrap().as_str()), (vec!["a note".to_owned()], "raster.svg"));
    assert_eq!(entries(folder.path()), ["r"]);
}

#[test]
fn parts_of_recordings_are_read_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r");
    write_in_pieces(&path, &[33, TICKS]);
    let folder = ResultFolder::open(&path).unwrap();
    for ticks in [0..TICKS, 0..0, 10..11, 31..64, 90..200, 99..TICKS, 500..600] {
        let found = folder.recordings_between(ticks.clone()).unwrap();
        let mut expected = recorded(ticks.start.min(TICKS)..ticks.end.min(TICKS));
        // Only the last sample of the whole run counts.
        if ticks.contains(&(TICKS - 1)) {
            expected.populations[1] = recorded(0..TICKS).populations[1].clone();
        } else {
            let b = &mut expected.populations[1].states[0];
            (b.ticks, b.values) = (vec![], Values::F64(vec![]));
        }
        for (found, expected) in found.populations.iter().zip(&expected.populations) {
            assert_eq!(found.spikes, expected.spikes, "{ticks:?}");
            // Not-a-number is no number's equal.
            assert_eq!(format!("{:?}", found.states), format!("{:?}", expected.states), "{ticks:?}");
        }
        assert_eq!(found.timesteps, TICKS);
    }
}

#[test]
fn stretches_keep_to_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r");
    write_in_pieces(&path, &[TICKS]);
    let folder = ResultFolder::open(&path).unwrap();
    let bytes = |ticks: Range<u32>| {
        let recordings = folder.recordings_between(ticks).unwrap();
        let spikes = recordings.populations.iter().flat_map(|p| &p.spikes).map(|s| 8 * s.ticks.len());
        let v = &recordings.populations[0].states[0];
        let last = &recordings.populations[1].states[0];
        spikes.sum::<usize>() + 16 * v.ticks.len() + 28 * last.ticks.len()
    };
    assert_eq!(folder.stretch_within(0..TICKS, u64::MAX).unwrap(), 0..TICKS);
    assert_eq!(folder.stretch_within(20..TICKS, 0).unwrap(), 20..21);
    for limit in [100, 500, 1000, 2000] {
        let ticks = folder.stretch_within(20..TICKS, limit as u64).unwrap();
        assert!(bytes(ticks.clone()) <= limit, "{ticks:?}");
        assert!(ticks.end == TICKS || bytes(20..ticks.end + 1) > limit, "{ticks:?}");
    }
}

#[test]
fn damage_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r");
    write_in_pieces(&path, &[TICKS]);
    let file = path.join("spikes-000.npz");
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let message = ResultFolder::open(&path).unwrap().recordings_between(0..5).unwrap_err().to_string();
    assert!(message.contains("spikes-000.npz") && message.contains("damaged"), "{message}");
}
