#!/usr/bin/env bash
# Everything that can be checked without running the product.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=.venv/bin
export VAR_DIR="${VAR_DIR:-$(mktemp -d)}"

$bin/ruff check --quiet .
$bin/ruff format --quiet --check .
$bin/lint-imports --no-cache >/dev/null || $bin/lint-imports --no-cache
find templates -name '*.html' -print0 | xargs -0 $bin/djade --check --target-version 5.2
$bin/mypy --no-incremental --cache-dir /dev/null
$bin/python manage.py makemigrations --check --dry-run >/dev/null
$bin/python manage.py check --fail-level WARNING
$bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
