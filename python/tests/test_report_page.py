"""The report page in a real browser: no network, no markup from data, everything by mouse and by keyboard."""

from __future__ import annotations

import math
import struct

import pytest
import report_samples as samples
from report_browser import (browser, chosen, files, focus_map, SECTIONS, show, texts, to_canvas, violations, wait_until)  # noqa: F401 (fixtures)
from report_pages import packed, write_page


@pytest.mark.parametrize("name", ["small", "dresden", "hostile"])
def test_opens_from_disk_and_asks_nobody(show, files, name):
    page = show(files(name))
    assert [page.inner_text(f"#{section} > h2") for section in SECTIONS] == [s.capitalize() for s in SECTIONS]
    assert len(page.requested) == 1


def test_the_policy_stops_what_does_not_belong_to_the_page(show, files):
    page = show(files("small"), is_checked=False)
    page.evaluate("""() => {
        const script = document.createElement('script');
        script.textContent = 'window.harm = 1';
        document.body.append(script);
    }""")
    assert page.evaluate("window.harm") is None
    assert page.evaluate("fetch('https://example.org/').then(() => 'sent', () => 'stopped')") == "stopped"


def test_hostile_texts_stay_texts(show, files):
    page = show(files("hostile"))
    assert page.evaluate("window.harm") is None
    assert page.evaluate("document.querySelectorAll('img, main script, main b, main i, iframe').length") == 0
    assert "<img src=x onerror=" in page.inner_text("#table-populations")
    for index in range(len(samples.HOSTILE_NAMES)):
        page.select_option("#population", str(index))
        assert chosen(page) == str(index)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_long_names_can_be_read_in_full(show, files):
    page = show(files("hostile"))
    name = samples.HOSTILE_NAMES[2]
    page.click("#table-populations tbody tr:nth-child(3) .population-name button.more")
    assert page.evaluate("document.querySelector('dialog pre').textContent") == name
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    shown = page.inner_text("#table-populations tbody tr:nth-child(3) button.population")
    assert 10 < len(shown) <= 32 and shown.endswith("…")


@pytest.mark.parametrize("name", ["small", "hostile", "empty"])
def test_no_accessibility_violations_in_light_and_dark(show, files, name):
    page = show(files(name))
    if name != "empty":
        page.select_option("#population", "1")
        focus_map(page)
        page.keyboard.press("Enter")
    assert violations(page) == []
    page.click("#theme")
    assert page.evaluate("shownTheme()") == "dark"
    assert violations(page) == []


def test_the_accessibility_check_sees_faults(show, files):
    page = show(files("empty"))
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    page.evaluate("document.querySelector('.empty').style.color = '#dddddd'")
    assert {rule for rule, _ in violations(page)} == {"button-name", "color-contrast"}


def test_choosing_by_mouse(show, files):
    page = show(files("board"))
    page.click("#node-3")
    assert chosen(page) == "3"
    page.click("#table-populations tbody tr:nth-child(5) button.population")
    assert chosen(page) == "4"
    page.click("#activity .buttons-key li:nth-child(2) button.population")
    assert chosen(page) == "1"
    box = to_canvas(page, "raster")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 12)
    assert chosen(page) == "0"
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 12)
    assert chosen(page) == ""


def test_choosing_by_keyboard(show, files):
    page = show(files("board"))
    page.focus("#node-2")
    page.keyboard.press("Enter")
    assert chosen(page) == "2"
    page.keyboard.press("Space")
    assert chosen(page) == ""
    page.focus("#population")
    page.keyboard.press("ArrowDown")
    assert chosen(page) == "0"
    assert page.inner_text("#announcer").startswith("Chosen: ")


def test_the_address_keeps_the_choice(show, files):
    page = show(f"file://{files('board')}#population=5")
    assert chosen(page) == "5"
    page.evaluate("location.hash = '#population=7'")
    assert chosen(page) == "7"
    for wrong in ("population=99999", "population=-1", "population=x", "constructor"):
        page.evaluate(f"location.hash = '#{wrong}'")
        page.wait_for_timeout(20)
        assert page.evaluate("app.selection") == 7
    assert show(f"file://{files('empty')}#population=3").evaluate("app.selection") is None


