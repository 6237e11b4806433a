"""Runs the code blocks of Markdown files, so that what they show is what happens.

The blocks of one file run in order, in one empty folder with the repository's `examples` linked into it and the built command on the
path: `sh` blocks by bash, `python` blocks in one session, so that later ones know the names of earlier ones; `toml` blocks must be
network files that map. A line before a block says otherwise:

    <!-- not run: REASON -->      left out
    <!-- file: NAME -->           written to a file that later blocks use; a network file is mapped, too
    <!-- machine file -->         TOML that describes a machine
    <!-- added to: FILE -->       TOML that stands behind the content of a network file, which then runs for a few ticks on a board
    <!-- needs: MODULES -->       left out, and told, where Python lacks a module that the package can do without

`text` blocks are output. Blocks of all other languages, and of none, need a reason not to be run.
"""

import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^(?:<!-- ([^\n]*?) -->\n+)?```([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# Longest that one command may take, in seconds.
LIMIT = 120
# What a Python session does: takes blocks as lines of JSON, answers each with a line, empty or with what went wrong.
SESSION = """
import json, os, sys, traceback
answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)
names = {"__name__": "__main__"}
for line in sys.stdin:
    try:
        exec(compile(json.loads(line), "block", "exec"), names)
        sys.stdout.flush()
        answers.write('""' + chr(10))
    except BaseException:
        answers.write(json.dumps(traceback.format_exc()) + chr(10))
"""


class Failure(Exception):
    """What is wrong with a block."""


class Session:
    """A Python interpreter in a folder; it starts with the first block."""

    def __init__(self, folder: Path, env: dict[str, str]):
        self.folder, self.env, self.process = folder, env, None

    def run(self, text: str) -> None:
        """Runs one block."""
        if self.process is None:
            pipe = subprocess.PIPE
            command = [sys.executable, "-c", SESSION]
            options = {"cwd": self.folder, "env": self.env, "text": True}
            self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, **options)
        self.process.stdin.write(json.dumps(text) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if error := json.loads(answer or '"Python has ended"'):
            raise Failure(f"this block of `python` fails:\n{text}\n{error}")

    def close(self) -> None:
        """Ends the interpreter, if there is one."""
        if self.process is not None:
            self.process.communicate()


def commands(kind: str, note: str, text: str, folder: Path) -> list[list[str]]:
    """The commands that run one block."""
    verb, _, argument = note.partition(":")
    argument = argument.strip()
    if verb == "file":
        (folder / argument).write_text(text)
        return [["gennaker", "map", argument]] if "[[population]]" in text else []
    if kind == "sh":
        return [["bash", "-euo", "pipefail", "-c", text]]
    if kind != "toml":
        raise Failure(f"a block of `{kind}` needs a line `<!-- not run: REASON -->`")
    if verb == "machine file":
        (folder / "machine.toml").write_text(text)
        return [["gennaker", "machine", "machine.toml"]]
    if verb == "added to":
        text = (folder / argument).read_text() + "\n" + text
        level = "event" if "[event]" in text else "counted"
        (folder / "added.toml").write_text(text)
        return [["gennaker", "run", "added.toml", "--time", "5", "--no-out", "--machine", "board", "--fidelity", level]]
    (folder / "network.toml").write_text(text)
    return [["gennaker", "map", "network.toml"]]


def is_left_out(kind: str, note: str) -> str | None:
    """Why a block is not run, if it is not; output is left out without a word."""
    verb, _, argument = note.partition(":")
    if kind == "text":
        return ""
    if verb == "not run":
        return argument.strip() or None
    missing = [name for name in argument.split() if verb == "needs" and importlib.util.find_spec(name) is None]
    return f"Python has no `{missing[0]}`" if missing else None


def run_block(kind: str, note: str, text: str, session: Session) -> None:
    """Runs one block."""
    if kind == "python" and not note.startswith("file"):
        return session.run(text)
    for command in commands(kind, note, text, session.folder):
        options = {"cwd": session.folder, "env": session.env, "capture_output": True, "text": True, "timeout": LIMIT}
        done = subprocess.run(command, **options)
        if done.returncode != 0:
            raise Failure(f"this block of `{kind}` fails:\n{text}\n{done.stdout}{done.stderr}")


def run_file(path: Path) -> str:
    """Runs all blocks of one file; returns what was done."""
    count, left_out, slowest = 0, [], 0.0
    tools = [str(ROOT / "target" / "debug"), str(Path(sys.executable).parent)]
    env = dict(os.environ, PATH=os.pathsep.join([*tools, os.environ["PATH"]]), MPLBACKEND="Agg")
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "examples").symlink_to(ROOT / "examples")
        session = Session(Path(name), env)
        try:
            for note, kind, text in BLOCK.findall(path.read_text()):
                reason = is_left_out(kind, note)
                if reason is None:
                    began = time.perf_counter()
                    run_block(kind, note, text, session)
                    slowest = max(slowest, time.perf_counter() - began)
                    count += 1
                elif note.startswith("needs"):
                    left_out.append(reason)
        finally:
            session.close()
    missing = f"; left out: {', '.join(sorted(set(left_out)))}" if left_out else ""
    return f"{count} blocks ran, the slowest took {slowest:.1f} s{missing}"


def checked(path: Path) -> tuple[str, bool]:
    """One line on a file, and whether its blocks hold."""
    try:
        return f"{path}: {run_file(path)}", True
    except (Failure, subprocess.TimeoutExpired) as error:
        return f"{path}: {error}", False


def main() -> None:
    """Runs the blocks of all files, two at a time."""
    files = [Path(argument) for argument in sys.argv[1:]]
    began = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(checked, files))
    for line, _ in results:
        print(line)
    print(f"{len(files)} files in {time.perf_counter() - began:.0f} s")
    sys.exit(not all(holds for _, holds in results))


if __name__ == "__main__":
    main()
