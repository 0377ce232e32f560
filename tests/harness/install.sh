#!/usr/bin/env bash
# What tests need from the system: a browser, emoji to show in it, gettext, and axe-core.
set -euo pipefail
cd "$(dirname "$0")/../.."

missing=()
command -v chromium >/dev/null || missing+=(chromium fonts-noto-color-emoji)
command -v xgettext >/dev/null || missing+=(gettext)
if [ ${#missing[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
fi
if ! command -v xgettext >/dev/null; then
  echo "The tests need gettext. Install it, for example with: sudo apt-get install gettext" >&2
  exit 1
fi
# Where we may not install one for the machine, Playwright has its own.
command -v chromium >/dev/null || .venv/bin/python -m playwright install chromium

axe=var/tools/axe-core
if [ ! -f $axe/axe.min.js ]; then
  command -v npm >/dev/null || { echo "The tests need npm, for axe-core. Install it: sudo apt-get install npm" >&2; exit 1; }
  mkdir -p $axe
  (cd $axe && npm pack --silent axe-core@4.11.0 >/dev/null && tar -xzf axe-core-*.tgz --strip-components=1 package/axe.min.js && rm axe-core-*.tgz)
fi
