"""Network files and networks of our own: read, run, look at arrays."""

import operator

from gennaker import _gennaker, results

#: A pebibyte: more than any machine has.
MAX_RECORDING_MEMORY_MIB = 2**30


class NetworkFile:
    """A network with the settings of its run, as a network file has them."""

    def __init__(self, network, settings):
        self.network = network
        #: ``timesteps``, ``tick_ms``, ``numeric``, ``out_of_range``, ``account``, and ``machine`` (a Machine, or None).
        self.settings = settings

    def run(self, timesteps=None, **options):
        """Runs it; the options are those of :func:`run`."""
        return run(self, timesteps, **options)

    def __repr__(self):
        return f"NetworkFile({self.network!r}, {self.settings!r})"


def load(path):
    """Reads a network file (TOML)."""
    return NetworkFile(*_gennaker.read_network_file(path))


def _check_memory(mib):
    try:
        is_whole = 0 <= operator.index(mib) <= MAX_RECORDING_MEMORY_MIB
    except TypeError:
        is_whole = False
    if not is_whole:
        raise ValueError(f"recording_memory is {mib!r}; it must be a whole number of MiB from 0 to {MAX_RECORDING_MEMORY_MIB}")


def run(
    network,
    timesteps=None,
    *,
    numeric=None,
    out_of_range=None,
    threads=None,
    machine=None,
    folder=None,
    recording_memory=256,
):
    """Runs a network and returns its :class:`Result`.

    ``network`` is a :class:`Network`, a :class:`NetworkFile` or the name of a network file. Options that are not given are
    taken from the file, else ``timesteps=1000, numeric="chip", out_of_range="error"``. With a ``machine`` (a
    :class:`Machine` or the name of one) the network is also laid on it, which fails if it does not fit;
    ``result.mapping`` is where. ``threads`` never changes a result; all processors are used without it.

    With a ``folder`` the results are written there, with pictures, as the command ``gennaker run`` does: recordings beyond
    ``recording_memory`` MiB while the run goes on, so that they need not fit in memory. Arrays of such a result are read when
    they are asked for, and large ones stay on disk. If there was a machine, too, :func:`gennaker.account` says what the run
    would take on it.
    """
    _check_memory(recording_memory)
    if not isinstance(network, (_gennaker.Network, NetworkFile)):
        network = load(network)
    settings = {"timesteps": 1000, "numeric": "chip", "out_of_range": "error", "machine": None, "tick_ms": 1.0, "account": {}}
    if isinstance(network, NetworkFile):
        settings.update(network.settings)
        network = network.network
    given = {"timesteps": timesteps, "numeric": numeric, "out_of_range": out_of_range, "machine": machine}
    settings.update({key: value for key, value in given.items() if value is not None})
    mapping = _mapping(network, settings["machine"], settings["timesteps"])
    simulation = _gennaker.Simulation(network, settings["numeric"], settings["out_of_range"], threads=threads)
    if folder is not None:
        place = (mapping, settings["account"])
        simulation.run_into(settings["timesteps"], folder, settings["tick_ms"], recording_memory, *place)
        result = results.open_results(folder)
        result.mapping = mapping
        result._network = network
        return result
    simulation.run(settings["timesteps"])
    result = _result(network, simulation, mapping, settings["tick_ms"])
    kept = {name: settings[name] for name in ("tick_ms", "numeric", "account")}
    result._origin = {"network": network, **kept}
    return result


def _mapping(network, machine, timesteps):
    if machine is None:
        return None
    machine = machine if isinstance(machine, _gennaker.Machine) else _gennaker.Machine(machine)
    return _gennaker.map(network, machine, {"timesteps": timesteps})


def _result(network, simulation, mapping, tick_ms):
    populations = []
    for index in range(len(network.populations)):
        described = network.population(index)
        name, size, model = (described[key] for key in ("name", "size", "model"))
        populations.append(results.of_population(simulation, index, name, size, described["record"], model))
    about = {"network": network.name, "seed": network.seed, "version": _gennaker.__version__}
    report = simulation.report()
    return results.Result(populations, simulation.tick, report, mapping, simulation, tick_ms, about, network)
