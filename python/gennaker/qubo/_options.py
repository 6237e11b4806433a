"""Options of a run, as they are typed."""

import operator
import os

#: Seeds are this long.
_SEED_BITS = 64


def schedule(given):
    """A schedule's name and numbers: from a name, a name with numbers, or a list of temperatures."""
    if given is None:
        return None
    if isinstance(given, str):
        return given, []
    parts = list(given)
    if parts and isinstance(parts[0], str):
        name, *parts = parts
        if name == "custom" and len(parts) == 1:
            (parts,) = parts
    else:
        name = "custom"
    try:
        return name, [float(part) for part in parts]
    except (TypeError, ValueError):
        raise TypeError(
            f'the schedule is {given!r}; it must be a name, a name with numbers such as ("geometric", 30, 0.3), or a list of '
            "temperatures"
        ) from None


def run(num_steps, num_anneals, num_reads, seed_, discipline, rule, schedule_, initial):
    """What decides the states of a run, as the core takes it; ``initial`` is an array with rows, or None."""
    return {
        "num_steps": count("num_steps", num_steps),
        "num_anneals": count("num_anneals", num_anneals),
        "num_reads": count("num_reads", num_reads),
        "seed": seed(seed_),
        "discipline": discipline,
        "rule": rule,
        "schedule": schedule(schedule_),
        "initial": initial,
    }


def machine(name, coding, account):
    """A machine as the core takes it."""
    if name is None:
        if account is not None or coding != "changes":
            raise ValueError("coding and account are about a machine; name one, or leave them out")
        return None
    try:
        name = os.fspath(name)
    except TypeError:
        name = None
    if not isinstance(name, str):
        raise TypeError('machine must be "auto", a preset such as "chip", or the name of a machine file')
    return {"machine": name, "coding": text("coding", coding), "account": account}


def text(name, value):
    """A text."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is {value!r}; it must be a text")
    return value


def count(name, value):
    """A whole number of at least 1."""
    found = whole(name, value)
    if found < 1:
        raise ValueError(f"{name} is {found}; it must be at least 1")
    return min(found, 2**64 - 1)


def whole(name, value):
    """An ``int`` from anything that is one."""
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}; it must be a whole number") from None


def seed(value):
    """A seed of 64 bits."""
    found = whole("seed", value)
    if not 0 <= found < 2**_SEED_BITS:
        raise ValueError(f"seed is {found}; it must be 0 to 2**{_SEED_BITS} - 1")
    return found


def function(name, value):
    """A function, or none."""
    if value is not None and not callable(value):
        raise TypeError(f"{name} is {value!r}; it must be a function without arguments")
    return value
