//! How graphs are stepped, against plain loops, against themselves, and where they are refused.

use gennaker_nir::reference::*;
use gennaker_nir::*;
use proptest::prelude::*;

/// Numbers that differ, of either sign, a third of them 0, from a seed.
fn numbers(n: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / 8_388_608.0 - 1.0
    };
    (0..n).map(|_| if next() < -0.34 { 0.0 } else { next() }).collect()
}

fn array(shape: &[usize], seed: u64) -> Array {
    Array::new(shape.to_vec(), Numbers::F64(numbers(shape.iter().product(), seed))).unwrap()
}

fn constant(value: f64) -> Array {
    Array::scalar(value)
}

fn input(shape: &[usize]) -> Primitive {
    Primitive::Input { shape: shape.to_vec() }
}

fn out() -> Primitive {
    Primitive::Output { shape: vec![] }
}

/// What one node makes of an input of this shape in one step.
fn through(node: Primitive, shape: &[usize], x: &[f64]) -> Result<Vec<f64>, ReferenceError> {
    let graph = Graph::new([("in", input(shape)), ("n", node), ("out", out())], [("in", "n"), ("n", "out")]);
    let trace = Reference::new(&graph, &Settings::default())?.run(&[("in", x)], 1, &[])?;
    Ok(trace.outputs["out"].values.clone())
}

fn close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (index, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= 1e-12 * (1.0 + b.abs()), "at {index}: {a} is not {b}");
    }
}

/// One axis of a convolution.
#[derive(Clone, Copy, Debug)]
struct Geometry {
    length: usize,
    kernel: usize,
    stride: usize,
    dilation: usize,
    padding: Option<usize>,
}

impl Geometry {
    /// Zeros in front, and the number of positions; `None` as padding is `same`.
    fn ends(self) -> (usize, usize) {
        let span = self.dilation * (self.kernel - 1);
        let (front, all) = self.padding.map_or((span / 2, span), |zeros| (zeros, 2 * zeros));
        (front, (self.length + all).checked_sub(span + 1).map_or(0, |room| room / self.stride + 1))
    }

    /// The element that lies under a tap at a position, unless it is padding.
    fn under(self, position: usize, tap: usize) -> Option<usize> {
        let place = position * self.stride + tap * self.dilation;
        place.checked_sub(self.ends().0).filter(|&place| place < self.length)
    }
}

fn geometry(is_same: bool) -> impl Strategy<Value = Geometry> {
    let stride = if is_same { 1..2_usize } else { 1..4 };
    (1_usize..8, 1_usize..5, stride, 1_usize..4, 0_usize..4).prop_map(
        move |(length, kernel, stride, dilation, zeros)| {
            let padding = (!is_same).then_some(zeros);
            Geometry { length, kernel, stride, dilation, padding }
        },
    )
}

fn planes() -> impl Strategy<Value = [Geometry; 2]> {
    any::<bool>().prop_flat_map(|is_same| [geometry(is_same), geometry(is_same)])
}

/// The definition of PyTorch's Conv2d, output by output.
fn gathered(
    [rows, columns]: [Geometry; 2],
    groups: [usize; 3],
    weight: &Array,
    bias: &Array,
    x: &[f64],
) -> Vec<f64> {
    let [n_groups, n_in, n_out] = groups;
    let (height, width) = (rows.ends().1, columns.ends().1);
    let mut y = Vec::new();
    for (channel, at) in (0..n_groups * n_out).flat_map(|c| (0..height * width).map(move |at| (c, at))) {
        let mut sum = bias.get(channel).unwrap();
        for (input, tap) in (0..n_in).flat_map(|i| (0..rows.kernel * columns.kernel).map(move |t| (i, t))) {
            let row = rows.under(at / width, tap / columns.kernel);
            let column = columns.under(at % width, tap % columns.kernel);
            if let (Some(row), Some(column)) = (row, column) {
                let place = ((channel / n_out * n_in + input) * rows.length + row) * columns.length + column;
                sum += weight.get((channel * n_in + input) * rows.kernel * columns.kernel + tap).unwrap()
                    * x[place];
            }
        }
        y.push(sum);
    }
    y
}

fn padding<const D: usize>(axes: [Geometry; D]) -> Padding<D> {
    match axes.map(|axis| axis.padding) {
        given if given.iter().all(Option::is_some) => Padding::Explicit(given.map(Option::unwrap)),
        _ => Padding::Same,
    }
}

