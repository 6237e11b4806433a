//! NIR graphs: the Neuromorphic Intermediate Representation, in which frameworks hand trained spiking networks to each other
//! (Pedersen et al., Nature Communications 15, 8122, 2024). Data types, files, checks, shapes, and what a graph does when it is stepped.
//!
//! Four nouns: a [`Graph`] has [`Node`]s, a node does what its [`Primitive`] says, parameters are [`Array`]s. All are plain
//! data with the names that NIR has. [`read`] and [`write`](fn@write) are the way in and out; [`Graph::check`] finds everything that
//! is wrong with a graph, [`Graph::shapes`] the shape of every signal.
//!
//! **The one decision.** A file is first read whole into a tree of plain values, then given meaning; the tree is the only
//! thing that the HDF5 library below is asked for. That library is young and is not trusted with a stranger's file: whatever it
//! fetches is metered, every size is compared with [`Limits`] and with what the file can hold before it is asked for, and it
//! runs on a thread of its own, whose panic is an error and not the caller's end. The price: a file is in memory twice while
//! it is read, and one of many gigabytes needs larger limits.
//!
//! Reading judges no more than it must: a graph with a dangling edge or a NaN is read, so that it can be looked at and
//! mended, and refused by [`Graph::check`]. Missing and surplus parameters are refused by reading, since a [`Primitive`]
//! could not hold them.
//!
//! Recordings beside a graph are files of their own: [`Data`], by [`read_data`] and [`write_data`].
//!
//! **What it does not read.** Data packed otherwise than by deflate, shuffle, Fletcher's
//! checksum and LZF; packed data that HDF5 2.0 writes when it is asked for its newest format, which neither h5py nor the
//! reference package do by themselves. Soft links and links to other files are as if they were not there.
//!
//! **What it does not know.** Chips, quantisation, machines, other networks than NIR's. NIR leaves open how a graph is stepped
//! through time; [`mod@reference`] makes the choices settings, and knows what a graph means under them in double precision, and
//! nothing else.
//!
//! ```
//! use gennaker_nir::{Array, Graph, Lif, Limits, Primitive, read_bytes, write_bytes};
//! let neurons = Lif {
//!     tau: Array::scalar(0.02),
//!     r: Array::scalar(1.0),
//!     v_leak: Array::scalar(0.0),
//!     v_threshold: Array::scalar(1.0),
//!     v_reset: None,
//! };
//! let graph = Graph::new(
//!     [
//!         ("in", Primitive::Input { shape: vec![2, 3] }),
//!         ("flat", Primitive::Flatten { start_dim: 0, end_dim: -1, input_type: None }),
//!         ("cells", Primitive::LIF(neurons)),
//!         ("out", Primitive::Output { shape: vec![6] }),
//!     ],
//!     [("in", "flat"), ("flat", "cells"), ("cells", "out")],
//! );
//! let back = read_bytes(write_bytes(&graph)?, &Limits::default())?;
//! assert_eq!(back, graph);
//! assert_eq!(back.shapes()?.nodes["cells"].input, [6]);
//! # Ok::<(), gennaker_nir::NirError>(())
//! ```
#![deny(missing_docs)]

mod array;
mod check;
mod container;
mod data;
mod error;
mod fields;
mod flat;
mod graph;
mod hdf5;
mod inlined;
mod limits;
mod parameters;
mod parts;
mod primitive;
mod read;
pub mod reference;
mod shapes;
mod value;
mod window;
mod write;

pub use array::{Array, Numbers, Shaped};
pub use check::Fault;
pub use data::{
    Data, Event, Events, Grid, NodeData, Observable, TimeGridded, read_data, read_data_bytes,
    read_data_within, write_data, write_data_bytes,
};
pub use error::{NirError, ShapeHint};
pub use graph::{Graph, NIR_VERSION, Node};
pub use limits::Limits;
pub use primitive::{Conv, CubaLi, CubaLif, If, Li, Lif, Padding, Pool2d, Primitive};
pub use read::{read, read_bytes, read_within};
pub use shapes::{NodeShape, ShapeNote, Shapes};
pub use value::{Metadata, Value};
pub use write::{write, write_bytes};