def place_of_pe(page, column, row):
    """Pixel of a PE's middle on chip (0, 0), by its column and row on the chip's grid."""
    inside = f"[0.1 + 0.8 * ({column} + 0.5) / machineView.model.columns, 0.1 + 0.8 * ({row} + 0.5) / machineView.model.rows]"
    x, y = page.evaluate(f"toScreen(machineView.camera, ...{inside})")
    box = page.locator("#machine-canvas").bounding_box()
    return box["x"] + x, box["y"] + y


def test_the_mouse_reaches_a_pe_and_chooses_its_population(show, files):
    page = show(files("board"))
    to_canvas(page, "machine-canvas")
    before = page.evaluate("machineView.camera.scale")
    # Core 1 lies in the QuadPE at column 7, row 6: the south-west corner of the last four cells.
    for _ in range(5):
        page.mouse.move(*place_of_pe(page, 12, 10))
        page.mouse.wheel(0, -500)
        page.wait_for_timeout(60)
    assert page.evaluate("machineView.camera.scale") > 4 * before
    page.mouse.click(*place_of_pe(page, 12, 10))
    assert page.inner_text("#machine-details h3") == "PE 1 on chip (0, 0)"
    assert "atoms 0 to 99" in page.inner_text("#machine-details")
    assert "KiB" in page.inner_text("#machine-details")
    assert chosen(page) == "0"
    x, y = place_of_pe(page, 12, 10)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y + 30, steps=4)
    page.mouse.up()
    moved = place_of_pe(page, 12, 10)
    assert abs(moved[0] - x - 120) < 2 and abs(moved[1] - y - 30) < 2
    page.click("#machine-whole")
    page.wait_for_timeout(60)
    assert page.evaluate("machineView.camera.scale") == before


def test_the_keyboard_reaches_a_pe_and_chooses_its_population(show, files):
    page = show(files("board"))
    focus_map(page)
    said = []
    for key in ["ArrowRight", "ArrowLeft", "Enter", "Enter", "ArrowRight", "Enter"]:
        page.keyboard.press(key)
        page.wait_for_timeout(40)
        said.append(page.evaluate("document.getElementById('announcer').textContent"))
    assert said[1].startswith("chip (0, 0), 152 PEs in use")
    assert said[2].startswith("QuadPE (7, 6) on chip (0, 0), 4 PEs in use")
    assert said[3].startswith("PE 1 on chip (0, 0)")
    assert said[4].startswith("PE 2 on chip (0, 0)")
    assert said[5] == "Chosen: \u2068L1i\u2069"
    assert chosen(page) == "1"
    for level in ["QuadPE (7, 6)", "chip (0, 0)"]:
        page.keyboard.press("Escape")
        assert page.inner_text("#machine-details h3").startswith(level)
    page.keyboard.press("Escape")
    assert page.evaluate("machineView.camera.isWhole")


def test_two_fingers_stretch_the_map(show, files):
    page = show(files("board"), has_touch=True)
    box = to_canvas(page, "machine-canvas")
    before = page.evaluate("machineView.camera.scale")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    client = page.context.new_cdp_session(page)

    def touch(kind, apart):
        points = [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}] if apart else []
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 40)
    for apart in (60, 90, 120):
        touch("touchMove", apart)
    touch("touchEnd", 0)
    wait_until(page, f"machineView.camera.scale > 2 * {before}")
    assert page.evaluate("machineView.camera.scale") < 4 * before


