//! `gennaker bench` as users meet it.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

fn bench(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gennaker")).arg("bench").args(arguments).output().unwrap()
}

/// Both outputs of a command that must succeed.
fn ok(arguments: &[&str]) -> (String, String) {
    let output = bench(arguments);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, errors) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{arguments:?}: {errors}");
    (out, errors)
}

#[test]
fn every_family_runs_and_has_a_row() {
    let names = [
        "brunel:200",
        "brunel:200:poisson",
        "vogels_abbott_current",
        "vogels_abbott_conductance",
        "microcircuit:0.01",
        "microcircuit:0.01:constant",
        "synfire",
        "power:bursting",
    ];
    let (out, _) = ok(&[&names[..], &["--ticks", "20", "--runs", "1", "--threads", "1"]].concat());
    let rows: Vec<&str> = out.lines().collect();
    assert_eq!(rows.len(), 1 + names.len(), "{out}");
    for (row, name) in rows[1..].iter().zip(names) {
        assert!(row.starts_with(name) && row.contains("x "), "{row}");
    }
}

#[test]
fn the_numbers_are_in_the_json_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bench.json");
    let file = path.to_str().unwrap();
    let (out, errors) = ok(&["brunel:300", "--ticks", "500", "--statistics", "--seed", "7", "--json", file]);
    assert_eq!(errors, "");
    assert!(out.contains("CV of intervals") && out.contains("  exc "), "{out}");
    let document: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let row = &document["benchmarks"][0];
    let measured = &row["measurement"];
    assert_eq!(measured["name"], "brunel:300:constant");
    assert_eq!(measured["run_seconds"].as_array().unwrap().len(), 3);
    assert!(measured["stores"][0]["n_synapses"].as_u64().unwrap() > 8_000);
    assert_eq!(row["populations"].as_array().unwrap().len(), 2);
}

#[test]
fn the_activity_depends_on_the_seed_only() {
    let folder = tempfile::tempdir().unwrap();
    let rate = |extra: &[&str]| {
        let path = folder.path().join("b.json");
        ok(&[&["brunel:1200", "--ticks", "300", "--json", path.to_str().unwrap()], extra].concat());
        let document: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        document["benchmarks"][0]["measurement"]["mean_rate_hz"].as_f64().unwrap()
    };
    let one = rate(&["--threads", "1"]);
    assert!((one - rate(&["--threads", "2"])).abs() < 1e-12);
    assert!((one - rate(&["--seed", "2"])).abs() > 1e-12);
}

#[test]
fn the_list_names_every_family() {
    let (out, _) = ok(&["--list"]);
    for name in [
        "brunel[:NEURONS]",
        "microcircuit[:SCALE]",
        "vogels_abbott_current",
        "synfire",
        "power:bursting",
        "chip",
        "board[:CHIPS]",
    ] {
        assert!(out.contains(name), "{name}\n{out}");
    }
}

#[test]
fn wrong_names_are_refused_before_anything_runs() {
    let fails = |arguments: &[&str]| {
        let output = bench(arguments);
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b""[..]), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(fails(&["synfire", "brunnel"]).contains("did you mean `brunel`?"));
    assert!(fails(&["microcircuit:2"]).contains("the scale must lie between 0.01 and 1, not 2"));
    assert!(fails(&["brunel:100:gaussian"]).contains("`gaussian` is no choice"));
    assert_eq!(bench(&["brunel:100", "--ticks", "0"]).status.code(), Some(2));
    let lost = fails_after_a_run(&["brunel:100", "--ticks", "10", "--json", "/nowhere/b.json"]);
    assert!(lost.contains("cannot write `/nowhere/b.json`"), "{lost}");
}

fn fails_after_a_run(arguments: &[&str]) -> String {
    let output = bench(arguments);
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}
