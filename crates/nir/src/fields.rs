//! The fields of every primitive: their names, which of them a file may lack, and how they are taken apart for writing.

use crate::array::Array;
use crate::primitive::{Conv, Padding, Pool2d, Primitive};

/// The fields of one type of node in a file.
pub(crate) struct Signature {
    pub(crate) kind: &'static str,
    pub(crate) needed: &'static [&'static str],
    pub(crate) optional: &'static [&'static str],
}

const fn signature(
    kind: &'static str,
    needed: &'static [&'static str],
    optional: &'static [&'static str],
) -> Signature {
    Signature { kind, needed, optional }
}

const CONV: &[&str] = &["weight", "stride", "padding", "dilation", "groups", "bias"];
const POOL: &[&str] = &["kernel_size", "stride", "padding"];

/// All types, as the reference package 1.0.8 reads them; what files of older versions lack is optional.
pub(crate) const SIGNATURES: [Signature; 19] = [
    signature("Input", &["shape"], &[]),
    signature("Output", &["shape"], &[]),
    signature("Affine", &["weight", "bias"], &[]),
    signature("Linear", &["weight"], &[]),
    signature("Scale", &["scale"], &[]),
    signature("Conv1d", CONV, &["input_shape"]),
    signature("Conv2d", CONV, &["input_shape"]),
    signature("SumPool2d", POOL, &[]),
    signature("AvgPool2d", POOL, &[]),
    signature("Flatten", &["start_dim", "end_dim"], &["input_type"]),
    signature("Delay", &["delay"], &[]),
    signature("Threshold", &["threshold"], &[]),
    signature("I", &["r"], &[]),
    signature("IF", &["r", "v_threshold"], &["v_reset"]),
    signature("LI", &["tau", "r", "v_leak"], &[]),
    signature("LIF", &["tau", "r", "v_leak", "v_threshold"], &["v_reset"]),
    signature("CubaLI", &["tau_syn", "tau_mem", "r", "v_leak"], &["w_in"]),
    signature("CubaLIF", &["tau_syn", "tau_mem", "r", "v_leak", "v_threshold"], &["v_reset", "w_in"]),
    signature("NIRGraph", &["nodes", "edges"], &[]),
];

/// The value of a field, as it is written.
pub(crate) enum Field<'a> {
    Array(&'a Array),
    /// A list of integers.
    Integers(Vec<i64>),
    /// One integer.
    Integer(i64),
    Text(&'static str),
}

type Fields<'a> = Vec<(&'static str, Field<'a>)>;

impl Primitive {
    /// The fields that a file gets, those of a nested graph excepted.
    pub(crate) fn fields(&self) -> Fields<'_> {
        match self {
            Self::Input { shape } | Self::Output { shape } => vec![("shape", integers(shape))],
            Self::Affine { weight, bias } => arrays([("weight", weight), ("bias", bias)]),
            Self::Linear { weight } => arrays([("weight", weight)]),
            Self::Scale { scale } => arrays([("scale", scale)]),
            Self::Conv1d(conv) => conv_fields(conv),
            Self::Conv2d(conv) => conv_fields(conv),
            Self::SumPool2d(pool) | Self::AvgPool2d(pool) => pool_fields(pool),
            Self::Flatten { start_dim, end_dim, input_type } => {
                let mut fields =
                    vec![("start_dim", Field::Integer(*start_dim)), ("end_dim", Field::Integer(*end_dim))];
                fields.extend(input_type.as_ref().map(|shape| ("input_type", integers(shape))));
                fields
            }
            Self::Delay { delay } => arrays([("delay", delay)]),
            Self::Threshold { threshold } => arrays([("threshold", threshold)]),
            Self::NIRGraph(_) => Vec::new(),
            _ => self.neuron_fields(),
        }
    }

    fn neuron_fields(&self) -> Fields<'_> {
        match self {
            Self::I { r } => arrays([("r", r)]),
            Self::IF(n) => {
                with(arrays([("r", &n.r), ("v_threshold", &n.v_threshold)]), "v_reset", &n.v_reset)
            }
            Self::LI(n) => arrays([("tau", &n.tau), ("r", &n.r), ("v_leak", &n.v_leak)]),
            Self::LIF(n) => {
                let needed =
                    [("tau", &n.tau), ("r", &n.r), ("v_leak", &n.v_leak), ("v_threshold", &n.v_threshold)];
                with(arrays(needed), "v_reset", &n.v_reset)
            }
            Self::CubaLI(n) => {
                let needed =
                    [("tau_syn", &n.tau_syn), ("tau_mem", &n.tau_mem), ("r", &n.r), ("v_leak", &n.v_leak)];
                with(arrays(needed), "w_in", &n.w_in)
            }
            Self::CubaLIF(n) => {
                let needed = [
                    ("tau_syn", &n.tau_syn),
                    ("tau_mem", &n.tau_mem),
                    ("r", &n.r),
                    ("v_leak", &n.v_leak),
                    ("v_threshold", &n.v_threshold),
                ];
                with(with(arrays(needed), "v_reset", &n.v_reset), "w_in", &n.w_in)
            }
            _ => Vec::new(),
        }
    }
}

fn arrays<'a, const N: usize>(fields: [(&'static str, &'a Array); N]) -> Fields<'a> {
    fields.into_iter().map(|(name, array)| (name, Field::Array(array))).collect()
}

fn with<'a>(mut fields: Fields<'a>, name: &'static str, array: &'a Option<Array>) -> Fields<'a> {
    fields.extend(array.as_ref().map(|array| (name, Field::Array(array))));
    fields
}

fn integers(shape: &[usize]) -> Field<'static> {
    Field::Integers(shape.iter().map(|&n| integer(n)).collect())
}

/// A length as a file holds it. Lengths beyond an `i64` name no memory that there could be; they are written as its maximum.
fn integer(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// One number for one axis, a list for two: what the reference package writes.
fn per_axis(lengths: &[usize]) -> Field<'static> {
    match lengths {
        [one] => Field::Integer(integer(*one)),
        _ => integers(lengths),
    }
}

fn conv_fields<const D: usize>(conv: &Conv<D>) -> Fields<'_> {
    let padding = match &conv.padding {
        Padding::Explicit(zeros) => per_axis(zeros),
        Padding::Same => Field::Text("same"),
        Padding::Valid => Field::Text("valid"),
    };
    let mut fields = vec![
        ("weight", Field::Array(&conv.weight)),
        ("stride", per_axis(&conv.stride)),
        ("padding", padding),
        ("dilation", per_axis(&conv.dilation)),
        ("groups", Field::Integer(integer(conv.groups))),
        ("bias", Field::Array(&conv.bias)),
    ];
    fields.extend(conv.input_shape.as_ref().map(|shape| ("input_shape", per_axis(shape))));
    fields
}

fn pool_fields(pool: &Pool2d) -> Fields<'static> {
    vec![
        ("kernel_size", integers(&pool.kernel_size)),
        ("stride", integers(&pool.stride)),
        ("padding", integers(&pool.padding)),
    ]
}
