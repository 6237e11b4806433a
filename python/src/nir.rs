//! NIR graphs as Python objects: nodes as names and arrays, files, and the ways to and from networks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gennaker::deploy::{self, Integrator, LoweringOptions, RaisingOptions};
use gennaker::nir::{Array, Graph, Limits, Metadata, NirError, Node, Numbers, Primitive, Shaped, Value};
use numpy::{PyArray1, PyArrayMethods, PyReadonlyArrayDyn};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyString};

use crate::error::value_error;
use crate::json::from_json;
use crate::network::Network;

/// Shapes of the signals that arrive at a node and leave it.
type Ends = (Vec<usize>, Vec<usize>);

/// A NIR graph: `NirGraph(nodes, edges, metadata=None)`. `nodes` maps names to pairs of a type's name and a dictionary of parameters
/// (arrays, numbers, texts), or to the `NirGraph` that is nested there.
#[pyclass(module = "gennaker")]
pub(crate) struct NirGraph {
    pub(crate) inner: Graph,
}

#[pymethods]
impl NirGraph {
    #[new]
    #[pyo3(signature = (nodes, edges, metadata = None))]
    fn new(
        nodes: &Bound<'_, PyDict>,
        edges: Vec<(String, String)>,
        metadata: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let mut inner = Graph { edges, ..Graph::default() };
        for (name, described) in nodes {
            let name: String = name.extract()?;
            let primitive = primitive(&name, &described)?;
            inner.nodes.insert(name, Node { primitive, metadata: Metadata::new() });
        }
        for (name, entry) in metadata.into_iter().flat_map(|metadata| metadata.iter()) {
            inner.metadata.insert(name.extract()?, value("metadata", &entry)?);
        }
        Ok(Self { inner })
    }

    /// Reads a file.
    #[staticmethod]
    #[expect(clippy::needless_pass_by_value, reason = "Python hands over an owned path")]
    fn read(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        // A missing file is `FileNotFoundError`, as everywhere in Python.
        std::fs::metadata(&path)
            .map_err(|error| std::io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
        let read = |path: &Path| gennaker::nir::read(path);
        let inner = py.detach(|| read(&path));
        let name = |error| value_error(format!("{}: {error}", path.display()));
        Ok(Self { inner: inner.map_err(name)? })
    }

    /// The graph that the bytes of a file hold.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, bytes: Vec<u8>) -> PyResult<Self> {
        let inner = py.detach(|| gennaker::nir::read_bytes(bytes, &Limits::default()));
        Ok(Self { inner: inner.map_err(value_error)? })
    }

    /// Writes a file, whole or not at all.
    #[expect(clippy::needless_pass_by_value, reason = "Python hands over an owned path")]
    fn write(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        py.detach(|| gennaker::nir::write(&path, &self.inner)).map_err(|error| match error {
            // As Python's own: no such folder is `FileNotFoundError`.
            NirError::Io { ref source, .. } => std::io::Error::new(source.kind(), error.to_string()).into(),
            error => value_error(error),
        })
    }

    /// The bytes of a file.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &gennaker::nir::write_bytes(&self.inner).map_err(value_error)?))
    }

    /// Nodes by name: pairs of a type's name and a dictionary of parameters, or nested graphs.
    #[getter]
    fn nodes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let nodes = PyDict::new(py);
        for (name, node) in &self.inner.nodes {
            if let Primitive::NIRGraph(inner) = &node.primitive {
                nodes.set_item(name, Self { inner: inner.clone() }.into_pyobject(py)?)?;
                continue;
            }
            let parts = PyDict::new(py);
            for (field, value) in node.primitive.to_parts() {
                parts.set_item(field, plain(py, &value)?)?;
            }
            nodes.set_item(name, (node.primitive.kind(), parts))?;
        }
        Ok(nodes)
    }

    /// Edges, as pairs of names.
    #[getter]
    fn edges(&self) -> Vec<(String, String)> {
        self.inner.edges.clone()
    }

    /// Free entries.
    #[getter]
    fn metadata<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &Value::Table(self.inner.metadata.clone()))
    }

    /// Raises `ValueError` that names everything that is wrong with the graph, if anything is.
    fn check(&self) -> PyResult<()> {
        self.inner.check().map_err(value_error)
    }

    /// Shapes of the signals that arrive at every node and leave it, by name; nodes of nested graphs are named `graph|node`.
    fn shapes(&self) -> PyResult<BTreeMap<String, Ends>> {
        let shapes = self.inner.shapes().map_err(value_error)?;
        Ok(shapes.nodes.into_iter().map(|(name, shape)| (name, (shape.input, shape.output))).collect())
    }

    /// The graph of a network: the inverse of lowering with a time step of `dt` seconds. Returns it with notes.
    #[staticmethod]
    #[pyo3(signature = (network, dt = 1e-4, integrator = "forward", outputs = None, single_precision = false))]
    fn of_network(
        py: Python<'_>,
        network: &Network,
        dt: f64,
        integrator: &str,
        outputs: Option<Vec<String>>,
        single_precision: bool,
    ) -> PyResult<(Self, Vec<String>)> {
        let integrator: Integrator = from_json("integrator", integrator.into())?;
        let outputs = outputs.unwrap_or_default();
        let options = RaisingOptions { dt_s: dt, integrator, outputs, single_precision };
        let raised = py.detach(|| deploy::raise(&network.inner, &options)).map_err(value_error)?;
        Ok((Self { inner: raised.graph }, raised.notes))
    }

    fn __repr__(&self) -> String {
        format!("NirGraph({} nodes, {} edges)", self.inner.nodes.len(), self.inner.edges.len())
    }
}

