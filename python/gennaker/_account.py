"""Accounts of time and energy, and how they are made from result folders."""

import itertools
import os

import numpy as np

from gennaker import _gennaker

#: What the parts of an account's energy are called, as the command and the report page have it.
_PARTS = {
    "pe_sleep_j": "PEs, leakage and clocks",
    "pe_cycles_j": "PEs, busy cycles",
    "pe_switch_j": "PEs, level changes",
    "pe_unused_j": "PEs not in use",
    "noc_j": "data networks",
    "router_j": "routers",
    "link_j": "links, packets",
    "link_idle_j": "links, idle",
    "dram_static_j": "DRAM, idle",
    "dram_traffic_j": "DRAM, transfers",
    "uncore_j": "rest of the chips",
    "board_j": "boards",
    "frame_j": "frames",
    "supply_j": "supply losses",
}


def part_name(key):
    """What a part of an account's energy is called, by its key."""
    return _PARTS.get(key, key.removesuffix("_j").replace("_", " "))


class Attributes(dict):
    """A dictionary whose entries are attributes, too."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            kind = type(self).__name__
            raise AttributeError(f"{kind} has no `{name}`; it has: {', '.join(self)}") from None

    def __dir__(self):
        return [*super().__dir__(), *self]


class Account(Attributes):
    """What a run would take on the hardware: modelled, not measured. A dictionary whose entries are attributes, too.

    ``account.total_j``, ``account.in_time``, ``account.energy["pe_cycles_j"]``; ``account.pes``, ``.links`` and ``.routers``
    are lists with a dictionary for each, and ``account.columns("pes")`` is the same as arrays. ``account.options`` holds every
    assumption; the command ``gennaker machine --facts`` says where each comes from.
    """

    def columns(self, part):
        """The numbers of ``"pes"``, ``"links"`` or ``"routers"`` as ``{name: array}``, in the order of the list."""
        if part not in ("pes", "links", "routers"):
            raise ValueError(f'an account has columns of "pes", "links" and "routers", not of {part!r}')
        rows = self[part]
        return {name: np.array([row[name] for row in rows]) for name in (rows[0] if rows else ())}

    def _repr_html_(self):
        from gennaker import _html

        return _html.account(self)

    def __repr__(self):
        verdict = "in time" if self["in_time"] else f"{self['n_overruns']} overruns"
        return f"Account({self['machine']!r}: {self['total_j']:.4g} J in {self['duration_s']:.4g} s, {verdict})"


def account(folder, level=None, tick=None, set=None):
    """The :class:`Account` of a run that is over, from a folder that ``gennaker run`` has written, or
    ``gennaker.run(network, machine="chip", folder=folder)``.

    ``level`` is how cores choose their clock: ``"low"``, ``"high"`` (the default), ``"auto"`` or ``"auto:30"`` (high from 30
    packets on), ``"predictive"``, ``"pl2"``. ``tick`` is the real duration of a tick, such as ``"2.5ms"``; without it the
    network's own. ``set`` replaces any other assumption by name: ``{"energy.router_packet_pj": 80, "level_of.input": "low"}``.
    Every population of neurons that sends spikes must have recorded them, all neurons in every tick; those of sources are drawn
    again.
    """
    return Account(_gennaker.account_folder(os.fspath(folder), _assumptions(level, tick, set)))


def sweep(folder, dimensions, level=None, tick=None, set=None):
    """The figures of a run that is over under every combination of ``dimensions``: a list of dictionaries, the last dimension
    varying fastest.

    ``dimensions`` maps names to lists of values: ``{"level": ["low", "high"], "atoms": [64, 128]}``. ``atoms`` (neurons per
    core) and ``placer`` lay the network out anew; all others are assumptions as in :func:`account`, which also has the other
    arguments. No value may be there twice. A combination that cannot be laid out has an ``error`` instead of figures.
    """
    if not isinstance(dimensions, dict) or not all(isinstance(v, (list, tuple, range, np.ndarray)) for v in dimensions.values()):
        raise TypeError(f"dimensions is {dimensions!r}; it must map names to lists of values")
    values = [list(given) for given in dimensions.values()]
    texts = [(str(name), [str(value) for value in given]) for name, given in zip(dimensions, values)]
    for name, text in ((name, text) for name, given in texts for text in given if "," in text):
        raise ValueError(f"dimension `{name}` has the value {text!r}; give the values of a list one by one")
    rows = _gennaker.sweep_folder(os.fspath(folder), texts, _assumptions(level, tick, set))
    return [{**dict(zip(dimensions, combination)), **row} for combination, row in zip(itertools.product(*values), rows)]


def _assumptions(level, tick, others):
    if others is not None and not isinstance(others, dict):
        raise TypeError(f"set is {others!r}; it must be a dictionary of assumptions")
    named = {"level": level, "tick": tick}
    return {**{name: value for name, value in named.items() if value is not None}, **(others or {})}
