//! The reference package `nir` reads what is written here, infers the same shapes, and writes what is read here.
//!
//! Runs where a Python with `nir` is found: `GENNAKER_PYTHON`, or `python3`. Says "skipped" elsewhere.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{count_edges, count_nodes, digest};
use gennaker_nir::*;

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python").join(name)
}

/// A Python that has the package, if there is one.
fn python() -> Option<std::ffi::OsString> {
    let python = std::env::var_os("GENNAKER_PYTHON").unwrap_or_else(|| "python3".into());
    let found = Command::new(&python).args(["-c", "import nir, h5py"]).output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    println!("skipped: no Python package nir (set GENNAKER_PYTHON)");
    None
}

/// What a script prints.
fn run(python: &std::ffi::OsStr, name: &str, arguments: &[&Path]) -> String {
    let output = Command::new(python).arg(script(name)).args(arguments).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// Numbers that differ, of this shape.
fn array(shape: &[usize], first: f64) -> Array {
    let n: usize = shape.iter().product();
    let values = (0..n).map(|k| first + 0.001 * k as f64).collect();
    Array::new(shape.to_vec(), Numbers::F64(values)).unwrap()
}

fn singles(shape: &[usize]) -> Array {
    let n: usize = shape.iter().product();
    Array::new(shape.to_vec(), Numbers::F32((0..n).map(|k| 0.5 - k as f32).collect())).unwrap()
}

fn lif(shape: &[usize]) -> Primitive {
    Primitive::LIF(Lif {
        tau: array(shape, 0.01),
        r: array(shape, 1.0),
        v_leak: array(shape, 0.0),
        v_threshold: array(shape, 1.0),
        v_reset: Some(array(shape, -0.1)),
    })
}

fn cuba(n: usize) -> [(&'static str, Primitive); 2] {
    let [tau_syn, tau_mem, r, v_leak] = [0.005, 0.02, 1.0, 0.0].map(|first| array(&[n], first));
    let w_in = Some(array(&[n], 2.0));
    let li = CubaLi {
        tau_syn: tau_syn.clone(),
        tau_mem: tau_mem.clone(),
        r: r.clone(),
        v_leak: v_leak.clone(),
        w_in: w_in.clone(),
    };
    let (v_threshold, v_reset) = (array(&[n], 1.0), Some(array(&[n], 0.0)));
    let lif = CubaLif { tau_syn, tau_mem, r, v_leak, v_threshold, v_reset, w_in };
    [("g_cubali", Primitive::CubaLI(li)), ("h_cubalif", Primitive::CubaLIF(lif))]
}

fn conv1d() -> Primitive {
    Primitive::Conv1d(Conv {
        input_shape: Some([9]),
        weight: array(&[3, 2, 4], 0.1),
        stride: [1],
        padding: Padding::Same,
        dilation: [1],
        groups: 1,
        bias: array(&[3], 0.0),
    })
}

fn conv2d() -> Primitive {
    Primitive::Conv2d(Conv {
        input_shape: Some([8, 9]),
        weight: singles(&[4, 2, 3, 3]),
        stride: [1, 2],
        padding: Padding::Explicit([1, 1]),
        dilation: [1, 1],
        groups: 1,
        bias: array(&[4], 0.0),
    })
}

fn images() -> Vec<(&'static str, Primitive)> {
    let pool = Pool2d { kernel_size: [2, 2], stride: [2, 2], padding: [0, 0] };
    let neurons = If {
        r: array(&[4, 8, 5], 1.0),
        v_threshold: singles(&[4, 8, 5]),
        v_reset: Some(array(&[4, 8, 5], 0.0)),
    };
    let flatten = Primitive::Flatten { start_dim: 0, end_dim: -1, input_type: Some(vec![4, 2, 1]) };
    vec![
        ("a_in", Primitive::Input { shape: vec![2, 8, 9] }),
        ("a_conv", conv2d()),
        ("a_if", Primitive::IF(neurons)),
        ("a_sum", Primitive::SumPool2d(pool)),
        ("b_avg", Primitive::AvgPool2d(pool)),
        ("b_flat", flatten),
        ("b_fc", Primitive::Affine { weight: singles(&[5, 8]), bias: array(&[5], 0.1) }),
    ]
}

fn nested() -> Primitive {
    let nodes = [
        ("input", Primitive::Input { shape: vec![5] }),
        ("w", Primitive::Linear { weight: array(&[5, 5], 0.2) }),
        ("output", Primitive::Output { shape: vec![5] }),
    ];
    let graph = Graph::new(nodes, [("input", "w"), ("w", "output")]);
    Primitive::NIRGraph(Graph { version: None, ..graph })
}

/// Every primitive in one row, a loop, a second row with its own input and output; every optional field is there, so that
/// the package has none to add.
fn graph() -> Graph {
    let li = Li { tau: array(&[5], 0.01), r: array(&[5], 1.0), v_leak: array(&[5], 0.0) };
    let mut row = images();
    row.extend([
        ("c lif", lif(&[5])),
        ("d.scale", Primitive::Scale { scale: array(&[5], 2.0) }),
        ("d_threshold", Primitive::Threshold { threshold: array(&[5], 0.5) }),
        ("e_delay", Primitive::Delay { delay: array(&[5], 0.001) }),
        ("e_i", Primitive::I { r: array(&[5], 1.0) }),
        ("f_li", Primitive::LI(li)),
    ]);
    row.extend(cuba(5));
    row.extend([("i_net", nested()), ("z_out", Primitive::Output { shape: vec![5] })]);
    let mut edges: Vec<(&str, &str)> = row.windows(2).map(|pair| (pair[0].0, pair[1].0)).collect();
    edges.extend([("c lif", "rec"), ("rec", "c lif"), ("x_in", "x_conv"), ("x_conv", "x_out")]);
    row.extend([
        ("rec", Primitive::Linear { weight: array(&[5, 5], -0.5) }),
        ("x_in", Primitive::Input { shape: vec![2, 9] }),
        ("x_conv", conv1d()),
        ("x_out", Primitive::Output { shape: vec![3, 9] }),
    ]);
    let mut graph = Graph::new(row.clone(), edges.iter().copied());
    graph.metadata.insert("by".to_owned(), Value::text("gennäker"));
    graph.metadata.insert("trained".to_owned(), Value::Flag(Shaped::scalar(true)));
    let table = Metadata::from([("epochs".to_owned(), Value::integer(12))]);
    graph.nodes.get_mut("rec").unwrap().metadata.insert("training".to_owned(), Value::Table(table));
    graph
}

#[test]
fn the_package_reads_what_is_written_and_writes_what_is_read() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (folder.path().join("ours.nir"), folder.path().join("theirs.nir"));
    let graph = graph();
    let shapes = graph.shapes().unwrap();
    assert_eq!(shapes.notes, []);
    write(&ours, &graph).unwrap();

    let words = |shape: &[usize]| shape.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let printed = run(&python, "through_package.py", &[&ours, &theirs]);
    assert_eq!(printed.lines().count(), graph.nodes.len());
    for line in printed.lines() {
        let name = line.split('|').next().unwrap();
        let shape = &shapes.nodes[name];
        assert_eq!(line, format!("{name}|{}|{}", words(&shape.input), words(&shape.output)));
    }
    assert_eq!(read(&theirs).unwrap(), graph);
}

#[test]
fn h5py_finds_the_same_numbers() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let graph = graph();
    write(folder.path().join("ours.nir"), &graph).unwrap();
    let printed = run(&python, "digests.py", &[folder.path(), Path::new("ours.nir")]);
    let expected = format!("ours.nir {} {} {}\n", count_nodes(&graph), count_edges(&graph), digest(&graph));
    assert_eq!(printed, expected);
}
