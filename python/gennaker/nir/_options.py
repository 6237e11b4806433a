"""The choices that NIR leaves open, as keywords, and as the core names them."""

import difflib
import math

import numpy as np

_CHOICES = {
    "integrator": {"forward": "forward", "exponential": "exponential"},
    "reset": {"zero": "zero", "subtract": "subtract"},
    "scaling": {"layer": "layer", "channel": "channel"},
    "rounding": {"toward_zero": "toward_zero", "nearest": "nearest"},
    "weight_bits": {4: "four", 8: "eight", 16: "sixteen"},
    "threshold_fit": {"nominal": "nominal", "fitted": "fitted"},
}


def core_options(graph, given):
    """Options for the core from keywords; those that are None are left to the graph, or to the defaults."""
    options = {}
    for name, value in given.items():
        if value is None:
            continue
        if name in _CHOICES:
            options[name] = _choice(name, value)
        else:
            key, take = _OTHERS[name]
            options[key] = take(name, value, graph)
    return options


def _choice(name, value):
    known = _CHOICES[name]
    value = getattr(value, "item", lambda: value)()
    if not isinstance(value, (str, int)) or isinstance(value, bool) or value not in known:
        raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(map(repr, known))}")
    return known[value]


def _seconds(name, value, _):
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = math.nan
    if isinstance(value, (str, bool)) or not 0 < seconds < math.inf:
        raise ValueError(f"{name} is {value!r}; it must be a time in seconds above 0")
    return seconds


def _ticks(name, value, _):
    try:
        ticks = int(value)
    except (TypeError, ValueError, OverflowError):
        ticks = -1
    if isinstance(value, str) or ticks != value or not 0 <= ticks < 1 << 31:
        raise ValueError(f"{name} is {value!r}; it must be a whole number of ticks from 0 on")
    return ticks


def _flag(name, value, _):
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} is {value!r}; it must be True or False")
    return bool(value)


def _names(name, value, _):
    if isinstance(value, str) or not all(isinstance(variable, str) for variable in value):
        raise TypeError(f"{name} is {value!r}; it must be a list of names")
    return list(value)


def _real_weights(name, value, graph):
    if isinstance(value, (bool, np.bool_)):
        return "all" if value else "none"
    wanted, known = _names(name, value, graph), graph.shapes()
    for population in wanted:
        if population not in known:
            near = difflib.get_close_matches(population, known, n=1)
            meant = f"; did you mean `{near[0]}`?" if near else ""
            raise ValueError(f"{name} names `{population}`, which is no node of the graph{meant}")
    return {"all_but": sorted(set(known) - set(wanted))}


_OTHERS = {
    "dt": ("dt_s", _seconds),
    "conn_delay": ("conn_delay", _ticks),
    "scale_weights": ("scale_weights", _flag),
    "output_record": ("output_record", _names),
    "outputs": ("outputs", _names),
    "real_weights": ("real_weights", _real_weights),
}
