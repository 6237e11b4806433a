"""Spiking networks with py-spinnaker2's classes."""

from gennaker.snn.convolution import Conv2DProjection, Conv2dProjection
from gennaker.snn.network import Network
from gennaker.snn.population import Population
from gennaker.snn.projection import Projection

__all__ = ["Conv2DProjection", "Conv2dProjection", "Network", "Population", "Projection"]
