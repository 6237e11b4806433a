"""The compiled core of gennaker."""

import os
from collections.abc import Callable, Sequence
from collections.abc import Mapping as _Dict
from typing import Any, TypedDict, final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from typing_extensions import Self

__version__: str
__all__ = [
    "Deployment",
    "Machine",
    "Mapping",
    "Network",
    "NirGraph",
    "QuboOutcome",
    "QuboProblem",
    "SampleRuns",
    "Samples",
    "Simulation",
    "__version__",
    "account_folder",
    "map",
    "models",
    "read_network_file",
    "report_folder",
    "report_run",
    "sweep_folder",
]

class _Settings(TypedDict):
    timesteps: int
    tick_ms: float
    numeric: str
    out_of_range: str
    account: dict[str, str]
    machine: Machine | None

class _Trace(TypedDict):
    slices: NDArray[np.uint32]
    n_packets: NDArray[np.uint32]
    performance_level: NDArray[np.uint8]
    time_done: NDArray[np.float32]
    power_w: NDArray[np.float32]

class _Population(TypedDict):
    name: str
    size: int
    model: str
    record: list[str]

class _Run(TypedDict):
    num_steps: int
    num_anneals: int
    num_reads: int
    seed: int
    discipline: str | None
    rule: str | None
    schedule: tuple[str, Sequence[float]] | None
    initial: NDArray[np.int8] | None

class _MachineOptions(TypedDict):
    machine: str
    coding: str
    account: dict[str, Any] | None

class _Port(TypedDict):
    node: str
    population: int
    shape: list[int]
    spikes: bool

@final
class Network:
    """A description of populations and projections."""

    def __new__(cls, name: str = "network", seed: int = 0) -> Self: ...
    @property
    def name(self) -> str: ...
    @property
    def seed(self) -> int: ...
    @property
    def populations(self) -> list[str]:
        """Names of the populations, by position."""
    @property
    def projections(self) -> list[str]:
        """Names of the projections, by position."""
    @property
    def n_neurons(self) -> int:
        """Neurons and sources in all."""
    def population(self, index: int) -> _Population:
        """One population: name, size, model, and the names of what it records."""
    def add_population(
        self,
        name: str,
        size: int,
        model: str,
        params: dict[str, ArrayLike | str | dict[str, Any]] | None = None,
        record: Sequence[str | dict[str, Any]] | None = None,
        *,
        spikes: tuple[ArrayLike, ArrayLike] | None = None,
        shape: Sequence[int] | None = None,
        max_atoms_per_core: int | None = None,
    ) -> int:
        """Adds a population and returns its position.

        `params`: name to number, to list or array of numbers, to text, or to `{"distribution": ...}`. `record`: names, or
        dictionaries with `variable`, `neurons`, `start`, `stop`, `every`. `spikes`: ticks and neurons of a `spike_list`.
        """
    def add_projection(
        self,
        name: str,
        pre: int,
        post: int,
        connections: ArrayLike | str | dict[str, Any],
        weight: float | dict[str, Any] | None = None,
        delay: float | dict[str, Any] | None = None,
    ) -> int:
        """Adds a projection between two populations, given by position, and returns its position.

        `connections`: an array of n rows pre, post, weight, delay; or a connector, `{"type": "fixed_probability", "p": 0.1}`,
        with `weight` and `delay` (numbers or `{"distribution": ...}`).
        """
    def add_convolution(self, name: str, pre: int, post: int, weights: ArrayLike, geometry: dict[str, Any]) -> int:
        """Adds a convolution onto a `lif_conv2d` population and returns its position.

        `weights`: (input channels / groups, output channels, height, width). `geometry`: `input` (channels, height, width), and as far
        as they are not 1 or 0, `stride`, `dilation`, `pool` (height, width), `padding` (top, bottom, left, right), `groups`.
        """
    def projection(self, index: int) -> dict[str, Any]:
        """One projection: name, pre, post, connector; `connections` of lists, `weights`, `geometry`, `n_outputs` of convolutions."""
    def synapses(self, index: int) -> NDArray[np.float64]:
        """All synapses of a projection: n rows of pre, post, weight, delay."""
    def parameters(self, index: int) -> dict[str, Any]:
        """A population's parameters that differ from the defaults of its model."""
    def validate(self) -> None:
        """Raises `ValueError` that says what is wrong, if anything is."""
    def _repr_html_(self) -> str: ...

