"""How py-spinnaker2 reaches a board. Accepted everywhere, without effect: there is no board."""

from gennaker.experiment_backends.backend_settings import ROUTING, BackendSettings
from gennaker.experiment_backends.base_experiment_backend import ExperimentBackendType

__all__ = ["ROUTING", "BackendSettings", "ExperimentBackendType"]
