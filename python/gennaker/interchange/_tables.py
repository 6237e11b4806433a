"""Spikes and states as rows: data frames, Arrow, Parquet, text; and as plain arrays."""

from __future__ import annotations

import csv
import itertools

import numpy as np

from gennaker._files import written
from gennaker.interchange._common import about_json, check_name, chosen, needed

#: Rows of text that are made at a time.
_CHUNK = 1 << 16


def _columns(result, what, populations):
    """Names of the populations, and for each of them the columns neuron, tick, and for a state its values."""
    found = chosen(result, populations, what)
    return [name for name, _ in found], [_rows(population, what) for _, population in found]


def _rows(population, what):
    if what == "spikes":
        ticks, neurons = population.spikes
        return {"neuron": neurons, "tick": ticks}
    ticks, neurons, values = population.states[what]
    neuron = np.tile(neurons, len(ticks))
    return {"neuron": neuron, "tick": np.repeat(ticks, len(neurons)), what: np.asarray(values).reshape(-1)}


def _joined(result, what, populations):
    """The same in one: codes of populations, and columns."""
    names, parts = _columns(result, what, populations)
    codes = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part["tick"]) for part in parts])
    columns = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    tick = columns["tick"]
    head = {"neuron": columns.pop("neuron"), "tick": columns.pop("tick"), "time_ms": tick * float(result.tick_ms)}
    return names, codes, {**head, **columns}


def to_pandas(result, what, populations):
    pandas = needed("pandas", "a data frame", "arrow")
    names, codes, columns = _joined(result, what, populations)
    frame = pandas.DataFrame({"population": pandas.Categorical.from_codes(codes, names), **columns}, copy=False)
    frame.attrs["gennaker"] = about_json(result)
    return frame


def to_arrow(result, what, populations):
    pyarrow = needed("pyarrow", "a table of Arrow", "arrow")
    names, codes, columns = _joined(result, what, populations)
    population = pyarrow.DictionaryArray.from_arrays(pyarrow.array(codes), pyarrow.array(names, pyarrow.string()))
    table = pyarrow.table({"population": population, **{name: pyarrow.array(values) for name, values in columns.items()}})
    return table.replace_schema_metadata({"gennaker": about_json(result)})


def write_parquet(result, path, what, populations):
    table = to_arrow(result, what, populations)
    parquet = needed("pyarrow.parquet", "a Parquet file", "arrow")
    with written(path) as (part,):
        parquet.write_table(table, part)


def write_feather(result, path, what, populations):
    table = to_arrow(result, what, populations)
    feather = needed("pyarrow.feather", "a Feather file", "arrow")
    with written(path) as (part,):
        feather.write_feather(table, part)


def write_csv(result, path, what, populations):
    names, codes, columns = _joined(result, what, populations)
    for name in names:
        if "\0" in name:
            # Not every reader, nor the writer of Python 3.10, has a way to say this.
            check_name(name, "a text file", "")
    with written(path) as (part,), open(part, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["population", *columns])
        for start in range(0, len(codes), _CHUNK):
            rows = slice(start, start + _CHUNK)
            texts = (_texts(values[rows]) for values in columns.values())
            writer.writerows(zip((names[code] for code in codes[rows]), *texts))


def _texts(values):
    """Shortest texts that give the same numbers again."""
    return values.astype(str).tolist() if values.dtype == np.float32 else values.tolist()


def write_npz(result, path, populations):
    arrays = {"about": np.array(about_json(result))}
    for name, population in chosen(result, populations, None):
        check_name(name, "an .npz file", "/\\:", (".", ".."))
        for key, values in _named(name, population):
            if key in arrays:
                raise ValueError(
                    f"two arrays would be called {key!r} in the .npz file; rename population {name!r}: populations={{...}}"
                )
            arrays[key] = values
    with written(path) as (part,), open(part, "wb") as file:
        np.savez(file, **arrays)


def _named(name, population):
    spikes = zip(("t", "i"), population.spikes) if population.has_spikes() else ()
    states = ((variable, population.states[variable]) for variable in population.variables())
    named = (zip((f"{variable}.t", f"{variable}.i", variable), arrays) for variable, arrays in states)
    return [(f"{name}.{key}", array) for key, array in itertools.chain(spikes, *named)]