@final
class NirGraph:
    """A NIR graph. `nodes` maps names to a type's name with a dictionary of parameters, or to a nested graph."""

    def __new__(
        cls,
        nodes: dict[str, tuple[str, dict[str, Any]] | NirGraph],
        edges: Sequence[tuple[str, str]],
        metadata: dict[str, Any] | None = None,
    ) -> Self: ...
    @staticmethod
    def read(path: str | os.PathLike[str]) -> NirGraph:
        """Reads a file."""
    @staticmethod
    def from_bytes(bytes: bytes) -> NirGraph:
        """The graph that the bytes of a file hold."""
    @staticmethod
    def of_network(
        network: Network,
        dt: float = 1e-4,
        integrator: str = "forward",
        outputs: Sequence[str] | None = None,
        single_precision: bool = False,
    ) -> tuple[NirGraph, list[str]]:
        """The graph of a network, and notes."""
    def write(self, path: str | os.PathLike[str]) -> None:
        """Writes a file, whole or not at all."""
    def to_bytes(self) -> bytes:
        """The bytes of a file."""
    @property
    def nodes(self) -> dict[str, tuple[str, dict[str, Any]] | NirGraph]: ...
    @property
    def edges(self) -> list[tuple[str, str]]: ...
    @property
    def metadata(self) -> dict[str, Any]: ...
    def check(self) -> None:
        """Raises `ValueError` that names everything that is wrong with the graph, if anything is."""
    def shapes(self) -> dict[str, tuple[list[int], list[int]]]:
        """Shapes of the signals that arrive at every node and leave it."""

@final
class Deployment:
    """A NIR graph as a network that runs samples. `options` are those of lowering, by name."""

    def __new__(cls, graph: NirGraph, options: dict[str, Any] | None = None) -> Self: ...
    def network(self) -> Network: ...
    @property
    def inputs(self) -> list[_Port]: ...
    @property
    def outputs(self) -> list[_Port]: ...
    @property
    def layers(self) -> list[dict[str, Any]]: ...
    @property
    def notes(self) -> list[str]: ...
    @property
    def options(self) -> dict[str, Any]: ...
    @property
    def latency_ticks(self) -> int: ...
    def v_scales(self, population: int) -> NDArray[np.float64] | None:
        """Factors from membrane potentials of the graph to those of the chip: one for all neurons, or one for each."""
    def summary(self) -> str: ...
    def run(
        self,
        samples: Samples,
        readout: str = "spike_count",
        numeric: str = "chip",
        threads: int | None = None,
        tail_ticks: int | None = None,
        recordings: bool = False,
        out_of_range: str = "error",
    ) -> SampleRuns:
        """Runs samples side by side without holding the interpreter. Ctrl-C stops it between two ticks."""

