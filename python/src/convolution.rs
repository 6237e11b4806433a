//! Convolutions as Python arrays and dictionaries, and projections as they are.

use gennaker::network::{ConnectionList, Connector, Convolution, Parameter, Projection};
use numpy::{PyArray1, PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::{Deserialize, Serialize};

use crate::error::value_error;
use crate::json::{from_python, to_python};
use crate::parameters::float_array;

/// All of a convolution but its weights, and the lengths that these have.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Geometry {
    input: [u32; 3],
    #[serde(default = "ones")]
    stride: [u32; 2],
    #[serde(default = "ones")]
    dilation: [u32; 2],
    #[serde(default)]
    padding: [u32; 4],
    #[serde(default = "ones")]
    pool: [u32; 2],
    #[serde(default = "one")]
    groups: u32,
}

fn one() -> u32 {
    1
}

fn ones() -> [u32; 2] {
    [1, 1]
}

/// A convolution from its weights and its other numbers.
pub(crate) fn convolution(
    what: &str,
    weights: &Bound<'_, PyAny>,
    geometry: &Bound<'_, PyAny>,
) -> PyResult<Convolution> {
    let geometry: Geometry = from_python(what, geometry)?;
    let array = float_array(&format!("{what}: weights"), weights)?;
    let view = array.as_array();
    let shape: Option<Vec<u32>> = view.shape().iter().map(|&axis| u32::try_from(axis).ok()).collect();
    let Some([per_group, out_channels, height, width]) = shape.as_deref() else {
        let shape = view.shape();
        return Err(value_error(format!(
            "{what}: weights have shape {shape:?}; it must be (input channels, output channels, height, width)"
        )));
    };
    if per_group.checked_mul(geometry.groups) != Some(geometry.input[0]) {
        return Err(value_error(format!(
            "{what}: weights have {per_group} input channels in {} groups, the images {} channels",
            geometry.groups, geometry.input[0]
        )));
    }
    Ok(Convolution {
        stride: geometry.stride,
        dilation: geometry.dilation,
        padding: geometry.padding,
        pool: geometry.pool,
        groups: geometry.groups,
        ..Convolution::new(geometry.input, *out_channels, [*height, *width], view.iter().copied().collect())
    })
}

/// A projection as a dictionary.
pub(crate) fn described_projection<'py>(
    py: Python<'py>,
    projection: &Projection,
) -> PyResult<Bound<'py, PyDict>> {
    let described = PyDict::new(py);
    described.set_item("name", &projection.name)?;
    described.set_item("pre", projection.pre)?;
    described.set_item("post", projection.post)?;
    described.set_item("connector", projection.connector.name())?;
    match &projection.connector {
        Connector::Conv2d(convolution) => add_kernel(&described, convolution)?,
        Connector::List(list) => {
            let rows = rows(list, &projection.weight, &projection.delay);
            let rows: Bound<'_, PyArray2<f64>> = PyArray1::from_vec(py, rows).reshape([list.len(), 4])?;
            described.set_item("connections", rows)?;
        }
        _ => {}
    }
    Ok(described)
}

fn add_kernel(described: &Bound<'_, PyDict>, convolution: &Convolution) -> PyResult<()> {
    let py = described.py();
    let [height, width] = convolution.kernel.map(|length| length as usize);
    let channels = (convolution.input[0] / convolution.groups.max(1)) as usize;
    let shape = [channels, convolution.out_channels as usize, height, width];
    let geometry = Geometry {
        input: convolution.input,
        stride: convolution.stride,
        dilation: convolution.dilation,
        padding: convolution.padding,
        pool: convolution.pool,
        groups: convolution.groups,
    };
    let output = convolution.output().map_err(value_error)?;
    described.set_item("weights", PyArray1::from_slice(py, &convolution.weights).reshape(shape)?)?;
    described.set_item("geometry", to_python(py, &geometry)?)?;
    described.set_item("n_outputs", output.map(u64::from).iter().product::<u64>())
}

/// A list's synapses, row by row; what they share is that of the projection.
fn rows(list: &ConnectionList, weight: &Parameter, delay: &Parameter) -> Vec<f64> {
    let number = |parameter: &Parameter| match parameter {
        Parameter::Number(number) => *number,
        _ => f64::NAN,
    };
    let (weight, delay) = (number(weight), number(delay));
    let mut rows = Vec::with_capacity(4 * list.len());
    for at in 0..list.len() {
        let weight = list.weight.get(at).copied().unwrap_or(weight);
        let delay = list.delay.get(at).map_or(delay, |&delay| f64::from(delay));
        rows.extend([f64::from(list.pre[at]), f64::from(list.post[at]), weight, delay]);
    }
    rows
}
