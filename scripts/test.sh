#!/usr/bin/env bash
# Everything that must hold, in one command: format, lints, documentation, Rust tests, the release build, Python tests in a
# fresh virtual environment, examples, the README's own commands, counts of instructions. Needs Rust, Python 3.10 or later with
# venv, a C compiler, and the package indexes for what it installs into target/; valgrind for the counts, else they are skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

# On a machine that builds once and forgets, what serves later builds and debuggers only costs time.
if [[ -n "${CI:-}" ]]; then
    export CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=false
fi

step() { printf '\n== %s\n' "$*"; }

step "format"
cargo fmt --all --check
step "lints"
cargo clippy --workspace --all-targets --quiet -- -D warnings
step "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet
step "Rust tests"
cargo test --workspace --quiet
step "release build"
cargo build --release --quiet -p gennaker-cli -p gennaker --bins --examples

step "Python package in a fresh environment"
venv=target/test-venv
rm -rf "$venv"
python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check numpy pytest scipy nir==1.0.8
# A framework that reads NIR files; it has no wheels for every Python, and its test is skipped without it.
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check spyx==1.0.0 || echo "skipped: no Spyx"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check ./python
"$venv/bin/python" -m pytest -q python/tests

step "NIR files through the reference package"
GENNAKER_PYTHON="$PWD/$venv/bin/python" cargo test --quiet -p gennaker-nir --test reference_package

step "examples"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for example in examples/*.toml; do
    target/release/gennaker run "$example" --out "$out/$(basename "$example" .toml)" > "$out/log" || { cat "$out/log"; exit 1; }
    echo "$example: ok"
done
for example in examples/*.py; do
    "$venv/bin/python" -m gennaker "$example" > "$out/log" || { cat "$out/log"; exit 1; }
    echo "$example: ok"
done

step "README"
"$venv/bin/python" scripts/readme_blocks.py README.md python/README.md

step "instruction counts"
python3 scripts/instructions.py

printf '\nall checks passed\n'
