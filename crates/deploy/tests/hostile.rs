//! Graphs that ask for more than there is: named errors, no panics, no vectors of their size.

use gennaker_deploy::{DeployError, Lowered, LoweringOptions, WeightBits, lower};
use gennaker_nir::{Array, Conv, Graph, If, Lif, Numbers, Padding, Pool2d, Primitive};

fn chain(nodes: &[(&str, Primitive)]) -> Graph {
    let edges: Vec<(&str, &str)> = nodes.windows(2).map(|pair| (pair[0].0, pair[1].0)).collect();
    Graph::new(nodes.iter().cloned(), edges)
}

fn cells() -> Primitive {
    Primitive::IF(If { r: Array::scalar(1.0), v_threshold: Array::scalar(1.0), v_reset: None })
}

fn lowered(
    input: &[usize],
    middle: Vec<(&str, Primitive)>,
    cells: Primitive,
) -> Result<Lowered, DeployError> {
    let mut nodes = vec![("in", Primitive::Input { shape: input.to_vec() })];
    nodes.extend(middle);
    nodes.push(("cells", cells));
    nodes.push(("out", Primitive::Output { shape: Vec::new() }));
    lower(&chain(&nodes), &LoweringOptions::default())
}

fn problem(input: &[usize], middle: Vec<(&str, Primitive)>, cells: Primitive) -> String {
    lowered(input, middle, cells).unwrap_err().to_string()
}

fn ones(shape: &[usize]) -> Array {
    Array::new(shape.to_vec(), Numbers::F32(vec![1.0; shape.iter().product()])).unwrap()
}

fn conv(padding: Padding<2>, dilation: [usize; 2], kernel: [usize; 2]) -> Primitive {
    Primitive::Conv2d(Conv {
        input_shape: None,
        weight: ones(&[1, 1, kernel[0], kernel[1]]),
        stride: [1, 1],
        padding,
        dilation,
        groups: 1,
        bias: Array::scalar(1.0),
    })
}

#[test]
fn signals_beyond_all_machines_are_refused_before_they_are_made() {
    for shape in [&[1 << 40][..], &[1 << 20, 1 << 20, 1 << 20, 1 << 20], &[(1 << 24) + 1], &[usize::MAX]] {
        let problem = problem(shape, Vec::new(), cells());
        assert!(problem.starts_with("node `cells` (IF): its signal has the shape"), "{problem}");
        assert!(problem.contains("1 to 16777216 elements"), "{problem}");
    }
    // Only the signal between two nodes is so large.
    let wide = Pool2d { kernel_size: [1, 1], stride: [1, 1], padding: [1 << 20, 1 << 20] };
    let back = Pool2d { kernel_size: [1 << 20, 1 << 20], stride: [1 << 20, 1 << 20], padding: [0, 0] };
    let middle = vec![("wide", Primitive::SumPool2d(wide)), ("back", Primitive::SumPool2d(back))];
    let problem = problem(&[1, 1, 1], middle, cells());
    assert!(problem.starts_with("node `back` (SumPool2d): its signal"), "{problem}");
}

#[test]
fn lengths_beyond_all_addresses_meet_nothing() {
    // A window that is larger than all addresses, around one pixel.
    let huge = 1 << 40;
    let pool =
        |padding| Pool2d { kernel_size: [huge, huge], stride: [usize::MAX, 2 * huge], padding: [padding; 2] };
    for pool in [Primitive::SumPool2d(pool(huge / 2)), Primitive::AvgPool2d(pool(huge / 2))] {
        let lowered = lowered(&[1, 2, 2], vec![("pool", pool)], cells()).unwrap();
        assert_eq!(lowered.network.projections[0].connector.weights().unwrap(), [127.0; 4]);
    }
    // Taps so far apart that only the one in the middle meets the image.
    for dilation in [1 << 31, 1 << 62, usize::MAX / 2, usize::MAX] {
        match lowered(&[1, 2, 2], vec![("conv", conv(Padding::Same, [dilation, 1], [3, 1]))], cells()) {
            Ok(lowered) => assert_eq!(lowered.network.populations[1].size, 4),
            Err(error) => assert!(error.to_string().contains("dilation"), "{error}"),
        }
    }
}

#[test]
fn numbers_that_the_chip_cannot_have_are_named() {
    let lif = |tau: f64, r: f64, threshold: f64| {
        Primitive::LIF(Lif {
            tau: Array::scalar(tau),
            r: Array::scalar(r),
            v_leak: Array::scalar(0.0),
            v_threshold: Array::scalar(threshold),
            v_reset: None,
        })
    };
    assert!(problem(&[2], Vec::new(), lif(1e-5, 1.0, 1.0)).contains("forward Euler would overshoot"));
    assert!(problem(&[2], Vec::new(), lif(1e-2, 0.0, 1.0)).contains("r is 0; it must be above 0"));
    assert!(problem(&[2], Vec::new(), lif(1e-2, -1.0, 1.0)).contains("r is -1; it must be above 0"));
    // Thresholds and scales that no number can be.
    for cells in [lif(1e300, 1e-300, 1.0), lif(1e-2, 1.0, 1e308)] {
        let problem = problem(&[2], Vec::new(), cells);
        assert!(problem.contains("cells"), "{problem}");
    }
    let tiny = Primitive::Linear { weight: Array::new(vec![1, 1], Numbers::F64(vec![1e-320])).unwrap() };
    let problem = problem(&[1], vec![("fc", tiny)], cells());
    assert!(problem.contains("finite"), "{problem}");
    for dt_s in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let options = LoweringOptions { dt_s, ..LoweringOptions::default() };
        let graph = chain(&[
            ("in", Primitive::Input { shape: vec![1] }),
            ("cells", cells()),
            ("out", Primitive::Output { shape: vec![1] }),
        ]);
        assert!(lower(&graph, &options).unwrap_err().to_string().starts_with("dt is "));
    }
}

#[test]
fn weights_of_nothing_and_outputs_of_several_are_told() {
    let nothing = Primitive::Linear { weight: Array::new(vec![2, 2], Numbers::F64(vec![0.0; 4])).unwrap() };
    let lowered_nothing = lowered(&[2], vec![("fc", nothing)], cells()).unwrap();
    assert_eq!(lowered_nothing.layers[1].weights, None, "there are none");
    let input = Primitive::Input { shape: vec![2] };
    let out = || Primitive::Output { shape: vec![2] };
    let never = Primitive::IF(If { r: Array::scalar(1.0), v_threshold: Array::scalar(0.0), v_reset: None });
    let graph = Graph::new(
        [("in", input), ("a", cells()), ("b", never), ("out", out()), ("other", out())],
        [("in", "a"), ("in", "b"), ("a", "out"), ("b", "out"), ("in", "out"), ("b", "other")],
    );
    let options = LoweringOptions { conn_delay: 2, ..LoweringOptions::default() };
    let lowered = lower(&graph, &options).unwrap();
    assert_eq!(
        lowered.notes,
        [
            "`b`: neurons with a threshold of 0 or less fire at rest, since the chip's neurons fire at their threshold",
            "conn_delay 2 is ignored where the synapse word has no delay field (8-bit weights)",
            "`out`: 3 nodes lead to this Output; each is shown by itself, and their sum is not",
            "`out`: the Input that leads to this Output is not shown there",
            "there are 2 outputs (`a`, `b`); a sample's answer is that of `a`",
        ]
    );
    let wide = LoweringOptions { weight_bits: WeightBits::Sixteen, ..options };
    assert!(!lower(&graph, &wide).unwrap().notes.iter().any(|note| note.contains("conn_delay")));
}
