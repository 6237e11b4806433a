"""Recordings as arrays: of a run that has just ended, or from a folder."""

import functools
import json
import os
import zipfile

import numpy as np

from gennaker import _gennaker
from gennaker._trains import SpikeTrains
from gennaker._views import Views


class PopulationResult:
    """What was recorded of one population."""

    def __init__(self, name, size, spikes=None, states=None, model=None):
        self.name = name
        self.size = size
        #: Name of its neuron model; None if that is not known.
        self.model = model
        #: Ticks and neurons of the spikes, sorted by tick, then neuron; None if they were not recorded.
        self.spikes = spikes
        #: Variable to (ticks, neurons, values), values with one row per tick and one column per neuron.
        self.states = states or {}
        #: What was recorded of its cores: name to ``{"PE(x, y, p)": array}``.
        self.cores = {}
        #: Ticks of the run, and what one stands for in ms, as far as that is known here.
        self.ran = None
        self._trains = None

    def spike_trains(self):
        """``{neuron: [tick, ...]}`` with an entry for every neuron. Its lists are made when they are looked at."""
        if self._trains is None:
            ticks, neurons = self.spikes
            self._trains = SpikeTrains(ticks, neurons, self.size)
        return self._trains

    def variables(self):
        """Names of the recorded state variables. Reads no arrays."""
        return list(self.states)

    def has_spikes(self):
        """Whether spikes were recorded. Reads no arrays."""
        return self.spikes is not None

    def unit(self, variable):
        """The unit of a state variable, as the model has it: ``"mV"``, or ``"1"`` for plain numbers."""
        states = _models().get(self.model, {}).get("states", {})
        return states.get(variable.removesuffix("_last"), {}).get("unit", "1")

    def traces(self, variable):
        """``{neuron: array of samples}`` for every recorded neuron."""
        _, neurons, values = self.states[variable]
        # What lies on disk for its size stays there.
        columns = values.T if isinstance(values, np.memmap) else np.ascontiguousarray(values.T)
        return dict(zip(neurons.tolist(), columns))


class Result(Views):
    """What a run recorded.

    ``result.spikes("exc")`` gives arrays of ticks and neurons, ``result.state("exc", "v")`` ticks and values with one column
    per neuron. ``result.report`` is the account of the run, ``result.timesteps`` the ticks run, ``result.tick_ms`` what a tick
    stands for, ``result.mapping`` where the network lay, if it was mapped. ``result.about`` says what ran: ``network``, ``seed``,
    ``version`` of gennaker, as far as they are known.

    ``result.plot()`` draws a raster with matplotlib, :mod:`gennaker.plot` the rest; :mod:`gennaker.interchange` says where
    ``to_...`` and ``write_...`` lead.
    """

    def __init__(
        self,
        populations,
        timesteps,
        report=None,
        mapping=None,
        simulation=None,
        tick_ms=1.0,
        about=None,
        network=None,
        folder=None,
    ):
        self.populations = {population.name: population for population in populations}
        self.timesteps = timesteps
        self.report = report or {}
        self.mapping = mapping
        #: What a tick of the network stands for, in ms.
        self.tick_ms = tick_ms
        #: What ran: ``network``, ``seed``, ``version``.
        self.about = about or {}
        self._simulation = simulation
        self._network = network
        self._folder = folder
        self._account = None
        # What else a report of a run in memory needs; the folder of one on disk.
        self._origin = {} if folder is None else {"folder": folder}

    def spikes(self, population):
        """Ticks and neurons of a population's spikes, sorted by tick, then neuron."""
        recorded = self._population(population)
        if recorded.spikes is None:
            raise ValueError(f"population `{population}` did not record spikes")
        return recorded.spikes

    def state(self, population, variable):
        """Sampled ticks and values of a state variable; values have one row per tick and one column per neuron."""
        states = self._population(population).states
        if variable not in states:
            known = ", ".join(states) or "no state variable"
            raise ValueError(f"population `{population}` recorded {known}, not `{variable}`")
        ticks, _, values = states[variable]
        return ticks, values

    def spike_trains(self, population):
        """``{neuron: [tick, ...]}`` with an entry for every neuron."""
        self.spikes(population)
        return self._population(population).spike_trains()

    def picture(self, path, kind="raster", populations=(), tick_ms=None):
        """Saves a picture, SVG or PNG by the ending of ``path``: ``raster``, ``voltages``, ``states`` or ``rates``.

        ``tick_ms`` is what a tick stands for on its axes, by default what it stands for in the network.
        """
        path = os.fspath(path)
        if not path.endswith((".svg", ".png")):
            raise ValueError(f"`{path}`: a picture is an .svg or a .png file")
        if self._simulation is None:
            raise ValueError("pictures are made from runs; those of a result folder lie in the folder")
        draw = self._simulation.svg if path.endswith(".svg") else self._simulation.png
        picture = draw(kind, self.tick_ms if tick_ms is None else tick_ms, list(populations))
        with open(path, "wb") as file:
            file.write(picture.encode() if isinstance(picture, str) else picture)

    def _repr_svg_(self):
        if not any(population.has_spikes() for population in self.populations.values()):
            return None
        if self._simulation is not None:
            return self._simulation.svg("raster", self.tick_ms)
        return self._stored_raster()

    def _stored_raster(self):
        """The raster that the run has left in its folder, if it has."""
        path = None if self._folder is None else os.path.join(self._folder, "raster.svg")
        if path is None or not os.path.isfile(path):
            return None
        with open(path, encoding="utf-8") as file:
            return file.read()

    def _report_parts(self):
        """What :func:`gennaker.report` needs."""
        if "network" not in self._origin:
            return dict(self._origin)
        from gennaker._report import recorded

        arrays = recorded(self.populations.values())
        return {"recordings": arrays, "timesteps": self.timesteps, "run": self.report, "mapping": self.mapping, **self._origin}

    def _population(self, name):
        if name not in self.populations:
            raise KeyError(f"no population `{name}`; there are: {', '.join(self.populations)}")
        return self.populations[name]

    def __repr__(self):
        return f"Result({self.timesteps} ticks of {', '.join(self.populations)})"


