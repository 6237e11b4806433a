"""Counting runs of py-spinnaker2's classes: their time and energy on the hardware."""

import math

import numpy as np

from gennaker._account import Account
from gennaker.neuron_models._table import level_policy
from gennaker.snn import _convert

#: Shortest and longest tick in seconds.
TICK_S = (1e-6, 3600.0)


def checked_tick(sys_tick_in_s):
    """The real duration of a tick in seconds."""
    try:
        tick_s = float(sys_tick_in_s)
    except (TypeError, ValueError, OverflowError):
        tick_s = math.nan
    if isinstance(sys_tick_in_s, (str, bytes, bool)) or not TICK_S[0] <= tick_s <= TICK_S[1]:
        raise ValueError(f"sys_tick_in_s is {sys_tick_in_s!r}; it must be a number of seconds from {TICK_S[0]} to {TICK_S[1]:g}")
    return tick_s


class Counting:
    """Counts a run of py-spinnaker2's classes: what to count, and afterwards what came of it."""

    def __init__(self, net, network, mapping, tick_s, power, given):
        self._net = net
        self._mapping = mapping
        self._tick_s = tick_s
        self._power = power
        self._options = assumptions(net, network, given)
        #: The account, after the run.
        self.account = None
        #: Times in s and mean power in W of every tick, after the run, if it was asked for.
        self.power = None

    def begin(self, simulation, timesteps):
        """Has ``simulation`` counted."""
        recording = [index for index, population in enumerate(self._net.populations) if of_cores(population)]
        tick_ms = self._tick_s * 1e3
        simulation.count(self._mapping, timesteps, tick_ms, self._options, recording, self._power)

    def end(self, simulation):
        """Takes the account, and hands populations what they recorded of their cores."""
        self.account = Account(simulation.account())
        trace = simulation.trace()
        if self._power:
            self.power = np.arange(len(trace["power_w"])) * self._tick_s, trace["power_w"]
        names, population_of = self._mapping.pe_names(), self._mapping.slices()["population"]
        for index, population in enumerate(self._net.populations):
            columns = [(names[s], at) for at, s in enumerate(trace["slices"]) if population_of[s] == index]
            population._recorded.cores = {
                name: {pe: np.ascontiguousarray(trace[name][:, at]) for pe, at in columns} for name in of_cores(population)
            }


def of_cores(population):
    """What a population records of its cores."""
    return [name for name in population.record if name in _convert.CORE_RECORDABLES]


def assumptions(net, network, given):
    """What is assumed of a run: ``given`` by the user, else what application classes say."""
    return {**_levels(net, network), **_checked(given)}


def _levels(net, network):
    """What application classes say about clocks, as assumptions by population."""
    policies = ((name, level_policy(population.neuron_model)) for name, population in zip(network.populations, net.populations))
    return {f"level_of.{name}": policy for name, policy in policies if policy is not None}


def _checked(given):
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise TypeError(f"account is {given!r}; it must be a dictionary of assumptions, such as {{'level': 'auto:30'}}")
    if "tick" in given:
        raise ValueError("account: the duration of a tick is the option sys_tick_in_s of run")
    return given
