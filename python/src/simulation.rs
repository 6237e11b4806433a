//! Simulations: networks that run while Python waits, stays interruptible, and gets its results as arrays.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Instant;

use gennaker::engine::{Options, PopulationRecording, Recordings, Values};
use gennaker::formats::{MachineChoice, NetworkFile, RunSettings};
use gennaker::pictures::{self, Variables, View};
use gennaker::report::Picture;
use gennaker::{Counter, MachineSpec, Mapped, Peaks, explain_silence, highest_v};
use numpy::{IntoPyArray, PyArray1, PyArrayMethods};
use pyo3::exceptions::{PyIndexError, PyKeyError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use serde_json::Value;

use crate::account::{self, Counting};
use crate::error::{engine_error, value_error};
use crate::json::{from_json, to_python};
use crate::mapping::Mapping;
use crate::network::Network;
use crate::pieces::{LOOK_EVERY, PiecewiseRun};

type Column<'py> = Bound<'py, PyArray1<u32>>;

/// A network in memory, ready to run:
/// `Simulation(network, numeric="chip", out_of_range="error", ring_width="bits32", threads=None, counts=False)`. With `counts`
/// every spike can be counted ([`Simulation::count`]), which changes none.
#[pyclass(module = "gennaker")]
pub(crate) struct Simulation {
    // A lock only because Python objects may be seen from several threads; nobody ever waits for it.
    engine: Mutex<gennaker::engine::Simulation>,
    /// What has been recorded so far, once somebody asks; forgotten when the simulation moves on.
    recordings: Option<Recordings>,
    options: Options,
    /// The folder that recordings since the last reset have been written to.
    written: Option<PathBuf>,
    peaks: Peaks,
    counting: Counting,
}

/// A result folder to write, and what it says beside the recordings.
struct Folder<'a> {
    path: PathBuf,
    tick_ms: f64,
    place: Option<&'a Mapped>,
    account: BTreeMap<String, String>,
}

#[pymethods]
impl Simulation {
    #[new]
    #[pyo3(signature = (network, numeric = "chip", out_of_range = "error", ring_width = "bits32", threads = None, counts = false))]
    fn new(
        py: Python<'_>,
        network: &Network,
        numeric: &str,
        out_of_range: &str,
        ring_width: &str,
        threads: Option<usize>,
        counts: bool,
    ) -> PyResult<Self> {
        let choice = |text: &str| Value::String(text.to_owned());
        let options = Options {
            numeric: from_json("numeric", choice(numeric))?,
            out_of_range: from_json("out_of_range", choice(out_of_range))?,
            ring_width: from_json("ring_width", choice(ring_width))?,
            threads,
            list_inputs: counts,
        };
        let network = &network.inner;
        let engine =
            py.detach(|| gennaker::engine::Simulation::new(network, &options)).map_err(engine_error)?;
        let peaks = Peaks::default();
        Ok(Self {
            engine: Mutex::new(engine),
            recordings: None,
            options,
            written: None,
            peaks,
            counting: Counting::Off,
        })
    }

    /// Ticks run since the last reset.
    #[getter]
    fn tick(&mut self) -> u32 {
        self.engine().tick()
    }

    /// Runs `ticks` ticks without holding the interpreter. Ctrl-C stops it between two ticks with `KeyboardInterrupt`; what
    /// was recorded until then stays, and the run can be continued.
    fn run(&mut self, py: Python<'_>, ticks: u32) -> PyResult<()> {
        self.recordings = None;
        let mut counter = self.counting.while_running()?;
        let engine = self.engine.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut left = ticks;
        while left > 0 {
            let done = py.detach(|| run_for_a_while(engine, counter.as_deref_mut(), left));
            py.check_signals()?;
            if done == 0 {
                return Err(value_error("the simulation has reached its last tick, 2^32 - 1; reset it"));
            }
            left -= done;
        }
        Ok(())
    }

