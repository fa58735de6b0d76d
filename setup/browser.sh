#!/usr/bin/env bash
# Sees to it that the browser tests have a Chromium: installs Debian's where that is possible.
set -u
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium for the browser tests"
    if apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; then
        exit 0
    fi
fi
echo "No Chromium was found: the browser tests will be skipped." \
    "Get one with: sudo apt-get install chromium"
