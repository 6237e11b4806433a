//! Shapes along edges, and what is said where they do not fit.

use gennaker_nir::*;
use proptest::prelude::*;

fn ones(shape: &[usize]) -> Array {
    Array::new(shape.to_vec(), Numbers::F64(vec![1.0; shape.iter().product()])).unwrap()
}

fn neuron(parameter: &Array) -> Primitive {
    Primitive::IF(If { r: Array::scalar(1.0), v_threshold: parameter.clone(), v_reset: None })
}

fn linear(outputs: usize, inputs: usize) -> Primitive {
    Primitive::Linear { weight: ones(&[outputs, inputs]) }
}

fn input(shape: &[usize]) -> Primitive {
    Primitive::Input { shape: shape.to_vec() }
}

fn out(shape: &[usize]) -> Primitive {
    Primitive::Output { shape: shape.to_vec() }
}

fn conv<const D: usize>(weight: &[usize], padding: Padding<D>, groups: usize) -> Conv<D> {
    let bias = ones(&[weight[0]]);
    Conv { input_shape: None, weight: ones(weight), stride: [1; D], padding, dilation: [1; D], groups, bias }
}

/// Nodes one after the other, named by their place.
fn row(nodes: Vec<Primitive>) -> Graph {
    const NAMES: [&str; 7] = ["0", "1", "2", "3", "4", "5", "6"];
    let edges = NAMES.windows(2).take(nodes.len() - 1).map(|pair| (pair[0], pair[1]));
    Graph::new(NAMES.into_iter().zip(nodes), edges)
}

/// The shapes that leave the nodes of a row.
fn outputs(nodes: Vec<Primitive>) -> Result<Vec<Vec<usize>>, String> {
    let shapes = row(nodes).shapes().map_err(|error| error.to_string())?;
    Ok(shapes.nodes.into_values().map(|shape| shape.output).collect())
}

