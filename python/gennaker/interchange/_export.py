"""``python -m gennaker export RESULTS --to FORMAT OUT``"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any

from gennaker._files import is_device, written
from gennaker._sources import result_of
from gennaker.interchange._common import Chosen, kinds, needed
from gennaker.results import open_results


def _neo(result, out, what, populations):
    neo = needed("neo", "a file of Neo", "neo")
    with written(out) as (part,):
        neo.PickleIO(part).write_block(result.to_neo(populations))


#: How each format is written: a result, the output, what, populations.
_WRITERS = {
    "sonata": lambda result, out, what, populations: result.write_sonata(out, populations),
    "nwb": lambda result, out, what, populations: result.write_nwb(out, None, populations),
    "neo": _neo,
    "parquet": lambda result, out, what, populations: result.write_parquet(out, what, populations),
    "feather": lambda result, out, what, populations: result.write_feather(out, what, populations),
    "csv": lambda result, out, what, populations: result.write_csv(out, what, populations),
    "npz": lambda result, out, what, populations: result.write_npz(out, populations),
}
#: Formats with one kind of rows.
_TABLES = ("parquet", "feather", "csv")
#: What :func:`export` writes.
FORMATS = tuple(_WRITERS)


def export(results: Any, to: str, out: str | os.PathLike[str], what: str = "spikes", populations: Chosen = None) -> None:
    """Writes a result, a result folder, or what a network or hardware ran last, in a format: one of :data:`FORMATS`.

    ``out`` is a folder for sonata, else a file. ``what`` chooses the rows of parquet, feather and csv: ``"spikes"``, or a
    recorded variable. A file of neo is a pickled block, for ``neo.PickleIO``.
    """
    if to not in _WRITERS:
        raise ValueError(f"format {to!r} is not known; there are: {', '.join(FORMATS)}")
    _WRITERS[to](result_of(results), out, what, populations)


def main(arguments: Sequence[str], program: str) -> int:
    """The command, with the arguments behind its name. Returns the exit status."""
    given = _parser(program).parse_args(arguments)
    try:
        there = None if given.force else _in_the_way(given.to, given.out)
        if there is not None:
            raise FileExistsError(f"`{there}` is there already; --force replaces it")
        result = open_results(given.results)
        with warnings.catch_warnings():
            # One line from us, instead of a library's view of its own insides.
            warnings.simplefilter("ignore", DeprecationWarning)
            export(result, given.to, given.out, given.what, _names(given.population))
    except (ImportError, LookupError, OSError, ValueError) as error:
        text = error.args[0] if isinstance(error, KeyError) else error
        sys.stderr.write(f"{program}: {text}\n")
        return 1
    # What was written to a pipe is not to have our words in it.
    told = sys.stderr if is_device(given.out) else sys.stdout
    left = [kind for kind in kinds(result) if given.to in _TABLES and kind != given.what]
    print(f"{given.out}: {given.to} of {given.what if given.to in _TABLES else 'everything'}, from {given.results}", file=told)
    if left:
        print(f"not in it: {', '.join(left)}; --what chooses", file=told)
    return 0


def _in_the_way(to: str, out: str) -> str | None:
    """What would be replaced: a file, or one of those that a folder of SONATA holds."""
    if to == "sonata" and os.path.isdir(out):
        files = sorted(name for name in os.listdir(out) if name == "spikes.h5" or name.endswith("_report.h5"))
        return os.path.join(out, files[0]) if files else None
    return out if os.path.lexists(out) and not is_device(out) else None


def _names(pairs: list[str] | None) -> dict[str, str] | None:
    """``NAME`` and ``NAME=OTHER`` as a dictionary."""
    if pairs is None:
        return None
    split = [pair.partition("=") for pair in pairs]
    for name, sign, other in split:
        if sign and not other:
            raise ValueError(f"--population {name}= gives no other name; leave the sign out, or write {name}=OTHER")
    return {name: other if sign else name for name, sign, other in split}


def _parser(program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        program, description="Writes what a run recorded in a format of other tools.", allow_abbrev=False
    )
    parser.add_argument("results", metavar="RESULTS", help="a folder that `gennaker run --out` has written")
    parser.add_argument("--to", required=True, choices=FORMATS, metavar="FORMAT", help=f"one of: {', '.join(FORMATS)}")
    parser.add_argument("out", metavar="OUT", help="the file to write; for sonata, a folder")
    parser.add_argument(
        "--what", default="spikes", metavar="KIND", help="rows of parquet, feather and csv: spikes (the default), v, ..."
    )
    parser.add_argument(
        "--population",
        action="append",
        metavar="NAME[=OTHER]",
        help="only this one, under another name if given; may be repeated",
    )
    parser.add_argument("--force", action="store_true", help="replace a file that is there")
    return parser
