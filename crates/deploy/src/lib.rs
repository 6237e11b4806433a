//! Trained networks onto the chip: a NIR graph becomes populations and projections, recorded events become spikes, spikes become answers.
//!
//! [`lower`] turns a [`gennaker_nir::Graph`] into a [`Lowered`]: a [`gennaker_network::Network`] whose populations carry the names of
//! the graph's nodes, and a [`Layer`] for each of them that says what was decided: decay, threshold, scale of the weights, what
//! rounding them cost; [`raise`] is the way back. [`Events`] and [`Sample`] are what such networks are fed with, [`Readout`] is how an answer is read off.
//!
//! **The one decision.** Lowering is a pure function from a graph and [`LoweringOptions`] to plain data, as the chip's own importer
//! (py-spinnaker2's `s2_nir`) does it: its formulas, its defaults, and its silence about nothing. Whatever lies between two neurons is
//! one linear map; a convolution stays a kernel, all else becomes a list of synapses. The price: a chain of linear nodes that the chip
//! has no program for (two matrices in a row, overlapping pools) is multiplied out, and may be much larger than its factors.
//!
//! **What it does not know.** Machines, ticks' order, engines, files. It runs nothing.
//!
//! ```
//! use gennaker_deploy::{LoweringOptions, lower};
//! use gennaker_nir::{Array, Graph, If, Primitive};
//! let cells = If { r: Array::vector(vec![1.0; 2]), v_threshold: Array::vector(vec![1.0; 2]), v_reset: None };
//! let weight = Array::new(vec![2, 3], gennaker_nir::Numbers::F64(vec![0.5, 1.0, -0.25, 0.0, 0.1, 0.2])).unwrap();
//! let graph = Graph::new(
//!     [
//!         ("in", Primitive::Input { shape: vec![3] }),
//!         ("fc", Primitive::Linear { weight }),
//!         ("cells", Primitive::IF(cells)),
//!         ("out", Primitive::Output { shape: vec![2] }),
//!     ],
//!     [("in", "fc"), ("fc", "cells"), ("cells", "out")],
//! );
//! let lowered = lower(&graph, &LoweringOptions::default())?;
//! assert_eq!(lowered.network.populations[1].model.name(), "lif_no_delay");
//! assert_eq!(lowered.layers[1].scale, Some((127.0, 127.0)));
//! # Ok::<(), gennaker_deploy::DeployError>(())
//! ```
#![deny(missing_docs)]

mod error;
mod events;
mod lowering;
mod options;
mod raising;
mod readout;
mod report;
mod sample;

pub use error::DeployError;
pub use events::{Events, Frames};
pub use lowering::lower;
pub use options::{
    Integrator, LoweringOptions, RealWeights, Reset, Rounding, Scaling, ThresholdFit, WeightBits,
};
pub use raising::{Raised, RaisingOptions, raise};
pub use readout::{Output, Readout};
pub use report::{Layer, Lowered, Port, WeightErrors};
pub use sample::Sample;
