"""Which program runs which model."""

from gennaker.neuron_models.application import BaseApplication
from gennaker.neuron_models.common import DVFSParams
from gennaker.neuron_models.lif_conv2d import LIFConv2dApplication
from gennaker.neuron_models.lif_neuron import LIFApplication, LIFNoDelayApplication

_APPLICATIONS = {
    "lif": LIFApplication,
    "lif_no_delay": LIFNoDelayApplication,
    "lif_conv2d": LIFConv2dApplication,
}


def level_policy(model):
    """How the cores of a model's populations choose their clock, as the account names it; None if no script has said so."""
    application = _APPLICATIONS.get(model, BaseApplication)
    params = application.dvfs_params
    if params is None:
        return None
    if not isinstance(params, DVFSParams):
        raise TypeError(f"{application.__name__}.dvfs_params is {params!r}; it must be a DVFSParams")
    return params.policy()
