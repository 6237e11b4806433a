#!/usr/bin/env bash
# What a newcomer does first, timed: install, first run, first picture, the package for Python. The commands are taken from README.md, so there
# is no step that is not in it.
#
#   scripts/first_five_minutes.sh           in a fresh clone of HEAD, with nothing built; fails if the first picture takes more than five
#                                           minutes. CPU time says what a quieter machine would take
#   scripts/first_five_minutes.sh --built   in a fresh clone, but with the command and the package that the tests have built in target/,
#                                           for the two commands that install; everything else is the same
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
built=${1:-}
limit_s=300

clone=$(mktemp -d)
trap 'rm -rf "$clone"' EXIT
# An archive has no history to clone; then the files as they lie.
git clone --quiet --depth 1 "file://$root" "$clone/gennaker" 2> /dev/null || {
    mkdir "$clone/gennaker"
    tar -c --exclude=./target --exclude=./results . | tar -x -C "$clone/gennaker"
}
cd "$clone/gennaker"

# The first line of README.md's commands that begins with the words, without its comment.
line_of() {
    local found
    found=$(awk '/^```/ { inside = !inside && /^```sh/ } inside' README.md | grep -F -- "$1" | grep "^$1" | sed 's/ *#.*//')
    [[ -n "$found" ]] || { echo "README.md has no such line: $1" >&2; exit 1; }
    head -n 1 <<< "$found"
}

# Runs a command and says how long it took, and how much of a processor's time.
total_s=0
TIMEFORMAT='%1R %1U'
timed() {
    local name=$1 real cpu
    shift
    { time bash -euo pipefail -c "$*" > "$clone/log" 2>&1; } 2> "$clone/time" || { echo "$name fails: $*"; cat "$clone/log"; exit 1; }
    read -r real cpu < "$clone/time"
    total_s=$(awk "BEGIN { print $total_s + $real }")
    printf '%7s s  (CPU %7s s)  %-28s %s\n' "$real" "$cpu" "$name" "$*"
}

first=$(line_of 'cargo run --release -- run ')
plot=$(line_of 'gennaker plot ')
report=$(line_of 'gennaker report ')
run=$(line_of "gennaker run examples/single_neuron.toml")
install=$(line_of 'pip install ')
awk '/^```python/ { inside = 1; next } /^```/ { if (inside) exit } inside' README.md > "$clone/first.py"

if [[ "$built" == --built ]]; then
    gennaker=$root/target/debug/gennaker
    python=$root/target/test-venv/bin/python
    timed "first run, first picture" "${first/cargo run --release --/$gennaker}"
else
    gennaker=$PWD/target/release/gennaker
    python=$clone/venv/bin/python
    timed "install, run, first picture" "$first"
    first_s=$total_s
    timed "again" "$first"
fi
head -c 4 results/brunel/raster.png | grep -q PNG || { echo "there is no picture"; exit 1; }

# The README says what `gennaker` stands for.
PATH="$(dirname "$gennaker"):$PATH"
timed "another network" "$run"
timed "its pictures" "$plot"
timed "its page" "$report"

if [[ "$built" != --built ]]; then
    timed "environment" "python3 -m venv $clone/venv"
    timed "the package for Python" "$clone/venv/bin/$install"
fi
cd "$clone"
timed "first script" "$python first.py"

printf '%7s s  in all%s\n' "$total_s" "${built:+, without building}"
if [[ "$built" != --built ]] && awk "BEGIN { exit !($first_s > $limit_s) }"; then
    echo "the first picture took more than five minutes"
    exit 1
fi
