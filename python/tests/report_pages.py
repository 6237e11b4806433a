"""Report pages for the browser tests, put together from the page's own files and a document.

The document has the shape of ``crates/report/src/page/document.rs``. Putting a page together here, too, lets tests show documents
that no run would give: hostile names, a hundred thousand places, a run that never ends.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import struct
from pathlib import Path

ASSETS = Path(__file__).parents[2] / "crates" / "report" / "src" / "page"
KINDS = {"u8": "B", "u16": "H", "u32": "I", "f32": "f"}


def packed(kind: str, values) -> dict:
    """Numbers as the page reads them."""
    values = list(values)
    data = struct.pack(f"<{len(values)}{KINDS[kind]}", *values)
    return {"kind": kind, "n": len(values), "base64": base64.b64encode(data).decode()}


def packed_bytes(kind: str, data: bytes) -> dict:
    """Numbers that are bytes already."""
    n = len(data) // struct.calcsize(KINDS[kind])
    return {"kind": kind, "n": n, "base64": base64.b64encode(data).decode()}


def script() -> str:
    """All of the page's program, in its order."""
    names = re.findall(r'include_str!\("(\w+\.js)"\)', (ASSETS / "mod.rs").read_text(encoding="utf-8"))
    return "\n".join(["'use strict';", *((ASSETS / name).read_text(encoding="utf-8") for name in names)])


def style() -> str:
    """The page's style."""
    return (ASSETS / "page.css").read_text(encoding="utf-8")


def as_data(document: dict) -> str:
    """The document as text that cannot end its element."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    # Lone surrogates can be written in no encoding; Rust's strings never hold any.
    return text


def assemble(document: dict) -> str:
    """The page of a document, as the program writes it."""

    def digest(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    connect = "; connect-src 'self'" if document.get("live") else ""
    policy = f"default-src 'none'; script-src {digest(script())}; style-src {digest(style())}; img-src data: blob:{connect}"
    parts = {
        "<!--POLICY-->": f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        "/*STYLE*/": style(),
        "/*DATA*/": as_data(document),
        "/*SCRIPT*/": script(),
    }
    page = ""
    rest = (ASSETS / "page.html").read_text(encoding="utf-8")
    for mark, text in parts.items():
        before, rest = rest.split(mark, 1)
        page += before + text
    return page + rest


def write_page(folder: Path, document: dict, name: str = "report.html") -> Path:
    """Writes the page of a document and returns its path."""
    path = Path(folder) / name
    path.write_text(assemble(document), encoding="utf-8")
    return path


NOTHING = packed("u8", [])
