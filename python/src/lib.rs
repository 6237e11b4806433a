//! The compiled core of the Python package `gennaker`: networks, machines, mappings and simulations as Python objects.
//!
//! **The one decision.** Whole arrays cross the border, never single spikes, synapses or neurons; everything that a user
//! would call an interface (py-spinnaker2's classes, warnings, dictionaries of spike times) is written in Python on top of
//! this module. Small descriptions (connectors, options, reports) cross as JSON through Python's own `json` module, so that
//! one definition with `serde` serves Rust, files and Python. The price: a description costs microseconds, not nanoseconds.
//!
//! **What it does not know.** py-spinnaker2, plots, scripts, and how any number is calculated.
//!
//! In Python:
//!
//! ```python
//! from gennaker import _gennaker as core
//! network = core.Network("one neuron")
//! cell = network.add_population("cell", 1, "lif", {"i_offset": 3.0, "threshold": 10.0}, ["spikes"])
//! simulation = core.Simulation(network)
//! simulation.run(10)
//! ticks, neurons = simulation.spikes(cell)      # uint32 arrays: [3, 7], [0, 0]
//! ```
#![deny(missing_docs)]

use pyo3::prelude::*;

mod account;
mod convolution;
mod deployment;
mod error;
mod files;
mod json;
mod machine;
mod mapping;
mod models;
mod network;
mod nir;
mod parameters;
mod pieces;
mod qubo;
mod report;
mod samples;
mod simulation;
mod threads;

/// The compiled core of gennaker.
#[pymodule]
mod _gennaker {
    #[pymodule_export]
    use crate::account::{account_folder, sweep_folder};
    #[pymodule_export]
    use crate::deployment::{Deployment, SampleRuns};
    #[pymodule_export]
    use crate::files::read_network_file;
    #[pymodule_export]
    use crate::machine::Machine;
    #[pymodule_export]
    use crate::mapping::{Mapping, map};
    #[pymodule_export]
    use crate::models::models;
    #[pymodule_export]
    use crate::network::Network;
    #[pymodule_export]
    use crate::nir::NirGraph;
    #[pymodule_export]
    use crate::qubo::{QuboOutcome, QuboProblem};
    #[pymodule_export]
    use crate::report::{report_folder, report_run};
    #[pymodule_export]
    use crate::samples::Samples;
    #[pymodule_export]
    use crate::simulation::Simulation;

    use super::{Bound, PyModule, PyModuleMethods, PyResult};

    /// Version of the package.
    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
