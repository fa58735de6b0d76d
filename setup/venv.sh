#!/usr/bin/env bash
# Makes a virtual environment: setup/venv.sh PYTHON FOLDER. Debian packs what that needs apart.
set -u
python=$1 folder=$2
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Python 3.11 or newer is needed, found: $("$python" --version 2>/dev/null || echo none)." \
        "Name another with: make PYTHON=/path/to/python3.11" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    else
        echo "Python's venv is missing. Get it with: sudo apt-get install python3-venv" >&2
        exit 1
    fi
fi
exec "$python" -m venv "$folder"
