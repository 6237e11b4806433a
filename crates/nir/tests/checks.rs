//! Every fault of a graph is found, with the name of its node.

use gennaker_nir::*;

fn ones(shape: &[usize]) -> Array {
    Array::new(shape.to_vec(), Numbers::F32(vec![1.0; shape.iter().product()])).unwrap()
}

fn lif() -> Lif {
    let one = || Array::vector(vec![1.0; 3]);
    Lif { tau: one(), r: one(), v_leak: one(), v_threshold: one(), v_reset: None }
}

fn conv() -> Conv<2> {
    Conv {
        input_shape: None,
        weight: ones(&[4, 1, 3, 3]),
        stride: [1, 1],
        padding: Padding::Same,
        dilation: [1, 1],
        groups: 2,
        bias: ones(&[4]),
    }
}

/// An input, the node under test, an output.
fn around(node: Primitive) -> Graph {
    let shape = vec![3];
    let nodes = [
        ("in", Primitive::Input { shape: shape.clone() }),
        ("x", node),
        ("out", Primitive::Output { shape }),
    ];
    Graph::new(nodes, [("in", "x"), ("x", "out")])
}

fn faults(graph: &Graph) -> Vec<Fault> {
    match graph.check() {
        Ok(()) => Vec::new(),
        Err(NirError::Faulty(faults)) => faults,
        Err(other) => panic!("{other}"),
    }
}

/// There is exactly one fault, and its message has these words.
fn one_fault(graph: &Graph, words: &[&str]) {
    let found = faults(graph);
    assert_eq!(found.len(), 1, "{found:?}");
    let message = found[0].to_string();
    for word in words {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
}

#[test]
fn sound_nodes_have_no_faults() {
    for node in [Primitive::LIF(lif()), Primitive::Conv2d(conv()), Primitive::Scale { scale: ones(&[]) }] {
        assert_eq!(faults(&around(node)), []);
    }
}

#[test]
fn parameters_that_do_not_fit_each_other() {
    one_fault(
        &around(Primitive::LIF(Lif { v_leak: ones(&[2]), ..lif() })),
        &["`x` (LIF)", "`v_leak` has shape [2]", "[3], or one value"],
    );
    one_fault(
        &around(Primitive::LIF(Lif { r: ones(&[0]), ..lif() })).clone(),
        &["`x` (LIF)", "`r` has shape [0]"],
    );
    let affine = |weight: &[usize], bias: &[usize]| {
        around(Primitive::Affine { weight: ones(weight), bias: ones(bias) })
    };
    assert_eq!(faults(&affine(&[5, 2, 3], &[5, 2])), []);
    one_fault(&affine(&[2, 3], &[3]), &["`x` (Affine)", "`bias` has shape [3]", "[2]"]);
    one_fault(&affine(&[3], &[3]), &["`x` (Affine)", "`weight` has shape [3]"]);
}

#[test]
fn convolutions_that_mean_nothing() {
    let cases: [(Conv<2>, &[&str]); 6] = [
        (Conv { weight: ones(&[4, 1, 3]), ..conv() }, &["`weight` has shape [4, 1, 3]", "height, width"]),
        (Conv { bias: ones(&[2]), ..conv() }, &["`bias` has shape [2]", "[4]"]),
        (Conv { groups: 3, ..conv() }, &["`groups` is 3 for 4 channels"]),
        (Conv { groups: 0, ..conv() }, &["`groups` is 0"]),
        (Conv { dilation: [0, 1], ..conv() }, &["`dilation` is [0, 1]"]),
        (Conv { stride: [2, 1], ..conv() }, &["`same` with stride [2, 1]"]),
    ];
    for (conv, words) in cases {
        one_fault(&around(Primitive::Conv2d(conv)), words);
    }
    let pool = Pool2d { kernel_size: [2, 2], stride: [2, 0], padding: [0, 0] };
    one_fault(&around(Primitive::SumPool2d(pool)), &["`x` (SumPool2d)", "`stride` is [2, 0]"]);
}

#[test]
fn numbers_that_mean_nothing() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let scale = Array::new(vec![3], Numbers::F32(vec![1.0, 2.0, value])).unwrap();
        one_fault(&around(Primitive::Scale { scale }), &["`x`", "`scale`", "index 2"]);
    }
    one_fault(
        &around(Primitive::LIF(Lif { tau: Array::scalar(0.0), ..lif() })),
        &["`x`", "`tau`", "above 0 s"],
    );
    one_fault(&around(Primitive::Delay { delay: Array::scalar(-0.1) }), &["`x`", "`delay` is negative"]);
    let mut graph = around(Primitive::LIF(lif()));
    graph.nodes.insert("in".to_owned(), Primitive::Input { shape: vec![3, 0] }.into());
    one_fault(&graph, &["`in` (Input)", "`shape` is [3, 0]"]);
}

