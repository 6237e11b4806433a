"""Documents for the browser tests: reports about networks and machines of several sizes, none of which was ever run."""

from __future__ import annotations

import array
import math
import random

from report_pages import NOTHING, packed, packed_bytes

from gennaker._floorplan import QUADS


def empty() -> dict:
    """A report about nothing."""
    return {
        "title": "empty",
        "subtitle": "",
        "generator": "gennaker",
        "live": None,
        "figures": [],
        "warnings": [],
        "network": {"populations": [], "projections": []},
        "machine": None,
        "activity": {"ticks": {"start": 0, "end": 0}, "tick_ms": 0.0, "rate_bin_ticks": 0, "populations": [], "traces": []},
        "time": None,
        "energy": None,
    }


def sample(n_populations=4, n_ticks=1000, machine="chip", n_pes=24, spikes_each=2000, seed=1, names=None) -> dict:
    """A report with something in every section."""
    rng = random.Random(seed)
    document = empty()
    document.update(
        title="cortical microcircuit, 1 s", subtitle="One board, chip arithmetic, seed 1.", generator="gennaker 0.1.0"
    )
    document["network"] = _network(rng, n_populations, names)
    document["machine"] = _machine(rng, machine, n_pes, n_populations)
    for population, n in enumerate(_tally(n_pes, n_populations)):
        document["network"]["populations"][population]["n_pes"] = n
    document["activity"] = _activity(rng, document["network"]["populations"], n_ticks, spikes_each)
    document["time"] = _time(rng, n_ticks)
    document["energy"] = _energy()
    document["figures"] = [
        {"label": "neurons", "value": "12,500", "unit": "", "note": ""},
        {"label": "synapses", "value": "47,392,002", "unit": "", "note": "drawn once"},
        {"label": "spikes", "value": "34,561", "unit": "", "note": ""},
        {"label": "mean rate", "value": "3.41", "unit": "Hz", "note": "of all neurons"},
        {"label": "latest tick", "value": "83.1", "unit": "%", "note": "modelled, not measured"},
        {"label": "energy", "value": "1.73", "unit": "J", "note": "modelled, not measured"},
    ]
    document["warnings"] = [
        {"severity": "problem", "section": "time", "population": 1, "text": "3 PEs were late in 41 ticks."},
        {"severity": "warning", "section": "network", "population": 2, "text": "12 weights were clipped to 127."},
        {
            "severity": "note",
            "section": "machine",
            "population": None,
            "text": "Tables were compressed from 3,012 to 811 entries.",
        },
        {"severity": "note", "section": "activity", "population": 0, "text": "Only 10 of 500 voltages are shown."},
    ]
    return document


def _tally(n_pes, n_populations):
    return [len(range(k, n_pes, n_populations)) for k in range(n_populations)]


