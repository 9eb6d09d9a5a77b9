#!/usr/bin/env bash
# The unit suite first (parallel, fast), then the slow ones; at the end the tests that did not run, and why.
set -u
: "${PYTHON:=python3}"
mkdir -p .cache
report=.cache/not-run.txt
: > .cache/skips.txt
fail=0
"$PYTHON" -m pytest -q -n 2 -m "not slow" --skips-to=.cache/skips.txt tests || fail=1
"$PYTHON" -m pytest -q -n 2 -m slow --timeout 600 --skips-to=.cache/skips.txt tests || fail=1
sort -u .cache/skips.txt > "$report"
echo
if [ -s "$report" ]; then
  echo "Tests that did not run, and why:"
  sed 's/^/  /' "$report"
else
  echo "Every test ran."
fi
exit "$fail"