#[test]
fn edges_that_lead_nowhere_or_twice() {
    let mut graph = around(Primitive::LIF(lif()));
    graph.edges.push(("x".to_owned(), "y".to_owned()));
    one_fault(&graph, &["`x` -> `y`", "no node `y`"]);
    graph.edges.pop();
    graph.edges.push(("x".to_owned(), "out".to_owned()));
    one_fault(&graph, &["`x` -> `out`", "twice"]);
}

#[test]
fn ports_that_are_missing_or_ambiguous() {
    let found = faults(&Graph::default());
    assert_eq!(found.len(), 2, "{found:?}");
    let ports = [("a", vec![3]), ("b", vec![3])].map(|(name, shape)| (name, Primitive::Input { shape }));
    let inner =
        Graph::new(ports.into_iter().chain([("o", Primitive::Output { shape: vec![3] })]), [("a", "o")]);
    one_fault(&around(Primitive::NIRGraph(inner)), &["`in` -> `x`", "`x` has 2 Input nodes"]);
    let empty = Graph::new([("i", Primitive::Input { shape: vec![3] })], []);
    one_fault(&around(Primitive::NIRGraph(empty)), &["x has no Output node"]);
}

#[test]
fn loops_need_state() {
    let scale = || Primitive::Scale { scale: ones(&[3]) };
    let with_loop = |node: Primitive| {
        let mut graph = around(scale());
        graph.nodes.insert("back".to_owned(), node.into());
        graph.edges.push(("x".to_owned(), "back".to_owned()));
        graph.edges.push(("back".to_owned(), "x".to_owned()));
        graph
    };
    one_fault(&with_loop(scale()), &["`back`, `x`", "loop"]);
    one_fault(&with_loop(Primitive::Delay { delay: Array::scalar(0.0) }), &["loop"]);
    assert_eq!(faults(&with_loop(Primitive::Delay { delay: Array::scalar(0.001) })), []);
    assert_eq!(faults(&with_loop(Primitive::LIF(lif()))), []);
    // A nested graph holds state if what is on the way through it does.
    let nested = |node: Primitive| with_loop(Primitive::NIRGraph(around(node)));
    assert_eq!(faults(&nested(Primitive::LIF(lif()))), []);
    one_fault(&nested(scale()), &["`back|in`, `back|x`, `back|out`", "loop"]);
}

#[test]
fn a_long_row_is_walked_without_recursion() {
    let names: Vec<String> = (0..50_000).map(|k| format!("{k:05}")).collect();
    let mut graph = Graph::default();
    for name in &names {
        graph.nodes.insert(name.clone(), Primitive::Scale { scale: Array::scalar(1.0) }.into());
    }
    graph.edges = names.windows(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
    let found = faults(&graph);
    assert!(found.iter().all(|fault| matches!(fault, Fault::NoPort { .. })), "{found:?}");
    graph.edges.push((names[49_999].clone(), names[0].clone()));
    assert!(
        faults(&graph).iter().any(|fault| matches!(fault, Fault::Loop { nodes } if nodes.len() == 50_000))
    );
}

#[test]
fn a_message_with_many_faults_says_how_many_there_are() {
    let mut graph = around(Primitive::LIF(lif()));
    graph.edges.extend((0..12).map(|k| ("x".to_owned(), format!("lost{k}"))));
    let message = graph.check().unwrap_err().to_string();
    assert!(
        message.contains("`lost9`") && !message.contains("`lost10`") && message.contains("2 more"),
        "{message}"
    );
}
