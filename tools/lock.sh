#!/usr/bin/env bash
# One lock for all groups, with hashes and without the name of any registry host.
set -eu
"$1" pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
  --group test --group verapdf --group lint --group build pyproject.toml -o requirements.lock
