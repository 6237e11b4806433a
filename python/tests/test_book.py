"""The scripts that check the book find what is wrong with it."""

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FENCE = "`" * 3


def block(kind, text, note=None):
    """A block of code as Markdown, with a line before it."""
    return (f"<!-- {note} -->\n" if note else "") + f"{FENCE}{kind}\n{text}\n{FENCE}\n\n"


def run_blocks(folder, *blocks):
    """Runs a page; returns whether it holds, and what was said."""
    page = folder / "page.md"
    page.write_text("# A page\n\n" + "".join(blocks))
    command = [sys.executable, str(ROOT / "scripts" / "run_blocks.py"), str(page)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.returncode == 0, done.stdout + done.stderr


def test_blocks_of_a_page_share_a_folder_and_their_names(tmp_path):
    holds, said = run_blocks(
        tmp_path,
        block("text", "what came out"),
        block("sh", "echo 7 > seven"),
        block("python", "n = int(open('seven').read())"),
        block("text", "1 2", "file: not a block that runs"),
        block("python", "assert n == 7 and print('heard') is None"),
        block("sh", "exit 1", "not run: it fails"),
        block("python", "import no_such_module", "needs: no_such_module"),
    )
    assert holds and "3 blocks ran" in said and "Python has no `no_such_module`" in said, said


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ([block("sh", "false | true")], "this block of `sh` fails"),
        ([block("python", "assert False, 'so it is'")], "so it is"),
        ([block("python", "import os; os._exit(3)")], "Python has ended"),
        ([block("rust", "fn main() {}")], "a block of `rust` needs a line"),
        ([block("", "text")], "a block of `` needs a line"),
        ([block("sh", "true", "not run: "), block("sh", "exit 1", "not run:")], "this block of `sh` fails"),
    ],
)
def test_a_block_that_does_not_hold_is_told(tmp_path, blocks, message):
    holds, said = run_blocks(tmp_path, *blocks)
    assert not holds and message in said, said


def test_links_that_lead_nowhere_are_told(tmp_path):
    book = tmp_path / "book"
    book.mkdir()
    (book / "a.html").write_text('<p id="here"><a href="b.html#there">b</a> <a href="#here">up</a> <img src="no.png">')
    (book / "b.html").write_text('<a href="https://example.org/x">x</a> <a href="a.html#here">a</a> <a href="c.html">c</a>')
    command = [sys.executable, str(ROOT / "scripts" / "check_book.py"), str(book)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "a.html: `b.html#there` leads to no place on its page",
        "a.html: `no.png` leads nowhere",
        "b.html: `c.html` leads nowhere",
    ]
