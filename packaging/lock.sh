#!/bin/sh
# Writes requirements/*.txt from pyproject.toml: every version pinned, with the hashes of all its files.
#
#   packaging/lock.sh UV [--upgrade]
#
# Without --upgrade the pins that still satisfy pyproject.toml stay as they are.
set -eu
uv=$1
shift
cd "$(dirname "$0")/.."
export UV_CUSTOM_COMPILE_COMMAND="make lock"
common="--quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-config"
# shellcheck disable=SC2086  # a list of words
"$uv" pip compile $common "$@" pyproject.toml -o requirements/run.txt
# shellcheck disable=SC2086
"$uv" pip compile $common "$@" --group pyproject.toml:dev -c requirements/run.txt -o requirements/dev.txt
# What the installers bundle, in the versions that the tests ran with, and what builds it.
# shellcheck disable=SC2086
"$uv" pip compile $common "$@" --all-extras pyproject.toml -c requirements/run.txt -c requirements/dev.txt -o requirements/app.txt
# shellcheck disable=SC2086
"$uv" pip compile $common "$@" --group pyproject.toml:build -c requirements/dev.txt -o requirements/build.txt