def _network(rng, n, names):
    populations = []
    for k in range(n):
        layer, kind = divmod(k, 2)
        populations.append(
            {
                "name": names[k]
                if names and k < len(names)
                else ("poisson" if k == 0 and n > 1 else f"L{layer + 1}{'ei'[kind]}"),
                "size": rng.choice([250, 500, 1000, 5000]),
                "model": "lif_curr_exp" if k else "poisson_source",
                "is_source": k == 0,
                "n_spikes": rng.randrange(100, 10**6),
                "rate_hz": rng.uniform(1, 40),
                "n_pes": 0,
                "parameters": [["tau_m", "10 ms"], ["v_th", "-50 mV"], ["tau_ref", "2 ms"]] if k % 3 else [],
                "place": [
                    0.0 if n < 2 else (k // max(2, math.isqrt(n))) / max(1, (n - 1) // max(2, math.isqrt(n))),
                    ((k % max(2, math.isqrt(n))) + 0.5) / max(2, math.isqrt(n)),
                ],
            }
        )
    projections = []
    for pre in range(n):
        for post in range(1 if n > 1 else 0, n):
            if n <= 6 or rng.random() < 5 / n:
                projections.append(
                    {
                        "name": f"{pre} to {post}",
                        "pre": pre,
                        "post": post,
                        "connector": "fixed_probability, p = 0.1",
                        "n_synapses": rng.randrange(10, 10**7),
                        "weight": "normal(mean = 4, sd = 0.4)",
                        "delay": "1 to 8",
                        "sign": "inhibitory" if pre % 2 else "excitatory",
                    }
                )
    return {"populations": populations, "projections": projections}


STEPS = [(1, 0), (1, 1), (0, 1), (-1, 0), (-1, -1), (0, -1)]
TRIADS = [(0, 0), (4, 8), (8, 4)]


def _on_board(x, y):
    return x < 8 and y < 8 and -3 <= x - y <= 4


def _chips(machine):
    if machine == "chip":
        return 1, 1, False, [(0, 0)], [], (0, 0)
    if machine == "board":
        return 8, 8, False, [(x, y) for x in range(8) for y in range(8) if _on_board(x, y)], [], (0, 0)
    width, height = (192, 180) if machine == "dresden" else (24, 24)
    chips = [(x, y) for x in range(width) for y in range(height)]
    corners = sorted((x + ox, y + oy) for x in range(0, width, 12) for y in range(0, height, 12) for ox, oy in TRIADS)
    number = {corner: k for k, corner in enumerate(corners)}
    boards = []
    for x, y in chips:
        for ox, oy in TRIADS:
            lx, ly = (x + 12 - ox) % 12, (y + 12 - oy) % 12
            if _on_board(lx, ly):
                boards.append(number[((x + width - lx) % width, (y + height - ly) % height)])
                break
    return width, height, True, chips, boards, (18, 90) if machine == "dresden" else (0, 0)


def _machine(rng, machine, n_pes, n_populations):
    width, height, wraps, chips, boards, (per_frame, per_rack) = _chips(machine)
    at = {chip: k for k, chip in enumerate(chips)}
    places = [[255, 255]] + [[2 * (x - 1) + pe % 2, 2 * (y - 1) + pe // 2] for x, y in QUADS for pe in range(4)]
    per_chip = 152
    n_pes = min(n_pes, per_chip * len(chips))
    chip_of = [k // per_chip for k in range(n_pes)]
    core_of = [k % per_chip + 1 for k in range(n_pes)]
    used = sorted(set(chip_of))
    links = (
        [
            (chip, d)
            for chip in used
            for d, (dx, dy) in enumerate(STEPS)
            if wraps or (chips[chip][0] + dx, chips[chip][1] + dy) in at
        ]
        if len(chips) > 1
        else []
    )
    load = [rng.expovariate(1 / 20000) for _ in links]

    def metric(key, label, unit, values, limit, shading="linear", fold="sum", kind="f32"):
        return {
            "key": key,
            "label": label,
            "unit": unit,
            "values": packed(kind, values),
            "limit": limit,
            "shading": shading,
            "fold": fold,
        }

    trees = []
    for population in range(n_populations):
        share = links[population::n_populations]
        trees.append(
            {
                "population": population,
                "links": packed("u32", range(population, len(links), n_populations)),
                "n_sources": packed("u32", [rng.randrange(1, 9) for _ in share]),
                "targets": packed("u32", range((population + 1) % n_populations, n_pes, n_populations)),
            }
        )
    return {
        "name": machine,
        "words": f"{len(chips):,} chips, 152 PEs each",
        "width": width,
        "height": height,
        "wraps": wraps,
        "chips": {
            "x": packed("u16", [x for x, _ in chips]),
            "y": packed("u16", [y for _, y in chips]),
            "board": packed("u32", boards) if boards else NOTHING,
            "boards_per_frame": per_frame,
            "boards_per_rack": per_rack,
        },
        "core_grid": [14, 12],
        "core_places": places,
        "n_application_cores": packed("u8", [152]),
        "pes": {
            "chip": packed("u32", chip_of),
            "core": packed("u8", core_of),
            "population": packed("u32", [k % n_populations for k in range(n_pes)]),
            "lo": packed("u32", [k * 100 for k in range(n_pes)]),
            "hi": packed("u32", [k * 100 + 100 for k in range(n_pes)]),
        },
        "pe_metrics": [
            metric("memory", "memory in use", "B", [rng.uniform(20_000, 140_000) for _ in range(n_pes)], 131072),
            metric("load", "busiest tick", "%", [rng.uniform(5, 110) for _ in range(n_pes)], 100, fold="max"),
            metric(
                "spikes",
                "spikes sent",
                "",
                [int(rng.expovariate(1 / 900)) for _ in range(n_pes)],
                None,
                "logarithmic",
                kind="u32",
            ),
            metric("energy", "energy", "J", [rng.uniform(1e-4, 2e-3) for _ in range(n_pes)], None),
            metric("overruns", "late ticks", "", [max(0, int(rng.gauss(-4, 4))) for _ in range(n_pes)], None, kind="u32"),
        ],
        "chip_metrics": [
            metric(
                "entries",
                "routing table entries",
                "",
                [rng.randrange(0, 2100) if k in set(used[:2000]) or k < len(used) else 0 for k in range(len(chips))],
                2048,
                fold="max",
                kind="u32",
            )
        ],
        "links": {"from": packed("u32", [chip for chip, _ in links]), "direction": packed("u8", [d for _, d in links])},
        "link_metrics": [metric("packets", "packets", "", load, None, "logarithmic")] if links else [],
        "trees": trees,
    }


def _distribution(of, unit, low, high, rng):
    counts = [int(400 * math.exp(-(((k - 8) / 5) ** 2))) + rng.randrange(20) for k in range(24)]
    return {
        "of": of,
        "unit": unit,
        "edges": [low + (high - low) * k / 24 for k in range(25)],
        "counts": counts,
        "mean": low + 0.35 * (high - low),
        "sd": 0.15 * (high - low),
        "n": sum(counts),
    }


def _activity(rng, nodes, n_ticks, spikes_each):
    entries = []
    for k, node in enumerate(nodes):
        if k % 5 == 4:
            rows, columns = 50, 400
            raster = {
                "kind": "counts",
                "rows": rows,
                "columns": columns,
                "neurons_per_row": math.ceil(node["size"] / rows),
                "ticks_per_column": math.ceil(n_ticks / columns),
                "counts": packed("u8", [min(255, int(rng.expovariate(0.2))) for _ in range(rows * columns)]),
            }
        else:
            ticks = sorted(min(n_ticks - 1, int(rng.random() ** (1 + 0.2 * k) * n_ticks)) for _ in range(spikes_each))
            raster = {
                "kind": "spikes",
                "ticks": packed("u32", ticks),
                "neurons": packed("u32", [rng.randrange(node["size"]) for _ in ticks]),
            }
        bins = math.ceil(n_ticks / 10)
        entries.append(
            {
                "population": k,
                "n_spikes": spikes_each,
                "raster": raster,
                "rate_hz": packed("f32", [abs(20 + 10 * math.sin(i / 9 + k) + rng.gauss(0, 3)) for i in range(bins)]),
                "rates": _distribution("neurons", "Hz", 0, 40, rng),
                "intervals": _distribution("intervals", "ms", 0, 300, rng),
                "cv": _distribution("neurons", "", 0, 2, rng),
                "correlation": _distribution("pairs", "", -0.1, 0.3, rng),
            }
        )
    traces = []
    for k in range(1, min(3, len(nodes))):
        lines = []
        for neuron in (0, 7, 42):
            values = [-65 + 12 * ((t * (neuron + 3) / 900) % 1) + rng.gauss(0, 0.3) for t in range(0, n_ticks, 2)]
            lines.append(
                {
                    "neuron": neuron,
                    "values": packed("f32", values),
                    "highs": packed("f32", [v + 1 for v in values]) if k == 2 else NOTHING,
                    "spikes": packed("u32", sorted(rng.sample(range(n_ticks), min(n_ticks, 9)))),
                }
            )
        traces.append(
            {
                "population": k,
                "variable": "v",
                "unit": "mV",
                "ticks": packed("u32", range(0, n_ticks, 2)),
                "lines": lines,
                "n_not_shown": 7,
                "threshold": -50.0,
            }
        )
    return {"ticks": {"start": 0, "end": n_ticks}, "tick_ms": 1.0, "rate_bin_ticks": 10, "populations": entries, "traces": traces}


def _time(rng, n_ticks):
    n = math.ceil(n_ticks / 5)
    latest = [0.55 + 0.3 * abs(math.sin(k / 20)) + rng.random() * 0.2 for k in range(n)]
    high = [rng.random() * 0.3 for _ in range(n)]
    return {
        "tick_ns": 1_000_000,
        "ticks": {"start": 0, "end": n_ticks},
        "bin_ticks": 5,
        "latest": packed("f32", latest),
        "mean": packed("f32", [x * 0.6 for x in latest]),
        "n_late": packed("u32", [int(x > 1) * 3 for x in latest]),
        "levels": ["150 MHz, 0.5 V", "300 MHz, 0.6 V"],
        "level_parts": [packed("f32", [1 - x for x in high]), packed("f32", high)],
        "power_w": packed("f32", [0.4 + x * 0.3 for x in latest]),
        "n_pes_left_out": 0,
    }


def _energy():
    parts = [
        ("pe_cycles", "busy PEs", "PEs", 0.41),
        ("pe_idle", "idle PEs", "PEs", 0.62),
        ("router", "routers", "traffic", 0.02),
        ("links", "links", "traffic", 0.011),
        ("chip_static", "chips at rest", "chips", 0.33),
        ("dram", "DRAM", "chips", 0.12),
        ("board", "boards besides chips", "boards", 0.24),
    ]
    parts = [{"key": k, "label": label, "group": group, "joule": j} for k, label, group, j in parts]
    return {
        "parts": parts,
        "total_j": sum(p["joule"] for p in parts),
        "power_w": 1.75,
        "caveat": "Modelled from published and assumed coefficients, not measured.",
    }


def with_many_spikes(document: dict, n: int) -> dict:
    """The document with so many spikes, one by one, in its first populations."""
    rng = random.Random(7)
    entries = [entry for entry in document["activity"]["populations"] if entry["raster"]["kind"] == "spikes"]
    n_ticks = document["activity"]["ticks"]["end"]
    for entry in entries:
        size = document["network"]["populations"][entry["population"]]["size"]
        each = n // len(entries)
        ticks = array.array("I", (k * n_ticks // each for k in range(each)))
        neurons = array.array("I", (int(rng.random() * size) for _ in range(each)))
        entry["n_spikes"] = each
        entry["raster"] = {
            "kind": "spikes",
            "ticks": packed_bytes("u32", ticks.tobytes()),
            "neurons": packed_bytes("u32", neurons.tobytes()),
        }
    return document


HOSTILE_NAMES = [
    '<img src=x onerror="window.harm = 1"><script>window.harm = 2</script>',
    "</script><script>window.harm = 3</script><!--",
    "long " + "x" * 9_995,
    "\u202eevil\u2066 \u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd",
    "\U0001f9e0\U0001f468\u200d\U0001f469\u200d\U0001f467 spikes \U0001f1e9\U0001f1ea",
    "two\nlines\r\nand\ttabs\u2028\u0007",
    "`${window.harm = 4}` \\ ' \" & &amp; /*SCRIPT*/ /*DATA*/ {{x}}",
    "",
]


def hostile() -> dict:
    """A report in which every text is an attack or an accident."""
    document = sample(n_populations=len(HOSTILE_NAMES), names=HOSTILE_NAMES, n_ticks=200, spikes_each=100)
    bad = HOSTILE_NAMES[0]
    document.update(title=bad + HOSTILE_NAMES[2], subtitle=HOSTILE_NAMES[3], generator=bad)
    for figure in document["figures"]:
        figure.update(label=bad, value=HOSTILE_NAMES[2], unit="<b>", note=bad)
    for k, warning in enumerate(document["warnings"]):
        warning["text"] = HOSTILE_NAMES[k % len(HOSTILE_NAMES)] * 3
    for k, node in enumerate(document["network"]["populations"]):
        node.update(model=bad, parameters=[[bad, HOSTILE_NAMES[2]], [HOSTILE_NAMES[k], ""]])
    for k, edge in enumerate(document["network"]["projections"]):
        edge.update(name=HOSTILE_NAMES[k % len(HOSTILE_NAMES)], connector=bad, weight=bad, delay=bad)
    document["machine"].update(name=bad, words=bad)
    for metric in document["machine"]["pe_metrics"] + document["machine"]["chip_metrics"]:
        metric.update(label=bad, unit="<i>")
    for trace in document["activity"]["traces"]:
        trace.update(variable=bad, unit="<i>")
    document["time"]["levels"] = [bad, HOSTILE_NAMES[2]]
    for part in document["energy"]["parts"]:
        part.update(label=bad, group=HOSTILE_NAMES[2] if part["key"] == "dram" else bad)
    document["energy"]["caveat"] = bad
    return document
