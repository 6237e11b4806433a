"""The double-precision reference, in the place of py-spinnaker2's Brian2 backend. Brian2 is not needed."""

import logging

from gennaker._counting import of_cores
from gennaker._run import simulate
from gennaker._user import warn
from gennaker.snn import _convert

_log = logging.getLogger("gennaker")


class Brian2Backend:
    """Runs networks with double-precision state, and parameters rounded to single precision first."""

    def __init__(self):
        #: The account of the last run, as a dictionary.
        self.report = None

    def run(self, net, timesteps, quantize_weights=True, **options):
        """Runs ``net`` for ``timesteps`` ticks; the results are in its populations.

        Weights are whole numbers in the chip's range, or as given with ``quantize_weights=False``. The options of hardware
        objects are accepted and have no effect.
        """
        _log.debug("options without effect here: %s", options)
        timesteps = _convert.whole_number("timesteps", timesteps, 0)
        network, records = _convert.built(net)
        network.validate()
        for population in net.populations:
            for name in of_cores(population):
                warn(f"population `{population.name}`: `{name}` is about cores and is recorded on hardware objects only")
        numeric = "reference_integer_weights" if quantize_weights else "reference_single_parameters"
        self.report = simulate(net, network, records, timesteps, numeric)
