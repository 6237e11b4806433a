"""Laying a network on a machine, under the names of py-spinnaker2's mapper."""

from types import SimpleNamespace

from gennaker import _gennaker
from gennaker.snn import _convert

#: Programs of custom models by model name. Scripts may add to it; no chip program is ever loaded here.
APP_PATH_IN_LIB: dict[str, str] = {}


def lay_out(network, machine, timesteps):
    """The mapping of a network of the core on a machine (a preset's name), with room for ``timesteps`` of recordings."""
    return _gennaker.map(network, _gennaker.Machine(machine), {"timesteps": timesteps})


class Mapper:
    """Maps a network: ``Mapper(net, "chip").map_and_generate_experiment_config(timesteps)``."""

    def __init__(self, net, machine="chip"):
        self.net = net
        self.machine = machine
        self.mapping = None

    def map_and_generate_experiment_config(self, timesteps=1000):
        """Maps, and returns what the original calls experiment and simulation configuration.

        The first holds the ``mapping`` and ``synchronous_start``, which has no effect: here, all cores start at once.
        """
        network, _ = _convert.built(self.net)
        self.mapping = lay_out(network, self.machine, timesteps)
        return SimpleNamespace(mapping=self.mapping, synchronous_start=True), SimpleNamespace(timesteps=timesteps)


class IterativeMapper(Mapper):
    """The same: memory is counted exactly, so nothing has to be tried again."""
