//! Random graphs with every primitive, number type and kind of metadata. They need not be sound, only storable.

use gennaker_nir::*;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

pub(crate) fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z0-9]{1,6}",
        1 => "[ .äλ|a-z]{1,8}".prop_filter("reserved", |name| !matches!(name.as_str(), "." | "..")),
    ]
}

/// Any numbers, NaN aside: it is not equal to itself.
fn numbers(n: usize) -> impl Strategy<Value = Numbers> {
    prop_oneof![
        vec(prop::num::f32::ANY.prop_filter("NaN", |x| !x.is_nan()), n).prop_map(Numbers::F32),
        vec(prop::num::f64::ANY.prop_filter("NaN", |x| !x.is_nan()), n).prop_map(Numbers::F64),
        vec(any::<i64>(), n).prop_map(Numbers::I64),
    ]
}

fn array() -> impl Strategy<Value = Array> {
    // Seldom large enough to be compressed, often a scalar, sometimes without elements.
    let shape = prop_oneof![4 => vec(0_usize..5, 0..5), 1 => vec(8_usize..40, 2)];
    shape.prop_flat_map(|shape| {
        numbers(shape.iter().product()).prop_map(move |numbers| Array::new(shape.clone(), numbers).unwrap())
    })
}

fn shape() -> impl Strategy<Value = Vec<usize>> {
    vec(0_usize..1000, 0..4)
}

fn conv<const D: usize>() -> impl Strategy<Value = Conv<D>> {
    let lengths = || prop::array::uniform::<_, D>(0_usize..9);
    let padding =
        prop_oneof![lengths().prop_map(Padding::Explicit), Just(Padding::Same), Just(Padding::Valid)];
    (option::of(lengths()), array(), lengths(), padding, lengths(), 0_usize..5, array()).prop_map(
        |(input_shape, weight, stride, padding, dilation, groups, bias)| Conv {
            input_shape,
            weight,
            stride,
            padding,
            dilation,
            groups,
            bias,
        },
    )
}

fn pool() -> impl Strategy<Value = Pool2d> {
    let pair = || prop::array::uniform2(0_usize..9);
    (pair(), pair(), pair()).prop_map(|(kernel_size, stride, padding)| Pool2d {
        kernel_size,
        stride,
        padding,
    })
}

fn layer() -> impl Strategy<Value = Primitive> {
    prop_oneof![
        shape().prop_map(|shape| Primitive::Input { shape }),
        shape().prop_map(|shape| Primitive::Output { shape }),
        (array(), array()).prop_map(|(weight, bias)| Primitive::Affine { weight, bias }),
        array().prop_map(|weight| Primitive::Linear { weight }),
        array().prop_map(|scale| Primitive::Scale { scale }),
        conv().prop_map(Primitive::Conv1d),
        conv().prop_map(Primitive::Conv2d),
        pool().prop_map(Primitive::SumPool2d),
        pool().prop_map(Primitive::AvgPool2d),
        (any::<i64>(), any::<i64>(), option::of(shape())).prop_map(|(start_dim, end_dim, input_type)| {
            Primitive::Flatten { start_dim, end_dim, input_type }
        }),
        array().prop_map(|delay| Primitive::Delay { delay }),
        array().prop_map(|threshold| Primitive::Threshold { threshold }),
    ]
}

fn neuron() -> impl Strategy<Value = Primitive> {
    let a = array;
    let o = || option::of(array());
    prop_oneof![
        a().prop_map(|r| Primitive::I { r }),
        (a(), a(), o()).prop_map(|(r, v_threshold, v_reset)| Primitive::IF(If { r, v_threshold, v_reset })),
        (a(), a(), a()).prop_map(|(tau, r, v_leak)| Primitive::LI(Li { tau, r, v_leak })),
        (a(), a(), a(), a(), o()).prop_map(|(tau, r, v_leak, v_threshold, v_reset)| {
            Primitive::LIF(Lif { tau, r, v_leak, v_threshold, v_reset })
        }),
        (a(), a(), a(), a(), o()).prop_map(|(tau_syn, tau_mem, r, v_leak, w_in)| {
            Primitive::CubaLI(CubaLi { tau_syn, tau_mem, r, v_leak, w_in })
        }),
        (a(), a(), a(), a(), a(), o(), o()).prop_map(
            |(tau_syn, tau_mem, r, v_leak, v_threshold, v_reset, w_in)| {
                Primitive::CubaLIF(CubaLif { tau_syn, tau_mem, r, v_leak, v_threshold, v_reset, w_in })
            }
        ),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let flags = vec(any::<bool>(), 1..4);
    let leaf = prop_oneof![
        array().prop_map(Value::Number),
        "[^\\x00]{0,9}".prop_map(Value::text),
        vec("[a-z]{0,4}", 1..4).prop_map(|texts| Value::Text(Shaped::vector(texts))),
        any::<bool>().prop_map(|flag| Value::Flag(Shaped::scalar(flag))),
        flags.prop_map(|flags| Value::Flag(Shaped::vector(flags))),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| btree_map(name(), inner, 0..3).prop_map(Value::Table))
}

fn metadata() -> impl Strategy<Value = Metadata> {
    prop_oneof![3 => Just(Metadata::new()), 1 => btree_map(name(), value(), 0..3)]
}

fn graph_of(node: impl Strategy<Value = Node>) -> impl Strategy<Value = Graph> {
    let edges = vec((name(), name()), 0..6);
    (btree_map(name(), node, 0..6), edges).prop_map(|(nodes, edges)| Graph {
        nodes,
        edges,
        metadata: Metadata::new(),
        version: None,
    })
}

/// Graphs with nested graphs in them.
pub(crate) fn graph() -> impl Strategy<Value = Graph> {
    let with_metadata =
        |primitive| (primitive, metadata()).prop_map(|(primitive, metadata)| Node { primitive, metadata });
    let leaf = with_metadata(prop_oneof![layer(), neuron()].boxed()).boxed();
    let nested = with_metadata(graph_of(leaf.clone()).prop_map(Primitive::NIRGraph).boxed());
    let node = prop_oneof![6 => leaf, 1 => nested];
    let version = option::of("[0-9.]{1,6}");
    (graph_of(node), metadata(), version).prop_map(|(graph, metadata, version)| Graph {
        metadata,
        version,
        ..graph
    })
}
