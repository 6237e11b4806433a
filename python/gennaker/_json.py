"""JSON that takes NumPy's scalars and arrays for the numbers they are."""

import json


def dumps(value):
    return json.dumps(value, default=_plain, allow_nan=False)


def _plain(value):
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{value!r} is neither a number, a text, a list nor a dictionary")