@functools.cache
def _models():
    return _gennaker.models()


def of_population(simulation, index, name, size, record, model=None):
    """Fetches what ``record`` names of one population from a simulation."""
    spikes = simulation.spikes(index) if "spikes" in record else None
    states = {variable: simulation.state(index, variable) for variable in record if variable != "spikes"}
    return PopulationResult(name, size, spikes, states, model)


#: Largest number of the folder format that is understood.
FORMAT = 1


def open_results(folder):
    """The results in a folder that the command ``gennaker run`` has written. Arrays are read when they are asked for."""
    folder = os.fspath(folder)
    path = os.path.join(folder, "run.json")
    if os.path.isdir(folder) and not os.path.exists(path):
        raise ValueError(f"`{folder}` is not a result folder: there is no run.json")
    try:
        with open(path, encoding="utf-8") as file:
            run = json.load(file)
        if run["format"] > FORMAT:
            raise ValueError(f"format {run['format']} is newer than {FORMAT}, which this version reads; update gennaker")
        populations = [_StoredPopulation(folder, entry) for entry in run["populations"]]
        about = {key: run[key] for key in ("network", "seed", "version") if key in run}
        return Result(populations, run["timesteps"], run["report"], tick_ms=run.get("tick_ms", 1.0), about=about, folder=folder)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"`{folder}` is not a complete result folder: run.json: {error}") from None


class _StoredPopulation(PopulationResult):
    """One population of a result folder."""

    def __init__(self, folder, entry):
        self.name = entry["name"]
        self.size = entry["size"]
        self.model = entry.get("model")
        self._folder = folder
        self._spikes_file = entry["spikes_file"]
        self._states_file = entry["states_file"]
        self._units = {state["variable"]: state.get("unit", "1") for state in entry["states"]}
        self.cores = {}
        self._trains = None

    @functools.cached_property
    def spikes(self):
        if self._spikes_file is None:
            return None
        with self._open(self._spikes_file) as arrays:
            return arrays["t"], arrays["i"]

    @functools.cached_property
    def states(self):
        if self._states_file is None:
            return {}
        with self._open(self._states_file) as arrays:
            return {name: (arrays[f"{name}_t"], arrays[f"{name}_i"], arrays[name]) for name in self._units}

    def variables(self):
        return list(self._units) if self._states_file is not None else []

    def unit(self, variable):
        return self._units.get(variable, "1")

    def has_spikes(self):
        return self._spikes_file is not None

    def _open(self, name):
        if os.path.basename(name) != name:
            raise ValueError(f"`{self._folder}`: {name!r} is not a plain file name")
        return _Arrays(os.path.join(self._folder, name))


#: Files with more bytes are not read into memory: their arrays are mapped, and cannot be written to.
MAPPED_BYTES = 256 << 20


class _Arrays:
    """The arrays of one ``.npz`` file by name: read into memory, or mapped from a large file."""

    def __init__(self, path):
        self._path = path
        file = open(path, "rb")
        try:
            self._loaded = np.lib.npyio.NpzFile(file, own_fid=True)
        except zipfile.BadZipFile as error:
            file.close()
            raise ValueError(f"`{path}` is not a whole .npz file: {error}") from None
        self._is_mapped = os.path.getsize(path) > MAPPED_BYTES

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._loaded.close()

    def __getitem__(self, name):
        try:
            entry = self._loaded.zip.getinfo(f"{name}.npy")
        except KeyError:
            raise ValueError(f"`{self._path}` has no array `{name}`") from None
        if not self._is_mapped or entry.compress_type != zipfile.ZIP_STORED:
            return self._loaded[name]
        with open(self._path, "rb") as file:
            file.seek(_content(file, entry))
            np.lib.format.read_magic(file)
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
            if 0 in shape:
                return np.zeros(shape, dtype)
            return np.memmap(self._path, dtype, "r", file.tell(), shape)


def _content(file, entry):
    """Where an entry of a zip archive begins: after a header of its own, which is not as long as the directory's."""
    file.seek(entry.header_offset + 26)
    lengths = np.frombuffer(file.read(4), "<u2")
    return entry.header_offset + 30 + int(lengths.sum())
