//! Connectors as they are written: a rule's name, or a table with the rule's numbers.

use std::fmt;

use gennaker_network::{Connector, Convolution, DistanceKernel};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};

use crate::values::{forms, written_as};

/// A rule's name, or a table with the rule's numbers.
#[derive(Debug, Clone)]
pub(crate) enum ConnectorValue {
    /// A finished rule.
    Rule(Connector),
    /// A list whose rows or file are still to be read.
    List(ListTable),
    /// A convolution whose kernels are still to be read.
    Conv2d(ConvolutionTable),
}

/// A kernel that slides over images.
#[derive(Debug, Clone)]
pub(crate) struct ConvolutionTable {
    /// The convolution, still without weights.
    pub(crate) lengths: Convolution,
    /// Kernels, (input channels / groups, output channels, height, width), the last axis fastest.
    pub(crate) weights: Option<Vec<f64>>,
    /// An npz file, relative to the network file, whose array `weights` holds them.
    pub(crate) file: Option<String>,
}

/// Single synapses: rows in the file, or the name of another file.
#[derive(Debug, Clone)]
pub(crate) struct ListTable {
    /// Rows of numbers, one per synapse.
    pub(crate) connections: Option<Vec<Vec<f64>>>,
    /// A csv, npy or npz file, relative to the network file.
    pub(crate) file: Option<String>,
    /// What the columns mean; `pre`, `post`, `weight`, `delay` by default, as many as there are.
    pub(crate) columns: Option<Vec<Column>>,
}

/// A column of a list of synapses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Column {
    /// Index of the sending neuron.
    Pre,
    /// Index of the receiving neuron.
    Post,
    /// Weight; without this column the projection's.
    Weight,
    /// Delay field in ticks; without this column the projection's.
    Delay,
}

