#!/usr/bin/env bash
# Writes requirements.lock (what the product needs) and requirements-dev.lock (what its tests and
# checks need besides) from pyproject.toml, by installing it into new virtual environments.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
torch=$(grep -s '^torch==' requirements.lock || echo torch==2.13.0)

# pip leaves these behind when it builds from a folder.
trap 'rm -rf "$work" build peel_qa.egg-info' EXIT

frozen() { "$work/venv/bin/python" -m pip freeze --exclude peel-qa --exclude-editable | sed 's/+cpu$//'; }

"${PYTHON:-python3.11}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet "$torch"
"$work/venv/bin/python" -m pip install --quiet .
frozen >"$work/product"
"$work/venv/bin/python" -m pip install --quiet ".[dev]"
frozen >"$work/all"
note="# Written by make lock. Install torch first: see the Makefile."
{ echo "$note"; cat "$work/product"; } >requirements.lock
{ echo "$note"; comm -13 <(sort "$work/product") <(sort "$work/all"); } >requirements-dev.lock
