"""The SpiNNaker2 neuromorphic system in software.

Four ways in:

* py-spinnaker2's interface: ``from gennaker import snn, hardware`` (or ``python -m gennaker script.py`` for a script that
  imports ``spinnaker2`` and must stay as it is);
* trained networks: ``gennaker.nir.from_nir("network.nir").run(data).answers``;
* optimisation: ``gennaker.qubo.max_cut(edges).solve().solution``, and ``gennaker.qubo.SpikingSampler`` for dimod;
* our own: ``gennaker.run("network.toml").spikes("exc")`` gives arrays; :class:`Network`, :class:`Machine`, :func:`map` and
  :class:`Simulation` are the parts it is made of.
"""

import importlib

from gennaker._account import Account, account, sweep
from gennaker._gennaker import Machine, Mapping, Network, Simulation, __version__, map, models
from gennaker._report import Report, report
from gennaker.api import NetworkFile, load, run
from gennaker.errors import NotModelledError
from gennaker.results import Result, open_results

__all__ = [
    "Account",
    "Machine",
    "Mapping",
    "Network",
    "NetworkFile",
    "NotModelledError",
    "Report",
    "Result",
    "Simulation",
    "__version__",
    "account",
    "load",
    "map",
    "models",
    "open_results",
    "report",
    "run",
    "serve_spinnaker2",
    "sweep",
]

_SUBMODULES = {
    "ann2snn_helpers",
    "brian2_sim",
    "experiment_backends",
    "hardware",
    "helpers",
    "interchange",
    "logger",
    "mapper",
    "neuron_models",
    "nir",
    "plot",
    "qubo",
    "s2_nir",
    "snn",
}


def _notebook_shows(kind, name):
    """Gives a class of the core what notebooks look for; what makes it is loaded when one does."""

    def _repr_html_(self):
        from gennaker import _html

        return getattr(_html, name)(self)

    kind._repr_html_ = _repr_html_


_notebook_shows(Network, "core_network")
_notebook_shows(Mapping, "mapping")


def serve_spinnaker2():
    """From now on ``import spinnaker2`` in this process means gennaker: the first line of a notebook."""
    from gennaker import _alias

    _alias.install()


def __getattr__(name):
    # Only what a script uses is loaded.
    if name in _SUBMODULES:
        return importlib.import_module(f"gennaker.{name}")
    raise AttributeError(f"module 'gennaker' has no attribute {name!r}")


def __dir__():
    return sorted(set(__all__) | _SUBMODULES)
