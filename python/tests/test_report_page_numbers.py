"""What the report page shows, against numbers that are worked out by hand: places in plots, shares, units, limits."""

from __future__ import annotations

import pytest
import report_samples as samples
from report_browser import (browser, files, show, to_canvas)  # noqa: F401 (fixtures)
from report_pages import packed, write_page


def cells(page, table):
    """The texts of a table's body, row by row."""
    rows = f"[...document.querySelectorAll('#{table} tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))"
    return page.evaluate(rows)


def ink(page):
    """Where the raster's ink lies in the mean, from 0 to 1: from the left, from above."""
    to_canvas(page, "raster")
    return page.evaluate("""async () => {
        const plots = {};
        const paint = window.paintTimePlot;
        window.paintTimePlot = (plot, ...rest) => { plots[plot.options.id] = plot; paint(plot, ...rest); };
        emit('range');
        await new Promise((done) => setTimeout(done, 200));
        const { width, height } = plots.raster.dots;
        const pixels = plots.raster.dots.getContext('2d').getImageData(0, 0, width, height).data;
        let [n, x, y] = [0, 0, 0];
        for (let i = 0; i < width * height; i += 1) {
            if (pixels[4 * i + 3] === 0) continue;
            [n, x, y] = [n + 1, x + (i % width) + 0.5, y + Math.floor(i / width) + 0.5];
        }
        return [x / n / width, y / n / height];
    }""")


@pytest.mark.parametrize(
    ("raster", "x", "y"),
    [
        ({"kind": "spikes", "ticks": packed("u32", [20]), "neurons": packed("u32", [5])}, 0.205, 1 - 5.5 / 100),
        (
            {
                "kind": "counts", "rows": 10, "columns": 20, "neurons_per_row": 10, "ticks_per_column": 5,
                "counts": packed("u8", [9 if k == 22 else 0 for k in range(200)]),
            },
            0.125, 0.85,
        ),
    ],
)  # fmt: skip
def test_spikes_lie_where_their_tick_and_neuron_say(show, tmp_path, raster, x, y):
    document = samples.sample(n_populations=1, n_ticks=100, spikes_each=10)
    document["time"] = None
    document["network"]["populations"][0]["size"] = 100
    document["activity"]["populations"][0]["raster"] = raster
    assert ink(show(write_page(tmp_path, document))) == pytest.approx([x, y], abs=0.01)


def test_time_has_its_unit_and_ends(show, tmp_path):
    document = samples.sample(n_populations=1, n_ticks=1000, spikes_each=10)
    document["activity"]["ticks"] = document["time"]["ticks"] = {"start": 100, "end": 1000}
    document["activity"]["tick_ms"] = 0.5
    page = show(write_page(tmp_path, document))
    assert page.evaluate("[timeText(200), timeUnit(0, 999).text, timeUnit(0, 20000).text]") == [
        "100 ms", "time (ms)", "time (s)",
    ]  # fmt: skip
    assert page.evaluate("timeUnit(0, 20000).perTick") == 0.0005
    # A bin of ten ticks that begins at tick 120 is drawn in its middle.
    assert page.evaluate("binnedSeries([1, 2, 3], 100, 10).tickOf(2)") == 125
    ranges = """[[950, 1200], [0, 50], [500, 501]].map((range) => { setRange(...range); return shownRange(); })"""
    assert page.evaluate(ranges) == [[750, 1000], [100, 150], [500, 504]]


def test_parts_of_the_tick_are_percentages(show, tmp_path):
    document = samples.sample(n_populations=1, n_ticks=100, spikes_each=10)
    time = document["time"]
    time["latest"], time["mean"] = packed("f32", [0.5, 1.25] * 10), packed("f32", [0.25, 0.5] * 10)
    time["n_late"] = packed("u32", [0, 3] * 10)
    page = show(write_page(tmp_path, document))
    assert "after 125 % of it. 30 PE ticks late." in page.inner_text("#time .lead")
    to_canvas(page, "deadline")
    page.evaluate("emit('crosshair', 2)")
    assert page.inner_text("#deadline-readout") == "2 ms: latest 50 %, mean 25 % of the tick"
    page.evaluate("emit('crosshair', 7)")
    assert page.inner_text("#deadline-readout") == "7 ms: latest 125 %, mean 50 % of the tick, 3 PE ticks late"


