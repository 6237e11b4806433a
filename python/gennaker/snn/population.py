"""Populations of neurons."""

import itertools

import numpy as np

from gennaker import _gennaker
from gennaker.errors import NotModelledError
from gennaker.snn import _convert

_numbers = itertools.count()


class Population:
    """``size`` neurons of one model.

    ``params`` maps parameter names to a number, or to one number per neuron; for a ``spike_list`` it maps neurons to lists
    of ticks. ``record`` lists what to keep: ``"spikes"``, ``"v"``, ``"v_last"`` or another state variable of the model;
    ``"time_done"``, ``"n_packets"`` or ``"performance_level"`` of its cores. ``params`` and ``record`` may be changed between
    runs.
    """

    def __init__(self, size, neuron_model, params=None, name=None, record=("spikes",)):
        self.name = f"Population_{next(_numbers)}" if name is None else str(name)
        self.size = _convert.whole_number(f"population `{self.name}`: size", size, 1, _convert.MAX_SIZE)
        _convert.check_model(self.name, neuron_model)
        self.neuron_model = neuron_model
        self._max_atoms_per_core = None
        self._warned = set()
        self._recorded = None
        self._params = {} if params is None else params
        self._record = _convert.check_record(self.name, record)
        self._check()

    @property
    def params(self):
        """Parameters, or a source's spikes."""
        return self._params

    @params.setter
    def params(self, params):
        before, self._params = self._params, params
        try:
            self._check()
        except Exception:
            self._params = before
            raise

    @property
    def record(self):
        """What to record in the next run."""
        return self._record

    @record.setter
    def record(self, record):
        before, self._record = self._record, _convert.check_record(self.name, record)
        try:
            self._check()
        except Exception:
            self._record = before
            raise

    def set_max_atoms_per_core(self, n):
        """Limits the neurons that share one core. Changes the mapping, never the spikes."""
        self._max_atoms_per_core = _convert.whole_number(f"population `{self.name}`: max_atoms_per_core", n, 1)

    def get_max_atoms_per_core(self):
        """The limit that was set, else the model's."""
        if self._max_atoms_per_core is not None:
            return self._max_atoms_per_core
        return _convert.models()[self.neuron_model]["max_atoms_per_core"]

    def get_spikes(self):
        """``{neuron: [tick, ...]}`` of the last run, with an empty list for every silent neuron."""
        return self._recording("spikes").spike_trains()

    def get_voltages(self):
        """``{neuron: array}`` of the last run: one value per tick for ``"v"``, only the last one for ``"v_last"``."""
        recorded = self._recorded
        only_last = recorded is not None and "v" not in recorded.states and "v_last" in recorded.states
        return self.get_variable("v_last" if only_last else "v")

    def get_variable(self, name):
        """``{neuron: array with one value per tick}`` of a recorded state variable in the last run."""
        return self._recording(name).traces(name)

    def get_time_done_times(self):
        """``{"PE(x, y, p)": array}`` of the last run: when each core was done with each tick, as part of the tick. Above 1 it
        overran, and started the next tick late."""
        return self._of_cores("time_done")

    def get_n_packets(self):
        """``{"PE(x, y, p)": array}`` of the last run: spike packets that each core found waiting in each tick."""
        return self._of_cores("n_packets")

    def get_performance_levels(self):
        """``{"PE(x, y, p)": array}`` of the last run: each core's clock in each tick, as the number of a level; ``hw.account``
        has their meanings."""
        return self._of_cores("performance_level")

    def get_x_mean(self):
        """Not modelled yet."""
        raise NotModelledError(f"population `{self.name}`: `x_mean`, the mean of a neurofem population, is not modelled yet")

    def _of_cores(self, name):
        recorded = self._recorded
        if recorded is not None and name in recorded.cores:
            return recorded.cores[name]
        raise self._missing(name)

    def _recording(self, name):
        recorded = self._recorded
        if recorded is not None and (recorded.spikes is not None if name == "spikes" else name in recorded.states):
            return recorded
        raise self._missing(name)

    def _missing(self, name):
        if self._recorded is None:
            return RuntimeError(f"population `{self.name}` has no results yet: run the network first")
        if name in _convert.CORE_RECORDABLES and name in self._record:
            reason = "it is recorded by runs on hardware.SpiNNaker2Chip or SpiNNcloud48NodeBoard, from the run after it was added"
            return RuntimeError(f"population `{self.name}` has no `{name}`: {reason}")
        return RuntimeError(f"population `{self.name}` did not record `{name}`: add it to `record` before the run")

    def _check(self):
        """Fails, or warns, where the user wrote something wrong rather than when it is run."""
        alone = _gennaker.Network("check")
        self._add_to(alone, self.name)
        alone.validate()

    def _add_to(self, network, name, diagonal=None):
        """Adds this population to a network of the core; returns its position and what is recorded of it. The diagonal of Q, if there
        is one, is constant drive: a neuron's own spikes tell it nothing."""
        params, spikes, unknown = _convert.split_params(self.name, self.neuron_model, self._params)
        if diagonal is not None:
            params["i_offset"] = np.asarray(params.get("i_offset", 0.0), dtype=float) - diagonal
        self._warn_once(unknown)
        record = _convert.check_record(self.name, self._record)
        known = [name for name in record if name not in _convert.CORE_RECORDABLES]
        index = network.add_population(
            name,
            self.size,
            self.neuron_model,
            params,
            known,
            spikes=spikes,
            max_atoms_per_core=self._max_atoms_per_core,
        )
        return index, known

    def _warn_once(self, unknown):
        new = [key for key in unknown if key not in self._warned]
        self._warned.update(new)
        if new:
            _convert.warn_unknown_params(self.name, self.neuron_model, new)

    def _repr_html_(self):
        from gennaker import _html

        return _html.population(self)

    def __repr__(self):
        return f"Population({self.size}, {self.neuron_model!r}, name={self.name!r})"
