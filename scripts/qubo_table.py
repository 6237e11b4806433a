#!/usr/bin/env python3
"""Annealing beside dwave-samplers: gaps to the best known values by ticks, by core seconds, and proposals per second.

    cargo build --release -p gennaker-qubo --example anneal
    python3 -m venv VENV && VENV/bin/pip install dwave-samplers dimod numpy
    VENV/bin/python scripts/qubo_table.py run seconds:1 shuffled:1 rates ticks:1000 ticks:10000 --data FOLDER --results results.jsonl
    VENV/bin/python scripts/qubo_table.py show seconds:1 rates ticks --results results.jsonl

FOLDER holds `instances.csv` and the files that it names. Every run is added to the results file at once and is not done again while it is there,
so the table can be made in parts (`--names G1 G14`, `--seeds 3`) and go on after an interruption. All times are those that
one core spent (`thread_time`), never those of the clock on the wall, so that a shared machine disturbs little; in `seconds`
the peer and we take turns, seed by seed. Only `rates` and `seconds` need the peer.
"""

import argparse
import csv
import json
import pathlib
import statistics
import subprocess
import sys
import time

NAMES = "G1 G14 G22 G43 G50 G55 bqp500-1 bqp500-2 bqp500-3 gka1f bqp1000-2 bqp1000-5".split()
ROOT = pathlib.Path(__file__).resolve().parent.parent
ANNEAL = ROOT / "target" / "release" / "examples" / "anneal"
DISCIPLINES = ["sequential", "colour", "refractory", "gate"]
# Proposals of a rate's measurement.
RATE_PROPOSALS = 60_000_000


def instances(folder, names):
    with open(folder / "instances.csv", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    return [rows[name] for name in names]


class Results:
    """Finished runs, by what was run; kept in a file of one JSON object per line."""

    def __init__(self, path):
        self.path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self.runs = [json.loads(line) for line in lines]

    def has(self, **key):
        return any(all(run.get(k) == v for k, v in key.items()) for run in self.runs)

    def add(self, **run):
        self.runs.append(run)
        with open(self.path, "a") as file:
            file.write(json.dumps(run) + "\n")
        print(json.dumps(run), file=sys.stderr, flush=True)

    def where(self, **key):
        return [run for run in self.runs if all(run.get(k) == v for k, v in key.items())]


def ours(folder, row, **settings):
    """Runs the example; a list with one dictionary per replica."""
    command = [ANNEAL, row["kind"], folder / row["file"], *(f"{k}={v}" for k, v in settings.items())]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in output.splitlines()]


class Peer:
    """dwave-samplers' simulated annealing on one instance: one read, its default range of temperatures, spins."""

    def __init__(self, folder, row):
        import dimod
        from dwave.samplers import SimulatedAnnealingSampler
        from dwave.samplers.sa.sampler import default_beta_range

        numbers = [int(text) for text in (folder / row["file"]).read_text().split()]
        n, entries = numbers[0], list(zip(*[iter(numbers[2:])] * 3))
        if row["kind"] == "maxcut":
            couplings = {(u, v): float(w) for u, v, w in entries}
            self.bqm = dimod.BinaryQuadraticModel.from_ising({i: 0.0 for i in range(1, n + 1)}, couplings)
            total = sum(w for _, _, w in entries)
            self.value = lambda energy: (total - energy) / 2
        else:
            linear, pairs = {i: 0.0 for i in range(1, n + 1)}, {}
            for i, j, q in entries:
                if i == j:
                    linear[i] += q
                else:
                    pairs[i, j] = pairs.get((i, j), 0.0) + 2.0 * q
            self.bqm = dimod.BinaryQuadraticModel(linear, pairs, 0.0, "BINARY").change_vartype("SPIN", inplace=False)
            self.value = lambda energy: energy
        self.n, self.sampler = n, SimulatedAnnealingSampler()
        self.betas = [float(beta) for beta in default_beta_range(self.bqm)]

    def run(self, n_sweeps, seed, **how):
        """Core seconds of one anneal, those of the call's fixed costs left out, and the value found."""
        begin = time.thread_time()
        samples = self.sampler.sample(self.bqm, beta_range=self.betas, num_sweeps=n_sweeps, seed=seed, **how)
        return time.thread_time() - begin - self.fixed(), self.value(samples.first.energy)

    def fixed(self):
        if not hasattr(self, "_fixed"):
            def once():
                begin = time.thread_time()
                self.sampler.sample(self.bqm, beta_range=self.betas, num_sweeps=1, seed=0)
                return time.thread_time() - begin
            self._fixed = min(once() for _ in range(3))
        return self._fixed

    def sweeps_for(self, seconds, **how):
        """As many sweeps as fit, from a trial of a twentieth of the time, which is not counted."""
        trial = 100
        while True:
            took, _ = self.run(trial, 0, **how)
            if took > seconds / 20:
                return max(1, int(trial * seconds / took))
            trial *= 2


def run_ticks(folder, row, results, n_seeds, ticks):
    for discipline in DISCIPLINES:
        key = dict(part="ticks", name=row["name"], discipline=discipline, ticks=int(ticks), seeds=n_seeds)
        if not results.has(**key):
            runs = ours(folder, row, ticks=int(ticks), replicas=n_seeds, discipline=discipline)
            results.add(**key, values=[run["value"] for run in runs], classes=runs[0]["classes"])


