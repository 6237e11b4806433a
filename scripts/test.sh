#!/usr/bin/env bash
# Everything that must hold, in one command: format, lints, documentation, Rust tests, Python tests in a fresh virtual environment,
# examples, the commands of the README and of the book. Needs Rust, Python 3.10 or later with venv, a C compiler, and the package indexes for what
# it installs into target/. All of it runs what the tests built, which is optimised and checks for overflows; nothing is built twice.
# `scripts/test.sh counts` also builds for release and counts instructions, if valgrind is there.
set -euo pipefail
cd "$(dirname "$0")/.."

# On a machine that builds once and forgets, what serves later builds and debuggers only costs time.
if [[ -n "${CI:-}" ]]; then
    export CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=false
fi

step() { printf '\n== %s (after %d s)\n' "$*" "$SECONDS"; }

# A browser for the report page, where it can be installed; its tests are skipped without one.
browser() {
    for name in chromium chromium-browser google-chrome; do command -v "$name" > /dev/null && return; done
    [[ "$(id -u)" == 0 ]] && apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core > /dev/null
}

# What Python needs is fetched while Rust is built.
venv=target/test-venv
environment() {
    rm -rf "$venv"
    python3 -m venv "$venv"
    pip() { "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }
    pip numpy pytest pytest-xdist scipy networkx nir==1.0.8 dimod==0.12.23 "maturin>=1.7,<2"
    # What pictures and exports are opened with.
    pip matplotlib pandas pyarrow h5py neo elephant pynwb
    pip --only-binary :all: libsonata || echo "skipped: no libsonata"
    # A framework that reads NIR files; it has no wheels for every Python, and its test is skipped without it.
    pip spyx==1.0.0 || echo "skipped: no Spyx"
    # What looks at the report page.
    pip playwright axe-playwright-python
    browser || echo "skipped: no Chromium for the report page"
    # What runs notebooks.
    pip nbclient ipykernel
    CARGO_BUILD_JOBS=1 scripts/book.sh tool || echo "skipped: no mdBook; the book's sources are checked alone"
}
mkdir -p target
environment > target/test-venv.log 2>&1 &
environment=$!
# Whatever ends this early ends that, too.
trap 'kill "$environment" 2> /dev/null || true' EXIT

step "format"
cargo fmt --all --check
step "lints"
cargo clippy --workspace --all-targets --quiet -- -D warnings
step "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet
step "Rust tests"
cargo test --workspace --quiet
cargo build --quiet -p gennaker-cli

step "Python package in a fresh environment"
wait "$environment" || { cat target/test-venv.log; exit 1; }
cat target/test-venv.log
# Without isolation the builder is looked for on the path.
PATH="$PWD/$venv/bin:$PATH" MATURIN_PEP517_ARGS="--profile dev" "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-build-isolation ./python
"$venv/bin/python" -m pytest -q -n 2 python/tests

step "NIR files through the reference package"
GENNAKER_PYTHON="$PWD/$venv/bin/python" cargo test --quiet -p gennaker-nir --test reference_package

step "examples"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for example in examples/*.toml; do
    target/debug/gennaker run "$example" --out "$out/$(basename "$example" .toml)" > "$out/log" || { cat "$out/log"; exit 1; }
    echo "$example: ok"
done
for example in examples/*.py; do
    "$venv/bin/python" -m gennaker "$example" > "$out/log" || { cat "$out/log"; exit 1; }
    echo "$example: ok"
done

step "README and book: commands, code, links"
"$venv/bin/python" scripts/run_blocks.py README.md python/README.md docs/*.md
if [[ -x target/tools/bin/mdbook ]]; then scripts/book.sh; else python3 scripts/check_book.py; fi
scripts/first_five_minutes.sh --built

if [[ "${1:-}" == counts ]]; then
    step "instruction counts"
    cargo build --release --quiet -p gennaker --example instructions
    python3 scripts/instructions.py
fi

printf '\nall checks passed, after %d s\n' "$SECONDS"