    /// Runs `ticks` ticks like `run`, and writes everything recorded since the last reset into a result folder, as the command
    /// `gennaker run` does: what goes beyond `recording_memory` MiB while the run goes on. The recordings are in the folder
    /// then, and not in the simulation.
    ///
    /// With a `mapping`, and the assumptions of an `account` (text by name), the folder says where the network lay, so that it
    /// can be accounted for.
    #[pyo3(signature = (ticks, folder, tick_ms = 1.0, recording_memory = 256, mapping = None, account = None))]
    #[expect(clippy::too_many_arguments, reason = "options with names and defaults in Python")]
    fn run_into(
        &mut self,
        py: Python<'_>,
        ticks: u32,
        folder: PathBuf,
        tick_ms: f64,
        recording_memory: u64,
        mapping: Option<&Mapping>,
        account: Option<BTreeMap<String, String>>,
    ) -> PyResult<()> {
        let place = mapping.map(|mapping| &mapping.mapped);
        let folder = Folder { path: folder, tick_ms, place, account: account.unwrap_or_default() };
        self.run_in_pieces(py, ticks, folder, recording_memory, true).map(|_| ())
    }

    /// `run` for recordings that may not fit in memory: if they go beyond `recording_memory` MiB it is `run_into`, else the
    /// folder is not written. Returns whether it was.
    #[pyo3(signature = (ticks, folder, tick_ms = 1.0, recording_memory = 256))]
    fn run_or_spill(
        &mut self,
        py: Python<'_>,
        ticks: u32,
        folder: PathBuf,
        tick_ms: f64,
        recording_memory: u64,
    ) -> PyResult<bool> {
        let folder = Folder { path: folder, tick_ms, place: None, account: BTreeMap::new() };
        self.run_in_pieces(py, ticks, folder, recording_memory, false)
    }

    /// From tick 0 on counts what the run does on the machine of `mapping`, with ticks of `tick_ms` and the assumptions in
    /// `options` (name to text or number). Keeps every tick of the PEs of `populations` (by position), and with `power` the
    /// power of every tick, for at most `timesteps` ticks.
    #[pyo3(signature = (mapping, timesteps, tick_ms = 1.0, options = None, populations = None, power = false))]
    #[expect(clippy::too_many_arguments, reason = "options with names and defaults in Python")]
    fn count(
        &mut self,
        py: Python<'_>,
        mapping: &Mapping,
        timesteps: u32,
        tick_ms: f64,
        options: Option<&Bound<'_, PyAny>>,
        populations: Option<Vec<u32>>,
        power: bool,
    ) -> PyResult<()> {
        if self.engine().tick() > 0 || !self.options.list_inputs {
            let remedy = "make the simulation with counts=True and call count() at tick 0";
            return Err(value_error(format!("this simulation cannot be counted: {remedy}")));
        }
        let mut options = account::options(options)?;
        options.tick_ns.get_or_insert(account::tick_ns(tick_ms)?);
        let mapped = &mapping.mapped;
        let trace = account::trace_of(&mapped.mapping, &populations.unwrap_or_default(), power);
        let network = self.engine().network();
        let counter = py.detach(|| Counter::new(network, mapped, 0, &options, &trace, timesteps));
        self.counting = Counting::Running(counter.map_err(value_error)?);
        Ok(())
    }

