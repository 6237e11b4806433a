"""Checks that nothing in the book leads nowhere.

In the sources: every page of `docs` stands in its table of contents, and every relative link or picture of a page, of the README and of
ARCHITECTURE.md is a file of the repository. In the built book, if its folder is given: every link and picture leads to a file of it, and
every `#place` to an element of that name.

    python3 scripts/check_book.py [target/book]
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def is_elsewhere(link: str) -> bool:
    """Whether a link leaves the project."""
    return bool(urlsplit(link).scheme) or link.startswith("//")


def links_of(page: Path) -> list[str]:
    """Relative links and pictures of a Markdown file, code left out."""
    return [link for link in LINK.findall(CODE.sub("", page.read_text())) if not is_elsewhere(link)]


def source_faults() -> list[str]:
    """What is wrong with the pages as they lie."""
    pages = sorted(DOCS.rglob("*.md"))
    contents = {(DOCS / link).resolve() for link in links_of(DOCS / "SUMMARY.md")}
    faults = [f"{page.relative_to(ROOT)} is not in docs/SUMMARY.md" for page in pages if page not in contents | {DOCS / "SUMMARY.md"}]
    for page in [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "python" / "README.md", *pages]:
        for link in links_of(page):
            path = unquote(urlsplit(link).path)
            target = (page.parent / path).resolve() if path else page
            if not target.is_file():
                faults.append(f"{page.relative_to(ROOT)}: `{link}` is no file")
            elif DOCS in page.parents and DOCS not in target.parents:
                faults.append(f"{page.relative_to(ROOT)}: `{link}` is not in the book")
    return faults


class Page(HTMLParser):
    """Links, pictures and names of places of a built page."""

    def __init__(self, text: str):
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Notes what one element refers to and is called."""
        for name, value in attributes:
            if name == "id" and value:
                self.places.add(value)
            elif name in ("href", "src") and value and not is_elsewhere(value):
                self.links.append(value)


def built_faults(book: Path) -> list[str]:
    """What is wrong with the built book. The page for unknown addresses is meant for the root of a server and left out."""
    pages = {path.resolve(): Page(path.read_text()) for path in book.rglob("*.html") if path.name != "404.html"}
    faults = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                faults.append(f"{path.name}: `{link}` leads nowhere")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].places:
                faults.append(f"{path.name}: `{link}` leads to no place on its page")
    return faults if pages else [f"no pages in {book}"]


def main() -> None:
    """Checks, and tells all faults."""
    faults = source_faults()
    for book in sys.argv[1:]:
        faults += built_faults(Path(book))
    print("\n".join(sorted(set(faults))) or f"{len(list(DOCS.rglob('*.md')))} pages: every link leads somewhere")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
