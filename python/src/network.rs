//! Networks, built from Python values.

use gennaker::network::{Connector, Model, Parameter, Population, Projection, for_each_synapse};
use numpy::{PyArray1, PyArray2, PyArrayMethods};
use pyo3::exceptions::{PyIndexError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use serde_json::Value;

use crate::convolution::{convolution, described_projection};
use crate::error::value_error;
use crate::json::{from_json, to_json, to_python};
use crate::parameters::{connection_list, parameter, recording, spike_trains};

/// A description of populations and projections: `Network(name="network", seed=0)`.
#[pyclass(module = "gennaker")]
pub(crate) struct Network {
    pub(crate) inner: gennaker::network::Network,
}

#[pymethods]
impl Network {
    #[new]
    #[pyo3(signature = (name = "network", seed = 0))]
    fn new(name: &str, seed: u64) -> Self {
        Self { inner: gennaker::network::Network::new(name).with_seed(seed) }
    }

    /// Name, for titles and reports.
    #[getter]
    fn name(&self) -> &str {
        &self.inner.name
    }

    /// Seed of every random number.
    #[getter]
    fn seed(&self) -> u64 {
        self.inner.seed
    }

    /// Names of the populations, by position.
    #[getter]
    fn populations(&self) -> Vec<&str> {
        self.inner.populations.iter().map(|p| p.name.as_str()).collect()
    }

    /// Names of the projections, by position.
    #[getter]
    fn projections(&self) -> Vec<&str> {
        self.inner.projections.iter().map(|p| p.name.as_str()).collect()
    }

    /// One population: name, size, model, and the names of what it records.
    fn population<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyDict>> {
        let n = self.inner.populations.len();
        let population = self.inner.populations.get(index).ok_or_else(|| {
            PyIndexError::new_err(format!("population {index} does not exist; the network has {n}"))
        })?;
        let described = PyDict::new(py);
        described.set_item("name", &population.name)?;
        described.set_item("size", population.size)?;
        described.set_item("model", population.model.name())?;
        let variables: Vec<&str> = population.record.iter().map(|r| r.variable.as_str()).collect();
        described.set_item("record", variables)?;
        Ok(described)
    }

    /// Neurons and sources in all.
    #[getter]
    fn n_neurons(&self) -> u64 {
        self.inner.n_neurons()
    }

    /// Adds a population and returns its position.
    ///
    /// `params`: name to number, to list or array of numbers, to text, or to `{"distribution": ...}`. `record`: names, or
    /// dictionaries with `variable`, `neurons`, `start`, `stop`, `every`. `spikes`: ticks and neurons of a `spike_list`.
    #[pyo3(signature = (name, size, model, params = None, record = None, *, spikes = None, shape = None, max_atoms_per_core = None))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments in Python")]
    fn add_population(
        &mut self,
        name: &str,
        size: i64,
        model: &str,
        params: Option<&Bound<'_, PyDict>>,
        record: Option<Vec<Bound<'_, PyAny>>>,
        spikes: Option<&Bound<'_, PyAny>>,
        shape: Option<Vec<u32>>,
        max_atoms_per_core: Option<u32>,
    ) -> PyResult<usize> {
        let what = format!("population `{name}`");
        let size = u32::try_from(size).map_err(|_| {
            value_error(format!("{what}: size is {size}; it must be between 1 and 2^31 neurons"))
        })?;
        let mut population = Population::new(name, size, Model::parse(model).map_err(value_error)?);
        for (key, value) in params.into_iter().flat_map(|params| params.iter()) {
            let key: String = key
                .extract()
                .map_err(|_| PyTypeError::new_err(format!("{what}: {key} is not a parameter's name")))?;
            let value = parameter(&format!("{what}: parameter `{key}`"), &value)?;
            population.parameters.insert(key, value);
        }
        for entry in record.unwrap_or_default() {
            population.record.push(recording(&format!("{what}: record"), &entry)?);
        }
        if let Some(spikes) = spikes {
            population.spikes = spike_trains(&what, spikes)?;
        }
        population.shape = shape.unwrap_or_default();
        population.max_atoms_per_core = max_atoms_per_core;
        Ok(self.inner.add_population(population))
    }

    /// Adds a projection between two populations, given by position, and returns its position.
    ///
    /// `connections`: an array of n rows pre, post, weight, delay; or a connector, `{"type": "fixed_probability", "p": 0.1}`,
    /// with `weight` and `delay` (numbers or `{"distribution": ...}`).
    #[pyo3(signature = (name, pre, post, connections, weight = None, delay = None))]
    fn add_projection(
        &mut self,
        name: &str,
        pre: usize,
        post: usize,
        connections: &Bound<'_, PyAny>,
        weight: Option<&Bound<'_, PyAny>>,
        delay: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<usize> {
        let what = format!("projection `{name}`");
        let connector = if connections.is_instance_of::<PyDict>() || connections.is_instance_of::<PyString>()
        {
            connector(&what, connections)?
        } else {
            Connector::List(connection_list(&what, connections)?)
        };
        let number = |value: Option<&Bound<'_, PyAny>>, kind: &str, default: f64| {
            value.map_or(Ok(Parameter::Number(default)), |value| parameter(&format!("{what}: {kind}"), value))
        };
        let projection = Projection::new(name, pre, post, connector)
            .with_weight(number(weight, "weight", 1.0)?)
            .with_delay(number(delay, "delay", 0.0)?);
        Ok(self.inner.add_projection(projection))
    }

    /// Adds a convolution onto a `lif_conv2d` population and returns its position. `weights`: (input channels / groups, output
    /// channels, height, width). `geometry`: a dictionary of `input` (channels, height, width), and, as far as they are not 1 or 0,
    /// `stride`, `dilation`, `pool` (height, width), `padding` (top, bottom, left, right) and `groups`.
    fn add_convolution(
        &mut self,
        name: &str,
        pre: usize,
        post: usize,
        weights: &Bound<'_, PyAny>,
        geometry: &Bound<'_, PyAny>,
    ) -> PyResult<usize> {
        let convolution = convolution(&format!("projection `{name}`"), weights, geometry)?;
        Ok(self.inner.add_projection(Projection::new(name, pre, post, Connector::Conv2d(convolution))))
    }

    /// One projection: `name`, `pre`, `post`, `connector`; with lists `connections` (n rows of pre, post, weight, delay), with
    /// convolutions `weights` and the `geometry` of `add_convolution`, and the number of neurons that it makes, `n_outputs`.
    fn projection<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyDict>> {
        let n = self.inner.projections.len();
        let projection = self.inner.projections.get(index).ok_or_else(|| {
            PyIndexError::new_err(format!("projection {index} does not exist; the network has {n}"))
        })?;
        described_projection(py, projection)
    }

    /// All synapses of a projection, drawn by whatever connector it has: n rows of pre, post, weight, delay, by target.
    fn synapses<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyArray2<f64>>> {
        self.inner.validate().map_err(value_error)?;
        let n = self.inner.projections.len();
        let missing =
            || PyIndexError::new_err(format!("projection {index} does not exist; the network has {n}"));
        let post = self.inner.projections.get(index).ok_or_else(missing)?.post;
        let mut rows = Vec::new();
        for_each_synapse(&self.inner, index, 0..self.inner.populations[post].size, |synapse| {
            let ends = [synapse.pre, synapse.post].map(f64::from);
            rows.extend([ends[0], ends[1], synapse.weight, f64::from(synapse.delay)]);
        });
        let n_synapses = rows.len() / 4;
        PyArray1::from_vec(py, rows).reshape([n_synapses, 4])
    }

    /// The parameters of a population that differ from its model's defaults: numbers, arrays with one for each neuron, texts, or
    /// dictionaries of distributions.
    fn parameters<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyDict>> {
        let population = self.inner.populations.get(index);
        let n = self.inner.populations.len();
        let population = population.ok_or_else(|| {
            PyIndexError::new_err(format!("population {index} does not exist; the network has {n}"))
        })?;
        let parameters = PyDict::new(py);
        for (name, value) in &population.parameters {
            match value {
                Parameter::Number(number) => parameters.set_item(name, number)?,
                Parameter::Array(values) => parameters.set_item(name, PyArray1::from_slice(py, values))?,
                Parameter::Text(text) => parameters.set_item(name, text)?,
                Parameter::Random(law) => parameters.set_item(name, to_python(py, law)?)?,
            }
        }
        Ok(parameters)
    }

    /// Checks everything.
    fn validate(&self) -> PyResult<()> {
        self.inner.validate().map_err(value_error)
    }

    fn __repr__(&self) -> String {
        format!(
            "Network('{}': {} populations, {} neurons, {} projections)",
            self.inner.name,
            self.inner.populations.len(),
            self.inner.n_neurons(),
            self.inner.projections.len()
        )
    }
}

/// A connector from its dictionary, or from its name alone. Self-connections are allowed, repeats are not, unless it says
/// otherwise; a key that the connector does not have is an error.
fn connector(what: &str, given: &Bound<'_, PyAny>) -> PyResult<Connector> {
    let mut value = to_json(what, given)?;
    if let Value::String(name) = value {
        value = serde_json::json!({ "type": name });
    }
    let Value::Object(given) = value else {
        return Err(value_error(format!("{what}: a connector is a dictionary with a `type`")));
    };
    let mut filled = given.clone();
    for (key, default) in [
        ("allow_self_connections", Value::Bool(true)),
        ("with_replacement", Value::Bool(false)),
        ("periodic", Value::Bool(false)),
    ] {
        filled.entry(key).or_insert(default);
    }
    let connector: Connector = from_json(&format!("{what}: connector"), Value::Object(filled))?;
    let known = serde_json::to_value(&connector).map_err(value_error)?;
    match given.keys().find(|key| known.get(key.as_str()).is_none()) {
        None => Ok(connector),
        Some(key) => {
            let known = known.as_object().map(|keys| keys.keys().cloned().collect::<Vec<_>>().join(", "));
            Err(value_error(format!(
                "{what}: connector `{}` has no key `{key}`; it has: {}",
                connector.name(),
                known.unwrap_or_default()
            )))
        }
    }
}