    /// What the run so far would take on the hardware, as a dictionary. Counting is over then.
    fn account<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let accountant = self.counting.finished(py)?;
        to_python(py, &py.detach(|| accountant.account()))
    }

    /// What was kept of every tick: `slices`, then `n_packets`, `performance_level` and `time_done` with ticks in rows and
    /// slices in columns, and `power_w`, which is empty if it was not asked for. Counting is over then.
    fn trace<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        account::trace_arrays(py, self.counting.finished(py)?.trace())
    }

    /// Back to tick 0 with empty recordings.
    fn reset(&mut self) {
        self.recordings = None;
        self.written = None;
        self.peaks = Peaks::default();
        self.counting = Counting::Off;
        self.engine().reset();
    }

    /// Recorded spikes of a population (position or name): ticks and neurons, sorted by tick, then neuron.
    fn spikes<'py>(
        &mut self,
        py: Python<'py>,
        population: &Bound<'py, PyAny>,
    ) -> PyResult<(Column<'py>, Column<'py>)> {
        let recording = self.recording(population)?;
        let spikes = recording.spikes.as_ref().ok_or_else(|| not_recorded(recording, "spikes"))?;
        Ok((PyArray1::from_slice(py, &spikes.ticks), PyArray1::from_slice(py, &spikes.neurons)))
    }

    /// Samples of a state variable of a population: ticks, neurons, and values with one row per tick.
    fn state<'py>(
        &mut self,
        py: Python<'py>,
        population: &Bound<'py, PyAny>,
        variable: &str,
    ) -> PyResult<(Column<'py>, Column<'py>, Bound<'py, PyAny>)> {
        let recording = self.recording(population)?;
        let state = recording.state(variable).ok_or_else(|| not_recorded(recording, variable))?;
        let shape = [state.ticks.len(), state.neurons.len()];
        let values = match &state.values {
            Values::F32(values) => values.clone().into_pyarray(py).reshape(shape)?.into_any(),
            Values::F64(values) => values.clone().into_pyarray(py).reshape(shape)?.into_any(),
        };
        Ok((PyArray1::from_slice(py, &state.ticks), PyArray1::from_slice(py, &state.neurons), values))
    }

    /// The account of the run so far: counts, and `notes` for the user.
    fn report<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let peaks = self.peaks.clone();
        let (engine, recordings) = self.parts();
        let mut report = engine.report();
        let highest = |p| highest_v(recordings, p).into_iter().chain(peaks.highest_v(p)).reduce(f64::max);
        explain_silence(&mut report, engine.network(), &highest);
        to_python(py, &report)
    }

    /// A picture of what was recorded, as SVG: `raster`, `voltages`, `states` (other variables) or `rates` (a histogram), of all
    /// populations or of some.
    #[pyo3(signature = (kind = "raster", tick_ms = 1.0, populations = None))]
    fn svg(&mut self, kind: &str, tick_ms: f64, populations: Option<Vec<String>>) -> PyResult<String> {
        self.picture(kind, tick_ms, populations.unwrap_or_default()).map(|picture| picture.svg().to_owned())
    }

    /// The same as PNG; `scale` 0.1 to 10 enlarges it.
    #[pyo3(signature = (kind = "raster", tick_ms = 1.0, populations = None, scale = 1.0))]
    fn png<'py>(
        &mut self,
        py: Python<'py>,
        kind: &str,
        tick_ms: f64,
        populations: Option<Vec<String>>,
        scale: f64,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let picture = self.picture(kind, tick_ms, populations.unwrap_or_default())?;
        let bytes = py.detach(|| picture.to_png(scale)).map_err(value_error)?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// Everything that evolves, as bytes.
    fn checkpoint<'py>(&mut self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let engine = self.engine();
        let bytes = py.detach(|| engine.checkpoint());
        PyBytes::new(py, &bytes)
    }

    /// Takes up a run where `checkpoint` left it.
    fn restore(&mut self, py: Python<'_>, checkpoint: &[u8]) -> PyResult<()> {
        self.recordings = None;
        let engine = self.engine();
        py.detach(|| engine.restore(checkpoint)).map_err(engine_error)?;
        self.written = None;
        self.peaks = Peaks::default();
        // Counts belong to the run from tick 0 on, which this one may not be.
        self.counting = Counting::Off;
        Ok(())
    }

    fn __repr__(&mut self) -> String {
        let engine = self.engine();
        format!("Simulation('{}' at tick {})", engine.network().name, engine.tick())
    }
}

