//! Mappings: where every slice of a network is on a machine, and what its memory holds.

use gennaker::Mapped;
use gennaker::machine::CorePosition;
use gennaker::mapping::{MappingOptions, Slice};
use numpy::{IntoPyArray, PyArray1};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::value_error;
use crate::json::{from_python, to_python};
use crate::machine::Machine;
use crate::network::Network;
use crate::threads::with_threads;

/// Lays a network on a machine. `options`: a dictionary such as `{"timesteps": 1000, "placer": "radial"}`.
#[pyfunction]
#[pyo3(signature = (network, machine, options = None))]
pub(crate) fn map(
    py: Python<'_>,
    network: &Network,
    machine: &Machine,
    options: Option<&Bound<'_, PyAny>>,
) -> PyResult<Mapping> {
    let options: MappingOptions = options
        .map_or_else(|| Ok(MappingOptions::default()), |given| from_python("mapping options", given))?;
    let (network, machine) = (&network.inner, &machine.inner);
    let (mapping, times) = py
        .detach(|| with_threads(|| gennaker::mapping::map_timed(network, machine, &options)))?
        .map_err(value_error)?;
    let populations = network.populations.iter().map(|p| p.name.clone()).collect();
    Ok(Mapping { mapped: Mapped { machine: machine.clone(), mapping, times }, populations })
}

/// A network laid on a machine. Slices are numbered by population, then by neuron; each has a PE of its own.
#[pyclass(module = "gennaker", frozen)]
pub(crate) struct Mapping {
    pub(crate) mapped: Mapped,
    populations: Vec<String>,
}

#[pymethods]
impl Mapping {
    /// Name of the machine.
    #[getter]
    fn machine(&self) -> &str {
        &self.mapped.mapping.machine
    }

    /// Names of the populations.
    #[getter]
    fn populations(&self) -> Vec<String> {
        self.populations.clone()
    }

    /// PEs in use.
    #[getter]
    fn n_pes(&self) -> u32 {
        self.mapped.mapping.stats.n_pes
    }

    /// Chips with a PE in use.
    #[getter]
    fn n_chips(&self) -> u32 {
        self.mapped.mapping.stats.n_chips
    }

    /// Totals: PEs, routing entries, hops, synapses, fullest PE.
    #[getter]
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.mapped.mapping.stats)
    }

    /// What a user should know, one sentence each.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.mapped.mapping.notes.clone()
    }

    /// The slices as columns: population, first and end neuron (in the mapping's order of the population), chip_x, chip_y, core, key, mask, sram_bytes, dram_bytes.
    fn slices<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let columns = PyDict::new(py);
        let set = |name: &str, value: fn(&Slice) -> u64| columns.set_item(name, self.column(py, value));
        set("population", |s| s.population.into())?;
        set("first", |s| s.lo.into())?;
        set("end", |s| s.hi.into())?;
        set("chip_x", |s| u64::from(s.chip.x))?;
        set("chip_y", |s| u64::from(s.chip.y))?;
        set("core", |s| s.core.into())?;
        set("key", |s| s.key.into())?;
        set("mask", |s| s.mask.into())?;
        set("sram_bytes", |s| s.memory.used_bytes().into())?;
        set("dram_bytes", |s| s.dram_bytes)?;
        Ok(columns)
    }

    /// Names of the PEs, slice by slice: `PE(x, y, p)` with the position of the QuadPE on the chip and the PE's number in it;
    /// on machines with several chips with `Chip(x, y) ` before it.
    fn pe_names(&self) -> Vec<String> {
        self.mapped.mapping.slices.iter().map(|slice| self.pe_name(slice)).collect()
    }

    /// What the SRAM of one slice's PE holds: name of the block to bytes, in the order of addresses.
    fn memory<'py>(&self, py: Python<'py>, slice: usize) -> PyResult<Bound<'py, PyDict>> {
        let n = self.mapped.mapping.slices.len();
        let slice = self.mapped.mapping.slices.get(slice).ok_or_else(|| {
            PyIndexError::new_err(format!("slice {slice} does not exist; the mapping has {n} slices"))
        })?;
        let blocks = PyDict::new(py);
        for region in &slice.memory.regions {
            blocks.set_item(region.block.name(), region.bytes)?;
        }
        Ok(blocks)
    }

    /// Proves that every spike reaches exactly its targets, once; returns counts of what was walked.
    fn verify<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let verified = py
            .detach(|| {
                with_threads(|| gennaker::mapping::verify(&self.mapped.mapping, &self.mapped.machine))
            })?
            .map_err(value_error)?;
        let counts = PyDict::new(py);
        counts.set_item("nets", verified.nets)?;
        Ok(counts)
    }

    /// The whole mapping as JSON text.
    fn to_json(&self) -> PyResult<String> {
        serde_json::to_string(&self.mapped.mapping).map_err(value_error)
    }

    fn __repr__(&self) -> String {
        let (stats, machine) = (&self.mapped.mapping.stats, &self.mapped.mapping.machine);
        format!("Mapping({} PEs on {} chips of '{machine}')", stats.n_pes, stats.n_chips)
    }
}

impl Mapping {
    fn column<'py>(&self, py: Python<'py>, value: fn(&Slice) -> u64) -> Bound<'py, PyArray1<u64>> {
        self.mapped.mapping.slices.iter().map(value).collect::<Vec<_>>().into_pyarray(py)
    }

    fn pe_name(&self, slice: &Slice) -> String {
        let pe = match self.mapped.machine.core_position(slice.core) {
            Some(CorePosition { quad, pe }) => format!("PE({}, {}, {pe})", quad.x, quad.y),
            None => format!("core {}", slice.core),
        };
        if self.mapped.machine.n_chips() == 1 {
            pe
        } else {
            format!("Chip({}, {}) {pe}", slice.chip.x, slice.chip.y)
        }
    }
}
