//! `gennaker nir` as users meet it, and NIR files where other commands take a network.

use std::fs;
use std::process::{Command, Output};

use gennaker::nir::{Array, Graph, If, Numbers, Primitive, write};
use serde_json::Value;
use tempfile::TempDir;

/// A fresh folder with a model of two inputs and two neurons, two samples of events, and their labels.
fn desk() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let cells = If {
        r: Array::scalar(1.0),
        v_threshold: Array::vector(vec![1.5; 2]),
        v_reset: Some(Array::scalar(0.25)),
    };
    let weight = Array::new(vec![2, 2], Numbers::F64(vec![1.0, 0.0, 0.0, 1.0])).unwrap();
    let graph = Graph::new(
        [
            ("in", Primitive::Input { shape: vec![2] }),
            ("fc", Primitive::Linear { weight }),
            ("cells", Primitive::IF(cells)),
            ("out", Primitive::Output { shape: vec![2] }),
        ],
        [("in", "fc"), ("fc", "cells"), ("cells", "out")],
    );
    write(folder.path().join("model.nir"), &graph).unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    for (name, pixel) in [("1.bs2", 1_u8), ("2.bs2", 0)] {
        // Six events a millisecond apart, the first twice; the last is in no full window.
        let times = [0_u16, 0, 1000, 2000, 3000, 4000, 5000];
        let events = times.iter().flat_map(|t| [pixel, 0, 0, (t >> 8) as u8, (t & 255) as u8]);
        fs::write(folder.path().join("data").join(name), events.collect::<Vec<u8>>()).unwrap();
    }
    fs::write(folder.path().join("labels.csv"), "class\n1\n0\n").unwrap();
    fs::write(
        folder.path().join("net.toml"),
        "timesteps = 5\n[[population]]\nname = \"a\"\nsize = 1\nmodel = \"lif\"\n",
    )
    .unwrap();
    folder
}

fn call(folder: &TempDir, arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gennaker"));
    command.args(arguments.split(' ')).current_dir(folder.path()).output().unwrap()
}

fn done(folder: &TempDir, arguments: &str) -> String {
    let output = call(folder, arguments);
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The message on standard error, and the exit code.
fn failed(folder: &TempDir, arguments: &str) -> (String, Option<i32>) {
    let output = call(folder, arguments);
    (String::from_utf8(output.stderr).unwrap(), output.status.code())
}

#[test]
fn answers_and_what_was_left_out_are_told() {
    let desk = desk();
    let text = done(&desk, "nir model.nir --data data --labels labels.csv");
    assert!(text.contains("a neuron fires at its threshold (NIR: above it)"), "{text}");
    assert!(text.contains("`cells`: its v_reset is used; the chip's own importer takes 0"), "{text}");
    assert!(text.contains("accuracy  100 % (2 of 2 samples)"), "{text}");
    assert!(text.contains("2 events in 2 samples came with another of the same neuron"), "{text}");
    assert!(
        text.contains("2 events in 2 samples came after the last full window and were left out"),
        "{text}"
    );
    assert!(!done(&desk, "nir model.nir --data data --keep-last").contains("last full window"));
}

#[test]
fn json_has_all_that_the_text_has() {
    let desk = desk();
    let document: Value =
        serde_json::from_str(&done(&desk, "nir model.nir --data data --labels labels.csv --compare --json"))
            .unwrap();
    assert_eq!(document["notes"].as_array().unwrap().len(), 3, "{}", document["notes"]);
    assert_eq!(document["study"]["rows"][0]["accuracy"], 1.0);
    assert_eq!(document["study"]["n_samples"], 2);
    assert!(document.get("machine_problem").is_none());
    let document: Value = serde_json::from_str(&done(&desk, "nir model.nir --json")).unwrap();
    assert_eq!(document["layers"][1]["name"], "cells");
}

#[test]
fn a_limit_hides_no_wrong_number_of_labels() {
    let desk = desk();
    let text = done(&desk, "nir model.nir --data data --labels labels.csv --limit 1");
    assert!(text.contains("accuracy  100 % (1 of 1 sample)"), "{text}");
    fs::write(desk.path().join("labels.csv"), "1\n0\n1\n").unwrap();
    let (problem, code) = failed(&desk, "nir model.nir --data data --labels labels.csv --limit 1");
    assert_eq!((problem.contains("3 labels for 2 samples"), code), (true, Some(1)), "{problem}");
    // By name, only those that are run need one.
    fs::write(desk.path().join("labels.csv"), "sample,class\n1,1\n").unwrap();
    done(&desk, "nir model.nir --data data --labels labels.csv --limit 1");
    let (problem, _) = failed(&desk, "nir model.nir --data data --labels labels.csv");
    assert!(problem.contains("sample `2` has no label"), "{problem}");
    assert_eq!(
        failed(&desk, "nir model.nir --data data --limit 0").1,
        Some(2),
        "nothing to run is a wrong use"
    );
}

#[test]
fn machines_are_looked_at_without_data_too() {
    let desk = desk();
    assert!(done(&desk, "nir model.nir --machine board").contains("board"));
    let (problem, code) = failed(&desk, "nir model.nir --machine nowhere");
    assert_eq!((problem.contains("nowhere"), code), (true, Some(1)), "{problem}");
}

#[test]
fn networks_are_written_to_new_folders_only() {
    let desk = desk();
    done(&desk, "nir model.nir --out lowered");
    done(&desk, "run lowered/network.toml --time 5");
    let (problem, code) = failed(&desk, "nir model.nir --out lowered");
    assert_eq!(
        (problem.contains("`lowered` is there already and not empty"), code),
        (true, Some(1)),
        "{problem}"
    );
    assert_eq!(failed(&desk, "nir model.nir --out labels.csv").1, Some(1));
}

#[test]
fn runs_of_graphs_tell_what_was_decided_and_networks_are_not_lowered() {
    let desk = desk();
    let output = call(&desk, "run model.nir --input data");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && told.contains("note: `cells`: its v_reset is used"), "{told}");
    assert!(told.contains("came after the last full window"), "{told}");
    for arguments in
        ["run net.toml --lower reset=subtract", "map net.toml --keep-last", "run net.toml --input data"]
    {
        let (problem, code) = failed(&desk, arguments);
        assert_eq!((problem.contains("`net.toml` is a network file"), code), (true, Some(1)), "{problem}");
    }
    for (option, wanted) in [
        ("reset", "write it as name=value"),
        ("resets=1", "there is no option `resets`"),
        ("reset=1", "zero or subtract"),
    ] {
        let (problem, code) = failed(&desk, &format!("nir model.nir --lower {option}"));
        assert_eq!((problem.contains(wanted), code), (true, Some(1)), "{problem}");
    }
}
