//! What deployed graphs are fed with, made of arrays and files.

use std::path::PathBuf;

use gennaker::deploy::{Events, Frames, Sample};
use gennaker::network::SpikeTrains;
use gennaker::read_samples;
use numpy::PyReadonlyArrayDyn;
use pyo3::prelude::*;

use crate::deployment::Deployment;
use crate::error::value_error;
use crate::parameters::{float_array, whole_numbers};

/// Recordings for the only input of a deployment: `Samples(deployment)`.
#[pyclass(module = "gennaker")]
pub(crate) struct Samples {
    pub(crate) inner: Vec<Sample>,
    input: gennaker::deploy::Port,
}

#[pymethods]
impl Samples {
    #[new]
    fn new(deployment: &Deployment) -> PyResult<Self> {
        Ok(Self { inner: Vec::new(), input: deployment.inner.input().map_err(value_error)?.clone() })
    }

    /// Adds a recording as an array with ticks along its first axis, and all neurons along the others.
    fn add_dense(&mut self, name: &str, values: &Bound<'_, PyAny>) -> PyResult<()> {
        let array = float_array(&format!("sample `{name}`"), values)?;
        let size: usize = self.input.shape.iter().product();
        let values: Vec<f64> = array.as_array().iter().copied().collect();
        self.push(Sample::from_dense(name, &values, size))
    }

    /// Adds a recording as ticks and neurons of its spikes, `n_ticks` long.
    fn add_spikes(
        &mut self,
        name: &str,
        ticks: &Bound<'_, PyAny>,
        neurons: &Bound<'_, PyAny>,
        n_ticks: u32,
    ) -> PyResult<()> {
        let what = format!("sample `{name}`");
        let ticks = whole_numbers(&format!("{what}: spike times"), ticks)?;
        let neurons = whole_numbers(&format!("{what}: spiking neurons"), neurons)?;
        if ticks.len() != neurons.len() {
            let (t, i) = (ticks.len(), neurons.len());
            return Err(value_error(format!("{what}: {t} spike times for {i} neurons")));
        }
        self.push(Ok(Sample::from_spikes(name, ticks.into_iter().zip(neurons).collect(), n_ticks)))
    }

    /// Adds a recording of a sensor: columns x, y, p (the last two may be missing) and times in microseconds.
    #[pyo3(signature = (name, x, y, t, p, window_us = 1000.0, keep_last = false))]
    #[expect(clippy::too_many_arguments, reason = "columns and options")]
    #[expect(clippy::needless_pass_by_value, reason = "Python hands over a borrow")]
    fn add_events(
        &mut self,
        name: &str,
        x: &Bound<'_, PyAny>,
        y: Option<&Bound<'_, PyAny>>,
        t: PyReadonlyArrayDyn<'_, i64>,
        p: Option<&Bound<'_, PyAny>>,
        window_us: f64,
        keep_last: bool,
    ) -> PyResult<()> {
        let column = |column: &str, values: Option<&Bound<'_, PyAny>>| {
            values.map_or(Ok(Vec::new()), |values| {
                whole_numbers(&format!("sample `{name}`: values of `{column}`"), values)
            })
        };
        let t_us = t.as_array().iter().copied().collect();
        let events = Events { x: column("x", Some(x))?, y: column("y", y)?, t_us, p: column("p", p)? };
        let frames = Frames { window_us, keep_last, ..Frames::default() };
        self.push(events.to_sample(name, &self.input.shape, &frames))
    }

    /// Adds the recordings of a file or of all files of a folder.
    #[pyo3(signature = (path, window_us = 1000.0, keep_last = false))]
    #[expect(clippy::needless_pass_by_value, reason = "Python hands over an owned path")]
    fn add_files(&mut self, py: Python<'_>, path: PathBuf, window_us: f64, keep_last: bool) -> PyResult<()> {
        std::fs::metadata(&path)
            .map_err(|error| std::io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
        let frames = Frames { window_us, keep_last, ..Frames::default() };
        let read = py.detach(|| read_samples(&path, &self.input, &frames));
        self.inner.extend(read.map_err(value_error)?);
        Ok(())
    }

    /// Names of the recordings, in order.
    #[getter]
    fn names(&self) -> Vec<&str> {
        self.inner.iter().map(|sample| sample.name.as_str()).collect()
    }

    /// Spikes that were left out, over all recordings, because their neuron had spiked in the same tick.
    #[getter]
    fn n_merged(&self) -> u64 {
        self.inner.iter().map(|sample| sample.n_merged).sum()
    }

    /// Ticks and neurons of one recording's spikes.
    fn spikes(&self, index: usize) -> Option<(Vec<u32>, Vec<u32>)> {
        let spikes: &SpikeTrains = &self.inner.get(index)?.spikes;
        Some((spikes.ticks().to_vec(), spikes.neurons().to_vec()))
    }

    fn __len__(&self) -> usize {
        self.inner.len()
    }
}

impl Samples {
    fn push(&mut self, sample: Result<Sample, gennaker::deploy::DeployError>) -> PyResult<()> {
        let sample = sample.map_err(value_error)?;
        let size: usize = self.input.shape.iter().product();
        let size = u32::try_from(size).map_err(value_error)?;
        sample.check(&self.input.node, size).map_err(value_error)?;
        self.inner.push(sample);
        Ok(())
    }
}
