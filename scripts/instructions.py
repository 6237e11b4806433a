"""Counts the instructions that the networks of benches/instructions.json take, and compares with what is written there.

    cargo build --release -p gennaker --example instructions
    python3 scripts/instructions.py             # exit code 1 if a count is too high
    python3 scripts/instructions.py --update    # writes what was counted

Valgrind counts, on one thread and with AVX2, so load and clock of the machine do not matter: two counts differ by less than a
hundredth of a percent, from how the thread of the pool is woken. A network is run with no ticks, which gives the instructions per
synapse built, and with some, which gives those per tick. Another compiler or processor gives other counts: they are shown, and
fail nothing.
"""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "benches" / "instructions.json"
PROGRAM = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "examples" / "instructions"
VALGRIND = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
QUANTITIES = {"per_tick": "per tick", "per_synapse": "per synapse built"}


def has_valgrind() -> bool:
    """Whether valgrind is there; where continuous integration runs as root, it is installed."""
    if not shutil.which("valgrind") and os.environ.get("CI") == "true" and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update"], ["install", "--yes", "--no-install-recommends", "valgrind"]):
            subprocess.run(["apt-get", "-qq", *command], stdout=subprocess.DEVNULL, check=False)
    return shutil.which("valgrind") is not None


def circumstances() -> dict[str, str]:
    """What else counts depend on."""
    rustc = subprocess.run(["rustc", "--version"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    info = Path("/proc/cpuinfo")
    has_avx2 = info.exists() and re.search(r"\bavx2\b", info.read_text()) is not None
    return {"rustc": rustc, "processor": platform.machine() + (" with AVX2" if has_avx2 else "")}


def count(network: str, ticks: int) -> tuple[int, int]:
    """Instructions of a run, and the synapses of the network."""
    env = dict(os.environ, GENNAKER_SIMD="avx2")
    done = subprocess.run([*VALGRIND, PROGRAM, network, str(ticks)], env=env, capture_output=True, text=True)
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not collected:
        sys.exit(f"{network}, {ticks} ticks, exit code {done.returncode}:\n{done.stderr}")
    return int(collected[1]), int(done.stdout)


def measure(network: str, ticks: int) -> dict[str, float]:
    (build, synapses), (run, _) = count(network, 0), count(network, ticks)
    rounded = {"per_tick": float(f"{(run - build) / ticks:.4g}"), "per_synapse": float(f"{build / synapses:.4g}")}
    return {"ticks": ticks, **rounded}


def too_high(network: str, counted: dict[str, float], expected: dict[str, float], tolerance: float) -> bool:
    """Prints how the counts compare; whether one is above what is tolerated."""
    ratios = {quantity: counted[quantity] / expected[quantity] for quantity in QUANTITIES}
    for quantity, ratio in ratios.items():
        numbers = f"{counted[quantity]:>11,g} {QUANTITIES[quantity]:<17}  expected {expected[quantity]:>11,g}  ratio {ratio:.3f}"
        verdict = "  SLOWER" if ratio > 1 + tolerance else "  faster: update with --update" if ratio < 1 - tolerance else ""
        print(f"{network:<26}{numbers}{verdict}")
    return max(ratios.values()) > 1 + tolerance


def write(table: dict, counted: dict[str, dict[str, float]]) -> None:
    lines = ",\n".join(f"    {json.dumps(network)}: {json.dumps(counts)}" for network, counts in counted.items())
    head = {**table, **circumstances()}
    del head["networks"]
    TABLE.write_text(json.dumps(head, indent=2)[:-2] + f',\n  "networks": {{\n{lines}\n  }}\n}}\n')
    print(f"written: {TABLE.relative_to(ROOT)}")


def main() -> int:
    update = sys.argv[1:] == ["--update"]
    if sys.argv[1:] and not update:
        sys.exit("usage: instructions.py [--update]")
    if not has_valgrind():
        print("SKIPPED, NO INSTRUCTION WAS COUNTED: no valgrind; install it (apt-get install valgrind)")
        return int(update)
    if not PROGRAM.exists():
        sys.exit(f"{PROGRAM} is missing: cargo build --release -p gennaker --example instructions")
    table = json.loads(TABLE.read_text())
    networks = table["networks"]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counted = dict(zip(networks, pool.map(lambda name: measure(name, networks[name]["ticks"]), networks)))
    slower = [name for name in networks if too_high(name, counted[name], networks[name], table["tolerance"])]
    if update:
        write(table, counted)
        return 0
    changed = [f"{name}: {now}, not {table[name]}" for name, now in circumstances().items() if table[name] != now]
    if slower and not changed:
        print(f"more than {table['tolerance']:.0%} slower: {', '.join(slower)}; if that is its price: --update")
        return 1
    if changed:
        print("nothing is demanded, the counts expected are for another " + "; ".join(changed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