fn conv<const D: usize>(axes: [Geometry; D], n_groups: usize, weight: Array, bias: Array) -> Conv<D> {
    Conv {
        input_shape: None,
        weight,
        stride: axes.map(|axis| axis.stride),
        padding: padding(axes),
        dilation: axes.map(|axis| axis.dilation),
        groups: n_groups,
        bias,
    }
}

proptest! {
    #[test]
    fn convolutions_of_images_are_their_definition(
        axes in planes(), n_groups in 1_usize..4, n_in in 1_usize..4, n_out in 1_usize..4, seed in any::<u64>(),
    ) {
        let [rows, columns] = axes;
        prop_assume!(rows.ends().1 > 0 && columns.ends().1 > 0);
        let weight = array(&[n_groups * n_out, n_in, rows.kernel, columns.kernel], seed);
        let bias = array(&[n_groups * n_out], seed ^ 1);
        let shape = [n_groups * n_in, rows.length, columns.length];
        let x = numbers(shape.iter().product(), seed ^ 2);
        let expected = gathered(axes, [n_groups, n_in, n_out], &weight, &bias, &x);
        let node = Primitive::Conv2d(conv(axes, n_groups, weight, bias));
        close(&through(node, &shape, &x).unwrap(), &expected);
    }

    #[test]
    fn convolutions_of_lines_are_those_of_images_of_one_row(
        axis in any::<bool>().prop_flat_map(geometry), n_groups in 1_usize..3, n_in in 1_usize..4, seed in any::<u64>(),
    ) {
        prop_assume!(axis.ends().1 > 0);
        let row = Geometry { length: 1, kernel: 1, stride: 1, dilation: 1, padding: Some(0) };
        let weight = array(&[2 * n_groups, n_in, axis.kernel], seed);
        let bias = array(&[2 * n_groups], seed ^ 1);
        let shape = [n_groups * n_in, axis.length];
        let x = numbers(shape.iter().product(), seed ^ 2);
        let expected = gathered([row, axis], [n_groups, n_in, 2], &weight, &bias, &x);
        let node = Primitive::Conv1d(conv([axis], n_groups, weight, bias));
        close(&through(node, &shape, &x).unwrap(), &expected);
    }

    /// A pool is a convolution of each channel with ones; a mean divides by the whole window.
    #[test]
    fn pools_are_convolutions_with_ones(axes in planes(), channels in 1_usize..4, seed in any::<u64>()) {
        let axes = axes.map(|axis| Geometry { dilation: 1, padding: Some(axis.padding.unwrap_or(1)), ..axis });
        let [rows, columns] = axes;
        prop_assume!(rows.ends().1 > 0 && columns.ends().1 > 0);
        let area = rows.kernel * columns.kernel;
        let ones = Array::vector(vec![1.0; channels * area]);
        let none = Array::vector(vec![0.0; channels]);
        let shape = [channels, rows.length, columns.length];
        let x = numbers(shape.iter().product(), seed);
        let mut expected = gathered(axes, [channels, 1, 1], &ones, &none, &x);
        let pool = Pool2d {
            kernel_size: [rows.kernel, columns.kernel],
            stride: [rows.stride, columns.stride],
            padding: [rows.padding.unwrap(), columns.padding.unwrap()],
        };
        close(&through(Primitive::SumPool2d(pool), &shape, &x).unwrap(), &expected);
        expected.iter_mut().for_each(|y| *y /= area as f64);
        close(&through(Primitive::AvgPool2d(pool), &shape, &x).unwrap(), &expected);
    }

    #[test]
    fn matrices_pair_up_with_leading_axes(
        lead in prop::collection::vec(1_usize..4, 0..3), n_in in 1_usize..6, n_out in 1_usize..6, seed in any::<u64>(),
    ) {
        let weight = array(&[&lead[..], &[n_out, n_in]].concat(), seed);
        let bias = array(&[&lead[..], &[n_out]].concat(), seed ^ 1);
        let shape = [&lead[..], &[n_in]].concat();
        let x = numbers(shape.iter().product(), seed ^ 2);
        let blocks: usize = lead.iter().product();
        let product = |k: usize| (0..n_in).map(|j| weight.get(k * n_in + j).unwrap() * x[k / n_out * n_in + j]).sum();
        let without: Vec<f64> = (0..blocks * n_out).map(product).collect();
        let with: Vec<f64> = without.iter().zip(bias.iter()).map(|(y, b)| y + b).collect();
        close(&through(Primitive::Linear { weight: weight.clone() }, &shape, &x).unwrap(), &without);
        close(&through(Primitive::Affine { weight, bias }, &shape, &x).unwrap(), &with);
    }
}