def test_from_racks_down_to_a_pe(show, files):
    page = show(files("dresden"))
    focus_map(page)
    names, levels = [], []
    for _ in range(6):
        page.keyboard.press("Enter" if names else "ArrowUp")
        page.wait_for_timeout(60)
        names.append(page.inner_text("#machine-details h3").split(" on ")[0].split(" ")[0])
        levels.append(page.evaluate("machineView.level"))
    assert names == ["rack", "frame", "board", "chip", "QuadPE", "PE"]
    assert levels[0] == "board" and levels[-1] == "pe"
    folded = page.evaluate("""() => {
        const sum = (level) => levelValues(machineView.model, 'pe:energy', level).values.reduce((a, b) => a + (b || 0), 0);
        const most = (level) => levelValues(machineView.model, 'pe:load', level).values.reduce((a, b) => Math.max(a, b || 0), 0);
        return ['rack', 'frame', 'board', 'chip', 'quad', 'pe'].map((level) => [sum(level), most(level)]);
    }""")
    for total, highest in folded:
        assert total == pytest.approx(folded[-1][0], rel=1e-6)
        assert highest == pytest.approx(folded[-1][1], rel=1e-6)


def test_every_metric_and_level_is_painted_with_a_key(show, files):
    page = show(files("board"))
    to_canvas(page, "machine-canvas")
    page.select_option("#population", "3")
    pictures = set()
    metrics = page.evaluate("[...document.querySelectorAll('#machine-metric option')].map((option) => option.value)")
    assert [metric.split(":")[0] for metric in metrics] == ["population", *["pe"] * 5, "chip", "link"]
    for metric in metrics:
        page.select_option("#machine-metric", metric)
        for level in ("auto", "chip", "quad", "pe"):
            page.select_option("#machine-level", level)
            page.wait_for_timeout(25)
        pictures.add(page.evaluate("document.getElementById('machine-canvas').toDataURL()"))
        legend = page.inner_text("#machine-legend")
        assert ("KiB" in legend or "limit" in legend) if metric == "pe:memory" else legend
        assert page.inner_text("#table-machine caption")
    assert len(pictures) == len(metrics)


def test_axes_carry_units(show, files):
    page = show(files("board"))
    labels = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('canvas.time-plot')].map((c) => [c.id, c.getAttribute('aria-label')]))"
    )
    assert all("Horizontal axis: time (ms)" in label for label in labels.values())
    vertical = {name: label.split("vertical axis: ")[1].split(".")[0] for name, label in labels.items()}
    assert vertical == {
        "raster": "neuron, by population", "rates": "rate (Hz), by population", "trace-0": "v (mV)", "trace-1": "v (mV)",
        "deadline": "part of the tick (%)", "levels": "share of PE ticks (%)", "power": "power (W)",
    }  # fmt: skip
    titles = page.evaluate("[...document.querySelectorAll('.histogram .axis-title')].map((title) => title.textContent)")
    assert titles == ["rate (Hz)", "neurons", "interval (ms)", "intervals", "CV", "neurons", "correlation", "pairs"]


def test_plots_share_their_time(show, files):
    page = show(files("board"))
    box = to_canvas(page, "raster")
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.4 * box["width"], middle)
    assert page.inner_text("#raster-readout").split(":")[0].endswith("ms")
    assert "Hz" in page.inner_text("#rates-readout")
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], middle, steps=3)
    page.mouse.up()
    start, end = page.evaluate("app.range")
    assert 150 < end - start < 300
    to_canvas(page, "deadline")
    page.focus("#deadline")
    page.keyboard.press("+")
    narrow = page.evaluate("app.range")
    assert narrow[1] - narrow[0] == pytest.approx((end - start) / 2)
    page.keyboard.press("Shift+ArrowRight")
    assert page.evaluate("app.range[0]") > narrow[0]
    page.keyboard.press("ArrowLeft")
    assert "% of the tick" in page.inner_text("#deadline-readout")
    page.keyboard.press("0")
    assert page.evaluate("app.range") is None
    page.click("#use-in")
    assert page.evaluate("app.range[1] - app.range[0]") == 500


