"""From what scripts write to what the core takes."""

import functools
import operator
from collections.abc import Mapping

import numpy as np

from gennaker import _gennaker
from gennaker._user import warn
from gennaker.errors import NotModelledError

#: Models of py-spinnaker2 that are not modelled (unless the core has learnt them since).
FOREIGN_MODELS = {
    "alif",
    "lif_prob",
    "lif_fugu",
    "conv2d_if_neuron_rate_code",
    "spike_receiver",
    "spike_replicator",
    "gas",
    "neurofem_2048",
    "lif_no_delay_1024",
}
#: Recordables of py-spinnaker2 that are about cores rather than neurons.
CORE_RECORDABLES = ("time_done", "n_packets", "performance_level")


@functools.cache
def models():
    """The core's table of models."""
    return _gennaker.models()


#: Largest index and tick.
MAX_WHOLE = 2**32 - 1
#: Most neurons of a population.
MAX_SIZE = 2**31


def built(net):
    """The network for the core, and what is recorded of each population."""
    if not hasattr(net, "_build"):
        raise TypeError(f"net is {net!r}; it must be a snn.Network")
    return net._build()


def whole_number(what, value, minimum, maximum=MAX_WHOLE):
    """An ``int`` from anything that is one: Python's, NumPy's, or a float without a fraction."""
    try:
        number = int(value) if isinstance(value, (float, np.floating)) and value == int(value) else operator.index(value)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{what} is {value!r}; it must be a whole number") from None
    if number < minimum:
        raise ValueError(f"{what} is {number}; it must be at least {minimum}")
    if number > maximum:
        raise ValueError(f"{what} is {number}; it must be between {minimum} and {maximum}")
    return number


def check_model(population, name):
    """Refuses a model that is not modelled, and says which are."""
    if isinstance(name, str) and name in FOREIGN_MODELS and name not in models():
        raise NotModelledError(
            f"population `{population}`: neuron model `{name}` of py-spinnaker2 is not modelled yet; there are: "
            + ", ".join(models())
        )
    if not isinstance(name, str):
        raise TypeError(f'population `{population}`: neuron_model is {name!r}; it must be a model\'s name, such as "lif"')


def split_params(population, model, params):
    """Parameters and spikes for the core, and the keys that the model does not have."""
    if not isinstance(params, Mapping):
        raise TypeError(f"population `{population}`: params is {type(params).__name__}; it must be a dictionary")
    if model == "spike_list":
        return {}, spike_arrays(population, params), []
    known = models()[model]["parameters"] if model in models() else params
    return {key: params[key] for key in params if key in known}, None, [key for key in params if key not in known]


def spike_arrays(population, trains):
    """Ticks and neurons of ``{neuron: [tick, ...]}``."""
    ticks = [_ticks(population, neuron, given) for neuron, given in trains.items()]
    if not ticks:
        return np.empty(0), np.empty(0)
    neurons = [whole_number(f"population `{population}`: spiking neuron", neuron, 0) for neuron in trains]
    return np.concatenate(ticks), np.repeat(np.array(neurons, dtype=float), [len(t) for t in ticks])


def _ticks(population, neuron, given):
    try:
        ticks = np.asarray(sorted(given) if isinstance(given, (set, frozenset, range)) else given, dtype=float)
    except (TypeError, ValueError):
        ticks = None
    if ticks is None or ticks.ndim != 1:
        raise TypeError(f"population `{population}`: spikes of neuron {neuron} are {given!r}; they must be a list of ticks")
    return ticks


def check_record(population, record):
    """A list of distinct names."""
    if isinstance(record, str):
        raise TypeError(f"population `{population}`: record is {record!r}; it must be a list, such as [{record!r}]")
    record = list(dict.fromkeys(record or []))
    for name in record:
        if not isinstance(name, str):
            raise TypeError(f"population `{population}`: record has {name!r}; it must be a list of names")
    return record


def diagonals(projections):
    """By population of ``qubo_neuron`` (its ``id``): the diagonal of Q that the connections of its neurons to themselves are."""
    found = {}
    for projection in projections:
        rows = projection._diagonal()
        if rows is not None:
            of_population = found.setdefault(id(projection.post), np.zeros(projection.post.size))
            np.add.at(of_population, rows[:, 0].astype(int), rows[:, 2])
    return found


def warn_unknown_params(population, model, unknown):
    """What the original ignores in silence, with the name that was probably meant."""
    import difflib

    known = list(models()[model]["parameters"])
    for key in unknown:
        near = difflib.get_close_matches(str(key), known, n=1)
        meant = f"did you mean `{near[0]}`? " if near else ""
        has = ", ".join(known) or "none"
        warn(f"population `{population}`: model `{model}` has no parameter `{key}`, it is ignored; {meant}it has: {has}")


def connection_array(projection, connections):
    """The synapses as an array of n rows pre, post, weight, delay; delays are whole numbers in it."""
    try:
        if isinstance(connections, np.ndarray) and np.iscomplexobj(connections):
            raise TypeError("found complex numbers")
        array = np.asarray(connections, dtype=float)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(
            f"projection `{projection}`: connections must be rows of four numbers pre, post, weight, delay ({error})"
        ) from None
    if array.size == 0:
        return np.empty((0, 4))
    if array.ndim != 2 or array.shape[1] != 4:
        raise ValueError(
            f"projection `{projection}`: connections have shape {array.shape}; give n rows of pre, post, weight, delay"
        )
    delays = np.rint(array[:, 3])
    n_rounded = np.count_nonzero(delays != array[:, 3])
    if n_rounded and np.isfinite(array[:, 3]).all():
        warn(f"projection `{projection}`: {n_rounded} delays were rounded to whole ticks")
        array = array.copy()
        array[:, 3] = delays
    return array