impl NirGraph {
    /// The defaults of lowering, with what the graph says about itself.
    pub(crate) fn options(&self) -> LoweringOptions {
        LoweringOptions::stated_in(&self.inner)
    }
}

fn primitive(name: &str, described: &Bound<'_, PyAny>) -> PyResult<Primitive> {
    if let Ok(nested) = described.cast::<NirGraph>() {
        return Ok(Primitive::NIRGraph(nested.borrow().inner.clone()));
    }
    let (kind, given): (String, Bound<'_, PyDict>) = described.extract().map_err(|_| {
        PyTypeError::new_err(format!(
            "node `{name}` must be a type's name with a dictionary of parameters, or a graph"
        ))
    })?;
    let mut parts = BTreeMap::new();
    for (field, entry) in given {
        let field: String = field.extract()?;
        let entry = value(&format!("node `{name}`: `{field}`"), &entry)?;
        parts.insert(field, entry);
    }
    Primitive::from_parts(name, &kind, parts).map_err(value_error)
}

/// A text, a flag, or an array of single or double precision or of 64-bit integers.
fn value(what: &str, given: &Bound<'_, PyAny>) -> PyResult<Value> {
    if let Ok(text) = given.cast::<PyString>() {
        return Ok(Value::text(text.to_string()));
    }
    if let Ok(flag) = given.cast::<PyBool>() {
        return Ok(Value::Flag(Shaped::scalar(flag.is_true())));
    }
    let (shape, numbers) = if let Ok(array) = given.extract::<PyReadonlyArrayDyn<'_, f64>>() {
        let view = array.as_array();
        (view.shape().to_vec(), Numbers::F64(view.iter().copied().collect()))
    } else if let Ok(array) = given.extract::<PyReadonlyArrayDyn<'_, f32>>() {
        let view = array.as_array();
        (view.shape().to_vec(), Numbers::F32(view.iter().copied().collect()))
    } else if let Ok(array) = given.extract::<PyReadonlyArrayDyn<'_, i64>>() {
        let view = array.as_array();
        (view.shape().to_vec(), Numbers::I64(view.iter().copied().collect()))
    } else {
        let found = given.get_type().name()?;
        return Err(PyTypeError::new_err(format!("{what} is of type {found}; it must be numbers or a text")));
    };
    Ok(Value::Number(Array::new(shape, numbers).expect("as many as the array says")))
}

/// A value as an array, a text, a flag or a dictionary; one that has no axes as a number.
fn plain<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    match value {
        Value::Number(array) => {
            let shape = array.shape().to_vec();
            let array = match array.numbers() {
                Numbers::F32(v) => PyArray1::from_slice(py, v).reshape(shape)?.into_any(),
                Numbers::F64(v) => PyArray1::from_slice(py, v).reshape(shape)?.into_any(),
                Numbers::I64(v) => PyArray1::from_slice(py, v).reshape(shape)?.into_any(),
            };
            Ok(array)
        }
        Value::Text(texts) => match texts.single() {
            Some(text) => Ok(text.into_pyobject(py)?.into_any()),
            None => Ok(texts.values.clone().into_pyobject(py)?.into_any()),
        },
        Value::Flag(flags) => match flags.single() {
            Some(&flag) => Ok(PyBool::new(py, flag).to_owned().into_any()),
            None => Ok(flags.values.clone().into_pyobject(py)?.into_any()),
        },
        Value::Table(table) => {
            let entries = PyDict::new(py);
            for (name, entry) in table {
                entries.set_item(name, plain(py, entry)?)?;
            }
            Ok(entries.into_any())
        }
    }
}
