"""The report page of runs: of one that goes on, from a server, and of one that is over, as the core writes it."""

from __future__ import annotations

import http.server
import json
import threading
from contextlib import contextmanager

import report_samples as samples
from report_browser import (browser, chosen, focus_map, show, to_canvas, wait_until)  # noqa: F401 (fixtures)
from report_pages import assemble

import gennaker


@contextmanager
def served(state):
    """Serves the page, and `state["data"]` as its newer data; counts what is asked for."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.lstrip("/")
            state["asked"].append(name)
            if name == "data.json" and state["is_up"]:
                body = json.dumps(state["data"])
            elif name == "":
                body = assemble(state["data"])
            else:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/json" if name else "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def test_a_run_is_followed_without_losing_the_readers_place(show):
    data = samples.sample(n_ticks=1000, spikes_each=200)
    data["live"] = {"tick": 200, "of": 1000, "is_done": False}
    state = {"data": data, "asked": [], "is_up": True}
    with served(state) as address:
        page = show(address, is_checked=False)
        assert page.inner_text("#live-words") == "Tick 200 of 1,000"
        page.select_option("#population", "2")
        page.click("#time-in")
        focus_map(page)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        before = page.evaluate("[app.range, machineView.camera.scale, app.selection, document.activeElement.id]")
        state["data"] = samples.sample(n_ticks=1000, spikes_each=300, seed=2)
        state["data"]["live"] = {"tick": 700, "of": 1000, "is_done": False}
        wait_until(page, "document.getElementById('live-words').textContent === 'Tick 700 of 1,000'")
        assert page.evaluate("[app.range, machineView.camera.scale, app.selection, document.activeElement.id]") == before
        assert page.evaluate("app.report.activity.populations[0].n_spikes") == 300
        assert chosen(page) == "2"
        state["is_up"] = False
        wait_until(page, "document.getElementById('live-words').textContent.includes('connection is lost')")
        state["is_up"] = True
        state["data"]["live"] = {"tick": 1000, "of": 1000, "is_done": True}
        wait_until(page, "document.getElementById('live-words').textContent === 'The run is over: 1,000 ticks.'")
        asked = len(state["asked"])
        page.wait_for_timeout(1100)
        assert len(state["asked"]) == asked
        assert not page.is_visible("#live-stop")


def test_following_can_be_stopped_and_taken_up_again(show):
    data = samples.sample(n_ticks=100, spikes_each=20)
    data["live"] = {"tick": 1, "of": 100, "is_done": False}
    state = {"data": data, "asked": [], "is_up": True}
    with served(state) as address:
        page = show(address)
        page.click("#live-stop")
        page.wait_for_timeout(50)
        asked = len(state["asked"])
        page.wait_for_timeout(1100)
        assert len(state["asked"]) == asked
        page.click("#live-stop")
        page.wait_for_timeout(100)
        assert state["asked"][asked:] == ["data.json"]


def test_a_finished_report_asks_nobody_even_on_a_server(show):
    state = {"data": samples.sample(n_ticks=100, spikes_each=20), "asked": [], "is_up": True}
    with served(state) as address:
        page = show(address)
        page.wait_for_timeout(1100)
        assert state["asked"] == [""]
        assert page.query_selector("#live-words") is None


def test_pages_of_real_runs_are_those_pages(show, tmp_path):
    net = gennaker.Network("<i>real</i>", 3)
    noise = net.add_population("noise", 50, "poisson_process", {"p": 0.1})
    cells = net.add_population("cells", 600, "lif", {"threshold": 4.0, "alpha_decay": 0.9}, ["spikes", "v"], max_atoms_per_core=20)
    net.add_projection("drive", noise, cells, {"type": "fixed_probability", "p": 0.3}, 2, 1)
    run = gennaker.run(net, 200, machine="board")
    page = show(gennaker.report(run).save(tmp_path / "real.html"))
    page.select_option("#population", "1")
    assert chosen(page) == "1"
    to_canvas(page, "machine-canvas")
    assert f"{len(run.spikes('cells')[0]):,}" in page.locator("#network").inner_text()
    assert "<i>real</i>" in page.locator("h1").inner_text()
