"""Graphs as networks that run recorded data."""

import operator

import numpy as np

from gennaker import _gennaker
from gennaker.nir._data import Reader
from gennaker.nir._graph import core_graph
from gennaker.nir._options import core_options
from gennaker.snn import _convert


def from_nir(
    graph,
    *,
    dt=None,
    integrator=None,
    reset=None,
    conn_delay=None,
    scale_weights=None,
    output_record=None,
    scaling=None,
    rounding=None,
    weight_bits=None,
    threshold_fit=None,
    real_weights=None,
):
    """A graph as the chip would run it: a :class:`Deployment`.

    ``graph`` is a file's name, its bytes, or a graph: one of the package ``nir``, a :class:`Graph`, or any object with
    ``nodes`` (by name) and ``edges``. What is not given is what the graph was written with by :func:`to_nir`, or else as in
    the NIR paper's runs on the chip:

    * ``dt``: time that a tick stands for in the graph's equations, in seconds (1e-4);
    * ``integrator``: ``"forward"`` Euler, decay 1 - dt/tau, or ``"exponential"``, exp(-dt/tau);
    * ``reset``: ``"zero"``, to the node's ``v_reset``, or ``"subtract"`` the threshold;
    * ``conn_delay``: delay field in ticks, where the neurons have one (0);
    * ``scale_weights``: whether the largest weight onto a population fills the synapse word (True);
    * ``output_record``: what neurons record that feed an Output (``["spikes"]``);
    * ``scaling``: one scale for a ``"layer"``, or for each ``"channel"``; ``rounding``: ``"toward_zero"`` or to the
      ``"nearest"``;
    * ``weight_bits``: 8, 4 or 16; ``threshold_fit``: ``"nominal"``, or ``"fitted"`` to what rounding did to the weights;
    * ``real_weights``: True or names of nodes whose weights stay fractions, for runs with ``numeric="reference"``.
    """
    given = {name: value for name, value in locals().items() if name != "graph"}
    core = core_graph(graph)
    return Deployment(_gennaker.Deployment(core, core_options(core, given)))


class Deployment:
    """A graph as a network, ready to run samples. Made by :func:`from_nir`."""

    def __init__(self, core):
        self._core = core

    @property
    def network(self):
        """The network: a :class:`gennaker.Network`, for mapping or for a simulation of one's own."""
        return self._core.network()

    @property
    def layers(self):
        """What was decided for each population, as dictionaries: model, decays, threshold, scales, errors of rounding."""
        return self._core.layers

    @property
    def notes(self):
        """What else is worth knowing, one sentence each."""
        return self._core.notes

    @property
    def inputs(self):
        """Where spikes enter: dictionaries of ``node``, ``population`` (its position), ``shape`` and ``spikes``."""
        return self._core.inputs

    @property
    def outputs(self):
        """What the graph's outputs show, as the inputs; ``spikes`` is False for potentials."""
        return self._core.outputs

    @property
    def options(self):
        """The choices that the network follows from."""
        return self._core.options

    def summary(self):
        """The decisions as text, a line for each population."""
        return self._core.summary()

    def to_snn(self):
        """The network as py-spinnaker2's objects: ``(net, input_pops, output_pops)``."""
        from gennaker.snn._of_core import from_deployment

        return from_deployment(self._core)

    def run(
        self,
        data,
        readout="spike_count",
        numeric="chip",
        threads=None,
        window_us=1000.0,
        keep_last=False,
        recordings=False,
        n_ticks=None,
        tail_ticks=None,
    ):
        """Runs samples side by side and returns a :class:`DeploymentRun`.

        ``data`` is one sample or many: an array (ticks, ...) or (samples, ticks, ...) of spikes, 0 or 1; events as tonic
        makes them (fields x, y, t in microseconds, p), cut into ticks of ``window_us``, the last unfinished one left out
        unless ``keep_last``; a dictionary ``{neuron: [tick, ...]}``, ``n_ticks`` long or as long as its last spike; a
        recording of the package ``nir``; a file, or a folder of such; or a list of any of these. A neuron spikes at most once
        in a tick.

        ``readout`` is ``"spike_count"``, ``"last_potential"`` or ``"max_potential"`` (in units of the graph); ``numeric`` the
        arithmetic: ``"chip"`` or ``"reference"`` (double precision). A sample runs on for ``tail_ticks`` after its end, by
        default as many as its last spikes take to the last population. With ``recordings`` all spikes are kept. The result
        depends on none of ``threads``.
        """
        if threads is not None:
            threads = _convert.whole_number("threads", threads, 1, 1024)
        if tail_ticks is not None:
            tail_ticks = _convert.whole_number("tail_ticks", tail_ticks, 0)
        reader = Reader(self._core, _window(window_us), bool(keep_last), n_ticks)
        reader.add(data)
        runs = self._core.run(reader.samples, readout, numeric, threads, tail_ticks, bool(recordings))
        return DeploymentRun(self, runs, reader.samples.n_merged)

    def __repr__(self):
        return repr(self._core)


