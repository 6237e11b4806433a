//! Lowered graphs at work: samples in, arrays out, with threads that do not hold the interpreter.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::ThreadId;
use std::time::Instant;

use gennaker::deploy::{LoweringOptions, Port, Readout, lower};
use gennaker::engine::Values;
use gennaker::{Numeric, OutOfRange, SampleRun};
use numpy::{IntoPyArray, PyArray1, PyArray2, PyArrayMethods};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use serde_json::Value;

use crate::error::value_error;
use crate::json::{from_json, to_json, to_python};
use crate::network::Network;
use crate::nir::NirGraph;
use crate::pieces::LOOK_EVERY;
use crate::samples::Samples;

type Column<'py> = Bound<'py, PyArray1<u32>>;

/// A graph as a network that runs samples: `Deployment(graph, options=None)`. `options` replaces lowering's by name.
#[pyclass(module = "gennaker", frozen)]
pub(crate) struct Deployment {
    pub(crate) inner: gennaker::Deployment,
}

#[pymethods]
impl Deployment {
    #[new]
    #[pyo3(signature = (graph, options = None))]
    fn new(py: Python<'_>, graph: &NirGraph, options: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let options = chosen(&graph.options(), options)?;
        let lowered = py.detach(|| lower(&graph.inner, &options)).map_err(value_error)?;
        Ok(Self { inner: gennaker::Deployment::new(lowered) })
    }

    /// The network.
    fn network(&self) -> Network {
        Network { inner: self.inner.lowered.network.clone() }
    }

    /// Where spikes enter: dictionaries of `node`, `population`, `shape`, `spikes`.
    #[getter]
    fn inputs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.inner.lowered.inputs)
    }

    /// What the graph's outputs are fed by, as the inputs.
    #[getter]
    fn outputs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.inner.lowered.outputs)
    }

    /// What was decided for each population, as dictionaries.
    #[getter]
    fn layers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.inner.lowered.layers)
    }

    /// What else a user should know.
    #[getter]
    fn notes(&self) -> Vec<&str> {
        self.inner.lowered.notes.iter().map(String::as_str).collect()
    }

    /// The choices that the network follows from.
    #[getter]
    fn options<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.inner.lowered.options)
    }

    /// Factors from a population's membrane potentials in the graph to the chip's, by neuron, or one for all.
    fn v_scales<'py>(&self, py: Python<'py>, population: usize) -> Option<Bound<'py, PyArray1<f64>>> {
        Some(PyArray1::from_slice(py, self.inner.lowered.v_scales.get(population)?))
    }

    /// The decisions as text, a line for each population.
    fn summary(&self) -> String {
        self.inner.lowered.summary()
    }

    /// Ticks that a sample runs on after its last one.
    #[getter]
    fn latency_ticks(&self) -> u32 {
        self.inner.lowered.tail_ticks
    }

    /// Runs samples, several side by side, without holding the interpreter. Ctrl-C stops it between two ticks; there
    /// are no results then.
    #[pyo3(signature = (samples, readout = "spike_count", numeric = "chip", threads = None, tail_ticks = None, recordings = false, out_of_range = "error"))]
    #[expect(clippy::too_many_arguments, reason = "options with names and defaults in Python")]
    fn run(
        &self,
        py: Python<'_>,
        samples: &Samples,
        readout: &str,
        numeric: &str,
        threads: Option<usize>,
        tail_ticks: Option<u32>,
        recordings: bool,
        out_of_range: &str,
    ) -> PyResult<SampleRuns> {
        let choice = |text: &str| Value::String(text.to_owned());
        let readout: Readout = from_json("readout", choice(readout))?;
        let numeric: Numeric = from_json("numeric", choice(numeric))?;
        let out_of_range: OutOfRange = from_json("out_of_range", choice(out_of_range))?;
        // Each thread builds the network for itself.
        let processors = || std::thread::available_parallelism().map_or(1, usize::from);
        let threads = threads.unwrap_or_else(processors).min(samples.inner.len());
        let deployment = gennaker::Deployment {
            numeric,
            out_of_range,
            threads: Some(threads),
            tail_ticks,
            keeps_recordings: recordings,
            ..self.inner.clone()
        };
        let looking = Looking::new();
        let runs = py.detach(|| {
            let go_on = || looking.goes_on();
            deployment.runner(readout)?.run_watched(&samples.inner, &|_| true, &go_on)
        });
        if let Some(error) = looking.stopped() {
            return Err(error);
        }
        let n_neurons = |port: &Port| deployment.lowered.network.populations[port.population].size as usize;
        let ports = deployment.lowered.outputs.iter().map(n_neurons).collect();
        let n_populations = deployment.lowered.network.populations.len();
        Ok(SampleRuns { runs: runs.map_err(value_error)?, ports, n_populations })
    }

    fn __repr__(&self) -> String {
        let network = &self.inner.lowered.network;
        format!("Deployment({} populations, {} neurons)", network.populations.len(), network.n_neurons())
    }
}

/// Looks for signals every now and then.
struct Looking {
    /// The thread that called: Python runs handlers of signals on its main thread, which is no other of these.
    caller: ThreadId,
    last: Mutex<(Instant, Option<PyErr>)>,
    is_stopped: AtomicBool,
}