fn cubali(tau_syn: f64, tau_mem: f64) -> Primitive {
    let [tau_syn, tau_mem, r, v_leak] = [tau_syn, tau_mem, 1.5, -0.3].map(constant);
    Primitive::CubaLI(CubaLi { tau_syn, tau_mem, r, v_leak, w_in: Some(constant(0.7)) })
}

fn li(tau: f64) -> Primitive {
    Primitive::LI(Li { tau: constant(tau), r: constant(2.0), v_leak: constant(0.4) })
}

/// The membrane of an integrator after `n` steps of `dt_s` with a constant input.
fn settled(node: Primitive, settings: &Settings, n: usize) -> f64 {
    let graph = Graph::new([("in", input(&[1])), ("n", node), ("out", out())], [("in", "n"), ("n", "out")]);
    let mut reference = Reference::new(&graph, settings).unwrap();
    let trace = reference.run(&[("in", &vec![0.9; n])], n, &[]).unwrap();
    trace.outputs["out"].values[n - 1]
}

proptest! {
    #[test]
    fn many_exact_steps_are_one(n in 1_usize..60, dt_s in 1e-5_f64..1e-2, syn in 1e-3_f64..0.1, mem in 1e-3_f64..0.1) {
        let exact = |dt_s| Settings { dt_s, integration: Integration::Exact, ..Settings::default() };
        for node in [li(mem), cubali(syn, mem), cubali(mem, mem), cubali(mem * (1.0 + 1e-9), mem)] {
            let many = settled(node.clone(), &exact(dt_s), n);
            close(&[many], &[settled(node, &exact(dt_s * n as f64), 1)]);
        }
    }

    /// Halving a short step halves the distance to the exact solution, as a method of first order has it.
    #[test]
    fn euler_and_impulses_approach_the_exact_solution(syn in 5e-3_f64..0.05, mem in 5e-3_f64..0.05) {
        for node in [li(mem), cubali(syn, mem)] {
            let exact = Settings { dt_s: 0.01, integration: Integration::Exact, ..Settings::default() };
            let goal = settled(node.clone(), &exact, 1);
            for integration in [Integration::Euler, Integration::Impulse] {
                let miss = |n: usize| {
                    let settings = Settings { dt_s: 0.01 / n as f64, integration, ..Settings::default() };
                    (settled(node.clone(), &settings, n) - goal).abs()
                };
                prop_assert!(miss(2000) < 0.6 * miss(1000) + 1e-9, "{integration:?} {} {}", miss(1000), miss(2000));
                prop_assert!(miss(2000) < 1e-3, "{integration:?}");
            }
        }
    }
}

