#!/usr/bin/env bash
# What a newcomer does first, timed: install, first run, first picture, the package for Python. The commands are taken from README.md, so there
# is no step that is not in it.
#
#   scripts/first_five_minutes.sh           in a fresh clone of HEAD, with nothing built: takes what it takes, fails beyond five minutes
#   scripts/first_five_minutes.sh --built   in a fresh clone, but with the command and the package that the tests have built in target/,
#                                           for the two commands that install; everything else is the same
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
built=${1:-}
limit_s=300

clone=$(mktemp -d)
trap 'rm -rf "$clone"' EXIT
git clone --quiet --depth 1 "file://$root" "$clone/gennaker"
cd "$clone/gennaker"

# The one line of README.md's commands that begins with the words, without its comment.
line_of() {
    local found
    found=$(awk '/^```/ { inside = !inside && /^```sh/ } inside' README.md | grep -F -- "$1" | grep "^$1" | sed 's/ *#.*//')
    [[ $(wc -l <<< "$found") == 1 && -n "$found" ]] || { echo "README.md has no such line, or several: $1"; exit 1; }
    echo "$found"
}

# Runs a command and says how long it took.
total_ms=0
timed() {
    local name=$1 began ms
    shift
    began=$(date +%s%N)
    bash -euo pipefail -c "$*" > "$clone/log" 2>&1 || { echo "$name fails: $*"; cat "$clone/log"; exit 1; }
    ms=$((($(date +%s%N) - began) / 1000000))
    total_ms=$((total_ms + ms))
    printf '%6d.%01d s  %-28s %s\n' $((ms / 1000)) $((ms % 1000 / 100)) "$name" "$*"
}

first=$(line_of 'cargo run --release -- run ')
plot=$(line_of 'gennaker plot ')
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
    timed "again" "$first"
fi
head -c 4 results/brunel/raster.png | grep -q PNG || { echo "there is no picture"; exit 1; }

# The README says what `gennaker` stands for.
PATH="$(dirname "$gennaker"):$PATH"
timed "another network" "$run"
timed "its pictures" "$plot"

if [[ "$built" != --built ]]; then
    timed "environment" "python3 -m venv $clone/venv"
    timed "the package for Python" "$clone/venv/bin/$install"
fi
cd "$clone"
timed "first script" "$python first.py"

printf '%6d.%01d s  in all%s\n' $((total_ms / 1000)) $((total_ms % 1000 / 100)) "${built:+, without building}"
[[ "$built" == --built || $total_ms -le $((limit_s * 1000)) ]] || { echo "more than five minutes"; exit 1; }
