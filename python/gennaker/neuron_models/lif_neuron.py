"""Names of the leaky integrate-and-fire programs."""

from gennaker.neuron_models.application import BaseApplication


class LIFApplication(BaseApplication):
    """The program behind ``lif``."""


class LIFNoDelayApplication(LIFApplication):
    """The program behind ``lif_no_delay``."""
