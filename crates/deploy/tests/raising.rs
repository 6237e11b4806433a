//! Networks to graphs and back: the same network again, whatever its numbers.

use gennaker_deploy::{DeployError, Integrator, LoweringOptions, RaisingOptions, lower, raise};
use gennaker_network::{
    ConnectionList, Connector, Convolution, Model, Network, Parameter, Population, Projection,
};
use gennaker_nir::{Limits, Padding, Primitive, read_bytes, write_bytes};
use proptest::prelude::*;

/// A network of an input, a convolution, and a recurrent layer with currents.
fn network(cells: &Cells) -> Network {
    let mut network = Network::new("raised");
    let input = network.add_population(Population::new("in", 16, Model::SpikeList).with_shape(&[1, 4, 4]));
    let reset = if cells.subtracts { "reset_by_subtraction" } else { "reset_to_v_reset" };
    let image = Population::new("image", 32, Model::LifConv2d)
        .with("threshold", cells.thresholds[0])
        .with("alpha_decay", cells.alpha)
        .with("v_reset", cells.v_reset)
        .with("reset", reset)
        .with("i_offset", [vec![cells.offset; 16], vec![0.25; 16]].concat());
    let image = network.add_population(image);
    let loops = Population::new("loop", 2, Model::LifCurrExpNoDelay)
        .with("threshold", cells.thresholds.to_vec())
        .with("alpha_decay", vec![cells.alpha.min(0.99), 0.5])
        .with("exc_decay", cells.syn)
        .with("inh_decay", cells.syn)
        .with("reset", reset)
        .with("v_reset", cells.v_reset)
        .with("i_offset", vec![cells.offset, -cells.offset]);
    let loops = network.add_population(loops);
    let kernel = (0..18).map(|at| f64::from(at * 13 % 255 - 127)).collect();
    let convolution = Convolution { padding: [1; 4], ..Convolution::new([1, 4, 4], 2, [3, 3], kernel) };
    network.add_projection(Projection::new("kernel", input, image, Connector::Conv2d(convolution)));
    let dense = (0..32)
        .flat_map(|pre| (0..2).map(move |post| (pre, post, f64::from((pre * 7 + post) % 19) - 9.0, 0)));
    network.add_projection(Projection::new(
        "dense",
        image,
        loops,
        Connector::List(ConnectionList::from_rows(dense)),
    ));
    let own = [(0, 1, -30.0, 0), (1, 0, 127.0, 0)];
    network.add_projection(Projection::new(
        "own",
        loops,
        loops,
        Connector::List(ConnectionList::from_rows(own)),
    ));
    network
}

#[derive(Debug, Clone)]
struct Cells {
    thresholds: [f64; 2],
    alpha: f64,
    syn: f64,
    offset: f64,
    v_reset: f64,
    subtracts: bool,
}

fn cells() -> impl Strategy<Value = Cells> {
    let alpha = prop_oneof![Just(1.0), Just(0.9), Just(0.5), 0.001..0.9999_f64];
    let threshold = || prop_oneof![Just(10.0), Just(1.0), 0.1..1e4_f64];
    let thresholds = [threshold(), threshold()];
    (thresholds, alpha, 0.001..0.999_f64, -50.0..50.0_f64, -20.0..0.0_f64, any::<bool>()).prop_map(
        |(thresholds, alpha, syn, offset, v_reset, subtracts)| Cells {
            thresholds,
            alpha,
            syn,
            offset,
            v_reset,
            subtracts,
        },
    )
}

/// Largest difference of two parameters, neuron by neuron: that of decays, which are 1 minus something, and the relative one of others.
fn difference(ours: &Population, back: &Population, parameter: &str) -> f64 {
    let [ours, back] = [ours, back].map(|population| population.resolve(parameter, 0, 0));
    let one = |neuron| {
        let (a, b): (f64, f64) = (ours.get(neuron), back.get(neuron));
        let scale = if parameter.ends_with("decay") { 1.0 } else { a.abs().max(b.abs()) };
        if a == b { 0.0 } else { (a - b).abs() / scale }
    };
    [0, 1].into_iter().map(one).fold(0.0, f64::max)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_is_lowered_again_is_the_same_network(
        cells in cells(),
        dt_s in prop_oneof![Just(1e-3), Just(1.0), 1e-6..1e3_f64],
        exponential in any::<bool>(),
    ) {
        let network = network(&cells);
        let integrator = if exponential { Integrator::Exponential } else { Integrator::Forward };
        let options = RaisingOptions { dt_s, integrator, ..RaisingOptions::default() };
        let raised = raise(&network, &options).unwrap();
        prop_assert!(raised.notes.is_empty());
        let graph = read_bytes(write_bytes(&raised.graph).unwrap(), &Limits::default()).unwrap();
        prop_assert_eq!(&graph, &raised.graph);
        let stated = LoweringOptions::stated_in(&graph);
        prop_assert_eq!((stated.dt_s, stated.integrator, stated.scale_weights), (dt_s, integrator, false));
        let back = lower(&graph, &stated).unwrap().network;
        for ours in &network.populations {
            let found = back.populations.iter().find(|p| p.name == ours.name).unwrap();
            prop_assert_eq!((found.size, found.model), (ours.size, ours.model));
            if ours.model.is_source() {
                continue;
            }
            let mut parameters = vec!["threshold", "alpha_decay", "i_offset"];
            if ours.model == Model::LifCurrExpNoDelay {
                parameters.extend(["exc_decay", "inh_decay"]);
            }
            if !cells.subtracts {
                parameters.push("v_reset");
            }
            prop_assert_eq!(found.choice("reset"), ours.choice("reset"));
            for parameter in parameters {
                let off = difference(ours, found, parameter);
                prop_assert!(off <= 2.0 * f64::EPSILON, "{} {parameter} {off}", ours.name);
                // Single precision, in which the chip computes, sees no difference.
                let [a, b] = [ours, found].map(|p| p.resolve(parameter, 0, 0).get(0) as f32);
                prop_assert!((a - b).abs() <= f32::EPSILON * a.abs(), "{} {parameter}: {a} and {b}", ours.name);
            }
        }
        for ours in &network.projections {
            let found = back.projections.iter().find(|p| p.name == ours.name).unwrap();
            match (&ours.connector, &found.connector) {
                (Connector::List(ours), Connector::List(found)) => {
                    let rows = |list: &ConnectionList| {
                        let row = |at: usize| (list.pre[at], list.post[at], list.weight[at] as i32, list.delay[at]);
                        let mut rows: Vec<_> = (0..list.len()).map(row).filter(|row| row.2 != 0).collect();
                        rows.sort_unstable();
                        rows
                    };
                    prop_assert_eq!(rows(ours), rows(found));
                }
                (ours, found) => prop_assert_eq!(ours, found),
            }
        }
    }
}

