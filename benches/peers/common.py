"""What the comparisons with other simulators share: each simulator in a process of its own, one thread, runs alternating, medians.

A simulator is a class with

    name                            as shown
    __init__(self, options)         builds the network and runs the transient; not timed but for `build_seconds`
    run(self) -> (seconds, hz)      runs `options.ticks` ticks; time of the run alone, mean rate of the neurons in it

Its process answers `run` lines on standard input. A simulator that is not installed is skipped with a line that says so.
"""

import argparse
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")}
ONE_THREAD["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
TICK_MS = 0.1


class Gennaker:
    """`gennaker bench`, the release build: each run is a process of its own, of which it times the ticks after the transient."""

    name, module = "gennaker", None

    def __init__(self, options):
        self.command = [
            options.gennaker, "bench", options.benchmark, "--threads", "1", "--runs", "1", "--ticks", str(options.ticks),
            "--settle", str(options.settle), "--seed", str(options.seed), "--numeric", options.numeric,
        ]
        self.build_seconds = 0.0

    def run(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "bench.json")
            subprocess.run([*self.command, "--json", str(path)], check=True, capture_output=True)
            measured = json.loads(path.read_text())["benchmarks"][0]["measurement"]
        self.build_seconds = measured["build_seconds"]
        self.peak_bytes = measured["peak_bytes"]
        return measured["run_seconds"][0], measured["mean_rate_hz"]


def arguments(description, peers, ticks):
    """The parser of a comparison."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--ticks", type=int, default=ticks, help=f"ticks of a run (default {ticks})")
    parser.add_argument("--settle", type=int, default=2000, help="ticks before the first run (default 2000)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each simulator; medians count (default 3)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the networks (default 1)")
    parser.add_argument("--numeric", default="chip", help="gennaker's arithmetic (default chip)")
    parser.add_argument("--gennaker", default=str(ROOT / "target/release/gennaker"), help="gennaker's command")
    parser.add_argument("--only", nargs="+", metavar="PEER", help="only these: " + ", ".join(p.name for p in peers))
    parser.add_argument("--tolerance", type=float, default=0.15, help="largest relative difference of rates (default 0.15)")
    parser.add_argument("--json", metavar="FILE", help="write the result to a file, too")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    return parser


def compare(options, peers):
    """Runs all simulators by turns, prints the table, and returns the exit code: 1 if rates disagree or gennaker is not the fastest."""
    if options.worker:
        work(next(peer for peer in (Gennaker, *peers) if peer.name == options.worker), options)
        return 0
    workers = [worker for worker in map(start, (Gennaker, *chosen(options, peers))) if worker]
    for worker in list(workers):
        if not worker.ready():
            workers.remove(worker)
    for _ in range(options.runs):
        for worker in list(workers):
            if not worker.run():
                workers.remove(worker)
    results = {worker.name: worker.finish() for worker in workers}
    if "gennaker" not in results:
        return 1
    return report(options, results)


def chosen(options, peers):
    """The peers that were asked for and are installed."""
    for peer in peers:
        if options.only and peer.name not in options.only:
            continue
        if importlib.util.find_spec(peer.module) is None:
            print(f"{peer.name}: not installed, skipped", flush=True)
            continue
        yield peer


def start(peer):
    return Worker(peer.name)


def environment():
    """One thread, and the tools beside this interpreter (ANNarchy calls cmake)."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, **ONE_THREAD, "PATH": path}


class Worker:
    """A simulator in its process."""

    def __init__(self, name):
        self.name, self.seconds, self.rates = name, [], []
        command = [sys.executable, sys.argv[0], *sys.argv[1:], "--worker", name]
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, env=environment()
        )

    def answer(self):
        """The next JSON line; simulators print other things, too."""
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        self.log.seek(0)
        print(f"{self.name}: failed, left out: {' '.join(self.log.read().split()[-40:])}", flush=True)
        return None

    def ready(self):
        return self.answer() is not None

    def run(self):
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        answer = self.answer()
        if answer:
            self.seconds.append(answer["seconds"])
            self.rates.append(answer["rate_hz"])
        return answer is not None

    def finish(self):
        self.process.stdin.close()
        end = self.answer() or {}
        self.process.wait()
        return {
            "seconds": statistics.median(self.seconds),
            "all_seconds": self.seconds,
            "rate_hz": statistics.mean(self.rates),
            **end,
        }


def work(peer, options):
    """The other side of [`Worker`]: what a process with one simulator does."""
    started = time.perf_counter()
    simulator = peer(options)
    build_seconds = time.perf_counter() - started
    say({"ready": True})
    for line in sys.stdin:
        if line.strip() == "run":
            seconds, rate_hz = simulator.run()
            say({"seconds": seconds, "rate_hz": rate_hz})
    kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    say({
        "build_seconds": getattr(simulator, "build_seconds", build_seconds),
        "peak_bytes": getattr(simulator, "peak_bytes", kib * 1024),
    })


def say(value):
    print(json.dumps(value), flush=True)