def test_shares_of_the_energy_are_of_all_of_it(show, tmp_path):
    document = samples.sample(n_populations=1, n_ticks=100, spikes_each=10)
    parts = [("a", "PEs", 0.5), ("b", "PEs", 0.25), ("c", "links", 1.25), ("d", "DRAM", 4e-8)]
    document["energy"]["parts"] = [{"key": k, "label": k, "group": group, "joule": joule} for k, group, joule in parts]
    document["energy"]["total_j"] = 2.0 + 4e-8
    page = show(write_page(tmp_path, document))
    assert [row[:4] for row in cells(page, "table-energy")] == [
        ["c", "links", "1.25 J", "62.5 %"], ["a", "PEs", "500 mJ", "25 %"],
        ["b", "PEs", "250 mJ", "12.5 %"], ["d", "DRAM", "40 nJ", "< 0.01 %"],
    ]  # fmt: skip
    groups = page.evaluate("[...document.querySelectorAll('#energy .key li')].map((item) => item.textContent.trim())")
    assert [group.split("links")[-1].split("PEs")[-1].strip() for group in groups][:2] == ["62.5 %, 1.25 J", "37.5 %, 750 mJ"]


def test_statistics_stand_as_they_came(show, tmp_path):
    document = samples.sample(n_populations=1, n_ticks=100, spikes_each=10)
    rates = {"of": "neurons", "unit": "Hz", "edges": [0, 10, 20, 30], "counts": [10, 40, 0], "mean": 12.5, "sd": 3.25, "n": 50}
    document["activity"]["populations"][0].update(rates=rates, intervals=None, cv=None, correlation=None)
    page = show(write_page(tmp_path, document))
    assert cells(page, "table-distributions")[0][2].strip() == "12.5 ± 3.25"
    heights = page.evaluate("[...document.querySelectorAll('.histogram rect')].map((bar) => +bar.getAttribute('height'))")
    # The frame is 136 high, and the fullest bin fills it.
    assert heights == pytest.approx([34, 136, 0])
    titles = page.evaluate("[...document.querySelectorAll('.histogram rect title')].map((title) => title.textContent)")
    assert titles == ["0 to 10: 10", "10 to 20: 40", "20 to 30: 0"]


def test_units_of_memory_and_last_atoms(show, files):
    page = show(files("small"))
    assert page.evaluate("[10239, 10240, 2 ** 20, 1.5 * 2 ** 30].map((bytes) => formatQuantity(bytes, 'B'))") == [
        "10,239 B", "10 KiB", "1 MiB", "1.5 GiB",
    ]  # fmt: skip
    page.select_option("#machine-metric", "population")
    atoms = [row[3] for row in cells(page, "table-machine")]
    pes = page.evaluate("[...unpack(app.report.machine.pes.lo)].map((lo, i) => [lo, unpack(app.report.machine.pes.hi)[i]])")
    assert atoms == [f"{lo:,} to {hi - 1:,}" for lo, hi in pes[: len(atoms)]]
    inside = page.evaluate("partWords(machineView.model, null, { onlyPe: 1 }, 1)")
    assert inside == f"atoms {pes[1][0]:,} to {pes[1][1] - 1:,}"


def test_every_remark_stands_once(show, files):
    page = show(files("small"))
    remarks = page.evaluate("[...document.querySelectorAll('ul.warnings > li')].length")
    assert remarks == page.evaluate("app.report.warnings.length") > 2


def test_links_beyond_their_limit_are_crossed_out(show, tmp_path):
    document = samples.sample(n_populations=4, machine="board", n_pes=2000, n_ticks=50, spikes_each=5)
    metric = document["machine"]["link_metrics"][0]
    n = metric["values"]["n"]
    metric.update(values=packed("f32", [99.0] * (n - 2) + [101.0] * 2), limit=100.0, fold="max")
    page = show(write_page(tmp_path, document))
    to_canvas(page, "machine-canvas")
    page.evaluate("() => { const cross = window.crossMiddle; window.nCrossed = 0; window.crossMiddle = (...all) => { nCrossed += 1; cross(...all); }; }")
    page.select_option("#machine-metric", f"link:{metric['key']}")
    page.wait_for_timeout(200)
    crossed = page.evaluate("window.nCrossed")
    assert crossed > 0 and crossed % 2 == 0
    assert page.evaluate("levelLimit(machineView.model, 'link', app.report.machine.link_metrics[0], 'chip')(0)") == 100