fn refused(change: impl FnOnce(&mut Network)) -> String {
    let cells =
        Cells { thresholds: [10.0; 2], alpha: 0.9, syn: 0.5, offset: 1.0, v_reset: 0.0, subtracts: true };
    let mut network = network(&cells);
    change(&mut network);
    raise(&network, &RaisingOptions::default()).unwrap_err().to_string()
}

fn set(network: &mut Network, parameter: &str, value: impl Into<Parameter>) {
    network.populations[2].parameters.insert(parameter.to_owned(), value.into());
}

#[test]
fn what_a_graph_cannot_say_is_named() {
    let cases = [
        (refused(|n| set(n, "v_init", vec![0.0, 3.0])), "population `loop`", "neuron 1 has v_init = 3"),
        (refused(|n| set(n, "t_refrac", 1.0)), "population `loop`", "no refractory time"),
        (refused(|n| set(n, "inh_decay", 0.6)), "population `loop`", "it must be exc_decay"),
        (refused(|n| set(n, "exc_decay", 0.0)), "population `loop`", "inh_decay"),
        (
            refused(|n| set(n, "alpha_decay", 1.0)),
            "population `loop`",
            "alpha_decay is 1, which no time constant",
        ),
        (refused(|n| set(n, "reset", "reset_to_v_reset")), "population `loop`", "one reset for all"),
    ];
    for (error, what, why) in cases {
        assert!(error.contains(what) && error.contains(why), "{error}");
    }
    let uneven = refused(|n| {
        let Connector::Conv2d(kernel) = &mut n.projections[0].connector else { unreachable!() };
        kernel.padding = [2, 0, 1, 1];
    });
    assert!(uneven.contains("projection `kernel`") && uneven.contains("[2, 0, 1, 1]"), "{uneven}");
    let doubled = refused(|n| {
        let twice = [(0, 1, 100.0, 0), (0, 1, 100.0, 0)];
        n.projections[2].connector = Connector::List(ConnectionList::from_rows(twice));
    });
    assert!(doubled.contains("projection `own`") && doubled.contains("add up to 200"), "{doubled}");
}

#[test]
fn options_are_checked_and_followed() {
    let cells =
        Cells { thresholds: [10.0; 2], alpha: 0.9, syn: 0.5, offset: 1.0, v_reset: 0.0, subtracts: true };
    let network = network(&cells);
    let options = RaisingOptions { dt_s: 0.0, ..RaisingOptions::default() };
    assert!(matches!(raise(&network, &options), Err(DeployError::Option { option: "dt", .. })));
    let options =
        RaisingOptions { outputs: vec!["image".into(), "loop".into()], ..RaisingOptions::default() };
    let graph = raise(&network, &options).unwrap().graph;
    assert_eq!(graph.outputs().collect::<Vec<_>>(), ["image_output", "loop_output"]);
    let options = RaisingOptions { outputs: vec!["lop".into()], ..RaisingOptions::default() };
    assert!(
        raise(&network, &options)
            .unwrap_err()
            .to_string()
            .contains("no neurons named `lop`; there are: image, loop")
    );
    let options = RaisingOptions { single_precision: true, ..RaisingOptions::default() };
    let graph = raise(&network, &options).unwrap().graph;
    for node in graph.nodes.values() {
        for (name, array) in node.primitive.arrays() {
            assert!(matches!(array.numbers(), gennaker_nir::Numbers::F32(_)), "{name}");
        }
    }
}

#[test]
fn uneven_padding_that_keeps_the_size_is_same() {
    let mut network = Network::new("same");
    let input = network.add_population(Population::new("in", 16, Model::SpikeList));
    let cells =
        network.add_population(Population::new("cells", 16, Model::LifConv2d).with("alpha_decay", 1.0));
    let convolution =
        Convolution { padding: [0, 1, 0, 1], ..Convolution::new([1, 4, 4], 1, [2, 2], vec![1.0; 4]) };
    network.add_projection(Projection::new("kernel", input, cells, Connector::Conv2d(convolution)));
    let graph = raise(&network, &RaisingOptions::default()).unwrap().graph;
    let Primitive::Conv2d(conv) = &graph.nodes["kernel"].primitive else { panic!("{graph:?}") };
    assert_eq!(conv.padding, Padding::Same);
    let back = lower(&graph, &LoweringOptions::stated_in(&graph)).unwrap().network;
    assert_eq!(back.projections[0].connector, network.projections[0].connector);
    assert!(matches!(graph.nodes["cells"].primitive, Primitive::IF(_)));
}
