"""Runs the code blocks of Markdown files, so that what they show is what happens.

`sh` blocks run in a copy-free temporary folder with the built command first on the path; `python` blocks run as scripts; `toml`
blocks must be network files that map. A block after a line `<!-- not run: REASON -->` is left out. Paths of the repository's
examples resolve because `examples` is linked into the temporary folder.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(<!-- not run: [^\n]*-->\n+)?```(sh|python|toml)\n(.*?)```", re.DOTALL)


def command(kind: str, text: str, folder: Path) -> list[str]:
    """The command that runs one block."""
    if kind == "sh":
        return ["bash", "-euo", "pipefail", "-c", text]
    name = folder / ("block.py" if kind == "python" else "network.toml")
    name.write_text(text)
    return [sys.executable, str(name)] if kind == "python" else ["gennaker", "map", str(name)]


def run_file(path: Path) -> int:
    """Runs all blocks of one file; returns how many ran."""
    count = 0
    for skip, kind, text in BLOCK.findall(path.read_text()):
        if skip:
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "examples").symlink_to(ROOT / "examples")
            tools = [str(ROOT / "target" / "debug"), str(Path(sys.executable).parent)]
            env = dict(os.environ, PATH=os.pathsep.join([*tools, os.environ["PATH"]]))
            done = subprocess.run(command(kind, text, folder), cwd=folder, env=env, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{path}: this {kind} block fails:\n{text}\n{done.stdout}{done.stderr}")
        count += 1
    return count


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        print(f"{argument}: {run_file(Path(argument))} blocks ran")
