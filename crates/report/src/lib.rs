//! Pictures of results: spike rasters with population rates, traces of state variables, histograms of rates and of weights, maps of the
//! machine, bars of energy, the course of a search, the two sides of a cut graph.
//!
//! **The one decision.** A picture is an SVG text that this crate writes itself, from plain slices of numbers; a PNG is
//! that SVG drawn with a font that comes along. So a picture looks the same on every machine, with or without fonts, and
//! the same data give the same bytes. Rasters of more than [`MAX_MARKS`] spikes are drawn as pixels into one embedded
//! image per population, in which every spike covers at least one pixel: the file stays small and no spike is hidden.
//! The price: pictures cannot be zoomed into without end, and there is no interaction.
//!
//! **What it does not know.** How a run works, files, folders, terminals.
//!
//! ```
//! use gennaker_report::{Raster, RasterPopulation};
//! let cells = RasterPopulation { name: "cells", size: 3, ticks: &[0, 1, 4, 5], neurons: &[0, 2, 1, 0] };
//! let picture = Raster { title: "example", populations: &[cells], ticks: 0..10, tick_ms: 1.0 }.draw()?;
//! assert!(picture.svg().contains("4 spikes"));
//! assert!(picture.to_png(1.0)?.starts_with(b"\x89PNG"));
//! # Ok::<(), gennaker_report::ReportError>(())
//! ```
#![deny(missing_docs)]

mod axis;
mod bins;
mod chart;
mod colours;
mod cut;
mod density;
mod descent;
mod energy;
mod error;
mod histogram;
mod machine;
pub mod numbers;
pub mod page;
mod picture;
mod raster;
mod rates;
mod svg;
mod theme;
mod traces;
mod weights;

pub use cut::{CutPicture, MAX_EDGES_DRAWN, MAX_VERTICES_DRAWN};
pub use descent::{Descent, DescentPoint};
pub use energy::EnergyPicture;
pub use error::ReportError;
pub use histogram::{RateHistogram, RatePopulation};
pub use machine::MachinePicture;
pub use picture::Picture;
pub use raster::{MAX_MARKS, Raster, RasterPopulation};
pub use traces::{Trace, TracePanel, Traces};
pub use weights::{Walk, WeightHistogram, WeightProjection, Weights};
