"""What clock levels per core and tick save: three networks, three policies, one table.

A synfire chain and a network that bursts need the high clock now and then; an asynchronous irregular one is equally busy in
every tick. Each is run once; the account is then made again for every policy. The packets from which on a core takes the high
clock are what the first account suggests: those at which the low one would no longer do.

    python examples/power_management.py [--folder DIR]
"""

import argparse
import tempfile
from pathlib import Path

import gennaker

HERE = Path(__file__).resolve().parent

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("--folder", metavar="DIR", help="keep the results here (default: nowhere)")
options = arguments.parse_args()


def saving(part, whole):
    return f"{100 * (part / whole - 1):+.0f} %"


def rows(network, folder):
    """One row per policy; savings are against always high."""
    results = Path(folder) / network
    gennaker.run(HERE / f"power_{network}.toml", machine="chip", folder=results)
    high = gennaker.account(results, level="high")
    accounts = {"low": gennaker.account(results, level="low"), "high": high}
    auto = f"auto:{high.suggested_threshold}"
    accounts[auto] = gennaker.account(results, level=auto)
    for policy, account in accounts.items():
        energy, reference = account.energy, high.energy
        cores = sum(energy[part] for part in ("pe_sleep_j", "pe_cycles_j", "pe_switch_j"))
        cores_high = sum(reference[part] for part in ("pe_sleep_j", "pe_cycles_j", "pe_switch_j"))
        yield [
            network,
            policy,
            "yes" if account.in_time else f"{account.n_overruns} late",
            f"{100 * account.level_fractions[3]:.1f} %",
            f"{1e3 * cores / account.duration_s:.1f}",
            saving(cores, cores_high),
            saving(energy["pe_sleep_j"], reference["pe_sleep_j"]),
            saving(energy["pe_cycles_j"], reference["pe_cycles_j"]),
            f"{1e3 * account.power_w:.0f}",
            saving(account.total_j, high.total_j),
        ]


header = ["network", "level", "in time", "high", "cores (mW)", "saved", "asleep", "busy", "chip (mW)", "saved"]
with tempfile.TemporaryDirectory() as temporary:
    folder = options.folder or temporary
    table = [header, *(row for network in ("synfire", "bursting", "irregular") for row in rows(network, folder))]
widths = [max(len(row[column]) for row in table) for column in range(len(header))]
for row in table:
    print("  ".join(cell.ljust(width) if column < 2 else cell.rjust(width) for column, (cell, width) in enumerate(zip(row, widths))))