type Nodes = Vec<(&'static str, Primitive)>;
type Edges = Vec<(&'static str, &'static str)>;

/// A recurrent layer behind a matrix, with delays of 0 to 3 steps and a read-out.
fn recurrent(seed: u64) -> (Nodes, Edges) {
    let cells = CubaLif {
        tau_syn: constant(0.004),
        tau_mem: constant(0.01),
        r: constant(2.0),
        v_leak: constant(0.05),
        v_threshold: constant(0.2),
        v_reset: Some(constant(-0.1)),
        w_in: None,
    };
    let nodes = vec![
        ("w", Primitive::Affine { weight: array(&[4, 3], seed), bias: array(&[4], seed ^ 1) }),
        ("cells", Primitive::CubaLIF(cells)),
        ("rec", Primitive::Linear { weight: array(&[4, 4], seed ^ 2) }),
        ("delay", Primitive::Delay { delay: Array::vector(vec![0.0, 0.001, 0.002, 0.003]) }),
        ("read", li(0.005)),
    ];
    let edges =
        vec![("w", "cells"), ("cells", "rec"), ("rec", "cells"), ("cells", "delay"), ("delay", "read")];
    (nodes, edges)
}

fn run(graph: &Graph, x: &[f64], pieces: &[usize]) -> Vec<f64> {
    let settings = Settings { dt_s: 0.001, ..Settings::default() };
    let mut reference = Reference::new(graph, &settings).unwrap();
    let (mut values, mut begin) = (Vec::new(), 0);
    for &n in pieces {
        let trace = reference.run(&[("in", &x[3 * begin..][..3 * n])], n, &[]).unwrap();
        values.extend(trace.outputs["out"].values.iter());
        begin += n;
    }
    values
}

proptest! {
    #[test]
    fn nested_graphs_pieces_of_runs_and_the_order_of_edges_change_nothing(
        seed in any::<u64>(), pieces in prop::collection::vec(0_usize..9, 1..5),
    ) {
        let (nodes, edges) = recurrent(seed);
        let n: usize = pieces.iter().sum();
        let x = numbers(3 * n, seed ^ 3);
        let ports = || [("in", input(&[3])), ("out", out())];
        let mut all = edges.clone();
        all.extend([("in", "w"), ("read", "out"), ("in", "in_2"), ("in_2", "w")]);
        let twice = ("in_2", Primitive::Scale { scale: constant(1.3) });
        let flat = Graph::new(nodes.clone().into_iter().chain(ports()).chain([twice.clone()]), all.clone());
        let whole = run(&flat, &x, &[n]);
        prop_assert_eq!(&run(&flat, &x, &pieces), &whole);

        let turned = Graph { edges: flat.edges.iter().rev().cloned().collect(), ..flat.clone() };
        prop_assert_eq!(&run(&turned, &x, &[n]), &whole);

        let inner = Graph::new(
            nodes.into_iter().chain([("a", input(&[3])), ("z", out())]),
            edges.into_iter().chain([("a", "w"), ("read", "z")]),
        );
        let net = ("net", Primitive::NIRGraph(inner));
        let nested = Graph::new(
            ports().into_iter().chain([net, twice]),
            [("in", "net"), ("in", "in_2"), ("in_2", "net"), ("net", "out")],
        );
        // Sums are taken at the inner graph's port instead of at its first node: the same terms.
        prop_assert_eq!(&run(&nested, &x, &[n]), &whole);
    }
}

fn message<T>(result: Result<T, ReferenceError>) -> String {
    result.err().expect("must be refused").to_string()
}

fn says(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
}

#[test]
fn time_steps_are_looked_at() {
    let graph =
        Graph::new([("in", input(&[1])), ("a", li(0.01)), ("out", out())], [("in", "a"), ("a", "out")]);
    let with = |dt_s: f64| Reference::new(&graph, &Settings { dt_s, ..Settings::default() });
    for dt_s in [0.0, -1e-3, f64::NAN, f64::INFINITY] {
        says(&message(with(dt_s)), &["time step", "above 0"]);
    }
    says(&message(with(0.0201)), &["`a`", "`tau`", "0.01 s", "0.0201 s", "Integration::Exact"]);
    let overshoots =
        |notes: &[ReferenceNote]| notes.iter().any(|n| matches!(n, ReferenceNote::Overshoot { .. }));
    assert!(overshoots(with(0.02).unwrap().notes()) && overshoots(with(0.0101).unwrap().notes()));
    assert!(!overshoots(with(0.01).unwrap().notes()));
    let exact = Settings { dt_s: 5.0, integration: Integration::Exact, ..Settings::default() };
    assert!(!overshoots(Reference::new(&graph, &exact).unwrap().notes()));
}

#[test]
fn a_delay_breaks_a_loop_if_it_takes_a_step() {
    let looped = |delay: Array| {
        let nodes = [
            ("in", input(&[2])),
            ("d", Primitive::Delay { delay }),
            ("w", Primitive::Scale { scale: constant(0.5) }),
            ("out", out()),
        ];
        Graph::new(nodes, [("in", "w"), ("w", "d"), ("d", "w"), ("w", "out")])
    };
    let settings = Settings { dt_s: 0.001, ..Settings::default() };
    for short in [Array::scalar(0.0004), Array::vector(vec![0.001, 0.0005])] {
        says(&message(Reference::new(&looped(short), &settings)), &["`d`, `w`", "loop", "0.001 s"]);
    }
    for late in [LateEdges::Recurrent, LateEdges::AllNeurons] {
        let settings = Settings { late, ..settings.clone() };
        let reference = Reference::new(&looped(Array::scalar(0.001)), &settings).unwrap();
        assert!(reference.late_edges().contains(&("d", "w")), "{late:?}");
    }
}

#[test]
fn inputs_and_probes_are_looked_at_before_the_first_step() {
    let graph = Graph::new(
        [("x", input(&[2])), ("y", input(&[2])), ("a", li(0.01)), ("out", out())],
        [("x", "a"), ("y", "a"), ("a", "out")],
    );
    let mut reference = Reference::new(&graph, &Settings::default()).unwrap();
    let one = [1.0, 2.0];
    says(&message(reference.step(&[("z", &one)])), &["no Input `z`", "x, y"]);
    says(&message(reference.step(&[("x", &one), ("x", &one)])), &["`x`", "twice"]);
    says(&message(reference.run(&[("y", &one)], 2, &[])), &["`y`", "2 values", "2 steps", "[2]", "4"]);
    says(&message(reference.step(&[("x", &[0.0, f64::NAN])])), &["`x`", "NaN", "index 1"]);
    says(&message(reference.run(&[], 1, &[Probe::v("b")])), &["`b`", "a, out, x, y"]);
    says(&message(reference.run(&[], 1, &[Probe::i("a")])), &["`a`", "current", "LI"]);
    assert_eq!(reference.n_steps(), 0);
    assert_eq!(reference.value(Quantity::V, "a"), Some(&[0.0, 0.0][..]));
    // What is not given is 0; what arrives is added up.
    reference.step(&[("x", &one)]).unwrap();
    let x_alone = reference.value(Quantity::Output, "a").unwrap().to_vec();
    reference.reset();
    reference.step(&[("x", &[0.25, 2.0]), ("y", &[0.75, 0.0])]).unwrap();
    assert_eq!(reference.value(Quantity::Output, "a").unwrap(), x_alone);
}

#[test]
fn what_memory_cannot_hold_is_refused() {
    let wide = |primitive: Primitive, n: usize| {
        Graph::new([("in", input(&[n])), ("big", primitive), ("out", out())], [("in", "big"), ("big", "out")])
    };
    let new = |graph: &Graph| Reference::new(graph, &Settings::default());
    let delay = |seconds: f64| Primitive::Delay { delay: constant(seconds) };
    says(&message(new(&wide(delay(1e9), 4))), &["`big`", "268435456", "max_values"]);
    says(&message(new(&wide(delay(0.0), 1 << 40))), &["values", "max_values"]);
    says(&message(new(&wide(delay(0.0), usize::MAX))), &["values", "max_values"]);
    let far = Geometry { length: 5, kernel: 2, stride: usize::MAX, dilation: 1, padding: Some(1 << 62) };
    let graph = Graph::new(
        [
            ("in", input(&[1, 5])),
            ("big", Primitive::Conv1d(conv([far], 1, array(&[1, 1, 2], 0), constant(0.0)))),
            ("out", out()),
        ],
        [("in", "big"), ("big", "out")],
    );
    says(&message(new(&graph)), &["`big`", "max_values"]);
}

#[test]
fn every_note_is_made_where_it_belongs() {
    let lif = Lif {
        tau: constant(0.01),
        r: Array::vector(vec![1.0, 2.0]),
        v_leak: Array::vector(vec![0.0, 0.3]),
        v_threshold: Array::vector(vec![1.0, 1.0]),
        v_reset: Some(Array::vector(vec![0.0, 0.1])),
    };
    let graph = Graph::new(
        [
            ("in", input(&[2])),
            ("late", Primitive::Delay { delay: Array::vector(vec![0.001, 0.0024]) }),
            ("cells", Primitive::LIF(lif)),
            ("lone", Primitive::Scale { scale: Array::vector(vec![1.0, 1.0]) }),
            ("out", out()),
        ],
        [("in", "late"), ("late", "cells"), ("cells", "out")],
    );
    let settings =
        Settings { dt_s: 0.001, reset: Reset::Subtract, initial: Initial::Leak, ..Settings::default() };
    let reference = Reference::new(&graph, &settings).unwrap();
    let notes: Vec<String> = reference.notes().iter().map(ToString::to_string).collect();
    let expected = [
        ["`out`", "[2]"],
        ["`cells`", "`tau`"],
        ["`cells`", "`v_reset`"],
        ["`late`", "0.0024 s"],
        ["`lone`", "no edge"],
    ];
    assert_eq!(notes.len(), expected.len(), "{notes:?}");
    for (note, words) in notes.iter().zip(expected) {
        says(note, &words);
    }
    assert_eq!(reference.value(Quantity::V, "cells"), Some(&[0.0, 0.3][..]), "membranes start at their leak");
    assert_eq!(reference.order(), ["in", "late", "cells", "lone", "out"]);
}

#[test]
fn nodes_of_one_name_are_refused() {
    let inner = Graph::new([("i", input(&[1])), ("o", out())], [("i", "o")]);
    let nodes = [("in", input(&[1])), ("a", Primitive::NIRGraph(inner)), ("a|i", li(0.01)), ("out", out())];
    let graph = Graph::new(nodes, [("in", "a"), ("a", "a|i"), ("a|i", "out")]);
    says(&message(Reference::new(&graph, &Settings::default())), &["`a|i`", "rename"]);
}