fn refused(graph: &Graph, words: &[&str]) {
    let message = graph.shapes().expect_err("must not fit").to_string();
    for word in words {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
}

#[test]
fn parameters_of_one_value_serve_any_shape() {
    for parameter in [Array::scalar(1.0), ones(&[1]), ones(&[1, 1]), ones(&[2, 3])] {
        let found = outputs(vec![input(&[2, 3]), neuron(&parameter), out(&[2, 3])]);
        assert_eq!(found.unwrap()[1], [2, 3], "{:?}", parameter.shape());
    }
    refused(
        &row(vec![input(&[2, 3]), neuron(&ones(&[3, 2])), out(&[3, 2])]),
        &["`0` to `1`", "[2, 3]", "[3, 2]"],
    );
}

#[test]
fn convolutions_and_pools_change_shapes_axis_by_axis() {
    let mut wide = conv(&[6, 2, 3, 5], Padding::Explicit([1, 0]), 2);
    (wide.stride, wide.dilation) = ([2, 1], [1, 2]);
    let pool = Pool2d { kernel_size: [2, 3], stride: [1, 2], padding: [1, 0] };
    let found =
        outputs(vec![input(&[4, 9, 20]), Primitive::Conv2d(wide), Primitive::AvgPool2d(pool), out(&[])]);
    assert_eq!(found.unwrap()[1..3], [vec![6, 5, 12], vec![6, 6, 5]]);
    for (padding, length) in [(Padding::Same, 10), (Padding::Valid, 7), (Padding::Explicit([2]), 11)] {
        let found = outputs(vec![input(&[3, 10]), Primitive::Conv1d(conv(&[5, 3, 4], padding, 1)), out(&[])]);
        assert_eq!(found.unwrap()[1], [5, length], "{padding:?}");
    }
}

#[test]
fn what_does_not_fit_is_named_with_both_shapes() {
    let conv2d = || Primitive::Conv2d(conv(&[6, 3, 3, 3], Padding::Valid, 1));
    refused(&row(vec![input(&[2, 9, 9]), conv2d(), out(&[])]), &["`0` to `1`", "[2, 9, 9]", "3 channels"]);
    refused(&row(vec![input(&[3, 2, 9]), conv2d(), out(&[])]), &["[3, 2, 9]", "at least 3"]);
    refused(&row(vec![input(&[1, 3, 9, 9]), conv2d(), out(&[])]), &["[1, 3, 9, 9]", "batch axis"]);
    let pool = Pool2d { kernel_size: [2, 2], stride: [2, 2], padding: [0, 0] };
    refused(
        &row(vec![input(&[8]), Primitive::SumPool2d(pool), out(&[])]),
        &["[8]", "(channels, height, width)"],
    );
    refused(&row(vec![input(&[3]), linear(2, 4), out(&[2])]), &["`0` to `1`", "[3]", "[4]"]);
    refused(&row(vec![input(&[3]), linear(2, 3), out(&[3])]), &["`1` to `2`", "[2]", "[3]"]);
    let flatten = Primitive::Flatten { start_dim: 0, end_dim: 2, input_type: None };
    refused(&row(vec![input(&[3, 3]), flatten, out(&[9])]), &["`1` (Flatten)", "`end_dim` 2"]);
}

#[test]
fn an_output_of_another_shape_is_noted_if_its_elements_are_as_many() {
    for stated in [vec![], vec![0], vec![1, 6], vec![2, 3]] {
        let shapes = row(vec![input(&[6]), out(&stated)]).shapes().unwrap();
        assert_eq!(shapes.nodes["1"].output, [6]);
        assert_eq!((shapes.notes.len(), &shapes.notes[0].stated), (1, &stated));
    }
    refused(&row(vec![input(&[6]), out(&[7])]), &["[6]", "[7]"]);
}

#[test]
fn shapes_go_round_loops_and_through_nested_graphs() {
    let inner = Graph::new(
        [("i", input(&[3])), ("cells", neuron(&Array::scalar(1.0))), ("rec", linear(3, 3)), ("o", out(&[3]))],
        [("i", "cells"), ("cells", "rec"), ("rec", "cells"), ("cells", "o")],
    );
    let nodes =
        [("in", input(&[4])), ("w", linear(3, 4)), ("net", Primitive::NIRGraph(inner)), ("out", out(&[3]))];
    let graph = Graph::new(nodes.clone(), [("in", "w"), ("w", "net"), ("net", "out")]);
    let shapes = graph.shapes().unwrap().nodes;
    assert_eq!(shapes["net|cells"].input, [3]);
    assert_eq!(shapes["net"], NodeShape { input: vec![3], output: vec![3] });
    let direct = Graph::new(nodes, [("in", "net"), ("w", "out")]);
    refused(&direct, &["`in` to `net|i`", "[4]", "[3]"]);
}

#[test]
fn a_node_that_nothing_reaches_is_named_unless_its_parameters_tell() {
    let graph = |lone: Array| {
        Graph::new([("a", input(&[2])), ("b", out(&[2])), ("lone", neuron(&lone))], [("a", "b")])
    };
    assert_eq!(graph(ones(&[5])).shapes().unwrap().nodes["lone"].output, [5]);
    assert_eq!(graph(ones(&[1])).shapes().unwrap().nodes["lone"].output, [1]);
    refused(&graph(Array::scalar(1.0)), &["`lone` (IF)", "not known"]);
}

proptest! {
    /// A window has as many positions as there are starts at which it lies within the padded axis.
    #[test]
    fn windows_are_counted_as_they_lie(
        length in 1_usize..20, kernel in 1_usize..6, stride in 1_usize..5, dilation in 1_usize..4, zeros in 0_usize..4,
    ) {
        let mut conv = conv(&[1, 1, kernel], Padding::Explicit([zeros]), 1);
        (conv.stride, conv.dilation) = ([stride], [dilation]);
        let last_tap = dilation * (kernel - 1);
        let n = (0..).step_by(stride).take_while(|start| start + last_tap < length + 2 * zeros).count();
        let found = outputs(vec![input(&[1, length]), Primitive::Conv1d(conv), out(&[])]);
        match n {
            0 => prop_assert!(found.is_err()),
            _ => prop_assert_eq!(&found.unwrap()[1], &[1, n]),
        }
    }
}
