//! Report pages: of result folders, and of runs whose arrays Python has.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gennaker::engine::{PopulationRecording, StateRecording, Values};
use gennaker::network::{Population, SpikeRecording};
use gennaker::reporting::{ReportOptions, report_of_folder, report_of_run};
use gennaker::{Experiment, Recordings};
use numpy::{PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use serde_json::Value;

use crate::error::value_error;
use crate::json::{from_json, from_python};
use crate::mapping::Mapping;
use crate::network::Network;

/// The page of a result folder as text. `account` are assumptions by name, `ticks` the ticks that rasters and traces show.
#[pyfunction]
#[pyo3(signature = (folder, account = None, ticks = None))]
pub(crate) fn report_folder(
    py: Python<'_>,
    folder: PathBuf,
    account: Option<&Bound<'_, PyAny>>,
    ticks: Option<(u32, u32)>,
) -> PyResult<String> {
    let ticks = ticks.map(|(from, to)| from..to);
    let options = ReportOptions { ticks, account: assumptions(account)? };
    let made = py.detach(move || report_of_folder(&folder, &options).map(|report| report.to_html()));
    made.map_err(value_error)
}

/// Assumptions of an account as text by name.
fn assumptions(given: Option<&Bound<'_, PyAny>>) -> PyResult<BTreeMap<String, String>> {
    let Some(given) = given else { return Ok(BTreeMap::new()) };
    let values: BTreeMap<String, Value> = from_python("account", given)?;
    let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Ok(values.into_iter().map(|(name, value)| (name, text(value))).collect())
}

/// The page of a run as text: `recordings` has for each population its spikes (ticks and neurons, or None) and a dictionary of states
/// (variable to ticks, neurons and values).
#[pyfunction]
#[pyo3(signature = (network, recordings, timesteps, tick_ms, numeric, run, mapping = None, account = None))]
#[expect(clippy::too_many_arguments, reason = "what a run consists of, by name")]
pub(crate) fn report_run(
    py: Python<'_>,
    network: &Network,
    recordings: &Bound<'_, PyList>,
    timesteps: u32,
    tick_ms: f64,
    numeric: &str,
    run: &Bound<'_, PyAny>,
    mapping: Option<&Mapping>,
    account: Option<&Bound<'_, PyAny>>,
) -> PyResult<String> {
    let mut experiment = Experiment::new(network.inner.clone());
    let settings = &mut experiment.file.settings;
    settings.numeric = from_json("numeric", Value::String(numeric.to_owned()))?;
    (settings.tick_ms, settings.timesteps, settings.account) = (tick_ms, timesteps, assumptions(account)?);
    let run = from_python("run", run)?;
    let populations: Vec<Option<Bound<'_, PyAny>>> = recordings.iter().map(Some).collect();
    if populations.len() != network.inner.populations.len() {
        let (n, of) = (populations.len(), network.inner.populations.len());
        return Err(value_error(format!("there are recordings of {n} populations, the network has {of}")));
    }
    let populations = network.inner.populations.iter().zip(recordings.iter());
    let populations = populations
        .map(|(population, recorded)| recording(population, &recorded))
        .collect::<PyResult<_>>()?;
    let recordings = Recordings { populations, timesteps };
    let mapped = mapping.map(|mapping| &mapping.mapped);
    py.detach(|| Ok(report_of_run(&experiment, mapped, &recordings, Some(&run))?.to_html()))
        .map_err(|error: gennaker::Error| value_error(error))
}

fn recording(population: &Population, recorded: &Bound<'_, PyAny>) -> PyResult<PopulationRecording> {
    let (spikes, states): (Option<Bound<'_, PyAny>>, Bound<'_, PyDict>) = recorded.extract()?;
    let spikes = spikes.map(|spikes| -> PyResult<SpikeRecording> {
        let (ticks, neurons) = spikes.extract::<(PyReadonlyArray1<'_, u32>, PyReadonlyArray1<'_, u32>)>()?;
        let (ticks, neurons) = (ticks.to_vec()?, neurons.to_vec()?);
        if ticks.len() != neurons.len() || neurons.iter().any(|&neuron| neuron >= population.size) {
            return Err(value_error(format!("the spikes of population `{}` do not fit it", population.name)));
        }
        if !ticks.is_sorted() {
            return Err(value_error(format!(
                "the spikes of population `{}` are not sorted by tick: their arrays were changed",
                population.name
            )));
        }
        Ok(SpikeRecording { ticks, neurons })
    });
    let states = states
        .iter()
        .map(|(variable, state)| self::state(population, &variable.extract::<String>()?, &state));
    Ok(PopulationRecording {
        name: population.name.clone(),
        size: population.size,
        model: population.model.name().to_owned(),
        spikes: spikes.transpose()?,
        states: states.collect::<PyResult<_>>()?,
    })
}

fn state(population: &Population, variable: &str, state: &Bound<'_, PyAny>) -> PyResult<StateRecording> {
    type Parts<'py> = (PyReadonlyArray1<'py, u32>, PyReadonlyArray1<'py, u32>, Bound<'py, PyAny>);
    let (ticks, neurons, values) = state.extract::<Parts<'_>>()?;
    let (ticks, neurons) = (ticks.to_vec()?, neurons.to_vec()?);
    let shape = [ticks.len(), neurons.len()];
    let fits = |found: &[usize]| {
        let problem = || {
            value_error(format!(
                "`{variable}` of population `{}` has not one value per tick and neuron",
                population.name
            ))
        };
        if found == shape { Ok(()) } else { Err(problem()) }
    };
    let values = if let Ok(values) = values.extract::<PyReadonlyArray2<'_, f32>>() {
        fits(values.shape())?;
        Values::F32(values.as_array().iter().copied().collect())
    } else {
        let values = values.extract::<PyReadonlyArray2<'_, f64>>()?;
        fits(values.shape())?;
        Values::F64(values.as_array().iter().copied().collect())
    };
    let states = population.model.descriptor().states;
    let unit = states.iter().find(|known| known.name == variable).map_or("", |known| known.unit);
    Ok(StateRecording { variable: variable.to_owned(), unit: unit.to_owned(), neurons, ticks, values })
}
