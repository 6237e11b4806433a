//! House rules as a test: who may know whom, how large things may grow, and what the code must not contain.

use std::fs;
use std::path::{Path, PathBuf};

/// Lines that a source file may have.
const MAX_FILE_LINES: usize = 600;
/// Lines that a function may have.
const MAX_FUNCTION_LINES: usize = 100;

/// Who may depend on whom: each crate may know those to its right and nobody else of ours. A new arrow is a design change:
/// it is made here and in ARCHITECTURE.md.
const ARROWS: [(&str, &[&str]); 14] = [
    ("gennaker-machine", &[]),
    ("gennaker-network", &[]),
    ("gennaker-mapping", &["gennaker-machine", "gennaker-network"]),
    ("gennaker-engine", &["gennaker-network"]),
    ("gennaker-energy", &["gennaker-machine", "gennaker-network", "gennaker-mapping"]),
    ("gennaker-fabric", &["gennaker-machine", "gennaker-network", "gennaker-mapping", "gennaker-energy"]),
    ("gennaker-formats", &["gennaker-network", "gennaker-engine"]),
    ("gennaker-report", &[]),
    ("gennaker-nir", &[]),
    ("gennaker-qubo", &["gennaker-network"]),
    ("gennaker-deploy", &["gennaker-network", "gennaker-nir"]),
    (
        "gennaker",
        &[
            "gennaker-machine",
            "gennaker-network",
            "gennaker-mapping",
            "gennaker-engine",
            "gennaker-energy",
            "gennaker-fabric",
            "gennaker-formats",
            "gennaker-report",
            "gennaker-nir",
            "gennaker-deploy",
            "gennaker-qubo",
        ],
    ),
    ("gennaker-cli", &["gennaker"]),
    ("gennaker-python", &["gennaker"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All files below `folder` with one of the endings, sorted; build products are left out.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let is_hidden = name.starts_with('.') && name != ".ci";
            if path.is_dir() && !is_hidden && name != "target" && name != "__pycache__" {
                open.push(path);
            } else if endings.iter().any(|e| name.ends_with(e)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn manifests() -> Vec<(String, toml::Table)> {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(root().join("crates")).unwrap().map(|e| e.unwrap().path()).collect();
    folders.push(root().join("python"));
    folders
        .iter()
        .map(|folder| {
            let manifest: toml::Table = read(&folder.join("Cargo.toml")).parse().unwrap();
            (manifest["package"]["name"].as_str().unwrap().to_owned(), manifest)
        })
        .collect()
}

#[test]
fn arrows_point_down_only() {
    for (name, manifest) in manifests() {
        let (_, allowed) =
            ARROWS.iter().find(|(n, _)| *n == name).unwrap_or_else(|| panic!("{name} is not in ARROWS"));
        let dependencies =
            manifest.get("dependencies").and_then(|d| d.as_table()).cloned().unwrap_or_default();
        for dependency in dependencies.keys().filter(|d| d.starts_with("gennaker")) {
            assert!(allowed.contains(&dependency.as_str()), "{name} must not know {dependency}");
        }
    }
}

#[test]
fn every_library_says_what_it_does_not_know() {
    for (name, _) in ARROWS.iter().filter(|(n, _)| !matches!(*n, "gennaker-cli" | "gennaker-python")) {
        let folder = name.strip_prefix("gennaker-").unwrap_or(name);
        let text = read(&root().join("crates").join(folder).join("src/lib.rs"));
        assert!(text.contains("#![deny(missing_docs)]"), "{name}: missing docs are not denied");
        assert!(
            text.to_lowercase().contains("not know"),
            "{name}: lib.rs does not say what the crate does not know"
        );
    }
    let architecture = read(&root().join("ARCHITECTURE.md"));
    for (name, _) in ARROWS {
        assert!(architecture.contains(&format!("`{name}`")), "ARCHITECTURE.md does not mention {name}");
    }
}

#[test]
fn files_and_functions_stay_small() {
    for path in files(&root(), &[".rs", ".py"]) {
        let text = read(&path);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() <= MAX_FILE_LINES, "{}: {} lines", path.display(), lines.len());
        if path.extension().is_some_and(|e| e == "rs") {
            for (line, length) in functions(&lines) {
                assert!(
                    length <= MAX_FUNCTION_LINES,
                    "{}:{line}: a function of {length} lines",
                    path.display()
                );
            }
        }
    }
}

/// First line and length of every function, by the indentation of its closing brace (the formatter guarantees it).
fn functions(lines: &[&str]) -> Vec<(usize, usize)> {
    let is_function = |line: &str| {
        let code = line.trim_start();
        let code = code.strip_prefix("pub(crate) ").or_else(|| code.strip_prefix("pub ")).unwrap_or(code);
        let code = code.strip_prefix("const ").or_else(|| code.strip_prefix("unsafe ")).unwrap_or(code);
        code.starts_with("fn ")
    };
    let indent = |line: &str| line.len() - line.trim_start().len();
    let ends = |from: usize| {
        let closes = |line: &&str| line.trim_end().ends_with('}') && indent(line) == indent(lines[from]);
        if lines[from].ends_with(';') || lines[from].ends_with('}') {
            return 1;
        }
        lines[from..].iter().position(closes).map_or(1, |n| n + 1)
    };
    (0..lines.len()).filter(|&i| is_function(lines[i])).map(|i| (i + 1, ends(i))).collect()
}

#[test]
fn nothing_unfinished_machine_bound_or_inexact() {
    // Assembled here so that this file does not contain them.
    let unfinished = [
        "TO".to_owned() + "DO",
        "FIX".to_owned() + "ME",
        "unimplem".to_owned() + "ented!",
        "to".to_owned() + "do!(",
    ];
    let paths = ["/ro".to_owned() + "ot/", "/ho".to_owned() + "me/", "/wo".to_owned() + "rk/"];
    for path in files(&root(), &[".rs", ".py", ".pyi", ".md", ".toml", ".sh", "run"]) {
        let text = read(&path);
        for word in unfinished.iter().chain(&paths) {
            assert!(!text.contains(word.as_str()), "{} contains {word}", path.display());
        }
    }
    // Fused multiply-add rounds once where the chip's program rounds twice.
    let fused = "mul_".to_owned() + "add(";
    let computing =
        ["crates/engine/src", "crates/fabric/src"].map(|folder| files(&root().join(folder), &[".rs"]));
    for path in computing.iter().flatten() {
        let text = read(path);
        assert!(!text.contains(&fused), "{} fuses multiplication and addition", path.display());
        assert!(!text.contains("std::time"), "{}: what computes looks at no clock", path.display());
        assert!(!text.contains("HashMap"), "{}: hash order must not reach a result", path.display());
    }
}
