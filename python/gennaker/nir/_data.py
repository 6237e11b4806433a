"""What users have recorded, as samples of the core."""

import os

import numpy as np

from gennaker import _gennaker
from gennaker.snn import _convert

#: Most ticks of a sample.
MAX_TICKS = 10**9


class Reader:
    """Takes data of all kinds for the only input of a deployment."""

    def __init__(self, deployment, window_us, keep_last, n_ticks):
        self._input = deployment.inputs[0]
        self._dt_s = deployment.options["dt_s"]
        self._frames = window_us, keep_last
        self._n_ticks = None if n_ticks is None else _convert.whole_number("n_ticks", n_ticks, 0, MAX_TICKS)
        self.samples = _gennaker.Samples(deployment)

    def add(self, data):
        """Adds all samples that ``data`` holds."""
        data = _numpy(data)
        if isinstance(data, (str, os.PathLike)):
            self.samples.add_files(data, *self._frames)
        elif hasattr(data, "observables") or hasattr(data, "nodes"):
            self._add_recorded(data)
        elif isinstance(data, (list, tuple)) and (not data or any(map(_is_sample, map(_numpy, data)))):
            for one in data:
                self._add_one(_numpy(one))
        elif _is_events(data) or hasattr(data, "items"):
            self._add_one(data)
        else:
            self._add_dense(data)

    def _add_one(self, data):
        """Adds a single sample."""
        name = self._name()
        if isinstance(data, (str, os.PathLike)):
            self.samples.add_files(data, *self._frames)
        elif hasattr(data, "items"):
            self._add_trains(name, data)
        elif _is_events(data):
            self._add_events(name, data)
        else:
            array = _numbers(name, data)
            if not self._fits(array.shape[1:]):
                raise self._misfit(name, array.shape)
            self._add_frames(name, array)

    def _add_frames(self, name, frames):
        """Adds an array with ticks along its first axis."""
        flat = frames.reshape(len(frames), -1) if frames.size else frames
        where = np.nonzero(flat) if flat.ndim == 2 else None
        # Most are zeros and ones, of which only the ones need to travel; what else there is, the core looks at.
        if where is not None and (flat[where] == 1).all():
            self.samples.add_spikes(name, *where, len(frames))
        else:
            self.samples.add_dense(name, frames)

    def _name(self):
        return f"sample {len(self.samples)}"

    def _add_trains(self, name, trains):
        ticks, neurons = _convert.spike_arrays(name, trains)
        n_ticks = self._n_ticks
        if n_ticks is None:
            n_ticks = int(np.max(ticks, initial=-1)) + 1 if np.isfinite(ticks).all() else 0
        if n_ticks > MAX_TICKS:
            raise ValueError(f"{name}: a spike in tick {n_ticks - 1}; a sample has at most {MAX_TICKS} ticks")
        self.samples.add_spikes(name, ticks, neurons, n_ticks)

    def _add_events(self, name, events):
        columns = {column: events[column] for column in ("x", "y", "t", "p") if column in events.dtype.names}
        for column in ("x", "t"):
            if column not in columns:
                raise ValueError(f"{name}: events have the fields {', '.join(events.dtype.names)}, but no `{column}`")
        times = columns["t"]
        if times.dtype.kind not in "iu" and not (times.dtype.kind == "f" and np.isfinite(times).all()):
            raise ValueError(f"{name}: times of events are {times.dtype}; they must be microseconds")
        flags = (columns[c].astype(np.uint8) if c in columns and columns[c].dtype.kind == "b" else columns.get(c) for c in "yp")
        y, p = flags
        self.samples.add_events(name, columns["x"], y, np.floor(times).astype(np.int64), p, *self._frames)

    def _add_dense(self, data):
        array = _numbers(self._name(), data)
        if array.ndim and self._fits(array.shape[1:]):
            self._add_frames(self._name(), array)
        elif array.ndim > 1 and self._fits(array.shape[2:]):
            for one in array:
                self._add_frames(self._name(), one)
        else:
            raise self._misfit("data", array.shape)

    def _fits(self, shape):
        return list(shape) == self._input["shape"] or list(shape) == [int(np.prod(self._input["shape"]))]

    def _misfit(self, name, shape):
        own = tuple(self._input["shape"])
        size = int(np.prod(own))
        return ValueError(
            f"{name} has the shape {tuple(shape)}; input `{self._input['node']}` of shape {own} needs (ticks, {size}), "
            f"(samples, ticks, {size}), or its own axes in the place of {size}"
        )

    def _add_recorded(self, data):
        """Adds what the package ``nir`` has for recordings: of a graph, or of one node."""
        if hasattr(data, "nodes"):
            data = _only(data.nodes, self._input["node"], "recordings of nodes")
        observed = _only(data.observables, "spikes", "observables")
        if hasattr(observed, "data"):
            return self._add_dense(observed.data)
        index, times = np.asarray(observed.idx), np.asarray(observed.time, dtype=float)
        n_ticks = np.floor(np.float64(observed.t_max) / self._dt_s + 1e-9)
        if not 0 <= n_ticks <= MAX_TICKS:
            raise ValueError(f"data: t_max is {observed.t_max}; with a dt of {self._dt_s} s it must be 0 to {MAX_TICKS} ticks")
        for row, at in zip(index, times):
            there = row != -1
            ticks = np.floor(at[there] / self._dt_s + 1e-9)
            self.samples.add_spikes(self._name(), ticks, row[there], int(n_ticks))


def _only(entries, wanted, what):
    if wanted in entries:
        return entries[wanted]
    if len(entries) == 1:
        return next(iter(entries.values()))
    raise ValueError(f"data has the {what} {', '.join(map(repr, entries))}, but not `{wanted}`")


def _is_events(data):
    return isinstance(data, np.ndarray) and data.dtype.names is not None


def _is_sample(data):
    """Whether an entry of a list is a sample of its own."""
    return isinstance(data, (str, os.PathLike)) or hasattr(data, "items") or (isinstance(data, np.ndarray) and data.ndim > 0)


def _numpy(data):
    """Tensors as arrays; all else as it is."""
    return data.detach().cpu().numpy() if hasattr(data, "detach") else data


def _numbers(name, data):
    try:
        array = np.asarray(data)
        if array.dtype.kind not in "biuf":
            array = None
    except (TypeError, ValueError):
        array = None
    if array is None or array.ndim == 0:
        raise TypeError(
            f"{name} is {_shown(data)}; it must be an array of ticks and neurons, events with the fields x, y, t and p, "
            "spikes by neuron, a recording of the package `nir`, a file or folder, or a list of such"
        )
    return array


def _shown(data):
    return f"an array of {data.dtype}" if isinstance(data, np.ndarray) else type(data).__name__
