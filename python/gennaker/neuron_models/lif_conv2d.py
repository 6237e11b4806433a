"""Name of the convolution program."""

from gennaker.neuron_models.application import BaseApplication


class LIFConv2dApplication(BaseApplication):
    """The program behind ``lif_conv2d``."""
