"""A browser for the tests of the report page, and how they use it. Whoever imports it is skipped where there is none."""

from __future__ import annotations

import shutil

import pytest
import report_samples as samples
from report_pages import write_page

playwright = pytest.importorskip("playwright.sync_api", reason="skipped: playwright is not installed")
CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
if CHROMIUM is None:
    pytest.skip("skipped: no chromium", allow_module_level=True)

FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking --no-first-run --disable-component-update --disable-sync".split()
)
READY = "html[data-ready=true]"
SECTIONS = ["summary", "network", "machine", "activity", "time", "energy"]


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as p:
        chromium = p.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Pages of the common documents, each written once."""
    folder = tmp_path_factory.mktemp("pages")
    makers = {
        "small": lambda: samples.sample(),
        "board": lambda: samples.sample(n_populations=9, machine="board", n_pes=2000),
        "dresden": lambda: samples.sample(n_populations=12, machine="dresden", n_pes=30_000, n_ticks=200, spikes_each=50),
        "empty": samples.empty,
        "hostile": samples.hostile,
    }
    written = {}

    def path(name):
        if name not in written:
            written[name] = write_page(folder, makers[name](), f"{name}.html")
        return written[name]

    return path


@pytest.fixture
def show(browser):
    """Opens a page. When the test ends, its console must have been clean and it must have asked nobody for anything."""
    contexts, faults = [], []

    def open_page(address, width=1280, height=900, scheme="light", is_checked=True, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, **options)
        contexts.append(context)
        page = context.new_page()
        page.requested = []
        page.on("request", lambda request: page.requested.append(request.url))
        if is_checked:
            page.on("console", lambda message: faults.append(message.text))
            page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(str(address) if "://" in str(address) else f"file://{address}")
        page.wait_for_selector(READY)
        if "://" not in str(address):
            context.on("close", lambda _: faults.extend(url for url in page.requested[1:] if not url.startswith("data:")))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def chosen(page):
    """The chosen population as every part of the page shows it; they must agree."""
    page.wait_for_timeout(30)
    seen = page.evaluate("""() => ({
        select: document.getElementById('population').value,
        state: app.selection === null ? '' : String(app.selection),
        address: (/population=(\\d+)/.exec(location.hash) || ['', ''])[1],
        nodes: [...document.querySelectorAll('.node[aria-pressed=true]')].map((node) => node.id.slice(5)).join(),
        rows: [...document.querySelectorAll('#table-populations tr.chosen')].map((row) => row.dataset.population).join(),
    })""")
    assert len(set(seen.values())) == 1, seen
    return seen["state"]


def wait_until(page, condition):
    """Waits for a condition in the page. The browser's own waiting evaluates texts, which the page's policy forbids."""
    for _ in range(150):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(40)
    raise AssertionError(f"never came true: {condition}")


def to_canvas(page, name):
    """Scrolls to a canvas, waits until it is painted (and no longer as wide as browsers make it) and returns its box."""
    page.locator(f"#{name}").scroll_into_view_if_needed()
    wait_until(page, f"document.getElementById('{name}').width > 300")
    return page.locator(f"#{name}").bounding_box()


def focus_map(page):
    """Gives the map the keyboard once it is painted."""
    to_canvas(page, "machine-canvas")
    page.focus("#machine-canvas")


def violations(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="skipped: axe is not installed")
    found = axe.Axe().run(page).response["violations"]
    return [(rule["id"], [node["html"][:120] for node in rule["nodes"][:3]]) for rule in found]


def texts(page):
    return page.evaluate("document.body.innerText")
