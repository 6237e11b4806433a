#!/usr/bin/env bash
# Builds the book to target/book and checks its links; installs mdBook into target/tools, if it is not there.
set -euo pipefail
cd "$(dirname "$0")/.."

# With search and without a server of its own: under a minute of one core, unoptimised.
version=0.5.4
tool=target/tools/bin/mdbook
if [[ "$("$tool" --version 2> /dev/null)" != "mdbook v$version" ]]; then
    cargo install mdbook --version "$version" --locked --no-default-features --features search --root target/tools --debug --quiet
fi
[[ "${1:-}" == tool ]] && exit

rm -rf target/book
"$tool" build > target/book.log 2>&1 || { cat target/book.log; exit 1; }
python3 scripts/check_book.py target/book
