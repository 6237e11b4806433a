"""Options of a run, as they are typed."""

import operator

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