impl Looking {
    fn new() -> Self {
        let last = Mutex::new((Instant::now(), None));
        Self { caller: std::thread::current().id(), last, is_stopped: AtomicBool::new(false) }
    }

    /// Whether no signal wants the run to end.
    fn goes_on(&self) -> bool {
        if std::thread::current().id() == self.caller {
            // Nobody else takes this lock.
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.1.is_none() && last.0.elapsed() >= LOOK_EVERY {
                *last = (Instant::now(), Python::attach(|py| py.check_signals()).err());
                self.is_stopped.store(last.1.is_some(), Ordering::Relaxed);
            }
        }
        !self.is_stopped.load(Ordering::Relaxed)
    }

    fn stopped(self) -> Option<PyErr> {
        self.last.into_inner().unwrap_or_else(PoisonError::into_inner).1
    }
}

/// The options of lowering with those that are given.
fn chosen(stated: &LoweringOptions, given: Option<&Bound<'_, PyAny>>) -> PyResult<LoweringOptions> {
    let mut options = serde_json::to_value(stated).map_err(value_error)?;
    if let Some(given) = given {
        let Value::Object(given) = to_json("options", given)? else {
            return Err(value_error("options must be a dictionary"));
        };
        for (name, value) in given {
            options[name] = value;
        }
    }
    from_json("options", options)
}

/// What became of samples.
#[pyclass(module = "gennaker", frozen)]
pub(crate) struct SampleRuns {
    runs: Vec<SampleRun>,
    /// Neurons of each output.
    ports: Vec<usize>,
    n_populations: usize,
}

#[pymethods]
impl SampleRuns {
    /// Values of one output, samples in rows and neurons in columns.
    fn outputs<'py>(&self, py: Python<'py>, port: usize) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let missing = || PyIndexError::new_err(format!("output {port} does not exist"));
        let n = *self.ports.get(port).ok_or_else(missing)?;
        let values: Vec<f64> =
            self.runs.iter().flat_map(|run| run.outputs[port].values.iter().copied()).collect();
        PyArray1::from_vec(py, values).reshape([self.runs.len(), n])
    }

    /// Spikes, samples in rows and populations in columns.
    #[getter]
    fn n_spikes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<u64>>> {
        let spikes: Vec<u64> = self.runs.iter().flat_map(|run| run.n_spikes.iter().copied()).collect();
        PyArray1::from_vec(py, spikes).reshape([self.runs.len(), self.n_populations])
    }

    /// Ticks that were run, by sample.
    #[getter]
    fn n_ticks<'py>(&self, py: Python<'py>) -> Column<'py> {
        PyArray1::from_vec(py, self.runs.iter().map(|run| run.n_ticks).collect())
    }

    /// Synapses that spikes met, by sample.
    #[getter]
    fn n_synaptic_events<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<u64>> {
        PyArray1::from_vec(py, self.runs.iter().map(|run| run.n_synaptic_events).collect())
    }

    /// Names of the samples.
    #[getter]
    fn names(&self) -> Vec<&str> {
        self.runs.iter().map(|run| run.name.as_str()).collect()
    }

    /// Ticks and neurons of the spikes that a population sent during a sample.
    fn spikes<'py>(
        &self,
        py: Python<'py>,
        sample: usize,
        population: usize,
    ) -> PyResult<(Column<'py>, Column<'py>)> {
        let recording = self.recording(sample, population)?;
        let spikes =
            recording.spikes.as_ref().ok_or_else(|| value_error("this population's spikes were not kept"))?;
        Ok((PyArray1::from_slice(py, &spikes.ticks), PyArray1::from_slice(py, &spikes.neurons)))
    }

    /// A state variable of a population during a sample, in units of the chip: ticks in rows, neurons in columns.
    fn state<'py>(
        &self,
        py: Python<'py>,
        sample: usize,
        population: usize,
        variable: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let recording = self.recording(sample, population)?;
        let state = recording.state(variable).ok_or_else(|| {
            value_error(format!(
                "population `{}` did not record `{variable}`: name it in output_record",
                recording.name
            ))
        })?;
        let shape = [state.ticks.len(), state.neurons.len()];
        Ok(match &state.values {
            Values::F32(values) => values.clone().into_pyarray(py).reshape(shape)?.into_any(),
            Values::F64(values) => values.clone().into_pyarray(py).reshape(shape)?.into_any(),
        })
    }

    fn __len__(&self) -> usize {
        self.runs.len()
    }

    fn __repr__(&self) -> String {
        format!("SampleRuns({} samples)", self.runs.len())
    }
}

impl SampleRuns {
    fn recording(
        &self,
        sample: usize,
        population: usize,
    ) -> PyResult<&gennaker::engine::PopulationRecording> {
        let n = self.runs.len();
        let run = self
            .runs
            .get(sample)
            .ok_or_else(|| PyIndexError::new_err(format!("sample {sample} of {n} does not exist")))?;
        let recordings = run
            .recordings
            .as_ref()
            .ok_or_else(|| value_error("spikes were not kept: run with recordings=True"))?;
        recordings
            .populations
            .get(population)
            .ok_or_else(|| PyIndexError::new_err(format!("population {population} does not exist")))
    }
}