@final
class QuboProblem:
    """An optimisation problem, stated, and encoded in integers. What users see is `gennaker.qubo.Problem`."""

    @staticmethod
    def read(
        path: str | os.PathLike[str],
        kind: str | None = None,
        num_colors: int | None = None,
        sense: str | None = None,
        which: int | None = None,
    ) -> tuple[QuboProblem, int]:
        """Reads a file; what it does not say about itself is given. Returns the number, too, from which the file counts."""
    @staticmethod
    def max_cut(n: int, u: NDArray[np.int64], v: NDArray[np.int64], weights: NDArray[np.int64]) -> QuboProblem: ...
    @staticmethod
    def independent_set(n: int, u: NDArray[np.int64], v: NDArray[np.int64], penalty: int | None = None) -> QuboProblem: ...
    @staticmethod
    def coloring(
        n: int,
        u: NDArray[np.int64],
        v: NDArray[np.int64],
        colours: int,
        one_colour_penalty: int | None = None,
        edge_penalty: int | None = None,
    ) -> QuboProblem: ...
    @staticmethod
    def partition(numbers: NDArray[np.int64]) -> QuboProblem: ...
    @staticmethod
    def tour(distances: NDArray[np.int64], penalty: int | None = None) -> QuboProblem: ...
    @staticmethod
    def max_sat(n: int, clauses: Sequence[Sequence[int]]) -> QuboProblem: ...
    @staticmethod
    def qubo(
        n: int,
        rows: NDArray[np.int64],
        columns: NDArray[np.int64],
        values: NDArray[np.int64],
        offset: int,
        convention: str,
    ) -> QuboProblem:
        """A matrix with the given entries; `convention` is upper_triangular, half_of_symmetric or full."""
    @staticmethod
    def real_qubo(
        n: int,
        rows: NDArray[np.int64],
        columns: NDArray[np.int64],
        values: NDArray[np.float64],
        offset: float,
        convention: str,
    ) -> QuboProblem: ...
    @staticmethod
    def ising(
        fields: NDArray[np.int64],
        rows: NDArray[np.int64],
        columns: NDArray[np.int64],
        couplings: NDArray[np.int64],
        offset: int,
    ) -> QuboProblem: ...
    @staticmethod
    def quadratic(
        linear: NDArray[np.float64],
        rows: NDArray[np.int64],
        columns: NDArray[np.int64],
        values: NDArray[np.float64],
        offset: float,
        is_binary: bool,
    ) -> QuboProblem:
        """Linear and pair coefficients in doubles, over bits or spins."""
    def rounded(self, bits: int) -> QuboProblem:
        """The same with couplings in `bits` bits, the sign's among them, and local fields in those that neurons have."""
    @property
    def kind(self) -> str: ...
    @property
    def sense(self) -> str: ...
    @property
    def size(self) -> int:
        """Entries of a solution."""
    @property
    def n_variables(self) -> int: ...
    @property
    def n_couplings(self) -> int: ...
    @property
    def scale(self) -> float:
        """What integer energies are divided by to give the problem's unit."""
    @property
    def offset(self) -> int: ...
    @property
    def rounding(self) -> dict[str, Any] | None: ...
    def fields(self) -> NDArray[np.int64]: ...
    def couplings(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]: ...
    def fitted(self, name: str) -> tuple[str, list[float]]:
        """A schedule fitted to the problem, temperatures in the problem's unit."""
    def energy(self, spins: NDArray[np.int8]) -> float: ...
    def decode(self, spins: NDArray[np.int8]) -> tuple[NDArray[np.int64] | None, int | float | None, list[tuple[str, list[int]]]]:
        """Solution and objective, if the state breaks no rules, and the rules that it breaks."""
    def encode(self, solution: NDArray[np.int64]) -> NDArray[np.int8]: ...
    def solve(
        self,
        options: _Run,
        target: float | None = None,
        time_limit: float | None = None,
        interrupt: Callable[[], object] | None = None,
        stop_all: bool = False,
        core_time: float | None = None,
        machine: _MachineOptions | None = None,
    ) -> QuboOutcome:
        """Anneals, without holding the interpreter. Ctrl-C ends it; a true answer of `interrupt` stops it with what was found.

        With a `machine`, the reads are laid on it first.
        """
    def ticks_per_sweep(self, options: _Run) -> int:
        """The ticks in which every neuron is asked once, or, where chance decides who is, once on average."""
    def network(self, options: _Run, coding: str) -> Network:
        """The spiking network of a run: one population and one projection for each read."""
    def replay(
        self,
        options: _Run,
        coding: str,
        spikes: Sequence[tuple[NDArray[np.uint32], NDArray[np.uint32]]],
        n_ticks: int,
    ) -> tuple[QuboOutcome, NDArray[np.float64]]:
        """What the reads of that network found, from their spikes, and their energies after every tick."""