def test_the_raster_tells_counts_and_what_is_not_shown(show, tmp_path):
    document = samples.sample(n_populations=1, n_ticks=1000, spikes_each=20)
    activity = document["activity"]
    activity["ticks"] = {"start": 400, "end": 605}
    # Four columns of 50 ticks with 100 spikes each, in two rows, and one of 5 ticks with 10.
    counts = packed("u8", [60, 60, 60, 60, 4] + [40, 40, 40, 40, 6])
    grid = {"rows": 2, "columns": 5, "neurons_per_row": 500, "ticks_per_column": 50, "counts": counts}
    activity["populations"][0]["raster"] = {"kind": "counts", **grid}
    page = show(write_page(tmp_path, document))
    assert page.evaluate("[readRaster(500, 50), readRaster(425, 50), readRaster(600, 50), readRaster(500, 5)]") == [
        "about 100 spikes in 50 ticks (\u2068L1e\u2069 100)", "about 100 spikes in 50 ticks (\u2068L1e\u2069 100)",
        "about 10 spikes in 50 ticks (\u2068L1e\u2069 10)", "about 10 spikes in 5 ticks (\u2068L1e\u2069 10)",
    ]  # fmt: skip
    assert page.evaluate("[readRaster(100, 1), readRaster(605, 9)]") == ["spikes of this time are not shown"] * 2
    to_canvas(page, "raster")
    painted = page.evaluate("""async () => {
        const texts = [];
        const fill = CanvasRenderingContext2D.prototype.fillText;
        CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) { texts.push(text); fill.call(this, text, ...rest); };
        emit('range');
        await new Promise((done) => setTimeout(done, 200));
        return texts.filter((text) => text === 'not shown').length;
    }""")
    assert painted == 2


def test_a_trace_is_read_where_its_stretch_lies(show, tmp_path):
    document = samples.sample(n_populations=2, n_ticks=1000, spikes_each=20)
    lines = [{"neuron": 3, "values": packed("f32", [1, 2, 3]), "highs": packed("f32", [10, 20, 30]), "spikes": packed("u32", [])}]
    group = {"population": 1, "variable": "v", "unit": "mV", "ticks": packed("u32", [0, 100, 200]), "lines": lines}
    document["activity"]["traces"] = [{**group, "n_not_shown": 0, "threshold": None}]
    page = show(write_page(tmp_path, document))
    read = """(tick) => {
        const group = app.report.activity.traces[0];
        const ticks = unpack(group.ticks);
        return readTraces(group, group.lines.map((line) => traceLine(ticks, line)), ticks, tick);
    }"""
    for tick, low in [(0, 1), (99, 1), (100, 2), (199, 2), (200, 3), (999, 3)]:
        assert page.evaluate(read, tick) == f"neuron 3 {low} to {10 * low} mV"


