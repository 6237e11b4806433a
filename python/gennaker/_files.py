"""Files that are there as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def written(*paths: str | os.PathLike[str]) -> Iterator[list[str]]:
    """Names to write to. They get the names that were asked for when all is well, and are gone when it is not.

    Links are followed. A device or pipe, such as ``/dev/stdout``, is written to, not replaced.
    """
    names = [os.fsdecode(path) for path in paths]
    token = secrets.token_hex(4)
    parts = [_part(name, token) for name in names]
    try:
        yield parts
        for part, name in zip(parts, names):
            if is_device(name):
                with open(part, "rb") as source, open(name, "wb") as target:
                    shutil.copyfileobj(source, target)
            else:
                os.replace(part, os.path.realpath(name))
    finally:
        for part in parts:
            with contextlib.suppress(FileNotFoundError):
                os.remove(part)


def is_device(path: str | os.PathLike[str]) -> bool:
    """Whether something is there that is neither a file nor a folder."""
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


def _part(name: str, token: str) -> str:
    """The name that a file has until it is complete: beside its own, where renaming is enough."""
    if not name or os.path.isdir(name):
        raise IsADirectoryError(f"`{name}` is a folder; give the name of a file" if name else "the name of the file is empty")
    if is_device(name):
        return os.path.join(tempfile.gettempdir(), f".{token}.part")
    folder, base = os.path.split(os.path.realpath(name))
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"there is no folder `{os.path.dirname(name) or folder}` for `{base}`")
    return os.path.join(folder, f".{token}.part.{base}")