@final
class QuboOutcome:
    """What a solver found, a row for each read."""

    def spins(self) -> NDArray[np.int8]: ...
    def last_spins(self) -> NDArray[np.int8]: ...
    def energies(self) -> NDArray[np.float64]: ...
    def last_energies(self) -> NDArray[np.float64]: ...
    def values(self) -> NDArray[np.float64]: ...
    def tick_found(self) -> NDArray[np.uint32]: ...
    def n_ticks(self) -> NDArray[np.uint32]: ...
    def ticks_to_target(self) -> NDArray[np.int64]: ...
    def n_proposals(self) -> NDArray[np.uint64]: ...
    def n_flips(self) -> NDArray[np.uint64]: ...
    @property
    def best(self) -> int: ...
    @property
    def discipline(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def schedule(self) -> tuple[str, list[float]]: ...
    @property
    def num_steps(self) -> int: ...
    @property
    def n_classes(self) -> int: ...
    def time_to_target(self) -> dict[str, Any]: ...
    def hardware(self) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """What a machine would need for the run, and its account in full; None if there was no machine."""
    def __len__(self) -> int: ...

@final
class Samples:
    """Recordings for the only input of a deployment."""

    def __new__(cls, deployment: Deployment) -> Self: ...
    def add_dense(self, name: str, values: ArrayLike) -> None: ...
    def add_spikes(self, name: str, ticks: ArrayLike, neurons: ArrayLike, n_ticks: int) -> None: ...
    def add_events(
        self,
        name: str,
        x: ArrayLike,
        y: ArrayLike | None,
        t: NDArray[np.int64],
        p: ArrayLike | None,
        window_us: float = 1000.0,
        keep_last: bool = False,
    ) -> None: ...
    def add_files(self, path: str | os.PathLike[str], window_us: float = 1000.0, keep_last: bool = False) -> None: ...
    @property
    def names(self) -> list[str]: ...
    @property
    def n_merged(self) -> int: ...
    def spikes(self, index: int) -> tuple[list[int], list[int]] | None: ...
    def __len__(self) -> int: ...

@final
class SampleRuns:
    """What became of samples."""

    def outputs(self, port: int) -> NDArray[np.float64]: ...
    @property
    def n_spikes(self) -> NDArray[np.uint64]: ...
    @property
    def n_ticks(self) -> NDArray[np.uint32]: ...
    @property
    def n_synaptic_events(self) -> NDArray[np.uint64]: ...
    @property
    def names(self) -> list[str]: ...
    def spikes(self, sample: int, population: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]: ...
    def state(self, sample: int, population: int, variable: str) -> NDArray[np.float32] | NDArray[np.float64]: ...
    def __len__(self) -> int: ...

@final
class Machine:
    """A machine: `"chip"`, `"board"`, `"boards:24"`, `"frame"`, `"rack"`, `"dresden"`, `"spinn5"`, or a machine file (.toml)."""

    def __new__(cls, spec: str) -> Self: ...
    @staticmethod
    def from_toml(text: str) -> Machine:
        """The machine that the text of a machine file describes."""
    @property
    def name(self) -> str: ...
    @property
    def n_chips(self) -> int:
        """Chips that work."""
    def summary(self) -> dict[str, Any]:
        """Counts of chips, cores and links."""

@final
class Mapping:
    """A network laid on a machine. Slices are numbered by population, then by neuron; each has a PE of its own."""

    @property
    def machine(self) -> str:
        """Name of the machine."""
    @property
    def populations(self) -> list[str]:
        """Names of the populations."""
    @property
    def n_pes(self) -> int:
        """PEs in use."""
    @property
    def n_chips(self) -> int:
        """Chips with a PE in use."""
    @property
    def stats(self) -> dict[str, int]:
        """Totals: PEs, routing entries, hops, synapses, fullest PE."""
    @property
    def notes(self) -> list[str]:
        """What a user should know, one sentence each."""
    def slices(self) -> dict[str, NDArray[np.uint64]]:
        """Columns: population, first, end, chip_x, chip_y, core, key, mask, sram_bytes, dram_bytes."""
    def pe_names(self) -> list[str]:
        """Names of the PEs, slice by slice: `PE(x, y, p)`, on several chips with `Chip(x, y) ` before it."""
    def memory(self, slice: int) -> dict[str, int]:
        """What the SRAM of one slice's PE holds: name of the block to bytes, in the order of addresses."""
    def verify(self) -> dict[str, int]:
        """Proves that every spike reaches exactly its targets, once; returns counts of what was walked."""
    def to_json(self) -> str:
        """The whole mapping as JSON text."""
    def _repr_html_(self) -> str: ...

@final
class Simulation:
    """A network in memory, ready to run."""

    def __new__(
        cls,
        network: Network,
        numeric: str = "chip",
        out_of_range: str = "error",
        ring_width: str = "bits32",
        threads: int | None = None,
        counts: bool = False,
    ) -> Self: ...
    @property
    def tick(self) -> int:
        """Ticks run since the last reset."""
    def run(self, ticks: int) -> None:
        """Runs without holding the interpreter. Ctrl-C stops it between two ticks; what was recorded stays."""
    def run_into(
        self,
        ticks: int,
        folder: str | os.PathLike[str],
        tick_ms: float = 1.0,
        recording_memory: int = 256,
        mapping: Mapping | None = None,
        account: dict[str, str] | None = None,
    ) -> None:
        """Runs and writes everything recorded into a result folder, beyond `recording_memory` MiB while the run goes on.

        With a `mapping`, and assumptions for its `account`, the folder can be accounted for.
        """
    def count(
        self,
        mapping: Mapping,
        timesteps: int,
        tick_ms: float = 1.0,
        options: dict[str, Any] | None = None,
        populations: Sequence[int] | None = None,
        power: bool = False,
    ) -> None:
        """From tick 0 on counts what the run does on a machine; the simulation must have been made with `counts=True`.

        Every tick of the PEs of `populations` is kept, and with `power` the power, for at most `timesteps` ticks.
        """
    def account(self) -> dict[str, Any]:
        """What the run so far would take on the hardware. Counting is over then."""
    def trace(self) -> _Trace:
        """What was kept of every tick, ticks in rows, slices in columns. Counting is over then."""
    def run_or_spill(self, ticks: int, folder: str | os.PathLike[str], tick_ms: float = 1.0, recording_memory: int = 256) -> bool:
        """`run` if the recordings fit in `recording_memory` MiB, else `run_into`; returns whether the folder was written."""
    def reset(self) -> None:
        """Back to tick 0 with empty recordings."""
    def spikes(self, population: int | str) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Ticks and neurons of a population's recorded spikes, sorted by tick, then neuron."""
    def state(
        self, population: int | str, variable: str
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.float32] | NDArray[np.float64]]:
        """Ticks, neurons, and values with one row per tick of a recorded state variable."""
    def report(self) -> dict[str, Any]:
        """The account of the run so far: counts, and `notes` for the user."""
    def svg(self, kind: str = "raster", tick_ms: float = 1.0, populations: Sequence[str] | None = None) -> str:
        """A picture of what was recorded: `raster`, `voltages`, `states` (other variables) or `rates` (a histogram)."""
    def png(
        self, kind: str = "raster", tick_ms: float = 1.0, populations: Sequence[str] | None = None, scale: float = 1.0
    ) -> bytes:
        """The same as PNG; `scale` 0.1 to 10 enlarges it."""
    def checkpoint(self) -> bytes:
        """Everything that evolves."""
    def restore(self, checkpoint: bytes) -> None:
        """Takes up a run where `checkpoint` left it."""