def test_rates_outside_of_what_was_recorded_are_none(show, tmp_path):
    for n_populations in (2, 12):
        document = samples.sample(n_populations=n_populations, n_ticks=1000, spikes_each=20)
        entry = document["activity"]["populations"][0]
        n = entry["rate_hz"]["n"]
        entry["rate_hz"] = packed("f32", [math.nan] * (n // 2) + [1e3] * (n - n // 2))
        page = show(write_page(tmp_path, document))
        to_canvas(page, "rates")
        page.select_option("#population", str(entry["population"]))
        read = """(tick) => {
            const entries = app.report.activity.populations;
            const { ticks, rate_bin_ticks: bin } = app.report.activity;
            return readRates(entries, entries.map((entry) => binnedSeries(unpack(entry.rate_hz), ticks.start, bin)), tick);
        }"""
        assert page.evaluate(read, 10) == "" and page.evaluate(read, 990).endswith(" 1,000 Hz")
        if n_populations > 8:
            assert "0 to 1 kHz" in page.inner_text("figure:has(#rates) figcaption")


def test_tables_sort(show, files):
    page = show(files("board"))
    page.click("#table-populations th:nth-child(2) button")
    sizes = page.evaluate(
        "[...document.querySelectorAll('#table-populations tbody td:nth-child(2)')].map((c) => +c.textContent.replace(',', ''))"
    )
    assert sizes == sorted(sizes, reverse=True) and len(set(sizes)) > 1
    assert page.get_attribute("#table-populations th:nth-child(2)", "aria-sort") == "descending"
    page.click("#table-populations th:nth-child(2) button")
    assert page.get_attribute("#table-populations th:nth-child(2)", "aria-sort") == "ascending"


def test_warnings_stand_where_they_belong(show, files):
    page = show(files("board"))
    assert "1 problem" in page.inner_text(".warning-counts")
    page.click(".warning-counts a[href='#time-warnings']")
    wait_until(page, "Math.abs(document.getElementById('time-warnings').getBoundingClientRect().top) < innerHeight")
    assert page.inner_text("#time-warnings").split() == "✕ Problem 3 PEs were late in 41 ticks. L1i".split()
    page.click("#time-warnings button.population")
    assert chosen(page) == "1"


def test_groups_of_energy_keep_their_colours_whichever_is_largest(show, tmp_path):
    colours = []
    for name, joule in (("a", 0.0), ("b", 1e9)):
        data = samples.sample()
        data["energy"]["parts"][-1]["joule"] = joule
        page = show(write_page(tmp_path, data, f"{name}.html"))
        keys = page.locator("#energy .energy-bar + .key > li").evaluate_all(
            "(items) => items.map((item) => [item.textContent.split(' ')[0], item.querySelector('span').className])"
        )
        colours.append(keys)
    assert len(colours[0]) > 2 and colours[0][0] != colours[1][0] and sorted(colours[0]) == sorted(colours[1])


def test_nothing_known_says_what_to_do(show, files):
    page = show(files("empty"))
    sentences = page.evaluate("[...document.querySelectorAll('.empty')].map((p) => p.textContent)")
    assert len(sentences) == len(SECTIONS)
    assert any("record spikes" in sentence for sentence in sentences)
    assert any("give a machine" in sentence for sentence in sentences)


def test_missing_parts_leave_the_others_alone(show, files):
    page = show(files("empty"))
    for part in ["machine", "time", "energy", "traces", "populations", None]:
        document = samples.sample(n_ticks=100, spikes_each=20)
        if part in ("traces", "populations"):
            document["activity"][part] = []
        elif part:
            document[part] = None
        page.evaluate("(document) => takeReport(document)", document)
        n_empty = {"populations": 2, None: 0}.get(part, 1)
        assert page.evaluate("document.querySelectorAll('.empty').length") == n_empty, part


def test_light_and_dark(show, files):
    page = show(files("board"), scheme="dark")
    to_canvas(page, "machine-canvas")
    shown = [
        page.evaluate(
            "[getComputedStyle(document.documentElement).backgroundColor, document.getElementById('machine-canvas').toDataURL()]"
        )
    ]
    page.click("#theme")
    page.wait_for_timeout(120)
    shown.append(
        page.evaluate(
            "[getComputedStyle(document.documentElement).backgroundColor, document.getElementById('machine-canvas').toDataURL()]"
        )
    )
    assert shown[0][0] == "rgb(20, 23, 26)" and shown[1][0] == "rgb(255, 255, 255)"
    assert shown[0][1] != shown[1][1]
    assert page.get_attribute("#theme", "aria-label") == "Switch to dark colours"


def test_from_a_phone_to_a_wall(show, files):
    page = show(files("board"), width=360, height=800)
    for width, height, text_px in [(360, 800, 14.5), (1280, 900, 14.888), (3840, 2160, 26)]:
        page.set_viewport_size({"width": width, "height": height})
        wait_until(page, f"document.getElementById('machine-canvas').clientWidth > {0.55 * width}")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") == pytest.approx(
            text_px, abs=0.01
        )


def test_prints_everything_in_light_colours(show, files):
    page = show(files("small"), scheme="dark")
    # The print dialogue is not there in a headless browser: its events are.
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.evaluate("shownTheme()") == "light"
    assert page.evaluate("[...document.querySelectorAll('.bar, .controls')].every((e) => getComputedStyle(e).display === 'none')")
    assert page.evaluate("[...document.querySelectorAll('details')].every((details) => details.open)")
    painted = page.evaluate("""() => [...document.querySelectorAll('canvas')].map((canvas) =>
        canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0))""")
    assert len(painted) == 8 and all(painted)
    assert page.pdf().startswith(b"%PDF")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("shownTheme()") == "dark"


def test_a_million_spikes_stay_usable(show, tmp_path):
    document = samples.sample(n_populations=8, machine="dresden", n_pes=30_000, n_ticks=10_000, spikes_each=10)
    path = write_page(tmp_path, samples.with_many_spikes(document, 10**6))
    assert path.stat().st_size < 20e6
    page = show(path)
    first_paint_ms = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    page.evaluate("""() => {
        window.drawTimes = [];
        const paint = window.paintTimePlot;
        window.paintTimePlot = (plot, ...rest) => {
            const start = performance.now();
            paint(plot, ...rest);
            if (plot.options.id === 'raster') window.drawTimes.push(performance.now() - start);
        };
    }""")
    to_canvas(page, "raster")
    for _ in range(3):
        page.click("#time-in")
        page.wait_for_timeout(80)
    page.click("#time-all")
    page.wait_for_timeout(150)
    draw_ms = page.evaluate("window.drawTimes")
    print(
        f"file {path.stat().st_size / 1e6:.1f} MB, first paint {first_paint_ms:.0f} ms, raster {[round(t) for t in draw_ms]} ms"
    )
    # Generous, for slow and busy machines: what is guarded is the kind of drawing, which otherwise takes seconds.
    assert first_paint_ms < 2000
    assert len(draw_ms) >= 4 and max(draw_ms) < 400


def test_very_many_projections_stay_usable(show, tmp_path):
    document = samples.sample(n_populations=200, n_ticks=50, spikes_each=5)
    network = document["network"]
    network["projections"] = [
        {**network["projections"][0], "pre": k % 200, "post": (7 * k + k // 200) % 200} for k in range(20_000)
    ]
    page = show(write_page(tmp_path, document))
    n_drawn = "document.querySelectorAll('#network .graph-scroll path.edge').length"
    assert page.evaluate(n_drawn) == 1200
    assert "of 20,000" in texts(page)
    page.select_option("#population", "199")
    assert chosen(page) == "199"
    own = sum(199 in (edge["pre"], edge["post"]) for edge in network["projections"])
    assert page.evaluate("document.querySelectorAll('#network path.edge.near').length") == own


def test_arrays_and_numbers_are_read_exactly(show, files):
    page = show(files("empty"))
    for kind, values in [("u8", [0, 255]), ("u16", [1, 65535]), ("u32", [0, 2**32 - 1, 7]), ("f32", [0.5, -1.25e30])]:
        expected = list(struct.unpack(f"<{len(values)}f", struct.pack(f"<{len(values)}f", *values))) if kind == "f32" else values
        assert page.evaluate("(p) => [...unpack(p)]", packed(kind, values)) == expected
    shown = page.evaluate("""() => [
        formatQuantity(131072, 'B'), formatQuantity(1000, 'B'), formatQuantity(0.00123, 'J'), formatQuantity(12.5, 'ms'),
        formatQuantity(1234567, ''), formatQuantity(NaN, 'J'), formatPercent(0.0004882), formatPercent(4e-7), formatPercent(0), formatNumber(-0.5),
        formatQuantity(0, 'W'),
        niceTicks(0, 1000, 5).values.join(), niceTicks(-0.1, 0.3, 4).values.map((v) => tickText(v, 0.1)).join(),
    ]""")
    assert shown == [
        "128 KiB", "1,000 B", "1.23 mJ", "12.5 ms", "1,234,567", "–", "0.05 %", "< 0.01 %", "0 %", "−0.5",
        "0 W", "0,200,400,600,800,1000", "−0.1,0,0.1,0.2,0.3",
    ]  # fmt: skip
