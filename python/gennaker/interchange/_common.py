"""What all formats need: which populations, under which names; whole files; libraries that may be missing."""

from __future__ import annotations

import collections
import importlib
import json
from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np

#: Populations to export: a name, names, or names with those that they have in the output; None for all that recorded it.
Chosen = str | Sequence[str] | Mapping[str, str] | None


def needed(module: str, purpose: str, extra: str) -> ModuleType:
    """A library that may be missing; then the error says how to get it."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.split(".")[0]
        if error.name is not None and error.name.split(".")[0] != package:
            raise
        raise ImportError(
            f"{purpose} needs {package}: pip install {package} (or pip install 'gennaker[{extra}]')", name=package
        ) from None


def chosen(result, populations: Chosen, what: str | None) -> list[tuple[str, Any]]:
    """Names in the output and populations that recorded ``what``: ``"spikes"``, a variable, or with None anything at all."""
    if populations is None:
        found = [(name, result.populations[name]) for name in result.populations if recorded(result.populations[name], what)]
        if not found:
            asked = "anything" if what is None else f"`{what}`; recorded are: {', '.join(kinds(result)) or 'nothing'}"
            raise ValueError(f"no population recorded {asked}")
    else:
        found = [(name, result._population(original)) for original, name in _renamed(populations).items()]
        for _, population in found:
            if not recorded(population, what):
                raise ValueError(f"population `{population.name}` did not record {'anything' if what is None else f'`{what}`'}")
    for name, count in collections.Counter(name for name, _ in found).items():
        if count > 1:
            raise ValueError(f"two populations would be called {name!r} in the output; give each a name of its own")
    return found


def _renamed(populations: str | Sequence[str] | Mapping[str, str]) -> dict[str, str]:
    if isinstance(populations, str):
        return {populations: populations}
    if isinstance(populations, (Sequence, Mapping)) and not populations:
        raise ValueError("populations is empty; name one or more, or leave it out for all")
    pairs = None
    if isinstance(populations, Mapping):
        pairs = list(populations.items())
    elif isinstance(populations, Iterable):
        pairs = [(name, name) for name in populations]
    if pairs is None or not all(isinstance(text, str) for pair in pairs for text in pair):
        raise TypeError(
            f"populations is {populations!r}; it must be a name, a list of names, or a dictionary from names to names"
        )
    return dict(pairs)


def recorded(population, what: str | None) -> bool:
    """Whether a population has it."""
    if what is None:
        return population.has_spikes() or bool(population.variables())
    return population.has_spikes() if what == "spikes" else what in population.variables()


def kinds(result) -> list[str]:
    """``"spikes"`` and the variables that any population recorded."""
    variables = dict.fromkeys(name for population in result.populations.values() for name in population.variables())
    return ["spikes"] * any(population.has_spikes() for population in result.populations.values()) + list(variables)


def check_name(name: str, file: str, forbidden: str, words: Sequence[str] = ()) -> None:
    """Refuses a population's name that ``file`` cannot hold, and says how to export it under another."""
    bad = [character for character in name if character in forbidden or not character.isprintable()]
    if name and not bad and name not in words:
        return
    reason = "it is empty" if not name else f"it has {bad[0]!r} in it" if bad else "it has a meaning of its own there"
    raise ValueError(
        f"population {name!r} cannot be called that in {file}: {reason}; "
        f"export it under another name: populations={{{name!r}: 'another', ...}}"
    )


def about_json(result) -> str:
    """What ran, as JSON."""
    about = {**result.about, "timesteps": int(result.timesteps), "tick_ms": float(result.tick_ms)}
    return json.dumps({key: value for key, value in about.items() if value is not None}, ensure_ascii=False)


def duration_ms(result) -> float:
    """How long the run was."""
    return result.timesteps * result.tick_ms


def step(ticks: np.ndarray) -> int | None:
    """Ticks from one sample to the next, if that is always the same; 1 for a single sample."""
    steps = np.unique(np.diff(ticks.astype(np.int64)))
    return 1 if not len(steps) else int(steps[0]) if len(steps) == 1 else None