def account_folder(folder: str | os.PathLike[str], options: dict[str, Any] | None = None) -> dict[str, Any]:
    """The account of a run that is over, from its result folder."""

def report_folder(
    folder: str | os.PathLike[str],
    account: dict[str, Any] | None = None,
    ticks: tuple[int, int] | None = None,
) -> str:
    """The report page of a result folder."""

def report_run(
    network: Network,
    recordings: Sequence[tuple[tuple[NDArray[np.uint32], NDArray[np.uint32]] | None, dict[str, Any]]],
    timesteps: int,
    tick_ms: float,
    numeric: str,
    run: dict[str, Any],
    mapping: Mapping | None = None,
    account: dict[str, Any] | None = None,
) -> str:
    """The report page of a run in memory."""

def sweep_folder(
    folder: str | os.PathLike[str],
    dimensions: Sequence[tuple[str, Sequence[str]]],
    options: dict[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """The figures of a run that is over under all combinations of `dimensions`, the last varying fastest."""

def map(network: Network, machine: Machine, options: _Dict[str, Any] | None = None) -> Mapping:
    """Lays a network on a machine. `options`: a dictionary such as `{"timesteps": 1000, "placer": "radial"}`."""

def models() -> dict[str, dict[str, Any]]:
    """All neuron models by name, in the order of the documentation."""

def read_network_file(path: str | os.PathLike[str]) -> tuple[Network, _Settings]:
    """Reads a network file; returns the network and the settings of its run."""