impl Simulation {
    fn engine(&mut self) -> &mut gennaker::engine::Simulation {
        self.engine.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The engine, and what it has recorded so far.
    fn parts(&mut self) -> (&gennaker::engine::Simulation, &Recordings) {
        let engine = self.engine.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
        let recordings = self.recordings.get_or_insert_with(|| engine.recordings());
        (engine, recordings)
    }

    fn run_in_pieces(
        &mut self,
        py: Python<'_>,
        ticks: u32,
        folder: Folder<'_>,
        recording_memory: u64,
        wanted: bool,
    ) -> PyResult<bool> {
        let Folder { path, tick_ms, place, account } = folder;
        if !(tick_ms.is_finite() && tick_ms > 0.0) {
            return Err(value_error(format!("tick_ms is {tick_ms}; it must be a number above 0")));
        }
        self.in_memory()?;
        let counter = self.counting.while_running()?;
        self.recordings = None;
        let engine = self.engine.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
        let settings = RunSettings {
            timesteps: engine.tick().saturating_add(ticks),
            tick_ms,
            machine: place.map(machine_choice).transpose()?,
            numeric: self.options.numeric,
            out_of_range: self.options.out_of_range,
            account,
            ..RunSettings::default()
        };
        let file = NetworkFile { network: engine.network().clone(), settings };
        let limit_bytes = recording_memory.saturating_mul(1 << 20);
        let peaks = &mut self.peaks;
        let run = PiecewiseRun { engine, peaks, folder: &path, file, mapped: place, counter, limit_bytes };
        let (is_written, stopped) = run.run(py, ticks, wanted)?;
        if is_written {
            self.written = Some(path);
        }
        stopped.map(|()| is_written)
    }

    /// Recordings that have left for a folder are no empty ones.
    fn in_memory(&self) -> PyResult<()> {
        self.written.as_ref().map_or(Ok(()), |folder| {
            Err(value_error(format!(
                "the recordings are in `{}`: gennaker.open_results reads them; reset the simulation to record anew",
                folder.display()
            )))
        })
    }

    fn recording(&mut self, population: &Bound<'_, PyAny>) -> PyResult<&PopulationRecording> {
        self.in_memory()?;
        let index = self.position(population)?;
        let all = &self.parts().1.populations;
        all.get(index).ok_or_else(|| {
            PyIndexError::new_err(format!("population {index} does not exist; the network has {}", all.len()))
        })
    }

    fn picture(&mut self, kind: &str, tick_ms: f64, populations: Vec<String>) -> PyResult<Picture> {
        self.in_memory()?;
        let (engine, recordings) = self.parts();
        let network = engine.network();
        if let Some(unknown) = populations.iter().find(|name| network.population_index(name).is_none()) {
            return Err(no_population(unknown, network));
        }
        let view = View { populations, ..View::whole(recordings, tick_ms) };
        let traces = |variables| pictures::traces(&network.name, recordings, Some(network), variables, &view);
        let picture = match kind {
            "raster" => pictures::raster(&network.name, recordings, &view),
            "voltages" => traces(Variables::Voltage),
            "states" => traces(Variables::Others),
            "rates" => pictures::rates(&network.name, recordings, &view),
            _ => {
                return Err(value_error(format!(
                    "unknown picture `{kind}`; choose raster, voltages, states or rates"
                )));
            }
        };
        picture.map_err(value_error)
    }

    fn position(&mut self, population: &Bound<'_, PyAny>) -> PyResult<usize> {
        if let Ok(index) = population.extract::<usize>() {
            return Ok(index);
        }
        let name: String = population.extract().map_err(|_| {
            PyTypeError::new_err(format!("{population} is neither a population's position nor its name"))
        })?;
        let network = self.engine().network();
        network.population_index(&name).ok_or_else(|| no_population(&name, network))
    }
}

fn no_population(name: &str, network: &gennaker::network::Network) -> PyErr {
    let known: Vec<_> = network.populations.iter().map(|p| p.name.as_str()).collect();
    PyKeyError::new_err(format!("no population `{name}`; the network has: {}", known.join(", ")))
}

/// Runs until `ticks` are done or it is time to look at signals. At least one tick is run if any is left.
fn run_for_a_while(
    engine: &mut gennaker::engine::Simulation,
    counter: Option<&mut Counter>,
    ticks: u32,
) -> u32 {
    let start = Instant::now();
    let each = &mut |_| {
        if start.elapsed() < LOOK_EVERY { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    match counter {
        Some(counter) => engine.run_observed(ticks, &mut |tick, spikes| counter.observe(tick, spikes), each),
        None => engine.run_with(ticks, each),
    }
}

/// The machine as a network file says it: by name if that is enough.
fn machine_choice(place: &Mapped) -> PyResult<MachineChoice> {
    let spec = place.machine.spec();
    if MachineSpec::parse(&spec.name).is_ok_and(|preset| preset == *spec) {
        return Ok(MachineChoice::Named(spec.name.clone()));
    }
    Ok(MachineChoice::Described(spec.to_toml().map_err(value_error)?))
}

fn not_recorded(recording: &PopulationRecording, variable: &str) -> PyErr {
    let states = recording.states.iter().map(|s| s.variable.as_str());
    let known: Vec<_> = recording.spikes.iter().map(|_| "spikes").chain(states).collect();
    let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
    value_error(format!(
        "population `{}` recorded {known}, not `{variable}`: add it to `record` before the run",
        recording.name
    ))
}