def run_seconds(folder, row, results, n_seeds, seconds):
    peer = sweeps = None
    for seed in range(n_seeds):
        key = dict(part="seconds", name=row["name"], seconds=seconds, seed=seed)
        if results.has(**key):
            continue
        if peer is None:
            peer = Peer(folder, row)
            sweeps = peer.sweeps_for(seconds)
        mine = ours(folder, row, seconds=seconds, seed=seed, discipline="sequential")[0]
        took, value = peer.run(sweeps, seed + 1)
        results.add(**key, ours=mine["value"], our_seconds=mine["seconds"], our_ticks=mine["ticks"],
                    peer=value, peer_seconds=round(took, 4), peer_sweeps=sweeps)


def run_shuffled(folder, row, results, n_seeds, seconds):
    """The peer alone, with every spin drawn at random: slower, and better on lattices."""
    peer = sweeps = None
    for seed in range(n_seeds):
        key = dict(part="shuffled", name=row["name"], seconds=seconds, seed=seed)
        if results.has(**key):
            continue
        if peer is None:
            peer = Peer(folder, row)
            sweeps = peer.sweeps_for(seconds, randomize_order=True)
        took, value = peer.run(sweeps, seed + 1, randomize_order=True)
        results.add(**key, peer=value, peer_seconds=round(took, 4), peer_sweeps=sweeps)


def run_rates(folder, row, results, _seeds):
    key = dict(part="rates", name=row["name"])
    if results.has(**key):
        return
    peer = Peer(folder, row)
    ticks = RATE_PROPOSALS // peer.n
    hot, cold = (scale(row) / beta for beta in peer.betas)
    rates = {"ours": [], "peer": []}
    for seed in range(3):
        took, _ = peer.run(ticks, seed + 1)
        rates["peer"].append(peer.n * ticks / took)
        run = ours(folder, row, ticks=ticks, hot=hot, cold=cold, seed=seed, discipline="sequential")[0]
        rates["ours"].append(run["proposals"] / run["seconds"])
    results.add(**key, **{who: statistics.median(found) for who, found in rates.items()})


def scale(row):
    """Our integer energies over the peer's."""
    return 1 if row["kind"] == "maxcut" else 4


def gap(value, row):
    return 100 * abs(value - float(row["best"])) / abs(float(row["best"]))


def median(values):
    return statistics.median(values)


def cell(gaps, digits=3):
    return f"{median(gaps):.{digits}f}"


def show_ticks(rows, results):
    found = sorted({run["ticks"] for run in results.where(part="ticks")})
    yield "| instance | n | couplings | discipline | " + " | ".join(f"{ticks:,} ticks" for ticks in found) + " |"
    yield "|---" * (4 + len(found)) + "|"
    for row in rows:
        for discipline in DISCIPLINES:
            cells = []
            for ticks in found:
                runs = results.where(part="ticks", name=row["name"], discipline=discipline, ticks=ticks)
                cells.append(cell([gap(v, row) for v in runs[-1]["values"]], 2) if runs else "")
            if any(cells):
                yield f"| {row['name']} | {row['n']} | {row['m']} | {discipline} | " + " | ".join(cells) + " |"


def show_seconds(rows, results, seconds):
    yield (f"| instance | best known | seeds | gap after {seconds:g} s | peer's | peer's, random order | best value | peer's | "
           "sweeps | peer's | core s | peer's |")
    yield "|---" * 12 + "|"
    for row in rows:
        runs = results.where(part="seconds", name=row["name"], seconds=seconds)
        if not runs:
            continue
        shuffled = results.where(part="shuffled", name=row["name"], seconds=seconds)
        best = max if row["sense"] == "max" else min
        gaps = [cell([gap(run[who], row) for run in runs]) for who in ("ours", "peer")]
        gaps.append(cell([gap(run["peer"], row) for run in shuffled]) if shuffled else "")
        bests = [f"{best(run['ours'] for run in runs):.0f}", f"{best(run['peer'] for run in runs + shuffled):.0f}"]
        sweeps = [f"{median([run[who] for run in runs]):,.0f}" for who in ("our_ticks", "peer_sweeps")]
        times = [f"{median([run[who] for run in runs]):.2f}" for who in ("our_seconds", "peer_seconds")]
        cells = [row["name"], f"{float(row['best']):.0f}", str(len(runs)), *gaps, *bests, *sweeps, *times]
        yield "| " + " | ".join(cells) + " |"


def show_rates(rows, results):
    yield "| instance | 10^6 proposals per core second | peer's | ratio |"
    yield "|---|---|---|---|"
    for row in rows:
        for run in results.where(part="rates", name=row["name"])[-1:]:
            yield f"| {row['name']} | {run['ours'] / 1e6:.0f} | {run['peer'] / 1e6:.0f} | {run['ours'] / run['peer']:.1f} |"


RUNNERS = {"ticks": run_ticks, "rates": run_rates, "seconds": run_seconds, "shuffled": run_shuffled}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["run", "show"])
    parser.add_argument("parts", nargs="+", help="seconds:S, shuffled:S (the peer in random order, shown beside), rates, ticks:N")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT.parent / "shared" / "data" / "qubo")
    parser.add_argument("--results", type=pathlib.Path, required=True)
    parser.add_argument("--names", nargs="+", default=NAMES)
    parser.add_argument("--seeds", type=int, default=10)
    options = parser.parse_args()
    rows, results = instances(options.data, options.names), Results(options.results)
    for part in options.parts:
        kind, _, number = part.partition(":")
        numbers = [float(number)] if number else []
        if options.what == "run":
            for row in rows:
                RUNNERS[kind](options.data, row, results, options.seeds, *numbers)
        else:
            shown = {"ticks": show_ticks, "rates": show_rates, "seconds": show_seconds}[kind]
            print("\n".join(shown(rows, results, *numbers)) + "\n")


if __name__ == "__main__":
    main()