def _window(window_us):
    try:
        return float(window_us)
    except (TypeError, ValueError):
        raise TypeError(f"window_us is {window_us!r}; it must be a number of microseconds above 0") from None


class DeploymentRun:
    """What became of samples: arrays with one row each."""

    def __init__(self, deployment, core, n_merged):
        self._deployment = deployment
        self._core = core
        #: Input spikes that were left out because their neuron had spiked in the same tick.
        self.n_merged = n_merged
        #: Names of the samples.
        self.names = core.names
        #: Ticks that were run, by sample.
        self.n_ticks = core.n_ticks
        #: Spikes, samples in rows and populations in columns.
        self.n_spikes = core.n_spikes
        #: Synapses that spikes met, by sample.
        self.n_synaptic_events = core.n_synaptic_events
        #: Values of every output, by its node's name: (samples, neurons).
        self.by_output = {port["node"]: core.outputs(at) for at, port in enumerate(deployment.outputs)}

    @property
    def outputs(self):
        """Values of the only output: (samples, neurons)."""
        return self._only()

    @property
    def answers(self):
        """The neuron with the largest value, by sample; the first one where several share it."""
        return np.argmax(self._only(), axis=1)

    def accuracy(self, labels):
        """The part of samples whose answer is their label. ``labels`` are whole numbers, one each, or a dictionary by name."""
        answers = self.answers
        if hasattr(labels, "items"):
            missing = [name for name in self.names if name not in labels]
            if missing:
                raise ValueError(f"labels: sample `{missing[0]}` has none")
            labels = [labels[name] for name in self.names]
        labels = np.asarray(labels)
        if labels.shape != answers.shape:
            raise ValueError(f"labels have the shape {labels.shape} for {len(answers)} samples; give one for each")
        if labels.dtype.kind not in "iu" and not (labels.dtype.kind == "f" and (labels == np.floor(labels)).all()):
            raise ValueError(f"labels are of type {labels.dtype}; they must be numbers of output neurons")
        return float(np.mean(answers == labels)) if len(answers) else float("nan")

    def spikes(self, sample, population):
        """Ticks and neurons of the spikes that a population (name or position) sent during a sample."""
        return self._core.spikes(self._sample(sample), self._position(population))

    def state(self, sample, population, variable="v"):
        """A variable that a population recorded during a sample, in units of the chip: ticks in rows, neurons in columns."""
        return self._core.state(self._sample(sample), self._position(population), variable)

    def _sample(self, sample):
        """A sample's position; negative ones count from the end."""
        position = operator.index(sample)
        if not -len(self) <= position < len(self):
            raise IndexError(f"sample {position} does not exist; there are {len(self)}")
        return position % len(self)

    def _position(self, population):
        if not isinstance(population, str):
            return _convert.whole_number("population", population, 0)
        names = [layer["name"] for layer in self._deployment.layers]
        if population not in names:
            raise KeyError(f"no population `{population}`; there are: {', '.join(names)}")
        return names.index(population)

    def _only(self):
        if len(self.by_output) != 1:
            raise ValueError(f"the graph has {len(self.by_output)} outputs ({', '.join(self.by_output)}): use by_output")
        return next(iter(self.by_output.values()))

    def __len__(self):
        return len(self.names)

    def __repr__(self):
        return f"DeploymentRun({len(self)} samples, {int(self.n_spikes.sum())} spikes)"