impl Column {
    pub(crate) const ALL: [Self; 4] = [Self::Pre, Self::Post, Self::Weight, Self::Delay];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pre => "pre",
            Self::Post => "post",
            Self::Weight => "weight",
            Self::Delay => "delay",
        }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum ConnectorTable {
    /// Given synapses.
    List {
        /// Rows `[pre, post]`, `[pre, post, weight]` or `[pre, post, weight, delay]`.
        connections: Option<Vec<Vec<f64>>>,
        /// A csv, npy or npz file with such columns, relative to the network file.
        file: Option<String>,
        /// What the columns mean, if it is not pre, post, weight, delay.
        columns: Option<Vec<Column>>,
    },
    /// Neuron i to neuron i.
    OneToOne {},
    /// Every neuron to every neuron.
    AllToAll {
        /// Whether a neuron connects to itself.
        #[serde(default = "yes")]
        allow_self_connections: bool,
    },
    /// Every pair with the same probability, independently.
    FixedProbability {
        /// Probability of each pair, 0 to 1.
        p: f64,
        /// Whether a neuron may connect to itself.
        #[serde(default = "yes")]
        allow_self_connections: bool,
    },
    /// Every target draws the same number of sources.
    FixedInDegree {
        /// Synapses per target.
        n: u32,
        /// Whether a neuron may connect to itself.
        #[serde(default = "yes")]
        allow_self_connections: bool,
        /// Whether a source may be drawn more than once by a target.
        #[serde(default)]
        with_replacement: bool,
    },
    /// Every source draws the same number of targets.
    FixedOutDegree {
        /// Synapses per source.
        n: u32,
        /// Whether a neuron may connect to itself.
        #[serde(default = "yes")]
        allow_self_connections: bool,
        /// Whether a target may be drawn more than once by a source.
        #[serde(default)]
        with_replacement: bool,
    },
    /// A given number of synapses between pairs drawn uniformly.
    FixedTotalNumber {
        /// Synapses in all.
        n: u64,
        /// Whether a neuron may connect to itself.
        #[serde(default = "yes")]
        allow_self_connections: bool,
        /// Whether a pair may be drawn more than once.
        #[serde(default)]
        with_replacement: bool,
    },
    /// Every pair with a probability that falls with the distance on the populations' grids.
    DistanceDependent {
        /// How the probability falls.
        kernel: Kernel,
        /// Probability at distance 0, 0 to 1.
        #[serde(default = "one")]
        p_max: f64,
        /// Length scale of the kernel, in grid steps of the post population.
        scale: f64,
        /// No synapses beyond this distance, in grid steps.
        max_distance: Option<f64>,
        /// Whether the grid's edges are joined.
        #[serde(default)]
        periodic: bool,
        /// Whether a neuron may connect to itself.
        #[serde(default = "yes")]
        allow_self_connections: bool,
    },
    /// A kernel that slides over images; only onto `lif_conv2d`.
    Conv2d {
        /// Channels, height and width of the sending population.
        input: [u32; 3],
        /// Channels of the receiving population.
        out_channels: u32,
        /// Height and width of the kernel, in pixels.
        kernel: [u32; 2],
        /// Steps down and right.
        #[serde(default = "ones")]
        stride: [u32; 2],
        /// Distances of the kernel's rows and columns.
        #[serde(default = "ones")]
        dilation: [u32; 2],
        /// Zeros at the top, bottom, left and right.
        #[serde(default)]
        padding: [u32; 4],
        /// Height and width of windows over which spikes are summed first.
        #[serde(default = "ones")]
        pool: [u32; 2],
        /// Groups of channels that do not see each other.
        #[serde(default = "one_group")]
        groups: u32,
        /// Kernels, (input channels / groups, output channels, height, width), the last axis fastest.
        weights: Option<Vec<f64>>,
        /// An npz file, relative to the network file, whose array `weights` holds them.
        file: Option<String>,
    },
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kernel {
    /// exp(-d^2 / (2 scale^2))
    Gaussian,
    /// exp(-d / scale)
    Exponential,
    /// 1 up to the scale, 0 beyond
    Disc,
}

impl From<Kernel> for DistanceKernel {
    fn from(kernel: Kernel) -> Self {
        match kernel {
            Kernel::Gaussian => Self::Gaussian,
            Kernel::Exponential => Self::Exponential,
            Kernel::Disc => Self::Disc,
        }
    }
}

fn yes() -> bool {
    true
}

fn one() -> f64 {
    1.0
}

fn ones() -> [u32; 2] {
    [1, 1]
}

fn one_group() -> u32 {
    1
}

impl From<ConnectorTable> for ConnectorValue {
    fn from(table: ConnectorTable) -> Self {
        use ConnectorTable as T;
        Self::Rule(match table {
            T::List { connections, file, columns } => {
                return Self::List(ListTable { connections, file, columns });
            }
            T::Conv2d {
                input,
                out_channels,
                kernel,
                stride,
                dilation,
                padding,
                pool,
                groups,
                weights,
                file,
            } => {
                let lengths = Convolution {
                    stride,
                    dilation,
                    padding,
                    pool,
                    groups,
                    ..Convolution::new(input, out_channels, kernel, Vec::new())
                };
                return Self::Conv2d(ConvolutionTable { lengths, weights, file });
            }
            T::OneToOne {} => Connector::OneToOne,
            T::AllToAll { allow_self_connections } => Connector::AllToAll { allow_self_connections },
            T::FixedProbability { p, allow_self_connections } => {
                Connector::FixedProbability { p, allow_self_connections }
            }
            T::FixedInDegree { n, allow_self_connections, with_replacement } => {
                Connector::FixedInDegree { n, allow_self_connections, with_replacement }
            }
            T::FixedOutDegree { n, allow_self_connections, with_replacement } => {
                Connector::FixedOutDegree { n, allow_self_connections, with_replacement }
            }
            T::FixedTotalNumber { n, allow_self_connections, with_replacement } => {
                Connector::FixedTotalNumber { n, allow_self_connections, with_replacement }
            }
            T::DistanceDependent { kernel, p_max, scale, max_distance, periodic, allow_self_connections } => {
                let kernel = kernel.into();
                Connector::DistanceDependent {
                    kernel,
                    p_max,
                    scale,
                    max_distance,
                    periodic,
                    allow_self_connections,
                }
            }
        })
    }
}

struct ConnectorVisitor;

impl<'de> Visitor<'de> for ConnectorVisitor {
    type Value = ConnectorValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "\"one_to_one\", \"all_to_all\", or a table such as { type = \"fixed_probability\", p = 0.1 }",
        )
    }

    fn visit_str<E: de::Error>(self, rule: &str) -> Result<ConnectorValue, E> {
        match rule {
            "one_to_one" => Ok(ConnectorValue::Rule(Connector::OneToOne)),
            "all_to_all" => Ok(ConnectorValue::Rule(Connector::AllToAll { allow_self_connections: true })),
            _ => Err(E::invalid_value(de::Unexpected::Str(rule), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<ConnectorValue, A::Error> {
        ConnectorTable::deserialize(MapAccessDeserializer::new(table)).map(Into::into)
    }
}

written_as!(ConnectorValue, ConnectorVisitor, ConnectorForms);

forms! {
    ConnectorForms { Name(ConnectorNames), Table(ConnectorTable) }
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum ConnectorNames {
    OneToOne,
    AllToAll,
}