def report(options, results):
    own = results["gennaker"]
    disagree = []
    print(f"\n{options.benchmark}, {options.ticks} ticks, one thread, median of {options.runs}")
    print(f"{'':16}{'run (s)':>10}{'ratio':>8}{'real time':>11}{'rate (Hz)':>11}{'build (s)':>11}{'memory (MiB)':>14}")
    for name, r in sorted(results.items(), key=lambda item: item[1]["seconds"]):
        ratio = r["seconds"] / own["seconds"]
        times = options.ticks * TICK_MS / 1000 / r["seconds"]
        memory = r.get("peak_bytes", 0) / 2**20
        print(f"{name:16}{r['seconds']:10.3f}{ratio:8.2f}{times:10.2f}x{r['rate_hz']:11.2f}{r.get('build_seconds', 0):11.2f}{memory:14.0f}")
        if abs(r["rate_hz"] / own["rate_hz"] - 1) > options.tolerance:
            disagree.append(name)
    for name in disagree:
        print(f"{name}: its rate differs by more than {options.tolerance:.0%}")
    if options.json:
        document = {"benchmark": options.benchmark, "ticks": options.ticks, "seed": options.seed, "results": results}
        Path(options.json).write_text(json.dumps(document, indent=2) + "\n")
    is_fastest = all(own["seconds"] <= r["seconds"] for r in results.values())
    return 0 if is_fastest and not disagree else 1


def timed(work):
    """Seconds that `work()` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


class Nest:
    """Common parts of NEST's networks: one thread, and one recorder that counts the spikes."""

    name, module = "NEST", "nest"
    delay_ms = TICK_MS  # of the recorder: within the network's shortest and longest

    def __init__(self, options):
        import nest

        self.nest, self.options = nest, options
        nest.ResetKernel()
        nest.set(resolution=TICK_MS, local_num_threads=1, rng_seed=options.seed, print_time=False)
        self.cells = self.build(nest, options)
        self.n = sum(len(cells) for cells in self.cells)
        self.recorder = nest.Create("spike_recorder", params={"start": options.settle * TICK_MS})
        for cells in self.cells:
            nest.Connect(cells, self.recorder, syn_spec={"delay": self.delay_ms})
        nest.Prepare()
        nest.Run(options.settle * TICK_MS)

    def run(self):
        ms = self.options.ticks * TICK_MS
        before = self.recorder.n_events
        seconds = timed(lambda: self.nest.Run(ms))
        return seconds, (self.recorder.n_events - before) / self.n / ms * 1000


class Brian2:
    """Common parts of Brian2's networks: C++ standalone with its default flags (-O3 -ffast-math -march=native), one thread.

    The program runs transient and measured ticks from the start every time; only the latter are timed.
    """

    name, module = "Brian2", "brian2"

    def __init__(self, options):
        import brian2 as b

        self.b, self.options = b, options
        self.folder = tempfile.TemporaryDirectory(prefix="brian2_")
        b.set_device("cpp_standalone", build_on_run=False)
        # Its default compiles all files at once, which a small machine does not survive.
        b.prefs.devices.cpp_standalone.extra_make_args_unix = ["-j1"]
        b.defaultclock.dt = TICK_MS * b.ms
        b.seed(options.seed)
        self.groups, others = self.build(b, options)
        network = b.Network(*self.groups, *others)
        if options.settle:
            network.run(options.settle * TICK_MS * b.ms)
        monitors = [b.SpikeMonitor(group, record=False) for group in self.groups]
        network.add(*monitors)
        network.run(options.ticks * TICK_MS * b.ms)
        b.device.build(directory=self.folder.name, compile=True, run=False)
        self.monitors = monitors

    def run(self):
        self.b.device.run(self.folder.name, with_output=False, run_args=[])
        seconds = self.b.device._last_run_time
        spikes = sum(monitor.num_spikes for monitor in self.monitors)
        n = sum(len(group) for group in self.groups)
        return seconds, float(spikes) / n / (self.options.ticks * TICK_MS) * 1000


class Annarchy:
    """Common parts of ANNarchy's networks: generated C++, one thread."""

    name, module = "ANNarchy", "ANNarchy"

    def __init__(self, options):
        import ANNarchy as ann

        self.options = options
        self.net = ann.Network(dt=TICK_MS, seed=options.seed)
        populations = self.build(ann, self.net, options)
        self.n = sum(population.size for population in populations)
        self.monitors = [self.net.monitor(population, ["spike"]) for population in populations]
        self.net.config(num_threads=1)
        self.folder = tempfile.TemporaryDirectory(prefix="annarchy_")
        self.net.compile(directory=self.folder.name)
        self.net.simulate(options.settle * TICK_MS)
        self.spikes()

    def spikes(self):
        """Spikes since the last call."""
        recorded = [monitor.get("spike") for monitor in self.monitors]
        return sum(len(times) for spikes in recorded for times in spikes.values())

    def run(self):
        ms = self.options.ticks * TICK_MS
        seconds = timed(lambda: self.net.simulate(ms))
        return seconds, self.spikes() / self.n / ms * 1000
